"""``python -m eval.readme``: writes what the README shows, from the real program; ``--check`` only compares.

A part of the README between ``<!-- generated: KIND -->`` and ``<!-- end -->`` is made anew:

- ``command``: the block's own first line, ``$ stated …``, is run, and its output follows;
- ``markdown ARGUMENTS``: what ``stated ARGUMENTS`` prints, as it is;
- ``measured NAME``: the table of ``eval/measured/NAME.json``, which a longer run wrote;
- ``bench``: the table of ``eval/measured/bench.json``, which ``stated bench --json`` wrote;
- ``program``: the output of the Python block before it;
- ``modules``: the engine's modules in the order that ``tests/test_imports.py`` holds them to, each with
  the first sentence of its docstring.

Exit codes: 0 written or current, 1 out of date (with ``--check``), 2 could not run.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from eval.bench_report import table
from eval.bench_result import Benchmark
from eval.faults import EvalError
from eval.measured import FOLDER, read
from rag.errors import StatedError

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
_SECONDS = 900.0  # the ledger asks some hundred questions
_PART = re.compile(
    r"^<!-- generated: (?P<kind>\w+)(?: (?P<arguments>[^<>\n]+))? -->\n"
    r"(?P<body>(?:(?!<!-- ).*\n)*?)<!-- end -->$",
    re.MULTILINE,
)
_COMMAND = re.compile(r"^```console\n\$ stated (?P<arguments>.+)\n", re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


class Runner(Protocol):
    """Runs what the README shows, in an empty folder and with no settings of the developer's own."""

    def command(self, arguments: Sequence[str]) -> str:
        """What ``stated`` prints; raises EvalError where it does not end well."""

    def program(self, code: str) -> str:
        """What a Python program prints; raises EvalError where it does not end well."""


class Processes:
    """Runs each in a process of its own, as a reader would."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def command(self, arguments: Sequence[str]) -> str:
        return self._run(["-m", "ui", *arguments])

    def program(self, code: str) -> str:
        return self._run(["-c", code])

    def _run(self, arguments: Sequence[str]) -> str:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("STATED_")}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self._folder,
            env=environment | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            shown = shlex.join(arguments)[:100]
            raise EvalError(f"README: {shown} ended with {done.returncode}: {last}")
        return done.stdout


def made_anew(text: str, runner: Runner) -> str:
    """The README with every generated part made anew.

    Raises:
        EvalError: a part is not understood, or what it shows does not run.
    """
    if len(_PART.findall(text)) != text.count("<!-- generated: "):
        raise EvalError("README: a generated part has no end, or another mark inside it.")
    return _PART.sub(lambda part: _part(part, text[: part.start()], runner), text)


def modules() -> Iterator[tuple[str, str]]:
    """The engine's modules in the order of the data, each with its one idea."""
    source = (ROOT / "tests" / "test_imports.py").read_text(encoding="utf-8")
    for line in _assigned(source, "ORDER"):
        for name in line:
            # The checker is one name in that order, and several files.
            parts = (ROOT / "rag").glob("verification_*.py") if name == "verification" else ()
            for path in (ROOT / "rag" / f"{name}.py", *sorted(parts)):
                if path.is_file():
                    yield path.name, _idea(path)


def _benchmark() -> str:
    file = FOLDER / "bench.json"
    try:
        run = Benchmark.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise EvalError(f"{file.name} is no benchmark of `stated bench --json` ({fault}).") from None
    return f"{run.started[:10]}, {table(run)}"


def _part(part: re.Match[str], before: str, runner: Runner) -> str:
    kind = part["kind"]
    if kind == "command":
        shown = _COMMAND.match(part["body"])
        if shown is None:
            raise EvalError("README: a generated command must begin with ```console and `$ stated …`.")
        body = f"{shown.group()}{runner.command(shlex.split(shown['arguments'])).strip()}\n```\n"
    elif kind == "markdown" and part["arguments"]:
        body = f"\n{runner.command(shlex.split(part['arguments'])).strip()}\n\n"
    elif kind == "measured" and part["arguments"]:
        measurement = read(FOLDER / f"{part['arguments']}.json")
        body = f"\n{measurement.told()}\n\n"
    elif kind == "bench":
        body = f"```text\n{_benchmark()}\n```\n"
    elif kind == "program":
        programs = _PYTHON.findall(before)
        if not programs:
            raise EvalError("README: no Python block stands before a generated output.")
        body = f"```text\n{runner.program(programs[-1]).strip()}\n```\n"
    elif kind == "modules":
        rows = "".join(f"| `rag/{name}` | {idea} |\n" for name, idea in modules())
        body = f"| module | its one idea |\n|---|---|\n{rows}"
    else:
        raise EvalError(f"README: a generated part cannot be {kind!r}.")
    marked = " ".join(filter(None, (kind, part["arguments"])))
    return f"<!-- generated: {marked} -->\n{body}<!-- end -->"


def _assigned(source: str, name: str) -> Sequence[Sequence[str]]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            value: Sequence[Sequence[str]] = ast.literal_eval(node.value)
            return value
    raise EvalError(f"tests/test_imports.py no longer assigns {name}.")


def _idea(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = " ".join(docstring.split("\n\n")[0].split()).replace("``", "`")
    return re.split(r"(?<=\.)\s+(?=[A-Z`])", first)[0].removesuffix(".").replace("|", "\\|")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns the exit code."""
    about = "Writes what the README shows."
    parser = argparse.ArgumentParser(prog="python -m eval.readme", description=about)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where it is out of date")
    options = parser.parse_args(argv)
    try:
        text = README.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory(prefix="stated-readme-") as folder:
            new = made_anew(text, Processes(Path(folder)))
    except (StatedError, OSError, subprocess.TimeoutExpired) as fault:
        print(f"The README could not be made: {fault}", file=sys.stderr)
        return 2
    if new == text:
        print("README.md is current.")
        return 0
    if options.check:
        print("README.md is out of date: run `python -m eval.readme`.", file=sys.stderr)
        return 1
    README.write_text(new, encoding="utf-8")
    print("README.md is written anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
