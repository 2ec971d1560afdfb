"""The sentences that are weighed for a detail, with what was measured of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from rag.covering import Match
from rag.fit import FIT_FEATURES, WORDING_FEATURES
from rag.gaps import GAP_FEATURES, GapFit
from rag.stance import Segment

# By how much, in the scale of the reading features, a sentence without such words must be read as
# withholding rather than answering, to be shown as a non-disclosure.
_PLAINLY = 1.0
ASTRAY = 3.0  # a sentence on something else is read last

READING_FEATURES = ("answers", "withholds", "answers_share", "withholds_share", "ahead")
STATED_FEATURES = (*WORDING_FEATURES, *FIT_FEATURES, "decides", *READING_FEATURES)
_COVERAGE = STATED_FEATURES.index("coverage")
OPEN_FEATURES = (
    *GAP_FEATURES, "linked", "cosine", "covered", "guarded", "shown", "all_words",
    *READING_FEATURES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence as a possible answer: its clause, matches and the features in ``STATED_FEATURES``.

    One that is ``astray`` (see ``fit``) may be read, and states nothing.  ``score`` is what ``weighing``
    makes of the features, in log-odds.
    """

    row: int
    segment: Segment
    matches: dict[str, Match]
    features: tuple[float, ...]
    astray: bool = False
    score: float = 0.0

    @property
    def probability(self) -> float:
        """That it answers, if it were the only one."""
        return _alone(self.score)

    @property
    def coverage(self) -> float:
        """The share of the question's words that its clause has."""
        return self.features[_COVERAGE]

    @property
    def merit(self) -> float:
        """How well it has the question's words and what its kind needs: for choosing what to read."""
        found = self._measured
        good = sum(found[name] for name in ("coverage", "focus", "verb", "premise", "object"))
        return good - found["lacks"] - ASTRAY * found["names_missing"]

    @property
    def alien(self) -> bool:
        """Whether it has neither a name nor another word of the question."""
        found = self._measured
        return not found["coverage"] and found["names_missing"] >= 1

    @property
    def relevant(self) -> bool:
        """Whether it may state what is asked, and has a name or another word of the question."""
        return not (self.alien or self.astray)

    @property
    def _measured(self) -> dict[str, float]:
        """What is known so far, by name: before a sentence is read, its last features are missing."""
        return dict(zip(STATED_FEATURES, self.features, strict=False))


@dataclass(frozen=True, slots=True)
class Open:
    """A sentence that may say that the asked thing is withheld; ``features`` are ``OPEN_FEATURES``.

    ``fit`` is the non-disclosure that its wording shows; None where only the reader sees one.  ``score`` is
    as a ``Candidate``'s.
    """

    row: int
    fit: GapFit | None
    features: tuple[float, ...]
    score: float = 0.0

    @property
    def probability(self) -> float:
        """That it withholds the answer, if it were the only one."""
        return _alone(self.score)

    @property
    def plain(self) -> bool:
        """Whether it says so in words, or is read as saying so far sooner than as answering."""
        found = dict(zip(OPEN_FEATURES, self.features, strict=False))
        read_so = found["withholds"] > max(0.0, found["answers"] + _PLAINLY)
        return self.fit is not None or bool(found["shown"]) or read_so


def _alone(score: float) -> float:
    return 1 / (1 + exp(-score))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is weighed for a detail."""

    stated: tuple[Candidate, ...]
    open: tuple[Open, ...]
