"""Questions about a subject as a whole: what is known of it, and what is not disclosed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from rag.assessed import Assessed, Step
from rag.covering import cover
from rag.directives import instructs
from rag.fit import NAME_COVER
from rag.gaps import gap_fits
from rag.question import Detail
from rag.records import Verdict
from rag.retrieval import Library, Row
from rag.stance import Segment

Vectors = Mapping[str, NDArray[np.float32]]
# Whether what a row calls undisclosed was still open on a day.
StillOpen = Callable[[int, date], bool]
_MOST_OPEN = 8


def unknowns(detail: Detail, library: Library, vectors: Vectors, still_open: StillOpen) -> Assessed:
    """What the sources say is undisclosed of the subject, or of everything where none is named.

    The newest come first; what a later document has stated is left out.
    """
    rows = _unknown_rows(detail, library, vectors)

    def made(until: Sequence[int], day: date) -> Assessed:
        newest = sorted(until, key=lambda n: (-library.rows[n].day.toordinal(), n))
        left = tuple(islice((n for n in newest if still_open(n, day)), _MOST_OPEN))
        return Assessed(detail, Verdict.UNDISCLOSED if left else Verdict.NOT_COVERED, left)

    return _over_time(rows, library, made)


def overview(
    detail: Detail, library: Library, vectors: Vectors, cosines: NDArray[np.float32], still_open: StillOpen
) -> Assessed:
    """What the sources state of the subject, nearest to the question first, and what they withhold.

    What was published up to the detail's ``since`` is left out.
    """
    rows = _subject_rows(detail, library, vectors)
    rows = [n for n in rows if detail.since is None or library.rows[n].day > detail.since]

    def made(until: Sequence[int], day: date) -> Assessed:
        own = [n for n in until if _mentions(detail, library.rows[n])]
        told = [n for n in (own or until) if not instructs(library.rows[n].reading.tokens)]
        said = [n for n in told if not library.rows[n].reading.stance.gaps]
        best = sorted(sorted(said, key=lambda n: (-float(cosines[n]), n))[:4])
        withheld = (n for n in until if library.rows[n].reading.stance.gaps and still_open(n, day))
        gaps = tuple(islice(withheld, 3))
        if best:
            return Assessed(detail, Verdict.STATED, tuple(best), gaps)
        return Assessed(detail, Verdict.UNDISCLOSED if gaps else Verdict.NOT_COVERED, gaps)

    return _over_time(rows, library, made)


def _over_time(
    rows: Sequence[int], library: Library, made: Callable[[Sequence[int], date], Assessed]
) -> Assessed:
    """What the rows of all days make, with the days on which that changed."""
    steps: list[Step] = []
    for day, _ in library.stages:
        found = made([n for n in rows if library.rows[n].day <= day], day)
        if found.verdict is Verdict.NOT_COVERED and not steps:
            continue
        if not steps or (found.verdict, found.rows) != (steps[-1].verdict, steps[-1].rows):
            steps.append(Step(day, found.verdict, found.rows))
    return replace(made(rows, library.day), steps=tuple(steps))


def _unknown_rows(detail: Detail, library: Library, vectors: Vectors) -> list[int]:
    wanted, names = detail.of("name", "focus", "noun"), detail.of("name")
    of_aspect = any(m.startswith("aspect:") for t in detail.of("focus", "noun") for m in t.meanings)
    if not of_aspect and (not wanted or names):
        about = set(_subject_rows(detail, library, vectors)) if wanted else None
        open_ = [n for n, row in enumerate(library.rows) if row.reading.stance.gaps]
        return [n for n in open_ if about is None or n in about]
    fits = [fit for day, _ in library.stages for fit in gap_fits(detail, library.at(day), vectors)]
    if of_aspect and names:  # "what is open about the licence of X"
        return sorted({f.row for f in fits if f.aspect})
    return sorted({f.row for f in fits if f.topic_share >= 0.5 or f.question_share >= 0.5})


def _subject_rows(detail: Detail, library: Library, vectors: Vectors) -> list[int]:
    """The sentences about the subject, in the order of the documents."""
    rows: list[int] = []
    wanted = detail.of("name") or detail.of("focus", "noun")
    for view in (library.at(day) for day, _ in library.stages):
        for number in view.fresh:
            row = view.rows[number]
            whole = Segment(0, len(row.reading.keys), row.reading.stance.kind)
            matches = cover(detail, row, view, vectors, whole)
            if wanted and all(matches[f"{t.role}:{t.key}"].strength >= NAME_COVER for t in wanted):
                rows.append(number)
    return sorted(rows)


def _mentions(detail: Detail, row: Row) -> bool:
    return all(t.key in row.reading.keys for t in detail.of("name") or detail.of("focus", "noun"))
