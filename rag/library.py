"""From the index's snapshot to the sentences in memory that a question is held against."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.copies import Copies
from rag.index import Built, Snapshot, Unit
from rag.language import Parser
from rag.reading import ANALYSIS_VERSION, ReadDocument, analyse, restore
from rag.records import Document
from rag.retrieval import Library

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
FINGERPRINT = f"{ANALYSIS_VERSION}/words-2"


class _Word(NamedTuple):
    """A word of one document, by its stem: the day of its first use there, and that form's vector."""

    key: str
    day: date
    vector: NDArray[np.float32]


def build(
    document: Document, parser: Parser, encode: Encode, unit: Callable[[str, int, int], Unit],
    known: dict[str, NDArray[np.float32]],
) -> Built:  # fmt: skip
    """What the index keeps of a document: a unit for each sentence, its analysis, its words' vectors.

    ``known`` holds the vectors of words by the word, and gets this document's: most words of one are
    another's too.

    A sentence is embedded with its section's title before it: "It will be released" alone says
    little (the contextual header of retrieval practice).
    """
    _, analysis = analyse(document, parser)
    read = restore(document, analysis)
    units = tuple(unit(r.context, r.sentence.start, r.sentence.end) for r in read.readings)
    forms = _forms(document, read)
    words = sorted(forms)
    new = sorted({form for _, form in forms.values()} - known.keys())
    known.update(zip(new, encode(new), strict=True))
    vectors = np.array([known[forms[word][1]] for word in words], np.float16)
    attachment = {
        "analysis": analysis.decode(),
        "words": words,
        "days": [forms[word][0].toordinal() for word in words],
        "vectors": base64.b64encode(vectors.tobytes()).decode(),
    }
    return Built(units, json.dumps(attachment, ensure_ascii=False).encode())


def _forms(document: Document, read: ReadDocument) -> dict[str, tuple[date, str]]:
    """For each word the day of its first use, and the form that it has there ("licensed" for "licens")."""
    days = _days(document)
    found: dict[str, tuple[date, str]] = {}
    for reading in read.readings:
        day = days[reading.sentence.section]
        for token in reading.tokens:
            known = found.get(token.key)
            if any(map(str.isalpha, token.key)) and (known is None or day < known[0]):
                found[token.key] = (day, token.low)
    return found


class Shelf:
    """The libraries of one snapshot, by as-of date; each is made once.  Safe for several threads."""

    def __init__(self, snapshot: Snapshot, copies: Copies | None = None) -> None:
        """``copies`` keeps vectors where they are read faster than from the store."""
        self.snapshot = snapshot
        self._vectors = partial(copies.vectors, snapshot) if copies else snapshot.vectors
        self._lock = threading.Lock()
        self._read: dict[str, tuple[ReadDocument, NDArray[np.float32]]] = {}
        self._words: dict[str, list[_Word]] = {}
        self._libraries: dict[date, Library] = {}

    def library(self, as_of: date) -> Library:
        """The sentences published on or before ``as_of``; in a dated section, its date is theirs."""
        with self._lock:
            days = {day for document in self.snapshot.documents for day in _days(document)}
            latest = max((day for day in days if day <= as_of), default=date.min)
            if latest not in self._libraries:
                self._libraries[latest] = self._make(latest)
            return self._libraries[latest]

    def _make(self, latest: date) -> Library:
        parts = [self._part(d, latest) for d in self.snapshot.documents if min(_days(d)) <= latest]
        vectors = [v for _, v in parts if len(v)]
        return Library(
            tuple(r for r, _ in parts),
            np.concatenate(vectors) if vectors else np.zeros((0, 1), np.float32),
            self._first_forms(latest),
        )

    def _first_forms(self, latest: date) -> dict[str, NDArray[np.float32]]:
        """Each word's vector in the form of its first use: later documents change nothing of earlier days."""
        first: dict[str, _Word] = {}
        for document in self.snapshot.documents:
            for word in self._words.get(document.id, ()):
                known = first.get(word.key)
                if word.day <= latest and (known is None or word.day < known.day):
                    first[word.key] = word
        return {key: word.vector for key, word in first.items()}

    def _part(self, document: Document, latest: date) -> tuple[ReadDocument, NDArray[np.float32]]:
        if document.id not in self._read:
            self._load(document)
        read, vectors = self._read[document.id]
        days = _days(document)
        kept = [n for n, r in enumerate(read.readings) if days[r.sentence.section] <= latest]
        if len(kept) == len(read.readings):
            return read, vectors
        return replace(read, readings=tuple(read.readings[n] for n in kept)), vectors[kept]

    def _load(self, document: Document) -> None:
        data = json.loads(self.snapshot.attachment(document.id))
        read = restore(document, data["analysis"].encode())
        flat = np.frombuffer(base64.b64decode(data["vectors"]), np.float16).astype(np.float32)
        words, days = data["words"], map(date.fromordinal, data["days"])
        rows = flat.reshape(len(words), -1) if words else ()
        self._words[document.id] = [_Word(*word) for word in zip(words, days, rows, strict=True)]
        self._read[document.id] = (read, self._vectors(document.id))


def _days(document: Document) -> tuple[date, ...]:
    """The date of each section; of the document where it has none."""
    return tuple(section.published for section in document.sections) or (document.published,)
