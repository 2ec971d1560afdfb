"""Values in a text that must not change: numbers with unit and bound, dates, versions, licences, names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from rag.verification_text import Word, phrases_of, read, word_lists, words_of

_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTHS = {name[:size].lower(): n for n, name in enumerate(_MONTH_NAMES, 1) for size in (3, 9)} | {"sept": 9}
# Capitals only: "may" and "march" are words as well.
_MONTH = rf"(?P<month>(?:{'|'.join(_MONTH_NAMES)}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[5-9]|20|21)\d\d)\b"
_SEASONS = r"week|month|quarter|year|spring|summer|autumn|fall|winter|half|decade"
_DATES = tuple(re.compile(pattern) for pattern in (
    rf"\b{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)\b",
    rf"\b{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?",
    rf"\b{_MONTH} {_DAY}\b(?!:|\.\d)(?:,? {_YEAR})?",
    rf"\b{_MONTH},? (?:of )?{_YEAR}",
    rf"\b(?P<part>[QH][1-4])(?: (?:of )?{_YEAR})?\b",
    r"\b(?P<part>(?:spring|summer|autumn|fall|winter|[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth)"
    rf"(?: quarter| half)?(?: of)?) {_YEAR}",
    r"\b(?P<part>\d{1,2}/\d{1,2}/\d{2,4})\b",
    rf"\b(?P<part>(?:this|next|last|coming|previous) (?:{_SEASONS}))\b",
    r"\b(?P<part>(?i:yesterday|today|tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)days?))\b",
    rf"\b{_MONTH}",
    rf"\b{_YEAR}(?! (?:people|units|users|parameters|miles|dollars|tokens|hours|beds|seats|jobs))",
))  # fmt: skip
_PARTS = {f"{word} {part}": f"{part[0]}{number}" for part in ("quarter", "half")
          for number, word in enumerate(("first", "second", "third", "fourth"), 1)}  # fmt: skip
_UNITS = {"percent": "%", "percentag": "%", "minut": "min", "hour": "h", "dollar": "$", "usd": "$",
          "euro": "€", "eur": "€", "pound": "£", "gbp": "£"}  # fmt: skip
_NUMBER = re.compile(
    r"(?P<money>[$€£¥]|\b(?:US|EUR|USD|GBP))?\s?(?<![\w.])(?P<digits>\d[\d,]*(?:\.\d+)?)"
    r"(?P<tail>[^\W\d_]{1,12}\b)?(?P<plus>\+)?"
)
_RANGE_BEFORE = re.compile(r"(?:\b(?:between|from) \S+(?: \S+)? (?:and|to)|\d\s?%?\s?-)\s?[$€£]?$")
_VERSION = re.compile(
    r"\b(?:[vV](?=\d)\d+(?:\.\d+)*|\d+(?:\.\d+){2,}|\d+\.\d+\.(?:RC|rc)\d+"
    r"|[A-Za-z]+-?\d[\w.-]*\w|[A-Za-z]+\d|\d+[A-Z]\d*|\d+\.\d+(?:-?(?:rc|alpha|beta|RC)\d*))\b"
)


@dataclass(frozen=True, slots=True)
class Value:
    """A number or date in one form; equal values say the same."""

    form: str
    bounds: frozenset[str]
    shown: str
    #: Words with content of the number's surroundings (a number only).
    near: frozenset[str] = frozenset()
    #: The first word with content after a number, "" where there is none near.
    of: str = ""


def _bounds(table: str, before: str, limit: int) -> frozenset[str]:
    lowers = [word.lower for word in read(before)][-limit:]
    text = " " + " ".join(lowers) + " "
    found = set()
    for name in word_lists()[table]:
        for phrase in phrases_of(table, name):
            at = text.find(" " + " ".join(phrase) + " ")
            if at >= 0 and (len(phrase) > 1 or lowers[-1:] == list(phrase) or table == "date_bounds"):
                found.add(name)
                text = text.replace(" " + " ".join(phrase) + " ", " ")
    return frozenset(found)


@cache
def dates(text: str) -> tuple[Value, ...]:
    """The dates of a normalised text, each with the words that bound it (by, before, early ...)."""
    return _dates(text)[0]


def _dates(text: str) -> tuple[tuple[Value, ...], str]:
    found = []
    for pattern in _DATES:
        for match in list(pattern.finditer(text)):
            parts = match.groupdict()
            month = (parts.get("month") or "").rstrip(".").lower()
            if match.group() in ("May", "March", "Mar", "Jun", "Dec", "Jan", "Oct", "Sep") and not re.search(
                r"(?i)\b(?:in|by|of|until|since|from|early|late|mid|this|next|last|before|after)[ -]$",
                text[: match.start()],
            ):
                continue
            number = int(month) if month.isdigit() else _MONTHS.get(month, 0)
            pieces = (parts.get("year") or "", str(number or ""), (parts.get("day") or "").lstrip("0"))
            part = re.sub(r" of$", "", (parts.get("part") or "").lower()).rstrip("s")
            form = "/".join((*pieces, _PARTS.get(part, part)))
            found.append(Value(form, _bounds("date_bounds", text[: match.start()], 4), match.group().strip()))
            text = text[: match.start()] + "§" * len(match.group()) + text[match.end() :]
    return tuple(found), text


def versions(text: str) -> tuple[str, ...]:
    """Version and model numbers: v8.2, 8.3.RC1, GPT-4, 910C."""
    blanked = _dates(text)[1]
    return tuple(
        re.sub(r"^v(?=\d)", "", m.group().lower()).replace("-", "") for m in _VERSION.finditer(blanked)
    )


@cache
def numbers(text: str, *, spelled: bool = True) -> tuple[Value, ...]:
    """The numbers of a normalised text, without those inside dates, and of versions the digits only."""
    blanked = _dates(text)[1]
    if spelled:
        names = word_lists()["numbers"]
        pattern = r"(?i)\b(" + "|".join(names) + r")\b(?!-(?:to|by|of)\b)"
        blanked = re.sub(pattern, lambda match: str(names[match.group().lower()]), blanked)
    return tuple(_number(blanked, match) for match in _NUMBER.finditer(blanked))


def _number(text: str, match: re.Match[str]) -> Value:
    scales, units = word_lists()["scales"], words_of("units")
    after = list(
        read(
            (match.group("tail") or "") + text[match.end("tail" if match.group("tail") else "digits") :][:80]
        )
    )
    try:
        amount = Decimal(match.group("digits").replace(",", ""))
    except InvalidOperation:  # only where the digits are of a script that Decimal refuses
        return Value(match.group("digits"), frozenset(), match.group())
    while after and after[0].lower in scales:
        amount *= scales[after.pop(0).lower]
    unit = after[0].stem if after and after[0].lower in units else ""
    if after and [word.lower for word in after[:2]] == ["per", "cent"]:
        unit = "%"
    unit = _UNITS.get(unit, unit)
    unit = {"US": "$", "USD": "$", "EUR": "€", "GBP": "£"}.get(
        match.group("money") or "", match.group("money") or unit
    )
    bounds = set(_bounds("bounds", text[: match.start()], 3))
    ahead = text[match.end() : match.end() + 12]
    if _RANGE_BEFORE.search(text[: match.start()]) or re.match(r"\s?(?:%\s?)?-\s?\d", ahead):
        bounds.add("range")
    rest = [word.lower for word in after[:6]]
    if match.group("plus") or any(pair == ("or", "more") for pair in itertools.pairwise(rest)):
        bounds.add("least")
    if any(pair in (("or", "less"), ("or", "fewer")) for pair in itertools.pairwise(rest)):
        bounds.add("most")
    near = frozenset(word.stem for word in (*read(text[: match.start()])[-8:], *after[:8]) if word.content)
    following = [word.stem for word in after[:4] if word.content and word.lower not in units]
    form = format(amount.normalize(), "f") + " " + unit
    return Value(form, frozenset(bounds), match.group().strip(), near, following[0] if following else "")


@cache
def licences(text: str) -> tuple[str, ...]:
    """Licence names of a text, in one form."""
    found = []
    for pattern in word_lists()["licences"]:
        for match in re.finditer(pattern, text):
            form = re.sub(r"licen[cs]e|software|version|clause|\bv(?=\d)|[\s,-]", "", match.group().lower())
            found.append(re.sub(r"v(?=\d)", "", form).removesuffix(".0"))
    return tuple(found)


def names(words: Iterable[Word]) -> list[tuple[int, Word]]:
    """Words that look like names: a capital, not of a function word; the first word of a sentence too."""
    free = words_of("function_words") | words_of("neutral") | words_of("months")
    named = []
    for index, word in enumerate(words):
        capital = any(letter.isupper() for letter in word.text)
        initial = index == 0 and word.text[1:].islower()
        if (
            capital
            and not (initial and word.lower in free)
            and not (word.lower in free and word.text.istitle())
        ):
            named.append((index, word))
    return named
