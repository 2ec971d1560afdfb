"""PDF to text with page offsets; lines in larger type become headings."""

from __future__ import annotations

import io
import logging
import struct
import zlib
from collections import Counter
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
    if not any(lines for lines, _ in pages):
        raise ValueError("has no text, perhaps because it is a scan; add a copy with recognised text")
    return _assemble(pages, title)


class _UnusableError(Exception):
    """Read as meant, and of no use."""


_Lines = list[str]
_Sizes = dict[str, float]


def _read_pages(reader: PdfReader, max_characters: int) -> list[tuple[_Lines, _Sizes]]:
    pages: list[tuple[_Lines, _Sizes]] = []
    total = 0
    for page in reader.pages:
        lines, sizes = _read_page(page)
        total += sum(map(len, lines))
        if total > max_characters:
            raise _UnusableError(f"holds more than {max_characters:,} characters; split it")
        pages.append((lines, sizes))
    return pages


def _read_page(page: PageObject) -> tuple[_Lines, _Sizes]:
    """The lines of a page, and the type size of each piece of text in it."""
    sizes: _Sizes = {}

    def note_size(text: str, cm: Any, tm: Any, _font: Any, size: Any) -> None:
        # The size shown is the font's times the scale of text matrix and page matrix.
        scale = abs(tm[3] or tm[1]) * abs(cm[3] or cm[1])
        for piece in clean(text).split("\n"):
            if words := one_line(piece):
                sizes[words] = round(float(size) * float(scale), 1)

    text = page.extract_text(visitor_text=note_size)
    lines = (line.rstrip() for line in clean(text).split("\n"))
    return [line for line in lines if line], sizes


def _title(reader: PdfReader) -> str:
    metadata = reader.metadata
    return one_line(str(metadata.title)) if metadata and metadata.title else ""


def _heading_levels(pages: list[tuple[_Lines, _Sizes]]) -> dict[float, int]:
    """The type sizes of headings with their levels, the largest first.

    The size of most text is the body's.
    """
    weights: Counter[float] = Counter()
    lines: Counter[float] = Counter()
    for page, sizes in pages:
        for line in page:
            if (size := sizes.get(one_line(line))) is not None:
                weights[size] += len(line)
                lines[size] += 1
    if not weights:
        return {}
    body = weights.most_common(1)[0][0]
    larger = sorted((size for size in weights if size >= body * _LARGER), reverse=True)
    if sum(lines[size] for size in larger) > _MAX_HEADING_SHARE * lines.total():
        return {}
    return {size: min(rank, _LEVELS) for rank, size in enumerate(larger, 1)}


def _assemble(pages: list[tuple[_Lines, _Sizes]], title: str) -> Extracted:
    levels = _heading_levels(pages)
    written: list[str] = []
    offset = 0
    headings: list[Heading] = []
    starts: list[int] = []
    for lines, sizes in pages:
        starts.append(offset)
        for line in lines:
            words = one_line(line)
            level = levels.get(sizes.get(words, 0.0)) if len(words) <= _MAX_HEADING_CHARACTERS else None
            if level:
                headings.append(Heading(words, level, offset))
                line = f"{'#' * level} {words}"
            written.append(line)
            offset += len(line) + 1
    text = "\n".join(written)
    # Programs fill in titles such as "Microsoft Word - draft 2"; a heading is better.
    title = headings[0].title if headings else title
    return Extracted(text, tuple(headings), tuple(min(start, len(text)) for start in starts), title)
