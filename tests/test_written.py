"""What a question names is put as the documents write it, and what they have is left as it was typed."""

from __future__ import annotations

import pytest

from rag.language import word_key
from rag.vocabulary import hyphened
from rag.written import as_written

TEXT = (
    "Norvik-2.1-Mini has 70 billion weights, Norvik-2.1 has 9 million. It is under BSD-3-Clause, and Tarn 4 "
    "Lite, kept as Tarn-4-Lite, is a long-term release. The Osprey has 8B of room and 505 seats."
)
NAMES = {name.lower(): name for name in hyphened(TEXT)}
KEYS = frozenset(map(word_key, TEXT.split()))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("how big is norvik 2.1 mini?", "how big is Norvik-2.1-Mini?"),
        ("norvik-2.1 mini and Norvik 2.1", "Norvik-2.1-Mini and Norvik-2.1"),
        ("Is it under BSD 3 clause?", "Is it under BSD-3-Clause?"),
        ("What is new in Tarn 4 lite?", "What is new in Tarn 4 lite?"),  # stands there as it was typed
        ("Is it a long term release?", "Is it a long term release?"),
        ("Is the 70B one out?", "Is the 70 billion one out?"),
        ("Is the 70bn one out?", "Is the 70 billion one out?"),
        ("Is the 8B one out?", "Is the 8B one out?"),
        ("Is the 505B one out?", "Is the 505 billion one out?"),
        ("Is the 13B one out?", "Is the 13B one out?"),
        ("9m weights", "9 million weights"),
        ("Norvik 2.2 mini", "Norvik 2.2 mini"),
    ],
)
def test_names_and_amounts_are_put_as_the_documents_put_them(typed: str, written: str) -> None:
    assert as_written(typed, NAMES, KEYS, lambda low: low in TEXT.lower()) == written


def test_only_a_name_with_a_digit_is_one_with_hyphens() -> None:
    assert hyphened(TEXT) == ["Norvik-2.1-Mini", "Norvik-2.1", "BSD-3-Clause", "Tarn-4-Lite"]
