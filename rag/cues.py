"""The shipped words and patterns of ``cues.toml``: what non-disclosure, plans and judgements are told by."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from rag.language import word_key


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that a sentence says is undisclosed: the tokens ``[first, last)`` of the sentence.

    ``clause`` marks an indirect question ("whether a foundation will oversee development").
    """

    first: int
    last: int
    clause: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A non-disclosure: the cue's tokens ``[first, last)``, its topics, and who withholds."""

    first: int
    last: int
    topics: tuple[Topic, ...]
    withholder: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Cue:
    """A wording of non-disclosure as a pattern, and on which side of it the undisclosed thing stands."""

    pattern: re.Pattern[str]
    side: str
    needs_information: bool


@dataclass(frozen=True, slots=True)
class Cues:
    """All of ``cues.toml``; ``classes`` are the word classes by name, in base forms."""

    gaps: tuple[Cue, ...]
    exclude: re.Pattern[str]
    empty: frozenset[str]
    information: re.Pattern[str]
    commitment: re.Pattern[str]
    intent: frozenset[str]
    opinion: re.Pattern[str]
    accomplished: re.Pattern[str]
    say: frozenset[str]
    classes: dict[str, frozenset[str]]


@cache
def cues() -> Cues:
    """The shipped cues, compiled once."""
    data: dict[str, Any] = tomllib.loads(resources.files("rag").joinpath("cues.toml").read_text("utf-8"))
    words = data["words"]

    def compiled(pattern: str) -> re.Pattern[str]:
        for name, group in words.items():
            pattern = pattern.replace("{" + name + "}", group)
        return re.compile(pattern)

    def union(patterns: list[str]) -> re.Pattern[str]:
        return re.compile("|".join(patterns))

    return Cues(
        tuple(Cue(compiled(g["pattern"]), g["side"], g.get("needs_information", False)) for g in data["gap"]),
        union(data["exclude"]["patterns"]),
        frozenset(word_key(word) for word in data["empty"]["words"]),
        re.compile(rf"\b(?:{words['N']})\b"),
        union(data["kind"]["commitment"]),
        frozenset(data["kind"]["intent"]),
        union(data["kind"]["opinion"]),
        union(data["kind"]["accomplished"]),
        frozenset(data["speaker"]["verbs"]),
        {name: frozenset(group) for name, group in data["classes"].items()},
    )


def plain(text: str) -> str:
    """Lower case with plain apostrophes and dashes, same length: what the patterns are matched on.

    The month of May gets another spelling, for "may" is a word that hedges.
    """
    text = re.sub(r"(?<=\w )May\b|\bMay(?= \d)", "Mai", text)
    low = text.lower()
    if len(low) != len(text):  # a few letters grow in lower case; offsets matter more
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return low.replace("’", "'").replace("‘", "'").replace("–", "-").replace("\n", " ")
