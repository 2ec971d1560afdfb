"""The list of documents as HTML, and what adding or removing one did."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.records import Document
from ui.jobs import Job
from ui.ledger_rows import Difference, latest, name_of, summary
from ui.markup import badge, fault, listing, original, page_part
from ui.render import STATUS_WORDS

_DIGEST_SHOWN = 12


def documents_html(documents: Sequence[Document], added: Sequence[str]) -> str:
    """Every document with its date, kind, length, digest and origin, the newest first."""
    rows = []
    for document in sorted(documents, key=lambda one: (one.published, one.id), reverse=True):
        kind = "Release note" if document.kind == "release-note" else "Article"
        words = len(document.text.split())
        link = original(document.url)
        by = f'<br><span class="aside">{escape(document.publisher)}</span>' if document.publisher else ""
        note = f'<br><span class="aside">{escape(document.note)}</span>' if document.note else ""
        rows.append(
            f'<tr><th scope="row" dir="auto">{escape(document.title)}{by}{note}</th>'
            f"<td><time>{document.published.isoformat()}</time></td><td>{kind}</td>"
            f'<td class="number">{words:,}</td>'
            f'<td><code title="{document.sha256}">{document.sha256[:_DIGEST_SHOWN]}</code></td>'
            f"<td>{'added here' if document.id in added else 'shipped'}<br>{link}</td></tr>"
        )
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Document", "Date", "Kind", "Words", "Digest (SHA-256)", "Origin")
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    count = f"{len(documents)} {'document' if len(documents) == 1 else 'documents'}"
    return page_part(
        f'<h2>{count}</h2><div class="wide" tabindex="0" role="region" aria-label="Documents">{table}</div>'
    )


def progress_html(job: Job) -> str:
    """How far a job is, as words and a bar."""
    if job.finished.is_set():
        return job.result
    amount = f' value="{job.done}" max="{job.total}"' if job.total else ""
    words = f"{job.stage or job.title} … {f'{job.done} of {job.total}' if job.total else ''}"
    return page_part(
        f'<p class="aside">{escape(words)}</p><progress{amount} aria-label="{escape(job.title)}"></progress>'
        '<p class="aside">This goes on also when you close the page.</p>'
    )


def outcome_html(done: Sequence[str], refused: dict[str, str], changes: Sequence[Difference]) -> str:
    """What was added or removed, what was refused and why, and which details changed by it."""
    parts = [f"<p><b>{escape(line)}</b></p>" for line in done]
    parts += [fault(reason) for reason in refused.values()]
    if done:
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
