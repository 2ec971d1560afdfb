"""The source pane: the documents with every cited sentence highlighted where it stands.

All turns of a conversation share the pane, so a mark of an earlier answer still leads to its sentence;
the shown turn's sentences are the bright ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from rag.records import Citation, Document
from ui.markup import near_letter, original, page_part, place
from ui.render import origin

DocumentOf = Callable[[str], Document | None]
"""A document by its id; None where it is gone."""

WHOLE_CHARACTERS = 60_000
CONTEXT_CHARACTERS = 1_500
_TAB_CHARACTERS = 34
_BULLETS = ("- ", "* ", "• ")


@dataclass(frozen=True, slots=True)
class Cited:
    """One sentence of a document that a turn cites, or shows as a near miss (``label`` is a letter)."""

    turn: int
    label: str
    citation: Citation

    @property
    def key(self) -> str:
        return place(self.turn, self.label)

    @property
    def near(self) -> bool:
        return not self.label.isdigit()


def cited_by(turn: int, citations: Sequence[Citation], related: Sequence[Citation] = ()) -> list[Cited]:
    """What one turn cites, in the order of its marks, then its near misses."""
    numbered = [Cited(turn, str(number), citation) for number, citation in enumerate(citations, start=1)]
    return numbered + [Cited(turn, near_letter(index), citation) for index, citation in enumerate(related)]


def pane_html(cited: Sequence[Cited], turn: int, document_of: DocumentOf) -> str:
    """The pane for a conversation.

    Args:
        cited: of all turns.
        turn: the one that is shown.
        document_of: finds a document.
    """
    groups: dict[str, list[Cited]] = {}
    shown_first = sorted(cited, key=lambda one: (one.turn != turn, one.turn))
    for one in shown_first:
        groups.setdefault(one.citation.document_id, []).append(one)
    if not groups:
        return page_part(
            '<p class="aside">Cited sentences are shown here, in their documents.</p>', kind="pane"
        )
    tabs, panels = [], []
    for number, (document_id, members) in enumerate(groups.items()):
        first = members[0].citation
        bright = sum(one.turn == turn and not one.near for one in members)
        tabs.append(_tab(number, first, bright, earlier=all(one.turn != turn for one in members)))
        state = "" if number == 0 else " hidden"
        panels.append(
            f'<div role="tabpanel" id="pane-panel-{number}" aria-labelledby="pane-tab-{number}" '
            f'tabindex="0"{state}>'
            f"{_heading(first)}{_body(document_of(document_id), members, turn)}</div>"
        )
    back = '<button type="button" class="act back" data-back hidden>← Back to the answer</button>'
    bar = f'<div role="tablist" aria-label="Documents" class="tabs">{"".join(tabs)}</div>'
    return page_part(f'<div class="pane-bar">{bar}{back}</div>{"".join(panels)}', kind="pane")


def _tab(number: int, citation: Citation, bright: int, earlier: bool) -> str:
    """The tab of one document; one that only earlier turns cite is hidden until a mark leads to it."""
    title = citation.title or citation.document_id
    short = title if len(title) <= _TAB_CHARACTERS else title[:_TAB_CHARACTERS].rsplit(" ", 1)[0] + " …"
    count = f' <span class="count">{bright}<span class="unseen"> cited</span></span>' if bright else ""
    chosen = "true" if number == 0 else "false"
    reach = "" if number == 0 else ' tabindex="-1"'
    reach += " hidden" if earlier and number else ""
    return (
        f'<button type="button" role="tab" id="pane-tab-{number}" aria-controls="pane-panel-{number}" '
        f'aria-selected="{chosen}"{reach}><span dir="auto">{escape(short)}</span> '
        f"<time>{citation.published.isoformat()}</time>{count}</button>"
    )


def _heading(citation: Citation) -> str:
    kind = "Release note" if citation.document_kind == "release-note" else "Article"
    about = [kind, escape(citation.publisher), citation.published.isoformat(), original(citation.url)]
    return (
        f'<h3 class="source-title" dir="auto">{escape(citation.title or citation.document_id)}</h3>'
        f'<p class="origin">{" · ".join(part for part in about if part)}</p>'
    )


def _body(document: Document | None, members: Sequence[Cited], turn: int) -> str:
    """The document, or the quotes alone where it changed since: offsets would point elsewhere."""
    there = [one for one in members if document and _stands(document, one.citation)]
    gone = [one for one in members if one not in there]
    alone = "".join(
        f"<blockquote>{_highlight(escape(one.citation.quote), [one], [one], turn)}"
        f'<p class="origin">{escape(origin(one.citation))}; the document has changed since</p></blockquote>'
        for one in gone
    )
    return alone + (_document(document, there, turn) if document and there else "")


def _stands(document: Document, citation: Citation) -> bool:
    return document.text[citation.start : citation.end] == citation.quote


def _document(document: Document, cited: Sequence[Cited], turn: int) -> str:
    """The text line by line, headings as headings; a long one only around what is cited."""
    whole = len(document.text) <= WHOLE_CHARACTERS
    headings = {section.start: section for section in document.sections if section.title}
    started: set[str] = set()
    parts: list[str] = []
    skipped = False
    for start, end in _lines(document.text):
        near = [one for one in cited if one.citation.start < end and one.citation.end > start]
        if not near and start in headings:
            section = headings[start]
            day = section.published
            dated = f" <time>{day.isoformat()}</time>" if day != document.published else ""
            parts.append(f'<h4 dir="auto">{escape(section.title)}{dated}</h4>')
        elif whole or _close(start, end, cited):
            item = ' class="item"' if document.text.startswith(_BULLETS, start) else ""
            parts.append(f'<p dir="auto"{item}>{_line(document.text, start, end, near, turn, started)}</p>')
            skipped = False
        elif not skipped:
            parts.append('<p class="gap aside">…</p>')
            skipped = True
    return f'<div class="document">{"".join(parts)}</div>'


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the lines that hold words."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, start + len(line)
        start += len(line) + 1


def _close(start: int, end: int, cited: Sequence[Cited]) -> bool:
    reach = CONTEXT_CHARACTERS
    return any(c.citation.start - reach < end and c.citation.end + reach > start for c in cited)


def _line(text: str, start: int, end: int, near: Sequence[Cited], turn: int, started: set[str]) -> str:
    """One line, cut where a citation begins or ends, so that overlapping ones are each highlighted."""
    cuts = {start, end}
    for one in near:
        cuts |= {max(start, one.citation.start), min(end, one.citation.end)}
    edges = sorted(cuts)
    parts = []
    for left, right in pairwise(edges):
        here = [one for one in near if one.citation.start < right and one.citation.end > left]
        piece = escape(text[left:right])
        if here:
            fresh = [one for one in here if one.key not in started]
            started |= {one.key for one in fresh}
            piece = _highlight(piece, here, fresh, turn)
        parts.append(piece)
    return "".join(parts)


def _highlight(piece: str, here: Sequence[Cited], fresh: Sequence[Cited], turn: int) -> str:
    """A stretch of cited text; where a citation begins, its mark, and the place to jump to."""
    keys = " ".join(one.key for one in here)
    bright = any(one.turn == turn and not one.near for one in here)
    style = "bright" if bright else ("near" if any(one.turn == turn for one in here) else "dim")
    tags = "".join(
        f'<span class="tag{"" if one.turn == turn else " old"}">'
        f"{'near miss ' if one.near else ''}{one.label}</span>"
        for one in fresh
    )
    anchor = f' data-at="{" ".join(one.key for one in fresh)}" tabindex="-1"' if fresh else ""
    return f'<mark class="{style}" data-keys="{keys}"{anchor}>{tags}{piece}</mark>'
