"""The embedder: texts to unit vectors, on the CPU, from files that are on this machine already."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from rag import weights
from rag.errors import WeightsError
from rag.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_NAME = "all-MiniLM-L6-v2"
_TEXTS_AT_ONCE = 32  # texts that go through the model together: bounds memory, changes no vector
_SPECIAL_TOKENS = 2  # a start and an end mark take their place in every window
_SHAPING = (".json", ".txt", ".model", ".safetensors", ".bin", ".py")  # files that shape the vectors


class Embedder:
    """A sentence-transformers model that drops no text in silence.

    A text that is longer than the model's window is embedded as the normalised mean over windows of
    it.  A text's vector does not depend on the batch it comes in, but for the last bits of a float.
    Safe to use from several threads.  The model is loaded when it is first needed (about 7 s).
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder
        self._lock = threading.RLock()
        self._model: SentenceTransformer | None = None
        self.fingerprint = _fingerprint(folder)

    @property
    def max_tokens(self) -> int:
        """Word pieces that one window takes; a longer text is split, never cut."""
        with self._lock:
            longest = self._loaded().max_seq_length
        return int(longest) - _SPECIAL_TOKENS if longest else 2**31

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-length rows, one for each text; no texts give shape (0, d).

        Raises:
            WeightsError: the model's files cannot be loaded.
        """
        # The tokenizer keeps state between calls, so only one thread may be in it.
        with self._lock:
            windows: list[str] = []
            owners: list[int] = []
            for owner, text in enumerate(texts):
                pieces = self._windows(text)
                windows.extend(pieces)
                owners.extend([owner] * len(pieces))
            rows = self._rows(windows)
        sums = np.zeros((len(texts), rows.shape[1]), dtype=np.float32)
        np.add.at(sums, owners, rows)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return cast("NDArray[np.float32]", (sums / np.maximum(lengths, 1e-12)).astype(np.float32))

    def _windows(self, text: str) -> list[str]:
        # Half a pair of surrogates (a badly decoded argument) is no text, and tokenizers refuse it.
        pending = [text.encode("utf-8", "replace").decode("utf-8")]
        windows: list[str] = []
        while pending:
            piece = pending.pop()
            if len(piece) < 2 or self._tokens(piece) <= self.max_tokens:
                windows.append(piece)
                continue
            # Halves, so that the windows of one text weigh about the same in the mean.
            middle = len(piece) // 2
            cut = piece.rfind(" ", 1, middle) + 1 or piece.find(" ", middle, -1) + 1 or middle
            pending += [piece[cut:], piece[:cut]]
        return windows

    def _tokens(self, text: str) -> int:
        tokenized = self._loaded().tokenizer(
            text, add_special_tokens=False, truncation=False, return_attention_mask=False, verbose=False
        )
        return len(tokenized["input_ids"])

    def _rows(self, windows: Sequence[str]) -> NDArray[np.float32]:
        model = self._loaded()
        if not windows:
            return np.zeros((0, model.get_embedding_dimension() or 0), dtype=np.float32)
        rows = model.encode(
            list(windows),
            batch_size=_TEXTS_AT_ONCE,
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
            device="cpu",
        )
        return np.asarray(rows, dtype=np.float32)

    def _loaded(self) -> SentenceTransformer:
        if self._model is None:
            # Here, not above: the import takes seconds that most commands need not wait for.
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging

            transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                self._model = SentenceTransformer(
                    str(self._folder), device="cpu", local_files_only=True, trust_remote_code=False
                )
            except (OSError, ValueError, KeyError) as error:
                raise WeightsError(
                    f"The embedder {self.name} cannot be loaded ({str(error).splitlines()[0]}): "
                    "set STATED_EMBEDDER to the folder of a sentence-transformers model."
                ) from error
        return self._model


def load_embedder(settings: Settings) -> Embedder:
    """The embedder of the settings; the same object for the same files.  Asks no network.

    Raises:
        WeightsError: the model is not on this machine.
    """
    if not settings.embedder:
        return _embedder(DEFAULT_NAME, weights.embedder_path())
    path = Path(settings.embedder).expanduser()
    return _embedder(settings.embedder, path if path.is_dir() else _cached(settings.embedder))


@lru_cache(maxsize=2)
def _embedder(name: str, folder: Path) -> Embedder:
    return Embedder(name, folder)


def _cached(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise WeightsError(
            f"The embedder {name!r} is neither a folder nor in the local model cache: "
            "fetch it with `hf download` first, or leave STATED_EMBEDDER empty for the shipped one."
        ) from error


def _fingerprint(folder: Path) -> str:
    """Digest of the files that shape the vectors: equal files give equal vectors, wherever they lie."""
    total = hashlib.sha256()
    paths = [path for path in folder.rglob("*") if path.suffix in _SHAPING and path.is_file()]
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()} {digest}\n".encode())
    return total.hexdigest()[:16]
