"""One question on its way: checked, understood with its history, held against every sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from rag import composition
from rag.asked import WHOLE
from rag.assessed import Assessed
from rag.changing import Unchanged, changed
from rag.closing import Closing
from rag.errors import QuestionError
from rag.language import Token, word_key
from rag.overview import overview, unknowns
from rag.question import Ask, Detail, Parse, Question, understand
from rag.records import Answer, Citation, Turn, Verdict
from rag.retrieval import Library
from rag.settings import MAX_QUESTION_CHARACTERS
from rag.spelling import mend
from rag.timeline import Encode, Standing, finding, measured, standings
from rag.written import as_written

Past = Sequence[Turn | Mapping[str, str] | str]
ENGLISH_ONLY = "Questions and sources are English for now."
_FOREIGN_LETTERS = 3  # a name in another script is no foreign question
_LATIN_END = 0x24F
_RELATED_EACH, _MAX_RELATED = 2, 4
Order = Callable[[str, Sequence[str]], Sequence[int]]
_WORD = re.compile(r"[^\W_]+")
_MARKS = ".,;:?!()\"'“”"


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
    return _read(_mended(question, library, history), library, parse), []


def _mended(question: str, library: Library, history: Past) -> tuple[str, ...]:
    """The earlier questions, and last this one, without slips; what is too long or empty is left out."""
    turns = (turn for turn in map(_asked, history) if turn.strip() and len(turn) <= MAX_QUESTION_CHARACTERS)
    mended = (mend(_visible(text), library.surface, library.frequency) for text in (*turns, question))
    return tuple(as_written(text, library.hyphened, library.frequency, library.stands) for text in mended)


def _read(texts: Sequence[str], library: Library, parse: Parse) -> Question:
    """What the last of some questions asks, as it is read with the names of a library."""
    subject, last = "", tuple[Detail, ...]()
    for text in texts[:-1]:
        found = understand(text, parse, library.names, subject, last)
        last = found.details or last
        subject = next((d.subject for d in found.details if d.subject), subject)
    return understand(texts[-1], parse, library.names, subject, last)


def _visible(text: str) -> str:
    """A text without what nobody sees that it has: a copied question may hold zero-width spaces."""
    return "".join(" " if c.isspace() else c for c in text if unicodedata.category(c) != "Cf").strip()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as understood today, and how it would have been understood on any earlier day.

    What counts as a name depends on the documents of the day, and the history of a finding is what
    would have been answered then.
    """

    now: Question
    then: Callable[[date], Question]
    parse: Parse


def remembered(parse: Parse) -> Parse:
    """The same parse, with each text read once."""
    known: dict[str, tuple[Token, ...]] = {}

    def reading(texts: Sequence[str]) -> list[tuple[Token, ...]]:
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(missing, parse(missing) if missing else [], strict=True))
        return [known[text] for text in texts]

    return reading


def by_day(question: str, library: Library, parse: Parse, history: Past) -> Callable[[date], Question]:
    """How a question would have been understood on a day, given the documents up to it.

    A question is read anew only where one of its words counted otherwise then.  A name that no document had
    on that day is no misspelt other one: what it is, is known by now.
    """
    texts = _mended(question, library, history)
    words = sorted({word for text in texts for word in (*text.split(), *_WORD.findall(text))})
    keys = [word_key(word.strip(_MARKS)) for word in words]
    known: dict[tuple[object, ...], Question] = {}

    def then(day: date) -> Question:
        view = library.at(day)
        names = view.names
        sign = tuple(names.get(key) for key in keys)
        if sign not in known:
            known[sign] = _read(texts, view, parse)
        return known[sign]

    return then


def assessed(
    asked: Asked, library: Library, encode: Encode, as_of: date, unchanged: Unchanged = lambda *_: False
) -> tuple[list[Assessed], list[str]]:
    """Every detail's verdict, and notices: with no document to go by, nothing is covered."""
    details = asked.now.details
    if not library.rows:
        notices = [f"No document was published on or before {as_of.isoformat()}."]
        return [Assessed(detail, Verdict.NOT_COVERED) for detail in details], notices
    if not details:
        return [], []
    still_open = Closing(library, asked.parse, encode).still_open

    def answered(question: str) -> list[Assessed]:
        then = by_day(question, library, asked.parse, ())
        one = Asked(understood(question, library, asked.parse, ())[0], then, asked.parse)
        each = [_then(one, number, library) for number, d in enumerate(one.now.details) if d.ask not in WHOLE]
        return [_finding(*now_and_then, library, encode, as_of, still_open) for now_and_then in each]

    found: list[Assessed] = []
    for number, detail in enumerate(details):
        if detail.ask is Ask.CHANGES:
            near = measured(detail, library, encode)
            told = changed(detail, library, *near, answered, still_open, unchanged)
            if detail.otherwise and all(one.verdict is Verdict.NOT_COVERED for one in told):
                days = dict.fromkeys((day for day, _ in library.stages), detail.otherwise)
                told = [_finding(detail.otherwise, days, library, encode, as_of, still_open)]
            found += told
        else:
            found.append(_finding(*_then(asked, number, library), library, encode, as_of, still_open))
    return found, []


def _then(asked: Asked, number: int, library: Library) -> tuple[Detail, dict[date, Detail]]:
    """A detail as it is understood now, and as it would have been on each day."""
    now = asked.now.details[number]
    found: dict[date, Detail] = {}
    for day, _ in library.stages:
        details = asked.then(day).details if day < library.day else asked.now.details
        alike = len(details) == len(asked.now.details) and details[number].ask not in WHOLE
        found[day] = details[number] if alike else now
    return now, found


def _finding(
    now: Detail,
    then: Mapping[date, Detail],
    library: Library,
    encode: Encode,
    as_of: date,
    still_open: Callable[..., bool],
) -> Assessed:
    vectors, cosines = measured(now, library, encode)
    if now.ask is Ask.UNKNOWNS:
        return unknowns(now, library, vectors, partial(still_open, about=now.subject))
    if now.ask is Ask.OVERVIEW:
        return overview(now, library, vectors, cosines, partial(still_open, about=now.subject))
    known = {now: standings(now, library, vectors, cosines)}
    held: list[Standing] = []
    for day, detail in then.items():
        if detail not in known:
            known[detail] = standings(detail, library, *measured(detail, library, encode))
        last = next((s for s in reversed(known[detail]) if s.day <= day), None)
        if last is not None and last not in held[-1:]:
            held.append(last if last.day == day else replace(last, day=day))
    return finding(now, held, library, cosines, as_of)


def near_misses(
    found: Sequence[Assessed], library: Library, cited: Sequence[Citation], order: Order | None = None
) -> tuple[Citation, ...]:
    """Sentences that are like an answer and are none; never one that is cited.

    Args:
        found: what was asked.
        library: every sentence that counts.
        cited: what the answer cites.
        order: gives the places of some sentences, best for a question first; None leaves them as they are.
    """
    near: list[Citation] = []
    for one in found:
        rows = one.related
        if order:
            places = order(one.detail.text, [library.rows[row].reading.sentence.text for row in rows])
            rows = tuple(rows[place] for place in places)
        near += [composition.cite(library, row) for row in rows[:_RELATED_EACH]]
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
