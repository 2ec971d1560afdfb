"""Dates in running text, as far as the text gives them: a day, a month, or a year."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_WRITTEN = re.compile(
    rf"\b(?:(?P<before>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<month>{'|'.join(_MONTHS)})\b\.?"
    r"(?:\s+(?P<after>\d{1,2})(?:st|nd|rd|th)?\b(?!:))?(?:,?\s+(?:of\s+)?(?P<year>\d{4}))?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

# Year, month, day; 0 where the text does not give it.
Day = tuple[int, int, int]


def days(text: str) -> list[Day]:
    """The dates that a text gives, as far as it gives them."""
    found = [(int(y), int(m), int(d)) for y, m, d in _ISO.findall(text)]
    rest = _ISO.sub(" ", text)
    for match in _WRITTEN.finditer(rest):
        if match["month"][0].islower():  # "may", "march"
            continue
        number = match["before"] or match["after"] or "0"
        found.append((int(match["year"] or 0), _MONTHS[match["month"].lower()], int(number)))
    rest = _WRITTEN.sub(" ", rest)
    return found + [(int(year), 0, 0) for year in _YEAR.findall(rest)]


def last_before(text: str) -> date | None:
    """The last day that does not count where a question says "since" and this text; None without a date.

    Since a month or a year means from its first day on; since a day, after that day, as ``changes`` has it.
    """
    for year, month, day in days(text.title()):  # a month in lower case is one here
        with suppress(ValueError):  # 31 February
            if year and month and day:
                return date(year, month, day)
            if year:
                return date(year, month or 1, 1) - timedelta(days=1)
    return None
