"""Question sets are read strictly: a fault that passed in silence would switch a check off."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import frontmatter
import pytest

from eval.categories import categories
from eval.faults import EvalError
from eval.history import days_of
from eval.questions import PARTS, corpus_folder, load
from rag.corpus import read_document
from rag.records import Verdict
from tests.eval_stand_in import line, write_set

CORE = (
    "The core repositories of CANN are licensed under the CANN Open Software License Agreement Version 2.0."
)
OPEN = "Huawei has yet to disclose which licenses will govern the December releases."
WAS: dict[str, Any] = {"published": "2025-09-29", "verdict": "undisclosed", "gold": [OPEN]}
IS: dict[str, Any] = {"published": "2026-01-23", "verdict": "stated", "gold": [CORE]}


def documents(corpus: str) -> list[str]:
    files = (file for file in corpus_folder(corpus).rglob("*.md") if not file.name.startswith("README"))
    return [frontmatter.load(str(file)).content for file in files]


def note(**changes: Any) -> dict[str, Any]:
    """A line over the release notes, with a history."""
    labels = {"gold": [CORE], "as_of": "2026-11-26", "history": [WAS, IS]}
    return line(corpus="notes", **{**labels, **changes})


def test_shipped_sets_load_and_every_gold_sentence_stands_in_its_corpus() -> None:
    questions = load()
    assert {q.part for q in questions} == {"development", "calibration", "held_back"}
    texts = {corpus: documents(corpus) for corpus in {q.corpus for q in questions}}
    lost = [q.place for q in questions for gold in q.gold if not any(gold in t for t in texts[q.corpus])]
    assert not lost


def test_parts_and_corpora_are_chosen(tmp_path: Path) -> None:
    write_set(tmp_path, line(), line(id="q2", part="held_back"))
    assert [q.id for q in load(tmp_path, parts=["held_back"])] == ["q2"]
    assert [q.id for q in load(tmp_path, corpora=["riverbus"])] == ["q1", "q2"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"target": "answered"}, "target must be one of"),
        ({"polarity": "maybe"}, "polarity must be one of"),
        ({"kind": "guess"}, "kind must be one of"),
        ({"forbiden": ["MIT"]}, "unknown keys: forbiden"),
        ({"gold": []}, "needs a gold sentence"),
        ({"target": "not_covered"}, "has no gold sentence"),
        ({"forbidden": "MIT"}, "forbidden must be a list"),
        ({"input": " "}, "input is empty"),
        ({"id": ""}, "id is empty"),
        ({"as_of": "yesterday"}, "as_of must be a date"),
        ({"category": "stated_what"}, "category must be one of .*stated-what"),
        ({"group": 5}, "group must be a string"),
        ({"natural": "yes"}, "natural must be true or false"),
    ],
)
def test_faulty_line_is_named_by_file_and_line(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    write_set(tmp_path, line(id="fine"), line(**changes))
    with pytest.raises(EvalError, match=rf"^riverbus-development\.jsonl:2: .*{said}") as caught:
        load(tmp_path)
    assert "\n" not in str(caught.value)


def test_missing_key_is_named(tmp_path: Path) -> None:
    entry = line()
    del entry["metadata"]["forbidden"]
    write_set(tmp_path, entry)
    with pytest.raises(EvalError, match=r"\.jsonl:1: metadata lacks forbidden"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("raw", "said"), [(b"{\n", ":1: not JSON"), (b"{}\n\xff\n", ":2: not UTF-8"), (b"[]", ":1: ")]
)
def test_bytes_that_are_no_json_lines_are_named(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "riverbus-development.jsonl").write_bytes(raw)
    with pytest.raises(EvalError, match=said):
        load(tmp_path)


def test_same_id_twice_names_both_places(tmp_path: Path) -> None:
    write_set(tmp_path, line(), line(part="held_back"))
    with pytest.raises(EvalError, match=r"held_back\.jsonl:1.*development\.jsonl:1"):
        load(tmp_path)


def test_question_in_the_wrong_file_is_refused(tmp_path: Path) -> None:
    write_set(tmp_path, line())
    (tmp_path / "riverbus-development.jsonl").rename(tmp_path / "riverbus-held_back.jsonl")
    with pytest.raises(EvalError, match="belong to riverbus-development"):
        load(tmp_path)


def test_no_questions_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no questions"):
        load(tmp_path)
    write_set(tmp_path, line())
    with pytest.raises(EvalError, match="no questions"):
        load(tmp_path, corpora=["article"])


def test_unknown_corpus_is_refused() -> None:
    with pytest.raises(EvalError, match="no corpus 'nowhere'"):
        corpus_folder("nowhere")


def test_a_part_may_have_several_files(tmp_path: Path) -> None:
    write_set(tmp_path, line(category="not_covered", target="not_covered", gold=[]))
    (tmp_path / "riverbus-development.jsonl").rename(tmp_path / "riverbus-development-pairs.jsonl")
    (found,) = load(tmp_path)
    assert found.category == "not-covered"  # an older spelling


def test_a_history_is_read(tmp_path: Path) -> None:
    write_set(tmp_path, note())
    (found,) = load(tmp_path)
    assert [(str(e.published), e.verdict, e.gold) for e in found.history] == [
        ("2025-09-29", Verdict.UNDISCLOSED, (OPEN,)),
        ("2026-01-23", Verdict.STATED, (CORE,)),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"history": []}, "history must be a list"),
        ({"history": {"published": "2025-09-29"}}, "history must be a list"),
        ({"history": [{**IS, "golden": []}]}, "an entry of history has"),
        ({"history": [{**IS, "published": "January"}]}, "published must be a date"),
        ({"history": [{**IS, "published": None}]}, "published must be a date"),
        ({"history": [{**IS, "verdict": "not_covered"}]}, "verdict in history must be one of"),
        ({"history": [{**IS, "verdict": "partial"}]}, "verdict in history must be one of"),
        ({"history": [{**IS, "gold": []}]}, "gold in history must be a list"),
        ({"history": [IS, WAS]}, "oldest first"),
        ({"history": [IS, IS]}, "one entry a day"),
        ({"history": [WAS, IS], "as_of": "2026-01-22"}, "after as_of 2026-01-22"),
        ({"history": [WAS]}, "ends with undisclosed, but the target is stated"),
        ({"history": [IS], "gold": [OPEN]}, "not in gold"),
        ({"history": [WAS, {**IS, "published": "2026-01-24"}]}, "stands under 2026-01-23"),
        ({"history": [{**WAS, "gold": ["The cat sat."]}, IS]}, "stands under no day"),
    ],
)
def test_a_faulty_history_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    write_set(tmp_path, note(**changes))
    with pytest.raises(EvalError, match=rf"^notes-development\.jsonl:1: .*{said}") as caught:
        load(tmp_path)
    assert "\n" not in str(caught.value)


def test_the_days_of_the_labels_are_those_of_the_engine() -> None:
    """Two readers of the documents, written apart, date every sentence of the labels alike."""
    folder = corpus_folder("notes")
    sections = [
        (section.published, found.text[section.start : section.end])
        for file in sorted(folder.rglob("*.md"))
        if not file.name.startswith("README")
        for found in [read_document(file, file.name)]
        for section in found.sections
    ]
    for gold in {text for q in load(corpora=["notes"]) for text in q.gold}:
        assert days_of(gold, folder) == tuple(day for day, text in sections if gold in text), gold


def test_each_sentence_over_the_notes_stands_once_and_not_after_the_day_that_is_asked() -> None:
    folder, texts = corpus_folder("notes"), documents("notes")
    for question in load(corpora=["notes"]):
        assert question.as_of is not None, question.place
        days = []
        for gold in (*question.gold, *(text for entry in question.history for text in entry.gold)):
            assert sum(text.count(gold) for text in texts) == 1, f"{question.place}: {gold}"
            days += days_of(gold, folder)
        assert all(day <= question.as_of for day in days), question.place
        leading = days[: len(question.gold)]
        assert leading == sorted(leading, reverse=True), f"{question.place}: newest first"


def test_the_parts_over_the_notes_share_no_topic_and_ask_half_of_today() -> None:
    parts = [load(corpora=["notes"], parts=[part]) for part in PARTS]
    topics = [{q.topic for q in part} for part in parts]
    assert all(len(part) >= 60 for part in parts)
    assert len(set.union(*topics)) == sum(map(len, topics))
    for part in parts:
        latest = sum(q.as_of == date(2026, 11, 26) for q in part)
        assert 0.45 <= latest / len(part) <= 0.6
        # Nobody may be asked the same twice, unless as of another day.
        assert len({(q.text, q.as_of) for q in part}) == len(part)


def test_the_article_is_asked_as_of_a_day_before_every_note() -> None:
    asked = {q.as_of for q in load(corpora=["article"])}
    assert len(asked) == 1
    (day,) = asked
    notes = [read_document(file, file.name) for file in corpus_folder("notes").glob("release_notes/*.md")]
    first = min(section.published for note in notes for section in note.sections)
    assert day is not None and date(2025, 9, 29) <= day < first


def test_every_category_is_told_and_spelt_in_one_way() -> None:
    assert all(categories().values())
    assert {q.category for q in load()} <= set(categories())
    assert not [name for name in categories() if "_" in name]
