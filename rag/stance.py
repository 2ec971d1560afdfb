"""What a sentence does: fact, commitment or opinion; whose words; and what it says is undisclosed.

Rules over tokens and cue patterns (data in ``cues.toml``); the groups follow the hand-read cue
lexicons of the project's grounding notes (passive and active non-disclosure, unknown/unclear,
announced for later, pending, secrecy idioms) and the hedge and attribution classes of CoNLL-2010.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.clauses import Tree
from rag.cues import Gap, Topic, cues, plain
from rag.idioms import worded_gaps
from rag.language import Token
from rag.records import ClaimKind
from rag.reticence import reticence

__all__ = ["Gap", "Segment", "Stance", "Topic", "cues", "plain", "read", "segments"]


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
    ``quoted`` the character spans inside quotation marks.  ``guarded`` are the token spans of clauses
    in which a verb of telling, settling or knowing is negated, shied away from or put off, or a fact is
    called unknown, while no undisclosed thing was found: they may withhold what they seem to state, so
    they are no evidence for it (they may well be for a plain "no").
    """

    kind: ClaimKind
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]
    speaker: str
    quoted: tuple[tuple[int, int], ...]
    guarded: tuple[tuple[int, int], ...] = ()


def read(text: str, tokens: Sequence[Token]) -> Stance:
    """The stance of one sentence, from its text and tokens."""
    low = plain(text)
    found, doubts = reticence(tokens)
    found += worded_gaps(low, tokens, found)
    parts: list[Segment] = []
    for first, last in segments(tokens):
        kind = _kind(low[tokens[first].start : tokens[last - 1].end], _intends(tokens, first, last))
        finite = any(t.tag in _FINITE for t in tokens[first:last])
        # "..., while fully open-sourcing the rest" is as far done as the clause that it hangs on.
        parts.append(Segment(first, last, kind if finite or not parts else parts[-1].kind))
    guarded = _guarded(parts, found, doubts)
    whole = _kind(low, _intends(tokens, 0, len(tokens)))
    return Stance(whole, tuple(parts), tuple(found), _speaker(text, tokens), _quoted(text), guarded)


def _guarded(
    parts: Sequence[Segment], gaps: Sequence[Gap], doubts: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    """The clauses with a doubt that no gap explains."""
    explained = [range(gap.first, gap.last) for gap in gaps]
    return tuple(
        (part.first, part.last)
        for part in parts
        if any(part.first <= place < part.last for place in doubts)
        and not any(part.first <= place < part.last for cue in explained for place in cue)
    )


# ---- segments ------------------------------------------------------------------------------------

_FINITE = frozenset(("VBZ", "VBP", "VBD", "MD"))
_BREAKING = frozenset("while whereas although though but however nonetheless unlike despite yet".split())
_MARKS = frozenset(";—")


def segments(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Token stretches that each assert one thing.

    Linear breaks (contrast words, semicolons, "and" before a clause with a subject of its own,
    relative clauses after a comma) hold where a parse errs.
    """
    starts = [0, *_after_concession(tokens)]
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        if place == 0 or before is None:
            continue
        contrast = token.low in _BREAKING and (before.text in ',;“"' or token.pos in ("SCONJ", "CCONJ"))
        relative = token.tag in ("WDT", "WP", "WRB") and before.text == ","
        joined = token.dep == "cc" and _new_clause(tokens, place)
        if contrast or relative or joined or before.text in _MARKS:
            starts.append(place)
    starts = sorted(set(starts))
    ends = [*starts[1:], len(tokens)]
    return [(first, last) for first, last in zip(starts, ends, strict=True) if last > first]


def _after_concession(tokens: Sequence[Token]) -> list[int]:
    """Where the main clause begins after a contrast that opens the sentence ("Although it is new, ...")."""
    if not tokens or tokens[0].low not in _BREAKING or tokens[0].dep != "mark":
        return []
    _, end = Tree(tokens).span(tokens[0].head)
    if end < len(tokens) and tokens[end].text == ",":
        end += 1
    return [end] if end < len(tokens) and tokens[end - 1].text == "," else []


def _new_clause(tokens: Sequence[Token], conjunction: int) -> bool:
    head = tokens[conjunction].head
    for token in tokens[conjunction + 1 :]:
        if token.dep == "conj" and token.head == head and token.pos in ("VERB", "AUX"):
            place = tokens.index(token)
            return any(t.head == place and t.dep.startswith("nsubj") and t is not token for t in tokens)
    return False


# ---- kind ----------------------------------------------------------------------------------------


_PLEDGE = re.compile(
    r"\b(?:pledged|promised|committed|vowed|agreed|intends?|aims?|plan(?:s|ned)? (?:to|on|for|an?)"
    r"|(?:unveil|announc|outlin|present|ha[sv])\w* (?:\w+ )?plans)\b"
)


def _intends(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a verb of intent in the present has an object there ("the slides plan the opening of ...")."""
    return any(
        _present(tokens, token.head) and tokens[token.head].lemma in cues().intent
        for token in tokens[first:last]
        if token.dep == "dobj"
    )


def _present(tokens: Sequence[Token], place: int) -> bool:
    """Whether a verb there is in the present; a second one may be tagged as bare ("announce X, plan Y")."""
    verb = tokens[place]
    if verb.tag == "VB" and verb.dep == "conj":
        verb = tokens[verb.head]
    return verb.pos == "VERB" and verb.tag in ("VBZ", "VBP")


def _kind(low: str, intends: bool) -> ClaimKind:
    rules = cues()
    if rules.opinion.search(low):
        # "X has pledged to significantly ..." stays a pledge: a pledge verb outranks an adjective.
        pledge = _PLEDGE.search(low)
        return ClaimKind.COMMITMENT if pledge else ClaimKind.OPINION
    if (intends or rules.commitment.search(low)) and not rules.accomplished.search(low):
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
