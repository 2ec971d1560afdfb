"""Numbers, names, licences and quantifiers in an answer's own words that no cited sentence carries.

The checks are those of ``rag.verification``, which shares no code with what composes answers; here
they are asked of every answer, whoever worded it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from eval.wording import Reading, quantifiers, sentences
from rag.records import Answer, Check, ClaimKind, Origin, Verdict
from rag.verification import check_sentence


class UnsupportedKind(StrEnum):
    """What kind of word nothing carries; ``wording`` is any other fault of a model's sentence."""

    NUMBER = "number"
    NAME = "name"
    LICENCE = "licence"
    QUANTIFIER = "quantifier"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class Unsupported:
    """One word or phrase that nothing carries, and in plain words what."""

    kind: UnsupportedKind
    detail: str


_CHECKS = {
    "numbers": UnsupportedKind.NUMBER, "dates": UnsupportedKind.NUMBER, "versions": UnsupportedKind.NUMBER,
    "names": UnsupportedKind.NAME, "licences": UnsupportedKind.LICENCE,
}  # fmt: skip
_SHOWN = re.compile("“([^”]+)”")
# The templates' first words: with their capital they look like names, and "two" counts the citations.
_OPENER = re.compile(r"^\W*(?:(?:Yes|No|Ask|See)\b[\s,.:]*)?(?:Two (?=sources\b))?")


def unsupported(question: str, answer: Answer, reading: Reading) -> tuple[Unsupported, ...]:
    """Everything that the answer's own words hold and neither its citations nor the question do.

    Args:
        question: as it was asked.
        answer: the whole answer.
        reading: the answer's text, taken apart.
    """
    found = [*_own_words(question, answer, reading), *_model_sentences(answer)]
    return tuple(dict.fromkeys(found))


def _own_words(question: str, answer: Answer, reading: Reading) -> Iterator[Unsupported]:
    carried = list(_carried(question, answer))
    known = frozenset().union(*(quantifiers(text) for text in carried))
    days = _days(answer)
    for sentence in sentences(reading.own):
        plain = _OPENER.sub("", sentence)
        plain = plain.replace("Earlier, ", "earlier, ")  # behind a quotation its capital looks like a name
        for day in days:  # "as of" a citation's own day is no bound; the answer's check "dates" holds it
            plain = plain.replace(day, "that day")
        if plain.rstrip().endswith("?") or not any(letter.isalpha() for letter in plain):
            continue  # a question repeated or suggested asserts nothing
        for check in check_sentence(plain, carried, kind=ClaimKind.FACT, speaker="", question=question):
            if check.name in _CHECKS and not check.passed and not _asked_for(check, question):
                yield Unsupported(_CHECKS[check.name], check.detail)
        for word in sorted(quantifiers(plain) - known):
            yield Unsupported(UnsupportedKind.QUANTIFIER, f"“{word}” is in no citation")


def _days(answer: Answer) -> tuple[str, ...]:
    """The days of what is cited, as the templates write them."""
    return tuple(dict.fromkeys(citation.published.isoformat() for citation in answer.citations))


def _asked_for(check: Check, question: str) -> bool:
    """Whether every name objected to is of the question's own words.

    At the start of a sentence such a word has a capital, and looks like a name.
    """
    named = _SHOWN.findall(check.detail) if check.name == "names" else []
    asked = set(re.findall(r"\w+", question.casefold()))
    return bool(named) and all(set(re.findall(r"\w+", name.casefold())) <= asked for name in named)


def _carried(question: str, answer: Answer) -> Iterable[str]:
    yield from (citation.quote for citation in answer.citations)
    yield from (question, answer.understood_as)
    yield from (finding.premise for finding in answer.findings if finding.premise)
    for citation in (*answer.citations, *answer.related):
        # A near miss may be named with its source; what it says carries nothing.
        yield f"{citation.title}, {citation.publisher}, {citation.section}, {citation.published:%d %B %Y}."
    days = [answer.as_of, *(entry.published for f in answer.findings for entry in f.history)]
    yield from (f"{day.day} {day:%B %Y}" for day in days)


def _model_sentences(answer: Answer) -> Iterator[Unsupported]:
    for claim in answer.claims:
        if claim.origin is not Origin.MODEL:
            continue
        verdict = Verdict.STATED
        if 0 <= claim.finding < len(answer.findings):
            verdict = answer.findings[claim.finding].verdict
        quotes = [answer.citations[i].quote for i in claim.citations if 0 <= i < len(answer.citations)]
        checks = check_sentence(
            claim.text, quotes, kind=claim.kind, speaker=claim.speaker, question=answer.question,
            verdict=verdict,
        )  # fmt: skip
        for check in checks:
            if not check.passed:
                kind = _CHECKS.get(check.name, UnsupportedKind.WORDING)
                yield Unsupported(kind, f"{check.name}: {check.detail}")
