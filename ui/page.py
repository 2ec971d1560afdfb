"""The web page: a plain Gradio app around ``Assistant.stream``; it only wires widgets.

Gradio facts that bind here: a listener is public unless told otherwise, and "private" only hides it, so
what every listener may do is harmless by itself; MCP and sharing can be turned on by environment
variables unless they are turned off by argument.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Read by Gradio when it is imported: no usage figures leave this machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr
from gradio.events import api

from rag.errors import StatedError
from rag.records import Answer, Delta, Evidence
from rag.settings import MAX_QUESTION_CHARACTERS
from ui.dates import read_date
from ui.markup import answer_html, error_html, running_html, sources_html
from ui.ports import check_port

if TYPE_CHECKING:
    from rag import Assistant

PARALLEL_QUESTIONS = 4
WAITING_QUESTIONS = 64
_LIMITS: dict[str, Any] = {"concurrency_limit": PARALLEL_QUESTIONS, "concurrency_id": "ask"}
_STYLE = Path(__file__).with_name("page.css")
# A plain "#source-1" is resolved against the page's base address: under "/?__theme=dark" it would load
# the page anew and lose the answer.
_TO_SOURCE = """
element.addEventListener('click', (event) => {
  const mark = event.target.closest('a.cite');
  const source = mark && document.getElementById(mark.hash.slice(1));
  if (!source) return;
  event.preventDefault();
  source.scrollIntoView({ block: 'center' });
  source.focus({ preventScroll: true });
});
"""
_INTRODUCTION = """\
# Stated
What the sources **state**, what they **say is not disclosed**, and what they **do not mention**: \
each answer with the source's own sentences.
"""


def build(assistant: Assistant) -> gr.Blocks:
    """The page over an assistant whose index is ready."""
    page = gr.Blocks(title="Stated", analytics_enabled=False)
    with page:
        gr.Markdown(_INTRODUCTION)
        with gr.Row():
            question = gr.Textbox(
                label="Question", max_lines=6, max_length=MAX_QUESTION_CHARACTERS, scale=4, autofocus=True
            )
            as_of = gr.Dropdown(
                _dates(assistant),
                value="",
                label="As of (YYYY-MM-DD)",
                allow_custom_value=True,
                min_width=200,
            )
        ask = gr.Button("Ask", variant="primary")
        with gr.Row():
            suggestions = [gr.Button(text, size="sm") for text in assistant.suggestions()]
        answer = gr.HTML(elem_id="answer", js_on_load=_TO_SOURCE)
        sources = gr.HTML(elem_id="sources")

        def respond(asked: str, when: str | None) -> Iterator[tuple[str, str]]:
            yield from responses(assistant, asked, when or "")

        boxes: dict[str, Any] = {"inputs": [question, as_of], "outputs": [answer, sources]}
        wiring = boxes | _LIMITS | {"api_visibility": "private", "show_progress": "minimal"}
        gr.on([ask.click, question.submit], respond, **wiring)
        for button in suggestions:
            button.click(_same, button, question, api_visibility="private").then(respond, **wiring)
        api(_endpoint(assistant), api_name="ask", **_LIMITS)
    page.queue(max_size=WAITING_QUESTIONS)
    return page


def responses(assistant: Assistant, question: str, as_of: str) -> Iterator[tuple[str, str]]:
    """Answer and sources as HTML, growing: evidence at once, the wording after it."""
    evidence: Evidence | None = None
    text, shown = "", ""
    yield running_html(evidence, text), shown
    try:
        for event in assistant.stream(question, as_of=read_date(as_of)):
            match event:
                case Evidence():
                    evidence, shown = event, _sources(assistant, event)
                    yield running_html(evidence, text), shown
                case Delta():
                    text += event.text
                    yield running_html(evidence, text), shown
                case Answer():
                    yield answer_html(event), _sources(assistant, event)
    except StatedError as error:
        yield error_html(str(error)), ""


def serve(assistant: Assistant, host: str, port: int) -> None:
    """Open the page and keep it open until interrupted.

    Raises:
        StatedError: the port is in use or the host is not this machine's.
        KeyboardInterrupt: it was stopped from the keyboard.
    """
    check_port(host, port)
    page = open_page(assistant, host, port)
    print(f"Stated is open at http://{_bracketed(host)}:{port} (stop with Ctrl+C)", flush=True)
    try:
        threading.Event().wait()
    finally:
        page.close(verbose=False)


def open_page(assistant: Assistant, host: str, port: int) -> gr.Blocks:
    """The page, listening; ``close()`` ends it."""
    page = build(assistant)
    page.launch(
        server_name=host,
        server_port=port,
        css=_STYLE.read_text(encoding="utf-8"),
        theme=_theme(),
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


def _theme() -> gr.themes.Base:
    """The reader's own fonts, and a button on which white text can be read (AA asks for 4.5 to 1)."""
    dark, darker = "*primary_700", "*primary_800"
    return gr.themes.Default(primary_hue="blue", font=["system-ui"], font_mono=["ui-monospace"]).set(
        button_primary_background_fill=dark,
        button_primary_background_fill_dark=dark,
        button_primary_background_fill_hover=darker,
        button_primary_background_fill_hover_dark=darker,
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _endpoint(assistant: Assistant) -> Any:
    def ask(question: str, as_of: str = "") -> dict[str, Any]:
        """Answer a question from the sources.

        Args:
            question: in English, at most 2,000 characters.
            as_of: YYYY-MM-DD; only documents published by then count. "" means today.
        """
        try:
            answer: Answer = assistant.ask(question, as_of=read_date(as_of))
        except StatedError as error:
            raise gr.Error(str(error), print_exception=False) from None
        return answer.to_dict()

    return ask


def _same(text: str) -> str:
    return text


def _dates(assistant: Assistant) -> list[tuple[str, str]]:
    published: set[date] = {document.published for document in assistant.documents()}
    return [("today: every document", ""), *((day.isoformat(), day.isoformat()) for day in sorted(published))]


def _sources(assistant: Assistant, found: Evidence | Answer) -> str:
    texts = {document.id: document.text for document in assistant.documents()}
    related = found.related if isinstance(found, Answer) else ()
    return sources_html(found.citations, related, texts.get)
