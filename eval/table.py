"""Scores as text for a terminal: pure functions from results to lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.measures import BY_NAME, MEASURES
from eval.metrics import Outcome, Score
from eval.summary import Summary, groups, summarise
from rag.records import Status

_SHOWN_FAILURES = 40


def table(scores: Sequence[Score]) -> str:
    """The whole report: figures with 95 % intervals, confusion, and the shares by group."""
    whole = summarise(scores)
    return "\n".join([*_figures(whole), "", *_confusion(whole), "", *_by_group(scores)])


def failure(score: Score) -> str:
    """One question in five lines: where it stands, question, expected, got, and the sentence cited."""
    question = score.question
    cited = score.cited[0] if score.cited else ""
    more = f" (and {len(score.cited) - 1} more)" if len(score.cited) > 1 else ""
    return "\n".join([
        f"  {question.id}  ({question.place})",
        f"    question: {question.text}",
        f"    expected: {question.target}   got: {score.got or Outcome.CRASHED}",
        f"    why:      {'; '.join(score.faults) or '-'}",
        f"    cited:    {cited + more if cited else 'nothing'}",
    ])  # fmt: skip


def failures(scores: Sequence[Score], limit: int = _SHOWN_FAILURES) -> str:
    """Some questions, named one after the other; says how many are left out."""
    lines = [failure(score) for score in scores[:limit]]
    if len(scores) > limit:
        lines.append("  and also: " + ", ".join(score.question.id for score in scores[limit:]))
    return "\n".join(lines)


def _figures(whole: Summary) -> Iterator[str]:
    outcomes = ", ".join(f"{count} {name}" for name, count in whole.outcomes.items())
    yield f"{whole.questions} questions: {outcomes}"
    if whole.backends:
        yield "worded by: " + ", ".join(f"{name} {count}" for name, count in whole.backends.most_common())
    for measure in MEASURES:
        yield f"  {measure.label:<30}{whole.rates[measure.name]}"
        counts = {"false_assertions": whole.by_assertion, "unsupported": whole.by_unsupported}
        for kind, count in counts.get(measure.name, {}).items():
            yield f"    {kind:<28}{count} answers"
    yield f"  {'same status in all wordings':<30}{whole.consistency} groups"
    for place, value in whole.reciprocal_rank.items():
        if value is not None:
            yield f"  {f'MRR at {place} of what is shown':<30}{value:.3f}"
    if whole.p50 is not None:
        yield f"  {'seconds a question':<30}p50 {whole.p50:.3f}, p95 {whole.p95:.3f}"
    if whole.warm_up:
        yield (
            f"  {'first asks (warm-up)':<30}"
            + ", ".join(f"{seconds:.2f}" for seconds in whole.warm_up)
            + " s"
        )


def _confusion(whole: Summary) -> Iterator[str]:
    columns = [*map(str, Status), str(Outcome.CRASHED)]
    yield f"{'wanted / got':<14}" + "".join(f"{column:>13}" for column in columns)
    for wanted in map(str, Status):
        yield f"{wanted:<14}" + "".join(f"{whole.confusion[wanted, got]:>13}" for got in columns)


def _by_group(scores: Sequence[Score]) -> Iterator[str]:
    names = ("status_right", "false_assertions", "coverage", "gold_cited")
    heads = "".join(f"{BY_NAME[name].label:<32}" for name in names)
    yield f"{'group':<36}{heads}crashed"
    for name, members in groups(scores).items():
        group = summarise(members)
        cells = "".join(f"{group.rates[name]!s:<32}" for name in names)
        yield f"{name:<36}{cells}{group.outcomes[Outcome.CRASHED]}"
