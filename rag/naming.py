"""Which words of a sentence are names, which it only mentions, and who is meant by a surname or "he"."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rag.language import Token

_DATE_ENTITIES = frozenset(("DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY"))
_EXAMPLES = frozenset(("like", "as", "including", "alongside", "versus"))
_CONTRAST = frozenset(("unlike", "beyond", "besides", "beside", "except"))


def is_name(token: Token, first_of_sentence: bool) -> bool:
    """Whether a token is (part of) a name: tagged so, or written so (vLLM, 910B, CANN)."""
    if token.ent in _DATE_ENTITIES and not _mixed(token.text):
        return False
    if _mixed(token.text):
        return True
    if token.pos == "PROPN":
        return token.text[:1].isupper() or token.text.isdigit()
    return (
        token.text[:1].isupper()
        and not first_of_sentence
        and token.pos in ("NOUN", "ADJ", "X", "VERB", "INTJ")
    )


def is_common(row: Sequence[Token], place: int, common: frozenset[str]) -> bool:
    """Whether a capital only begins the sentence: the document writes the word small elsewhere."""
    first = place == 0 or row[place - 1].text in '“"'
    return first and row[place].key in common and not _mixed(row[place].text)


@lru_cache(maxsize=1 << 16)
def _mixed(text: str) -> bool:
    letters = any(c.isalpha() for c in text)
    inner_upper = any(c.isupper() for c in text[1:])
    digits = any(c.isdigit() for c in text)
    return (
        letters
        and len(text) > 1
        and (inner_upper or (digits and not text.lower().endswith(("st", "nd", "rd", "th"))))
    )


def is_example(row: Sequence[Token], place: int) -> bool:
    """Whether a name stands in a list of examples: behind or governed by "such as", "like", "including"."""
    for back in range(place - 1, max(-1, place - 14), -1):
        low = row[back].low
        if (row[back].pos in ("VERB", "AUX") and low != "including") or low in (";", ":", "."):
            break
        if (
            low in ("including", "alongside")
            or (low == "as" and row[back - 1].low == "such")
            or (low == "like" and row[back].pos == "ADP")
        ):
            return True
    seen: set[int] = set()
    while place not in seen:
        seen.add(place)
        token = row[place]
        if token.low in _EXAMPLES and token.pos in ("ADP", "SCONJ", "VERB"):
            return True
        if token.pos in ("VERB", "AUX") or token.head == place:
            return False
        place = token.head
    return False


def is_set_aside(row: Sequence[Token], place: int) -> bool:
    """Whether a name is only set aside ("unlike X", "beyond X"): the sentence speaks of others."""
    head = place
    while row[head].dep in ("compound", "nmod", "poss", "flat", "conj") and row[head].head != head:
        head = row[head].head
    governor = row[row[head].head]
    chain = row[governor.head] if governor.dep == "pobj" else governor
    return any(t.low in _CONTRAST and t.pos in ("ADP", "SCONJ") for t in (governor, chain))


def people(tokens: Sequence[tuple[Token, ...]]) -> dict[str, str]:
    """Surname to the full name, where the document names just one person with it."""
    full: dict[str, set[str]] = {}
    for row in tokens:
        for run in persons(row):
            if len(run) > 1:
                full.setdefault(run[-1], set()).add(" ".join(run))
    return {surname: names.copy().pop() for surname, names in full.items() if len(names) == 1}


def persons(row: Sequence[Token]) -> list[list[str]]:
    """The names of people in a sentence, as runs of words."""
    found: list[list[str]] = []
    last = -2
    for place, token in enumerate(row):
        if token.pos == "PROPN" and token.ent == "PERSON":
            if last == place - 1:
                found[-1].append(token.text)
            else:
                found.append([token.text])
            last = place
    return found


def resolved(speaker: str, surnames: dict[str, str], last: str) -> str:
    """A speaker by the full name: of a surname as the document gives it, of a pronoun the last speaker's."""
    if speaker.lower() in ("he", "she", "they"):
        return last
    return surnames.get(speaker, speaker) if len(speaker.split()) == 1 else speaker
