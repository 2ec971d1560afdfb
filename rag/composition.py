"""The answer's findings, claims, citations and text, from quotes and plain templates.

Own words carry no value of their own: every number, name and licence stands inside a quotation or
was brought by the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from rag import phrases
from rag.asked import WHOLE
from rag.assessed import Assessed
from rag.question import Ask
from rag.records import Citation, Claim, ClaimKind, Finding, HistoryEntry, Origin, Polarity, Status, Verdict
from rag.retrieval import Library

NOTHING_ASKED = (
    "This asks nothing that the sources could answer. Ask about what they say: a name, a date, a licence, "
    "who said what, or what is still undisclosed. For instance:"
)


@dataclass(slots=True)
class Draft:
    """An answer in the making; citations are numbered in the order of their first use."""

    library: Library
    findings: list[Finding] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)

    def cite(self, number: int) -> int:
        """The index of the citation of a sentence of the library, added where it is new."""
        citation = cite(self.library, number)
        if citation not in self.citations:
            self.citations.append(citation)
        return self.citations.index(citation)

    def named(self, speaker: str, number: int) -> str:
        """A speaker whom a sentence calls "he", with the mark of the last sentence before with his full name.

        The sentence's own speaker as he is where it names him itself; "" where none before it does.
        """
        rows = self.library.rows
        if not phrases.attributed(speaker, rows[number].reading.sentence.text):
            return speaker
        for before in range(number - 1, -1, -1):
            if rows[before].document != rows[number].document or rows[before].day != rows[number].day:
                break
            if phrases.has_name(speaker, rows[before].reading.sentence.text):
                return f"{speaker} [{self.cite(before) + 1}]"
        return ""


def cite(library: Library, number: int) -> Citation:
    """The citation of one sentence of the library."""
    row = library.rows[number]
    document = library.documents[row.document].document
    sentence = row.reading.sentence
    section = document.sections[sentence.section] if document.sections else None
    page = sum(start <= sentence.start for start in document.pages) or None
    return Citation(
        document.id, document.kind, document.sha256, document.title, document.publisher,
        section.published if section else document.published, document.url, section.title if section else "",
        page, sentence.text, sentence.start, sentence.end,
    )  # fmt: skip


def compose(assessed: Sequence[Assessed], library: Library) -> Draft:
    """Findings with their claims and text, in the order asked."""
    draft = Draft(library)
    several = len(assessed) > 1
    for one in assessed:
        _add(draft, one, several)
    return draft


def status_of(findings: Sequence[Finding]) -> Status:
    """The verdict that all findings share, else ``partial``; no finding means not covered."""
    verdicts = {finding.verdict for finding in findings}
    if not verdicts:
        return Status.NOT_COVERED
    return Status(verdicts.pop().value) if len(verdicts) == 1 else Status.PARTIAL


def nothing_asked(suggestions: Sequence[str]) -> str:
    """What to say where nothing was asked, with questions that can be."""
    return "\n".join([NOTHING_ASKED, *(f"- {question}" for question in suggestions)])


def _add(draft: Draft, one: Assessed, several: bool) -> None:
    head = f"{phrases.heading(one.detail)} " if several else ""
    if one.verdict is Verdict.STATED:
        _add_stated(draft, one, head)
        if one.open_rows:
            overview = one.detail.ask in (Ask.OVERVIEW, Ask.CHANGES)
            what = "what is still open" if overview else "the exact list"
            lead = phrases.STILL_OPEN if overview else "The exact list is not disclosed."
            _add_undisclosed(draft, one, one.open_rows, lead, what)
    elif one.verdict is Verdict.UNDISCLOSED:
        listing = one.detail.ask is Ask.UNKNOWNS
        lead = phrases.STILL_OPEN if listing else phrases.undisclosed(one.detail, one.whole)
        _add_undisclosed(draft, one, one.rows, head + lead)
    else:
        _add_silence(draft, one, head)


def _add_stated(draft: Draft, one: Assessed, head: str) -> None:
    number = len(draft.findings)
    marks = tuple(draft.cite(row) for row in one.rows)
    lines = []
    for place, (row_number, mark) in enumerate(zip(one.rows, marks, strict=True)):
        reading = draft.library.rows[row_number].reading
        kind = reading.stance.kind if place else one.kind
        quote, speaker = reading.sentence.text, reading.full_speaker
        named = draft.named(speaker, row_number)
        published = draft.citations[mark].published.isoformat()
        lead = phrases.further(kind, named, quote) if place else _lead(one, named, quote, published)
        lines.append(f"{lead} “{quote}” [{mark + 1}]")
        draft.claims.append(Claim(lines[-1], kind, speaker, Origin.QUOTE, number, (mark,)))
    conflict = tuple(draft.cite(row) for row in one.conflict)
    lines += _more(draft, one, number)
    if one.detail.premise:
        lines.append(phrases.unchecked(one.detail.premise))
    draft.paragraphs.append(head + _joined(one, lines))
    plain = "A sentence answers this."
    if one.detail.ask is Ask.YES_NO:
        plain = "A sentence bears on this without a plain yes or no."
    said = {Polarity.YES: "A sentence says so.", Polarity.NO: "A sentence says otherwise."}
    reason = said[one.polarity] if one.polarity else plain
    if conflict:
        reason = "Two sources of the same date state different things."
    elif one.earlier:
        reason += phrases.why_now(one.earlier[0].how)
    draft.findings.append(_finding(draft, one, Verdict.STATED, (*marks, *conflict), reason))


def _lead(one: Assessed, speaker: str, quote: str, published: str) -> str:
    """The words before the first quote: yes or no where the evidence carries it, then whose words."""
    asked = one.detail.ask is Ask.YES_NO
    opening = phrases.opening(asked, one.polarity, one.kind, one.detail.past)
    if one.conflict:
        opening = phrases.CONFLICT
    elif one.stale:
        opening = phrases.stale(published)
    return " ".join(part for part in (opening, phrases.source(speaker, quote)) if part)


def _more(draft: Draft, one: Assessed, number: int) -> list[str]:
    """What stands behind the leading sentences: another source's, a younger plan, and the older ones."""
    shown = [(row, phrases.other_source) for row in one.conflict]
    shown += [(row, phrases.younger) for row in one.beside]
    shown += [(step.row, partial(phrases.before, step.how)) for step in one.earlier]
    lines = []
    for row, words in shown:
        mark = draft.cite(row)
        reading = draft.library.rows[row].reading
        quote, speaker = reading.sentence.text, reading.full_speaker
        lead = words(draft.citations[mark].published.isoformat(), draft.named(speaker, row), quote)
        lines.append(f"{lead} “{quote}” [{mark + 1}]")
        kind = ClaimKind.FACT if reading.stance.gaps else reading.stance.kind
        draft.claims.append(Claim(lines[-1], kind, speaker, Origin.QUOTE, number, (mark,)))
    return lines


def _add_undisclosed(draft: Draft, one: Assessed, rows: Sequence[int], lead: str, what: str = "") -> None:
    """Non-disclosures: that the source says so is a fact, whatever is planned for the thing itself."""
    number = len(draft.findings)
    marks = tuple(draft.cite(row) for row in rows)
    listing = lead.endswith(":")
    lines = []
    for place, (row_number, mark) in enumerate(zip(rows, marks, strict=True)):
        reading = draft.library.rows[row_number].reading
        quote, speaker = reading.sentence.text, reading.full_speaker
        named = draft.named(speaker, row_number)
        words = [] if place else [lead]
        if place and not listing:
            words.append(phrases.further(ClaimKind.FACT, named, quote))
        elif not listing or phrases.attributed(named, quote):
            words.append(phrases.source(named, quote))
        lines.append(" ".join([*words, f"“{quote}” [{mark + 1}]"]))
        draft.claims.append(Claim(lines[-1], ClaimKind.FACT, speaker, Origin.QUOTE, number, (mark,)))
    if rows is one.rows:
        lines += _more(draft, one, number)
    draft.paragraphs.append(_joined(one, lines))
    reason = "A sentence says that this is not disclosed" + (
        ", of the whole of which the subject is a part." if one.whole else "."
    )
    if rows is one.rows and one.earlier:
        reason += phrases.why_now(one.earlier[0].how)
    draft.findings.append(_finding(draft, one, Verdict.UNDISCLOSED, marks, reason, detail=what))


def _add_silence(draft: Draft, one: Assessed, head: str) -> None:
    number = len(draft.findings)
    text = f"{head}The sources do not say." if head else phrases.silence(one.detail)
    if premise := _premise(one):
        text += " " + (phrases.unchecked(premise) if one.detail.premise else phrases.presumed(premise))
    draft.paragraphs.append(text)
    draft.claims.append(Claim(text, ClaimKind.FACT, "", Origin.TEMPLATE, number, ()))
    draft.findings.append(
        _finding(draft, one, Verdict.NOT_COVERED, (), "No sentence of the sources answers this.")
    )


def _premise(one: Assessed) -> str:
    """What the question takes for granted and nothing was found to say.

    Only a why rests on its premise alone: that a thing will come is no false premise of asking when.
    """
    return one.detail.premise or (one.premise if one.detail.ask is Ask.WHY else "")


def _joined(one: Assessed, lines: Sequence[str]) -> str:
    """A list of quotes in paragraphs of their own, an answer in one."""
    return ("\n\n" if one.detail.ask in WHOLE else " ").join(lines)


def _finding(
    draft: Draft, one: Assessed, verdict: Verdict, marks: tuple[int, ...], reason: str, detail: str = ""
) -> Finding:
    asked = detail or phrases.detail_name(one.detail)
    polarity = one.polarity if verdict is Verdict.STATED and not one.conflict else None
    return Finding(
        one.detail.subject, asked, verdict, polarity, bool(one.conflict), _premise(one), marks,
        _history(draft, one, verdict, marks), reason,
    )  # fmt: skip


def _history(
    draft: Draft, one: Assessed, verdict: Verdict, marks: tuple[int, ...]
) -> tuple[HistoryEntry, ...]:
    """The days on which the verdict or its leading sentence changed, the oldest first.

    What is still open beside a statement has no history of its own: only the date of its sentence.
    """
    if verdict is one.verdict and one.steps:
        return tuple(
            HistoryEntry(step.day, step.verdict, tuple(draft.cite(row) for row in step.rows))
            for step in one.steps
        )
    days = sorted({draft.citations[mark].published for mark in marks})
    return tuple(HistoryEntry(day, verdict, marks) for day in days[-1:])
