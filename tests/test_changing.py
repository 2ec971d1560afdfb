"""What changed: each detail once, what had been undisclosed first, and nothing that is only said again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag import Answer, Assistant, Settings, Status, Verdict
from rag.dates import last_before
from rag.leads import asked_itself
from rag.question import Ask

CORPUS = Path(__file__).parent / "data" / "timeline"
TODAY = date(2026, 6, 1)
PRICE = "The price of the Halden telescope is 4 million euros."
WEIGHT = "The Halden telescope weighs 110 tonnes."
OPERATOR = "It has not been decided who will operate the Halden telescope."
MINI = "The price of the Halden Mini is 40,000 euros."


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    data = tmp_path_factory.mktemp("data")
    with Assistant(Settings(corpus_dir=CORPUS, data_dir=data, llm="none")) as made:
        made.sync()
        yield made


def leads(answer: Answer) -> dict[str, Verdict]:
    """The leading sentence of each finding with its verdict."""
    return {answer.citations[found.citations[0]].quote: found.verdict for found in answer.findings}


def test_what_changed_is_told_detail_by_detail_with_what_stood_before(assistant: Assistant) -> None:
    answer = assistant.ask("What has changed about the Halden telescope since the announcement?", TODAY)
    assert leads(answer)[PRICE] == leads(answer)[WEIGHT] == Verdict.STATED
    before = "The price of the Halden telescope has still not been announced."
    assert f"“{PRICE}”" in answer.text and f"called undisclosed: “{before}”" in answer.text
    assert answer.checks and all(check.passed for check in answer.checks)


def test_what_was_open_comes_first(assistant: Assistant) -> None:
    answer = assistant.ask("What changed about the Halden telescope?", TODAY)
    findings = [found for found in answer.findings if not found.detail.startswith("What changed")]
    opened = [any(e.verdict is Verdict.UNDISCLOSED for e in f.history[:1]) for f in findings]
    assert opened == sorted(opened, reverse=True) and opened[0]


def test_what_else_is_said_since_comes_last_and_nothing_twice(assistant: Assistant) -> None:
    answer = assistant.ask("What has changed about the Halden telescope since 1 June 2025?", TODAY)
    *details, rest = answer.findings
    assert rest.detail.startswith("What changed") and rest.verdict is Verdict.STATED and details
    told = [answer.citations[index] for index in rest.citations]
    assert all(citation.published > date(2025, 6, 1) for citation in told)
    assert not {index for found in details for index in found.citations} & set(rest.citations)


def test_without_a_name_all_that_was_left_open_is_asked_again(assistant: Assistant) -> None:
    assert leads(assistant.ask("What has changed since the article?", TODAY)).items() >= {
        PRICE: Verdict.STATED, WEIGHT: Verdict.STATED,
    }.items()  # fmt: skip


def test_a_day_is_kept_to(assistant: Assistant) -> None:
    """After 1 December 2025 only who operates it changed: it had been stated, and is open again."""
    answer = assistant.ask("What changed about the Halden telescope since 1 December 2025?", TODAY)
    assert leads(answer) == {OPERATOR: Verdict.UNDISCLOSED}
    assert answer.status is Status.UNDISCLOSED


def test_nothing_of_a_later_day_is_told(assistant: Assistant) -> None:
    answer = assistant.ask("What has changed about the Halden telescope?", date(2025, 6, 1))
    assert {citation.published for citation in answer.citations} <= {date(2025, 3, 10), date(2025, 6, 1)}
    assert PRICE not in leads(answer)


@pytest.mark.parametrize("about", ["", " about the Halden telescope"])
def test_where_nothing_is_later_that_is_said(assistant: Assistant, about: str) -> None:
    answer = assistant.ask(f"What has changed{about} since the announcement?", date(2025, 3, 10))
    assert answer.status is Status.NOT_COVERED and answer.text.startswith("No later source")


def test_a_document_may_tell_itself_what_changed(tmp_path: Path) -> None:
    """With one document, or of a thing without a name, "what changed" is a question like others."""
    changed = "The Norvik lamp changed its switch: it is made of brass now."
    (tmp_path / "a.md").write_text(f"---\npublished: 2025-01-01\n---\n{changed} The fares rose.", "utf-8")
    with Assistant(Settings(corpus_dir=tmp_path, data_dir=tmp_path / "data", llm="none")) as other:
        answer = other.ask("What has changed about the Norvik lamp?", TODAY)
    assert answer.status is Status.STATED and leads(answer) == {changed: Verdict.STATED}


def test_a_thing_without_details_is_told_by_what_the_later_documents_say(assistant: Assistant) -> None:
    answer = assistant.ask("What has changed about Arle Steel since 2025-06-01?", TODAY)
    assert answer.text.count("Arle Steel has 200 employees.") == 1


def test_a_detail_is_asked_itself_for_its_history_tells_what_changed(assistant: Assistant) -> None:
    answer = assistant.ask("Has the price of the Halden telescope changed since the announcement?", TODAY)
    assert answer.findings[0].verdict is Verdict.STATED and "called undisclosed" in answer.text


def test_what_a_ledger_knows_to_stand_still_is_not_asked_again(assistant: Assistant) -> None:
    question = "What has changed about the Halden telescope?"
    before = assistant.ask(question, TODAY)
    assistant.ledger(TODAY)
    after = assistant.ask(question, TODAY)
    assert after.findings == before.findings and after.text == before.text


CHANGES = {
    "What changed?": None,
    "So, what has changed since the article?": None,
    "What's new since March 2026?": date(2026, 2, 28),
    "What has been announced about the Kestrel since 2026?": date(2025, 12, 31),
    "Anything new about the Kestrel since 3 May 2026?": date(2026, 5, 3),
    "What became of the Kestrel?": None,
    "Are there any changes to the Kestrel after 2026-03-01?": date(2026, 3, 1),
    "How has the Kestrel evolved since june 2026?": date(2026, 5, 31),
    "Did Arle Steel keep its promise about the Kestrel?": None,
    "Has the firm already delivered on its plans for the Kestrel?": None,
}
OTHERWISE = [
    "What is new in Kestrel 2.1?",
    "What are the changes in version 3?",
    "What was announced about the Kestrel?",
    "Did the valve change?",
    "What happened to the Kestrel in May?",
    "What is different about the Kestrel?",
    "How has the Kestrel been received?",
    "What changes the colour of the lamp?",
    "Who changed the licence?",
    "What changed in the timetable?",
    "Did Arle Steel keep its promises?",
    "Did Arle Steel keep the Kestrel?",
    "Did Arle Steel keep its promise to repair the Kestrel?",
]


@pytest.mark.parametrize(("question", "since"), CHANGES.items())
def test_questions_for_changes_are_told(question: str, since: date | None) -> None:
    lead = asked_itself(question, {"kestrel": 1.0})
    assert (lead.ask, lead.since) == (Ask.CHANGES, since)
    assert bool(lead.otherwise) is (" since " not in question and " after " not in question)


@pytest.mark.parametrize("question", OTHERWISE)
def test_other_questions_with_such_words_are_not(question: str) -> None:
    assert asked_itself(question, {"kestrel": 1.0}).ask is None


def test_a_promise_to_do_something_is_kept_where_that_was_done() -> None:
    lead = asked_itself("Did the firm keep its promise to repair the Kestrel by May?", {"kestrel": 1.0})
    assert lead.text == "Did the firm repair the Kestrel by May?"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("the article", None), ("31 December 2025", date(2025, 12, 31)), ("2026-01-05", date(2026, 1, 5)),
        ("may 2026", date(2026, 4, 30)), ("2026", date(2025, 12, 31)), ("31 February 2026", None),
    ],
)  # fmt: skip
def test_since_a_month_is_from_its_first_day_and_since_a_day_after_it(text: str, day: date | None) -> None:
    assert last_before(text) == day
