"""The small pieces of HTML that every part of the page is made of: pure functions, every word escaped.

The result goes into ``gr.HTML`` as its value, never through a template: Gradio's template engine would
run ``${…}`` found in the data.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from rag.records import Citation, Status, Verdict
from ui.render import STATUS_WORDS

ICONS: dict[Status | Verdict, str] = {
    Status.STATED: "✓",
    Status.UNDISCLOSED: "⊘",
    Status.NOT_COVERED: "?",
    Status.PARTIAL: "◐",
}

_MARKER = re.compile(r"\[(\d{1,4})\]")


def badge(status: Status | Verdict) -> str:
    """A status as icon and word; colour comes third."""
    return (
        f'<span class="badge is-{status.value}"><span aria-hidden="true">{ICONS[status]}</span> '
        f"{STATUS_WORDS[status]}</span>"
    )


def place(turn: int, number: int | str) -> str:
    """The name of a cited sentence: the turn of the conversation and its marker there."""
    return f"{turn}-{number}"


def near_letter(index: int) -> str:
    """The marker of a near miss, from 0: a, b, c …; letters, for it is no citation."""
    return chr(ord("a") + index) if index < 26 else f"n{index}"


def mark(turn: int, number: int) -> str:
    """A citation mark that leads to its sentence in the source pane."""
    return (
        f'<a class="cite" href="#source-{place(turn, number)}" data-to="{place(turn, number)}" '
        f'aria-label="citation {number}: show it in the source">{number}</a>'
    )


def marks(indices: Sequence[int], count: int, turn: int) -> str:
    """The marks of some citation indices, from 0; "" for none."""
    return "".join(mark(turn, index + 1) for index in indices if index < count)


def marked(text: str, count: int, turn: int) -> str:
    """Escaped text whose ``[1]`` markers, where they have a source, lead to it."""

    def linked(found: re.Match[str]) -> str:
        number = int(found.group(1))
        return mark(turn, number) if 1 <= number <= count else found.group()

    return _MARKER.sub(linked, escape(text))


def original(citation_url: str) -> str:
    """A link to the original page; "" where the address is none of the web."""
    try:
        scheme = urlsplit(citation_url).scheme
    except ValueError:
        return ""
    if scheme not in ("http", "https"):  # a source's "javascript:" must not become a link
        return ""
    return (
        f'<a class="original" href="{escape(citation_url)}" target="_blank" rel="noopener noreferrer">'
        'Original page<span class="unseen"> (opens in a new tab)</span></a>'
    )


def section_of(citation: Citation) -> str:
    """Where in its document a quote stands: section and page, escaped."""
    parts = (
        [f"“{escape(citation.section)}”"] if citation.section and citation.section != citation.title else []
    )
    parts += [f"page {citation.page}"] if citation.page is not None else []
    return ", ".join(parts)


def listing(entries: Sequence[str], kind: str = "") -> str:
    """A bulleted list; "" for no entries."""
    named = f' class="{kind}"' if kind else ""
    return f"<ul{named}>{''.join(f'<li>{entry}</li>' for entry in entries)}</ul>" if entries else ""


def fault(message: str) -> str:
    """Something that the reader can mend."""
    return f'<p role="alert" class="fault">{escape(message)}</p>'


def notes(notices: Sequence[str]) -> str:
    """What a reader should know about an answer or a change."""
    return "".join(f'<p class="notice">{escape(notice)}</p>' for notice in notices)


def page_part(inner: str, tag: str = "div", kind: str = "") -> str:
    """A part of the page with our own styles."""
    return f'<{tag} class="stated {kind}">{inner}</{tag}>'
