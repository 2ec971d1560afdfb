"""Logs: off unless asked for, one line an answer, and never a question, a source's words or a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from rag import Assistant, Settings
from ui import cli, logs

QUESTION = "What is the lamp of Quillona made of?"
NOTE = "---\ntitle: Lamp\npublished: 2025-01-02\n---\nThe lamp of Quillona is made of brass.\n"


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    yield
    logs.begin(False, {})


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "lamp.md").write_text(NOTE, encoding="utf-8")
    return folder


def told(level: str, corpus: Path, data: Path) -> tuple[list[dict[str, object]], str]:
    """The log of a sync and an answer, as objects and as it stands."""
    printed = io.StringIO()
    with redirect_stderr(printed):
        logs.begin(False, {"STATED_LOG": level, "STATED_LLM_API_KEY": "sesame-key"})
        with Assistant(Settings(corpus_dir=corpus, data_dir=data, llm_api_key="sesame-key")) as assistant:
            assistant.sync()
            assistant.ask(QUESTION)
    return [json.loads(line) for line in printed.getvalue().splitlines()], printed.getvalue()


@pytest.mark.parametrize("level", ["info", "debug"])
def test_an_answer_is_one_line_without_words_of_question_source_or_secret(
    level: str, corpus: Path, tmp_path: Path
) -> None:
    lines, text = told(level, corpus, tmp_path)
    (answered,) = [line for line in lines if line["message"] == "answered"]
    assert answered["status"] == "stated" and answered["backend"] == "none"
    assert answered["failed_checks"] == [] and answered["level"] == "info"
    assert {"load", "understand", "assess", "word", "verify", "total"} <= set(answered["seconds"])  # type: ignore[call-overload]
    (synced,) = [line for line in lines if line["message"] == "synced"]
    assert (synced["added"], synced["rejected"]) == (1, 0)
    for word in ("lamp", "Quillona", "brass", "sesame", str(corpus)):
        assert word.lower() not in text.lower()


def test_nothing_is_logged_unless_asked_for(corpus: Path, tmp_path: Path) -> None:
    assert told("", corpus, tmp_path) == ([], "")
    assert told("warning", corpus, tmp_path) == ([], "")


def test_verbose_is_info_and_a_second_call_does_not_double_the_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for _ in range(2):
        logs.begin(True, {})
    logging.getLogger("rag.x").info("hello")
    logging.getLogger("rag.x").debug("not this")
    logging.getLogger("chromadb").info("nor this")
    assert capsys.readouterr().err.count("\n") == 1


def test_secrets_and_the_words_of_a_defect_are_taken_out(capsys: pytest.CaptureFixture[str]) -> None:
    secrets = {
        "STATED_AUTH": "editor:long password", "STATED_MCP_TOKEN": "token-of-sixteen",
        "STATED_LLM_API_KEY": "sk-of-a-model", "STATED_CHROMA_TOKEN": "ck-of-a-store",
    }  # fmt: skip
    logs.begin(True, secrets)
    words = ("token-of-sixteen", "sk-of-a-model", "ck-of-a-store")
    try:
        raise ValueError(QUESTION)
    except ValueError:
        logging.getLogger("ui.x").exception("tried %s, %s, %s with long password", *words)
    line = json.loads(capsys.readouterr().err)
    assert line["message"] == "tried [hidden], [hidden], [hidden] with [hidden]"
    assert line["exception"] == "ValueError" and QUESTION not in json.dumps(line)


def test_a_level_that_is_none_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATED_LOG", "loud")
    assert cli.main(["sync"]) == 2
    assert capsys.readouterr().err == "stated: STATED_LOG must be one of debug, info, warning, not 'loud'.\n"
