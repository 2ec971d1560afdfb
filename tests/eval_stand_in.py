"""A small real document, and an engine that answers from the labels, for the tests of ``eval``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from eval.questions import Question
from eval.run import Engine, OpenEngine
from rag.records import (
    Answer,
    Citation,
    Claim,
    ClaimKind,
    Document,
    DocumentKind,
    Finding,
    HistoryEntry,
    Origin,
    Status,
    SyncReport,
    Verdict,
)

PUBLISHED = date(2026, 3, 12)
TEXT = (
    "The Heron carries up to 120 passengers and has an aluminium hull. "
    "Brandvik declined to say how many people the larger boat will hold. "
    "Okonjo promised that “children under seven” will travel free. "
    "The contract is worth 84 million crowns."
)
HERON, LARGER, CHILDREN, CONTRACT = (s.rstrip(".") + "." for s in TEXT.split(". "))


def line(**changes: Any) -> dict[str, Any]:
    """A line of a question set; keyword arguments replace its fields or metadata."""
    metadata: dict[str, Any] = {
        "corpus": "riverbus", "part": "development", "topic": "vessels", "category": "stated-what",
        "gold": [HERON], "polarity": None, "kind": "fact", "speaker": "", "forbidden": [], "note": "",
    }  # fmt: skip
    data = {"id": "q1", "input": "How many passengers does the Heron carry?", "target": "stated"}
    for key, value in changes.items():
        (data if key in data else metadata)[key] = value
    return {**data, "metadata": metadata}


def write_set(folder: Path, *lines: dict[str, Any]) -> Path:
    """Writes each line into the file that it belongs to."""
    for entry in lines:
        name = f"{entry['metadata']['corpus']}-{entry['metadata']['part']}.jsonl"
        with (folder / name).open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry) + "\n")
    return folder


def question(**changes: Any) -> Question:
    data = line(**changes)
    metadata = data["metadata"]
    return Question(
        id=data["id"], text=data["input"], target=Status(data["target"]), corpus=metadata["corpus"],
        part=metadata["part"], topic=metadata["topic"], category=metadata["category"],
        gold=tuple(metadata["gold"]), polarity=metadata["polarity"], kind=metadata["kind"],
        speaker=metadata["speaker"], forbidden=tuple(metadata["forbidden"]), note=metadata["note"],
        as_of=None, file=Path("set.jsonl"), line=1, group=metadata.get("group", ""),
        history=metadata.get("history", ()),
    )  # fmt: skip


def citation(sentence: str, text: str = TEXT) -> Citation:
    start = text.index(sentence)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Citation(
        "d1", DocumentKind.ARTICLE, digest, "Ferries", "The Estuary Courier", PUBLISHED, "", "", None,
        sentence, start, start + len(sentence),
    )  # fmt: skip


def right_answer(asked: Question, text: str = TEXT) -> Answer:
    """The answer that the labels want (single findings only)."""
    cited = tuple(citation(sentence, text) for sentence in asked.gold[:1])
    words = {
        Status.STATED: "The sources say: “{}” [1]",
        Status.UNDISCLOSED: "This has not been disclosed: “{}” [1]",
        Status.NOT_COVERED: "The sources do not mention it.",
    }[asked.target]
    worded = words.format(*asked.gold)
    kind = asked.kind or ClaimKind.FACT
    claims = (Claim(worded, kind, asked.speaker, Origin.QUOTE, 0, (0,)),) if cited else ()
    verdict = Verdict(asked.target)
    told = tuple(citation(entry.gold[0], text) for entry in asked.history)
    history = tuple(
        HistoryEntry(entry.published, entry.verdict, (place,))
        for place, entry in enumerate(asked.history, start=len(cited))
    )
    finding = Finding(
        "", asked.topic, verdict, asked.polarity, citations=tuple(range(len(cited))), history=history,
        reason="label",
    )  # fmt: skip
    return Answer(
        question=asked.text, understood_as=asked.text, status=asked.target, text=worded, findings=(finding,),
        claims=claims, citations=(*cited, *told), related=(), notices=(), as_of=date(2026, 11, 1),
        backend="none", checks=(),
    )  # fmt: skip


class StandIn:
    """Answers what it was given answers to; a question that is not in the script is a crash."""

    def __init__(self, script: Mapping[str, Answer]) -> None:
        self._script = script

    def sync(self) -> SyncReport:
        return SyncReport(added=("d1.md",))

    def documents(self) -> tuple[Document, ...]:
        return (self.document("d1"),)

    def document(self, document_id: str) -> Document:
        digest = hashlib.sha256(TEXT.encode()).hexdigest()
        kind = DocumentKind.ARTICLE
        return Document(document_id, "d1.md", "Ferries", "", PUBLISHED, kind, "", TEXT, digest)

    def ask(self, question: str, as_of: date | None = None) -> Answer:
        return self._script[question]


def engine_of(*asked: Question, change: Callable[[Answer], Answer] = lambda a: a) -> OpenEngine:
    """Opens a stand-in that answers these questions rightly, but for ``change``."""

    @contextmanager
    def opened(corpus_dir: Path, data_dir: Path, llm: str) -> Iterator[Engine]:
        yield StandIn({q.text: change(right_answer(q)) for q in asked})

    return opened
