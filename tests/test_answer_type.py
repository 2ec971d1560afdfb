"""The type of answer that a sentence holds."""

from __future__ import annotations

import pytest

from rag.answer_type import amount_of, typed
from rag.language import Parser
from rag.question import understand
from tests.engine_fixtures import readings_of


def test_a_model_name_counts_nothing(parser: Parser) -> None:
    reading = next(iter(readings_of(parser, "The team tuned the 910B and 910C chips last spring.").values()))
    assert not amount_of(reading, reading.keys.index("chip"))


def test_a_bound_counts_its_noun(parser: Parser) -> None:
    reading = next(iter(readings_of(parser, "The tram carries up to 120 passengers.").values()))
    assert amount_of(reading, reading.keys.index("passeng"))


@pytest.mark.parametrize(
    ("sentence", "counted"),
    [
        ("The board has nine members.", True),
        ("The board has dozens of members.", True),
        ("Six of the nine members live in Orlen.", True),
        ("The board is quorate with half of the members.", False),
        ("Two of its members live in Orlen.", False),
    ],
)
def test_a_share_of_them_is_no_count_of_all(parser: Parser, sentence: str, counted: bool) -> None:
    reading = next(iter(readings_of(parser, sentence).values()))
    place = reading.keys.index("member")
    assert amount_of(reading, place) is counted
    assert amount_of(reading, place, of_them=True)


@pytest.mark.parametrize(
    ("sentence", "defines"),
    [
        ("Tarnik is a loom for narrow ribbons.", 1.0),
        ("Tarnik, a loom for narrow ribbons, costs 900 euros.", 1.0),
        ("The firm showed Tarnik, which weaves narrow ribbons.", 1.0),
        ("Tarnik costs 900 euros.", 0.0),
        ("The price of Tarnik is a secret.", 0.0),
        ("Tarnik was released in May.", 0.0),
    ],
)
def test_what_a_thing_is_is_told_by_a_definition(parser: Parser, sentence: str, defines: float) -> None:
    (asked,) = understand("What is Tarnik?", parser.parse, {"tarnik": 1.0}).details
    reading = next(iter(readings_of(parser, sentence).values()))
    assert typed(asked, reading) == defines


@pytest.mark.parametrize(
    ("question", "sentence", "fits"),
    [
        ("How much did the trials cost?", "The trials cost 40,000 euros.", 1.0),
        ("How much did the trials cost?", "In the trials it fell behind by 6 per cent.", 0.0),
        ("What will a visitor have to pay?", "Visitors can pay by card or by phone.", 0.0),
        ("What will a visitor have to pay?", "Visitors get in free on Sundays.", 1.0),
        ("What can visitors pay with?", "Visitors can pay by card or by phone.", 1.0),
        ("How many trials were there?", "There were six trials.", 1.0),
    ],
)
def test_a_sum_is_asked_for_and_answered_in_money(
    parser: Parser, question: str, sentence: str, fits: float
) -> None:
    (asked,) = understand(question, parser.parse, {}).details
    reading = next(iter(readings_of(parser, sentence).values()))
    assert typed(asked, reading) == fits
