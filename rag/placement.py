"""Whether the words of a question stand in a clause where the question has them.

The subject as subject and not only as a part of it ("the drivers of the trams" are no trams), names and
numbers exact, other words as themselves or by the lexicon; two words that are merely near in meaning
(wheat and barley, buy and sell) never stand for each other.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from functools import cache

from rag.covering import NO_MATCH, Match
from rag.dependents import preposition
from rag.governors import rules, tells_apart
from rag.language import Token, word_key
from rag.lexicon import lexicon, opposite_pole
from rag.predication import Predication
from rag.proposition import Proposition
from rag.question import Term
from rag.retrieval import Row

# From this strength on, the context of a sentence stands for a word that it does not have.
_CONTEXT = 0.75
_OF = frozenset("of for about against".split())
_NUMBERS = {
    word: number
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven".split())
}


def value_of(text: str) -> float | None:
    """The number that a word is, or None."""
    low = text.lower().replace(",", "")
    if low in _NUMBERS:
        return float(_NUMBERS[low])
    return float(low) if re.fullmatch(r"\d+(?:\.\d+)?", low) else None


def places_of(term: Term, row: Row) -> set[int]:
    """Where the sentence itself has a term, exactly or by the lexicon."""
    keys, tokens = row.reading.keys, row.reading.tokens
    words = tuple(term.key.split())
    starts = [p for p in range(len(keys)) if tuple(keys[p : p + len(words)]) == words]
    found = {q for p in starts for q in range(p, p + len(words))}
    if term.role == "number":
        number = value_of(term.text)
        return found or {p for p, t in enumerate(tokens) if number is not None and value_of(t.text) == number}
    if not found and len(words) == 1 and term.role != "name":
        # The stem may part two forms of a verb that the parser joins.
        found = {p for p, t in enumerate(tokens) if t.pos == "VERB" and t.lemma.lower() == term.text.lower()}
    if found or term.role == "name":
        return found
    return {p for p, meant in row.meanings.items() if meant & term.meanings} | _instruments(term, tokens)


def _instruments(term: Term, tokens: Sequence[Token]) -> set[int]:
    """Where "debugging utilities" stand for a debugger."""
    low = term.text.lower()
    stem = re.sub(r"(?:er|or)s?$", "", low)
    if len(stem) < 4 or stem == low:
        return set()
    tools = rules()["light"]["tools"]
    pairs = itertools.pairwise(tokens)
    return {p for p, (t, n) in enumerate(pairs) if t.low in (stem, f"{stem}ing") and n.low in tools}


def opposed(term: Term, row: Row, place: int) -> bool:
    """Whether a word denies a term where both are said of the same thing ("closed" for "open")."""
    if {opposite_pole(p) for p in term.poles} & row.poles.get(place, frozenset()):
        return True
    keys, here = set(term.key.split()), row.reading.keys[place]
    for one, other in rules()["disjoint"]["pairs"]:
        left, right = {word_key(w) for w in one}, {word_key(w) for w in other}
        if (keys & left and here in right) or (keys & right and here in left):
            return True
    return False


def held(
    asked: Proposition, row: Row, matches: Mapping[str, Match], pred: Predication
) -> tuple[set[int], list[Term]] | None:
    """Where the question's words are under the predicate, and the terms that are missing there.

    None where the question has a word that the clause has not and that is no term (so that nothing
    could say whether it matters), or a name that stands elsewhere in the sentence.
    """
    verb = asked.detail.predicate
    places: set[int] = {pred.place}
    missing: list[Term] = []
    for term in asked.detail.terms:
        if term.role == "strength" or (verb is not None and term.key == verb.key):
            continue
        match = matches.get(f"{term.role}:{term.key}", NO_MATCH)
        by_context = match.place < 0 and match.strength >= _CONTEXT
        # "Unlike Kestrel 4, the new board": of a name by context, that is the name of another.
        own = set() if by_context and term.role == "name" else places_of(term, row)
        leads = term.key in asked.subject and asked.passive == pred.passive
        inside = own & (pred.subject if leads and pred.subject else pred.region)
        if term.role == "number":
            by_context = by_context and _of_a_name(asked, term, matches)
        if inside:
            places |= inside
        elif own and term.role == "name":
            return None
        elif not (by_context and not own) and not opposed(term, row, pred.place):
            missing.append(term)
    if _left_over(asked, row, pred) or _elsewhere(asked, row, places, pred):
        return None
    subject, whole = ({row.reading.keys[p] for p in part} for part in (pred.subject, pred.region))
    if tells_apart(asked.keys, subject, whole) or _under_another(row, places, pred):
        return None
    return places, missing


def _of_a_name(asked: Proposition, number: Term, matches: Mapping[str, Match]) -> bool:
    """Whether a number of the question only tells which of a name is meant ("Kestrel 5")."""
    for name in asked.detail.of("name"):
        match = matches.get(f"name:{name.key}", NO_MATCH)
        if match.place < 0 and re.search(
            rf"{re.escape(name.text)}[\s-]{re.escape(number.text)}\b", asked.detail.text
        ):
            return True
    return False


def _left_over(asked: Proposition, row: Row, pred: Predication) -> bool:
    """Whether the question has a further word that the clause lacks."""
    terms = asked.detail.terms
    known = {k for t in terms for k in t.key.split()} | {t.text.lower() for t in terms}
    known |= {row.reading.keys[p] for p in pred.region} | row.reading.heading | row.reading.carried
    known |= {part for k in known for part in k.split("-")}  # "openPangu-2.0-Flash"
    words = rules()["words"]
    silent = words["empty"] | words["view"] | words["obligation"] | words["frame"]
    exact = rules()["quantifiers"]["exact"]
    listed = frozenset().union(*rules()["quantifiers"].values())
    for word in asked.words:
        key = word_key(word)
        if len(word) < 3 or word in silent or word in known or key in known:
            continue
        parts = [word_key(part) for part in re.split(r"['’-]", word)]
        if all(part in known or len(part) < 3 for part in parts):
            continue
        if word in exact or (word not in listed and key not in lexicon().generic):
            return True
    return False


def _elsewhere(asked: Proposition, row: Row, places: set[int], pred: Predication) -> bool:
    """Whether a word stands behind a preposition that excludes the question's ("from" for "to")."""
    tokens = row.reading.tokens
    pairs = [set(pair) for pair in rules()["disjoint"]["prepositions"]]
    for term in asked.detail.terms:
        if term.role == "strength" or term.key in asked.subject:
            continue
        there = {preposition(tokens, p) for p in places_of(term, row) & places & pred.rest}
        wanted = asked.before(term.text.split()[0].lower())
        if there and wanted and all({wanted, low} in pairs for low in there):
            return True
    return False


def _under_another(row: Row, places: set[int], pred: Predication) -> bool:
    """Whether an asked thing is only of, or for, another one: "approved the demolition of the tunnel"."""
    tokens = row.reading.tokens
    for place in places & pred.rest:
        above = tokens[place].head
        if tokens[place].pos not in ("NOUN", "PROPN") or tokens[above].low not in _OF or place == above:
            continue
        noun = tokens[above].head
        if tokens[noun].pos != "NOUN" or noun in places or noun not in pred.rest:
            continue
        if tokens[noun].dep == "dobj" and row.reading.keys[noun] not in _counting():
            return True
    return False


@cache
def _counting() -> frozenset[str]:
    """Keys of nouns that stand for what hangs on them: "a range of tools", "half of the rooms"."""
    groups = rules()["quantifiers"]
    measures = {word_key(w) for w in groups["weaker"] | rules()["light"]["measures"]}
    return (lexicon().generic | measures) - {word_key(w) for w in rules()["governors"]["intensional"]}
