"""One question of a conversation on its way to the page: what is shown, event by event; no widgets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from rag.errors import StatedError
from rag.records import Answer, Delta, Document, Evidence, Turn
from ui.answer_view import announcement, answer_html, earlier_html, question_html, running_html
from ui.dates import read_date
from ui.markup import fault, page_part
from ui.source_view import Cited, cited_by, pane_html
from ui.turns import Turns

if TYPE_CHECKING:
    from rag import Assistant

LATEST = "Latest: every document"
MAX_TURNS = 40  # of a conversation, so that a page left open does not grow for ever


@dataclass(frozen=True, slots=True)
class Frame:
    """What the page shows now; None leaves a part as it is.

    ``answers`` is the conversation once the question is answered; ``said`` is for screen readers.
    """

    answer: str
    earlier: str | None = None
    pane: str | None = None
    said: str | None = None
    answers: tuple[Answer, ...] | None = None
    failed: bool = False


def frames(
    assistant: Assistant, past: Sequence[Answer], question: str, as_of: str, turns: Turns | None = None
) -> Iterator[Frame]:
    """Evidence and sources at once, the wording after them, last the whole answer.

    Args:
        assistant: the engine.
        past: the answers of this conversation; only their questions are given on, to resolve words.
        question: as typed.
        as_of: YYYY-MM-DD, or "" for today.
        turns: in which the evidence of those who ask at once is found.
    """
    turns = turns or Turns()
    turn = len(past) + 1
    documents = Documents(assistant)
    older = [one for number, answer in enumerate(past, start=1) for one in _cited(number, answer)]
    evidence: Evidence | None = None
    text = ""
    try:
        if turn > MAX_TURNS:
            raise StatedError(f"This conversation has {MAX_TURNS} questions: begin a new one.")
        day = read_date(as_of)
        yield Frame(running_html(question, None, "", turn), earlier=earlier_html(past), said="")
        for before in turns.wait():
            yield Frame(running_html(question, None, "", turn, before))
        events = assistant.stream(question, as_of=day, history=_history(past))
        try:
            first = next(
                events
            )  # the evidence; what comes after it waits for a model, which has its own line
        finally:
            turns.done()
        for event in chain((first,), events):
            match event:
                case Evidence():
                    evidence = event
                    cited = [*older, *cited_by(turn, event.citations)]
                    yield Frame(
                        running_html(question, event, "", turn), pane=pane_html(cited, turn, documents)
                    )
                case Delta():
                    text += event.text
                    yield Frame(running_html(question, evidence, text, turn))
                case Answer():
                    answers = (*past, event)
                    cited = [*older, *_cited(turn, event)]
                    yield Frame(
                        answer_html(event, turn), pane=pane_html(cited, turn, documents),
                        said=announcement(event), answers=answers,
                    )  # fmt: skip
    except StatedError as error:
        yield failure(question, str(error), past)


def failure(question: str, message: str, past: Sequence[Answer]) -> Frame:
    """What went wrong in plain words; the question stays in its box and the conversation stands."""
    asked = (
        question_html(question[:200] + " …" if len(question) > 200 else question) if question.strip() else ""
    )
    shown = page_part(asked + fault(message), "article", "answer")
    return Frame(shown, earlier=earlier_html(past), said="", failed=True)


class Documents:
    """Finds documents by id, each list read once."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._known: dict[str, Document] | None = None

    def __call__(self, document_id: str) -> Document | None:
        if self._known is None:
            self._known = {document.id: document for document in self._assistant.documents()}
        return self._known.get(document_id)


def as_of_choices(assistant: Assistant) -> list[tuple[str, str]]:
    """Latest, then every day on which a document, or a dated section of one, was published."""
    days: set[date] = set()
    for document in assistant.documents():
        days |= {document.published, *(section.published for section in document.sections)}
    return [
        (LATEST, ""),
        *((f"As of {day.isoformat()}", day.isoformat()) for day in sorted(days, reverse=True)),
    ]


def _history(past: Sequence[Answer]) -> list[Turn]:
    return [Turn(answer.question, answer.understood_as) for answer in past]


def _cited(turn: int, answer: Answer) -> list[Cited]:
    return cited_by(turn, answer.citations, answer.related)
