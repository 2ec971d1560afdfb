"""The ledger's rows as the page and the command line use them, and what a change of documents did to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rag.records import LedgerEntry, LedgerRow, Progress, Verdict

if TYPE_CHECKING:
    from rag import Assistant


@dataclass(frozen=True, slots=True)
class Difference:
    """One detail whose verdict or sentences are others than before the documents changed."""

    what: str
    row: LedgerRow
    before: LedgerEntry | None


def ledger_rows(
    assistant: Assistant, as_of: date | None = None, progress: Progress | None = None
) -> list[LedgerRow]:
    """Every row, by subject and detail."""
    return list(assistant.ledger(as_of=as_of, progress=progress))


def latest(row: LedgerRow) -> LedgerEntry | None:
    """What holds now; None where no document speaks of the detail."""
    return row.history[-1] if row.history else None


def name_of(subject: str, detail: str) -> str:
    """A detail by name; what it is of comes first, where that is named and not said in it."""
    return detail if not subject or subject.lower() in detail.lower() else f"{subject} – {detail}"


def differences(before: Sequence[LedgerRow], after: Sequence[LedgerRow]) -> list[Difference]:
    """What a change of the documents did to the ledger."""
    old = {(row.subject, row.detail): latest(row) for row in before}
    found = ((row, old.get((row.subject, row.detail))) for row in after)
    return [Difference(what, row, was) for row, was in found if (what := _what(was, latest(row)))]


def summary(changes: Sequence[Difference]) -> str:
    """The changes counted, in words."""
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.what] = counts.get(change.what, 0) + 1
    parts = [f"{count} {'detail' if count == 1 else 'details'} {what}" for what, count in counts.items()]
    return ", ".join(parts) or "No detail of the ledger changed"


def _what(before: LedgerEntry | None, now: LedgerEntry | None) -> str:
    if before == now:
        return ""
    old = before.verdict if before else Verdict.NOT_COVERED
    new = now.verdict if now else Verdict.NOT_COVERED
    if new is Verdict.STATED:
        return "superseded by a newer statement" if old is Verdict.STATED else "newly stated"
    if new is Verdict.UNDISCLOSED:
        return "" if old is Verdict.UNDISCLOSED else "newly called undisclosed"
    return "no longer covered"
