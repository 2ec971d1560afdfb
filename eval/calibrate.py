"""Fit the two decisions of ``rag.assessment`` on the labelled questions.

``python -m eval.calibrate`` asks the development and calibration questions (never the held-back
ones), fits two logistic regressions and writes ``rag/calibration.toml``.  It prints the status
accuracy and the answers stated where nothing is, cross-validated by topic: a topic's questions are
judged by weights that never saw the topic.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from eval.questions import Question, corpus_folder, load
from rag.assessment import STATED_FEATURES, candidates
from rag.corpus import read_document, scan
from rag.embedding import load_embedder
from rag.gaps import GAP_FEATURES, gap_fits
from rag.language import Parser
from rag.question import Ask, Detail, understand
from rag.reading import analyse, restore
from rag.retrieval import Library
from rag.settings import Settings
from rag.spelling import mend

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Vectors = Mapping[str, NDArray[np.float32]]
PARTS = ("development", "calibration")
TARGET = Path(__file__).resolve().parent.parent / "rag" / "calibration.toml"
STATED_THRESHOLD, GAP_THRESHOLD = 0.5, 0.25
_FOLDS = 8
# A sentence that is not gold may still answer, so it teaches little; where nothing answers, all of it.
_DOUBTFUL, _TOP = 0.1, 3

Features = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One question with the features of its candidates, and whether each is a gold sentence."""

    question: Question
    stated: tuple[tuple[tuple[Features, bool], ...], ...]
    gaps: tuple[tuple[tuple[Features, bool], ...], ...]


@dataclass(frozen=True, slots=True)
class Models:
    """The two fitted decisions."""

    stated: LogisticRegression
    gap: LogisticRegression


def collect(questions: Sequence[Question]) -> list[Sample]:
    """The features of every question that asks for one thing at least."""
    parser, embedder = Parser(), load_embedder(Settings(llm="none"))
    samples: list[Sample] = []
    for name in sorted({q.corpus for q in questions}):
        library = _library(name, parser, embedder.encode)
        for question in (q for q in questions if q.corpus == name):
            samples.extend(_sample(question, library, parser, embedder.encode))
    return samples


def _library(name: str, parser: Parser, encode: Encode) -> Library:
    """A question set's corpus, read without an index."""
    documents = [read_document(path, file) for file, path in scan([corpus_folder(name)]).items()]
    read = tuple(restore(d, analyse(d, parser)[1]) for d in documents)
    readings = [reading for document in read for reading in document.readings]
    surface = {t.key: t.low for r in readings for t in r.tokens if any(c.isalpha() for c in t.key)}
    words = dict(zip(surface, encode(list(surface.values())), strict=True))
    return Library(read, encode([r.context for r in readings]), words)


def _sample(question: Question, library: Library, parser: Parser, encode: Encode) -> Iterator[Sample]:
    text = mend(question.text.strip(), library.surface, library.frequency)
    details = understand(text, parser.parse, library.names).details
    if not details or any(d.ask in (Ask.UNKNOWNS, Ask.OVERVIEW) for d in details):
        return
    gold = _gold_rows(question, library)
    words = {t.key: t.text.lower() for d in details for t in d.terms}
    vectors = dict(zip(words, encode(list(words.values())), strict=True))
    cosines = encode([d.text for d in details]) @ library.vectors.T
    yield Sample(
        question,
        tuple(_stated(d, library, vectors, c, gold) for d, c in zip(details, cosines, strict=True)),
        tuple(tuple((f.features, f.row in gold) for f in gap_fits(d, library, vectors)) for d in details),
    )


def _stated(
    detail: Detail, library: Library, vectors: Vectors, cosines: NDArray[np.float32], gold: set[int]
) -> tuple[tuple[Features, bool], ...]:
    return tuple((c.features, c.row in gold) for c in candidates(detail, library, vectors, cosines))


def _gold_rows(question: Question, library: Library) -> set[int]:
    return {
        number
        for number, row in enumerate(library.rows)
        if any(row.reading.sentence.text in g or g in row.reading.sentence.text for g in question.gold)
    }


def fit(samples: Sequence[Sample]) -> Models:
    """Two logistic regressions (L2, C = 1) over the features."""
    stated: list[tuple[Features, int, float]] = []
    gaps: list[tuple[Features, int, float]] = []
    for sample in samples:
        if len(sample.stated) != 1 or sample.question.target == "partial":
            continue
        target = sample.question.target
        ranked = sorted(sample.stated[0], key=lambda s: -(s[0][0] + s[0][4]))
        for place, (features, gold) in enumerate(ranked):
            if target == "stated" and gold:
                stated.append((features, 1, 1.0))
            elif place < _TOP:
                stated.append((features, 0, _DOUBTFUL if target == "stated" else 1.0))
        for features, gold in sample.gaps[0]:
            positive = target == "undisclosed" and gold
            gaps.append((features, int(positive), 1.0 if positive or target != "undisclosed" else 0.5))
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


def cross_validate(samples: Sequence[Sample]) -> tuple[int, int]:
    """How many statuses are right, and how many are stated where nothing is, by topic-wise folds."""
    groups = [f"{s.question.corpus}/{s.question.topic}" for s in samples]
    right = wrong = 0
    for training, testing in GroupKFold(_FOLDS).split(samples, groups=groups):
        models = fit([samples[i] for i in training])
        for sample in (samples[i] for i in testing):
            got = verdict(sample, models)
            right += got == sample.question.target
            wrong += got in ("stated", "partial") and sample.question.target in ("undisclosed", "not_covered")
    return right, wrong


def render(models: Models) -> str:
    """``calibration.toml``'s text."""
    lines = [
        "# Weights of the two decisions, fitted by `python -m eval.calibrate` on the development and",
        "# calibration questions; not edited by hand.",
    ]
    for name, model, features, threshold in (
        ("stated", models.stated, STATED_FEATURES, STATED_THRESHOLD),
        ("gap", models.gap, GAP_FEATURES, GAP_THRESHOLD),
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
    options = parser.parse_args(arguments)
    samples = collect(load(parts=PARTS))
    right, wrong = cross_validate(samples)
    sys.stdout.write(
        f"cross-validated by topic: {right}/{len(samples)} right, {wrong} stated where nothing is\n"
    )
    if not options.dry_run:
        TARGET.write_text(render(fit(samples)), "utf-8")
        sys.stdout.write(f"wrote {TARGET.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
