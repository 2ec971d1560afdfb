"""The plain rival on public questions: the nearest sentence is the answer where it is near enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from eval.matching import Stretch
from eval.public_run import Outcome
from eval.public_sets import PublicItem, sentence_spans


def cosine(items: Sequence[PublicItem], encode: Callable[[Sequence[str]], Any]) -> list[Outcome]:
    """Outcomes of the nearest sentence of each text, by cosine, against a threshold.

    The threshold is fitted to these very questions, each half judged by the other half's best, so that
    it is as good as a threshold can be.
    """
    vectors: dict[str, tuple[list[tuple[int, int]], Any]] = {}
    scored: list[tuple[PublicItem, float, bool, float, str]] = []
    for item in items:
        begun = time.perf_counter()
        if item.text not in vectors:
            spans = sentence_spans(item.text)
            vectors[item.text] = (spans, encode([item.text[a:b] for a, b in spans]))
        spans, rows = vectors[item.text]
        near = rows @ encode([item.question])[0]
        best = int(np.argmax(near))
        nearest = Stretch("", *spans[best])
        hit = any(nearest.overlaps(Stretch("", start, end)) for start, end in item.gold)
        seconds = time.perf_counter() - begun
        scored.append((item, float(near[best]), hit, seconds, item.text[slice(*spans[best])]))
    halves = scored[::2], scored[1::2]
    return [
        Outcome(
            item, value >= threshold, hit, seconds, got=f"{value:.3f} against {threshold:.3f}", cited=(quote,)
        )
        for half, other in (halves, halves[::-1])
        for threshold in [_best([(v, i.answerable) for i, v, *_ in other])]
        for item, value, hit, seconds, quote in half
    ]


def _best(values: Sequence[tuple[float, bool]]) -> float:
    def balanced(threshold: float) -> float:
        yes = [v >= threshold for v, answerable in values if answerable]
        no = [v < threshold for v, answerable in values if not answerable]
        return sum(yes) / max(len(yes), 1) + sum(no) / max(len(no), 1)

    return max((value for value, _ in values), key=balanced, default=0.0)
