"""Whether a word of a clause is denied, or taken out, by itself: "nuts but no milk", "all but Monday"."""

from __future__ import annotations

from collections.abc import Sequence

from rag.dependents import children, instead_of, lows, subtree
from rag.language import Token

NOT = frozenset(("not", "n't", "n’t", "never", "cannot"))
NOT_DENYING = frozenset((("not", "only"), ("not", "just"), ("not", "least")))
NOBODY = frozenset(("none", "nobody", "nothing", "neither"))
_EXCEPTING = frozenset(
    "instead unlike except exception excluding besides beyond than apart aside barring save".split()
)
_ALL = frozenset("all every any no none everyone everybody everything anyone anybody anything".split())
_NOMINAL = ("NOUN", "PROPN", "PRON", "NUM", "ADJ", "X")


def argument_denied(tokens: Sequence[Token], place: int, predicate: int) -> bool | None:
    """Whether a word under a predicate is denied by itself ("nuts but no milk"); None where unsure."""
    if instead_of(tokens, place):
        return True
    seen: set[int] = set()
    while place != predicate and place not in seen:
        seen.add(place)
        token = tokens[place]
        before = lows(tokens, [p for p in children(tokens, place) if p < place])
        if before & {"no", "neither"} or token.low in NOBODY:
            return True
        if token.pos in (*_NOMINAL, "ADP") and (denied := _denied_here(tokens, place)) is not False:
            return denied
        if token.low == "without":
            return True
        if token.low in _EXCEPTING or _but_all(tokens, place):
            return None
        if token.dep == "conj":
            joint = lows(tokens, children(tokens, token.head))
            if joint & {"no", "neither", "not"} and not joint & {"or", "nor"}:
                return None
        place = token.head
    return False


def _denied_here(tokens: Sequence[Token], place: int) -> bool | None:
    """Whether a noun phrase, or a preposition, has a negator of its own; None where unsure.

    "on weekdays, but not yet on Sundays", "books, never travel", "phones excluded".
    """
    below = children(tokens, place)
    before = [q for p in below if p < place for q in subtree(tokens, p)]
    if any(tokens[p].low in ("excluded", "excepted") for p in below):
        return True
    edge = min(subtree(tokens, place)) - 1  # "Lund, not Arvik, has a tunnel": the parse may give it to Lund
    before += [edge] if edge >= 0 and tokens[place].pos != "ADP" else []
    longer = [p for p in before if (tokens[p - 1].low, tokens[p].low) == ("no", "longer")]
    nots = [*(p for p in before if tokens[p].low in NOT), *longer]
    if not nots or (tokens[nots[0]].low, tokens[nots[0] + 1].low) in NOT_DENYING:
        return False
    return None if lows(tokens, [*before, *below]) & {"all", "every", "necessarily"} else True


def _but_all(tokens: Sequence[Token], place: int) -> bool:
    """Whether "but" takes it out of all the others ("every day but Monday")."""
    before = range(max(0, place - 8), place)
    but = next((p for p in before if tokens[p].low == "but"), None)
    return but is not None and bool(lows(tokens, range(before.start, but)) & _ALL)
