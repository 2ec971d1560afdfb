"""Reads a question against sentences: does one answer it, or say that what is asked is withheld?

A cross-encoder made of the shipped embedder.  Its lower layers read the question and each sentence
apart, so that a sentence's states are kept from one question to the next; the upper ones, trained for
this task, read the two together (the split of DeFormer, Cao et al. 2020; a cross-encoder's advantage
over comparing two vectors is that it sees which words meet).  The scores are one piece of evidence
among others: ``assessment`` weighs them, and its vetoes on names, numbers and polarity stand above.

``eval/train_reader.py`` trains the upper layers on the documents in ``eval/training/``.
"""

from __future__ import annotations

import re
import threading
import tomllib
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag import weights

if TYPE_CHECKING:
    from rag.reader_layers import Layers

WEIGHTS = "reader.safetensors"
MOST_WORD_PIECES = 96
_KEPT_STATES = 4000  # sentences whose lower states stay in memory, about 25 kB each
_MOST_TITLE, _MOST_BEFORE = 12, 5  # words


class Reader:
    """Scores of sentences for a question; safe to use from several threads.

    The model is loaded when it is first needed.
    """

    def __init__(self, base: Path, head: Path) -> None:
        self._base, self._head = base, head
        self._lock = threading.Lock()
        self._layers: Layers | None = None
        self._states: OrderedDict[str, NDArray[np.float16]] = OrderedDict()

    def read(
        self,
        question: str,
        units: Sequence[str],
        likeness: NDArray[np.float32],
        best: NDArray[np.float32] | float,
    ) -> NDArray[np.float32]:
        """Log-odds against "neither", shape (number of units, 2): answers, says that it is withheld.

        Args:
            question: one thing that is asked, understood without its history.
            units: sentences as ``unit`` writes them.
            likeness: cosine of the question to each of the units by the shipped embedder.
            best: the highest such cosine in the whole library, of all or of each of the units.

        Raises:
            WeightsError: the embedder's or the reader's files cannot be loaded.
        """
        if not units:
            return np.zeros((0, 2), np.float32)
        with self._lock:
            layers = self._loaded()
            known = self._lower(layers, [question, *units])
            extra = [
                (float(cosine), float(most) - float(cosine), overlap(question, text))
                for text, cosine, most in zip(units, likeness, np.broadcast_to(best, len(units)), strict=True)
            ]
            return layers.upper(known[question], [known[text] for text in units], extra)

    def _lower(self, layers: Layers, texts: Sequence[str]) -> dict[str, NDArray[np.float16]]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._states]
        self._states.update(zip(missing, layers.lower(missing), strict=True))
        for text in texts:
            self._states.move_to_end(text)
        found = {text: self._states[text] for text in texts}
        while len(self._states) > _KEPT_STATES:
            self._states.popitem(last=False)
        return found

    def _loaded(self) -> Layers:
        if self._layers is None:
            # Here, not above: importing torch takes seconds that most commands need not wait for.
            from rag.reader_layers import Layers

            with weights.loading("The reader", "install the package again."):
                self._layers = Layers(self._base, self._head)
        return self._layers


def unit(heading: str, sentence: str, title: str = "", before: str = "") -> str:
    """A sentence as the reader sees it, under the heading that it stands under.

    Args:
        heading: its section's title, or "".
        sentence: what is judged.
        title: its document's title, which is shown only before a sentence that names nothing itself.
        before: the sentence before it, which is shown only where this one begins with a pronoun.
    """
    text = re.sub(r"\s+", " ", sentence)
    told = text
    if before and _leaning().match(text):
        told = f"({_first(before, _MOST_BEFORE)}) {told}"
    if heading:
        told = f"{heading}: {told}"
    return told if title in ("", heading) or _names(text) else f"{_first(title, _MOST_TITLE)} | {told}"


def _names(sentence: str) -> bool:
    """Whether a sentence may name something; "The" or "In" at its beginning is no name."""
    first, *others = re.findall(r"[^\W_]+", sentence)[:60] or [""]
    return first.lower() not in _lists()["openers"] or any(
        word[:1].isupper() and word != "I" for word in others
    )


def _first(text: str, words: int) -> str:
    return " ".join(text.split()[:words])


@lru_cache(maxsize=1)
def _leaning() -> re.Pattern[str]:
    """Matches a sentence that begins with a pronoun: it goes on about what the one before it named."""
    linking, pronouns = ("|".join(sorted(_lists()[name])) for name in ("linking", "pronouns"))
    return re.compile(rf"(?:(?:{linking}|in \d{{4}}),? )?(?:{pronouns})\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    data = tomllib.loads(resources.files("rag").joinpath("reader.toml").read_text("utf-8"))
    return {name: frozenset(words) for name, words in data.items()}


def overlap(question: str, text: str) -> float:
    """The share of the question's content words (their first six letters) that the text has."""
    asked, told = _words(question), _words(text)
    return len(asked & told) / max(1, len(asked))


def _words(text: str) -> set[str]:
    common = _lists()["function_words"]
    return {word[:6] for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in common}


@lru_cache(maxsize=1)
def shipped_reader() -> Reader:
    """The reader that comes with the package.

    Raises:
        WeightsError: the shipped embedder is not on this machine.
    """
    return Reader(weights.embedder_path(), Path(str(resources.files("rag").joinpath(WEIGHTS))))
