"""Scores one answered question.

Right, wrong and crashed are kept apart.  A crash, an empty answer or a missing one counts against every
share that its question belongs to: the denominator is the question set, never what happened to come back.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from eval.assertions import AssertionKind, FalseAssertion, false_assertions
from eval.faults import EvalError
from eval.matching import Gold, Stretch, find_gold
from eval.questions import Question
from eval.recording import Asked, Recording
from eval.unsupported import Unsupported, unsupported
from eval.wording import Reading, read
from rag.records import Answer, Citation, Claim, Status, Verdict


class Outcome(StrEnum):
    """What became of a question: the right status, another one, or no usable answer."""

    RIGHT = "right"
    WRONG = "wrong"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Score:
    """One question's result.

    A bool is None where the question has no such label.  ``quotes`` counts the citations, related lines
    and quoted stretches of the text that were compared, ``broken`` tells which failed; ``uncited`` are
    verdicts and marks without a citation behind them; ``cited`` are the quotes cited, of which
    ``cited_on_gold`` stand on a gold sentence or one of the labelled history; ``gold_reached`` counts
    the gold sentences cited; ``rank`` is the place, from 1, of the first gold sentence among the
    evidence shown (citations, then near misses), None where it is not there.
    """

    question: Question
    outcome: Outcome
    got: Status | None
    reason: str
    gold_cited: bool | None
    missing_gold: tuple[str, ...]
    quotes: int
    broken: tuple[str, ...]
    uncited: tuple[str, ...]
    assertions: tuple[FalseAssertion, ...]
    unsupported: tuple[Unsupported, ...]
    polarity_right: bool | None
    kind_right: bool | None
    speaker_right: bool | None
    history_right: bool | None
    cited: tuple[str, ...]
    cited_on_gold: int
    gold_reached: int
    rank: int | None
    backend: str
    seconds: float | None
    warm_up: bool

    @property
    def failed(self) -> bool:
        """Whether anything at all is wrong with it."""
        labels = (
            self.gold_cited, self.polarity_right, self.kind_right, self.speaker_right, self.history_right
        )  # fmt: skip
        faults = (self.assertions, self.unsupported, self.broken, self.uncited, self.missing_gold)
        return self.outcome is not Outcome.RIGHT or any(faults) or any(label is False for label in labels)

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that is wrong with it, each in plain words."""
        found = [f"{f.kind}: {f.detail}" for f in self.assertions]
        found += [*self.broken, *self.uncited]
        found += [f"unsupported {f.kind}: {f.detail}" for f in self.unsupported]
        found += [f"the corpus does not hold the gold sentence {text!r}" for text in self.missing_gold]
        answered = self.outcome is not Outcome.CRASHED
        labels = {
            "no gold sentence cited": self.gold_cited, "wrong yes/no": self.polarity_right,
            "wrong kind": self.kind_right, "wrong speaker": self.speaker_right,
            "wrong history": self.history_right,
        }  # fmt: skip
        found += [text for text, right in labels.items() if right is False and answered]
        return (*found, self.reason) if self.reason else tuple(found)

    @property
    def stated_where_not(self) -> bool:
        return any(found.kind is AssertionKind.STATED for found in self.assertions)


def score_all(questions: tuple[Question, ...], recording: Recording) -> tuple[Score, ...]:
    """Scores every question, answered or not.

    Raises:
        EvalError: there are no questions, or the recording lacks a corpus's documents.
    """
    if not questions:
        raise EvalError("There are no questions to score.")
    scores = []
    for question in questions:
        documents = recording.documents.get(question.corpus)
        if documents is None:
            raise EvalError(f"The recording lacks the documents of {question.corpus!r}: record it again.")
        asked = recording.asked.get(question.id)
        if asked is not None and asked.text != question.text:
            asked = None  # the set was edited since: that answer is to another question
        scores.append(score(question, asked, documents))
    return tuple(scores)


def score(question: Question, asked: Asked | None, documents: dict[str, str]) -> Score:
    """Scores one question.

    Args:
        question: with its labels.
        asked: what came of it; None where no answer was recorded.
        documents: text by document id.
    """
    gold = find_gold(question.gold, documents)
    answer = asked.answer if asked else None
    if asked is None or answer is None or not answer.text.strip():
        reason = "no answer was recorded" if asked is None else asked.crash or "the answer is empty"
        return _crashed(question, asked, gold.missing, reason)
    stretches = [_stretch(citation) for citation in answer.citations]
    on_gold = {i for i, stretch in enumerate(stretches) if gold.hit(stretch)}
    told_before = find_gold(tuple(text for entry in question.history for text in entry.gold), documents)
    sources = [c.quote for c in (*answer.citations, *answer.related)]
    reading = read(answer.text, sources, question.text)
    broken = [*filter(None, (_fault(c, documents) for c in (*answer.citations, *answer.related)))]
    broken += [f"quoted in the text but in no citation: {stretch!r}" for stretch in reading.false_quotes]
    claims = [claim for claim in answer.claims if on_gold & set(claim.citations)]
    right = answer.status == question.target
    return Score(
        question=question,
        outcome=Outcome.RIGHT if right else Outcome.WRONG,
        got=answer.status,
        reason="" if right else "; ".join(f.reason for f in answer.findings if f.reason),
        gold_cited=bool(on_gold) if question.gold else None,
        missing_gold=gold.missing,
        quotes=len(sources) + reading.quotes,
        broken=tuple(broken),
        uncited=tuple(_uncited(answer, reading)),
        assertions=false_assertions(question, answer, reading),
        unsupported=unsupported(question.text, answer, reading),
        polarity_right=_polarity_right(question, answer),
        kind_right=any(claim.kind == question.kind for claim in claims) if question.kind else None,
        speaker_right=_speaker_right(question, claims),
        history_right=_history_right(question, answer, documents),
        cited=tuple(citation.quote for citation in answer.citations),
        cited_on_gold=sum(i in on_gold or told_before.hit(stretch) for i, stretch in enumerate(stretches)),
        gold_reached=gold.reached(stretches),
        rank=_rank(gold, answer),
        backend=answer.backend,
        seconds=asked.seconds,
        warm_up=asked.warm_up,
    )


def _crashed(question: Question, asked: Asked | None, missing: tuple[str, ...], reason: str) -> Score:
    return Score(
        question=question,
        outcome=Outcome.CRASHED,
        got=None,
        reason=reason,
        gold_cited=False if question.gold else None,
        missing_gold=missing,
        quotes=0,
        broken=(),
        uncited=(),
        assertions=(),
        unsupported=(),
        polarity_right=False if question.polarity else None,
        kind_right=False if question.kind else None,
        speaker_right=False if question.speaker else None,
        history_right=False if question.history else None,
        cited=(),
        cited_on_gold=0,
        gold_reached=0,
        rank=None,
        backend="",
        seconds=asked.seconds if asked else None,
        warm_up=bool(asked and asked.warm_up),
    )


def _stretch(citation: Citation) -> Stretch:
    return Stretch(citation.document_id, citation.start, citation.end)


def _rank(gold: Gold, answer: Answer) -> int | None:
    shown = [_stretch(citation) for citation in (*answer.citations, *answer.related)]
    return next((place for place, stretch in enumerate(shown, start=1) if gold.hit(stretch)), None)


def _fault(citation: Citation, documents: dict[str, str]) -> str:
    text = documents.get(citation.document_id)
    if text is None:
        return f"no document {citation.document_id!r}"
    if hashlib.sha256(text.encode()).hexdigest() != citation.document_sha256:
        return f"the digest is not that of {citation.document_id!r}"
    # A negative or reversed offset could slice the right words by accident.
    inside = 0 <= citation.start < citation.end <= len(text)
    if not inside or text[citation.start : citation.end] != citation.quote:
        return f"not at its place in {citation.document_id!r}: {citation.quote!r}"
    return ""


def _uncited(answer: Answer, reading: Reading) -> list[str]:
    known = range(len(answer.citations))
    faults = [f"[{mark}] marks no citation" for mark in reading.marks if mark - 1 not in known]
    for finding in answer.findings:
        name = f"{finding.verdict} finding {finding.detail!r}"
        if finding.verdict != Verdict.NOT_COVERED and not finding.citations:
            faults.append(f"{name} cites nothing")
        faults += [
            f"{name} cites number {i}, which is not there" for i in finding.citations if i not in known
        ]
    if answer.status in (Status.STATED, Status.UNDISCLOSED) and not answer.citations:
        faults.append(f"status {answer.status} without a citation")
    return faults


def _polarity_right(question: Question, answer: Answer) -> bool | None:
    if question.polarity is None:
        return None
    return {f.polarity for f in answer.findings if f.polarity is not None} == {question.polarity}


def _speaker_right(question: Question, claims: list[Claim]) -> bool | None:
    if not question.speaker:
        return None
    wanted = _words(question.speaker)
    given = [_words(claim.speaker) for claim in claims if claim.speaker]
    return any(names and (names <= wanted or wanted <= names) for names in given)


def _history_right(question: Question, answer: Answer, documents: dict[str, str]) -> bool | None:
    """Whether the single finding has the labelled days and verdicts, each led by a sentence of its gold."""
    if not question.history:
        return None
    if len(answer.findings) != 1:
        return False
    given = answer.findings[0].history
    wanted = [(entry.published, entry.verdict) for entry in question.history]
    if [(entry.published, entry.verdict) for entry in given] != wanted:
        return False
    known = range(len(answer.citations))
    leads = [next(iter(entry.citations), -1) for entry in given]
    return all(
        lead in known and find_gold(entry.gold, documents).hit(_stretch(answer.citations[lead]))
        for lead, entry in zip(leads, question.history, strict=True)
    )


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold())) - {"the"}
