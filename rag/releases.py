"""Releases of a thing: the numbers behind its name, and the words for them."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from rag.language import Token, word_key

# What may stand behind or inside a name without making it another thing's: "8.5.0", "v2", "3.0-rc1".
_STAGE = r"(?:rc|alpha|beta|post|sp|lts|b|a)\.?\d*"
_RELEASE = re.compile(rf"[-–_.]*(?:v?\d[\d.]*(?:[-.]?{_STAGE})?|{_STAGE})?[-–_.]*", re.IGNORECASE)
JOINED = frozenset("-–/_.")  # what ties the parts of one name together
# Words whose value such a number is, and those by which the newest is asked for.
VERSION_WORDS = frozenset(map(word_key, "version release build".split()))
_RECENT = frozenset("latest newest recent".split())


def is_release(text: str) -> bool:
    """Whether a word only says which release of a thing is meant: "8.5.0", "v2", "beta.1"."""
    return _RELEASE.fullmatch(text) is not None


def asks_for_newest(token: Token) -> bool:
    """Whether a word of a question asks for the latest of several ("the newest release")."""
    return token.low in _RECENT and token.tag in ("JJ", "JJS")


def told(tokens: Sequence[Token], place: int, names: Container[str]) -> bool:
    """Whether a version is told at a place: its number, right behind one of the names ("Norvik 2.1")."""
    number = tokens[place].text
    behind = place > 0 and tokens[place - 1].key in names
    return behind and any(c.isdigit() for c in number) and is_release(number)
