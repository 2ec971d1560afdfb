"""Whether a sentence says it of another of the same kind, or says the contrary, of what a question asks.

"The First Minister answers questions" has nearly every word of "What does the Second Minister answer?", and
says nothing of it; "the officer can reduce the time" nothing of when it can be increased.  Such near misses
share more words with a question than many an answer, and most of the questions that SQuAD 2.0 calls
unanswerable are of this kind (Rajpurkar, Jia and Liang 2018, table 1: negation, antonyms, entity swaps).
Questions for a yes or no are left alone: for them the contrary is an answer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from rag.covering import Match
from rag.denial import negated
from rag.dependents import SUBJECTS
from rag.language import Token, word_key
from rag.question import Ask, Detail, Term
from rag.reading import Reading
from rag.retrieval import Row

# From these strengths on a clause has a word of the question, and the word itself or a synonym.
_PRESENT, _SAME = 0.5, 0.85
# What says when one phase gives way to the other.
_TIMED = re.compile(r"\b(?:until|till|before|after|from|since|by|once|when)\b", re.IGNORECASE)
_OWNER = re.compile(r"['’]s?$")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
# What makes a clause, or a thing in it, one that something is denied of, in the widest sense.
_DENYING = re.compile(
    r"\b(?:no|not|none|never|nobody|nothing|neither|nor|without|cannot|except\w*|but|only|rather|instead|"
    r"unlike|lacks?|lacking|lacked|fail\w*|refus\w+|den(?:y|ies|ied)|exclu\w+|omit\w*|remov\w+|drop(?:s|ped)?|"
    r"ban(?:s|ned)?|forbid\w*|forbade|prohibit\w*|prevent\w*|stop(?:s|ped)?|reject\w*|free of|less|hardly|"
    r"barely|rarely|seldom|un(?!der|til|it|ion|iv|iq)[a-z]{3,}|non-?[a-z]{3,}|dis[a-z]{4,})\b|n['’]t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Table:
    """``kinds``: a word to its kind and which of it; ``contraries``: a word to pairs and sides.

    ``phases`` are the pairs of which one side tells when the other is: "open until six" is closed at six.
    """

    kinds: Mapping[str, frozenset[tuple[int, int]]]
    contraries: Mapping[str, frozenset[tuple[int, int]]]
    phases: frozenset[int]


@cache
def _table() -> _Table:
    data = tomllib.loads(resources.files("rag").joinpath("contrast.toml").read_text("utf-8"))
    pairs = [*data["phases"], *data["contraries"]]
    return _Table(_numbered(data["kinds"]), _numbered(pairs), frozenset(range(len(data["phases"]))))


def _numbered(lists: Sequence[Sequence[str]]) -> dict[str, frozenset[tuple[int, int]]]:
    found: dict[str, frozenset[tuple[int, int]]] = {}
    for number, members in enumerate(lists):
        for side, words in enumerate(members):
            for key in map(word_key, words.split()):
                found[key] = found.get(key, frozenset()) | {(number, side)}
    return found


def contrasts(detail: Detail, row: Row, matches: Mapping[str, Match]) -> bool:
    """Whether a sentence is of another of a kind, or of the contrary, and so is no answer."""
    if detail.ask is Ask.YES_NO:
        return False
    return (
        _of_another(detail.text, row.reading)
        or _contrary(detail, row, matches)
        or _affirms(detail, row, matches)
    )


def _of_another(text: str, reading: Reading) -> bool:
    """Whether another of the same kind stands where the question has one: beside the same word, or a subject.

    What a child pays is not what an adult does; but adults may stay in the children's studio.
    """
    kinds, asked, tokens = _table().kinds, _asked(text), reading.tokens
    members = [(place, one) for place, word in enumerate(asked) for one in kinds.get(word.key, ())]
    wanted = {one for _, one in members}
    there = {one for token in tokens for one in kinds.get(token.key, ())} if members else set()
    for place, (kind, member) in members:
        if (kind, member) in there:
            continue
        after = asked[place + 1].key if place + 1 < len(asked) else ""
        before = asked[place - 1].key if place and asked[place - 1].key.isdigit() else ""
        for other, token in enumerate(tokens):
            ones = kinds.get(token.key, frozenset())
            if not any(k == kind and m != member for k, m in ones):
                continue
            acts = token.dep in SUBJECTS and not asked[place].owns and not ones & wanted
            if acts or _at(tokens, other + 1, after) or _at(tokens, other - 1, before):
                return True
    return False


class _Word(NamedTuple):
    """A word of a question as it is compared, and whether it is one's of whom something is ("children's")."""

    key: str
    owns: bool


@lru_cache(maxsize=256)
def _asked(text: str) -> tuple[_Word, ...]:
    """The words of a question: every sentence is held against the same."""
    return tuple(_Word(word_key(w), _OWNER.search(w) is not None) for w in _WORD.findall(text))


def _at(tokens: Sequence[Token], place: int, key: str) -> bool:
    return bool(key) and 0 <= place < len(tokens) and tokens[place].key == key


def _contrary(detail: Detail, row: Row, matches: Mapping[str, Match]) -> bool:
    """Whether a sentence has a word's contrary in its place, all else that is asked, and no denial of it.

    Its other clauses then go on about the contrary case, and answer nothing either.
    """
    lacking = [t for t in detail.of("verb", "noun", "focus", "modifier") if _lacks(t, matches)]
    if len(lacking) != 1 or _of_degree(lacking[0], detail):
        return False
    pairs, reading = _table().contraries, row.reading
    sides = [pairs.get(key, frozenset()) for key in reading.keys]
    for pair, side in pairs.get(lacking[0].key, ()):
        timed = detail.ask is Ask.WHEN or _TIMED.search(f"{detail.text} {reading.sentence.text}")
        if any((pair, side) in found for found in sides) or (timed and pair in _table().phases):
            continue
        for segment in reading.stance.segments:
            places = {p for p in range(segment.first, segment.last) if (pair, 1 - side) in sides[p]}
            if places and negated(reading, segment, places) == detail.negated:
                return True
    return False


def _lacks(term: Term, matches: Mapping[str, Match]) -> bool:
    match = matches[f"{term.role}:{term.key}"]
    return match.opposed or match.strength < (_SAME if term.key in _table().contraries else _PRESENT)


def _of_degree(term: Term, detail: Detail) -> bool:
    """Whether a word only names a scale: "how large" is asked of what is small, too."""
    return re.search(rf"\bhow {re.escape(term.text)}\b", detail.text, re.IGNORECASE) is not None


def _affirms(detail: Detail, row: Row, matches: Mapping[str, Match]) -> bool:
    """Whether what is asked is what does not hold, and nothing in the sentence is denied."""
    denied = detail.negated and not detail.presumed
    opposed = any(match.opposed for match in matches.values()) or row.reading.stance.gaps
    return denied and not opposed and _DENYING.search(row.reading.sentence.text) is None
