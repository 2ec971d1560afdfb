"""HTML to text that reads like Markdown: headings, list items and table rows on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.extracted import Extracted, clean, one_line
from rag.headings import Heading

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DROPPED = {
    "script", "style", "noscript", "template", "nav", "head", "svg", "math", "iframe", "object", "canvas",
    "audio", "video", "button", "select", "textarea", "dialog",
}  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PARAGRAPHS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "details", "div", "dl",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "main", "ol", "p",
    "section", "summary", "table", "tbody", "tfoot", "thead", "ul",
}  # fmt: skip
_LINES = {"br", "dd", "dt", "td", "th", "tr"}
_CELLS = {"td", "th"}
# What a row holds where its table lays out the page instead of listing values.
_LAYOUT = {*_HEADINGS, "table", "ul", "ol", "dl", "pre"}
_ANCHOR_SIGNS = {"#", "¶", "§", "🔗"}

# The parser's time grows with the square of the depth; pages are nested in tens, not thousands.
_MAX_DEPTH = 5_000
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)", re.IGNORECASE)
_NO_DEPTH = {
    # never closed, or closed by the next of their kind
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr", "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option", "optgroup",
    "colgroup", "rp", "rt", "html", "head", "body",
}  # fmt: skip


def read_html(html: str) -> Extracted:
    """The text of a page, its title, and its headings.

    Scripts, styles, navigation and elements with ``hidden`` are dropped.  A heading becomes
    ``## title``, a list item ``- item``, a table's row ``| a | b |``, its header one with a rule below,
    preformatted text a fence.

    Raises:
        ValueError: the page is nested beyond reason; the message says so in a few words.
    """
    from selectolax.lexbor import LexborHTMLParser

    if _depth(html) > _MAX_DEPTH:
        raise ValueError(f"has elements nested more than {_MAX_DEPTH:,} deep; save it again as a plain page")
    tree = LexborHTMLParser(html)
    titles = tree.tags("title")
    page = _Page()
    # What is around the one main part of a page is there for the reader's way through the site.
    main = [node for node in tree.tags("main") if _words(node)]
    if root := main[0] if len(main) == 1 else tree.root:
        page.write_all(root)
    text, headings = page.finish()
    return Extracted(text=text, headings=headings, title=_words(titles[0]) if titles else "")


def _depth(html: str) -> int:
    """The depth of nesting at most, as far as tags tell it without parsing."""
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _NO_DEPTH:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        if not _is_dropped(child):
            yield child
        child = child.next


def _is_dropped(node: LexborNode) -> bool:
    if node.is_text_node:
        return False
    if node.tag in _DROPPED or "hidden" in node.attributes:
        return True
    # A permalink beside a heading is no part of its words.
    only = node.first_child if node.tag == "a" else None
    if only is None or only.next is not None or not only.is_text_node:
        return False
    return (only.text_content or "").strip() in _ANCHOR_SIGNS


def _below(node: LexborNode) -> Iterator[LexborNode]:
    """What a node holds, in order; without recursion, however deep."""
    stack = [*_children(node)][::-1]
    while stack:
        inner = stack.pop()
        yield inner
        stack.extend([*_children(inner)][::-1])


def _text(node: LexborNode, for_break: str) -> str:
    pieces = []
    for inner in _below(node):
        if inner.is_text_node:
            pieces.append(inner.text_content or "")
        elif inner.tag in ("br", "p", "div"):
            pieces.append(for_break)
    return clean("".join(pieces))


def _words(node: LexborNode) -> str:
    return one_line(_text(node, " "))


def _cells(row: LexborNode) -> list[LexborNode]:
    """The cells of a row of values; none where they hold parts of a page."""
    if any(inner.tag in _LAYOUT for inner in _below(row)):
        return []
    cells = [cell for cell in _children(row) if cell.tag in _CELLS]
    paragraphs = (sum(inner.tag == "p" for inner in _below(cell)) for cell in cells)
    return [] if any(count > 1 for count in paragraphs) else cells


class _Page:
    """The lines written so far, and the line being written."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._mark = ""
        self._headings: list[tuple[int, int, str]] = []

    def write_all(self, root: LexborNode) -> None:
        """Write every kept node; what is not written whole is entered, and its end marked."""
        stack: list[tuple[LexborNode, bool]] = [(root, True)]
        while stack:
            node, entering = stack.pop()
            if node.is_text_node:
                self._line.append(node.text_content or "")
            elif not (entering and self._write_whole(node)):
                self._write_edge(node.tag or "", entering)
                if entering:
                    stack.append((node, False))
                    stack.extend((child, True) for child in [*_children(node)][::-1])

    def finish(self) -> tuple[str, tuple[Heading, ...]]:
        """The text, and its headings with their offsets."""
        self._end_line()
        while self._lines and not self._lines[-1]:
            self._lines.pop()
        starts = [0]
        for line in self._lines:
            starts.append(starts[-1] + len(line) + 1)
        headings = (Heading(title, level, starts[number]) for number, level, title in self._headings)
        return "\n".join(self._lines), tuple(headings)

    def _write_whole(self, node: LexborNode) -> bool:
        if node.tag in _HEADINGS:
            self._write_heading(_HEADINGS[node.tag], _words(node))
        elif node.tag == "pre":
            self._write_preformatted(_text(node, "\n").strip("\n"))
        elif node.tag == "tr" and (cells := _cells(node)):
            self._end_line()
            words = [_words(cell).replace("|", "/") for cell in cells]
            self._lines += [f"| {' | '.join(words)} |"] if any(words) else []
            if any(words) and all(cell.tag == "th" for cell in cells):
                self._lines.append(f"|{'---|' * len(cells)}")
        else:
            return False
        return True

    def _write_edge(self, tag: str, entering: bool) -> None:
        if tag == "li":
            self._end_line()
            self._mark = "- " if entering else ""
        elif tag in _PARAGRAPHS:
            self._end_paragraph()
        elif tag in _LINES:
            self._end_line()

    def _end_line(self) -> None:
        words = one_line("".join(self._line))
        self._line.clear()
        if words:
            self._lines.append(self._mark + words)
            self._mark = ""

    def _end_paragraph(self) -> None:
        self._end_line()
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def _write_heading(self, level: int, words: str) -> None:
        self._mark = ""
        self._end_paragraph()
        if words:
            self._headings.append((len(self._lines), level, words))
            self._lines += [f"{'#' * level} {words}", ""]

    def _write_preformatted(self, body: str) -> None:
        self._end_paragraph()
        if body.strip():
            fence = "~~~" if "```" in body else "```"
            self._lines += [fence, *body.split("\n"), fence, ""]
