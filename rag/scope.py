"""Whether a sentence speaks of the very thing that is asked about, and not of a part or a variant of it.

The licence of "Norvik Mini" is no licence of Norvik, and what is said of one tool is not said of the series.
A number behind a name is a release of the thing ("Norvik 2.1"), a word is another thing ("Norvik 2.1 Mini").
Where the name stands only in the heading or in the sentence before, a subject with another name is another
thing too.  Non-disclosures have their own rule (``gaps``): a whole that is undisclosed is so in its parts.
"""

from __future__ import annotations

import re

from rag.assessment import Part
from rag.evidence import Candidate
from rag.gaps import GapFit
from rag.language import word_key
from rag.question import Detail, Term
from rag.reading import Reading, subject_names
from rag.retrieval import Library, Row

_JOINED = frozenset("-–/_.")
# What may stand behind or inside a name without making it another thing's: "8.5.0", "v2", "3.0-rc1".
_RELEASE = re.compile(
    r"[-–_.]*(?:[vV]?\d[\d.]*(?:[-.]?(?:rc|alpha|beta|RC|b|a|post|sp|SP|LTS)\.?\d*)?)?[-–_.]*"
)
_RELEASE_WORDS = frozenset("version release beta alpha preview lts".split())
_APART = frozenset(("appos", "conj", "nsubj", "nsubjpass", "pobj", "attr", "dobj", "ROOT"))


def speaks_of(detail: Detail, row: Row, found: Candidate) -> bool:
    """Whether a sentence that answers speaks of the thing itself."""
    names, asked = _names(detail), _asked(detail)
    own = [found.matches[f"name:{t.key}"].place for t in names]
    if any(place >= 0 for place in own):
        pairs = zip(names, own, strict=True)
        return all(place < 0 or _is_named(t, row.reading, place, asked) for t, place in pairs)
    if not names:
        return True
    people = {t.key for t in row.reading.tokens if t.ent == "PERSON"}
    people |= set(map(word_key, row.reading.full_speaker.split()))  # who speaks is not what he speaks of
    others = subject_names(row.reading.tokens, row.reading.topical) - asked - people
    return not others - row.reading.ambient


def withholds_from(detail: Detail, row: Row) -> bool:
    """Whether the names that a non-disclosure shares with the question mean the asked thing in it."""
    names, asked = _names(detail), _asked(detail)
    own = [(t, row.reading.keys.index(t.key)) for t in names if t.key in row.reading.keys]
    return all(_is_named(t, row.reading, place, asked) for t, place in own)


def withholds_of(fit: GapFit | None) -> bool:
    """Whether a non-disclosure is worded as one, and speaks of the thing itself by its name or heading."""
    return fit is not None and fit.named


def known_to(detail: Detail, library: Library, part: Part) -> bool:
    """Whether the part's document has spoken of what the question is about, up to the part's date.

    A bare "the price has not been announced" is about what its own document is about: of everything that
    the question names, or of one of its things where it names none.
    """
    names = {t.key for t in _names(detail)} | {t.key for t in detail.of("unit") if t.text[:1].isupper()}
    things = {key for t in detail.of("noun", "focus", "verb", "head") for key in t.key.split()}
    if not names and not things:
        return True
    title = library.documents[part.document].document.title
    known = {word_key(word) for word in re.findall(r"[^\W_]+", title)}
    for row in library.rows:
        if row.document == part.document and row.day <= part.day:
            known |= {*row.reading.keys, *row.reading.heading}
    return names <= known if names else bool(things & known)


def _names(detail: Detail) -> list[Term]:
    return [t for t in detail.of("name") if not t.values]


def _asked(detail: Detail) -> set[str]:
    return {key for t in detail.terms for key in t.key.split()}


def _is_named(term: Term, reading: Reading, found: int, asked: set[str]) -> bool:
    """Whether some use of a name means the asked thing, and no subject a part or variant of it."""
    places = {found} | {p for p, t in enumerate(reading.tokens) if t.key == term.key}
    itself = {place: _itself(term, reading, place, asked) for place in places}
    return any(itself.values()) and not any(
        _in_subject(reading, place) for place, whole in itself.items() if not whole
    )


def _in_subject(reading: Reading, place: int) -> bool:
    token = reading.tokens[place]
    while token.dep in ("compound", "nmod", "npadvmod", "amod", "poss") and token.head != place:
        place, token = token.head, reading.tokens[token.head]
    return token.dep in ("nsubj", "nsubjpass")


def _itself(term: Term, reading: Reading, place: int, asked: set[str]) -> bool:
    """Whether the name at a place is the asked one as a whole."""
    token = reading.tokens[place]
    if token.key != term.key and token.low.startswith(term.text.lower()):
        return _RELEASE.fullmatch(token.text[len(term.text) :]) is not None
    for after in range(place + 1, len(reading.tokens)):
        follower, text = reading.tokens[after], reading.tokens[after].text
        if text in _JOINED or _RELEASE.fullmatch(text) or follower.low in _RELEASE_WORDS:
            continue
        touching = follower.start == reading.tokens[after - 1].end
        name = follower.key in reading.own or (touching and text[:1].isalnum())
        part_of = touching or follower.dep not in _APART or token.head == after
        return not (name and part_of and follower.key not in asked)
    return True
