"""The parser's known slips, as it makes them, and what is made of them."""

from __future__ import annotations

import pytest

from rag.language import Parser
from rag.slips import mended


@pytest.mark.parametrize(
    ("sentence", "word", "was", "now"),
    [
        ("is a cooler included with the board?", "included", "acl", "ROOT"),
        ("is a cooler included with the board?", "cooler", "nsubj", "nsubjpass"),
        ("is a cooler included with the board?", "is", "ROOT", "auxpass"),
        ("The backup is not part of it; it has been put off to May.", "is", "ccomp", "parataxis"),
        ("The Lund board is small, and its Arvik office is closed.", "office", "nsubj", "nsubjpass"),
        ("Norvik, the light library of Marsk, was licensed under MIT.", "Norvik", "npadvmod", "nsubjpass"),
        ("Norvik, the light library of Marsk, was licensed under MIT.", "library", "nsubjpass", "appos"),
        ("What does the pump cost?", "pump", "compound", "nsubj"),
        ("What does a season ticket cost?", "cost", "nsubj", "ROOT"),
        ("What did the trial show?", "What", "nsubj", "dobj"),
        ("What does the owner of the boat cost?", "owner", "ROOT", "nsubj"),
        ("How much does a month of training cost?", "training", "compound", "pobj"),
        ("How much does a day ticket cost for children?", "ticket", "compound", "nsubj"),
    ],
)
def test_a_slip_is_put_right(parser: Parser, sentence: str, word: str, was: str, now: str) -> None:
    tokens = parser.parse([sentence])[0]
    place = next(p for p, t in enumerate(tokens) if t.text == word)
    assert tokens[place].dep == was, "the parser no longer makes this slip"
    assert mended(tokens)[place].dep == now


def test_a_mended_question_hangs_on_its_verb(parser: Parser) -> None:
    tokens = mended(parser.parse(["is a cooler included with the board?"])[0])
    verb = next(p for p, t in enumerate(tokens) if t.text == "included")
    assert [t.text for t in tokens if t.head == verb] == ["is", "cooler", "included", "with", "?"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Is the licence granted by the city free?",  # an attribute: something else is asked of it
        "Is this a licence granted by the city?",
        "It will rain, said Holm.",
        "Monday, the shop, for once, is open.",
        "Norvik, the library was licensed under MIT.",
        "Holm said that it will rain.",
        "The ferry sails in May.",
        "What does the food safety agency do?",
        "What is the ticket cost?",
        "",
    ],
)
def test_all_else_stays_as_it_is(parser: Parser, sentence: str) -> None:
    tokens = parser.parse([sentence])[0]
    assert mended(tokens) == tokens
