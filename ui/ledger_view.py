"""The ledger as HTML: subjects by details, each opening its sentences, and the dates as a timeline."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from html import escape

from rag.records import LedgerEntry, LedgerRow, Verdict
from ui.ledger_rows import name_of
from ui.ledger_text import ledger_csv, ledger_markdown
from ui.markup import badge, original, page_part
from ui.render import STATUS_WORDS

ALL = "all"


def shown_rows(rows: Sequence[LedgerRow], words: str, verdict: str) -> list[LedgerRow]:
    """The rows whose subject, detail or sentences have all the words, and whose verdict now fits."""
    wanted = words.lower().split()
    return [
        row
        for row in rows
        if verdict in (ALL, row.verdict.value) and all(word in _words(row) for word in wanted)
    ]


def _words(row: LedgerRow) -> str:
    quotes = " ".join(citation.quote for entry in row.history for citation in entry.citations)
    return f"{row.subject} {row.detail} {quotes}".lower()


def ledger_html(rows: Sequence[LedgerRow], total: int) -> str:
    """The details that several subjects share as a table, the others by subject; each opens its sentences."""
    counts = [f"{badge(verdict)} {sum(row.verdict is verdict for row in rows)}" for verdict in Verdict]
    head = (
        f'<p class="status">{" ".join(counts)} <span class="aside">{len(rows)} of {total} details</span></p>'
    )
    shared = _shared(rows)
    parts = [head, _downloads(rows), _table([row for row in rows if row.detail in shared], shared)]
    subject: str | None = None
    for row in sorted(
        (row for row in rows if row.detail not in shared), key=lambda r: (r.subject.lower(), r.detail.lower())
    ):
        if row.subject != subject:
            subject = row.subject
            parts.append(f'<h3 dir="auto">{escape(subject or "No subject named")}</h3>')
        parts.append(_row(row))
    if not rows:
        parts.append('<p class="aside">No detail fits: change the filter.</p>')
    return page_part("".join(parts), kind="ledger")


def _shared(rows: Sequence[LedgerRow]) -> list[str]:
    """The details of which several subjects have one, the most covered first."""
    subjects = Counter(row.detail for row in rows)
    spoken = Counter(row.detail for row in rows if row.history)
    return sorted((d for d, count in subjects.items() if count > 1), key=lambda d: (-spoken[d], d))


def _table(rows: Sequence[LedgerRow], details: Sequence[str]) -> str:
    if not rows:
        return ""
    cells = {(row.subject, row.detail): row for row in rows}
    head = "".join(f'<th scope="col">{escape(detail)}</th>' for detail in details)
    lines = []
    for subject in sorted({row.subject for row in rows}, key=str.lower):
        line = "".join(f"<td>{_mark(cells.get((subject, detail)))}</td>" for detail in details)
        lines.append(
            f'<tr><th scope="row" dir="auto">{escape(subject or "No subject named")}</th>{line}</tr>'
        )
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="Subjects by details"><table>'
        f'<thead><tr><th scope="col">Subject</th>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _mark(row: LedgerRow | None) -> str:
    """A cell of the table: the status as icon and word, opening its sentences."""
    if row is None:
        return ""
    if not row.history:
        words = STATUS_WORDS[row.verdict]
        return f'<span class="aside" title="{words}"><span aria-hidden="true">–</span></span>'
    changed = f' <span class="aside">{len(row.history)} dates</span>' if len(row.history) > 1 else ""
    summary = f"{badge(row.verdict)}{changed}"
    return f'<details class="cell"><summary>{summary}</summary>{_steps(row)}</details>'


def timeline_html(rows: Sequence[LedgerRow]) -> str:
    """By date, the newest first: which details became stated, or were called undisclosed, then."""
    days: dict[str, list[str]] = {}
    for row in rows:
        before: Verdict | None = None
        for entry in row.history:
            if entry.verdict is not before and entry.verdict is not Verdict.NOT_COVERED:
                name = name_of(row.subject, row.detail)
                days.setdefault(entry.published.isoformat(), []).append(
                    f"{badge(entry.verdict)} {escape(name)}"
                )
            before = entry.verdict
    entries = [
        f"<li><h3><time>{day}</time></h3><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul></li>"
        for day, lines in sorted(days.items(), reverse=True)
    ]
    return page_part(f'<h2>When it was disclosed</h2><ol class="timeline">{"".join(entries)}</ol>')


def _row(row: LedgerRow) -> str:
    path = " → ".join(
        f"{STATUS_WORDS[e.verdict].lower()} {e.published.isoformat()}" for e in row.history[:-1]
    )
    earlier = f' <span class="aside">before: {path}</span>' if path else ""
    summary = f'{badge(row.verdict)} <span dir="auto">{escape(row.detail)}</span>{earlier}'
    return f'<details class="cell"><summary>{summary}</summary>{_steps(row)}</details>'


def _steps(row: LedgerRow) -> str:
    steps = "".join(f"<li>{_entry(entry)}</li>" for entry in reversed(row.history))
    return f'<ol class="steps">{steps}</ol>' if steps else '<p class="aside">No sentence to cite.</p>'


def _entry(entry: LedgerEntry) -> str:
    quotes = "".join(
        f'<blockquote dir="auto">{escape(c.quote)}<br><span class="aside">'
        f"{' · '.join(escape(part) for part in (c.title, c.section) if part)}</span> "
        f"{original(c.url)}</blockquote>"
        for c in entry.citations
    )
    silent = '<p class="aside">No sentence to cite.</p>'
    return f"<time>{entry.published.isoformat()}</time> {badge(entry.verdict)}{quotes or silent}"


def _downloads(rows: Sequence[LedgerRow]) -> str:
    return '<p class="actions">' + "".join(
        f'<a class="act" download="{name}" href="data:{kind};charset=utf-8;base64,'
        f'{base64.b64encode(text.encode()).decode()}">{words}</a>'
        for name, kind, words, text in (
            ("ledger.csv", "text/csv", "Download CSV", ledger_csv(rows)),
            ("ledger.md", "text/markdown", "Download Markdown", ledger_markdown(rows)),
        )
    ) + "</p>"  # fmt: skip
