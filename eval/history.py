"""The labelled history of a question: on which days the verdict, or the sentence that leads, changed.

The days are read here and not by the engine, whose reading of them is what the labels check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rag.records import Status, Verdict

_KEYS = {"published", "verdict", "gold"}
_OPEN = (Verdict.STATED, Verdict.UNDISCLOSED)  # of silence there is no sentence, so no entry
_MONTHS = "January February March April May June July August September October November December".split()
_DAY = re.compile(rf"\b(?:(\d{{4}}-\d\d-\d\d)|(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}}))\b")


@dataclass(frozen=True, slots=True)
class Labelled:
    """What the documents say from ``published`` on; ``gold`` are sentences that may lead it."""

    published: date
    verdict: Verdict
    gold: tuple[str, ...]


def read_history(
    data: Any, target: Status, gold: tuple[str, ...], as_of: date | None, corpus: Path
) -> tuple[Labelled, ...]:
    """The entries of a question's ``history``, oldest first.

    Args:
        data: what the line holds.
        target: of the question; the last entry has it as its verdict.
        gold: of the question; the last entry's sentences are among it.
        as_of: no entry is later.
        corpus: the folder in which each sentence stands under its entry's day.

    Raises:
        ValueError: the entries are not so; the message says what is wrong.
    """
    if not isinstance(data, list) or not data:
        raise ValueError("history must be a list of entries that is not empty")
    entries = tuple(_entry(item) for item in data)
    days = [entry.published for entry in entries]
    if days != sorted(set(days)):
        raise ValueError("history must be oldest first, with one entry a day")
    if as_of is not None and days[-1] > as_of:
        raise ValueError(f"history has an entry of {days[-1]}, after as_of {as_of}")
    if target.value != entries[-1].verdict.value:
        raise ValueError(f"history ends with {entries[-1].verdict}, but the target is {target}")
    if lost := [text for text in entries[-1].gold if text not in gold]:
        raise ValueError(f"the last entry of history has a sentence that is not in gold: {lost[0]!r}")
    for entry in entries:
        for text in entry.gold:
            if entry.published not in (found := days_of(text, corpus)):
                stands = ", ".join(map(str, found)) or "no day"
                raise ValueError(f"history dates {text!r} to {entry.published}; it stands under {stands}")
    return entries


def days_of(text: str, corpus: Path) -> tuple[date, ...]:
    """The days under which a text stands in a corpus of dated notes, once for each place."""
    return tuple(day for day, section in _sections(corpus) for _ in range(section.count(text)))


def _entry(item: Any) -> Labelled:
    if not isinstance(item, dict) or set(item) != _KEYS:
        raise ValueError("an entry of history has published, verdict and gold, and nothing else")
    verdict, gold = item["verdict"], item["gold"]
    if verdict not in _OPEN:
        raise ValueError(f"verdict in history must be one of {', '.join(_OPEN)}, not {verdict!r}")
    if not isinstance(gold, list) or not gold or not all(isinstance(t, str) and t.strip() for t in gold):
        raise ValueError("gold in history must be a list of sentences that is not empty")
    try:
        published = date.fromisoformat(item["published"])
    except (TypeError, ValueError):
        raise ValueError(f"published must be a date as YYYY-MM-DD, not {item['published']!r}") from None
    return Labelled(published, Verdict(verdict), tuple(gold))


@cache
def _sections(corpus: Path) -> tuple[tuple[date, str], ...]:
    return tuple(
        section
        for file in sorted(corpus.rglob("*.md"))
        if not file.name.startswith("README")
        for section in _dated(file.read_text(encoding="utf-8"))
    )


def _dated(text: str) -> Iterator[tuple[date, str]]:
    """The sections of a document, each with its day: the heading's in a release note, else the document's."""
    _, front, body = text.split("---\n", 2)
    fields = yaml.safe_load(front)
    day = fields["published"]
    for section in re.split(r"(?m)^(?=## )", body):
        heading, _, told = section.partition("\n")
        if fields.get("kind") == "release-note" and heading.startswith("## "):
            match = _DAY.search(heading)
            day = _day(match) if match else fields["published"]
        yield day, told


def _day(match: re.Match[str]) -> date:
    iso, day, month, year = match.groups()
    return date.fromisoformat(iso) if iso else date(int(year), _MONTHS.index(month) + 1, int(day))
