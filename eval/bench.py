"""``stated bench``: cold start, latency, sync speed and memory, beside LlamaIndex and brute force in one run.

Exit codes: 0 measured (whether or not an aim is met), 2 could not run with one plain line, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from eval.bench_report import page, table
from eval.bench_result import SHIPPED, Benchmark
from eval.bench_run import OpenWorker, at_size, with_model
from eval.bench_worker import Worker
from eval.faults import EvalError, exit_code
from eval.run import machine
from rag import weights

LARGE = 100_000
_DEFAULT_SIZES = (SHIPPED, "1000", "10000")


def main(argv: Sequence[str], open_worker: OpenWorker = Worker, program: str = "stated bench") -> int:
    """Runs the command; returns the exit code."""
    return exit_code(program, lambda: _command(argv, open_worker, program))


def _command(argv: Sequence[str], open_worker: OpenWorker, program: str) -> int:
    options = parser(program).parse_args(list(argv))
    found = measure(options, open_worker)
    if options.json:
        options.json.write_text(json.dumps(found.to_dict(), indent=1) + "\n", encoding="utf-8")
    if options.plot:
        options.plot.write_text(page(found), encoding="utf-8")
    print(table(found))
    return 0


def parser(program: str = "stated bench") -> argparse.ArgumentParser:
    """Its options."""
    found = argparse.ArgumentParser(
        prog=program,
        description="Measures speed and memory beside LlamaIndex's retriever and brute force, in one run.",
    )
    found.add_argument(
        "--sizes", nargs="+", type=_size, default=list(_DEFAULT_SIZES), metavar="N",
        help=f"sentences of generated corpora, or {SHIPPED} (default: {' '.join(_DEFAULT_SIZES)})",
    )  # fmt: skip
    found.add_argument("--large", action="store_true", help=f"also {LARGE:,} sentences, which takes hours")
    found.add_argument("--questions", type=_count, default=40, metavar="N", help="at each size (%(default)s)")
    found.add_argument("--rounds", type=_count, default=3, metavar="N", help="repetitions (%(default)s)")
    found.add_argument("--model", default="", metavar="NAME", help="also with this model of `stated models`")
    found.add_argument("--json", type=Path, metavar="FILE", help="write every measurement")
    found.add_argument("--plot", type=Path, metavar="FILE", help="write an HTML page with plots")
    found.add_argument("--seed", type=int, default=1, metavar="S", help="of the choices (%(default)s)")
    return found


def _size(text: str) -> str:
    if text != SHIPPED and not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no size: give a number of sentences, or {SHIPPED}")
    return text


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def measure(options: argparse.Namespace, open_worker: OpenWorker) -> Benchmark:
    """The whole run.

    Raises:
        EvalError: an engine broke off, or a file has no folder.
        WeightsError: there is no model of that name.
    """
    for file in filter(None, (options.json, options.plot)):  # before the long work
        if not file.absolute().parent.is_dir():
            raise EvalError(f"There is no folder for {file}: make it first.")
    if options.model:
        weights.find(options.model)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    load = os.getloadavg()[0]
    sizes = list(dict.fromkeys([*options.sizes, *([str(LARGE)] if options.large else [])]))
    found = tuple(at_size(size, options, open_worker) for size in sizes)
    model, notes = with_model(options, open_worker)
    if load > 0.5:
        notes.append("other programs were running: trust the ratios, not the seconds")
    return Benchmark(started, machine(), load, found, options.model, model, tuple(notes))
