"""Fit the two scores of ``rag.weighing`` on labelled questions.

``python -m eval.calibrate`` asks the development and calibration questions (never the held-back
ones), fits two linear scores and writes ``rag/calibration.toml``.  It prints the status accuracy and
the answers stated where nothing is, cross-validated by corpus: a corpus's questions are judged by
weights that never saw the corpus.

The rules were made with some of these corpora in sight, so what their features say there flatters them.
The questions of the training documents that the reader has not seen (``reading_tasks.LEFT_OUT``) are added:
there, neither the rules nor the reader know anything beforehand (stacked generalization, Wolpert 1992).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn.utils.rnn import pad_sequence

from eval import reading_tasks, train_reader
from eval.questions import load
from eval.samples import Collector, Features, Sample
from rag.candidates import OPEN_FEATURES, STATED_FEATURES
from rag.weighing import Model, Models, decided, shares

PARTS = ("development", "calibration")
TARGET = Path(__file__).resolve().parent.parent / "rag" / "calibration.toml"
# The shares from which on a verdict is given: a statement where there is none does harm, so it must be surer.
STATED_THRESHOLD, GAP_THRESHOLD = 0.65, 0.35
# What a question of a training document counts beside one of a question set, whose labels were checked.
_TRAINING = 0.1
_PENALTY = 1e-3  # on squared weights of features brought to one spread
_STEPS = 300


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The candidates of many questions in one tensor: which are no padding, and which are gold."""

    values: torch.Tensor
    mask: torch.Tensor
    gold: torch.Tensor

    @classmethod
    def of(cls, lists: Sequence[Sequence[tuple[Features, bool]]]) -> _Candidates:
        values = [torch.tensor([features for features, _ in one]) for one in lists]
        gold = [torch.tensor([is_gold for _, is_gold in one]) for one in lists]
        there = [torch.ones(len(one), dtype=torch.bool) for one in lists]
        return cls(*(pad_sequence(rows, batch_first=True) for rows in (values, there, gold)))

    def spread(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The mean and the standard deviation of every feature."""
        every = self.values[self.mask]
        return every.mean(0), every.std(0) + 1e-3


def fit(samples: Sequence[Sample], training: Sequence[Sample] = ()) -> Models:
    """Two linear scores, fitted together: a question's candidates and "nothing answers" compete.

    The loss is the cross entropy over "this sentence answers", "this sentence withholds" and "none does"
    (the multinomial logit of McFadden 1974, with a penalty on squared weights), as in ``train_reader``.
    """
    chosen = [(s, counts) for part, counts in ((samples, 1.0), (training, _TRAINING)) for s in part
              if len(s.stated) == 1 and s.stated[0] and s.gaps[0] and s.target != "partial"]  # fmt: skip
    told = _Candidates.of([s.stated[0] for s, _ in chosen])
    held = _Candidates.of([s.gaps[0] for s, _ in chosen])
    stated, undisclosed, none = (
        torch.tensor([[s.target == target] for s, _ in chosen])
        for target in ("stated", "undisclosed", "not_covered")
    )
    right = torch.cat([told.gold & stated, held.gold & undisclosed, none], 1)
    return Models(*_minimum(told, held, right, torch.tensor([counts for _, counts in chosen])))


def _minimum(told: _Candidates, held: _Candidates, right: torch.Tensor, counts: torch.Tensor) -> list[Model]:
    """The scores of least loss; a question without a right choice among its candidates counts nothing."""
    counts = counts * right.any(1)
    sides = [(part, *part.spread(), torch.zeros(part.values.shape[2] + 1, requires_grad=True))
             for part in (told, held)]  # fmt: skip
    optimizer = torch.optim.LBFGS([w for *_, w in sides], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        scores = [
            ((part.values - mean) / spread @ w[:-1] + w[-1]).masked_fill(~part.mask, train_reader.NEVER)
            for part, mean, spread, w in sides
        ]
        missed = train_reader.missed(torch.cat(scores, 1), right)
        penalty = _PENALTY * sum((w[:-1] ** 2).sum() for *_, w in sides)
        loss = (counts * missed).sum() / counts.sum() + penalty
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(step)  # type: ignore[no-untyped-call]
    found = []
    for (_, mean, spread, w), threshold in zip(sides, (STATED_THRESHOLD, GAP_THRESHOLD), strict=True):
        own = w[:-1].detach() / spread
        found.append(Model(float(w[-1].detach() - (own * mean).sum()), tuple(own.tolist()), threshold))
    return found


def verdict(sample: Sample, models: Models) -> str:
    """The status that the two decisions alone give (without the engine's finer rules)."""
    found: set[str] = set()
    for stated, gaps in zip(sample.stated, sample.gaps, strict=True):
        scores = [models.stated(f) for f, _ in stated]
        told, held = shares(scores, [models.gap(f) for f, _ in gaps])
        best = max(scores, default=-math.inf)
        found.add(decided(told, held, models.stated.threshold, models.gap.threshold, best=best))
    return found.pop() if len(found) == 1 else "partial"


def cross_validate(samples: Sequence[Sample], extra: Sequence[Sample] = ()) -> tuple[int, int]:
    """How many statuses are right, and how many are stated where nothing is, by corpus-wise folds."""
    right = wrong = 0
    for group in sorted({s.group for s in samples}):
        models = fit([s for s in samples if s.group != group], extra)
        for sample in (s for s in samples if s.group == group):
            got = verdict(sample, models)
            right += got == sample.target
            wrong += got in ("stated", "partial") and sample.target in ("undisclosed", "not_covered")
    return right, wrong


def render(models: Models) -> str:
    """``calibration.toml``'s text."""
    lines = [
        "# Weights of the two decisions, fitted by `python -m eval.calibrate` on the development and",
        "# calibration questions; not edited by hand.",
    ]
    for name, model, features in (
        ("stated", models.stated, STATED_FEATURES),
        ("gap", models.gap, OPEN_FEATURES),
    ):
        lines += ["", f"[{name}]", f"bias = {model.bias:.4f}", f"threshold = {model.threshold}", ""]
        lines += [
            f"[{name}.weights]",
            *(f"{f} = {w:.4f}" for f, w in zip(features, model.weights, strict=True)),
        ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, report and write; 0 when done."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.calibrate", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")
    options = parser.parse_args(arguments)
    collector = Collector()
    training = [
        sample
        for name in reading_tasks.LEFT_OUT
        for sample in collector.training(reading_tasks.FOLDER / f"{name}.jsonl")
    ]
    samples = collector.questions(load(parts=PARTS))
    right, wrong = cross_validate(samples, training)
    sys.stdout.write(
        f"cross-validated by corpus: {right}/{len(samples)} right, {wrong} stated where nothing is\n"
    )
    if not options.dry_run:
        TARGET.write_text(render(fit(samples, training)), "utf-8")
        sys.stdout.write(f"wrote {TARGET.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
