"""What speaks for each sentence as the answer to a detail: words in common, fit, and a reading of both.

What is relative (the nearest so far, a share of the odds, the lead) is relative to what had been published by
the sentence's own date: a later document never changes what an earlier one is worth.

``features`` are measured, not decided on: ``weighing`` weighs them.  Vetoes are few: a sentence that tells
its reader what to answer is evidence of nothing, and one that is ``astray`` states nothing of what is asked.
A sentence that was not read (it is near the question neither in meaning nor in words) is no candidate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.answer_type import typed
from rag.bounds import best_first, most_merit
from rag.candidates import ASTRAY, Candidate, Evidence, Open
from rag.covering import cover
from rag.fit import (
    ALL_WORDS,
    MOST_WORDS,
    Scale,
    beside,
    fit_features,
    gap_places,
    wording_features,
)
from rag.gaps import GAP_FEATURES, GapFit, clashes, gap_fits, of_its_own
from rag.polarity import polarity_of
from rag.question import Ask, Detail
from rag.reader import shipped_reader, unit
from rag.retrieval import Library, Row
from rag.shortlist import Shortlist
from rag.vetoes import astray, described_keys, tells_nature

Vectors = Mapping[str, NDArray[np.float32]]
_NEARLY_ALL = 0.8  # of a question's words: then a clause leaves nothing for the next one to withhold
# Of the first dates with no more sentences all are measured: the best of them are read though they have no
# word of the question.
_FEW = 100
# Brings log-odds to the size of the other features, and bounds them: a reader that sees nothing at all in a
# sentence that has every word of the question is more often wrong than one that is in doubt.
_SCALE, _LEAST, _MOST = 4.0, -1.0, 2.5
# It is wrong oftener still where it sees nothing withheld in a sentence that says so in plain words.
_LEAST_WITHHOLDS = -0.7
_LEAST_EACH = (_LEAST, _LEAST_WITHHOLDS, _LEAST, _LEAST_WITHHOLDS, _LEAST)  # by ``READING_FEATURES``


def gather(
    detail: Detail,
    library: Library,
    vectors: Vectors,
    cosines: NDArray[np.float32],
) -> Evidence:
    """The candidates for a detail with their features, in the library's order.

    Args:
        detail: what is asked.
        library: every sentence that counts.
        vectors: the embedder's vectors of the detail's words, by word key.
        cosines: similarity of the detail's text to every sentence, in the library's order.

    Raises:
        WeightsError: the reader's files cannot be loaded.
    """
    shortlist, reach = Shortlist(), library.reach(detail, vectors)
    days = [_day(detail, library.at(day), vectors, cosines, shortlist, reach) for day, _ in library.stages]
    stated: list[Candidate] = []
    open_: list[Open] = []
    for day, readings in zip(days, _readings(detail, library, days, cosines), strict=True):
        stated.extend(_statements(detail, day, readings))
        open_.extend(_non_disclosures(detail, day, readings, cosines))
    return Evidence(
        tuple(sorted(stated, key=lambda one: one.row)), tuple(sorted(open_, key=lambda one: one.row))
    )


@dataclass(frozen=True, slots=True)
class _Day:
    """A date's sentences by their words, and those chosen for reading; ``best`` is the best cosine so far."""

    library: Library
    worded: Mapping[int, Candidate]
    fits: Mapping[int, GapFit]
    chosen: Sequence[int]
    best: float


def _day(
    detail: Detail,
    library: Library,
    vectors: Vectors,
    cosines: NDArray[np.float32],
    shortlist: Shortlist,
    reach: NDArray[np.float32],
) -> _Day:
    """The sentences of the library's own day: those are measured that can be chosen, and all of a few."""
    rows, best, scale = library.fresh, shortlist.reach(library.fresh, cosines), Scale.of(detail, library)
    fits = {fit.row: fit for fit in gap_fits(detail, library, vectors) if not library.rows[fit.row].empty}

    def measure(row: int) -> Candidate | None:
        return _worded(detail, library, row, vectors, float(cosines[row]), best, scale)

    sure = {*fits, *shortlist.near(rows, cosines)}
    if len(rows) <= _FEW and not shortlist.full:
        sure.update(rows)
    known = [c for c in map(measure, sorted(sure)) if c is not None]
    can = reach[:, rows]
    bounds = zip(most_merit(detail, scale, can).tolist(), can.max(0, initial=0.0).tolist(), rows, strict=True)
    others = ((bound, row) for bound, some, row in bounds if some and row not in sure)
    known += best_first(others, known, measure, shortlist.least)
    worded = {c.row: c for c in sorted(known, key=lambda c: c.row)}
    return _Day(library, worded, fits, shortlist.choose(worded, fits, rows, cosines), best)


def _statements(detail: Detail, day: _Day, readings: Mapping[int, tuple[float, ...]]) -> Iterator[Candidate]:
    for c in day.worded.values():
        if c.row in readings and not c.astray:
            decides = _decides(detail, day.library.rows[c.row], c)
            yield replace(c, features=(*c.features, decides, *readings[c.row]))


def _non_disclosures(
    detail: Detail, day: _Day, readings: Mapping[int, tuple[float, ...]], cosines: NDArray[np.float32]
) -> Iterator[Open]:
    for row in sorted(readings):
        fit, told = day.fits.get(row), day.library.rows[row]
        if row in day.worded and not _withholds_else(detail, told, fit, day.worded[row]):
            features = _open_features(told, fit, day.worded[row], readings[row], cosines[row])
            yield Open(row, fit, features)


def _withholds_else(detail: Detail, row: Row, fit: GapFit | None, worded: Candidate) -> bool:
    """Whether all that a sentence withholds is something else than what is asked.

    "Two offices have agreed; a decision of the third is pending": who asks which have agreed is told.
    """
    if fit is None:  # that nobody says what a thing is, must be said
        return bool(detail.nature) or clashes(detail, row.reading)
    inside = worded.segment.first <= fit.topic.first < worded.segment.last
    full = not inside and worded.coverage >= _NEARLY_ALL and fit.question_share < MOST_WORDS
    return fit.clash or (full and of_its_own(detail, row.reading, fit.topic))


def _worded(
    detail: Detail,
    library: Library,
    number: int,
    vectors: Vectors,
    cosine: float,
    best: float,
    scale: Scale,
) -> Candidate | None:
    """The best clause of a sentence; None where it tells nothing."""
    row = library.rows[number]
    if row.empty:
        return None
    blocked, value = gap_places(row), typed(detail, row.reading)
    clauses: list[Candidate] = []
    for segment in row.reading.stance.segments:
        matches = cover(detail, row, library, vectors, segment)
        words = wording_features(detail, scale, cosine, best, matches, blocked, value)
        fit = fit_features(detail, row, segment, library, matches, value)
        features = (*words, *fit, beside((*words, *fit)))
        lost = astray(detail, row, segment, library, matches, value)
        clauses.append(Candidate(number, segment, matches, features, lost))
    return max(clauses, key=lambda clause: clause.merit - ASTRAY * clause.astray, default=None)


def _decides(detail: Detail, row: Row, found: Candidate) -> float:
    """1 where a clause carries a yes or no, or its grammar tells what a named thing is."""
    if detail.nature:
        whole = described_keys(detail) <= set(row.reading.keys)
        return float(whole and tells_nature(detail, row))
    if detail.ask is not Ask.YES_NO:
        return 0.0
    return float(polarity_of(detail, row, found.segment, found.matches) is not None)


def _readings(
    detail: Detail, library: Library, days: Sequence[_Day], cosines: NDArray[np.float32]
) -> Iterator[dict[int, tuple[float, ...]]]:
    """Per date, and row: log-odds that it answers and that it withholds, their shares so far, and the lead.

    All are read at once, for that is faster, and what is relative is reckoned date by date.
    """
    rows = [row for day in days for row in day.chosen]
    bests = np.array([day.best for day in days for _ in day.chosen], np.float32)
    units = [_unit(library, row) for row in rows]
    read = shipped_reader().read(detail.text, units, cosines[rows], bests)
    first = 0
    for day in days:
        last = first + len(day.chosen)
        yield _relative(day.chosen, read[first:last], read[:first])
        first = last


def _relative(
    rows: Sequence[int], scores: NDArray[np.float32], earlier: NDArray[np.float32]
) -> dict[int, tuple[float, ...]]:
    """The reading features of a date's rows, beside the scores of earlier dates."""
    total = float(np.log(np.exp(earlier).sum() + np.exp(scores).sum() + 1.0))  # 1: the odds of "none of them"
    found: dict[int, tuple[float, ...]] = {}
    for place, row in enumerate(rows):
        answers, withholds = (float(score) for score in scores[place])
        others = np.concatenate([earlier[:, 0], np.delete(scores[:, 0], place)])
        lead = answers - float(others.max(initial=_SCALE * _LEAST))
        values = (answers, withholds, answers - total, withholds - total, lead)
        bounded = zip(_LEAST_EACH, values, strict=True)
        found[row] = tuple(max(least, min(_MOST, value / _SCALE)) for least, value in bounded)
    return found


def _unit(library: Library, number: int) -> str:
    row = library.rows[number]
    sentence, document = row.reading.sentence, library.documents[row.document].document
    sections = document.sections
    heading = sections[sentence.section].title if sentence.section < len(sections) else ""
    before = ""
    if number:
        last = library.rows[number - 1]
        if (last.document, last.reading.sentence.block) == (row.document, sentence.block):
            before = last.reading.sentence.text
    return unit(heading, sentence.text, document.title, before)


def _open_features(
    row: Row, fit: GapFit | None, worded: Candidate, reading: tuple[float, ...], cosine: float
) -> tuple[float, ...]:
    linked = fit.features if fit is not None else (0.0,) * len(GAP_FEATURES)
    covered = worded.coverage
    stance = row.reading.stance
    shown = bool(stance.gaps or stance.guarded)
    return (
        *linked, float(fit is not None), float(cosine), covered, float(bool(stance.guarded)),
        float(shown), float(not shown and covered >= ALL_WORDS), *reading,
    )  # fmt: skip
