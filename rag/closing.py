"""Whether what a document calls undisclosed is still open: each topic is asked of the later documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from rag.inquiries import inquiry_of
from rag.question import Ask, Detail, Parse, understand
from rag.records import Verdict
from rag.retrieval import Library
from rag.timeline import Encode, Standing, measured, standings


@dataclass(slots=True)
class Closing:
    """Asks each topic at most once, as it would have been understood on the day of its sentence."""

    library: Library
    parse: Parse
    encode: Encode
    _topics: dict[tuple[int, str], list[tuple[Standing, ...]]] = field(default_factory=dict)

    def still_open(self, number: int, day: date, about: str = "") -> bool:
        """Whether any topic of a row's non-disclosures had not been stated by a day.

        A topic that makes no question counts as open.  ``about`` is the subject that is asked of: what a
        sentence says of no subject by name is then asked of this one.
        """
        if self.library.rows[number].day >= day:
            return True
        key = (number, about)
        if key not in self._topics:
            self._topics[key] = [self._held(detail) for detail in self._details(number, about)]
        return not self._topics[key] or any(not _stated(held, day) for held in self._topics[key])

    def _details(self, number: int, about: str) -> list[Detail | None]:
        row = self.library.rows[number]
        view = self.library.at(row.day)
        found: list[Detail | None] = []
        for gap in row.reading.stance.gaps:
            for topic in gap.topics:
                inquiry = inquiry_of(row.reading, gap, topic, view, about)
                asked = understand(inquiry.question, self.parse, view.names).details if inquiry else ()
                plain = [d for d in asked if d.ask not in (Ask.OVERVIEW, Ask.UNKNOWNS)]
                found.extend(plain or [None])
        return found

    def _held(self, detail: Detail | None) -> tuple[Standing, ...]:
        if detail is None:
            return ()
        return standings(detail, self.library, *measured(detail, self.library, self.encode))


def _stated(held: tuple[Standing, ...], day: date) -> bool:
    past = [standing for standing in held if standing.day <= day]
    return bool(past) and past[-1].lead.found.verdict is Verdict.STATED
