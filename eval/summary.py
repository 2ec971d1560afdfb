"""Scores gathered by corpus, part and category; nothing here decides or prints."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eval.assertions import AssertionKind
from eval.measures import MEASURES, SHOWN_AT, consistency, reciprocal_rank
from eval.metrics import Outcome, Score
from eval.rates import Rate
from eval.unsupported import UnsupportedKind


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one group of questions.

    ``rates`` are the shares of ``eval.measures`` by name.  ``consistency`` counts groups of wordings,
    ``reciprocal_rank`` is MRR by place.  ``by_assertion`` and ``by_unsupported`` count answers for each
    kind.  ``confusion`` maps (wanted, got) to a count, got being "crashed" where nothing came.  ``p50``
    and ``p95`` are seconds of the asks after the warm-up, which ``warm_up`` lists apart.
    """

    questions: int
    outcomes: Counter[str]
    rates: dict[str, Rate]
    consistency: Rate
    reciprocal_rank: dict[int, float | None]
    by_assertion: Counter[str]
    by_unsupported: Counter[str]
    confusion: Counter[tuple[str, str]]
    p50: float | None
    p95: float | None
    warm_up: tuple[float, ...]
    backends: Counter[str]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; a share or interval without cases is None."""
        return {
            "questions": self.questions,
            "outcomes": dict(self.outcomes),
            **{name: rate.to_dict() for name, rate in self.rates.items()},
            "consistency": self.consistency.to_dict(),
            "reciprocal_rank": {str(place): value for place, value in self.reciprocal_rank.items()},
            "by_assertion": dict(self.by_assertion),
            "by_unsupported": dict(self.by_unsupported),
            "confusion": [
                {"wanted": w, "got": g, "count": n} for (w, g), n in sorted(self.confusion.items())
            ],
            "seconds": {"p50": self.p50, "p95": self.p95, "warm_up": list(self.warm_up)},
            "backends": dict(self.backends),
        }


def summarise(scores: Sequence[Score]) -> Summary:
    """The figures of some scores."""
    assertions = Counter(str(kind) for s in scores for kind in {found.kind for found in s.assertions})
    words = Counter(str(kind) for s in scores for kind in {found.kind for found in s.unsupported})
    warm = sorted(s.seconds for s in scores if s.seconds is not None and not s.warm_up)
    return Summary(
        questions=len(scores),
        outcomes=Counter({str(o): sum(s.outcome is o for s in scores) for o in Outcome}),
        rates={measure.name: measure.rate(scores) for measure in MEASURES},
        consistency=consistency(scores),
        reciprocal_rank={place: reciprocal_rank(scores, place) for place in SHOWN_AT},
        by_assertion=Counter({str(kind): assertions[kind] for kind in AssertionKind}),
        by_unsupported=Counter({str(kind): words[kind] for kind in UnsupportedKind}),
        confusion=Counter((str(s.question.target), str(s.got or Outcome.CRASHED)) for s in scores),
        p50=_percentile(warm, 50),
        p95=_percentile(warm, 95),
        warm_up=tuple(s.seconds for s in scores if s.seconds is not None and s.warm_up),
        backends=Counter(s.backend for s in scores if s.backend),
    )


def groups(scores: Sequence[Score]) -> dict[str, tuple[Score, ...]]:
    """Scores by name of group: all, each corpus, each part of it, each category, natural or not."""
    natural = {False: "sentences made up", True: "sentences from real announcements"}
    namings: tuple[Callable[[Score], str], ...] = (
        lambda _: "all",
        lambda s: s.question.corpus,
        lambda s: f"{s.question.corpus} / {s.question.part}",
        lambda s: f"category {s.question.category}",
        lambda s: f"pairs: {natural[s.question.natural]}" if s.question.pair else "",
    )
    grouped: dict[str, tuple[Score, ...]] = {}
    for naming in namings:
        for name in sorted({naming(s) for s in scores} - {""}):
            grouped[name] = tuple(s for s in scores if naming(s) == name)
    return grouped


def _percentile(ordered: list[float], percent: int) -> float | None:
    """Nearest rank: a value that was measured."""
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else None
