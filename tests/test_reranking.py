"""A cross-encoder of the user's choice, here the shipped embedder with a head that nobody trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rag import Assistant, Settings, weights
from rag.errors import WeightsError
from rag.records import Answer
from rag.reranking import load_reranker
from tests.engine_fixtures import SHIPPED

QUESTION = "Which colour does the OpenPangu logo have?"


def made(folder: Path, scores: int = 1) -> Path:
    from sentence_transformers import CrossEncoder

    torch.manual_seed(7)
    model = CrossEncoder(str(weights.embedder_path()), num_labels=scores, device="cpu", local_files_only=True)
    model.save_pretrained(str(folder))
    return folder


def answer(tmp_path: Path, cross_encoder: str) -> Answer:
    settings = Settings(
        corpus_dir=SHIPPED[0].parent, data_dir=tmp_path / "data", llm="none", embedder="",
        cross_encoder=cross_encoder,
    )  # fmt: skip
    with Assistant(settings) as assistant:
        return assistant.ask(QUESTION)


def test_it_orders_near_misses_and_decides_nothing(tmp_path: Path) -> None:
    folder = made(tmp_path / "model")
    plain, ordered = answer(tmp_path, ""), answer(tmp_path, str(folder))
    assert plain.status == ordered.status == "not_covered"
    assert len(plain.related) == len(ordered.related) == 2
    assert plain.related != ordered.related
    same = {"related": (), "fingerprints": {}, "seconds": {}}
    assert replace(plain, **same) == replace(ordered, **same)  # type: ignore[arg-type]
    assert all(check.passed for check in ordered.checks)


def test_the_order_is_that_of_its_scores(tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder

    folder = made(tmp_path / "model")
    sentences = ["It is red.", "The lamp is made of brass, and it has been lit every night.", "Who knows?"]
    scores = CrossEncoder(str(folder), device="cpu").predict([(QUESTION, s) for s in sentences], batch_size=1)
    reranker = load_reranker(Settings(cross_encoder=str(folder)))
    assert reranker.order(QUESTION, sentences) == list(np.argsort(-scores))
    assert reranker.order(QUESTION, sentences[:1]) == [0] and reranker.order(QUESTION, []) == []


def test_what_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"^The cross-encoder 'no/such-model' is neither .* empty\.$"):
        load_reranker(Settings(cross_encoder="no/such-model"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsError, match=r"^The cross-encoder .* cannot be loaded .* empty\.$"):
        load_reranker(Settings(cross_encoder=str(tmp_path / "empty"))).order("Why?", ["Because.", "So."])
    three = load_reranker(Settings(cross_encoder=str(made(tmp_path / "three", 3))))
    with pytest.raises(WeightsError, match=r"gives 3 scores, not one: set STATED_CROSS_ENCODER .* empty\.$"):
        three.order("Why?", ["Because.", "So."])
