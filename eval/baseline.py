"""The baseline: what each question counted when a person last accepted the figures.

``eval/baseline.json`` changes only by ``stated eval --bless``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.faults import EvalError
from eval.measures import BY_NAME, MEASURES
from eval.metrics import Score
from eval.rates import Rate

BASELINE_FILE = Path(__file__).with_name("baseline.json")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """One question as the baseline has it: ``counts`` are (hits, cases) by measure."""

    text: str
    failed: bool
    got: str
    counts: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Baseline:
    """``blessed`` is a day (ISO 8601); ``corpora`` maps a corpus to its digest."""

    blessed: str
    corpora: dict[str, str]
    questions: dict[str, Kept]


@dataclass(frozen=True, slots=True)
class Comparison:
    """This run beside the baseline.

    ``common`` are the questions that both have in the same words; ``added`` and ``gone`` are the ids
    that only one has; ``changed`` are corpora whose documents differ.  ``newly_failing`` and
    ``newly_right`` are among the common ones.
    """

    blessed: str
    common: tuple[Score, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]
    newly_failing: tuple[Score, ...]
    newly_right: tuple[Score, ...]
    _kept: Mapping[str, Kept]

    def before(self, measure: str, scores: Sequence[Score]) -> Rate:
        """A share as the baseline has it, over the same questions."""
        counts = [self._kept[s.question.id].counts.get(measure) for s in scores]
        given = [c for c in counts if c is not None]
        return Rate(sum(hits for hits, _ in given), sum(cases for _, cases in given))

    def worse(self, measure: str, scores: Sequence[Score]) -> tuple[Score, ...]:
        """The questions that fail a measure now and did not then."""
        then = {s.question.id: self._kept[s.question.id].counts.get(measure) for s in scores}
        held = {id_ for id_, c in then.items() if c is None or c[0] == c[1]}
        return tuple(s for s in scores if BY_NAME[measure].fails(s) and s.question.id in held)


def write_baseline(file: Path, scores: Sequence[Score], corpora: Mapping[str, str], day: str) -> None:
    """Accepts these scores: they are what later runs are compared with."""
    lines = [
        f"{json.dumps(s.question.id)}: {json.dumps(_entry(s), ensure_ascii=False)}"
        for s in sorted(scores, key=lambda s: s.question.id)
    ]
    head = {"version": _VERSION, "blessed": day, "corpora": dict(sorted(corpora.items()))}
    text = json.dumps(head, indent=1)[:-2] + ',\n "questions": {\n' + ",\n".join(lines) + "\n }\n}\n"
    file.write_text(text, encoding="utf-8")


def read_baseline(file: Path) -> Baseline:
    """The baseline of a file.

    Raises:
        EvalError: there is none, or it is not what ``stated eval --bless`` writes.
    """
    if not file.is_file():
        raise EvalError(f"There is no {file.name} to compare with: run `stated eval --bless` once.")
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["version"] != _VERSION:
            raise ValueError(f"version {data['version']}")
        kept = {str(id_): _kept(entry) for id_, entry in data["questions"].items()}
        return Baseline(str(data["blessed"]), dict(data["corpora"]), kept)
    except json.JSONDecodeError as fault:
        raise EvalError(f"{file.name}:{fault.lineno}: not JSON ({fault.msg}); bless it again.") from None
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as fault:
        raise EvalError(f"{file.name} is no baseline ({fault}): run `stated eval --bless`.") from None


def compare(
    scores: Sequence[Score], corpora: Mapping[str, str], baseline: Baseline, known: Collection[str]
) -> Comparison:
    """Sets a run beside the baseline.

    Args:
        scores: of this run.
        corpora: digest of each corpus of this run.
        baseline: what was blessed.
        known: ids of all gated questions; a question of the baseline that is not among them is gone.

    Raises:
        EvalError: the two have no question in common.
    """
    common: list[Score] = []
    added: list[Score] = []
    for score in scores:
        kept = baseline.questions.get(score.question.id)
        same = kept is not None and kept.text == score.question.text
        (common if same else added).append(score)
    if not common:
        raise EvalError("The baseline has none of these questions: run `stated eval --bless`.")
    was = baseline.questions
    return Comparison(
        baseline.blessed,
        tuple(common),
        tuple(s.question.id for s in added),
        tuple(sorted(set(was) - set(known))),
        tuple(sorted(c for c, digest in corpora.items() if baseline.corpora.get(c, digest) != digest)),
        tuple(s for s in common if s.failed and not was[s.question.id].failed),
        tuple(s for s in common if not s.failed and was[s.question.id].failed),
        was,
    )


def _entry(score: Score) -> dict[str, Any]:
    counts = {m.name: list(c) for m in MEASURES if m.good and (c := m.count(score)) is not None}
    return {
        "input": score.question.text,
        "failed": score.failed,
        "got": str(score.got or ""),
        "counts": counts,
    }


def _kept(entry: dict[str, Any]) -> Kept:
    counts = {str(name): (int(hits), int(cases)) for name, (hits, cases) in entry["counts"].items()}
    return Kept(str(entry["input"]), bool(entry["failed"]), str(entry["got"]), counts)
