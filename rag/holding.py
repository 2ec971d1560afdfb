"""How a predicate is held back: negated, without anybody who does it, put off, or shied away from."""

from __future__ import annotations

from dataclasses import dataclass

from rag.clauses import Tree
from rag.cues import cues

_NOT = frozenset(("not", "n't", "n’t", "never", "nt"))
_MERELY = frozenset(("only", "just", "merely", "simply", "least", "necessarily"))
_YET = frozenset(("yet", "still"))
_FUTURE = frozenset(("will", "would", "'ll", "’ll", "shall", "wo"))
_CONDITION = frozenset(("if", "unless", "until", "before", "lest", "provided"))


@dataclass(frozen=True, slots=True)
class Hold:
    """``how``: not, none (nobody does it, or nothing is told), yet, reluctant, working or later.

    ``cue`` are the places that say so, ``by`` the verb whose subject withholds.
    """

    how: str
    cue: frozenset[int]
    by: int


def negation(tree: Tree, place: int) -> int | None:
    """The "not" of a word; none in "not only", which denies nothing."""
    for child in tree.below(place):
        low = tree.tokens[child].low
        if low in _NOT or (tree.tokens[child].dep == "neg" and low != "no"):
            after = tree.tokens[child + 1].low if child + 1 < len(tree.tokens) else ""
            if after not in _MERELY:
                return child
    return None


def none_of(tree: Tree, place: int) -> int | None:
    """The word by which a noun phrase means nobody or nothing: "no price", "neither side", "none"."""
    token = tree.tokens[place]
    if tree.lemma(place) in cues().classes["nobody"]:
        return place
    for child in tree.below(place, "det", "preconj", "neg", "cc"):
        if tree.tokens[child].low in ("no", "neither", "nor"):
            after = tree.tokens[child + 1].low if child + 1 < len(tree.tokens) else ""
            return None if after in ("fewer", "less", "doubt") else child
    return place if token.low in ("nobody", "nothing", "none") else None


def waiting(tree: Tree, verb: int) -> bool:
    """Whether "yet" or "still" stands with a verb: what is so now may change."""
    near = [*tree.below(verb), *tree.below(tree.tokens[verb].head)] if verb else tree.below(verb)
    return any(
        tree.tokens[p].low in _YET or (tree.tokens[p].low == "far" and tree.tokens[p - 1].low == "so")
        for p in near
    )


def perfect(tree: Tree, verb: int) -> bool:
    """Whether a verb stands in a perfect tense, its own or that of the verb it is joined to."""
    own = [tree.lemma(p) for p in tree.below(verb, "aux")]
    return any(lemma in ("have", "'ve", "’ve") for lemma in own) or (
        not own and tree.tokens[verb].dep == "conj" and perfect(tree, tree.tokens[verb].head)
    )


def passive(tree: Tree, verb: int) -> bool:
    """Whether a verb is in the passive."""
    if tree.below(verb, "auxpass", "nsubjpass", "csubjpass"):
        return True
    token = tree.tokens[verb]
    return (
        token.dep == "conj"
        and token.tag == "VBN"
        and not tree.below(verb, "aux", "nsubj")
        and passive(tree, token.head)
    )


def future(tree: Tree, verb: int) -> bool:
    """Whether a verb is put off: "will be set", "is expected to be set"."""
    auxiliaries = tree.below(verb, "aux")
    if any(tree.tokens[p].low in _FUTURE for p in auxiliaries):
        return True
    token = tree.tokens[verb]
    to = any(tree.tokens[p].low == "to" for p in auxiliaries)
    return to and token.dep in ("xcomp", "ccomp") and tree.lemma(token.head) in (
        "expect", "due", "schedule", "plan", "likely", "slate",
    )  # fmt: skip


def conditional(tree: Tree, verb: int) -> bool:
    """Whether the clause of a verb is only a condition: "if no name is given"."""
    for place in (verb, *tree.above(verb)):
        token = tree.tokens[place]
        if token.dep == "advcl" and any(
            tree.tokens[p].low in _CONDITION or (tree.tokens[p].low == "when" and p < verb)
            for p in tree.below(place, "mark", "advmod")
        ):
            return True
    return False


def hold(tree: Tree, verb: int) -> Hold | None:
    """How a verb is held back, or None."""
    group = frozenset((verb, *tree.auxiliaries(verb)))
    no = negation(tree, verb)
    if no is not None:
        return Hold("not", group | {no}, verb)
    for child in tree.below(verb, "nsubj", "nsubjpass", "dobj"):
        nothing = none_of(tree, child)
        if nothing is not None:
            return Hold("none", group, verb)
    auxiliaries = [tree.lemma(p) for p in tree.below(verb, "aux")]
    if "have" in auxiliaries and "to" in auxiliaries and _marks(tree, verb, verb):  # "has still to be set"
        return Hold("yet", group, verb)
    governed = _governed(tree, verb, group)
    if governed is not None:
        return governed
    token = tree.tokens[verb]
    if token.dep == "conj" and not tree.below(verb, "aux", "auxpass", "nsubj", "nsubjpass", "neg"):
        first = tree.tokens[token.head]
        held = hold(tree, token.head)
        if held is not None and held.how != "none" and token.tag in (first.tag, "VB"):
            return Hold(held.how, group, held.by)
    neither = [p for p in tree.below(verb, "preconj", "cc", "advmod") if tree.tokens[p].low == "neither"]
    if neither:
        return Hold("not", group | set(neither), verb)
    progressive = token.tag == "VBG" and any(tree.lemma(p) == "be" for p in tree.below(verb, "aux"))
    if progressive or any(tree.tokens[p].low == "being" for p in tree.below(verb, "auxpass", "aux")):
        return Hold("working", group, verb)
    return Hold("later", group, verb) if future(tree, verb) else None


def _governed(tree: Tree, verb: int, group: frozenset[int]) -> Hold | None:
    token = tree.tokens[verb]
    if token.head == verb:
        return None
    above = token.head
    if token.dep == "pcomp":
        return _after_preposition(tree, above, group)
    if token.dep not in ("xcomp", "advcl", "relcl", "acl", "ccomp", "ROOT"):
        return None
    infinitive = any(tree.tokens[p].low == "to" for p in tree.below(verb, "aux"))
    if not infinitive and token.tag != "VBG":
        return None
    words = cues().classes
    lemma = tree.lemma(above)
    no = negation(tree, above)
    lead = frozenset((above, *tree.auxiliaries(above)))
    if (
        infinitive
        and lemma in ("have", "be", "remain", "stay")
        and (lemma == "remain" or any(p < verb for p in _marks(tree, above, verb)))
    ):
        return Hold("yet", group | lead, above)
    if infinitive and lemma == "be" and no is None and tree.below(verb, "auxpass"):
        return Hold("later", group | lead, above)
    if lemma in words["reluctance"] and no is None:
        return Hold("reluctant", group | lead, above)
    if tree.tokens[above].pos in ("NOUN", "PRON") and none_of(tree, above) is not None:
        return Hold("none", group, next(tree.above(above), above))
    for adjective in (above, *tree.below(above, "acomp", "advmod", "oprd")):
        held = _unfit(tree, verb, adjective, group)
        if held is not None:
            return held
    return None


def _unfit(tree: Tree, verb: int, adjective: int, group: frozenset[int]) -> Hold | None:
    """As in "unable to say", "too early to say", "not ready to say", "in no position to say"."""
    words, name = cues().classes, tree.lemma(adjective)
    bound = next(tree.above(adjective), adjective)
    if name in words["reluctant"]:
        denied = negation(tree, bound) is not None or negation(tree, adjective) is not None
        too = any(tree.tokens[p].low == "too" for p in (*tree.below(adjective), *tree.below(bound)))
        if not denied and (too or name not in words["reluctant_with_too"]):
            return Hold("reluctant", group | {adjective, bound}, bound)
    if name in words["readiness"]:
        places = (adjective, bound, *tree.above(bound))
        no = next((n for p in places if (n := negation(tree, p)) is not None), None)
        if no is not None and no < verb:
            return Hold("not", group | {adjective, no}, bound)
    return None


def _marks(tree: Tree, above: int, verb: int) -> list[int]:
    return [p for p in (*tree.below(above), *tree.below(verb)) if tree.tokens[p].low in _YET]


def _after_preposition(tree: Tree, preposition: int, group: frozenset[int]) -> Hold | None:
    low = tree.tokens[preposition].low
    if low == "without":
        governor = tree.tokens[preposition].head
        denied = negation(tree, governor) is not None and negation(tree, governor) == preposition - 1
        return None if denied else Hold("reluctant", group | {preposition}, governor)
    for governor in tree.above(preposition):
        if tree.tokens[governor].pos in ("VERB", "AUX"):
            reluctant = tree.lemma(governor) in cues().classes["reluctance"]
            if reluctant and low in ("of", "from", "at", "off") and negation(tree, governor) is None:
                return Hold("reluctant", group | {governor, preposition}, governor)
            return None
    return None
