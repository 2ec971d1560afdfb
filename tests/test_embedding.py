"""The embedder: nothing dropped, nothing fetched, the same vector whatever the batch."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.bert import ShippedModel
from rag.embedding import DEFAULT_NAME, Embedder, SentenceModel, load_embedder
from rag.errors import WeightsError
from rag.reader import shipped_reader
from rag.settings import Settings
from rag.weights import embedder_path
from tests.engine_fixtures import slow_libraries

SHORT = "The licence of the compiler has not been decided."


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Settings(embedder=""))


def test_rows_are_unit_vectors_and_no_texts_give_no_rows_of_the_same_width(embedder: Embedder) -> None:
    rows = embedder.encode([SHORT, "", " \n"])
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert embedder.encode([]).shape == (0, rows.shape[1])
    assert embedder.name == DEFAULT_NAME


def test_likeness_of_meaning_shows(embedder: Embedder) -> None:
    asked, same, other = embedder.encode(["What does it cost?", "What is the price?", "It rains in Oslo."])
    assert asked @ same > asked @ other + 0.3


MIXED = ["Yes.", SHORT, "word " * 60, "é" * 40, SHORT + " " + SHORT, "word " * 400, "licence", "licences"] * 7


def test_a_vector_is_the_same_to_the_bit_whatever_comes_with_it(embedder: Embedder) -> None:
    together = embedder.encode(MIXED)
    alone = np.concatenate([embedder.encode([text]) for text in MIXED])
    assert np.array_equal(together, alone)
    order = np.random.default_rng(1).permutation(len(MIXED))
    assert np.array_equal(embedder.encode([MIXED[n] for n in order]), together[order])


def test_a_word_is_embedded_once_and_never_otherwise(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    loaded = embedder._loaded()
    rows = loaded.rows

    def counted(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.extend(texts)
        return rows(texts)

    monkeypatch.setattr(loaded, "rows", counted)
    first = embedder.encode(["quartzite", "a quartzite wall", "quartzite"])
    again = embedder.encode(["a quartzite wall", "quartzite"])
    assert asked.count("quartzite") == 1 and asked.count("a quartzite wall") == 2
    assert (first[0] == again[1]).all() and (first[0] == first[2]).all() and (first[1] == again[0]).all()
    again[1] = 0  # what a caller does with its copy is its own affair
    assert (embedder.encode(["quartzite"])[0] == first[0]).all()
    monkeypatch.setattr("rag.embedding._KEPT_WORDS", 1)
    embedder.encode(["feldspar"])
    embedder.encode(["quartzite"])
    assert asked.count("quartzite") == 2


def test_so_are_the_states_that_the_reader_keeps() -> None:
    layers = shipped_reader()._loaded()
    for text, states in zip(MIXED, layers.lower(MIXED), strict=True):
        assert np.array_equal(states, layers.lower([text])[0])


def test_the_end_of_a_long_text_is_not_dropped(embedder: Embedder) -> None:
    # The plain model sees 256 word pieces and cannot tell these two apart.
    filler = "The weather of the day was fair and the road was long. " * 24
    about_cats = filler + "Cats sleep on the warm roof. " * 24
    about_tax = filler + "The tax office raised the duty on wine. " * 24
    rows = embedder.encode([about_cats, about_tax, "Cats sleep on the warm roof."])
    assert rows[0] @ rows[1] < 0.95
    assert rows[0] @ rows[2] > rows[1] @ rows[2] + 0.1
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("text", ["x" * 2_000, "中" * 700, "a b " * 300, "½,;" * 500])
def test_windows_hold_the_whole_text_and_fit(embedder: Embedder, text: str) -> None:
    windows = embedder._windows(text)
    assert "".join(windows) == text
    assert max(embedder._tokens(window) for window in windows) <= embedder.max_tokens == 254


def test_half_a_surrogate_pair_is_no_crash(embedder: Embedder) -> None:
    assert np.isfinite(embedder.encode(["caf\udce9"])).all()


def test_threads_get_the_same_vectors(embedder: Embedder) -> None:
    texts = [f"Sentence number {index} about topic {index % 3}." for index in range(24)]
    alone = embedder.encode(texts)
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda text: embedder.encode([text])[0], texts))
    assert np.array_equal(np.stack(rows), alone)


def test_the_fingerprint_follows_the_files_and_not_the_path(tmp_path: Path) -> None:
    for name, weights in (("one", b"a"), ("two", b"a"), ("three", b"b")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(weights)
        (tmp_path / name / "README.md").write_text(name)
    one, two, three = (
        load_embedder(Settings(embedder=str(tmp_path / name))) for name in ("one", "two", "three")
    )
    assert one.fingerprint == two.fingerprint != three.fingerprint


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no/such/folder", "../x"])
def test_a_model_that_is_not_here_is_one_line(name: str) -> None:
    with pytest.raises(WeightsError) as caught:
        load_embedder(Settings(embedder=name))
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_a_folder_without_a_model_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        load_embedder(Settings(embedder=str(tmp_path))).encode(["x"])
    assert "\n" not in str(caught.value)


def test_loading_is_silent_and_asks_no_hub(tmp_path: Path) -> None:
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.getaddrinfo = socket.socket.connect = refuse\n"
        "from rag.embedding import load_embedder; from rag.settings import Settings\n"
        "print(load_embedder(Settings(embedder='')).encode(['x']).shape)\n"
    )
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert (shown.stdout, shown.stderr) == ("(1, 384)\n", "")


def test_asking_for_the_fingerprint_does_not_load_the_model() -> None:
    code = (
        "import sys; from rag.embedding import load_embedder; from rag.settings import Settings;"
        "print(load_embedder(Settings(embedder='')).fingerprint, 'torch' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == [load_embedder(Settings(embedder="")).fingerprint, "False"]


ODD = [
    "",
    " \n",
    "Größe naïve CAFÉ 中文字 \u200b½",
    "[CLS] [MASK] [SEP]",
    "a" * 90,
    "1,234.5% C++/C# e@x.y",
    "\x01",
]


def test_the_shipped_model_gives_the_librarys_vectors() -> None:
    corpus = Path(__file__).resolve().parent.parent / "corpus"
    lines = [line for path in sorted(corpus.rglob("*.md")) for line in path.read_text("utf-8").splitlines()]
    fast, library = ShippedModel(embedder_path()), SentenceModel(embedder_path())
    texts = [*ODD, *(line for line in lines if line.strip() and fast.tokens(line) <= fast.max_tokens)]
    assert len(texts) > 60
    assert fast.max_tokens == library.max_tokens
    assert [fast.tokens(text) for text in texts] == [library.tokens(text) for text in texts]
    likeness = (fast.rows(texts) * library.rows(texts)).sum(axis=1)
    assert likeness.min() > 0.9999


def test_every_other_model_goes_through_the_library(tmp_path: Path) -> None:
    # The same files under another path: what they are is not guessed at.
    folder = tmp_path / "mine"
    shutil.copytree(embedder_path(), folder)
    mine, shipped = load_embedder(Settings(embedder=str(folder))), load_embedder(Settings(embedder=""))
    assert (mine.encode([SHORT])[0] @ shipped.encode([SHORT])[0]) > 0.9999
    assert (type(mine._loaded()), type(shipped._loaded())) == (SentenceModel, ShippedModel)


def test_embedding_with_the_shipped_model_imports_no_slow_library() -> None:
    program = (
        "from rag.embedding import load_embedder; from rag.settings import Settings;"
        "load_embedder(Settings(embedder='')).encode(['x'])"
    )
    assert slow_libraries(program) == []
