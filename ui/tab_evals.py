"""The tab with the evaluation: the last figures, and a button that measures them anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import StatedError
from ui import evals
from ui.access import Access
from ui.documents_view import progress_html
from ui.evals_view import report_html
from ui.jobs import Desk, Job
from ui.markup import fault, page_part
from ui.wiring import LONG, QUICK

if TYPE_CHECKING:
    from rag import Assistant

_ABOUT = page_part(
    '<p class="aside">Asks the labelled questions again, over the shipped documents, and counts how often '
    "the status is right, the expected sentence cited, and whether an answer says more than its evidence.</p>"
)


def build(assistant: Assistant, access: Access, desk: Desk, tab: gr.Tab) -> None:
    """The tab's widgets and listeners, inside the page that is being built."""
    gr.HTML(_ABOUT, js_on_load=None)
    start = gr.Button("Run the evaluation", variant="primary", elem_id="run-eval", visible=access.takes_files)
    said = gr.HTML("", elem_id="eval-progress", js_on_load=None)
    report = gr.HTML("", elem_id="report", js_on_load=None)

    def shown() -> str:
        try:
            return report_html(evals.last_report(assistant.settings))
        except StatedError as error:
            return page_part(fault(str(error)))

    def starting(request: gr.Request) -> Iterator[tuple[Any, Any]]:
        def work(job: Job) -> str:
            if reason := access.refusal(request):
                raise StatedError(reason)
            job.tell("Starting the evaluation", 0, 0)
            code = evals.run(assistant.settings, job.tell)
            words = "Done: every gate holds." if code == 0 else "Done: a gate does not hold, see the figures."
            return page_part(f'<p class="notice" role="status">{words}</p>')

        try:
            running = desk.start("Evaluation", work, lambda message: page_part(fault(message)))
        except StatedError as error:
            yield page_part(fault(str(error))), gr.skip()
            return
        for seen in desk.watch(running):
            yield progress_html(seen), shown() if seen.finished.is_set() else gr.skip()

    start.click(starting, None, [said, report], concurrency_limit=2, **LONG)
    tab.select(shown, None, report, **QUICK)
