"""Four people who ask on and on: no error, no growth of memory, and nobody waits longer at the end.

`pytest -m long tests/test_soak.py -s` takes half an hour and prints what it measured; half a minute of it
runs with the others, too short to judge memory by.
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from eval.bench_engines import memory
from eval.questions import load
from tests.test_two_apps import ROOT, TOKEN, App

CLIENTS, HALF_AN_HOUR = 4, 1_800
MOST_GROWTH, MOST_SLOWER = 1.05, 1.2


@dataclass
class Soaked:
    """What was measured: answers as (seconds since the beginning, seconds waited), bytes likewise."""

    answers: list[tuple[float, float]] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STATED_")}
    mine = {"STATED_DATA_DIR": str(tmp_path / "data"), "STATED_MCP_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
    with (tmp_path / "said").open("w") as said:
        found = App.start(kept | mine, tmp_path, said)
        try:
            found.wait()
            yield found
        finally:
            found.kill()


def soaked(app: App, seconds: float) -> Soaked:
    """Has ``CLIENTS`` ask in turn for so long; every other question has a word never asked before."""
    questions = [q.text for q in load(parts=("development",), corpora=("article", "notes"))]
    found, begun, numbers = Soaked(), time.monotonic(), itertools.count()

    def client() -> None:
        while (now := time.monotonic()) - begun < seconds:
            number = next(numbers)
            question = questions[number // 2 % len(questions)]
            if number % 2:
                question = f"What does the Quill{number:x}ora report say about this: {question}"
            try:
                assert app.ask(question)["status"]
            except (httpx.HTTPError, LookupError, ValueError, AssertionError) as error:
                found.faults.append(f"{type(error).__name__}: {error}")
            found.answers.append((now - begun, time.monotonic() - now))

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    while any(one.is_alive() for one in clients):
        with suppress(OSError, StopIteration):  # the machine does not tell, or the process has ended
            found.memory.append((time.monotonic() - begun, memory("VmRSS", app.process.pid)))
        time.sleep(1)
    return found


def part(measured: list[tuple[float, float]], first: float, last: float) -> float:
    """The median of what was measured between two times."""
    return statistics.median(value for at, value in measured if first <= at < last)


@pytest.mark.parametrize("seconds", [30, pytest.param(HALF_AN_HOUR, marks=pytest.mark.long)])
def test_four_people_ask_on_and_on(app: App, seconds: float) -> None:
    found = soaked(app, seconds)
    assert not found.faults, found.faults[:3]
    assert len(found.answers) > CLIENTS
    if seconds < HALF_AN_HOUR:
        return
    quarters = [(n * seconds / 4, (n + 1) * seconds / 4) for n in range(4)]
    waits = [part(found.answers, *quarter) for quarter in quarters]
    sizes = [part([(at, float(size)) for at, size in found.memory], *quarter) for quarter in quarters]
    told = f"{len(found.answers)} answers; medians by quarter: {[f'{w:.2f} s' for w in waits]}, "
    sys.stdout.write(f"{told}{[f'{size / 1e6:.0f} MB' for size in sizes]}\n")
    # The first quarter is warm-up: what is loaded once, and caches that are bounded.
    assert sizes[3] <= sizes[1] * MOST_GROWTH
    assert waits[3] <= waits[1] * MOST_SLOWER
