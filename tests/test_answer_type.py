"""The type of answer that a sentence holds."""

from __future__ import annotations

from rag.answer_type import amount_of
from rag.language import Parser
from tests.engine_fixtures import readings_of


def test_a_model_name_counts_nothing(parser: Parser) -> None:
    reading = next(iter(readings_of(parser, "The team tuned the 910B and 910C chips last spring.").values()))
    assert not amount_of(reading, reading.keys.index("chip"))


def test_a_bound_counts_its_noun(parser: Parser) -> None:
    reading = next(iter(readings_of(parser, "The tram carries up to 120 passengers.").values()))
    assert amount_of(reading, reading.keys.index("passeng"))
