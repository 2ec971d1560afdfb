"""Recorded answers: one JSON line a question, with all that scoring needs and no engine.

The first line tells the run and what shaped it, a line for each corpus holds its documents' text (so
that quotes can be rechecked wherever the file goes), and each further line holds one whole answer with
its own fingerprints, or one crash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from eval.faults import EvalError
from rag.records import Answer

RECORDING_VERSION = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one question.

    ``answer`` is None where ``crash`` (one line) says why.  ``seconds`` is wall time of the ask;
    ``warm_up`` marks the first ask of an assistant.
    """

    id: str
    text: str
    seconds: float
    warm_up: bool
    answer: Answer | None
    crash: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """A run: ``ids`` were to be asked, ``documents`` maps corpus and document id to the text.

    ``engine`` says who answered (``stated``, or a peer's name), ``machine`` on what.
    """

    llm: str
    started: str
    ids: tuple[str, ...]
    engine: str = "stated"
    machine: str = ""
    documents: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)

    @property
    def digests(self) -> dict[str, str]:
        """What each corpus held, as one digest."""
        return {corpus: corpus_digest(texts) for corpus, texts in self.documents.items()}

    @property
    def fingerprints(self) -> dict[str, tuple[str, ...]]:
        """Each fingerprint of the answers with all its values, in order of appearance."""
        found: dict[str, dict[str, None]] = {}
        for asked in self.asked.values():
            for name, value in (asked.answer.fingerprints if asked.answer else {}).items():
                found.setdefault(name, {})[value] = None
        return {name: tuple(values) for name, values in found.items()}


def corpus_digest(texts: Mapping[str, str]) -> str:
    """A digest of the documents' texts, whatever their order or ids."""
    digests = sorted(
        hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts.values()
    )
    return hashlib.sha256(b"".join(digests)).hexdigest()[:16]


def write_run(out: TextIO, recording: Recording) -> None:
    """Begins a recording with all that is known before the first question."""
    _write(out, {
        "record": "run", "version": RECORDING_VERSION, "engine": recording.engine, "llm": recording.llm,
        "started": recording.started, "machine": recording.machine, "ids": list(recording.ids),
    })  # fmt: skip


def write_corpus(out: TextIO, corpus: str, documents: dict[str, str]) -> None:
    """Records the texts that the following answers quote."""
    _write(out, {"record": "corpus", "corpus": corpus, "documents": documents})


def write_asked(out: TextIO, asked: Asked) -> None:
    """Records one answer or crash, at once, so that an interrupted run loses nothing."""
    answer = None if asked.answer is None else asked.answer.to_dict()
    _write(out, {
        "record": "answer", "id": asked.id, "input": asked.text, "seconds": asked.seconds,
        "warm_up": asked.warm_up, "crash": asked.crash, "answer": answer,
    })  # fmt: skip


def append_answers(part: Path, out: TextIO) -> None:
    """Adds what another recording of the same run holds, all but its first line."""
    with part.open(encoding="utf-8") as lines:
        lines.readline()
        out.writelines(line for line in lines if line.endswith("\n"))  # its process may have been killed


def read(file: Path) -> Recording:
    """A recording, as written by a run.

    An answer that is not of the contract's shape is recorded as a crash of that question.

    Raises:
        EvalError: the file cannot be read, or a line is no recording; the message begins with
            ``file:line``.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise EvalError(f"{file.name} cannot be read ({fault}): give a recording.") from None
    recording: Recording | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            recording = _add(recording, json.loads(line))
        except json.JSONDecodeError as fault:
            raise EvalError(f"{file.name}:{number}: not JSON ({fault.msg}); record it again.") from None
        except (AttributeError, KeyError, TypeError, ValueError) as fault:
            raise EvalError(f"{file.name}:{number}: not a line of a recording ({fault}).") from None
    if recording is None or not recording.ids:
        raise EvalError(f"{file.name} holds no questions: record the answers again.")
    return recording


def _write(out: TextIO, record: dict[str, Any]) -> None:
    out.write(json.dumps(record, ensure_ascii=False) + "\n")
    out.flush()


def _add(recording: Recording | None, record: dict[str, Any]) -> Recording:
    kind = record["record"]
    if kind == "run":
        if recording is not None:
            raise ValueError("a second run in one file")
        if record["version"] != RECORDING_VERSION:
            raise ValueError(f"version {record['version']}, this program reads {RECORDING_VERSION}")
        return Recording(
            str(record["llm"]), str(record["started"]), tuple(map(str, record["ids"])),
            str(record["engine"]), str(record["machine"]),
        )  # fmt: skip
    if recording is None:
        raise ValueError("the first line must tell the run")
    if kind == "corpus":
        texts = {str(name): str(text) for name, text in record["documents"].items()}
        recording.documents[str(record["corpus"])] = texts
    elif kind == "answer":
        asked = _asked(record)
        if asked.id in recording.asked:
            raise ValueError(f"a second answer to {asked.id!r}")
        recording.asked[asked.id] = asked
    else:
        raise ValueError(f"unknown record {kind!r}")
    return recording


def _asked(record: dict[str, Any]) -> Asked:
    answer: Answer | None = None
    crash = str(record["crash"])
    if record["answer"] is not None:
        try:
            answer = Answer.from_dict(record["answer"])
        except ValueError as fault:
            crash = f"the answer has not the contract's shape: {fault}"
    elif not crash:
        raise ValueError("neither an answer nor a crash")
    return Asked(
        str(record["id"]),
        str(record["input"]),
        float(record["seconds"]),
        bool(record["warm_up"]),
        answer,
        crash,
    )
