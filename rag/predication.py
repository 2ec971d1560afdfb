"""How a clause says its predicate: of what, done or planned or merely possible, affirmed or denied.

Read off the dependency parse: the words that govern the predicate (``governors``), its auxiliaries, its
negators, and the words that hang on it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.dependents import SUBJECTS, as_predicate, children, listed, lows, subtree
from rag.governors import Force, governed, rules
from rag.language import Token
from rag.rejection import NOBODY, NOT, NOT_DENYING

_WILL = frozenset(("will", "shall", "'ll", "’ll", "wo"))
_STANDING = frozenset(("it", "they"))
_AUXILIARY = ("aux", "auxpass")
_OBJECTS = ("dobj", "prep", "pobj", "attr")
_SHARED = ("prep", "npadvmod", "advmod", "dobj", "attr", "acomp", "prt", "pobj")
_LENDING = ("xcomp", "ccomp", "conj", "advcl", "pcomp", "prep", "acomp", "attr", "oprd", "dobj", "dep")


@dataclass(frozen=True, slots=True)
class Predication:
    """One predicate of a sentence.

    ``place`` is its token, ``chain`` the tokens that govern it, itself first, ``finite`` the nearest of
    them with a tense.  ``subject`` and ``rest`` are the token places of its subject and of its other
    dependents.  ``past``: it tells what has happened; ``future``: what is to come.
    """

    place: int
    chain: tuple[int, ...]
    subject: frozenset[int]
    rest: frozenset[int]
    passive: bool
    force: Force
    denied: bool
    past: bool
    future: bool
    finite: int

    @property
    def region(self) -> frozenset[int]:
        """All places that belong to it."""
        return self.subject | self.rest | frozenset(self.chain)


def predication(tokens: Sequence[Token], place: int) -> Predication:
    """What the sentence does with the predicate at ``place``."""
    above = governed(tokens, place)
    own = _subject(tokens, place)
    subject = own | _antecedent(tokens, place, own)
    verbs = [p for p in above.chain if tokens[p].pos in ("VERB", "AUX") or p == place]
    force = above.force
    denied = above.denied ^ _nobody(tokens, own)
    reported = False
    for verb in verbs:
        negated = _negated(tokens, verb)
        denied ^= negated
        force = Force.OPAQUE if reported and negated else max(force, _mood(tokens, verb))
        reported = reported or tokens[verb].dep == "ccomp"  # "did not confirm that": neither so nor not so
    finite = next((p for p in verbs if _is_finite(tokens, p)), place)
    token, below = tokens[place], children(tokens, place)
    passive = any(tokens[p].dep in ("auxpass", "nsubjpass") for p in below)
    future = force is Force.PLANNED or any(_WILL & lows(tokens, [p, *children(tokens, p)]) for p in verbs)
    return Predication(
        place, tuple(above.chain), subject, _rest(tokens, place, above.chain) - subject,
        passive or (token.tag == "VBN" and token.dep in ("acl", "amod")), force, denied,
        _tells_past(tokens, finite) or token.tag in ("VBD", "VBN"), future, finite,
    )  # fmt: skip


def promised(tokens: Sequence[Token], place: int) -> bool | None:
    """Whether the verb that a word hangs on tells of something to come; None where that is not plain."""
    seen: set[int] = set()
    while tokens[place].pos not in ("VERB", "AUX"):
        if place in seen or tokens[place].head == place:
            return None
        seen.add(place)
        place = tokens[place].head
    found = predication(tokens, place)
    if found.force is Force.OPAQUE:
        return None
    return found.future or tokens[place].lemma.lower() in rules()["governors"]["promises"]


# ---- what hangs on it ----------------------------------------------------------------------------


def _rest(tokens: Sequence[Token], place: int, chain: Sequence[int]) -> frozenset[int]:
    below = children(tokens, place)
    others = frozenset(p for p in below if tokens[p].dep in SUBJECTS or _another_verb(tokens, p, place))
    rest = set(subtree(tokens, place, others)) - {place}
    own = (p for p in below if tokens[p].dep in _OBJECTS)
    if not any(p > place + 1 or (p > place and children(tokens, p)) for p in own):
        # "open and maintain the library": the object stands behind the last of the verbs.
        last = [p for p in others if tokens[p].dep == "conj"]
        rest |= _all(tokens, (q for p in last for q in children(tokens, p)), ("dobj", "prep", "dative"))
    for lower, governor in itertools.pairwise(chain):
        beside = tokens[lower].dep == "conj" and tokens[governor].pos in ("VERB", "AUX")
        if beside and any(tokens[p].dep in SUBJECTS for p in children(tokens, lower)):
            break  # "the board reports to the council, and its minutes are public"
        rest |= _all(tokens, (p for p in children(tokens, governor) if p not in chain), _SHARED)
    if tokens[place].lemma.lower() in rules()["light"]["listing"]:
        rest |= listed(tokens, place)
    return frozenset(rest)


def _all(tokens: Sequence[Token], places: Iterable[int], deps: Sequence[str]) -> set[int]:
    return {q for p in places if tokens[p].dep in deps for q in subtree(tokens, p)}


def _another_verb(tokens: Sequence[Token], one: int, other: int) -> bool:
    """Whether a verb is coordinated with one of its form; else the parse took a noun for a verb."""
    if tokens[one].dep != "conj" or tokens[one].pos not in ("VERB", "AUX"):
        return False
    forms = (("VBZ", "VBP", "VBD"), ("VB",), ("VBG",), ("VBN",))
    alike = next((f for f in forms if tokens[other].tag in f), ())
    return tokens[one].tag in alike or any(tokens[p].dep in SUBJECTS for p in children(tokens, one))


def _subject(tokens: Sequence[Token], place: int) -> frozenset[int]:
    """The places of the subject, its own or that of the verb it hangs on."""
    seen: set[int] = set()
    while place not in seen:
        seen.add(place)
        token = tokens[place]
        own = [p for p in children(tokens, place) if tokens[p].dep in SUBJECTS]
        if own and not (token.dep == "relcl" and tokens[own[0]].tag in ("WDT", "WP")):
            return frozenset().union(*(subtree(tokens, p) for p in own))
        if token.dep in ("relcl", "acl", "appos") or (token.dep == "amod" and token.pos == "VERB"):
            return subtree(tokens, token.head, frozenset((place,)))
        if as_predicate(tokens, place):
            verb = tokens[token.head].head if token.dep == "pobj" else token.head
            return _first(tokens, [p for p in children(tokens, verb) if p < place], ("dobj", "nsubjpass"))
        if token.dep == "xcomp" and (found := _first(tokens, children(tokens, token.head), ("dobj",))):
            return found
        if token.dep not in _LENDING:
            return frozenset()
        place = token.head
    return frozenset()


def _antecedent(tokens: Sequence[Token], place: int, subject: frozenset[int]) -> frozenset[int]:
    """The subject that a pronoun stands for in the second of two main clauses: "X is red, and it is new"."""
    token = tokens[place]
    head = token.head
    if token.dep != "conj" or not any(
        tokens[p].low in _STANDING and tokens[p].head not in subject for p in subject
    ):
        return frozenset()
    seen = {place}
    while tokens[head].dep == "conj" and head not in seen:  # of three, the first
        seen.add(head)
        head = tokens[head].head
    before = _subject(tokens, head)
    return before if max(before, default=place) < place else frozenset()


def _first(tokens: Sequence[Token], places: Sequence[int], deps: Sequence[str]) -> frozenset[int]:
    found = next((p for p in places if tokens[p].dep in deps), None)
    return frozenset() if found is None else subtree(tokens, found)


# ---- its own form --------------------------------------------------------------------------------


def _mood(tokens: Sequence[Token], verb: int) -> Force:
    below = children(tokens, verb)
    words = lows(tokens, [p for p in below if tokens[p].dep in (*_AUXILIARY, "advmod", "acomp")])
    grades = [p for p in (verb, *below) if tokens[p].pos == "ADJ"]
    too = any(tokens[q].low == "too" and q < p for p in grades for q in children(tokens, p))
    if too or words & rules()["words"]["hedges"]:
        return Force.VIEW
    if "must" in words:
        return Force.OBLIGED
    if words & _WILL:
        return Force.PLANNED
    return Force.ABLE if words & {"can", "ca", "cannot"} else Force.DONE


def _negated(tokens: Sequence[Token], verb: int) -> bool:
    """Whether an odd number of negators hangs on a verb."""
    count = int(tokens[verb].low == "cannot")
    for place in children(tokens, verb):
        low = tokens[place].low
        after = tokens[place + 1].low if place + 1 < len(tokens) else ""
        count += low in NOT and (low, after) not in NOT_DENYING
        count += low == "longer" and "no" in lows(tokens, children(tokens, place))
    return count % 2 == 1


def _nobody(tokens: Sequence[Token], subject: frozenset[int]) -> bool:
    """Whether the subject is nobody or none ("no pupil", "neither X nor Y", "none of its staff")."""
    for head in (p for p in subject if tokens[p].head not in subject):
        before = [p for p in children(tokens, head) if p < head]
        if tokens[head].low in NOBODY or lows(tokens, before) & {"no", "neither"}:
            return True
    return False


def _is_finite(tokens: Sequence[Token], place: int) -> bool:
    tags = {tokens[p].tag for p in children(tokens, place) if tokens[p].dep in _AUXILIARY}
    return bool(({tokens[place].tag} | tags) & {"VBZ", "VBP", "VBD", "MD"})


def _tells_past(tokens: Sequence[Token], place: int) -> bool:
    """Whether a verb tells what has happened: past tense or perfect."""
    helpers = [tokens[p] for p in children(tokens, place) if tokens[p].dep in _AUXILIARY]
    perfect = tokens[place].tag in ("VBN", "VBD") and any(t.lemma.lower() in ("have", "'ve") for t in helpers)
    return perfect or any(t.tag == "VBD" for t in (tokens[place], *helpers))
