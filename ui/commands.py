"""The commands that ask questions and keep documents: each takes its options and returns an exit code."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import CorpusError, ServerGoneError, StatedError
from rag.records import Answer, Change, DocumentKind, LedgerRow, SyncReport
from rag.settings import Settings
from ui import ledger_text, render
from ui.dates import read_date
from ui.progress import Progress

if TYPE_CHECKING:
    from rag import Assistant


_SAVED = "give a file that `stated ask --json` wrote"


class Tools:
    """How a command gets its parts; tests give their own."""

    def assistant(self, settings: Settings) -> Assistant:
        """The engine over these settings; importing it is slow, so only commands that need it do."""
        from rag import Assistant

        return Assistant(settings)

    def open_page(self, assistant: Assistant, host: str, port: int, mcp: bool = False) -> None:
        """The web page, until it is stopped."""
        from ui.page import serve

        serve(assistant, host, port, mcp)


def ask(options: Namespace, tools: Tools) -> int:
    """Answer one question: the answer on standard output, notices on standard error."""
    as_of = read_date(options.as_of)
    with tools.assistant(_settings(options)) as assistant:
        answer = assistant.ask(" ".join(options.question), as_of=as_of)
    for notice in answer.notices:
        print(f"notice: {render.printable(notice)}", file=sys.stderr)
    if options.json:
        print(json.dumps(answer.to_dict(), indent=2))
    else:
        print(render.answer_text(answer))
    return 0


def ledger(options: Namespace, tools: Tools) -> int:
    """Every detail over the documents' dates; progress on standard error."""
    as_of = read_date(options.as_of)
    with tools.assistant(_settings(options)) as assistant, Progress() as progress:
        rows = assistant.ledger(as_of=as_of, progress=progress)
    print(_FORMS[options.form](rows).rstrip("\n"))
    return 0


def changes(options: Namespace, tools: Tools) -> int:
    """What became stated, was superseded or newly called undisclosed after a date."""
    since = read_date(options.since)
    if since is None:
        raise StatedError("Give a day for --since, as YYYY-MM-DD.")
    with tools.assistant(_settings(options)) as assistant, Progress() as progress:
        found = assistant.changes(since=since, progress=progress)
    if options.form == "json":
        print(_json(found))
        return 0
    form = ledger_text.changes_markdown if options.form else ledger_text.changes_text
    print(render.printable(form(found, since.isoformat())))
    return 0


def _json(rows: Sequence[LedgerRow | Change]) -> str:
    return json.dumps([row.to_dict() for row in rows], indent=2)


_FORMS: dict[str, Callable[[Sequence[LedgerRow]], str]] = {
    "": lambda rows: render.printable(ledger_text.ledger_text(rows)),
    "json": _json,
    "csv": ledger_text.ledger_csv,
    "markdown": ledger_text.ledger_markdown,
}


def serve(options: Namespace, tools: Tools) -> int:
    """Bring the index up to date, then open the page."""
    from ui.access import LOGIN_VARIABLE, read_access, read_token
    from ui.ports import check_port

    check_port(options.host, options.port)
    access = read_access(options.host, os.environ)
    if options.mcp:
        read_token(os.environ)  # before the slow work
    if access.reachable and not access.login:
        print(
            f"warning: whoever reaches {options.host} can ask here; there is no login: set {LOGIN_VARIABLE} "
            "for one.",
            file=sys.stderr,
        )
    with tools.assistant(_settings(options)) as assistant:
        _brought_up_to_date(assistant)
        tools.open_page(assistant, options.host, options.port, options.mcp)
    return 0


def _brought_up_to_date(assistant: Assistant) -> None:
    try:
        with Progress() as progress:
            report = assistant.sync(progress=progress)
    except ServerGoneError as error:
        assistant.state()  # where nothing was fetched before, there is nothing to open a page for
        print(f"warning: {error} Answering from the last index.", file=sys.stderr)
    else:
        _tell_rejected(report)


def sync(options: Namespace, tools: Tools) -> int:
    """Bring the index up to date; 1 where a file was rejected."""
    with tools.assistant(_settings(options)) as assistant, Progress() as progress:
        report = assistant.sync(progress=progress)
    print(render.sync_text(report))
    return _tell_rejected(report)


def add(options: Namespace, tools: Tools) -> int:
    """Take documents in, one after the other; 1 where a file was rejected."""
    published: date | None = read_date(options.published)
    kind = DocumentKind(options.kind) if options.kind else None
    paths = [Path(path).expanduser() for path in options.paths]
    for path in paths:  # before the first is taken in: a mistyped name changes nothing
        if not path.is_file():
            raise StatedError(f"There is no file {str(path)!r}: check the name; nothing was added.")
    code = 0
    with tools.assistant(_settings(options)) as assistant:
        for path in paths:
            try:
                report = assistant.add(path, published=published, kind=kind)
            except CorpusError as error:
                if len(paths) == 1:
                    raise
                print(f"stated: {render.printable(str(error))}", file=sys.stderr)  # the others go on
                code = 1
                continue
            print(f"{render.printable(path.name)}: {render.sync_text(report).splitlines()[-1]}")
            code = max(code, _tell_rejected(report))
    return code


def verify(options: Namespace, tools: Tools) -> int:
    """Recheck a saved answer; 1 where a check fails."""
    answer = _saved_answer(options.answer)
    with tools.assistant(_settings(options)) as assistant:
        checks = assistant.verify(answer)
    print(render.checks_text(checks))
    return 0 if checks and all(check.passed for check in checks) else 1


def evaluate(words: Sequence[str]) -> int:
    """Run an evaluation; it understands its own options and names its own faults."""
    from eval.cli import main

    return main(words)


def bench(words: Sequence[str]) -> int:
    """Measure speed and memory; likewise."""
    from eval.bench import main

    return main(words)


def _settings(options: Namespace) -> Settings:
    return Settings(llm=getattr(options, "llm", None))


def _tell_rejected(report: SyncReport) -> int:
    for line in render.rejected_lines(report):
        print(line, file=sys.stderr)
    return 1 if report.rejected else 0


def _saved_answer(name: str) -> Answer:
    try:
        content = sys.stdin.read() if name == "-" else Path(name).expanduser().read_text(encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise StatedError(f"Cannot read {name!r} ({reason}): {_SAVED}.") from None
    except UnicodeDecodeError:
        raise StatedError(f"{name!r} is not UTF-8 text: {_SAVED}.") from None
    try:
        data: Any = json.loads(content)
        return Answer.from_dict(data)
    except RecursionError:
        raise StatedError(f"{name!r} is nested too deeply to be a saved answer.") from None
    except ValueError as error:
        what = " ".join(str(error).split())
        raise StatedError(f"{name!r} is not an answer that `stated ask --json` wrote: {what}.") from None
