"""Question sets: JSON Lines in inspect_ai's layout (``id``, ``input``, ``target``, ``metadata``).

A set is read strictly, because a misspelt key would silently switch a check off.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from eval.categories import category_named
from eval.faults import EvalError
from eval.history import Labelled, read_history
from rag.records import ClaimKind, Polarity, Status

PARTS = ("development", "calibration", "held_back")
QUESTIONS_DIR = Path(__file__).resolve().parent / "questions"
_CORPORA_DIR = Path(__file__).resolve().parent / "corpora"
_SHIPPED = ("article", "notes", "adopters")  # all are asked of corpus/
# The questions on the article were labelled when it was the only document.  The first section of a note is
# of 15 October 2025, and a section counts from its own day on: so they are asked as of the day before.
DEFAULT_AS_OF = {"article": date(2025, 10, 14)}

_KEYS = {"id", "input", "target", "metadata"}
_METADATA = {
    "corpus", "part", "topic", "category", "gold", "polarity", "kind", "speaker", "forbidden", "note"
}  # fmt: skip
_OPTIONAL = {"as_of", "group", "pair", "natural", "history"}

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Question:
    """One labelled question.

    ``gold`` are sentences of the corpus, any of which answers it.  ``polarity`` is None where no yes or
    no may be given.  ``kind`` and ``speaker`` are None and "" where they are not labelled.
    ``forbidden`` are strings that a right answer does not assert.  Questions of one ``group`` ask the
    same in other words, those of one ``pair`` differ in the word that decides ("" for neither);
    ``natural`` says that the sentence asked about was reworded by hand from a real announcement.
    ``as_of`` is the corpus's own where the line gives none.  ``history`` is empty where it is not labelled.
    ``file`` and ``line`` (from 1) say where the question stands.
    """

    id: str
    text: str
    target: Status
    corpus: str
    part: str
    topic: str
    category: str
    gold: tuple[str, ...]
    polarity: Polarity | None
    kind: ClaimKind | None
    speaker: str
    forbidden: tuple[str, ...]
    note: str
    as_of: date | None
    file: Path
    line: int
    group: str = ""
    pair: str = ""
    natural: bool = False
    history: tuple[Labelled, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.file.name}:{self.line}"


def corpus_folder(corpus: str) -> Path:
    """The folder of a corpus: ``_SHIPPED`` ask the shipped one, others lie beside the questions.

    Raises:
        EvalError: there is no such folder.
    """
    folder = QUESTIONS_DIR.parents[1] / "corpus" if corpus in _SHIPPED else _CORPORA_DIR / corpus
    if not folder.is_dir():
        raise EvalError(f"There is no corpus {corpus!r}: put its documents into eval/corpora/{corpus}.")
    return folder


def load(
    folder: Path = QUESTIONS_DIR, *, parts: Collection[str] = PARTS, corpora: Collection[str] = ()
) -> tuple[Question, ...]:
    """The questions of some parts and corpora, in the order of the files.

    Every file is read and checked whole, also where only some of its questions are wanted.

    Args:
        folder: where the ``*.jsonl`` files lie.
        parts: some of ``PARTS``.
        corpora: names of corpora; empty means all.

    Raises:
        EvalError: a file or line is faulty (the message begins with ``file:line``), an id stands twice,
            or no question is left.
    """
    questions: list[Question] = []
    seen: dict[str, Question] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for question in _read(file):
            twin = seen.setdefault(question.id, question)
            if twin is not question:
                raise EvalError(f"{question.place}: id {question.id!r} stands also at {twin.place}.")
            questions.append(question)
    chosen = tuple(q for q in questions if q.part in parts and (not corpora or q.corpus in corpora))
    if not chosen:
        wanted = ", ".join([*corpora, *parts])
        raise EvalError(f"There are no questions for {wanted}: see which files {folder.name}/ holds.")
    return chosen


def _read(file: Path) -> Iterable[Question]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as fault:
        faulty = file.read_bytes()[: fault.start].count(b"\n") + 1
        raise EvalError(f"{file.name}:{faulty}: not UTF-8; save the file as UTF-8.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line), file, number)
        except json.JSONDecodeError as fault:
            raise EvalError(f"{file.name}:{number}: not JSON ({fault.msg}, column {fault.colno}).") from None
        except ValueError as fault:
            raise EvalError(f"{file.name}:{number}: {fault}.") from None
        wanted = f"{question.corpus}-{question.part}"
        if file.stem != wanted and not file.stem.startswith(f"{wanted}-"):
            raise EvalError(f"{question.place}: corpus and part belong to {wanted}.jsonl; move it there.")
        yield question


def _question(data: Any, file: Path, line: int) -> Question:
    _keys(data, _KEYS, set(), "the line")
    metadata = data["metadata"]
    _keys(metadata, _METADATA, _OPTIONAL, "metadata")
    question = Question(
        id=_filled(data, "id"),
        text=_filled(data, "input"),
        target=_word(Status, data["target"], "target"),
        corpus=_filled(metadata, "corpus"),
        part=_filled(metadata, "part"),
        topic=_filled(metadata, "topic"),
        category=category_named(_filled(metadata, "category")),
        gold=_strings(metadata, "gold"),
        polarity=None if metadata["polarity"] is None else _word(Polarity, metadata["polarity"], "polarity"),
        kind=None if metadata["kind"] is None else _word(ClaimKind, metadata["kind"], "kind"),
        speaker=_string(metadata, "speaker"),
        forbidden=_strings(metadata, "forbidden"),
        note=_string(metadata, "note"),
        as_of=_day(metadata.get("as_of")) or DEFAULT_AS_OF.get(metadata["corpus"]),
        file=file,
        line=line,
        group=_string(metadata, "group", ""),
        pair=_string(metadata, "pair", ""),
        natural=_flag(metadata, "natural"),
    )
    if question.part not in PARTS:
        raise ValueError(f"part must be one of {', '.join(PARTS)}, not {question.part!r}")
    if question.target is Status.NOT_COVERED and question.gold:
        raise ValueError("a question that is not covered has no gold sentence")
    if question.target is not Status.NOT_COVERED and not question.gold:
        raise ValueError(f"a question that is {question.target} needs a gold sentence")
    return _with_history(question, metadata)


def _with_history(question: Question, metadata: dict[str, Any]) -> Question:
    if "history" not in metadata:
        return question
    folder = corpus_folder(question.corpus)
    history = read_history(metadata["history"], question.target, question.gold, question.as_of, folder)
    return replace(question, history=history)


def _keys(data: Any, wanted: set[str], optional: set[str], where: str) -> None:
    if not isinstance(data, dict):
        raise ValueError(f"{where} must be an object")
    if missing := sorted(wanted - set(data)):
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    if unknown := sorted(set(data) - wanted - optional):
        raise ValueError(f"{where} has unknown keys: {', '.join(unknown)}")


def _string(data: dict[str, Any], key: str, default: str | None = None) -> str:
    value = data[key] if default is None else data.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f"{key} must be a string")
    return value


def _flag(data: dict[str, Any], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false")
    return value


def _filled(data: dict[str, Any], key: str) -> str:
    if not _string(data, key).strip():
        raise ValueError(f"{key} is empty")
    return _string(data, key)


def _strings(data: dict[str, Any], key: str) -> tuple[str, ...]:
    items = data[key]
    if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
        raise ValueError(f"{key} must be a list of strings that are not empty")
    return tuple(items)


def _word(words: type[_Word], value: Any, key: str) -> _Word:
    try:
        return words(value)
    except ValueError:
        raise ValueError(f"{key} must be one of {', '.join(words)}, not {value!r}") from None


def _day(value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"as_of must be a date as YYYY-MM-DD, not {value!r}") from None
