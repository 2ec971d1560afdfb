"""The inverted index leaves out no sentence that has anything of a question."""

from __future__ import annotations

import pytest

from rag.covering import cover
from rag.language import Parser
from tests.test_evidence import made

TEXT = """## Kestrel (2024)

The Kestrel board costs 40 dollars, and its licence is MIT. It is small. Red Hat Enterprise Linux runs on it.
OpenKestrel is a port that the Orlen works paid for. The works are closed on Sundays.

## Terms

Helpers must sign a helper liability form. Support was withdrawn in May. Prices rose by half.
Nobody has said who will mend the pumps. The north hall has oak doors and a slate roof.
QuillPort is slow.
"""


@pytest.mark.parametrize(
    "question",
    [
        "What is the price of the Kestrel board?",
        "Under what licence is Kestrel?",
        "What is RHEL?",
        "What is Quill?",
        "Must helpers sign an HLF?",
        "Are the works open on Sundays?",
        "Who will repair the pumps?",
        "Did prices fall?",
        "How many doors does the hall have?",
        "What does the firm sell in Peru?",
    ],
)
def test_what_is_left_out_has_no_word_of_the_question(parser: Parser, question: str) -> None:
    detail, library, vectors, _ = made(parser, TEXT, question)
    touched = library.touched(detail, vectors)
    assert touched is not None and len(touched) < len(library.rows)
    for number, row in enumerate(library.rows):
        for segment in row.reading.stance.segments:
            had = [
                match for match in cover(detail, row, library, vectors, segment).values() if match.place >= 0
            ]
            assert number in touched or not any(match.strength for match in had)


def test_a_question_for_a_version_may_be_answered_by_any_sentence(parser: Parser) -> None:
    detail, library, vectors, _ = made(parser, TEXT, "Which version of the Kestrel board is sold?")
    assert library.touched(detail, vectors) is None
