"""The served page under many calls, and as a watcher sees it: `/health`, and bounds with plain words."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from rag.errors import IndexStateError, StatedError
from rag.records import Answer, IndexState
from tests.conftest import ScriptedAssistant, make_answer
from ui import page
from ui.limits import BURST, CALLS_A_MINUTE, TOOLS_AT_ONCE, Bound, Rate

QUESTION = "What is the lamp made of?"
TOKEN = "a-token-nobody-guesses"
STRANGER = {"X-Forwarded-For": "203.0.113.5"}


class Held(ScriptedAssistant):
    """Answers when it is let go, and counts who waits."""

    def __init__(self) -> None:
        super().__init__(make_answer(QUESTION))
        self.go, self.full, self.waiting = threading.Event(), threading.Event(), 0
        self.fault: StatedError | None = None

    def ask(self, question: str, as_of: Any = None, history: Any = ()) -> Answer:
        self.waiting += 1
        if self.waiting >= TOOLS_AT_ONCE:
            self.full.set()
        assert self.go.wait(30)
        return super().ask(question, as_of, history)

    def state(self) -> IndexState:
        if self.fault:
            raise self.fault
        return super().state()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Held]]:
    monkeypatch.setenv("STATED_MCP_TOKEN", TOKEN)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assistant = Held()
    running = page.open_page(assistant, "127.0.0.1", port, mcp=True)  # type: ignore[arg-type]
    yield f"http://127.0.0.1:{port}", assistant
    assistant.go.set()
    running.close(verbose=False)


def test_health_tells_generation_and_count_or_in_one_line_what_is_wrong(held: tuple[str, Held]) -> None:
    url, assistant = held
    well = httpx.get(f"{url}/health")
    assert (well.status_code, well.json()) == (
        200,
        {"status": "ok", "generation": "0" * 64, "documents": 1},
    )
    assistant.fault = IndexStateError("The index in x is damaged: run `stated sync` to repair it.")
    ill = httpx.get(f"{url}/health")
    assert ill.status_code == 503
    assert ill.json() == {"status": "unavailable", "detail": str(assistant.fault)}


def test_behind_a_login_health_tells_no_more_than_that(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("STATED_AUTH", "editor:a long password")
    url, _ = request.getfixturevalue("held")
    assert httpx.get(f"{url}/health").json() == {"status": "ok"}


def call(url: str) -> dict[str, Any]:
    params = {"name": "ask", "arguments": {"question": QUESTION}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    answer = httpx.post(f"{url}/mcp", json=message, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=40)
    result: dict[str, Any] = answer.json()["result"]
    return result


def test_more_tools_at_once_than_there_is_room_for_are_told_so(held: tuple[str, Held]) -> None:
    url, assistant = held
    found: list[bool] = []
    callers = [
        threading.Thread(target=lambda: found.append(call(url)["isError"])) for _ in range(TOOLS_AT_ONCE)
    ]
    for caller in callers:
        caller.start()
    assert assistant.full.wait(20)
    refused = call(url)
    assert refused["isError"] is True and "try again in some seconds" in refused["content"][0]["text"]
    assistant.go.set()
    for caller in callers:
        caller.join()
    assert found == [False] * TOOLS_AT_ONCE
    assert call(url)["isError"] is False  # there is room again


def test_a_full_queue_of_questions_is_told_so(held: tuple[str, Held]) -> None:
    url, assistant = held
    config = httpx.get(f"{url}/config").json()
    ask = next(part["id"] for part in config["dependencies"] if part["api_name"] == "ask")
    answers = [
        httpx.post(
            f"{url}/gradio_api/queue/join",
            json={"fn_index": ask, "data": [QUESTION, "", []], "session_hash": f"s{n}"},
            timeout=20,
        )
        for n in range(page.WAITING_QUESTIONS + 2 * TOOLS_AT_ONCE)
    ]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 503 and "full" in answers[-1].text
    assistant.go.set()


def test_a_stranger_who_calls_without_end_is_told_to_wait_and_others_are_not(held: tuple[str, Held]) -> None:
    url, _ = held
    with httpx.Client() as client:
        codes = [client.post(f"{url}/mcp", headers=STRANGER).status_code for _ in range(BURST + 5)]
        assert codes[:BURST] == [401] * BURST and 429 in codes[BURST:]
        refused = client.post(f"{url}/gradio_api/queue/join", headers=STRANGER)
        assert f"More than {CALLS_A_MINUTE} calls a minute" in refused.json()["detail"]
        # Others, this machine's own calls, and looking at the page are not held up.
        other = {"X-Forwarded-For": "203.0.113.5, 203.0.113.77"}
        assert client.post(f"{url}/mcp", headers=other).status_code == 401
        assert client.post(f"{url}/mcp").status_code == 401
        assert client.get(url, headers=STRANGER).status_code == 200


def test_calls_come_back_with_time_and_clients_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    rate = Rate(lambda: now[0])
    assert [bool(rate.refusal("a")) for _ in range(BURST + 1)] == [False] * BURST + [True]
    now[0] = 60 / CALLS_A_MINUTE
    assert (bool(rate.refusal("a")), bool(rate.refusal("a"))) == (False, True)
    monkeypatch.setattr("ui.limits._MOST_CLIENTS", 3)
    for n in range(9):
        rate.refusal(f"c{n}")
    assert len(rate._clients) == 3


def test_a_place_is_given_back_where_the_work_failed() -> None:
    bound = Bound(1)
    with pytest.raises(ValueError, match="x"), bound.taken():
        raise ValueError("x")
    with bound.taken(), pytest.raises(StatedError, match="try again"), bound.taken():
        pass
