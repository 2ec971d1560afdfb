"""Non-disclosure by its wording: idioms and forms whose shape in the parse does not show it.

Patterns over the sentence in lower case (data in ``cues.toml``); the groups follow the hand-read cue
lexicons of the project's grounding notes.  What ``reticence`` has found is not looked for again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.clauses import WH
from rag.cues import Cue, Gap, cues
from rag.language import Token
from rag.lexicon import lexicon
from rag.topics import linear_topics, sentence_part


def worded_gaps(low: str, tokens: Sequence[Token], known: Sequence[Gap]) -> list[Gap]:
    """The non-disclosures that a pattern finds, but for those already known.

    Args:
        low: the sentence as ``cues.plain`` gives it.
        tokens: its tokens.
        known: what the parse shows.
    """
    return list(_gaps(low, tokens, known))


def _gaps(low: str, tokens: Sequence[Token], known: Sequence[Gap]) -> Iterator[Gap]:
    rules = cues()
    taken: list[tuple[int, int]] = []
    for gap in known:
        for first, last in [(gap.first, gap.last), *((t.first, t.last) for t in gap.topics)]:
            taken.append((tokens[first].start, tokens[last - 1].end))
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
            worded = _gap(low, tokens, cue, match, first, last)
            if worded is not None:
                taken.append((match.start(), match.end()))
                yield worded


def _gap(
    low: str, tokens: Sequence[Token], cue: Cue, match: re.Match[str], first: int, last: int
) -> Gap | None:
    begin, end = sentence_part(tokens, first)
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
    topics = tuple(linear_topics(tokens, *area))
    return Gap(first, last, topics, withholder) if topics else None


def _about_information(low: str, tokens: Sequence[Token], area: tuple[int, int]) -> bool:
    if area[0] >= area[1]:
        return False
    words = low[tokens[area[0]].start : tokens[area[1] - 1].end]
    keys = [t.key for t in tokens[area[0] : area[1]]]
    wh = any(t.low in WH for t in tokens[area[0] : area[1]])
    return bool(wh or cues().information.search(words) or lexicon().aspects(keys))


def _token_span(tokens: Sequence[Token], start: int, end: int) -> tuple[int, int]:
    inside = [i for i, t in enumerate(tokens) if t.start < end and t.end > start]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
