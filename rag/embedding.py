"""The embedder: texts to unit vectors, on the CPU, from files that are on this machine already."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from rag import weights
from rag.errors import WeightsError
from rag.settings import Settings

DEFAULT_NAME = "all-MiniLM-L6-v2"
_SPECIAL_TOKENS = 2  # a start and an end mark take their place in every window
_KEPT_WORDS, _LONGEST_WORD = 4000, 40  # words whose vectors stay in memory, 1.5 kB each; letters of one
_MADE = b"in company of equal length"  # changes whenever the same files would give other vectors
_SHAPING = (".json", ".txt", ".model", ".safetensors", ".bin", ".py")  # files that shape the vectors


class Model(Protocol):
    """A loaded model; not safe to use from several threads at once."""

    max_tokens: int
    """Word pieces that one window takes."""

    def tokens(self, text: str) -> int:
        """The word pieces of a text."""

    def rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-length rows, one for each text, which fits the window; no texts give shape (0, d)."""


def _is_word(text: str) -> bool:
    return len(text) <= _LONGEST_WORD and len(text.split()) == 1


class Embedder:
    """A sentence embedder that drops no text in silence.

    A text that is longer than the model's window is embedded as the normalised mean over windows of
    it.  A text's vector is the same to the bit, whatever texts come with it: an index that grew in steps
    is then equal to one that was built at once.  Safe to use from several threads.  The model is loaded
    when it is first needed.

    Args:
        name: as people know it.
        folder: a sentence-transformers model.
        load: opens the model in that folder.
    """

    def __init__(self, name: str, folder: Path, load: Callable[[Path], Model]) -> None:
        self.name = name
        self._folder = folder
        self._load = load
        self._lock = threading.RLock()
        self._model: Model | None = None
        self._words: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self.fingerprint = _fingerprint(folder)

    @property
    def max_tokens(self) -> int:
        """Word pieces that one window takes; a longer text is split, never cut."""
        with self._lock:
            return self._loaded().max_tokens

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-length rows, one for each text; no texts give shape (0, d).

        Raises:
            WeightsError: the model's files cannot be loaded.
        """
        # The tokenizer keeps state between calls, so only one thread may be in it.
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._words]
            rows = self._rows(new)
            places = {text: place for place, text in enumerate(new)}
            found = [rows[places[text]] if text in places else self._word(text) for text in texts]
            self._words.update((text, rows[place].copy()) for text, place in places.items() if _is_word(text))
            while len(self._words) > _KEPT_WORDS:
                self._words.popitem(last=False)
        return np.array(found, np.float32) if found else rows

    def _word(self, text: str) -> NDArray[np.float32]:
        """The vector of a word that was embedded before: questions have words in common."""
        self._words.move_to_end(text)
        return self._words[text]

    def _rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        windows: list[str] = []
        owners: list[int] = []
        for owner, text in enumerate(texts):
            pieces = self._windows(text)
            windows.extend(pieces)
            owners.extend([owner] * len(pieces))
        rows = self._loaded().rows(windows)
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
        return self._loaded().tokens(text)

    def _loaded(self) -> Model:
        if self._model is None:
            mend = "set STATED_EMBEDDER to the folder of a sentence-transformers model."
            with weights.loading(f"The embedder {self.name}", mend):
                self._model = self._load(self._folder)
        return self._model


class SentenceModel:
    """Any sentence-transformers model, through its library."""

    def __init__(self, folder: Path) -> None:
        # Here, not above: the import takes seconds, and the shipped model has a path of its own.
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._model = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, trust_remote_code=False
        )
        longest = self._model.max_seq_length
        self.max_tokens = int(longest) - _SPECIAL_TOKENS if longest else 2**31

    def tokens(self, text: str) -> int:
        """See ``Model``."""
        tokenized = self._model.tokenizer(
            text, add_special_tokens=False, truncation=False, return_attention_mask=False, verbose=False
        )
        return len(tokenized["input_ids"])

    def rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See ``Model``."""
        if not texts:
            return np.zeros((0, self._model.get_embedding_dimension() or 0), dtype=np.float32)
        rows = self._model.encode(
            list(texts),
            batch_size=1,  # a batch's shape changes the last bits
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
            device="cpu",
        )
        return np.asarray(rows, dtype=np.float32)


def _shipped(folder: Path) -> Model:
    # Read when transformers is imported, which other parts may do later: no bar while it loads weights.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from rag.bert import ShippedModel  # here, not above: torch takes a second that most commands do not need

    return ShippedModel(folder)


def load_embedder(settings: Settings) -> Embedder:
    """The embedder of the settings; the same object for the same files.  Asks no network.

    Raises:
        WeightsError: the model is not on this machine.
    """
    if not settings.embedder:
        return _embedder(DEFAULT_NAME, weights.embedder_path(), _shipped)
    mend = "or leave STATED_EMBEDDER empty for the shipped one."
    folder = local_folder(settings.embedder, "embedder", mend)
    return _embedder(settings.embedder, folder, SentenceModel)


@lru_cache(maxsize=2)
def _embedder(name: str, folder: Path, load: Callable[[Path], Model]) -> Embedder:
    return Embedder(name, folder, load)


def local_folder(name: str, what: str, mend: str) -> Path:
    """The folder of a model that a setting names: a path, or a name in the local model cache.

    Args:
        name: the setting.
        what: kind of model, for the message.
        mend: what else can be done, likewise.

    Raises:
        WeightsError: it is neither.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise WeightsError(
            f"The {what} {name!r} is neither a folder nor in the local model cache: "
            f"fetch it with `hf download` first, {mend}"
        ) from error


def _fingerprint(folder: Path) -> str:
    """Digest of what shapes the vectors: equal files give equal vectors, wherever they lie."""
    total = hashlib.sha256(_MADE)
    paths = [path for path in folder.rglob("*") if path.suffix in _SHAPING and path.is_file()]
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix()):
        # Of a large file as remembered, so that asking need not read 90 MB first.
        total.update(f"{path.relative_to(folder).as_posix()} {weights.file_digest(path)}\n".encode())
    return total.hexdigest()[:16]
