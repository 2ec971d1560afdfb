"""Scores gathered by corpus, part and category; nothing here decides or prints."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eval.assertions import AssertionKind
from eval.metrics import Outcome, Score
from eval.rates import Rate


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one group of questions.

    ``quote_integrity`` counts quotes, ``false_assertions`` counts answers with at least one, everything
    else counts questions.  ``by_assertion`` counts answers for each kind of false assertion.
    ``confusion`` maps (wanted, got) to a count, got being "crashed" where nothing came.  ``p50`` and
    ``p95`` are seconds of the asks after the warm-up, which ``warm_up`` lists apart.
    """

    outcomes: Counter[str]
    status_right: Rate
    gold_cited: Rate
    quote_integrity: Rate
    false_assertions: Rate
    by_assertion: Counter[str]
    uncited: Rate
    kind_right: Rate
    speaker_right: Rate
    polarity_right: Rate
    confusion: Counter[tuple[str, str]]
    p50: float | None
    p95: float | None
    warm_up: tuple[float, ...]
    backends: Counter[str]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; a share or interval without cases is None."""
        rates = {
            name: {"hits": r.hits, "total": r.total, "share": r.share, "interval": r.interval}
            for name in RATES
            if isinstance(r := getattr(self, name), Rate)
        }
        return {
            "questions": self.status_right.total,
            "outcomes": dict(self.outcomes),
            **rates,
            "by_assertion": dict(self.by_assertion),
            "confusion": [
                {"wanted": w, "got": g, "count": n} for (w, g), n in sorted(self.confusion.items())
            ],
            "seconds": {"p50": self.p50, "p95": self.p95, "warm_up": list(self.warm_up)},
            "backends": dict(self.backends),
        }


RATES = (
    "status_right", "gold_cited", "false_assertions", "quote_integrity", "uncited",
    "polarity_right", "kind_right", "speaker_right",
)  # fmt: skip


def summarise(scores: Sequence[Score]) -> Summary:
    """The figures of some scores."""
    kinds = Counter(str(kind) for s in scores for kind in {found.kind for found in s.assertions})
    quotes = sum(s.quotes for s in scores)
    warm = sorted(s.seconds for s in scores if s.seconds is not None and not s.warm_up)
    return Summary(
        outcomes=Counter({str(o): sum(s.outcome is o for s in scores) for o in Outcome}),
        status_right=_rate([s.outcome is Outcome.RIGHT for s in scores]),
        gold_cited=_rate([s.gold_cited for s in scores]),
        quote_integrity=Rate(quotes - sum(len(s.broken) for s in scores), quotes),
        false_assertions=_rate([bool(s.assertions) for s in scores]),
        by_assertion=Counter({str(kind): kinds[kind] for kind in AssertionKind}),
        uncited=_rate([bool(s.uncited) for s in scores]),
        kind_right=_rate([s.kind_right for s in scores]),
        speaker_right=_rate([s.speaker_right for s in scores]),
        polarity_right=_rate([s.polarity_right for s in scores]),
        confusion=Counter((str(s.question.target), str(s.got or Outcome.CRASHED)) for s in scores),
        p50=_percentile(warm, 50),
        p95=_percentile(warm, 95),
        warm_up=tuple(s.seconds for s in scores if s.seconds is not None and s.warm_up),
        backends=Counter(s.backend for s in scores if s.backend),
    )


def groups(scores: Sequence[Score]) -> dict[str, tuple[Score, ...]]:
    """Scores by name of group: all, each corpus, each part of it, and each category."""
    namings: tuple[Callable[[Score], str], ...] = (
        lambda _: "all",
        lambda s: s.question.corpus,
        lambda s: f"{s.question.corpus} / {s.question.part}",
        lambda s: f"category {s.question.category}",
    )
    grouped: dict[str, tuple[Score, ...]] = {}
    for naming in namings:
        for name in sorted({naming(s) for s in scores}):
            grouped[name] = tuple(s for s in scores if naming(s) == name)
    return grouped


def _rate(results: Sequence[bool | None]) -> Rate:
    labelled = [result for result in results if result is not None]
    return Rate(sum(labelled), len(labelled))


def _percentile(ordered: list[float], percent: int) -> float | None:
    """Nearest rank: a value that was measured."""
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else None
