"""What the page shows before the first question: what an answer can be, and which documents there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from urllib.parse import urlsplit

from rag.records import Document, Status
from rag.settings import Settings
from ui.access import is_loopback
from ui.markup import badge, notes, original, page_part

_LEGEND = (
    (Status.STATED, "a source says it: as a fact, a plan or an opinion, and whose"),
    (Status.UNDISCLOSED, "a source says that it is not disclosed, decided or clear"),
    (Status.NOT_COVERED, "no source speaks of it, and nothing is guessed"),
    (Status.PARTIAL, "its parts have different answers, told one by one"),
)
_KINDS = {"article": "Article", "release-note": "Release note"}


def sent_html(settings: Settings) -> str:
    """Where questions and sentences go, if a server on another machine words the answers; else ""."""
    if settings.llm != "openai":
        return ""
    try:
        host = urlsplit(settings.llm_base_url or "").hostname or ""
    except ValueError:
        host = ""
    if not host or is_loopback(host):
        return ""
    return page_part(
        notes([f"Answers are worded by {host}: each question and the sentences cited for it are sent there."])
    )


def welcome_html() -> str:
    """The four kinds of answer, each with its sign."""
    lines = "".join(f"<li>{badge(status)}<span>{words}</span></li>" for status, words in _LEGEND)
    return page_part(
        "<p>Ask in plain English. Every answer bears one of these signs, and quotes the sentences that it "
        f'rests on.</p><ul class="plain legend">{lines}</ul>',
        kind="answer welcome",
    )


def shelf_html(documents: Sequence[Document]) -> str:
    """The documents that are asked, the newest first; cited sentences take their place."""
    newest = sorted(documents, key=lambda one: (last_day(one), one.id), reverse=True)
    lines = "".join(
        f'<li><span dir="auto">{escape(one.title)}</span><br><span class="aside">'
        f"{' · '.join(part for part in (kind_of(one), days_of(one), original(one.url)) if part)}</span></li>"
        for one in newest
    )
    count = f"{len(documents)} {'document' if len(documents) == 1 else 'documents'}"
    return page_part(
        f"<h2>{count} to ask</h2>"
        '<p class="aside">Cited sentences are shown here, in their paragraphs.</p>'
        f'<ul class="plain">{lines}</ul>',
        kind="pane shelf",
    )


def kind_of(document: Document) -> str:
    """Article or release note, in words."""
    return _KINDS[document.kind]


def days_of(document: Document) -> str:
    """Its date; for one whose sections have later dates of their own, the first and the last."""
    first, last = document.published.isoformat(), last_day(document).isoformat()
    later = "" if first == last else f" to <time>{last}</time>"
    return f'<span class="aside"><time>{first}</time>{later}</span>'


def last_day(document: Document) -> date:
    """The last date in it."""
    return max([document.published, *(section.published for section in document.sections)])
