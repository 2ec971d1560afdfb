"""The page as it is served: what it exposes, and how many it answers at once."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from rag.records import Answer
from tests.conftest import HOSTILE, ScriptedAssistant, make_answer
from ui import page

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


def test_only_ask_is_exposed_and_it_gives_the_whole_answer(served: Served) -> None:
    url, assistant, _ = served
    client = Client(url, verbose=False, analytics_enabled=False)
    described: Any = client.view_api(return_format="dict", print_info=False)
    assert list(described["named_endpoints"]) == ["/ask"]
    assert not described["unnamed_endpoints"]
    answer = client.predict(QUESTION, "2025-10-15", api_name="/ask")
    assert Answer.from_dict(answer) == make_answer(QUESTION)
    assert assistant.asked[-1] == (QUESTION, date(2025, 10, 15))
    with pytest.raises(AppError, match="YYYY-MM-DD"):
        client.predict(QUESTION, "soon", api_name="/ask")
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


def test_every_listener_but_ask_is_private() -> None:
    built = page.build(ScriptedAssistant(make_answer(QUESTION)))  # type: ignore[arg-type]
    visible = [fn.api_name for fn in built.fns.values() if fn.api_visibility != "private"]
    assert visible == ["ask"]
    assert isinstance(built, gr.Blocks)


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
