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


# "What is X?", "who is X?", "what X is"; "what does X do?"; "what is X for?"; "what kind of pump is X?".
_NATURE = re.compile(
    r"(?P<wh>what|who)(?: ?['’]s| (?P<is>is|are)) (?P<thing>.+?)(?P<for> (?:used |good |meant |there )?for)?|"
    r"what (?P<does>do|does) (?P<who>.+) do(?: (?:at|in|for) (?P<there>.+))?|"
    r"(?:what|which) (?:kind|sort|type) of (?P<kind>.+?) (?:is|are) (?P<thing_of>.+)|"
    r"(?P<wh_>what|who) (?P<thing_>.+) (?P<is_>is|are)",
    re.IGNORECASE,
)
# "What is a tide lock?", "what are tide locks?": a kind of thing, and no attribute of one.
_KIND = re.compile(
    r"what(?: exactly)?(?: ?['’]s| is| are)(?: exactly)? "
    r"(?:an? [^\W\d_][\w-]*(?: [^\W\d_][\w-]*)*|(?:[^\W\d_][\w-]* )*[^\W\d_][\w-]+s)",
    re.IGNORECASE,
)
_RELATED = frozenset(
    "of for in on at to with from by under about the its their his her it they there these those that this "
    "we you your our my behind inside".split()
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
        """``is``, ``does`` or ``for`` where only that is asked of a named thing or person, else empty."""
        asked = self._of_nature
        if asked is None:
            return ""
        return next((kind for kind in ("does", "for") if asked[kind]), "is")

    @property
    def described(self) -> tuple[Term, ...]:
        """The names of the thing whose nature is asked for; none where its nature is not."""
        asked = self._of_nature
        return tuple(t for t in self.of("name") if t.text in _thing(asked)) if asked else ()

    @property
    def _of_nature(self) -> re.Match[str] | None:
        asked = _NATURE.fullmatch(self.text) if self.ask in (Ask.WHAT, Ask.WHO) else None
        if asked is None:
            return None
        told = (asked["kind"] or "").lower()
        if not self.of("name") or any(
            t.role not in ("name", "head", "number") and t.text.lower() not in told for t in self.terms
        ):
            return None
        rest = f"{_thing(asked)} {asked['there'] or ''}"
        for term in self.terms:
            rest = rest.replace(term.text, " ")
        besides = set(re.findall(r"[^\W\d_]+", rest.lower())) - {"the", "a", "an"}
        return None if besides else asked

    @property
    def of_a_kind(self) -> bool:
        """Whether it is asked what things of a kind are: "what is a tide lock?"."""
        if self.ask is not Ask.WHAT or self.of("name", "number") or not self.terms:
            return False
        words = set(re.findall(r"[\w-]+", self.text.lower()))
        attribute = any(sense.startswith("aspect:") for sense in self.terms[-1].meanings)
        return _KIND.fullmatch(self.text) is not None and not words & _RELATED and not attribute

    @property
    def named_kind(self) -> Term | None:
        """The noun of "what is the L band?": a thing with a name and a word for its kind, no attribute."""
        if self.ask is not Ask.WHAT or not self.of("name") or self.terms[-1].role not in ("noun", "focus"):
            return None
        asked, noun = _NATURE.fullmatch(self.text), self.terms[-1]
        named = all(t.role == "name" for t in self.terms[:-1])
        if asked is None or not asked["thing"] or not named or any("aspect:" in m for m in noun.meanings):
            return None
        words = re.sub(r"^(?:the|an?) ", "", asked["thing"], flags=re.IGNORECASE).split()
        return noun if words == [t.text for t in self.terms] else None

    @property
    def nature_clause(self) -> str:
        """The question of ``nature`` as a clause: "what X is", "what X does"; "" of its purpose."""
        asked = self._of_nature
        if asked is None or asked["for"] or asked["kind"]:
            return ""
        if asked["wh_"]:
            return self.text[0].lower() + self.text[1:]
        there = self.text[asked.start("there") - 4 :].strip() if asked["there"] else ""
        wh = (asked["wh"] or "what").lower()
        return f"{wh} {asked['thing'] or asked['who']} {asked['is'] or asked['does'] or 'is'} {there}".strip()

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all words of its terms."""
        return frozenset(key for t in self.terms for key in t.key.split())


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood; no details where it asks nothing of the sources."""

    understood_as: str
    details: tuple[Detail, ...]


def _thing(asked: re.Match[str]) -> str:
    """The words for the thing in a question of its nature."""
    return next(filter(None, (asked[name] for name in ("thing", "who", "thing_of", "thing_"))), "")
