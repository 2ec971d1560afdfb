"""The parts of an answer as HTML: what is stated, undisclosed and not mentioned, and how that changed."""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise

from rag.records import Answer, Finding, Verdict
from ui.markup import badge, listing, marks

_GROUPS = ((Verdict.STATED, "What is stated"), (Verdict.UNDISCLOSED, "What the sources call undisclosed"),
           (Verdict.NOT_COVERED, "What the sources do not mention"))  # fmt: skip
_REQUEST = re.compile(r"^tell me about ", re.IGNORECASE)  # as the engine names a question for an overview


def parts_html(answer: Answer, turn: int) -> str:
    """Part by part: what is stated, what is called undisclosed, what is not mentioned."""
    single = len(answer.findings) == 1 and answer.findings[0]
    if single and not (single.premise or single.conflict):
        return ""
    found = []
    for verdict, title in _GROUPS:
        lines = [_finding(f, answer, turn) for f in answer.findings if f.verdict is verdict]
        if lines:
            found.append(
                f'<div class="group is-{verdict.value}"><h3>{badge(verdict)} {title}</h3>'
                f"{listing(lines)}</div>"
            )
    return "".join(found)


def _finding(finding: Finding, answer: Answer, turn: int) -> str:
    parts = [escape(detail_name(finding))]
    if finding.polarity is not None:
        parts.append(f"({finding.polarity.value})")
    parts.append(marks(finding.citations, len(answer.citations), turn))
    if finding.conflict:
        parts.append('<br><span class="warn">the sources contradict each other: both are shown</span>')
    if finding.premise:
        parts.append(f'<br><span class="warn">the question assumes: {escape(finding.premise)}</span>')
    return " ".join(part for part in parts if part)


def detail_name(finding: Finding) -> str:
    """What was asked; the subject is named first where the detail does not name it."""
    detail = _REQUEST.sub("", finding.detail) or "the question"
    known = not finding.subject or finding.subject.lower() in detail.lower()
    plain = detail if known or finding.detail == "" else f"{finding.subject}: {detail}"
    return finding.subject if not finding.detail and finding.subject else plain


def over_time_html(answer: Answer, turn: int) -> str:
    """How a verdict changed from document to document, the newest last.

    Where the next step keeps a sentence it adds to the one before and supersedes nothing, as in an overview.
    """
    found = []
    for finding in answer.findings:
        old = [
            one.verdict is not after.verdict or not set(one.citations) & set(after.citations)
            for one, after in pairwise(finding.history)
        ]
        if not any(old):
            continue
        steps = [
            f"<time>{step.published.isoformat()}</time> {badge(step.verdict)} "
            f"{marks(step.citations, len(answer.citations), turn)}"
            + (' <span class="aside">superseded</span>' if superseded else "")
            for step, superseded in zip(finding.history, (*old, False), strict=True)
        ]
        title = f"Over time: {escape(detail_name(finding))}" if len(answer.findings) > 1 else "Over time"
        found.append(
            f'<h3>{title}</h3><ol class="steps">{"".join(f"<li>{step}</li>" for step in steps)}</ol>'
        )
    return "".join(found)
