"""Public sets in their official formats, made up small: what is read, and how it is counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval import cli
from eval.faults import EvalError
from eval.measured import read
from eval.public_cosine import cosine
from eval.public_run import Outcome, ask_all, detect, figures
from eval.public_sets import MarkedAnswer, PublicItem, read_public, sample, sentence_spans
from eval.rates import Rate
from eval.run import Engine, open_assistant

TEXT = "The Normans came from Denmark. They gave their name to Normandy."
SQUAD = {
    "version": "v2.0",
    "data": [{"title": "The_Normans", "paragraphs": [
        {"context": "An older paragraph.", "qas": []},
        {"context": TEXT, "qas": [
            {"id": "a", "question": "Where did the Normans come from?", "is_impossible": False,
             "answers": [{"text": "Denmark", "answer_start": 22}]},
            {"id": "b", "question": "Who led the Normans?", "is_impossible": True, "answers": []},
        ]},
    ]}],
}  # fmt: skip
CLAPNQ = {
    "id": "c", "input": "who gave the name",
    "passages": [{"title": "Normans", "text": "", "sentences": ["They came .", "They gave  their name ."]}],
    "output": [{"answer": "they", "selected_sentences": ["They gave  their name ."]}],
}  # fmt: skip
RAGTRUTH = {
    "source_id": 7,
    "source": {"question": "How long is it?", "passages": "passage 1:The bridge is 420 metres long.\n\n"},
    "responses": [
        {"model": "m", "response": "The bridge is 420 metres long. It cost 9 million.",
         "labels": [{"start": 31, "end": 49, "text": "It cost 9 million."}]},
    ],
}  # fmt: skip


def written(folder: Path, *records: dict[str, Any]) -> Path:
    file = folder / "set.jsonl"
    file.write_text("\n".join(map(json.dumps, records)) + "\n", encoding="utf-8")
    return file


def items(file: Path) -> list[PublicItem]:
    found = read_public(file)
    assert all(isinstance(item, PublicItem) for item in found)
    return found  # type: ignore[return-value]


def test_squad_takes_the_whole_article_and_the_sentence_that_holds_the_answer(tmp_path: Path) -> None:
    answered, impossible = items(written(tmp_path, SQUAD))
    (gold,) = answered.gold
    assert answered.text[slice(*gold)] == "The Normans came from Denmark."
    assert answered.text.startswith("An older paragraph.") and answered.title == "The Normans"
    assert not impossible.answerable


def test_clapnq_takes_its_own_sentences(tmp_path: Path) -> None:
    (found,) = items(written(tmp_path, CLAPNQ))
    assert [found.text[a:b] for a, b in found.gold] == ["They gave their name ."]
    empty = {**CLAPNQ, "output": [{"answer": "", "selected_sentences": []}]}
    assert not items(written(tmp_path, empty))[0].answerable


def test_ragtruth_counts_marked_sentences(tmp_path: Path) -> None:
    found = read_public(written(tmp_path, RAGTRUTH))
    assert isinstance(found[0], MarkedAnswer) and found[0].passages == ("The bridge is 420 metres long.",)
    detection = detect(found)  # type: ignore[arg-type]
    assert (detection.precision, detection.recall, detection.through) == (Rate(1, 1), Rate(1, 1), Rate(0, 1))
    assert (detection.accepted, detection.bad_among_accepted) == (Rate(1, 2), Rate(0, 1))


def test_ragtruth_release_has_its_sources_beside_it(tmp_path: Path) -> None:
    response = {**RAGTRUTH["responses"][0], "source_id": 7}
    file = written(tmp_path, response)
    with pytest.raises(EvalError, match=r"set\.jsonl:1: .*source_info\.jsonl is not beside it"):
        read_public(file)
    source = {"source_id": 7, "source_info": RAGTRUTH["source"]}
    (tmp_path / "source_info.jsonl").write_text(json.dumps(source), encoding="utf-8")
    assert read_public(file)[0].question == "How long is it?"


@pytest.mark.parametrize(
    ("raw", "said"),
    [("", "holds no questions"), ("{", ":1: not JSON"), ('{"id": 1}', ":1: not a line of a known format")],
)
def test_other_files_are_refused_by_line(
    tmp_path: Path, raw: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.jsonl").write_text(raw, encoding="utf-8")
    assert cli.main(["--public", str(tmp_path / "x.jsonl")]) == 2
    assert said in capsys.readouterr().err


def test_files_of_two_kinds_are_not_one_measurement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").mkdir()
    files = written(tmp_path, CLAPNQ), written(tmp_path / "other", RAGTRUTH)
    assert cli.main([word for file in files for word in ("--public", str(file))]) == 2
    assert "set.jsonl holds something else than set.jsonl" in capsys.readouterr().err


def test_what_can_be_answered_and_what_cannot_may_stand_in_two_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answerable, other = tmp_path / "yes", tmp_path / "no"
    for folder in (answerable, other):
        folder.mkdir()
    refused = {**CLAPNQ, "id": "d", "output": [{"answer": "", "selected_sentences": []}]}
    files = written(answerable, CLAPNQ, {**CLAPNQ, "id": "e"}), written(other, refused)
    options = [word for file in files for word in ("--public", str(file))]
    assert cli.main([*options, "--sample", "1", "--report", str(tmp_path / "report")]) == 0
    told = capsys.readouterr().out
    command = "stated eval --public set.jsonl --public set.jsonl --sample 1"
    assert f"`{command}`" in told and "2 questions," in told and str(tmp_path) not in told
    measured = read(tmp_path / "report" / "public.json")
    assert measured.command == command
    assert {name: found["answered"]["total"] for name, found in measured.systems.items()} == {
        "stated": 1, "cosine threshold": 1
    }  # fmt: skip
    assert all(found["balanced"] is not None for found in measured.systems.values())
    lines = (tmp_path / "report" / "public.jsonl").read_text("utf-8").splitlines()
    looked_at = [json.loads(line) for line in lines]
    assert [(told["system"], told["answerable"]) for told in looked_at] == [
        ("stated", True), ("stated", False), ("cosine threshold", True), ("cosine threshold", False)
    ]  # fmt: skip
    assert looked_at[0]["gold"] == ["They gave their name ."]


def test_sample_is_the_same_for_the_same_seed() -> None:
    assert sample(range(100), 5, 1) == sample(range(100), 5, 1) != sample(range(100), 5, 2)
    assert sample([1, 2], 5, 1) == sample([1, 2], None, 9) == [1, 2]


def test_sentences_cover_the_text() -> None:
    spans = sentence_spans("One. Two is “here.” Three\nFour v1.2 is out.")
    assert len(spans) == 4 and all(a < b for a, b in spans)


def test_crashes_count_against_both_kinds(tmp_path: Path) -> None:
    yes, no = items(written(tmp_path, SQUAD))
    found = figures([
        Outcome(yes, True, True, 0.1), Outcome(yes, False, False, 0.1, "E"),
        Outcome(no, False, False, 0.1, "E"),
    ])  # fmt: skip
    assert (found.answered, found.refused, found.right) == (Rate(1, 2), Rate(0, 1), Rate(1, 3))
    assert found.balanced == 0.25 and found.crashed == 2


def test_an_answer_without_a_gold_sentence_is_no_right_one(tmp_path: Path) -> None:
    yes, no = items(written(tmp_path, SQUAD))
    found = figures([
        Outcome(yes, True, False, 0.1), Outcome(yes, True, True, 0.1), Outcome(no, False, False, 0.1),
    ])  # fmt: skip
    assert (found.balanced, found.balanced_right) == (1.0, 0.75)
    assert (found.on_gold, found.right) == (Rate(1, 2), Rate(2, 3))


def test_cosine_judges_each_half_by_the_other(tmp_path: Path) -> None:
    yes, no = items(written(tmp_path, SQUAD))

    def encode(texts: Any) -> Any:
        return np.array([[1.0, 0.0] if "Denmark" in t or "come from" in t else [0.0, 1.0] for t in texts])

    found = cosine([yes, yes, no, no], encode)
    assert {o.on_gold for o in found if o.item is yes} == {True} and len(found) == 4


def test_the_real_engine_is_asked_over_each_text(tmp_path: Path) -> None:
    @contextmanager
    def opened(corpus: Path, data: Path, llm: str) -> Iterator[Engine]:
        with open_assistant(corpus, data, llm) as engine:
            yield engine

    outcomes = ask_all(items(written(tmp_path, SQUAD)), opened, "none", "stated")
    assert [o.crash for o in outcomes] == ["", ""]
    (answered,) = [o for o in outcomes if o.item.answerable]
    assert answered.answered and answered.on_gold
