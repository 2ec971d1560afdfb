"""One question about several things: a detail for each coordinated focus or subject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.asked import Detail
from rag.language import Token
from rag.lexicon import lexicon
from rag.statements import joined, statement

_NOMINAL = frozenset(("NOUN", "PROPN", "X", "NUM"))
_BEFORE = frozenset("det compound amod nummod poss nmod case quantmod".split())
# What only several can do together: "will X and Y merge" is one question.
_TOGETHER = frozenset(
    "merge differ meet cooperate collaborate compete compare combine unite agree interoperate divide".split()
)
_SINGULAR = {"are": "is", "were": "was", "have": "has", "do": "does"}


@dataclass(frozen=True, slots=True)
class _Part:
    """One member of a coordination: the places that are its own, and its head."""

    head: int
    places: frozenset[int]


def coordinated(detail: Detail, row: tuple[Token, ...], focus: frozenset[int]) -> list[Detail]:
    """One detail for each coordinated focus ("size and licence") or subject ("X and Y")."""
    details = [(detail, frozenset[int]())]
    whole = [parts for parts in _coordinations(row) if not any(_cuts_a_word(row, part) for part in parts)]
    for parts in whole[:2]:
        touched = any(p.places & focus for p in parts)
        details = [
            (_narrowed(d, row, drop, mine.places & focus or (mine.places if touched else frozenset())), drop)
            for d, gone in details
            for mine in parts
            for drop in (gone | _others(row, parts, mine),)
        ]
    return [d for d, _ in details]


def _cuts_a_word(row: Sequence[Token], part: _Part) -> bool:
    """Whether a part begins inside what is written as one word or name ("Kite-2.0-Mini", "Marl & Sons")."""
    first = min(part.places, default=0)
    before = row[first - 1] if first else None
    if before is None:
        return False
    return before.text == "&" or (before.text in ("-", "–", "/") and before.end == row[first].start)


def _coordinations(row: tuple[Token, ...]) -> list[list[_Part]]:
    """Coordinations of nouns or of prepositions with nouns, each a list of its members."""
    found: list[list[_Part]] = []
    used: set[int] = set()
    for place in range(len(row)):
        heads = [] if place in used else _members(row, place)
        if (
            len(heads) < 2
            or any(t.low in ("or", "nor") for t in row[place : heads[-1]])
            or _joint(row, place)
        ):
            continue
        used.update(heads)
        found.append(_parts(row, heads))
    return found


def _members(row: tuple[Token, ...], place: int) -> list[int]:
    """The heads coordinated with the noun at ``place``, in order, itself first."""
    if row[place].pos not in _NOMINAL and row[place].pos != "ADJ":
        return []
    heads = [place]
    listed = _listed(row, place)
    if listed is not None:
        heads.append(listed)
    elif row[place].pos == "ADJ" and row[place].dep == "amod":
        return []
    for other in range(place + 1, len(row)):
        if row[other].pos not in _NOMINAL or other in heads:
            continue
        direct = row[other].dep == "conj" and _first(row, other) in heads
        if direct or (row[other].dep == "pobj" and _joined_phrase(row, other, heads)):
            heads.append(other)
    return heads


def _first(row: Sequence[Token], place: int) -> int:
    """What a coordinated noun goes with; "the price of X and the weight of Y" are price and weight, not X."""
    head = row[place].head
    own = any(t.head == place and t.pos == "ADP" for t in row)
    if own and row[place].pos == "NOUN" and row[head].pos == "PROPN" and row[head].dep == "pobj":
        whole = row[row[head].head].head
        return whole if row[whole].pos == "NOUN" else head
    return head


def _listed(row: Sequence[Token], place: int) -> int | None:
    """The next member of a list whose first was taken for its adjective ("the mass, power and ...")."""
    token = row[place]
    comma = place + 1 < len(row) and row[place + 1].text == ","
    if not comma or token.dep not in ("amod", "compound", "nmod") or token.head < place + 2:
        return None
    between = row[place + 2 : token.head]
    more = any(t.head == token.head and t.dep == "conj" for t in row)
    return token.head if more and all(t.dep in ("compound", "nmod", "det") for t in between) else None


def _joined_phrase(row: tuple[Token, ...], place: int, heads: Sequence[int]) -> bool:
    """Whether a noun hangs on a preposition coordinated with a member's ("with X and with Y")."""
    preposition = row[row[place].head]
    return preposition.dep == "conj" and any(
        row[h].dep == "pobj" and row[h].head == preposition.head for h in heads
    )


def _joint(row: Sequence[Token], place: int) -> bool:
    """Whether the verb or preposition speaks of all members together ("between X and Y", "X and Y merge")."""
    token = row[place]
    governor = row[token.head]
    if governor.low in ("between", "among") or any(t.low == "both" and t.head == place for t in row):
        return governor.low in ("between", "among")
    return token.dep.startswith("nsubj") and governor.lemma.lower() in _TOGETHER


def _parts(row: Sequence[Token], heads: Sequence[int]) -> list[_Part]:
    """Each member's own places: its words before it and, but for the last, what follows it."""
    starts = [_left(row, head) for head in heads]
    if any(row[start].pos == "ADP" for start in starts[1:]) and row[starts[0] - 1].pos == "ADP":
        starts[0] -= 1  # "in the US and in Japan"
    found: list[_Part] = []
    for number, head in enumerate(heads):
        stop = starts[number + 1] if number + 1 < len(heads) else head + 1
        own = {p for p in range(starts[number], stop) if row[p].dep != "cc" and row[p].text != ","}
        found.append(_Part(head, frozenset(own)))
    article = starts[0] if row[starts[0]].dep == "det" else None
    if article is not None:  # "the price and weight": the article is for both
        found = [
            replace(p, places=p.places | {article})
            if row[p.head].pos == "NOUN" and row[min(p.places)].dep not in ("det", "poss") else p
            for p in found
        ]  # fmt: skip
    return found


def _left(row: Sequence[Token], head: int) -> int:
    """Where a member begins: at its first word, or at its preposition where that is coordinated too."""
    first = head
    while first and row[first - 1].dep in _BEFORE and _leads_to(row, first - 1, head):
        first -= 1
    governor = row[head].head
    if row[head].dep == "pobj" and governor == first - 1 and row[governor].dep == "conj":
        first = governor
    return first


def _leads_to(row: Sequence[Token], place: int, head: int) -> bool:
    for _ in range(6):
        if row[place].text == ",":
            return False
        place = row[place].head
        if place == head:
            return True
    return False


def _others(row: Sequence[Token], parts: Sequence[_Part], mine: _Part) -> frozenset[int]:
    """The places of the other members; what follows the last one belongs to all that have nothing of it."""
    whole = range(min(min(p.places) for p in parts), max(max(p.places) for p in parts) + 1)
    drop = frozenset(whole) - mine.places
    last = parts[-1].head
    if any(p > mine.head and row[p].pos == "ADP" for p in mine.places):
        drop |= {p for p in range(last + 1, len(row)) if _leads_to(row, p, last) and row[p].pos != "PUNCT"}
    return drop


def _narrowed(detail: Detail, row: tuple[Token, ...], drop: frozenset[int], focus: frozenset[int]) -> Detail:
    """The detail without the places of the other members."""
    left = [i for i in range(len(row)) if i not in drop]
    kept = {row[i].key for i in left}
    gone = {row[i].key for i in drop} - kept
    mine = {row[i].key for i in focus}
    terms = tuple(
        replace(t, role="focus") if t.key in mine and t.role in ("noun", "focus", "modifier") else t
        for t in detail.terms
        if not set(t.key.split()) & gone
    )
    focus_text = joined(row, sorted(p for p in focus if row[p].dep != "det")) or detail.focus
    aspects = lexicon().aspects([row[i].key for i in sorted(focus)]) if focus else frozenset()
    return replace(
        detail,
        terms=terms,
        text=_agreeing(row, left, joined(row, left)),
        subject=" ".join(t.text for t in terms if t.role == "name") or detail.subject,
        focus=focus_text,
        aspects=aspects or lexicon().aspects([row[i].key for i in left]),
        statement=_agreeing(row, left, _narrowed_statement(detail, row, drop)),
    )


def _narrowed_statement(detail: Detail, row: tuple[Token, ...], drop: frozenset[int]) -> str:
    if not detail.statement:
        return ""
    left = [i for i in range(len(row)) if i not in drop]
    new = {old: place for place, old in enumerate(left)}

    def head(place: int) -> int:
        seen: set[int] = set()
        while place not in new and place not in seen:
            seen.add(place)
            place = row[place].head
        return new.get(place, 0)

    shorter = tuple(row[i]._replace(head=head(row[i].head), dep=_inherited(row, i, drop)) for i in left)
    return statement(shorter)


def _inherited(row: Sequence[Token], place: int, drop: frozenset[int]) -> str:
    """A member whose first member is gone takes over its part in the sentence."""
    dep, head = row[place].dep, row[place].head
    seen: set[int] = set()
    while dep == "conj" and head in drop and head not in seen:
        seen.add(head)
        dep, head = row[head].dep, row[head].head
    return dep


def _agreeing(row: Sequence[Token], left: Sequence[int], text: str) -> str:
    """One thing "is" where two "are"."""
    for place in left:
        token = row[place]
        subject = next(
            (
                i
                for i, t in enumerate(row)
                if t.dep in ("nsubj", "nsubjpass", "attr") and t.head == token.head
            ),
            None,
        )
        if token.low not in _SINGULAR or token.pos != "AUX" or subject is None:
            continue
        plural = any(
            row[i].tag in ("NNS", "NNPS") or row[i].low in ("you", "they", "we", "i")
            for i in left
            if row[i].dep in ("nsubj", "nsubjpass", "attr", "conj")
            and row[i].pos in (*_NOMINAL, "PRON")
            and row[i].low not in ("what", "which", "who")
        )
        members = any(t.dep == "conj" for t in row)
        if not plural and members:
            new = _SINGULAR[token.low]
            new = new.capitalize() if text.startswith(token.text) and token.text[0].isupper() else new
            return re.sub(rf"\b{token.text}\b", new, text, count=1, flags=re.IGNORECASE)
    return text


def inherit(details: list[Detail]) -> list[Detail]:
    """A later part without names of its own takes the subject of the part before it."""
    result: list[Detail] = []
    for detail in details:
        if result and not detail.of("name") and result[0].of("name"):
            borrowed = result[0].of("name")
            detail = replace(detail, terms=(*borrowed, *detail.terms), subject=result[0].subject)
        result.append(detail)
    return result
