"""What a clause cannot state, however near to a question it is.

Vetoes stand before all weighing: a weight can be outvoted by others, and a sentence about another release
must never be the answer, however well it scores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.contrast import contrasts
from rag.covering import Match
from rag.defining import acts, defines, describes, introduces, serves
from rag.denial import negated
from rag.dependents import SUBJECTS, children, even_if, subtree
from rag.fit import fits_premise, is_word, missing_names
from rag.language import word_key
from rag.question import Ask, Detail, Term
from rag.retrieval import Library, Row
from rag.stance import Segment

_OF_A_SUBJECT = (Ask.AMOUNT, Ask.WHEN, Ask.WHERE, Ask.WHY, Ask.HOW, Ask.YES_NO)
_CONDITIONS = frozenset("if unless when once whether after before until while".split())
_SUPPOSED = re.compile(r"\b(?:if|unless|in case|suppose|supposing|provided)\b", re.IGNORECASE)
_LICENCE = "aspect:licence"
# What a sentence that tells a licence has one of: a word for it, a licence's name, or who may have the thing.
_LICENSING = frozenset(
    (
        _LICENCE,
        *map(
            word_key,
            "proprietary copyright copyrighted domain eula terms permission open free closed source".split(),
        ),
    )
)
_UNDER_A_NAME = re.compile(r"\bunder (?:the |an? )?[A-Z]")  # no list has every licence: "under EUPL 1.2"
_KIND_OF = re.compile(r"(?:what|which) (?:kind|sort|type)s? of (?P<noun>[\w-]+)", re.IGNORECASE)
_TELLING_KIND = ("amod", "compound", "nmod", "appos", "relcl", "acl", "prep", "nummod", "conj")
_EQUATED = ("attr", "appos", "nsubj", "compound", "conj")
_HELPING = ("aux", "auxpass")
_SPECIFYING = ("det", "poss", "nummod", "relcl")


def astray(
    detail: Detail, row: Row, segment: Segment, library: Library, matches: Mapping[str, Match], value: float
) -> bool:
    """Whether a clause cannot state what is asked, however near it is.

    It lacks a number of the question, or a name that stands nowhere in the library: no other number or
    release is another word for the same one, and of what is never named nothing is said.  Or it names what a
    longer name begins with, and not the rest: the Norvik board is not Norvik.  Or its subject has another
    name, or it gives the reason of something else, or it tells of the asked thing in one clause and what is
    asked of something else in the next.  Or it denies what the question takes for granted, or only supposes
    it, or is not by the one whose words are asked for.  Or it says the contrary, or says it of another of a
    kind (see ``contrast``).  Or it has no time, no amount or no licence where that is asked for.  Or it tells
    what things of a kind do, where that of a named one is asked for; or has no word of a question that
    supposes a case; or only mentions what it should tell the nature or the kind of.
    """
    missing = missing_names(detail, matches)
    return (
        _has_none(detail, row, value)
        or _of_no_licence(detail, row)
        or any(not is_word(t) or library.foreign(t.key) for t in missing)
        or any(_ends_name(t, detail, missing) for t in missing)
        or _of_another_name(detail, row, missing)
        or _of_another_event(detail, row, segment, matches)
        or _of_the_other_clause(row, matches)
        or _in_general(detail, row, missing, matches)
        or _only_mentions(detail, row)
        or _of_no_kind(detail, row)
        or _of_no_case(detail, matches)
        or not said_by(detail, row)
        or denies(detail, row, segment, matches)
        or supposes(detail, row, matches)
        or contrasts(detail, row, matches)
    )


def _has_none(detail: Detail, row: Row, value: float) -> bool:
    """Whether a sentence has no amount, or neither a time nor a condition, where a question asks for one.

    Who asks for somebody may be told of a board or a gardener: no list has them all.
    """
    if detail.ask not in (Ask.WHEN, Ask.AMOUNT) or value:
        return False
    conditional = any(
        t.low in _CONDITIONS and t.dep in ("mark", "advmod", "prep") for t in row.reading.tokens
    )
    return detail.ask is Ask.AMOUNT or not conditional


def _of_no_licence(detail: Detail, row: Row) -> bool:
    """Whether a sentence has no word of licensing, where a licence is asked for."""
    if detail.ask is not Ask.WHAT or not any(_LICENCE in t.meanings for t in detail.of("focus")):
        return False
    there = {m for of in (row.meanings, row.values) for meanings in of.values() for m in meanings}
    told = _LICENSING & {*there, *row.reading.keys} or _UNDER_A_NAME.search(row.reading.sentence.text)
    return not told


def _ends_name(term: Term, detail: Detail, missing: Sequence[Term]) -> bool:
    """Whether a name that a clause lacks is the last word of one whose first it has ("Norvik BOARD")."""
    had = "|".join(re.escape(t.text) for t in detail.of("name") if t not in missing)
    whole = rf"\b(?:{had})[ -]{re.escape(term.text)}(?![\w-])"
    return bool(had) and re.search(whole, detail.text) is not None


def _of_the_other_clause(row: Row, matches: Mapping[str, Match]) -> bool:
    """Whether what is asked is told in a clause with another subject, beside the one about the asked thing.

    "The engine stays closed, whereas the tools are under MIT": nothing is under MIT but the tools.
    """
    tokens = row.reading.tokens
    found = {m.place for m in matches.values() if m.place >= 0}
    told = {m.place for k, m in matches.items() if k.startswith(("focus", "verb")) and m.place >= 0}
    subjects = [p for p, t in enumerate(tokens) if t.dep in SUBJECTS]
    for part in row.reading.stance.segments:
        inside = range(part.first, part.last)
        own = [p for p in subjects if p in inside and tokens[p].head in inside]
        # "The ferry is old, and they will replace it" tells of the ferry.
        leans = any(tokens[p].tag in ("PRP", "PRP$", "WDT", "WP") for p in inside)
        if not own or leans or not told & set(inside):
            continue
        another = not any(found & subtree(tokens, p) for p in own)
        if another and any(p in found and p not in inside for p in subjects):
            return True
    return False


def _in_general(detail: Detail, row: Row, missing: Sequence[Term], matches: Mapping[str, Match]) -> bool:
    """Whether a sentence that names nothing of the question tells what all things of the asked kind do.

    "Permissive licences let you sell what you build" has a bare plural and the present tense, as what holds
    of kinds has (Carlson 1977, "A unified analysis of the English bare plural"): Norvik may have another.
    """
    names, tokens = detail.of("name"), row.reading.tokens
    if not names or len([t for t in missing if t in names]) < len(names):
        return False
    places = [m.place for k, m in matches.items() if k.startswith("focus") and m.place >= 0]
    subjects = [p for p in places if tokens[p].tag == "NNS" and tokens[p].dep in SUBJECTS]
    return any(
        tokens[head].low == tokens[head].lemma  # the present, whatever the tag: no plural subject has another
        and not any(tokens[c].dep in _HELPING for c in children(tokens, head))
        and not any(tokens[c].dep in _SPECIFYING for c in children(tokens, p))
        for p in subjects
        for head in (tokens[p].head,)
    )


def _only_mentions(detail: Detail, row: Row) -> bool:
    """Whether a sentence does not tell what a thing is or does, where that is all that is asked.

    "Norvik is a pump", "Norvik, the new pump, ..." and "Norvik, which moves water, ..." tell it; "the tram
    uses Norvik" and "Norvik is under MIT" do not.  That Norvik moves water tells what it does.
    """
    noun, tokens = detail.named_kind, row.reading.tokens
    if noun is not None:  # of what is a subject more is told than that it is there
        places = [p for p, t in enumerate(tokens) if t.key == noun.key]
        return bool(places) and not any(tokens[p].dep in SUBJECTS or describes(tokens, p) for p in places)
    return (bool(detail.nature) or detail.of_a_kind) and not tells_nature(detail, row)


def described_keys(detail: Detail) -> set[str]:
    """The keys of the words that name the thing whose nature is asked for."""
    return {key for term in detail.described for key in term.key.split()}


def tells_nature(detail: Detail, row: Row) -> bool:
    """Whether a sentence tells, by its grammar, what is asked of a thing's nature (see ``Detail.nature``)."""
    tokens, nature = row.reading.tokens, detail.nature
    if not nature:
        return any(defines(tokens, p) for p, t in enumerate(tokens) if t.key == detail.terms[-1].key)
    keys = described_keys(detail)
    tells = {"does": (acts,), "for": (acts, serves)}.get(nature, ())
    return any(
        told(tokens, p)
        for p, t in enumerate(tokens)
        if t.key in keys
        for told in (introduces if detail.ask is Ask.WHO or t.ent == "PERSON" else describes, *tells)
    )


def _of_no_kind(detail: Detail, row: Row) -> bool:
    """Whether a sentence has the bare noun of which the kind is asked for: "a pump" is no kind of pump."""
    asked = _KIND_OF.match(detail.text)
    if asked is None:
        return False
    tokens, key = row.reading.tokens, word_key(asked["noun"])
    places = [p for p, t in enumerate(tokens) if t.key == key]
    return bool(places) and not any(
        tokens[p].dep in _EQUATED or any(tokens[c].dep in _TELLING_KIND for c in children(tokens, p))
        for p in places
    )


def _of_no_case(detail: Detail, matches: Mapping[str, Match]) -> bool:
    """Whether a question supposes a case, and a clause has no word of it nor of what is asked.

    Who pays "if the crop fails" is told by none that speaks neither of paying nor of the crop.
    """
    supposed = _SUPPOSED.search(detail.text) is not None
    return supposed and not any(match.strength for match in matches.values())


def _of_another_event(detail: Detail, row: Row, segment: Segment, matches: Mapping[str, Match]) -> bool:
    """Whether a clause has neither what a "why" takes for granted nor, itself, any of its names.

    Why a ferry was passed over is not why the bridge was shut, though the one is told after the other.
    """
    names = detail.of("name")
    named = any(t.key in row.reading.own for t in names)
    asked = detail.ask is Ask.WHY and bool(names)
    return asked and not named and not fits_premise(detail, row, segment, matches)


def _of_another_name(detail: Detail, row: Row, missing: Sequence[Term]) -> bool:
    """Whether a sentence has other names in its subjects, and none of the question's: what Tern OS costs.

    Who speaks is not what is spoken of; and where a thing is asked for, its name may be the subject: the MIT
    licence, where a licence is asked for.
    """
    of_a_subject = detail.ask in _OF_A_SUBJECT or detail.aspects
    if not of_a_subject or not missing or len(missing) < len(detail.of("name", "number")):
        return False
    reading = row.reading
    heads = [place for place, token in enumerate(reading.tokens) if token.dep in SUBJECTS]
    places = {p for head in heads for p in subtree(reading.tokens, head)}
    inside = {reading.keys[p] for p in places if not detail.aspects & row.values.get(p, frozenset())}
    others = {key for key in inside & reading.own if key[:1].isalpha()}  # no "1970s"
    speaker = {
        word_key(word) for who in (reading.full_speaker, reading.stance.speaker) for word in who.split()
    }
    return bool(others - speaker)


def said_by(detail: Detail, row: Row) -> bool:
    """Whether the one whose words are asked for says, or is named in, the sentence."""
    if not detail.speaker:
        return True
    there = {*row.reading.keys, *map(word_key, row.reading.full_speaker.split())}
    return bool(there & set(detail.speaker))


def denies(detail: Detail, row: Row, segment: Segment, matches: Mapping[str, Match]) -> bool:
    """Whether a clause says the opposite of what the question takes for granted: that is no answer to it."""
    if not detail.presumed:
        return False
    places = {m.place for k, m in matches.items() if m.place >= 0 and k.startswith(("verb", "noun"))}
    return bool(places) and negated(row.reading, segment, places) != detail.negated


def supposes(detail: Detail, row: Row, matches: Mapping[str, Match]) -> bool:
    """Whether all that a sentence has of a question stands in a condition: "if it runs, the cost falls"."""
    if _CONDITIONS & set(detail.text.lower().split()):
        return False
    places = {m.place for k, m in matches.items() if m.place >= 0 and not k.startswith(("name", "number"))}
    tokens = row.reading.tokens
    inside: set[int] = set()
    for place, token in enumerate(tokens):
        if token.dep == "mark" and token.low in ("if", "unless") and not even_if(tokens, place):
            inside.update(subtree(tokens, token.head))
    return bool(places) and places <= inside
