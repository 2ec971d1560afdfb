"""The last evaluation for the page, and running one as a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag import Settings
from rag.errors import StatedError
from ui.jobs import Tell

MAX_SECONDS = 3_600
_TAIL_LINES = 8
# "article: 50 of 209 asked, …", as `stated eval` tells its progress.
_PROGRESS = re.compile(r"^(?P<corpus>\S+): (?P<done>\d+) of (?P<total>\d+) asked")


def report_file(settings: Settings) -> Path:
    """Where the page's evaluations leave their figures."""
    return settings.data_path / "eval" / "report.json"


def last_report(settings: Settings) -> dict[str, Any] | None:
    """The figures of the last evaluation; None where there was none.

    Raises:
        StatedError: the file is damaged.
    """
    file = report_file(settings)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        raise StatedError(f"{file} cannot be read: run an evaluation again.") from None
    if not isinstance(data, dict) or not isinstance(data.get("groups"), dict):
        raise StatedError(f"{file} holds no evaluation: run one again.")
    return data


def command(settings: Settings) -> list[str]:
    """What is run: `stated eval`, with everything that it writes in the page's data folder."""
    folder = report_file(settings).resolve().parent
    options = ["--report", str(folder), "--answers", str(folder / "answers.jsonl")]
    return [sys.executable, "-m", "ui", "eval", *options]


def run(settings: Settings, tell: Tell, arguments: Sequence[str] | None = None) -> int:
    """Run an evaluation to its end; 0 where its gates hold, 1 where one does not.

    Args:
        settings: whose data folder takes the report.
        tell: told how far it is.
        arguments: another command, for tests.

    Raises:
        StatedError: it could not run; its own words.
    """
    report_file(settings).parent.mkdir(parents=True, exist_ok=True)
    # Output goes through a pipe, so it writes plain lines; the list of arguments is fixed, no shell.
    process = subprocess.Popen(
        list(arguments or command(settings)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    overdue = threading.Timer(MAX_SECONDS, process.kill)
    overdue.start()
    lines: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines = [*lines[-_TAIL_LINES:], line.rstrip()]
            if found := _PROGRESS.search(line):
                tell(f"Asking the questions on {found['corpus']}", int(found["done"]), int(found["total"]))
        code = process.wait()
    finally:
        overdue.cancel()
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    if code not in (0, 1):
        words = " ".join(lines[-1:]) or "it said nothing"
        raise StatedError(f"The evaluation could not run (exit code {code}): {words}")
    return code
