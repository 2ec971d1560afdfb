"""An answer as Markdown, to be pasted elsewhere: with every quote, where it stands, and its digest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.records import Answer, Citation
from ui.render import STATUS_MEANINGS, STATUS_WORDS, finding_name, kind_text, origin

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!$])")
_DIGEST_SHOWN = 12


def answer_markdown(answer: Answer) -> str:
    """The whole answer; words of a source or a person carry no Markdown or HTML of their own."""
    parts = [f"**{plain(answer.question)}**"]
    if answer.understood_as and answer.understood_as != answer.question:
        parts.append(f"Understood as: {plain(answer.understood_as)}")
    parts.append(
        f"**{STATUS_WORDS[answer.status]}**: {STATUS_MEANINGS[answer.status]} (as of {answer.as_of})"
    )
    parts += [_noted(text, len(answer.citations)) for text in paragraphs(answer.text)]
    parts += [f"Notice: {plain(notice)}" for notice in answer.notices]
    if len(answer.findings) > 1:
        parts.append(
            "\n".join(
                f"- {plain(finding_name(f))}: {STATUS_WORDS[f.verdict].lower()}" for f in answer.findings
            )
        )
    kinds = [
        f"{plain(kind_text(claim, answer))}{_notes(claim.citations)}"
        for claim in answer.claims
        if claim.citations
    ]
    if kinds:
        parts.append("Kinds of statement: " + "; ".join(kinds))
    if answer.related:
        lines = [f"- “{plain(near.quote)}” ({_where(near)})" for near in answer.related]
        parts.append("Near misses, which answer nothing:\n\n" + "\n".join(lines))
    parts += [
        f"[^{number}]: “{plain(citation.quote)}” ({_where(citation)})"
        for number, citation in enumerate(answer.citations, start=1)
    ]
    return "\n\n".join(parts) + "\n"


def paragraphs(text: str) -> list[str]:
    """The paragraphs of an answer's text."""
    return [part for part in text.split("\n\n") if part.strip()]


def _noted(text: str, count: int) -> str:
    """The text with its markers as footnotes."""
    pieces = re.split(r"(\[\d{1,4}\])", text)
    shown = [
        f"[^{piece[1:-1]}]" if odd and 1 <= int(piece[1:-1]) <= count else plain(piece)
        for piece, odd in ((piece, index % 2) for index, piece in enumerate(pieces))
    ]
    return "".join(shown)


def _notes(indices: Sequence[int]) -> str:
    return "".join(f"[^{index + 1}]" for index in indices)


def _where(citation: Citation) -> str:
    digest = (
        f"document {citation.document_sha256[:_DIGEST_SHOWN]}, characters {citation.start}–{citation.end}"
    )
    address = f", <{citation.url}>" if citation.url and ">" not in citation.url else ""
    return f"{plain(origin(citation))}; {digest}{address}"


def plain(text: str) -> str:
    """Text of others on one line, without any effect as Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
