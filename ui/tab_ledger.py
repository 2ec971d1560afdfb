"""The tab with the ledger: what is stated of each detail, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import StatedError
from rag.records import Verdict
from ui.conversation import as_of_choices
from ui.dates import read_date
from ui.ledger_rows import ledger_rows
from ui.ledger_view import ALL, ledger_html, shown_rows, timeline_html
from ui.markup import fault, page_part
from ui.render import STATUS_WORDS
from ui.tab_ask import chosen_day
from ui.wiring import LONG, QUICK

if TYPE_CHECKING:
    from rag import Assistant

_VERDICTS = [("Every status", ALL), *((STATUS_WORDS[verdict], verdict.value) for verdict in Verdict)]
_WAIT = page_part(
    '<p class="aside" role="status">Reading the ledger, every detail once: this can take a minute …</p>'
)


def build(assistant: Assistant, tab: gr.Tab) -> None:
    """The tab's widgets and listeners, inside the page that is being built.

    Args:
        assistant: with an index.
        tab: whose opening reads the ledger; not earlier, for every detail is asked.
    """
    with gr.Row(elem_classes="card"):
        words = gr.Textbox(label="Find", placeholder="a subject, a detail, a word", elem_id="find", scale=3)
        verdict = gr.Dropdown(_VERDICTS, value=ALL, label="Status", elem_id="verdict", min_width=140)
        as_of = gr.Dropdown(
            as_of_choices(assistant), value="", label="Ledger as of", allow_custom_value=True, min_width=180,
            elem_id="ledger-day",
        )  # fmt: skip
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            table = gr.HTML("", elem_id="ledger", js_on_load=None)
        with gr.Column(scale=2, min_width=320):
            timeline = gr.HTML("", elem_id="timeline", js_on_load=None)

    def show(find: str, status: str, when: str | None) -> tuple[str, str]:
        try:
            rows = ledger_rows(assistant, read_date(chosen_day(when)))  # kept by the engine
        except StatedError as error:
            return page_part(fault(str(error))), ""
        fitting = shown_rows(rows, find or "", status or ALL)
        return ledger_html(fitting, len(rows)), timeline_html(fitting)

    def opened(when: str | None) -> Any:
        dates = as_of_choices(assistant)
        return gr.update(choices=dates, value=when or "")

    wiring: dict[str, Any] = {"inputs": [words, verdict, as_of], "outputs": [table, timeline], **LONG}
    reading = tab.select(opened, as_of, as_of, **QUICK)
    reading.then(lambda: _WAIT, None, table, **QUICK).then(show, concurrency_limit=4, **wiring)
    gr.on(
        [words.change, verdict.change, as_of.change],
        show,
        concurrency_limit=4,
        trigger_mode="always_last",
        **wiring,
    )
