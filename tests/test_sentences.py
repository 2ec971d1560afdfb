"""Sentences of a document: exact offsets, and blocks as the page shows them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.blocks import UnitKind, blocks
from rag.corpus import read_document
from rag.language import Parser
from rag.records import Document
from rag.sentences import Sentence, sentences
from tests.engine_fixtures import SHIPPED, markdown, readings_of

TRICKY = """# Kestrel 2.0

Kestrel v1.2.3 was made by Acme Inc. and costs 3.5 euros, e.g. at
https://example.org/a.b?c=d, which is
less than before. It weighs 2.0 kg.

* one point. Another one
  that goes on
- “quoted” point
1. numbered

> a quotation that
> goes on. And ends.

| Field | Value |
|-------|:-----:|
| Licence | TBD. Soon. |

```python
x = 1.  # Not a sentence. At all.

y = 2
```

Last words — naïve 🚢 ones — without a stop"""


def _cut(parser: Parser, text: str) -> list[Sentence]:
    return sentences(markdown(text), parser.sentences)


def _texts(parser: Parser, text: str, *kinds: UnitKind) -> list[str]:
    return [s.text for s in _cut(parser, text) if not kinds or s.kind in kinds]


def _sound(document: Document, found: list[Sentence]) -> None:
    """What holds of any document: exact, in order, not overlapping, and nothing of it lost."""
    end = 0
    for one in found:
        assert document.text[one.start : one.end] == one.text
        assert one.text.strip() == one.text != ""
        assert one.start >= end
        end = one.end
    assert [s.block for s in found] == sorted(s.block for s in found)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_every_shipped_sentence_stands_in_its_document(parser: Parser, path: Path) -> None:
    document = read_document(path, path.name)
    found = sentences(document, parser.sentences)
    _sound(document, found)
    for one in found:
        section = document.sections[one.section]
        assert section.start <= one.start < one.end <= section.end
        assert "\n" not in one.text
    assert _letters("".join(s.text for s in found)) == _letters(document.text)
    # A line of sources ends with its last address.
    ends = [s for s in found if s.kind is UnitKind.PROSE and s.text[-1] not in '.!?”":>']
    assert not ends


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def test_at_least_three_documents_are_shipped() -> None:
    assert len(SHIPPED) >= 3


def test_hand_made_markdown_keeps_its_offsets_and_its_words(parser: Parser) -> None:
    document = markdown(TRICKY)
    found = sentences(document, parser.sentences)
    _sound(document, found)
    assert _letters("".join(s.text for s in found)) == _letters(
        document.text.replace("1. numbered", "numbered")
    )
    kinds = {s.text: s.kind for s in found}
    assert kinds["Kestrel 2.0"] is UnitKind.HEADING
    assert kinds["It weighs 2.0 kg."] is UnitKind.PROSE
    assert kinds["one point."] is UnitKind.ITEM
    assert kinds["Another one\n  that goes on"] is UnitKind.ITEM
    assert kinds["| Licence | TBD. Soon. |"] is UnitKind.ROW
    assert sum(s.kind is UnitKind.CODE for s in found) == 1


def test_a_paragraph_wrapped_at_a_column_is_cut_at_its_sentences_not_at_its_lines(parser: Parser) -> None:
    text = "The library\nis free. It was\nwritten in\nRust, and v1.2.3\nis out.\nThe end\nis near.\n"
    assert _texts(parser, text) == [
        "The library\nis free.",
        "It was\nwritten in\nRust, and v1.2.3\nis out.",
        "The end\nis near.",
    ]


WRAPPED = {
    "a closing bracket": "The compiler (beta)\nwill ship in May.",
    "a closing quotation mark": "The so-called “open core”\nis not yet licensed.",
    "a straight quotation mark": 'The so-called "open core"\nis not yet licensed.',
    "Inc.": "It is made by Acme Inc.\nin Leeds and sold widely.",
    "e.g.": "It uses tools, e.g.\nmake and ninja.",
    "a colon": "It has three parts:\na lamp, a lens and a stand.",
}


@pytest.mark.parametrize("case", WRAPPED)
def test_a_wrapped_sentence_is_whole_though_its_line_ends_in(parser: Parser, case: str) -> None:
    assert _texts(parser, f"{WRAPPED[case]}\n\nNext.\n") == [WRAPPED[case], "Next."]


def test_a_wrapped_line_that_begins_with_a_number_goes_on(parser: Parser) -> None:
    """CommonMark: only a list that starts at 1 may interrupt a paragraph."""
    assert _texts(parser, "The map is on page\n12. It shows the bay.\n") == [
        "The map is on page\n12.",
        "It shows the bay.",
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("The room is in Building C. The room is closed on Mondays.", 2),
        ("The dam was drawn by J. A. Lien of Oslo.", 1),
        ("Hepatitis B. Nurses give a second dose of it.", 1),
    ],
)
def test_a_letter_ends_a_sentence_where_no_name_goes_on(parser: Parser, text: str, parts: int) -> None:
    assert len(parser.sentences(text)) == parts


def test_an_underlined_heading_is_a_heading(parser: Parser) -> None:
    text = "Licence\n=======\n\nIt is free.\n\nPrice\n-----\n\nFive euros.\n"
    assert _texts(parser, text, UnitKind.HEADING) == ["Licence", "Price"]


def test_field_lines_with_hard_breaks_are_units_of_their_own(parser: Parser) -> None:
    text = "Price: 5 euros  \nSize: 3 kg  \nLicence: TBD\n"
    assert _texts(parser, text) == ["Price: 5 euros", "Size: 3 kg", "Licence: TBD"]


@pytest.mark.parametrize("rule", ["* * *", "***", "___", "- - -"])
def test_a_rule_is_no_sentence(parser: Parser, rule: str) -> None:
    assert _texts(parser, f"One.\n\n{rule}\n\nTwo.\n") == ["One.", "Two."]


def test_a_table_without_outer_bars_has_rows(parser: Parser) -> None:
    found = _texts(parser, "a | b\n---|---\nLicence | TBD\nPrice | 5\n", UnitKind.ROW)
    assert found == ["Licence | TBD", "Price | 5"]


@pytest.mark.parametrize("rule", ["|---|:-:|", "| --- | --- |", "---|---", "|---|"])
def test_the_header_of_a_table_states_nothing(parser: Parser, rule: str) -> None:
    text = f"| part | licence |\n{rule}\n| hull | MIT |\n\nIt floats.\n"
    assert _texts(parser, text, UnitKind.HEADER) == ["| part | licence |"]
    assert _texts(parser, text, UnitKind.ROW) == ["| hull | MIT |"]
    assert list(readings_of(parser, text)) == ["| hull | MIT |", "It floats."]


def test_a_comment_is_not_evidence(parser: Parser) -> None:
    assert _texts(parser, "<!-- The licence is MIT. -->\n\nIt is free.\n") == ["It is free."]


def test_a_list_mark_inside_a_quotation_is_left_out(parser: Parser) -> None:
    assert _texts(parser, "> - one thing. Another.\n") == ["one thing.", "Another."]


def test_a_second_paragraph_of_an_item_is_a_block_of_its_own(parser: Parser) -> None:
    found = _cut(parser, "1. First. Second.\n\n   Third.\n")
    assert [(s.text, s.block) for s in found] == [("First.", 0), ("Second.", 0), ("Third.", 1)]


def test_an_unclosed_fence_is_code_to_the_end_and_another_kind_of_fence_does_not_close_it(
    parser: Parser,
) -> None:
    assert [s.kind for s in _cut(parser, "```\nThis is code. All.\n~~~\nStill. Code.\n")] == [UnitKind.CODE]


def test_a_heading_ends_the_paragraph_before_it_and_begins_a_section(parser: Parser) -> None:
    found = _cut(parser, "Before it\n## The bay\nAfter it\n")
    assert [(s.text, s.kind, s.section) for s in found] == [
        ("Before it", UnitKind.PROSE, 0),
        ("The bay", UnitKind.HEADING, 1),
        ("After it", UnitKind.PROSE, 1),
    ]


LINES = st.lists(
    st.one_of(
        st.sampled_from(TRICKY.split("\n")),
        st.sampled_from(["", "```", "~~~", "> ", "- ", "1. ", "# ", "|", "|-|", "“", " \t", "\x0c"]),
        st.text(max_size=40),
    ),
    max_size=12,
)  # fmt: skip


@given(LINES)
@settings(max_examples=200, deadline=None)
def test_any_text_gives_exact_sentences_in_order(parser: Parser, lines: list[str]) -> None:
    document = markdown("\n".join(lines).replace("\r", ""))
    _sound(document, sentences(document, parser.sentences))


@given(
    st.lists(
        st.text(st.characters(categories=["L", "N"], include_characters=" .,!?()"), max_size=50), max_size=6
    )
)
@settings(max_examples=150, deadline=None)
def test_no_word_of_plain_prose_is_lost(parser: Parser, lines: list[str]) -> None:
    prose = "\n".join(f"So {line}" for line in lines)
    document = markdown(prose)
    found = sentences(document, parser.sentences)
    assert re.sub(r"\s", "", "".join(s.text for s in found)) == re.sub(r"\s", "", prose)


@given(LINES)
@settings(max_examples=200, deadline=None)
def test_blocks_follow_each_other(lines: list[str]) -> None:
    text = "\n".join(lines)
    end = 0
    for block in blocks(text):
        assert end <= block.start < block.end <= len(text)
        end = block.end
