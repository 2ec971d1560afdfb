"""An answer as a card of HTML: status, words with their kinds, what is open, near misses, proof."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from html import escape

from rag.records import Answer, Citation, Claim, Evidence
from ui.answer_markdown import answer_markdown, paragraphs
from ui.answer_parts import detail_name, over_time_html, parts_html
from ui.feedback import CHOICES
from ui.markup import badge, listing, mark, marked, marks, near_letter, notes, page_part, place, section_of
from ui.render import STATUS_MEANINGS, STATUS_WORDS, kind_text, shortened

_BEGINNING = 24  # characters by which a claim is found in its paragraph
_SPACE = re.compile(r"\s+")


def answer_html(answer: Answer, turn: int) -> str:
    """A finished answer.

    Args:
        answer: as the engine gave it.
        turn: its number in the conversation, from 1; its marks lead to that turn's sentences.
    """
    parts = [
        question_html(answer.question),
        _understood(answer),
        _status(answer),
        _words(answer, turn),
        notes(answer.notices),
        parts_html(answer, turn),
        over_time_html(answer, turn),
        _near_misses(answer.related, turn, alone=not answer.citations),
        _proof(answer, turn),
    ]
    return page_part("".join(parts), "article", "answer")


def running_html(question: str, evidence: Evidence | None, text: str, turn: int, before: int = 0) -> str:
    """An answer in the making: the verdicts first, then the words as they come; or its place in the line."""
    head = question_html(question)
    if evidence is None:
        line = f"Waiting: {before} {'question is' if before == 1 else 'questions are'} before this one"
        doing = line if before else "Reading the sources"
        return page_part(f'{head}<p class="aside">{doing} …</p>', "article", "answer running")
    verdicts = " ".join(dict.fromkeys(badge(finding.verdict) for finding in evidence.findings))
    count = len(evidence.citations)
    words = "".join(_paragraph(part, count, turn) for part in paragraphs(text))
    found = f'<span class="aside">{count} {"sentence" if count == 1 else "sentences"} found</span>'
    return page_part(f'{head}<p class="status">{verdicts} {found}</p>{words}', "article", "answer running")


def question_html(question: str) -> str:
    """What was asked, as the heading of its answer."""
    return f'<h2 class="asked" dir="auto">{escape(question)}</h2>'


def earlier_html(answers: Sequence[Answer]) -> str:
    """The turns before the one that is shown, newest first, folded."""
    folded = [
        f'<details class="turn"><summary>{badge(answer.status)} '
        f'<span dir="auto">{escape(answer.question)}</span></summary>{answer_html(answer, turn)}</details>'
        for turn, answer in enumerate(answers, start=1)
    ]
    if not folded:
        return ""
    return page_part(
        "<h2>Earlier in this conversation</h2>" + "".join(reversed(folded)), "section", "earlier"
    )


def announcement(answer: Answer) -> str:
    """What a screen reader says once, when an answer is finished."""
    count = len(answer.citations)
    sources = f"{count} cited {'sentence' if count == 1 else 'sentences'}" if count else "no sentence to cite"
    return escape(
        f"Answer ready: {STATUS_WORDS[answer.status]}, {STATUS_MEANINGS[answer.status]}; {sources}."
    )


def _understood(answer: Answer) -> str:
    same = _SPACE.sub(" ", answer.question).strip() == answer.understood_as
    if not answer.understood_as or same:
        return ""
    return f'<p class="understood">Understood as: <em dir="auto">{escape(answer.understood_as)}</em></p>'


def _status(answer: Answer) -> str:
    return (
        f'<p class="status">{badge(answer.status)} <span class="aside">{STATUS_MEANINGS[answer.status]}, '
        f"as of {answer.as_of.isoformat()}</span></p>"
    )


def _words(answer: Answer, turn: int) -> str:
    """The text; where each piece of it is one claim, its kind and speaker stand with it."""
    count = len(answer.citations)
    texts = paragraphs(answer.text)
    claims = [claim for claim in answer.claims if claim.citations]  # silence is no kind of statement
    if (pieces := _by_claim(texts, answer.claims)) is not None:
        return "".join(
            _paragraph(text, count, turn) + (_kind(claim, answer) if claim.citations else "")
            for text, claim in pieces
        )
    words = "".join(_paragraph(text, count, turn) for text in texts)
    if len(claims) == 1:
        return words + _kind(claims[0], answer)
    lines = [
        f"{_kind(claim, answer, 'span')} {escape(shortened(claim.text))} "
        f"{marks(claim.citations, count, turn)}"
        for claim in claims
    ]
    return words + ("<h3>Kinds of statement</h3>" + listing(lines) if lines else "")


def _by_claim(texts: Sequence[str], claims: Sequence[Claim]) -> list[tuple[str, Claim]] | None:
    """The paragraphs cut where a claim begins, so that each piece ends with one; None where they do not fit.

    A part of a compound question is led by its own words, which are no claim.
    """
    pieces: list[tuple[str, Claim]] = []
    rest = list(claims)
    for text in texts:
        start = 0
        while rest:
            following = text.find(rest[1].text[:_BEGINNING], start + 1) if len(rest) > 1 else -1
            piece = text[start : following if following > 0 else len(text)].strip()
            if not _bare(piece).endswith(_bare(rest[0].text)):
                return None
            pieces.append((piece, rest.pop(0)))
            if following < 0:
                break
            start = following
    return pieces if not rest and len(pieces) >= len(texts) else None


def _bare(text: str) -> str:
    return _SPACE.sub(" ", re.sub(r" ?\[\d{1,4}\]", "", text)).strip()


def _paragraph(text: str, count: int, turn: int) -> str:
    return f'<p class="text" dir="auto">{marked(text, count, turn)}</p>'


def _kind(claim: Claim, answer: Answer, tag: str = "p") -> str:
    """Kind, speaker and, where there are several documents, the date of what carries a claim."""
    parts = [f'<span class="kind {claim.kind.value}">{escape(kind_text(claim, answer))}</span>']
    days = sorted({answer.citations[i].published for i in claim.citations if i < len(answer.citations)})
    parts.append(f'<span class="aside">{" and ".join(day.isoformat() for day in days)}</span>')
    if claim.origin == "model":
        parts.append('<span class="aside">worded by a model, checked against the quote</span>')
    return f'<{tag} class="kinds">{" ".join(parts)}</{tag}>'


def _near_misses(related: Sequence[Citation], turn: int, alone: bool) -> str:
    if not related:
        return ""
    lines = []
    for index, citation in enumerate(related):
        letter = near_letter(index)
        where = f' <span class="aside">{section_of(citation)}</span>' if section_of(citation) else ""
        lines.append(
            f'<a class="cite near" href="#source-{place(turn, letter)}" data-to="{place(turn, letter)}" '
            f'aria-label="near miss {letter}: show it in the source">{letter}</a> '
            f'<q dir="auto">{escape(citation.quote)}</q>{where}'
        )
    title = (
        f"Near misses: close, but {'none of them answers this' if len(lines) > 1 else 'no answer to this'}"
    )
    state = " open" if alone else ""
    return (
        f'<details class="near-misses"{state}><summary>{title}</summary>{listing(lines, "plain")}</details>'
    )


def _proof(answer: Answer, turn: int) -> str:
    """Who worded it, what was checked, how long it took; and what can be done with it."""
    failed = [check for check in answer.checks if not check.passed]
    total = answer.seconds.get("total")
    worded = "quotes, no model" if answer.backend == "none" else escape(answer.backend)
    facts = [
        f"Worded by: {worded}",
        f"{len(answer.checks) - len(failed)} of {len(answer.checks)} checks passed",
    ]
    facts += [f"{total:.2f} s"] if total is not None else []
    checks = [
        f"{'✓' if check.passed else '✗ failed:'} {escape(check.name)}"
        + (f": {escape(check.detail)}" if check.detail else "")
        for check in answer.checks
    ]
    receipt = json.dumps(answer.to_dict(), indent=2, ensure_ascii=False).encode()
    name = f"stated-{answer.as_of.isoformat()}-{turn}.json"
    href = f"data:application/json;base64,{base64.b64encode(receipt).decode()}"
    actions = (
        '<div class="actions">'
        f'<button type="button" class="act" data-copy="{escape(answer_markdown(answer))}">'
        "Copy as Markdown</button>"
        f'<a class="act" download="{name}" href="{href}">Download receipt</a>'
        f'<span class="unseen" role="status" data-said></span></div>'
    )
    choices = "".join(
        f'<button type="button" class="act" data-turn="{turn}" data-feedback="{choice}">{words}</button>'
        for choice, words in CHOICES.items()
    )
    return (
        f'<details class="proof"><summary>{" · ".join(facts)}</summary>{listing(checks, "plain")}</details>'
        f'<div class="foot">{actions}<div class="actions" role="group" aria-label="Is this answer right?">'
        f'<span class="aside">Is this right?</span>{choices}</div></div>'
    )


__all__ = [
    "announcement",
    "answer_html",
    "detail_name",
    "earlier_html",
    "mark",
    "question_html",
    "running_html",
]
