"""Whether a clause says its statement as firmly and as widely as a yes/no question asks for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.dependents import children, in_side_clause, lows, subtree
from rag.governors import Force, rules
from rag.language import Token, word_key
from rag.placement import value_of
from rag.predication import Predication
from rag.proposition import Proposition
from rag.question import Term
from rag.retrieval import Row
from rag.stance import cues, plain

_CONDITION = re.compile(r"\b(?:as long as|so long as|on condition|in case)\b")
_LATER = frozenset("from after until by starting next later soon".split())
_THINGS = ("NOUN", "PROPN", "NUM")
_CONTENT = (*_THINGS, "ADJ", "VERB")
# Beside a denial these do not narrow it.
_HARMLESS = frozenset("yet far currently officially now still so already also at all today present".split())
_DEFINITE = frozenset("the these its their all".split())


def conditional(asked: Proposition, tokens: Sequence[Token]) -> bool:
    """Whether the sentence holds on a condition only ("even if" is none)."""
    if _CONDITION.search(" ".join(t.low for t in tokens)):
        return True
    for place, token in enumerate(tokens):
        if token.low in rules()["words"]["conditions"] and token.pos in ("SCONJ", "ADP", "VERB", "ADJ"):
            even = place and tokens[place - 1].low == "even"
            if not even and token.low not in asked.words:
                return True
    return False


def strong_enough(
    asked: Proposition, tokens: Sequence[Token], region: frozenset[int], places: set[int], denied: bool
) -> bool:
    """Whether no quantifier of the question is missing, and none of the clause weakens the statement."""
    groups = rules()["quantifiers"]
    words, here = set(asked.words), lows(tokens, sorted(region))
    if words & groups["only"] and not here & groups["only"]:
        return False
    complete = bool(here & groups["complete"])
    if words & groups["complete"] and not complete and not denied and not here & groups["partly"]:
        return False
    universal = words & groups["universal"] - groups["any"]
    if universal and not denied and not here & groups["universal"]:
        return False
    for place in region:
        low, head = tokens[place].low, tokens[place].head
        if low not in groups["weaker"] - groups["partly"] or low in words or (complete and not denied):
            continue
        if (head in places or subtree(tokens, place) & places) and not words & (groups["any"] | {"some"}):
            return False
    exclusive = any(tokens[p].low in groups["only"] and not _not_only(tokens, p) for p in region)
    return not (exclusive and denied and not universal)


def only_partly(asked: Proposition, tokens: Sequence[Token], region: Collection[int]) -> bool:
    """Whether "fully" is asked and "partly" said."""
    groups = rules()["quantifiers"]
    here = lows(tokens, sorted(region))
    fully = set(asked.words) & groups["complete"] and not here & groups["complete"]
    return bool(fully and here & groups["partly"])


def _not_only(tokens: Sequence[Token], place: int) -> bool:
    return place > 0 and tokens[place - 1].low == "not"


def firm_enough(asked: Proposition, tokens: Sequence[Token], pred: Predication, denied: bool) -> bool:
    """Whether the clause says its predicate as firmly, and in the tense, that the question asks for."""
    force = pred.force
    if force is Force.VIEW or _opinion(tokens, pred):
        return asked.among("words", "view") and _same_view(asked, tokens, pred)
    obliges = force is Force.OBLIGED or tokens[pred.place].lemma.lower() in rules()["words"]["obligation"]
    if asked.obliged != obliges and not (denied and asked.able and force is Force.OBLIGED):
        # Who can do without a thing need not have it ("lets them work without leaving").
        return asked.obliged and denied and force is Force.ABLE
    if asked.past:
        return pred.past and force in (Force.DONE, Force.OBLIGED)
    helpers = [p for p in children(tokens, pred.finite) if tokens[p].dep in ("aux", "auxpass")]
    was = any(tokens[p].tag == "VBD" for p in (pred.finite, *helpers))
    if asked.future:
        if force is Force.PLANNED and was:  # "promised to" still holds; "wanted to" may be over
            return tokens[pred.finite].lemma.lower() in rules()["governors"]["lasting"]
        return not was and (force is not Force.ABLE or asked.able) and not (pred.past and force is Force.DONE)
    if force is Force.PLANNED:
        timed = any(tokens[p].low in _LATER or tokens[p].ent == "DATE" for p in pred.region)
        return asked.able or (denied and not timed)
    told = pred.past and not pred.passive and tokens[pred.place].tag == "VBD"
    return not told and (not was or pred.denied)


def _opinion(tokens: Sequence[Token], pred: Predication) -> bool:
    """Whether the predicate's own words are a judgement."""
    rest = {p for p in pred.rest if not in_side_clause(tokens, p, pred.place)}
    words = " ".join(tokens[p].text for p in sorted(pred.subject | rest | {pred.place}))
    return bool(cues().opinion.search(plain(words)))


def _same_view(asked: Proposition, tokens: Sequence[Token], pred: Predication) -> bool:
    lemmas = {word_key(tokens[p].lemma) for p in pred.chain}
    return any(word_key(w) in lemmas for w in asked.words if w in rules()["words"]["view"])


def narrower(
    asked: Proposition, tokens: Sequence[Token], pred: Predication, places: set[int], rejected: set[int]
) -> bool:
    """Whether the clause holds in a narrower case than asked.

    A bare plural with an attribute ("foreign customers") and "only for X" affirm only that; a denial
    that has more words than the question denies only that case.
    """
    if not pred.denied and not rejected:
        return _bare_plural(tokens, pred, places) or _only_others(tokens, pred, places)
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


def _bare_plural(tokens: Sequence[Token], pred: Predication, places: set[int]) -> bool:
    for place in pred.subject & places:
        if tokens[place].tag != "NNS" or tokens[place].head in pred.subject:
            continue
        below = children(tokens, place)
        attributes = [p for p in below if tokens[p].dep in ("amod", "relcl", "acl", "prep")]
        new = [p for p in attributes if tokens[p].low != "of" and not subtree(tokens, p) & places]
        if new and not lows(tokens, below) & _DEFINITE:
            return True
    return False


def _only_others(tokens: Sequence[Token], pred: Predication, places: set[int]) -> bool:
    for place in pred.rest:
        if tokens[place].low not in rules()["quantifiers"]["only"] or _not_only(tokens, place):
            continue
        after = {p for p in pred.rest if p > place and tokens[p].pos in _THINGS}
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
