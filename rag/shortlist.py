"""Which sentences are worth reading: reading one costs a thousand times what its words and its vector do.

Like all that is relative, the choice among a date's sentences depends on what had been published by then, and
on nothing later: dates are put to a ``Shortlist`` oldest first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from rag.candidates import Candidate
from rag.gaps import GapFit

# How many sentences of a date are read: the nearest in meaning, and the nearest in words.
NEAREST, MOST_COVERED, MOST_OPEN = 10, 4, 3
# How many are read in all, and how many of a date when the earlier ones have used these up.
MOST_READ, LEAST_READ = 24, 4
# Of such a date what is among so many nearest in meaning up to it, or no farther behind the best by its words
# or by what it withholds.  Of 196 such sentences that came to be cited none was beyond 10th place and 0.7;
# but with 10 the minimal pairs have one false answer more than with 16.
_NEAR, _BEHIND, _BEHIND_OPEN = 16, 0.7, 0.5


@dataclass(slots=True)
class Shortlist:
    """What the dates up to one have brought: the nearest sentences' cosines, highest first, among them."""

    _cosines: list[float] = field(default_factory=list)
    _chosen: int = 0
    _merit: float = -math.inf
    _link: float = 0.0

    @property
    def full(self) -> bool:
        """Whether the earlier dates have used up the sentences that are read in all."""
        return MOST_READ - self._chosen <= LEAST_READ

    @property
    def least(self) -> float:
        """The merit below which a sentence of the next date is not read for its words."""
        return self._merit - _BEHIND if self.full else -math.inf

    def reach(self, fresh: Sequence[int], cosines: NDArray[np.float32]) -> float:
        """Goes on to a date with these sentences.  Returns the highest cosine of any sentence so far."""
        reached = (*self._cosines, *(float(cosines[row]) for row in fresh))
        self._cosines = sorted(reached, reverse=True)[:_NEAR]
        return max(self._cosines, default=0.0)

    def near(self, rows: Iterable[int], cosines: NDArray[np.float32], places: int = _NEAR) -> list[int]:
        """Those of some sentences that are among so many nearest up to the date that was reached last."""
        least = self._cosines[:places][-1] if self._cosines else 0.0
        return [n for n in rows if cosines[n] >= least]

    def choose(
        self,
        worded: Mapping[int, Candidate],
        fits: Mapping[int, GapFit],
        fresh: Sequence[int],
        cosines: NDArray[np.float32],
    ) -> list[int]:
        """The sentences of the date that was reached last which are to be read, each once.

        ``MOST_READ`` in all, and when the earlier dates have used these up, ``LEAST_READ`` of each further
        date: of those with a name or another word of the question that come near the best up to it in one
        way.  What is near in meaning alone is read where only few of those up to its date are nearer: it
        cannot answer, and shows how sure the others are.

        Args:
            worded: the date's sentences by their words.
            fits: its non-disclosures.
            fresh: all its sentences.
            cosines: similarity of the question to every sentence of the library.
        """
        self._merit = max((self._merit, *(c.merit for c in worded.values())))
        self._link = max((self._link, *map(_link, fits.values())))
        covered = [c.row for c in sorted(worded.values(), key=lambda c: (-c.merit, c.row))]
        linked = [f.row for f in sorted(fits.values(), key=lambda f: (-_link(f), f.row))]
        room = max(LEAST_READ, MOST_READ - self._chosen)
        near: list[int] = []
        if not self.full:
            near = sorted(self.near(fresh, cosines, NEAREST), key=lambda n: (-cosines[n], n))
        else:
            worthy = (n for n, c in worded.items() if c.merit >= self._merit - _BEHIND)
            close = {*self.near(worded, cosines), *worthy}
            covered = [n for n in covered if n in close and worded[n].relevant]
            linked = [n for n in linked if n in close or _link(fits[n]) >= self._link - _BEHIND_OPEN]
        chosen = _first(covered[:MOST_COVERED], linked[:MOST_OPEN], near[:NEAREST], room)
        self._chosen += len(chosen)
        return chosen


def _first(covered: Sequence[int], linked: Sequence[int], near: Sequence[int], room: int) -> list[int]:
    """So many of them: those with the question's words in turn with those that withhold, then the nearest."""
    pairs = (n for pair in zip_longest(covered, linked) for n in pair if n is not None)
    return list(dict.fromkeys([*pairs, *near]))[:room]


def _link(fit: GapFit) -> float:
    """How much of the question is among what a sentence withholds."""
    return sum(fit.features[:4])
