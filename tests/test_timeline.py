"""Verdicts over dates on a small corpus of another field, with the real embedder and index.

An announcement, two logs with dated sections and a later note: a sibling, a "still not announced", a
withdrawal, a contradiction on the same date, a plan that nobody confirmed.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag import Answer, Assistant, Settings, Status, Verdict
from rag.records import ClaimKind, Finding, Polarity

CORPUS = Path(__file__).parent / "data" / "timeline"
NAMES = sorted(path.name for path in CORPUS.iterdir())
DAYS = [date(2025, 3, 10), date(2025, 6, 1), date(2025, 9, 15), date(2025, 12, 1), date(2026, 2, 1)]
TODAY = date(2026, 6, 1)
PRICE = "What is the price of the Halden telescope?"
OPERATOR = "Who will operate the Halden telescope?"
WEIGHT = "What does the Halden telescope weigh?"
ARCHIVE = "Has the archive of the Halden telescope been published?"
VISITORS = "When will the Halden telescope open to visitors?"
SIBLING = "What is the price of the Halden Mini?"
DOME = "Which company will supply the dome?"
SILENT = "Who financed the Halden telescope?"
UNKNOWN = "What is still undisclosed about the Halden telescope?"
ABOUT = "Tell me about the Halden telescope"
QUESTIONS = (PRICE, OPERATOR, WEIGHT, ARCHIVE, VISITORS, SIBLING, DOME, SILENT, UNKNOWN, ABOUT)


def assistant_over(folder: Path, data: Path, like: Assistant | None = None) -> Assistant:
    """An assistant of its own; what is heavy is that of another one, where there is one."""
    made = Assistant(Settings(corpus_dir=folder, data_dir=data, llm="none"))
    if like:
        made._stock._embedder, made._stock.parser = like._stock._embedder, like._stock.parser
    return made


def written(folder: Path, *notes: tuple[str, str]) -> Path:
    """A folder with a release note for each day and text."""
    folder.mkdir()
    for day, text in notes:
        head = f"---\npublished: {day}\nkind: release-note\n---\n"
        (folder / f"{day}.md").write_text(head + text, "utf-8")
    return folder


def asked_over(folder: Path, like: Assistant, question: str, *notes: tuple[str, str]) -> Answer:
    """What release notes of these days and texts, and nothing else, say to a question today."""
    with assistant_over(written(folder, *notes), folder.with_suffix(".data"), like) as made:
        return made.ask(question, TODAY)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(CORPUS, tmp_path_factory.mktemp("data")) as made:
        made.sync()
        yield made


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> dict[str, dict[date, Answer]]:
    """Every question as of every day on which something was published, the day before all, and today."""
    days = (date(2025, 3, 9), *DAYS, TODAY)
    return {question: {day: assistant.ask(question, day) for day in days} for question in QUESTIONS}


def leading(answer: Answer) -> Finding:
    return answer.findings[0]


def leading_quote(answer: Answer) -> str:
    return answer.citations[leading(answer).citations[0]].quote


def quotes(answer: Answer) -> list[str]:
    return [answer.citations[index].quote for index in leading(answer).citations]


def then(finding: Finding, day: date) -> Verdict:
    """The verdict that a history gives for a day."""
    past = [entry for entry in finding.history if entry.published <= day]
    return past[-1].verdict if past else Verdict.NOT_COVERED


def told(finding: Finding) -> list[tuple[str, str]]:
    return [(entry.published.isoformat(), entry.verdict.value) for entry in finding.history]


def plain(answer: Answer) -> dict[str, object]:
    """An answer without the time that it took."""
    return {key: value for key, value in answer.to_dict().items() if key != "seconds"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_history_tells_what_was_answered_on_every_day(
    question: str, answers: dict[str, dict[date, Answer]]
) -> None:
    now = answers[question][TODAY]
    for day, answer in answers[question].items():
        assert leading(answer).verdict is then(leading(now), day), day
        entries = [entry for entry in leading(now).history if entry.published <= day]
        assert told(leading(answer)) == [(e.published.isoformat(), e.verdict.value) for e in entries]


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_of_a_later_day_is_in_an_answer(
    question: str, answers: dict[str, dict[date, Answer]], assistant: Assistant
) -> None:
    later = {s.published for d in assistant.documents() for s in d.sections}
    for day, answer in answers[question].items():
        assert all(c.published <= day for c in (*answer.citations, *answer.related))
        assert all(e.published <= day for f in answer.findings for e in f.history)
        assert not any(future.isoformat() in answer.text for future in later if future > day)
        assert all(check.passed for check in answer.checks), answer.checks


def test_the_newest_price_leads_and_the_older_ones_stay_in_sight(
    answers: dict[str, dict[date, Answer]],
) -> None:
    now = answers[PRICE][TODAY]
    assert quotes(now) == ["The price of the Halden telescope is 4 million euros."]
    assert told(leading(now)) == [
        ("2025-03-10", "undisclosed"), ("2025-06-01", "undisclosed"), ("2025-09-15", "stated"),
        ("2025-12-01", "stated"),
    ]  # fmt: skip
    assert (
        "This supersedes what a source said on 2025-09-15: “The price of the Halden telescope is 3 million"
        in (now.text)
    )
    assert "As of 2025-06-01 this was called undisclosed:" in now.text
    assert not leading(now).conflict


def test_what_a_sibling_costs_is_no_price_of_the_thing(answers: dict[str, dict[date, Answer]]) -> None:
    june = answers[PRICE][date(2025, 6, 1)]
    assert june.status == "undisclosed"
    assert quotes(june) == ["The price of the Halden telescope has still not been announced."]
    assert not any("40,000" in citation.quote for citation in june.citations)
    assert told(leading(answers[SIBLING][TODAY])) == [("2025-06-01", "stated")]


def test_a_withdrawal_leads_and_what_was_stated_stays_in_sight(
    answers: dict[str, dict[date, Answer]],
) -> None:
    now = answers[OPERATOR][TODAY]
    assert now.status == "undisclosed"
    assert told(leading(now)) == [
        ("2025-03-10", "undisclosed"), ("2025-06-01", "stated"), ("2026-02-01", "undisclosed"),
    ]  # fmt: skip
    assert "Earlier, on 2025-06-01, a source stated it: “The University of Marn" in now.text
    assert answers[OPERATOR][date(2025, 12, 1)].status == "stated"


def test_two_sources_of_one_date_that_differ_are_a_conflict(answers: dict[str, dict[date, Answer]]) -> None:
    now = answers[WEIGHT][TODAY]
    assert now.status == "stated"
    assert leading(now).conflict
    assert {"The Halden telescope weighs 90 tonnes.", "The Halden telescope weighs 110 tonnes."} == set(
        quotes(now)
    )
    assert "Two sources of the same date differ, and neither is later." in now.text
    assert "What the Halden telescope weighs is not yet known." in now.text


def test_a_fact_stands_before_the_plan_that_it_fulfils(answers: dict[str, dict[date, Answer]]) -> None:
    now, before = answers[ARCHIVE][TODAY], answers[ARCHIVE][date(2025, 6, 1)]
    assert (leading(now).polarity, now.claims[0].kind) == (Polarity.YES, ClaimKind.FACT)
    assert "As of 2025-03-10 it was planned:" in now.text
    assert (leading(before).polarity, before.claims[0].kind) == (None, ClaimKind.COMMITMENT)


def test_a_plan_whose_date_has_passed_stays_a_plan(answers: dict[str, dict[date, Answer]]) -> None:
    stale = "This was a plan as of 2025-03-10; its date has passed, and no later source confirms it."
    assert answers[VISITORS][TODAY].text.startswith(stale)
    assert answers[VISITORS][TODAY].claims[0].kind is ClaimKind.COMMITMENT
    assert answers[VISITORS][date(2025, 6, 1)].text.startswith("This is a plan, not reported as done.")


def test_no_plan_is_called_unconfirmed_beside_a_later_fact(assistant: Assistant, tmp_path: Path) -> None:
    answer = asked_over(
        tmp_path / "corpus", assistant, "When was the Norvik opened?",
        ("2025-01-10", "The Marsk project plans to open the Norvik in May 2025."),
        ("2025-06-02", "The driver repository of the Norvik was opened on 30 May 2025."),
    )  # fmt: skip
    assert "30 May 2025" in answer.text
    assert "confirms" not in answer.text


def test_what_a_page_reports_of_the_thing_stands_before_the_plan_of_it(
    assistant: Assistant, tmp_path: Path
) -> None:
    slides = "Slides of the Halden observatory plan the opening of the dome and the archive by May."
    page = "The page of the Halden archive says that the archive of the observatory went online in January."
    question = "In what month did the archive of the Halden observatory go online?"
    notes = (("2025-11-15", slides), ("2026-03-20", page))
    answer = asked_over(tmp_path / "corpus", assistant, question, *notes)
    assert answer.text.startswith("The source says: “The page of the Halden archive says")
    assert "As of 2025-11-15 it was planned" in answer.text


def test_the_sentence_with_every_word_asked_for_leads_over_one_that_lacks_some(
    assistant: Assistant, tmp_path: Path
) -> None:
    opened = asked_over(
        tmp_path / "opened", assistant, "Has the workshop of the Halden observatory been opened?",
        ("2025-11-07", "Slides of the Halden observatory mark every part of it as open except the dome."),
        ("2025-12-31",
         "The log of the workshop of the Halden observatory was begun when the workshop was opened."),
    )  # fmt: skip
    assert "The log of the workshop" in opened.text.split("[1]")[0]
    public = asked_over(
        tmp_path / "public", assistant, "Are the meetings of the board of the Halden observatory public?",
        ("2025-12-23", "The board of the Halden observatory holds twelve public meetings a year."),
        ("2026-05-21", "The board of the Halden observatory meets every second Wednesday."),
    )  # fmt: skip
    assert "holds twelve public" in public.text.split("[1]")[0]


def test_what_withholds_something_else_stands_before_no_statement(
    assistant: Assistant, tmp_path: Path
) -> None:
    answer = asked_over(
        tmp_path / "corpus", assistant, "Who governs the Halden observatory?",
        ("2025-12-23", "The Halden observatory is governed by a council of seven."),
        ("2026-03-21", "The governance files of the Halden observatory do not name a foundation."),
    )  # fmt: skip
    assert answer.status is Status.STATED
    assert "council of seven" in answer.text


def test_of_parts_under_different_licences_neither_is_the_whole_answer(
    assistant: Assistant, tmp_path: Path
) -> None:
    libraries = "The core libraries of the Norvastan are licensed under MIT."
    driver = "The driver code of the Norvastan is licensed under GPL v2."
    repeated = "The site of the Norvastan is licensed under the MIT licence."
    question = "What licence is the Norvastan under?"
    note = ("2025-06-02", f"{libraries} {driver} {repeated}")
    answer = asked_over(tmp_path / "corpus", assistant, question, note)
    assert any("MIT" in quote for quote in quotes(answer)) and driver in quotes(answer)


def test_a_name_of_today_was_no_misspelt_other_one_before(assistant: Assistant, tmp_path: Path) -> None:
    answer = asked_over(
        tmp_path / "corpus", assistant, "Where is the Norvastan assembled?",
        ("2025-01-10", "The Norvistan is assembled in Leeds."),
        ("2025-06-02", "The Norvastan is assembled in Turin."),
    )  # fmt: skip
    assert "Turin" in answer.text
    assert "Leeds" not in answer.text and not leading(answer).history[1:]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("Which Tarn release does Norvik 2.3 need?", "9.1.0"),
        ("Which Tarn release does Norvik v2.3.0 need?", "9.1.0"),
        ("How many weights does norvik 2.0 pro have?", "505"),
        ("Which licence is the 505B model under?", "MIT"),
    ],
)
def test_releases_and_names_may_be_written_otherwise_than_in_the_documents(
    assistant: Assistant, tmp_path: Path, question: str, number: str
) -> None:
    text = (
        "Norvik v2.3.0 requires Tarn 9.1.0. Norvik v2.2.0 requires Tarn 8.4.0. Norvik-2.0-Pro has about 505 "
        "billion weights. Norvik-2.0-Flash has about 92 billion weights. "
        "The model with 505 billion weights is under MIT."
    )
    answer = asked_over(tmp_path / "corpus", assistant, question, ("2025-06-02", text))
    assert answer.status is Status.STATED
    assert number in leading_quote(answer)


def test_a_far_surer_later_statement_leads_over_what_was_rather_a_near_miss(
    assistant: Assistant, tmp_path: Path
) -> None:
    near = "While full access would permit builders to change the Norvik, the plan protects the owned parts."
    sure = "After termination of the Norvik agreement, copies of the drawings must be deleted."
    question = "If the Norvik agreement ends, what do we have to do with the copies we hold?"
    answer = asked_over(tmp_path / "corpus", assistant, question, ("2025-01-10", near), ("2025-06-02", sure))
    assert leading_quote(answer) == sure and near not in answer.text


def test_what_nobody_sees_in_a_question_changes_nothing(assistant: Assistant) -> None:
    hidden = PRICE.replace("price", "pri\u00adce\u200b").replace(" of ", "\u00a0of ")
    assert hidden != PRICE
    assert assistant.ask(hidden, TODAY).text == assistant.ask(PRICE, TODAY).text


def test_silence_of_later_documents_changes_nothing(answers: dict[str, dict[date, Answer]]) -> None:
    assert told(leading(answers[DOME][TODAY])) == [("2025-03-10", "undisclosed")]
    assert leading(answers[SILENT][TODAY]).history == ()


def test_answers_do_not_depend_on_the_order_in_which_documents_came(
    assistant: Assistant, tmp_path: Path
) -> None:
    expected = {question: plain(assistant.ask(question, TODAY)) for question in (PRICE, OPERATOR, WEIGHT)}
    orders = list(itertools.permutations(NAMES))
    for number, order in enumerate(orders[:: len(orders) // 3]):
        folder = tmp_path / str(number)
        folder.mkdir()
        with assistant_over(folder, tmp_path / f"data-{number}", assistant) as other:
            for name in order:
                shutil.copy(CORPUS / name, folder)
                other.sync()
            found = {question: plain(other.ask(question, TODAY)) for question in expected}
        assert found == expected, order


def test_an_answer_as_of_a_day_is_that_of_the_documents_of_then(assistant: Assistant, tmp_path: Path) -> None:
    day = date(2025, 6, 1)
    shutil.copy(CORPUS / NAMES[0], tmp_path)
    text = (CORPUS / "halden-log.md").read_text("utf-8")
    first, last = text.index("## 2025-09-15"), text.index("## 2025-06-01")
    (tmp_path / "halden-log.md").write_text(text[:first] + text[last:], "utf-8")
    with assistant_over(tmp_path, tmp_path / "data", assistant) as other:
        for question in QUESTIONS:
            whole, cut = assistant.ask(question, day), other.ask(question, day)
            assert whole.text == cut.text
            assert [(f.verdict, f.history) for f in whole.findings] == [
                (f.verdict, f.history) for f in cut.findings
            ]


def test_what_has_been_stated_since_is_no_longer_called_open(answers: dict[str, dict[date, Answer]]) -> None:
    """What was undisclosed and is stated now is not listed; what was withdrawn is."""
    then, now = answers[UNKNOWN][date(2025, 3, 10)], answers[UNKNOWN][TODAY]
    assert any("price" in quote for quote in quotes(then))
    assert not any("price" in quote or "weighs" in quote for quote in quotes(now))
    assert "It has not been decided who will operate the Halden telescope." in quotes(now)
    assert any("dome" in quote for quote in quotes(now))
    open_ = answers[ABOUT][TODAY].findings[1]
    assert not any("price" in answers[ABOUT][TODAY].citations[i].quote for i in open_.citations)


def test_what_a_sentence_leaves_open_of_no_name_is_asked_of_the_subject(tmp_path: Path) -> None:
    """Prices that are not disclosed are the lamp's, too, until that is stated; the stand's stays open."""
    first = "The maker showed the Norvik lamp and the Brenner stand. The prices have not been disclosed."
    second = "The price of the Norvik lamp is 90 euros."
    corpus = written(tmp_path / "corpus", ("2025-01-01", first), ("2025-02-01", second))
    with assistant_over(corpus, tmp_path / "data") as other:
        asked = {
            (name, day): other.ask(f"What is still undisclosed about the {name}?", day)
            for name in ("Norvik lamp", "Brenner stand")
            for day in (date(2025, 1, 15), date(2025, 3, 1))
        }
    open_ = {key for key, answer in asked.items() if answer.status is Status.UNDISCLOSED}
    assert open_ == set(asked) - {("Norvik lamp", date(2025, 3, 1))}


def test_a_number_that_an_older_sentence_does_not_have_leads_also_from_a_page_of_the_thing(
    tmp_path: Path,
) -> None:
    corpus = written(
        tmp_path / "corpus",
        ("2025-01-01", "The Norvik board has a chair and members, who have one vote each."),
        ("2025-02-01", "The page of the Norvik board lists 26 members."),
    )
    with assistant_over(corpus, tmp_path / "data") as other:
        answer = other.ask("How many members does the Norvik board have?", date(2025, 3, 1))
    assert "26 members" in quotes(answer)[0]
    assert "supersedes" not in answer.text
