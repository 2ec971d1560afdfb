"""What the reader is trained on: questions, and for each the sentences that compete for it.

``eval/training/README.md`` has the form of the documents; ``eval.squad_training`` makes some of that form
from a public file.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoTokenizer

from rag import weights
from rag.embedding import load_embedder
from rag.reader import MOST_WORD_PIECES, overlap, unit
from rag.reading import in_section
from rag.settings import Settings

FOLDER = Path(__file__).resolve().parent / "training"
# Not trained on where nothing else is said: ``calibrate`` needs documents that the reader has not seen.
LEFT_OUT = ("jun", "rex")
CANDIDATES, STRANGERS = 8, 14
_UNTITLED = 5  # of so many documents one is trained on without its title, as some come without


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its document's sentences (numbers in ``Training.units``) and those that are right."""

    question: int
    target: str
    gold: frozenset[int]
    own: Sequence[int]


@dataclass(frozen=True, slots=True)
class Training:
    """Every question and sentence, as text, as word pieces and as unit vectors."""

    units: list[str]
    questions: list[str]
    items: list[Item]
    unit_pieces: list[list[int]]
    question_pieces: list[list[int]]
    unit_vectors: NDArray[np.float32]
    question_vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Group:
    """A question with the sentences that compete for it; ``wanted`` marks the right ones."""

    question: int
    candidates: list[int]
    extra: list[tuple[float, float, float]]
    wanted: Tensor


def read(files: Sequence[Path]) -> list[dict[str, Any]]:
    """The training documents of some files (see ``eval/training/README.md`` for their format)."""
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def fewer(documents: Sequence[dict[str, Any]], count: int, chance: random.Random) -> list[dict[str, Any]]:
    """The same documents with ``count`` of their questions, by chance."""
    asked = [(d, q) for d, document in enumerate(documents) for q in range(len(document["questions"]))]
    kept = set(chance.sample(asked, min(count, len(asked))))
    return [
        {**document, "questions": [q for n, q in enumerate(document["questions"]) if (d, n) in kept]}
        for d, document in enumerate(documents)
    ]


def load(documents: Sequence[dict[str, Any]]) -> Training:
    """Questions and sentences of training documents, ready to be drawn from."""
    units: list[str] = []
    embedded: list[str] = []
    questions: list[str] = []
    items: list[Item] = []
    for document in documents:
        title = document["title"] if crc32(document["id"].encode()) % _UNTITLED else ""
        numbers: dict[tuple[int, int], int] = {}
        first = len(units)
        for s, section in enumerate(document["sections"]):
            before = ""
            for n, sentence in enumerate(section["sentences"]):
                numbers[s, n] = len(units)
                units.append(unit(section["heading"], sentence, title, before))
                embedded.append(in_section(section["heading"], sentence))
                before = sentence
        for asked in document["questions"]:
            gold, out = (
                frozenset(numbers[s, n] for s, n in asked.get(pairs, ())) for pairs in ("gold", "without")
            )
            own = [number for number in range(first, len(units)) if number not in out]
            items.append(Item(len(questions), asked["target"], gold, own))
            questions.append(asked["q"])
    encode = load_embedder(Settings(llm="none")).encode
    tokenizer = AutoTokenizer.from_pretrained(str(weights.embedder_path()), local_files_only=True)

    def pieces(texts: list[str]) -> list[list[int]]:
        found: list[list[int]] = tokenizer(texts, truncation=True, max_length=MOST_WORD_PIECES)["input_ids"]
        return found

    return Training(
        units, questions, items, pieces(units), pieces(questions), encode(embedded), encode(questions)
    )


def group(item: Item, data: Training, chance: random.Random) -> Group:
    """The right sentences, the nearest wrong ones, and one more by chance."""
    pool = [*item.own, *chance.sample(range(len(data.units)), STRANGERS)]
    cosines = data.unit_vectors[pool] @ data.question_vectors[item.question]
    order = [pool[place] for place in np.argsort(-cosines)]
    right = sorted(item.gold)[:2]
    wrong = [number for number in order if number not in item.gold]
    candidates = [*right, *wrong[: CANDIDATES - 1 - len(right)]]
    candidates.append(chance.choice([number for number in order if number not in candidates]))
    best = float(cosines.max())
    extra = [
        (cosine := float(data.unit_vectors[n] @ data.question_vectors[item.question]), best - cosine,
         overlap(data.questions[item.question], data.units[n]))
        for n in candidates
    ]  # fmt: skip
    wanted = torch.zeros(2 * len(candidates) + 1)
    for place, number in enumerate(candidates):
        if number in item.gold:
            wanted[2 * place + (item.target == "undisclosed")] = 1
    if not item.gold:
        wanted[-1] = 1
    return Group(item.question, candidates, extra, wanted)


def batches(data: Training, size: int, chance: random.Random) -> Iterator[list[Group]]:
    """All questions in an order by chance, ``size`` of them at a time."""
    items = data.items[:]
    chance.shuffle(items)
    starts = range(0, len(items), size)
    return ([group(item, data, chance) for item in items[n : n + size]] for n in starts)
