"""Copies of vectors: the same numbers without opening the store, and never anything that is relied on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rag.copies import Copies
from rag.rows import LocalRows
from tests.test_index import Corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = Corpus(tmp_path / "data")
    corpus.texts = {"b.md": "One.\nTwo.", "a.md": "Three.\nFour."}
    corpus.sync()
    return corpus


def again(corpus: Corpus) -> Corpus:
    """As another process would find it."""
    other = Corpus(corpus.data)
    other.texts = corpus.texts
    return other


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.vectors"))


def test_a_copy_is_read_without_the_store(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = corpus.data / "index" / "copies"
    first = Copies(folder).vectors(corpus.snapshot(), "a")
    monkeypatch.setattr(LocalRows, "read", lambda *_: pytest.fail("the store was opened"))
    second = Copies(folder).vectors(again(corpus).snapshot(), "a")
    assert np.array_equal(first, second) and second.dtype == np.float32


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4])


def alter(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"\x55")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def block(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [cut, alter, empty, block])
def test_a_damaged_copy_is_not_used(corpus: Corpus, damage: Callable[[Path], None]) -> None:
    folder = corpus.data / "index" / "copies"
    right = Copies(folder).vectors(corpus.snapshot(), "a")
    (copy,) = files(folder)
    damage(copy)
    assert np.array_equal(Copies(folder).vectors(again(corpus).snapshot(), "a"), right)
    if damage is not block:
        assert len(files(folder)[0].read_bytes()) == 32 + right.nbytes  # written anew


def test_copies_follow_the_documents(corpus: Corpus) -> None:
    folder = corpus.data / "index" / "copies"
    for name in ("a", "b"):
        Copies(folder).vectors(corpus.snapshot(), name)
    kept = set(files(folder))
    corpus.texts |= {"a.md": "Five."}
    corpus.sync()
    changed = Copies(folder).vectors(corpus.snapshot(), "a")
    assert np.array_equal(changed, corpus.snapshot().vectors("a")) and changed.shape[0] == 1
    assert len(kept & set(files(folder))) == 1 and len(files(folder)) == 2


def test_a_folder_that_cannot_be_written_does_no_harm(corpus: Corpus, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert np.array_equal(Copies(blocked).vectors(corpus.snapshot(), "a"), corpus.snapshot().vectors("a"))
    shutil.rmtree(corpus.data / "index" / "copies", ignore_errors=True)
