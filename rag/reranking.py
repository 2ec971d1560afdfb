"""An optional cross-encoder puts near misses in order; it decides nothing.

A sentence-transformers ``CrossEncoder`` of the user's choice (``STATED_CROSS_ENCODER``) reads the question
with each sentence.  Verdicts do not hang on it: they are the same with and without it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag import weights
from rag.embedding import local_folder
from rag.errors import WeightsError
from rag.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_NONE = "or leave STATED_CROSS_ENCODER empty."
_MEND = f"set STATED_CROSS_ENCODER to the folder of a sentence-transformers cross-encoder, {_NONE}"


class Reranker:
    """Orders sentences for a question; safe to use from several threads.  Loaded when first needed.

    Args:
        name: as the user gave it.
        folder: a sentence-transformers cross-encoder, or any sequence classifier with one score.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder
        self._lock = threading.Lock()
        self._model: CrossEncoder | None = None

    def order(self, question: str, sentences: Sequence[str]) -> list[int]:
        """The places of the sentences, the best first.

        Raises:
            WeightsError: the files are no cross-encoder, or it gives more than one score.
        """
        if len(sentences) < 2:
            return list(range(len(sentences)))
        with self._lock:
            scores = self._loaded().predict(
                [(question, sentence) for sentence in sentences],
                batch_size=1,  # a batch's shape changes the last bits
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return [int(place) for place in np.argsort(-np.asarray(scores), kind="stable")]

    def _loaded(self) -> CrossEncoder:
        if self._model is None:
            # Here, not above: the import takes seconds, and few ask for it.
            from sentence_transformers import CrossEncoder

            with weights.loading(f"The cross-encoder {self.name}", _MEND):
                model = CrossEncoder(
                    str(self._folder), device="cpu", local_files_only=True, trust_remote_code=False
                )
            if model.num_labels != 1:
                raise WeightsError(
                    f"The cross-encoder {self.name} gives {model.num_labels} scores, not one: {_MEND}"
                )
            self._model = model
        return self._model


def load_reranker(settings: Settings) -> Reranker:
    """The reranker that the settings name.  Asks no network.

    Raises:
        WeightsError: it is not on this machine.
    """
    name = settings.cross_encoder or ""
    return Reranker(name, local_folder(name, "cross-encoder", _NONE))
