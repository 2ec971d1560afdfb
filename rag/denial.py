"""Whether a clause has a question's predicate, denies it, or plainly denies all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.covering import Match
from rag.dependents import PREDICATIVE, SUBJECTS, VERBAL, children, even_if, subtree
from rag.extent import NOT_ALL, SCARCELY
from rag.governors import tells_apart
from rag.language import Token
from rag.lexicon import opposite_pole
from rag.proposition import Proposition
from rag.question import Detail
from rag.reading import Reading
from rag.rejection import NOT
from rag.retrieval import Row
from rag.stance import Segment

_NEGATORS = frozenset("not n't n’t never no without neither nor cannot hardly barely none".split())
_HEDGES = frozenset(
    "may might could can should appears appear seems seem likely possibly perhaps reportedly probably "
    "potentially would".split()
)
_CONDITIONS = frozenset("if unless provided whether assuming once".split())
# "Some do" leaves open whether all do.
_SOME = frozenset("some several many certain".split())
# Below these a word of the question is missing from the clause.
_PRESENT, _SAME, _THINGS = 0.5, 0.85, ("noun", "focus", "unit")


def denies_plainly(asked: Proposition, row: Row, segment: Segment, matches: Mapping[str, Match]) -> bool:
    """Whether a clause has every content word of a statement, and a negator or an opposite, and no hedge.

    This needs no parse of who does what to whom, so it may only say no: a negator beside all that was
    asked is seldom there by chance, while words without one often are.
    """
    detail = asked.detail
    content = {k: m for k, m in matches.items() if not k.startswith(("name", "strength"))}
    # What only the context says is not in the clause, and a thing must be the very thing.
    weak = any(
        (m.place < 0 or m.strength < (_SAME if k.startswith(_THINGS) else _PRESENT))
        and not k.startswith("modifier")
        and not m.opposed
        for k, m in content.items()
    )
    unnamed = any(m.strength < _PRESENT for k, m in matches.items() if k.startswith("name"))
    outside = any(m.place >= 0 and not segment.first <= m.place < segment.last for m in matches.values())
    light = detail.predicate is not None and detail.predicate.key == "use"
    if not matches or weak or unnamed or outside or not (light or has_predicate(detail, row, segment)):
        return False
    lows = [t.low for t in row.reading.tokens]
    # "The pool, closed since May, has reopened": what is only mentioned in passing denies nothing.
    aside = {p for p, t in enumerate(row.reading.tokens) if t.dep == "acl"}
    places = {m.place for m in matches.values()}
    opposite = (
        m
        for m in matches.values()
        if m.opposed
        and lows[m.place] not in _SOME
        and m.place not in aside
        and not _of_a_part(row.reading.tokens, m.place, places)
        and not _narrowed(row.reading.tokens, m.place, places)
    )
    opposed = any(opposite) or _weakened(detail, row, segment)
    missing = any(m.strength < _PRESENT for k, m in matches.items() if k.startswith(("strength", "modifier")))
    if (missing and not opposed) or _unsure(detail, row.reading, segment):
        return False
    if _of_another(asked.keys, row.reading, segment, matches):
        return False
    return opposed != negated(row.reading, segment, {m.place for m in content.values() if m.place >= 0})


def _of_a_part(tokens: Sequence[Token], place: int, asked: set[int]) -> bool:
    """Whether a word is said of a thing that was not asked of: of a part the whole's "no" is not told.

    "The vendor keeps proprietary parts" tells of the parts, "it is proprietary software" of the whole; and
    who opens the gates of a park does not open the park.
    """
    token = tokens[place]
    if token.dep == "amod":
        return token.head not in asked and tokens[token.head].dep not in PREDICATIVE | {"appos"}
    objects = {p for p in children(tokens, place) if tokens[p].dep == "dobj"}
    return token.pos == "VERB" and bool(objects) and not objects & asked


def _narrowed(tokens: Sequence[Token], place: int, asked: set[int]) -> bool:
    """Whether an adjective holds in one respect alone that was not asked of ("open in its interfaces")."""
    return tokens[place].pos == "ADJ" and any(
        tokens[p].dep == "prep" and not asked & subtree(tokens, p) for p in children(tokens, place)
    )


def _of_another(
    asked: frozenset[str], reading: Reading, segment: Segment, matches: Mapping[str, Match]
) -> bool:
    """Whether what is negated has another subject than was asked ("batteries are not, chargers are")."""
    tokens = reading.tokens
    inside = range(segment.first, segment.last)
    matched = {m.place for m in matches.values()}
    denied = {tokens[p].head for p in inside if tokens[p].low in NOT}
    subjects = [p for p in inside if tokens[p].dep in SUBJECTS]
    kinds = [(p in matched, tokens[p].head in denied) for p in subjects]
    if (False, True) in kinds and (True, False) in kinds:
        return True
    # "The old tram is not running, the new one is."
    nots = (subtree(tokens, p) for p in subjects if tokens[p].head in denied)
    return any(tells_apart(asked, {reading.keys[p] for p in phrase}) for phrase in nots)


def _weakened(detail: Detail, row: Row, segment: Segment) -> bool:
    """Whether the clause has the opposite of a strength word of the question (partly for fully)."""
    lows = {row.reading.tokens[p].low for p in range(segment.first, segment.last)}
    # "All libraries are open, with parts of the engine": what is there itself is not weakened.
    strong = {pole for t in detail.of("strength") if t.text.lower() not in lows for pole in t.poles}
    flipped = {opposite_pole(p) for p in strong}
    return any(
        row.poles.get(p, frozenset()) & flipped and row.reading.tokens[p].low not in _SOME
        for p in range(segment.first, segment.last)
    )


def _unsure(detail: Detail, reading: Reading, segment: Segment) -> bool:
    tokens = reading.tokens
    lows = [tokens[p].low for p in range(segment.first, segment.last) if not even_if(tokens, p)]
    asked = {t.text.lower() for t in detail.terms}
    if any(low in _CONDITIONS and low not in asked for low in lows):
        return True
    if "might" in lows or SCARCELY & set(lows):  # what might not happen may happen
        return True
    if NOT_ALL.search(" ".join(lows)) and not detail.of("strength"):
        return True
    return any(low in _HEDGES for low in lows) and not detail.hedged and "can" not in lows


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
        same = row.reading.keys[place] == verb.key and token.pos in VERBAL
        none: frozenset[str] = frozenset()
        kin = (verb.meanings & row.meanings.get(place, none)) or (flipped & row.poles.get(place, none))
        if same or (kin and (token.pos == "VERB" or token.dep in PREDICATIVE)):
            return True
    return False


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
            governs = head in places and low in NOT
            # A determiner "no" denies its own noun phrase, a preposition what follows it.
            reach = range(place, min(segment.last, max(place, head) + 1)) if low == "no" else scope
            if low not in NOT | {"no"}:
                comma = next((p for p in scope if tokens[p].text == ","), segment.last)
                reach = range(place, comma)
            if governs or any(p in reach for p in places):
                count += 1
    return count % 2 == 1
