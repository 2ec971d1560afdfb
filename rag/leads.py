"""What leads up to a question: where and by whom it is said, what is left out, whether it is told at all.

"According to the article, ..." adds nothing; "according to Lee, ..." asks for Lee's words; "does it say
when ...", "is there any word on ..." and "has the price been announced?" ask for the thing itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from rag.asked import Ask
from rag.dates import last_before
from rag.language import word_key
from rag.lexicon import lexicon
from rag.phrasing import WH, pattern

# Who cannot be quoted by name: the documents, the asker, and those behind the documents.
_NOBODY = re.compile(
    r"(?:it|they|we|you|one|he|she|i|there(?: to)?|any(?:one|body|thing)|some(?:one|body)|nobody|people|"
    r"(?:the|this|that|these|those|your|any|its|their)\s+(?:\w+\s+)?(?:articles?|announcements?|releases?|notes?|texts?|sources?|documents?|"
    r"docs|documentation|reports?|statements?|posts?|pages?|papers?|files?|corpus|material|company|firm|vendor|"
    r"manufacturer|maker|authors?|team|developers?|organi[sz]ation|piece|story|vendor|makers))?",
    re.IGNORECASE,
)
_TOLD_BY_DOCUMENTS = frozenset(
    "cover covered include included provide provided list listed name named know".split()
)
_CHANGES = ("anyway", "given_since", "changed", "evolved", "became")
_RELEASE = re.compile(
    r"(?:^|\s)v?\d+(?:\.\d+)+|\b(?:version|release|update|edition|revision)\b", re.IGNORECASE
)
_PARTED = re.compile(r"\s*(?:,|\band\b|\bor\b)\s*")
# In these words nothing is asked for but a number: the minutes of a meeting are no duration.
_UNITS = frozenset(map(word_key, "second minute hour day week month year".split()))
_ARTICLE = re.compile(r"^(?:the|a|an|any|its|their)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lead:
    """A question without what leads up to it.

    ``speaker``: whose words are asked for, as typed; ``besides``: what the asker has already; ``ask``: the
    kind of answer that is wanted, where the lead tells it; ``since``: as a ``Detail``'s; ``otherwise``: the
    question as it was put, where that may be what is meant.
    """

    text: str
    speaker: str = ""
    besides: tuple[str, ...] = ()
    ask: Ask | None = None
    since: date | None = None
    otherwise: str = ""


def without_openers(text: str) -> Lead:
    """The question without "according to ...", "besides ..." and ", the owner or somebody else"."""
    lead = Lead(text)
    leading = ("in_sources", "in_sources_last", *(("or_else",) if text.split()[0].lower() in WH else ()))
    for name in leading:
        lead = replace(lead, text=pattern(name).sub("", lead.text, count=1).strip())
    for name in ("by_speaker", "by_speaker_last"):
        if match := pattern(name).search(lead.text):
            who = next(value for value in match.groups() if value)
            lead = replace(lead, text=_cut(lead.text, match), speaker="" if _nobody(who) else who)
    for name in ("besides", "besides_inside"):
        match = pattern(name).search(lead.text)
        if match and not any(word in WH for word in match["one"].lower().split()):
            left_out = tuple(_ARTICLE.sub("", part) for part in _PARTED.split(match["one"]) if part)
            lead = replace(lead, text=_cut(lead.text, match), besides=(*lead.besides, *left_out))
    return lead


def _cut(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}".strip()


def _nobody(who: str) -> bool:
    return _NOBODY.fullmatch(who.strip()) is not None


def asked_itself(part: str, names: Mapping[str, float]) -> Lead:
    """The thing itself where a question asks whether it is told: "do we know who ...", "any news on ..."."""
    bare = part.strip().rstrip(" ?.")
    if match := pattern("asks_whether_kept").fullmatch(bare):
        return _kept(match, names)
    if changes := _changes(bare, names):
        return changes
    if match := pattern("is_known").match(bare) or pattern("asks_whether_told").match(bare):
        who = match.groupdict().get("who") or ""
        if len(who.split()) <= 6:
            return Lead(_clause(match["rest"]), "" if _nobody(who) else who)
    if match := pattern("asks_whether_told_of").match(bare):
        if _nobody(match["who"]):
            return Lead(_topic(match["rest"], names))
        return Lead(f"What did {match['who']} say about {match['rest']}?", match["who"])
    return _of_a_thing(part, bare, names)


def _kept(match: re.Match[str], names: Mapping[str, float]) -> Lead:
    """Whether a promise was kept: whether that was done, or what became of what it was about."""
    to_do = match["link"].lower() == "to" and match["rest"][:1].islower()
    if to_do and not _ARTICLE.match(match["rest"]):
        return Lead(f"Did {match['who']} {match['rest']}?")
    return asked_itself(f"What became of {match['rest']}?", names)


def _changes(bare: str, names: Mapping[str, float]) -> Lead | None:
    """What a question for changes asks: a detail itself, for its history is told, else all that changed.

    Of what has no name, and of what a release brings, the documents tell themselves what changed; and so they
    may of a name, where no day is given to begin from.
    """
    found = (pattern(f"asks_for_changes.{kind}").fullmatch(bare) for kind in _CHANGES)
    match = next((one for one in found if one), None)
    if match is None:
        return None
    thing = re.sub(r"['’]s$", "", (match["rest"] or "").strip())
    if thing and _a_detail(thing, names):
        return Lead(_topic(thing, names))
    released = not match["since"] and _RELEASE.search(thing)
    if released or (thing and not _named(thing, names)) or match.re is pattern("asks_for_changes.changed"):
        return None
    asked = f"What changed about {thing}" if thing else "What changed"
    since = last_before(match["since"] or "")
    return Lead(asked, ask=Ask.CHANGES, since=since, otherwise="" if match["since"] else bare)


def _named(thing: str, names: Mapping[str, float]) -> bool:
    words = re.findall(r"[^\W_][\w'’-]*", thing)
    return any(word[:1].isupper() or names.get(word_key(word), 0.0) > 0.8 for word in words)


def _of_a_thing(part: str, bare: str, names: Mapping[str, float]) -> Lead:
    """The detail, where a question asks for news of it or whether it has been given."""
    if match := pattern("asks_for_information").match(bare):
        return Lead(_topic(match["rest"], names))
    if match := pattern("said_of").match(bare):
        if _nobody(match["who"]):
            inside = re.search(r"\s(?:of|for|in|on|at)\s", match["rest"])
            return Lead(_topic(match["rest"], names) if inside else f"Tell me about {match['rest']}")
        return Lead(part, match["who"])
    if match := pattern("asks_whether_given").match(bare):
        thing = match["rest"] + (match["behind"] or "")
        if _a_detail(match["rest"], names):
            return Lead(_topic(thing, names))
    if match := pattern("asks_whether_named").match(bare):
        nobody = _nobody(match["who"])
        told = match["verb"].lower() not in _TOLD_BY_DOCUMENTS
        if told and (nobody or _a_detail(match["rest"], names)):
            return Lead(_topic(match["rest"], names), "" if nobody else match["who"])
    if match := pattern("has_got").match(bare):
        helper = "Does" if match["has"].lower() == "has" else "Do"
        return Lead(f"{helper}{match['not'] or ''} {match['who']} have {match['rest']}?")
    if match := pattern("is_out").match(bare):
        return Lead(f"Has {match['what']} come out?")
    return Lead(part)


def _clause(rest: str) -> str:
    """An indirect question as it stands; "that ..." is asked as whether it is so."""
    first, _, statement = rest.partition(" ")
    if first.lower() == "that":
        return f"Is it true that {statement}?"
    return f"whether {statement}" if first.lower() == "if" else rest


def _topic(thing: str, names: Mapping[str, float]) -> str:
    """A thing as a question: a subject as a whole, or one detail of it."""
    thing = thing.strip(" ?.")
    first = thing.partition(" ")[0]
    if first.lower() in (*WH, "whether", "if", "that"):
        return _clause(thing)
    words = re.findall(r"[^\W_][\w'’-]*", _ARTICLE.sub("", thing))
    if words and all(names.get(word_key(w), 0.0) > 0.8 or w[:1].isupper() for w in words):
        return f"Tell me about {thing}"
    if re.match(r"(?:the|its|their)\b", thing, re.IGNORECASE) and not re.search(r"\band\b|,", thing):
        head = re.split(r"\s(?:of|for|in|on|at|to|with|by)\s", thing)[0]
        return f"What {'are' if re.search(r'[^sui]s$', head) else 'is'} {thing}?"
    return f"{thing}?"


def _a_detail(thing: str, names: Mapping[str, float]) -> bool:
    """Whether a noun phrase names a detail (a price, a licence, a date) and no thing of its own."""
    head = re.split(r"\s(?:of|for|in|on|at|to|with|by)\s", thing.strip(" ?."))[0]
    words = [word_key(w) for w in re.findall(r"[\w-]+", head)]
    if not words or words[-1] in _UNITS or names.get(words[-1], 0.0) > 0.8 or len(words) > 5:
        return False
    last = max(lexicon().meanings(words), default=-1)
    named = any(m.startswith("aspect:") for m in lexicon().meanings(words).get(last, ()))
    return last == len(words) - 1 and named
