"""The page runs `stated eval` and reads the report that it writes: the two must fit."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from eval import cli
from eval.questions import load
from rag import Settings
from rag.errors import StatedError
from rag.records import Status
from tests.eval_stand_in import engine_of
from tests.test_eval_gate import only
from tests.test_eval_gate import room as room
from ui import evals
from ui.evals_view import report_html


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def test_the_report_of_a_real_run_is_the_one_that_the_page_shows(
    room: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = evals.command(settings)
    assert arguments[:4] == [sys.executable, "-m", "ui", "eval"]
    sets = ["--gates", str(room / "gates.toml"), "--questions", str(room / "questions")]
    wrong = only("How many will it hold?", status=Status.PARTIAL)
    engine = engine_of(*load(room / "questions"), change=wrong)
    assert cli.main([*arguments[4:], *sets], engine) == 1
    report = evals.last_report(settings)
    assert report is not None
    shown = report_html(report)
    for words in (
        "2 gates failed over 3 questions",
        "corpus riverbus: status_right 66.7% [20.8%, 93.9%] 2/3, wanted 0.900",
        "2 of 3<br>95% interval: 20.8% to 93.9%",
        '<i style="width:66.7%"></i><em style="left:20.8%;right:6.1%"></em>',
        "1 of 3 questions were answered otherwise than expected",
        "<b>How many will it hold?</b>",
        "expected undisclosed, got partial",
        "expected: <q>",
        "riverbus-development.jsonl:2",
    ):
        assert words in shown
    assert sorted(path.name for path in evals.report_file(settings).parent.iterdir()) == [
        "answers.jsonl", "junit.xml", "report.html", "report.json", "summary.md"
    ]  # fmt: skip
    told = capsys.readouterr().err.splitlines()
    (progress,) = [found for line in told if (found := evals._PROGRESS.search(line))]
    assert progress.groups() == ("riverbus", "3", "3")


@pytest.mark.parametrize("code", [0, 1])
def test_progress_is_told_and_the_gates_verdict_is_the_exit_code(code: int, settings: Settings) -> None:
    words = "article: 50 of 209 asked, 0 crashed, 9 s left\nself-check: 192 of 192 spoilt answers caught"
    told: list[tuple[str, int, int]] = []
    program = f"import sys; print({words!r}); sys.exit({code})"
    assert evals.run(settings, lambda *seen: told.append(seen), [sys.executable, "-c", program]) == code
    assert told == [("Asking the questions on article", 50, 209)]


def test_a_run_that_could_not_be_says_why(settings: Settings) -> None:
    program = "import sys; print('gates.toml:3: there is no measure'); sys.exit(2)"
    with pytest.raises(StatedError, match=r"exit code 2\): gates.toml:3: there is no measure"):
        evals.run(settings, lambda *_: None, [sys.executable, "-c", program])


def test_markup_in_a_report_is_text() -> None:
    evil = "<img src=x onerror=hit()>"
    shown = report_html({
        "groups": {evil: {"questions": 1}}, "verdict": evil, "started": evil, "llm": evil, "machine": evil,
        "breaches": [{"line": evil}], "notices": [evil], "questions": [{"question": evil, "got": evil}],
    })  # fmt: skip
    assert "<img" not in shown
    assert shown.count("&lt;img") >= 8
