"""Release notes as they are found: change logs in the styles of many projects, pages, and PDFs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag import Assistant, Settings
from rag.blocks import UnitKind
from rag.corpus import read_document
from rag.language import Parser
from rag.pdf_text import _unligatured
from rag.records import Document
from rag.sentences import sentences
from tests.test_corpus import pdf

DAY = date(2026, 2, 1)

KEPT = """# Changelog

The format follows other projects.

## [Unreleased]

- Nothing yet.

## [2.1.0](https://example.org/compare/2.0...2.1) - 2025-11-04

### Added
- Tarn reads maps in the OKM format [`#41`](https://example.org/41)
- [#44](https://example.org/44) [`de98`](https://example.org/de98) - Tarn draws contour lines.  Thanks @nia!

### Removed
| platform | last version |
|----------|--------------|
| Amiga    | 2.0.3        |

```sh
tarn --map lake.okm   # not a heading
```

## 2.0.0 / 2025-03-09
* **Breaking:** the licence of Tarn is now MIT.
"""
NEWS = """What's New in Tarn 2.1?
=======================

*Release date: 04-Nov-2025*

- Tarn reads maps.

What's New in Tarn 2.0?
=======================
Released on 2025-03-09

- Tarn is fast.

How to take part
================

25 May 2025 is the day of the next meeting.
"""
GNU = """2025-11-04 11:35  nia

\t* maps.c, maps.h: read the OKM format, which
\tTarn could not read before.

2025-03-09  Bo Marn  <bo@example.org>

\t* COPYING: Tarn is under the MIT licence.
"""
NAMED = """# Versions

## v20251104

* Tarn reads maps.

## 20250309

* Tarn is fast.

## 20251399

* Odd.
"""
STRUCTURED = """Maps are read lazily
--------------------

Until now a map was read at once. This fails now::

  >>> tarn.read("lake.okm")[0]
  Traceback: no rows

Use ``rows`` instead.
"""
PAGE = """<html><head><title>Tarn: releases</title></head><body>
<div><h2>Shortcuts</h2><p>Press S to search the site.</p></div>
<main><h1>Releases</h1><h2 id="v21">Tarn 2.1 (2025-11-04) <a href="#v21">¶</a></h2>
<ul><li>Tarn reads maps, see <a href="x">#41</a>.</li><li>Fixed:
<ul><li>Rivers no longer flow uphill.</li></ul></li></ul>
<table><tr><th>platform</th><th>licence</th></tr><tr><td>Linux</td><td>MIT</td></tr></table>
<pre>tarn --map
  lake.okm</pre></main></body></html>"""
_FULL = "This line is as long as most of the lines of the page are, near enough"
_PAGES = (
    ((20, "Tarn 2.1 \\(2025-11-04\\)"), (10, f"{_FULL}, and"), (10, "it ends here.")),
    ((14, "Fixed"), (10, "Fixed the flow of rivers"), (10, "#41"), (10, "Lakes are no longer dry")),
    ((20, "Tarn 2.0 \\(2025-03-09\\)"), (10, _FULL), (10, "which also holds for this page.")),
    ((10, "The licence of Tarn is MIT."), (10, _FULL), (10, "That is all.")),
)
PRINTED = pdf(
    [
        [(9, f"1/2/26, 1:0{n} AM Tarn"), *lines, (9, f"https://example.org/tarn {n}/4")]
        for n, lines in enumerate(_PAGES, start=1)
    ]
)


def read(folder: Path, content: str | bytes, suffix: str) -> Document:
    path = folder / f"log{suffix}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_document(path, path.name, published=DAY)


def days(document: Document) -> dict[str, str]:
    return {section.title: f"{section.published}" for section in document.sections if section.title}


def units(document: Document, parser: Parser, kind: UnitKind) -> list[str]:
    return [found.text for found in sentences(document, parser.sentences) if found.kind is kind]


def test_versions_with_links_and_days_in_their_headings(tmp_path: Path, parser: Parser) -> None:
    document = read(tmp_path, KEPT, ".md")
    assert days(document) == {
        "Changelog": "2026-02-01", "[Unreleased]": "2026-02-01", "2.1.0 - 2025-11-04": "2025-11-04",
        "Added": "2025-11-04", "Removed": "2025-11-04", "2.0.0 / 2025-03-09": "2025-03-09",
    }  # fmt: skip
    assert units(document, parser, UnitKind.ROW) == ["| Amiga    | 2.0.3        |"]
    assert units(document, parser, UnitKind.CODE) == ["```sh\ntarn --map lake.okm   # not a heading\n```"]
    items = units(document, parser, UnitKind.ITEM)
    assert "Tarn reads maps in the OKM format [`#41`](https://example.org/41)" in items
    assert "**Breaking:** the licence of Tarn is now MIT." in items


def test_a_line_under_a_heading_gives_its_day(tmp_path: Path) -> None:
    assert list(days(read(tmp_path, NEWS, ".txt")).values()) == ["2025-11-04", "2025-03-09", "2026-02-01"]


@pytest.mark.parametrize(
    "line",
    ["Released 5 May 2025", "(2025-05-05)", "**May 5, 2025**", "Published on: 5th May 2025", "_5-May-2025_"],
)
def test_such_a_line_says_the_day_and_nothing_else(line: str, tmp_path: Path) -> None:
    assert days(read(tmp_path, f"# Tarn 2\n\n{line}\n\nIt is fast.\n", ".md")) == {"Tarn 2": "2025-05-05"}


@pytest.mark.parametrize(
    "line", ["Date: 5 May 2025", "Due on 5 May 2025", "5 May 2025 was fine.", "Until 2025-05-05"]
)
def test_a_day_of_something_else_dates_no_section(line: str, tmp_path: Path) -> None:
    assert days(read(tmp_path, f"# Tarn 2\n\n{line}\n\nIt is fast.\n", ".md")) == {"Tarn 2": "2026-02-01"}


def test_a_log_in_gnus_form_has_a_section_for_each_entry(tmp_path: Path, parser: Parser) -> None:
    document = read(tmp_path, GNU, ".txt")
    assert list(days(document).values()) == ["2025-11-04", "2025-03-09"]
    assert units(document, parser, UnitKind.ITEM) == [
        "maps.c, maps.h: read the OKM format, which\n\tTarn could not read before.",
        "COPYING: Tarn is under the MIT licence.",
    ]
    assert units(document, parser, UnitKind.PROSE) == []


def test_a_table_of_days_is_no_log(tmp_path: Path) -> None:
    assert days(read(tmp_path, "2025-11-04  opening\n2025-11-05  closing\n", ".txt")) == {}


def test_a_version_named_by_its_day(tmp_path: Path) -> None:
    assert list(days(read(tmp_path, NAMED, ".md")).values()) == [
        "2026-02-01", "2025-11-04", "2025-03-09", "2026-02-01",
    ]  # fmt: skip


def test_code_below_two_colons_is_quoted_as_it_stands(tmp_path: Path, parser: Parser) -> None:
    document = read(tmp_path, STRUCTURED, ".txt")
    (code,) = units(document, parser, UnitKind.CODE)
    assert code == '>>> tarn.read("lake.okm")[0]\n  Traceback: no rows'
    assert "Use ``rows`` instead." in units(document, parser, UnitKind.PROSE)


def test_of_a_page_its_main_part_is_read(tmp_path: Path, parser: Parser) -> None:
    document = read(tmp_path, PAGE, ".html")
    assert "Press S" not in document.text and "Shortcuts" not in document.text
    assert days(document) == {"Releases": "2026-02-01", "Tarn 2.1 (2025-11-04)": "2025-11-04"}
    assert units(document, parser, UnitKind.ITEM) == [
        "Tarn reads maps, see #41.", "Fixed:", "Rivers no longer flow uphill."
    ]  # fmt: skip
    assert units(document, parser, UnitKind.HEADER) == ["| platform | licence |"]
    assert units(document, parser, UnitKind.ROW) == ["| Linux | MIT |"]
    assert units(document, parser, UnitKind.CODE) == ["```\ntarn --map\n  lake.okm\n```"]


def test_a_printed_page_is_read_without_what_stands_on_each(tmp_path: Path, parser: Parser) -> None:
    document = read(tmp_path, PRINTED, ".pdf")
    assert "AM Tarn" not in document.text and "example.org" not in document.text
    assert days(document) == {
        "Tarn 2.1 (2025-11-04)": "2025-11-04", "Fixed": "2025-11-04", "Tarn 2.0 (2025-03-09)": "2025-03-09",
    }  # fmt: skip
    told = units(document, parser, UnitKind.PROSE)
    assert f"{_FULL}, and\nit ends here." in told
    assert "#41" in told and "Lakes are no longer dry" in told  # each an item whose mark was drawn


def test_letters_drawn_as_one_are_read_as_two() -> None:
    assert _unligatured("\ufb01ve \ufb02ags, o\ufb03ce, ½") == "five flags, office, ½"


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Assistant]:
    (tmp_path / "corpus").mkdir()
    files = {"kept.md": KEPT, "gnu.txt": GNU, "page.html": PAGE, "printed.pdf": PRINTED}
    with Assistant(
        Settings(corpus_dir=tmp_path / "corpus", data_dir=tmp_path / "data", llm="none")
    ) as assistant:
        for name, content in files.items():
            path = tmp_path / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            assert not assistant.add(path, published=DAY, kind="release-note").rejected
        yield assistant


def test_they_are_quoted_byte_for_byte_with_their_day_and_page(logs: Assistant) -> None:
    now = logs.ask("What licence does Tarn have?")
    cited = {c.document_id: c for c in now.citations}
    for citation in now.citations:
        text = logs.document(citation.document_id).text
        assert text[citation.start : citation.end] == citation.quote
    assert {c.published for c in cited.values()} == {date(2025, 3, 9)}, now.citations
    printed = cited["printed.pdf"]
    assert (printed.page, printed.quote) == (4, "The licence of Tarn is MIT.")
    before = logs.ask("What licence does Tarn have?", as_of=date(2025, 3, 8))
    assert before.status == "not_covered" and not before.citations
