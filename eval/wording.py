"""Reads an answer's text: which words are quotes, which are its own, and what those assert."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.language import word_key
from rag.records import Polarity

_WORDS = tomllib.loads(Path(__file__).with_name("wording.toml").read_text(encoding="utf-8"))
_MONTHS: list[str] = _WORDS["months"]
_NUMBERS: dict[str, int] = _WORDS["numbers"]
_LEADING: list[str] = _WORDS["forbidden"]["leading"]
_STEMS = tuple(_WORDS["forbidden"]["stems"])
_DENIAL = re.compile("|".join(_WORDS["forbidden"]["denials"]), re.IGNORECASE)

_WHETHER = re.compile(r"\bwhether\b")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_FIGURE = re.compile(r"(?<!\w)[A-Za-z]*\d\w*(?:[.,]\d\w*)*")
_UNITS = "|".join(["one", *(word for word, value in _NUMBERS.items() if value < 10)])
_TENS = "|".join(word for word, value in _NUMBERS.items() if value >= 20)
_NUMBER_WORD = re.compile(
    rf"\b(?:({_TENS})[- ]({_UNITS})|({'|'.join(_NUMBERS)})"
    rf"|(hundred|thousand|million|billion|trillion|dozen)s?)\b",
    re.IGNORECASE,
)
# "May" is a month only beside a number.
_MONTH = re.compile(rf"\b(?:{'|'.join(m for m in _MONTHS if m != 'May')})\b|\bMay(?= \d)|(?<=\d )May\b")
_LICENCE = rf"(?<!\w)(?:{'|'.join(_WORDS['licences'])})(?![a-z])"
_QUANTIFIER = re.compile(rf"\b(?:{'|'.join(_WORDS['quantifiers'])})\b", re.IGNORECASE)
_MARK = re.compile(r"\[(\d+)\]")
_LIST_NUMBER = re.compile(r"^\s*\d+[.)]\s", re.MULTILINE)
_ELLIPSIS = re.compile(r"\s*(?:\[…\]|\[\.\.\.\]|…|\.\.\.)\s*")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n")
_LEADING_POLARITY = re.compile(r"\W*(?:(Yes)\b|(No)\b(?=\s*(?:[,.:;!–—]|$)))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer's text taken apart.

    ``own`` is the text without its true quotes and citation marks; ``quotes`` counts the quoted
    stretches; ``false_quotes`` are those that no source (nor the question) holds, and stay in ``own``;
    ``marks`` are the citation marks' numbers, from 1.
    """

    own: str
    quotes: int
    false_quotes: tuple[str, ...]
    marks: tuple[int, ...]


def read(text: str, sources: Iterable[str], question: str) -> Reading:
    """Takes an answer's text apart.

    A stretch between “ and ” is a true quote where a source holds it, character for character but for
    white space, the style of inner quotation marks, a final comma or stop, and marked omissions.  A
    repetition of the question's words is no false quote, but stays the answer's own words.
    """
    held = [_plain(source) for source in sources]
    own: list[str] = []
    false: list[str] = []
    quotes = place = 0
    while (start := text.find("“", place)) >= 0:
        ends = [m.start() for m in re.finditer("”", text[start + 1 :])]
        # Longest first: a source's own inner quotation must not end the quote.
        true = next((n for n in reversed(ends) if _is_quote(text[start + 1 : start + 1 + n], held)), None)
        length = true if true is not None else (ends[0] if ends else len(text) - start - 1)
        stretch = text[start + 1 : start + 1 + length]
        quotes += 1
        own.append(text[place:start] + "“")
        if true is None:
            own.append(stretch)
            if not _is_quote(stretch.casefold(), [_plain(question).casefold()]):
                false.append(stretch)
        place = start + 1 + length
    own.append(text[place:])
    marks = tuple(int(mark) for mark in _MARK.findall(text))
    return Reading(_LIST_NUMBER.sub("", _MARK.sub("", "".join(own))), quotes, tuple(false), marks)


def leading_polarity(text: str) -> Polarity | None:
    """The yes or no that a text begins with; "No source says …" begins with neither."""
    found = _LEADING_POLARITY.match(text)
    if not found:
        return None
    return Polarity.YES if found[1] else Polarity.NO


def asserts(own: str, forbidden: str, question: str) -> bool:
    """Whether an answer's own words assert a forbidden string (word-bounded, case-sensitive).

    It does not count in a repetition of the question, nor where the question has the string (its words in
    any order, after "whether") and the sentence only says that the sources do not answer it.
    """
    if forbidden in _LEADING:
        return re.match(r"\W*" + re.escape(forbidden), own) is not None
    end = r"\w*" if forbidden.endswith(_STEMS) else ""
    pattern = re.compile(rf"(?<!\w){re.escape(forbidden)}{end}(?!\w)")
    repeated = forbidden.casefold() in question.casefold()
    for sentence in sentences(own.replace(question, "")):
        found, denied = pattern.search(sentence), _DENIAL.search(sentence)
        whether = found and denied and _WHETHER.search(sentence, denied.end(), found.start())
        if whether and _keys(forbidden) <= _keys(question):
            continue
        if found and not (repeated and denied):
            return True
    return False


def _keys(text: str) -> set[str]:
    return {word_key(word) for word in re.findall(r"\w+", text)}


def values(text: str, *, any_case: bool = False) -> frozenset[str]:
    """Numbers, dates and licences in a text, each in one spelling.

    "46" and "forty-six" are equal, as are "2025-12-31" and "December 31, 2025" part by part.

    Args:
        text: any text.
        any_case: take "apache" for a licence too (for a typed question).
    """
    found: set[str] = set()
    for year, month, day in _ISO_DATE.findall(text):
        if 1 <= int(month) <= 12:
            found |= {year, str(int(day)), _MONTHS[int(month) - 1].lower()}
    rest = _ISO_DATE.sub(" ", text)
    found |= {_figure(figure) for figure in _FIGURE.findall(rest)}
    for tens, units, single, multiple in _NUMBER_WORD.findall(rest):
        if tens:
            found.add(str(_NUMBERS[tens.lower()] + _NUMBERS.get(units.lower(), 1)))
        else:
            found.add(str(_NUMBERS[single.lower()]) if single else multiple.lower())
    found |= {month.lower() for month in _MONTH.findall(rest)}
    flags = re.IGNORECASE if any_case else 0
    return frozenset(found | {f"{name.upper()} licence" for name in re.findall(_LICENCE, rest, flags)})


def quantifiers(text: str) -> frozenset[str]:
    """The words in a text that say how much of something is meant, in lower case."""
    return frozenset(word.lower() for word in _QUANTIFIER.findall(text))


def sentences(text: str) -> list[str]:
    """A text's sentences, roughly: enough to look at one statement at a time."""
    return [piece for piece in _SENTENCE_END.split(text) if piece.strip()]


def day_values(day: date) -> frozenset[str]:
    """The values of a date, as ``values`` has them."""
    return values(day.isoformat())


def _figure(figure: str) -> str:
    plain = re.sub(r",(?=\d{3}(?!\d))", "", figure.lower())
    return re.sub(r"^(\d+)(?:st|nd|rd|th)$", r"\1", re.sub(r"^0+(?=\d)", "", plain))


def _plain(text: str) -> str:
    return " ".join(re.sub("[“”‘’\"']", "'", text).split())


def _is_quote(stretch: str, held: list[str]) -> bool:
    for form in (stretch, stretch.rstrip(" .,;")):
        pieces = [_plain(piece) for piece in _ELLIPSIS.split(form) if piece.strip()]
        if pieces and any(_in_order(pieces, source) for source in held):
            return True
    return False


def _in_order(pieces: list[str], source: str) -> bool:
    place = 0
    for piece in pieces:
        place = source.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return True
