"""The reader with its shipped weights, on sentences of fields that its training documents do not have."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag import weights
from rag.embedding import load_embedder
from rag.errors import WeightsError
from rag.reader import Reader, overlap, shipped_reader, unit
from rag.settings import Settings
from tests.engine_fixtures import slow_libraries

TOLD = (
    "The lighthouse was built in 1821 from local granite.",
    "Its keeper, Marit Solheim, retires in June.",
    "The trust has not said what the new lamp costs.",
    "Visitors reach the island by a boat that leaves Kvalvik twice a day.",
    "Whether the tower will be painted again is still being discussed.",
)
# As the product shows them: "its" keeper is the keeper of what the sentence before speaks of.
SENTENCES = tuple(unit("", now, "", before) for before, now in zip(("", *TOLD), TOLD, strict=False))


def test_what_else_is_read_changes_no_bit_of_a_score() -> None:
    likeness = np.linspace(0.1, 0.9, len(SENTENCES), dtype=np.float32)
    best = np.full(len(SENTENCES), 0.9, np.float32)
    together = shipped_reader().read("Who keeps the light?", SENTENCES, likeness, best)
    alone = [
        shipped_reader().read("Who keeps the light?", [text], likeness[[n]], best[[n]])[0]
        for n, text in enumerate(SENTENCES)
    ]
    assert (together == np.array(alone)).all()


def test_reading_imports_no_slow_library() -> None:
    program = (
        "import numpy; from rag.reader import shipped_reader;"
        "shipped_reader().read('Who?', ['Lee.'], numpy.ones(1, numpy.float32), 1.0)"
    )
    assert slow_libraries(program) == []


def scores(question: str, sentences: tuple[str, ...] = SENTENCES) -> NDArray[np.float32]:
    encode = load_embedder(Settings(llm="none")).encode
    likeness = encode(list(sentences)) @ encode([question])[0]
    return shipped_reader().read(question, sentences, likeness, float(likeness.max()))


@pytest.mark.parametrize(
    ("question", "sentence", "column"),
    [
        ("When was the lighthouse put up?", 0, 0),
        ("Who looks after the light?", 1, 0),
        ("How do people get to the island?", 3, 0),
        ("how much is the lamp", 2, 1),
        ("Will they repaint the tower?", 4, 1),
    ],
)
def test_the_right_sentence_in_the_right_way(question: str, sentence: int, column: int) -> None:
    found = scores(question)
    assert np.unravel_index(found.argmax(), found.shape) == (sentence, column)


def test_what_no_sentence_speaks_of_scores_less_than_what_one_does() -> None:
    assert scores("Which bank lent the money?").max() < scores("When was the lighthouse put up?").max()


def test_a_score_does_not_hang_on_the_other_sentences() -> None:
    together = scores("When was the lighthouse put up?")
    encode = load_embedder(Settings(llm="none")).encode
    likeness = encode(list(SENTENCES)) @ encode(["When was the lighthouse put up?"])[0]
    alone = [
        shipped_reader().read("When was the lighthouse put up?", [s], likeness[[n]], float(likeness.max()))[0]
        for n, s in enumerate(SENTENCES)
    ]
    np.testing.assert_allclose(together, np.stack(alone), atol=1e-2)


def test_threads_get_the_same_scores() -> None:
    questions = ["Who looks after the light?", "how much is the lamp"] * 4
    expected = [scores(q) for q in questions]
    with ThreadPoolExecutor(4) as pool:
        for found, wanted in zip(pool.map(scores, questions), expected, strict=True):
            np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_no_sentence_no_score() -> None:
    assert shipped_reader().read("Why?", [], np.zeros(0, np.float32), 0.0).shape == (0, 2)


@pytest.mark.parametrize("content", [None, b"", b"\x10\0\0\0\0\0\0\0no header here at all"])
def test_weights_that_cannot_be_read_are_one_line(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "reader.safetensors"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(WeightsError, match=r"^The reader cannot be loaded .*install the package again\.$"):
        Reader(weights.embedder_path(), file).read("Why?", ["Because."], np.ones(1, np.float32), 1.0)


def test_a_unit_is_one_line_under_its_heading() -> None:
    assert unit("Plans", "It opens\n  in May.") == "Plans: It opens in May."
    assert unit("", "It opens.") == "It opens."


def test_a_unit_shows_the_sentence_before_where_a_pronoun_stands_for_what_it_names() -> None:
    before = "The second line was planned by Oda Brekke and by her brothers, who had planned the first one."
    shown = "The second line was planned"  # what it is about, and not what it says
    assert unit("Plans", "It opens in May.", "", before) == f"Plans: ({shown}) It opens in May."
    assert unit("", "In 2027, they close.", "", "Two lines lose money.").startswith("(Two lines lose")
    assert unit("", "The line opens in May.", "", before) == "The line opens in May."


def test_a_unit_shows_the_title_where_the_sentence_names_nothing() -> None:
    assert (
        unit("Terms", "The drivers are free.", "Heron 4 notes")
        == "Heron 4 notes | Terms: The drivers are free."
    )
    assert unit("", "In spring we open it.", "Heron 4 notes") == "Heron 4 notes | In spring we open it."
    assert unit("", "The drivers of Heron 3 are free.", "Heron 4 notes") == "The drivers of Heron 3 are free."
    assert unit("", "Brannock pays for it.", "Heron 4 notes") == "Brannock pays for it."
    assert unit("Plans", "It opens.", "Plans") == "Plans: It opens."  # that heading says it already
    assert len(unit("", "It opens.", "word " * 40).split()) == 15


def test_overlap_counts_content_words_by_their_beginnings() -> None:
    assert overlap("When is the tower painted?", "The tower is new.") == 0.5
    assert overlap("Which painters came?", "The painter came.") == 1.0
    assert overlap("Is it?", "It is.") == 0.0
