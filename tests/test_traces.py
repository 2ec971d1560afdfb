"""Spans for OpenTelemetry: none unless asked for, and then no word of a question, a source or a model."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from llama_index_instrumentation import root_dispatcher
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from rag import Assistant, Settings, clock
from rag.errors import QuestionError, StatedError
from tests.test_generation import KEY, Serve, event, sends, serve, url
from ui import cli, traces

__all__ = ["serve"]

QUESTION = "How heavy is the lamp of Quillona?"
NOTE = "---\ntitle: Lamp\npublished: 2025-01-02\n---\nThe lamp of Quillona weighs 300 grams.\n"


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
    before = list(root_dispatcher.span_handlers)
    exporter = InMemorySpanExporter()
    traces.begin({"STATED_TRACES": "on"}, exporter)
    yield exporter
    root_dispatcher.span_handlers = before
    clock.trace(False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "lamp.md").write_text(NOTE)
    return Settings(corpus_dir=corpus, data_dir=tmp_path / "data", llm="none")


def spans(exporter: InMemorySpanExporter, last: str = "stated.answer") -> dict[str, ReadableSpan]:
    """By name, once the last one has come."""
    deadline = time.monotonic() + 20
    while True:
        found = {span.name: span for span in exporter.get_finished_spans()}
        if last in found:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def test_an_answer_is_a_span_with_its_stages_and_the_facts_of_its_log_line(
    exported: InMemorySpanExporter, settings: Settings
) -> None:
    with Assistant(settings) as assistant:
        answer = assistant.ask(QUESTION)
    found = spans(exported)
    assert set(found) == {f"stated.{stage}" for stage in (*answer.seconds, "answer")} - {"stated.total"}
    root = found["stated.answer"]
    assert root.parent is None and root.attributes
    assert (root.attributes["status"], root.attributes["backend"]) == ("stated", "none")
    assert root.attributes["seconds.assess"] == answer.seconds["assess"]
    stages = [span for name, span in found.items() if name != "stated.answer"]
    assert all(span.parent and span.parent.span_id == root.context.span_id for span in stages)
    whole = " ".join(span.to_json() for span in found.values())
    assert not any(word in whole for word in ("Quillona", "grams", "lamp"))


def test_a_models_span_hangs_under_the_answers_without_what_was_said(
    exported: InMemorySpanExporter, settings: Settings, serve: Serve
) -> None:
    server = serve(sends(event("The lamp weighs 300 grams."), event("", "stop"), b"data: [DONE]\n\n"))
    given = {"llm": "openai", "llm_base_url": url(server), "llm_api_key": KEY, "llm_model": "m"}
    with Assistant(Settings(settings.corpus_dir, settings.data_dir, **given)) as assistant:  # type: ignore[arg-type]
        assert assistant.ask(QUESTION).backend == "openai:m"
    found = spans(exported)
    (model,) = [span for name, span in found.items() if "stream_chat" in name]
    word = found["stated.word"]
    assert model.parent and model.context.trace_id == word.context.trace_id
    whole = " ".join(span.to_json() for span in found.values())
    assert not any(word in whole for word in ("Quillona", "grams", KEY))


def test_what_fails_or_is_given_up_ends_its_span_with_the_name_of_the_error_alone(
    exported: InMemorySpanExporter, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object) -> object:
        raise ZeroDivisionError(QUESTION)

    with Assistant(settings) as assistant:
        assistant.sync()
        next(iter(assistant.stream(QUESTION)))  # nobody listens to the rest
        assert spans(exported)["stated.answer"].status.description == "GeneratorExit"
        exported.clear()
        monkeypatch.setattr("rag.asking.understood", defect)
        with pytest.raises(ZeroDivisionError):
            assistant.ask(QUESTION)
        failed = spans(exported)
        with pytest.raises(QuestionError):
            assistant.ask("")
    assert failed["stated.understand"].status.description == "ZeroDivisionError"
    assert "Quillona" not in failed["stated.answer"].to_json() + failed["stated.understand"].to_json()


def test_unless_asked_for_nothing_is_imported() -> None:
    code = (
        "import sys\nfrom ui import cli\nfrom rag.clock import Clock\ncli.main(['models', 'path'])\n"
        "with Clock() as clock:\n with clock.stage('load'): pass\n"
        "strange = [m for m in sys.modules if m.startswith(('opentelemetry', 'llama_index'))]\n"
        "assert not strange, strange\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_switch_that_is_none_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATED_TRACES", "perhaps")
    assert cli.main(["sync"]) == 2
    assert capsys.readouterr().err == "stated: STATED_TRACES must be on or off, not 'perhaps'.\n"


def test_missing_packages_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(StatedError, match=r"pip install 'stated\[traces\]'"):
        traces.begin({"STATED_TRACES": "on"})
