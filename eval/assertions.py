"""False assertions: what an answer says beyond its evidence.  The gate allows none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eval.questions import Question
from eval.wording import Reading, asserts, day_values, leading_polarity, values
from rag.records import Answer, Citation, Polarity, Status, Verdict


class AssertionKind(StrEnum):
    """How an answer says too much."""

    POLARITY = "polarity"
    FORBIDDEN = "forbidden"
    STATED = "stated where it is not"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class FalseAssertion:
    """One thing too much, and in plain words what."""

    kind: AssertionKind
    detail: str


def false_assertions(question: Question, answer: Answer, reading: Reading) -> tuple[FalseAssertion, ...]:
    """All that an answer asserts and its question's labels or its citations do not carry.

    Args:
        question: with its labels.
        answer: the whole answer.
        reading: the answer's text, taken apart.
    """
    found = [
        *((AssertionKind.POLARITY, detail) for detail in _polarities(question, answer, reading)),
        *(
            (AssertionKind.FORBIDDEN, f"says {text!r}")
            for text in question.forbidden
            if asserts(reading.own, text, question.text)
        ),
        *((AssertionKind.STATED, detail) for detail in _stated(question, answer)),
        *(
            (AssertionKind.VALUE, f"{value} is in no citation")
            for value in _values(question, answer, reading)
        ),
    ]
    return tuple(FalseAssertion(kind, detail) for kind, detail in found)


def polarity_is_judged(question: Question) -> bool:
    """Whether the labels tell which yes or no is right.

    A compound question with a stated part has one label for several details, so its None does not
    forbid a yes to one of them.
    """
    several = question.category == "compound" and question.target in (Status.STATED, Status.PARTIAL)
    return question.polarity is not None or not several


def _polarities(question: Question, answer: Answer, reading: Reading) -> list[str]:
    if not polarity_is_judged(question):
        return []
    wanted = question.polarity or "neither yes nor no"
    given: list[tuple[Polarity | None, str]] = [(f.polarity, "a finding says") for f in answer.findings]
    given.append((leading_polarity(reading.own), "the text begins with"))
    return [
        f"{who} {said}, wanted {wanted}"
        for said, who in given
        if said is not None and said != question.polarity
    ]


def _stated(question: Question, answer: Answer) -> list[str]:
    if question.target not in (Status.NOT_COVERED, Status.UNDISCLOSED):
        return []
    if answer.status == Status.STATED:
        return [f"status stated, wanted {question.target}"]
    if any(finding.verdict == Verdict.STATED for finding in answer.findings):
        return [f"a finding is stated, wanted {question.target}"]
    return []


def _values(question: Question, answer: Answer, reading: Reading) -> list[str]:
    carried = set(values(question.text, any_case=True)) | day_values(answer.as_of)
    for citation in answer.citations:
        carried |= values(citation.quote) | _source_values(citation)
    # A near miss may be named with its source; what it says answers nothing, so its values carry nothing.
    for citation in answer.related:
        carried |= _source_values(citation)
    for finding in answer.findings:
        for entry in finding.history:
            carried |= day_values(entry.published)
    return sorted(values(reading.own) - carried)


def _source_values(citation: Citation) -> frozenset[str]:
    source = f"{citation.title} {citation.publisher} {citation.section}"
    page = set() if citation.page is None else {str(citation.page)}
    return values(source) | day_values(citation.published) | page
