"""Yes, no, or neither: what one clause says of a statement that the question asks about.

Yes needs a clause in which everything asked stands, every strength word included, that is not
negated, not conditional and not merely possible; no needs a negation or an opposite in the same
clause.  Everything else is neither: the sentence is quoted without a yes or no.
"""

from __future__ import annotations

from collections.abc import Mapping

from rag.lexicon import opposite_pole
from rag.question import Detail
from rag.reading import Reading
from rag.records import ClaimKind, Polarity
from rag.retrieval import Match, Row
from rag.stance import Segment

_NEGATORS = frozenset("not n't n’t never no without neither nor cannot hardly barely none".split())
_HEDGES = frozenset(
    "may might could can should appears appear seems seem likely possibly perhaps reportedly probably "
    "potentially would".split()
)
_CONDITIONS = frozenset("if unless provided whether assuming once".split())
_VERBAL = frozenset(("VERB", "AUX", "NOUN", "ADJ"))
_PREDICATIVE = frozenset(("ROOT", "acomp", "attr", "xcomp", "ccomp", "advcl", "pcomp", "relcl", "oprd"))
# Below this a content word of the question is taken as missing from the clause.
_PRESENT = 0.5
# A yes or no speaks of the very thing that was asked, not of something like it.
_SAME, _THINGS = 0.85, ("noun", "focus", "unit")


def polarity_of(detail: Detail, row: Row, segment: Segment, matches: Mapping[str, Match]) -> Polarity | None:
    """What the clause says of the detail's statement (see the module's head)."""
    reading = row.reading
    content = {k: m for k, m in matches.items() if not k.startswith(("name", "strength"))}
    if not content and not matches:
        return None
    weak = [
        k
        for k, m in content.items()
        if m.strength < (_SAME if k.startswith(_THINGS) else _PRESENT)
        and not k.startswith("modifier")
        and not m.opposed
    ]
    outside = [m for m in matches.values() if m.place >= 0 and not segment.first <= m.place < segment.last]
    light = detail.predicate is not None and detail.predicate.key == "use"
    if weak or outside or not (light or has_predicate(detail, row, segment)):
        return None
    opposed = any(m.opposed for m in matches.values()) or _weakened(detail, row, segment)
    if not opposed and any(
        m.strength < _PRESENT for k, m in matches.items() if k.startswith(("strength", "modifier"))
    ):
        return None
    denied = negated(reading, segment, {m.place for m in content.values() if m.place >= 0})
    if _unsure(detail, reading, segment):
        return None
    undone = segment.kind is ClaimKind.COMMITMENT or not _reports(reading, segment)
    if detail.past and undone and not (denied or opposed):
        return None
    if detail.negated:  # "is X not free?": people mean both things by a yes
        return None
    return Polarity.NO if opposed != denied else Polarity.YES


def has_predicate(detail: Detail, row: Row, segment: Segment) -> bool:
    """Whether the clause has the verb that the question turns on, or its opposite, as a predicate.

    "Has X been opened?" needs a verb that reports it as done or planned: "the open-source pledge"
    is a noun with an attribute and reports nothing.
    """
    verb = detail.predicate
    if verb is None:
        return True
    flipped = {opposite_pole(p) for p in verb.poles}
    for place in range(segment.first, segment.last):
        token = row.reading.tokens[place]
        same = row.reading.keys[place] == verb.key and token.pos in _VERBAL
        none: frozenset[str] = frozenset()
        kin = (verb.meanings & row.meanings.get(place, none)) or (flipped & row.poles.get(place, none))
        if same or (kin and (token.pos == "VERB" or token.dep in _PREDICATIVE)):
            return True
    return False


def _reports(reading: Reading, segment: Segment) -> bool:
    """Whether a clause has a verb in the past or perfect: it tells what has happened."""
    return any(t.tag in ("VBD", "VBN") for t in reading.tokens[segment.first : segment.last])


def _weakened(detail: Detail, row: Row, segment: Segment) -> bool:
    """Whether the clause has the opposite of a strength word of the question (partly for fully)."""
    strong = {pole for t in detail.of("strength") for pole in t.poles}
    flipped = {opposite_pole(p) for p in strong}
    return any(row.poles.get(p, frozenset()) & flipped for p in range(segment.first, segment.last))


def _unsure(detail: Detail, reading: Reading, segment: Segment) -> bool:
    words = [
        t.low
        for p, t in enumerate(reading.tokens)
        if segment.first <= p < segment.last
        and not (t.low == "if" and p and reading.tokens[p - 1].low == "even")
    ]
    asked = {t.text.lower() for t in detail.terms}
    if any(w in _CONDITIONS and w not in asked for w in words):
        return True
    hedged = any(w in _HEDGES for w in words)
    return hedged and not detail.hedged and "can" not in words


def negated(reading: Reading, segment: Segment, places: set[int]) -> bool:
    """Whether a negator governs, or stands before, one of the matched words in the clause."""
    tokens = reading.tokens
    count = 0
    for place in range(segment.first, segment.last):
        low = tokens[place].low
        pair = f"{low} {tokens[place + 1].low}" if place + 1 < len(tokens) else low
        if pair in ("not only", "not just", "no fewer", "not least", "no less"):
            continue
        if low in _NEGATORS or pair in ("rather than", "instead of", "no longer"):
            head = tokens[place].head
            scope = range(place, segment.last)
            governs = head in places and low in ("not", "n't", "n’t", "never", "cannot")
            # A determiner "no" denies its own noun phrase, a preposition what follows it.
            reach = range(place, min(segment.last, max(place, head) + 1)) if low == "no" else scope
            if low not in ("not", "n't", "n’t", "never", "cannot", "no"):
                comma = next((p for p in scope if tokens[p].text == ","), segment.last)
                reach = range(place, comma)
            if governs or any(p in reach for p in places):
                count += 1
    return count % 2 == 1
