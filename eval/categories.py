"""The categories of questions, as ``categories.toml`` lists them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

CATEGORIES_FILE = Path(__file__).with_name("categories.toml")


@cache
def categories() -> dict[str, str]:
    """What each category holds, by its name."""
    return {name: entry["about"] for name, entry in _entries().items()}


def category_named(text: str) -> str:
    """The category of that name, or of an older spelling.

    Raises:
        ValueError: there is none; the message lists them all.
    """
    for name, entry in _entries().items():
        if text == name or text in entry.get("also", ()):
            return name
    raise ValueError(f"category must be one of {', '.join(_entries())}, not {text!r}")


@cache
def _entries() -> dict[str, dict[str, str]]:
    return tomllib.loads(CATEGORIES_FILE.read_text(encoding="utf-8"))
