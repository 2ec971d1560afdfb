"""One question on its way: checked, understood with its history, held against every sentence."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag import composition
from rag.assessed import Assessed
from rag.assessment import assess
from rag.errors import QuestionError
from rag.question import Detail, Parse, Question, understand
from rag.records import Answer, Citation, Turn, Verdict
from rag.retrieval import Library
from rag.settings import MAX_QUESTION_CHARACTERS
from rag.spelling import mend

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Past = Sequence[Turn | Mapping[str, str] | str]
ENGLISH_ONLY = "Questions and sources are English for now."
_FOREIGN_LETTERS = 3  # a name in another script is no foreign question
_LATIN_END = 0x24F
_MAX_RELATED = 4


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self._last = self._start = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self._laps[stage] = round(now - self._last, 4)
        self._last = now

    def seconds(self) -> dict[str, float]:
        """Every stage, and the total so far."""
        return {**self._laps, "total": round(time.perf_counter() - self._start, 4)}


def check_question(question: str) -> None:
    """Refuse what is no question.

    Raises:
        QuestionError: it is empty, too long, or no text.
    """
    if not isinstance(question, str) or not question.strip():
        raise QuestionError("The question is empty; type what you want to know.")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(question):,} characters; at most {MAX_QUESTION_CHARACTERS:,} are taken: "
            "shorten it."
        )


def understood(question: str, library: Library, parse: Parse, history: Past) -> tuple[Question, list[str]]:
    """What a question asks, and notices about it.

    The earlier questions only lend their subject to words such as "its"; what was answered plays no part.
    """
    if sum(sign.isalpha() and ord(sign) > _LATIN_END for sign in question) > _FOREIGN_LETTERS:
        return Question(question.strip(), ()), [ENGLISH_ONLY]
    subject, last = "", tuple[Detail, ...]()
    for turn in history:
        asked = _asked(turn)
        if not asked.strip() or len(asked) > MAX_QUESTION_CHARACTERS:
            continue
        typed = mend(asked, library.surface, library.frequency)
        found = understand(typed, parse, library.names, subject, last)
        last = found.details or last
        subject = next((d.subject for d in found.details if d.subject), subject)
    text = mend(question.strip(), library.surface, library.frequency)
    return understand(text, parse, library.names, subject, last), []


def assessed(
    question: Question, library: Library, encode: Encode, as_of: date
) -> tuple[list[Assessed], list[str]]:
    """Every detail's verdict, and notices: with no document to go by, nothing is covered."""
    if not library.rows:
        notices = [f"No document was published on or before {as_of.isoformat()}."]
        return [Assessed(detail, Verdict.NOT_COVERED) for detail in question.details], notices
    words = sorted({(t.key, t.text.lower()) for d in question.details for t in d.terms})
    texts = [d.text for d in question.details]
    if not texts:
        return [], []
    vectors = encode([*texts, *(text for _, text in words)])
    known = {key: vectors[len(texts) + number] for number, (key, _) in enumerate(words)}
    return [
        assess(detail, library, known, np.asarray(library.vectors @ vectors[number], np.float32))
        for number, detail in enumerate(question.details)
    ], []


def near_misses(
    found: Sequence[Assessed], library: Library, cited: Sequence[Citation]
) -> tuple[Citation, ...]:
    """Sentences that are like an answer and are none; never one that is cited."""
    near = [composition.cite(library, row) for one in found for row in one.related]
    return tuple(dict.fromkeys(citation for citation in near if citation not in cited))[:_MAX_RELATED]


def facts(answer: Answer) -> dict[str, object]:
    """What a log may say of an answer: how it went, and nothing that was asked, found or configured."""
    return {
        "status": answer.status.value,
        "seconds": dict(answer.seconds),
        "backend": answer.backend,
        "failed_checks": [check.name for check in answer.checks if not check.passed],
        "findings": len(answer.findings),
        "notices": len(answer.notices),
        "as_of": answer.as_of.isoformat(),
    }


def _asked(turn: Turn | Mapping[str, str] | str) -> str:
    if isinstance(turn, str):
        return turn
    if isinstance(turn, Turn):
        return turn.understood_as or turn.question
    return str(turn.get("understood_as") or turn.get("question") or "")
