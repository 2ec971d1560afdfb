"""Names and amounts of a question as the documents write them: what is one name is asked as one.

People write "Norvik 2.1 mini" for what a document calls "Norvik-2.1-Mini", and "70B" for its "70 billion".
Only what the documents have is put so, and nothing that they have as it was typed is touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping

_PARTS = re.compile(r"[^\W_]+(?:\.\d+)*(?:[ -][^\W_]+(?:\.\d+)*)+")
_MOST = 5  # parts of one name
_COUNTED = re.compile(r"\b(?P<number>\d[\d.,]*) ?(?P<unit>bn|[bmkt])\b", re.IGNORECASE)
_UNITS = {"b": "billion", "bn": "billion", "m": "million", "t": "trillion", "k": "thousand"}


def as_written(
    question: str, hyphened: Mapping[str, str], keys: Container[str], stands: Callable[[str], bool]
) -> str:
    """The question with its hyphened names and its amounts in the documents' way of writing.

    Args:
        question: as typed, without slips.
        hyphened: the documents' names with hyphens, lower case, each as it is mostly written.
        keys: the documents' word keys.
        stands: whether a text, in small letters, stands in the documents.
    """

    def counted(match: re.Match[str]) -> str:
        unit = _UNITS[match["unit"].lower()]
        typed = match.group().replace(" ", "").lower()
        spelt = typed not in keys and match["number"] in keys and unit in keys
        return f"{match['number']} {unit}" if spelt else match.group()

    return _PARTS.sub(lambda run: _joined(run.group(), hyphened, stands), _COUNTED.sub(counted, question))


def _joined(run: str, hyphened: Mapping[str, str], stands: Callable[[str], bool]) -> str:
    """A run of words with the longest names first that the documents write with hyphens."""
    parts = re.split(r"([ -])", run)  # words, and between them what parts them
    place, found = 0, ""
    while place < len(parts):
        for last in range(min(len(parts), place + 2 * _MOST - 1), place, -2):
            name = hyphened.get("-".join(parts[place:last:2]).lower())
            if name and last > place + 1 and not stands("".join(parts[place:last]).lower()):
                found += name
                place = last
                break
        else:
            found += parts[place]
            place += 1
        if place < len(parts) and place % 2:
            found += parts[place]
            place += 1
    return found
