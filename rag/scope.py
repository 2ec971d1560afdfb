"""Whether a sentence speaks of the very thing that is asked about, and not of a part or a variant of it.

The licence of "Norvik Mini" is no licence of Norvik, and what is said of one tool is not said of the series.
A number behind a name is a release of the thing ("Norvik 2.1"), a word is another thing ("Norvik 2.1 Mini").
Where the name stands only in the heading or in the sentence before, a subject with another name is another
thing too.  Non-disclosures have their own rule (``gaps``): a whole that is undisclosed is so in its parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from datetime import date

from rag.blocks import UnitKind
from rag.covering import Match
from rag.cues import cues
from rag.dependents import SUBJECTS, subtree
from rag.gaps import GapFit, released
from rag.language import Token, word_key
from rag.question import Detail, Term
from rag.reading import Reading
from rag.records import ClaimKind
from rag.releases import JOINED, is_release
from rag.retrieval import Library, Row

_LETTERS = 3  # a shorter name begins too many words
_RELEASE_WORDS = frozenset("version release beta alpha preview lts".split())
_APART = frozenset(("appos", "conj", "nsubj", "nsubjpass", "pobj", "attr", "dobj", "ROOT"))


def speaks_of(detail: Detail, row: Row, matches: Mapping[str, Match]) -> bool:
    """Whether a sentence that answers speaks of the thing itself; ``matches`` are those of its clause."""
    names, asked = _names(detail), detail.keys
    if not names:
        attribute = bool(detail.aspects) and not any(t.values for t in detail.terms)
        return not (attribute and _row_of_another(row.reading, asked))
    own = [(t, place) for t in names if (place := _place(t, row.reading, matches)) >= 0]
    if own:
        if _begins_alone(detail, row.reading, {t.key: place for t, place in own}):
            return False
        return all(_is_named(t, row.reading, place, asked) for t, place in own)
    if _row_of_another(row.reading, asked):
        return False
    if row.reading.stance.kind is ClaimKind.OPINION:  # its subject is who holds it
        return True
    people = {t.key for t in row.reading.tokens if t.ent == "PERSON"}
    people |= set(map(word_key, row.reading.full_speaker.split()))  # who speaks is not what he speaks of
    others = _subject_names(row.reading) - asked - people
    return not others - row.reading.ambient


def _begins_alone(detail: Detail, reading: Reading, places: Mapping[str, int]) -> bool:
    """Whether a sentence has the first word of a longer name, and not the next one: "UB" for "UB OS".

    That the next one stands in the heading helps nothing then.  Of somebody who does something or whose
    something is, the first word may be the thing's maker.
    """
    names, tokens = _names(detail), reading.tokens
    return any(
        re.search(rf"\b{re.escape(one.text)} {re.escape(two.text)}(?![\w-])", detail.text) is not None
        for one in names
        for two in names
        if one.key in places
        and two.key not in places
        and not (_is_subject(tokens, places[one.key]) or tokens[places[one.key]].dep == "poss")
    )


def _row_of_another(reading: Reading, asked: Set[str]) -> bool:
    """Whether a table's row is about something with a name, its first cell, that a question has not.

    Who asks for an attribute and names nothing asks for no such thing's; who asks which is under MIT may.
    """
    if reading.sentence.kind is not UnitKind.ROW:
        return False
    last = 1 + len(reading.sentence.text[1:].partition("|")[0])
    cell = {reading.keys[p] for p, t in enumerate(reading.tokens) if t.start < last and t.text != "|"}
    return bool(cell & reading.own) and not cell & asked


def _place(term: Term, reading: Reading, matches: Mapping[str, Match]) -> int:
    """Where a sentence uses a name, also as the beginning of a longer one; -1 where it does not."""
    place = matches[f"name:{term.key}"].place
    if place >= 0:
        return place
    begun = (p for p, t in enumerate(reading.tokens) if _begins(term, t.low))
    return next(begun, -1)


def _begins(term: Term, low: str) -> bool:
    return len(term.text) > _LETTERS and low.startswith(term.text.lower())


def _subject_names(reading: Reading) -> set[str]:
    """The names inside the subject of the sentence, what it is "of" or "on" among them.

    Where the parse shows no subject, it is looked for before the verb.
    """
    verb = next((p for p, t in enumerate(reading.tokens) if t.dep == "ROOT" and t.pos == "VERB"), 0)
    return {reading.keys[p] for p in _subject(reading) or range(verb) if reading.keys[p] in reading.topical}


def _described(reading: Reading) -> set[str]:
    """The words that say which thing the subject is: "driver" and "repository"."""
    tokens = reading.tokens
    return {
        reading.keys[p]
        for p in _reported(reading) or _subject(reading)
        if tokens[p].pos in ("NOUN", "ADJ", "PROPN") and tokens[p].text[:1].isalpha()
    }


def _reported(reading: Reading) -> list[int]:
    """The subject of what somebody is said to say: a page that "says that the archive ..." tells of it."""
    tokens = reading.tokens
    verb = next((p for p, t in enumerate(tokens) if t.dep == "ROOT" and t.lemma.lower() in cues().say), -1)
    told = [p for p, t in enumerate(tokens) if t.dep == "ccomp" and t.head == verb]
    subjects = [p for p, t in enumerate(tokens) if t.dep in SUBJECTS and t.head in told]
    return [q for p in subjects[:1] for q in subtree(tokens, p)]


def _subject(reading: Reading) -> list[int]:
    tokens = reading.tokens

    def inside(place: int) -> bool:
        for _ in tokens:
            token = tokens[place]
            if token.dep in ("nsubj", "nsubjpass"):
                return True
            if token.head == place or token.pos in ("VERB", "AUX"):
                return False
            place = token.head
        return False

    return [place for place in range(len(tokens)) if inside(place)]


def as_wide(detail: Detail, new: Reading, old: Reading) -> bool:
    """Whether a newer sentence speaks of no narrower or other part of the thing than an older one.

    "The driver repository of X" is a part, and what is said of it replaces neither what was said of X nor
    of "the core repositories of X".  Where the thing is what somebody does something with, the subject is
    no part of it.
    """
    asked = detail.keys
    verb = next((p for p, t in enumerate(new.tokens) if t.dep == "ROOT"), 0)
    places = [
        p for p, t in enumerate(new.tokens) if any(t.low.startswith(n.text.lower()) for n in _names(detail))
    ]
    if places and min(places) > verb:
        return True
    if any(_is_subject(new.tokens, place) for place in places):
        return True
    # What the older sentence names itself ("the schematics of its pump") makes the newer one no narrower.
    return _described(new) - asked <= set(old.keys)


def _is_subject(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word is the subject itself, or another name of it: "HCCL, the library of CANN" is HCCL."""
    if tokens[place].dep == "appos":
        place = tokens[place].head
    return tokens[place].dep in ("nsubj", "nsubjpass")


def withholds_from(detail: Detail, row: Row) -> bool:
    """Whether the names that a non-disclosure shares with the question mean the asked thing in it."""
    names, asked = _names(detail), detail.keys
    own = [(t, row.reading.keys.index(t.key)) for t in names if t.key in row.reading.keys]
    return all(_is_named(t, row.reading, place, asked) for t, place in own)


def withholds_of(fit: GapFit | None) -> bool:
    """Whether a non-disclosure is worded as one, and speaks of the thing itself by its name or heading."""
    return fit is not None and fit.named


def withholds_the_asked(fit: GapFit | None) -> bool:
    """Whether what a non-disclosure withholds has a word or the aspect of what is asked.

    "The files on governance name no foundation" withholds no answer to who governs.
    """
    return fit is not None and (fit.question_share > 0 or fit.topic_share > 0 or fit.aspect)


def known_to(detail: Detail, library: Library, document: int, day: date) -> bool:
    """Whether a document has spoken of what the question is about, up to a day.

    A bare "the price has not been announced" is about what its own document is about: of everything that
    the question names, or of half of its things where it names none.
    """
    names = {t.key for t in _names(detail)} | {t.key for t in detail.of("unit") if t.text[:1].isupper()}
    things = {key for t in detail.of("noun", "focus", "verb", "head") for key in t.key.split()}
    if not names and not things:
        return True
    title = library.documents[document].document.title
    known = {word_key(word) for word in re.findall(r"[^\W_]+", title)}
    for row in library.rows:
        if row.document == document and row.day <= day:
            known |= {*row.reading.keys, *row.reading.heading}
    if known & released(detail):
        return True
    return names <= known if names else 2 * len(things & known) >= len(things)


def _names(detail: Detail) -> list[Term]:
    return [t for t in detail.of("name") if not t.values]


def _is_named(term: Term, reading: Reading, found: int, asked: Set[str]) -> bool:
    """Whether a subject with the name means the asked thing; without such a subject, some use of it."""
    places = {found} | {p for p, t in enumerate(reading.tokens) if t.key == term.key or _begins(term, t.low)}
    subject = places & set(_subject(reading))
    return any(
        _itself(term, reading, place, asked) and not (subject and _of_another(reading, place, asked))
        for place in subject or places
    )


def _of_another(reading: Reading, place: int, asked: Set[str]) -> bool:
    """Whether a name only tells what something else is to it: "Norvik Mini, a variant of Norvik, ..."."""
    tokens, here, governed = reading.tokens, place, False
    while tokens[here].head != here and tokens[here].dep != "appos":
        here = tokens[here].head
        governed = governed or tokens[here].dep == "prep"
    named = tokens[tokens[here].head]
    inside = tokens[here].dep == "appos" and governed
    described = tokens[here].key in asked  # "the library of Norvik": it is what was asked of
    return inside and not described and named.text[:1].isupper() and named.key not in asked


def _itself(term: Term, reading: Reading, place: int, asked: Set[str]) -> bool:
    """Whether the name at a place is the asked one as a whole."""
    token = reading.tokens[place]
    longer = token.key != term.key and token.low.startswith(term.text.lower())
    if longer and not is_release(token.text[len(term.text) :]):
        return False
    for after in range(place + 1, len(reading.tokens)):
        follower, text = reading.tokens[after], reading.tokens[after].text
        if text in JOINED or is_release(text) or follower.low in _RELEASE_WORDS:
            continue
        touching = follower.start == reading.tokens[after - 1].end
        name = follower.key in reading.own or (touching and text[:1].isalnum())
        part_of = touching or follower.dep not in _APART or token.head == after
        return not (name and part_of and follower.key not in asked)
    return True
