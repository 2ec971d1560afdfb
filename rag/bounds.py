"""How much a sentence can be worth at most by its words, before it is measured.

Measuring a sentence costs far more than looking up which words of the question it can have.  So a date's
sentences are measured from the highest bound down, until no other can be among those that are read: the
choice is the same as if all had been (MaxScore: Turtle and Flood 1995, "Query evaluation: strategies and
optimizations").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from rag.candidates import ASTRAY, Candidate
from rag.fit import NAME_COVER, Scale
from rag.question import Detail
from rag.shortlist import MOST_COVERED

_WHOLE = 2.0  # of "premise" and "object", which are taken as met
_ROUNDING = 1e-3


def most_merit(detail: Detail, scale: Scale, reach: NDArray[np.float32]) -> NDArray[np.float32]:
    """A bound of ``Candidate.merit`` for each sentence.

    Args:
        detail: what is asked.
        scale: what its words count on the sentences' day.
        reach: what each sentence can have of each term, as ``Library.reach`` gives it: terms by sentences.
    """
    keys = [f"{term.role}:{term.key}" for term in detail.terms]
    counted = np.array([scale.weights.get(key, 0.0) for key in keys], np.float32)
    coverage = counted @ reach / scale.total if scale.total else np.ones(reach.shape[1], np.float32)

    def most(role: str) -> NDArray[np.float32]:
        places = [place for place, term in enumerate(detail.terms) if term.role == role]
        return np.max(reach[places], 0) if places else coverage

    named = [place for place, term in enumerate(detail.terms) if term.role in ("name", "number")]
    missing = np.mean(reach[named] < NAME_COVER, 0, dtype=np.float32) if named else 0.0
    bound: NDArray[np.float32] = coverage + most("focus") + most("verb") + _WHOLE - ASTRAY * missing
    return bound + _ROUNDING


def best_first(
    rows: Iterable[tuple[float, int]], known: Iterable[Candidate], measure: Callable[[int], Candidate | None],
    least: float,
) -> list[Candidate]:  # fmt: skip
    """Measures rows until none of the others can be among the best by their words.

    Args:
        rows: the bound and the number of each.
        known: what was measured already.
        measure: gives a row's best clause; None where it tells nothing.
        least: the merit below which a sentence is not read.
    """
    merits = sorted((c.merit for c in known if c.relevant), reverse=True)[:MOST_COVERED]
    found: list[Candidate] = []
    for bound, row in sorted(rows, key=lambda one: (-one[0], one[1])):
        if bound < least or (len(merits) == MOST_COVERED and bound < merits[-1]):
            break
        if (candidate := measure(row)) is None:
            continue
        found.append(candidate)
        if candidate.relevant:
            merits = sorted((*merits, candidate.merit), reverse=True)[:MOST_COVERED]
    return found
