"""The real language pipeline, loaded once for all tests that read sentences, and short ways to use it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from rag.headings import markdown_headings, sections
from rag.language import Parser
from rag.reading import Reading, analyse, restore
from rag.records import Document, DocumentKind
from rag.stance import Stance, read

ROOT = Path(__file__).parent.parent
SHIPPED = sorted(
    path
    for folder in ("corpus", "eval/corpora")
    for path in (ROOT / folder).rglob("*.md")
    if path.name != "README.md"
)
DAY = date(2026, 1, 1)


@pytest.fixture(scope="session")
def parser() -> Parser:
    """The shipped pipeline."""
    return Parser()


def slow_libraries(program: str) -> list[str]:
    """Which libraries that take seconds to import a program imports, in a process of its own."""
    slow = {"transformers", "sentence_transformers", "sklearn", "scipy"}
    told = f"import sys\n{program}\nprint(*sorted({slow} & set(sys.modules)))"
    return subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True
    ).stdout.split()


def markdown(text: str, title: str = "") -> Document:
    """A document with this Markdown as its text."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    parts = sections(text, markdown_headings(text), DAY)
    return Document("d", "d.md", title, "", DAY, DocumentKind.ARTICLE, "", text, digest, parts)


def stance_of(parser: Parser, sentence: str) -> Stance:
    """What one sentence does."""
    return read(sentence, parser.parse([sentence])[0])


def topics_of(parser: Parser, sentence: str) -> list[str]:
    """What a sentence says is undisclosed, in its own words."""
    row = parser.parse([sentence])[0]
    topics = [topic for gap in read(sentence, row).gaps for topic in gap.topics]
    return [sentence[row[t.first].start : row[t.last - 1].end] for t in topics]


def readings_of(parser: Parser, text: str, title: str = "") -> dict[str, Reading]:
    """The readings of a text by sentence."""
    document = markdown(text, title)
    _, analysis = analyse(document, parser)
    return {r.sentence.text: r for r in restore(document, analysis).readings}
