"""Words counted as of a day: what is published later changes nothing that was counted before."""

from __future__ import annotations

from datetime import date

import pytest

from rag.language import Parser, word_key
from rag.vocabulary import Frequency, Names, Surface, Vocabulary, earliest
from tests.engine_fixtures import readings_of

EARLY, LATE = date(2025, 1, 1), date(2025, 2, 2)


@pytest.fixture(scope="module")
def vocabulary(parser: Parser) -> Vocabulary:
    made = Vocabulary()
    for day, text in (
        (EARLY, "The Heron is small. The heron nests here. We like the Heron.\n"),
        (LATE, "A heron is grey. A HERON is shy. A heron eats fish.\n"),
    ):
        for reading in readings_of(parser, text).values():
            made.add(day, reading)
    return made


def test_the_share_of_a_words_uses_as_a_name(vocabulary: Vocabulary) -> None:
    heron = word_key("heron")
    assert Names(vocabulary, EARLY)[heron] == pytest.approx(2 / 3)
    assert Names(vocabulary, LATE)[heron] < 2 / 3
    assert Names(vocabulary, date(2024, 12, 31)).get(heron, 0.0) == 0.0


def test_sentences_with_a_word_are_counted_up_to_the_day(vocabulary: Vocabulary) -> None:
    frequency = Frequency(vocabulary.rows, EARLY)
    assert frequency.get(word_key("heron")) == 3
    assert word_key("fish") not in frequency
    assert word_key("fish") in Frequency(vocabulary.rows, LATE)


def test_a_word_has_the_form_in_which_it_is_mostly_written_by_then(vocabulary: Vocabulary) -> None:
    assert Surface(vocabulary.forms, EARLY)["heron"] == "Heron"
    assert Surface(vocabulary.forms, LATE)["heron"] == "heron"
    assert "fish" not in Surface(vocabulary.forms, EARLY)
    assert {"fish", "nests"} <= set(Surface(vocabulary.forms, LATE))
    assert len(Surface(vocabulary.forms, EARLY)) < len(Surface(vocabulary.forms, LATE))


def test_the_first_day_of_a_thing_is_the_earliest_in_whatever_order() -> None:
    found = [(LATE, {"a", "b"}), (EARLY, {"a"})]
    assert earliest(found) == earliest(reversed(found)) == {"a": EARLY, "b": LATE}
