"""Answers as HTML for the page: pure functions; every word of a source or a person is escaped.

The result goes into ``gr.HTML`` as its value, never through a template: Gradio's template engine would
run ``${…}`` found in the data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import urlsplit

from rag.records import Answer, Citation, Claim, Evidence, Finding, Status, Verdict
from ui.render import STATUS_MEANINGS, STATUS_WORDS, finding_name, kind_text, origin, shortened

TextOf = Callable[[str], str | None]
"""A document's text by its id; None where the document is gone."""

ICONS: dict[Status | Verdict, str] = {
    Status.STATED: "✓",
    Status.UNDISCLOSED: "⊘",
    Status.NOT_COVERED: "?",
    Status.PARTIAL: "◐",
}

CONTEXT_CHARACTERS = 320
_MARKER = re.compile(r"\[(\d{1,4})\]")
_BREAK = "\n\n"
# A blank line, or a line that is a Markdown heading: what lies beyond is another passage.
_APART = re.compile(r"\n[ \t]*\n|(?:\n|^)#{1,6} [^\n]*(?:\n|$)")


def badge(status: Status | Verdict) -> str:
    """A status as icon and word; colour comes third."""
    return (
        f'<span class="badge is-{status.value}"><span aria-hidden="true">{ICONS[status]}</span> '
        f"{STATUS_WORDS[status]}</span>"
    )


def answer_html(answer: Answer) -> str:
    """A finished answer, without its sources."""
    understood = ""
    if answer.understood_as and answer.understood_as != answer.question:
        understood = f'<p class="aside">Understood as: {escape(answer.understood_as)}</p>'
    status = (
        f'<p class="status">{badge(answer.status)} <span class="aside">{STATUS_MEANINGS[answer.status]}, '
        f"as of {answer.as_of.isoformat()}</span></p>"
    )
    count = len(answer.citations)
    parts = [status, understood, _text(answer.text, count), _notices(answer.notices)]
    if len(answer.findings) > 1 or any(finding.premise for finding in answer.findings):
        parts.append(_listing("Details", [_finding(finding, count) for finding in answer.findings]))
    cited = [claim for claim in answer.claims if claim.citations]  # silence is no kind of statement
    if len(cited) == 1:  # its words stand above
        parts.append(f"<p>{_kind(cited[0])}</p>")
    elif cited:
        parts.append(_listing("Kinds of statement", [_claim(claim, count) for claim in cited]))
    return _article("".join(parts))


def running_html(evidence: Evidence | None, text: str) -> str:
    """An answer in the making: the verdicts first, then the words as they come."""
    if evidence is None:
        return _article('<p class="aside">Reading the sources …</p>')
    badges = " ".join(dict.fromkeys(badge(finding.verdict) for finding in evidence.findings))
    return _article(f'<p class="status">{badges}</p>' + _text(text, len(evidence.citations)))


def error_html(message: str) -> str:
    """A fault that the reader can mend."""
    return _article(f'<p role="alert" class="fault">{escape(message)}</p>')


def sources_html(citations: Sequence[Citation], related: Sequence[Citation], text_of: TextOf) -> str:
    """Every cited sentence, marked in its context; then near misses, named as such."""
    parts = []
    if citations:
        entries = [
            _source(citation, text_of, anchor=f"source-{number}", mark=f"[{number}] ")
            for number, citation in enumerate(citations, start=1)
        ]
        parts.append(f'<h2>Sources</h2><ol class="sources">{"".join(entries)}</ol>')
    if related:
        entries = [_source(citation, text_of) for citation in related]
        parts.append(f'<h2>Related, but no answer</h2><ul class="sources">{"".join(entries)}</ul>')
    return f'<div class="stated">{"".join(parts)}</div>' if parts else ""


def context(text: str, start: int, end: int, reach: int = CONTEXT_CHARACTERS) -> tuple[str, str]:
    """What stands before and after ``text[start:end]``, up to a blank line or a heading.

    Args:
        text: a document's text.
        start: code-point offset where the quote begins.
        end: code-point offset after the quote.
        reach: code points shown on each side at most; a cut falls between words and is shown as "…".
    """
    before = _APART.split(text[:start])[-1].lstrip("\n")
    after = _APART.split(text[end:], maxsplit=1)[0].rstrip("\n")
    if len(before) > reach:
        before = "… " + before[-reach:].partition(" ")[2]
    if len(after) > reach:
        after = after[:reach].rpartition(" ")[0] + " …"
    return before, after


def _source(citation: Citation, text_of: TextOf, anchor: str = "", mark: str = "") -> str:
    identity = f' id="{anchor}" tabindex="-1"' if anchor else ""
    heading = f'<p class="origin">{mark}{escape(origin(citation))}{_link(citation.url)}</p>'
    before, after = "", ""
    text = text_of(citation.document_id)
    # Where the document changed since, the quote stands alone: offsets would point elsewhere.
    if text is not None and text[citation.start : citation.end] == citation.quote:
        before, after = context(text, citation.start, citation.end)
    quote = f"<mark>{escape(citation.quote)}</mark>"
    passage = f'<blockquote dir="auto">{escape(before)}{quote}{escape(after)}</blockquote>'
    return f"<li{identity}>{heading}{passage}</li>"


def _link(url: str) -> str:
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return ""
    if scheme not in ("http", "https"):  # a source's "javascript:" must not become a link
        return ""
    return f' · <a href="{escape(url)}" target="_blank" rel="noopener noreferrer">original page</a>'


def _text(text: str, count: int) -> str:
    paragraphs = [part for part in text.split(_BREAK) if part.strip()]
    return "".join(f'<p class="text" dir="auto">{_marked(part, count)}</p>' for part in paragraphs)


def _marked(text: str, count: int) -> str:
    """Escaped text whose markers, where they have a source, lead to it."""

    def linked(found: re.Match[str]) -> str:
        number = int(found.group(1))
        return _mark(number) if 1 <= number <= count else found.group()

    return _MARKER.sub(linked, escape(text))


def _mark(number: int) -> str:
    return f'<a class="cite" href="#source-{number}" aria-label="source {number}">[{number}]</a>'


def _marks(indices: Sequence[int], count: int) -> str:
    return " " + "".join(_mark(index + 1) for index in indices if index < count)


def _claim(claim: Claim, count: int) -> str:
    return f"{_kind(claim)} {escape(shortened(claim.text))}{_marks(claim.citations, count)}"


def _kind(claim: Claim) -> str:
    return f'<span class="kind {claim.kind.value}">{escape(kind_text(claim))}</span>'


def _finding(finding: Finding, count: int) -> str:
    parts = [badge(finding.verdict), escape(finding_name(finding))]
    if finding.polarity is not None:
        parts.append(f"({finding.polarity.value})")
    if finding.conflict:
        parts.append('<span class="aside">the sources contradict each other</span>')
    if finding.premise:
        parts.append(f'<span class="aside">the question assumes: {escape(finding.premise)}</span>')
    return " ".join(parts) + _marks(finding.citations, count)


def _listing(title: str, entries: Sequence[str]) -> str:
    if not entries:
        return ""
    items = "".join(f"<li>{entry}</li>" for entry in entries)
    return f"<h2>{title}</h2><ul>{items}</ul>"


def _notices(notices: Sequence[str]) -> str:
    return "".join(f'<p class="notice">{escape(notice)}</p>' for notice in notices)


def _article(inner: str) -> str:
    return f'<article class="stated">{inner}</article>'
