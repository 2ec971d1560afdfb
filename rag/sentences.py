"""Documents to blocks and sentences with exact offsets.

Every sentence satisfies ``document.text[start:end] == text`` (a test holds it over the corpus), so
nothing is stripped or normalised here; what compares words does so on its own copy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rag.records import Document, Section

_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*$")
_TABLE_RULE = re.compile(r"\s*\|?[\s:|-]+\|?\s*$")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,})\s*$")
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*$")
_NUMBER = re.compile(r"\s*(?!1[.)])\d{1,3}[.)]\s")
_DELIMITER = re.compile(r"\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+$")
_HARD_BREAK = re.compile(r"(?: {2,}|\\)$")
_COMMENT = re.compile(r"\s{0,3}<!--.*-->\s*$")
_QUOTE_MARK = re.compile(r"\s{0,3}>\s?")
_ENDS_SENTENCE = tuple('.!?:…。！？”"’)')


class UnitKind(StrEnum):
    """What a unit of text is on the page; a heading names a topic and is never evidence."""

    HEADING = "heading"
    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row, heading or code block: ``[start, end)`` of the document."""

    kind: UnitKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence (or table row) with its place: ``document.text[start:end] == text``.

    ``section`` and ``block`` are indices, from 0, in the document.
    """

    text: str
    start: int
    end: int
    section: int
    block: int
    kind: UnitKind


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a Markdown or plain text, in order.

    A line break inside a paragraph ends the block only where the line ends a sentence and the next
    does not go on in lower case: text with one paragraph a line and text wrapped at a column both
    come out right.  A hard break (two spaces at the end of a line) ends it too.
    """
    open_start: int | None = None
    open_kind = UnitKind.PROSE
    open_end = 0
    fence: str | None = None
    table = False
    for start, end in _lines(text):
        line = text[start:end]
        mark = _FENCE.match(line)
        if fence is not None:
            open_end = end
            if mark and mark.group(1) == fence:
                yield Block(UnitKind.CODE, open_start or 0, end)
                fence, open_start = None, None
            continue
        below = text[end + 1 :].split("\n", 1)[0]
        table = "|" in line and (table or bool(_DELIMITER.match(below)))
        kind = _table_row(line) if table else _heading_below(text, start, end) or _line_kind(line)
        before = text[open_start or 0 : open_end]
        if (
            kind is UnitKind.ITEM
            and open_kind is UnitKind.PROSE
            and _NUMBER.match(line)
            and _goes_on(before, "")
        ):
            kind = UnitKind.PROSE if open_start is not None else kind  # only a list from 1 interrupts
        continues = (
            open_start is not None
            and kind is UnitKind.PROSE
            and open_kind in (UnitKind.PROSE, UnitKind.ITEM)
            and _goes_on(before, line)
        )
        if continues and not mark:
            open_end = end
            continue
        if open_start is not None:
            yield Block(open_kind, open_start, open_end)
            open_start = None
        if mark:
            fence, open_start, open_end = mark.group(1), start, end
            open_kind = UnitKind.CODE
        elif kind is not None:
            open_start, open_end, open_kind = start, end, kind
    if open_start is not None:
        yield Block(open_kind, open_start, open_end)


def _goes_on(before: str, line: str) -> bool:
    """Whether a paragraph's next line goes on with it; ``before`` is what it has so far."""
    if _QUOTE_MARK.match(line):
        line = line[line.index(">") + 1 :]
    if line.lstrip()[:1].islower():
        return True
    return not before.endswith(_ENDS_SENTENCE) and not _HARD_BREAK.search(before)


def _table_row(line: str) -> UnitKind | None:
    return None if _TABLE_RULE.match(line) else UnitKind.ROW


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _heading_below(text: str, start: int, end: int) -> UnitKind | None:
    """A line underlined with = or - is a heading (setext), where a blank line or none is before it."""
    below = text[end + 1 :].split("\n", 1)[0] if end < len(text) else ""
    above = text[:start].rstrip("\n")[-1:] if start else ""
    alone = not start or text[start - 2 : start] == "\n\n" or not above
    underlined = bool(_UNDERLINE.match(below)) and bool(below.strip())
    return UnitKind.HEADING if underlined and alone and text[start:end].strip() else None


def _line_kind(line: str) -> UnitKind | None:
    if not line.strip() or _UNDERLINE.match(line) or _RULE.match(line) or _COMMENT.match(line):
        return None
    if _HEADING.match(line):
        return UnitKind.HEADING
    if _TABLE_ROW.match(line):
        return None if _TABLE_RULE.match(line) else UnitKind.ROW
    quote = _QUOTE_MARK.match(line)
    if _ITEM.match(line[quote.end() :] if quote else line):
        return UnitKind.ITEM
    return UnitKind.PROSE


def sentences(document: Document, split: Callable[[str], list[tuple[int, int]]]) -> list[Sentence]:
    """The sentences of a document, headings included, in order.

    Args:
        document: with its sections (a document without any counts as one section).
        split: offsets of the sentences of one paragraph (see ``language.Parser.sentences``); it
            is given the block with line breaks as spaces, which keeps offsets.
    """
    found: list[Sentence] = []
    for number, block in enumerate(blocks(document.text)):
        start, end = _trimmed(document.text, block)
        body = document.text[start:end]
        if not body:
            continue
        section = _section_at(document.sections, start)
        whole = block.kind in (UnitKind.HEADING, UnitKind.ROW, UnitKind.CODE)
        spans = [(0, len(body))] if whole else split(body.replace("\n", " "))
        for first, last in spans:
            text = body[first:last]
            found.append(Sentence(text, start + first, start + last, section, number, block.kind))
    return found


def _trimmed(text: str, block: Block) -> tuple[int, int]:
    """The block without list marks, quote marks, heading marks and outer white space."""
    start, end = block.start, block.end
    body = text[start:end]
    for pattern in (_QUOTE_MARK, _ITEM if block.kind is UnitKind.ITEM else _HEADING):
        match = pattern.match(body)
        if match and block.kind is not UnitKind.CODE:
            start += match.end()
            body = text[start:end]
    start += len(body) - len(body.lstrip())
    return start, start + len(text[start:end].rstrip())


def _section_at(sections: tuple[Section, ...], offset: int) -> int:
    for number, section in enumerate(sections):
        if section.start <= offset < section.end:
            return number
    return 0
