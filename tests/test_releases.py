"""Releases: a version is told by its number, and who asks for the newest gets the newest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag import Assistant, Settings
from rag.language import Parser
from rag.question import understand
from rag.releases import told

LOG = """---
title: Changes of Tarnik
published: 2025-01-10
kind: release-note
---
# Changes

## Tarnik 3.1 (2025-09-01)

- Tarnik 3.1 was released on 1 September 2025.
- Tarnik 3.1 adds a dark theme.

## Tarnik 3.0 (2025-04-01)

- Tarnik 3.0 was released on 1 April 2025.
- Tarnik is licensed under the MIT licence.

## Tarnik 2.0 (2025-01-10)

- Tarnik 2.0 was released on 10 January 2025.
- A seat in the office of its makers, in brands of its own, is free.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder: Path = tmp_path_factory.mktemp("releases")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "log.md").write_text(LOG, "utf-8")
    with Assistant(Settings(corpus_dir=folder / "corpus", data_dir=folder / "data", llm="none")) as opened:
        opened.sync()
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "What is the newest version of Tarnik?",
        "Which is the latest Tarnik release?",
        "latest version of Tarnik",
    ],
)
@pytest.mark.parametrize(("day", "release"), [(date(2026, 1, 1), "3.1"), (date(2025, 5, 1), "3.0")])
def test_the_newest_release_as_of_a_day_leads(
    assistant: Assistant, question: str, day: date, release: str
) -> None:
    answer = assistant.ask(question, as_of=day)
    assert f"Tarnik {release} " in answer.citations[0].quote, answer.text


def test_an_adjective_is_no_verb(assistant: Assistant) -> None:
    answer = assistant.ask("Who owns Tarnik?", as_of=date(2026, 1, 1))
    assert answer.status == "not_covered", answer.text


@pytest.mark.parametrize(
    ("sentence", "number", "is_told"),
    [
        ("Tarnik 3.1 was released.", "3.1", True),
        ("The price of Tarnik fell by 3.1 percent.", "3.1", False),
        ("Another tool, 3.1 of Loom, came later.", "3.1", False),
    ],
)
def test_a_number_right_behind_the_name_is_a_version(
    parser: Parser, sentence: str, number: str, is_told: bool
) -> None:
    tokens = parser.parse([sentence])[0]
    place = next(n for n, token in enumerate(tokens) if token.text == number)
    assert told(tokens, place, {"tarnik"}) == is_told


def test_who_asks_for_the_newest_is_understood(parser: Parser) -> None:
    (newest,) = understand("What is the newest version of Tarnik?", parser.parse, {"tarnik": 1.0}).details
    (plain,) = understand("What is the first version of Tarnik?", parser.parse, {"tarnik": 1.0}).details
    assert newest.newest and not plain.newest
    assert "newest" not in {term.key for term in newest.terms}
