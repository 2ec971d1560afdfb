"""Jobs that change documents: the next need not wait until what the last one changed is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from rag.errors import StatedError
from rag.records import LedgerRow
from tests.conftest import BRASS, ScriptedAssistant, make_answer
from tests.test_page_ledger import LATE, row, until
from ui.documents import Changes, Outcome, carry_out
from ui.jobs import Desk, Job
from ui.ledger_reading import Readings


class Shelf(ScriptedAssistant):
    """Each note states one detail; the ledger is read detail by detail, as it is let."""

    def __init__(self) -> None:
        super().__init__(make_answer("What is the lamp made of?", BRASS))
        self.notes: list[str] = []
        self.let = threading.Event()
        self.let.set()

    def ledger(self, as_of: date | None = None, progress: Any = None) -> tuple[LedgerRow, ...]:
        seen = list(self.notes)  # one consistent index, as the engine gives
        for done in range(2):
            progress("ledger", done, 2)
            assert self.let.wait(20)
        progress("ledger", 2, 2)
        return tuple(row("Lamp", name, LATE) for name in seen)


@pytest.fixture
def shelf() -> Iterator[tuple[Shelf, Readings, Changes]]:
    assistant = Shelf()
    readings = Readings(assistant)  # type: ignore[arg-type]
    yield assistant, readings, Changes(readings)
    assistant.let.set()
    readings.close()


def adding(assistant: Shelf, changes: Changes, name: str) -> Any:
    def act(_: Job) -> Outcome:
        assistant.notes.append(name)
        assistant.let.clear()
        return Outcome([f"{name} was added."])

    return lambda job: carry_out(changes, job, act)


def test_the_next_document_is_taken_while_the_first_ones_changes_are_being_told(
    shelf: tuple[Shelf, Readings, Changes],
) -> None:
    assistant, readings, changes = shelf
    desk = Desk()
    first = desk.start("Adding documents", adding(assistant, changes, "wick"), str)
    until(lambda: first.so_far)
    watched = readings.watch()
    next(watched)  # somebody has the ledger open

    second = desk.start("Adding documents", adding(assistant, changes, "shade"), str)
    assert first.finished.is_set() and first.result == first.so_far and not first.failed
    assert "wick was added" in first.result and "newly stated" not in first.result
    until(lambda: second.so_far)
    assert assistant.notes == ["wick", "shade"]
    assistant.let.set()
    assert second.finished.wait(20)
    assert "2 details newly stated" in second.result  # with what the first one did not come to tell
    *_, last = watched
    assert [one.detail for one in last.rows] == ["wick", "shade"]  # not those of before

    assistant.let.set()
    third = desk.start("Adding documents", lambda job: carry_out(changes, job, lambda _: Outcome()), str)
    assert third.finished.wait(20) and "newly stated" not in third.result


def test_what_an_overtaken_job_did_not_tell_is_told_though_the_next_one_changes_nothing(
    shelf: tuple[Shelf, Readings, Changes],
) -> None:
    assistant, _, changes = shelf
    desk = Desk()
    first = desk.start("Adding documents", adding(assistant, changes, "wick"), str)
    until(lambda: first.so_far)
    refused = Outcome(refused={"0 shade.md": "shade.md has no date."})
    second = desk.start("Adding documents", lambda job: carry_out(changes, job, lambda _: refused), str)
    assistant.let.set()
    assert second.finished.wait(20)
    assert "shade.md has no date" in second.result and "1 detail newly stated" in second.result


def test_what_lasts_is_never_overtaken() -> None:
    desk, go = Desk(), threading.Event()

    def work(job: Job) -> str:
        assert go.wait(20)
        return "<p>done</p>"

    job = desk.start("Adding documents", work, str)
    with pytest.raises(StatedError, match="“Adding documents” is still running"):
        desk.start("Removing a document", work, str)
    go.set()
    assert job.finished.wait(20) and job.result == "<p>done</p>"


def test_a_job_that_fails_says_so_and_the_next_one_starts() -> None:
    def fails(job: Job) -> str:
        raise StatedError("The ledger could not be read.")

    desk = Desk()
    job = desk.start("Adding documents", fails, lambda words: f"<p>{words}</p>")
    assert job.finished.wait(20) and job.failed and job.result == "<p>The ledger could not be read.</p>"
    assert desk.start("Adding documents", lambda _: "<p>x</p>", str).finished.wait(20)
