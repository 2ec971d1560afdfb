"""Answers and reports as text for a terminal: pure functions, no widgets, no printing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.records import Answer, Check, Citation, Claim, ClaimKind, Finding, Status, SyncReport, Verdict

STATUS_WORDS: dict[Status | Verdict, str] = {
    Status.STATED: "Stated",
    Status.UNDISCLOSED: "Undisclosed",
    Status.NOT_COVERED: "Not covered",
    Status.PARTIAL: "Partial",
}
_OPEN = "called undisclosed"
STATUS_MEANINGS: dict[Status | Verdict, str] = {
    Status.STATED: "the sources state this",
    Status.UNDISCLOSED: "the sources say that this is not disclosed",
    Status.NOT_COVERED: "the sources do not speak of this",
    Status.PARTIAL: "not every part of this has the same answer",
}

CLAIM_CHARACTERS = 90
_MARKER = re.compile(r" ?\[\d{1,4}\]")
# A source can hold anything; sent raw, these would move the cursor, hide words or reverse them.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text with control characters written out, so that a terminal shows and does not obey them."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def answer_text(answer: Answer) -> str:
    """The whole answer: status, text with ``[1]`` markers, claims, sources, near misses."""
    parts = [_headline(answer), printable(answer.text)]
    cited = [claim for claim in answer.claims if claim.citations]  # silence is no kind of statement
    if len(cited) == 1:  # its words stand above
        parts.append(f"Kind of statement: {printable(kind_text(cited[0], answer))}")
    else:
        parts.extend(_listing("Kinds of statement", [claim_line(claim, answer) for claim in cited]))
    if len(answer.findings) > 1 or any(finding.premise for finding in answer.findings):
        parts.extend(_listing("Details", [finding_line(finding) for finding in answer.findings]))
    parts.extend(_listing("Sources", numbered(answer.citations)))
    parts.extend(_listing("Related, but no answer", [citation_text(near) for near in answer.related]))
    return "\n\n".join(parts)


def _headline(answer: Answer) -> str:
    line = f"{STATUS_WORDS[answer.status].upper()}: {STATUS_MEANINGS[answer.status]} (as of {answer.as_of})"
    if answer.understood_as and answer.understood_as != answer.question:
        line += f"\nUnderstood as: {printable(answer.understood_as)}"
    return line


def _listing(title: str, entries: Sequence[str]) -> list[str]:
    return [f"{title}\n" + "\n".join(_indent(entry) for entry in entries)] if entries else []


def claim_line(claim: Claim, answer: Answer) -> str:
    """One claim of several: its kind, who says it, and as much of it as tells which one is meant."""
    kind = printable(kind_text(claim, answer))
    return f"({kind}) {printable(shortened(claim.text))}{markers(claim.citations)}"


def kind_text(claim: Claim, answer: Answer) -> str:
    """A claim's kind and, where it is attributed, its speaker.

    A non-disclosure is as a statement one of fact; called so, it would be read as a fact about the thing.
    """
    kind = _OPEN if _withholds(claim, answer) else kind_word(claim.kind)
    return ", ".join(part for part in (kind, claim.speaker) if part)


def _withholds(claim: Claim, answer: Answer) -> bool:
    """Whether a claim is carried by a sentence that calls something undisclosed, now or on an earlier day."""
    cited = set(claim.citations)
    if not 0 <= claim.finding < len(answer.findings):
        return False
    finding = answer.findings[claim.finding]
    steps = [(finding.verdict, finding.citations), *((s.verdict, s.citations) for s in finding.history)]
    said = {verdict for verdict, citations in steps if cited & set(citations)}
    return said == {Verdict.UNDISCLOSED}


def shortened(text: str) -> str:
    """The beginning of a claim without its markers, cut visibly and between words."""
    plain = _MARKER.sub("", text).strip()
    if len(plain) <= CLAIM_CHARACTERS:
        return plain
    return plain[:CLAIM_CHARACTERS].rsplit(" ", 1)[0] + " …"


def kind_word(kind: ClaimKind) -> str:
    """A claim's kind in words that a reader needs no legend for."""
    return {
        ClaimKind.FACT: "stated as fact",
        ClaimKind.COMMITMENT: "planned or promised",
        ClaimKind.OPINION: "opinion or assessment",
    }[kind]


def finding_line(finding: Finding) -> str:
    """One asked detail with its verdict, the reason for it, and its evidence."""
    line = f"{finding_name(finding)}: {STATUS_WORDS[finding.verdict].lower()}"
    if finding.polarity is not None:
        line += f" ({finding.polarity.value})"
    if finding.conflict:
        line += ", and the sources contradict each other"
    if finding.premise:
        line += f"; the question assumes: {finding.premise}"
    return printable(line) + markers(finding.citations)


def finding_name(finding: Finding) -> str:
    """What was asked, shortly: subject and detail."""
    return " – ".join(part for part in (finding.subject, finding.detail) if part) or "the question"


def markers(indices: Iterable[int]) -> str:
    """Citation indices, from 0, as markers, from 1: `` [1][3]``; "" for none."""
    marks = "".join(f"[{index + 1}]" for index in indices)
    return f" {marks}" if marks else ""


def numbered(citations: Sequence[Citation]) -> list[str]:
    """Every citation under its marker."""
    return [f"[{number}] {citation_text(citation)}" for number, citation in enumerate(citations, start=1)]


def citation_text(citation: Citation) -> str:
    """A quote, word for word, and below it where it stands."""
    address = f"\n    {printable(citation.url)}" if citation.url else ""
    return f"“{printable(citation.quote)}”\n    {printable(origin(citation))}{address}"


def origin(citation: Citation) -> str:
    """Where a quote stands: title, publisher, date, section, page."""
    parts = [citation.title or citation.document_id, citation.publisher, citation.published.isoformat()]
    if citation.section and citation.section != citation.title:
        parts.append(f"section “{citation.section}”")
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    return " · ".join(part for part in parts if part)


def sync_text(report: SyncReport) -> str:
    """What a sync did, rejected files with their reasons last."""
    groups = (("added", report.added), ("changed", report.changed), ("removed", report.removed))
    lines = [f"{word}: {printable(name)}" for word, names in groups for name in names]
    lines.append(
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
        f"{len(report.unchanged)} unchanged, {len(report.rejected)} rejected"
    )
    return "\n".join(lines)


def rejected_lines(report: SyncReport) -> list[str]:
    """One line for every file that could not be used."""
    return [f"rejected: {printable(name)}: {printable(why)}" for name, why in sorted(report.rejected.items())]


def checks_text(checks: Sequence[Check]) -> str:
    """Every check with its outcome, and the count."""
    lines = [
        f"{'ok    ' if check.passed else 'FAILED'}  {printable(check.name)}"
        + (f": {printable(check.detail)}" if check.detail else "")
        for check in checks
    ]
    failed = sum(not check.passed for check in checks)
    lines.append(f"{len(checks) - failed} of {len(checks)} checks passed")
    return "\n".join(lines)


def _indent(entry: str) -> str:
    return "\n".join(f"  {line}" for line in entry.split("\n"))
