"""Reports are read by machines and by people: both must survive what questions and documents hold."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from eval import cli
from eval.questions import load
from rag.records import Answer, Status
from tests.eval_stand_in import HERON, engine_of
from tests.test_eval_gate import files, only, room, run  # noqa: F401

EVIL = "<script>alert('x')</script> & \x07 ]]> | *bold* @someone"


def evil(a: Answer) -> Answer:
    return replace(a, text=f"{EVIL} {a.text}") if a.question.startswith("How many pass") else a


def test_all_reports_are_written_and_say_the_same(room: Path) -> None:  # noqa: F811
    assert run(room, only("How many will it hold?", status=Status.STATED)) == 1
    data = json.loads((room / "r" / "report.json").read_text("utf-8"))
    (told,) = [q for q in data["questions"] if q["id"] == "q2"]
    assert data["passed"] is False and "false_assertions" in told["gates"]
    assert told["evidence"][0]["stands"] is True
    page = (room / "r" / "report.html").read_text("utf-8")
    assert data["verdict"] in page and "<mark>Brandvik declined" in page
    suites = ET.fromstring((room / "r" / "junit.xml").read_text("utf-8"))
    failed = [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None]
    assert "q2: How many will it hold?" in failed and not [n for n in failed if n and n.startswith("q1")]
    assert "false_assertions" in failed
    assert "| q2 (riverbus-development.jsonl:2)" in (room / "r" / "summary.md").read_text("utf-8")


def test_the_page_needs_nothing_else_and_escapes_what_it_shows(room: Path) -> None:  # noqa: F811
    assert run(room, evil) == 0
    page = (room / "r" / "report.html").read_text("utf-8")
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//|@import|url\(""", page)
    ET.fromstring((room / "r" / "junit.xml").read_text("utf-8"))  # well-formed in spite of the bell
    summary = (room / "r" / "summary.md").read_text("utf-8")
    assert "<script>" not in summary and "@someone" not in summary


def test_annotations_stand_on_the_questions_own_line(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(room))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(room / "step.md"))
    assert run(room, only("How many will it hold?", status=Status.STATED)) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::error")]
    assert lines[0].startswith("::error file=questions/riverbus-development.jsonl,line=2,title=q2%3A ")
    assert "expected undisclosed, got stated%0A" in lines[0]
    assert (room / "step.md").read_text("utf-8").startswith("## ❌ ")


def test_right_answers_annotate_nothing(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert run(room) == 0
    assert "::" not in capsys.readouterr().out
    assert HERON in (room / "r" / "report.html").read_text("utf-8")


def test_the_report_folder_is_chosen(room: Path) -> None:  # noqa: F811
    engine = engine_of(*load(room / "questions"))
    arguments = [*files(room), "--answers", str(room / "a.jsonl"), "--report", str(room / "elsewhere")]
    assert cli.main(arguments, engine) == 0
    assert {p.name for p in (room / "elsewhere").iterdir()} == {
        "report.json", "report.html", "junit.xml", "summary.md"
    }  # fmt: skip
