"""Runs, recordings, gates and their exit codes, with a stand-in for the engine."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from eval import cli, gate
from eval.questions import EvalError, load
from eval.recording import read
from eval.run import answer
from rag.records import Answer, Status
from tests.eval_stand_in import LARGER, TEXT, engine_of, line, write_set

GATES = """
[hard]
false_assertions = 0
quote_integrity = 1.0
uncited = 0
crashed = 0
missing_gold = 0
[soft.riverbus]
status_right = 0.9
gold_cited = 0.9
"""


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "questions").mkdir()
    write_set(
        tmp_path / "questions",
        line(),
        line(id="q2", input="How many will it hold?", target="undisclosed", gold=[LARGER], kind=None,
             forbidden=["400"]),
        line(id="q3", part="calibration", input="Is there wifi?", target="not_covered", gold=[], kind=None),
    )  # fmt: skip
    (tmp_path / "gates.toml").write_text(GATES, encoding="utf-8")
    return tmp_path


def run_gate(room: Path, change: object = None, *extra: str) -> int:
    engine = engine_of(*load(room / "questions"), **({"change": change} if change else {}))  # type: ignore[arg-type]
    arguments = ["--gates", str(room / "gates.toml"), "--questions", str(room / "questions")]
    return gate.main([*arguments, "--answers", str(room / "answers.jsonl"), *extra], engine)


def only(asked: str, **changes: object) -> object:
    def change(a: Answer) -> Answer:
        return replace(a, **changes) if a.question == asked else a  # type: ignore[arg-type]

    return change


def test_right_answers_pass(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_gate(room) == 0
    assert "all gates hold" in capsys.readouterr().out


def test_false_assertion_fails_and_names_question_expected_got_and_sentence(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = f"It holds 400. “{LARGER}” [1]"
    assert run_gate(room, only("How many will it hold?", text=said, status=Status.STATED)) == 1
    out = capsys.readouterr().out
    assert "GATE FAILED: false_assertions: 1" in out
    failed = out[out.index("GATE FAILED") :]
    for wanted in (
        "q2  (riverbus-development.jsonl:2)", "question: How many will it hold?", "expected: undisclosed",
        "got: stated", f"cited:    {LARGER}", "says '400'",
    ):  # fmt: skip
        assert wanted in failed


def test_broken_quote_fails(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def shifted(a: Answer) -> Answer:
        return replace(a, citations=tuple(replace(c, start=c.start + 1) for c in a.citations))

    assert run_gate(room, shifted) == 1
    assert "quote_integrity: 2 of 4 quotes stand" in capsys.readouterr().out


def test_wrong_status_fails_the_floor_of_its_corpus(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_gate(room, only("How many passengers does the Heron carry?", status=Status.PARTIAL)) == 1
    out = capsys.readouterr().out
    assert "GATE FAILED: riverbus: status_right 0.667 (2 of 3), wanted 0.900" in out
    assert "false_assertions" not in out[out.index("GATE FAILED") :]


def test_crash_of_one_question_is_recorded_and_the_rest_is_asked(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = load(room / "questions")
    engine = engine_of(*questions[1:])  # the stand-in knows nothing of the first
    arguments = ["--gates", str(room / "gates.toml"), "--questions", str(room / "questions")]
    assert gate.main([*arguments, "--answers", str(room / "a.jsonl")], engine) == 1
    out = capsys.readouterr().out
    assert "crashed: 1 questions have no usable answer" in out
    assert "KeyError" in out
    assert len(read(room / "a.jsonl").asked) == 3


def test_recorded_answers_are_judged_without_an_engine_and_a_missing_one_fails(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_gate(room) == 0
    recorded = room / "answers.jsonl"

    def no_engine(*_: object) -> object:
        raise AssertionError("asked")

    arguments = ["--gates", str(room / "gates.toml"), "--questions", str(room / "questions")]
    assert gate.main([*arguments, "--recorded", str(recorded)], no_engine) == 0  # type: ignore[arg-type]
    recorded.write_text("\n".join(recorded.read_text().splitlines()[:-1]), encoding="utf-8")
    assert gate.main([*arguments, "--recorded", str(recorded)], no_engine) == 1  # type: ignore[arg-type]
    assert "no answer was recorded" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("status_right = 0.9", "status_right = nan", "must be a number"),
        ("crashed = 0", "", "must give exactly"),
        ("[soft.riverbus]", "[soft.article]", "same corpora"),
        ("[hard]", "[hard", "cannot be read"),
        ("uncited = 0", 'uncited = "0"', "must be a number"),
    ],
)
def test_faulty_gates_could_not_run(
    room: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    (room / "gates.toml").write_text(GATES.replace(old, new), encoding="utf-8")
    assert run_gate(room) == 2
    assert said in capsys.readouterr().err


def test_no_questions_could_not_run(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in (room / "questions").iterdir():
        file.unlink()
    assert gate.main(["--questions", str(room / "questions")]) == 2
    assert "no questions" in capsys.readouterr().err


def test_answers_without_any_quote_do_not_pass_as_whole(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def bare(a: Answer) -> Answer:
        return replace(a, citations=(), claims=(), findings=(), text="The sources do not mention it.")

    assert run_gate(room, bare) == 1
    assert "no quote to check" in capsys.readouterr().out


def test_shipped_gates_name_the_corpora_of_the_gated_parts() -> None:
    assert set(gate.read_gates().soft) == {q.corpus for q in load(parts=gate.PARTS)}


def test_command_prints_the_table_and_recorded_answers_score_the_same(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sets = ["--questions", str(room / "questions")]
    engine = engine_of(*load(room / "questions"))
    told, kept = room / "figures.json", room / "answers.jsonl"
    arguments = ["--part", "development", "--corpus", "riverbus", "--answers", str(kept), "--json", str(told)]
    assert cli.main([*arguments, *sets], engine) == 0
    first = capsys.readouterr()
    assert "riverbus: 2 of 2 asked" in first.err
    assert "status right              100.0%" in first.out
    figures = json.loads(told.read_text(encoding="utf-8"))
    assert figures["groups"]["all"]["status_right"]["hits"] == 2
    assert [q["id"] for q in figures["questions"]] == ["q1", "q2"]
    assert cli.main(["score", str(kept), *sets]) == 0
    assert capsys.readouterr().out == first.out


def test_edited_question_is_not_scored_by_the_answer_to_its_old_words(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_gate(room) == 0
    file = room / "questions" / "riverbus-calibration.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("wifi", "coffee"), encoding="utf-8")
    sets = ["--questions", str(room / "questions")]
    assert cli.main(["score", str(room / "answers.jsonl"), *sets, "--failures"]) == 0
    assert "1 crashed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "holds no questions"),
        ("{}", ":1: not a line of a recording"),
        ("[", ":1: not JSON"),
        ('{"record": "corpus", "corpus": "a", "documents": {}}', ":1: not a line"),
        ('{"record": "run", "version": 9, "llm": "none", "started": "", "ids": ["q"]}', "version 9"),
    ],
)
def test_faulty_recording_could_not_run(
    room: Path, capsys: pytest.CaptureFixture[str], raw: str, said: str
) -> None:
    (room / "bad.jsonl").write_text(raw, encoding="utf-8")
    assert cli.main(["score", str(room / "bad.jsonl")]) == 2
    assert said in capsys.readouterr().err


def test_answer_of_another_shape_is_a_crash_of_its_question(room: Path) -> None:
    assert run_gate(room) == 0
    recorded = room / "answers.jsonl"
    recorded.write_text(
        recorded.read_text(encoding="utf-8").replace('"related"', '"nearby"'), encoding="utf-8"
    )
    assert {bool(asked.crash) for asked in read(recorded).asked.values()} == {True}


def test_rejected_document_could_not_run(room: Path) -> None:
    questions = load(room / "questions")

    class Rejecting:
        def __enter__(self) -> Rejecting:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def sync(self) -> object:
            from rag.records import SyncReport

            return SyncReport(rejected={"x.md": "no date"})

    with pytest.raises(EvalError, match=r"x\.md was rejected: no date"):
        answer(questions, room / "a.jsonl", open_engine=lambda *_: Rejecting(), progress=io.StringIO())  # type: ignore[arg-type,return-value]


def test_scoring_loads_no_engine() -> None:
    code = "import sys, eval.cli; sys.exit(any(m in sys.modules for m in ('torch', 'chromadb', 'spacy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_recording_keeps_the_documents_that_are_quoted(room: Path) -> None:
    assert run_gate(room) == 0
    assert read(room / "answers.jsonl").documents == {"riverbus": {"d1": TEXT}}
