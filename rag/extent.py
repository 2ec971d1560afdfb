"""Whether a clause says its statement as widely as a yes/no question asks for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.dependents import children, in_side_clause, lows, subtree
from rag.governors import rules
from rag.language import Token, word_key
from rag.placement import value_of
from rag.predication import Predication
from rag.proposition import Proposition
from rag.question import Term
from rag.retrieval import Row

_ALL_BUT = re.compile(r"\b(?:all|every|each|any)\b(?: \w+)? (?:but|except|save|bar)\b")
SCARCELY = frozenset("hardly barely scarcely rarely seldom almost nearly".split())
# That not all are denies it of none in particular.
NOT_ALL = re.compile(r"\b(?:not|n't|n’t) (?:all|every|each|both|everyone|everybody|everything)\b")
# A thing that is still to be.
_NOT_YET = re.compile(
    r"\b(?:under (?:construction|development|preparation)|in (?:preparation|planning|the works)|on order)\b"
)
_THINGS = ("NOUN", "PROPN", "NUM")
_CONTENT = (*_THINGS, "ADJ", "VERB")
_WHOLE = frozenset("all every any the these its their".split())
# Beside a denial these do not narrow it.
_HARMLESS = frozenset("yet far currently officially now still so already also at all today present".split())
_DEFINITE = frozenset("the these its their all".split())


def strong_enough(
    asked: Proposition, tokens: Sequence[Token], region: frozenset[int], places: set[int], denied: bool
) -> bool:
    """Whether no quantifier of the question is missing, and none of the clause weakens the statement."""
    groups = rules()["quantifiers"]
    words, here = set(asked.words), lows(tokens, sorted(region))
    told = " ".join(tokens[p].low for p in sorted(region))
    if not denied and (_ALL_BUT.search(told) or _still_to_be(asked, told)):
        return False
    if not denied and here & groups["partly"] and not words & (groups["complete"] | groups["partly"]):
        return False
    if words & groups["only"] and not here & groups["only"]:
        return False
    complete = bool(here & groups["complete"])
    if words & groups["complete"] and not complete and not denied and not here & groups["partly"]:
        return False
    universal = words & groups["universal"] - groups["any"]
    if denied and NOT_ALL.search(told) and not universal:
        return False
    if universal and not denied and not here & groups["universal"]:
        return False
    for place in region:
        low, head = tokens[place].low, tokens[place].head
        if low not in groups["weaker"] - groups["partly"] or low in words or (complete and not denied):
            continue
        weakened = _nowhere_else(tokens, places & {head, *subtree(tokens, place)}, places)
        if weakened and not words & (groups["any"] | {"some"}):
            return False
    if not denied and any(_some_of(asked, tokens, p, places) for p in region):
        return False
    exclusive = any(tokens[p].low in groups["only"] and not _not_only(tokens, p) for p in region)
    return not (exclusive and denied and not universal)


def _nowhere_else(tokens: Sequence[Token], inside: set[int], places: set[int]) -> set[int]:
    """Of some places of asked words those whose word stands at none of the others.

    "All libraries are open, with parts of the graph library" says it of all libraries.
    """
    elsewhere = {tokens[p].key for p in places - inside}
    return {p for p in inside if tokens[p].key not in elsewhere}


def _still_to_be(asked: Proposition, told: str) -> bool:
    """Whether a thing is said to be in the making ("a tunnel under construction") and not so asked."""
    return bool(_NOT_YET.search(told)) and not _NOT_YET.search(" ".join(asked.words))


def _some_of(asked: Proposition, tokens: Sequence[Token], place: int, places: set[int]) -> bool:
    """Whether a word picks some of what is asked: "two of the boats", "the first boat", "hardly any boat"."""
    token = tokens[place]
    if token.low in asked.words:
        return False
    if token.low in SCARCELY:  # of "hardly any boat", the noun
        return bool({token.head, tokens[token.head].head} & places)
    if token.pos == "NUM" and any(tokens[p].low == "of" for p in children(tokens, place)):
        return bool(subtree(tokens, place) & places)
    noun = tokens[token.head]
    plural = any(word in (f"{noun.low}s", f"{noun.low}es") for word in asked.words)
    single = token.ent == "ORDINAL" or token.low in ("a", "an", "one", "another")
    return plural and single and noun.tag == "NN" and token.head in places


def only_partly(asked: Proposition, tokens: Sequence[Token], region: Collection[int]) -> bool:
    """Whether "fully" is asked and "partly" said, or "only" and "not only"."""
    groups = rules()["quantifiers"]
    if asked.among("quantifiers", "only"):
        return any(tokens[p].low in groups["only"] and _not_only(tokens, p) for p in region)
    here = lows(tokens, sorted(region))
    fully = set(asked.words) & groups["complete"] and not here & groups["complete"]
    return bool(fully and here & groups["partly"])


def _not_only(tokens: Sequence[Token], place: int) -> bool:
    return place > 0 and tokens[place - 1].low == "not"


def narrower(
    asked: Proposition, tokens: Sequence[Token], pred: Predication, places: set[int], rejected: set[int]
) -> bool:
    """Whether the clause holds in a narrower case than asked.

    A bare plural with an attribute ("foreign customers") and "only for X" affirm only that; a denial
    that has more words than the question denies only that case.
    """
    if not pred.denied and not rejected:
        return (
            _bare_plural(asked, tokens, pred, places)
            or _only_others(tokens, pred, places)
            or _for_some(tokens, pred, places)
        )
    under = frozenset().union(*(subtree(tokens, p) for p in rejected)) if rejected else pred.rest
    for place in under - places - set(pred.chain):
        token = tokens[place]
        if token.pos not in _CONTENT and token.dep != "npadvmod":
            continue
        aside = in_side_clause(tokens, place, pred.place) or _coordinated(tokens, place, places)
        dates = token.ent in ("DATE", "TIME") and len(pred.chain) > 1  # "stopped selling it in June"
        if not (aside or dates or token.low in _HARMLESS or token.key in asked.keys):
            return True
    return False


def _bare_plural(asked: Proposition, tokens: Sequence[Token], pred: Predication, places: set[int]) -> bool:
    told = pred.subject
    if asked.passive and not pred.passive:  # what the question's subject is the clause's object
        told = frozenset(p for p in pred.rest if tokens[p].dep == "dobj")
    for place in told & places:
        if tokens[place].tag != "NNS" or tokens[place].head in told:
            continue
        below = children(tokens, place)
        attributes = [p for p in below if tokens[p].dep in ("amod", "relcl", "acl", "prep")]
        new = [p for p in attributes if tokens[p].low != "of" and not subtree(tokens, p) & places]
        if told is not pred.subject and place + 1 < len(tokens) and tokens[place + 1].dep == "prep":
            # "treats children under five": whose the preposition is the parse guesses.
            new += [p for p in children(tokens, place + 1) if p not in places]
        if new and not lows(tokens, below) & _DEFINITE:
            return True
    return False


def _for_some(tokens: Sequence[Token], pred: Predication, places: set[int]) -> bool:
    """Whether a quality is said for some only: "free for students" is not "free"."""
    if tokens[pred.place].pos != "ADJ":
        return False
    for place in children(tokens, pred.place):
        if tokens[place].low not in ("for", "to") or subtree(tokens, place) & places:
            continue
        below = [p for p in children(tokens, place) if tokens[p].dep == "pobj"]
        if any(tokens[p].tag == "NNS" and not lows(tokens, children(tokens, p)) & _WHOLE for p in below):
            return True
    return False


def _only_others(tokens: Sequence[Token], pred: Predication, places: set[int]) -> bool:
    for place in pred.rest:
        if tokens[place].low not in rules()["quantifiers"]["only"] or _not_only(tokens, place):
            continue
        head = tokens[place].head
        scope = pred.rest if tokens[head].pos in ("VERB", "AUX") else frozenset(subtree(tokens, head))
        after = {p for p in scope if p > place and tokens[p].pos in _THINGS}
        if after and not after & places:
            return True
    return False


def _coordinated(tokens: Sequence[Token], place: int, places: set[int]) -> bool:
    """Whether a word only stands beside one that the question has ("tea rather than coffee")."""
    seen: set[int] = set()
    while place not in seen:
        seen.add(place)
        if tokens[place].dep in ("conj", "appos"):
            return True
        if any(tokens[p].dep == "conj" and p in places for p in children(tokens, place)):
            return True
        if tokens[place].pos in ("VERB", "AUX", "ADP"):
            return False
        place = tokens[place].head
    return False


def excluded(asked: Proposition, row: Row, term: Term, pred: Predication, places: set[int]) -> bool:
    """Whether another value stands in place of a missing one and excludes it.

    Another number of the same things, or, after "only", one of a set of which no two hold together.
    """
    tokens = row.reading.tokens
    if term.role == "number":
        return _another_number(asked, tokens, term, places)
    here = pred.rest | pred.subject
    only = [p for p in here if tokens[p].low in rules()["quantifiers"]["only"]]
    if not only or any(_not_only(tokens, p) for p in only):
        return False
    keys = set(term.key.split())
    for group in rules()["disjoint"]["sets"]:
        members = {word_key(w) for w in group}
        found = {row.reading.keys[p] for p in here} & members
        if keys & members and found and not found & keys:
            return True
    return False


def _another_number(asked: Proposition, tokens: Sequence[Token], term: Term, places: set[int]) -> bool:
    loose = rules()["words"]["approximate"]
    wanted = value_of(term.text)
    if wanted is None or set(asked.words) & loose:
        return False
    for place in places:
        for child in (p for p in children(tokens, place) if tokens[p].dep == "nummod"):
            near = lows(tokens, [*children(tokens, child), max(child - 1, 0)])
            number = value_of(tokens[child].text)
            dated = tokens[child].ent in ("DATE", "TIME")
            if number is not None and number != wanted and not near & loose and not dated:
                return True
    return False
