"""The evaluator against itself: every way to spoil an answer must be caught, and a broken check be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from eval import mutations
from eval.metrics import score_all
from eval.mutations import MUTATIONS, check_evaluator
from eval.questions import Question
from eval.recording import Asked, Recording
from rag.records import Polarity
from tests.eval_stand_in import CHILDREN, HERON, LARGER, PUBLISHED, TEXT, citation, question, right_answer

SILENT = question(id="q3", input="Is there wifi on board?", target="not_covered", gold=[], kind=None)
OLDER = question(id="q5", input="How many passengers does the Heron take?", kind="fact")
QUESTIONS = (
    question(kind="fact"),
    question(id="q2", input="How many will it hold?", target="undisclosed", gold=[LARGER], kind=None),
    SILENT,
    question(
        id="q4", input="Will children travel free?", gold=[CHILDREN], polarity=Polarity.YES,
        kind="commitment", speaker="Rafael Okonjo",
    ),
    OLDER,
)  # fmt: skip


def recorded(*asked: Question) -> Recording:
    answers = {}
    for q in asked:
        answer = right_answer(q)
        if q is SILENT:
            answer = replace(answer, related=(citation(HERON),))
        if q is OLDER:
            text = f"{answer.text} As of {PUBLISHED} this was called undisclosed: “{LARGER}” [2]"
            answer = replace(answer, text=text, citations=(*answer.citations, citation(LARGER)))
        answers[q.id] = Asked(q.id, q.text, 0.1, False, answer)
    return Recording(
        "none", "2026-11-22", tuple(answers), documents={"riverbus": {"d1": TEXT}}, asked=answers
    )


def test_every_mutation_applies_and_is_caught() -> None:
    recording = recorded(*QUESTIONS)
    counts, survivors = check_evaluator(recording, score_all(QUESTIONS, recording))
    assert survivors == ()
    assert {name for name, (_, tried) in counts.items() if not tried} == set()


@pytest.mark.parametrize("name", [m.name for m in MUTATIONS])
def test_a_check_that_sees_nothing_lets_its_mutation_survive(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: tuple[mutations.Mutation, ...] = tuple(
        replace(m, spoil=_left_alone(m.spoil)) if m.name == name else m for m in MUTATIONS
    )
    monkeypatch.setattr(mutations, "MUTATIONS", kept)
    recording = recorded(*QUESTIONS)
    _, survivors = check_evaluator(recording, score_all(QUESTIONS, recording))
    assert survivors and all(line.startswith(f"{name}: ") for line in survivors)


def _left_alone(spoil: mutations.Spoil) -> Callable[[mutations.Case], object]:
    """Applies where the mutation does, and spoils nothing: as if the check saw no difference."""
    return lambda case: case.answer if spoil(case) is not None else None
