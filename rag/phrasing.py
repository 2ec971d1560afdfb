"""Questions as text: instructions dropped, coordinated questions parted, pronouns resolved.

Patterns are data (``phrasing.toml``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from rag.language import word_key

WH = frozenset("who whom whose what which when where why how".split())
AUX = frozenset(
    "is are was were am be will would can could do does did has have had should may might must shall isn't "
    "aren't wasn't won't can't doesn't didn't hasn't haven't wouldn't couldn't shouldn't".split()
)
PRONOUNS = frozenset("it its they their them this that these those he she his her one ones".split())
_LEADING = frozenset(
    "know knows understand clear see learn wonder wondering decide find out sure tell ask asking about "
    "check".split()
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A pattern of ``phrasing.toml``; ``ask.`` names those of its table of answer types."""
    data = tomllib.loads(resources.files("rag").joinpath("phrasing.toml").read_text("utf-8"))
    table, _, key = name.rpartition(".")
    text: str = (data[table] if table else data)[key]
    return re.compile(text.replace("\n", "").replace("POLITE", data["polite"]), re.IGNORECASE)


def clean(text: str) -> tuple[str, list[str]]:
    """The parts of a question that ask something, and what it says beside them (context)."""
    asked: list[str] = []
    context: list[str] = []
    for part in _SENTENCE.split(text.strip()):
        sentence = _untagged(part.strip().strip("\"“”'"))
        if not sentence or pattern("empty_order").match(sentence) or pattern("tag").fullmatch(sentence):
            continue
        head, colon, tail = sentence.partition(":")
        if colon and len(tail.split()) > 2 and not asks(head + "."):
            stripped = _stripped(tail.strip())
            asked.append(
                stripped
                if (asks(stripped) and len(stripped.split()) > 6) or stripped.endswith("?")
                else _as_question(stripped)
            )
            continue
        if pattern("instruct").match(sentence) or (
            ":" in sentence and pattern("instruct").search(sentence.split(":", 1)[0])
        ):
            order = pattern("assert").match(sentence)
            if (
                order
                and re.search(r"\bthat\b", order.group(), re.I)
                and len(sentence[order.end() :].split()) > 2
            ):
                asked.append(_as_question(pattern("tail").sub("", sentence[order.end() :])))
                continue
            _, colon, rest = sentence.partition(":")
            quoted = re.search(r"[\"“'‘]([^\"”]{8,})[\"”'’]", sentence)
            if colon and len(rest.split()) > 1:
                asked.append(_stripped(rest.strip()))
            elif quoted:
                asked.append(_as_question(quoted.group(1)))
            elif told := pattern("then_tell").search(sentence):
                rest = told.group("rest")
                asked.append(rest if asks(rest) and len(rest.split()) > 6 else _as_question(rest))
            continue
        stripped = _stripped(sentence)
        if stripped:
            (asked if asks(stripped) or stripped != sentence else context).append(stripped)
    if not asked and context:
        asked, context = [context[-1]], context[:-1]
    return " ".join(asked), context


def _stripped(sentence: str) -> str:
    order = pattern("assert").match(sentence)
    if order and len(sentence[order.end() :].split()) > 2:
        return _as_question(sentence[order.end() :].strip("\"“”' "))
    if pattern("overview").match(sentence):
        return sentence
    told = pattern("tell").match(sentence)
    if told and len(sentence[told.end() :].split()) > 1:
        return sentence[told.end() :]
    return sentence


def _untagged(sentence: str) -> str:
    """A statement with a tag ("X is free, isn't it?") as the question whether it holds."""
    tag = pattern("assent").search(sentence)
    words = sentence[: tag.start()].split() if tag else []
    if len(words) < 3 or words[0].lower() in WH | AUX:
        return sentence
    return _as_question(" ".join(words))


def _as_question(statement: str) -> str:
    """A statement that the asker wants repeated, as the question whether it holds."""
    first = statement.split()[0].lower() if statement.split() else ""
    if first in AUX or first in WH or statement.endswith("?"):
        return statement
    return f"Is it true that {statement.rstrip('.! ')}?"


def asks(sentence: str) -> bool:
    """Whether a sentence asks something, directly or indirectly."""
    words = re.findall(r"[\w'’]+", sentence.lower().replace("’", "'"))
    if not words:
        return False
    if sentence.rstrip().endswith("?") or words[0] in AUX or pattern("overview").match(sentence):
        return True
    embedded = any(w in WH or w == "whether" for w in words)
    return embedded or len(words) <= 6


# ---- splitting ----


def split(question: str) -> list[str]:
    """The coordinated questions of one question ("when ..., and under which licence?")."""
    parts = [p.strip(" ,;") for p in pattern("split").split(question) if p and p.strip(" ,;?")]
    kept: list[str] = []
    for part in parts:
        first = part.split()[0].lower() if part.split() else ""
        # An auxiliary after "and" opens a new question only where a first one stood complete.
        if kept and first in AUX and not _complete(kept[-1]):
            kept[-1] = f"{kept[-1]} and {part}"
        else:
            kept.append(part)
    return kept or [question]


def _complete(part: str) -> bool:
    words = part.lower().split()
    return bool(words) and (words[0] in AUX or words[0] in WH) and len(words) > 3


def embedded(part: str) -> str:
    """The indirect question of a longer statement ("... needs to know which licence governs X")."""
    words = part.split()
    low = [w.lower().strip(",.:") for w in words]
    if not low or low[0] in WH or low[0] in AUX or part.rstrip().endswith("?"):
        return part
    for place, word in enumerate(low):
        if (word in WH or word in ("whether", "if")) and place and low[place - 1] in _LEADING:
            return " ".join(words[place:])
    return part


def resolve(text: str, subject: str) -> str:
    """Pronouns replaced by the subject of the last question, where the question names none itself."""
    if not subject:
        return text
    words = text.split()
    low = [w.lower().strip("?,.!") for w in words]
    if any(w in ("its", "their", "his", "her") for w in low):
        possessive = f"{subject}'" if subject.endswith("s") else f"{subject}'s"
        return " ".join(
            possessive if w in ("its", "their", "his", "her") else o for w, o in zip(low, words, strict=True)
        )
    if any(w in ("it", "they", "them", "he", "she") for w in low):
        return " ".join(
            o.replace(o.strip("?,.!"), subject) if w in ("it", "they", "them", "he", "she") else o
            for w, o in zip(low, words, strict=True)
        )
    follows = low[:1] == ["and"] or low[:2] in (["what", "about"], ["how", "about"])
    if follows and not any(c.isupper() for c in text[1:]):
        return f"{text.rstrip(' ?')} of {subject}?"
    return text


def cased(text: str, names: Mapping[str, float]) -> str:
    """Lower-case corpus names capitalised for the parser: it was trained on edited text."""

    def cased(match: re.Match[str]) -> str:
        word = match.group()
        return word.capitalize() if word.islower() and names.get(word_key(word), 0.0) > 0.8 else word

    return re.sub(r"[^\W\d_]{3,}", cased, text)
