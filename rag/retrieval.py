"""All sentences in memory, and what is counted over them and looked up in them.

"Not covered" is a claim about the whole corpus, so no top-k search prefilters: all sentences are compared in
meaning, and left out of the comparison of words (``covering``) is only what cannot be among the best by them
(``reach``).  Coverage is the mean over the question's words, as in late interaction (Khattab and Zaharia
2020), with inverse document frequencies as weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.directives import tells_nothing
from rag.language import word_key
from rag.lexicon import lexicon, opposite_pole
from rag.postings import Numbers, Postings
from rag.question import Detail
from rag.reading import ReadDocument, Reading
from rag.releases import VERSION_WORDS
from rag.vocabulary import Frequency, Names, Surface, Vocabulary, earliest, talked_about, until

# Cosine of two words embedded alone: above the first they are taken for the same, above the second
# for kin.  Measured on pairs such as begin/start .84, price/cost .74, problem/difficulty .63
# against compiler/runtime .52, Ubuntu/Debian .47, licence/price .25.
SAME_WORD, KIN_WORD = 0.74, 0.60
SAME_MATCH, KIN_MATCH = 0.75, 0.5
LEXICON_MATCH, NAME_PART = 0.9, 0.9  # of a word with the same meaning, and of a name within a longer one
AMBIENT_NOUN = 0.6  # of a noun that stands in a document's title
_MOST_KIN = 256  # words of questions whose kin are remembered


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence of the library, in order of the vectors; ``document`` is its document's place.

    ``day`` is the date of its section, or of its document; ``empty`` whether it is evidence of nothing;
    ``values`` the aspects of which a word gives a value ("under MIT" a licence), as meanings.
    """

    document: int
    day: date
    reading: Reading
    meanings: dict[int, frozenset[str]]
    values: dict[int, frozenset[str]]
    poles: dict[int, frozenset[str]]
    empty: bool


@dataclass(slots=True)
class Library:
    """All sentences in memory with what scoring needs; built once for a snapshot of the index.

    What is counted (``names``, ``frequency``, ``surface``, ``focal``, ``ambient``, ``weight``) is counted up
    to ``day``: the last one, and an earlier one in the views that ``at`` gives.  ``stages`` are the days,
    oldest first, each with the numbers of its rows; ``fresh`` are those of the library's own day.
    """

    documents: tuple[ReadDocument, ...]
    vectors: NDArray[np.float32]
    words: Mapping[str, NDArray[np.float32]]
    rows: list[Row] = field(init=False)
    stages: tuple[tuple[date, tuple[int, ...]], ...] = field(init=False)
    day: date = field(init=False)
    _vocabulary: Vocabulary = field(init=False, default_factory=Vocabulary)
    _postings: Postings = field(init=False, default_factory=Postings)
    _focal: dict[str, date] = field(init=False)
    _ambient: dict[str, date] = field(init=False)
    _words: tuple[str, ...] = field(init=False)
    _word_vectors: NDArray[np.float32] = field(init=False)
    _kin: dict[str, tuple[NDArray[np.float32], dict[str, float]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        words = lexicon()
        self.rows = [
            Row(
                number,
                _day(document, r),
                r,
                words.meanings(r.keys),
                {p: frozenset(f"aspect:{one}" for one in of) for p, of in words.values(r.keys).items()},
                words.poles(r.keys),
                tells_nothing(r.tokens, r.sentence.text),
            )
            for number, document in enumerate(self.documents)
            for r in document.readings
        ]
        for row in self.rows:
            self._postings.add(
                row.reading,
                (s for of in (row.meanings, row.values, row.poles) for c in of.values() for s in c),
            )
        days = sorted({row.day for row in self.rows})
        numbers: dict[date, list[int]] = {day: [] for day in days}
        for number, row in enumerate(self.rows):
            numbers[row.day].append(number)
        self.stages = tuple((day, tuple(numbers[day])) for day in days)
        self.day = max(days, default=date.min)
        for day, own in self.stages:
            for number in own:
                self._vocabulary.add(day, self.rows[number].reading)
        self._words = tuple(self.words)
        self._word_vectors = np.array([self.words[word] for word in self._words], np.float32)
        self._focal = earliest((row.day, talked_about(row.reading)) for row in self.rows)
        self._ambient = earliest(
            (min((s.published for s in d.document.sections), default=d.document.published), _title_keys(d))
            for d in self.documents
        )

    def at(self, day: date) -> Library:
        """The same rows, with everything counted up to a day; rows of later days are not to be looked at."""
        view = copy(self)
        view.day = day
        view.stages = tuple(stage for stage in self.stages if stage[0] <= day)
        return view

    @property
    def fresh(self) -> tuple[int, ...]:
        """The rows of the library's own day."""
        return self.stages[-1][1] if self.stages and self.stages[-1][0] == self.day else ()

    @property
    def names(self) -> Names:
        """For each word the share of its uses in which it is a name."""
        return Names(self._vocabulary, self.day)

    @property
    def frequency(self) -> Frequency:
        """For each word the number of sentences that have it."""
        return Frequency(self._vocabulary.rows, self.day)

    @property
    def surface(self) -> Surface:
        """For each word, in lower case, the form in which it is mostly written."""
        return Surface(self._vocabulary.forms, self.day)

    @property
    def hyphened(self) -> Surface:
        """For each name with hyphens and a digit, in lower case, the form in which it is mostly written."""
        return Surface(self._vocabulary.hyphened, self.day)

    def stands(self, low: str) -> bool:
        """Whether a text in small letters stands in a sentence as it is: every one is looked at."""
        return any(
            low in self.rows[row].reading.sentence.text.lower() for _, own in self.stages for row in own
        )

    def focal(self, key: str) -> bool:
        """Whether the documents talk about the thing with this name, and do not only mention it."""
        return self._focal.get(key, date.max) <= self.day

    def ambient(self, key: str) -> bool:
        """Whether the word stands in the title of a document."""
        return self._ambient.get(key, date.max) <= self.day

    def weight(self, key: str) -> float:
        """Inverse document frequency, smoothed; a word that the corpus lacks weighs most."""
        rows = until(self._vocabulary.sentences, self.day)
        return 1.0 + math.log((1 + rows) / (1 + self.frequency.get(key))) / 4

    def foreign(self, key: str) -> bool:
        """Whether the corpus never uses the word (or any word of the phrase)."""
        return not any(word in self.frequency for word in key.split())

    def similar(self, one: str, other: str, vectors: Mapping[str, NDArray[np.float32]]) -> float:
        """Strength of agreement of two words by their vectors; 0 where one has none."""
        return self._kin_now(one, vectors).get(other, 0.0)

    def _kin_now(self, one: str, vectors: Mapping[str, NDArray[np.float32]]) -> dict[str, float]:
        left = vectors.get(one)
        if left is None:
            return {}
        known = self._kin.get(one)
        # Of one stem there are several forms ("licence", "licensing"), with vectors of their own.
        if known is None or known[0] is not left:
            if len(self._kin) >= _MOST_KIN:
                self._kin.clear()
            known = self._kin[one] = left, self._kin_of(one, left)
        return known[1]

    def _kin_of(self, one: str, vector: NDArray[np.float32]) -> dict[str, float]:
        """The words of the library that agree with a word, each with its strength."""
        if not self._words:
            return {}
        cosines = self._word_vectors @ vector
        near = ((self._words[n], cosines[n]) for n in np.flatnonzero(cosines >= KIN_WORD))
        return {
            word: SAME_MATCH if cosine >= SAME_WORD else KIN_MATCH
            for word, cosine in near
            if not lexicon().opposed((one,), (word,))
        }

    def reach(self, detail: Detail, vectors: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """The most that each row can have of each word of a detail: terms by rows, each in [0, 1].

        A bound of what ``covering`` measures: 0 where a row has neither the word, nor one for it, nor a
        context that stands for it.
        """
        found = np.zeros((len(detail.terms), len(self.rows)), np.float32)
        for most, term in zip(found, detail.terms, strict=True):
            if term.key in VERSION_WORDS or term.role == "head":
                most[:] = 1.0  # any name with a number may be a version, and a name has its head with it
                continue
            if term.role == "noun" and self.ambient(term.key):
                most[:] = AMBIENT_NOUN
            for word, strength in self._kin_now(term.key, vectors).items():
                _raise(most, self._postings.with_words((word,)), strength)
            senses = (*term.meanings, *map(opposite_pole, term.poles))
            _raise(most, self._postings.with_senses(senses), LEXICON_MATCH)
            if term.role == "name":
                _raise(most, self._postings.with_part(term.text), NAME_PART)
                if term.text.isupper():
                    most[self._postings.spelling(term.text)] = 1.0
            most[self._postings.with_words(term.key.split())] = 1.0
        return found


def _raise(most: NDArray[np.float32], numbers: Numbers, strength: float) -> None:
    most[numbers] = np.maximum(most[numbers], strength)


def _day(read: ReadDocument, reading: Reading) -> date:
    sections = read.document.sections
    place = reading.sentence.section
    return sections[place].published if place < len(sections) else read.document.published


def _title_keys(read: ReadDocument) -> set[str]:
    return {word_key(w) for w in re.findall(r"[^\W_]+", read.document.title) if len(w) > 3}
