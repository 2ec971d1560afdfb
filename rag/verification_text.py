"""The checker's own small reader of English: words, stems, clauses, sentences, word lists.

None of it is shared with the engine: a fault in the engine's reading must not hide itself here.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Phrase = tuple[str, ...]

_CONTRACTIONS = [
    (r"\bwon't\b", "will not"),
    (r"\bcan't\b|\bcannot\b", "can not"),
    (r"\bshan't\b", "shall not"),
    (r"n't\b", " not"),
    (r"'ll\b", " will"),
    (r"'ve\b", " have"),
    (r"'re\b", " are"),
    (r"\b(it|that|there|here)'s\b", r"\1 is"),
    (r"'s\b|'(?=\s)", ""),
    # Negators that do not negate.
    (r"\bnot (?:only|just|merely|simply)\b", "also"),
    (r"\bno later than\b", "by"),
    (r"\bno more than\b", "at most"),
    (r"\b(?:no (?:fewer|less)|not less) than\b", "at least"),
]
_WORD = re.compile(r"[^\W_]+(?:[.,](?=\d)[^\W_]+)*(?:\.(?:RC|rc)\d+)?|%|[;:()—]")
_SENTENCE_END = re.compile(
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bDr\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bInc\.)(?<!\bvs\.)"
    r"(?<=[.!?])[”\"']?\s+(?=[A-Z“\"'\d])|\n+"
)
_CLAUSE_WORDS = {"and", "but", "while", "whereas", "although", "though", "which", "who", "or"}
_CLAUSE_MARKS = set(";:()—")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence; ``clause`` counts up at ; : ( ) — and at joining words."""

    text: str
    lower: str
    stem: str
    clause: int
    content: bool


@cache
def word_lists() -> dict[str, Any]:
    """The data file beside this module."""
    return tomllib.loads(Path(__file__).with_name("verification_words.toml").read_text(encoding="utf-8"))


@cache
def words_of(name: str) -> frozenset[str]:
    """A list of single words."""
    return frozenset(word_lists()[name].split())


@cache
def stems_of(name: str) -> frozenset[str]:
    """The stems of a list of single words."""
    return frozenset(stem(word) for word in words_of(name))


@cache
def phrases_of(*path: str) -> tuple[Phrase, ...]:
    """A list of phrases, longest first."""
    value: Any = word_lists()
    for key in path:
        value = value[key]
    items = value.split() if isinstance(value, str) else value
    return tuple(sorted((tuple(item.split()) for item in items), key=len, reverse=True))


def normalise(text: str) -> str:
    """One form of quotes, dashes and contractions; citation markers dropped; offsets are not kept."""
    text = re.sub(r"\[\d+\]", " ", re.sub(r"[™®©]", "", text))
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'")
    text = re.sub(r"\s*(?:—|\s–\s|\s-\s|--)\s*", " — ", text).replace("–", "-").replace("−", "-")
    text = re.sub(r"\b((?:[A-Za-z]\.){2,})", lambda match: match.group(1).replace(".", ""), text)
    text = re.sub(r"(?<![\w.])-(?=[\d$€£])", "minus ", text)
    for pattern, plain in _CONTRACTIONS:
        text = re.sub(pattern, plain, text, flags=re.IGNORECASE)
    return text


@cache
def stem(word: str) -> str:
    """A rough stem: inflection off, derivation kept, so that opposites stay apart."""
    word = word_lists()["spelling"].get(word, word)
    if len(word) <= 3 or any(letter.isdigit() for letter in word):
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "ches", "shes", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ied", "ed"):
        if (
            word.endswith(ending)
            and len(word) - len(ending) >= 3
            and re.search("[aeiouy]", word[: -len(ending)])
        ):
            word = word[: -len(ending)] + ("y" if ending == "ied" else "")
            if word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def read(text: str) -> tuple[Word, ...]:
    """The words of a normalised text."""
    free, months = words_of("function_words"), words_of("months")
    found: list[Word] = []
    clause = 0
    for match in _WORD.finditer(text):
        raw = match.group()
        if raw in _CLAUSE_MARKS:
            clause += 1
            continue
        lower = raw.lower()
        clause += lower in _CLAUSE_WORDS
        content = (
            lower not in free
            and not raw[0].isdigit()
            and lower != "%"
            and not (lower in months and raw[0].isupper())
        )
        found.append(Word(raw, lower, stem(lower), clause, content))
    return tuple(found)


def sentences(text: str) -> list[str]:
    """The sentences of a normalised text."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def find(words: Sequence[Word], phrases: Sequence[Phrase]) -> list[tuple[int, int]]:
    """Where phrases stand, as (first word, word after the last); longer ones win."""
    found: list[tuple[int, int]] = []
    index = 0
    lowers = [word.lower for word in words]
    while index < len(lowers):
        size = next((len(p) for p in phrases if tuple(lowers[index : index + len(p)]) == p), 0)
        if size:
            found.append((index, index + size))
        index += size or 1
    return found


def stems(words: Sequence[Word]) -> frozenset[str]:
    """The stems of the words with content."""
    return frozenset(word.stem for word in words if word.content)


def heads(words: Sequence[Word], start: int, count: int, *, same_clause: bool = True) -> list[int]:
    """The next ``count`` words with content from ``start`` on."""
    found: list[int] = []
    for index in range(start, len(words)):
        if len(found) == count or (
            same_clause and start > 0 and words[index].clause != words[start - 1].clause
        ):
            break
        if words[index].content:
            found.append(index)
    return found
