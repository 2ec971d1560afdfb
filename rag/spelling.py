"""Misspelt words of a question, mended towards the corpus first and the dictionary second.

Words with digits and words that the corpus uses are never touched: ``910D`` is not a misspelt
``910B``.  Edit distance is optimal string alignment (rapidfuzz), the dictionary pyspellchecker's.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from functools import cache
from typing import TYPE_CHECKING

from rag.language import function_words, word_key

if TYPE_CHECKING:
    from spellchecker import SpellChecker

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_QUESTION_WORDS = {
    w: w for w in "who what when where which why how will does has can the is are with under".split()
}
# A dictionary word this rare gives way to a question word or a corpus word one edit away.
_RARE = 1_000
_ACRONYM = re.compile(r"[A-Z]{2,5}s?")
# Shorter words are a slip away from too many others.
_LONG = 5


def mend(question: str, vocabulary: Mapping[str, str], keys: Container[str] = ()) -> str:
    """The question with misspelt words replaced.

    Args:
        question: as typed.
        vocabulary: the corpus's words, lower case, each with the form in which it is mostly written.
        keys: the corpus's word keys; an inflected form of a corpus word is spelt rightly.
    """

    def mended(match: re.Match[str]) -> str:
        word = match.group()
        neighbours = (
            question[max(0, match.start() - 1) : match.start()] + question[match.end() : match.end() + 1]
        )
        after = question[match.end() : match.end() + 2]
        joined = (after[:1] in (".", ":") and after[1:].strip() != "") or question[
            match.start() - 1 : match.start()
        ] == "."
        if joined or any(c.isdigit() or c in "_@/" for c in neighbours):
            return word
        found = _mend_word(word, vocabulary, keys)
        # The letters of an acronym are chosen one by one: "GPUs" are no NPUs; only their order may be a slip.
        chosen = _ACRONYM.fullmatch(word) is not None and not question.isupper()
        return word if chosen and sorted(found.lower()) != sorted(word.lower()) else found

    return _WORD.sub(mended, question)


def _mend_word(word: str, vocabulary: Mapping[str, str], keys: Container[str]) -> str:
    low = word.lower()
    if low in vocabulary or low in _QUESTION_WORDS or len(low) < 2 or "'" in low or "’" in low:
        return word
    if word_key(low) in keys and low in _dictionary():
        return word
    usage = _dictionary().word_usage_frequency(low) if low.isascii() else 0.0
    known = low.isascii() and low in _dictionary()
    if known and (usage > _rare_share() or len(low) < 3):
        return word
    if len(low) <= 5 and not word[:1].isupper():
        nearest = _nearest(low, _QUESTION_WORDS, 1)
        if nearest:
            return nearest
    if len(low) >= 4:
        # "MindIE" is no misspelt "Mind": who writes capitals inside a word means that word.
        reach = 2 if len(low) >= 6 and not known and (word.isupper() or word[1:].islower()) else 1
        nearest = _nearest(low, vocabulary, 1)
        if nearest:
            return vocabulary[nearest]
        plain = None if known or word[:1].isupper() or not low.isascii() else _dictionary().correction(low)
        if plain and word_key(plain) in keys and plain[0] == low[0]:
            return plain
        nearest = _nearest(low, vocabulary, reach)
        if nearest:
            return vocabulary[nearest]
    if known or not low.isascii() or word[:1].isupper() or len(low) < 3:
        return word
    better = _dictionary().correction(low) or word
    # "colour" and "color" are one word in two spellings.
    return better if _plainly_meant(low, better) and word_key(better) != word_key(low) else word


def _plainly_meant(low: str, better: str) -> bool:
    """Whether a word that the corpus does not know is a slip for another that it does not know.

    The dictionary is of everyday words, and each field has young ones near to them: "app" is no "ape", a
    "backend" is not "backed", "sso" not "so".  So of three marks of a slip two are wanted: the word is not
    short; a letter was left out or two changed places ("supprt"), for young words take letters on or change
    them; the other word is one that holds sentences together ("mutch", "teh").
    """
    slipped = len(better) > len(low) or sorted(better) == sorted(low)
    return (len(low) >= _LONG) + slipped + (better in function_words()) >= 2


def _nearest(low: str, words: Mapping[str, str], reach: int) -> str | None:
    from rapidfuzz.distance import OSA, JaroWinkler

    best: tuple[int, float, str] | None = None
    for word in words:
        if abs(len(word) - len(low)) > reach or (len(word) < 4 and len(low) > 4):
            continue
        distance = OSA.distance(low, word, score_cutoff=reach)
        if distance <= reach and (distance < 2 or word[0] == low[0]):
            rank = (
                distance + 2 * int(word[0] != low[0]),
                -JaroWinkler.similarity(low, word[::1]) - JaroWinkler.similarity(low[::-1], word[::-1]),
                word,
            )
            best = min(best, rank) if best else rank
    return best[2] if best else None


@cache
def _dictionary() -> SpellChecker:
    from spellchecker import SpellChecker

    return SpellChecker(distance=1)


@cache
def _rare_share() -> float:
    return _RARE / max(1, _dictionary().word_frequency.total_words)
