"""Several processes ask what one would, and their answers become one recording."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from eval.faults import EvalError
from eval.processes import answer_in_processes
from eval.questions import Question, load
from eval.recording import append_answers, read
from eval.run import answer

CORPORA = ("ledgerdb", "museum")


def _questions() -> list[Question]:
    asked = load(corpora=CORPORA)
    return [next(question for question in asked if question.corpus == corpus) for corpus in CORPORA]


def test_the_answers_are_those_of_one_process(tmp_path: Path) -> None:
    one, several = tmp_path / "one.jsonl", tmp_path / "several.jsonl"
    answer(_questions(), one)
    answer_in_processes(_questions(), several, 2)
    alone, beside = read(one), read(several)
    assert "2 processes at once" in beside.machine and "at once" not in alone.machine
    assert beside.ids == alone.ids and beside.documents == alone.documents
    assert set(beside.asked) == set(alone.ids)
    for name, asked in beside.asked.items():
        assert asked.answer and alone.asked[name].answer
        assert replace(asked.answer, seconds={}) == replace(alone.asked[name].answer, seconds={})


def test_a_process_that_is_killed_is_said_in_one_line(tmp_path: Path) -> None:
    over = threading.Event()

    def kill() -> None:
        while not over.is_set():
            for child in multiprocessing.active_children():
                child.kill()
            time.sleep(0.05)

    killer = threading.Thread(target=kill)
    killer.start()
    before = os.environ.get("OMP_NUM_THREADS")
    try:
        with pytest.raises(EvalError, match="A process that asked was ended from outside"):
            answer_in_processes(_questions(), tmp_path / "a.jsonl", 2)
    finally:
        over.set()
        killer.join()
    assert os.environ.get("OMP_NUM_THREADS") == before
    assert read(tmp_path / "a.jsonl").asked == {}


def test_what_a_killed_process_had_answered_is_kept(tmp_path: Path) -> None:
    part, whole = tmp_path / "part.jsonl", tmp_path / "whole.jsonl"
    lines = [json.dumps({"record": "run"}), json.dumps({"record": "answer"}), '{"record": "ans']
    part.write_text("\n".join(lines), encoding="utf-8")
    with whole.open("w", encoding="utf-8") as out:
        append_answers(part, out)
    assert whole.read_text(encoding="utf-8") == lines[1] + "\n"


def test_without_questions_nothing_runs(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no questions"):
        answer_in_processes([], tmp_path / "a.jsonl", 2)
