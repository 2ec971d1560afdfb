"""Which names a sentence is about, what it takes over from those before it, and whose words it gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus import read_document
from rag.language import Parser, word_key
from rag.reading import analyse, restore
from tests.engine_fixtures import SHIPPED, markdown, readings_of


def _keys(names: str) -> set[str]:
    return {word_key(name) for name in names.split()}


def test_a_pronoun_takes_the_last_name_of_its_paragraph(parser: Parser) -> None:
    found = readings_of(parser, "Kestrel is a database. It is small. Osprey is a cache. It is large.\n")
    assert found["It is small."].carried == _keys("Kestrel")
    assert found["It is large."].carried == _keys("Osprey")


def test_a_new_paragraph_without_a_pronoun_takes_nothing_over(parser: Parser) -> None:
    found = readings_of(parser, "Kestrel is a database.\n\nThe price is five euros.\n")
    assert found["The price is five euros."].carried == set()


EXAMPLES = [
    "Kestrel can use stores such as Redis.",
    "Kestrel supports databases including Redis and MariaDB.",
    "Frameworks like Django and Flask work with Kestrel.",
    "Kestrel works with many tools, such as Redis, Django and Flask.",
]


@pytest.mark.parametrize("first", EXAMPLES)
def test_examples_are_mentioned_and_not_carried_over(parser: Parser, first: str) -> None:
    found = readings_of(parser, f"{first} It has no limits.\n")
    assert found[first].topical == _keys("Kestrel")
    assert len(found[first].own) > 1
    assert found["It has no limits."].carried == _keys("Kestrel")


SET_ASIDE = [
    ("Unlike Osprey, Kestrel is free.", "Osprey"),
    ("Kestrel, unlike Osprey and Falcon, keeps logs.", "Osprey Falcon"),
    ("Beyond Osprey, the firm sells Kestrel.", "Osprey"),
]


@pytest.mark.parametrize(("sentence", "others"), SET_ASIDE)
def test_a_name_that_is_set_aside_is_not_what_the_sentence_is_about(
    parser: Parser, sentence: str, others: str
) -> None:
    found = readings_of(parser, f"{sentence} It is also fast.\n")
    assert found[sentence].aside == _keys(others)
    assert found[sentence].own == found[sentence].topical == _keys("Kestrel")
    assert found["It is also fast."].carried == _keys("Kestrel")


def test_a_heading_names_what_its_section_is_about(parser: Parser) -> None:
    text = "## Heron\n\nThe boat carries 120 people.\n\n## Kittiwake\n\nThe deck is open.\n"
    found = readings_of(parser, text)
    assert found["The boat carries 120 people."].heading == _keys("Heron")
    assert found["The deck is open."].heading == _keys("Kittiwake")
    assert "Heron" not in found, "a heading is never evidence"


def test_a_subject_of_its_own_outranks_the_heading(parser: Parser) -> None:
    found = readings_of(parser, "## Heron\n\nThe boat is small.\n\nBrandvik will build a dock.\n")
    assert not found["Brandvik will build a dock."].heading & _keys("Heron")


def test_what_is_said_of_one_of_several_that_are_introduced_is_not_said_of_the_others(parser: Parser) -> None:
    first = "The club is run by a Board of Owners (BO), a Rules Council (RC) below it, and groups (GRs)."
    found = readings_of(
        parser,
        f"## Charter\n\n{first} The RC of the club meets in May. The rules are strict. "
        "A meeting of the RC is public.\n",
    )
    assert not _keys("BO GRs") & found["A meeting of the RC is public."].heading
    assert _keys("BO RC") <= found["The rules are strict."].heading
    assert not _keys("BO GRs") & found["The RC of the club meets in May."].heading


def test_a_plural_takes_over_every_name_so_far(parser: Parser) -> None:
    found = readings_of(parser, "The Heron is small. The Kittiwake is large. They share a dock.\n")
    assert found["They share a dock."].carried == _keys("Heron Kittiwake")


@pytest.mark.xfail(strict=True, reason="a unit in capitals is taken for a name")
def test_a_unit_is_no_name(parser: Parser) -> None:
    found = readings_of(parser, "The Kestrel server needs 8 GB of memory.\n")
    assert found["The Kestrel server needs 8 GB of memory."].own == _keys("Kestrel")


@pytest.mark.xfail(
    strict=True, reason="a version behind a name is not part of it, so two versions are one subject"
)
def test_two_versions_are_two_subjects(parser: Parser) -> None:
    found = readings_of(
        parser, "The Kestrel 2 is free. Its licence is MIT. The Kestrel 3 is new. Its price is known.\n"
    )
    assert found["Its licence is MIT."].carried != found["Its price is known."].carried


def test_a_capital_that_only_begins_a_sentence_is_no_name(parser: Parser) -> None:
    found = readings_of(parser, "Boats sail at noon. The boats are old.\n")
    assert found["Boats sail at noon."].own == set()


@pytest.mark.parametrize("name", ["vLLM", "910B", "CANN", "iOS", "H100"])
def test_a_name_is_known_by_how_it_is_written(parser: Parser, name: str) -> None:
    sentence = f"The new server supports {name} today."
    assert word_key(name) in readings_of(parser, sentence)[sentence].own


def test_what_a_sentence_points_back_to_is_kept(parser: Parser) -> None:
    found = readings_of(parser, "The team is preparing its release. This includes new manuals. Rain fell.\n")
    assert word_key("release") in found["This includes new manuals."].before
    assert not found["Rain fell."].before


PEOPLE = """Dora Finch runs the yard. Finch said that the hull is steel. She added that the deck is oak.
The pump failed.

Amir Soltani, the engineer, said that the mast was late. “We wait,” Soltani said.
He said that nobody knew why.
"""


def test_speakers_are_resolved_to_full_names(parser: Parser) -> None:
    found = readings_of(parser, PEOPLE)
    speakers = {text: reading.full_speaker for text, reading in found.items()}
    assert speakers == {
        "Dora Finch runs the yard.": "",
        "Finch said that the hull is steel.": "Dora Finch",
        "She added that the deck is oak.": "Dora Finch",
        "The pump failed.": "",
        "Amir Soltani, the engineer, said that the mast was late.": "Amir Soltani",
        "“We wait,” Soltani said.": "Amir Soltani",
        "He said that nobody knew why.": "Amir Soltani",
    }


def test_a_full_name_is_never_turned_into_a_namesake(parser: Parser) -> None:
    found = readings_of(parser, "Alan Reed left the mill in May. Mary Reed said that the roof leaks.\n")
    assert found["Mary Reed said that the roof leaks."].full_speaker == "Mary Reed"


def test_a_surname_of_two_people_is_not_resolved(parser: Parser) -> None:
    text = "Alan Reed and Mary Reed own the mill. Reed said that the roof leaks.\n"
    assert readings_of(parser, text)["Reed said that the roof leaks."].full_speaker == "Reed"


@pytest.mark.xfail(
    strict=True, reason="a pronoun is not resolved to a person who was named but has not spoken"
)
def test_a_pronoun_means_the_person_just_named_not_the_last_speaker(parser: Parser) -> None:
    text = "Dora Finch said that it is steel. Amir Soltani leads the tests. He said that the mast was late.\n"
    assert readings_of(parser, text)["He said that the mast was late."].full_speaker == "Amir Soltani"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_what_the_index_keeps_gives_the_same_sentences_back(parser: Parser, path: Path) -> None:
    document = read_document(path, path.name)
    found, analysis = analyse(document, parser)
    readings = restore(document, analysis).readings
    kept = [sentence for sentence in found if sentence.kind not in ("heading", "header")]
    assert [reading.sentence for reading in readings] == kept
    assert all(r.sentence.text == document.text[r.sentence.start : r.sentence.end] for r in readings)
    assert all(r.topical <= r.own and not r.own & r.aside for r in readings)
    assert restore(document, analysis).readings == readings


LOG = """The lift is run by Olga Brandt.

## 2025-02-02

He said that the lift works. Brandt left.

## 2025-01-01

The Corran works. It has a bell.
"""


def test_a_dated_section_is_read_as_if_those_of_other_dates_were_not_there(parser: Parser) -> None:
    whole = markdown(LOG)
    alone = markdown(LOG[LOG.index("## 2025-01-01") :])
    found = {r.sentence.text: r for r in restore(whole, analyse(whole, parser)[1]).readings}
    for reading in restore(alone, analyse(alone, parser)[1]).readings:
        other = found[reading.sentence.text]
        assert (other.heading, other.own, other.carried) == (reading.heading, reading.own, reading.carried)
    assert found["Brandt left."].full_speaker == ""
    assert found["He said that the lift works."].full_speaker == ""  # whoever was named on another date


@pytest.mark.parametrize("text", ["", "\n\n", "# Only a heading\n", "---\n", "```\n", "?\n\n!\n"])
def test_a_document_without_sentences_can_be_read(parser: Parser, text: str) -> None:
    assert isinstance(readings_of(parser, text), dict)
