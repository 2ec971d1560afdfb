"""The ledger: verdicts over dates, read from the findings' history; and what changed after a date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from rag.changing import kind_of_change
from rag.inquiries import Inquiry
from rag.records import Answer, Change, ChangeKind, LedgerEntry, LedgerRow, Progress, Verdict

Ask = Callable[[str], Answer]


def rows(inquiries: Sequence[Inquiry], ask: Ask, progress: Progress | None = None) -> tuple[LedgerRow, ...]:
    """Every inquiry asked once, its dates read from the finding's history; by subject and detail.

    Args:
        inquiries: what to ask.
        ask: answers one question; every answer is of the same day.
        progress: told the stage, how much is done, and of how much.
    """
    found: list[LedgerRow] = []
    for done, inquiry in enumerate(inquiries):
        if progress:
            progress("ledger", done, len(inquiries))
        if (row := _row(inquiry, ask(inquiry.question))) is not None:
            found.append(row)
    if progress:
        progress("ledger", len(inquiries), len(inquiries))
    return tuple(sorted(found, key=lambda row: (row.subject.lower(), row.detail.lower())))


def changes(ledger: Iterable[LedgerRow], since: date) -> tuple[Change, ...]:
    """What became stated, was superseded, or was newly called undisclosed after a date (exclusive).

    A sentence that only says again what an older one said, or that a detail is still undisclosed, is no
    change; nor is one that comes from reading older sentences otherwise, without one of its day.  What one
    sentence brings to several subjects is told of the one that it names first.  Oldest first.
    """
    found: list[Change] = []
    for row in ledger:
        before: LedgerEntry | None = None
        for after in row.history:
            kind = _kind(before, after)
            new = any(citation.published == after.published for citation in after.citations)
            if kind is not None and new and after.published > since:
                found.append(Change(kind, row.subject, row.detail, before, after))
            before = after
    return tuple(
        sorted(_once(found), key=lambda one: (one.after.published, one.subject.lower(), one.detail.lower()))
    )


def _once(found: Sequence[Change]) -> Iterator[Change]:
    """Each sentence for one subject and one detail, unless it changed what was told of others as well.

    Of several subjects it is the one that the sentence names first; of several details the one that says
    more exactly what it is ("composition of the training data", not "training data").
    """
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in found:
        groups.setdefault(tuple(citation.quote for citation in change.after.citations), []).append(change)
    for quotes, group in groups.items():
        for one in group:
            if one.before is not None or not any(_tells(other, one, quotes) for other in group):
                yield one


def _tells(other: Change, one: Change, quotes: Sequence[str]) -> bool:
    """Whether another change with the same sentence leaves nothing to tell of a change."""
    if other.subject == one.subject:
        return one.detail != other.detail and one.detail in other.detail
    place, its = ((_place(each.subject, quotes), each.subject.lower()) for each in (one, other))
    return one.detail == other.detail and its < place


def _place(subject: str, quotes: Sequence[str]) -> int:
    """Where a sentence names a subject; behind its end where it does not."""
    text = " ".join(quotes).lower()
    place = text.find(subject.lower()) if subject else -1
    return place if place >= 0 else len(text)


def _row(inquiry: Inquiry, answer: Answer) -> LedgerRow | None:
    """None where the question was not understood as one."""
    if not answer.findings:
        return None
    finding = answer.findings[0]
    history = tuple(
        LedgerEntry(entry.published, entry.verdict, tuple(answer.citations[i] for i in entry.citations))
        for entry in finding.history
    )
    return LedgerRow(inquiry.subject, inquiry.detail, inquiry.question, finding.verdict, history)


def _kind(before: LedgerEntry | None, after: LedgerEntry) -> ChangeKind | None:
    was = before.verdict if before else Verdict.NOT_COVERED
    return kind_of_change(was, after.verdict, _quote(before), _quote(after))


def _quote(entry: LedgerEntry | None) -> str:
    """The leading sentence of an entry."""
    return "".join(citation.quote for citation in entry.citations[:1]) if entry else ""
