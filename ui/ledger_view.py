"""The ledger as HTML, CSV, Markdown and plain JSON types."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Sequence
from html import escape
from typing import Any

from rag.records import Citation, Verdict
from ui.answer_markdown import plain
from ui.ledger_rows import Cell, Row
from ui.markup import badge, original, page_part
from ui.render import STATUS_WORDS

# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
ALL = "all"


def shown_rows(rows: Sequence[Row], words: str, verdict: str) -> list[Row]:
    """The rows whose subject, detail or sentences have all the words, and whose latest verdict fits."""
    wanted = words.lower().split()
    return [
        row
        for row in rows
        if verdict in (ALL, row.latest.verdict.value) and all(word in _words(row) for word in wanted)
    ]


def _words(row: Row) -> str:
    quotes = " ".join(citation.quote for cell in row.cells for citation in cell.citations)
    return f"{row.subject} {row.detail} {quotes}".lower()


def ledger_html(rows: Sequence[Row], total: int) -> str:
    """The rows by subject; each detail opens its sentences and its history."""
    counts = [f"{badge(verdict)} {sum(row.latest.verdict is verdict for row in rows)}" for verdict in Verdict]
    head = (
        f'<p class="status">{" ".join(counts)} <span class="aside">{len(rows)} of {total} details</span></p>'
    )
    parts = [head, _downloads(rows)]
    subject: str | None = None
    for row in sorted(rows, key=lambda row: (row.subject.lower(), row.detail.lower())):
        if row.subject != subject:
            subject = row.subject
            parts.append(f'<h3 dir="auto">{escape(subject or "No subject named")}</h3>')
        parts.append(_row(row))
    if not rows:
        parts.append('<p class="aside">No detail fits: change the filter.</p>')
    return page_part("".join(parts), kind="ledger")


def timeline_html(rows: Sequence[Row]) -> str:
    """By date, the newest first: which details became stated, or were called undisclosed, then."""
    days: dict[str, list[str]] = {}
    for row in rows:
        before: Verdict | None = None
        for cell in row.cells:
            if cell.verdict is not before and cell.verdict is not Verdict.NOT_COVERED:
                name = " – ".join(part for part in (row.subject, row.detail) if part)
                days.setdefault(cell.published.isoformat(), []).append(
                    f"{badge(cell.verdict)} {escape(name)}"
                )
            before = cell.verdict
    entries = [
        f"<li><h3><time>{day}</time></h3><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul></li>"
        for day, lines in sorted(days.items(), reverse=True)
    ]
    return page_part(f'<h2>When it was disclosed</h2><ol class="timeline">{"".join(entries)}</ol>')


def plain_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Plain JSON types: subject, detail, the latest verdict, and every date with its quotes."""
    return [
        {
            "subject": row.subject,
            "detail": row.detail,
            "verdict": row.latest.verdict.value,
            "history": [
                {
                    "published": cell.published.isoformat(),
                    "verdict": cell.verdict.value,
                    "quotes": [_plain_quote(citation) for citation in cell.citations],
                }
                for cell in row.cells
            ],
        }
        for row in rows
    ]


def ledger_csv(rows: Sequence[Row]) -> str:
    """One line for each detail and date."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("subject", "detail", "date", "verdict", "document", "url", "quotes"))
    for row in rows:
        for cell in row.cells:
            first = cell.citations[0] if cell.citations else None
            values = (
                row.subject, row.detail, cell.published.isoformat(), cell.verdict.value,
                first.title if first else "", first.url if first else "",
                " | ".join(citation.quote for citation in cell.citations),
            )  # fmt: skip
            writer.writerow([f"'{value}" if value.startswith(_FORMULA) else value for value in values])
    return out.getvalue()


def ledger_markdown(rows: Sequence[Row]) -> str:
    """A table with one line for each detail: its verdict now, and the dates of the earlier ones."""
    lines = ["| subject | detail | now | since | before |", "|---|---|---|---|---|"]
    for row in rows:
        before = ", ".join(f"{STATUS_WORDS[c.verdict].lower()} {c.published}" for c in row.cells[:-1])
        cells = (
            row.subject,
            row.detail,
            STATUS_WORDS[row.latest.verdict].lower(),
            str(row.latest.published),
            before,
        )
        lines.append(f"| {' | '.join(plain(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _plain_quote(citation: Citation) -> dict[str, Any]:
    return {
        "document_id": citation.document_id, "quote": citation.quote, "start": citation.start,
        "end": citation.end, "url": citation.url,
    }  # fmt: skip


def _row(row: Row) -> str:
    path = " → ".join(f"{STATUS_WORDS[c.verdict].lower()} {c.published.isoformat()}" for c in row.cells[:-1])
    earlier = f' <span class="aside">before: {path}</span>' if path else ""
    summary = f'{badge(row.latest.verdict)} <span dir="auto">{escape(row.detail)}</span>{earlier}'
    steps = "".join(f"<li>{_cell(cell)}</li>" for cell in reversed(row.cells))
    return f'<details class="cell"><summary>{summary}</summary><ol class="steps">{steps}</ol></details>'


def _cell(cell: Cell) -> str:
    quotes = "".join(
        f'<blockquote dir="auto">{escape(c.quote)}<br><span class="aside">'
        f"{' · '.join(escape(part) for part in (c.title, c.section) if part)}</span> "
        f"{original(c.url)}</blockquote>"
        for c in cell.citations
    )
    silent = '<p class="aside">No sentence to cite.</p>'
    return f"<time>{cell.published.isoformat()}</time> {badge(cell.verdict)}{quotes or silent}"


def _downloads(rows: Sequence[Row]) -> str:
    return '<p class="actions">' + "".join(
        f'<a class="act" download="{name}" href="data:{kind};charset=utf-8;base64,'
        f'{base64.b64encode(text.encode()).decode()}">{words}</a>'
        for name, kind, words, text in (
            ("ledger.csv", "text/csv", "Download CSV", ledger_csv(rows)),
            ("ledger.md", "text/markdown", "Download Markdown", ledger_markdown(rows)),
        )
    ) + "</p>"  # fmt: skip
