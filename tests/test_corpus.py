"""Files to documents: what is read, with which offsets, and what is rejected in which words."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from rag import extraction
from rag.corpus import file_digest, read_document, scan
from rag.errors import CorpusError
from rag.extracted import clean
from rag.headings import heading_date
from rag.records import Document, DocumentKind

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = "2025-09-29-huawei-connect-2025.md"
# Of the text as it was handed over, before front matter and heading marks.
ARTICLE_SHA256 = "795f58bdd5e5e9e99545fb96e50ad3206922b99ff73752d83cdcc0aa8e18a96c"
DOCUMENTS = Path(__file__).parent / "data" / "documents"
TODAY = date(2026, 11, 22)
DATED = "2026-01-15-note"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(folder: Path, content: str | bytes, name: str = f"{DATED}.md") -> Document:
    return read_document(write(folder, name, content), name, today=TODAY)


def rejection(folder: Path, content: str | bytes, name: str = f"{DATED}.md") -> str:
    with pytest.raises(CorpusError) as caught:
        read(folder, content, name)
    message = str(caught.value)
    assert message.startswith(name) and message.endswith(".") and "\n" not in message
    assert str(folder) not in message
    return message


def pdf(pages: Sequence[Sequence[tuple[int, str]]]) -> bytes:
    """A PDF of pages of lines, each with its type size in points."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        shown = "".join(f"/F1 {size} Tf ({line}) Tj 0 -30 Td " for size, line in lines)
        stream = f"BT 50 700 Td {shown}ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    entries = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{entries}{trailer}".encode("latin-1")


PDF = pdf(
    [
        [
            (20, "Release 1.2.0 \\(2026-01-05\\)"),
            (10, "The licence is Apache 2.0."),
            (10, "It runs on Linux."),
        ],
        [(10, "Windows is not supported."), (14, "Known faults"), (10, "None are known so far to anyone.")],
    ]
)


def encrypted(data: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(password, algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def assert_tiled(document: Document) -> None:
    ends = [0] + [section.end for section in document.sections]
    assert [section.start for section in document.sections] == ends[:-1]
    assert ends[-1] == len(document.text)
    for section in document.sections:
        if section.level:
            first_line = document.text[section.start : section.end].split("\n", 1)[0]
            assert re.sub(r"[^\w]", "", section.title) in re.sub(r"[^\w]", "", first_line)
            assert first_line.strip()


# The article


def test_article_is_the_original_text_but_for_the_marks_of_its_headings() -> None:
    document = read_document(ROOT / "corpus" / ARTICLE, ARTICLE, today=TODAY)
    original = re.sub(r"^## ", "", document.text, flags=re.MULTILINE)
    assert hashlib.sha256(original.encode()).hexdigest() == ARTICLE_SHA256
    assert document.title == "Huawei details open-source AI development roadmap at Huawei Connect 2025"
    assert (document.published, document.kind) == (date(2025, 9, 29), DocumentKind.ARTICLE)
    assert document.publisher == "AI Observer" and document.url.startswith("https://aiobserver.co/huawei-")
    assert "approximate" in document.note and "18 to 20 September 2025" in document.note
    assert len(document.sections) == 10
    assert_tiled(document)


def test_a_deadline_in_an_articles_heading_does_not_hide_the_section_until_then() -> None:
    document = read_document(ROOT / "corpus" / ARTICLE, ARTICLE, today=TODAY)
    assert any("December 31, 2025" in section.title for section in document.sections)
    assert {section.published for section in document.sections} == {document.published}


# Finding files


def test_scan_finds_documents_in_stable_order_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.PDF", "a/b.txt", "c.markdown", "d.html", "e.htm"):
        write(tmp_path, name, "x")
    for name in ("README.md", "a/readme.TXT", "README.de.md", ".hidden.md", ".git/x.md", "f.docx", "noext"):
        write(tmp_path, name, "x")
    (tmp_path / "folder.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")
    assert list(scan([tmp_path])) == ["a/b.txt", "a/z.PDF", "b.md", "c.markdown", "d.html", "e.htm"]


def test_scan_skips_links_that_leave_the_folder(tmp_path: Path) -> None:
    secret = write(tmp_path, "elsewhere/secret.md", "x")
    folder = tmp_path / "corpus"
    inside = write(folder, "inside.md", "x")
    (folder / "leaves.md").symlink_to(secret)
    (folder / "leaves").symlink_to(secret.parent)
    (folder / "broken.md").symlink_to(folder / "gone.md")
    (folder / "loop.md").symlink_to(folder / "loop.md")
    (folder / "stays.md").symlink_to(inside)
    assert list(scan([folder])) == ["inside.md", "stays.md"]


def test_an_added_file_does_not_hide_the_shipped_one_of_the_same_name(tmp_path: Path) -> None:
    shipped, added = tmp_path / "corpus", tmp_path / "data"
    for folder in (shipped, added):
        write(folder, "a.md", "x")
    write(shipped, "added/a.md", "x")
    write(added, "b.md", "x")
    assert scan([shipped, added]) == {
        "a.md": shipped / "a.md",
        "added/a.md": shipped / "added" / "a.md",
        "added/added/a.md": added / "a.md",
        "b.md": added / "b.md",
    }


def test_a_missing_corpus_is_an_error_and_a_missing_folder_of_additions_is_not(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="STATED_CORPUS_DIR"):
        scan([tmp_path / "gone"])
    with pytest.raises(CorpusError, match="does not exist"):
        scan([write(tmp_path, "a-file", "x")])
    (tmp_path / "corpus").mkdir()
    assert scan([tmp_path / "corpus", tmp_path / "gone"]) == {}


# Text and front matter


def test_text_is_the_file_after_its_front_matter_with_unicode_untouched(tmp_path: Path) -> None:
    body = "\n# Ünï\u2028cödé\r\none\rtwo \u00a0e\u0301 \U0001f600\n\n"
    raw = b"\xef\xbb\xbf" + f"---\r\ntitle: 'A: B'\r\n---\r\n{body}".encode()
    document = read(tmp_path, raw)
    assert document.text == "\n# Ünï\u2028cödé\none\ntwo \u00a0e\u0301 \U0001f600\n\n"
    assert document.sha256 == hashlib.sha256(document.text.encode()).hexdigest()
    assert (document.id, document.name, document.title) == (f"{DATED}.md", f"{DATED}.md", "A: B")


def test_fields_are_read_and_unknown_ones_ignored(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "---\ntitle: no\npublished: '2025-12-30'\nkind: release-note\npublisher: Some One\nurl: https://e.org/a\n"
        "note: >\n  two\n  lines\nsources:\n  - a\n  - b\n---\nText.\n",
    )
    assert (document.title, document.publisher, document.url) == ("no", "Some One", "https://e.org/a")
    assert (document.published, document.kind, document.note) == (
        date(2025, 12, 30),
        DocumentKind.RELEASE_NOTE,
        "two lines",
    )


@pytest.mark.parametrize(
    "written", ["2025-12-30", '"2025-12-30"', "2025-12-30T10:00:00Z", "2025-12-30 10:00:00"]
)
def test_a_date_may_be_a_yaml_date_a_string_or_a_time(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, f"---\npublished: {written}\n---\nText.").published == date(2025, 12, 30)


def test_what_the_caller_says_wins_over_front_matter_and_file_name(tmp_path: Path) -> None:
    path = write(tmp_path, f"{DATED}.md", "---\npublished: nonsense\nkind: nonsense\n---\nText.")
    document = read_document(
        path, path.name, published=date(2025, 1, 2), kind=DocumentKind.RELEASE_NOTE, today=TODAY
    )
    assert (document.published, document.kind) == (date(2025, 1, 2), DocumentKind.RELEASE_NOTE)


def test_defaults_come_from_the_first_heading_and_the_file_name(tmp_path: Path) -> None:
    document = read(tmp_path, "Before.\n\n## *The* `first` [one](https://e.org)\n\nText.")
    assert (document.title, document.publisher, document.url) == ("The first one", "", "")
    assert (document.published, document.kind) == (date(2026, 1, 15), DocumentKind.ARTICLE)
    assert read(tmp_path, "---\ntitle:\n---\nText.").title == DATED
    assert read(tmp_path, "Text.", "folder/2026-01-15-x.txt").title == "2026-01-15-x"


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n\t\n", "is empty"),
        ("---\ntitle: x\n---\n\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is a binary file"),
        ("a \x1b[31mred\x1b[0m word", "control characters"),
        ("naïve".encode("latin-1"), "save it again as UTF-8"),
        ("text".encode("utf-16"), "save it again as UTF-8"),
        ("---\ntitle: x\nText without an end", "never closes it"),
        ("---\ntitle: 'x\n---\nText", "not valid YAML at line"),
        ("---\nurl: a: b\n---\nText", "not valid YAML at line 2"),
        ("---\na: *gone\n---\nText", "not valid YAML"),
        ("---\n" + "[" * 3000 + "\n---\nText", "not valid YAML"),
        ("---\n- a\n- b\n---\nText", "without fields"),
        ("---\njust words\n---\nText", "without fields"),
        ("---\ntitle: [a, b]\n---\nText", "'title' in its front matter that is not one line"),
        ("---\npublished: 2025-01-01\npublished: 2026-01-01\n---\nText", "'published' twice"),
        ("---\nkind: blog\n---\nText", "write 'article' or 'release-note'"),
        ("---\npublished: 2025-02-30\n---\nText", "no such day as '2025-02-30'"),
        ("---\npublished: 2025\n---\nText", "no such day as '2025'"),
        ("---\npublished: 29 September 2025\n---\nText", "write it as YYYY-MM-DD"),
        ("---\npublished: 2025-01-01 or so\n---\nText", "write it as YYYY-MM-DD"),
        ("---\npublished: 1989-12-31\n---\nText", "before 1990"),
        ("---\npublished: 2026-11-23\n---\nText", "after today (2026-11-22)"),
        ("---\nurl: javascript:alert(1)\n---\nText", "begin it with https://"),
    ],
)
def test_a_text_file_that_cannot_be_used_is_rejected_with_the_way_to_mend_it(
    tmp_path: Path, content: str | bytes, mend: str
) -> None:
    assert mend in rejection(tmp_path, content)


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("note.md", "begin its file name with YYYY-MM-DD"),
        ("2026-01-150-note.md", "begin its file name with YYYY-MM-DD"),
        ("2026-01-15/note.md", "begin its file name with YYYY-MM-DD"),
        ("2026-13-40-note.md", "no such day as '2026-13-40' for the date in its file name"),
        ("2027-01-01-note.md", "after today"),
        ("2026-01-15-note.docx", "is of no kind that can be read"),
    ],
)
def test_a_file_whose_name_does_not_help_is_rejected(tmp_path: Path, name: str, mend: str) -> None:
    assert mend in rejection(tmp_path, "Text.", name)


def test_today_itself_is_not_the_future(tmp_path: Path) -> None:
    assert read(tmp_path, "---\npublished: 2026-11-22\n---\nText").published == TODAY


def test_a_huge_file_is_rejected_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "MAX_FILE_BYTES", 10)
    assert read(tmp_path, b"0123456789").text == "0123456789"
    assert "split it" in rejection(tmp_path, b"0123456789a")
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(CorpusError, match="split it"):
        file_digest(tmp_path / f"{DATED}.md")


def test_a_file_that_is_gone_or_no_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        read_document(tmp_path / "gone.md", "gone.md", today=TODAY)
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(CorpusError, match="not a regular file"):
        read_document(tmp_path / "pipe.md", "pipe.md", today=TODAY)


@pytest.mark.parametrize(
    "name", ["2026-01-15-a\nb.md", "2026-01-15-\x1b[0m.md", os.fsdecode(b"2026-01-15-\xff.md")]
)
def test_a_name_that_cannot_be_shown_is_rejected_in_one_clean_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorpusError, match="rename the file") as caught:
        read(tmp_path, "Text.", name)
    assert str(caught.value).isprintable()
    str(caught.value).encode()


# Sections


def test_a_change_log_is_cut_at_its_headings_with_the_dates_that_they_carry() -> None:
    name = "2026-02-03-changelog.md"
    document = read_document(DOCUMENTS / name, name, today=TODAY)
    assert_tiled(document)
    own, first, second = date(2026, 2, 3), date(2026, 2, 2), date(2025, 12, 30)
    assert [(section.title, section.level, section.published) for section in document.sections] == [
        ("", 0, own),
        ("Change log", 1, own),
        ("[1.2.0] - 2026-02-02", 2, first),
        ("Added", 3, first),
        ("Removed", 3, first),
        ("Release 1.1.0 (December 30, 2025)", 2, second),
        ("Countdown to June 30, 2026", 2, own),
    ]
    assert document.title == "Change log"


def test_a_paragraph_over_a_rule_is_no_heading(tmp_path: Path) -> None:
    document = read(tmp_path, "One line\nand another.\n---\n\nText.\n\nTitle\n=====\n", f"{DATED}.txt")
    assert [section.title for section in document.sections] == ["", "Title"]
    assert_tiled(document)


def test_offsets_count_code_points(tmp_path: Path) -> None:
    document = read(tmp_path, "\U0001f600 naïve\u2028\x0b\x0c\x85\n# Zwei\n\U0001f600\n# Drei")
    assert [document.text[s.start : s.end] for s in document.sections[1:]] == [
        "# Zwei\n\U0001f600\n",
        "# Drei",
    ]


@pytest.mark.parametrize(
    "title",
    [
        "2025-12-30",
        "8.5.0 (2025-12-30)",
        "[8.5.0] - 2025-12-30",
        "30 December 2025",
        "30th Dec 2025: CANN 8.5.0",
        "December 30, 2025 – CANN 8.5.0",
        "CANN 8.5.0, Dec. 30, 2025",
        "8.5.0 / 2025-12-30",
        "v8.5.0 2025-12-30",
        "Released on December 30, 2025",
        "As of 30 December 2025",
        "Notes for 8.5.0 (2025-12-30, supported until 2027-01-01)",
        "8.5.0 (2025-12-01, updated 2025-12-30)",
    ],
)
def test_a_date_that_labels_a_heading_is_its_date(title: str) -> None:
    assert heading_date(title) == date(2025, 12, 30)


@pytest.mark.parametrize(
    "title",
    [
        "Countdown to December 31, 2025: What to Expect",
        "Deadline: 31 December 2025",
        "31 December 2025 deadline nears",
        "End of support: 2027-01-01",
        "2.0.0 (unreleased, 2027-01-01)",
        "What happens after 2025-12-31",
        "Announced at the summit of 5 August 2025",
        "Jan 2026",
        "December 2025",
        "2026",
        "31 February 2026",
        "2026-02-30",
        "Build 12026-01-055",
    ],
)
def test_a_date_that_a_heading_talks_about_or_that_is_none_dates_nothing(title: str) -> None:
    assert heading_date(title) is None


# HTML


def test_a_page_keeps_headings_lists_and_tables_and_drops_what_is_not_text() -> None:
    name = "2026-03-04-page.html"
    document = read_document(DOCUMENTS / name, name, today=TODAY)
    lines = [line for line in document.text.split("\n") if line]
    assert lines == [
        "# Toolkit 1.3.0",
        "The toolkit is released under the Apache Licence 2.0; it <does not> change.",
        "## Platforms (2026-03-01)",
        "- Linux",
        "- Ubuntu 24.04",
        "- Debian 13",
        "- Windows",
        "| Part | Size |",
        "|---|---|",
        "| compiler | 4 MB |",
        "| a/b |  |",
        "## Laid out in a table",
        "One.",
        "Two.",
        "```",
        "# no heading",
        "  trace --all",
        "```",
    ]
    assert document.title == "Toolkit 1.3.0 – release notes"
    assert [(section.title, section.level) for section in document.sections] == [
        ("Toolkit 1.3.0", 1),
        ("Platforms (2026-03-01)", 2),
        ("Laid out in a table", 2),
    ]
    assert document.sections[1].published == date(2026, 3, 1)
    assert_tiled(document)


def test_a_page_nested_without_end_is_read(tmp_path: Path) -> None:
    deep = "<div>" * 2_000 + "<table><tr><td>" * 1_000 + "found" + "</p>"
    assert "found" in read(tmp_path, deep, f"{DATED}.html").text
    flat = "<div><p>item<br><li>item</div>" * 10_000
    assert read(tmp_path, flat, f"{DATED}.html").text.count("item") == 20_000


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (b"", "is empty"),
        (b"<html><head><title>x</title></head><body><script>1</script></body></html>", "is empty"),
        (b"<p>na\xefve</p>", "UTF-8"),
        (b"<p>\x00</p>", "binary"),
        (b"<div>" * 100_000 + b"x", "nested more than"),
    ],
)
def test_a_page_that_cannot_be_used_is_rejected(tmp_path: Path, content: bytes, mend: str) -> None:
    assert mend in rejection(tmp_path, content, f"{DATED}.html")


# PDF


def test_a_pdf_keeps_pages_and_makes_headings_of_larger_type(tmp_path: Path) -> None:
    document = read(tmp_path, PDF, f"{DATED}.pdf")
    assert document.text == (
        "# Release 1.2.0 (2026-01-05)\nThe licence is Apache 2.0.\nIt runs on Linux.\n"
        "Windows is not supported.\n## Known faults\nNone are known so far to anyone."
    )
    assert document.pages == (0, document.text.index("Windows"))
    assert [(section.title, section.published) for section in document.sections] == [
        ("Release 1.2.0 (2026-01-05)", date(2026, 1, 5)),
        ("Known faults", date(2026, 1, 5)),
    ]
    assert document.title == "Release 1.2.0 (2026-01-05)"
    assert_tiled(document)


def test_empty_pages_keep_the_count_of_pages(tmp_path: Path) -> None:
    document = read(tmp_path, pdf([[], [(10, "Second page.")], []]), f"{DATED}.pdf")
    assert document.pages == (0, 0, len("Second page."))


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (b"", "is empty"),
        (b"not a PDF at all", "no readable PDF"),
        (PDF[:200], "no readable PDF"),
        (pdf([[], []]), "has no text"),
        (encrypted(PDF, "secret"), "is encrypted"),
        (encrypted(PDF, ""), "is encrypted"),
    ],
)
def test_a_pdf_that_cannot_be_used_is_rejected(tmp_path: Path, content: bytes, mend: str) -> None:
    assert mend in rejection(tmp_path, content, f"{DATED}.pdf")


def test_a_pdf_that_unfolds_into_too_much_text_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pdf([[(10, "word " * 100)]] * 10)
    monkeypatch.setattr(extraction, "MAX_FILE_BYTES", len(data))
    assert "Windows" in read(tmp_path, PDF, f"{DATED}.pdf").text
    monkeypatch.setattr("rag.extraction.MAX_TEXT_CHARACTERS", 1_000)
    assert "holds more than 1,000 characters" in rejection(tmp_path, data, f"{DATED}.pdf")


# Digests


def test_the_digest_changes_with_all_that_makes_the_document(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", "Text.")
    digests = {
        file_digest(path),
        file_digest(path, date(2026, 1, 1)),
        file_digest(path, None, DocumentKind.ARTICLE),
        file_digest(write(tmp_path, "a.html", "Text.")),
        file_digest(write(tmp_path, "b.md", "Text!")),
    }
    assert len(digests) == 5
    assert file_digest(write(tmp_path, "c.md", "Text.")) == file_digest(path)
    with pytest.raises(CorpusError, match=r"gone\.md cannot be read"):
        file_digest(tmp_path / "gone.md")


# Whatever lies in a file


def test_extracted_text_can_be_encoded_and_shown() -> None:
    assert clean("a\ud83d\ude00 \ud83d b\x1b[0m\x00\r\nc\rd\te") == "a\U0001f600 \ufffd b [0m \nc\nd\te"


fuzzed = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read_or_reject(folder: Path, content: bytes, suffix: str) -> None:
    try:
        document = read(folder, content, DATED + suffix)
    except CorpusError as error:
        assert str(error).isprintable()
        return
    assert document.text.strip()
    assert document.sha256 == hashlib.sha256(document.text.encode()).hexdigest()
    assert document.sections and document.sections[0].start == 0
    assert document.sections[-1].end == len(document.text)
    pairs = zip(document.sections, document.sections[1:], strict=False)
    assert all(left.end == right.start and left.start < left.end for left, right in pairs)


@fuzzed
@given(st.binary(max_size=300), st.sampled_from(extraction.SUFFIXES))
def test_any_bytes_give_a_document_or_a_plain_rejection(tmp_path: Path, content: bytes, suffix: str) -> None:
    read_or_reject(tmp_path, content, suffix)


yaml_like = st.lists(
    st.sampled_from(
        [
            "title",
            "published",
            "kind",
            "url",
            ": ",
            ":",
            "\n",
            "  ",
            "- ",
            "!!int ",
            "!!timestamp ",
            "!!python/x ",
            "!!binary ",
            "2025-02-30",
            "0x_",
            "&a ",
            "*a",
            "<<",
            "? ",
            "{",
            "}",
            "[",
            "]",
            "'",
            '"',
            "|",
            ">",
            "%",
            "@",
            "#",
            "=",
            "\t",
            "~",
            "1e999",
            "é",
            "\x85",
            "\ufeff",
        ]
    ),
    max_size=25,
)


@fuzzed
@given(yaml_like)
def test_any_front_matter_gives_a_document_or_a_plain_rejection(tmp_path: Path, parts: list[str]) -> None:
    read_or_reject(tmp_path, f"---\n{''.join(parts)}\n---\nText.".encode(), ".md")


markup = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<h1>",
            "</h1>",
            "<h2",
            ">",
            "<table>",
            "<tr>",
            "<td>",
            "</td>",
            "</tr>",
            "<li>",
            "</ul>",
            "<br/>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<!",
            "<?",
            "&#xD800;",
            "&#27;",
            "&amp",
            "&",
            "<script>",
            "</script>",
            "<pre>",
            "```",
            "<a hidden>",
            "<svg>",
            "#",
            "\n",
            "word ",
            "|",
            "<nav>",
            "\ufeff",
            "\x0b",
        ]
    ),
    max_size=40,
)


@fuzzed
@given(markup, st.sampled_from([".html", ".md"]))
def test_any_markup_gives_a_document_or_a_plain_rejection(
    tmp_path: Path, parts: list[str], suffix: str
) -> None:
    read_or_reject(tmp_path, "".join(parts).encode(), suffix)


@fuzzed
@given(st.integers(0, len(PDF) - 1), st.binary(max_size=6), st.integers(0, 40))
def test_any_damaged_pdf_gives_a_document_or_a_plain_rejection(
    tmp_path: Path, place: int, put_in: bytes, taken_out: int
) -> None:
    read_or_reject(tmp_path, PDF[:place] + put_in + PDF[place + taken_out :], ".pdf")
