"""The words of the documents as they were on any day: counts, names and spellings up to then.

What a sentence of a day is worth must not depend on what was published after it, and the same sentences
are looked at as of many days.  So each use of a word is kept with its day, once, and a view counts up to
its own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from rag.language import word_key
from rag.reading import Reading

_HYPHENED = re.compile(r"[^\W\d_][^\W_]*(?:-[^\W_]+(?:\.\d+)*)+")


def _series() -> defaultdict[str, list[date]]:
    return defaultdict(list)


@dataclass(slots=True)
class Vocabulary:
    """Every use of every word with its day; ``add`` takes sentences in the order of their days."""

    sentences: list[date] = field(default_factory=list)
    rows: defaultdict[str, list[date]] = field(default_factory=_series)
    uses: defaultdict[str, list[date]] = field(default_factory=_series)
    as_name: defaultdict[str, list[date]] = field(default_factory=_series)
    forms: dict[str, dict[str, list[date]]] = field(default_factory=dict)
    hyphened: dict[str, dict[str, list[date]]] = field(default_factory=dict)

    def add(self, day: date, reading: Reading) -> None:
        """Count one sentence; no earlier day may follow."""
        self.sentences.append(day)
        for key in set(reading.keys):
            self.rows[key].append(day)
        for key in reading.keys:
            self.uses[key].append(day)
            if key in reading.own:
                self.as_name[key].append(day)
        for token in reading.tokens:
            if token.text.isalpha():
                self.forms.setdefault(token.low, {}).setdefault(token.text, []).append(day)
        for name in hyphened(reading.sentence.text):
            self.hyphened.setdefault(name.lower(), {}).setdefault(name, []).append(day)


def hyphened(text: str) -> list[str]:
    """The names of a text that are written with hyphens and have a digit: "Norvik-2.1-Mini"."""
    return [name for name in _HYPHENED.findall(text) if any(c.isdigit() for c in name)]


def until(days: list[date], day: date) -> int:
    """How many of the ascending days are not after the given one."""
    return bisect_right(days, day)


@dataclass(frozen=True, slots=True)
class Frequency:
    """In how many sentences up to a day a word occurs."""

    series: Mapping[str, list[date]]
    day: date

    def get(self, key: str, default: int = 0) -> int:
        """The count, ``default`` where there is none."""
        return until(self.series.get(key, []), self.day) or default

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key) > 0


@dataclass(frozen=True, slots=True)
class Names(Mapping[str, float]):
    """For each word that is used up to a day the share of its uses in which it is a name."""

    vocabulary: Vocabulary
    day: date

    def __getitem__(self, key: str) -> float:
        uses = until(self.vocabulary.uses.get(key, []), self.day)
        if not uses:
            raise KeyError(key)
        return until(self.vocabulary.as_name.get(key, []), self.day) / uses

    def __iter__(self) -> Iterator[str]:
        return (key for key, days in self.vocabulary.uses.items() if days[0] <= self.day)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True)
class Surface(Mapping[str, str]):
    """For each form in lower case that is used up to a day the one in which it is mostly written."""

    forms: Mapping[str, Mapping[str, list[date]]]
    day: date

    def __getitem__(self, low: str) -> str:
        forms = self.forms.get(low, {})
        counts = {form: count for form, days in forms.items() if (count := until(days, self.day))}
        if not counts:
            raise KeyError(low)
        return max(counts, key=lambda form: counts[form])

    def __iter__(self) -> Iterator[str]:
        for low, forms in self.forms.items():
            if any(days[0] <= self.day for days in forms.values()):
                yield low

    def __len__(self) -> int:
        return sum(1 for _ in self)


def earliest(found: Iterable[tuple[date, Iterable[str]]]) -> dict[str, date]:
    """For each key the first day on which it was found."""
    first: dict[str, date] = {}
    for day, keys in found:
        for key in keys:
            first[key] = min(day, first.get(key, day))
    return first


def talked_about(reading: Reading) -> set[str]:
    """Names that a sentence talks about: its subjects and objects, or what its heading names.

    Names only given as examples, or only in compounds ("X compatibility"), are not.
    """
    found = set(reading.heading)
    for place, token in enumerate(reading.tokens):
        if token.ent == "PERSON":  # people take part in what is announced; they are no part of it
            continue
        argument = token.dep in ("nsubj", "nsubjpass", "dobj", "attr") or (
            token.dep == "pobj" and reading.tokens[token.head].low == "of"
        )
        if argument and token.key in _relational():
            continue
        if argument and (token.key in reading.topical or _compound_names(reading, place)):
            found |= {token.key} | _compound_names(reading, place)
    return found


@cache
def _relational() -> frozenset[str]:
    """Heads that say what others have to do with a name, not that the text is about it."""
    words = (
        "compatibility support integration user customer developer code programmer market competitor rival"
    )
    return frozenset(map(word_key, words.split()))


def _compound_names(reading: Reading, head: int) -> set[str]:
    return {
        t.key
        for p, t in enumerate(reading.tokens)
        if t.head == head and t.dep == "compound" and t.key in reading.topical
    }
