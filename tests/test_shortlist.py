"""Which sentences are read: all that may count, and of the dates after the first ones little else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from rag.candidates import STATED_FEATURES, Candidate
from rag.gaps import GAP_FEATURES, GapFit
from rag.shortlist import LEAST_READ, MOST_READ, NEAREST, Shortlist
from rag.stance import Segment
from rag.topics import Topic

_WORDS = STATED_FEATURES[: STATED_FEATURES.index("decides")]
_CLAUSE, _TOPIC = cast(Segment, None), cast(Topic, None)  # nothing here looks at them


def worded(row: int, **features: float) -> Candidate:
    """A sentence of which these features are not 0."""
    return Candidate(row, _CLAUSE, {}, tuple(features.get(name, 0.0) for name in _WORDS))


def withheld(row: int, share: float) -> GapFit:
    """A non-disclosure of so much of the question."""
    return GapFit(row, _TOPIC, (share, *(0.0,) * (len(GAP_FEATURES) - 1)))


class Corpus:
    """Dates that come one after the other, each with sentences by their cosine to the question."""

    def __init__(self) -> None:
        self.shortlist = Shortlist()
        self._cosines: list[float] = []

    def date(
        self,
        cosines: Sequence[float],
        words: Mapping[int, Mapping[str, float]] | None = None,
        open_: Mapping[int, float] | None = None,
        astray: Sequence[int] = (),
    ) -> list[int]:
        """The places among the date's sentences that are read; of others ``words`` none has a single word."""
        first = len(self._cosines)
        fresh = range(first, first + len(cosines))
        self._cosines.extend(cosines)
        every = np.array(self._cosines, np.float32)
        self.shortlist.reach(fresh, every)
        told = {row: worded(row, **(words or {}).get(row - first, {"coverage": 0.1})) for row in fresh}
        told.update((first + n, replace(told[first + n], astray=True)) for n in astray)
        fits = {first + place: withheld(first + place, share) for place, share in (open_ or {}).items()}
        return [row - first for row in self.shortlist.choose(told, fits, fresh, every)]


@pytest.fixture
def full() -> Corpus:
    """Dates that have used up the sentences that are read in all."""
    corpus = Corpus()
    for _ in range(3):
        corpus.date([0.6] * 40, {0: {"coverage": 0.9, "focus": 1.0}})
    return corpus


def test_the_first_date_is_read_by_meaning_and_by_words() -> None:
    cosines = [0.9 - 0.01 * n for n in range(40)]
    read = Corpus().date(cosines, {35: {"coverage": 0.9}}, {38: 0.5})
    assert {*range(NEAREST), 35, 38} <= set(read) and len(read) <= MOST_READ


def test_of_a_later_date_what_comes_near_in_no_way_is_not_read(full: Corpus) -> None:
    assert full.date([0.5, 0.5, 0.5]) == []


def test_of_a_later_date_what_is_nearer_in_meaning_is_read(full: Corpus) -> None:
    assert full.date([0.5, 0.7, 0.5]) == [1]


def test_of_a_later_date_what_has_the_words_is_read(full: Corpus) -> None:
    assert full.date([0.5, 0.5, 0.5], {2: {"coverage": 0.8, "focus": 0.6}}) == [2]


def test_of_a_later_date_what_states_nothing_of_it_is_not_read_for_its_words(full: Corpus) -> None:
    words = {"coverage": 0.8, "focus": 0.6}
    assert full.date([0.5, 0.5, 0.5], {2: words}, astray=[2]) == []
    assert full.date([0.5, 0.5, 0.5], {2: words}, astray=[1]) == [2]


def test_of_a_later_date_what_withholds_as_much_is_read(full: Corpus) -> None:
    assert full.date([0.5, 0.5, 0.5], open_={1: 0.8}) == [1]
    assert full.date([0.5, 0.5, 0.5], open_={1: 0.2}) == []


def test_what_has_no_word_of_the_question_is_not_read_for_its_meaning(full: Corpus) -> None:
    assert full.date([0.9, 0.9], {1: {"coverage": 0.0, "names_missing": 1.0}}) == [0]


def test_of_a_later_date_no_more_than_its_share_is_read(full: Corpus) -> None:
    assert len(full.date([0.9] * 20, open_=dict.fromkeys(range(20), 0.8))) == LEAST_READ


def test_only_the_nearest_up_to_a_date_are_near() -> None:
    corpus = Corpus()
    corpus.date([0.9 - 0.01 * n for n in range(40)])
    every = np.array([0.9 - 0.01 * n for n in range(40)] + [0.755, 0.5], np.float32)
    corpus.shortlist.reach([40, 41], every)
    assert corpus.shortlist.near(range(42), every) == [*range(15), 40]
