"""A file to its front matter's fields and its text, whatever its format."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from rag.extracted import Extracted
from rag.front_matter import split_front_matter
from rag.headings import markdown_headings
from rag.settings import MAX_FILE_BYTES

TEXT_SUFFIXES = (".md", ".markdown", ".txt")
HTML_SUFFIXES = (".html", ".htm")
PDF_SUFFIXES = (".pdf",)
SUFFIXES = TEXT_SUFFIXES + HTML_SUFFIXES + PDF_SUFFIXES

# A small PDF can unfold into a huge text; no other format does.
MAX_TEXT_CHARACTERS = MAX_FILE_BYTES

_EMPTY = "is empty; write some text into it or remove it"
# What no text file holds; these also drive terminals.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file within the size limit.

    Raises:
        ValueError: it is none, too large, or cannot be read; the message says so in a few words.
    """
    too_large = f"is larger than {MAX_FILE_BYTES // 1_000_000} MB; split it"
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("is not a regular file; give the file itself")
        if status.st_size > MAX_FILE_BYTES:
            raise ValueError(too_large)
        with path.open("rb") as file:
            # It may grow while it is read.
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        fault = error.strerror or "unknown fault"
        raise ValueError(f"cannot be read ({fault}); check path and rights") from error
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(too_large)
    return data


def extract(path: Path) -> tuple[dict[str, str], Extracted]:
    """The front matter's fields and the text of a file; its suffix says how it is read.

    Raises:
        ValueError: the file cannot be used; the message says so in a few words and how to mend it.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"is of no kind that can be read; use one of {', '.join(SUFFIXES)}")
    data = read_bytes(path)
    fields: dict[str, str] = {}
    if suffix in PDF_SUFFIXES:
        # Each reader's library is imported only for the files that need it.
        from rag.pdf_text import read_pdf

        if not data.strip():
            raise ValueError(_EMPTY)
        return fields, read_pdf(data, MAX_TEXT_CHARACTERS)
    text = _decode(data)
    if suffix in HTML_SUFFIXES:
        from rag.html_text import read_html

        extracted = read_html(text)
    else:
        fields, text = split_front_matter(text)
        extracted = Extracted(text, tuple(markdown_headings(text)))
    if not extracted.text.strip():
        raise ValueError(_EMPTY)
    return fields, extracted


def _decode(data: bytes) -> str:
    not_utf8 = "is not UTF-8 text; save it again as UTF-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError(not_utf8)
    if b"\x00" in data:
        raise ValueError("is a binary file; give text, or rename it by its true type")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(not_utf8) from None
    if _BINARY.search(text):
        raise ValueError("holds control characters that no text has; remove them or give a text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")
