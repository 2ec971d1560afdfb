"""How a sentence covers the words of a detail: each in its own words, or by what it stands in.

Word agreement is exact (stem), by lexicon, or by the embedder's similarity of the two words alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.language import Token
from rag.lexicon import opposite_pole
from rag.question import Detail, Term
from rag.reading import Reading
from rag.releases import VERSION_WORDS, told
from rag.retrieval import AMBIENT_NOUN, LEXICON_MATCH, NAME_PART, Library, Row
from rag.stance import Segment

OPPOSITE_MATCH = 0.8
_LONGEST_MODIFIER = 3  # words
MODIFIER_MATCH = 0.4  # of another word for it that only tells which thing of a kind is meant
OTHER_SEGMENT, BEFORE = 0.7, 0.75


@dataclass(frozen=True, slots=True)
class Match:
    """How a sentence answers to one term: strength in [0, 1] and the token place (-1: context).

    ``opposed``: the sentence has the term's opposite ("closed" for "open").
    """

    strength: float
    place: int
    opposed: bool = False


NO_MATCH = Match(0.0, 0)


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
        match = best_match(term, row, library, vectors, inside, names)
        if match.strength < 1.0 and len(inside) < len(every):
            other = best_match(term, row, library, vectors, every, names)
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


def best_match(
    term: Term,
    row: Row,
    library: Library,
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
        if same and term.role == "verb" and (weak := _as_adjective(reading.tokens, place)) is not None:
            best = max(best, Match(weak, place), key=lambda match: match.strength)
            continue
        if same and not (exact_only and key in reading.aside):
            return Match(1.0, place)
        if term.role == "name" and _part_of_name(term, reading.tokens[place]):
            return Match(NAME_PART, place)
        if exact_only or reading.tokens[place].pos == "PUNCT":
            continue
        shared = term.meanings & row.meanings.get(place, frozenset())
        strength = LEXICON_MATCH if shared else library.similar(term.key, key, vectors)
        if shared and term.role in ("verb", "noun") and _only_names(reading.tokens, place):
            strength = min(strength, MODIFIER_MATCH)
        opposed = bool(term.poles) and any(opposite_pole(p) in row.poles.get(place, ()) for p in term.poles)
        if opposed and not shared:
            strength = OPPOSITE_MATCH
        if _is_value(term, row, place) or (versions and told(reading.tokens, place, names)):
            strength = LEXICON_MATCH
        if strength > best.strength:
            best = Match(strength, place, opposed and not shared)
    return best


def _is_value(term: Term, row: Row, place: int) -> bool:
    """Whether a word gives a value of what is asked for: "under MIT", where a licence is."""
    return term.role == "focus" and bool(term.meanings & row.values.get(place, frozenset()))


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


def _as_adjective(tokens: Sequence[Token], place: int) -> float | None:
    """What is left of the match of a verb with an adjective that is written like it; None where it is a verb.

    Nobody owns anything in "brands of its OWN": the word only stresses whose they are.
    """
    token = tokens[place]
    if token.low == "own" and place and tokens[place - 1].tag in ("PRP$", "POS"):
        return 0.0
    qualifies = token.dep in ("amod", "pobj", "dobj")
    adjective = token.tag == "JJ" and qualifies and not token.low.endswith(("ed", "ing", "en"))
    return MODIFIER_MATCH if adjective else None


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
