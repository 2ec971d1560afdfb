"""Headings to sections that tile a text, each with its own date where its heading carries one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.records import Section

_WORDS_FILE = Path(__file__).with_name("heading_dates.toml")
_WORDS: dict[str, list[str]] = tomllib.loads(_WORDS_FILE.read_text("utf-8"))
_MONTHS = {name[:3]: number for number, name in enumerate(_WORDS["months"], 1)}
# "sept" is the one usual short form of four letters.
_MONTH = "|".join([*_WORDS["months"], "sept", *_MONTHS])
_DATE = re.compile(
    r"(?<!\w)(?:"
    r"(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    rf"|(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<month>{_MONTH})\.?,?[\s-]+(?P<year>[0-9]{{4}})"
    rf"|(?P<us_month>{_MONTH})\.?\s+(?P<us_day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<us_year>[0-9]{{4}})"
    r")(?![\w-])",
    re.IGNORECASE,
)


def _ending_in(words: Iterable[str], then: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)}){then}$", re.IGNORECASE)


_ANOTHER_DAY = _ending_in(_WORDS["directly_before"], "")
_TARGET = _ending_in(_WORDS["shortly_before"], r"(?:\W+\w+){0,2}\W*")
_SAYS_PUBLISHED = _ending_in(_WORDS["says_published"], r"(?:\s+on)?:?")
_ENDS_IN_NUMBER = re.compile(r"[0-9][\w.+-]*$")
# What is longer is no label, and the patterns below look back over the whole of it.
_MAX_DATED_CHARACTERS = 300
_OPENS = ("(", "[", "–", "—", "-", ":", "|", ",", ";", "/", "·")
_CLOSES = (")", "]", ".", "–", "—", "-", ":", "|", ",", ";", "/", "·")


# An entry of a log in GNU's form: "2001-07-20 11:35  name", alone on its line, above what is indented.
LOG_ENTRY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?(?: {2,}|\t+)\S.*$")
_INDENTED = re.compile(r"\n?(?: {2,}|\t)\s*\S")
_LOG_LEVEL = 6
# Under a heading, a line that says nothing but the day: "*Release date: 22-Jul-2001*".
_DAY_LINE = re.compile(r"(?:[ \t]*(?:=+|-+)?[ \t]*\n)*[ \t]*(?P<line>[^\n]{6,60})(?:\n|$)")
_LABEL = re.compile(r"\s*(?:release date|released(?: on)?|published(?: on)?)?:?\s*", re.IGNORECASE)
_COMPACT = re.compile(r"v?(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_MARKS = re.compile(r"[^\w .,:;()/+'\"–—-]|_|  ")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's words without its marks, its level from 1, and where its line begins."""

    title: str
    level: int
    start: int


def markdown_headings(text: str) -> list[Heading]:
    """The top-level ATX and setext headings of a Markdown text, by CommonMark's rules.

    Headings inside code, quotes and lists divide no section.  ``start`` counts code points.
    """
    # Inline parsing is asked for heading by heading: over a whole file it is most of the work.
    parser = MarkdownIt("commonmark").disable("inline")
    inline = MarkdownIt("commonmark")
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found = []
    tokens = parser.parse(text)
    for opening, content in pairwise(tokens):
        if opening.type != "heading_open" or opening.level > 0 or opening.map is None:
            continue
        # Text files draw rules under whole paragraphs; only a single underlined line is a title.
        if opening.markup[:1] == "#" or "\n" not in content.content:
            title = content.content.strip()
            if _MARKS.search(title):
                title = _plain_words(inline.parseInline(title))
            found.append(Heading(title, int(opening.tag[1:]), starts[opening.map[0]]))
    return sorted([*found, *_log_entries(text, starts)], key=lambda heading: heading.start)


def _log_entries(text: str, starts: Sequence[int]) -> Iterator[Heading]:
    for line, start in zip(text.split("\n"), starts, strict=False):
        if LOG_ENTRY.match(line) and _INDENTED.match(text, start + len(line) + 1):
            yield Heading(" ".join(line.split()), _LOG_LEVEL, start)


def sections(text: str, headings: Iterable[Heading], published: date) -> tuple[Section, ...]:
    """Sections that cover the whole text without gaps, the part before the first heading included.

    A section under a dated heading of a higher level has that heading's date: "### Fixed" belongs
    to "## 1.2.0 (2026-01-05)".

    Args:
        text: what the headings' offsets count in.
        headings: in order of ``start``.
        published: the document's date, for what no dated heading governs.
    """
    ordered = list(headings)
    if not ordered or ordered[0].start > 0:
        ordered.insert(0, Heading("", 0, 0))
    ends = [heading.start for heading in ordered[1:]] + [len(text)]
    built: list[Section] = []
    governing: list[tuple[int, date]] = []
    for heading, end in zip(ordered, ends, strict=True):
        while governing and governing[-1][0] >= heading.level:
            governing.pop()
        line = text.find("\n", heading.start, end) if heading.level else -1
        below = _day_below(text[line + 1 : end]) if line >= 0 else None
        own = heading_date(heading.title) or below or (governing[-1][1] if governing else published)
        governing.append((heading.level, own))
        built.append(Section(heading.title, heading.level, heading.start, end, own))
    return tuple(built)


def _day_below(text: str) -> date | None:
    """The day that the first line under a heading gives, and nothing else."""
    found = _DAY_LINE.match(text)
    line = found["line"].strip(" *_:()") if found else ""
    day = _DATE.fullmatch(line, label.end()) if (label := _LABEL.match(line)) else None
    return _day(day) if day else None


def heading_date(title: str) -> date | None:
    """The day on which a heading says that its section was published, or None.

    Only full dates count (``2025-12-30``, ``30 December 2025``, ``Dec 30, 2025``), and only where
    the date labels the heading: first, last, in brackets, after "released" or set off by a dash.  "Countdown
    to December 31, 2025" talks about a day and has none.  Of several labels the latest counts, so
    that a section is never taken to be older than it is.
    """
    if len(title) > _MAX_DATED_CHARACTERS:
        return None
    if compact := _COMPACT.fullmatch(title):  # a version that is named by its day
        with suppress(ValueError):
            return date(int(compact["year"]), int(compact["month"]), int(compact["day"]))
    labels = (match for match in _DATE.finditer(title) if _is_label(title, match))
    return max((day for match in labels if (day := _day(match))), default=None)


def _day(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    try:
        if parts["iso"]:
            return date.fromisoformat(parts["iso"])
        name = parts["month"] or parts["us_month"]
        year, day = parts["year"] or parts["us_year"], parts["day"] or parts["us_day"]
        return date(int(year), _MONTHS[name[:3].lower()], int(day))
    except ValueError:  # 31 February
        return None


def _is_label(title: str, match: re.Match[str]) -> bool:
    before, after = title[: match.start()].rstrip(" *_"), title[match.end() :].strip(" *_")
    if _TARGET.search(before):
        return False
    set_off = not after or after.startswith(_CLOSES)
    if not before.strip("(["):
        # "31 December 2025 deadline nears" is a sentence; "30 December 2025 CANN 8.5.0" is a label.
        return set_off or bool(match["iso"]) or not after[0].islower()
    if _SAYS_PUBLISHED.search(before) or before.endswith(_OPENS):
        return set_off
    if after.strip(")].: "):
        return False
    # "CANN 8.5.0 2025-12-30"; a date in words after a word is more often part of a sentence.
    return bool(_ENDS_IN_NUMBER.search(before) or (match["iso"] and not _ANOTHER_DAY.search(before)))


def _plain_words(tokens: Sequence[Token]) -> str:
    return " ".join("".join(_words(tokens)).split())


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _words(token.children)
        elif token.type in ("text", "code_inline", "text_special"):
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
