"""The peer's free words, turned into the contract's answer; a scripted model stands for its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import CompletionResponse, LLMMetadata
from llama_index.core.llms import CustomLLM

from eval import cli
from eval.peer import NAME, Peer, read_status
from eval.shared_embedding import SharedEmbedding
from rag.embedding import load_embedder
from rag.records import Origin, Status
from rag.settings import Settings

HERON = "The Heron carries up to 120 passengers and has an aluminium hull."
HULL = "The Kittiwake has a hull of steel."


class Scripted(CustomLLM):
    """Says what it is told to, and keeps the prompts that it was given."""

    says: str
    prompts: list[str]

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=4096, num_output=64, model_name="scripted")

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        self.prompts.append(prompt)
        return CompletionResponse(text=self.says)

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        raise AssertionError("answers are taken whole")


def put(folder: Path, *texts: str) -> None:
    for number, text in enumerate(texts, start=1):
        head = f"---\ntitle: T{number}\npublished: 2026-01-0{number}\nkind: article\n---\n"
        (folder / f"{number}.md").write_text(f"{head}{text}\n", encoding="utf-8")


def peer(folder: Path, says: str) -> tuple[Peer, Scripted]:
    model = Scripted(says=says, prompts=[])
    return Peer(folder, SharedEmbedding(load_embedder(Settings(llm="none"))), model), model  # type: ignore[arg-type]


def test_a_source_that_it_marks_is_cited_and_the_others_are_near(tmp_path: Path) -> None:
    put(tmp_path, HERON, HULL)
    engine, model = peer(tmp_path, "120 passengers [1].")
    engine.sync()
    answer = engine.ask("How many passengers does the Heron carry?")
    assert HERON in model.prompts[0] and HULL in model.prompts[0]
    assert (answer.status, answer.text) == (Status.STATED, "120 passengers [1].")
    (cited,), (near,) = answer.citations, answer.related
    assert (cited.quote, near.quote) == (HERON, HULL)
    assert engine.document(cited.document_id).text[cited.start : cited.end] == cited.quote
    assert answer.backend == f"{NAME}: scripted"
    assert [claim.origin for claim in answer.claims] == [Origin.MODEL]


def test_marks_follow_the_sources_and_one_that_points_nowhere_stays_wrong(tmp_path: Path) -> None:
    put(tmp_path, HERON, HULL)
    engine, _ = peer(tmp_path, "Steel [2], it says [2, 9].")
    engine.sync()
    answer = engine.ask("Which hull does the Kittiwake have? How many passengers does the Heron carry?")
    assert len(answer.citations) == 1
    assert answer.text == "Steel [1], it says [1][1009]."


def test_a_sync_reads_the_documents_as_they_are_now(tmp_path: Path) -> None:
    put(tmp_path, HERON)
    engine, model = peer(tmp_path, "[1]")
    engine.sync()
    put(tmp_path, HULL)
    assert engine.sync().added == ("1.md",)
    assert [document.text.strip() for document in engine.documents()] == [HULL]
    assert engine.ask("Which hull?").citations[0].quote == HULL
    assert HERON not in model.prompts[-1]


@pytest.mark.parametrize("options", [[], ["--public", "set.jsonl"]])
def test_without_its_model_nothing_is_asked_at_all(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def asked(*_: object) -> Any:
        raise AssertionError("the engine was asked first, which takes minutes")

    assert cli.main([*options, "--peer", NAME], asked) == 2
    assert "stated models pull" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The licence has not been disclosed [1].", Status.UNDISCLOSED),
        ("The sources do not mention a licence.", Status.NOT_COVERED),
        ("It is Apache 2.0 [1].", Status.STATED),
    ],
)
def test_a_refusal_in_free_words_is_read_as_one(text: str, status: Status) -> None:
    assert read_status(text) == status
