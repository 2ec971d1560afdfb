"""Judges scores by the gates: what does not hold, in one line each, with the questions that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from eval.baseline import Comparison
from eval.faults import EvalError
from eval.gate_file import Gates
from eval.measures import BY_NAME
from eval.metrics import Score

CEILING = "ceilings."
_WORDS = {
    "false_assertions": "answers assert more than their evidence",
    "uncited": "answers have a verdict or mark without a citation",
    "unsupported": "answers have words that nothing cited carries",
    "crashed": "questions have no usable answer",
    "missing_gold": "questions have a gold sentence that the corpus does not hold",
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A gate that does not hold, in one line, and the questions that break it."""

    gate: str
    line: str
    failing: tuple[Score, ...]


def _other_corpora(asked: set[str], gated: set[str]) -> str:
    lacking = [f"the gates lack [corpus.{name}]" for name in sorted(asked - gated)]
    lacking += [f"[corpus.{name}] of the gates has no questions" for name in sorted(gated - asked)]
    return f"Questions and gates must name the same corpora: {'; '.join(lacking)}."


def judge(
    scores: Sequence[Score], gates: Gates, comparison: Comparison | None, *, whole: bool
) -> tuple[Breach, ...]:
    """The gates that do not hold; a share without cases does not hold.

    Args:
        scores: of all questions that were to be asked.
        gates: what is demanded.
        comparison: with the baseline; None where the gates allow any drop.
        whole: whether all gated questions were asked.  Of a selection only the hard gates and the drops
            are judged: a least share is one of all questions.

    Raises:
        EvalError: there are no questions, or the corpora of the gates and of the questions differ.
    """
    if not scores:
        raise EvalError("There are no questions to judge.")
    breaches = [*_hard(scores, gates), *_over_ceilings(scores, gates)]
    if whole:
        corpora = {score.question.corpus for score in scores}
        if corpora != set(gates.corpus):
            raise EvalError(_other_corpora(corpora, set(gates.corpus)))
        if strange := ", ".join(sorted(set(gates.ceilings) - corpora)):
            raise EvalError(f"[ceilings] of the gates names a corpus without questions: {strange}.")
        breaches += _floors(scores, gates.corpus, "corpus", lambda s: s.question.corpus)
        breaches += _floors(scores, gates.category, "category", lambda s: s.question.category)
    if comparison is not None:
        breaches += _drops(comparison, gates)
    return tuple(breaches)


def to_lower(scores: Sequence[Score], gates: Gates) -> tuple[str, ...]:
    """A line for each ceiling above what is measured over all gated questions: it may come down."""
    return tuple(
        f"{name}: {found} false assertions, ceiling {most}: lower it in the gates"
        for name, most in sorted(gates.ceilings.items())
        if (found := len(_asserting(scores, name))) < most
    )


def _over_ceilings(scores: Sequence[Score], gates: Gates) -> Iterator[Breach]:
    for name, most in sorted(gates.ceilings.items()):
        failing = _asserting(scores, name)
        if len(failing) > most:
            line = f"ceiling of {name}: {len(failing)} {_WORDS['false_assertions']}, at most {most}"
            yield Breach(f"{CEILING}{name}", line, failing)


def _asserting(scores: Sequence[Score], corpus: str) -> tuple[Score, ...]:
    measure = BY_NAME["false_assertions"]
    return tuple(s for s in scores if s.question.corpus == corpus and measure.fails(s))


def _hard(all_scores: Sequence[Score], gates: Gates) -> list[Breach]:
    breaches = []
    for name, allowed in gates.hard.items():
        measure = BY_NAME[name]
        own = gates.ceilings if name == "false_assertions" else {}
        scores = [score for score in all_scores if score.question.corpus not in own]
        failing = tuple(score for score in scores if measure.fails(score))
        rate = measure.rate(scores)
        if not measure.good and rate.hits > allowed:
            breaches.append(Breach(name, f"{name}: {rate.hits} {_WORDS[name]}, allowed {allowed:g}", failing))
        elif measure.good and rate.share is None:
            breaches.append(Breach(name, f"{name}: there was no quote to check", ()))
        elif measure.good and rate.share is not None and rate.share < allowed:
            line = f"{name}: {rate.hits} of {rate.total} quotes stand in their source"
            breaches.append(Breach(name, line, failing))
    return breaches


def _floors(
    scores: Sequence[Score], floors: dict[str, dict[str, float]], kind: str, group: Callable[[Score], str]
) -> list[Breach]:
    breaches = []
    for area, wanted in sorted(floors.items()):
        members = [score for score in scores if group(score) == area]
        for name, least in wanted.items():
            rate = BY_NAME[name].rate(members)
            if rate.share is None or rate.share < least:
                failing = tuple(score for score in members if BY_NAME[name].fails(score))
                line = f"{kind} {area}: {name} {str(rate).strip()}, wanted {least:.3f}"
                breaches.append(Breach(f"{kind}.{area}.{name}", line, failing))
    return breaches


def _drops(comparison: Comparison, gates: Gates) -> list[Breach]:
    breaches = _fallen(comparison, comparison.common, gates.drop, "")
    for area in sorted({score.question.category for score in comparison.common}):
        members = [score for score in comparison.common if score.question.category == area]
        breaches += _fallen(comparison, members, gates.drop_in_category, f"category {area}: ")
    return breaches


def _fallen(
    comparison: Comparison, scores: Sequence[Score], allowed: dict[str, float], where: str
) -> list[Breach]:
    breaches = []
    for name, most in allowed.items():
        then, now = comparison.before(name, scores), BY_NAME[name].rate(scores)
        if then.share is None:
            continue  # the baseline had no case of it, so nothing can have fallen
        fall = then.share - (now.share or 0.0)
        if fall > most + 1e-9:
            line = (
                f"{where}{name} fell by {fall:.1%} since {comparison.blessed} "
                f"({then.share:.1%} to {now.share or 0.0:.1%} of {len(scores)} common questions), "
                f"allowed {most:.1%}"
            )
            breaches.append(Breach(f"drop.{name}", line, comparison.worse(name, scores)))
    return breaches
