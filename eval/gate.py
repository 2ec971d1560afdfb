"""``python -m eval.gate``: fails where answers are not grounded.

Exit codes: 0 all gates hold, 1 a gate failed (the questions are named), 2 could not run.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.metrics import Outcome, Score, score_all
from eval.questions import QUESTIONS_DIR, EvalError, load
from eval.recording import read
from eval.run import OpenEngine, answer, open_assistant
from eval.summary import summarise
from eval.table import failures, table
from rag.errors import StatedError

GATES_FILE = Path(__file__).with_name("gates.toml")
PARTS = ("development", "calibration")
_ABOUT = "Fails where answers are not grounded."
_ANSWERS = Path(".stated/eval/gate.jsonl")
_HARD = ("false_assertions", "quote_integrity", "uncited", "crashed", "missing_gold")
_SOFT = ("status_right", "gold_cited")


@dataclass(frozen=True, slots=True)
class Gates:
    """What is demanded: ``hard`` over all questions, ``soft`` a least share by corpus."""

    hard: dict[str, float]
    soft: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Breach:
    """A gate that does not hold, in one line, and the questions that break it."""

    line: str
    failing: tuple[Score, ...]


def read_gates(file: Path = GATES_FILE) -> Gates:
    """The gates of a TOML file.

    Raises:
        EvalError: the file cannot be read, or a gate is missing, unknown or no number from 0.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise EvalError(f"{file.name} cannot be read: {fault}.") from None
    if set(data) != {"hard", "soft"} or not isinstance(data["soft"], dict) or not data["soft"]:
        raise EvalError(f"{file.name} must have [hard] and a [soft.NAME] for each corpus, and nothing else.")
    soft = {
        name: _numbers(floors, _SOFT, f"{file.name}: [soft.{name}]") for name, floors in data["soft"].items()
    }
    return Gates(_numbers(data["hard"], _HARD, f"{file.name}: [hard]"), soft)


def judge(scores: Sequence[Score], gates: Gates) -> list[Breach]:
    """The gates that do not hold; a share without cases does not hold.

    Raises:
        EvalError: no questions, or the corpora of the gates and of the questions differ.
    """
    corpora = {score.question.corpus for score in scores}
    if not scores or corpora != set(gates.soft):
        names = ", ".join(sorted(corpora ^ set(gates.soft))) or "all"
        raise EvalError(f"Questions and gates must name the same corpora; they differ in: {names}.")
    return [*_hard(scores, gates.hard), *_soft(scores, gates.soft)]


def main(argv: Sequence[str] | None = None, open_engine: OpenEngine = open_assistant) -> int:
    """Runs the gate; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.gate", description=_ABOUT)
    parser.add_argument("--gates", type=Path, default=GATES_FILE, help="TOML file of gates")
    parser.add_argument("--questions", type=Path, default=QUESTIONS_DIR, help="folder of question files")
    parser.add_argument("--recorded", type=Path, help="judge these recorded answers and ask nothing")
    parser.add_argument("--answers", type=Path, default=_ANSWERS, help="where answers are kept")
    options = parser.parse_args(argv)
    try:
        gates = read_gates(options.gates)
        questions = load(options.questions, parts=PARTS)
        recorded: Path = options.recorded or options.answers
        if options.recorded is None:
            answer(questions, recorded, open_engine=open_engine)
        scores = score_all(questions, read(recorded))
        breaches = judge(scores, gates)
    except (StatedError, OSError, ImportError) as fault:
        print(f"The gate could not run: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(table(scores))
    for breach in breaches:
        print(f"\nGATE FAILED: {breach.line}")
        if breach.failing:
            print(failures(breach.failing))
    verdict = f"{len(breaches)} gates failed; the answers are in {recorded}" if breaches else "all gates hold"
    print(f"\n{verdict}")
    return 1 if breaches else 0


def _hard(scores: Sequence[Score], hard: dict[str, float]) -> list[Breach]:
    counted: dict[str, tuple[str, Callable[[Score], bool]]] = {
        "false_assertions": ("answers assert more than their evidence", lambda s: bool(s.assertions)),
        "uncited": ("answers have a verdict or mark without a citation", lambda s: bool(s.uncited)),
        "crashed": ("questions have no usable answer", lambda s: s.outcome is Outcome.CRASHED),
        "missing_gold": (
            "questions have a gold sentence that the corpus does not hold",
            lambda s: bool(s.missing_gold),
        ),
    }
    breaches = []
    for name, (words, fails) in counted.items():
        failing = tuple(score for score in scores if fails(score))
        if len(failing) > hard[name]:
            breaches.append(Breach(f"{name}: {len(failing)} {words}, allowed {hard[name]:g}", failing))
    integrity = summarise(scores).quote_integrity
    if integrity.share is None:
        breaches.append(Breach("quote_integrity: there was no quote to check", ()))
    elif integrity.share < hard["quote_integrity"]:
        line = f"quote_integrity: {integrity.hits} of {integrity.total} quotes stand in their source"
        breaches.append(Breach(line, tuple(score for score in scores if score.broken)))
    return breaches


def _soft(scores: Sequence[Score], soft: dict[str, dict[str, float]]) -> list[Breach]:
    breaches = []
    for corpus, floors in sorted(soft.items()):
        members = [score for score in scores if score.question.corpus == corpus]
        summary = summarise(members)
        for name, rate, failing in (
            ("status_right", summary.status_right, [s for s in members if s.outcome is not Outcome.RIGHT]),
            ("gold_cited", summary.gold_cited, [s for s in members if s.gold_cited is False]),
        ):
            if rate.share is None or rate.share < floors[name]:
                found = (
                    "no cases" if rate.share is None else f"{rate.share:.3f} ({rate.hits} of {rate.total})"
                )
                line = f"{corpus}: {name} {found}, wanted {floors[name]:.3f}"
                breaches.append(Breach(line, tuple(failing)))
    return breaches


def _numbers(table: object, names: Sequence[str], where: str) -> dict[str, float]:
    if not isinstance(table, dict) or set(table) != set(names):
        raise EvalError(f"{where} must give exactly: {', '.join(names)}.")
    for name, value in table.items():
        # NaN compares false with everything, so a gate of NaN would always hold.
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise EvalError(f"{where}: {name} must be a number from 0.")
    return {name: float(table[name]) for name in names}


if __name__ == "__main__":
    sys.exit(main())
