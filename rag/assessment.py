"""What one part, a document's sentences of one date, says of an asked detail.

A sentence answers only if names, asked detail, answer type and (for yes/no) every strength word and
polarity fit in one clause.  A non-disclosure counts only where one of its topics is the asked detail
and its scope holds for the asked subject.  Similar words about something else are near misses.

Two logistic models over a few readable features make the two decisions; their weights come from the
development and calibration questions (``eval/calibrate.py``) and lie in ``calibration.toml``.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from rag.assessed import Assessed
from rag.evidence import Candidate, Open, gather
from rag.polarity import polarity_of
from rag.predication import promised
from rag.question import Ask, Detail
from rag.records import ClaimKind, Polarity, Verdict
from rag.retrieval import Library, Row

Vectors = Mapping[str, NDArray[np.float32]]
# From this similarity to the question on, a sentence is worth showing as a near miss.
NEAR = 0.4
# How sure a non-disclosure must be to stand beside a stated list ("which are all the tools?").
BESIDE = 0.4
# How much less sure than the best a sentence may be that carries a yes or no where the best does not.
DECISIVE = 0.35
# The least that it may be: where a yes or no is carried, subject, object and tense fit already.
PLAIN = 0.3


@dataclass(frozen=True, slots=True)
class _Model:
    bias: float
    weights: tuple[float, ...]
    threshold: float

    def __call__(self, features: Sequence[float]) -> float:
        total = self.bias + sum(w * f for w, f in zip(self.weights, features, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def models() -> tuple[_Model, _Model]:
    """The models for "this sentence answers" and "this non-disclosure answers"."""
    data = tomllib.loads(resources.files("rag").joinpath("calibration.toml").read_text("utf-8"))
    stated, gap = (
        _Model(d["bias"], tuple(d["weights"].values()), d["threshold"]) for d in (data["stated"], data["gap"])
    )
    return stated, gap


@dataclass(frozen=True, slots=True)
class Part:
    """The candidates of one document and date, the most probable first; ``day`` is that date."""

    document: int
    day: date
    stated: tuple[Candidate, ...]
    gaps: tuple[tuple[float, Open], ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """What a part says, and how surely: ``lead`` is the candidate or the non-disclosure that leads."""

    part: Part
    found: Assessed
    strength: float
    lead: Candidate | Open


def says(detail: Detail, part: Part, library: Library, cosines: NDArray[np.float32]) -> Saying | None:
    """What a part says of a detail; None where it is silent.

    Args:
        detail: what is asked.
        part: its weighed candidates.
        library: every sentence that counts.
        cosines: similarity of the detail's text to every sentence, in the library's order.
    """
    stated, gaps = list(part.stated), part.gaps
    stated_model, gap_model = models()
    best_stated = stated[0].probability if stated else 0.0
    best_gap = gaps[0][0] if gaps else 0.0
    scores = {"stated": round(best_stated, 3), "gap": round(best_gap, 3)}
    is_stated = best_stated >= stated_model.threshold
    is_open = best_gap >= gap_model.threshold
    open_rows = tuple(o.row for p, o in gaps if p >= max(gap_model.threshold, best_gap - 0.25))[:2]
    beside = tuple(
        o.row for p, o in gaps
        if p >= BESIDE and o.fit is not None and o.fit.named and o.fit.question_share >= 0.6
    )[:1] if detail.listing else ()  # fmt: skip
    ahead = best_stated - stated_model.threshold > best_gap - gap_model.threshold
    if is_open and not (is_stated and (ahead or beside)):
        first = gaps[0][1].fit
        whole = first is not None and first.whole
        found = Assessed(detail, Verdict.UNDISCLOSED, open_rows, whole=whole, scores=scores)
        return Saying(part, found, best_gap, gaps[0][1])
    if is_stated:
        lead, found = _stated(detail, stated, library, cosines, scores, beside)
        return Saying(part, found, best_stated, lead)
    return None


def parts(
    detail: Detail, library: Library, vectors: Vectors, cosines: NDArray[np.float32]
) -> tuple[Part, ...]:
    """Every part that has a candidate, the oldest first."""
    stated, gaps = weighed(detail, library, vectors, cosines)

    def part(number: int) -> tuple[date, int]:
        return library.rows[number].day, library.rows[number].document

    found = {part(row) for row in (*(c.row for c in stated), *(o.row for _, o in gaps))}
    return tuple(
        Part(
            document, day,
            tuple(c for c in stated if part(c.row) == (day, document)),
            tuple((p, o) for p, o in gaps if part(o.row) == (day, document)),
        )
        for day, document in sorted(found)
    )  # fmt: skip


def near_misses(cosines: NDArray[np.float32]) -> tuple[int, ...]:
    """The sentences nearest to a question that nothing answers."""
    nearest = np.argsort(-cosines, kind="stable")[:2]
    return tuple(int(n) for n in nearest if cosines[n] >= NEAR)


def weighed(
    detail: Detail, library: Library, vectors: Vectors, cosines: NDArray[np.float32]
) -> tuple[list[Candidate], list[tuple[float, Open]]]:
    """The candidates for an answer and for a non-disclosure, most probable first."""
    stated_model, gap_model = models()
    evidence = gather(detail, library, vectors, cosines)
    stated = [replace(c, probability=stated_model(c.features)) for c in evidence.stated]
    open_ = [(gap_model(o.features), o) for o in evidence.open]
    return (
        sorted(stated, key=lambda c: (-c.probability, c.row)),
        sorted(open_, key=lambda weighed: (-weighed[0], weighed[1].row)),
    )


def _stated(
    detail: Detail, stated: list[Candidate], library: Library, cosines: NDArray[np.float32],
    scores: dict[str, float], open_rows: tuple[int, ...],
) -> tuple[Candidate, Assessed]:  # fmt: skip
    model, _ = models()
    best = stated[0]
    close = [c for c in stated if c.probability >= max(model.threshold, best.probability - 0.08)]
    close = sorted(close, key=lambda c: (-(c.probability + 0.3 * float(cosines[c.row])), c.row))[:2]
    first, polarity = close[0], None
    if detail.ask is Ask.YES_NO:
        first, polarity = _decisive(detail, stated, close[0], library)
        close = [first]
    row = library.rows[first.row]
    return first, Assessed(
        detail, Verdict.STATED, tuple(c.row for c in close), open_rows, polarity=polarity,
        kind=_kind(detail, row, first), scores=scores,
    )  # fmt: skip


def _kind(detail: Detail, row: Row, found: Candidate) -> ClaimKind:
    """The kind of what answers: of its clause, and of the verb that the asked words hang on.

    "X sweeps a wide strip and will come back" states a fact of the strip and plans the coming back.
    """
    stance = row.reading.stance
    kind = found.segment.kind if len(stance.segments) > 1 else stance.kind
    if kind is ClaimKind.OPINION:
        return kind
    asked = [*((detail.predicate,) if detail.predicate else ()), *detail.of("focus", "verb")]
    for term in asked:
        match = found.matches.get(f"{term.role}:{term.key}")
        if match is None or match.place < 0 or match.strength < 0.5:
            continue
        if (future := promised(row.reading.tokens, match.place)) is not None:
            return ClaimKind.COMMITMENT if future else ClaimKind.FACT
    return kind


def _decisive(
    detail: Detail, stated: list[Candidate], best: Candidate, library: Library
) -> tuple[Candidate, Polarity | None]:
    """The first of the good candidates that carries a yes or no, else the best; none where they disagree."""
    good = [c for c in stated if c.probability >= max(PLAIN, best.probability - DECISIVE)][:6]
    found = [(c, polarity_of(detail, library.rows[c.row], c.segment, c.matches)) for c in (best, *good)]
    decided = [(c, p) for c, p in found if p is not None]
    if decided and len({p for _, p in decided}) == 1:
        return decided[0]
    return best, None
