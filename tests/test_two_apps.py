"""Two processes of the app over one real Chroma server, and a real llama.cpp server if there are weights."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from rag.errors import WeightsError
from rag.settings import Settings
from rag.weights import resolve_llm
from tests.team_fixtures import ChromaServer, chroma_server, free_port

ROOT = Path(__file__).resolve().parent.parent
TOKEN, KEY = "a-token-nobody-guesses", "sk-of-the-llama-server"
LAMP = "How heavy is the lamp of Quillona?"
KITE = "How heavy is the kite of Quillona?"
NOTE = "---\ntitle: Lamp\npublished: 2025-01-02\n---\nThe lamp of Quillona weighs 300 grams.\n"
LATER = "---\ntitle: Kite\npublished: 2025-02-02\n---\nThe kite of Quillona weighs 120 grams.\n"


@dataclass
class App:
    process: subprocess.Popen[bytes]
    url: str

    @staticmethod
    def start(environment: dict[str, str], folder: Path, said: IO[str]) -> App:
        """A process of the app in a folder; what it says is written to ``said``."""
        port = free_port()
        words = [sys.executable, "-m", "ui", "serve", "--port", str(port), "--mcp"]
        process = subprocess.Popen(words, env=environment, cwd=folder, stdout=said, stderr=said)
        return App(process, f"http://127.0.0.1:{port}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def wait(self) -> None:
        deadline = time.monotonic() + 180
        while True:
            try:
                assert httpx.get(f"{self.url}/health", timeout=20).status_code == 200
                return
            except httpx.TransportError:
                assert self.process.poll() is None and time.monotonic() < deadline, "the app did not open"
                time.sleep(0.3)

    def ask(self, question: str) -> dict[str, Any]:
        params = {"name": "ask", "arguments": {"question": question}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        shown = httpx.post(f"{self.url}/mcp", json=message, headers=headers, timeout=180)
        answer: dict[str, Any] = shown.json()["result"]["structuredContent"]
        return answer


@dataclass
class Team:
    server: ChromaServer
    environment: dict[str, str]
    writer: App
    reader: App


@pytest.fixture(scope="module")
def model() -> Iterator[dict[str, str]]:
    """The settings for a llama.cpp server on loopback; none where there are no weights."""
    try:
        path = resolve_llm(Settings(llm="embedded", llm_model="qwen2.5-coder-0.5b-instruct"))
    except WeightsError:
        yield {}
        return
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path, params.api_keys, params.verbosity = str(path), [KEY], -1
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 4_096, 1, 2
    server = xllamacpp.Server(params)
    yield {
        "STATED_LLM": "openai", "STATED_LLM_API_KEY": KEY, "STATED_LLM_MODEL": "small",
        "STATED_LLM_BASE_URL": f"{server.listening_address}/v1", "STATED_LLM_TIMEOUT": "120",
    }  # fmt: skip
    del server


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, model: dict[str, str]) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("team")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "lamp.md").write_text(NOTE)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STATED_")}
    with chroma_server(folder / "chroma") as server, (folder / "said").open("w") as said:
        common = (
            kept
            | model
            | {"STATED_CHROMA_URL": server.url, "STATED_MCP_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
        )
        writing = common | {
            "STATED_CHROMA_ROLE": "writer", "STATED_CORPUS_DIR": str(folder / "corpus"),
            "STATED_DATA_DIR": str(folder / "writer"),
        }  # fmt: skip
        reading = common | {
            "STATED_CHROMA_ROLE": "reader", "STATED_CORPUS_DIR": str(folder / "nowhere"),
            "STATED_DATA_DIR": str(folder / "reader"),
        }  # fmt: skip
        subprocess.run([sys.executable, "-m", "ui", "sync"], env=writing, cwd=folder, check=True, stdout=said)
        apps = [App.start(environment, folder, said) for environment in (writing, reading)]
        try:
            for app in apps:
                app.wait()
            yield Team(server, writing, *apps)
        finally:
            for app in apps:
                app.kill()


def test_both_answer_alike_and_a_note_added_by_one_is_seen_by_the_other(team: Team, tmp_path: Path) -> None:
    first, second = team.writer.ask(LAMP), team.reader.ask(LAMP)
    assert "300 grams" in first["text"]
    assert [c["quote"] for c in first["citations"]] == [c["quote"] for c in second["citations"]]
    assert team.reader.ask(KITE)["status"] == "not_covered"
    note = tmp_path / "kite.md"
    note.write_text(LATER)
    subprocess.run(
        [sys.executable, "-m", "ui", "add", str(note)], env=team.environment, cwd=tmp_path, check=True,
        capture_output=True,
    )  # fmt: skip
    time.sleep(1.1)  # how often a reader looks
    for app in (team.reader, team.writer):
        answer = app.ask(KITE)
        assert (
            "120 grams" in answer["text"]
            and answer["fingerprints"]["corpus"] != first["fingerprints"]["corpus"]
        )


def test_both_answer_while_the_server_is_gone_and_forget_nothing(team: Team, tmp_path: Path) -> None:
    team.server.stop()
    try:
        time.sleep(1.1)
        for app in (team.writer, team.reader):
            answer = app.ask(LAMP)
            assert "300 grams" in answer["text"]
            assert any("does not answer" in notice for notice in answer["notices"])
        synced = subprocess.run(
            [sys.executable, "-m", "ui", "sync"], env=team.environment, cwd=tmp_path, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        assert synced.returncode == 2 and synced.stderr.count("\n") == 1, synced.stderr
        assert "does not answer" in synced.stderr
    finally:
        team.server.start()
    time.sleep(10.1)  # how long after a look in vain the next one is taken
    answer = team.reader.ask(LAMP)
    assert "300 grams" in answer["text"] and answer["notices"] == []


@pytest.mark.model
def test_both_let_one_llama_server_word_their_answers(team: Team, model: dict[str, str]) -> None:
    if not model:
        pytest.skip("needs the small model's weights")
    for app in (team.writer, team.reader):
        answer = app.ask(LAMP)
        assert answer["backend"] == "openai:small"
        assert not any(
            "language model" in notice.lower() and "cannot" in notice for notice in answer["notices"]
        )
        assert KEY not in str(answer)
