"""One question about several things: a detail for each coordinated focus or subject."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.asked import Detail
from rag.language import Token
from rag.lexicon import lexicon


def coordinated(detail: Detail, row: tuple[Token, ...], focus: frozenset[int]) -> list[Detail]:
    """One detail for each coordinated focus ("size and licence") or subject ("X and Y")."""
    groups = _conjuncts(row)
    if not groups:
        return [detail]
    details = [detail]
    for group in groups[:2]:
        every = frozenset().union(*group)
        details = [
            _without(d, row, every - mine, mine & focus or (mine if every & focus else frozenset()))
            for d in details
            for mine in group
        ]
    return details


def _conjuncts(row: tuple[Token, ...]) -> list[list[frozenset[int]]]:
    """Coordinations of nouns: each a list of the token places of its members."""
    found: list[list[frozenset[int]]] = []
    used: set[int] = set()
    for place, token in enumerate(row):
        if place in used or token.pos not in ("NOUN", "PROPN", "ADJ", "X", "NUM"):
            continue
        members = [place]
        for other in range(place + 1, len(row)):
            if row[other].pos not in ("NOUN", "PROPN", "X", "NUM"):
                continue
            direct = row[other].dep == "conj" and row[other].head in members
            if direct or (row[other].dep == "pobj" and _joined_phrase(row, other, members)):
                members.append(other)
        if len(members) < 2 or any(t.low == "or" for t in row[place : members[-1]]):
            continue
        used.update(members)
        spans = [
            frozenset(
                {m}
                | {
                    p
                    for p, t in enumerate(row)
                    if t.head == m
                    and t.dep in ("compound", "amod", "nummod", "poss", "nmod")
                    and not (p < place and m != place)
                }
            )
            for m in members
        ]
        found.append(spans)
    return found


def _joined_phrase(row: tuple[Token, ...], place: int, members: list[int]) -> bool:
    """Whether a noun hangs on a preposition coordinated with a member's ("with X and with Y")."""
    preposition = row[row[place].head]
    return preposition.dep == "conj" and any(
        row[m].dep == "pobj" and row[m].head == preposition.head for m in members
    )


def _without(detail: Detail, row: tuple[Token, ...], drop: frozenset[int], focus: frozenset[int]) -> Detail:
    gone = {row[i].key for i in drop}
    mine = {row[i].key for i in focus}
    terms = tuple(
        replace(t, role="focus") if t.key in mine and t.role in ("noun", "focus", "modifier") else t
        for t in detail.terms
        if t.key not in gone or t.key in mine
    )
    kept = [t.text for i, t in enumerate(row) if i not in drop]
    text = re.sub(r"\s+", " ", " ".join(w for w in kept if w not in (",",)))
    text = re.sub(
        r"\b(?:and|with and)\s+(?=and\b)|\s+and\s*(?=\?|$)|\band (?=\?)|(?<=the) and\b|(?<=of) and\b",
        "",
        text,
    )
    names_left = " ".join(t.text for t in terms if t.role == "name")
    focus_text = " ".join(row[i].text for i in sorted(focus)) or detail.focus
    aspects = lexicon().aspects([row[i].key for i in sorted(focus)]) if focus else frozenset()
    return replace(
        detail, terms=terms, text=tidy(text), subject=names_left or detail.subject, focus=focus_text,
        aspects=aspects or lexicon().aspects([t.key for i, t in enumerate(row) if i not in drop]),
    )  # fmt: skip


def tidy(text: str) -> str:
    """Tokens joined by spaces, as people write them."""
    text = (
        re.sub(r"\s+([?.,!;:])", r"\1", text).replace(" 's", "'s").replace(" ’s", "’s").replace(" n't", "n't")
    )
    return re.sub(r"\s+(?:and|or)\s+(?=(?:of|for|on|in|be|have|has|support|is|are|made)\b)", " ", text).strip(
        " ?."
    )


def inherit(details: list[Detail]) -> list[Detail]:
    """A later part without names of its own takes the subject of the part before it."""
    result: list[Detail] = []
    for detail in details:
        if result and not detail.of("name") and result[0].of("name"):
            borrowed = result[0].of("name")
            detail = replace(detail, terms=(*borrowed, *detail.terms), subject=result[0].subject)
        result.append(detail)
    return result
