"""Fit the two decisions of ``rag.assessment`` on the labelled questions.

``python -m eval.calibrate`` asks the development and calibration questions (never the held-back
ones), fits two logistic regressions and writes ``rag/calibration.toml``.  It prints the status
accuracy and the answers stated where nothing is, cross-validated by corpus: a corpus's questions
are judged by weights that never saw the corpus.

The question sets are few, so the questions of training documents are added with a small weight.  What
the shipped reader says of those is too good to learn from, for it was trained on them; so they are
read by one that was not (stacked generalization, Wolpert 1992)::

    python -m eval.train_reader --leave-out finn gus hana ivo --target build/reader.safetensors
    python -m eval.calibrate --reader build/reader.safetensors --training finn gus hana ivo
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut

from eval import train_reader
from eval.questions import load
from eval.samples import Collector, Features, Sample
from rag import weights
from rag.evidence import OPEN_FEATURES, STATED_FEATURES
from rag.reader import Reader

PARTS = ("development", "calibration")
TARGET = Path(__file__).resolve().parent.parent / "rag" / "calibration.toml"
STATED_THRESHOLD, GAP_THRESHOLD = 0.5, 0.35
# A sentence that is not gold may still answer, so it teaches little; where nothing answers, more.
_DOUBTFUL, _WRONG = 0.15, 0.6
# What a question of a training document counts beside one of a question set, whose labels were checked.
_TRAINING = 0.05


@dataclass(frozen=True, slots=True)
class Models:
    """The two fitted decisions."""

    stated: LogisticRegression
    gap: LogisticRegression


def fit(samples: Sequence[Sample], training: Sequence[Sample] = ()) -> Models:
    """Two logistic regressions (L2, C = 1) over the features."""
    stated: list[tuple[Features, int, float]] = []
    gaps: list[tuple[Features, int, float]] = []
    for counts, part in ((1.0, samples), (_TRAINING, training)):
        for sample in part:
            if len(sample.stated) != 1 or sample.target == "partial":
                continue
            for rows, found, target in (
                (stated, sample.stated[0], "stated"),
                (gaps, sample.gaps[0], "undisclosed"),
            ):
                asked = sample.target == target
                for features, gold in found:
                    weight = 1.0 if gold else _DOUBTFUL if asked else _WRONG
                    rows.append((features, int(asked and gold), counts * weight))
    return Models(_regression(stated), _regression(gaps))


def _regression(rows: Sequence[tuple[Features, int, float]]) -> LogisticRegression:
    model = LogisticRegression(C=1.0, max_iter=3000)
    return model.fit([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])


def verdict(sample: Sample, models: Models) -> str:
    """The status that the two decisions alone give (without the engine's finer rules)."""
    found: set[str] = set()
    for stated, gaps in zip(sample.stated, sample.gaps, strict=True):
        sure = _best(models.stated, stated) - STATED_THRESHOLD
        gap = _best(models.gap, gaps) - GAP_THRESHOLD
        found.add("undisclosed" if gap >= 0 and sure <= gap else "stated" if sure >= 0 else "not_covered")
    return found.pop() if len(found) == 1 else "partial"


def _best(model: LogisticRegression, rows: Sequence[tuple[Features, bool]]) -> float:
    return float(model.predict_proba([r[0] for r in rows])[:, 1].max()) if rows else 0.0


def cross_validate(samples: Sequence[Sample], extra: Sequence[Sample] = ()) -> tuple[int, int]:
    """How many statuses are right, and how many are stated where nothing is, by corpus-wise folds."""
    groups = [s.group for s in samples]
    right = wrong = 0
    for training, testing in LeaveOneGroupOut().split(samples, groups=groups):
        models = fit([samples[i] for i in training], extra)
        for sample in (samples[i] for i in testing):
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
    for name, model, features, threshold in (
        ("stated", models.stated, STATED_FEATURES, STATED_THRESHOLD),
        ("gap", models.gap, OPEN_FEATURES, GAP_THRESHOLD),
    ):
        lines += ["", f"[{name}]", f"bias = {model.intercept_[0]:.4f}", f"threshold = {threshold}", ""]
        lines += [
            f"[{name}.weights]",
            *(f"{f} = {w:.4f}" for f, w in zip(features, model.coef_[0], strict=True)),
        ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, report and write; 0 when done."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.calibrate", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")
    parser.add_argument("--reader", type=Path, help="weights of a reader that did not see --training")
    parser.add_argument("--training", nargs="+", default=[], metavar="SET", help="training sets to add")
    options = parser.parse_args(arguments)
    if bool(options.reader) != bool(options.training):
        parser.error("--reader and --training go together")
    for name in options.training:
        if not (train_reader.FOLDER / f"{name}.jsonl").is_file():
            parser.error(f"there is no training set {name} in eval/training")
    training: list[Sample] = []
    if options.reader:
        unspoilt = Collector(Reader(weights.embedder_path(), options.reader))
        for name in options.training:
            training += unspoilt.training(train_reader.FOLDER / f"{name}.jsonl")
    samples = Collector().questions(load(parts=PARTS))
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
