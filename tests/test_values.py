"""Whether two sentences give the same value, another one, or nobody can tell."""

from __future__ import annotations

import pytest

from rag.dates import days
from rag.language import Parser
from rag.question import understand
from rag.values import differ, same
from tests.engine_fixtures import readings_of


@pytest.mark.parametrize(
    ("question", "one", "other", "expected"),
    [
        ("How much does the lamp cost?", "The lamp costs 5 euros.", "The lamp costs 6 euros.", True),
        ("How much does the lamp cost?", "The lamp costs 5 euros.", "It is 5 euros.", False),
        ("When was the lamp sold?", "It was sold on 3 May 2025.", "It was sold on 2025-05-03.", False),
        ("When was the lamp sold?", "It was sold on 3 May 2025.", "It was sold in May 2025.", False),
        ("When was the lamp sold?", "It was sold on 3 May 2025.", "It was sold in June 2025.", True),
        ("What licence does the lamp have?", "The lamp is under MIT.", "The lamp is under GPL.", True),
        ("What licence does the lamp have?", "The lamp is under MIT.", "The lamp has a licence.", None),
        ("What is the lamp made of?", "The lamp is heavy.", "The lamp is light.", None),
    ],
)
def test_values_are_compared_by_what_is_asked(
    parser: Parser, question: str, one: str, other: str, expected: bool | None
) -> None:
    detail = understand(question, parser.parse, {}).details[0]
    first, second = (next(iter(readings_of(parser, text).values())) for text in (one, other))
    assert differ(detail, first, second) is expected
    assert differ(detail, second, first) is expected


def test_dates_are_read_as_far_as_they_are_given() -> None:
    assert days("from 3 May 2025 to June 2026, and 2027; it may rain on 2028-01-02") == [
        (2028, 1, 2), (2025, 5, 3), (2026, 6, 0), (2027, 0, 0),
    ]  # fmt: skip


def test_the_same_figures_are_the_same_statement() -> None:
    assert same("It costs 5 euros.", "Still, 5 euros is what it costs.")
    assert not same("It costs 5 euros.", "It costs 6 euros.")
    assert not same("It is heavy.", "It is heavy.")  # nothing to compare
