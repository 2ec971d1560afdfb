"""Checks of an answer's dates: those in its words, its histories', and that nothing comes from the future."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from rag.records import Answer, Citation, Origin, Verdict

_ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def cited(answer: Answer) -> Iterable[tuple[str, Citation]]:
    """Every citation and related line of an answer, each with what to call it."""
    for number, citation in enumerate(answer.citations, 1):
        yield f"citation [{number}]", citation
    for number, citation in enumerate(answer.related, 1):
        yield f"related line {number}", citation


def pick(answer: Answer, indices: Iterable[int]) -> list[Citation]:
    """The citations of these indices, leaving out those that do not resolve."""
    return [answer.citations[index] for index in indices if 0 <= index < len(answer.citations)]


def told_dates(answer: Answer) -> Iterable[str]:
    """Dates in the words around quotations: ours may only repeat a citation's date, or the question's."""
    asked = set(_ISO_DAY.findall(f"{answer.question} {answer.understood_as}"))
    for number, claim in enumerate(answer.claims):
        if claim.origin is Origin.MODEL:  # held against its evidence by "wording"
            continue
        published = {citation.published.isoformat() for citation in pick(answer, claim.citations)}
        own = claim.text
        for citation in pick(answer, claim.citations):
            own = own.replace(citation.quote, " ")
        for day in _ISO_DAY.findall(own):
            if day not in published | asked:
                yield f"claim {number}: nothing that it cites was published on {day}"


def history(answer: Answer) -> Iterable[str]:
    """Histories that do not run forward, end with another verdict, or cite what was not there yet."""
    for number, finding in enumerate(answer.findings):
        where, entries = f"history of finding {number}", finding.history
        if any(one.published >= other.published for one, other in itertools.pairwise(entries)):
            yield f"{where} does not run forward"
        if entries and entries[-1].verdict is not finding.verdict:
            yield f"{where} ends with {entries[-1].verdict}, the finding is {finding.verdict}"
        for entry in entries:
            if any(citation.published > entry.published for citation in pick(answer, entry.citations)):
                yield f"{where} cites for {entry.published.isoformat()} what was published later"
            if (entry.verdict is Verdict.NOT_COVERED) == bool(entry.citations):
                yield f"{where} is {entry.verdict} on {entry.published.isoformat()}, with or without evidence"


def as_of(answer: Answer) -> Iterable[str]:
    """What is later than the date that an answer is of."""
    for where, citation in cited(answer):
        if citation.published > answer.as_of:
            yield f"{where} was published on {citation.published.isoformat()}"
    for number, finding in enumerate(answer.findings):
        for entry in finding.history:
            if entry.published > answer.as_of:
                yield f"history of finding {number} reaches {entry.published.isoformat()}"
