"""What a sentence does: fact, commitment or opinion; whose words; and what it says is undisclosed.

Rules over tokens and cue patterns (data in ``cues.toml``); the groups follow the hand-read cue
lexicons of the project's grounding notes (passive and active non-disclosure, unknown/unclear,
announced for later, pending, secrecy idioms) and the hedge and attribution classes of CoNLL-2010.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from rag.language import Token, word_key
from rag.lexicon import lexicon
from rag.records import ClaimKind


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that a sentence says is undisclosed: the tokens ``[first, last)`` of the sentence.

    ``clause`` marks an indirect question ("whether a foundation will oversee development").
    """

    first: int
    last: int
    clause: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A non-disclosure: the cue's tokens ``[first, last)``, its topics, and who withholds."""

    first: int
    last: int
    topics: tuple[Topic, ...]
    withholder: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of tokens ``[first, last)`` that makes one assertion, and its kind."""

    first: int
    last: int
    kind: ClaimKind


@dataclass(frozen=True, slots=True)
class Stance:
    """What one sentence does.

    ``speaker`` holds the speaker's tokens as written ("" where the sentence is the source's own);
    ``quoted`` the character spans inside quotation marks.
    """

    kind: ClaimKind
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]
    speaker: str
    quoted: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Cue:
    pattern: re.Pattern[str]
    side: str
    needs_information: bool


@dataclass(frozen=True, slots=True)
class _Cues:
    gaps: tuple[_Cue, ...]
    exclude: re.Pattern[str]
    empty: frozenset[str]
    information: re.Pattern[str]
    commitment: re.Pattern[str]
    opinion: re.Pattern[str]
    accomplished: re.Pattern[str]
    say: frozenset[str]


@cache
def cues() -> _Cues:
    """The shipped cue patterns, compiled once."""
    data: dict[str, Any] = tomllib.loads(resources.files("rag").joinpath("cues.toml").read_text("utf-8"))
    words = data["words"]

    def compiled(pattern: str) -> re.Pattern[str]:
        for name, group in words.items():
            pattern = pattern.replace("{" + name + "}", group)
        return re.compile(pattern)

    def union(patterns: list[str]) -> re.Pattern[str]:
        return re.compile("|".join(patterns))

    return _Cues(
        tuple(
            _Cue(compiled(g["pattern"]), g["side"], g.get("needs_information", False)) for g in data["gap"]
        ),
        union(data["exclude"]["patterns"]),
        frozenset(word_key(word) for word in data["empty"]["words"]),
        re.compile(rf"\b(?:{words['N']})\b"),
        union(data["kind"]["commitment"]),
        union(data["kind"]["opinion"]),
        union(data["kind"]["accomplished"]),
        frozenset(data["speaker"]["verbs"]),
    )


def plain(text: str) -> str:
    """Lower case with plain apostrophes and dashes, same length: what the patterns are matched on.

    The month of May gets another spelling, for "may" is a word that hedges.
    """
    text = re.sub(r"(?<=\w )May\b|\bMay(?= \d)", "Mai", text)
    low = text.lower()
    if len(low) != len(text):  # a few letters grow in lower case; offsets matter more
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return low.replace("’", "'").replace("‘", "'").replace("–", "-").replace("\n", " ")


def read(text: str, tokens: Sequence[Token]) -> Stance:
    """The stance of one sentence, from its text and tokens."""
    low = plain(text)
    found = tuple(_gaps(low, tokens))
    parts: list[Segment] = []
    for first, last in segments(tokens):
        kind = _kind(low[tokens[first].start : tokens[last - 1].end])
        finite = any(t.tag in _FINITE for t in tokens[first:last])
        # "..., while fully open-sourcing the rest" is as far done as the clause that it hangs on.
        parts.append(Segment(first, last, kind if finite or not parts else parts[-1].kind))
    return Stance(_kind(low), tuple(parts), found, _speaker(text, tokens), _quoted(text))


# ---- segments ------------------------------------------------------------------------------------

_FINITE = frozenset(("VBZ", "VBP", "VBD", "MD"))
_BREAKING = frozenset("while whereas although though but however nonetheless unlike despite yet".split())
_MARKS = frozenset(";—")


def segments(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Token stretches that each assert one thing.

    Linear breaks (contrast words, semicolons, "and" before a clause with a subject of its own,
    relative clauses after a comma) hold where a parse errs.
    """
    starts = [0]
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        if place == 0 or before is None:
            continue
        contrast = token.low in _BREAKING and (before.text in ',;“"' or token.pos in ("SCONJ", "CCONJ"))
        relative = token.tag in ("WDT", "WP", "WRB") and before.text == ","
        joined = token.dep == "cc" and _new_clause(tokens, place)
        if contrast or relative or joined or before.text in _MARKS:
            starts.append(place)
    ends = [*starts[1:], len(tokens)]
    return [(first, last) for first, last in zip(starts, ends, strict=True) if last > first]


def _new_clause(tokens: Sequence[Token], conjunction: int) -> bool:
    head = tokens[conjunction].head
    for token in tokens[conjunction + 1 :]:
        if token.dep == "conj" and token.head == head and token.pos in ("VERB", "AUX"):
            place = tokens.index(token)
            return any(t.head == place and t.dep.startswith("nsubj") and t is not token for t in tokens)
    return False


# ---- kind ----------------------------------------------------------------------------------------


def _kind(low: str) -> ClaimKind:
    rules = cues()
    if rules.opinion.search(low):
        # "X has pledged to significantly ..." stays a pledge: a pledge verb outranks an adjective.
        pledge = re.search(r"\b(?:pledged|promised|committed|vowed|agreed|plans?|intends?|aims?)\b", low)
        return ClaimKind.COMMITMENT if pledge else ClaimKind.OPINION
    if rules.commitment.search(low) and not rules.accomplished.search(low):
        return ClaimKind.COMMITMENT
    return ClaimKind.FACT


# ---- speaker -------------------------------------------------------------------------------------

_ACCORDING = re.compile(r"\b[Aa]ccording to ([^,.;“\"]+)")


def _quoted(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((m.start(1), m.end(1)) for m in re.finditer(r"[“\"]([^”\"]{3,})[”\"]?", text))


def _speaker(text: str, tokens: Sequence[Token]) -> str:
    match = _ACCORDING.search(text)
    if match:
        return match.group(1).strip()
    spans = _quoted(text)
    for place, token in enumerate(tokens):
        inside = any(start <= token.start < end for start, end in spans)
        if inside or token.lemma.lower() not in cues().say or token.pos not in ("VERB", "AUX"):
            continue
        reports = bool(spans) or any(t.head == place and t.dep in ("ccomp", "parataxis") for t in tokens)
        subject = _subject_of(tokens, place)
        if reports and subject is not None and tokens[subject].pos in ("PROPN", "PRON", "NOUN"):
            return _phrase(text, tokens, subject)
    return ""


def _subject_of(tokens: Sequence[Token], verb: int) -> int | None:
    seen = set()
    while verb not in seen:
        seen.add(verb)
        for place, token in enumerate(tokens):
            if token.head == verb and place != verb and token.dep in ("nsubj", "nsubjpass"):
                return place
        if tokens[verb].dep not in ("advcl", "conj", "acl", "xcomp"):
            return None
        verb = tokens[verb].head
    return None


def _phrase(text: str, tokens: Sequence[Token], head: int) -> str:
    """The head with its compounds and determiners, without clauses and appositions."""
    keep = {head} | {
        i
        for i, t in enumerate(tokens)
        if t.head == head and t.dep in ("compound", "det", "amod", "poss", "nmod", "nummod")
    }
    places = sorted(i for i in range(min(keep), head + 1))
    return text[tokens[places[0]].start : tokens[head].end]


# ---- gaps ----------------------------------------------------------------------------------------

_WH = frozenset("whether if how when which what who whom whose why where".split())
_SPLIT = frozenset([",", "and", "or", "nor", ";"])


def _gaps(low: str, tokens: Sequence[Token]) -> Iterator[Gap]:
    rules = cues()
    taken: list[tuple[int, int]] = []
    for cue in rules.gaps:
        for match in cue.pattern.finditer(low):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            around = low[max(0, match.start() - 12) : match.end() + 12]
            if rules.exclude.search(around) or re.search(r"\b(?:i|you)\b[^,;]*$", low[: match.start()]):
                continue
            first, last = _token_span(tokens, match.start(), match.end())
            if first == last:
                continue
            gap = _gap(low, tokens, cue, match, first, last)
            if gap is not None:
                taken.append((match.start(), match.end()))
                yield gap


def _gap(
    low: str, tokens: Sequence[Token], cue: _Cue, match: re.Match[str], first: int, last: int
) -> Gap | None:
    begin, end = _sentence_part(tokens, first)
    withholder = (0, 0)
    if cue.side == "before":
        area = (begin, first)
        if cue.needs_information and not _about_information(low, tokens, area):
            return None
    elif cue.side == "topic":
        area = _token_span(tokens, match.start("topic"), match.end("topic"))
    else:
        area = (last, end)
        withholder = (begin, first)
        if cue.needs_information and not _about_information(low, tokens, (last, min(end, last + 4))):
            return None
    topics = tuple(_topics(tokens, *area))
    return Gap(first, last, topics, withholder) if topics else None


def _about_information(low: str, tokens: Sequence[Token], area: tuple[int, int]) -> bool:
    if area[0] >= area[1]:
        return False
    words = low[tokens[area[0]].start : tokens[area[1] - 1].end]
    keys = [t.key for t in tokens[area[0] : area[1]]]
    wh = any(t.low in _WH for t in tokens[area[0] : area[1]])
    return bool(wh or cues().information.search(words) or lexicon().aspects(keys))


def _token_span(tokens: Sequence[Token], start: int, end: int) -> tuple[int, int]:
    inside = [i for i, t in enumerate(tokens) if t.start < end and t.end > start]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _sentence_part(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    """The stretch around a cue between hard breaks: a gap does not reach over a contrast."""
    first = 0
    for i in range(place - 1, -1, -1):
        if tokens[i].text in ";—" or (
            tokens[i].low in ("but", "while", "although", "though", "whereas") and i
        ):
            first = i + 1
            break
    last = len(tokens)
    for i in range(place + 1, len(tokens)):
        if tokens[i].text in ";—" or tokens[i].low in ("but", "although", "though", "whereas"):
            last = i
            break
    return first, last


def _topics(tokens: Sequence[Token], first: int, last: int) -> Iterator[Topic]:
    """Coordinated parts; an indirect question keeps its own commas until the next question word."""
    start = first
    clause = False
    for place in range(first, last + 1):
        at_end = place == last
        token = None if at_end else tokens[place]
        wh = token is not None and token.low in _WH and (place == first or tokens[place - 1].pos != "ADP")
        split = token is not None and token.low in _SPLIT and not clause
        next_wh = wh and clause and place > start
        if at_end or split or next_wh:
            if _contentful(tokens, start, place):
                yield Topic(start, place, clause)
            start = place if next_wh else place + 1
            clause = next_wh
        elif wh:
            if _contentful(tokens, start, place) and not clause:
                yield Topic(start, place, False)
            start, clause = place, True


def _contentful(tokens: Sequence[Token], first: int, last: int) -> bool:
    empty = cues().empty
    return any(
        t.pos in ("NOUN", "PROPN", "VERB", "ADJ", "NUM") and t.key not in empty and t.low not in _WH
        for t in tokens[first:last]
    )
