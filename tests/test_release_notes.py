"""The release notes of the corpus: complete, hidden from earlier answers, and free of unverified claims."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from rag.blocks import UnitKind, blocks
from rag.corpus import read_document
from rag.headings import heading_date
from rag.records import Document, DocumentKind, Section

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
NAMES = sorted(path.name for path in (CORPUS / "release_notes").glob("*.md"))
ARTICLE = date(2025, 9, 29)
DIGEST = "This note is a digest, in words of its own, of the sources that each section links."

# What may stand for a date to come: a plan is written as a plan.
# "The release plan of" something is no planning word: such a file can also be told of as done.
PLANNING = re.compile(r"\b(planned|plans? (to|the)|target|expect(s|ed)?|scheduled)\b", re.IGNORECASE)

MONTHS = "January February March April May June July August September October November December".split()
WRITTEN = re.compile(
    rf"\b(?P<iso>20\d\d-\d\d-\d\d)\b"
    rf"|(?:\b(?P<day>\d{{1,2}}) )?\b(?P<month>{'|'.join(MONTHS)}) (?P<year>20\d\d)\b"
    rf"|\b(?:{'|'.join(MONTHS)}) \d{{1,2}}, (?P<american>20\d\d)\b"
    r"|(?<![-\w./])(?P<bare>20\d\d)(?![-\w/]|\.\d)"
)
# A year that is part of a name is no date.
NAMED_YEARS = re.compile(r"\bAIME 2026\b")

# Versions and models, by the day before which only a plan can speak of them.
FIRST_DAYS = {
    r"CANN 8\.5\.0(?!-)": date(2026, 1, 23),
    r"CANN 9\.0\.0(?!-)": date(2026, 4, 22),
    r"CANN 9\.1\.0(?!-)": date(2026, 7, 21),
    r"CANN 9\.2\.0": date(2026, 7, 23),
    r"CANN Open Software License|CANN licence": date(2025, 12, 27),
    r"openPangu[- ]2\.0": date(2026, 7, 1),
    r"(SDK|Insight) 26\.0\.0": date(2026, 4, 25),
    r"Index SDK 26\.1\.0": date(2026, 7, 31),
    r"TorchNPU 26\.0\.0": date(2026, 4, 30),
    r"UMDK v25\.12\.0": date(2025, 12, 30),
    r"UMDK v26\.06\.0": date(2026, 6, 30),
    r"v0\.13\.0": date(2026, 2, 5),
    r"v0\.18\.0": date(2026, 4, 30),
    r"v0\.23\.0": date(2026, 8, 16),
    r"TorchNPU 2\.9\.0": date(2026, 1, 12),
    r"TorchNPU 2\.10\.0": date(2026, 4, 30),
    r"TorchNPU 2\.1[12]\.0": date(2026, 7, 25),
}

# What only secondary sources, copies of cards or nobody reports; the reason is the fact it would state.
UNVERIFIED = {
    r"718 ?B|718 billion|39 billion|39B": "size of openPangu-Ultra-MoE, from copies of its card",
    r"Embedded-7B|VL-7B|7B-Diffusion|\b615 ?M|615 million": "models known from copies of their cards",
    r"46 layers|256 experts|524,288|\b2560\b": "inner sizes of Flash, from an engine's files",
    r"93\.3|83\.7|95\.9": "scores of openPangu-2.0-Flash, from the card of a copy",
    r"European Union|Powered by openPangu|trademark|indemni": "terms of the models' licence, from copies",
    r"openPangu licence v?1\.0|LICENSE AGREEMENT VERSION 1\.0": "the older licence, from copies",
    r"2\.0-Pro.*\b(is|are) (licen[sc]ed|under)\b": "licence of openPangu-2.0-Pro, never seen",
    r"R-(72|7)B-2512.*\b(licen[sc]ed|released|under the)\b": "licence and date of the R models",
    r"30 June 2026.*openPangu|openPangu.*30 June 2026": "announcement of Flash, from a survey",
    r"31\.78|66\.81|82 projects|[Ss]tars\b|[Dd]ownloads\b": "counts of the CANN organisation, from a survey",
    r"complete technology stack|every layer.*\bopen\b(?!.*\bexcept\b)": "all of CANN is open",
    r"1,842|\bGitee\b|[Oo]bserver": "a blog's picture of the CANN community",
    r"9\.1\.1|CANN 9\.2\.0(?!-)": "versions of CANN of unknown date",
    r"torch-npu 2\.14|TorchNPU 2\.1[34]\.0 (was|is) (released|published)": "releases of unknown date",
    r"Agent SDK": "a kit whose licence is unknown",
    r"BiSheng.*\b(proprietary|closed|no public)\b": "a search that found nothing, which proves nothing",
    r"\bopen governance\b|Linux Foundation|OpenAtom|donated": "a foundation for CANN, named by no source",
    r"pledge|promise|fulfil|met the deadline": "whether the pledge of December 2025 was met",
}


def document(name: str) -> Document:
    return read_document(CORPUS / "release_notes" / name, f"release_notes/{name}")


def front_matter(name: str) -> dict[str, object]:
    text = (CORPUS / "release_notes" / name).read_text("utf-8")
    fields = yaml.safe_load(text.split("---\n")[1])
    assert isinstance(fields, dict)
    return fields


def statements(found: Document) -> Iterator[tuple[Section, str]]:
    """The text of a note block by block (a sentence each), with its section; no headings, no links."""
    for block in blocks(found.text):
        text = found.text[block.start : block.end].strip()
        if block.kind is UnitKind.HEADING or re.match(r"Sources?: <", text):
            continue
        yield next(s for s in found.sections if s.start <= block.start < s.end), text


def days(text: str) -> Iterator[date]:
    """The latest day that each date in a text can mean: of a month its last, of a year too."""
    for match in WRITTEN.finditer(NAMED_YEARS.sub("", text)):
        part = match.groupdict()
        if part["iso"]:
            yield date.fromisoformat(part["iso"])
        elif part["month"]:
            year, month = int(part["year"]), MONTHS.index(part["month"]) + 1
            yield date(year, month, int(part["day"] or monthrange(year, month)[1]))
        else:
            assert not part["american"], f"a date is written as '23 January 2026': {match[0]}"
            yield date(int(part["bare"]), 12, 31)


def leaks(section: Section, text: str) -> list[str]:
    """What a statement tells that was still to come on the day of its section."""
    if PLANNING.search(text):
        return []
    late = [f"{day}" for day in days(text) if day > section.published]
    return late + [
        name for name, first in FIRST_DAYS.items() if section.published < first and re.search(name, text)
    ]


def test_there_is_a_note_on_every_topic() -> None:
    texts = [document(name).text for name in NAMES]
    topics = "CANN 8.5.0|TSC|openPangu-2.0-Flash|MindIE|UMDK v25.12.0|vLLM Ascend v0.23.0|TorchNPU 2.12.0"
    for topic in topics.split("|"):
        assert any(topic in text for text in texts), topic


@pytest.mark.parametrize("name", NAMES)
def test_the_front_matter_is_complete_and_names_every_source(name: str) -> None:
    fields = front_matter(name)
    assert not {"title", "published", "kind", "publisher", "url", "sources", "note"} - fields.keys()
    found = document(name)
    assert found.kind is DocumentKind.RELEASE_NOTE
    assert found.title and found.publisher and found.note and found.url.startswith("https://")
    sources = fields["sources"]
    assert isinstance(sources, list) and sources
    for source in sources:
        pinned = re.search(r"github\.com/[\w-]+/[\w-]+/(?:blob|tree)/([0-9a-f]{40})(?:/|$)", source["url"])
        assert source["url"].startswith("https://") and source.keys() <= {"url", "commit"}
        assert ("github.com" in source["url"]) == bool(pinned), source["url"]
        assert source.get("commit") == (pinned[1] if pinned else None), source["url"]
    named = [source["url"] for source in sources]
    assert len(named) == len(set(named))
    assert set(re.findall(r"<(https://[^>]+)>", found.text)) == set(named)


@pytest.mark.parametrize("name", NAMES)
def test_the_text_begins_with_the_line_that_calls_it_a_digest(name: str) -> None:
    found = document(name)
    preamble = found.text[: found.sections[0].end]
    assert found.sections[0].level == 0
    # Undated text counts from the document's own day, so it says nothing else.
    assert preamble.strip() == DIGEST


@pytest.mark.parametrize("name", NAMES)
def test_every_section_has_a_day_of_its_own_and_none_is_out_of_bounds(name: str) -> None:
    found = document(name)
    dated = found.sections[1:]
    for section in dated:
        assert (section.level == 2) == (heading_date(section.title) is not None), section.title
        assert section.level in (2, 3)
        assert ARTICLE < section.published <= date.today()
    assert found.published == min(section.published for section in dated)
    tops = [section.published for section in dated if section.level == 2]
    assert tops == sorted(tops, reverse=True) and len(tops) == len(set(tops)), "newest first, one a day"


@pytest.mark.parametrize("name", NAMES)
def test_every_dated_section_links_its_sources(name: str) -> None:
    found = document(name)
    tops = [section for section in found.sections if section.level == 2]
    for section, end in zip(tops, [*(s.start for s in tops[1:]), len(found.text)], strict=True):
        text = found.text[section.start : end].rstrip()
        assert re.match(r"Sources?: <https://", text.rsplit("\n", 1)[-1]), section.title


@pytest.mark.parametrize("name", NAMES)
def test_no_statement_tells_what_was_still_to_come_on_its_day(name: str) -> None:
    found = document(name)
    told = {text: leaks(section, text) for section, text in statements(found)}
    assert {text: what for text, what in told.items() if what} == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_heading_names_nothing_that_came_after_its_day(name: str) -> None:
    for section in document(name).sections:
        assert not leaks(section, section.title), section.title


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_for_the_whole_document_names_no_later_version(name: str) -> None:
    found = document(name)
    whole = Section("", 0, 0, 0, found.published)
    # The note may say when something was read, which nobody asks about.
    told = WRITTEN.sub("", found.note)
    assert not leaks(whole, f"{found.title} {found.publisher} {name} {told}")


def test_the_check_for_leaks_can_fail() -> None:
    section = Section("", 2, 0, 0, date(2025, 12, 30))
    assert leaks(section, "It was released on 23 January 2026.") == ["2026-01-23"]
    assert leaks(section, "It was opened in January 2026.") == ["2026-01-31"]
    assert leaks(section, "It was opened in December 2025.") == ["2025-12-31"]
    assert leaks(section, "It was last edited on 2026-03-26.") == ["2026-03-26"]
    assert leaks(section, "It follows in 2026.") == ["2026-12-31"]
    assert leaks(section, "CANN 8.5.0 is out.")
    assert leaks(section, "The release plan gives 23 January 2026.")
    assert not leaks(section, "It is planned for 23 January 2026.")
    assert not leaks(section, "It was opened in November 2025, as 8.5.0-beta.1, with 95.4 on AIME 2026.")
    assert not leaks(Section("", 2, 0, 0, date(2026, 1, 23)), "CANN 8.5.0 was released on 23 January 2026.")
    assert leaks(Section("", 2, 0, 0, ARTICLE + timedelta(1)), "CANN 8.5.0-beta.1 came on 30 December 2025.")


@pytest.mark.parametrize("name", NAMES)
def test_no_unverified_claim_stands_in_a_note(name: str) -> None:
    found = document(name)
    for text in (found.title, found.note, *(text for _, text in statements(found))):
        for pattern, claim in UNVERIFIED.items():
            assert not re.search(pattern, text), f"{claim}: {text}"


@pytest.mark.parametrize(
    "claim",
    [
        "openPangu-2.0-Pro is licensed under a licence of its own.",
        "openPangu-Ultra-MoE has 718 billion parameters.",
        "The licence forbids use within the European Union.",
        "openPangu-2.0-Flash was announced on 30 June 2026.",
        "Every version shows that every layer of CANN is open.",
        "CANN 9.2.0 adds operators.",
        "The source of the BiSheng compiler is closed.",
        "Huawei fulfilled what it announced.",
    ],
)
def test_the_list_of_unverified_claims_can_fail(claim: str) -> None:
    assert any(re.search(pattern, claim) for pattern in UNVERIFIED)


@pytest.mark.parametrize("name", NAMES)
def test_every_statement_is_one_sentence_that_can_be_understood_alone(name: str) -> None:
    found = document(name)
    told = [text.removeprefix("- ") for _, text in statements(found) if not text.startswith("|")]
    assert 12 <= len(told) <= 36
    for text in told:
        assert "\n" not in text and text.endswith("."), text
        assert not re.match(r"(It|They|This(?! note)|These|That|Both|There|Here|He|Its|Their)\b", text), text
        assert not re.search(r"\.\s+[A-Z]", text), f"two sentences: {text}"
        assert "<" not in text and "](" not in text, f"a link inside a quotable sentence: {text}"
    assert len(told) == len(set(told))


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_the_corpus_lists_the_note_with_its_dates_and_publisher(name: str) -> None:
    found = document(name)
    rows = [line for line in (CORPUS / "README.md").read_text("utf-8").split("\n") if f"`{name}`" in line]
    assert len(rows) == 1
    last = max(section.published for section in found.sections)
    assert f"| {found.published} to {last} |" in rows[0] and f"| {found.publisher} |" in rows[0]
