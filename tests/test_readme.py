"""What the README shows is what the program does: commands, outputs, settings, files, tests."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest
import yaml

from eval import bench, readme
from eval import cli as eval_cli
from eval.measured import FOLDER
from eval.questions import EvalError
from rag import Assistant, Settings
from rag.settings import MAX_FILE_BYTES, MAX_QUESTION_CHARACTERS, read_environment
from ui import cli, commands

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
WORKFLOW = ROOT / ".github" / "workflows" / "evals.yml"
PICTURE_BYTES = 200_000


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def shell_lines() -> list[list[str]]:
    """Every command of the README as words, its comment left out."""
    typed = [line for block in blocks("sh") for line in block.splitlines()]
    shown = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    made = re.findall(r"^<!-- generated: markdown (.+) -->$", TEXT, re.MULTILINE)
    lines = (*typed, *shown, *(f"stated {line}" for line in made))
    return [shlex.split(line, comments=True) for line in lines]


def of_stated() -> list[list[str]]:
    return [words[1:] for words in shell_lines() if words[0] == "stated"]


class OneEngine(commands.Tools):
    """Every command gets the same real assistant, which stays open between them."""

    def __init__(self, assistant: Assistant) -> None:
        self.held = assistant

    def assistant(self, settings: Settings) -> Any:
        return contextlib.nullcontext(self.held)

    def open_page(self, assistant: Assistant, host: str, port: int, mcp: bool = False) -> None:
        raise AssertionError("no test opens the page through the README")


def run(arguments: Sequence[str], tools: commands.Tools) -> tuple[int, str]:
    """Exit code and standard output of one command."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = cli.main(arguments, tools)
    return code, printed.getvalue()


class Here:
    """Runs what the README shows in this process: one engine for all commands, another for the program."""

    def __init__(self, tools: commands.Tools) -> None:
        self._tools = tools

    def command(self, arguments: Sequence[str]) -> str:
        code, printed = run(arguments, self._tools)
        assert code == cli.DONE
        return printed

    def program(self, code: str) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})
        return printed.getvalue()


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneEngine]:
    # Everything is given: this is made before a test's environment is cleaned.
    plain = dict.fromkeys(
        ("llm_base_url", "llm_model", "llm_path", "embedder", "cross_encoder", "chroma_url"), ""
    )
    data = tmp_path_factory.mktemp("readme")
    settings = Settings(corpus_dir=ROOT / "corpus", data_dir=data, llm="none", **plain)  # type: ignore[arg-type]
    with Assistant(settings) as assistant:
        yield OneEngine(assistant)


# ---- outputs ---------------------------------------------------------------------------------------


def test_what_it_shows_is_what_the_program_prints(
    tools: OneEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert readme.made_anew(TEXT, Here(tools)) == TEXT, "run `python -m eval.readme`"


def test_every_status_is_shown_and_what_a_later_document_changed() -> None:
    shown = {block: block.splitlines()[1].split(":")[0] for block in blocks("console")}
    assert sorted(shown.values()) == ["NOT COVERED", "PARTIAL", "STATED", "STATED", "UNDISCLOSED"]
    changed = [status for block, status in shown.items() if "this was called undisclosed: “" in block]
    assert changed == ["STATED"]


class Scripted:
    """Prints what it is told."""

    def command(self, arguments: Sequence[str]) -> str:
        return f"ran {arguments[-1]}\n"

    def program(self, code: str) -> str:
        return f"{len(code.splitlines())} lines\n"


def test_an_old_output_is_replaced_and_nothing_else_is() -> None:
    part = '<!-- generated: command -->\n```console\n$ stated ask "a b"\n{}```\n<!-- end -->\n'
    text = f"before\n{part.format('old')}\nafter\n"
    assert readme.made_anew(text, Scripted()) == f"before\n{part.format('ran a b' + chr(10))}\nafter\n"


def test_an_output_that_is_markdown_stands_as_it_is() -> None:
    part = "<!-- generated: markdown changes --since 2025-01-01 -->\n{}<!-- end -->\n"
    assert readme.made_anew(part.format("old\n"), Scripted()) == part.format("\nran 2025-01-01\n\n")


def test_a_programs_output_is_that_of_the_block_before_it() -> None:
    text = "```python\na\nb\n```\nx\n<!-- generated: program -->\n<!-- end -->\n```python\nc\n```\n"
    assert "```text\n2 lines\n```\n<!-- end -->" in readme.made_anew(text, Scripted())


@pytest.mark.parametrize(
    "text",
    [
        "<!-- generated: command -->\nno end\n",
        "<!-- generated: command -->\nno command\n<!-- end -->\n",
        "<!-- generated: program -->\n<!-- end -->\n",
        "<!-- generated: poem -->\n<!-- end -->\n",
        "<!-- generated: markdown -->\n<!-- end -->\n",
        "<!-- generated: measured -->\n<!-- end -->\n",
        "<!-- generated: measured nothing -->\n<!-- end -->\n",
    ],
)
def test_a_part_that_would_be_skipped_in_silence_is_an_error(text: str) -> None:
    with pytest.raises(EvalError):
        readme.made_anew(text, Scripted())


# ---- commands --------------------------------------------------------------------------------------


def test_it_opens_with_the_two_commands() -> None:
    assert [words[:2] for words in shell_lines()][:2] == [["make", "run"], ["make", "test"]]
    assert TEXT.startswith("# Stated\n\n```sh\nmake run")


def test_every_command_is_one_that_the_program_understands(capsys: pytest.CaptureFixture[str]) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    parsers = {
        "eval": eval_cli.run_parser(), "score": eval_cli.score_parser(), "answer": eval_cli.answer_parser()
    }  # fmt: skip
    with pytest.raises(SystemExit):
        readme.main(["--help"])
    known = capsys.readouterr().out
    for words in shell_lines():
        match words:
            case ["make", target]:
                assert target in targets, words
            case ["stated", "eval", "score" | "answer" as step, *arguments]:
                parsers[step].parse_args(arguments)
            case ["stated", "eval", *arguments]:
                parsers["eval"].parse_args(arguments)
            case ["stated", "bench", *arguments]:
                bench.parser().parse_args(arguments)
            case ["stated", *arguments]:
                cli.build_parser().parse_args(arguments[: [*arguments, ">"].index(">")])
            case ["python", "-m", "eval", "score", *arguments]:
                parsers["score"].parse_args(arguments)
            case ["python", "-m", "eval", *arguments]:
                parsers["eval"].parse_args(arguments)
            case ["python", "-m", "eval.readme", *arguments]:
                assert all(word in known for word in arguments if word.startswith("--")), words
            case _:
                pytest.fail(f"the README names a command that nobody checks: {words}")


def test_every_command_of_the_program_is_told() -> None:
    def inside(parser: Any) -> set[str]:
        return {name for action in parser._actions if action.choices for name in action.choices}

    there = inside(cli.build_parser())
    assert {arguments[0] for arguments in of_stated()} == there


def test_commands_end_as_it_says(tools: OneEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    note = next(name for words in of_stated() if words[0] == "add" for name in words[1:])
    (tmp_path / note).write_text(blocks("markdown")[0], encoding="utf-8")
    ran = []
    # With another document the ledger is read anew, which takes minutes: the document comes last.
    for words in sorted(of_stated(), key=lambda words: words[0] == "add"):
        if words[0] in ("serve", "doctor", "eval", "bench") or words[:2] == ["models", "pull"]:
            continue  # a page that stays open, the installation below, and the network
        arguments = words[: [*words, ">"].index(">")]
        code, printed = run(arguments, tools)
        if ">" in words:
            Path(words[-1]).write_text(printed, encoding="utf-8")
        assert code == cli.DONE, words
        ran.append(words[0])
    assert {"ask", "verify", "sync", "add", "models"} <= set(ran)
    added = next(d.id for d in tools.held.documents() if d.title == "Example Kit 2.0")
    tools.held.remove(added)

    Path("answer.json").write_text(Path("answer.json").read_text("utf-8").replace("licen", "Licen"), "utf-8")
    assert run(["verify", "answer.json"], tools)[0] == cli.FAILED
    assert run(["verify", "missing.json"], tools)[0] == cli.COULD_NOT_RUN
    assert run(["ask", "x" * (MAX_QUESTION_CHARACTERS + 1)], tools)[0] == cli.COULD_NOT_RUN


def test_doctor_ends_well_on_a_whole_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        version("stated")
    except PackageNotFoundError:
        pytest.skip("stated itself is not installed: run `make`")
    monkeypatch.chdir(tmp_path)
    assert run(["doctor"], commands.Tools())[0] == cli.DONE


def test_exit_codes_are_the_programs() -> None:
    told = TEXT[TEXT.index("Exit codes: ") :].split("\n\n")[0]
    codes = {int(code) for code in re.findall(r"(?:Exit codes: |; )(\d+) ", " ".join(told.split()))}
    assert codes == {cli.DONE, cli.FAILED, cli.COULD_NOT_RUN, cli.INTERRUPTED}


# ---- tables and limits -----------------------------------------------------------------------------


def settings_table() -> dict[str, str]:
    return dict(re.findall(r"^\| `(STATED_\w+)` \| *(.*?) *\| .+ \|$", TEXT, re.MULTILINE))


def test_the_table_of_settings_is_whole() -> None:
    of_the_engine = [f"STATED_{field.name.upper()}" for field in fields(Settings)]
    assert list(settings_table()) == [
        *of_the_engine,
        "STATED_AUTH",
        "STATED_MCP_TOKEN",
        "STATED_LOG",
        "STATED_TRACES",
    ]  # the faces' own


@pytest.mark.parametrize("field", [field.name for field in fields(Settings)])
def test_a_setting_is_read_and_its_default_is_the_one_told(
    field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    variable = f"STATED_{field.upper()}"
    given = "7" if field == "llm_timeout" else "here"
    assert str(read_environment({variable: given})[field]).removesuffix(".0") == given
    default = str(read_environment({})[field]).removesuffix(".0")
    told = settings_table()[variable].strip("`")
    if field == "corpus_dir":
        assert Path(default) == ROOT / "corpus" and "else the shipped one" in told
        (tmp_path / "corpus").mkdir()
        assert read_environment({})[field] == "corpus"
    else:
        assert default == told


def test_every_variable_that_the_program_names_is_in_the_table() -> None:
    sources = [path for room in ("rag", "ui") for path in (ROOT / room).glob("*.py")]
    named = {name for path in sources for name in re.findall(r"STATED_[A-Z_]+[A-Z]", path.read_text("utf-8"))}
    assert named - {"STATED_FEATURES"} <= set(settings_table())


def test_the_limits_are_the_programs() -> None:
    assert f"at most {MAX_QUESTION_CHARACTERS:,} characters" in TEXT
    assert f"at most {MAX_FILE_BYTES // 1_000_000} MB" in TEXT


def test_every_measurement_that_is_kept_is_shown() -> None:
    shown = re.findall(r"^<!-- generated: (?:measured )?(\S+) -->$", TEXT, re.MULTILINE)
    shown = [name for name in shown if name not in ("command", "program", "modules")]
    assert sorted(shown) == sorted(file.stem for file in FOLDER.glob("*.json")) and shown


# ---- what it points to -----------------------------------------------------------------------------


def test_every_file_that_it_names_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    named = re.findall(r"`((?:rag|ui|eval|tests|corpus|docs|\.github)/[\w./-]*)`", TEXT)
    assert links
    assert len(named) > 20
    assert [name for name in (*links, *named) if not (ROOT / name).exists()] == []


def test_every_test_that_it_names_is_there() -> None:
    named = re.findall(r"`(tests/\w+\.py)::(\w+)`", TEXT)
    assert len(named) >= 5
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file} has no {test}"


def test_every_module_of_the_engine_is_listed() -> None:
    listed = re.findall(r"^\| `rag/(\w+)\.py` \|", TEXT, re.MULTILINE)
    there = {path.stem for path in (ROOT / "rag").glob("*.py")} - {"__init__"}
    assert len(listed) == len(set(listed))
    assert set(listed) == there


@pytest.mark.parametrize("name", ["page.png", "page-dark.png", "ledger.png"])
def test_a_picture_is_one_and_not_too_large(name: str) -> None:
    assert f"(docs/{name})" in TEXT
    picture = (ROOT / "docs" / name).read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(picture[16:20], "big") == 1440
    assert len(picture) < PICTURE_BYTES


def test_the_workflow_runs_what_there_is() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert set(workflow["jobs"]) == {"fast", "gate"}
    assert workflow["permissions"] == {"contents": "read"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    lines = " ".join(step.get("run", "") for step in steps)
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"make ([a-z]+)", lines)) == {"lint"} and "\nlint:" in targets
    assert "make .venv/.installed" in lines and "STAMP := $(VENV)/.installed" in targets
    assert ".venv/bin/stated eval" in lines
    keys = [step["with"]["key"] for step in steps if "cache" in step.get("uses", "")]
    assert len(keys) == len(workflow["jobs"]) and len(set(keys)) == 1
    hashed = re.findall(r"'([^']+)'", keys[0])
    assert hashed and all((ROOT / name).is_file() for name in hashed)
    kept = next(step["with"]["path"] for step in steps if "upload" in step.get("uses", ""))
    assert kept.split() == [os.fspath(eval_cli.ANSWERS.parent)]
