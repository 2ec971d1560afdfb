"""Asks every question of a set and records the answers."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Protocol, TextIO

from eval.faults import EvalError
from eval.questions import Question, corpus_folder
from eval.recording import Asked, Recording, write_asked, write_corpus, write_run
from rag.records import Answer, Document, SyncReport


class Engine(Protocol):
    """What is needed of ``rag.Assistant``."""

    def sync(self) -> SyncReport: ...
    def documents(self) -> Sequence[Document]: ...
    def document(self, document_id: str) -> Document: ...
    def ask(self, question: str, as_of: date | None = None) -> Answer: ...


OpenEngine = Callable[[Path, Path, str], AbstractContextManager[Engine]]


@contextmanager
def open_assistant(corpus_dir: Path, data_dir: Path, llm: str) -> Iterator[Engine]:
    """The real engine over one corpus, its index in ``data_dir``."""
    # Here, so that recorded answers can be scored without loading the engine.
    from rag import Assistant, Settings

    with Assistant(Settings(corpus_dir=corpus_dir, data_dir=data_dir, llm=llm)) as assistant:
        yield assistant


def answer(
    questions: Sequence[Question],
    file: Path,
    *,
    llm: str = "none",
    open_engine: OpenEngine = open_assistant,
    engine_name: str = "stated",
    progress: TextIO | None = None,
) -> None:
    """Asks all questions, corpus by corpus, and writes the recording to ``file``.

    A crash of one question is recorded as such and the run goes on.

    Args:
        questions: what to ask; each corpus gets a fresh index in a temporary folder.
        file: the recording; an older one is replaced.
        llm: ``none``, ``embedded`` or ``openai``.
        open_engine: opens the engine over (corpus folder, data folder, llm).
        engine_name: who answers, as the recording tells it.
        progress: where progress is told; the standard error stream by default.

    Raises:
        EvalError: there are no questions, or a document of a corpus was rejected.
        StatedError: the engine could not start.
    """
    begin(questions, file, llm=llm, engine_name=engine_name)
    with file.open("a", encoding="utf-8") as out:
        for corpus, group in by_corpus(questions).items():
            with (
                tempfile.TemporaryDirectory(prefix="stated-eval-") as data,
                open_engine(corpus_folder(corpus), Path(data), llm) as engine,
            ):
                write_corpus(out, corpus, _documents(engine, corpus))
                _ask_all(engine, corpus, group, out, progress or sys.stderr)


def by_corpus(questions: Sequence[Question]) -> dict[str, list[Question]]:
    """The questions of each corpus in their order, the corpora by name: the order of asking."""
    ordered = sorted(questions, key=lambda question: question.corpus)  # stable
    return {corpus: list(group) for corpus, group in groupby(ordered, key=lambda question: question.corpus)}


def begin(
    questions: Sequence[Question], file: Path, *, llm: str, engine_name: str = "stated", processes: int = 1
) -> None:
    """Writes a recording's first line: all that is known before the first question is asked.

    Raises:
        EvalError: there are no questions.
    """
    if not questions:
        raise EvalError("There are no questions to ask.")
    file.parent.mkdir(parents=True, exist_ok=True)
    ids = tuple(question.id for group in by_corpus(questions).values() for question in group)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    with file.open("w", encoding="utf-8") as out:
        write_run(out, Recording(llm, started, ids, engine_name, machine(processes)))


def machine(processes: int = 1) -> str:
    """What figures of speed are read beside; ``processes`` is how many asked at once."""
    kind = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    shared = f", {processes} processes at once" if processes > 1 else ""
    return f"{kind}, Python {platform.python_version()}{shared}"


def _documents(engine: Engine, corpus: str) -> dict[str, str]:
    for name, reason in engine.sync().rejected.items():
        raise EvalError(f"Corpus {corpus}: {name} was rejected: {reason}")
    return {listed.id: engine.document(listed.id).text for listed in engine.documents()}


def _ask_all(engine: Engine, corpus: str, questions: list[Question], out: TextIO, told: TextIO) -> None:
    crashes, begun = 0, time.perf_counter()
    for number, question in enumerate(questions, start=1):
        asked = _ask(engine, question, warm_up=number == 1)
        crashes += asked.answer is None
        write_asked(out, asked)
        if told.isatty() or number % 50 == 0 or number == len(questions):
            left = (time.perf_counter() - begun) / number * (len(questions) - number)
            line = f"{corpus}: {number} of {len(questions)} asked, {crashes} crashed, {left:.0f} s left "
            last = number == len(questions)
            told.write(f"\r{line}{chr(10) if last else ''}" if told.isatty() else line + "\n")
            told.flush()


def _ask(engine: Engine, question: Question, *, warm_up: bool) -> Asked:
    begun = time.perf_counter()
    found: Answer | None = None
    crash = ""
    try:
        found = engine.ask(question.text, as_of=question.as_of)
    except Exception as fault:  # noqa: BLE001 - this question's failure; the run goes on
        where = traceback.extract_tb(fault.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        crash = " ".join(f"{type(fault).__name__}: {fault} ({place})".split())
    return Asked(question.id, question.text, time.perf_counter() - begun, warm_up, found, crash)
