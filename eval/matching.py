"""Where gold sentences stand, and whether a stretch of a document is one of them.

The only place that decides it: metrics, calibration and reports ask here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a document; offsets count code points, ``end`` is exclusive."""

    document_id: str
    start: int
    end: int

    def overlaps(self, other: Stretch) -> bool:
        """Whether they share at least half of the shorter one: a clause of a sentence counts as it."""
        shared = min(self.end, other.end) - max(self.start, other.start)
        shorter = min(self.end - self.start, other.end - other.start)
        return self.document_id == other.document_id and shorter > 0 and shared >= shorter / 2


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold sentences of a question: all the places of each, in the order of the labels."""

    places: tuple[tuple[str, tuple[Stretch, ...]], ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Sentences that no document holds."""
        return tuple(sentence for sentence, found in self.places if not found)

    def reached(self, stretches: Iterable[Stretch]) -> int:
        """How many of the gold sentences at least one stretch hits."""
        given = list(stretches)
        return sum(any(g.overlaps(p) for g in given for p in found) for _, found in self.places)

    def hit(self, stretch: Stretch) -> bool:
        """Whether a stretch is one of the gold sentences, or half of one."""
        return any(stretch.overlaps(place) for _, found in self.places for place in found)


def find_gold(sentences: Iterable[str], documents: Mapping[str, str]) -> Gold:
    """The places of gold sentences, character for character.

    Args:
        sentences: the labels of a question.
        documents: text by document id.
    """
    return Gold(tuple((sentence, tuple(_places(sentence, documents))) for sentence in sentences))


def _places(sentence: str, documents: Mapping[str, str]) -> Iterable[Stretch]:
    for document_id, text in documents.items():
        for found in re.finditer(re.escape(sentence), text):
            yield Stretch(document_id, found.start(), found.end())
