"""Questions with the features of their candidates, for fitting the two decisions (``eval/calibrate.py``)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.questions import Question, corpus_folder
from eval.reading_tasks import read
from rag.corpus import read_document, scan
from rag.embedding import load_embedder
from rag.evidence import gather
from rag.headings import markdown_headings, sections
from rag.language import Parser
from rag.question import Ask, understand
from rag.reading import analyse, restore
from rag.records import Document, DocumentKind
from rag.retrieval import Library
from rag.settings import Settings
from rag.spelling import mend

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Features = tuple[float, ...]
# Training documents are short: so many together are as long as an article with its notes.
_TOGETHER = 4
_DAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Sample:
    """One question with the features of its candidates, and whether each is a gold sentence.

    ``stated`` and ``gaps`` hold the candidates of each detail; ``group`` is the corpus or training set.
    """

    group: str
    target: str
    stated: tuple[tuple[tuple[Features, bool], ...], ...]
    gaps: tuple[tuple[tuple[Features, bool], ...], ...]


class Collector:
    """Asks questions up to the point where features are weighed."""

    def __init__(self) -> None:
        self._parser = Parser()
        self._encode: Encode = load_embedder(Settings(llm="none")).encode

    def questions(self, questions: Sequence[Question]) -> list[Sample]:
        """The features of every question that asks for one thing at least.

        Questions with a labelled history are left out: their gold leads today, and an older sentence that
        also speaks of the thing is not wrong.
        """
        samples: list[Sample] = []
        for name in sorted({q.corpus for q in questions}):
            documents = [read_document(path, file) for file, path in scan([corpus_folder(name)]).items()]
            library = self._library(documents)
            for question in (q for q in questions if q.corpus == name and not q.history):
                known = library.at(question.as_of or library.day)
                samples.extend(self._sample(name, question.text, question.target, question.gold, known))
        return samples

    def training(self, file: Path) -> list[Sample]:
        """The same of a file of training documents (see ``eval/training/README.md``)."""
        documents = read([file])
        samples: list[Sample] = []
        for first in range(0, len(documents), _TOGETHER):
            together = documents[first : first + _TOGETHER]
            library = self._library([_document(data) for data in together])
            for data in together:
                for asked in data["questions"]:
                    gold = [data["sections"][s]["sentences"][n] for s, n in asked["gold"]]
                    samples.extend(self._sample(file.stem, asked["q"], asked["target"], gold, library))
        return samples

    def _library(self, documents: Sequence[Document]) -> Library:
        """Documents read without an index."""
        read = tuple(restore(d, analyse(d, self._parser)[1]) for d in documents)
        readings = [reading for document in read for reading in document.readings]
        surface = {t.key: t.low for r in readings for t in r.tokens if any(c.isalpha() for c in t.key)}
        words = dict(zip(surface, self._encode(list(surface.values())), strict=True))
        return Library(read, self._encode([r.context for r in readings]), words)

    def _sample(
        self, group: str, asked: str, target: str, gold: Collection[str], library: Library
    ) -> Iterator[Sample]:
        text = mend(asked.strip(), library.surface, library.frequency)
        details = understand(text, self._parser.parse, library.names).details
        if not details or any(d.ask in (Ask.UNKNOWNS, Ask.OVERVIEW) for d in details):
            return
        right = _rows(gold, library)
        words = {t.key: t.text.lower() for d in details for t in d.terms}
        vectors = dict(zip(words, self._encode(list(words.values())), strict=True))
        cosines = self._encode([d.text for d in details]) @ library.vectors.T
        found = [gather(d, library, vectors, near) for d, near in zip(details, cosines, strict=True)]
        yield Sample(
            group,
            str(target),
            tuple(tuple((c.features, c.row in right) for c in evidence.stated) for evidence in found),
            tuple(tuple((o.features, o.row in right) for o in evidence.open) for evidence in found),
        )


def _rows(gold: Collection[str], library: Library) -> set[int]:
    return {
        number
        for number, row in enumerate(library.rows)
        if any(row.reading.sentence.text in g or g in row.reading.sentence.text for g in gold)
    }


def _document(data: dict[str, Any]) -> Document:
    text = "\n".join(
        (f"## {s['heading']}\n\n" if s["heading"] else "") + f"{' '.join(s['sentences'])}\n"
        for s in data["sections"]
    )
    parts = sections(text, markdown_headings(text), _DAY)
    digest = sha256(text.encode()).hexdigest()
    return Document(
        data["id"], f"{data['id']}.md", data["title"], "", _DAY, DocumentKind.ARTICLE, "", text, digest, parts
    )
