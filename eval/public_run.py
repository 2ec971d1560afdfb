"""Runs the engine and, if asked for, a peer on public questions, and our verification on marked answers.

A question counts as right when it is answerable, the status is ``stated`` or ``partial`` and a citation
lies in a sentence that holds a gold answer; or when it is not, and the status is neither.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from eval.matching import Stretch
from eval.public_sets import MarkedAnswer, PublicItem, sentence_spans
from eval.rates import Rate
from eval.run import OpenEngine
from rag.records import ClaimKind, Status
from rag.verification import check_sentence, sentence_accepted

_ANSWERED = (Status.STATED, Status.PARTIAL)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question's result for one system: answered at all, and with a gold sentence cited.

    ``got`` is the status, ``cited`` and ``near`` are the sentences shown as the answer and as related,
    and ``why`` holds the findings' reasons: what a person needs who asks why it went wrong.
    """

    item: PublicItem
    answered: bool
    on_gold: bool
    seconds: float
    crash: str = ""
    got: str = ""
    cited: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    why: str = ""
    backend: str = ""

    @property
    def right(self) -> bool:
        """Answered with a gold sentence cited, or rightly refused."""
        if self.item.answerable:
            return self.answered and self.on_gold
        return not self.answered and not self.crash


@dataclass(frozen=True, slots=True)
class Figures:
    """How a system does: a crash counts as wrong, whatever was wanted."""

    answered: Rate
    refused: Rate
    on_gold: Rate
    right: Rate
    p50: float
    crashed: int

    @property
    def balanced(self) -> float | None:
        """Balanced accuracy of answerability; None where one of the two kinds is not there."""
        if self.answered.share is None or self.refused.share is None:
            return None
        return (self.answered.share + self.refused.share) / 2

    @property
    def balanced_right(self) -> float | None:
        """The same where an answer counts only with a gold sentence cited."""
        if self.on_gold.share is None or self.refused.share is None:
            return None
        return (self.on_gold.share + self.refused.share) / 2


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """The figures of one system over some questions."""
    yes = [o for o in outcomes if o.item.answerable]
    no = [o for o in outcomes if not o.item.answerable]
    return Figures(
        Rate(sum(o.answered for o in yes), len(yes)),
        Rate(sum(o.right for o in no), len(no)),
        Rate(sum(o.right for o in yes), len(yes)),
        Rate(sum(o.right for o in outcomes), len(outcomes)),
        sorted(o.seconds for o in outcomes)[len(outcomes) // 2],
        sum(bool(o.crash) for o in outcomes),
    )


def ask_all(items: Sequence[PublicItem], open_engine: OpenEngine, llm: str, name: str) -> list[Outcome]:
    """Asks one engine; each text is a corpus of its own, synced into the same data folder."""
    ordered = sorted(items, key=lambda item: item.text)
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="stated-public-") as room:
        corpus = Path(room) / "corpus"
        corpus.mkdir()
        _put(corpus, ordered[0])
        with open_engine(corpus, Path(room) / "data", llm) as engine:
            for _, group in groupby(ordered, key=lambda item: item.text):
                members = list(group)
                _put(corpus, members[0])
                engine.sync()
                (document,) = engine.documents()
                shift = document.text.index(members[0].text)
                for item in members:
                    outcomes.append(_outcome(item, engine.ask, document.id, shift))
                    _tell(f"{name}: {len(outcomes)} of {len(items)} asked", len(outcomes), len(items))
    return outcomes


def _tell(line: str, number: int, of: int) -> None:
    """Progress: one line that changes on a terminal, elsewhere every 50th and the last."""
    last = number == of
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{line} " + ("\n" if last else ""))
    elif last or number % 50 == 0:
        sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _put(corpus: Path, item: PublicItem) -> None:
    head = {"title": item.title, "published": "2020-01-01", "kind": "article"}
    front = "".join(f"{key}: {json.dumps(value)}\n" for key, value in head.items())
    (corpus / "2020-01-01-text.md").write_text(f"---\n{front}---\n{item.text}\n", encoding="utf-8")


def _outcome(item: PublicItem, ask: Callable[[str], Any], document_id: str, shift: int) -> Outcome:
    begun = time.perf_counter()
    try:
        answer = ask(item.question)
    except Exception as fault:  # noqa: BLE001 - this question's failure; the run goes on
        return Outcome(item, False, False, time.perf_counter() - begun, f"{type(fault).__name__}: {fault}")
    gold = [Stretch(document_id, start + shift, end + shift) for start, end in item.gold]
    cited = [Stretch(c.document_id, c.start, c.end) for c in answer.citations]
    hit = any(c.overlaps(g) for c in cited for g in gold)
    return Outcome(
        item, answer.status in _ANSWERED, hit, time.perf_counter() - begun, got=str(answer.status),
        cited=tuple(c.quote for c in answer.citations), near=tuple(c.quote for c in answer.related),
        why="; ".join(f.reason for f in answer.findings if f.reason), backend=answer.backend,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Detection:
    """Our verification as a detector of marked sentences: ``through`` is the share of them it accepts."""

    precision: Rate
    recall: Rate
    through: Rate
    accepted: Rate
    bad_among_accepted: Rate


def detect(answers: Sequence[MarkedAnswer]) -> Detection:
    """Checks each sentence of each answer against all passages; a rejected one counts as detected."""
    results: list[tuple[bool, bool]] = []
    for number, marked in enumerate(answers, start=1):
        for start, end in sentence_spans(marked.answer):
            bad = any(first < end and start < last for first, last in marked.spans)
            checks = check_sentence(
                marked.answer[start:end], marked.passages, kind=ClaimKind.FACT, speaker="",
                question=marked.question,
            )  # fmt: skip
            results.append((bad, sentence_accepted(checks)))
        _tell(f"verification: {number} of {len(answers)} answers checked", number, len(answers))
    marks = [accepted for is_bad, accepted in results if is_bad]
    rejected = [is_bad for is_bad, accepted in results if not accepted]
    passed = [is_bad for is_bad, accepted in results if accepted]
    return Detection(
        Rate(sum(rejected), len(rejected)),
        Rate(sum(not accepted for accepted in marks), len(marks)),
        Rate(sum(marks), len(marks)),
        Rate(len(passed), len(results)),
        Rate(sum(passed), len(passed)),
    )
