"""The ledger and its changes as text for a terminal, CSV, Markdown and plain JSON types."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

from rag.records import Change, ChangeKind, Citation, LedgerEntry, LedgerRow, Verdict
from ui.answer_markdown import plain
from ui.ledger_rows import latest, name_of
from ui.markup import ICONS
from ui.render import STATUS_WORDS

# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain_rows(rows: Sequence[LedgerRow]) -> list[dict[str, Any]]:
    """Plain JSON types: subject, detail, question, the verdict now, and every date with its citations."""
    return [row.to_dict() for row in rows]


def ledger_csv(rows: Sequence[LedgerRow]) -> str:
    """One line for each detail and date; a detail of which no document speaks has no date."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("subject", "detail", "date", "verdict", "document", "url", "quotes"))
    for row in rows:
        for entry in row.history or (None,):
            first = entry.citations[0] if entry and entry.citations else None
            values = (
                row.subject, row.detail, entry.published.isoformat() if entry else "",
                (entry.verdict if entry else row.verdict).value,
                first.title if first else "", first.url if first else "",
                " | ".join(citation.quote for citation in entry.citations) if entry else "",
            )  # fmt: skip
            writer.writerow([f"'{value}" if value.startswith(_FORMULA) else value for value in values])
    return out.getvalue()


def ledger_markdown(rows: Sequence[LedgerRow]) -> str:
    """A table with one line for each detail: its verdict now, and the dates of the earlier ones."""
    lines = ["| subject | detail | now | since | before |", "|---|---|---|---|---|"]
    for row in rows:
        now = latest(row)
        before = ", ".join(f"{STATUS_WORDS[e.verdict].lower()} {e.published}" for e in row.history[:-1])
        cells = (
            row.subject,
            row.detail,
            STATUS_WORDS[row.verdict].lower(),
            str(now.published) if now else "",
            before,
        )
        lines.append(f"| {' | '.join(plain(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


def ledger_text(rows: Sequence[LedgerRow]) -> str:
    """For a terminal: by subject, each detail with its verdict now and the earlier ones."""
    parts: list[str] = []
    silent: dict[str, list[str]] = {}
    subject: str | None = None
    for row in rows:
        if not row.history:
            silent.setdefault(row.subject, []).append(row.detail)
            continue
        if row.subject != subject:
            subject = row.subject
            parts.append(f"\n{subject or 'No subject named'}")
        path = " → ".join(f"{STATUS_WORDS[e.verdict].lower()} {e.published}" for e in row.history)
        parts.append(f"  {ICONS[row.verdict]} {row.detail}: {path}")
        parts += [f"      “{citation.quote}”" for citation in row.history[-1].citations]
    if silent:
        parts.append("\nNot mentioned by any document")
        parts += [f"  {subject}: {', '.join(details)}" for subject, details in silent.items()]
    return "\n".join(parts).strip("\n") or "The documents name no subject and call nothing undisclosed."


_CHANGE_WORDS = {
    ChangeKind.STATED: "now stated",
    ChangeKind.SUPERSEDED: "a newer statement",
    ChangeKind.UNDISCLOSED: "newly called undisclosed",
}


def changes_text(changes: Sequence[Change], since: str) -> str:
    """For a terminal: every change after a date with both sentences, the oldest first."""
    parts = []
    for change in changes:
        name = name_of(change.subject, change.detail)
        lines = [
            f"{change.after.published}  {name}: {_CHANGE_WORDS[change.kind]}",
            *_quoted("now", change.after),
        ]
        lines += _quoted("before", change.before) if change.before else ["    before: not mentioned"]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) or f"Nothing changed after {since}."


def changes_markdown(changes: Sequence[Change], since: str) -> str:
    """A list to be read on its own: by subject what holds now, in the source's words, and what was before.

    Of several changes of one detail the newest is told, and of the older ones the days.
    """
    told: dict[str, dict[str, list[Change]]] = {}
    for change in changes:
        told.setdefault(change.subject, {}).setdefault(change.detail, []).append(change)
    parts = [
        f"**{plain(subject) or 'No subject named'}**\n\n"
        + "\n".join(_newest(detail, found) for detail, found in details.items())
        for subject, details in sorted(told.items(), key=lambda one: one[0].lower())
    ]
    return "\n\n".join(parts) or f"Nothing changed after {since}."


def _newest(detail: str, found: Sequence[Change]) -> str:
    now, first = found[-1].after, found[0].before
    stated = "" if now.verdict is Verdict.STATED else f" ({STATUS_WORDS[now.verdict].lower()})"
    lines = [f"- {plain(detail)}{stated}: {_said(now)}"]
    if len(found) > 1:
        lines.append(f"earlier statements: {', '.join(str(c.after.published) for c in found[:-1])}")
    if first is not None:
        lines.append(f"before {STATUS_WORDS[first.verdict].lower()}: {_said(first)}")
    return "  \n  ".join(lines)


def _said(entry: LedgerEntry) -> str:
    """The first sentence with its day, which leads to the source; the day alone where it has none."""
    shown = [f"“{plain(citation.quote)}” {_linked(citation)}" for citation in entry.citations[:1]]
    return shown[0] if shown else str(entry.published)


def _linked(citation: Citation) -> str:
    day = str(citation.published)
    return f"([{day}]({citation.url}))" if re.fullmatch(r"https?://[^\s()<>]+", citation.url) else f"({day})"


def _quoted(word: str, entry: LedgerEntry) -> list[str]:
    return [
        f"    {word} ({STATUS_WORDS[entry.verdict].lower()}, {citation.published}): “{citation.quote}”"
        for citation in entry.citations
    ]
