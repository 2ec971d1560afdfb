"""Whether a clause speaks of what a yes/no question speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.covering import NO_MATCH, Match
from rag.dependents import children, in_side_clause, subtree
from rag.governors import rules
from rag.language import Token
from rag.placement import places_of
from rag.predication import Predication
from rag.proposition import Proposition
from rag.retrieval import Row

_ANYBODY = frozenset("you i we they one anyone somebody there it he she".split())
_DEFINITE = frozenset("the this these its it they".split())


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
        return not own or any(matches.get(f"{t.role}:{t.key}", NO_MATCH).place < 0 for t in terms)
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
    carried = any(matches.get(f"name:{t.key}", NO_MATCH).place < 0 for t in asked.detail.of("name"))
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
            # Not over a verb: "the bridge opens in May, the tunnel in June".
            joined = all(p in phrase or tokens[p].pos == "PUNCT" for p in range(head + 1, child))
            if tokens[child].dep in ("conj", "appos", "compound", "nummod") and joined:
                pending.append(child)
            if tokens[child].low in through or (tokens[child].low == "of" and counts):
                pending += [p for p in children(tokens, child) if tokens[p].dep == "pobj"]
    return found
