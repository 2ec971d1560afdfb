"""A drafted sentence, clause by clause beside the evidence sentences that it is held against."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.records import ClaimKind, Verdict
from rag.verification_text import Word, normalise, read, sentences, stems, word_lists, words_of


@dataclass(frozen=True, slots=True)
class Source:
    """One evidence sentence; ``context`` holds also the sentence before it where it points back."""

    text: str
    words: tuple[Word, ...]
    context: frozenset[str]
    pointing: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A clause of the draft with the evidence sentences that it is held against."""

    text: str
    words: tuple[Word, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft, its clauses, and what is known of the evidence; ``question`` holds stems."""

    text: str
    words: tuple[Word, ...]
    parts: tuple[Part, ...]
    sources: tuple[Source, ...]
    evidence: str
    kind: ClaimKind
    speaker: str
    question: frozenset[str]
    verdict: Verdict


def read_draft(
    sentence: str, evidence: Sequence[str], kind: ClaimKind, speaker: str, question: str, verdict: Verdict
) -> Draft:
    """A drafted sentence held against its evidence; see ``verification.check_sentence``."""
    sources = _sources(evidence)
    text = normalise(sentence)
    return Draft(
        text=text,
        words=read(text),
        parts=tuple(part for piece in sentences(text) for part in _parts(piece, sources)),
        sources=sources,
        evidence="\n".join(normalise(item) for item in evidence),
        kind=kind,
        speaker=normalise(speaker).strip(),
        question=stems(read(normalise(question))),
        verdict=verdict,
    )


def _sources(evidence: Sequence[str]) -> tuple[Source, ...]:
    found: list[Source] = []
    for item in evidence:
        before: frozenset[str] = frozenset()
        for text in sentences(normalise(item)):
            words = read(text)
            own = stems(words)
            pointing = any(word.lower in words_of("pronouns") for word in words)
            found.append(Source(text, words, own | before if pointing else own, pointing))
            before = own
    return tuple(found)


def _parts(text: str, sources: tuple[Source, ...]) -> list[Part]:
    """Clauses of at least three words with content; shorter ones join the clause before."""
    pieces: list[str] = []
    # Not at commas: they stand in dates and lists.
    for piece in re.split(r"\s*[;:—]\s*|,?\s+(?=(?:and|but|while|whereas|although|though|which)\s)", text):
        if pieces and (len(stems(read(piece))) < 3 or len(stems(read(pieces[-1]))) < 3):
            pieces[-1] += " " + piece
        elif piece:
            pieces.append(piece)
    return [Part(piece, read(piece), _aligned(stems(read(piece)), sources)) for piece in pieces]


def _aligned(wanted: frozenset[str], sources: tuple[Source, ...]) -> tuple[Source, ...]:
    shares = [(len(wanted & stems(source.words)), source) for source in sources]
    best = max((count for count, _ in shares), default=0)
    return tuple(source for count, source in shares if count == best and best)


def shown(items: Sequence[str]) -> str:
    """Items in quotation marks, each once."""
    return ", ".join(f"“{item}”" for item in dict.fromkeys(items))


def says_silent(text: str) -> bool:
    """Whether the text says that something is not disclosed."""
    plain = " ".join(word.lower for word in read(text))
    return any(re.search(pattern, plain) for pattern in word_lists()["nondisclosure"])
