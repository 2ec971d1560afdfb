"""A reader's verdict on an answer, written as a line for the question set that a person can review."""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from rag import Settings
from rag.errors import StatedError
from rag.records import Answer, Status

CHOICES = {
    "right": "Right",
    "citation": "Wrong citation",
    "undisclosed": "Should be undisclosed",
    "stated": "Should be stated",
}
CATEGORY = "feedback"  # of the question sets, until a reviewer gives the line its own
MAX_FILE_BYTES = 5_000_000
_LOCK = threading.Lock()


def note(settings: Settings, answer: Answer, choice: str) -> Path:
    """Append one line to the feedback of this corpus; the file that it went to.

    The file has the name and the layout of a development question file, so a reviewer can complete its
    lines (a sentence may have to be named) and move them.

    Raises:
        StatedError: the choice is unknown, the file is full, or it cannot be written.
    """
    if choice not in CHOICES:
        raise StatedError(f"{choice[:40]!r} is no feedback: choose one of {', '.join(CHOICES)}.")
    corpus = corpus_name(settings)
    file = settings.data_path / "feedback" / f"{corpus}-development.jsonl"
    line = json.dumps(_line(answer, choice, corpus), ensure_ascii=False) + "\n"
    with _LOCK:
        try:
            if file.exists() and file.stat().st_size > MAX_FILE_BYTES:
                raise StatedError(f"{file} is full: review its lines and move them to the question set.")
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as stream:
                stream.write(line)
        except OSError as error:
            reason = error.strerror or "unknown reason"
            raise StatedError(
                f"The feedback cannot be written to {file} ({reason}): check the folder."
            ) from None
    return file


def corpus_name(settings: Settings) -> str:
    """How question files call this corpus: the shipped one is ``article``, others by their folder."""
    name = settings.corpus_path.resolve().name
    return "article" if name == "corpus" else re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "own"


def _line(answer: Answer, choice: str, corpus: str) -> dict[str, Any]:
    """In the layout of ``eval/questions``; what the reader did not say is for the reviewer to fill in."""
    target = Status(choice) if choice in ("stated", "undisclosed") else answer.status
    cited = [citation.quote for citation in answer.citations]
    near = [citation.quote for citation in answer.related]
    gold = {"right": cited, "citation": near}.get(choice, cited or near)
    moment = datetime.now().astimezone()
    told = f"A reader said: {CHOICES[choice].lower()}. The answer was {answer.status.value}"
    cites = f" and cited: {' | '.join(cited)}" if cited else " and cited nothing"
    return {
        "id": f"feedback-{moment:%Y%m%d-%H%M%S-%f}",
        "input": answer.understood_as or answer.question,
        "target": target.value,
        "metadata": {
            "corpus": corpus,
            "part": "development",
            "topic": "feedback",
            "category": CATEGORY,
            "gold": [] if target is Status.NOT_COVERED else gold,
            "polarity": None,
            "kind": None,
            "speaker": "",
            "forbidden": [],
            "note": f"{told}{cites}. To review. Corpus {answer.fingerprints.get('corpus', 'unknown')}.",
            "as_of": answer.as_of.isoformat(),
        },
    }
