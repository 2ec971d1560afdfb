"""A backend's words in place of a quote's lead-in, where they pass every check; else the quotes.

The model sees one finding at a time and never decides anything: a sentence that does not pass
``verification`` is thrown away and the composed text stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.composition import Draft
from rag.errors import BackendError
from rag.records import Claim, Origin, Verdict
from rag.verification import check_sentence, sentence_accepted

if TYPE_CHECKING:
    from rag.generation import Backend

_MARK = re.compile(r"[\[【［]\s*\d")


@dataclass(slots=True)
class Worded:
    """The text of an answer in pieces; ``claims``, ``notices`` and ``backend`` hold at their end.

    ``question`` is the stand-alone one; with no ``model`` the composed text stands.  ``backend`` is
    "none" where the model failed before it had worded anything.
    """

    question: str
    draft: Draft
    model: Backend | None
    timeout: float
    claims: tuple[Claim, ...] = ()
    notices: list[str] = field(default_factory=list)
    backend: str = "none"

    def pieces(self) -> Iterator[str]:
        """The text, paragraph by paragraph, as it becomes certain."""
        self.claims = tuple(self.draft.claims)
        model, rejected = self.model, False
        for number, paragraph in enumerate(self.draft.paragraphs):
            lead = ""
            if model is not None and self._has_evidence(number):
                try:
                    lead = self._sentence(model, number)
                    self.backend = model.name
                    rejected = rejected or not lead
                except BackendError as error:
                    self.notices.append(f"Answered with quotes: {error}")
                    model = None
            yield ("\n\n" if number else "") + (f"{lead}\n\n{paragraph}" if lead else paragraph)
        if rejected:
            self.notices.append("The model's wording did not pass the checks; the quotes stand in its place.")

    def _has_evidence(self, number: int) -> bool:
        findings = self.draft.findings
        return number < len(findings) and findings[number].verdict is not Verdict.NOT_COVERED

    def _sentence(self, model: Backend, number: int) -> str:
        """The model's sentence for one finding with its marks, or "" where it does not pass."""
        from rag.generation import WordingRequest

        finding = self.draft.findings[number]
        leading = set(finding.citations)  # what held earlier is told by the quotes alone
        own = [c for c in self.draft.claims if c.finding == number and c.citations]
        claims = [c for c in own if leading.issuperset(c.citations)] or own
        first = claims[0]
        marks = tuple(dict.fromkeys(i for c in claims for i in c.citations))
        evidence = tuple(self.draft.citations[i].quote for i in marks)
        request = WordingRequest(
            self.question,
            finding.verdict,
            first.kind,
            first.speaker,
            evidence,
            finding.subject,
            finding.detail,
        )
        sentence = " ".join("".join(model.stream(request, self.timeout)).split())
        checks = check_sentence(
            sentence,
            evidence,
            kind=first.kind,
            speaker=first.speaker,
            question=self.question,
            verdict=finding.verdict,
        )
        # The checks leave marks aside, and a mark of its own would point to evidence that it has not seen.
        if _MARK.search(sentence) or not sentence_accepted(checks):
            return ""
        text = f"{sentence} " + "".join(f"[{i + 1}]" for i in marks)
        self.claims = (*self.claims, replace(first, text=text, origin=Origin.MODEL, citations=marks))
        return text
