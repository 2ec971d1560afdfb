"""An inverted index: in which sentences a word stands, or could be taken to stand.

It answers "which sentences can have anything of this question at all?"; how well one has it is measured of
those alone (``covering``).
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.reading import Reading


class Postings:
    """Sentences by number, under the words that they have or take over, and under what these mean."""

    def __init__(self) -> None:
        self._words: dict[str, set[int]] = {}
        self._senses: dict[str, set[int]] = {}
        self._names: dict[str, set[int]] = {}
        self._initials: list[tuple[str, str]] = []

    def add(self, reading: Reading, senses: Iterable[str]) -> None:
        """The next sentence; ``senses`` are the meanings and poles of its words."""
        number = len(self._initials)
        context = reading.own | reading.carried | reading.heading | reading.ambient | reading.before
        for word in {*reading.keys, *context}:
            self._words.setdefault(word, set()).add(number)
        for sense in set(senses):
            self._senses.setdefault(sense, set()).add(number)
        texts = [token.text for token in reading.tokens]
        for name in {text.lower() for text in texts if text[:1].isupper()}:
            self._names.setdefault(name, set()).add(number)
        firsts = "".join(text[0] for text in texts)
        capitals = "".join(text[0] for text in texts if text[0].isupper() and len(text) > 1)
        self._initials.append((firsts.upper(), capitals))

    def with_words(self, words: Iterable[str]) -> set[int]:
        """The sentences that have one of these words, or take it over."""
        return set().union(*(self._words.get(word, ()) for word in words))

    def with_senses(self, senses: Iterable[str]) -> set[int]:
        """The sentences that have a word with one of these meanings or poles."""
        return set().union(*(self._senses.get(sense, ()) for sense in senses))

    def with_part(self, name: str) -> set[int]:
        """The sentences with a name that this one is a part of."""
        low = name.lower()
        return set().union(*(numbers for text, numbers in self._names.items() if low in text))

    def spelling(self, acronym: str) -> set[int]:
        """The sentences with words that begin with these letters, one after the other."""
        return {n for n, runs in enumerate(self._initials) if any(acronym in run for run in runs)}
