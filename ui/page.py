"""The web page: its tabs put together, and how it is opened; it shows what the engine decides.

Gradio facts that bind here: a listener is public unless told otherwise, and "private" only hides it, so
what every listener may do is harmless by itself; MCP and sharing can be turned on by environment
variables unless they are turned off by argument.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

# Read by Gradio when it is imported: no usage figures leave this machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
from gradio.events import api
from starlette.middleware import Middleware

from rag.errors import StatedError
from rag.settings import MAX_FILE_BYTES
from ui import looks, tab_ask, tab_evals, tab_ledger, tab_sources
from ui.access import Access, read_access, read_token
from ui.doors import MCP_PATH, Doors
from ui.jobs import Desk
from ui.ledger_reading import Readings
from ui.markup import page_part
from ui.ports import check_port
from ui.programs import Program, programs
from ui.tab_ask import LIMITS
from ui.welcome import sent_html, shelf_html
from ui.wiring import QUICK

if TYPE_CHECKING:
    from rag import Assistant

WAITING_QUESTIONS = 64
_MASTHEAD = page_part(
    "<h1>Stated</h1>"
    "<p>What the sources state, what they say is not disclosed, and what they do not mention.</p>"
    '<button type="button" class="act" data-theme-turn>Light or dark</button>'
    '<p id="said" class="unseen" role="status"></p>',
    "header",
)


def build(assistant: Assistant, access: Access | None = None, readings: Readings | None = None) -> gr.Blocks:
    """The page over an assistant whose index is ready."""
    access, desk, readings = access or Access(), Desk(), readings or Readings(assistant)
    page = gr.Blocks(title="Stated", analytics_enabled=False, fill_width=True)
    with page:
        gr.HTML(_MASTHEAD, elem_id="masthead", js_on_load=None)
        if sent := sent_html(assistant.settings):
            gr.HTML(sent, elem_id="sent", js_on_load=None)
        with gr.Tabs(elem_id="rooms"):
            with gr.Tab("Ask", id="ask"):
                asking = tab_ask.build(assistant, readings)
            with gr.Tab("Ledger", id="ledger-tab") as ledger:
                tab_ledger.build(assistant, ledger, readings)
            with gr.Tab("Sources", id="sources-tab"):
                shown, now = tab_sources.build(
                    assistant, access, desk, readings, asking.outputs, lambda: asking.refreshed(assistant)
                )
            with gr.Tab("Evals", id="evals-tab") as measured:
                tab_evals.build(assistant, access, desk, measured)
        # What was built above is the page at its start: a visitor who comes later sees what is there then.
        page.load(lambda: [*now(), shelf_html(assistant.documents())], None, [*shown, asking.pane], **QUICK)
        for program in programs(assistant):
            api(_endpoint(program), api_name=program.name, **LIMITS)
    page.queue(max_size=WAITING_QUESTIONS)
    return page


def serve(assistant: Assistant, host: str, port: int, mcp: bool = False) -> None:
    """Open the page and keep it open until interrupted.

    Raises:
        StatedError: the port is in use or the host is not this machine's.
        KeyboardInterrupt: it was stopped from the keyboard.
    """
    check_port(host, port)
    readings = Readings(assistant)
    page = open_page(assistant, host, port, mcp, readings)
    address = f"http://{_bracketed(host)}:{port}"
    print(f"Stated is open at {address} (stop with Ctrl+C)", flush=True)
    if mcp:
        print(f"MCP tools are at {address}{MCP_PATH}, for those who show the token.", flush=True)
    readings.read()  # it takes a minute: begun before somebody waits for it
    try:
        threading.Event().wait()
    finally:
        readings.close()
        page.close(verbose=False)


def open_page(
    assistant: Assistant, host: str, port: int, mcp: bool = False, readings: Readings | None = None
) -> gr.Blocks:
    """The page, listening; ``close()`` ends it.

    Raises:
        StatedError: the login or the token in the environment cannot be used.
    """
    access = read_access(host, os.environ)
    tools, token = (programs(assistant), read_token(os.environ)) if mcp else ((), "")
    page = build(assistant, access, readings)
    doors = Middleware(Doors, access=access, tools=tools, token=token, state=assistant.state)
    page.launch(
        auth=access.login,
        app_kwargs={"middleware": [doors]},
        max_file_size=MAX_FILE_BYTES,
        server_name=host,
        server_port=port,
        css=looks.css(),
        head=looks.head(),
        theme=looks.theme(),
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        mcp_server=False,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        pwa=False,
        footer_links=[],
    )
    return page


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _endpoint(program: Program) -> Callable[..., Any]:
    """A program as Gradio's API takes it: faults that the caller can mend arrive as their words."""

    @functools.wraps(program.function)
    def endpoint(*arguments: Any, **named: Any) -> Any:
        try:
            return program.function(*arguments, **named)
        except StatedError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return endpoint
