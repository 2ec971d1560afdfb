"""The gate file: what is demanded, read strictly, with every fault named by file and line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.categories import categories
from eval.faults import EvalError
from eval.measures import BY_NAME

GATES_FILE = Path(__file__).with_name("gates.toml")
HARD = ("quote_integrity", "false_assertions", "uncited", "unsupported", "crashed", "missing_gold")
_HEADER = re.compile(r"^\s*\[\s*([^\]]+?)\s*\]")
_TABLES = ("hard", "ceilings", "corpus", "category", "drop", "drop_in_category")


@dataclass(frozen=True, slots=True)
class Gates:
    """What is demanded.

    ``hard`` holds over all questions: a least share of a good measure, a largest count of a bad one.
    ``ceilings`` are the largest counts of false assertions by corpus; they take the place of the hard
    count for the corpora that they name.
    ``corpus`` and ``category`` hold least shares by name.  ``drop`` is the largest allowed fall of a
    share against the baseline, over all common questions and within each category.
    """

    hard: dict[str, float]
    ceilings: dict[str, int]
    corpus: dict[str, dict[str, float]]
    category: dict[str, dict[str, float]]
    drop: dict[str, float]
    drop_in_category: dict[str, float]


def read_gates(file: Path = GATES_FILE) -> Gates:
    """The gates of a TOML file.

    Raises:
        EvalError: the file cannot be read, or a table, measure or category is missing or unknown, or a
            value is no number; the message begins with ``file:line`` where there is a line.
    """
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise EvalError(f"{file.name} cannot be read: {fault}.") from None
    reader = _Reader(file.name, text)
    for name in data:
        if name not in _TABLES:
            raise reader.fault(name, None, f"there is no kind of gate {name!r}; use {', '.join(_TABLES)}")
    hard = reader.numbers(data, "hard")
    if missing := sorted(set(HARD) - set(hard)):
        raise EvalError(f"{file.name}: [hard] lacks {', '.join(missing)}.")
    for name in hard:
        if name not in HARD:
            raise reader.fault("hard", name, f"{name} is no hard gate; use {', '.join(HARD)}")
    corpus, category = reader.tables(data, "corpus"), reader.tables(data, "category")
    for name in category:
        if name not in categories():
            raise reader.fault(f"category.{name}", None, f"there is no category {name!r}")
    drop, within = reader.numbers(data, "drop"), reader.numbers(data, "drop_in_category")
    return Gates(hard, reader.counts(data, "ceilings"), corpus, category, drop, within)


class _Reader:
    """Takes numbers out of a parsed file, and knows where they stand."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines = text.split("\n")

    def tables(self, data: dict[str, Any], name: str) -> dict[str, dict[str, float]]:
        found = data.get(name, {})
        if not isinstance(found, dict):
            raise self.fault("", name, f"{name} must be tables, as [{name}.NAME]")
        for key, value in found.items():
            if not isinstance(value, dict):
                raise self.fault(name, key, f"{key} must stand in a table, as [{name}.NAME]")
        return {key: self.numbers(found, key, f"{name}.{key}") for key in found}

    def numbers(self, data: dict[str, Any], name: str, path: str = "") -> dict[str, float]:
        path = path or name
        found = data.get(name, {})
        if not isinstance(found, dict):
            raise self.fault("", name, f"{name} must be a table, as [{name}]")
        for key, value in found.items():
            if key not in BY_NAME:
                raise self.fault(path, key, f"there is no measure {key!r}; use {', '.join(BY_NAME)}")
            if path != "hard" and not BY_NAME[key].good:
                raise self.fault(path, key, f"{key} counts faults: it can only be a hard gate")
            # NaN compares false with everything, so a gate of NaN would always hold.
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
                raise self.fault(path, key, f"{key} must be a number from 0")
            if BY_NAME[key].good and value > 1:
                raise self.fault(path, key, f"{key} is a share: give a number from 0 to 1")
        return {key: float(value) for key, value in found.items()}

    def counts(self, data: dict[str, Any], name: str) -> dict[str, int]:
        found = data.get(name, {})
        if not isinstance(found, dict):
            raise self.fault("", name, f"{name} must be a table, as [{name}]")
        for key, value in found.items():
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise self.fault(name, key, f"{key} must be a count from 0")
        return dict(found)

    def fault(self, path: str, key: str | None, what: str) -> EvalError:
        return EvalError(f"{self._name}:{self._line(path, key)}: {what}.")

    def _line(self, path: str, key: str | None) -> int:
        """The line of a key in a table, or of the table's header; 1 where it is written otherwise."""
        inside, start = "", 1
        for number, line in enumerate(self._lines, start=1):
            if header := _HEADER.match(line):
                inside = re.sub(r"[\"'\s]", "", header[1])
                if inside == path or inside.startswith(f"{path}."):
                    start = number
                    if key is None:
                        return number
            elif key and inside == path and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
                return number
        return start
