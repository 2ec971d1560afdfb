"""One evaluation's result: everything that the reports show, gathered once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.baseline import Comparison
from eval.gate import Breach
from eval.judge import Opinion
from eval.metrics import Outcome, Score
from eval.recording import Recording
from eval.summary import groups, summarise
from rag.records import Answer, Citation

REPORT_VERSION = 1
_CONTEXT = 220  # characters of a document shown before and after a cited sentence


@dataclass(frozen=True, slots=True)
class Result:
    """Scores with what was made of them.

    ``gated`` says whether gates were applied at all; ``notices`` are lines to tell beside the verdict;
    ``survivors`` are mutations that the evaluator did not catch, of ``mutations`` tried (by name:
    caught, tried).  ``beside`` holds a peer's scores by its name, ``command`` what was typed,
    ``opinion`` what a language model made of the answers, where one was asked.
    """

    scores: tuple[Score, ...]
    recording: Recording
    gated: bool
    breaches: tuple[Breach, ...] = ()
    comparison: Comparison | None = None
    notices: tuple[str, ...] = ()
    mutations: dict[str, tuple[int, int]] = field(default_factory=dict)
    beside: dict[str, tuple[Score, ...]] = field(default_factory=dict)
    command: str = ""
    opinion: Opinion | None = None

    @property
    def passed(self) -> bool:
        return not self.breaches

    @property
    def verdict(self) -> str:
        """One line."""
        if not self.gated:
            return f"{len(self.scores)} questions measured; no gate was applied"
        if self.passed:
            return f"all gates hold over {len(self.scores)} questions"
        word = "gate" if len(self.breaches) == 1 else "gates"
        return f"{len(self.breaches)} {word} failed over {len(self.scores)} questions"

    def gates_of(self, score: Score) -> tuple[str, ...]:
        """The failed gates that a question has a part in."""
        return tuple(b.gate for b in self.breaches if any(s is score for s in b.failing))

    def is_new(self, score: Score) -> bool:
        """Whether a question fails that did not fail in the baseline."""
        return self.comparison is not None and any(s is score for s in self.comparison.newly_failing)

    def blamed(self) -> tuple[Score, ...]:
        """The questions that broke a gate or fail newly, each once, those of the first gates first."""
        found = [s for b in self.breaches for s in b.failing]
        found += self.comparison.newly_failing if self.comparison else ()
        return tuple({id(s): s for s in found}.values())


def to_dict(result: Result) -> dict[str, Any]:
    """Everything in plain JSON types: what ``report.json`` holds and the other reports show."""
    recording = result.recording
    return {
        "version": REPORT_VERSION,
        "verdict": result.verdict,
        "passed": result.passed if result.gated else None,
        "engine": recording.engine,
        "llm": recording.llm,
        "started": recording.started,
        "machine": recording.machine,
        "corpora": recording.digests,
        "fingerprints": {name: list(values) for name, values in recording.fingerprints.items()},
        "breaches": [
            {"gate": b.gate, "line": b.line, "questions": [s.question.id for s in b.failing]}
            for b in result.breaches
        ],
        "notices": list(result.notices),
        "baseline": None if result.comparison is None else _comparison(result.comparison),
        "mutations": {name: {"caught": c, "tried": n} for name, (c, n) in result.mutations.items()},
        "groups": {name: summarise(members).to_dict() for name, members in groups(result.scores).items()},
        "beside": {name: summarise(scores).to_dict() for name, scores in result.beside.items()},
        "opinion": result.opinion.to_dict() if result.opinion else None,
        "questions": [_question(result, score) for score in result.scores],
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "blessed": comparison.blessed,
        "compared": len(comparison.common),
        "added": list(comparison.added),
        "gone": list(comparison.gone),
        "changed_corpora": list(comparison.changed),
        "newly_failing": [s.question.id for s in comparison.newly_failing],
        "newly_right": [s.question.id for s in comparison.newly_right],
    }


def _question(result: Result, score: Score) -> dict[str, Any]:
    question = score.question
    asked = result.recording.asked.get(question.id)
    answer = asked.answer if asked else None
    documents = result.recording.documents.get(question.corpus, {})
    return {
        "id": question.id,
        "place": question.place,
        "corpus": question.corpus,
        "part": question.part,
        "category": question.category,
        "question": question.text,
        "outcome": str(score.outcome),
        "wanted": str(question.target),
        "got": str(score.got or Outcome.CRASHED),
        "failed": score.failed,
        "new": result.is_new(score),
        "gates": list(result.gates_of(score)),
        "faults": list(score.faults),
        "gold": list(question.gold),
        "gold_cited": score.gold_cited,
        "rank": score.rank,
        "answer": answer.text if answer and score.outcome is not Outcome.CRASHED else "",
        "evidence": _evidence(answer, documents) if answer else [],
        "seconds": score.seconds,
        "warm_up": score.warm_up,
        "fingerprints": answer.fingerprints if answer else {},
    }


def _evidence(answer: Answer, documents: dict[str, str]) -> list[dict[str, Any]]:
    shown: list[tuple[str, Sequence[Citation]]] = [("cited", answer.citations), ("near", answer.related)]
    return [_context(role, citation, documents) for role, citations in shown for citation in citations]


def _context(role: str, citation: Citation, documents: dict[str, str]) -> dict[str, Any]:
    text = documents.get(citation.document_id, "")
    start, end = citation.start, citation.end
    stands = 0 <= start < end <= len(text) and text[start:end] == citation.quote
    return {
        "role": role,
        "source": ", ".join(filter(None, (citation.title, citation.section))),
        "published": citation.published.isoformat(),
        "before": text[max(0, start - _CONTEXT) : start] if stands else "",
        "quote": citation.quote,
        "after": text[end : end + _CONTEXT] if stands else "",
        "stands": stands,
    }
