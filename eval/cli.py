"""``stated eval`` (also ``python -m eval``): asks, scores, judges, reports.

``stated eval answer`` only asks and records; ``stated eval score FILE`` scores what was recorded, without
the engine.  Exit codes: 0 all gates hold (or none was applied), 1 a gate failed, 2 could not run with one
plain line, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from eval.faults import EvalError, exit_code
from eval.judge import JUDGES, Reader, open_judge, opinion
from eval.judging import GATED_PARTS, Rules, bless, judged
from eval.measured import typed
from eval.metrics import score_all
from eval.processes import answer_in_processes
from eval.public import PublicRun, run_public
from eval.public_sets import sample
from eval.questions import PARTS, QUESTIONS_DIR, Question, load
from eval.recording import Recording, read
from eval.reports import terminal, write_reports
from eval.reversal import differences, reversing
from eval.run import OpenEngine, answer, open_assistant
from rag.settings import BACKENDS

HELD_BACK = "held_back"
PEERS = ("citation-engine",)
_FOLDER = Path(".stated/eval")
ANSWERS = _FOLDER / "answers.jsonl"


def main(argv: Sequence[str], open_engine: OpenEngine = open_assistant, program: str = "stated eval") -> int:
    """Runs the command; returns the exit code."""
    return exit_code(program, lambda: _command(list(argv), open_engine, program))


def _command(arguments: Sequence[str], open_engine: OpenEngine, program: str) -> int:
    match arguments[:1]:
        case ["answer"]:
            options = answer_parser(f"{program} answer").parse_args(arguments[1:])
            _answer(options, _selected(options), open_engine)
            return 0
        case ["score"]:
            options = score_parser(f"{program} score").parse_args(arguments[1:])
            return _score(options, _reader(options))
    return _run(run_parser(program).parse_args(arguments), open_engine, typed(arguments))


def run_parser(program: str = "stated eval") -> argparse.ArgumentParser:
    """Options of a whole evaluation."""
    parser = argparse.ArgumentParser(
        prog=program,
        description="Asks the labelled questions, scores the answers, and fails where a gate does not hold.",
        epilog=f"`{program} answer` only asks; `{program} score FILE` scores recorded answers.",
    )
    _selecting(parser)
    _judging(parser)
    parser.add_argument(
        "--reversed", action="store_true",
        help="ask again with the documents taken in the other way round; any difference is a failure",
    )  # fmt: skip
    parser.add_argument("--peer", choices=PEERS, help="run this beside it, on the same questions")
    parser.add_argument(
        "--public", type=Path, action="append", metavar="FILE",
        help="SQuAD 2.0, CLAPNQ or RAGTruth instead of our own sets; repeated: files of one kind, N of each",
    )  # fmt: skip
    return parser


def answer_parser(program: str = "stated eval answer") -> argparse.ArgumentParser:
    """Options of asking without scoring."""
    parser = argparse.ArgumentParser(prog=program, description="Asks the questions and records the answers.")
    _selecting(parser)
    parser.add_argument("--questions", type=Path, default=QUESTIONS_DIR, help="folder of question files")
    return parser


def score_parser(program: str = "stated eval score") -> argparse.ArgumentParser:
    """Options of scoring what was recorded."""
    parser = argparse.ArgumentParser(prog=program, description="Scores recorded answers, without the engine.")
    parser.add_argument("answers", type=Path, metavar="FILE", help="what an evaluation recorded")
    _judging(parser)
    return parser


def _selecting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--part",
        action="append",
        choices=PARTS,
        help="may be repeated (default: development and calibration)",
    )
    parser.add_argument("--held-back", action="store_true", help="the part that nothing was tuned on")
    parser.add_argument("--corpus", action="append", metavar="NAME", help="may be repeated (default: all)")
    parser.add_argument("--sample", type=_count, metavar="N", help="only N questions, chosen at random")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the choice (%(default)s)")
    parser.add_argument("--llm", choices=BACKENDS, default="none", help="who words the answers")
    parser.add_argument(
        "--processes", type=_count, default=1, metavar="N",
        help="ask N corpora at once: sooner done, but no seconds to quote (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--answers", type=Path, default=ANSWERS, metavar="FILE", help="where answers are kept (%(default)s)"
    )


def _judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--questions", type=Path, default=QUESTIONS_DIR, help="folder of question files")
    parser.add_argument("--gates", type=Path, default=Rules().gates, metavar="FILE", help="what is demanded")
    parser.add_argument(
        "--baseline", type=Path, default=Rules().baseline, metavar="FILE", help="what drops are measured from"
    )
    parser.add_argument("--bless", action="store_true", help="make this run the baseline")
    parser.add_argument(
        "--judge", choices=JUDGES, help="a language model's opinion beside the figures; it gates nothing"
    )
    parser.add_argument("--failures", action="store_true", help="name every question that failed")
    parser.add_argument(
        "--report", type=Path, default=_FOLDER, metavar="DIR",
        help="where report.html, report.json, junit.xml and summary.md go (%(default)s)",
    )  # fmt: skip


def _selected(options: argparse.Namespace) -> tuple[Question, ...]:
    if options.held_back and options.part:
        raise EvalError("Give --held-back or --part, not both.")
    parts = [HELD_BACK] if options.held_back else options.part or GATED_PARTS
    questions = load(options.questions, parts=parts, corpora=options.corpus or ())
    return tuple(sample(questions, options.sample, options.seed))


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def _answer(
    options: argparse.Namespace, questions: tuple[Question, ...], open_engine: OpenEngine
) -> Recording:
    if options.processes > 1 and open_engine is open_assistant:
        answer_in_processes(questions, options.answers, options.processes, llm=options.llm)
    else:
        answer(questions, options.answers, llm=options.llm, open_engine=open_engine)
    print(f"The answers are in {options.answers}.", file=sys.stderr)
    return read(options.answers)


def _run(options: argparse.Namespace, open_engine: OpenEngine, command: str) -> int:
    if options.public:
        return _public(options, open_engine, command)
    questions = _selected(options)
    peer, reader = _peer(options.peer) if options.peer else None, _reader(options)
    recording = _answer(options, questions, open_engine)
    reversal = _reversed(options, questions, recording, open_engine) if options.reversed else 0
    beside: dict[str, Recording] = {}
    if peer:
        file = options.answers.with_name(f"{options.peer}.jsonl")
        answer(questions, file, open_engine=peer, engine_name=options.peer)
        beside[options.peer] = read(file)
    return max(_judge(options, questions, recording, reader, beside, command), reversal)


def _reversed(
    options: argparse.Namespace, questions: tuple[Question, ...], usual: Recording, open_engine: OpenEngine
) -> int:
    """1 where an answer differs with the documents taken in the other way round, else 0."""
    file = options.answers.with_name(f"{options.answers.stem}-reversed.jsonl")
    answer(questions, file, llm=options.llm, open_engine=reversing(open_engine))
    found = differences(usual, read(file))
    for line in found:
        print(f"Depends on the order of the documents: {line}")
    print(f"Documents the other way round: {len(found)} of {len(usual.ids)} answers differ.")
    return int(bool(found))


def _public(options: argparse.Namespace, open_engine: OpenEngine, command: str) -> int:
    engines: dict[str, OpenEngine] = {"stated": open_engine}
    if options.peer:
        engines[options.peer] = _peer(options.peer)
    run = PublicRun(tuple(options.public), options.sample, options.seed, options.llm, engines, command)
    print(run_public(run, options.report))
    return 0


def _peer(name: str) -> OpenEngine:
    """A peer is imported when it is asked for: it brings LlamaIndex and a language model.

    Raises:
        StatedError: its model is not there.
    """
    assert name == "citation-engine"
    from eval.peer import open_peer, ready

    ready()
    return open_peer


def _reader(options: argparse.Namespace) -> Reader | None:
    """The language model that gives its opinion, opened before minutes are spent on asking."""
    return open_judge(options.judge) if options.judge else None


def _score(options: argparse.Namespace, reader: Reader | None) -> int:
    recording = read(options.answers)
    known = {question.id: question for question in load(options.questions)}
    gone = [id_ for id_ in recording.ids if id_ not in known]
    if gone:
        print(f"Not scored, for the question sets no longer hold them: {', '.join(gone)}.", file=sys.stderr)
    questions = tuple(known[id_] for id_ in recording.ids if id_ in known)
    if not questions:
        raise EvalError("None of the recorded questions is in the question sets.")
    return _judge(options, questions, recording, reader)


def _judge(
    options: argparse.Namespace, questions: tuple[Question, ...], recording: Recording, reader: Reader | None,
    beside: Mapping[str, Recording] | None = None, command: str = "",
) -> int:  # fmt: skip
    known = load(options.questions)
    # In the order of the files, whatever order they were asked in: reports must not depend on it.
    places = {question.id: place for place, question in enumerate(known)}
    ordered = tuple(sorted(questions, key=lambda question: places[question.id]))
    scores = score_all(ordered, recording)
    rules = Rules(options.gates, options.baseline)
    result = judged(ordered, known, recording, scores, rules, first=options.bless)
    others = {name: score_all(ordered, other) for name, other in (beside or {}).items()}
    result = replace(
        result, beside=others, command=command, opinion=opinion(recording, *reader) if reader else None
    )
    write_reports(result, options.report)
    print(terminal(result, every_failure=options.failures))
    print(f"The report is in {options.report / 'report.html'}.", file=sys.stderr)
    if options.bless:
        bless(result, known, options.baseline)
        print(f"Blessed: {options.baseline.name} holds these figures.", file=sys.stderr)
    # What fell is accepted by blessing it; a least share is not.
    held = all(options.bless and breach.gate.startswith("drop") for breach in result.breaches)
    return 0 if held else 1
