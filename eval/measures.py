"""Every share that an evaluation reports and a gate may name, each in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from eval.metrics import Outcome, Score
from eval.rates import Rate
from rag.records import Status

_ANSWERED = (Status.STATED, Status.PARTIAL)
SHOWN_AT = (1, 3, 5)
Count = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A share over questions: ``count`` gives a question's (hits, cases), None where it is no case.

    ``good`` says whether more is better; a question fails where a good share misses a case, or a bad
    one hits one.
    """

    name: str
    label: str
    good: bool
    count: Callable[[Score], Count]

    def rate(self, scores: Iterable[Score]) -> Rate:
        """The share over some questions."""
        counts = [c for score in scores if (c := self.count(score)) is not None]
        return Rate(sum(hits for hits, _ in counts), sum(cases for _, cases in counts))

    def fails(self, score: Score) -> bool:
        """Whether a question lowers a good share or raises a bad one."""
        found = self.count(score)
        if found is None:
            return False
        hits, cases = found
        return hits < cases if self.good else hits > 0


def _flag(value: bool | None) -> Count:
    return None if value is None else (int(value), 1)


def _coverage(score: Score) -> Count:
    return (int(score.got in _ANSWERED), 1) if score.question.target in _ANSWERED else None


def _precision(score: Score) -> Count:
    return (score.cited_on_gold, len(score.cited)) if score.question.gold else None


def _recall(score: Score) -> Count:
    return (score.gold_reached, len(score.question.gold)) if score.question.gold else None


def _shown_by(place: int) -> Callable[[Score], Count]:
    def count(score: Score) -> Count:
        if not score.question.gold:
            return None
        return int(score.rank is not None and score.rank <= place), 1

    return count


MEASURES: tuple[Measure, ...] = (
    Measure("status_right", "status right", True, lambda s: (int(s.outcome is Outcome.RIGHT), 1)),
    Measure("false_assertions", "false assertions", False, lambda s: (int(bool(s.assertions)), 1)),
    Measure("coverage", "coverage of what is stated", True, _coverage),
    Measure("gold_cited", "gold sentence cited", True, lambda s: _flag(s.gold_cited)),
    Measure("citation_precision", "citation precision", True, _precision),
    Measure("citation_recall", "citation recall", True, _recall),
    Measure("quote_integrity", "quote integrity", True, lambda s: (s.quotes - len(s.broken), s.quotes)),
    Measure("uncited", "uncited verdict or mark", False, lambda s: (int(bool(s.uncited)), 1)),
    Measure("unsupported", "unsupported words", False, lambda s: (int(bool(s.unsupported)), 1)),
    Measure("polarity_right", "yes/no right", True, lambda s: _flag(s.polarity_right)),
    Measure("kind_right", "kind right", True, lambda s: _flag(s.kind_right)),
    Measure("speaker_right", "speaker right", True, lambda s: _flag(s.speaker_right)),
    Measure("history_right", "history right", True, lambda s: _flag(s.history_right)),
    *(Measure(f"shown_at_{k}", f"gold among the first {k} shown", True, _shown_by(k)) for k in SHOWN_AT),
    Measure("crashed", "crashed or missing", False, lambda s: (int(s.outcome is Outcome.CRASHED), 1)),
    Measure("missing_gold", "gold lost by the corpus", False, lambda s: (int(bool(s.missing_gold)), 1)),
)
BY_NAME = {measure.name: measure for measure in MEASURES}


def reciprocal_rank(scores: Iterable[Score], place: int) -> float | None:
    """MRR at a place (Voorhees 1999): a gold sentence that is not shown by then counts 0.

    None where no question has a gold sentence.
    """
    ranks = [score.rank for score in scores if score.question.gold]
    if not ranks:
        return None
    return sum(1 / rank for rank in ranks if rank is not None and rank <= place) / len(ranks)


def wordings(scores: Iterable[Score]) -> dict[str, tuple[Score, ...]]:
    """The questions of each paraphrase group that has at least two wordings."""
    groups: dict[str, list[Score]] = {}
    for score in scores:
        if score.question.group:
            groups.setdefault(f"{score.question.corpus}/{score.question.group}", []).append(score)
    return {name: tuple(members) for name, members in groups.items() if len(members) > 1}


def consistency(scores: Iterable[Score]) -> Rate:
    """In how many groups all wordings get one status, whatever it is; a crash agrees with nothing."""
    groups = wordings(scores).values()
    return Rate(sum(_agree(members) for members in groups), len(groups))


def _agree(members: Sequence[Score]) -> bool:
    return len({member.got for member in members}) == 1 and members[0].got is not None
