"""Dates as people type them."""

from __future__ import annotations

import re
from datetime import date

from rag.errors import StatedError

# date.fromisoformat also takes "20251015" and "2025-W42": one form is easier to explain.
_FORM = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_date(text: str) -> date | None:
    """The date that ``text`` gives as YYYY-MM-DD; None for "".

    Raises:
        StatedError: it is in another form, or there is no such day.
    """
    trimmed = text.strip()
    if not trimmed:
        return None
    if not _FORM.fullmatch(trimmed):
        raise StatedError(f"{trimmed[:40]!r} is not a date: write it as YYYY-MM-DD, for example 2025-10-15.")
    try:
        return date.fromisoformat(trimmed)
    except ValueError:
        raise StatedError(f"There is no day {trimmed}: write a date as YYYY-MM-DD.") from None
