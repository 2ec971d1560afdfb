"""The list of documents as HTML, and what adding or removing one did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from rag.records import Document
from ui.jobs import Job
from ui.ledger_rows import Difference, latest, name_of, summary
from ui.markup import badge, fault, listing, original, page_part
from ui.render import STATUS_WORDS
from ui.welcome import days_of, kind_of, last_day


def documents_html(documents: Sequence[Document], added: Sequence[str], sentences: Mapping[str, int]) -> str:
    """Every document with its dates, kind, number of sentences, digest and origin, the newest first."""
    rows = []
    for document in sorted(documents, key=lambda one: (last_day(one), one.id), reverse=True):
        by = f'<br><span class="aside">{escape(document.publisher)}</span>' if document.publisher else ""
        there = "added here" if document.id in added else "corpus folder"
        count = f'{sentences.get(document.id, 0):,}<span class="unit"> sentences</span>'
        rows.append(
            f'<tr role="row"><th scope="row" role="rowheader" dir="auto">{escape(document.title)}{by}'
            f"{_about(document)}</th>"
            f'<td role="cell" class="days">{days_of(document)}</td><td role="cell">{kind_of(document)}</td>'
            f'<td role="cell" class="number">{count}</td>'
            f'<td role="cell">{there}<br> {original(document.url)}</td></tr>'
        )
    head = "".join(
        f'<th scope="col" role="columnheader">{name}</th>'
        for name in ("Document", "Dates", "Kind", "Sentences", "Origin")
    )
    table = (
        f'<table class="list" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table>'
    )
    count = f"{len(documents)} {'document' if len(documents) == 1 else 'documents'}"
    return page_part(
        f'<h2>{count}</h2><div class="wide" tabindex="0" role="region" aria-label="Documents">{table}</div>'
    )


def _about(document: Document) -> str:
    """What is seldom wanted, folded: the makers' note, the file, and the digest that receipts name."""
    note = f"<p>{escape(document.note)}</p>" if document.note else ""
    return (
        f'<details class="about"><summary>About</summary>{note}<p>File <code>{escape(document.name)}</code>, '
        f"SHA-256 <code>{document.sha256}</code></p></details>"
    )


def progress_html(job: Job) -> str:
    """How far a job is, as words and a bar."""
    if job.finished.is_set():
        return job.result
    amount = f' value="{job.done}" max="{job.total}"' if job.total else ""
    words = f"{job.stage or job.title} … {f'{job.done} of {job.total}' if job.total else ''}"
    return job.so_far + page_part(
        f'<p class="aside">{escape(words)}</p><progress{amount} aria-label="{escape(job.title)}"></progress>'
        '<p class="aside">This goes on also when you close the page.</p>'
    )


def outcome_html(done: Sequence[str], refused: dict[str, str], changes: Sequence[Difference] | None) -> str:
    """What was added or removed, what was refused and why, and which details changed by it.

    ``changes`` is None where that is not known yet.
    """
    parts = [f"<p><b>{escape(line)}</b></p>" for line in done]
    parts += [fault(reason) for reason in refused.values()]
    if changes or (done and changes is not None):
        parts.append(f'<p class="notice" role="status">{escape(summary(changes))}.</p>')
        parts.append(listing([_change(change) for change in changes], "plain changes"))
    return page_part("".join(parts))


def _change(change: Difference) -> str:
    now = latest(change.row)
    before = (
        f'<span class="aside">before: {STATUS_WORDS[change.before.verdict]}</span>' if change.before else ""
    )
    name = name_of(change.row.subject, change.row.detail)
    quotes = "".join(
        f'<br><q dir="auto">{escape(citation.quote)}</q> '
        f'<span class="aside">{citation.published.isoformat()}</span> {original(citation.url)}'
        for citation in (now.citations if now else ())
    )
    return f"{badge(change.row.verdict)} {escape(name)} {before}{quotes}"
