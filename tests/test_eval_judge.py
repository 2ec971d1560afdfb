"""A language model's opinion: what it is shown, how its replies are read, and that no gate hears it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval import cli
from eval.judge import Opinion, opinion
from eval.measures import BY_NAME
from eval.rates import Rate
from eval.recording import read
from tests.eval_stand_in import HERON
from tests.test_eval_gate import files, room, run, score  # noqa: F401


def recorded(room: Path, complete: Callable[[str], str]) -> Opinion:  # noqa: F811
    run(room)
    return opinion(read(room / "answers.jsonl"), "scripted", complete)


def test_it_is_shown_the_cited_sentences_question_and_answer(room: Path) -> None:  # noqa: F811
    shown: list[str] = []

    def complete(prompt: str) -> str:
        shown.append(prompt)
        return "yes"

    found = recorded(room, complete)
    (first,) = [prompt for prompt in shown if "How many passengers does the Heron carry?" in prompt]
    assert f"- {HERON}" in first and "Answer: " in first
    assert found.carried == Rate(len(shown), len(shown)) and shown


@pytest.mark.parametrize(
    ("reply", "carried", "unclear"),
    [
        ("Yes.", 1, 0),
        (" NO\n", 0, 0),
        ("No, but yes", 0, 1),
        ("CORRECT", 0, 1),
        ("", 0, 1),
        ("yesterday", 0, 1),
    ],
)
def test_only_a_plain_yes_or_no_is_one(
    room: Path, reply: str, carried: int, unclear: int  # noqa: F811
) -> None:  # fmt: skip
    found = recorded(room, lambda _: reply)
    asked = found.carried.total + found.unclear
    assert (bool(found.carried.hits), bool(found.unclear)) == (bool(carried), bool(unclear))
    assert found.carried.total in (0, asked) and asked and not found.failed


def test_a_reply_that_fails_is_counted_and_the_others_are_asked_for(room: Path) -> None:  # noqa: F811
    def complete(prompt: str) -> str:
        if HERON in prompt:
            raise ConnectionError("gone")
        return "no"

    found = recorded(room, complete)
    assert found.failed and found.doubted and found.carried == Rate(0, len(found.doubted))


def test_it_is_reported_and_gates_nothing(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> None:  # fmt: skip
    assert run(room) == 0
    monkeypatch.setattr(cli, "open_judge", lambda kind: (f"{kind} model", lambda _: "no"))
    assert score(room, "--judge", "openai") == 0
    assert "openai model finds carried by their sources   0.0%" in capsys.readouterr().out
    told = json.loads((room / "r" / "report.json").read_text("utf-8"))["opinion"]
    assert told["doubted"] and told["carried"]["hits"] == 0
    assert "which gates nothing" in (room / "r" / "report.html").read_text("utf-8")
    assert "gates nothing" in (room / "r" / "summary.md").read_text("utf-8")
    assert not {"opinion", "carried"} & set(BY_NAME)
