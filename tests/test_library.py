"""From a snapshot of the index to sentences in memory: every as-of date sees its own, and only those."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rag import Assistant, Settings
from rag.library import Shelf
from rag.retrieval import Library

OLD = "---\npublished: 2025-01-10\n---\nThe Norvik lamp is made of brass. The lamp is heavy.\n"
LOG = (
    "---\ntitle: Tarn\npublished: 2025-05-05\n---\n# Tarn\n\n## 2.0 (2025-05-05)\n\n"
    "Tarn has two saws, weighing little.\n\n## 1.0 (2025-02-02)\n\nTarn has one saw, and weighs much.\n\n"
    "## Price (2025-05-05)\n\nTarn is free. It weighed more once.\n"
)
BARE = "---\npublished: 2025-03-03\n---\n# Only a heading\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    corpus: Path = tmp_path_factory.mktemp("corpus")
    for name, text in {"old.md": OLD, "log.md": LOG, "bare.md": BARE}.items():
        (corpus / name).write_text(text, "utf-8")
    with Assistant(Settings(corpus_dir=corpus, data_dir=tmp_path_factory.mktemp("data"))) as assistant:
        assistant.sync()
        yield assistant


@pytest.fixture
def shelf(made: Assistant) -> Shelf:
    return Shelf(made._stock.current().snapshot)


def said(library: Library) -> list[str]:
    return [row.reading.sentence.text for row in library.rows]


@pytest.mark.parametrize(
    ("day", "sentences"),
    [
        (date(2025, 1, 9), []),
        (date(2025, 1, 10), ["The Norvik lamp is made of brass.", "The lamp is heavy."]),
        (
            date(2025, 5, 4),
            ["Tarn has one saw, and weighs much.", "The Norvik lamp is made of brass.", "The lamp is heavy."],
        ),
    ],
)
def test_as_of_sees_what_was_published_by_then(day: date, sentences: list[str], shelf: Shelf) -> None:
    assert said(shelf.library(day)) == sentences


def test_each_sentence_keeps_its_own_vector_where_some_are_left_out(made: Assistant, shelf: Shelf) -> None:
    for day in (date(2025, 1, 10), date(2025, 2, 2), date(2025, 5, 5)):
        library = shelf.library(day)
        assert library.vectors.shape[0] == len(library.rows)
        for row, vector in zip(library.rows, library.vectors, strict=True):
            (expected,) = made._stock.embedder().encode([row.reading.context])
            assert float(vector @ expected) == pytest.approx(1.0, abs=1e-3)


def test_a_word_of_a_later_section_is_unknown_before_it(shelf: Shelf) -> None:
    assert "free" not in shelf.library(date(2025, 5, 4)).frequency
    assert "free" in shelf.library(date(2025, 5, 5)).frequency


def test_quotes_are_the_documents_own_text(shelf: Shelf) -> None:
    library = shelf.library(date(2026, 1, 1))
    for row in library.rows:
        sentence, text = row.reading.sentence, library.documents[row.document].document.text
        assert text[sentence.start : sentence.end] == sentence.text


def test_every_word_has_a_unit_vector(shelf: Shelf) -> None:
    words = shelf.library(date(2026, 1, 1)).words
    assert {"brass", "heavi", "saw"} <= set(words)
    assert all(float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-2) for vector in words.values())


def test_a_words_vector_is_of_its_first_form_whatever_was_asked_before(made: Assistant) -> None:
    # The log is newest first, and an older document of another name comes in between.
    late, early = date(2025, 5, 5), date(2025, 2, 2)
    encode = made._stock.embedder().encode
    for days in ((late,), (early, late), (late, early)):
        shelf = Shelf(made._stock.current().snapshot)
        for day in days:
            words = shelf.library(day).words
            assert ("free" in words) == (day == late)
            for key, form in (("saw", "saw"), ("weigh", "weighs"), ("lamp", "lamp")):
                assert float(words[key] @ encode([form])[0]) == pytest.approx(1.0, abs=1e-3), (days, form)


def test_one_library_for_all_days_between_two_dates_and_for_all_threads(shelf: Shelf) -> None:
    gate = threading.Barrier(4)

    def get(day: int) -> Library:
        gate.wait()
        return shelf.library(date(2025, 3, day))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(get, (3, 4, 5, 30)))
    assert len({id(library) for library in found}) == 1
