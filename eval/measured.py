"""Figures that take long to measure: written down by a run, kept in ``eval/measured/``, shown in the README.

A file says what was run, when and where.  ``python -m eval.readme`` makes the tables of the README from
these files, so that no figure there is typed by hand.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eval.faults import EvalError
from eval.measures import MEASURES
from eval.rates import Rate

FOLDER = Path(__file__).resolve().parent / "measured"
_WHERE = ("--answers", "--report")  # where files go says nothing of what is measured
_COUNTED = {"answers": "questions", "detector": "answers", "peer": "questions"}
_NOT_THE_PEERS = ("kind_right", "speaker_right", "history_right", "missing_gold")
LABELS: dict[str, dict[str, str]] = {
    "answers": {
        "balanced": "balanced accuracy of answerability",
        "balanced_right": "the same, gold sentence demanded",
        "answered": "answered, of the answerable",
        "refused": "refused, of the unanswerable",
        "on_gold": "gold sentence cited, of the answerable",
        "right": "right in all",
        "p50": "seconds a question, p50",
        "crashed": "crashed",
    },
    "detector": {
        "precision": "marked, of the sentences rejected",
        "recall": "rejected, of the marked",
        "through": "let through, of the marked",
        "accepted": "accepted, of all sentences",
        "bad_among_accepted": "marked, of the sentences accepted",
    },
    # It says neither kind nor speaker nor history; seconds are `stated bench`'s, which asks in pairs.
    "peer": {m.name: m.label for m in MEASURES if m.name not in _NOT_THE_PEERS},
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a run measured: ``systems`` maps a system's name to its figures, named as in ``LABELS[kind]``.

    A figure is a count, seconds, a share, or a ``Rate`` as plain JSON; None where there was no case.
    """

    kind: str
    items: int
    command: str
    started: str
    machine: str
    systems: Mapping[str, Mapping[str, Any]]

    def write(self, file: Path) -> None:
        """Writes it as JSON.

        Raises:
            OSError: the folder cannot be written.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        told = {name: getattr(self, name) for name in self.__slots__}
        file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

    def table(self) -> Iterator[str]:
        """Markdown: a row for a measure, a column for a system."""
        yield "| " + " | ".join(("measure", *self.systems)) + " |"
        yield "|---|" + "---|" * len(self.systems)
        for name, label in LABELS[self.kind].items():
            cells = (_cell(name, figures[name]) for figures in self.systems.values())
            yield "| " + " | ".join((label, *cells)) + " |"

    def told(self) -> str:
        """When, where and how, and the table."""
        day = date.fromisoformat(self.started[:10])
        when = f"{day.day} {day:%B %Y}"
        head = f"`{self.command}`  \n{self.items} {_COUNTED[self.kind]}, {when}, {self.machine}, on the CPU:"
        return "\n".join([head, "", *self.table()])


def read(file: Path) -> Measurement:
    """A measurement as a run wrote it.

    Raises:
        EvalError: the file is not there, or is not one.
    """
    try:
        return Measurement(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as fault:
        raise EvalError(f"{file.name} is no measurement of `stated eval` ({fault}).") from None


def typed(arguments: Sequence[str]) -> str:
    """The command that runs a measurement again, without the folders of this machine."""
    words = ["stated", "eval"]
    left_out = False
    for word in arguments:
        if not left_out and word.split("=")[0] not in _WHERE:
            words.append(re.sub(r"[^=]*/", "", word))
        left_out = word in _WHERE
    return shlex.join(words)


def title(name: str, backends: Iterable[str]) -> str:
    """A system's name in a table: with its model, where it says one."""
    found = {backend for backend in backends if backend.startswith(f"{name}: ")}
    return found.pop() if len(found) == 1 else name


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "no cases"
    if isinstance(value, Mapping):
        return str(Rate(value["hits"], value["total"])).strip()
    if name.startswith("balanced"):
        return f"{value:.1%}"
    return f"{value:.2f}" if name == "p50" else str(value)
