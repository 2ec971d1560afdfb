"""The tab with the documents: what there is, adding, removing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import StatedError
from ui import documents
from ui.access import Access
from ui.dates import read_date
from ui.documents_view import documents_html, progress_html
from ui.jobs import Desk, Job
from ui.ledger_reading import Readings
from ui.markup import fault, page_part
from ui.wiring import LONG, QUICK

if TYPE_CHECKING:
    from rag import Assistant

Act = Callable[[Job], documents.Outcome]
_ADDING = page_part("<h2>Add documents</h2>")
_KINDS = [("As the file says", ""), ("Article", "article"), ("Release note", "release-note")]


def build(
    assistant: Assistant,
    access: Access,
    desk: Desk,
    readings: Readings,
    others: list[Any],
    refreshed: Callable[[], list[Any]],
) -> tuple[list[Any], Callable[[], list[Any]]]:
    """The tab's widgets and listeners, inside the page that is being built.

    Args:
        assistant: with an index.
        access: who may change documents; asked again in every listener, for each can be called alone.
        desk: does the work.
        readings: where the ledger is read, to tell what a change did.
        others: widgets of other tabs that show what the documents give.
        refreshed: their values now.

    Returns:
        This tab's widgets and the others, and their values now: a page that is opened later shows those.
    """
    with gr.Row(elem_id="documents-row"):
        with gr.Column(scale=3, min_width=320):
            table = gr.HTML(_table(assistant), elem_id="documents", js_on_load=None)
        with gr.Column(scale=2, min_width=300, visible=access.takes_files, elem_id="documents-side"):
            outcome = gr.HTML("", elem_id="outcome", js_on_load=None)
            with gr.Column(elem_id="adding", elem_classes="card"):
                gr.HTML(_ADDING, js_on_load=None)
                files = gr.File(
                    label="md, txt, html or pdf, up to 20 MB each", file_count="multiple",
                    file_types=list(documents.SUFFIXES), elem_id="files", height=170,
                )  # fmt: skip
                with gr.Row():
                    day = gr.Textbox(
                        label="Date, for files that give none", placeholder="YYYY-MM-DD", elem_id="day",
                        min_width=140,
                    )  # fmt: skip
                    kinds = gr.Dropdown(_KINDS, value="", label="Kind", elem_id="kind", min_width=140)
                add = gr.Button("Add", variant="primary", elem_id="add")
            with gr.Column(elem_id="removing", elem_classes="card", visible=_removable(assistant)) as removal:
                which = gr.Dropdown(
                    documents.added_ids(assistant), value=None, label="Added document", elem_id="which"
                )
                remove = gr.Button("Remove …", elem_id="remove")
                with gr.Group(visible=False) as asking:
                    sure = gr.HTML("", elem_id="sure", js_on_load=None)
                    with gr.Row():
                        yes = gr.Button("Yes, remove it", variant="stop", elem_id="yes", min_width=120)
                        no = gr.Button("Keep it", elem_id="no", min_width=100)
    if not access.takes_files:
        gr.HTML(page_part(fault(access.refusal(None))), js_on_load=None)
    after = [outcome, table, files, which, removal, asking, *others]
    changes = documents.Changes(readings)

    def shown(job: Job, kept: Any) -> list[Any]:
        choice = gr.update(choices=documents.added_ids(assistant), value=None)
        room, asked = gr.update(visible=_removable(assistant)), gr.update(visible=False)
        return [progress_html(job), _table(assistant), kept, choice, room, asked, *refreshed()]

    def told(job: Job) -> list[Any]:
        """How far it is; what a person has put into the form meanwhile is theirs."""
        form, elsewhere = [gr.skip()] * (len(after) - 1 - len(others)), [gr.skip()] * len(others)
        return [progress_html(job), *form, *(refreshed() if job.finished.is_set() else elsewhere)]

    def run(title: str, ready: Callable[[], Act], kept: Callable[[], Any]) -> Iterator[list[Any]]:
        try:
            act = ready()  # before the job: what is refused need not end another one
            job = desk.start(title, lambda job: documents.carry_out(changes, job, act), _failed)
        except StatedError as error:
            yield [_failed(str(error)), *[gr.skip()] * (len(after) - 1)]
            return
        for just_changed in _followed(desk, job):
            yield shown(job, kept()) if just_changed else told(job)

    def taking(paths: list[str] | None, when: str, kind: str, request: gr.Request) -> Iterator[list[Any]]:
        refused: list[Path] = []

        def ready() -> Act:
            chosen = [Path(path) for path in paths or ()]
            _check(access.refusal(request), chosen, kind)
            return _adding(assistant, chosen, read_date(when), kind or None, refused)

        # What was refused stays in the box, so that a date can be given and "Add" pressed again.
        yield from run("Adding documents", ready, lambda: [str(path) for path in refused] or None)

    def removing(document_id: str | None, request: gr.Request) -> Iterator[list[Any]]:
        def ready() -> Act:
            _permitted(access.refusal(request))
            return lambda job: documents.remove(assistant, document_id or "", job)

        yield from run("Removing a document", ready, gr.skip)

    # "multiple": the next click need not wait until the last one's changes are told.
    several: dict[str, Any] = {"concurrency_limit": 4, "trigger_mode": "multiple", **LONG}
    add.click(taking, [files, day, kinds], after, **several)
    remove.click(_ask_first, which, [asking, sure, yes], **QUICK)
    no.click(lambda: gr.update(visible=False), None, asking, **QUICK)
    yes.click(removing, which, after, **several)

    def now() -> list[Any]:
        last = progress_html(desk.job) if desk.job else ""
        choice = gr.update(choices=documents.added_ids(assistant))
        room = gr.update(visible=_removable(assistant))
        return [last, _table(assistant), choice, room, *refreshed()]

    return [outcome, table, which, removal, *others], now


def _adding(
    assistant: Assistant, files: list[Path], published: date | None, kind: str | None, refused: list[Path]
) -> Act:
    """Adds files; those that are refused are put into ``refused``."""

    def act(job: Job) -> documents.Outcome:
        outcome = documents.add(assistant, files, published, kind, job)
        refused.extend(outcome.left)
        return outcome

    return act


def _followed(desk: Desk, job: Job) -> Iterator[bool]:
    """Until a job has ended, again and again: whether it has changed the documents since the last look."""
    changed = False
    for seen in desk.watch(job):
        before, changed = changed, bool(seen.so_far) or seen.finished.is_set()
        yield changed and not before


def _ask_first(document_id: str | None) -> list[Any]:
    if not document_id:
        words = fault("Choose the document to remove first.")
    else:
        effect = "Its copy in the data folder is deleted; answers no longer use it."
        words = f"<p>Remove <b>{escape(document_id)}</b>? {effect}</p>"
    return [gr.update(visible=True), page_part(words), gr.update(visible=bool(document_id))]


def _permitted(refusal: str) -> None:
    if refusal:
        raise StatedError(refusal)


def _check(refusal: str, files: list[Path], kind: str) -> None:
    _permitted(refusal)
    if not files:
        raise StatedError("Choose the files to add first.")
    for file in files:
        if file.suffix.lower() not in documents.SUFFIXES:
            raise StatedError(f"{file.name} is no document: give {', '.join(documents.SUFFIXES)}.")
    if kind not in {value for _, value in _KINDS}:
        raise StatedError("The kind is article or release-note.")


def _removable(assistant: Assistant) -> bool:
    """Whether there is anything to remove: what was shipped stays."""
    return bool(documents.added_ids(assistant))


def _table(assistant: Assistant) -> str:
    return documents_html(assistant.documents(), documents.added_ids(assistant), assistant.sentence_counts())


def _failed(message: str) -> str:
    return page_part(fault(message))
