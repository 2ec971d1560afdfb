"""Walking a dependency parse: what hangs on a word, and what a word hangs on.

Long lists and contrasts ("rather than ...") are where parses break; they are read off the order of the
words instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.language import Token

SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass", "expl")
# What can say something of a subject: by its place in the sentence, and by its part of speech.
PREDICATIVE = frozenset(
    ("ROOT", "acomp", "attr", "xcomp", "ccomp", "advcl", "pcomp", "relcl", "oprd", "parataxis")
)
VERBAL = frozenset(("VERB", "AUX", "NOUN", "ADJ"))
_LIST_ENDS = frozenset("but not no without except excluding while rather although".split())
_CLAUSE_TAGS = ("VBD", "VBZ", "MD", "WDT", "WP", "WRB")
_NARROW = ("PUNCT", "VERB", "AUX", "ADP", "CCONJ")


def children(tokens: Sequence[Token], place: int) -> list[int]:
    """The tokens that hang on one directly."""
    return [p for p, t in enumerate(tokens) if t.head == place and p != place]


def even_if(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word begins "even if" or the like: that is no condition."""
    return place > 0 and tokens[place - 1].low == "even"


def lows(tokens: Sequence[Token], places: Sequence[int]) -> set[str]:
    """The words at these places, small."""
    return {tokens[p].low for p in places}


def subtree(tokens: Sequence[Token], place: int, without: frozenset[int] = frozenset()) -> frozenset[int]:
    """A token with all that hangs on it, but for the given ones and what hangs on them."""
    found, pending = {place}, [place]
    while pending:
        for child in children(tokens, pending.pop()):
            if child not in found and child not in without:
                found.add(child)
                pending.append(child)
    return frozenset(found)


def in_side_clause(tokens: Sequence[Token], place: int, predicate: int) -> bool:
    """Whether a word stands in a side clause of the predicate."""
    seen: set[int] = set()
    while place != predicate and place not in seen:
        seen.add(place)
        if tokens[place].dep in ("advcl", "relcl", "parataxis"):
            return True
        place = tokens[place].head
    return False


def listed(tokens: Sequence[Token], verb: int) -> frozenset[int]:
    """What follows a verb of listing, up to the next clause."""
    last = verb + 1
    while last < len(tokens):
        token = tokens[last]
        clause = token.tag in _CLAUSE_TAGS or token.text in ";:—" or token.pos == "SCONJ"
        if clause or token.low in _LIST_ENDS:
            break
        if token.tag == "VBP":  # "resources developers rely on": the noun before it is its subject
            last -= 1
            break
        last += 1
    return frozenset(range(verb + 1, max(last, verb + 1)))


def instead_of(tokens: Sequence[Token], place: int) -> bool:
    """Whether "rather than" or "instead of" stands before a noun phrase, whatever the parse makes of it."""
    for before in range(place - 1, max(0, place - 7), -1):
        token = tokens[before]
        if (tokens[before - 1].low, token.low) in (("rather", "than"), ("instead", "of")):
            return True
        if token.pos in _NARROW and token.tag not in ("VBN", "VBG", "HYPH"):
            return False
    return False


def as_predicate(tokens: Sequence[Token], place: int) -> bool:
    """Whether a noun is what something is given as ("provides it as code rather than a product")."""
    token = tokens[place]
    if token.dep == "pobj":
        return tokens[token.head].low == "as"
    beside = [p for p in children(tokens, token.head) if tokens[p].dep == "prep" and tokens[p].low == "as"]
    return token.dep == "dobj" and bool(beside) and instead_of(tokens, place)


def preposition(tokens: Sequence[Token], place: int) -> str:
    """The preposition of the noun phrase that a word stands in, or ""."""
    seen: set[int] = set()
    while place not in seen:
        seen.add(place)
        head = tokens[place].head
        if tokens[place].dep in ("pobj", "pcomp") and tokens[head].pos in ("ADP", "SCONJ"):
            return tokens[head].low
        if tokens[place].dep not in ("compound", "amod", "nummod", "nmod", "poss", "conj", "appos"):
            return ""
        place = head
    return ""
