"""A backend's words: used only where they pass the checks, and never at the cost of a quote or a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from rag import Answer, Assistant, Origin, Settings
from rag.embedded import EmbeddedBackend
from rag.errors import BackendError
from rag.generation import WordingRequest
from rag.settings import Settings as RealSettings

LAMP = """---
title: The Norvik lamp
published: 2025-03-01
---
The Norvik lamp is made of brass. Norvik has not disclosed the price of the lamp.

The designer of the Norvik lamp is Ada Holm.
"""
STATED, UNDISCLOSED = "What is the Norvik lamp made of?", "What is the price of the Norvik lamp?"
BOTH = "What is the Norvik lamp made of, and who is the designer of the Norvik lamp?"
NOWHERE = "Who sings about the Norvik lamp in Lisbon?"
BRASS = "The Norvik lamp is made of brass."


class Scripted(EmbeddedBackend):
    """Says its lines in turn, raises those that are errors, and fails beyond the end of its script."""

    def __init__(self, *script: str | BackendError) -> None:
        super().__init__(RealSettings(llm="embedded"))
        self.name = "scripted"
        self.script = list(script)
        self.requests: list[WordingRequest] = []

    def stream(self, request: WordingRequest, timeout: float) -> Iterator[str]:
        assert timeout > 0
        self.requests.append(request)
        if not self.script:
            raise AssertionError("the script has ended")
        line = self.script.pop(0)
        if isinstance(line, BackendError):
            yield "The lamp is made of gold and "
            raise line
        yield from line.partition(" ")


Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    corpus = tmp_path_factory.mktemp("corpus")
    (corpus / "lamp.md").write_text(LAMP, "utf-8")
    data = tmp_path_factory.mktemp("data")
    Assistant(Settings(corpus_dir=corpus, data_dir=data)).sync()
    return corpus, data


@pytest.fixture
def ask(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask with a backend, or with none."""

    def asked(question: str, backend: Scripted | None = None, **more: object) -> Answer:
        settings = Settings(corpus_dir=folders[0], data_dir=folders[1], llm="embedded" if backend else "none")
        with monkeypatch.context() as patch:
            patch.setattr("rag.assistant.open_backend", lambda _settings: backend)
            return Assistant(settings).ask(question, **more)  # type: ignore[arg-type]

    return asked


def same_evidence(one: Answer, other: Answer) -> bool:
    """Whether two answers differ in their wording only."""
    kept = (
        "status", "findings", "citations", "related", "as_of", "understood_as", "question"
    )  # fmt: skip
    return all(getattr(one, name) == getattr(other, name) for name in kept)


def test_a_sentence_that_passes_leads_with_its_marks_and_origin(ask: Ask) -> None:
    plain, answer = ask(STATED), ask(STATED, Scripted(BRASS))
    assert answer.text.startswith(f"{BRASS} [1]")
    worded = [claim for claim in answer.claims if claim.origin is Origin.MODEL]
    assert [claim.text for claim in worded] == [answer.text.split("\n\n")[0]]
    assert worded[0].citations == (0,)
    assert answer.backend == answer.fingerprints["model"] == "scripted"
    assert answer.notices == ()
    assert same_evidence(plain, answer)
    assert answer.text.endswith(plain.text)  # the quotes stand below
    assert all(check.passed for check in answer.checks)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Norvik lamp is made of gold.",
        "The Norvik lamp is made of brass and costs 40 crowns.",
        "The Norvik lamp is not made of brass.",
        "Yes, all Norvik lamps are fully made of brass under the MIT licence.",
        "I cannot answer that.",
        "The Norvik lamp is made of brass [2].",
        "The Norvik lamp is made of brass [1].",
        "The Norvik lamp is made of brass, see https://evil.example/.",
        "The Norvik lamp is made of brass <img src=x onerror=alert(1)>.",
    ],
)
def test_a_sentence_that_says_more_is_dropped_with_one_notice(sentence: str, ask: Ask) -> None:
    plain, answer = ask(STATED), ask(STATED, Scripted(sentence))
    assert answer.text == plain.text
    assert answer.claims == plain.claims
    assert len(answer.notices) == 1
    assert "\n" not in answer.notices[0]
    assert same_evidence(plain, answer)


def test_a_value_for_what_is_undisclosed_is_dropped(ask: Ask) -> None:
    answer = ask(UNDISCLOSED, Scripted("The price of the Norvik lamp is low."))
    assert answer.status == "undisclosed"
    assert "low" not in answer.text
    assert len(answer.notices) == 1


def test_a_second_sentence_that_fails_does_not_repeat_the_notice(ask: Ask) -> None:
    backend = Scripted("It is made of gold.", "Olaf Strand designed it.")
    answer = ask(BOTH, backend)
    assert backend.script == []
    assert len(answer.findings) == 2
    assert len(answer.notices) == 1


def test_one_sentence_may_pass_where_the_other_fails(ask: Ask) -> None:
    answer = ask(
        BOTH, Scripted("Olaf Strand made it of gold.", "The designer of the Norvik lamp is Ada Holm.")
    )
    assert [claim.finding for claim in answer.claims if claim.origin is Origin.MODEL] == [1]
    assert len(answer.notices) == 1
    assert all(check.passed for check in answer.checks)


def test_a_backend_that_fails_in_mid_sentence_leaves_the_quotes_and_one_notice(ask: Ask) -> None:
    backend = Scripted(BackendError("The language model took longer than 1 s: raise STATED_LLM_TIMEOUT."))
    plain, answer = ask(BOTH), ask(BOTH, backend)
    assert len(backend.requests) == 1  # a model that failed is not waited for a second time
    assert answer.text == plain.text
    assert "gold" not in answer.text
    assert len(answer.notices) == 1
    assert "STATED_LLM_TIMEOUT" in answer.notices[0]
    assert answer.backend == "none"
    assert same_evidence(plain, answer)


def test_a_sentence_that_passed_stays_where_the_backend_fails_later(ask: Ask) -> None:
    answer = ask(BOTH, Scripted(BRASS, BackendError("gone")))
    assert [claim.finding for claim in answer.claims if claim.origin is Origin.MODEL] == [0]
    assert answer.backend == "scripted"
    assert answer.notices == ("Answered with quotes: gone",)


@pytest.mark.parametrize("question", [NOWHERE, "hello", "诺维克灯是什么材料做的？"])
def test_the_model_is_not_asked_where_there_is_no_evidence(question: str, ask: Ask) -> None:
    backend = Scripted()
    answer = ask(question, backend)
    assert backend.requests == []
    assert answer.status == "not_covered"


def test_the_model_sees_cited_quotes_only_and_the_resolved_question(ask: Ask) -> None:
    backend = Scripted("Norvik has not disclosed the price of the lamp.")
    answer = ask("and its price?", backend, history=["What is the Norvik lamp made of?"])
    (request,) = backend.requests
    assert request.question == answer.understood_as
    assert set(request.evidence) == {citation.quote for citation in answer.citations}
    assert answer.claims[-1].origin is Origin.MODEL
    assert all(check.passed for check in answer.checks)


def test_missing_weights_give_the_quotes_and_one_notice(
    folders: tuple[Path, Path], ask: Ask, tmp_path: Path
) -> None:
    settings = Settings(
        corpus_dir=folders[0], data_dir=folders[1], llm="embedded", llm_path=str(tmp_path / "none.gguf")
    )
    with Assistant(settings) as assistant:
        answer = assistant.ask(BOTH)
    assert answer.text == ask(BOTH).text
    assert len(answer.notices) == 1
    assert "\n" not in answer.notices[0]
    assert answer.backend == "none"


def test_a_server_that_is_gone_gives_the_quotes_and_one_notice(folders: tuple[Path, Path], ask: Ask) -> None:
    settings = Settings(
        corpus_dir=folders[0], data_dir=folders[1], llm="openai", llm_base_url="http://127.0.0.1:9/v1",
        llm_model="m", llm_timeout=5,
    )  # fmt: skip
    with Assistant(settings) as assistant:
        answer = assistant.ask(BOTH, as_of=date(2026, 1, 1))
    assert answer.text == ask(BOTH, as_of=date(2026, 1, 1)).text
    assert len(answer.notices) == 1
