"""Training documents made of a SQuAD file: what answers is marked, and what is made unanswerable is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval import reading_tasks, squad_training

CONTEXT = (
    "The Halden tower was built in 1887 by Ida Berg. It is the largest tower of Norvik. "
    "Tove Lund repaired its clock in 1912, and Per Moe painted it in 1934."
)
QUESTIONS = [
    ("Who built the tower of Halden in 1887?", "Ida Berg"),
    ("When did Tove Lund repair the clock?", "1912"),
    ("When did Per Moe paint the Halden tower?", "1934"),
    ("What is the largest tower of Norvik?", "It"),
    ("In which year was the Halden tower built by Ida Berg?", "1887"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    asked = [
        {"id": str(n), "question": q, "answers": [{"text": a, "answer_start": CONTEXT.index(a)}]}
        for n, (q, a) in enumerate(QUESTIONS * 12)
    ]
    articles = [{"title": "Halden_tower", "paragraphs": [{"context": CONTEXT, "qas": asked}]}]
    (path := tmp_path / "train.json").write_text(json.dumps({"version": "1.1", "data": articles}), "utf-8")
    return path


def sentence(article: dict[str, Any], pair: list[int]) -> str:
    return str(article["sections"][pair[0]]["sentences"][pair[1]])


def test_the_sentence_that_answers_is_gold_and_some_questions_have_none(file: Path) -> None:
    (article,) = squad_training.documents(file, 60, seed=1)
    answers = dict(QUESTIONS)
    assert article["title"] == "Halden tower"
    assert len(article["questions"]) == 60
    stated = [q for q in article["questions"] if q["target"] == "stated"]
    out = [q for q in article["questions"] if q.get("without")]
    changed = [q for q in article["questions"] if q["target"] == "not_covered" and not q.get("without")]
    assert min(len(stated), len(out), len(changed)) > 5
    assert all(answers[q["q"]] in sentence(article, q["gold"][0]) for q in stated)
    assert all(answers[q["q"]] in sentence(article, q["without"][0]) and not q["gold"] for q in out)
    assert all(q["q"] not in answers and not q["gold"] for q in changed)
    assert any("smallest" in q["q"] for q in changed), "no contrary was put in a word's place"


def test_as_many_questions_as_wanted_and_the_same_by_the_same_seed(file: Path) -> None:
    few = squad_training.documents(file, 7, seed=3)
    assert sum(len(article["questions"]) for article in few) == 7
    assert few == squad_training.documents(file, 7, seed=3)


def test_what_is_taken_out_does_not_compete(file: Path) -> None:
    documents = squad_training.documents(file, 60, seed=1)
    data = reading_tasks.load(documents)
    for item, asked in zip(data.items, documents[0]["questions"], strict=True):
        own = {data.units[number] for number in item.own}
        left = {sentence(documents[0], pair) for pair in asked.get("without", ())}
        assert len(own) == 3 - len(left)
        assert not any(text.endswith(gone) for text in own for gone in left)
