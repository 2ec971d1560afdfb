"""Exact checks of a finished answer, or of a drafted sentence, against the documents.

Nothing here decides an answer, and nothing is shared with the engine that does: the files
``verification*.py`` read the text with small parsers of their own and import only the records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from rag.records import Answer, Check, ClaimKind, Origin, Status, Verdict
from rag.verification_draft import read_draft
from rag.verification_sentence import check_draft
from rag.verification_text import normalise
from rag.verification_time import as_of, cited, history, pick, told_dates
from rag.verification_values import dates, licences, numbers

_MARKER = re.compile(r"\[(\d{1,6})\]")
_SHOWN_FAULTS = 5
#: Shorter stretches in quotation marks are words mentioned, not quotations.
_QUOTATION_WORDS = 4


def verify_answer(answer: Answer, text_of: Callable[[str], str | None]) -> tuple[Check, ...]:
    """Every exact check of a finished answer; it holds if all of them passed.

    Args:
        answer: the answer, fresh or read from a receipt.
        text_of: the text of a document by its id, None for an unknown id.

    Returns:
        One check per kind, in a fixed order; ``detail`` says in plain words what was found.
    """
    kinds: dict[str, tuple[Iterable[str], str]] = {
        "citations": (_citations(answer, text_of), "every quote stands in its document at its place"),
        "indices": (_indices(answer), "every reference to a finding or citation resolves"),
        "markers": (_markers(answer), "every [n] in the text has its citation"),
        "quotations": (_quotations(answer), "every quotation is verbatim in a citation"),
        "wording": (_wording(answer), "every sentence of a model keeps to its evidence"),
        "status": (_status(answer), "the status agrees with the findings"),
        "evidence": (_evidence(answer), "findings cite evidence where, and only where, there is some"),
        "polarity": (_polarity(answer), "yes or no only of what is stated"),
        "values": (_values(answer), "every number, date and licence in the text is cited or asked for"),
        "dates": (told_dates(answer), "every date in words of ours is that of a citation beside it"),
        "history": (history(answer), "every history runs forward, on evidence of its day, to the verdict"),
        "as_of": (as_of(answer), f"nothing cited is later than {answer.as_of.isoformat()}"),
    }
    return tuple(_check(name, list(faults), fine) for name, (faults, fine) in kinds.items())


def check_sentence(
    sentence: str,
    evidence: Sequence[str],
    *,
    kind: ClaimKind,
    speaker: str,
    question: str = "",
    verdict: Verdict = Verdict.STATED,
) -> tuple[Check, ...]:
    """Whether a sentence that a language model wrote keeps to its cited evidence.

    Args:
        sentence: the draft; citation markers in it are ignored.
        evidence: the cited quotes.
        kind: what the evidence is; a commitment must keep its word of plan or future.
        speaker: whom the evidence is attributed to, "" for the source itself.
        question: its words may name what a pronoun in the evidence means, nothing more.
        verdict: of the finding that is worded; ``undisclosed`` must be said and no value given.

    Returns:
        One check per veto, in a fixed order; a failed one names what it objects to.
    """
    return check_draft(read_draft(sentence, evidence, kind, speaker, question, verdict))


def sentence_accepted(checks: Iterable[Check]) -> bool:
    """Whether no veto objects; with no checks at all nothing is accepted."""
    results = [check.passed for check in checks]
    return bool(results) and all(results)


def _check(name: str, faults: list[str], fine: str) -> Check:
    if not faults:
        return Check(name, True, fine)
    more = f"; and {len(faults) - _SHOWN_FAULTS} more" if len(faults) > _SHOWN_FAULTS else ""
    return Check(name, False, "; ".join(faults[:_SHOWN_FAULTS]) + more)


def _citations(answer: Answer, text_of: Callable[[str], str | None]) -> Iterable[str]:
    for where, citation in cited(answer):
        text = text_of(citation.document_id)
        if text is None:
            yield f"{where}: document {citation.document_id!r} is unknown"
        elif sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != citation.document_sha256:
            yield f"{where}: the document's text has another digest"
        # A negative offset would slice from the end and could still equal the quote.
        elif not 0 <= citation.start < citation.end <= len(text):
            yield f"{where}: offsets {citation.start} to {citation.end} lie outside the document"
        elif text[citation.start : citation.end] != citation.quote:
            yield f"{where}: the quote differs from the document"


def _indices(answer: Answer) -> Iterable[str]:
    uses = [(f"finding {number}", finding.citations) for number, finding in enumerate(answer.findings)]
    uses += [
        (f"history of finding {number}", entry.citations)
        for number, finding in enumerate(answer.findings)
        for entry in finding.history
    ]
    uses += [(f"claim {number}", claim.citations) for number, claim in enumerate(answer.claims)]
    for where, indices in uses:
        for index in indices:
            if not 0 <= index < len(answer.citations):
                yield f"{where} refers to citation {index}, of {len(answer.citations)}"
    for number, claim in enumerate(answer.claims):
        if not 0 <= claim.finding < len(answer.findings):
            yield f"claim {number} refers to finding {claim.finding}, of {len(answer.findings)}"


def _markers(answer: Answer) -> Iterable[str]:
    text = _one_line(answer.text)
    for citation in answer.citations:  # a source may hold "[9]" of its own
        text = text.replace(_one_line(citation.quote), " ")
    for citation in (*answer.citations, *answer.related):
        for own in re.findall(r"\S*\s?\[\d{1,6}\]", citation.quote):
            text = text.replace(own, " ")
    for marker in _MARKER.finditer(text):
        if not 1 <= int(marker.group(1)) <= len(answer.citations):
            yield f"{marker.group()} has no citation"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _stretches(text: str) -> list[str]:
    """Stretches between quotation marks; of nested ones the outermost."""
    found, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        if letter == "“":
            start = index + 1 if depth == 0 else start
            depth += 1
        elif letter == "”" and depth:
            depth -= 1
            if depth == 0:
                found.append(text[start:index])
    if depth:  # an unclosed one hides its end: take the rest, which will match nothing by luck
        found.append(text[start:])
    plain = re.sub(r"“[^“”]*”", " ", text) if "“" in text else text
    return found + re.findall(r'"([^"]+)"', plain if found else text)


def _quotations(answer: Answer) -> Iterable[str]:
    for number, claim in enumerate(answer.claims):
        if claim.origin is not Origin.QUOTE:
            continue
        quotes = [_one_line(citation.quote) for citation in pick(answer, claim.citations)]
        text = _one_line(claim.text)
        stretches = _stretches(text) or [_MARKER.sub("", text).strip()]
        # Straight marks inside a straight quotation cannot be paired: then the outermost are meant.
        outer = text[text.find('"') + 1 : text.rfind('"')].strip()
        if outer and any(outer in quote for quote in quotes) and "“" not in text:
            continue
        for stretch in stretches:
            if not stretch.strip() or not any(stretch.strip() in quote for quote in quotes):
                yield f"claim {number}: “{stretch[:80]}” is not verbatim in its citations"
    known = [_one_line(citation.quote) for _, citation in cited(answer)]
    known += [_one_line(citation.title) for _, citation in cited(answer)]
    known += [
        _one_line(answer.question),
        _one_line(answer.understood_as),
        *(_one_line(f.premise) for f in answer.findings),
    ]
    for stretch in _stretches(_one_line(answer.text)):
        if len(stretch.split()) >= _QUOTATION_WORDS and not any(stretch.strip() in text for text in known):
            yield f"text: “{stretch[:80]}” is not verbatim in any citation"


def _wording(answer: Answer) -> Iterable[str]:
    for number, claim in enumerate(answer.claims):
        if claim.origin is not Origin.MODEL or not 0 <= claim.finding < len(answer.findings):
            continue
        checks = check_sentence(
            claim.text,
            [citation.quote for citation in pick(answer, claim.citations)],
            kind=claim.kind,
            speaker=claim.speaker,
            question=answer.understood_as or answer.question,
            verdict=answer.findings[claim.finding].verdict,
        )
        yield from (f"claim {number}: {check.name}: {check.detail}" for check in checks if not check.passed)


def _status(answer: Answer) -> Iterable[str]:
    verdicts = {finding.verdict for finding in answer.findings}
    wanted = Status.PARTIAL
    if len(verdicts) <= 1:
        wanted = Status(next(iter(verdicts), Verdict.NOT_COVERED).value)
    if answer.status is not wanted:
        yield f"the status is {answer.status}, the findings make it {wanted}"


def _evidence(answer: Answer) -> Iterable[str]:
    for number, finding in enumerate(answer.findings):
        if finding.verdict is Verdict.NOT_COVERED and finding.citations:
            yield f"finding {number} is not covered and yet cites"
        elif finding.verdict is not Verdict.NOT_COVERED and not finding.citations:
            yield f"finding {number} is {finding.verdict} and cites nothing"


def _polarity(answer: Answer) -> Iterable[str]:
    for number, finding in enumerate(answer.findings):
        if finding.polarity is not None and finding.verdict is not Verdict.STATED:
            yield f"finding {number} is {finding.verdict} and yet says {finding.polarity}"


def _values(answer: Answer) -> Iterable[str]:
    days = [answer.as_of, *(citation.published for _, citation in cited(answer))]
    days += [entry.published for finding in answer.findings for entry in finding.history]
    known = [answer.question, answer.understood_as, *(day.isoformat() for day in days)]
    for _, citation in cited(answer):
        known += [citation.quote, citation.title, citation.section, citation.publisher]
    texts = [normalise(text) for text in known]
    text = normalise(answer.text)
    amounts = {value.form.split(" ")[0] for item in texts for value in numbers(item, spelled=False)}
    for value in numbers(text, spelled=False):
        if value.form.split(" ")[0] not in amounts:
            yield f"{value.shown}: no such number in what is cited or asked"
    forms = {value.form for item in texts for value in dates(item)}
    for value in dates(text):
        if not any(_date_within(value.form, form) for form in forms):
            yield f"{value.shown}: no such date in what is cited or asked"
    names = {form for item in texts for form in licences(item)}
    for form in dict.fromkeys(licences(text)):
        if form not in names:
            yield f"{form}: no such licence in what is cited or asked"


def _date_within(form: str, other: str) -> bool:
    """Whether every part that the first date gives is the second's."""
    return all(part in ("", full) for part, full in zip(form.split("/"), other.split("/"), strict=False))
