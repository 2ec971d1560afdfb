"""What a sentence can have of a question at most, and that nothing is left out by it that would be chosen."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from rag.bounds import best_first, most_merit
from rag.candidates import Candidate
from rag.covering import cover
from rag.evidence import gather
from rag.fit import Scale
from rag.language import Parser
from tests.test_evidence import made
from tests.test_shortlist import worded

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
def test_no_sentence_has_more_of_a_question_than_its_bound(parser: Parser, question: str) -> None:
    detail, library, vectors, cosines = made(parser, TEXT, question)
    reach, scale = library.reach(detail, vectors), Scale.of(detail, library)
    bounds = most_merit(detail, scale, reach)
    assert (reach.max(0) == 0).any() or "Kestrel" in question
    for number, row in enumerate(library.rows):
        for segment in row.reading.stance.segments:
            matches = cover(detail, row, library, vectors, segment)
            had = [matches[f"{term.role}:{term.key}"].strength for term in detail.terms]
            assert all(strength <= most + 1e-6 for strength, most in zip(had, reach[:, number], strict=True))
    found = gather(detail, library, vectors, cosines)
    assert all(c.merit <= bounds[c.row] for c in found.stated)


def test_any_sentence_may_answer_a_question_for_a_version(parser: Parser) -> None:
    detail, library, vectors, _ = made(parser, TEXT, "Which version of the Kestrel board is sold?")
    assert library.reach(detail, vectors).any(0).all()


def test_measuring_stops_where_no_other_sentence_can_be_among_the_best() -> None:
    merits = {0: 3.0, 1: 2.9, 2: 2.0, 3: 1.9, 4: 1.8, 5: 1.5, 6: 1.0}
    asked: list[int] = []

    def measure(row: int) -> Candidate | None:
        asked.append(row)
        return worded(row, coverage=merits[row]) if row != 1 else None

    bounds = [(merit + 0.05, row) for row, merit in merits.items()]
    found = best_first(bounds, [], measure, -inf)
    assert [c.row for c in found] == [0, 2, 3, 4]  # one told nothing; of the fifth's bound none is left
    assert asked == [0, 1, 2, 3, 4]
    asked.clear()
    best_first(bounds, found[:3], measure, -inf)
    assert asked == [0, 1, 2]  # with three that are known, of which one is measured again
    asked.clear()
    astray = [replace(candidate, astray=True) for candidate in found]
    best_first(bounds, astray, measure, -inf)
    assert asked == [0, 1, 2, 3, 4]  # what states nothing of what is asked keeps no other from being read
    asked.clear()
    best_first(bounds, [], measure, 2.0)
    assert asked == [0, 1, 2]
