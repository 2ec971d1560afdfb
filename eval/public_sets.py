"""Public question sets in their publishers' own formats, read from a path that the user gives.

SQuAD 2.0 JSON (a whole article is the corpus), CLAPNQ JSON Lines (a passage is), RAGTruth's QA part
(answers with marked spans).  Nothing of them is kept in the project.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.faults import EvalError

_SENTENCE = re.compile(r"(?<=[.!?])[\"”')\]]*\s+(?=[A-Z0-9\"“'(\[])")


@dataclass(frozen=True, slots=True)
class PublicItem:
    """One question with its own corpus: ``text`` is one document.

    ``gold`` are stretches (from, to, in code points) of sentences that hold the answer; empty where the
    question cannot be answered from the text.
    """

    id: str
    question: str
    title: str
    text: str
    gold: tuple[tuple[int, int], ...]

    @property
    def answerable(self) -> bool:
        return bool(self.gold)


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """A model's answer to a question over passages; ``spans`` are marked as not supported."""

    id: str
    question: str
    passages: tuple[str, ...]
    answer: str
    spans: tuple[tuple[int, int], ...]


def read_public(file: Path) -> list[PublicItem] | list[MarkedAnswer]:
    """All items of a file; the format is told by what it holds.

    Raises:
        EvalError: the file is none of the three formats; the message begins with ``file:line``.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise EvalError(f"{file.name} cannot be read ({fault}).") from None
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        return _lines(file, text)
    try:
        if isinstance(whole, dict) and "data" in whole:
            return [item for article in whole["data"] for item in _squad(article)]
    except (KeyError, TypeError, ValueError) as fault:
        raise EvalError(f"{file.name}:1: not SQuAD 2.0 ({fault!r}).") from None
    return _lines(file, text)


def sample(items: Sequence[Any], count: int | None, seed: int) -> list[Any]:
    """A random choice in the order of the file; all where ``count`` is None or larger."""
    if count is None or count >= len(items):
        return list(items)
    return [items[i] for i in sorted(random.Random(seed).sample(range(len(items)), count))]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Sentences of a text, roughly, as stretches; a line end ends one."""
    found, start = [], 0
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for gap in _SENTENCE.finditer(text, line.start(), line.end()):
            found.append((start, gap.start()))
            start = gap.end()
        found.append((start, line.end()))
    return [(a, b) for a, b in found if text[a:b].strip()]


def _lines(file: Path, text: str) -> list[PublicItem] | list[MarkedAnswer]:
    passages: list[PublicItem] = []
    marked: list[MarkedAnswer] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if "passages" in record and "output" in record:
                passages.append(_clapnq(record))
            elif "responses" in record:
                marked += _ragtruth(record["source_id"], record["source"], record["responses"])
            elif "response" in record and "source_id" in record:
                marked += _ragtruth(record["source_id"], _source(file, record["source_id"]), [record])
            else:
                raise ValueError("neither SQuAD 2.0, CLAPNQ nor RAGTruth")
        except json.JSONDecodeError as fault:
            raise EvalError(f"{file.name}:{number}: not JSON ({fault.msg}).") from None
        except (KeyError, TypeError, ValueError, IndexError) as fault:
            raise EvalError(f"{file.name}:{number}: not a line of a known format ({fault}).") from None
    if passages and marked:
        raise EvalError(f"{file.name} mixes two formats: give one file of each.")
    if not passages and not marked:
        raise EvalError(f"{file.name} holds no questions.")
    return passages or marked


def _squad(article: dict[str, Any]) -> Iterable[PublicItem]:
    text, starts = "", []
    for paragraph in article["paragraphs"]:
        context = str(paragraph["context"]).replace("\r", "")
        starts.append(len(text))
        text += context + "\n\n"
    text = text.rstrip("\n")
    sentences = sentence_spans(text)
    for start, paragraph in zip(starts, article["paragraphs"], strict=True):
        for asked in paragraph["qas"]:
            places = {(start + a["answer_start"], len(a["text"])) for a in asked["answers"]}
            gold = {s for at, long in places for s in sentences if s[0] < at + long and at < s[1]}
            if bool(asked.get("is_impossible")) == bool(gold):
                raise ValueError(f"question {asked['id']} is impossible and answered, or neither")
            title = str(article["title"]).replace("_", " ")
            yield PublicItem(str(asked["id"]), str(asked["question"]), title, text, tuple(sorted(gold)))


def _clapnq(record: dict[str, Any]) -> PublicItem:
    passage = record["passages"][0]
    text = ""
    spans: dict[str, list[tuple[int, int]]] = {}
    for sentence in passage["sentences"]:
        plain = " ".join(str(sentence).split())
        spans.setdefault(str(sentence), []).append((len(text), len(text) + len(plain)))
        text += plain + " "
    chosen = {s for output in record["output"] for s in output.get("selected_sentences", ()) if s}
    if lost := [s for s in chosen if s not in spans]:
        raise ValueError(f"a selected sentence is not in the passage: {lost[0][:60]!r}")
    gold = tuple(sorted(span for s in chosen for span in spans[s]))
    return PublicItem(str(record["id"]), str(record["input"]), str(passage["title"]), text.rstrip(), gold)


def _ragtruth(id_: Any, source: dict[str, Any], responses: Sequence[dict[str, Any]]) -> list[MarkedAnswer]:
    parts = re.split(r"\s*passage \d+:\s*", str(source["passages"]))
    passages = tuple(part.strip() for part in parts if part.strip())
    return [
        MarkedAnswer(
            f"{id_}-{response.get('model', number)}", str(source["question"]), passages,
            str(response["response"]), tuple((int(s["start"]), int(s["end"])) for s in response["labels"]),
        )
        for number, response in enumerate(responses)
    ]  # fmt: skip


def _source(file: Path, id_: Any) -> dict[str, Any]:
    """The official release keeps the passages beside the answers, in ``source_info.jsonl``."""
    beside = file.with_name("source_info.jsonl")
    if not beside.is_file():
        raise ValueError(f"{beside.name} is not beside it")
    for line in beside.read_text(encoding="utf-8").split("\n"):
        if line.strip() and (record := json.loads(line))["source_id"] == id_:
            info = record["source_info"]
            if isinstance(info, dict) and "passages" in info:
                return info
            raise ValueError(f"source {id_} is not of the QA part")
    raise ValueError(f"no source {id_} in {beside.name}")
