"""PDF to text with page offsets: lines to paragraphs, larger type to headings, running titles left out."""

from __future__ import annotations

import io
import logging
import re
import struct
import unicodedata
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.extracted import Extracted, clean, one_line
from rag.headings import Heading

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

# Its remarks on damaged files would go to stderr beside our one line about the file.
logging.getLogger("pypdf").addHandler(logging.NullHandler())
# What pypdf is known to let through on damaged files besides its own errors; a fuzz test holds it.
_DAMAGE = (
    LookupError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError, RuntimeError,
    OSError, EOFError, struct.error, zlib.error,
)  # fmt: skip
_ENCRYPTED = "is encrypted; save a copy without protection"
# A heading's type is at least this much larger than the body's, and it is no longer than this.
_LARGER = 1.15
_MAX_HEADING_CHARACTERS = 200
# More lines than this in large type (as a share of all) are a layout, not headings.
_MAX_HEADING_SHARE = 0.4
_LEVELS = 6
_FEWEST_PAGES = 3  # on which a line must stand at the edge to be none of the text
_FULL = 0.8  # of the longest lines: a line that ends before, with room for a word, ends a paragraph
_PARTED = 1.2  # lines further apart than this, in those of a paragraph, are of two


def read_pdf(data: bytes, max_characters: int) -> Extracted:
    """The text of a PDF page by page, with its headings and title.

    Args:
        data: the file.
        max_characters: longest text taken; a small file can unfold into a huge one.

    Raises:
        ValueError: the file is damaged, encrypted, without text, or its text too long; the message
            says so in a few words and how to mend it.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, DeprecationError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise _UnusableError(_ENCRYPTED)
        pages = _read_pages(reader, max_characters)
        title = _title(reader)
    except _UnusableError as error:
        raise ValueError(str(error)) from None
    except DependencyError:  # a cipher that pypdf has no code for
        raise ValueError(_ENCRYPTED) from None
    except (PyPdfError, DeprecationError, *_DAMAGE) as error:
        raise ValueError("is no readable PDF; save it again from its program") from error
    if not any(pages):
        raise ValueError("has no text, perhaps because it is a scan; add a copy with recognised text")
    return _assemble(pages, title)


class _UnusableError(Exception):
    """Read as meant, and of no use."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page: its type size and how high it stands, None where the file does not show it."""

    words: str
    size: float | None = None
    height: float | None = None


_Page = list[_Line]


def _read_pages(reader: PdfReader, max_characters: int) -> list[_Page]:
    pages: list[_Page] = []
    total = 0
    for page in reader.pages:
        lines = _read_page(page)
        total += sum(len(line.words) for line in lines)
        if total > max_characters:
            raise _UnusableError(f"holds more than {max_characters:,} characters; split it")
        pages.append(lines)
    return _without_furniture(pages)


def _read_page(page: PageObject) -> _Page:
    """The lines of a page.  Pieces come with their type and place; a line has those of its longest piece."""
    drawn: list[list[tuple[int, float, float]]] = [[]]
    shown: list[str] = [""]

    def note(text: str, cm: Any, tm: Any, _font: Any, size: Any) -> None:
        # The size shown is the font's times the scale of text matrix and page matrix.
        scale = abs(tm[3] or tm[1]) * abs(cm[3] or cm[1])
        height = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        for number, piece in enumerate(clean(text).split("\n")):
            if number:
                drawn.append([])
                shown.append("")
            shown[-1] += piece
            if words := one_line(piece):
                drawn[-1].append((len(words), round(float(size) * float(scale), 1), float(height)))

    text = page.extract_text(visitor_text=note)
    lines = [words for line in clean(text).split("\n") if (words := line.rstrip())]
    pieces = [(one_line(words), parts) for words, parts in zip(shown, drawn, strict=True) if words.strip()]
    if [one_line(line) for line in lines] != [words for words, _ in pieces]:
        return [_Line(_unligatured(line)) for line in lines]  # the library put it together otherwise
    longest = [max(parts, default=(0, None, None)) for _, parts in pieces]
    return [_Line(_unligatured(line), part[1], part[2]) for line, part in zip(lines, longest, strict=True)]


def _unligatured(text: str) -> str:
    """Letters that are drawn as one glyph ("ﬁ") as the two that a reader sees and asks for."""
    return re.sub("[\ufb00-\ufb06]", lambda glyph: unicodedata.normalize("NFKC", glyph[0]), text)


def _without_furniture(pages: list[_Page]) -> list[_Page]:
    """The pages without what a program prints on each of them: running titles, dates, page numbers."""
    if len(pages) < _FEWEST_PAGES:
        return pages
    counts = Counter(form for page in pages for form in {_form(page[n]) for n in _edges(page)})
    often = {form for form, count in counts.items() if count >= max(_FEWEST_PAGES, len(pages) / 2)}
    return [
        [line for n, line in enumerate(page) if not (n in _edges(page) and _form(line) in often)]
        for page in pages
    ]


def _edges(page: _Page) -> set[int]:
    places = range(len(page))
    return {*places[:2], *places[-2:]}


def _form(line: _Line) -> str:
    return re.sub(r"\d+", "0", line.words)


def _title(reader: PdfReader) -> str:
    metadata = reader.metadata
    return one_line(str(metadata.title)) if metadata and metadata.title else ""


def _heading_levels(pages: list[_Page]) -> dict[float, int]:
    """The type sizes of headings with their levels, the largest first.

    The size of most text is the body's.
    """
    weights: Counter[float] = Counter()
    lines: Counter[float] = Counter()
    for line in (line for page in pages for line in page):
        if line.size is not None:
            weights[line.size] += len(line.words)
            lines[line.size] += 1
    if not weights:
        return {}
    body = weights.most_common(1)[0][0]
    larger = sorted((size for size in weights if size >= body * _LARGER), reverse=True)
    if sum(lines[size] for size in larger) > _MAX_HEADING_SHARE * lines.total():
        return {}
    return {size: min(rank, _LEVELS) for rank, size in enumerate(larger, 1)}


def _leading(pages: list[_Page]) -> float:
    """How far apart the lines of a paragraph stand: what most neighbours do."""
    gaps = Counter(round(gap, 1) for page in pages for gap in map(_gap, page, page[1:]) if gap > 0)
    return gaps.most_common(1)[0][0] if gaps else 0.0


def _gap(upper: _Line, lower: _Line) -> float:
    return upper.height - lower.height if upper.height is not None and lower.height is not None else 0.0


def _measure(pages: list[_Page]) -> int:
    """How many characters a full line has, but for a few that are longer than most."""
    lengths = sorted(len(line.words) for page in pages for line in page)
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _parted(upper: _Line, lower: _Line, apart: float, measure: int) -> bool:
    """Whether two lines are of two paragraphs: further apart, or the next word had had room above."""
    room = measure * _FULL - len(upper.words)
    return (apart > 0 and _gap(upper, lower) > apart) or len(lower.words.split(maxsplit=1)[0]) + 1 < room


def _assemble(pages: list[_Page], title: str) -> Extracted:
    levels, apart, measure = _heading_levels(pages), _leading(pages) * _PARTED, _measure(pages)
    written: list[str] = []
    offset = 0
    headings: list[Heading] = []
    starts: list[int] = []
    for page in pages:
        starts.append(offset)
        before: _Line | None = None
        for line in page:
            words = one_line(line.words)
            level = levels.get(line.size or 0.0) if len(words) <= _MAX_HEADING_CHARACTERS else None
            if before is not None and not level and _parted(before, line, apart, measure):
                written.append("")
                offset += 1
            if level:
                headings.append(Heading(words, level, offset))
            written.append(f"{'#' * level} {words}" if level else line.words)
            offset += len(written[-1]) + 1
            before = None if level else line
    text = "\n".join(written)
    # Programs fill in titles such as "Microsoft Word - draft 2"; a heading is better.
    title = headings[0].title if headings else title
    return Extracted(text, tuple(headings), tuple(min(start, len(text)) for start in starts), title)
