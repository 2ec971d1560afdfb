"""The own words around quotes: plain sentences that say no more than the question and the verdict.

A noun phrase or a clause is made of the question's words where its grammar is sure; else the sentence
does without.
"""

from __future__ import annotations

import re

from rag.assessed import Before
from rag.question import Ask, Detail
from rag.records import ClaimKind, Polarity
from rag.statements import third_person

STILL_OPEN = "The sources call this undisclosed, undecided or unclear:"
CONFLICT = "Two sources of the same date differ, and neither is later."

_MAX_CLAUSE = 160  # characters of a question that are said again
_QUESTION_WORD = re.compile(
    r"(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|will|would|can|could|do|does|did|has|have|had|"
    r"should|may|might|must)\b",
    re.IGNORECASE,
)
_ADJUNCT = re.compile(r"(?:what|when|where|why|how)\b", re.IGNORECASE)
_COUNTED = {"many": "number", "much": "amount"}


# ---- the question's words ------------------------------------------------------------------------


def heading(detail: Detail) -> str:
    """A part of a compound question, put before its answer.

    A clause in the order of a statement ("what the lamp weighs") is no question by itself.
    """
    text = detail.text[:1].upper() + detail.text[1:]
    clause = _ADJUNCT.match(text) and detail.indirect.lower() == text.lower()
    return f"{text}?" if _QUESTION_WORD.match(text) and not clause else f"{text}:"


def detail_name(detail: Detail) -> str:
    """What is asked, shortly: ``licence``, ``number of parameters``, else the question itself."""
    first, _, rest = _lower(detail.focus).partition(" ")
    if first in _COUNTED and rest:
        return f"{_COUNTED[first]} of {rest}"
    return _lower(detail.focus) or detail.text


def subject_name(detail: Detail) -> str:
    """The subject as the question has it, with its article and its noun ("the Norvik lamp"), or ""."""
    if not detail.subject:
        return ""
    heads = "|".join(re.escape(term.text) for term in detail.of("head", "noun"))
    tail = rf"(?:\s+(?:{heads})\b)?" if heads else ""
    found = re.search(rf"(?:\bthe\s+)?\b{re.escape(detail.subject)}\b{tail}", detail.text, re.IGNORECASE)
    name = found.group() if found else ""
    return name[:1].lower() + name[1:] if name.lower().startswith("the ") else name


def topic(detail: Detail) -> str:
    """The thing asked for as a noun phrase ("the licence of CANN"), or "" where that is not all of it."""
    subject = subject_name(detail)
    degree = re.match(r"how (?!many\b|much\b)", detail.text, re.IGNORECASE)  # "how large": no noun
    named = subject.lower().split()
    whole = all(
        term.role in ("name", "head", "focus") or (term.role == "noun" and term.text.lower() in named)
        for term in detail.terms
    )
    if detail.ask not in (Ask.WHAT, Ask.AMOUNT) or not (subject and detail.focus and whole) or degree:
        return ""
    if detail.predicate is not None or detail.focus in subject:
        return ""
    return f"the {detail_name(detail)} of {subject}"


def clause(detail: Detail) -> str:
    """A yes/no question as the clause that it asks about ("CANN is under Apache 2.0"), or ""."""
    first = detail.text.split(" ", 1)[0]
    if detail.ask is Ask.YES_NO and first.lower() not in detail.statement.lower().split():
        return detail.statement if len(detail.statement) <= _MAX_CLAUSE else ""
    words = [first.lower() if word == first else word for word in detail.statement.split()]
    if (
        detail.ask is not Ask.YES_NO
        or first.lower() not in words[1:-1]
        or len(detail.statement) > _MAX_CLAUSE
    ):
        return ""
    place = words.index(first.lower())
    after = words[place + 1]
    if after in ("not", "n't", "never") or first.lower() not in ("do", "does"):
        return " ".join(words)
    words[place : place + 2] = [third_person(after) if first.lower() == "does" else after]
    return " ".join(words)


# ---- sentences -----------------------------------------------------------------------------------


def undisclosed(detail: Detail, whole: bool) -> str:
    """That the sources say this is not disclosed; ``whole``: they say it of more than the subject."""
    if named := topic(detail):
        verb = "are" if re.search(r"[^sui]s$", detail.focus) and " of " not in detail_name(detail) else "is"
        text = f"{named[:1].upper()}{named[1:]} {verb} not disclosed."
    elif said := clause(detail):
        text = f"It is not disclosed whether {said}."
    elif detail.indirect:
        text = f"It is not disclosed {detail.indirect}."
    else:
        text = "This is not disclosed."
    if whole:
        text += f" The source says so of the whole, not of {subject_name(detail) or 'this part'} by name."
    return text


def silence(detail: Detail) -> str:
    """That no source says anything of this."""
    if detail.ask is Ask.UNKNOWNS:
        asked = re.search(r"\b(?:about|regarding|concerning)\s+(.+)$", detail.text, re.IGNORECASE)
        name = asked[1] if asked else subject_name(detail)
        about = f" about {name}" if name else ""
        said = f"The sources call nothing{about} undisclosed, undecided or unclear."
        return f"{said} They may still leave things out."
    name = subject_name(detail)
    if detail.ask is Ask.CHANGES:
        return f"No later source speaks of {name}." if name else "No later source changes anything."
    if detail.ask is Ask.OVERVIEW and name:
        return f"The sources do not speak of {name}."
    if named := topic(detail):
        return f"The sources do not mention {named}."
    if said := clause(detail):
        return f"The sources do not say whether {said}."
    if detail.indirect:
        return f"The sources do not say {detail.indirect}."
    return "The sources do not answer this."


def presumed(premise: str) -> str:
    """What a question takes for granted without saying so."""
    return f"The question takes for granted that {premise}; no sentence was found that says so."


def unchecked(premise: str) -> str:
    """What a question puts before what it asks."""
    return f"This does not confirm what the question puts first: that {_lower(premise)}."


def opening(yes_no: bool, polarity: Polarity | None, kind: ClaimKind, past: bool) -> str:
    """Yes or no, only where the evidence carries it, and what kind of statement follows; or ""."""
    plan, view = kind is ClaimKind.COMMITMENT, kind is ClaimKind.OPINION
    if not yes_no:
        told = {
            ClaimKind.COMMITMENT: "This is a plan, not reported as done.",
            ClaimKind.OPINION: "This is an assessment, not a fact.",
        }
        return told.get(kind, "")
    if polarity is Polarity.YES:
        return "Yes, that is the plan." if plan else "Yes, as an assessment." if view else "Yes."
    if polarity is Polarity.NO:
        return "No, not by the plan." if plan else "No, as an assessment." if view else "No."
    if plan and past:
        return "It is planned; the sources do not say that it has happened."
    return "The sources give no plain yes or no."


def stale(published: str) -> str:
    """A plan whose date has passed, and of which no later document says that it was carried out."""
    return f"This was a plan as of {published}; its date has passed, and no later source confirms it."


def before(how: Before, published: str, speaker: str, quote: str) -> str:
    """The words before an older sentence: what it is to the one that leads."""
    return _dated(_BEFORE[how], published, speaker, quote)


def younger(published: str, speaker: str, quote: str) -> str:
    """The words before a younger sentence that adds to the leading one: a plan, or something of a part."""
    return _dated("A later source, of {date}, adds", published, speaker, quote)


def other_source(published: str, speaker: str, quote: str) -> str:
    """The words before a second source that states something else."""
    return _dated("Another source, also of {date}, says", published, speaker, quote)


def why_now(how: Before) -> str:
    """What a newer sentence does to the older one, as the second part of a reason."""
    return {
        Before.UNDISCLOSED: " An older one called it undisclosed.",
        Before.PLANNED: " An older one announced it.",
        Before.SUPERSEDED: " It supersedes an older one.",
        Before.STATED: " An older one stated it.",
        Before.EARLIER: " An older one speaks of it too.",
    }[how]


_BEFORE = {
    Before.UNDISCLOSED: "As of {date} this was called undisclosed",
    Before.PLANNED: "As of {date} it was planned",
    Before.SUPERSEDED: "This supersedes what a source said on {date}",
    Before.STATED: "Earlier, on {date}, a source stated it",
    Before.EARLIER: "Earlier, on {date}, a source said",
}


def _dated(words: str, published: str, speaker: str, quote: str) -> str:
    by = f" (in the words of {_mid_sentence(speaker)})" if attributed(speaker, quote) else ""
    return f"{words.format(date=published)}{by}:"


def source(speaker: str, quote: str) -> str:
    """Whose words follow; a speaker whom the quote itself names is not named twice."""
    if attributed(speaker, quote):
        return f"The source attributes this to {_mid_sentence(speaker)}:"
    return "The source says:"


def further(kind: ClaimKind, speaker: str, quote: str) -> str:
    """The words before a second quote."""
    if attributed(speaker, quote):
        return f"The source also attributes this to {_mid_sentence(speaker)}:"
    what = {ClaimKind.COMMITMENT: "reports this plan", ClaimKind.OPINION: "gives this assessment"}
    return f"The source also {what.get(kind, 'says')}:"


def attributed(speaker: str, quote: str) -> bool:
    """Whether the quote has a speaker whom it does not name itself."""
    words = re.sub(r"\s*\[\d+\]$", "", speaker).split()
    return bool(words) and words[-1].lower() not in quote.lower()


def has_name(speaker: str, quote: str) -> bool:
    """Whether the quote has every word of a speaker's name."""
    return all(re.search(rf"\b{re.escape(word)}\b", quote, re.IGNORECASE) for word in speaker.split())


def _mid_sentence(speaker: str) -> str:
    return re.sub(r"^(The|A|An)(?=\s)", lambda found: found.group().lower(), speaker)


def _lower(text: str) -> str:
    first = text.split()[0] if text.split() else ""
    return text if any(c.isupper() for c in first[1:]) or not first.isalpha() else text[:1].lower() + text[1:]
