"""Feedback becomes a line of a question file, which a reviewer's tools can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from eval.questions import EvalError, load
from rag import Settings
from rag.errors import StatedError
from rag.records import Verdict
from tests.conftest import BRASS, LICENCE, ScriptedAssistant, cite, make_answer
from ui import feedback, tab_ask

QUESTION = "What is the lamp made of?"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.mark.parametrize(
    ("choice", "target", "gold"),
    [
        ("right", "stated", [BRASS]),
        ("citation", "stated", [LICENCE]),
        ("undisclosed", "undisclosed", [BRASS]),
    ],
)
def test_line_is_read_as_a_question(choice: str, target: str, gold: list[str], settings: Settings) -> None:
    answer = make_answer(QUESTION, related=(cite(LICENCE),))
    file = feedback.note(settings, answer, choice)
    (question,) = load(file.parent)
    assert (question.text, question.target, list(question.gold)) == (QUESTION, target, gold)
    assert question.as_of == answer.as_of
    assert "To review" in question.note


def test_what_the_reader_did_not_say_is_asked_of_the_reviewer(settings: Settings) -> None:
    silent = make_answer(QUESTION, verdict=Verdict.NOT_COVERED, related=())
    file = feedback.note(settings, silent, "stated")
    with pytest.raises(EvalError, match="needs a gold sentence"):
        load(file.parent)


def test_lines_are_added_each_with_its_own_id(settings: Settings) -> None:
    for _ in range(3):
        file = feedback.note(settings, make_answer(QUESTION), "right")
    ids = [json.loads(line)["id"] for line in file.read_text("utf-8").splitlines()]
    assert len(set(ids)) == 3


def test_a_full_file_and_an_unknown_choice_are_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StatedError, match="no feedback"):
        feedback.note(settings, make_answer(QUESTION), "brilliant")
    feedback.note(settings, make_answer(QUESTION), "right")
    monkeypatch.setattr(feedback, "MAX_FILE_BYTES", 10)
    with pytest.raises(StatedError, match="review its lines"):
        feedback.note(settings, make_answer(QUESTION), "right")


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        *({"turn": turn, "choice": "right"} for turn in (2, 0, -1, "1")),
        {"turn": 1, "choice": "../x"},
    ],
)
def test_a_forged_event_writes_nothing(data: Any, settings: Settings) -> None:
    assistant = ScriptedAssistant()
    assistant.settings = settings
    answers = [make_answer(QUESTION)]
    event = gr.EventData(None, data)
    assert tab_ask._noted(assistant, answers, event) == ""  # type: ignore[arg-type]
    assert not list(settings.data_path.rglob("*.jsonl"))
    fine = gr.EventData(None, {"turn": 1, "choice": "right"})
    assert "Noted" in tab_ask._noted(assistant, answers, fine)  # type: ignore[arg-type]
    assert list(settings.data_path.rglob("*.jsonl"))
