"""Whether a sentence tells what a thing is or does, or who somebody is, by its grammar.

A verb that defines, another name beside the name, or a clause on it: "X is a pump", "X, a pump, ...", "the
secretary, Piers Lanyon", "X, which moves water, ...".  That a sentence mentions a thing tells neither.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.dependents import SUBJECTS, children, lows, subtree
from rag.language import Token

_ARTICLES = frozenset(("a", "an", "the"))
_COMPOSED = frozenset("consist comprise".split())  # what a thing is, told by its parts
_OWNED = ("poss", "det")


def defines(tokens: Sequence[Token], place: int) -> bool:
    """Whether a sentence says what things of a kind are: "a tide lock is a gate", "tide locks, or gates"."""
    own, head = tokens[place], tokens[tokens[place].head]
    beside = any(tokens[p].dep == "appos" and tokens[p].pos == "NOUN" for p in children(tokens, place))
    return beside or (
        own.dep == "nsubj"
        and head.lemma in ("be", "mean", "consist", "comprise")
        and _equates(tokens, own.head)
    )


def describes(tokens: Sequence[Token], place: int) -> bool:
    """Whether a sentence says what the thing named there is.

    "X is a pump", "X consists of two pumps", "X, a pump, ...", "the pump X", "pumps like X", "X, which
    moves", "known as".
    """
    own, head = tokens[place], tokens[tokens[place].head]
    if own.dep == "appos" and head.pos == "NOUN" and own.head == place - 1:
        return True
    behind = children(tokens, own.head)
    if own.dep in ("nsubj", "nsubjpass") and (head.lemma in _COMPOSED or _is_made_up(tokens, own.head)):
        return True
    if own.dep in ("dobj", "nsubjpass") and head.pos == "VERB" and "as" in lows(tokens, behind):
        return True
    return (
        (own.dep == "nsubj" and head.lemma == "be" and _equates(tokens, own.head))
        or _has_kind_before(tokens, place)
        or _is_one_of(tokens, place)
        or _is_explained(tokens, place)
    )


def introduces(tokens: Sequence[Token], place: int) -> bool:
    """Whether a sentence says who the one named there is.

    As ``describes``; or an office stands beside the name: "Xu, Arvik's Deputy Chairman", "its secretary,
    Piers Lanyon", "the chair is Lee".
    """
    own, head = tokens[place], tokens[tokens[place].head]
    if own.dep == "appos" and head.pos == "NOUN":
        return True
    if own.dep == "attr" and head.lemma == "be":
        return any(tokens[p].dep == "nsubj" and tokens[p].pos == "NOUN" for p in children(tokens, own.head))
    offices = (p for p in children(tokens, place) if tokens[p].dep == "appos" and p > place)
    titled = any(tokens[c].dep in _OWNED for p in offices for c in children(tokens, p))
    return titled or describes(tokens, place)


def acts(tokens: Sequence[Token], place: int) -> bool:
    """Whether the thing named there, and no numbered one of its kind, is said to do something in general."""
    verb = tokens[place].head
    numbered = place + 1 < len(tokens) and any(c.isdigit() for c in tokens[place + 1].text)
    tags = {tokens[p].tag for p in (verb, *children(tokens, verb)) if p == verb or tokens[p].dep == "aux"}
    present = bool(tags & {"VBZ", "VBP"}) and not tags & {"VBN", "MD"}
    return (
        tokens[place].dep == "nsubj" and present and tokens[verb].lemma not in ("be", "have") and not numbered
    )


def serves(tokens: Sequence[Token], place: int) -> bool:
    """Whether a sentence says what the thing named there is for: "X is (used) for storing", "X helps to"."""
    verb = tokens[place].head
    aims = (p for p in children(tokens, verb) if p > verb)
    purpose = any(tokens[p].low == "for" or tokens[p].dep in ("xcomp", "advcl") for p in aims)
    return tokens[place].dep in ("nsubj", "nsubjpass") and purpose


def _equates(tokens: Sequence[Token], verb: int) -> bool:
    """Whether a verb has a noun for what its subject is."""
    return any(tokens[p].dep == "attr" and tokens[p].pos == "NOUN" for p in children(tokens, verb))


def _has_kind_before(tokens: Sequence[Token], place: int) -> bool:
    """Whether the noun that says what it is stands between an article and a name: "the brewer Marl"."""
    kind = place - 1
    before = place > 1 and tokens[kind].pos == "NOUN" and tokens[kind].dep == "compound"
    return (
        before
        and tokens[kind].head == place
        and tokens[place].pos == "PROPN"
        and tokens[kind - 1].pos == "DET"
    )


def _is_one_of(tokens: Sequence[Token], place: int) -> bool:
    """Whether a name is an example of a kind: "pumps like X", "pumps such as X"."""
    word = tokens[place].head
    such = tokens[word].low == "as" and word > 0 and tokens[word - 1].low == "such"
    example = tokens[place].dep == "pobj" and (tokens[word].low == "like" or such)
    return example and tokens[word - 1 - such].pos == "NOUN"


def _is_made_up(tokens: Sequence[Token], verb: int) -> bool:
    return tokens[verb].lemma == "make" and "up" in lows(tokens, children(tokens, verb))


def _is_explained(tokens: Sequence[Token], place: int) -> bool:
    """Whether a noun or a clause on a word stands behind it; "Norvik Mini" and "Norvik 2" are longer names.

    A noun that is set off and begins right behind a name is on it, whatever the parse hangs it on.
    """
    if any(tokens[p].dep == "relcl" for p in children(tokens, place) if p > place):
        return True
    if place > 1 and tokens[place - 1].text == "(" and tokens[place - 2].pos in ("NOUN", "PROPN"):
        return True  # "interest groups (SIGs)"
    if place + 1 == len(tokens) or tokens[place + 1].pos != "PUNCT":
        return False
    for token in tokens[place + 3 :] if {t.low for t in tokens[place + 2 : place + 3]} & _ARTICLES else ():
        if (token.pos == "NOUN" or token.dep == "appos") and token.dep not in SUBJECTS:
            return True
        if token.pos not in ("ADJ", "ADV", "NUM", "PROPN") and token.tag not in ("VBN", "HYPH"):
            break
    # "NAS (Norvik Auto Sampler)" is spelt out; behind a comma a name is another thing.
    kinds = ("NOUN", "PROPN") if tokens[place + 1].text == "(" else ("NOUN",)
    beside = (p for p, t in enumerate(tokens) if t.dep == "appos" and t.pos in kinds and t.text.isalpha())
    return any(min(subtree(tokens, p)) == place + 2 for p in beside)
