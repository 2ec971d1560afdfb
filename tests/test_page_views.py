"""What the page shows of an answer: every word is text, every mark leads somewhere, nothing is left out."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from rag.records import (
    Answer,
    Claim,
    ClaimKind,
    Document,
    Evidence,
    Finding,
    HistoryEntry,
    Origin,
    Section,
    Status,
    Verdict,
)
from tests.conftest import BRASS, DOCUMENT, HOSTILE, LICENCE, ScriptedAssistant, cite, make_answer
from ui import answer_view, conversation, markup
from ui.answer_markdown import answer_markdown
from ui.render import answer_text
from ui.source_view import WHOLE_CHARACTERS, cited_by, pane_html

QUESTION = "What is the lamp made of?"
SECRET = "Secret"


class Tags(HTMLParser):
    """The tags and links that a browser would make of some HTML, and the text that it would show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attrs: list[dict[str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") for name in given), f"an event handler in <{tag}>"
        self.tags.append(tag)
        self.attrs.append(given)

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[str]:
        return [given[name] for given in self.attrs if name in given]


def pane(answer: Answer, document: Document | None = DOCUMENT, turn: int = 1) -> str:
    return pane_html(cited_by(turn, answer.citations, answer.related), turn, lambda _: document)


def rendered(answer: Answer) -> str:
    return answer_view.answer_html(answer, 1) + pane(answer) + answer_view.earlier_html([answer])


def test_words_of_sources_questions_and_models_are_shown_not_run() -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    answer = make_answer(
        evil, HOSTILE, understood_as=evil + "?", notices=(evil,), text=f"{HOSTILE} {evil} [1]", backend=evil
    )
    found = Tags(rendered(answer))
    assert not {"script", "img", "b", "i"} & set(found.tags)
    assert HOSTILE in found.text
    assert evil in found.text
    assert "Lamp <i>news</i>" in found.text


@pytest.mark.parametrize("field", ["subject", "detail", "premise", "reason"])
def test_words_of_findings_are_shown_not_run(field: str) -> None:
    answer = make_answer(QUESTION)
    finding = replace(answer.findings[0], **({"premise": "x"} | {field: "<script>x</script>"}))
    running = answer_view.running_html(QUESTION, Evidence((finding,), answer.citations), "<script>", 1)
    for html in (rendered(replace(answer, findings=(finding,))), running, markup.fault("<script>")):
        assert "script" not in Tags(html).tags


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "http://[broken", "//host/x"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert markup.original(url) == ""
    assert 'href="https://example.org/' in markup.original(DOCUMENT.url)


def test_every_marker_leads_to_its_sentence_and_no_other_does() -> None:
    answer = make_answer(QUESTION, text=f"{BRASS} [1] Not ours: [2] [0] [x].", related=(cite(LICENCE),))
    card, beside = Tags(answer_view.answer_html(answer, 3)), Tags(pane(answer, turn=3))
    assert set(card.all("data-to")) == {"3-1", "3-a"} == set(beside.all("data-at"))
    assert "Not ours: [2] [0] [x]." in card.text


def test_the_cited_sentence_alone_is_highlighted_in_the_whole_document() -> None:
    html = pane(make_answer(QUESTION, LICENCE))
    assert f'<span class="tag">1</span>{LICENCE}</mark>' in html
    assert f"{BRASS} <mark" in html
    shown = Tags(html).text
    assert "# Lamp <b>news</b>" in shown
    assert HOSTILE in shown


def test_overlapping_citations_each_have_their_place() -> None:
    inner = "licence of its plans"
    citations = (cite(LICENCE), cite(inner), cite(f"{BRASS} {LICENCE}"))
    found = Tags(pane(make_answer(QUESTION, citations=citations)))
    assert {place for at in found.all("data-at") for place in at.split()} == {"1-1", "1-2", "1-3"}
    assert [keys for keys in found.all("data-keys") if "1-2" in keys] == ["1-1 1-2 1-3"]


def test_an_earlier_turn_keeps_its_places_beside_the_shown_one() -> None:
    first, second = make_answer(QUESTION), make_answer("And the licence?", LICENCE)
    cited = [*cited_by(1, first.citations), *cited_by(2, second.citations)]
    found = Tags(pane_html(cited, 2, lambda _: DOCUMENT))
    assert sorted(found.all("data-at")) == ["1-1", "2-1"]
    styles = {given["data-keys"]: given["class"] for given in found.attrs if "data-keys" in given}
    assert styles == {"1-1": "dim", "2-1": "bright"}


def test_quote_stands_alone_where_the_document_changed_or_is_gone() -> None:
    for document in (replace(DOCUMENT, text="something else"), None):
        html = pane(make_answer(QUESTION, LICENCE), document)
        assert LICENCE in Tags(html).text
        assert "has changed since" in html
        assert "something else" not in html


def test_a_long_document_is_shown_around_its_cited_sentences_only() -> None:
    filler = "\n".join(f"Line {number} says nothing of it." for number in range(4_000))
    text = f"First line.\n{filler}\n{BRASS}\n{filler}"
    assert len(text) > WHOLE_CHARACTERS
    document = replace(DOCUMENT, text=text)
    html = pane(make_answer(QUESTION, citations=(cite(BRASS, document),)), document)
    assert BRASS in html
    assert "First line." not in html
    assert html.count("…</p>") == 2
    assert len(html) < 10_000


def test_headings_and_section_dates_are_shown() -> None:
    text = f"## March news\n{BRASS}\n"
    section = Section("March news", 2, 0, len(text), date(2025, 3, 4))
    document = replace(DOCUMENT, text=text, sections=(section,))
    html = pane(make_answer(QUESTION, citations=(cite(BRASS, document),)), document)
    assert '<h4 dir="auto">March news <time>2025-03-04</time></h4>' in html


@pytest.mark.parametrize("verdict", list(Verdict))
def test_status_is_told_by_word_and_icon_not_by_colour_alone(verdict: Verdict) -> None:
    text = Tags(answer_view.answer_html(make_answer(QUESTION, verdict=verdict), 1)).text
    assert markup.STATUS_WORDS[verdict] in text
    assert markup.ICONS[verdict] in text
    assert len(set(markup.ICONS.values())) == len(markup.ICONS)


def test_near_misses_are_named_as_no_answer_and_bear_letters() -> None:
    found = Tags(answer_view.answer_html(make_answer(QUESTION, verdict=Verdict.NOT_COVERED), 1))
    assert "Near misses: close, but no answer to this" in found.text
    assert found.all("data-to") == ["1-a"]


def test_parts_are_listed_by_verdict_and_history_by_date() -> None:
    early = HistoryEntry(date(2025, 1, 2), Verdict.UNDISCLOSED, (1,))
    late = HistoryEntry(date(2025, 6, 7), Verdict.STATED, (0,))
    findings = (
        Finding("the lamp", "material", Verdict.STATED, citations=(0,), history=(early, late)),
        Finding("the lamp", "licence", Verdict.UNDISCLOSED, citations=(1,)),
        Finding("", "Does the lamp float?", Verdict.NOT_COVERED),
    )
    answer = make_answer(
        QUESTION, findings=findings, citations=(cite(BRASS), cite(LICENCE)), status=Status.PARTIAL
    )
    text = Tags(answer_view.answer_html(answer, 1)).text
    parts = ["What is stated", "the lamp: material", "What the sources call undisclosed", "the lamp: licence"]
    parts += ["What the sources do not mention", "Does the lamp float?", "Over time"]
    later = text.index("Over time")
    places = [text.index(words) for words in parts]
    places += [text.index(words, later) for words in ("2025-01-02", "superseded", "2025-06-07")]
    assert places == sorted(places)


def test_a_step_that_only_adds_a_sentence_supersedes_none() -> None:
    early = HistoryEntry(date(2025, 1, 2), Verdict.STATED, (1,))
    late = HistoryEntry(date(2025, 6, 7), Verdict.STATED, (0, 1))
    overview = Finding(
        "the lamp", "Tell me about the lamp", Verdict.STATED, citations=(0, 1), history=(early, late)
    )
    answer = make_answer(QUESTION, findings=(overview, overview), citations=(cite(BRASS), cite(LICENCE)))
    found = Tags(answer_view.answer_html(answer, 1))
    assert "Over time" not in found.text and "superseded" not in found.text
    assert "Tell me about" not in found.text and "the lamp 12" in found.text
    other = replace(overview, history=(early, replace(late, citations=(0,))))
    text = Tags(answer_view.answer_html(replace(answer, findings=(other,)), 1)).text
    assert text.count("superseded") == 1


def test_kind_and_speaker_stand_with_the_words() -> None:
    text = Tags(answer_view.answer_html(make_answer(QUESTION), 1)).text
    assert "stated as fact, the maker" in text


def test_a_paragraph_of_two_statements_is_shown_as_two_with_their_kinds() -> None:
    claims = (
        Claim(f"{BRASS} [1]", ClaimKind.FACT, "the maker", Origin.QUOTE, 0, (0,)),
        Claim(f"Before that: {LICENCE} [2]", ClaimKind.OPINION, "", Origin.QUOTE, 0, (1,)),
    )
    text = f"What is it? {BRASS} [1] Before that: {LICENCE} [2]"
    answer = make_answer(QUESTION, text=text, claims=claims, citations=(cite(BRASS), cite(LICENCE)))
    found = Tags(answer_view.answer_html(answer, 1))
    assert found.all("class").count("text") == 2
    assert "Kinds of statement" not in found.text and found.text.count(BRASS) == 1
    kinds = [found.text.index(words) for words in (BRASS, "stated as fact", LICENCE, "opinion or assessment")]
    assert kinds == sorted(kinds)
    # Where the words are others than the claims', each claim is named again.
    other = Tags(answer_view.answer_html(replace(answer, text="Brass. [1] No licence. [2]"), 1)).text
    assert "Kinds of statement" in other


def test_a_sentence_that_calls_something_undisclosed_is_not_shown_as_a_fact_about_it() -> None:
    early = HistoryEntry(date(2025, 1, 2), Verdict.UNDISCLOSED, (1,))
    late = HistoryEntry(date(2025, 6, 7), Verdict.STATED, (0,))
    claims = (
        Claim(f"{BRASS} [1]", ClaimKind.FACT, "", Origin.QUOTE, 0, (0,)),
        Claim(f"{LICENCE} [2]", ClaimKind.FACT, "the maker", Origin.QUOTE, 0, (1,)),
    )
    finding = Finding("the lamp", "licence", Verdict.STATED, citations=(0,), history=(early, late))
    answer = make_answer(
        QUESTION, text=f"{BRASS} [1]\n\n{LICENCE} [2]", claims=claims, findings=(finding,),
        citations=(cite(BRASS), cite(LICENCE)),
    )  # fmt: skip
    text = Tags(answer_view.answer_html(answer, 1)).text
    assert text.index(BRASS) < text.index("stated as fact") < text.index(LICENCE)
    assert text.index(LICENCE) < text.index("called undisclosed, the maker")
    for written in (answer_text(answer), answer_markdown(answer)):  # in every form of the answer
        assert "stated as fact" in written and "called undisclosed, the maker" in written
    assert text.count("stated as fact") == 1


def test_follow_up_says_how_it_was_understood() -> None:
    answer = make_answer("and its licence?", understood_as="and the lamp's licence?")
    assert "Understood as: and the lamp's licence?" in Tags(answer_view.answer_html(answer, 1)).text
    assert "Understood as" not in answer_view.answer_html(make_answer(QUESTION), 1)


def test_receipt_is_the_whole_answer() -> None:
    answer = make_answer("${alert(1)} <b>", HOSTILE)
    found = Tags(answer_view.answer_html(answer, 2))
    link = next(given for given in found.attrs if "download" in given)
    kept = json.loads(base64.b64decode(link["href"].removeprefix("data:application/json;base64,")))
    assert Answer.from_dict(kept) == answer


def test_markdown_has_every_quote_and_no_markup_of_others() -> None:
    answer = make_answer(
        "Is *this* <b>bold</b>?", HOSTILE, related=(cite(LICENCE),), text=f"{HOSTILE} [1] [7]"
    )
    text = answer_markdown(answer)
    assert "\\*this\\* \\<b\\>bold" in text
    assert "<script" not in text.replace("\\<script", "")
    assert "[^1]: “" in text
    assert "\\[7\\]" in text
    assert LICENCE in text
    assert answer_markdown(answer) in Tags(answer_view.answer_html(answer, 1)).all("data-copy")


# ---- a conversation --------------------------------------------------------------------------------


def told(assistant: Any, question: str = QUESTION, day: str = "", past: tuple[Answer, ...] = ()) -> list[Any]:
    return list(conversation.frames(assistant, past, question, day))


def test_evidence_comes_before_the_wording_and_is_said_once() -> None:
    shown = told(ScriptedAssistant(make_answer(QUESTION)))
    first_sources = next(number for number, frame in enumerate(shown) if BRASS in (frame.pane or ""))
    first_words = next(number for number, frame in enumerate(shown) if "The lamp" in frame.answer)
    assert first_sources < first_words < len(shown) - 1
    assert [frame.said for frame in shown if frame.said] == [shown[-1].said]
    assert shown[-1].said == "Answer ready: Stated, the sources state this; 1 cited sentence."


@pytest.mark.parametrize(("question", "day", "words"), [("", "", "empty"), (QUESTION, "soon", "YYYY-MM-DD")])
def test_what_the_reader_can_mend_is_said_plainly_and_loses_nothing(
    question: str, day: str, words: str
) -> None:
    past = (make_answer("Before?"),)
    last = told(ScriptedAssistant(make_answer(QUESTION)), question, day, past)[-1]
    assert words in last.answer
    assert 'role="alert"' in last.answer
    assert (last.answers, last.failed) == (None, True)
    assert "Before?" in (last.earlier or "")


def test_history_gives_questions_on_and_never_answers() -> None:
    class Listening(ScriptedAssistant):
        def stream(self, question: str, as_of: Any = None, history: Any = ()) -> Any:
            self.history = history
            return super().stream(question, as_of, history)

    assistant = Listening(make_answer(QUESTION))
    told(assistant, past=(make_answer("Before?", understood_as="Before the lamp?", text=SECRET),))
    assert [(turn.question, turn.understood_as) for turn in assistant.history] == [
        ("Before?", "Before the lamp?")
    ]
    assert SECRET not in str(assistant.history)


def test_a_conversation_has_an_end() -> None:
    past = tuple(make_answer(QUESTION) for _ in range(conversation.MAX_TURNS))
    assert "begin a new one" in told(ScriptedAssistant(make_answer(QUESTION)), past=past)[-1].answer


def test_as_of_offers_every_day_of_documents_and_sections() -> None:
    section = Section("News", 2, 0, 5, date(2025, 3, 4))

    class Dated(ScriptedAssistant):
        def documents(self) -> tuple[Document, ...]:
            return (replace(DOCUMENT, sections=(section,)),)

    values = [value for _, value in conversation.as_of_choices(Dated())]  # type: ignore[arg-type]
    assert values == ["", "2025-03-04", "2025-01-02"]
