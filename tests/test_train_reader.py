"""The reader's training: its documents are sound and apart from every question set, and it learns."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, BertModel

from eval import reading_tasks, train_reader
from eval.questions import load as load_questions
from rag import weights
from rag.reader import MOST_WORD_PIECES
from rag.reader_layers import Layers
from tests.engine_fixtures import SHIPPED

FILES = sorted(reading_tasks.FOLDER.glob("*.jsonl"))


@cache
def documents() -> list[dict[str, Any]]:
    return [json.loads(line) for file in FILES for line in file.read_text("utf-8").splitlines()]


def test_ids_are_unique_and_labels_sound() -> None:
    assert len({d["id"] for d in documents()}) == len(documents()) > 300
    for document in documents():
        sentences = {
            (s, n) for s, part in enumerate(document["sections"]) for n in range(len(part["sentences"]))
        }
        for asked in document["questions"]:
            gold = {tuple(pair) for pair in asked["gold"]}
            assert gold <= sentences, (document["id"], asked["q"])
            assert asked["target"] in ("stated", "undisclosed", "not_covered")
            assert bool(gold) == (asked["target"] != "not_covered"), (document["id"], asked["q"])


def test_no_training_document_holds_a_corpus_or_a_question() -> None:
    told = {s for d in documents() for part in d["sections"] for s in part["sentences"]}
    corpora = [path.read_text("utf-8") for path in SHIPPED]
    assert not [s for s in told if len(s) > 25 and any(s in text for text in corpora)]
    asked = {question.text.casefold() for question in load_questions()}
    shared = {q["q"].casefold() for d in documents() for q in d["questions"]} & asked
    assert not {text for text in shared if len(text.split()) > 5}


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> reading_tasks.Training:
    file = tmp_path_factory.mktemp("training") / "few.jsonl"
    file.write_text("".join(json.dumps(d) + "\n" for d in documents()[:2]), "utf-8")
    return reading_tasks.load(reading_tasks.read([file]))


def test_right_sentences_stand_in_every_group_and_none_is_marked_where_none_is(
    training: reading_tasks.Training,
) -> None:
    for item in training.items:
        made = reading_tasks.group(item, training, random.Random(1))
        marked = made.wanted.nonzero().flatten().tolist()
        if item.gold:
            assert {made.candidates[n // 2] for n in marked} <= item.gold
            assert {n % 2 for n in marked} == {int(item.target == "undisclosed")}
        else:
            assert marked == [2 * len(made.candidates)]


def test_training_lowers_the_loss(training: reading_tasks.Training) -> None:
    torch.manual_seed(1)
    base = BertModel.from_pretrained(str(weights.embedder_path()), local_files_only=True)
    trainee = train_reader.Trainee(base)
    few = replace(training, items=training.items[:4])
    groups = [reading_tasks.group(item, few, random.Random(1)) for item in few.items]

    def lost() -> float:
        trainee.network.train(False)
        with torch.inference_mode():
            return float(train_reader.loss(trainee, groups, few))

    before = lost()
    train_reader.train(few, trainee, 40, lambda line: None)
    assert lost() < before - 0.03


def test_what_was_trained_before_is_gone_on_from_and_kept_in_part(tmp_path: Path) -> None:
    base = BertModel.from_pretrained(str(weights.embedder_path()), local_files_only=True)
    network = train_reader.begin(base)
    old, new = network.state_dict(), {name: value + 1 for name, value in network.state_dict().items()}
    half = train_reader.mixed(old, new, 0.5)
    assert all(torch.allclose(half[name], old[name] + 0.5, atol=1e-5) for name in old)
    upper = {name.removeprefix("upper."): value for name, value in new.items() if name.startswith("upper.")}
    save_file({name: value.contiguous() for name, value in upper.items()}, tmp_path / "upper.safetensors")
    found = train_reader._start(tmp_path / "upper.safetensors", network)
    assert all(torch.equal(found[n], (new if n.startswith("upper.") else old)[n]) for n in old)


def test_what_is_trained_scores_as_what_is_shipped() -> None:
    """Training goes through ``transformers``' layers, an answer through ours: the weights mean the same."""
    base = BertModel.from_pretrained(str(weights.embedder_path()), local_files_only=True)
    trainee = train_reader.Trainee(base)
    trainee.network.load_state_dict({n: v.float() for n, v in load_file(train_reader.TARGET).items()})
    trainee.network.train(False)
    layers = Layers(weights.embedder_path(), train_reader.TARGET)
    tokenizer = AutoTokenizer.from_pretrained(str(weights.embedder_path()), local_files_only=True)
    asked, told = "Who keeps the light?", ["Marit Solheim keeps it.", "The boat leaves twice a day. " * 20]
    pieces = tokenizer([asked, *told], truncation=True, max_length=MOST_WORD_PIECES)["input_ids"]
    extra = [(0.4, 0.1, 0.5), (0.2, 0.3, 0.0)]
    with torch.inference_mode():
        (question, *sentences) = [trainee.states([one]) for one in pieces]
        theirs = [
            trainee.network.upper(*question, *sentence, torch.tensor([features]))[0].numpy()
            for sentence, features in zip(sentences, extra, strict=True)
        ]
    first, *others = layers.lower([asked, *told])
    ours = layers.upper(first, others, extra)
    assert np.allclose(
        ours, np.array(theirs), atol=0.02
    )  # between the layers states are kept in half precision
    assert np.ptp(ours) > 1
