"""The ledger's tab: marks that lead to sentences, and the reading behind it, done once for all who wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rag.errors import StatedError
from rag.records import LedgerEntry, LedgerRow, Verdict
from tests.conftest import BRASS, HOSTILE, LICENCE, ScriptedAssistant, cite, make_answer
from tests.test_page_views import Tags
from ui.ledger_pane import marks_of, pane_html
from ui.ledger_reading import Reading, Readings
from ui.ledger_view import ledger_html, reading_html, shown_rows

EARLY = LedgerEntry(date(2025, 1, 2), Verdict.UNDISCLOSED, (cite(LICENCE),))
LATE = LedgerEntry(date(2025, 6, 7), Verdict.STATED, (cite(BRASS),))
EVIL = "<img src=x onerror=alert(1)> ${alert(1)} {{value}}"


def row(subject: str, detail: str, *history: LedgerEntry) -> LedgerRow:
    verdict = history[-1].verdict if history else Verdict.NOT_COVERED
    return LedgerRow(subject, detail, f"What is the {detail} of {subject}?", verdict, history)


ROWS = [
    row("Lamp", "licence", EARLY, LATE),
    row("Lamp", "size"),
    row("Shade", "licence", EARLY),
    row("Shade", "wick", LATE),
    row("Wall", "licence"),
    row("Wall", "size"),
]


def test_every_mark_leads_to_the_sentences_of_its_detail() -> None:
    table, pane = Tags(ledger_html(ROWS, 6)), Tags(pane_html(ROWS))
    marks = table.all("data-cell")
    assert len(marks) == len(set(marks)) == 3
    assert {f"cell-{mark}" for mark in marks} == {i for i in pane.all("id") if i.startswith("cell-")}
    assert set(pane.all("data-cell")) == set(marks)  # the timeline leads there too
    assert BRASS in pane.text and LICENCE in pane.text and "What is the wick of Shade?" in pane.text


def test_a_change_is_told_by_word_and_icon() -> None:
    found = Tags(marks_of(ROWS[0]))
    assert found.text.strip() == "⊘→Undisclosed, then ✓Stated"
    assert found.all("aria-hidden") == ["true"] * 3  # the words alone are read out
    assert Tags(marks_of(ROWS[2])).text.strip() == "⊘Undisclosed"
    assert "was undisclosed" in Tags(pane_html(ROWS)).text


def test_what_no_document_mentions_is_named_and_takes_no_room_in_the_table() -> None:
    html = ledger_html(ROWS, 6)
    table, silent = html.split("<details")
    assert "Wall" not in table and 'columnheader">size' not in table
    assert "Wall</b>: licence, size" in silent and "3 details that no document mentions" in silent
    assert " open" not in silent.split(">")[0]
    alone = ledger_html(shown_rows(ROWS, "", "not_covered"), 6)
    assert "<table" not in alone and '<details class="silence" open>' in alone


def test_words_of_sources_are_shown_not_run() -> None:
    rows = [row(EVIL, EVIL, replace(EARLY, citations=(cite(HOSTILE),))), row(EVIL, "size")]
    for html in (ledger_html(rows, 2), pane_html(rows)):
        found = Tags(html)
        assert not {"img", "script"} & set(found.tags)
        assert EVIL in found.text


def test_the_filter_takes_words_of_sentences_and_verdicts() -> None:
    assert shown_rows(ROWS, "BRASS shade", "all") == [ROWS[3]]
    assert shown_rows(ROWS, "", "undisclosed") == [ROWS[2]]


def test_how_long_it_takes_is_told_once_it_is_known() -> None:
    assert "left" not in reading_html(Reading(done=4, total=40))
    told = reading_html(Reading(done=20, total=40, began=time.monotonic() - 60))
    assert "20 of 40 details, about 1 minute left" in told and 'value="20" max="40"' in told
    assert "about 10 s left" in reading_html(Reading(done=20, total=40, began=time.monotonic() - 10))


class Slow(ScriptedAssistant):
    """Its ledger goes on detail by detail, as it is let."""

    def __init__(self, **fault: Exception) -> None:
        super().__init__(make_answer("What is the lamp made of?", BRASS))
        self.read, self.steps, self.fault = 0, threading.Semaphore(0), fault.get("fault")

    def ledger(self, as_of: date | None = None, progress: Any = None) -> tuple[LedgerRow, ...]:
        self.read += 1
        for done in range(4):
            progress("ledger", done, 4)
            assert self.steps.acquire(timeout=20)
        if self.fault:
            raise self.fault
        return tuple(ROWS)


@pytest.fixture
def slow() -> Iterator[tuple[Slow, Readings]]:
    assistant = Slow()
    readings = Readings(assistant)  # type: ignore[arg-type]
    yield assistant, readings
    assistant.steps.release(9)
    readings.close()


def until(what: Any) -> None:
    end = time.monotonic() + 20
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_it_is_read_once_for_all_who_wait_and_tells_them_how_far_it_is(slow: tuple[Slow, Readings]) -> None:
    assistant, readings = slow
    watched = readings.watch()
    assert next(watched) is readings.read()
    assistant.steps.release(2)
    until(lambda: readings.read().done == 2)
    assistant.steps.release(2)
    *_, last = watched
    assert (assistant.read, last.rows, last.fault) == (1, ROWS, "")
    assert readings.latest == ROWS
    assert readings.read() is not last  # after a change of the documents the engine has others


def test_it_waits_while_a_question_is_answered(slow: tuple[Slow, Readings]) -> None:
    assistant, readings = slow
    with readings.aside():
        reading = readings.read()
        until(lambda: reading.total)
        assistant.steps.release(4)
        time.sleep(0.3)
        assert reading.done == 0
    assert reading.finished.wait(20)


def test_closing_the_page_ends_it_at_the_next_detail(slow: tuple[Slow, Readings]) -> None:
    assistant, readings = slow
    reading = readings.read()
    until(lambda: reading.total)
    threading.Timer(0.2, assistant.steps.release).start()
    readings.close()
    assert reading.finished.is_set() and reading.done == 1 and not reading.rows


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    ("fault", "told"), [(StatedError("The index is gone."), "The index is gone."), (KeyError("x"), "defect")]
)
def test_what_stopped_it_is_told(fault: Exception, told: str) -> None:
    assistant = Slow(fault=fault)
    assistant.steps.release(9)
    readings = Readings(assistant)  # type: ignore[arg-type]
    reading = readings.read()
    assert reading.finished.wait(20) and told in reading.fault
    with pytest.raises(StatedError, match=told):
        readings.rows(lambda *_: None)
    assert readings.latest == []
    readings.close()  # the thread's own end belongs to this test
