"""Scores as text for a terminal: pure functions from results to lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.metrics import Outcome, Score
from eval.rates import Rate
from eval.summary import Summary, groups, summarise
from rag.records import Status

_LABELS = {
    "status_right": "status right",
    "gold_cited": "gold sentence cited",
    "false_assertions": "false assertions",
    "quote_integrity": "quote integrity",
    "uncited": "uncited verdict or mark",
    "polarity_right": "yes/no right",
    "kind_right": "kind right",
    "speaker_right": "speaker right",
}
_SHOWN_FAILURES = 40


def table(scores: Sequence[Score]) -> str:
    """The whole report: figures with 95 % intervals, confusion, and the shares by group."""
    whole = summarise(scores)
    return "\n".join([*_figures(whole), "", *_confusion(whole), "", *_by_group(scores)])


def failure(score: Score) -> str:
    """One question in five lines: where it stands, question, expected, got, and the sentence cited."""
    question = score.question
    why = [*(f"{found.kind}: {found.detail}" for found in score.assertions), *score.broken, *score.uncited]
    if score.gold_cited is False and score.outcome is not Outcome.CRASHED:
        why.append("no gold sentence cited")
    if score.reason:
        why.append(score.reason)
    cited = score.cited[0] if score.cited else ""
    more = f" (and {len(score.cited) - 1} more)" if len(score.cited) > 1 else ""
    return "\n".join([
        f"  {question.id}  ({question.place})",
        f"    question: {question.text}",
        f"    expected: {question.target}   got: {score.got or Outcome.CRASHED}",
        f"    why:      {'; '.join(why) or '-'}",
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
    yield f"{whole.status_right.total} questions: {outcomes}"
    if whole.backends:
        yield "worded by: " + ", ".join(f"{name} {count}" for name, count in whole.backends.most_common())
    for name, label in _LABELS.items():
        yield f"  {label:<26}{_cell(getattr(whole, name))}"
        if name == "false_assertions":
            for kind, count in whole.by_assertion.items():
                yield f"    {kind:<24}{count} answers"
    if whole.p50 is not None:
        yield f"  {'seconds a question':<26}p50 {whole.p50:.3f}, p95 {whole.p95:.3f}"
    if whole.warm_up:
        yield (
            f"  {'first asks (warm-up)':<26}"
            + ", ".join(f"{seconds:.2f}" for seconds in whole.warm_up)
            + " s"
        )


def _confusion(whole: Summary) -> Iterator[str]:
    columns = [*map(str, Status), str(Outcome.CRASHED)]
    yield f"{'wanted / got':<14}" + "".join(f"{column:>13}" for column in columns)
    for wanted in map(str, Status):
        yield f"{wanted:<14}" + "".join(f"{whole.confusion[wanted, got]:>13}" for got in columns)


def _by_group(scores: Sequence[Score]) -> Iterator[str]:
    heads = ("status right", "gold cited", "false assertions", "quote integrity")
    yield f"{'group':<32}" + "".join(f"{head:<32}" for head in heads) + "crashed"
    for name, members in groups(scores).items():
        group = summarise(members)
        rates = (group.status_right, group.gold_cited, group.false_assertions, group.quote_integrity)
        cells = "".join(f"{_cell(rate):<32}" for rate in rates)
        yield f"{name:<32}{cells}{group.outcomes[Outcome.CRASHED]}"


def _cell(rate: Rate) -> str:
    interval = rate.interval
    if interval is None or rate.share is None:
        return "no cases"
    low, high = interval
    return f"{rate.share:6.1%} [{low:.1%}, {high:.1%}] {rate.hits}/{rate.total}"
