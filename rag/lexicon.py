"""Which words speak of the same detail: aspects, synonyms, opposites (data in ``lexicon.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from rag.language import Token, word_key

Phrase = tuple[str, ...]
# "how many people" names an aspect, but its noun must still be found by itself.
_ASKING = frozenset(map(word_key, "how what when where who why".split()))


def phrase_keys(phrase: str) -> Phrase:
    """The words of a lexicon entry in the form in which words are compared; hyphens part words."""
    return tuple(word_key(word) for word in phrase.replace("-", " ").split())


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Look-ups by phrase; every phrase is a tuple of word keys.

    ``groups`` maps a phrase to the ids of the meanings that it may have; ``instances`` a phrase to
    the aspects of which it names a value (a licence's name, a programming language).  ``narrower`` maps a
    meaning to the one that follows from it.  ``beginnings`` are the first words of all phrases.
    ``kinds`` are words in full: "production" is no product.
    """

    groups: dict[Phrase, frozenset[str]]
    instances: dict[Phrase, frozenset[str]]
    opposites: tuple[tuple[frozenset[Phrase], frozenset[Phrase]], ...]
    sides: dict[Phrase, frozenset[str]]
    generic: frozenset[str]
    people: frozenset[str]
    kinds: frozenset[str]
    longest: int
    beginnings: frozenset[str]
    narrower: dict[str, str]

    def meanings(self, keys: Sequence[str]) -> dict[int, frozenset[str]]:
        """For each position the meanings of the phrases that cover it."""
        return self._spread(keys, self.groups, exclusive=False)

    def asked(self, meanings: frozenset[str]) -> frozenset[str]:
        """What a word of a question may be answered by: not by what only follows from it.

        "Open sourced" answers "released?"; "released" does not answer "open sourced?".
        """
        return meanings - {self.narrower[one] for one in meanings if one in self.narrower}

    def somebody(self, token: Token) -> bool:
        """Whether a word means a person or body; one with its stem does not ("operates", "engine")."""
        return token.lemma.lower() in self.people and token.pos not in ("VERB", "AUX")

    def values(self, keys: Sequence[str]) -> dict[int, frozenset[str]]:
        """For each position the aspects whose instances cover it."""
        return self._spread(keys, self.instances, exclusive=True)

    def _spread(
        self, keys: Sequence[str], table: dict[Phrase, frozenset[str]], *, exclusive: bool
    ) -> dict[int, frozenset[str]]:
        found: dict[int, frozenset[str]] = {}
        taken: dict[int, int] = {}
        words = [place for place, key in enumerate(keys) if key]  # hyphens and other marks have no key
        begun = [first for first, place in enumerate(words) if keys[place] in self.beginnings]
        for length in range(min(self.longest, len(words)) if begun else 0, 0, -1):
            for first in begun:
                places = words[first : first + length]
                hit = table.get(tuple(keys[p] for p in places)) if len(places) == length else None
                # "apache software foundation" is not an instance of what "apache" is.
                if hit and not (exclusive and any(taken.get(p, 0) > length for p in places)):
                    for place in places:
                        taken[place] = length
                        found[place] = found.get(place, frozenset()) | hit
        return found

    def phrases(self, keys: Sequence[str]) -> list[tuple[int, int]]:
        """The places ``[first, last)`` of phrases of several words, longest first, none overlapping."""
        found: list[tuple[int, int]] = []
        words = [place for place, key in enumerate(keys) if key]
        for length in range(min(self.longest, len(words)), 1, -1):
            for first in range(len(words) - length + 1):
                places = words[first : first + length]
                span = (places[0], places[-1] + 1)
                free = all(span[1] <= a or b <= span[0] for a, b in found)
                phrase = tuple(keys[p] for p in places)
                asks = keys[places[0]] in _ASKING
                if free and not asks and (phrase in self.groups or phrase in self.instances):
                    found.append(span)
        return sorted(found)

    def poles(self, keys: Sequence[str]) -> dict[int, frozenset[str]]:
        """For each position the sides of pairs of opposites, as "3+" or "3-", that it stands on."""
        return self._spread(keys, self.sides, exclusive=False)

    def aspects(self, keys: Sequence[str]) -> frozenset[str]:
        """The aspects that the words name or give an instance of."""
        every: frozenset[str] = frozenset().union(
            *self.meanings(keys).values(), *({f"aspect:{a}" for a in v} for v in self.values(keys).values())
        )
        return frozenset(m for m in every if m.startswith("aspect:"))

    def opposed(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """Whether the two runs of words hold the two sides of one pair of opposites."""
        left, right = tuple(one), tuple(other)
        return any(
            (_holds(left, a) and _holds(right, b)) or (_holds(left, b) and _holds(right, a))
            for a, b in self.opposites
        )


def opposite_pole(pole: str) -> str:
    """The other side of a pair of opposites: "3-" for "3+"."""
    return pole[:-1] + ("-" if pole[-1] == "+" else "+")


def _holds(keys: Sequence[str], phrases: frozenset[Phrase]) -> bool:
    return any(
        tuple(keys[i : i + len(phrase)]) == phrase
        for phrase in phrases
        for i in range(len(keys) - len(phrase) + 1)
    )


@cache
def lexicon() -> Lexicon:
    """The shipped lexicon, read once."""
    data = tomllib.loads(resources.files("rag").joinpath("lexicon.toml").read_text("utf-8"))
    groups: dict[Phrase, frozenset[str]] = {}
    instances: dict[Phrase, frozenset[str]] = {}
    for name, aspect in data["aspects"].items():
        for phrase in map(phrase_keys, aspect["words"]):
            groups[phrase] = groups.get(phrase, frozenset()) | {f"aspect:{name}"}
        for phrase in map(phrase_keys, aspect.get("instances", ())):
            instances[phrase] = instances.get(phrase, frozenset()) | {name}
    for name, words in data["synonyms"].items():
        for phrase in map(phrase_keys, words):
            groups[phrase] = groups.get(phrase, frozenset()) | {f"synonym:{name}"}
    opposites = tuple(
        (frozenset(map(phrase_keys, pair["one"])), frozenset(map(phrase_keys, pair["other"])))
        for pair in data["opposites"]
    )
    sides: dict[Phrase, frozenset[str]] = {}
    for number, pair in enumerate(opposites):
        for sign, phrases in zip("+-", pair, strict=True):
            for phrase in phrases:
                sides[phrase] = sides.get(phrase, frozenset()) | {f"{number}{sign}"}
    generic = frozenset(map(word_key, data["question"]["generic"]))
    people, kinds = (frozenset(data["question"][name]) for name in ("people", "kinds"))
    every = (*groups, *instances, *sides)
    longest, beginnings = max(map(len, every)), frozenset(phrase[0] for phrase in every)
    narrower = {f"synonym:{one}": f"synonym:{other}" for one, other in data["narrower"].items()}
    return Lexicon(groups, instances, opposites, sides, generic, people, kinds, longest, beginnings, narrower)
