"""One sentence as a whole corpus, and what it says to a yes/no question; for the polarity tests."""

from __future__ import annotations

import numpy as np

from rag.covering import cover
from rag.language import Parser
from rag.polarity import polarity_of
from rag.question import understand
from rag.reading import analyse, restore
from rag.retrieval import Library
from tests.engine_fixtures import markdown


def library_of(parser: Parser, text: str) -> Library:
    """A library of these sentences alone; word vectors play no part in a yes or no."""
    document = markdown(text)
    _, analysis = analyse(document, parser)
    read = restore(document, analysis)
    return Library((read,), np.zeros((len(read.readings), 1), np.float32), {})


def decide(parser: Parser, sentence: str, question: str) -> str:
    """``yes``, ``no`` or ``none``: what the clauses of one sentence say, none where they disagree."""
    library = library_of(parser, sentence)
    said: set[str] = set()
    for detail in understand(question, parser.parse, library.names).details:
        for row in library.rows:
            for segment in row.reading.stance.segments:
                polarity = polarity_of(detail, row, segment, cover(detail, row, library, {}, segment))
                said |= {polarity.value} if polarity else set()
    return said.pop() if len(said) == 1 else "none"


def kind_of(parser: Parser, sentence: str) -> str:
    """The kind of statement that a sentence alone is."""
    return library_of(parser, sentence).rows[0].reading.stance.kind.value
