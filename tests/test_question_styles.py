"""How people ask, in many fields: one half of the questions to develop by, one to test by."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag.asked import Detail
from rag.language import Parser, word_key
from rag.question import understand
from rag.spelling import mend

DATA = tomllib.loads((Path(__file__).parent / "data" / "questions.toml").read_text("utf-8"))
NAMES = {word_key(name): 1.0 for name in DATA["names"].split()}
VOCABULARY = {name.lower(): name for name in DATA["names"].split()}
# Words that lead up to a question: none of them is looked for in the sources.
LEADS = frozenset(
    map(
        word_key,
        "tell know say said article announcement source sources documentation information anything word true "
        "right correct wonder wondering curious mention disclose like heard list name please explain".split(),
    )
)
# The second half was looked at once, when the first was done: 69 of 76.
FLOORS = {"developed by": 0.97, "tested by": 0.9}


@dataclass(frozen=True)
class Wanted:
    """How one detail is to be understood."""

    ask: str
    names: frozenset[str]
    words: tuple[str, ...]
    marks: frozenset[str]


def _wanted(line: str) -> Wanted:
    ask, names, words, *marks = (part.strip() for part in line.split("|"))
    return Wanted(
        ask,
        frozenset(map(word_key, names.split())),
        tuple(words.split()),
        frozenset(map(_mark, " ".join(marks).split())),
    )


def _mark(text: str) -> str:
    """A mark with the key of its word: ``speaker=Vance``."""
    name, equals, word = text.partition("=")
    return f"{name}={word_key(word)}" if equals else name


def halves() -> dict[str, list[dict[str, Any]]]:
    """The questions, parted at random once and for all."""
    rows = list(DATA["question"])
    random.Random(20250918).shuffle(rows)
    middle = len(rows) // 2
    return {"developed by": rows[:middle], "tested by": rows[middle:]}


def faults(parser: Parser, row: dict[str, Any]) -> list[str]:
    """What is misunderstood in one question; nothing where it is understood."""
    text = mend(row["text"], VOCABULARY, frozenset(NAMES))
    last = understand(row["last"], parser.parse, NAMES).details if "last" in row else ()
    found = understand(text, parser.parse, NAMES, row.get("about", ""), last).details
    wanted = [_wanted(line) for line in row["want"]]
    if len(found) != len(wanted):
        return [f"{len(found)} details, not {len(wanted)}: {[d.text for d in found]}"]
    return [fault for d, w in zip(found, wanted, strict=True) for fault in _detail_faults(d, w)]


def _detail_faults(detail: Detail, wanted: Wanted) -> list[str]:
    found: list[str] = []
    if detail.ask != wanted.ask:
        found.append(f"asks {detail.ask}, not {wanted.ask}")
    names = frozenset(key for t in detail.of("name") for key in t.key.split())
    if names != wanted.names:
        found.append(f"names {sorted(names)}, not {sorted(wanted.names)}")
    content = {key for t in detail.terms if t.role != "name" for key in t.key.split()}
    content |= set(detail.predicate.key.split()) if detail.predicate else set()
    keys = [word_key(w) for w in wanted.words]
    if missing := [k for k in keys if k not in content]:
        found.append(f"does not ask for {missing}, but {sorted(content)}")
    if stray := LEADS & content - set(keys):
        found.append(f"asks for {sorted(stray)}")
    marks = {m for m in ("negated", "presumed", "listing", "premise") if getattr(detail, m)}
    marks |= {f"speaker={key}" for key in detail.speaker[-1:]} | {
        f"besides={key}" for key in detail.besides[-1:]
    }
    # Whether one or several things are asked for matters only where the file says so.
    free = {"listing"} - wanted.marks
    if marks - free != wanted.marks:
        found.append(f"marks {sorted(marks)}, not {sorted(wanted.marks)}")
    return found


@pytest.mark.parametrize("half", list(FLOORS))
def test_questions_of_many_fields_are_understood(parser: Parser, half: str) -> None:
    rows = halves()[half]
    wrong = {row["text"]: found for row in rows if (found := faults(parser, row))}
    assert 1 - len(wrong) / len(rows) >= FLOORS[half], wrong
