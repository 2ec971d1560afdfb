"""Questions about a subject as a whole: what is known of it, and what is not disclosed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rag.assessed import Assessed
from rag.directives import instructs
from rag.fit import NAME_COVER
from rag.gaps import gap_fits
from rag.question import Detail
from rag.records import Verdict
from rag.retrieval import Library, Row, cover
from rag.stance import Segment

Vectors = Mapping[str, NDArray[np.float32]]


def _subject_rows(detail: Detail, library: Library, vectors: Vectors) -> list[int]:
    """The sentences about the subject, in the order of the documents."""
    rows: list[int] = []
    for number, row in enumerate(library.rows):
        whole = Segment(0, len(row.reading.keys), row.reading.stance.kind)
        matches = cover(detail, row, library, vectors, whole)
        wanted = detail.of("name") or detail.of("focus", "noun")
        if wanted and all(matches[f"{t.role}:{t.key}"].strength >= NAME_COVER for t in wanted):
            rows.append(number)
    return rows


def unknowns(detail: Detail, library: Library, vectors: Vectors) -> Assessed:
    """What the sources say is undisclosed of the subject, or of everything where none is named."""
    wanted = detail.of("name", "focus", "noun")
    if not wanted:
        rows = [n for n, row in enumerate(library.rows) if row.reading.stance.gaps]
    elif detail.of("name"):
        about = set(_subject_rows(detail, library, vectors))
        rows = [n for n, row in enumerate(library.rows) if row.reading.stance.gaps and n in about]
    else:
        fits = [
            f for f in gap_fits(detail, library, vectors) if f.topic_share >= 0.5 or f.question_share >= 0.5
        ]
        rows = sorted({f.row for f in fits})
    verdict = Verdict.UNDISCLOSED if rows else Verdict.NOT_COVERED
    return Assessed(detail, verdict, tuple(rows[:8]))


def overview(detail: Detail, library: Library, vectors: Vectors, cosines: NDArray[np.float32]) -> Assessed:
    """What the sources state of the subject, nearest to the question first, and what they withhold."""
    rows = _subject_rows(detail, library, vectors)
    own = [n for n in rows if _mentions(detail, library.rows[n])]
    told = [n for n in (own or rows) if not instructs(library.rows[n].reading.tokens)]
    said = [n for n in told if not library.rows[n].reading.stance.gaps]
    best = sorted(sorted(said, key=lambda n: (-float(cosines[n]), n))[:4])
    gaps = tuple(n for n in rows if library.rows[n].reading.stance.gaps)[:3]
    if best:
        return Assessed(detail, Verdict.STATED, tuple(best), gaps)
    return Assessed(detail, Verdict.UNDISCLOSED if gaps else Verdict.NOT_COVERED, gaps)


def _mentions(detail: Detail, row: Row) -> bool:
    return all(t.key in row.reading.keys for t in detail.of("name") or detail.of("focus", "noun"))
