"""The ledger as HTML: subjects by details with a mark for each, and further details by subject.

A mark leads to its sentences in the pane beside it (``ledger_pane``).
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from html import escape

from rag.records import LedgerRow, Verdict
from ui.ledger_pane import cell_key, marks_of
from ui.ledger_reading import Reading
from ui.ledger_text import ledger_csv, ledger_markdown
from ui.markup import ICONS, badge, page_part
from ui.render import STATUS_WORDS

ALL = "all"
_KEY = (
    f"· no document mentions it   {ICONS[Verdict.UNDISCLOSED]} → {ICONS[Verdict.STATED]} "
    "called undisclosed earlier, stated now"
)
_NAMELESS = "No subject named"


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


def reading_html(reading: Reading) -> str:
    """How far the reading is; the first time it takes as long as all its questions do."""
    left = reading.seconds_left
    rest = "" if left is None else f", about {_rounded(left)} left"
    count = f"{reading.done} of {reading.total} details" if reading.total else "Beginning"
    amount = f' value="{reading.done}" max="{reading.total}"' if reading.total else ""
    return page_part(
        f'<p class="card-text">Asking the documents for every detail. {count}{rest}.</p>'
        f'<progress{amount} aria-label="Reading the ledger"></progress>'
        '<p class="aside">This is done once for each state of the documents and each “as of” day; '
        "you can ask meanwhile.</p>",
        kind="reading",
    )


def _rounded(seconds: float) -> str:
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = round(seconds / 60)
    return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"


def ledger_html(rows: Sequence[LedgerRow], total: int) -> str:
    """The details that several subjects share as a table, the others by subject, last the silent ones."""
    shared = _shared(rows)
    spoken = [row for row in rows if row.history]
    parts = [
        _head(rows, total),
        _table([row for row in spoken if row.detail in shared], shared),
        _others([row for row in spoken if row.detail not in shared]),
        _silent([row for row in rows if not row.history], alone=not spoken),
    ]
    if not rows:
        parts.append('<p class="aside">No detail fits: change the filter.</p>')
    return page_part("".join(parts), kind="ledger")


def _head(rows: Sequence[LedgerRow], total: int) -> str:
    counts = "".join(
        f'<span class="count-of">{badge(verdict)} {sum(row.verdict is verdict for row in rows)}</span>'
        for verdict in Verdict
    )
    all_ = "" if len(rows) == total else f" of {total}"
    told = f'<span class="aside">{len(rows)}{all_} details</span>'
    return f'<div class="ledger-head"><p class="status">{counts}{told}</p>{_downloads(rows)}</div>'


def _shared(rows: Sequence[LedgerRow]) -> list[str]:
    """The details that several subjects have and a document speaks of, the most covered first."""
    subjects = Counter(row.detail for row in rows)
    spoken = Counter(row.detail for row in rows if row.history)
    return sorted(
        (d for d, count in subjects.items() if count > 1 and spoken[d]), key=lambda d: (-spoken[d], d)
    )


def _table(rows: Sequence[LedgerRow], details: Sequence[str]) -> str:
    """Roles are written out, for a narrow screen shows every subject as a block of named marks."""
    if not rows:
        return ""
    cells = {(row.subject, row.detail): row for row in rows}
    head = "".join(f'<th scope="col" role="columnheader">{escape(detail)}</th>' for detail in details)
    lines = []
    for subject in sorted({row.subject for row in rows}, key=str.lower):
        line = "".join(_cell(cells.get((subject, detail)), detail) for detail in details)
        name = escape(subject or _NAMELESS)
        lines.append(f'<tr role="row"><th scope="row" role="rowheader" dir="auto">{name}</th>{line}</tr>')
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="Subjects by details">'
        '<table class="matrix" role="table"><thead role="rowgroup"><tr role="row">'
        f'<th scope="col" role="columnheader">Subject</th>{head}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(lines)}</tbody></table></div>'
        f'<p class="aside key" aria-hidden="true">{_KEY}</p>'
    )


def _cell(row: LedgerRow | None, detail: str) -> str:
    if row is None:
        words = f'<span class="unseen">{STATUS_WORDS[Verdict.NOT_COVERED]}</span>'
        return f'<td role="cell" class="silent"><span aria-hidden="true">·</span>{words}</td>'
    name = f'<span class="detail-name" aria-hidden="true">{escape(detail)}</span>'
    return f'<td role="cell">{_opener(row, name + marks_of(row))}</td>'


def _opener(row: LedgerRow, inner: str) -> str:
    return f'<button type="button" class="cell" data-cell="{cell_key(row)}">{inner}</button>'


def _others(rows: Sequence[LedgerRow]) -> str:
    """Details of one subject alone, by subject."""
    if not rows:
        return ""
    groups: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda r: (r.subject.lower(), r.detail.lower())):
        line = _opener(row, f'{marks_of(row)}<span dir="auto">{escape(row.detail)}</span>')
        groups.setdefault(row.subject, []).append(f"<li>{line}</li>")
    parts = [
        f'<section class="subject"><h3 dir="auto">{escape(subject or _NAMELESS)}</h3>'
        f'<ul class="plain">{"".join(lines)}</ul></section>'
        for subject, lines in groups.items()
    ]
    return f'<h2>Further details</h2><div class="subjects">{"".join(parts)}</div>'


def _silent(rows: Sequence[LedgerRow], alone: bool) -> str:
    """What no document speaks of, folded: most of it is what people commonly ask."""
    if not rows:
        return ""
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row.subject, []).append(escape(row.detail))
    lines = "".join(
        f'<li><b dir="auto">{escape(subject or _NAMELESS)}</b>: {", ".join(details)}</li>'
        for subject, details in groups.items()
    )
    return (
        f'<details class="silence"{" open" if alone else ""}><summary>{badge(Verdict.NOT_COVERED)} '
        f"{len(rows)} details that no document mentions</summary>"
        f'<ul class="plain">{lines}</ul></details>'
    )


def _downloads(rows: Sequence[LedgerRow]) -> str:
    return '<p class="actions"><span class="aside" aria-hidden="true">Download</span>' + "".join(
        f'<a class="act" aria-label="Download {words}" download="{name}" '
        f'href="data:{kind};charset=utf-8;base64,'
        f'{base64.b64encode(text.encode()).decode()}">{words}</a>'
        for name, kind, words, text in (
            ("ledger.csv", "text/csv", "CSV", ledger_csv(rows)),
            ("ledger.md", "text/markdown", "Markdown", ledger_markdown(rows)),
        )
    ) + "</p>"  # fmt: skip
