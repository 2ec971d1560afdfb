"""What the wording of a yes/no question demands beyond its content words: subject, voice, tense, mood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.governors import rules
from rag.language import word_key
from rag.question import Detail

_WORD = re.compile(r"[^\W_]+(?:[-'’.,][^\W_]+)*|%")
_PAST = frozenset("has have had did was were".split())
_ASKING = _PAST | frozenset("is are am do does can could may might must will would shall should".split())
_IS_IT_TRUE = "is it true that".split()
_PERFECT = re.compile(
    r"\b(?:have|has|had) (?:(?:already|ever|yet|always|now|since|not|just|recently) )*been\b"
)
_ABLE = frozenset("can could may allowed able possible permitted".split())
_PLANNED = re.compile(
    r"\b(?:going|due|set|scheduled|expected|planned|about) to\b|"
    r"\b(?:plans?|planning|planned|intends?|promised?|pledged?|aims?|agreed?|wants?)\b"
)
_HAVE_TO = re.compile(r"\b(?:have|has|had) to\b")


@dataclass(frozen=True)
class Proposition:
    """The statement that a yes/no question asks about, as far as its words show it."""

    detail: Detail

    @cached_property
    def words(self) -> list[str]:
        return [w.lower() for w in _WORD.findall(self.detail.text)]

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(map(word_key, self.words))

    @cached_property
    def subject(self) -> frozenset[str]:
        """The keys of the words before its verb; none where the parse does not show them."""
        lows = [w.lower() for w in _WORD.findall(self.detail.statement)]
        first = self.words[0] if self.words else ""
        if first in ("do", "does", "did"):
            place = self._inflected(lows)
        elif first in lows[:-1]:  # at the end: the parse took the whole question for its subject
            place = lows.index(first)
        else:
            return frozenset()
        return frozenset(map(word_key, lows[:place]))

    def _inflected(self, lows: Sequence[str]) -> int:
        """Where a statement has the verb that "do", "does" or "did" stood for; 0 where it is not seen."""
        changed = (n for n, (was, now) in enumerate(zip(self.words[1:], lows, strict=False)) if was != now)
        verb = self.detail.predicate.text.split()[0].lower() if self.detail.predicate else ""
        return next(changed, lows.index(verb) if verb in lows else 0)

    @property
    def passive(self) -> bool:
        return self.detail.passive

    @cached_property
    def future(self) -> bool:
        """Whether it asks for what is to come, or is planned."""
        return self.has("will", "shall", "won't") or bool(_PLANNED.search(" ".join(self.words)))

    @cached_property
    def past(self) -> bool:
        """Whether it asks for what has happened."""
        # "Is it true that the bridge has opened?" asks for it as "Has the bridge opened?" does.
        words = self.words[4:] if self.words[:4] == _IS_IT_TRUE else self.words
        if not words or self.future:
            return False
        told = words[0] not in _ASKING and bool(_PAST & set(words)) and not self.having
        return words[0] in _PAST or told

    @cached_property
    def having(self) -> bool:
        """Whether it asks for what a thing has, or what there is; no auxiliary "have" asks for that."""
        return self.has("have", "has", "had", "there", "get") and not _PERFECT.search(" ".join(self.words))

    @cached_property
    def able(self) -> bool:
        return bool(_ABLE & set(self.words))

    @cached_property
    def obliged(self) -> bool:
        """Whether it asks for what must be; not where the need itself is the predicate."""
        verb = self.detail.predicate.key if self.detail.predicate else ""
        needs = any(w in rules()["words"]["obligation"] and word_key(w) != verb for w in self.words)
        return needs or bool(_HAVE_TO.search(" ".join(self.words)))

    def has(self, *words: str) -> bool:
        """Whether it has one of the words."""
        return any(word in self.words for word in words)

    def among(self, group: str, name: str) -> bool:
        """Whether it has a word of a list of ``polarity.toml``."""
        return bool(rules()[group][name] & set(self.words))

    def before(self, word: str) -> str:
        """The preposition in front of a word of the question, or ""."""
        known = {p for pair in rules()["disjoint"]["prepositions"] for p in pair}
        place = self.words.index(word) if word in self.words else 0
        near = [w for w in self.words[max(0, place - 3) : place] if w in known]
        return near[-1] if near else ""
