"""``python -m eval``: asks, scores and prints; ``python -m eval score FILE`` scores recorded answers.

Exit codes: 0 done (whatever the figures are; ``eval.gate`` judges), 2 could not run, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.metrics import Outcome, Score, score_all
from eval.questions import PARTS, QUESTIONS_DIR, EvalError, Question, load
from eval.recording import Recording, read
from eval.run import OpenEngine, answer, open_assistant
from eval.summary import groups, summarise
from eval.table import failures, table
from rag.errors import StatedError
from rag.settings import BACKENDS


def main(argv: Sequence[str], open_engine: OpenEngine = open_assistant) -> int:
    """Runs the command; returns the exit code."""
    arguments = list(argv)
    try:
        if arguments[:1] == ["score"]:
            _score(_score_parser().parse_args(arguments[1:]))
        else:
            _run(_run_parser().parse_args(arguments), open_engine)
    except (StatedError, OSError, ImportError) as fault:
        print(f"The evaluation could not run: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def report(scores: Sequence[Score], recording: Recording) -> dict[str, Any]:
    """All figures and each question's result, in plain JSON types."""
    return {
        "llm": recording.llm,
        "started": recording.started,
        "groups": {name: summarise(members).to_dict() for name, members in groups(scores).items()},
        "questions": [
            {
                "id": score.question.id,
                "place": score.question.place,
                "question": score.question.text,
                "outcome": score.outcome,
                "wanted": score.question.target,
                "got": score.got,
                "gold_cited": score.gold_cited,
                "assertions": [{"kind": found.kind, "detail": found.detail} for found in score.assertions],
                "broken": score.broken,
                "uncited": score.uncited,
                "polarity_right": score.polarity_right,
                "kind_right": score.kind_right,
                "speaker_right": score.speaker_right,
                "cited": score.cited,
                "reason": score.reason,
                "seconds": score.seconds,
            }
            for score in scores
        ],
    }


def _run_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval",
        description="Asks the questions of a part and scores the answers.",
        epilog="`python -m eval score FILE` scores recorded answers without the engine.",
    )
    parser.add_argument(
        "--part",
        action="append",
        choices=PARTS,
        help="may be repeated (default: development and calibration)",
    )
    parser.add_argument("--corpus", action="append", help="may be repeated (default: all)")
    parser.add_argument("--llm", choices=BACKENDS, default="none")
    parser.add_argument(
        "--answers", type=Path, default=Path(".stated/eval/answers.jsonl"), help="where the answers are kept"
    )
    _common(parser)
    return parser


def _score_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval score", description="Scores recorded answers.")
    parser.add_argument("answers", type=Path, help="a file that an evaluation wrote")
    _common(parser)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--questions", type=Path, default=QUESTIONS_DIR, help="folder of question files")
    parser.add_argument("--json", type=Path, help="also write all figures and results to this file")
    parser.add_argument("--failures", action="store_true", help="also name every question that failed")


def _run(options: argparse.Namespace, open_engine: OpenEngine) -> None:
    parts = options.part or ["development", "calibration"]
    questions = load(options.questions, parts=parts, corpora=options.corpus or ())
    answer(questions, options.answers, llm=options.llm, open_engine=open_engine)
    print(f"The answers are in {options.answers}.", file=sys.stderr)
    _show(questions, read(options.answers), options)


def _score(options: argparse.Namespace) -> None:
    recording = read(options.answers)
    known = {question.id: question for question in load(options.questions)}
    gone = [id_ for id_ in recording.ids if id_ not in known]
    if gone:
        print(f"Not scored, for the question sets no longer hold them: {', '.join(gone)}.", file=sys.stderr)
    questions = tuple(known[id_] for id_ in recording.ids if id_ in known)
    if not questions:
        raise EvalError("None of the recorded questions is in the question sets.")
    _show(questions, recording, options)


def _show(questions: tuple[Question, ...], recording: Recording, options: argparse.Namespace) -> None:
    scores = score_all(questions, recording)
    print(table(scores))
    failing = [s for s in scores if _failed(s)]
    if options.failures and failing:
        print(f"\n{len(failing)} questions failed:\n{failures(failing, limit=len(failing))}")
    if options.json:
        text = json.dumps(report(scores, recording), ensure_ascii=False, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


def _failed(score: Score) -> bool:
    labels = (score.gold_cited, score.polarity_right, score.kind_right, score.speaker_right)
    faults = (score.assertions, score.broken, score.uncited, score.missing_gold)
    return score.outcome is not Outcome.RIGHT or any(faults) or any(label is False for label in labels)
