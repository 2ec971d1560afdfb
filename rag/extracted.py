"""What a reader of some file format hands on: text, and what it knew of its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.headings import Heading

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Extracted:
    """Text taken out of a file.

    ``headings`` begin at their ``start`` in ``text``; ``pages`` are the offsets at which pages
    begin (empty where the format has none); ``title`` is "" where the file names none.
    """

    text: str
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    title: str = ""


def clean(text: str) -> str:
    r"""Text with ``\n`` line ends that can be encoded and shown.

    Extractors can yield what no text file may hold: control characters become spaces, halves of
    surrogate pairs the replacement character.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROLS.sub(" ", text)


def one_line(text: str) -> str:
    """The words of a text on one line."""
    return " ".join(clean(text).split())
