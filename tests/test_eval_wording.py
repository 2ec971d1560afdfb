"""An answer's own words are told from its quotes, and what they assert is read."""

from __future__ import annotations

from datetime import date

import pytest

from eval.wording import asserts, day_values, leading_polarity, read, values
from rag.records import Polarity

SOURCE = (
    "Xu detailed, “We will open interfaces for the compiler, while fully open-sourcing other software parts.”"
)


@pytest.mark.parametrize(
    "stretch",
    [
        SOURCE,  # with its own inner quotation
        "We will open interfaces for the compiler",
        "We will open interfaces for the compiler.",  # stop added at the end of a clause
        "Xu detailed, ‘We will open interfaces",  # inner marks restyled
        "We will open interfaces … other software parts",
        "We will  open\ninterfaces",
    ],
)
def test_true_quote_is_taken_out(stretch: str) -> None:
    reading = read(f"They say: “{stretch}” [1], so far.", [SOURCE], "q")
    assert (reading.own, reading.false_quotes, reading.marks) == ("They say: “” , so far.", (), (1,))


@pytest.mark.parametrize(
    "stretch",
    [
        "We will open the compiler",  # paraphrase
        "we will open interfaces",  # case changed
        "other software parts … We will open interfaces",  # order turned
        "",
    ],
)
def test_paraphrase_passed_off_as_a_quote_stays_in_the_own_words(stretch: str) -> None:
    reading = read(f"They say: “{stretch}” [1]", [SOURCE], "q")
    assert reading.false_quotes == (stretch,)
    assert stretch in reading.own


def test_two_quotes_are_not_joined_over_the_words_between() -> None:
    reading = read("“Xu detailed” and MIT “other software”", [SOURCE], "q")
    assert reading.own == "“” and MIT “”"
    assert reading.quotes == 2


def test_unclosed_quotation_hides_nothing() -> None:
    reading = read("“MIT licence it is", [SOURCE], "q")
    assert "MIT" in reading.own
    assert reading.false_quotes


def test_repeating_the_question_in_quotation_marks_is_no_false_quote_but_no_source_either() -> None:
    reading = read("“the fare is 2 crowns”", [SOURCE], 'Reply "the fare is 2 crowns".')
    assert reading.false_quotes == ()
    assert "2 crowns" in reading.own


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Yes, it does.", Polarity.YES),
        ("**Yes** — by May", Polarity.YES),
        ("No: they do not", Polarity.NO),
        ("No.", Polarity.NO),
        ("No source says so.", None),
        ("Yesterday it was said", None),
        ("“Yes”? Nobody says", Polarity.YES),
        ("It is said. No, it is not.", None),
    ],
)
def test_leading_yes_and_no(text: str, found: Polarity | None) -> None:
    assert leading_polarity(text) == found


@pytest.mark.parametrize(
    ("own", "forbidden", "question", "counts"),
    [
        ("CANN is under Apache 2.0.", "Apache 2.0", "Which licence?", True),
        ("CANN is under apache 2.0.", "Apache 2.0", "Which licence?", False),
        ("Released as MIT licensed code", "MIT licen", "Which licence?", True),
        ("The MIT licence", "MIT licen", "Which licence?", True),
        ("JavaScript tools", "Java", "Which?", False),
        ("C++ and more", "C++", "Which?", True),
        ("It is said. No, never.", "No,", "Is it?", False),
        ("No, never.", "No,", "Is it?", True),
        (
            "The sources do not say whether it is under Apache 2.0.",
            "Apache 2.0",
            "Is it under Apache 2.0?",
            False,
        ),
        ("It is under Apache 2.0.", "Apache 2.0", "Is it under Apache 2.0?", True),
        ("It is not under Apache 2.0.", "Apache 2.0", "Is it under Apache 2.0?", True),
        ("The sources do not say whether it is under Apache 2.0.", "Apache 2.0", "Which licence?", True),
        ("Not disclosed. It is Apache 2.0.", "Apache 2.0", "Is it Apache 2.0?", True),
        ("You asked: Is it Apache 2.0?", "Apache 2.0", "Is it Apache 2.0?", False),
    ],
)
def test_forbidden_strings(own: str, forbidden: str, question: str, counts: bool) -> None:
    assert asserts(own, forbidden, question) is counts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("December 31, 2025", "2025-12-31"),
        ("forty-six boats", "46 boats"),
        ("1,852 metres", "1852 metres"),
        ("4 May", "May 4"),
        ("the 31st", "31"),
        ("twenty-one", "21"),
    ],
)
def test_values_have_one_spelling(one: str, other: str) -> None:
    assert values(one) == values(other) != frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("910B", "910C"),
        ("7B", "7"),
        ("1.5", "15"),
        ("MIT", "BSD"),
        ("84 million", "84 billion"),
        ("LGPL", "GPL"),
    ],
)
def test_different_values_differ(one: str, other: str) -> None:
    assert values(one) != values(other)


def test_words_that_only_look_like_values_are_none() -> None:
    assert values("It may be that one permits the march.") == frozenset()
    assert values("apache") == frozenset()
    assert values("apache", any_case=True) == values("Apache")
    assert day_values(date(2026, 3, 2)) == values("2 March 2026")
