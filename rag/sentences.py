"""Documents to blocks and sentences with exact offsets.

Every sentence satisfies ``document.text[start:end] == text`` (a test holds it over the corpus), so
nothing is stripped or normalised here; what compares words does so on its own copy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rag.blocks import HEADING, ITEM, QUOTE_MARK, Block, UnitKind, blocks
from rag.records import Document, Section


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
        whole = block.kind in (UnitKind.HEADING, UnitKind.HEADER, UnitKind.ROW, UnitKind.CODE)
        spans = [(0, len(body))] if whole else split(body.replace("\n", " "))
        for first, last in spans:
            text = body[first:last]
            found.append(Sentence(text, start + first, start + last, section, number, block.kind))
    return found


def _trimmed(text: str, block: Block) -> tuple[int, int]:
    """The block without list marks, quote marks, heading marks and outer white space."""
    start, end = block.start, block.end
    body = text[start:end]
    for pattern in (QUOTE_MARK, ITEM if block.kind is UnitKind.ITEM else HEADING):
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
