"""The command line ``stated``: what it understands, and how it ends.

argparse and not click: it is in the standard library, starts in 20 ms, and a dozen commands need no more.
Each command imports what it needs when it runs, so ``--help`` and a mistyped option answer at once.

Exit codes: 0 done; 1 a check failed or a file was rejected; 2 could not run, with one plain line;
130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import NoReturn

from rag.errors import StatedError
from rag.settings import BACKENDS
from ui import commands, doctor, logs, models, traces

DONE, FAILED, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130
# Threads that wait for work give the processor up; PyTorch's spin otherwise, and slow down all that share it.
# Measured on two busy cores: ten details of the ledger in 17 s, and 89 s without; the same rows.
WAITING = ("OMP_WAIT_POLICY", "PASSIVE")
# What a shell reports of a program that wrote to a closed pipe, as in `stated ask … | head -1`.
PIPE_CLOSED = 141


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, not the usage block before it: what is wrong, and where help is."""
        self.exit(COULD_NOT_RUN, f"stated: {message}; see `{self.prog} --help`\n")


def main(arguments: Sequence[str] | None = None, tools: commands.Tools | None = None) -> int:
    """Run one command.

    Args:
        arguments: without the program's name; those of the process by default.
        tools: how the parts that commands need are made; the real ones by default.

    Returns:
        The exit code.
    """
    os.environ.setdefault(*WAITING)  # read when PyTorch is loaded, which no command has done yet
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a Latin-1 terminal must not end an answer
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words[:1] == ["eval"]:  # these two have options of their own
            return commands.evaluate(words[1:])
        if words[:1] == ["bench"]:
            return commands.bench(words[1:])
    except BrokenPipeError:
        return _pipe_closed()
    options = build_parser().parse_args(words)
    try:
        logs.begin(getattr(options, "verbose", False), os.environ)
        traces.begin(os.environ)
        code: int = options.run(options, tools or commands.Tools())
        sys.stdout.flush()
    except StatedError as error:
        print(f"stated: {error}", file=sys.stderr)
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        print("stated: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return _pipe_closed()
    return code


def _pipe_closed() -> int:
    # Python would complain once more when it closes the stream at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def build_parser() -> argparse.ArgumentParser:
    """Everything that the command line understands."""
    parser = _Parser(
        prog="stated",
        description="What the sources state, what they say is not disclosed, and what they do not mention.",
        epilog="The environment sets the rest: STATED_CORPUS_DIR, STATED_DATA_DIR, STATED_LLM and others.",
    )
    parser.add_argument("--version", action="version", version=f"stated {_version()}")
    commands_of = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_asking(commands_of)
    _add_documents(commands_of)
    for working in commands_of.choices.values():
        working.add_argument("--verbose", action="store_true", help="log to standard error, as JSON lines")
    _add_upkeep(commands_of)
    return parser


_Commands = argparse._SubParsersAction  # argparse has no public name for it


def _add_asking(parsers: _Commands[_Parser]) -> None:
    ask = parsers.add_parser("ask", help="answer a question from the sources")
    ask.add_argument("question", nargs="+", metavar="QUESTION")
    ask.add_argument(
        "--as-of", default="", metavar="DATE", help="count only documents up to then (YYYY-MM-DD)"
    )
    _add_llm(ask)
    ask.add_argument("--json", action="store_true", help="the whole answer as JSON, for `stated verify`")
    ask.set_defaults(run=commands.ask)

    table = parsers.add_parser("ledger", help="every detail: stated, undisclosed or not, and since when")
    table.add_argument(
        "--as-of", default="", metavar="DATE", help="count only documents up to then (YYYY-MM-DD)"
    )
    form = table.add_mutually_exclusive_group()
    for name, words in (("json", "whole rows as JSON"), ("csv", "one line for each detail and date"),
                        ("markdown", "a table")):  # fmt: skip
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, default="", help=words)
    table.set_defaults(run=commands.ledger)

    news = parsers.add_parser("changes", help="what was disclosed, superseded or withheld since a day")
    news.add_argument("--since", required=True, metavar="DATE", help="after this day (YYYY-MM-DD)")
    form = news.add_mutually_exclusive_group()
    for name, words in (("json", "whole changes as JSON"), ("markdown", "a list by subject")):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, default="", help=words)
    news.set_defaults(run=commands.changes)

    serve = parsers.add_parser("serve", help="open the page on which one can ask")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    serve.add_argument("--port", type=_port, default=7860, help="port to listen on (%(default)s)")
    serve.add_argument("--mcp", action="store_true", help="MCP tools at /mcp, with STATED_MCP_TOKEN as token")
    _add_llm(serve)
    serve.set_defaults(run=commands.serve)


def _add_documents(parsers: _Commands[_Parser]) -> None:
    sync = parsers.add_parser("sync", help="bring the index up to date with the documents")
    sync.set_defaults(run=commands.sync)

    add = parsers.add_parser("add", help="take documents into the data folder and index them")
    add.add_argument("paths", nargs="+", metavar="PATH", help="Markdown, text, HTML or PDF")
    add.add_argument("--published", default="", metavar="DATE", help="date, where the file has none")
    add.add_argument("--kind", choices=["article", "release-note"], help="where the file has none")
    add.set_defaults(run=commands.add)

    verify = parsers.add_parser("verify", help="recheck a saved answer against the documents")
    verify.add_argument("answer", metavar="ANSWER.json", help="from `stated ask --json`; - is standard input")
    verify.set_defaults(run=commands.verify)


def _add_upkeep(parsers: _Commands[_Parser]) -> None:
    model = parsers.add_parser("models", help="list language models, fetch one, or show where it lies")
    model.set_defaults(run=models.list_models)
    actions = model.add_subparsers(title="actions", metavar="ACTION")
    actions.add_parser("list", help="which there are").set_defaults(run=models.list_models)
    pull = actions.add_parser("pull", help="fetch one; without a name, the one that the settings ask for")
    pull.add_argument("name", nargs="?", default="", metavar="NAME")
    pull.set_defaults(run=models.pull)
    actions.add_parser("path", help="the folder in which models lie").set_defaults(run=models.path)

    # Only for the list of commands: `main` hands their words on.
    parsers.add_parser("eval", help="ask the labelled questions, score the answers, judge by the gates")
    parsers.add_parser("bench", help="measure speed and memory beside LlamaIndex and brute force")

    check = parsers.add_parser("doctor", help="check this installation and say how to mend it")
    check.set_defaults(run=doctor.run)


def _add_llm(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--llm", choices=BACKENDS, help="who words the answer (never who decides)")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def _version() -> str:
    try:
        return version("stated")
    except PackageNotFoundError:
        return "(not installed)"
