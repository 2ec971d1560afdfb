"""The command line: what it prints where, how it ends, and that it says in one line what to mend."""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag.errors import IndexStateError, ServerGoneError
from rag.records import Answer, Check, ClaimKind, DocumentKind, Status, SyncReport, Verdict
from tests.conftest import BRASS, HOSTILE, LICENCE, ScriptedAssistant, make_answer
from tests.team_fixtures import free_port
from ui import cli, commands
from ui.progress import Progress

QUESTION = "What is the lamp made of?"


class Bench(commands.Tools):
    """Hands every command the scripted assistant, and opens no page."""

    def __init__(self, assistant: ScriptedAssistant) -> None:
        self.given = assistant
        self.opened: list[tuple[str, int]] = []
        self.settings: list[Any] = []

    def assistant(self, settings: Any) -> Any:
        self.settings.append(settings)
        return self.given

    def open_page(self, assistant: Any, host: str, port: int, mcp: bool = False) -> None:
        self.opened.append((host, port))


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant(make_answer(QUESTION))


@pytest.fixture
def bench(assistant: ScriptedAssistant) -> Bench:
    return Bench(assistant)


def end(arguments: list[str], bench: Bench | None = None) -> int:
    """The exit code, also where argparse ends the program itself."""
    try:
        return cli.main(arguments, bench)
    except SystemExit as stopped:
        return int(stopped.code or 0)


def one_line(text: str) -> bool:
    return text.count("\n") == 1 and "Traceback" not in text


def test_answer_shows_status_text_kind_speaker_and_source(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(["ask", QUESTION], bench) == 0
    out, err = capsys.readouterr()
    assert out.startswith("STATED: ")
    assert f"{BRASS} [1]" in out
    assert "Kind of statement: stated as fact, the maker\n" in out
    assert f"[1] “{BRASS}”" in out
    assert "Lamp <i>news</i> · The Lamp & Co · 2025-01-02 · section “Lamp <b>news</b>”" in out
    assert "https://example.org/lamp?a=1&b=2" in out
    assert err == ""
    assert bench.given.closed


@pytest.mark.parametrize(
    ("verdict", "word"), [(Verdict.UNDISCLOSED, "UNDISCLOSED"), (Verdict.NOT_COVERED, "NOT COVERED")]
)
def test_no_answer_in_the_sources_is_no_fault(
    verdict: Verdict, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = Bench(ScriptedAssistant(make_answer(QUESTION, LICENCE, verdict)))
    assert end(["ask", QUESTION], bench) == 0
    out = capsys.readouterr().out
    assert out.startswith(word)
    assert ("Related, but no answer" in out) == (verdict is Verdict.NOT_COVERED)


@pytest.mark.parametrize("own", ["", "ACTIVE"])
def test_threads_that_wait_give_the_processor_up_unless_one_says_otherwise(own: str) -> None:
    """In a process of its own: the policy is read when PyTorch is loaded, and nothing may load it before."""
    program = (
        "import os, sys; from ui.cli import main\n"
        "assert 'torch' not in sys.modules\n"
        "try: main(['--version'])\n"
        "finally: print(os.environ['OMP_WAIT_POLICY'], 'torch' in sys.modules)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    if own:
        environment["OMP_WAIT_POLICY"] = own
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.stdout.splitlines()[-1] == f"{own or 'PASSIVE'} False"


def test_question_needs_no_quotation_marks(bench: Bench) -> None:
    assert end(["ask", *QUESTION.split(" "), "--as-of", "2025-10-15"], bench) == 0
    assert bench.given.asked == [(QUESTION, date(2025, 10, 15))]


def test_llm_option_reaches_the_settings(bench: Bench) -> None:
    assert end(["ask", QUESTION, "--llm", "embedded"], bench) == 0
    assert [settings.llm for settings in bench.settings] == ["embedded"]


def test_json_is_the_whole_answer_and_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    answer = make_answer(QUESTION, HOSTILE, notices=("The model is missing: these are quotes.",))
    assert end(["ask", QUESTION, "--json"], Bench(ScriptedAssistant(answer))) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == answer.to_dict()
    assert err == "notice: The model is missing: these are quotes.\n"


def test_control_characters_of_a_source_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    answer = make_answer(QUESTION, HOSTILE, understood_as="\u202eesrever", notices=("\x9b31m",))
    assert end(["ask", QUESTION], Bench(ScriptedAssistant(answer))) == 0
    shown = "".join(capsys.readouterr())
    assert "\\u001b[31mred" in shown
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)


@pytest.mark.parametrize("day", ["20251015", "2025-W42", "15.10.2025", "2025-02-30", "tomorrow"])
def test_wrong_date_is_one_line(day: str, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert end(["ask", QUESTION, "--as-of", day], bench) == 2
    err = capsys.readouterr().err
    assert one_line(err)
    assert "YYYY-MM-DD" in err
    assert bench.given.asked == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ask"],
        ["frobnicate"],
        ["ask", "x", "--llm", "oracle"],
        ["serve", "--port", "0"],
        ["add", "x", "--kind", "y"],
    ],
)
def test_mistyped_command_is_one_line_and_names_the_help(
    arguments: list[str], bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(arguments, bench) == 2
    err = capsys.readouterr().err
    assert one_line(err)
    assert "--help" in err


def test_empty_question_is_one_line(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert end(["ask", ""], bench) == 2
    assert capsys.readouterr().err == "stated: The question is empty: type one.\n"


def test_defect_is_not_passed_off_as_the_users_fault(bench: Bench) -> None:
    with pytest.raises(AssertionError, match="not in the script"):
        end(["ask", "Who made the lamp?"], bench)


class Raising(ScriptedAssistant):
    """Raises the given fault when it is asked."""

    def __init__(self, fault: BaseException) -> None:
        super().__init__()
        self.fault = fault

    def ask(self, question: str, as_of: Any = None, history: Any = ()) -> Answer:
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "code"),
    [(IndexStateError("The data folder is newer: upgrade."), 2), (KeyboardInterrupt(), 130)],
)
def test_ends_with_the_code_for_the_fault(
    fault: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(["ask", QUESTION], Bench(Raising(fault))) == code
    assert one_line(capsys.readouterr().err)


def test_rejected_file_fails_the_sync_and_is_named(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.given.report = SyncReport(added=("a.md",), rejected={"b.md": "it has no date"})
    assert end(["sync"], bench) == 1
    out, err = capsys.readouterr()
    assert out == "added: a.md\n1 added, 0 changed, 0 removed, 0 unchanged, 1 rejected\n"
    assert "rejected: b.md: it has no date\n" in err
    assert "\r" not in err  # no bar where no terminal is
    assert "reading: 2 of 2\n" in err


def test_clean_sync_succeeds(bench: Bench) -> None:
    assert end(["sync"], bench) == 0


def test_add_changes_nothing_where_one_name_is_wrong(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there.md"
    there.write_text("text", encoding="utf-8")
    assert end(["add", str(there), str(tmp_path / "missing.md")], bench) == 2
    assert one_line(capsys.readouterr().err)
    assert bench.given.added == []


def test_add_passes_date_and_kind(bench: Bench, tmp_path: Path) -> None:
    there = tmp_path / "there.md"
    there.write_text("text", encoding="utf-8")
    assert end(["add", str(there), "--published", "2025-12-31", "--kind", "release-note"], bench) == 0
    assert bench.given.added == [(there, date(2025, 12, 31), DocumentKind.RELEASE_NOTE)]


def saved(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "answer.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_verify_passes_and_fails_by_the_checks(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = saved(tmp_path, json.dumps(make_answer(QUESTION).to_dict()))
    assert end(["verify", name], bench) == 0
    bench.given.checks = (Check("quotes", False, "[1] is not in the source"),)
    assert end(["verify", name], bench) == 1
    assert "FAILED  quotes: [1] is not in the source" in capsys.readouterr().out


def test_verification_without_a_check_is_no_pass(bench: Bench, tmp_path: Path) -> None:
    bench.given.checks = ()
    assert end(["verify", saved(tmp_path, json.dumps(make_answer(QUESTION).to_dict()))], bench) == 1


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "{}", b"\xff\xfe\x00", '{"schema_version": 99}', "[" * 100_000]
)
def test_file_that_is_no_answer_is_one_line(
    content: str | bytes, bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(["verify", saved(tmp_path, content)], bench) == 2
    assert one_line(capsys.readouterr().err)


def test_missing_answer_file_is_one_line(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(["verify", str(tmp_path / "none.json")], bench) == 2
    assert end(["verify", str(tmp_path)], bench) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_port_in_use_is_one_line_before_the_index_is_built(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert end(["serve", "--port", str(port)], bench) == 2
    err = capsys.readouterr().err
    assert one_line(err)
    assert f"Port {port}" in err
    assert "make run PORT=" in err
    assert bench.settings == []


def test_page_opens_where_told_and_a_public_address_is_warned_of(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert end(["serve", "--port", str(port)], bench) == 0
    assert "warning" not in capsys.readouterr().err
    assert end(["serve", "--host", "0.0.0.0", "--port", str(port)], bench) == 0
    assert "there is no login" in capsys.readouterr().err
    assert bench.opened == [("127.0.0.1", port), ("0.0.0.0", port)]


def test_a_server_that_is_gone_opens_the_page_on_the_last_index_if_there_is_one(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(progress: object = None) -> SyncReport:
        raise ServerGoneError("The Chroma server at x does not answer: start it.")

    monkeypatch.setattr(bench.given, "sync", gone)
    assert end(["serve", "--port", str(free_port())], bench) == 0
    assert "does not answer" in capsys.readouterr().err and len(bench.opened) == 1


def test_no_secret_is_taken_from_the_command_line() -> None:
    def options(parser: argparse.ArgumentParser) -> Iterator[str]:
        for action in parser._actions:
            yield from action.option_strings
            if isinstance(action, argparse._SubParsersAction):
                for inner in action.choices.values():
                    yield from options(inner)

    known = set(options(cli.build_parser()))
    assert "--host" in known
    assert not [name for name in known if re.search("auth|password|token|key|secret|login", name)]


def test_rejected_file_does_not_keep_the_page_from_opening(bench: Bench) -> None:
    bench.given.report = SyncReport(rejected={"b.md": "it has no date"})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert end(["serve", "--port", str(port)], bench) == 0
    assert len(bench.opened) == 1


def test_pull_without_a_name_fetches_nothing_where_no_model_is_wanted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert end(["models", "pull"]) == 0
    assert capsys.readouterr() == ("", "")


def test_pull_without_a_network_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert end(["models", "pull", "no-such-model"]) == 2
    assert one_line(capsys.readouterr().err)


def test_models_are_listed_with_where_they_lie(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert end(["models"]) == 0
    out = capsys.readouterr().out
    assert "not installed, default" in out
    assert str(tmp_path) in out


def test_doctor_says_what_to_mend(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STATED_CORPUS_DIR", str(tmp_path))
    assert end(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "MEND    documents:" in out
    assert "ok      data folder:" in out


def test_help_imports_no_engine() -> None:
    probe = (
        "import sys; from ui.cli import build_parser; build_parser().format_help();"
        "print(sorted({'gradio', 'chromadb', 'torch', 'spacy', 'llama_index'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_reader_who_has_seen_enough_gets_no_traceback() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m ui models | true; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert done.stdout.strip() in ("0", "141")


class Terminal:
    """Collects what is written, as a terminal would."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> int:
        self.written += text
        return len(text)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return True


def test_bar_ends_its_line_also_when_the_work_stops_half_way() -> None:
    terminal = Terminal()
    with pytest.raises(ValueError, match="stop"), Progress(terminal) as progress:  # type: ignore[arg-type]
        progress("fetching", 5_000_000, 10_000_000)
        raise ValueError("stop")
    assert "5 MB of 10 MB" in terminal.written
    assert terminal.written.endswith("\n")


def test_partial_answer_lists_its_details(capsys: pytest.CaptureFixture[str]) -> None:
    whole = make_answer(QUESTION)
    missing = make_answer(QUESTION, LICENCE, Verdict.UNDISCLOSED).findings[0]
    answer = make_answer(QUESTION, status=Status.PARTIAL, findings=(whole.findings[0], missing))
    assert end(["ask", QUESTION], Bench(ScriptedAssistant(answer))) == 0
    out = capsys.readouterr().out
    assert out.startswith("PARTIAL")
    assert "the lamp – material: undisclosed [1]" in out


def test_several_claims_are_told_apart_without_repeating_the_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    claim = make_answer(QUESTION).claims[0]
    long = replace(claim, text="word " * 40 + "[1]", kind=ClaimKind.COMMITMENT, speaker="")
    answer = make_answer(QUESTION, claims=(claim, long))
    assert end(["ask", QUESTION], Bench(ScriptedAssistant(answer))) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"  (stated as fact, the maker) {BRASS} [1]" in lines
    assert f"  (planned or promised) {'word ' * 17}word … [1]" in lines


# ---- the ledger --------------------------------------------------------------------------------------


def test_the_ledger_is_told_by_subject_with_dates_and_what_is_silent(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(["ledger"], bench) == 0
    out = capsys.readouterr().out
    assert "the lamp" in out
    assert "licence: undisclosed 2025-01-02" in out
    assert LICENCE in out
    assert "Not mentioned by any document\n  the lamp: size" in out


def test_the_ledger_as_json_csv_and_markdown(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert end(["ledger", "--json", "--as-of", "2025-02-02"], bench) == 0
    (row, silent) = json.loads(capsys.readouterr().out)
    assert (row["subject"], row["detail"], row["verdict"]) == ("the lamp", "licence", "undisclosed")
    assert row["history"][0]["citations"][0]["quote"] == LICENCE
    assert silent["history"] == []
    assert end(["ledger", "--csv"], bench) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("subject,detail,date,verdict")
    assert lines[1].startswith("the lamp,licence,2025-01-02,undisclosed")
    assert lines[2].startswith("the lamp,size,,not_covered")
    assert end(["ledger", "--markdown"], bench) == 0
    assert "| the lamp | licence | undisclosed | 2025-01-02 |" in capsys.readouterr().out


def test_changes_since_a_day_have_both_sentences(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert end(["changes", "--since", "2025-06-06"], bench) == 0
    out = capsys.readouterr().out
    assert "2025-06-07  the lamp – material: now stated" in out
    assert BRASS in out
    assert LICENCE in out
    assert end(["changes", "--since", "2025-06-07", "--json"], bench) == 0  # the day itself is left out
    assert json.loads(capsys.readouterr().out) == []
    assert end(["changes", "--since", "2025-06-07"], bench) == 0
    assert capsys.readouterr().out == "Nothing changed after 2025-06-07.\n"
    assert end(["changes", "--since", "2025-06-06", "--markdown"], bench) == 0
    out = capsys.readouterr().out
    assert out.startswith("**the lamp**\n\n- material: “")
    assert "  \n  before undisclosed: “" in out
    assert end(["changes", "--since", "2025-06-07", "--markdown"], bench) == 0
    assert capsys.readouterr().out == "Nothing changed after 2025-06-07.\n"


@pytest.mark.parametrize(
    "arguments",
    [["changes"], ["changes", "--since", ""], ["changes", "--since", "soon"],
     ["ledger", "--as-of", "2025-13-01"], ["ledger", "--json", "--csv"]],
)  # fmt: skip
def test_a_ledger_that_cannot_be_read_says_so_in_one_line(
    arguments: list[str], bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(arguments, bench) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert one_line(captured.err)
