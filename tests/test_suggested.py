"""Questions to go on with: one of each status, by what the ledger knows, and none that was asked."""

from __future__ import annotations

from datetime import date

from rag.records import LedgerEntry, LedgerRow, Verdict
from tests.conftest import BRASS, LICENCE, ScriptedAssistant, cite, make_answer
from ui.suggested import suggested

EARLY = LedgerEntry(date(2025, 1, 2), Verdict.UNDISCLOSED, (cite(LICENCE),))
LATE = LedgerEntry(date(2025, 6, 7), Verdict.STATED, (cite(BRASS),))
OWN = ScriptedAssistant(make_answer("What is the lamp made of?"))


def row(subject: str, detail: str, *history: LedgerEntry) -> LedgerRow:
    verdict = history[-1].verdict if history else Verdict.NOT_COVERED
    return LedgerRow(subject, detail, f"{subject} {detail}?", verdict, history)


LEDGER = [
    row("", "gift", EARLY),
    row("Bell", "size"),
    row("Lamp", "colour", LATE),
    row("Lamp", "licence", EARLY, LATE),
    row("Lamp", "price", EARLY),
    row("Lamp", "size"),
    row("Shade", "licence", EARLY),
]
EACH = ["Lamp licence?", "Shade licence?", "What do the sources say about Lamp?", "Lamp size?"]


def test_one_of_each_status_of_what_is_in_a_title_or_else_spoken_of_most() -> None:
    assert suggested(OWN, (), LEDGER) == EACH  # type: ignore[arg-type]
    more = [row("Wall", f"part {number}", EARLY, LATE) for number in range(9)]
    assert suggested(OWN, (), [*more, *LEDGER]) == EACH  # type: ignore[arg-type]


def test_what_was_asked_does_not_come_again() -> None:
    answers = [make_answer(question) for question in EACH[:3]]
    found = suggested(OWN, answers, [*LEDGER, row("Shade", "wick", LATE)])  # type: ignore[arg-type]
    assert found == ["Lamp colour?", "Lamp price?", "What do the sources say about Shade?", "Lamp size?"]


def test_the_engines_own_are_given_where_a_status_is_missing() -> None:
    for ledger in ([], [one for one in LEDGER if one.history]):
        assert suggested(OWN, (), ledger) == ["What is the lamp made of?"]  # type: ignore[arg-type]
    assert suggested(OWN, [make_answer("What is the lamp made of?")], ()) == []  # type: ignore[arg-type]
