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
# Verbs of telling: what they tell is asked for, not they.
SAYING = frozenset(
    map(
        word_key,
        "say tell think write argue claim believe remark comment state mention reveal disclose explain "
        "know".split(),
    )
)
_LEADING = frozenset(
    "know knows understand clear see learn wonder wondering decide find out sure tell ask asking about "
    "check".split()
)
_OPENERS = frozenset(
    "the a an this that these those it its they their there my our in on at all some no".split()
)
_SIDE = frozenset("if unless when once after before while although though until assuming suppose".split())
_GIVEN = frozenset("since because given considering as according".split())
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A pattern of ``phrasing.toml``; ``ask.`` names those of its table of answer types."""
    data = tomllib.loads(resources.files("rag").joinpath("phrasing.toml").read_text("utf-8"))
    table, _, key = name.rpartition(".")
    text: str = (data[table] if table else data)[key]
    text = text.replace("\n", "")
    for word in ("POLITE", "SOURCES", "ALSO", "SAY", "NEWS"):
        text = text.replace(word, data[word.lower()].replace("\n", ""))
    return re.compile(text, re.IGNORECASE)


def clean(text: str) -> tuple[str, list[str]]:
    """The parts of a question that ask something, and what it says beside them (context)."""
    asked: list[str] = []
    context: list[str] = []
    for part in _SENTENCE.split(_written_out(text.strip())):
        if pattern("is_right").match(part):
            asked.extend(_as_question((asked or context).pop()) for _ in (asked or context)[-1:])
            continue
        sentence = _untagged(_fronted(part.strip().strip("\"“”'")))
        if not sentence or pattern("empty_order").match(sentence) or pattern("tag").fullmatch(sentence):
            continue
        head, colon, tail = sentence.partition(":")
        if colon and len(tail.split()) > 2 and not _asks_before(head, tail):
            stripped = _stripped(tail.strip())
            context.append(head)
            asked.append(
                stripped
                if (asks(stripped) and len(stripped.split()) > 6) or stripped.endswith("?")
                else _as_question(stripped)
            )
            continue
        if pattern("instruct").match(sentence) or (
            ":" in sentence and pattern("instruct").search(sentence.split(":", 1)[0])
        ):
            asked.extend(_in_order(sentence))
            continue
        stripped = _stripped(sentence)
        if stripped:
            (asked if asks(stripped) or stripped != sentence else context).append(stripped)
    if not asked and context:
        asked, context = [context[-1]], context[:-1]
    return " ".join(asked), context


def _fronted(sentence: str) -> str:
    """A question with the thing in its place that was put before it: "Norvik – what's that?"."""
    match = pattern("fronted").fullmatch(sentence)
    if match is None or {w.lower() for w in match["thing"].split()} & (WH | AUX | _SIDE | _GIVEN):
        return sentence
    return f"{match['asks']}{match['thing']}{match['rest']}"


def _asks_before(head: str, tail: str) -> bool:
    """Whether what stands before a colon asks already; a few words before a question do not."""
    leads = tail.rstrip().endswith("?") and tail.split()[0].lower() in WH | AUX
    words = set(re.findall(r"[\w'’]+", head.lower()))
    return asks(f"{head}.") and not (leads and not words & (WH | AUX))


def _in_order(sentence: str) -> list[str]:
    """What an order to answer in some way asks for, if anything."""
    order = pattern("assert").match(sentence)
    behind = sentence[order.end() :] if order else ""
    if order and re.search(r"\bthat\b", order.group(), re.I) and len(behind.split()) > 2:
        return [_as_question(pattern("tail").sub("", behind))]
    _, colon, rest = sentence.partition(":")
    if colon and len(rest.split()) > 1:
        return [_stripped(rest.strip())]
    if quoted := re.search(r"[\"“'‘]([^\"”]{8,})[\"”'’]", sentence):
        return [_as_question(quoted.group(1))]
    if told := pattern("then_tell").search(sentence):
        rest = told.group("rest")
        return [rest if asks(rest) and len(rest.split()) > 6 else _as_question(rest)]
    return []


def _written_out(text: str) -> str:
    """Apostrophes that were left out put back; "how come" is why."""

    def written(match: re.Match[str]) -> str:
        return f"{match['wh']}'s" if match["wh"] else f"{match['aux']}n't"

    return re.sub(r"^how come\b", "why", pattern("no_apostrophe").sub(written, text), flags=re.IGNORECASE)


def _stripped(sentence: str) -> str:
    order = pattern("assert").match(sentence)
    if (
        order
        and len(sentence[order.end() :].split()) > 2
        and _is_order(order.group(), sentence[order.end() :])
    ):
        return _as_question(sentence[order.end() :].strip("\"“”' "))
    if pattern("overview").match(sentence):
        return sentence
    told = pattern("tell").match(sentence)
    if told and len(sentence[told.end() :].split()) > 1:
        return sentence[told.end() :]
    return sentence


def _is_order(order: str, behind: str) -> bool:
    """Whether words that may be nouns order something: "write performance of version 5" does not."""
    sure = re.search(r"[:,\"“]|\b(?:that|please|just)\b", order, re.IGNORECASE)
    noun = re.match(r"(?:write|print|output|state|claim|answer|reply)\b", order, re.IGNORECASE)
    return bool(sure or not noun or any(word in AUX for word in behind.lower().split()))


def _untagged(sentence: str) -> str:
    """A statement with a tag ("X is free, isn't it?") as the question whether it holds."""
    tag = pattern("assent").search(sentence)
    words = sentence[: tag.start()].split() if tag else []
    if len(words) < 3 or words[0].lower() in WH | AUX:
        return sentence
    return _as_question(" ".join(words))


def _as_question(statement: str) -> str:
    """A statement that the asker wants repeated, as the question whether it holds."""
    statement = pattern("hearsay").sub("", statement)
    first = statement.split()[0].lower() if statement.split() else ""
    if first in AUX or first in WH or statement.endswith("?"):
        return statement
    if first in _OPENERS:
        statement = statement[0].lower() + statement[1:]
    statement = re.sub(r'[“”"]', "", statement)
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
        comma = bool(kept) and f"{kept[-1]}, {part}" in question
        if comma and _is_side(kept[-1]):
            kept[-1] = f"{part.rstrip(' ?')} {kept[-1][0].lower()}{kept[-1][1:]}"
        elif kept and part.split()[0].lower() in AUX and not _complete(kept[-1], comma, part):
            kept[-1] = f"{kept[-1]}, {part}" if f"{kept[-1]}," in question else f"{kept[-1]} and {part}"
        else:
            kept.append(part)
    return kept or [question]


def _is_side(part: str) -> bool:
    """Whether a part is the side clause of the question behind it: "if the crop fails, who pays"."""
    first, *others = part.lower().split()
    asks_when = first == "when" and others[:1] and others[0] in AUX
    return first in _SIDE and len(others) > 1 and not asks_when


def _complete(before: str, comma: bool, part: str) -> bool:
    """Whether a question is complete, so that an auxiliary opens the next one.

    Behind a bare comma it needs a verb, or a pronoun for its subject in the next: "which engines, beside
    steam, have ..." is one question.
    """
    words, subject = before.lower().split(), part.lower().split()[1:2]
    if comma and not any(word in AUX for word in words):
        return words[0] in WH and len(words) > 2 and bool(PRONOUNS & {*subject})
    return (words[0] in AUX or words[0] in WH) and len(words) > 3


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


def cased(text: str, names: Mapping[str, float]) -> str:
    """Lower-case corpus names capitalised for the parser: it was trained on edited text."""

    def cased(match: re.Match[str]) -> str:
        word = match.group()
        return word.capitalize() if word.islower() and names.get(word_key(word), 0.0) > 0.8 else word

    return re.sub(r"[^\W\d_]{3,}", cased, text)
