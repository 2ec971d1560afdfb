"""Yes, no, or neither: what one clause says of a statement that the question asks about.

Yes needs a predicate of the clause (``predication``) with every word of the question in its place
(``placement``, ``subject_fit``), affirmed, as wide (``extent``) and as firm and in the tense that is asked
(``firmness``): a plan is no yes to "has it happened?".  No needs the same with a negator, an opposite,
another number, or an exclusive ("only on weekdays"), or a plain denial of all that was asked (``denial``).
Everything else is neither: the sentence is quoted without a yes or no.
"""

from __future__ import annotations

from collections.abc import Mapping

from rag import extent, firmness
from rag.covering import Match
from rag.denial import denies_plainly
from rag.dependents import PREDICATIVE, VERBAL, as_predicate, lows
from rag.governors import Force, rules
from rag.placement import held, opposed, places_of
from rag.predication import Predication, predication
from rag.proposition import Proposition
from rag.question import Detail, Term
from rag.records import Polarity
from rag.rejection import argument_denied
from rag.retrieval import Row
from rag.stance import Segment
from rag.subject_fit import subject_fits


def polarity_of(detail: Detail, row: Row, segment: Segment, matches: Mapping[str, Match]) -> Polarity | None:
    """What the clause says of the detail's statement (see the module's head)."""
    asked = Proposition(detail)
    # "Is X not free?": people mean both things by a yes.
    if detail.negated or not detail.terms or firmness.conditional(asked, row.reading.tokens):
        return None
    found = {
        said
        for place, opposite in _anchors(asked, row, segment)
        if (said := _said(asked, row, matches, place, opposite)) is not None
    }
    if not found and denies_plainly(asked, row, segment, matches):
        return Polarity.NO
    return found.pop() if len(found) == 1 else None


def _anchors(asked: Proposition, row: Row, segment: Segment) -> list[tuple[int, bool]]:
    """The places of the clause that can carry the question's predicate, and whether by an opposite."""
    verb = asked.detail.predicate
    tokens = row.reading.tokens
    inside = range(segment.first, segment.last)
    light = rules()["light"]
    if verb is not None and verb.key == "use" and asked.able:
        return [(p, False) for p in inside if tokens[p].lemma.lower() in light["using"]]
    if verb is not None:
        return [(p, said) for p in inside if (said := _carries(verb, row, p)) is not None]
    if asked.having:
        return [(p, False) for p in inside if tokens[p].lemma.lower() in light["having"]]
    found: list[tuple[int, bool]] = []
    for term in asked.detail.terms:
        if term.role in ("number", "unit") or term.key.split()[0] in asked.subject:
            continue
        own = places_of(term, row)
        found += [(p, False) for p in inside if p in own and _predicative(row, p)]
        found += [
            (p, True)
            for p in inside
            if tokens[p].dep in PREDICATIVE and tokens[p].pos in VERBAL and opposed(term, row, p)
        ]
    return found


def _predicative(row: Row, place: int) -> bool:
    """Whether a word says something of a subject, and not only names a thing."""
    token = row.reading.tokens[place]
    beside = token.dep in ("appos", "amod") and token.pos != "ADJ"
    return token.dep in PREDICATIVE or beside or as_predicate(row.reading.tokens, place)


def _carries(verb: Term, row: Row, place: int) -> bool | None:
    """False where the token says the verb, True where it says its opposite, else None."""
    token = row.reading.tokens[place]
    verbal = token.pos == "VERB" or (token.dep in PREDICATIVE and token.pos in VERBAL)
    if not verbal and token.pos == "NOUN" and token.dep == "dobj":  # "provides support for"
        verbal = row.reading.tokens[token.head].lemma.lower() in rules()["light"]["verbs"]
    if not verbal:
        return None
    if place in places_of(verb, row):
        return False
    return True if opposed(verb, row, place) else None


def _said(
    asked: Proposition, row: Row, matches: Mapping[str, Match], place: int, opposite: bool
) -> Polarity | None:
    """What one predicate says."""
    tokens = row.reading.tokens
    pred = predication(tokens, place)
    there = None if pred.force is Force.OPAQUE else held(asked, row, matches, pred)
    if there is None:
        return None
    places, missing = there
    if places == {place} and not any(place in places_of(term, row) for term in asked.detail.terms):
        return None  # nothing of what is asked stands here
    rejected = _rejected(row, pred, places)
    if rejected is None:
        return None
    denied = (pred.denied or bool(rejected)) ^ opposite
    if not extent.strong_enough(asked, tokens, pred.region, places, denied):
        return None
    partly = not denied and extent.only_partly(asked, tokens, pred.region)
    # What a part of it lacks, it does not have fully.
    part = partly or (denied and asked.among("quantifiers", "complete"))
    firm = firmness.firm_enough(asked, tokens, pred, denied)
    if not firm or not subject_fits(asked, row, matches, pred, part):
        return None
    if missing:
        plain = not denied and not partly and len(missing) == 1
        other = plain and extent.excluded(asked, row, missing[0], pred, places)
        return Polarity.NO if other else None
    if extent.narrower(asked, tokens, pred, places, rejected):
        return None
    return Polarity.NO if denied or partly else Polarity.YES


def _rejected(row: Row, pred: Predication, places: set[int]) -> set[int] | None:
    """The words of the question that the clause denies by themselves; None where that is unsure."""
    tokens = row.reading.tokens
    # "It was the trust, and not the council, that chose the site."
    subject = pred.subject if "not" in lows(tokens, sorted(pred.subject)) else frozenset()
    single = {spot: argument_denied(tokens, spot, pred.place) for spot in places & (pred.rest | subject)}
    rejected = {spot for spot, own in single.items() if own}
    return None if None in single.values() or (rejected and pred.denied) else rejected
