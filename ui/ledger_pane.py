"""Beside the ledger: the sentences and dates of the chosen detail, and below them all dates as a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2s
from html import escape

from rag.records import LedgerEntry, LedgerRow, Verdict
from ui.ledger_rows import name_of
from ui.markup import ICONS, badge, original, page_part
from ui.render import STATUS_WORDS

_HINT = (
    '<p class="aside" data-hint>Choose a mark in the ledger, or a line of the timeline: its sentences and '
    "dates are shown here.</p>"
)
_BACK = '<button type="button" class="act back" data-back hidden>← Back</button>'


def cell_key(row: LedgerRow) -> str:
    """The name of a detail in the page; the same whatever the filter shows beside it."""
    return blake2s(f"{row.subject}\n{row.detail}".encode(), digest_size=6).hexdigest()


def path_of(row: LedgerRow) -> list[Verdict]:
    """The verdicts one after the other, each change once: undisclosed, then stated."""
    path: list[Verdict] = []
    for entry in row.history:
        if entry.verdict not in path[-1:]:
            path.append(entry.verdict)
    return path or [row.verdict]


def marks_of(row: LedgerRow) -> str:
    """The verdict now as a mark, behind it the one before; the words are there for who does not see it."""
    *before, now = path_of(row)
    was = (
        f'<span class="mark was" aria-hidden="true">{ICONS[before[-1]]}</span>'
        f'<span class="aside" aria-hidden="true">→</span>'
        f'<span class="unseen">{STATUS_WORDS[before[-1]]}, then </span>'
        if before
        else ""
    )
    return f'<span class="marks">{was}{_mark(now)}</span>'


def _mark(verdict: Verdict) -> str:
    words = STATUS_WORDS[verdict]
    return (
        f'<span class="mark is-{verdict.value}" title="{words}" aria-hidden="true">{ICONS[verdict]}</span>'
        f'<span class="unseen">{words} </span>'
    )


def pane_html(rows: Sequence[LedgerRow]) -> str:
    """Every detail's sentences, hidden until it is chosen, and the timeline."""
    spoken = [row for row in rows if row.history]
    if not spoken:
        return ""
    cells = "".join(_chosen(row) for row in spoken)
    chosen = f'<div class="chosen">{_BACK}{_HINT}{cells}</div>'
    return page_part(f"{chosen}{_timeline(spoken)}", kind="pane ledger-pane")


def _chosen(row: LedgerRow) -> str:
    steps = "".join(f"<li>{_entry(entry)}</li>" for entry in reversed(row.history))
    return (
        f'<article id="cell-{cell_key(row)}" tabindex="-1" hidden>'
        f'<h2 dir="auto">{escape(name_of(row.subject, row.detail))}</h2>'
        f'<p class="aside" dir="auto">Asked as: {escape(row.question)}</p>'
        f'<ol class="steps">{steps}</ol></article>'
    )


def _entry(entry: LedgerEntry) -> str:
    quotes = "".join(
        f'<blockquote dir="auto">{escape(c.quote)}<span class="aside origin">'
        f"{' · '.join(p for p in (escape(c.title), escape(c.section), original(c.url)) if p)}</span>"
        "</blockquote>"
        for c in entry.citations
    )
    silent = '<p class="aside">No sentence to cite.</p>'
    return f"<p><time>{entry.published.isoformat()}</time> {badge(entry.verdict)}</p>{quotes or silent}"


def _timeline(rows: Sequence[LedgerRow]) -> str:
    """By date, the newest first: which details became stated, or were called undisclosed, then."""
    days: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda r: (r.subject.lower(), r.detail.lower())):
        before: Verdict | None = None
        for entry in row.history:
            if entry.verdict is not before and entry.verdict is not Verdict.NOT_COVERED:
                days.setdefault(entry.published.isoformat(), []).append(_line(row, entry.verdict, before))
            before = entry.verdict
    entries = "".join(
        f'<li><h3><time>{day}</time></h3><ul class="plain">{"".join(lines)}</ul></li>'
        for day, lines in sorted(days.items(), reverse=True)
    )
    return f'<h2>When it was disclosed</h2><ol class="timeline">{entries}</ol>'


def _line(row: LedgerRow, verdict: Verdict, before: Verdict | None) -> str:
    was = f' <span class="aside">was {STATUS_WORDS[before].lower()}</span>' if before else ""
    name = escape(name_of(row.subject, row.detail))
    return (
        f'<li><button type="button" class="cell" data-cell="{cell_key(row)}">{_mark(verdict)}'
        f'<span dir="auto">{name}{was}</span></button></li>'
    )
