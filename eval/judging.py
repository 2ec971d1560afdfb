"""From scores to a result: baseline, gates, self-check, and what else must be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eval.baseline import BASELINE_FILE, Comparison, compare, read_baseline, write_baseline
from eval.faults import EvalError
from eval.gate import CEILING, Breach, judge, to_lower
from eval.gate_file import GATES_FILE, HARD, read_gates
from eval.metrics import Score
from eval.mutations import check_evaluator
from eval.questions import Question, corpus_folder
from eval.recording import Recording, corpus_digest
from eval.result import Result
from rag.corpus import read_document, scan

GATED_PARTS = ("development", "calibration")
_NAMED = 30


@dataclass(frozen=True, slots=True)
class Rules:
    """Which files judge: the gates, and the baseline that drops are measured from."""

    gates: Path = GATES_FILE
    baseline: Path = BASELINE_FILE


def judged(
    questions: Sequence[Question], known: Sequence[Question], recording: Recording, scores: tuple[Score, ...],
    rules: Rules, *, first: bool = False,
) -> Result:  # fmt: skip
    """Judges scores by the gates; held-back questions are measured only.

    Args:
        questions: those that were asked, in the order of the scores.
        known: all questions of the sets.
        recording: the answers.
        scores: of them.
        rules: the files that judge.
        first: a baseline need not be there yet.

    Raises:
        EvalError: a file is faulty, or gates and questions do not fit.
    """
    gated = all(question.part in GATED_PARTS for question in questions)
    mutations, survivors = check_evaluator(recording, scores)
    notices = [f"spoilt answer not caught: {name}" for name in survivors]
    breaches = [*_stale(recording), *_survived(survivors)]
    if not gated:
        notices.append("held-back questions are measured, not gated: nothing may be tuned on them")
        return Result(scores, recording, False, tuple(breaches), None, tuple(notices), mutations)
    gates = read_gates(rules.gates)
    due = {question.id for question in known if question.part in GATED_PARTS}
    whole = {question.id for question in questions} == due
    if not whole:
        notices.append(
            f"{len(questions)} of {len(due)} gated questions asked: least shares by corpus and category "
            "were not judged"
        )
    comparison = None
    if (gates.drop or gates.drop_in_category) and (rules.baseline.is_file() or not first):
        # Of a selection the questions that were left out are not gone: only unknown ones are.
        comparison = compare(scores, recording.digests, read_baseline(rules.baseline), due)
    notices += _told(comparison) if comparison else []
    breaches += judge(scores, gates, comparison, whole=whole)
    notices += to_lower(scores, gates) if whole else ()
    return Result(scores, recording, True, tuple(breaches), comparison, tuple(notices), mutations)


def bless(result: Result, known: Sequence[Question], file: Path) -> None:
    """Makes these scores the baseline.

    Raises:
        EvalError: not all gated questions were asked, or a hard gate or a ceiling does not hold: a
            ceiling is lowered by hand, in the gates, and never raised.
    """
    due = {question.id for question in known if question.part in GATED_PARTS}
    if {score.question.id for score in result.scores} != due:
        raise EvalError("Only a run of all gated questions can be blessed: leave --part and --corpus out.")
    final = (*HARD, "stale", "self-check")
    broken = [b.gate for b in result.breaches if b.gate in final or b.gate.startswith(CEILING)]
    if broken:
        raise EvalError(f"Not blessed, for {', '.join(broken)} failed: mend that first.")
    write_baseline(file, result.scores, result.recording.digests, date.today().isoformat())


def _told(comparison: Comparison) -> list[str]:
    lines = [
        f"the documents of {name} are not those of the baseline of {comparison.blessed}"
        for name in comparison.changed
    ]
    for ids, where in ((comparison.added, "only in this run"), (comparison.gone, "only in the baseline")):
        if ids:
            more = f" and {len(ids) - _NAMED} more (all in report.json)" if len(ids) > _NAMED else ""
            lines.append(f"not compared, {where}: {', '.join(ids[:_NAMED])}{more}")
    return lines


def _stale(recording: Recording) -> list[Breach]:
    """Answers to a corpus that has changed since say nothing of the corpus as it is."""
    changed = [name for name, digest in recording.digests.items() if _digest_now(name) != digest]
    if not changed:
        return []
    names = ", ".join(changed)
    return [Breach("stale", f"the answers were recorded over other documents of {names}: record again", ())]


def _digest_now(corpus: str) -> str:
    files = scan([corpus_folder(corpus)])
    return corpus_digest({name: read_document(path, name).text for name, path in files.items()})


def _survived(survivors: tuple[str, ...]) -> list[Breach]:
    if not survivors:
        return []
    return [Breach("self-check", f"the evaluator let {len(survivors)} spoilt answers through", ())]
