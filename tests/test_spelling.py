"""Misspelt words are mended; names, versions and right words are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.language import word_key
from rag.spelling import mend

WORDS = (
    "CANN OpenPangu Kestrel Kittiwake Heron Lissel licence compiler release ferry passengers electric "
    "disclosed parameter architecture governance foundation price battery timetable implant repository 910B "
    "NPUs ATU"
).split()
VOCABULARY = {word.lower(): word for word in WORDS}
KEYS = frozenset(map(word_key, WORDS))


def _mended(question: str) -> str:
    return mend(question, VOCABULARY, KEYS)


MENDED = [
    ("What licnece will CANN have?", "What licence will CANN have?"),
    ("whta is the prise of the Kittywake?", "what is the price of the Kittiwake?"),
    ("Kestral", "Kestrel"),
    ("What is the governence model?", "What is the governance model?"),
    ("What is the battry life?", "What is the battery life?"),
    ("How many pasengers fit?", "How many passengers fit?"),
    ("Is it electirc?", "Is it electric?"),
    ("what is the archtecture", "what is the architecture"),
    ("What does Lisel cost?", "What does Lissel cost?"),
    ("How large is OpenPanguu?", "How large is OpenPangu?"),
    ("When was the relase?", "When was the release?"),
    ("teh price", "the price"),
    ("Where iz it made?", "Where is it made?"),
    ("wich lisence", "which licence"),
    ("Does it supprt Linux?", "Does it support Linux?"),
    ("Has it been annuonced?", "Has it been announced?"),
    ("How mutch does the batery weigh?", "How much does the battery weigh?"),
]
KEPT = [
    "Is the 910D supported?",
    "Does the 910b run it?",
    "Is v1.2.4 out?",
    "the OpenPangu-7B model",
    "Does it run on vLLM?",
    "Does it support TensorFlow?",
    "Is there a Debian package?",
    "Who is Bob Smyth?",
    "Is KestrelIQ free?",
    "Is it released under AGPL?",
    "Can I buy a hero?",
    "Is cane available?",
    "Does it use JSON and YAML?",
    "What are its specs?",
    "Does it have an API or an SDK?",
    "What’s the price, and isn't it free?",
    "What is the pricing of the implants?",
    "does openpangu run locally",
    "WHAT IS THE LICENCE OF KESTREL?",
    "Does it run on GPUs, or on an RTU?",
    "see a/compilr",
    "許可は何ですか",
    "Is it naïve?",
    "What colour is the Heron?",
    "Which organisation oversees it?",
    "Is Kestrel compatible with café.js?",
    "Is it hosted at kestrel.org?",
    "Are there any tyres?",
    "Does it have a mobile app?",
    "Which backend do the devs use?",
    "Is the toml in the tarball?",
    "Is there an escooter or a smartwatch, and sso auth?",
]


@pytest.mark.parametrize(("typed", "meant"), MENDED)
def test_a_slip_is_mended_towards_the_corpus(typed: str, meant: str) -> None:
    assert _mended(typed) == meant


@pytest.mark.parametrize("question", KEPT)
def test_what_is_spelt_rightly_or_may_be_a_name_is_kept(question: str) -> None:
    assert _mended(question) == question


@given(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.integers(0, 9999))
def test_a_model_number_is_never_turned_into_another(letter: str, number: int) -> None:
    """``910D`` is not a misspelt ``910B``."""
    question = f"Is the {number}{letter} or the {letter}{number} supported?"
    assert _mended(question) == question


@given(st.lists(st.sampled_from(WORDS), max_size=6))
@settings(max_examples=50)
def test_words_of_the_corpus_are_never_touched(words: list[str]) -> None:
    assert _mended(" ".join(words)) == " ".join(words)


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_text_is_mended_without_failing_and_only_in_its_words(text: str) -> None:
    assert [c for c in _mended(text) if not c.isalpha()] == [c for c in text if not c.isalpha()]
