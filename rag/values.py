"""Whether two sentences that answer the same detail give the same value, another one, or nobody can tell."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rag.dates import Day, days
from rag.language import word_key
from rag.lexicon import lexicon
from rag.question import Ask, Detail
from rag.reading import Reading

_WORDS: Mapping[str, str] = {
    word: str(number) for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}  # fmt: skip

_AMOUNTS = frozenset(
    f"aspect:{name}" for name in (
        "price size capacity range speed memory power staff weight length duration frequency context_length"
    ).split()
)  # fmt: skip


def differ(detail: Detail, one: Reading, other: Reading) -> bool | None:
    """Whether two sentences give different values; None where what they give cannot be compared."""
    if detail.ask is Ask.WHEN or "aspect:date" in detail.aspects:
        return _apart_days(days(one.sentence.text), days(other.sentence.text))
    if detail.ask is Ask.AMOUNT or detail.aspects & _AMOUNTS:
        return _apart(_numbers(detail, one), _numbers(detail, other))
    return None if detail.listing else _apart_names(detail, one, other)


def name_others(detail: Detail, one: Reading, other: Reading) -> bool:
    """Whether two sentences name different values of what is asked for ("MIT", "GPL"), numbers apart."""
    return _apart_names(detail, one, other) is True


def same(one: str, other: str) -> bool:
    """Whether two sentences give the same figures, dates and known names of values, and at least one."""
    left, right = _given(one), _given(other)
    return bool(left) and left == right


def _given(text: str) -> set[str]:
    keys = [word_key(word) for word in re.findall(r"[\w+#]+(?:[.,]\d+)*", text)]
    named = lexicon().values(keys)
    return {key.replace(",", "") for place, key in enumerate(keys) if key[:1].isdigit() or place in named}


def _apart(one: set[str], other: set[str]) -> bool | None:
    return one.isdisjoint(other) if one and other else None


def _apart_names(detail: Detail, one: Reading, other: Reading) -> bool | None:
    return _apart(_instances(detail, one), _instances(detail, other))


def _apart_days(one: list[Day], other: list[Day]) -> bool | None:
    if not one or not other:
        return None
    return not any(_may_be_one(left, right) for left in one for right in other)


def _may_be_one(one: Day, other: Day) -> bool:
    return all(not left or not right or left == right for left, right in zip(one, other, strict=True))


def _numbers(detail: Detail, reading: Reading) -> set[str]:
    """The amounts of a sentence: no dates, no parts of names, none that the question brings."""
    asked = {t.text.lower() for t in detail.terms}
    found: set[str] = set()
    for token in reading.tokens:
        text = _WORDS.get(token.low, token.text.replace(",", ""))
        plain = re.fullmatch(r"\d+(?:\.\d+)?", text) is not None
        if plain and token.ent not in ("DATE", "TIME") and token.key not in reading.own | asked:
            found.add(text)
    return found


def _instances(detail: Detail, reading: Reading) -> set[str]:
    """The values of the asked aspect that a sentence names ("MIT" of a licence)."""
    wanted = {aspect.removeprefix("aspect:") for aspect in detail.aspects}
    asked = {t.key for t in detail.terms if t.role != "focus"}
    return {
        reading.keys[place]
        for place, aspects in lexicon().values(reading.keys).items()
        if aspects & wanted and reading.keys[place] not in asked
    }
