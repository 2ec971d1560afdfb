"""Questions to go on with: of every status where the ledger is read, for it knows their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.records import Answer, LedgerRow, Verdict

if TYPE_CHECKING:
    from rag import Assistant

_OVERVIEW = "What do the sources say about {subject}?"


def suggested(assistant: Assistant, answers: Sequence[Answer], ledger: Sequence[LedgerRow] = ()) -> list[str]:
    """Questions that were not asked yet.

    Args:
        assistant: whose own ones are given where the ledger is not read, or has not every status.
        answers: those of the conversation.
        ledger: as of the latest day.
    """
    asked = {answer.question for answer in answers}
    titles = " ".join(document.title for document in assistant.documents()).lower() if ledger else ""
    picked = _picked([row for row in ledger if row.subject], asked, titles)
    return picked or [question for question in assistant.suggestions() if question not in asked]


def _picked(rows: Sequence[LedgerRow], asked: set[str], titles: str) -> list[str]:
    """One that is stated, one that is undisclosed, a subject with both, and one that no document mentions.

    What a title names comes first, then what is spoken of most.
    """
    spoken = Counter(row.subject for row in rows if row.history)
    ranked = sorted(
        rows, key=lambda row: (row.subject.lower() not in titles, -spoken[row.subject], not _was_open(row))
    )
    stated = [row for row in ranked if row.verdict is Verdict.STATED]
    held = [row for row in ranked if row.verdict is Verdict.UNDISCLOSED]
    both = {row.subject for row in stated} & {row.subject for row in held}
    silent = [row for row in ranked if row.verdict is Verdict.NOT_COVERED and spoken[row.subject]]
    groups = (
        [(row.subject, row.question) for row in stated],
        [(row.subject, row.question) for row in held],
        [(row.subject, _OVERVIEW.format(subject=row.subject)) for row in ranked if row.subject in both],
        [(row.subject, row.question) for row in silent],
    )
    found: list[str] = []
    used: set[str] = set()
    for group in groups:
        fresh = [(subject, question) for subject, question in group if question not in asked]
        if not fresh:
            return []
        subject, question = min(fresh, key=lambda one: one[0] in used)  # the first of another subject
        found.append(question)
        used.add(subject)
    return found


def _was_open(row: LedgerRow) -> bool:
    """Whether an earlier document called it undisclosed: its answer shows what changed."""
    return any(entry.verdict is Verdict.UNDISCLOSED for entry in row.history[:-1])
