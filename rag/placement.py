"""Whether the words of a question stand in a clause where the question has them.

The subject as subject and not only as a part of it ("the drivers of the trams" are no trams), names and
numbers exact, other words as themselves or by the lexicon; two words that are merely near in meaning
(wheat and barley, buy and sell) never stand for each other.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

from rag.dependents import children, in_side_clause, preposition, subtree
from rag.governors import rules
from rag.language import Token, word_key
from rag.lexicon import lexicon, opposite_pole
from rag.predication import Predication
from rag.proposition import Proposition
from rag.question import Term
from rag.retrieval import Match, Row

# From this strength on, the context of a sentence stands for a word that it does not have.
_CONTEXT = 0.75
_NO_MATCH = Match(0.0, 0)
_ANYBODY = frozenset("you i we they one anyone somebody there it he she".split())
_DEFINITE = frozenset("the this these its it they".split())
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
        own = places_of(term, row)
        leads = term.key in asked.subject and asked.passive == pred.passive
        inside = own & (pred.subject if leads and pred.subject else pred.region)
        match = matches.get(f"{term.role}:{term.key}", _NO_MATCH)
        by_context = match.place < 0 and match.strength >= _CONTEXT and term.role != "number"
        if inside:
            places |= inside
        elif own and term.role == "name":
            return None
        elif not (by_context and not own) and not opposed(term, row, pred.place):
            missing.append(term)
    if _left_over(asked, row, pred) or _elsewhere(asked, row, places, pred):
        return None
    return places, missing


def _left_over(asked: Proposition, row: Row, pred: Predication) -> bool:
    """Whether the question has a further word that the clause lacks."""
    terms = asked.detail.terms
    known = {k for t in terms for k in t.key.split()} | {t.text.lower() for t in terms}
    known |= {row.reading.keys[p] for p in pred.region} | row.reading.heading | row.reading.carried
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


# ---- the subject ---------------------------------------------------------------------------------


def subject_fits(
    asked: Proposition, row: Row, matches: Mapping[str, Match], pred: Predication, part: bool
) -> bool:
    """Whether the clause speaks of the question's subject; with ``part``, a part of it will do."""
    tokens = row.reading.tokens
    if not asked.subject and not set(asked.words[:3]) & _ANYBODY:
        return _some_subject(asked, row, matches, pred)
    verb = asked.detail.predicate.key if asked.detail.predicate else ""
    terms = [t for t in asked.detail.terms if set(t.key.split()) & asked.subject]
    terms = [t for t in terms if t.role != "strength" and t.key != verb]
    if not terms:
        return True
    own = {p for t in terms for p in places_of(t, row)}
    if asked.passive != pred.passive:
        return _as_object(tokens, own, pred)
    if not pred.subject:
        return not own or any(matches.get(f"{t.role}:{t.key}", _NO_MATCH).place < 0 for t in terms)
    if not own & pred.subject:
        # All by context: the subject may be a pronoun or a plain noun for it, no other name.
        outer = [p for p in pred.subject if tokens[p].head not in pred.subject]
        return not own and all(tokens[p].pos in ("PRON", "NOUN", "DET") for p in outer)
    return part or bool(own & heads(tokens, pred.subject))


def _some_subject(asked: Proposition, row: Row, matches: Mapping[str, Match], pred: Predication) -> bool:
    """Where the question shows no subject: the clause's is a word of the question, or stands for one."""
    tokens = row.reading.tokens
    own = {p for t in asked.detail.terms for p in places_of(t, row)}
    outer = heads(tokens, pred.subject)
    if not outer or outer & own:
        return True
    carried = any(matches.get(f"name:{t.key}", _NO_MATCH).place < 0 for t in asked.detail.of("name"))
    named = any(tokens[p].pos == "PROPN" for p in pred.subject)
    return carried and not named and any(tokens[p].low in _DEFINITE for p in pred.subject)


def _as_object(tokens: Sequence[Token], own: set[int], pred: Predication) -> bool:
    """Whether the subject of the other voice is this clause's object, or its agent."""
    objects = [p for p in pred.rest if tokens[p].dep == "dobj" and not in_side_clause(tokens, p, pred.place)]
    found: set[int] = set()
    for head in objects if not pred.passive else ():
        found |= heads(tokens, subtree(tokens, head), through=("of", "to"))
    found |= {q for p in pred.rest if tokens[p].dep == "agent" for q in subtree(tokens, p)}
    return bool(own & found)


def heads(tokens: Sequence[Token], phrase: frozenset[int], through: tuple[str, ...] = ()) -> set[int]:
    """A noun phrase's head with what is coordinated or apposed; of "most of the trams" also the trams."""
    groups = rules()["quantifiers"]
    amounts = groups["weaker"] | groups["universal"] | {"none", "one"}
    pending = [p for p in phrase if tokens[p].head not in phrase]
    found: set[int] = set()
    while pending:
        head = pending.pop()
        found.add(head)
        counts = tokens[head].low in amounts or tokens[head].pos in ("PRON", "DET", "NUM")
        for child in (p for p in children(tokens, head) if p in phrase):
            if tokens[child].dep in ("conj", "appos", "compound", "nummod"):
                pending.append(child)
            if tokens[child].low in through or (tokens[child].low == "of" and counts):
                pending += [p for p in children(tokens, child) if tokens[p].dep == "pobj"]
    return found
