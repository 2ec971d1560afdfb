"""The nouns of a question: what is asked, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Ask(StrEnum):
    """What kind of answer a detail wants."""

    YES_NO = "yes_no"
    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    AMOUNT = "amount"
    WHAT = "what"
    WHY = "why"
    HOW = "how"
    OVERVIEW = "overview"
    UNKNOWNS = "unknowns"
    CHANGES = "changes"


# Kinds of questions that may name nothing, and those for more than one detail.
OF_ALL = (Ask.UNKNOWNS, Ask.CHANGES)
WHOLE = (Ask.OVERVIEW, *OF_ALL)


_NATURE = re.compile(
    r"what(?: ?['’]s| (?P<is>is|are)) (?P<thing>.+)|what (?P<does>do|does) (?P<who>.+) do", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Term:
    """A content word of a detail.

    ``role``: ``name``, ``head`` (the noun that a name belongs to: "Mind series"), ``focus`` (what is
    asked for), ``verb``, ``noun``, ``number``, ``unit`` (what a number counts), ``modifier`` or ``strength``
    (fully, all, only).  A phrase that the lexicon knows as a whole is one term.
    ``meanings`` are the lexicon's; ``values`` the aspects of which the word is an instance.
    """

    text: str
    key: str
    role: str
    meanings: frozenset[str]
    values: frozenset[str]
    poles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is asked.

    ``passive``: its verb is in the passive voice.
    ``presumed`` marks a question that takes its own ``statement`` for granted (why and when did X
    do Y); ``premise`` is a clause that the question puts first ("since X, ...").  ``past`` asks
    whether something has happened, ``hedged`` whether it could.  ``statement`` is the declarative form
    of a yes/no question, or of what is presumed, and ``indirect`` an open question as a clause ("how long it
    lasts"; "" where its grammar is not sure).  ``speaker`` are the keys of the name or office of
    the one whose words are asked for: a sentence of another speaker does not answer.  ``besides`` are
    the keys of what the asker has already ("besides X, what else"): a sentence that gives no more than
    these does not answer.  ``newest`` asks for the latest of several.  ``since`` is the last day that
    does not count where changes are asked for; None: the day of the first document.  ``otherwise`` is what
    such a question asks where no document changed anything.
    """

    text: str
    ask: Ask
    terms: tuple[Term, ...]
    subject: str
    focus: str
    aspects: frozenset[str]
    negated: bool = False
    passive: bool = False
    presumed: bool = False
    premise: str = ""
    listing: bool = False
    past: bool = False
    statement: str = ""
    indirect: str = ""
    predicate: Term | None = None
    hedged: bool = False
    speaker: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    newest: bool = False
    since: date | None = None
    otherwise: Detail | None = None

    def of(self, *roles: str) -> tuple[Term, ...]:
        """The terms of the given roles."""
        return tuple(t for t in self.terms if t.role in roles)

    @property
    def nature(self) -> str:
        """``is`` or ``does`` where only what a named thing is or does is asked, else empty."""
        named = self.of("name") and all(term.role in ("name", "head", "number") for term in self.terms)
        asked = _NATURE.fullmatch(self.text) if named and self.ask is Ask.WHAT else None
        if asked is None:
            return ""
        rest = asked["thing"] or asked["who"]
        for term in self.terms:
            rest = rest.replace(term.text, " ")
        besides = set(re.findall(r"[^\W\d_]+", rest.lower())) - {"the", "a", "an"}
        return "" if besides else "does" if asked["does"] else "is"

    @property
    def nature_clause(self) -> str:
        """The question of ``nature`` as a clause: "what X is", "what X does"."""
        asked = _NATURE.fullmatch(self.text) if self.nature else None
        if asked is None:
            return ""
        return f"what {asked['thing'] or asked['who']} {asked['is'] or asked['does'] or 'is'}"

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all words of its terms."""
        return frozenset(key for t in self.terms for key in t.key.split())


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood; no details where it asks nothing of the sources."""

    understood_as: str
    details: tuple[Detail, ...]
