"""The MCP tools: off unless asked for, behind their token, exactly four, and plain about bad calls."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from rag.errors import StatedError
from rag.records import Answer
from tests.conftest import ScriptedAssistant, make_answer
from ui import page
from ui.access import read_token
from ui.doors import MAX_BODY_BYTES
from ui.page import build
from ui.programs import programs

QUESTION = "What is the lamp made of?"
TOKEN = "a-token-nobody-guesses"


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("STATED_MCP_TOKEN", TOKEN)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = page.open_page(ScriptedAssistant(make_answer(QUESTION)), "127.0.0.1", port, mcp=True)  # type: ignore[arg-type]
    yield f"http://127.0.0.1:{port}/mcp"
    running.close(verbose=False)


def send(address: str, message: Any, **headers: str) -> httpx.Response:
    content = message if isinstance(message, bytes) else json.dumps(message).encode()
    shown = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"} | headers
    return httpx.post(address, content=content, headers=shown, timeout=20)


def call(address: str, name: str, arguments: dict[str, Any]) -> Any:
    params = {"name": name, "arguments": arguments}
    return send(address, {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}).json()


def test_a_client_greets_lists_and_asks(address: str) -> None:
    params = {
        "protocolVersion": "2025-03-26",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    hello = send(address, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).json()
    assert hello["result"]["protocolVersion"] == "2025-03-26"
    assert "tools" in hello["result"]["capabilities"]
    assert send(address, {"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202
    listed = send(address, {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}).json()["result"]["tools"]
    assert [tool["name"] for tool in listed] == ["ask", "sources", "ledger", "verify"]
    assert all(tool["description"] and tool["inputSchema"]["type"] == "object" for tool in listed)
    result = call(address, "ask", {"question": QUESTION})["result"]
    assert result["isError"] is False
    assert Answer.from_dict(json.loads(result["content"][0]["text"])) == make_answer(QUESTION)
    checked = call(address, "verify", {"receipt": result["structuredContent"]})["result"]
    assert checked["structuredContent"]["verified"] is True
    assert call(address, "sources", {})["result"]["structuredContent"]["result"][0]["id"] == "lamp"


def test_the_schemas_are_the_functions_own() -> None:
    for tool in programs(ScriptedAssistant()):  # type: ignore[arg-type]
        code = tool.function.__code__
        assert set(tool.schema["properties"]) == set(code.co_varnames[: code.co_argcount]), tool.name


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", TOKEN, f"Bearer {TOKEN}x"])
def test_without_the_token_nothing_is_told(shown: str, address: str) -> None:
    answer = send(address, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, Authorization=shown)
    assert answer.status_code == 401
    assert "ask" not in answer.json()


def test_another_sites_page_is_turned_away(address: str) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert send(address, message, Origin="https://example.org").status_code == 403
    assert send(address, message, Origin=address.removesuffix("/mcp")).status_code == 200


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"{", -32700),
        (b"[" * 100_000, -32700),
        ([], -32600),
        ({"jsonrpc": "2.0", "id": 1}, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "resources/list"}, -32601),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "remove"}}, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask"}}, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": [1]}, -32602),
    ],
)
def test_what_is_no_call_is_an_error_of_the_protocol(message: Any, code: int, address: str) -> None:
    assert send(address, message).json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("ask", {"question": ""}, "empty"),
        ("ask", {"question": 5}, "question must be text"),
        ("ask", {"question": QUESTION, "as_of": "soon"}, "YYYY-MM-DD"),
        ("ask", {"question": QUESTION, "history": "x"}, "list of texts"),
        ("verify", {"receipt": {}}, "no saved answer"),
        ("verify", {"receipt": 5}, "no saved answer"),
    ],
)
def test_what_the_caller_can_mend_is_said_in_words(
    name: str, arguments: dict[str, Any], words: str, address: str
) -> None:
    result = call(address, name, arguments)["result"]
    assert result["isError"] is True
    assert words in result["content"][0]["text"]


def test_a_large_message_and_another_method_are_refused(address: str) -> None:
    assert send(address, b" " * (MAX_BODY_BYTES + 1)).status_code == 413
    got = httpx.get(address, headers={"Authorization": f"Bearer {TOKEN}"})
    assert got.status_code == 405


@pytest.mark.parametrize("token", ["", "short", "é" * 20])
def test_a_token_that_can_be_guessed_is_refused(token: str) -> None:
    with pytest.raises(StatedError, match="STATED_MCP_TOKEN"):
        read_token({"STATED_MCP_TOKEN": token})


def test_pages_are_built_without_gradios_own_tools() -> None:
    assert build(ScriptedAssistant()).mcp_server is False  # type: ignore[arg-type]
