"""What changed: each detail of a subject is asked once, and kept where its verdict changed after a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag import values
from rag.assessed import Assessed, Step
from rag.inquiries import Inquiry, inquiries_about, inquiries_left_open
from rag.overview import StillOpen, overview
from rag.question import Detail
from rag.records import ChangeKind, Verdict
from rag.retrieval import Library

Vectors = Mapping[str, NDArray[np.float32]]
# What a question asks and finds, detail by detail.
Answered = Callable[[str], Sequence[Assessed]]
# Whether a question is known to have the same verdict as on a day: asking it takes time.
Unchanged = Callable[[str, date], bool]
MOST_CHANGES = 8


def changed(
    detail: Detail,
    library: Library,
    vectors: Vectors,
    cosines: NDArray[np.float32],
    answered: Answered,
    still_open: StillOpen,
    unchanged: Unchanged,
) -> list[Assessed]:
    """What a later document changed of the subject; where none is named, of all that was left open.

    What had been undisclosed comes first, then the newest; then what else the documents after that day say of
    a subject that is named.

    Args:
        detail: what is asked; ``since`` is the last day that does not count.
        library: every sentence that counts.
        vectors: the embedder's vectors of the detail's words, by word key.
        cosines: similarity of the detail's text to every sentence.
        answered: asks one question of the same library.
        still_open: whether what a row calls undisclosed was still open on a day.
        unchanged: what is known to have no newer verdict, so that asking it again would show nothing.
    """
    first = library.stages[0][0]
    since = max(detail.since or first, first)  # the first document changes nothing
    found: list[tuple[bool, int, Assessed]] = []
    told: set[tuple[int, ...]] = set()
    for inquiry in _asked_of(detail, library, since):
        if unchanged(inquiry.question, since):
            continue
        for one in answered(inquiry.question):
            change = _last_change(one, library, since)
            if change is not None and one.rows not in told:
                told.add(one.rows)
                was, day = change
                found.append((was is not Verdict.UNDISCLOSED, -day.toordinal(), one))
    kept = [one for *_, one in sorted(found, key=lambda each: each[:2])][:MOST_CHANGES]
    named = replace(detail, since=since)
    if not detail.of("name", "focus", "noun"):
        return kept or [Assessed(named, Verdict.NOT_COVERED)]
    newer = overview(named, library, vectors, cosines, still_open)
    if not kept:
        return [newer]
    rows = tuple(row for row in newer.rows if not any(row in one.rows for one in kept))
    besides = newer.verdict is Verdict.STATED and rows
    return [*kept, replace(newer, rows=rows, open_rows=())] if besides else kept


def _asked_of(detail: Detail, library: Library, since: date) -> tuple[Inquiry, ...]:
    if names := [term.text for term in detail.of("name")]:
        return inquiries_about(names, detail.subject, library)
    return inquiries_left_open(library, since)


def _last_change(one: Assessed, library: Library, since: date) -> tuple[Verdict, date] | None:
    """The verdict before, and the day since when it is today's; None where it has not changed since then."""
    before = next((step for step in reversed(one.steps) if step.day <= since), None)
    later = [step for step in one.steps if step.day > since and _of_its_day(step, library)]
    if not later:
        return None
    now = later[-1]
    was = before.verdict if before else Verdict.NOT_COVERED
    kind = kind_of_change(was, now.verdict, _quote(before, library), _quote(now, library))
    return (was, now.day) if kind else None


def kind_of_change(was: Verdict, now: Verdict, old: str, new: str) -> ChangeKind | None:
    """What a verdict's change is; None where a sentence only says again what an older one said.

    Args:
        was: the verdict before.
        now: the verdict since.
        old: the leading sentence before, "" for none.
        new: the leading sentence since.
    """
    if now is Verdict.UNDISCLOSED:
        return None if was is Verdict.UNDISCLOSED else ChangeKind.UNDISCLOSED
    if now is not Verdict.STATED:
        return None
    if was is not Verdict.STATED:
        return ChangeKind.STATED
    return None if values.same(old, new) else ChangeKind.SUPERSEDED


def _quote(step: Step | None, library: Library) -> str:
    """The leading sentence of a step."""
    return library.rows[step.rows[0]].reading.sentence.text if step and step.rows else ""


def _of_its_day(step: Step, library: Library) -> bool:
    return any(library.rows[row].day == step.day for row in step.rows)
