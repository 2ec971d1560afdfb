"""Which words speak of the same detail, and which exclude each other."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from rag.language import word_key
from rag.lexicon import lexicon, phrase_keys


def _keys(text: str) -> list[str]:
    return [word_key(word) for word in text.split()]


ASPECTS = [
    ("Which licences apply?", "licence"),
    ("the licensing of the code", "licence"),
    ("How expensive is it", "price"),
    ("the ticket prices", "price"),
    ("the training datasets", "training_data"),
    ("who oversees it", "governance"),
    ("the context window", "context_length"),
    ("its manufacturer", "supplier"),
    ("made of steel", "material"),
    ("runs on Fedora", "operating_system"),
    ("written in Kotlin", "programming_language"),
    ("under Apache 2.0", "licence"),
    ("fine-tuning", "fine_tuning"),
]


@pytest.mark.parametrize(("words", "aspect"), ASPECTS)
def test_a_detail_is_known_by_its_words_and_by_its_values(words: str, aspect: str) -> None:
    assert f"aspect:{aspect}" in lexicon().aspects(_keys(words.replace("-", " - ")))


@pytest.mark.parametrize("words", ["the blue door", "they walked home", ""])
def test_words_that_name_no_detail_have_none(words: str) -> None:
    assert not lexicon().aspects(_keys(words))


def test_the_whole_name_of_a_foundation_is_not_a_licence() -> None:
    values = lexicon().values(_keys("the Apache Software Foundation"))
    assert values and all(value == {"governance"} for value in values.values())


def test_a_phrase_holds_across_hyphens_but_not_across_words() -> None:
    meant = lexicon().meanings(["open", "", word_key("source")])
    assert "synonym:open_source" in meant[0] and "synonym:open_source" in meant[2]
    apart = lexicon().meanings(_keys("open the source"))
    assert "synonym:open_source" not in apart.get(0, frozenset())


def test_phrases_are_found_longest_first_and_never_overlap() -> None:
    found = lexicon().phrases(_keys("the apache software foundation gives training data"))
    assert found == [(1, 4), (5, 7)]


OPPOSED = [
    ("open source", "proprietary"), ("fully", "partially"), ("wired", "wireless"), ("mandatory", "optional"),
    ("raise", "reduce"), ("upcoming", "existing"), ("all", "some"), ("private", "public"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), OPPOSED)
def test_opposites_exclude_each_other_in_both_directions(one: str, other: str) -> None:
    words = lexicon()
    assert words.opposed(_keys(one), _keys(other)) and words.opposed(_keys(other), _keys(one))
    assert not words.opposed(_keys(one), _keys(one))


def test_no_phrase_stands_on_both_sides_of_a_pair_of_opposites() -> None:
    assert not [pair for pair in lexicon().opposites if pair[0] & pair[1]]


def test_every_entry_of_the_word_list_can_be_found() -> None:
    """An entry whose words have no key would never match anything."""
    data = tomllib.loads(resources.files("rag").joinpath("lexicon.toml").read_text("utf-8"))
    entries = [w for a in data["aspects"].values() for w in (*a["words"], *a.get("instances", ()))]
    entries += [w for group in data["synonyms"].values() for w in group]
    assert not [entry for entry in entries if not phrase_keys(entry) or not all(phrase_keys(entry))]


def test_values_that_differ_only_in_marks_are_told_apart() -> None:
    """A programming language's name is more than its first letter."""
    assert phrase_keys("c++") != phrase_keys("c#")


def test_what_follows_from_a_word_does_not_answer_for_it() -> None:
    sourced, released = (lexicon().groups[phrase_keys(words)] for words in ("open sourced", "released"))
    assert not lexicon().asked(sourced) & released
    assert lexicon().asked(released) & sourced
