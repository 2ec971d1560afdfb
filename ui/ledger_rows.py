"""The ledger as the page shows it: what each document date says of each detail, and what that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rag.records import Answer, Citation, Verdict

if TYPE_CHECKING:
    from rag import Assistant

_OPEN_QUESTION = "What is still undisclosed?"


@dataclass(frozen=True, slots=True)
class Cell:
    """What the documents up to a date say of a detail."""

    published: date
    verdict: Verdict
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One detail of one subject; ``cells`` run from the oldest date to the newest."""

    subject: str
    detail: str
    cells: tuple[Cell, ...]

    @property
    def key(self) -> tuple[str, str]:
        return self.subject, self.detail

    @property
    def latest(self) -> Cell:
        return self.cells[-1]


@dataclass(frozen=True, slots=True)
class Change:
    """One detail whose latest verdict or sentences are others than before."""

    what: str
    row: Row
    before: Cell | None


def ledger_rows(assistant: Assistant, as_of: date | None = None) -> list[Row]:
    """Every row, by subject and detail."""
    if hasattr(assistant, "ledger"):
        return [row for entry in assistant.ledger(as_of=as_of) if (row := _row(entry))]
    return _from_findings(assistant.ask(_OPEN_QUESTION, as_of=as_of))


def differences(before: Sequence[Row], after: Sequence[Row]) -> list[Change]:
    """What a change of the documents did to the ledger."""
    old = {row.key: row.latest for row in before}
    return [
        Change(what, row, old.get(row.key)) for row in after if (what := _what(old.get(row.key), row.latest))
    ]


def summary(changes: Sequence[Change]) -> str:
    """The changes counted, in words."""
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.what] = counts.get(change.what, 0) + 1
    parts = [f"{count} {'detail' if count == 1 else 'details'} {what}" for what, count in counts.items()]
    return ", ".join(parts) or "No detail of the ledger changed"


def _what(before: Cell | None, now: Cell) -> str:
    if before == now:
        return ""
    old = before.verdict if before else Verdict.NOT_COVERED
    if now.verdict is Verdict.STATED:
        return "superseded by a newer statement" if old is Verdict.STATED else "newly stated"
    if now.verdict is Verdict.UNDISCLOSED:
        return "" if old is Verdict.UNDISCLOSED else "newly called undisclosed"
    return "" if old is Verdict.NOT_COVERED else "no longer covered"


def _row(entry: Any) -> Row | None:
    """A row of the engine's ledger."""
    cells = tuple(
        Cell(step.published, Verdict(step.verdict), tuple(step.citations))
        for step in sorted(entry.history, key=lambda step: step.published)
    )
    return Row(entry.subject, entry.detail, cells) if cells else None


def _from_findings(answer: Answer) -> list[Row]:
    """Without the engine's ledger: one row for each sentence that calls something undisclosed."""
    rows = []
    for finding in answer.findings:
        if finding.verdict is not Verdict.UNDISCLOSED:
            continue
        for index in finding.citations:
            citation = answer.citations[index]
            cell = Cell(citation.published, Verdict.UNDISCLOSED, (citation,))
            rows.append(Row(citation.section or citation.title, citation.quote, (cell,)))
    return sorted(rows, key=lambda row: row.key)
