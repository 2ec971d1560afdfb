"""Every sentence scored for a detail: how well it covers the words asked, and how near in meaning.

"Not covered" is a claim about the whole corpus, so nothing is prefiltered: all sentences are scored
exactly.  Word agreement is exact (stem), by lexicon, or by the embedder's similarity of the two
words alone; coverage is the mean over the question's words, as in late interaction (Khattab and
Zaharia 2020), with inverse document frequencies as weights.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rag.language import Token, word_key
from rag.lexicon import lexicon, opposite_pole
from rag.question import Detail, Term
from rag.reading import ReadDocument, Reading, name_counts
from rag.stance import Segment

# Cosine of two words embedded alone: above the first they are taken for the same, above the second
# for kin.  Measured on pairs such as begin/start .84, price/cost .74, problem/difficulty .63
# against compiler/runtime .52, Ubuntu/Debian .47, licence/price .25.
SAME_WORD, KIN_WORD = 0.74, 0.60
LEXICON_MATCH, OPPOSITE_MATCH, SAME_MATCH, KIN_MATCH = 0.9, 0.8, 0.75, 0.5
OTHER_SEGMENT, AMBIENT_NOUN, BEFORE = 0.7, 0.6, 0.75


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence of the library: its document's place and its own, in order of the vectors."""

    document: int
    reading: Reading
    meanings: dict[int, frozenset[str]]
    poles: dict[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Match:
    """How a sentence answers to one term: strength in [0, 1] and the token place (-1: context).

    ``opposed``: the sentence has the term's opposite ("closed" for "open").
    """

    strength: float
    place: int
    opposed: bool = False


@dataclass(slots=True)
class Library:
    """All sentences in memory with what scoring needs; built once for a snapshot of the index."""

    documents: tuple[ReadDocument, ...]
    vectors: NDArray[np.float32]
    words: Mapping[str, NDArray[np.float32]]
    rows: list[Row] = field(init=False)
    names: dict[str, float] = field(init=False)
    frequency: Counter[str] = field(init=False)
    surface: dict[str, str] = field(init=False)
    focal: frozenset[str] = field(init=False)
    ambient: frozenset[str] = field(init=False)
    _similar: dict[tuple[str, str], float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        words = lexicon()
        self.rows = [
            Row(number, reading, words.meanings(reading.keys), words.poles(reading.keys))
            for number, document in enumerate(self.documents)
            for reading in document.readings
        ]
        self.names = name_counts(self.documents)
        self.frequency = Counter(key for row in self.rows for key in set(row.reading.keys))
        self.surface = _surface(self.rows)
        self.focal = _focal(self.rows)
        self.ambient = frozenset(
            word_key(w)
            for d in self.documents
            for w in re.findall(r"[^\W_]+", d.document.title)
            if len(w) > 3
        )

    def weight(self, key: str) -> float:
        """Inverse document frequency, smoothed; a word that the corpus lacks weighs most."""
        return 1.0 + math.log((1 + len(self.rows)) / (1 + self.frequency.get(key, 0))) / 4

    def foreign(self, key: str) -> bool:
        """Whether the corpus never uses the word (or any word of the phrase)."""
        return not any(word in self.frequency for word in key.split())

    def similar(self, one: str, other: str, vectors: Mapping[str, NDArray[np.float32]]) -> float:
        """Strength of agreement of two words by their vectors; 0 where one has none."""
        pair = (one, other)
        if pair not in self._similar:
            left, right = vectors.get(one), self.words.get(other)
            cosine = float(left @ right) if left is not None and right is not None else 0.0
            if cosine >= KIN_WORD and lexicon().opposed((one,), (other,)):
                cosine = 0.0
            self._similar[pair] = (
                SAME_MATCH if cosine >= SAME_WORD else KIN_MATCH if cosine >= KIN_WORD else 0.0
            )
        return self._similar[pair]

    def match(self, term: Term, row: Row, vectors: Mapping[str, NDArray[np.float32]], within: range) -> Match:
        """The best match of a term among the sentence's own words in the given places."""
        reading = row.reading
        best = Match(0.0, -1)
        if term.role == "name" and term.text.isupper() and 3 <= len(term.text) <= 6:
            place = _initials(term.text, row.reading)
            if place >= 0:
                return Match(1.0, place)
        exact_only = term.role in ("name", "number")
        words = term.key.split()
        for place in within:
            key = reading.keys[place]
            same = key == term.key or (
                words[0] == key and tuple(reading.keys[place : place + len(words)]) == tuple(words)
            )
            if same and not (exact_only and key in reading.aside):
                return Match(1.0, place)
            if term.role == "name" and _part_of_name(term, reading.tokens[place]):
                return Match(0.9, place)
            if exact_only or reading.tokens[place].pos == "PUNCT":
                continue
            shared = term.meanings & row.meanings.get(place, frozenset())
            strength = LEXICON_MATCH if shared else self.similar(term.key, key, vectors)
            opposed = bool(term.poles) and any(
                opposite_pole(p) in row.poles.get(place, ()) for p in term.poles
            )
            if opposed and not shared:
                strength = OPPOSITE_MATCH
            if strength > best.strength:
                best = Match(strength, place, opposed and not shared)
        return best


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
    """Whether a name is the head or tail of a longer one written together (Pangu in OpenPangu)."""
    low, whole = term.text.lower(), token.low
    if len(low) < 4 or low == whole or not token.text[:1].isupper():
        return False
    place = whole.find(low)
    ends = place == 0 or place + len(low) == len(whole)
    return place >= 0 and ends and token.text[place].isupper()


def _initials(acronym: str, reading: Reading) -> int:
    """Where the sentence spells an acronym out ("Red Hat Enterprise Linux" for RHEL), or -1."""
    words = [(p, t.text[0]) for p, t in enumerate(reading.tokens) if t.text[0].isupper() and len(t.text) > 1]
    for first in range(len(words) - len(acronym) + 1):
        run = words[first : first + len(acronym)]
        near = run[-1][0] - run[0][0] < len(acronym) + 2
        if near and "".join(letter for _, letter in run) == acronym:
            return run[0][0]
    return -1


def _surface(rows: Sequence[Row]) -> dict[str, str]:
    forms: dict[str, Counter[str]] = {}
    for row in rows:
        for token in row.reading.tokens:
            if token.text.isalpha():
                forms.setdefault(token.low, Counter())[token.text] += 1
    return {low: count.most_common(1)[0][0] for low, count in forms.items()}


def _focal(rows: Sequence[Row]) -> frozenset[str]:
    """Names that the corpus talks about: subjects and objects of its clauses, or in its headings.

    Names only given as examples, or only in compounds ("X compatibility"), are not.
    """
    found: set[str] = set()
    for row in rows:
        found |= row.reading.heading
        for place, token in enumerate(row.reading.tokens):
            if token.ent == "PERSON":  # people take part in what is announced; they are no part of it
                continue
            argument = token.dep in ("nsubj", "nsubjpass", "dobj", "attr") or (
                token.dep == "pobj" and row.reading.tokens[token.head].low == "of"
            )
            if argument and token.key in _relational():
                continue
            if argument and (token.key in row.reading.topical or _compound_names(row.reading, place)):
                found |= {token.key} | _compound_names(row.reading, place)
    return frozenset(found)


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
    for term in detail.terms:
        elsewhere = False
        match = library.match(term, row, vectors, inside)
        if match.strength < 1.0 and len(inside) < len(every):
            other = library.match(term, row, vectors, every)
            named = term.role == "name" and own_names and other.place >= 0
            elsewhere = named and term.key in row.reading.own
            factor = 1.0 if term.role == "name" else _reach(detail, row.reading, other.place)
            strength = 0.0 if named else other.strength * factor
            if strength > match.strength:
                match = Match(strength, other.place, other.opposed)
        if match.strength < 0.85 and not elsewhere:
            strength = _by_context(term, row.reading)
            if term.role == "noun" and term.key in library.ambient:
                strength = max(strength, AMBIENT_NOUN)
            if strength > match.strength:
                match = Match(strength, -1)
        found[f"{term.role}:{term.key}"] = match
    return found
