"""Question sets are read strictly: a fault that passed in silence would switch a check off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import frontmatter
import pytest

from eval.categories import categories
from eval.faults import EvalError
from eval.questions import corpus_folder, load
from tests.eval_stand_in import line, write_set


def test_shipped_sets_load_and_every_gold_sentence_stands_in_its_corpus() -> None:
    questions = load()
    assert {q.part for q in questions} == {"development", "calibration", "held_back"}
    texts = {
        corpus: [frontmatter.load(str(file)).content for file in corpus_folder(corpus).rglob("20*.md")]
        for corpus in {q.corpus for q in questions}
    }
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


def test_every_category_is_told_and_spelt_in_one_way() -> None:
    assert all(categories().values())
    assert {q.category for q in load()} <= set(categories())
    assert not [name for name in categories() if "_" in name]
