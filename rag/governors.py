"""What the words above a predicate do to it: "refused to", "plans to", "critics say that", "if".

A governor denies, plans, allows, judges or just reports (word lists in ``polarity.toml``); one that no
list has hides its predicate: "asked the city to build" says nothing of building.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Any

from rag.dependents import SUBJECTS, children, lows
from rag.language import Token, word_key

_ENDS = ("ROOT", "relcl", "parataxis", "appos")
# A noun or an adjective under its verb, a verb beside another: the statement goes on above.
_THROUGH = (
    "conj", "advcl", "dep", "prep", "amod", "dobj", "attr", "acomp", "oprd", "pobj", "nsubj", "nsubjpass",
)  # fmt: skip
_REPORTED = ("ccomp", "csubj", "csubjpass")
_HIDING_MARKS = frozenset("to if unless whether once until before when".split())
_HIDING_PREPOSITIONS = frozenset("instead than before against despite".split())
_OPEN_PREPOSITIONS = frozenset("by in after of from on through while for to without".split())
_ASSERTING_PREPOSITIONS = frozenset("by after through while".split())
_OBLIGING = ("need", "have", "require", "oblige")


class Force(IntEnum):
    """How firmly a clause says its predicate; the higher, the less it says."""

    DONE = 0
    ABLE = 1
    PLANNED = 2
    OBLIGED = 3
    VIEW = 4
    OPAQUE = 5


@cache
def rules() -> dict[str, Any]:
    """The word lists of ``polarity.toml``, read once; lists of plain words as sets."""

    def tidy(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: tidy(part) for key, part in value.items()}
        return frozenset(value) if value and all(isinstance(part, str) for part in value) else value

    data = tomllib.loads(resources.files("rag").joinpath("polarity.toml").read_text("utf-8"))
    return {name: tidy(group) for name, group in data.items()}


def tells_apart(asked: Set[str], subject: Set[str], whole: Set[str] = frozenset()) -> bool:
    """Whether a clause has another attribute than a question ("the old tram" for "the new tram").

    "The northern trail is open, and the southern one is not": a subject is the one or the other.

    Args:
        asked: the word keys of the question.
        subject: those of the clause's subject.
        whole: those of the whole clause, for an attribute that is not its subject's.
    """
    for group in _attributes():
        wanted, here = group & asked, group & (subject if subject & group else whole)
        if wanted and here and not wanted & here:
            return True
    return False


@cache
def _attributes() -> tuple[frozenset[str], ...]:
    """The attributes, as word keys, of which a thing has one of each list."""
    return tuple(frozenset(map(word_key, words)) for words in rules()["disjoint"]["attributes"])


@dataclass(slots=True)
class Governed:
    """A predicate's governors, itself first, and what they make of it."""

    chain: list[int]
    force: Force = Force.DONE
    denied: bool = False

    def bend(self, force: Force) -> None:
        """Take over the weaker of two forces."""
        self.force = max(self.force, force)


def governed(tokens: Sequence[Token], place: int) -> Governed:
    """Climb from a predicate to the assertion that it is part of."""
    found = Governed([place])
    while (above := _above(tokens, found)) is not None:
        found.chain.append(above)
    return found


def _above(tokens: Sequence[Token], found: Governed) -> int | None:
    """The next governor, its effect applied; None at the top, or where the predicate is hidden."""
    place = found.chain[-1]
    token = tokens[place]
    head = token.head
    if token.dep == "relcl" and _sought(tokens, head):
        found.bend(Force.OPAQUE)
    if head in found.chain or token.dep in _ENDS or (token.dep == "amod" and token.pos == "VERB"):
        return None
    if token.dep == "advcl" and (ends := _side_clause(tokens, place)) is not None:
        found.bend(ends)
        return None
    if token.pos == "ADP":  # on the way up from a noun or a gerund under a preposition
        return _over_preposition(tokens, place, head, found)
    if token.dep in _THROUGH or token.dep == "pcomp":
        if token.dep in ("attr", "acomp", "oprd", "dobj") and tokens[head].pos == "VERB":
            _bend(tokens, head, found, strict=False)
        return head
    marks = [p for p in children(tokens, place) if tokens[p].dep == "mark"]
    if token.dep in _REPORTED and lows(tokens, marks) & {"whether", "if"}:
        found.bend(Force.OPAQUE)  # "it is unclear whether"
        return None
    if token.dep == "acl" and token.tag in ("VBN", "VBG") and not _plans(tokens[head]):
        return None
    _bend(tokens, head, found, strict=True)
    return None if found.force is Force.OPAQUE else head


def _side_clause(tokens: Sequence[Token], place: int) -> Force | None:
    """How an adverbial clause stands for itself; None where it goes with the clause above it."""
    even = any(t.low == "even" for t in tokens[max(0, place - 8) : place])
    below = children(tokens, place)
    marks = lows(tokens, [p for p in below if tokens[p].dep in ("mark", "aux", "advmod")])
    if marks & _HIDING_MARKS and not even:
        return Force.OPAQUE
    return Force.DONE if any(tokens[p].dep in ("nsubj", "nsubjpass") for p in below) else None


def _over_preposition(tokens: Sequence[Token], place: int, head: int, found: Governed) -> int | None:
    low = tokens[place].low
    below = tokens[found.chain[-2]] if len(found.chain) > 1 else tokens[place]
    if low == "without":
        found.denied = not found.denied
    if low in _HIDING_PREPOSITIONS or (below.dep == "pcomp" and low not in _OPEN_PREPOSITIONS):
        found.bend(Force.OPAQUE)
        return None
    if below.dep == "pcomp" and low not in _ASSERTING_PREPOSITIONS | {"without"}:
        _bend(tokens, head, found, strict=True)  # "accused of ...", "stopped from ..."
        if found.force is Force.OPAQUE:
            return None
    return None if head in found.chain else head


def _bend(tokens: Sequence[Token], head: int, found: Governed, strict: bool) -> None:
    """Apply what one governor does; ``strict``: one of no list hides the predicate."""
    words = rules()["governors"]
    lemma = tokens[head].lemma.lower()
    if lemma == "be":
        _bend_by_be(tokens, head, found)
    elif lemma in words["negative"]:
        found.denied = not found.denied
        if any(tokens[p].dep == "ccomp" for p in found.chain):
            found.bend(Force.OPAQUE)  # "forgot to say that"
    elif (
        (lemma in words["purpose"] and tokens[head].tag == "VBN")
        or lemma in words["view"] | words["hedge"]
        or _judges(tokens, head)
    ):
        found.bend(Force.VIEW)
    elif lemma in words["plan"] and (strict or lemma in words["promises"]):
        found.bend(Force.PLANNED)
    elif not strict:
        return
    elif lemma in words["able"]:
        found.bend(Force.ABLE)
    elif lemma in _OBLIGING and tokens[found.chain[-1]].dep == "xcomp":
        found.bend(Force.OBLIGED)
    elif lemma not in words["plain"]:
        found.bend(Force.OPAQUE)


def _sought(tokens: Sequence[Token], noun: int) -> bool:
    """Whether a noun names something that need not exist: "asked for a warranty that covers …"."""
    some = lows(tokens, children(tokens, noun)) & {"a", "an", "any"}
    if tokens[noun].dep not in ("dobj", "pobj") or not some:
        return False
    verb = tokens[noun].head if tokens[noun].dep == "dobj" else tokens[tokens[noun].head].head
    return tokens[verb].lemma.lower() in rules()["governors"]["intensional"]


def _bend_by_be(tokens: Sequence[Token], head: int, found: Governed) -> None:
    """What "it is false that" and "it is likely that" do, "is to" (a plan), and "was to" (who knows)."""
    below = tokens[found.chain[-1]]
    graded = lows(tokens, [p for p in children(tokens, head) if tokens[p].dep == "acomp"])
    if below.dep in _REPORTED and graded & rules()["governors"]["untrue"]:
        found.denied = not found.denied
    elif below.dep in _REPORTED and graded & rules()["governors"]["unsure"]:
        found.bend(Force.VIEW)
    elif below.dep == "xcomp" and "impossible" in graded:
        found.denied = not found.denied
        found.bend(Force.ABLE)
    elif below.dep == "xcomp" and "possible" in graded:
        found.bend(Force.ABLE)
    elif below.dep == "xcomp" and not graded and "to" in lows(tokens, children(tokens, found.chain[-1])):
        found.bend(Force.VIEW if tokens[head].tag == "VBD" else Force.PLANNED)


def _plans(token: Token) -> bool:
    return token.lemma.lower() in rules()["governors"]["plan"]


def _judges(tokens: Sequence[Token], verb: int) -> bool:
    """Whether a verb of saying reports what critics, analysts or the like make of it."""
    holders = rules()["governors"]["holders"]
    return any(tokens[p].low in holders for p in children(tokens, verb) if tokens[p].dep in SUBJECTS)
