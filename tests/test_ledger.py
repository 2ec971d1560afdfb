"""The ledger and its changes, over the corpus of ``test_timeline`` and over rows made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag import Assistant, Change, ChangeKind, LedgerEntry, LedgerRow, Settings, Verdict
from rag.inquiries import Inquiry, inquiries
from rag.ledger import changes, rows
from rag.subjects import still_whole, subjects
from tests.conftest import BRASS, LICENCE, ScriptedAssistant, cite, make_answer

CORPUS = Path(__file__).parent / "data" / "timeline"
PRICE = ("Halden", "price")
COMMON = {"licence", "size", "date", "governance", "training data", "languages", "platforms", "support"}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(corpus_dir=CORPUS, data_dir=tmp_path_factory.mktemp("data"), llm="none")
    with Assistant(settings) as made:
        made.sync()
        yield made


@pytest.fixture(scope="module")
def ledger(assistant: Assistant) -> dict[tuple[str, str], LedgerRow]:
    return {(row.subject, row.detail): row for row in assistant.ledger()}


def test_what_is_called_undisclosed_and_what_is_commonly_asked_has_a_row(
    assistant: Assistant, ledger: dict[tuple[str, str], LedgerRow]
) -> None:
    named = subjects(assistant._stock.current().library(date.today()))
    assert {"Halden", "Halden Mini"} <= set(named)
    for subject in named:
        assert {detail for about, detail in ledger if about == subject} >= COMMON
    assert PRICE in ledger
    assert any("operate" in detail for _, detail in ledger)
    assert any("dome" in detail for _, detail in ledger)


def test_a_row_has_the_dates_of_the_findings_history(
    assistant: Assistant, ledger: dict[tuple[str, str], LedgerRow]
) -> None:
    row = ledger[PRICE]
    answer = assistant.ask(row.question)
    finding = answer.findings[0]
    assert [(e.published, e.verdict) for e in row.history] == [
        (e.published, e.verdict) for e in finding.history
    ]
    assert row.verdict is finding.verdict is Verdict.STATED
    assert row.history[-1].citations[0].quote == "The price of the Halden telescope is 4 million euros."


def test_the_ledger_as_of_a_day_holds_nothing_later(assistant: Assistant) -> None:
    day = date(2025, 6, 1)
    then = assistant.ledger(day)
    assert all(c.published <= day for row in then for e in row.history for c in e.citations)
    assert {(r.subject, r.detail): r.verdict for r in then}[PRICE] is Verdict.UNDISCLOSED


def test_each_detail_is_asked_once_and_kept_until_the_documents_change(assistant: Assistant) -> None:
    told: list[tuple[str, int, int]] = []
    day = date(2025, 3, 10)
    first = assistant.ledger(day, progress=lambda *step: told.append(step))
    asked = len(inquiries(assistant._stock.current().library(day)))
    assert told == [("ledger", done, asked) for done in range(asked + 1)]
    told.clear()
    assert assistant.ledger(day, progress=lambda *step: told.append(step)) is first
    assert not told


def test_changes_after_a_day_have_both_sentences(assistant: Assistant) -> None:
    found = assistant.changes(date(2025, 6, 1))
    price = [c for c in found if (c.subject, c.detail) == PRICE]
    assert [(c.kind.value, c.after.published.isoformat()) for c in price] == [
        ("stated", "2025-09-15"), ("superseded", "2025-12-01"),
    ]  # fmt: skip
    assert price[0].before is not None
    assert price[0].before.citations[0].quote.endswith("has still not been announced.")
    operator = next(c for c in found if "operate" in c.detail)
    assert operator.kind is ChangeKind.UNDISCLOSED
    assert operator.before is not None
    assert "University of Marn" in operator.before.citations[0].quote
    assert [c.after.published for c in found] == sorted(c.after.published for c in found)
    assert not [c for c in found if c.after.published <= date(2025, 6, 1)]
    assert assistant.changes(date(2026, 2, 1)) == ()


KINDS = (
    "---\npublished: 2025-01-01\n---\n"
    "The GRK of the Norvik community has twelve members. A GRK meets weekly. Four GRKs have a chair. "
    "Tarn SDK was released in May. Index SDK was released in June. Tarn SDK is free. "
    "The QX9 guide of Norvik names two boards. The QX9 guide of Norvik was translated. "
    "Index SDK costs 5 euros. The nor-isa package is used by Norvik. The nor-isa package was changed. "
    "The files of the Norvik community do not name a price.\n"
    "The depth and completeness of these ports are unclear.\n"
)


def test_subjects_are_whole_names_of_things(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").write_text(KINDS, "utf-8")
    with Assistant(Settings(corpus_dir=tmp_path / "corpus", data_dir=tmp_path / "data")) as assistant:
        assistant.sync()
        library = assistant._stock.current().library(date.today())
    named = subjects(library)
    assert {"Tarn SDK", "Index SDK", "Norvik"} <= set(named)
    assert not {"SDK", "GRK", "GRKs", "nor", "QX9"} & set(named), named
    asked = {(one.subject, one.detail): one.question for one in inquiries(library)}
    assert ("Norvik", "price") in asked  # said by the files of the community, about it
    assert {detail for _, detail in asked} >= {"depth of the ports", "completeness of the ports"}


def test_what_became_a_word_of_a_longer_name_is_no_subject_of_its_own() -> None:
    then = ("Orlen", "Norvik", "Halden")
    assert still_whole(then, ("Norvik", "Teal Orlen")) == ("Norvik", "Halden")
    assert still_whole(then, ("Orlen", "Teal Orlen")) == then


def entry(day: int, verdict: Verdict, quote: str = BRASS) -> LedgerEntry:
    published = date(2025, 1, day)
    return LedgerEntry(published, verdict, (replace(cite(BRASS), quote=quote, published=published),))


def kinds(*history: LedgerEntry) -> list[ChangeKind]:
    row = LedgerRow("lamp", "price", "?", history[-1].verdict, history)
    return [change.kind for change in changes([row], date(2024, 1, 1))]


def test_saying_it_again_is_no_change() -> None:
    stated, open_ = Verdict.STATED, Verdict.UNDISCLOSED
    again = entry(3, stated, "It costs 5 euros still.")
    assert kinds(entry(1, stated, "It costs 5 euros."), again) == [ChangeKind.STATED]
    other = entry(3, stated, "It costs 6 euros.")
    assert kinds(entry(1, stated, "It costs 5 euros."), other) == [ChangeKind.STATED, ChangeKind.SUPERSEDED]
    assert kinds(entry(1, open_), entry(2, open_)) == [ChangeKind.UNDISCLOSED]
    assert kinds(entry(1, open_), entry(2, stated), entry(3, open_)) == [
        ChangeKind.UNDISCLOSED, ChangeKind.STATED, ChangeKind.UNDISCLOSED,
    ]  # fmt: skip


def stated(day: int, quote: str, published: int = 0) -> LedgerEntry:
    said = replace(cite(BRASS), quote=quote, published=date(2025, 1, published or day))
    return LedgerEntry(date(2025, 1, day), Verdict.STATED, (said,))


def told(ledger: dict[tuple[str, str], tuple[LedgerEntry, ...]]) -> list[tuple[str, str]]:
    """The subjects and details of what changed after the first day."""
    found = [LedgerRow(*name, "?", Verdict.STATED, history) for name, history in ledger.items()]
    return [(change.subject, change.detail) for change in changes(found, date(2025, 1, 1))]


def test_a_sentence_is_told_of_the_subject_that_it_names_first() -> None:
    said = (stated(2, "The Tarn saw is governed by the Board and its Council."),)
    tarn, board, council = (("Tarn", "governance"), ("Board", "governance"), ("Council", "governance"))
    assert told({board: said, tarn: said, ("Odd", "governance"): said}) == [tarn]
    # Where it changed what had been told of another, that is told too.
    held = (entry(1, Verdict.UNDISCLOSED), *said)
    assert told({board: said, tarn: said, council: held}) == [council, tarn]


def test_a_sentence_is_told_of_the_detail_that_says_more() -> None:
    said = (stated(2, "Where the data came from is not known."),)
    whole = ("Tarn", "origin of the data")
    assert told({("Tarn", "data"): said, whole: said, ("Tarn", "price"): said}) == [whole, ("Tarn", "price")]


def test_older_sentences_read_otherwise_are_no_change() -> None:
    price, first = ("saw", "price"), stated(2, "It costs 5 euros.")
    assert told({price: (first, stated(4, "It costs 6 euros.", published=1))}) == [price]
    assert told({price: (first, stated(4, "It costs 6 euros."))}) == [price, price]


def test_a_question_that_nobody_understood_has_no_row() -> None:
    empty = make_answer("?", verdict=Verdict.NOT_COVERED, findings=())
    asked = ScriptedAssistant(empty, make_answer("What of it?"))
    made = rows([Inquiry("lamp", "a", "?"), Inquiry("lamp", "b", "What of it?")], asked.ask)
    assert [(row.detail, row.verdict) for row in made] == [("b", Verdict.STATED)]


def test_rows_and_changes_turn_into_plain_values() -> None:
    row = LedgerRow("lamp", "licence", "?", Verdict.UNDISCLOSED, (entry(2, Verdict.UNDISCLOSED, LICENCE),))
    plain = row.to_dict()
    assert plain["history"][0]["published"] == "2025-01-02"
    change = Change(ChangeKind.STATED, "lamp", "licence", None, row.history[0]).to_dict()
    assert (change["kind"], change["before"], change["after"]) == ("stated", None, plain["history"][0])
