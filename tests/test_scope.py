"""Which sentence speaks of the very thing: not of a part, a variant or a sibling of it."""

from __future__ import annotations

import pytest

from rag.covering import cover
from rag.gaps import gap_fits
from rag.language import Parser
from rag.question import understand
from rag.retrieval import Row
from rag.scope import as_wide, known_to, speaks_of
from tests.engine_fixtures import readings_of
from tests.polarity_fixtures import library_of

NORVIK = "What licence does Norvik have?"


def spoken(parser: Parser, question: str, text: str) -> bool:
    """Whether the last sentence of a text, as the answer, speaks of what is asked."""
    library = library_of(parser, text)
    detail = understand(question, parser.parse, {**library.names, "norvik": 1.0}).details[0]
    row: Row = library.rows[-1]
    segment = row.reading.stance.segments[0]
    return speaks_of(detail, row, cover(detail, row, library, {}, segment))


def as_wide_as(parser: Parser, question: str, new: str, old: str) -> bool:
    """Whether a newer sentence speaks of as much of what is asked about as an older one."""
    detail = understand(question, parser.parse, {"norvik": 1.0}).details[0]
    first, second = (next(iter(readings_of(parser, text).values())) for text in (new, old))
    return as_wide(detail, first, second)


@pytest.mark.parametrize(
    ("sentence", "itself"),
    [
        ("Norvik is licensed under MIT.", True),
        ("Norvik 2.1 is licensed under MIT.", True),
        ("Norvik v2.1-rc1 is licensed under MIT.", True),
        ("The Norvik repositories are licensed under MIT.", True),
        ("Norvik Mini is licensed under MIT.", False),
        ("Norvik-2.1-Mini is licensed under MIT.", False),
        ("NorvikLite is licensed under MIT.", False),
        ("Norvik Mini, made by Norvik, is licensed under MIT.", False),
        ("Norvik-Mini, a small variant of Norvik, is licensed under MIT.", False),
        ("Teal, a fork of Norvik, is licensed under MIT.", False),
        ("Norvik, a fork of Teal, is licensed under MIT.", True),
        ("The parts of Norvik have no single licence, and NorvikLite is licensed under MIT.", True),
    ],
)
def test_a_release_is_the_thing_and_a_variant_is_not(parser: Parser, sentence: str, itself: bool) -> None:
    assert spoken(parser, NORVIK, sentence) is itself


@pytest.mark.parametrize(
    ("sentence", "itself"),
    [
        ("The pages on Norvik carry the MIT licence.", False),
        ("The pages on the Norvik OS Kit carry the MIT licence.", True),
        ("Norvik puts the kit under MIT.", True),  # it may be the maker
        ("Under Norvik's terms the kit is under MIT.", True),
        ("The kit is licensed under MIT.", True),
    ],
)
def test_the_first_word_of_a_longer_name_is_another_thing(
    parser: Parser, sentence: str, itself: bool
) -> None:
    text = f"## The Norvik OS Kit\n\nThe Norvik OS Kit is new.\n\n{sentence}\n"
    assert spoken(parser, "What licence does the Norvik OS Kit have?", text) is itself


TABLE = """Norvik has two tools, and NorvikLite one.

| tool | licence |
|---|---|
| Norvik | MIT |
"""


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Which licence do the spring releases have?", False),
        ("Which licence does NorvikLite have?", False),
        (NORVIK, True),
        ("Which tool is under MIT?", True),
    ],
)
def test_a_row_about_one_thing_answers_no_question_that_does_not_name_it(
    parser: Parser, question: str, told: bool
) -> None:
    assert spoken(parser, question, TABLE) is told


@pytest.mark.parametrize(
    ("new", "old", "wide"),
    [
        ("Norvik is licensed under MIT.", "The core repositories of Norvik are licensed under BSD.", True),
        ("The driver repository of Norvik is under GPL.", "Norvik is licensed under MIT.", False),
        (
            "The driver repository of Norvik is under GPL.",
            "The core repositories of Norvik are under BSD.",
            False,
        ),
        ("The makers have licensed Norvik under MIT.", "Norvik is licensed under BSD.", True),
        ("Norvik, the light library of Marsk, is under MIT.", "The slides put Norvik under BSD.", True),
        ("The light library, Norvik, is under MIT.", "The slides put Norvik under BSD.", True),
    ],
)
def test_a_part_replaces_neither_the_whole_nor_another_part(
    parser: Parser, new: str, old: str, wide: bool
) -> None:
    assert as_wide_as(parser, NORVIK, new, old) is wide


@pytest.mark.parametrize(
    ("question", "withheld"),
    [
        ("What does the Norvik-2 Mini cost?", True),
        ("How much is Norvik-2.1?", True),
        ("What is the price of the Norvik Mini?", False),
        ("What is the price of the NorvikLite-2?", False),
        ("What is the price of the Marsk Norvik-2?", False),
    ],
)
def test_what_is_withheld_of_a_thing_is_withheld_of_its_releases(
    parser: Parser, question: str, withheld: bool
) -> None:
    library = library_of(parser, "The price of the Norvik has not been announced.")
    names = {
        **library.names,
        "norvik-2": 1.0,
        "norvik-2.1": 1.0,
        "mini": 1.0,
        "norviklite-2": 1.0,
        "marsk": 1.0,
    }
    detail = understand(question, parser.parse, names).details[0]
    assert bool(gap_fits(detail, library, {})) is withheld
    assert known_to(detail, library, 0, library.day) is withheld


@pytest.mark.parametrize(
    ("text", "question", "withheld"),
    [
        ("The firm declined to give the number of pumps in use.", "What does the pump cost?", False),
        ("The firm declined to give the number of pumps in use.", "How many pumps are in use?", True),
        ("No date for version 17 has been set.", "When will version 13 be released?", False),
        ("No date for version 17 has been set.", "When will version 17 be released?", True),
    ],
)
def test_a_count_is_no_price_and_one_version_is_no_other(
    parser: Parser, text: str, question: str, withheld: bool
) -> None:
    library = library_of(parser, text)
    assert bool(gap_fits(understand(question, parser.parse, {}).details[0], library, {})) is withheld


def test_what_the_older_sentence_names_makes_the_newer_no_narrower(parser: Parser) -> None:
    old = "Marsk will publish the schematics of its Norvik pump by May."
    for new, wide in (
        ("The schematics of the Norvik pump were published on 18 May.", True),
        ("The schematics of the sensor were published on 18 May.", False),
    ):
        assert as_wide_as(parser, "When were the schematics published?", new, old) is wide


def test_what_is_withheld_of_a_release_says_nothing_of_another(parser: Parser) -> None:
    library = library_of(parser, "The price of the Norvik-2 has not been announced.")
    detail = understand("What does the Norvik-3 cost?", parser.parse, {**library.names, "norvik-3": 1.0})
    assert not gap_fits(detail.details[0], library, {})
