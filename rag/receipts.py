"""Reads an answer, or the rows of a ledger, back from the plain JSON that their ``to_dict`` writes.

A receipt may come from anywhere, so nothing is guessed or repaired: every key must be there, no other
may be, and every value must have its type.  Whether the content is true is ``verification``'s matter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from rag.records import (
    SCHEMA_VERSION,
    Answer,
    Check,
    Citation,
    Claim,
    ClaimKind,
    DocumentKind,
    Finding,
    HistoryEntry,
    LedgerEntry,
    LedgerRow,
    Origin,
    Polarity,
    Status,
    Verdict,
)

Reader = Callable[[Any, str], Any]

# date.fromisoformat also takes "20251231" and week dates, which to_dict never writes.
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def answer_from_dict(data: Mapping[str, Any]) -> Answer:
    """The answer that ``Answer.to_dict`` wrote; ``answer_from_dict(a.to_dict()) == a``.

    Args:
        data: the receipt, as ``json.loads`` gives it.

    Raises:
        ValueError: a key is missing or unknown, a value has the wrong type or is none of the allowed
            words, or the schema version is another; the one-line message begins with the key's path.
    """
    if isinstance(data, Mapping) and "schema_version" in data:
        # Before the keys: a newer receipt should be called newer, not malformed.
        _schema_version(data["schema_version"], "answer.schema_version")
    answer = _record(Answer, _ANSWER)(data, "answer")
    assert isinstance(answer, Answer)
    return answer


def ledger_from_list(data: Any) -> tuple[LedgerRow, ...]:
    """The rows of which each wrote ``LedgerRow.to_dict``.

    Raises:
        ValueError: as ``answer_from_dict`` does.
    """
    return tuple(_sequence(_record(LedgerRow, _LEDGER_ROW))(data, "ledger"))


def _wrong(path: str, wanted: str, value: Any) -> ValueError:
    shown = ascii(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return ValueError(f"{path}: expected {wanted}, found {shown if len(shown) <= 60 else shown[:57] + '...'}")


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise _wrong(path, "a string", value)
    return value


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(path, "true or false", value)
    return value


def _whole(value: Any, path: str) -> int:
    # bool is an int in Python, and true is no offset.
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(path, "a whole number", value)
    # Python refuses to print integers of many thousand digits, so later messages would fail.
    if abs(value) > 2**53:
        raise ValueError(f"{path}: expected a whole number below 2**53")
    return value


def _number(value: Any, path: str) -> float:
    if isinstance(value, int) and not isinstance(value, bool):
        return float(_whole(value, path))
    if not isinstance(value, float) or not math.isfinite(value):
        raise _wrong(path, "a finite number", value)
    return value


def _day(value: Any, path: str) -> date:
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        raise _wrong(path, "a date as YYYY-MM-DD", value)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _wrong(path, "a date of the calendar", value) from None


def _schema_version(value: Any, path: str) -> int:
    if _whole(value, path) != SCHEMA_VERSION:
        raise _wrong(path, f"schema version {SCHEMA_VERSION}", value)
    return SCHEMA_VERSION


def _one_of(words: type[StrEnum]) -> Reader:
    def read(value: Any, path: str) -> StrEnum:
        try:
            return words(_text(value, path))
        except ValueError:
            raise _wrong(path, "one of " + ", ".join(words), value) from None

    return read


def _optional(reader: Reader) -> Reader:
    return lambda value, path: None if value is None else reader(value, path)


def _sequence(reader: Reader) -> Reader:
    def read(value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _wrong(path, "a list", value)
        return tuple(reader(item, f"{path}[{index}]") for index, item in enumerate(value))

    return read


def _table(reader: Reader) -> Reader:
    def read(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _wrong(path, "an object", value)
        return {_text(key, f"{path} key"): reader(item, f"{path}[{key!a}]") for key, item in value.items()}

    return read


def _record(kind: type, readers: Mapping[str, Reader]) -> Reader:
    def read(value: Any, path: str) -> Any:
        if not isinstance(value, Mapping):
            raise _wrong(path, "an object", value)
        for key in readers:
            if key not in value:
                raise ValueError(f"{path}.{key}: missing")
        for key in value:
            if key not in readers:
                raise ValueError(f"{path}: unknown key {str(key)[:60]!a}")
        return kind(**{key: reader(value[key], f"{path}.{key}") for key, reader in readers.items()})

    return read


_INDICES = _sequence(_whole)

_CITATION: dict[str, Reader] = {
    "document_id": _text,
    "document_kind": _one_of(DocumentKind),
    "document_sha256": _text,
    "title": _text,
    "publisher": _text,
    "published": _day,
    "url": _text,
    "section": _text,
    "page": _optional(_whole),
    "quote": _text,
    "start": _whole,
    "end": _whole,
}

_HISTORY_ENTRY: dict[str, Reader] = {
    "published": _day,
    "verdict": _one_of(Verdict),
    "citations": _INDICES,
}

_LEDGER_ENTRY: dict[str, Reader] = {
    "published": _day,
    "verdict": _one_of(Verdict),
    "citations": _sequence(_record(Citation, _CITATION)),
}

_LEDGER_ROW: dict[str, Reader] = {
    "subject": _text,
    "detail": _text,
    "question": _text,
    "verdict": _one_of(Verdict),
    "history": _sequence(_record(LedgerEntry, _LEDGER_ENTRY)),
}

_FINDING: dict[str, Reader] = {
    "subject": _text,
    "detail": _text,
    "verdict": _one_of(Verdict),
    "polarity": _optional(_one_of(Polarity)),
    "conflict": _flag,
    "premise": _text,
    "citations": _INDICES,
    "history": _sequence(_record(HistoryEntry, _HISTORY_ENTRY)),
    "reason": _text,
}

_CLAIM: dict[str, Reader] = {
    "text": _text,
    "kind": _one_of(ClaimKind),
    "speaker": _text,
    "origin": _one_of(Origin),
    "finding": _whole,
    "citations": _INDICES,
}

_CHECK: dict[str, Reader] = {"name": _text, "passed": _flag, "detail": _text}

_ANSWER: dict[str, Reader] = {
    "question": _text,
    "understood_as": _text,
    "status": _one_of(Status),
    "text": _text,
    "findings": _sequence(_record(Finding, _FINDING)),
    "claims": _sequence(_record(Claim, _CLAIM)),
    "citations": _sequence(_record(Citation, _CITATION)),
    "related": _sequence(_record(Citation, _CITATION)),
    "notices": _sequence(_text),
    "as_of": _day,
    "backend": _text,
    "checks": _sequence(_record(Check, _CHECK)),
    "fingerprints": _table(_text),
    "seconds": _table(_number),
    "schema_version": _schema_version,
}
