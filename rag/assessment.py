"""Findings: what the documents say of an asked detail.

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
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from rag.answer_type import amount_of, typed
from rag.gaps import GapFit, gap_fits
from rag.language import word_key
from rag.polarity import has_predicate, negated, polarity_of
from rag.question import Ask, Detail
from rag.records import ClaimKind, Polarity, Verdict
from rag.retrieval import Library, Match, Row, cover
from rag.stance import Segment

Vectors = Mapping[str, NDArray[np.float32]]
NAME_COVER = 0.8
# From this similarity to the question on, a sentence is worth showing as a near miss.
NEAR = 0.4
# How sure a non-disclosure must be to stand beside a stated list ("which are all the tools?").
BESIDE = 0.4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence as a possible answer: its clause, matches, features and probability."""

    row: int
    segment: Segment
    matches: dict[str, Match]
    features: tuple[float, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Assessed:
    """The verdict on one detail with its evidence, best first (rows of the library).

    ``open_rows`` are the non-disclosures that hold beside a stated answer (the exact list is still
    open); ``whole`` says that a non-disclosure speaks of a whole of which the subject is a part.
    """

    detail: Detail
    verdict: Verdict
    rows: tuple[int, ...] = ()
    open_rows: tuple[int, ...] = ()
    related: tuple[int, ...] = ()
    polarity: Polarity | None = None
    kind: ClaimKind = ClaimKind.FACT
    whole: bool = False
    premise: str = ""
    scores: dict[str, float] = field(default_factory=dict)


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


STATED_FEATURES = (
    "coverage", "focus", "verb", "rarest", "cosine", "typed", "own_names", "cosine_rank", "foreign",
)  # fmt: skip


def stated_features(
    detail: Detail,
    row: Row,
    library: Library,
    cosine: float,
    best_cosine: float,
    matches: dict[str, Match],
    blocked: frozenset[int],
) -> tuple[float, ...]:
    """The features named in ``STATED_FEATURES``, each in [0, 1] but the cosine."""

    def strength(key: str) -> float:
        match = matches[key]
        return 0.0 if match.place in blocked else match.strength

    content = [t for t in detail.terms if t.role not in ("name", "strength")]
    factor = {"modifier": 0.5, "verb": 0.7, "head": 0.3}
    weights = {f"{t.role}:{t.key}": library.weight(t.key) * factor.get(t.role, 1.0) for t in content}
    total = sum(weights.values())
    coverage = (
        sum(w * strength(k) for k, w in weights.items()) / total if total else float(bool(detail.of("name")))
    )
    focus = [strength(f"focus:{t.key}") for t in detail.of("focus")]
    verbs = [strength(f"verb:{t.key}") for t in detail.of("verb")]
    solid = [strength(k) for k in weights if not k.startswith(("modifier", "head"))]
    unmatched = [k for k in weights if strength(k) == 0.0]
    foreign = sum(weights[k] for k in unmatched if library.foreign(k.split(":", 1)[1]))
    names = [matches[f"name:{t.key}"] for t in detail.of("name")]
    own = sum(m.place >= 0 for m in names) / len(names) if names else 1.0
    return (
        coverage, max(focus, default=coverage), max(verbs, default=coverage), min(solid, default=coverage),
        cosine, typed(detail, row.reading), own, float(cosine >= best_cosine - 1e-6),
        foreign / total if total else 0.0,
    )  # fmt: skip


def names_fit(detail: Detail, matches: Mapping[str, Match]) -> bool:
    """Every name and number of the question must be the sentence's own or its context's."""
    return all(matches[f"{t.role}:{t.key}"].strength >= NAME_COVER for t in detail.of("name", "number"))


def candidates(
    detail: Detail, library: Library, vectors: Vectors, cosines: NDArray[np.float32]
) -> list[Candidate]:
    """The sentences that could answer, most probable first; each by its best clause."""
    model, _ = models()
    found: list[Candidate] = []
    best_cosine = float(cosines.max()) if len(cosines) else 0.0
    for number, row in enumerate(library.rows):
        if detail.ask in _TYPED and not typed(detail, row.reading):
            continue
        blocked = _gap_places(row)
        best: Candidate | None = None
        for segment in row.reading.stance.segments:
            matches = cover(detail, row, library, vectors, segment)
            fits = names_fit(detail, matches) and _fits_premise(detail, row, segment, matches)
            if not fits or not _fits_focus(detail, row, segment, matches) or _lacks(detail, library, matches):
                continue
            values = stated_features(
                detail, row, library, float(cosines[number]), best_cosine, matches, blocked
            )
            probability = model(values)
            if best is None or probability > best.probability:
                best = Candidate(number, segment, matches, values, probability)
        if best is not None:
            found.append(best)
    return sorted(found, key=lambda c: (-c.probability, c.row))


_TYPED = (Ask.WHO, Ask.WHEN, Ask.AMOUNT)


def _fits_premise(detail: Detail, row: Row, segment: Segment, matches: Mapping[str, Match]) -> bool:
    """A clause that lacks or denies what a why, when or how takes for granted does not answer it."""
    if not detail.presumed:
        return True
    nouns = [matches[f"noun:{t.key}"].strength for t in detail.of("noun")]
    if not has_predicate(detail, row, segment) or min(nouns, default=1.0) < 0.5:
        return False
    places = {m.place for k, m in matches.items() if m.place >= 0 and k.startswith(("verb", "noun"))}
    return not places or negated(row.reading, segment, places) == detail.negated


def _lacks(detail: Detail, library: Library, matches: Mapping[str, Match]) -> bool:
    """Whether a yes/no question has a thing of which the corpus never speaks."""
    if detail.ask is not Ask.YES_NO:
        return False
    missing = (t for t in detail.of("noun", "focus", "verb") if matches[f"{t.role}:{t.key}"].strength < 0.5)
    return any(library.foreign(t.key) for t in missing)


_COUNTS = frozenset(map(word_key, "times number amount percentage share".split()))


def _fits_focus(detail: Detail, row: Row, segment: Segment, matches: Mapping[str, Match]) -> bool:
    """What is asked for must stand there, or the verb of which it is the object; an amount, its unit."""
    focus = [matches[f"focus:{t.key}"] for t in detail.of("focus")]
    best = max(focus, key=lambda m: m.strength, default=None)
    if detail.ask is Ask.AMOUNT:
        if any(t.key in _COUNTS for t in detail.of("focus")):
            return True
        return best is None or (best.strength >= 0.5 and amount_of(row.reading, best.place))
    if detail.ask is Ask.WHAT and best is None and detail.predicate is not None:
        return has_predicate(detail, row, segment)
    if detail.ask is Ask.WHAT and best is not None and best.strength < 0.5:
        return detail.predicate is not None and has_predicate(detail, row, segment)
    return True


def _gap_places(row: Row) -> frozenset[int]:
    """Words that a sentence uses to say that something is undisclosed: they state nothing."""
    return frozenset(
        place
        for gap in row.reading.stance.gaps
        for first, last in [(gap.first, gap.last), *((t.first, t.last) for t in gap.topics)]
        for place in range(first, last)
    )


def assess(detail: Detail, library: Library, vectors: Vectors, cosines: NDArray[np.float32]) -> Assessed:
    """The verdict on one detail over the whole library.

    Args:
        detail: what is asked.
        library: every sentence that counts (of documents published by the as-of date).
        vectors: the embedder's vectors of the detail's words, by word key.
        cosines: similarity of the detail's text to every sentence, in the library's order.
    """
    stated_model, gap_model = models()
    if detail.ask is Ask.UNKNOWNS:
        return _unknowns(detail, library, vectors)
    if detail.ask is Ask.OVERVIEW:
        return _overview(detail, library, vectors, cosines)
    stated = candidates(detail, library, vectors, cosines)
    gaps = sorted(
        ((gap_model(f.features), f) for f in gap_fits(detail, library, vectors)),
        key=lambda g: (-g[0], g[1].row),
    )
    best_stated = stated[0].probability if stated else 0.0
    best_gap = gaps[0][0] if gaps else 0.0
    scores = {"stated": round(best_stated, 3), "gap": round(best_gap, 3)}
    related = tuple(int(n) for n in np.argsort(-cosines, kind="stable")[:2] if cosines[n] >= NEAR)
    is_stated = best_stated >= stated_model.threshold
    is_open = best_gap >= gap_model.threshold
    open_rows = tuple(
        dict.fromkeys(f.row for p, f in gaps if p >= max(gap_model.threshold, best_gap - 0.25))
    )[:2]
    beside = tuple(
        dict.fromkeys(f.row for p, f in gaps if p >= BESIDE and f.named and f.question_share >= 0.6)
    )[:1] if detail.listing else ()  # fmt: skip
    # A clause with every word of the question outranks a non-disclosure of something like it.
    complete = (
        bool(stated) and stated[0].features[0] >= 0.95 and (not gaps or gaps[0][1].question_share < 0.95)
    )
    found = bool(stated) and (not detail.of("focus") or stated[0].features[1] >= 0.5)
    ahead = best_stated - stated_model.threshold > best_gap - gap_model.threshold
    stronger = found and (complete or ahead)
    if is_open and not (is_stated and stronger):
        if is_stated and beside:
            return _stated(detail, stated, library, cosines, scores, beside)
        return Assessed(detail, Verdict.UNDISCLOSED, open_rows, whole=gaps[0][1].whole, scores=scores)
    if is_stated:
        return _stated(detail, stated, library, cosines, scores, beside)
    premise = detail.statement if detail.presumed and detail.of("name", "noun") else ""
    return Assessed(detail, Verdict.NOT_COVERED, related=related, premise=premise, scores=scores)


def _stated(
    detail: Detail, stated: list[Candidate], library: Library, cosines: NDArray[np.float32],
    scores: dict[str, float], open_rows: tuple[int, ...],
) -> Assessed:  # fmt: skip
    model, _ = models()
    best = stated[0]
    close = [c for c in stated if c.probability >= max(model.threshold, best.probability - 0.08)]
    close = sorted(close, key=lambda c: (-(c.probability + 0.3 * float(cosines[c.row])), c.row))[:2]
    first, polarity = close[0], None
    if detail.ask is Ask.YES_NO:
        first, polarity = _decisive(detail, stated, close[0], library)
        close = [first]
    row = library.rows[first.row]
    return Assessed(
        detail, Verdict.STATED, tuple(c.row for c in close), open_rows, polarity=polarity,
        kind=_kind(row, first.segment), scores=scores,
    )  # fmt: skip


def _kind(row: Row, segment: Segment) -> ClaimKind:
    stance = row.reading.stance
    return segment.kind if len(stance.segments) > 1 else stance.kind


def _decisive(
    detail: Detail, stated: list[Candidate], best: Candidate, library: Library
) -> tuple[Candidate, Polarity | None]:
    """The first of the good candidates that carries a yes or no, else the best; none where they disagree."""
    model, _ = models()
    good = [c for c in stated if c.probability >= max(model.threshold, best.probability - 0.3)][:4]
    found = [(c, polarity_of(detail, library.rows[c.row], c.segment, c.matches)) for c in (best, *good)]
    decided = [(c, p) for c, p in found if p is not None]
    if decided and len({p for _, p in decided}) == 1:
        return decided[0]
    return best, None


# ---- questions about a subject as a whole ----------------------------------------------------------


def _subject_rows(detail: Detail, library: Library, vectors: Vectors) -> list[int]:
    """The sentences about the subject, in the order of the documents."""
    rows: list[int] = []
    for number, row in enumerate(library.rows):
        whole = Segment(0, len(row.reading.keys), row.reading.stance.kind)
        matches = cover(detail, row, library, vectors, whole)
        wanted = detail.of("name") or detail.of("focus", "noun")
        if wanted and all(matches[f"{t.role}:{t.key}"].strength >= NAME_COVER for t in wanted):
            rows.append(number)
    return rows


def _unknowns(detail: Detail, library: Library, vectors: Vectors) -> Assessed:
    wanted = detail.of("name", "focus", "noun")
    if not wanted:
        rows = [n for n, row in enumerate(library.rows) if row.reading.stance.gaps]
    elif detail.of("name"):
        about = set(_subject_rows(detail, library, vectors))
        rows = [n for n, row in enumerate(library.rows) if row.reading.stance.gaps and n in about]
    else:
        fits = [
            f for f in gap_fits(detail, library, vectors) if f.topic_share >= 0.5 or f.question_share >= 0.5
        ]
        rows = sorted({f.row for f in fits})
    verdict = Verdict.UNDISCLOSED if rows else Verdict.NOT_COVERED
    return Assessed(detail, verdict, tuple(rows[:8]))


def _overview(detail: Detail, library: Library, vectors: Vectors, cosines: NDArray[np.float32]) -> Assessed:
    rows = _subject_rows(detail, library, vectors)
    own = [n for n in rows if _mentions(detail, library.rows[n])]
    said = [n for n in (own or rows) if not library.rows[n].reading.stance.gaps]
    best = sorted(sorted(said, key=lambda n: (-float(cosines[n]), n))[:4])
    gaps = tuple(n for n in rows if library.rows[n].reading.stance.gaps)[:3]
    if best:
        return Assessed(detail, Verdict.STATED, tuple(best), gaps)
    return Assessed(detail, Verdict.UNDISCLOSED if gaps else Verdict.NOT_COVERED, gaps)


def _mentions(detail: Detail, row: Row) -> bool:
    return all(t.key in row.reading.keys for t in detail.of("name") or detail.of("focus", "noun"))


__all__ = [
    "Assessed",
    "Candidate",
    "GapFit",
    "assess",
    "candidates",
    "models",
    "names_fit",
    "stated_features",
]
