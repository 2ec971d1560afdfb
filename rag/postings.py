"""An inverted index: in which sentences a word stands, or could be taken to stand.

It answers "which sentences can have anything of this question at all?"; how well one has it is measured of
those alone (``covering``).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rag.reading import Reading

Numbers = NDArray[np.int64]


def _none() -> array[int]:
    return array("q")


class Postings:
    """Sentences by number, under the words that they have or take over, and under what these mean."""

    def __init__(self) -> None:
        self._words: dict[str, array[int]] = {}
        self._senses: dict[str, array[int]] = {}
        self._names: dict[str, array[int]] = {}
        self._initials: list[tuple[str, str]] = []

    def add(self, reading: Reading, senses: Iterable[str]) -> None:
        """The next sentence; ``senses`` are the meanings and poles of its words."""
        number = len(self._initials)
        context = reading.own | reading.carried | reading.heading | reading.ambient | reading.before
        texts = [token.text for token in reading.tokens]
        names = {text.lower() for text in texts if text[:1].isupper()}
        for keys, index in (
            ({*reading.keys, *context}, self._words), (set(senses), self._senses), (names, self._names),
        ):  # fmt: skip
            for key in keys:
                index.setdefault(key, _none()).append(number)
        firsts = "".join(text[0] for text in texts)
        capitals = "".join(text[0] for text in texts if text[0].isupper() and len(text) > 1)
        self._initials.append((firsts.upper(), capitals))

    def with_words(self, words: Iterable[str]) -> Numbers:
        """The sentences that have one of these words, or take it over."""
        return _joined(self._words.get(word, _none()) for word in words)

    def with_senses(self, senses: Iterable[str]) -> Numbers:
        """The sentences that have a word with one of these meanings or poles."""
        return _joined(self._senses.get(sense, _none()) for sense in senses)

    def with_part(self, name: str) -> Numbers:
        """The sentences with a name that this one is a part of."""
        low = name.lower()
        return _joined(numbers for text, numbers in self._names.items() if low in text)

    def spelling(self, acronym: str) -> Numbers:
        """The sentences with words that begin with these letters, one after the other."""
        found = (n for n, runs in enumerate(self._initials) if any(acronym in run for run in runs))
        return np.fromiter(found, np.int64)


def _joined(lists: Iterable[array[int]]) -> Numbers:
    """The numbers of several lists; one that is in two of them comes twice."""
    return np.fromiter(chain.from_iterable(lists), np.int64)
