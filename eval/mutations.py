"""The evaluator tested against itself: right answers are spoilt, and each must be caught.

A spoilt answer counts as caught where it gains a fault of the kind that the mutation names, so that a
check which fires for another reason does not stand in for one that is broken.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from eval.assertions import AssertionKind
from eval.matching import Gold, find_gold
from eval.metrics import Outcome, Score, score
from eval.questions import Question
from eval.recording import Recording
from rag.records import Answer, Citation, Claim, ClaimKind, Finding, Origin, Polarity, Status, Verdict

Documents = dict[str, str]
_TRIED = 12  # spoilt answers of each kind in a run; the long tests try all
_SEED = 1

_HEDGES = re.compile(
    r"\b(?:up to|at least|may|might|could|probably|"
    r"(?:about|around|nearly|almost|roughly)(?= (?:\d|half|two|three|four|five|six|eight|ten)\b)) ",
    re.IGNORECASE,
)
_PLAN = re.compile(r"\b(?:will|plans? to|intends? to|expects? to|aims? to|promised? to|pledged? to)\b")


@dataclass(frozen=True, slots=True)
class Case:
    """A right answer to spoil, with its question and the texts that it quotes."""

    question: Question
    answer: Answer
    documents: Documents


Spoil = Callable[[Case], Answer | None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to spoil an answer: None where it does not apply; ``caught`` looks for its own fault."""

    name: str
    spoil: Spoil
    caught: Callable[[Score], bool]


def check_evaluator(
    recording: Recording, scores: Sequence[Score], most: int = _TRIED
) -> tuple[dict[str, tuple[int, int]], tuple[str, ...]]:
    """Spoils faultless answers in every way that applies, and scores what comes out.

    Args:
        recording: the answers.
        scores: of the unspoilt answers.
        most: how many answers are spoilt in each way, chosen with a fixed seed.

    Returns:
        Caught and tried by mutation, and each survivor as ``mutation: question id``.
    """
    counts: dict[str, tuple[int, int]] = {m.name: (0, 0) for m in MUTATIONS}
    survivors: list[str] = []
    cases = [case for s in scores if not s.failed and (case := _case(recording, s)) is not None]
    random.Random(_SEED).shuffle(cases)
    for case in cases:
        for mutation in MUTATIONS:
            caught, tried = counts[mutation.name]
            spoilt = mutation.spoil(case) if tried < most else None
            if spoilt is None:
                continue
            asked = replace(recording.asked[case.question.id], answer=spoilt)
            found = mutation.caught(score(case.question, asked, case.documents))
            counts[mutation.name] = (caught + found, tried + 1)
            survivors += [] if found else [f"{mutation.name}: {case.question.id}"]
    return counts, tuple(survivors)


def _case(recording: Recording, found: Score) -> Case | None:
    asked = recording.asked.get(found.question.id)
    if asked is None or asked.answer is None:
        return None
    return Case(found.question, asked.answer, recording.documents[found.question.corpus])


def _swapped_citation(case: Case) -> Answer | None:
    """Each cited sentence becomes another true one of its document, in the text too."""
    if not case.answer.citations or not case.question.gold:
        return None
    gold = find_gold(case.question.gold, case.documents)
    text, swapped = case.answer.text, []
    for citation in case.answer.citations:
        other = next(_others(citation, case.documents, gold), None)
        if other is None:
            return None
        text = text.replace(citation.quote, other.quote)
        swapped.append(other)
    return replace(case.answer, citations=tuple(swapped), text=text)


def _others(citation: Citation, documents: Documents, gold: Gold) -> Iterator[Citation]:
    for found in re.finditer(r"[A-Z][^.\n]{30,}\.", documents[citation.document_id]):
        start, end = found.span()
        taken = [place for _, places in gold.places for place in places]
        if all(place.document_id != citation.document_id or end <= place.start or place.end <= start
               for place in taken):  # fmt: skip
            yield replace(citation, quote=found[0], start=start, end=end)


def _digit_in_quote(case: Case) -> Answer | None:
    for number, citation in enumerate(case.answer.citations):
        if found := re.search(r"\d", citation.quote):
            changed = citation.quote[: found.start()] + _next(found[0]) + citation.quote[found.end() :]
            citations = list(case.answer.citations)
            citations[number] = replace(citation, quote=changed)
            text = case.answer.text.replace(citation.quote, changed)
            return replace(case.answer, citations=tuple(citations), text=text)
    return None


def _digit_in_text(case: Case) -> Answer | None:
    """The first digit between quotation marks."""
    return _another_digit(case, re.compile(r"\d(?=[^“”]*”)"))


def _digit_in_date(case: Case) -> Answer | None:
    """The first digit of a date of our own ("As of 2025-09-29 it was planned")."""
    return _another_digit(case, re.compile(r"(?<=\b(?:of|on) )\d(?=\d{3}-\d\d-\d\d[^“”]*(?:“|$))"))


def _another_digit(case: Case, pattern: re.Pattern[str]) -> Answer | None:
    plain = re.sub(r"\[\d+\]", lambda m: "#" * len(m[0]), case.answer.text)
    found = pattern.search(plain)
    if found is None:
        return None
    text = case.answer.text
    return replace(case.answer, text=text[: found.start()] + _next(found[0]) + text[found.end() :])


def _next(digit: str) -> str:
    return str((int(digit) + 1) % 10)


def _says(words: str) -> Spoil:
    def spoil(case: Case) -> Answer | None:
        return replace(case.answer, text=f"{words} {case.answer.text}")

    return spoil


def _licensed(case: Case) -> Answer | None:
    """A licence that neither the question nor a citation names."""
    known = " ".join([case.question.text, *(citation.quote for citation in case.answer.citations)])
    name = next(name for name in ("BSD", "MPL", "ISC") if name not in known.upper())
    return replace(case.answer, text=f"It is under the {name} licence. {case.answer.text}")


def _without_hedge(case: Case) -> Answer | None:
    """A model's sentence that leaves the hedge of its evidence out."""
    return _reworded(case.answer, _HEDGES, "")


def _done(case: Case) -> Answer | None:
    """A model's sentence that says a plan as done."""
    return _reworded(case.answer, _PLAN, "has already")


def _reworded(answer: Answer, words: re.Pattern[str], instead: str) -> Answer | None:
    for number, claim in enumerate(answer.claims):
        if not claim.citations or not 0 <= claim.finding < len(answer.findings):
            continue
        quote = answer.citations[claim.citations[0]].quote
        if answer.findings[claim.finding].verdict is not Verdict.STATED or not words.search(quote):
            continue
        text = words.sub(instead, quote, count=1)
        said = replace(claim, text=text, origin=Origin.MODEL)
        claims = (*answer.claims[:number], said, *answer.claims[number + 1 :])
        return replace(answer, claims=claims, text=f"{text} [{claim.citations[0] + 1}]")
    return None


def _planned_as_fact(case: Case) -> Answer | None:
    if case.question.kind != ClaimKind.COMMITMENT:
        return None
    return replace(case.answer, claims=tuple(replace(c, kind=ClaimKind.FACT) for c in case.answer.claims))


def _paraphrase_as_quote(case: Case) -> Answer | None:
    if not case.answer.citations:
        return None
    # Without its own quotation marks: with them, each half could be a true quote of its own.
    words = re.sub("[“”]", "", case.answer.citations[0].quote).split()
    turned = " ".join([*words[len(words) // 2 :], *words[: len(words) // 2]])
    return replace(case.answer, text=f"The source says: “{turned}” [1]")


def _missing_refusal(case: Case) -> Answer | None:
    """What is undisclosed or not covered, answered as if it were stated."""
    if case.question.target not in (Status.UNDISCLOSED, Status.NOT_COVERED):
        return None
    shown = case.answer.citations or case.answer.related
    if not shown:
        return None
    finding = Finding("", "", Verdict.STATED, citations=(0,))
    text = f"The source says: “{shown[0].quote}” [1]"
    claim = Claim(text, ClaimKind.FACT, "", Origin.QUOTE, 0, (0,))
    return replace(
        case.answer,
        status=Status.STATED,
        text=text,
        findings=(finding,),
        claims=(claim,),
        citations=shown[:1],
    )


def _polarity_turned(case: Case) -> Answer | None:
    if case.question.polarity is None:
        return None
    other = Polarity.NO if case.question.polarity is Polarity.YES else Polarity.YES
    return replace(case.answer, findings=tuple(replace(f, polarity=other) for f in case.answer.findings))


def _speaker_lost(case: Case) -> Answer | None:
    if not case.question.speaker:
        return None
    return replace(case.answer, claims=tuple(replace(claim, speaker="") for claim in case.answer.claims))


def _emptied(case: Case) -> Answer | None:
    return replace(case.answer, text=" ")


def _bare(case: Case) -> Answer | None:
    """The same words with nothing behind them, as a bare model gives."""
    if not case.answer.citations:
        return None
    return replace(case.answer, citations=(), claims=(), findings=(), related=())


def _value(found: Score) -> bool:
    return any(f.kind is AssertionKind.VALUE for f in found.assertions)


def _unsupported(found: Score) -> bool:
    return bool(found.unsupported)


def _broken(found: Score) -> bool:
    return bool(found.broken)


MUTATIONS: tuple[Mutation, ...] = (
    Mutation("swapped citation", _swapped_citation, lambda s: s.gold_cited is False),
    Mutation("one digit changed in a citation", _digit_in_quote, _broken),
    Mutation("one digit changed in the text", _digit_in_text, _broken),
    Mutation("one digit changed in a date of ours", _digit_in_date, _unsupported),
    Mutation("invented licence", _licensed, _value),
    Mutation("invented number", _says("There are 7341 of them."), _value),
    Mutation("invented name", _says("It was confirmed by Zanthor Quillby."), _unsupported),
    Mutation("invented quantifier", _says("It is guaranteed permanently."), _unsupported),
    Mutation("dropped hedge", _without_hedge, _unsupported),
    Mutation("planned told as done", _done, _unsupported),
    Mutation("planned labelled as fact", _planned_as_fact, lambda s: s.kind_right is False),
    Mutation("paraphrase passed off as a quote", _paraphrase_as_quote, _broken),
    Mutation("missing refusal", _missing_refusal, lambda s: s.stated_where_not),
    Mutation("yes turned into no", _polarity_turned, lambda s: s.polarity_right is False),
    Mutation("speaker lost", _speaker_lost, lambda s: s.speaker_right is False),
    Mutation("empty answer", _emptied, lambda s: s.outcome is Outcome.CRASHED),
    Mutation("no evidence behind the words", _bare, lambda s: bool(s.uncited)),
)
