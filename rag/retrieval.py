"""Every sentence scored for a detail: how well it covers the words asked, and how near in meaning.

"Not covered" is a claim about the whole corpus, so no top-k search prefilters: all sentences are
compared in meaning, and left out of the comparison of words is only what has none in common
(``touched``).  Word agreement is exact (stem), by lexicon, or by the embedder's similarity of the two
words alone; coverage is the mean over the question's words, as in late interaction (Khattab and Zaharia
2020), with inverse document frequencies as weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.directives import tells_nothing
from rag.language import Token, word_key
from rag.lexicon import lexicon, opposite_pole
from rag.postings import Postings
from rag.question import Detail, Term
from rag.reading import ReadDocument, Reading
from rag.releases import VERSION_WORDS, told
from rag.stance import Segment
from rag.vocabulary import Frequency, Names, Surface, Vocabulary, earliest, talked_about, until

# Cosine of two words embedded alone: above the first they are taken for the same, above the second
# for kin.  Measured on pairs such as begin/start .84, price/cost .74, problem/difficulty .63
# against compiler/runtime .52, Ubuntu/Debian .47, licence/price .25.
SAME_WORD, KIN_WORD = 0.74, 0.60
LEXICON_MATCH, OPPOSITE_MATCH, SAME_MATCH, KIN_MATCH = 0.9, 0.8, 0.75, 0.5
_LONGEST_MODIFIER = 3  # words
MODIFIER_MATCH = 0.4  # of another word for it that only tells which thing of a kind is meant
OTHER_SEGMENT, AMBIENT_NOUN, BEFORE = 0.7, 0.6, 0.75
_MOST_KIN = 256  # words of questions whose kin are remembered


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence of the library, in order of the vectors; ``document`` is its document's place.

    ``day`` is the date of its section, or of its document; ``empty`` whether it is evidence of nothing.
    """

    document: int
    day: date
    reading: Reading
    meanings: dict[int, frozenset[str]]
    poles: dict[int, frozenset[str]]
    empty: bool


@dataclass(frozen=True, slots=True)
class Match:
    """How a sentence answers to one term: strength in [0, 1] and the token place (-1: context).

    ``opposed``: the sentence has the term's opposite ("closed" for "open").
    """

    strength: float
    place: int
    opposed: bool = False


NO_MATCH = Match(0.0, 0)


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
                words.poles(r.keys),
                tells_nothing(r.tokens, r.sentence.text),
            )
            for number, document in enumerate(self.documents)
            for r in document.readings
        ]
        for row in self.rows:
            self._postings.add(
                row.reading, (s for of in (row.meanings, row.poles) for c in of.values() for s in c)
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
        return Surface(self._vocabulary, self.day)

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

    def touched(self, detail: Detail, vectors: Mapping[str, NDArray[np.float32]]) -> set[int] | None:
        """The rows that can have a word of a detail, or one for it; None where that may be any.

        Of another row every word is missing (see ``match`` and ``_by_context``).
        """
        found: set[int] = set()
        for term in detail.terms:
            if term.key in VERSION_WORDS:
                return None
            found |= self._postings.with_words((*term.key.split(), *self._kin_now(term.key, vectors)))
            found |= self._postings.with_senses((*term.meanings, *map(opposite_pole, term.poles)))
            if term.role == "name":
                found |= self._postings.with_part(term.text)
                if term.text.isupper():
                    found |= self._postings.spelling(term.text)
        return found

    def match(
        self,
        term: Term,
        row: Row,
        vectors: Mapping[str, NDArray[np.float32]],
        within: range,
        names: frozenset[str] = frozenset(),
    ) -> Match:
        """The best match of a term among the sentence's own words in the given places.

        ``names`` are those of the question, whose versions may be asked for.
        """
        reading = row.reading
        best = Match(0.0, -1)
        if term.role == "name" and term.text.isupper() and 3 <= len(term.text) <= 6:
            place = _initials(term.text, row.reading)
            if place >= 0:
                return Match(1.0, place)
        exact_only = term.role in ("name", "number")
        words = term.key.split()
        versions = term.key in VERSION_WORDS and term.role in ("focus", "noun")
        for place in within:
            key = reading.keys[place]
            same = key == term.key or (
                words[0] == key and tuple(reading.keys[place : place + len(words)]) == tuple(words)
            )
            if same and term.role == "verb" and _only_qualifies(reading.tokens[place]):
                best = max(best, Match(MODIFIER_MATCH, place), key=lambda match: match.strength)
                continue
            if same and not (exact_only and key in reading.aside):
                return Match(1.0, place)
            if term.role == "name" and _part_of_name(term, reading.tokens[place]):
                return Match(0.9, place)
            if exact_only or reading.tokens[place].pos == "PUNCT":
                continue
            shared = term.meanings & row.meanings.get(place, frozenset())
            strength = LEXICON_MATCH if shared else self.similar(term.key, key, vectors)
            if shared and term.role in ("verb", "noun") and _only_names(reading.tokens, place):
                strength = min(strength, MODIFIER_MATCH)
            opposed = bool(term.poles) and any(
                opposite_pole(p) in row.poles.get(place, ()) for p in term.poles
            )
            if opposed and not shared:
                strength = OPPOSITE_MATCH
            if versions and told(reading.tokens, place, names):
                strength = LEXICON_MATCH
            if strength > best.strength:
                best = Match(strength, place, opposed and not shared)
        return best


def _only_names(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word only tells which thing is meant: nothing is released in "release notes".

    Nor is what "works with open-source tools" open source by that; what is "open-source code", or given "as
    open-source code", is.
    """
    token = tokens[place]
    if token.dep == "compound" and tokens[token.head].pos == "NOUN":
        return True
    thing = token
    for _ in range(_LONGEST_MODIFIER):
        if thing.dep in ("compound", "amod", "nmod"):
            thing = tokens[thing.head]
    given = tokens[thing.head].low in ("as", "of", "under")
    return thing is not token and thing.dep == "pobj" and not given


def _only_qualifies(token: Token) -> bool:
    """Whether what is written like a verb is an adjective: nobody owns anything in "brands of its own"."""
    qualifies = token.dep in ("amod", "pobj", "dobj")  # "brands of its own"
    return token.tag == "JJ" and qualifies and not token.low.endswith(("ed", "ing", "en"))


def _reach(detail: Detail, reading: Reading, place: int) -> float:
    """What a word of another clause counts: little where that clause talks about another name."""
    asked = {t.key for t in detail.of("name")}
    for segment in reading.stance.segments:
        if segment.first <= place < segment.last:
            there = {reading.keys[p] for p in range(segment.first, segment.last)} & reading.topical
            return 0.3 if asked and there and not there & asked else OTHER_SEGMENT
    return OTHER_SEGMENT


def _by_context(term: Term, reading: Reading) -> float:
    """How far the sentence's context stands for a word that it does not have itself."""
    context = about(reading, term.key)
    if term.role in ("name", "number"):
        return context
    if term.role == "head":
        return max(context, 0.8)
    if term.role != "focus" and reading.before and all(word in reading.before for word in term.key.split()):
        return BEFORE
    return context * 0.8 if term.role == "noun" else 0.0


def _part_of_name(term: Term, token: Token) -> bool:
    """Whether a name is the head or tail of a longer one written together (Pangu in OpenPangu, BSD-3)."""
    if not token.text[:1].isupper():  # first: it is asked of every word of every sentence
        return False
    low, whole = term.text.lower(), token.low
    least = 3 if whole.startswith(f"{low}-") else 4
    if len(low) < least or low == whole:
        return False
    place = whole.find(low)
    ends = place == 0 or place + len(low) == len(whole)
    return place >= 0 and ends and token.text[place].isupper()


def _initials(acronym: str, reading: Reading) -> int:
    """Where the sentence spells an acronym out ("Red Hat Enterprise Linux" for RHEL), or -1.

    In small letters only the words of one noun do: "contributor licence agreement" for CLA.
    """
    words = [(p, t.text[0]) for p, t in enumerate(reading.tokens) if t.text[0].isupper() and len(t.text) > 1]
    for first in range(len(words) - len(acronym) + 1):
        run = words[first : first + len(acronym)]
        near = run[-1][0] - run[0][0] < len(acronym) + 2
        if near and "".join(letter for _, letter in run) == acronym:
            return run[0][0]
    tokens = reading.tokens
    for last in range(len(acronym) - 1, len(tokens)):
        places = range(last - len(acronym) + 1, last + 1)
        one = tokens[last].pos == "NOUN" and all(
            tokens[p].dep in ("compound", "amod") and p < tokens[p].head <= last for p in places[:-1]
        )
        if one and "".join(tokens[p].text[0].upper() for p in places) == acronym:
            return places[0]
    return -1


def _day(read: ReadDocument, reading: Reading) -> date:
    sections = read.document.sections
    place = reading.sentence.section
    return sections[place].published if place < len(sections) else read.document.published


def _title_keys(read: ReadDocument) -> set[str]:
    return {word_key(w) for w in re.findall(r"[^\W_]+", read.document.title) if len(w) > 3}


def about(reading: Reading, key: str) -> float:
    """How surely a sentence is about the thing with this name: own words, carried over, heading."""
    if key in reading.own:
        return 1.0
    if key in reading.carried:
        return 0.9
    if key in reading.ambient:
        return 0.85
    if key in reading.heading:
        return 0.85
    return 0.0


def cover(
    detail: Detail, row: Row, library: Library, vectors: Mapping[str, NDArray[np.float32]], segment: Segment
) -> dict[str, Match]:
    """For each term of the detail its match, the given segment of the sentence first.

    Words of other segments count less, and not at all for a name where the segment talks about
    another name of its own; names and nouns may be matched by the sentence's context.
    """
    found: dict[str, Match] = {}
    inside = range(segment.first, segment.last)
    every = range(len(row.reading.keys))
    own_names = any(row.reading.keys[p] in row.reading.topical for p in inside)
    names = frozenset(t.key for t in detail.of("name"))
    for term in detail.terms:
        elsewhere = False
        match = library.match(term, row, vectors, inside, names)
        if match.strength < 1.0 and len(inside) < len(every):
            other = library.match(term, row, vectors, every, names)
            named = term.role == "name" and own_names and other.place >= 0
            elsewhere = named and term.key in row.reading.own
            factor = 1.0 if term.role == "name" else _reach(detail, row.reading, other.place)
            strength = 0.0 if named else other.strength * factor
            if strength > match.strength:
                match = Match(strength, other.place, other.opposed)
        if match.strength < 0.85 and not elsewhere:
            strength = _by_context(term, row.reading)
            if term.role == "noun" and library.ambient(term.key):
                strength = max(strength, AMBIENT_NOUN)
            if strength > match.strength:
                match = Match(strength, -1)
        found[f"{term.role}:{term.key}"] = match
    return found
