"""How a sentence fits a detail by its words: which are shared, and whether they are the ones that count.

Every function looks at one clause; ``evidence`` gathers what they say over the library, and
``assessment`` weighs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rag.answer_type import amount_of
from rag.covering import Match
from rag.denial import has_predicate
from rag.language import word_key
from rag.question import Ask, Detail, Term
from rag.retrieval import Library, Row
from rag.stance import Segment

NAME_COVER = 0.8
# From this share of its words on, a clause may have a question's premise in other words than its verb.
MOST_WORDS = 0.6
ALL_WORDS = 0.9
WORDING_FEATURES = (
    "coverage", "focus", "verb", "rarest", "cosine", "typed", "own_names", "cosine_rank", "foreign",
)  # fmt: skip
FIT_FEATURES = (
    "premise", "object", "lacks", "untyped", "guarded", "open", "unnamed", "names_missing", "beside",
)  # fmt: skip
_TYPED = (Ask.WHO, Ask.WHEN, Ask.AMOUNT)
_TIMES = frozenset(map(word_key, "day date time year month week hour moment".split()))
_OF_THEM = re.compile(
    r"\b(?:how many|how much|what (?:share|part|number|percentage))\b.{0,30}\bof\b", re.IGNORECASE
)
_COUNTS = frozenset(map(word_key, "times number amount percentage share".split()))


@dataclass(frozen=True, slots=True)
class Scale:
    """What the words of a question count on a day, by role and key; ``foreign`` are those no sentence has."""

    weights: Mapping[str, float]
    total: float
    foreign: frozenset[str]

    @classmethod
    def of(cls, detail: Detail, library: Library) -> Scale:
        """The scale of a detail on the library's day."""
        content = [t for t in detail.terms if t.role not in ("name", "strength") and not _is_type(detail, t)]
        factor = {"modifier": 0.5, "verb": 0.7, "head": 0.3}
        weights = {f"{t.role}:{t.key}": library.weight(t.key) * factor.get(t.role, 1.0) for t in content}
        foreign = frozenset(key for key in weights if library.foreign(key.split(":", 1)[1]))
        return cls(weights, sum(weights.values()), foreign)


def wording_features(
    detail: Detail,
    scale: Scale,
    cosine: float,
    best_cosine: float,
    matches: dict[str, Match],
    blocked: frozenset[int],
    value: float,
) -> tuple[float, ...]:
    """What the words in common say: ``WORDING_FEATURES``, each in [0, 1] but the cosine.

    ``value`` is whether the sentence holds one of the asked type (``answer_type.typed``).
    """

    def strength(key: str) -> float:
        match = matches[key]
        return 0.0 if match.place in blocked else match.strength

    weights, total = scale.weights, scale.total
    coverage = (
        sum(w * strength(k) for k, w in weights.items()) / total if total else float(bool(detail.of("name")))
    )
    focus = [strength(f"focus:{t.key}") for t in detail.of("focus")]
    verbs = [strength(f"verb:{t.key}") for t in detail.of("verb")]
    solid = [strength(k) for k in weights if not k.startswith(("modifier", "head"))]
    unmatched = [k for k in weights if strength(k) == 0.0]
    foreign = sum(weights[k] for k in unmatched if k in scale.foreign)
    names = [matches[f"name:{t.key}"] for t in detail.of("name")]
    own = sum(m.place >= 0 for m in names) / len(names) if names else 1.0
    return (
        coverage, max(focus, default=coverage), max(verbs, default=coverage), min(solid, default=coverage),
        cosine, value, own, float(cosine >= best_cosine - 1e-6),
        foreign / total if total else 0.0,
    )  # fmt: skip


def _is_type(detail: Detail, term: Term) -> bool:
    """Whether a word only says what type of answer is wanted ("on which day"): a date has no need of it."""
    return detail.ask is Ask.WHEN and term.role == "focus" and term.key in _TIMES


def fit_features(
    detail: Detail, row: Row, segment: Segment, library: Library, matches: Mapping[str, Match], value: float
) -> tuple[float, ...]:
    """Whether a clause has what the kind of question needs: ``FIT_FEATURES``, each 0 or 1."""
    guarded = any(a < segment.last and segment.first < b for a, b in row.reading.stance.guarded)
    return (
        float(fits_premise(detail, row, segment, matches)),
        float(_fits_focus(detail, row, segment, matches)),
        float(_lacks(detail, library, matches)),
        float(detail.ask in _TYPED and not value),
        float(guarded),
        float(bool(row.reading.stance.gaps)),
        *_named(detail, matches),
    )


def _named(detail: Detail, matches: Mapping[str, Match]) -> tuple[float, float]:
    """Whether a name is missing in sentence and context, and the share of names and numbers that are."""
    asked, missing = detail.of("name", "number"), missing_names(detail, matches)
    return float(any(map(is_word, missing))), len(missing) / max(1, len(asked))


def missing_names(detail: Detail, matches: Mapping[str, Match]) -> list[Term]:
    """The names and numbers of a question that a clause and its context have not."""
    return [t for t in detail.of("name", "number") if matches[f"{t.role}:{t.key}"].strength < NAME_COVER]


def is_word(term: Term) -> bool:
    """Whether a name has no digit."""
    return not any(c.isdigit() for c in term.text)


def beside(features: tuple[float, ...]) -> float:
    """1 where a clause has neither most of the question's words nor what is asked for or taken for granted.

    Args:
        features: of the clause, as ``WORDING_FEATURES`` and ``FIT_FEATURES`` name them, but for the last.
    """
    found = dict(zip((*WORDING_FEATURES, *FIT_FEATURES[:-1]), features, strict=True))
    off = not found["premise"] or not found["object"]
    return float(off and found["coverage"] < MOST_WORDS)


def fits_premise(detail: Detail, row: Row, segment: Segment, matches: Mapping[str, Match]) -> bool:
    """Whether a clause has, in words, what a why, when or how takes for granted."""
    if not detail.presumed:
        return True
    nouns = [matches[f"noun:{t.key}"].strength for t in detail.of("noun")]
    return has_predicate(detail, row, segment) and min(nouns, default=1.0) >= 0.5


def _lacks(detail: Detail, library: Library, matches: Mapping[str, Match]) -> bool:
    """Whether a yes/no question has a thing of which the corpus never speaks."""
    if detail.ask is not Ask.YES_NO:
        return False
    missing = (t for t in detail.of("noun", "focus", "verb") if matches[f"{t.role}:{t.key}"].strength < 0.5)
    return any(library.foreign(t.key) for t in missing)


def _fits_focus(detail: Detail, row: Row, segment: Segment, matches: Mapping[str, Match]) -> bool:
    """What is asked for must stand there, or the verb of which it is the object; an amount, its unit."""
    focus = [matches[f"focus:{t.key}"] for t in detail.of("focus")]
    best = max(focus, key=lambda m: m.strength, default=None)
    if detail.ask is Ask.AMOUNT:
        if any(t.key in _COUNTS for t in detail.of("focus")):
            return True
        of_them = _OF_THEM.search(detail.text) is not None
        if best is None and detail.predicate is not None:  # "how many were built": so many of what was built
            return has_predicate(detail, row, segment)
        return best is None or (best.strength >= 0.5 and amount_of(row.reading, best.place, of_them=of_them))
    if detail.ask is Ask.WHAT and best is None and detail.predicate is not None:
        return has_predicate(detail, row, segment)
    if detail.ask is Ask.WHAT and best is not None and best.strength < 0.5:
        return detail.predicate is not None and has_predicate(detail, row, segment)
    return True


def gap_places(row: Row) -> frozenset[int]:
    """Words that a sentence uses to say that something is undisclosed: they state nothing."""
    return frozenset(
        place
        for gap in row.reading.stance.gaps
        for first, last in [(gap.first, gap.last), *((t.first, t.last) for t in gap.topics)]
        for place in range(first, last)
    )
