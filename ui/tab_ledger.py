"""The tab with the ledger: what is stated of each detail, and since when."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import StatedError
from rag.records import Verdict
from ui.conversation import as_of_choices
from ui.dates import read_date
from ui.ledger_pane import pane_html
from ui.ledger_reading import Readings
from ui.ledger_view import ALL, ledger_html, reading_html, shown_rows
from ui.markup import fault, page_part
from ui.render import STATUS_WORDS
from ui.tab_ask import chosen_day
from ui.wiring import LONG, QUICK

if TYPE_CHECKING:
    from rag import Assistant

_VERDICTS = [("Every status", ALL), *((STATUS_WORDS[verdict], verdict.value) for verdict in Verdict)]
_WATCHERS = 16  # they only wait
_VISITORS = 1_000  # that are remembered


def build(assistant: Assistant, tab: gr.Tab, readings: Readings) -> None:
    """The tab's widgets and listeners, inside the page that is being built.

    Args:
        assistant: with an index.
        tab: whose opening shows the ledger.
        readings: where it is read.
    """
    with gr.Row(elem_classes="card", elem_id="ledger-filter"):
        words = gr.Textbox(label="Find", placeholder="a subject, a detail, a word", elem_id="find", scale=3)
        verdict = gr.Dropdown(_VERDICTS, value=ALL, label="Status", elem_id="verdict", min_width=160)
        as_of = gr.Dropdown(
            as_of_choices(assistant), value="", label="Ledger as of", allow_custom_value=True, min_width=160,
            elem_id="ledger-day",
        )  # fmt: skip
    with gr.Row(elem_id="ledger-row"):
        with gr.Column(scale=3, min_width=320):
            table = gr.HTML("", elem_id="ledger", js_on_load=None)
        with gr.Column(scale=2, min_width=320, elem_id="ledger-side"):
            pane = gr.HTML("", elem_id="timeline", js_on_load=None)

    newest: OrderedDict[str, object] = OrderedDict()  # by visitor, what they asked for last

    def show(find: str, status: str, when: str | None, request: gr.Request) -> Iterator[tuple[Any, Any]]:
        visitor, call = str(request.session_hash), object()
        newest[visitor] = call
        newest.move_to_end(visitor)
        while len(newest) > _VISITORS:
            newest.popitem(last=False)
        try:
            day = read_date(chosen_day(when))
        except StatedError as error:
            yield page_part(fault(str(error))), ""
            return
        for reading in readings.watch(day):
            if newest.get(visitor, call) is not call:  # another day, or other words, were chosen meanwhile
                yield gr.skip(), gr.skip()
                return
            if not reading.finished.is_set():
                yield reading_html(reading), ""
        if reading.fault:
            yield page_part(fault(reading.fault)), ""
            return
        fitting = shown_rows(reading.rows, find or "", status or ALL)
        yield ledger_html(fitting, len(reading.rows)), pane_html(fitting)

    def opened(when: str | None) -> Any:
        return gr.update(choices=as_of_choices(assistant), value=when or "")

    wiring: dict[str, Any] = {"inputs": [words, verdict, as_of], "outputs": [table, pane], **LONG}
    tab.select(opened, as_of, as_of, **QUICK).then(show, concurrency_limit=_WATCHERS, **wiring)
    gr.on(
        [words.change, verdict.change, as_of.change],
        show,
        concurrency_limit=_WATCHERS,
        trigger_mode="multiple",
        **wiring,
    )
