"""The blocks of a text as they stand on the page: paragraphs, headings, list items, table rows, code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rag.headings import LOG_ENTRY

HEADING = re.compile(r"\s{0,3}#{1,6}\s")
ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*$")
_TABLE_RULE = re.compile(r"\s*\|?[\s:|-]+\|?\s*$")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,})\s*$")
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*$")
_NUMBER = re.compile(r"\s*(?!1[.)])\d{1,3}[.)]\s")
_DELIMITER = re.compile(r"(?=[^|]*\|)\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_HARD_BREAK = re.compile(r"(?: {2,}|\\)$")
_COMMENT = re.compile(r"\s{0,3}<!--.*-->\s*$")
QUOTE_MARK = re.compile(r"\s{0,3}>\s?")
_ENDS_SENTENCE = tuple('.!?:…。！？”"’)')


class UnitKind(StrEnum):
    """What a unit of text is on the page.

    A heading names a topic, and a table's header what its columns hold: neither is ever evidence.
    """

    HEADING = "heading"
    PROSE = "prose"
    ITEM = "item"
    HEADER = "header"
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row, heading or code block: ``[start, end)`` of the document."""

    kind: UnitKind
    start: int
    end: int


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a Markdown or plain text, in order.

    A line break inside a paragraph ends the block only where the line ends a sentence and the next
    does not go on in lower case: text with one paragraph a line and text wrapped at a column both
    come out right.  A hard break (two spaces at the end of a line) ends it too.
    """
    open_start: int | None = None
    open_kind = UnitKind.PROSE
    open_end = passed = 0
    table = False
    code = _code_blocks(text)
    for start, end in _lines(text):
        if start in code:
            if open_start is not None:
                yield Block(open_kind, open_start, open_end)
            yield Block(UnitKind.CODE, start, code[start])
            open_start, passed = None, code[start]
        if start < passed:
            continue
        line = text[start:end]
        below = text[end + 1 :].split("\n", 1)[0]
        header = "|" in line and bool(_DELIMITER.match(below))
        table = header or ("|" in line and table)
        kind = _table_row(line, header) if table else _heading_below(text, start, end) or _line_kind(line)
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
        if continues:
            open_end = end
            continue
        if open_start is not None:
            yield Block(open_kind, open_start, open_end)
            open_start = None
        if kind is not None:
            open_start, open_end, open_kind = start, end, kind
    if open_start is not None:
        yield Block(open_kind, open_start, open_end)


def _goes_on(before: str, line: str) -> bool:
    """Whether a paragraph's next line goes on with it; ``before`` is what it has so far."""
    if QUOTE_MARK.match(line):
        line = line[line.index(">") + 1 :]
    if line.lstrip()[:1].islower():
        return True
    return not before.endswith(_ENDS_SENTENCE) and not _HARD_BREAK.search(before)


def _code_blocks(text: str) -> dict[int, int]:
    """Where code begins and ends: fenced, or, as reStructuredText has it, indented below two colons."""
    found: dict[int, int] = {}
    fence, first, base = "", -1, -1
    for start, end in _lines(text):
        line = text[start:end]
        mark = _FENCE.match(line)
        indent = len(line) - len(line.lstrip())
        if fence:
            found[first] = end
            fence = "" if mark and mark[1] == fence else fence
        elif mark:
            fence, first, base = mark[1], start, -1
            found[first] = end
        elif line.strip() and 0 <= base < indent:
            first = start if first < 0 else first
            found[first] = end
        elif line.strip():
            opens = line.rstrip().endswith("::") and not line.startswith("..")
            base, first = (indent if opens else -1), -1
    return found


def _table_row(line: str, header: bool) -> UnitKind | None:
    if header:
        return UnitKind.HEADER
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
    if HEADING.match(line) or LOG_ENTRY.match(line):
        return UnitKind.HEADING
    if _TABLE_ROW.match(line):
        return None if _TABLE_RULE.match(line) else UnitKind.ROW
    quote = QUOTE_MARK.match(line)
    if ITEM.match(line[quote.end() :] if quote else line):
        return UnitKind.ITEM
    return UnitKind.PROSE
