"""The page as it is served: what it exposes, and how many it answers at once."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError, AuthenticationError

from rag.errors import StatedError
from rag.records import Answer
from tests.conftest import DOCUMENT, HOSTILE, ScriptedAssistant, make_answer
from ui import page
from ui.access import read_access

QUESTION = "What is the lamp made of?"


class Served(NamedTuple):
    url: str
    assistant: ScriptedAssistant
    page: gr.Blocks


@pytest.fixture
def served() -> Iterator[Served]:
    """The page as `stated serve` opens it, over the scripted assistant."""
    assistant = ScriptedAssistant(make_answer(QUESTION), make_answer("${alert(1)} <b>", HOSTILE))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = page.open_page(assistant, "127.0.0.1", port)  # type: ignore[arg-type]
    yield Served(f"http://127.0.0.1:{port}/", assistant, running)
    running.close(verbose=False)


EXPOSED = ["ask", "sources", "ledger", "verify"]


def test_exactly_four_programs_are_exposed_and_ask_gives_the_whole_answer(served: Served) -> None:
    url, assistant, _ = served
    client = Client(url, verbose=False, analytics_enabled=False)
    described: Any = client.view_api(return_format="dict", print_info=False)
    assert list(described["named_endpoints"]) == [f"/{name}" for name in EXPOSED]
    assert not described["unnamed_endpoints"]
    answer = client.predict(QUESTION, "2025-10-15", ["Before?"], api_name="/ask")
    assert Answer.from_dict(answer) == make_answer(QUESTION)
    assert assistant.asked[-1] == (QUESTION, date(2025, 10, 15))
    (source,) = client.predict(api_name="/sources")
    assert (source["id"], source["published"]) == (DOCUMENT.id, "2025-01-02")
    assert client.predict(answer, api_name="/verify")["verified"] is True
    for arguments, words in ((("", "soon"), "YYYY-MM-DD"), (("", ""), "empty")):
        with pytest.raises(AppError, match=words):
            client.predict(*arguments, api_name="/ask")
    with pytest.raises(AppError, match="no saved answer"):
        client.predict({"question": "x"}, api_name="/verify")
    client.close()


def test_page_has_no_model_context_server_even_where_the_environment_asks_for_one(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("GRADIO_MCP_SERVER", "True")
    monkeypatch.setenv("GRADIO_SHARE", "True")
    served: Served = request.getfixturevalue("served")
    # Without Gradio's extra for it the server only leaves an error behind.
    assert (served.page.mcp_server, served.page.mcp_error) == (False, None)
    assert served.page.share is False
    assert httpx.get(served.url + "gradio_api/mcp/").status_code == 404
    assert httpx.get(served.url).status_code == 200


def test_page_loads_nothing_from_other_hosts(served: Served) -> None:
    html = httpx.get(served.url).text
    loaded = re.findall(
        r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=[\"']?((?:https?:)?//[^\"' >]+)", html
    )
    assert [address for address in loaded if not address.startswith(served.url)] == []


def test_every_listener_but_the_programs_is_private() -> None:
    built = page.build(ScriptedAssistant(make_answer(QUESTION)))  # type: ignore[arg-type]
    visible = [fn.api_name for fn in built.fns.values() if fn.api_visibility != "private"]
    assert visible == EXPOSED


def test_only_what_may_take_long_is_queued_and_nothing_that_runs_by_itself() -> None:
    built = page.build(ScriptedAssistant(make_answer(QUESTION)))  # type: ignore[arg-type]
    queued = {fn.name for fn in built.fns.values() if fn.queue and fn.api_visibility == "private"}
    assert queued == {"respond", "show", "taking", "removing", "starting"}
    alone = [fn for fn in built.fns.values() if any(event == "load" for _, event in fn.targets)]
    assert [fn.queue for fn in alone] == [False]


def by_index(url: str, index: int, data: list[Any], headers: dict[str, str] | None = None) -> str:
    """Calls a listener as somebody does who ignores the page; everything that it answers."""
    api = f"{url}gradio_api/queue/"
    session = f"stranger-{index}"
    call = {"fn_index": index, "data": data, "session_hash": session, "event_data": {"turn": 1}}
    httpx.post(f"{api}join", json=call, headers=headers, timeout=20).raise_for_status()
    heard = ""
    with httpx.stream("GET", f"{api}data", params={"session_hash": session}, timeout=20) as stream:
        for line in stream.iter_lines():
            heard += line
            if "process_completed" in line:
                break
            assert "heartbeat" not in line, f"listener {index} does not end: {heard}"
    return heard


def test_listeners_called_by_index_change_nothing_where_others_reach_the_page(
    served: Served, tmp_path: Path
) -> None:
    """Behind a proxy: the page listens to itself, and strangers come all the same."""
    proxy = {"X-Forwarded-For": "203.0.113.5"}
    upload = httpx.post(f"{served.url}gradio_api/upload", files={"files": ("a.md", b"x")}, headers=proxy)
    assert (upload.status_code, "no login" in upload.text) == (403, True)
    changing = [fn for fn in served.page.fns.values() if fn.name in ("taking", "removing", "starting")]
    assert [fn.name for fn in changing] == ["taking", "removing", "starting"]
    for fn in changing:
        data = [None if block.elem_id in ("files", "which") else "" for block in fn.inputs]
        assert "no login" in by_index(served.url, fn._id, data, proxy), fn.name
    assert served.assistant.added == []


def test_a_file_that_lies_elsewhere_on_the_machine_cannot_be_named(served: Served, tmp_path: Path) -> None:
    elsewhere = tmp_path / "private.md"
    elsewhere.write_text(DOCUMENT.text)
    with httpx.Client() as client:
        sent = client.post(f"{served.url}gradio_api/upload", files={"files": ("../../kite.md", b"A kite.")})
    (taken,) = sent.json()
    (fn,) = [fn for fn in served.page.fns.values() if fn.name == "taking"]

    def add(path: str) -> str:
        given = [{"path": path, "meta": {"_type": "gradio.FileData"}}]
        return by_index(
            served.url, fn._id, [given if block.elem_id == "files" else "" for block in fn.inputs]
        )

    for path in (str(elsewhere), str(Path(taken).parent / ".." / ".." / ".." / elsewhere), "/etc/passwd"):
        add(path)
        assert served.assistant.added == [], path
    add(taken)
    assert [Path(path).name for path, *_ in served.assistant.added] == ["kite.md"]  # the name, and no way


def test_with_a_login_nothing_is_shown_before_it(monkeypatch: pytest.MonkeyPatch, request: Any) -> None:
    monkeypatch.setenv("STATED_AUTH", "editor:a:long password")
    served: Served = request.getfixturevalue("served")
    assert httpx.get(f"{served.url}config").status_code == 401
    assert httpx.post(f"{served.url}gradio_api/upload", files={"files": ("a.md", b"x")}).status_code == 401
    with pytest.raises(AuthenticationError):
        Client(served.url, verbose=False, analytics_enabled=False)
    client = Client(served.url, auth=("editor", "a:long password"), verbose=False, analytics_enabled=False)
    assert client.predict(QUESTION, "", api_name="/ask")["status"] == "stated"
    client.close()


@pytest.mark.parametrize("given", ["name", "name:", ":password", " :x"])
def test_a_login_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(StatedError, match="NAME:PASSWORD"):
        read_access("127.0.0.1", {"STATED_AUTH": given})


def test_two_people_are_answered_at_once(served: Served) -> None:
    url, assistant, _ = served
    both = threading.Barrier(2, timeout=20)
    answer = assistant.ask

    def together(question: str, as_of: Any = None, history: Any = ()) -> Answer:
        both.wait()  # breaks, and fails the call, unless the other question is being answered too
        return answer(question, as_of, history)

    assistant.ask = together  # type: ignore[method-assign]
    client = Client(url, verbose=False, analytics_enabled=False)
    jobs = [client.submit(QUESTION, "", api_name="/ask") for _ in range(2)]
    assert [job.result(timeout=30)["status"] for job in jobs] == ["stated", "stated"]
    client.close()
