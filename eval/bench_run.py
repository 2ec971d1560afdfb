"""Measures engines in processes of their own, each question of all of them one right after the other."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from eval.bench_corpus import write_corpus
from eval.bench_result import ENGINES, OURS, SHIPPED, AtSize, Measured
from eval.faults import EvalError
from eval.public_sets import sample
from eval.questions import QUESTIONS_DIR, corpus_folder, load

_MANY_ROUNDS = 2_000  # up to this many sentences a build is repeated
_MODEL_ENGINES = (OURS, "citation-engine")

OpenWorker = Callable[..., AbstractContextManager[Callable[..., Any]]]
"""Starts an engine by name, corpus, file of units, llm and model; called with a verb and its words."""


def at_size(size: str, options: argparse.Namespace, open_worker: OpenWorker) -> AtSize:
    """Everything that is measured over one corpus, named by its size in sentences or ``SHIPPED``.

    Raises:
        EvalError: an engine broke off.
    """
    with tempfile.TemporaryDirectory(prefix="stated-bench-") as scratch, ExitStack() as stack:
        folder = Path(scratch)
        corpus, questions = _corpus(size, folder / "corpus", options)
        units = folder / "units.json"
        workers = {name: stack.enter_context(open_worker(name, corpus, units)) for name in ENGINES}
        rounds = options.rounds if size == SHIPPED or int(size) <= _MANY_ROUNDS else 1
        sync: dict[str, list[float]] = {name: [] for name in ENGINES}
        for number in range(rounds):
            for name in ENGINES:  # ours first: it cuts the units that the others are given
                sync[name].append(workers[name]("sync", str(folder / f"{name}-{number}")))
                _tell(f"{size}: built by {name}, {number + 1} of {rounds}, {sync[name][-1]:.1f} s")
        warm, _ = _asked(workers, questions, size)
        peak = {name: int(workers[name]("memory")) for name in ENGINES}
        built = {name: folder / f"{name}-{rounds - 1}" for name in ENGINES}
        stack.pop_all().close()  # the processes end, and what they hold is free for the cold ones
        cold: dict[str, list[float]] = {name: [] for name in ENGINES}
        for number in range(options.rounds):
            for name in ENGINES:
                seconds = _cold(
                    name, corpus, built[name], units, questions[number % len(questions)], open_worker
                )
                cold[name].append(seconds)
                _tell(f"{size}: {name} from a cold start, {number + 1} of {options.rounds}, {seconds:.1f} s")
        engines = {
            name: Measured(tuple(cold[name]), tuple(sync[name]), tuple(warm[name]), (), peak[name])
            for name in ENGINES
        }
        return AtSize(size, len(json.loads(units.read_text(encoding="utf-8"))), engines)


def _corpus(size: str, folder: Path, options: argparse.Namespace) -> tuple[Path, tuple[str, ...]]:
    if size == SHIPPED:
        asked = load(QUESTIONS_DIR, parts=("development",), corpora=("article",))
        questions = tuple(question.text for question in sample(asked, options.questions, options.seed))
        return corpus_folder("article"), questions
    return folder, write_corpus(folder, int(size), options.questions, options.seed).questions


def _asked(
    workers: dict[str, Callable[..., Any]], questions: Sequence[str], size: str
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Seconds of whole answers, and to the first words, by engine; each question is asked of all in turn."""
    warm: dict[str, list[float]] = {name: [] for name in workers}
    first: dict[str, list[float]] = {name: [] for name in workers}
    names = list(workers)
    for name in names:  # loads what is loaded once
        workers[name]("ask", questions[0])
    for number, question in enumerate(questions):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            seconds, words = workers[name]("ask", question)
            warm[name].append(seconds)
            if words is not None:
                first[name].append(words)
        if (number + 1) % 10 == 0 or number + 1 == len(questions):
            _tell(f"{size}: {number + 1} of {len(questions)} asked")
    return warm, first


def _cold(name: str, corpus: Path, data: Path, units: Path, question: str, open_worker: OpenWorker) -> float:
    """Seconds from nothing to one answer: for ours the real command, for others a process like it."""
    begun = time.perf_counter()
    if name == OURS:
        places = {"STATED_CORPUS_DIR": str(corpus), "STATED_DATA_DIR": str(data)}
        ended = subprocess.run(
            [sys.executable, "-m", "ui", "ask", "--llm", "none", question],
            env={**os.environ, **places}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        seconds = time.perf_counter() - begun
        if ended.returncode:
            raise EvalError(f"A cold `stated ask` failed: {ended.stderr.strip()[-300:]}")
        return seconds
    with open_worker(name, corpus, units) as worker:
        worker("open", str(data))
        worker("ask", question)
        return time.perf_counter() - begun


def with_model(options: argparse.Namespace, open_worker: OpenWorker) -> tuple[dict[str, Measured], list[str]]:
    """Engines that word with a model, over the shipped corpus; and why nothing was measured, if so."""
    if not options.model:
        return {}, []
    from rag import weights

    if not weights.installed(options.model):
        return {}, [f"{options.model} is not installed (`stated models pull`): nothing was measured with it"]
    with tempfile.TemporaryDirectory(prefix="stated-bench-") as scratch, ExitStack() as stack:
        folder = Path(scratch)
        corpus, questions = _corpus(SHIPPED, folder, options)
        workers: dict[str, Callable[..., Any]] = {}
        for name in _MODEL_ENGINES:
            words = (name, corpus, folder / "units.json", "embedded", options.model)
            workers[name] = stack.enter_context(open_worker(*words))
            workers[name]("sync", str(folder / name))
        warm, first = _asked(workers, questions, options.model)
        return {
            name: Measured(
                warm=tuple(warm[name]), first_words=tuple(first[name]), peak_bytes=workers[name]("memory")
            )
            for name in workers
        }, []


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
