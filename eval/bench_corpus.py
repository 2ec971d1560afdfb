"""Corpora of any size for measuring: release notes whose sentences differ, and questions about them.

What they say is invented and seeded; facts, plans, opinions and non-disclosures stand in the proportions of
real announcements, under headings, about some thousands of made-up products.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

_SENTENCES_PER_SECTION, _SECTIONS_PER_FILE = 8, 25
_FIRST_DAY = date(2024, 1, 1)
_DAYS = 600
_ASKED_OF_NOBODY = 5  # every fifth question is about a product that no document names

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("bench.toml").read_text(encoding="utf-8"))
_FORMS: list[list[str]] = _TABLE["forms"]
_WORDS: dict[str, list[str]] = _TABLE["words"]
_NAMES: dict[str, list[str]] = _TABLE["names"]


@dataclass(frozen=True, slots=True)
class Corpus:
    """A generated corpus: ``sentences`` were written, ``questions`` are about them."""

    sentences: int
    questions: tuple[str, ...]


def write_corpus(folder: Path, sentences: int, questions: int, seed: int = 1) -> Corpus:
    """Write a corpus; equal arguments write equal files.

    Args:
        folder: made if it is missing; it should be empty.
        sentences: how many; no two are equal.
        questions: how many, spread over the whole corpus; every fifth has no answer in it.
        seed: of the choice of words.

    Raises:
        OSError: the folder cannot be written.
        ValueError: there are fewer than one of either.
    """
    if sentences < 1 or questions < 1:
        raise ValueError("a corpus has at least one sentence and one question")
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    seen: set[str] = set()
    asked: list[str] = []
    per_file = _SENTENCES_PER_SECTION * _SECTIONS_PER_FILE
    for number, first in enumerate(range(0, sentences, per_file)):
        text = _document(chance, min(per_file, sentences - first), number, seen, asked)
        (folder / f"note-{number:05}.md").write_text(text, encoding="utf-8")
    step = max(1, len(asked) // questions)
    chosen = [asked[n * step % len(asked)] for n in range(questions)]
    for n in range(_ASKED_OF_NOBODY - 1, questions, _ASKED_OF_NOBODY):
        chosen[n] = f"Who maintains the Xu{_name(chance).lower()} package?"
    return Corpus(sentences, tuple(chosen))


def _document(chance: random.Random, sentences: int, number: int, seen: set[str], asked: list[str]) -> str:
    day = _FIRST_DAY + timedelta(days=number % _DAYS)
    name = _name(chance)
    lines = [
        "---", f"title: {name} release note {number}", f"published: {day.isoformat()}", "kind: release-note",
        "publisher: Example Project", "---", "",
    ]  # fmt: skip
    for place in range(sentences):
        if place % _SENTENCES_PER_SECTION == 0:
            name = _name(chance)
            lines += [f"## {name} {chance.randint(1, 9)}.{chance.randint(0, 9)}", ""]
        lines += [_sentence(chance, name, seen, asked), ""]
    return "\n".join(lines)


def _sentence(chance: random.Random, name: str, seen: set[str], asked: list[str]) -> str:
    while True:
        form, question = chance.choice(_FORMS)
        words = _words(chance, name)
        sentence = form.format(**words)
        if sentence not in seen:
            seen.add(sentence)
            asked.append(question.format(**words))
            return sentence


def _words(chance: random.Random, name: str) -> dict[str, object]:
    return {
        "name": name, "year": chance.randint(2022, 2026), "n": chance.randint(1, 9),
        "m": chance.randint(0, 20), "k": chance.randint(2, 28), "big": chance.randint(1_000, 99_000),
        **{kind: chance.choice(words) for kind, words in _WORDS.items()},
    }  # fmt: skip


def _name(chance: random.Random) -> str:
    return "".join(chance.choice(_NAMES[part]) for part in ("head", "middle", "tail"))
