"""The tab on which one asks: conversation on the left, sources beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import StatedError
from rag.records import Answer
from ui import feedback
from ui.conversation import LATEST, Frame, as_of_choices, frames
from ui.ledger_reading import Readings
from ui.markup import fault, page_part
from ui.suggested import suggested
from ui.turns import Turns
from ui.welcome import shelf_html, welcome_html
from ui.wiring import LONG, QUICK

if TYPE_CHECKING:
    from rag import Assistant

PARALLEL_QUESTIONS = 8
LIMITS: dict[str, Any] = {"concurrency_limit": PARALLEL_QUESTIONS, "concurrency_id": "ask"}
SUGGESTIONS = 4
# The event is named here in quotes: Gradio looks for the name in this text.
_FEEDBACK = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-feedback]');
  if (button) trigger('feedback', { turn: Number(button.dataset.turn), choice: button.dataset.feedback });
});
"""


@dataclass(frozen=True, slots=True)
class AskTab:
    """What other tabs need of this one."""

    as_of: gr.Dropdown
    suggestions: list[gr.Button]
    pane: gr.HTML
    readings: Readings

    @property
    def outputs(self) -> list[Any]:
        return [self.as_of, *self.suggestions]

    def refreshed(self, assistant: Assistant) -> list[Any]:
        """Dates and suggestions as the documents have them now."""
        return [gr.update(choices=as_of_choices(assistant)), *_buttons(assistant, self.readings, ())]


def build(assistant: Assistant, readings: Readings) -> AskTab:
    """The tab's widgets and listeners, inside the page that is being built; questions go before readings."""
    past, turns = gr.State([]), Turns()
    with gr.Row(elem_id="ask-row"):
        with gr.Column(scale=3, min_width=320, elem_id="asking"):
            with gr.Column(elem_id="composer"):
                question = gr.Textbox(
                    label="Question", placeholder="Ask about what the documents say", lines=1, max_lines=6,
                    autofocus=True, elem_id="question",
                )  # fmt: skip
                with gr.Row(elem_id="controls"):
                    as_of = gr.Dropdown(
                        as_of_choices(assistant), value="", label="As of", min_width=180, scale=3,
                        allow_custom_value=True, elem_id="as-of",
                    )  # fmt: skip
                    ask = gr.Button("Ask", variant="primary", min_width=90, scale=1, elem_id="ask-button")
                    again = gr.Button("Start anew", min_width=110, scale=1, elem_id="again")
            announce = gr.HTML("", elem_id="announce", js_on_load=None)
            answer = gr.HTML(welcome_html(), elem_id="answer", js_on_load=_FEEDBACK)
            thanks = gr.HTML("", elem_id="thanks", js_on_load=None)
            with gr.Row(elem_id="suggestions"):
                suggestions = [
                    gr.Button(size="sm", min_width=100, elem_classes="suggestion", **shown)
                    for shown in _shown(assistant, readings, ())
                ]
            earlier = gr.HTML("", elem_id="earlier", js_on_load=_FEEDBACK)
        with gr.Column(scale=2, min_width=320, elem_id="source-column"):
            pane = gr.HTML(shelf_html(assistant.documents()), elem_id="sources", js_on_load=None)

    shown = [answer, earlier, pane, announce, thanks, past, question, *suggestions]

    def respond(asked: str, when: str | None, answers: list[Answer]) -> Iterator[list[Any]]:
        with readings.aside():
            for frame in frames(assistant, answers, asked or "", chosen_day(when), turns):
                yield _outputs(frame, assistant, readings, asked)

    def noted(answers: list[Answer], event: gr.EventData) -> str:
        return _noted(assistant, answers, event)

    wiring: dict[str, Any] = {"inputs": [question, as_of, past], "outputs": shown, **LIMITS, **LONG}
    gr.on([ask.click, question.submit], respond, **wiring)
    for button in suggestions:
        button.click(_same, button, question, **QUICK).then(respond, **wiring)
    again.click(lambda: _cleared(assistant, readings), None, [*shown, as_of], **QUICK)
    for part in (answer, earlier):
        part.feedback(noted, past, thanks, **QUICK)
    return AskTab(as_of, suggestions, pane, readings)


def _outputs(frame: Frame, assistant: Assistant, readings: Readings, asked: str) -> list[Any]:
    """In the order of the tab's outputs; what a frame leaves out stays.

    The box is emptied as soon as the question is taken, not when it is answered: by then the next one may
    have been typed.  A question that fails comes back into it.
    """
    kept = gr.skip()
    box = asked if frame.failed else kept if frame.earlier is None else ""
    parts = [kept if part is None else part for part in (frame.earlier, frame.pane)]
    said = kept if frame.said is None else _spoken(frame.said)
    if frame.answers is None:
        return [frame.answer, *parts, said, "", kept, box, *[kept] * SUGGESTIONS]
    answers = list(frame.answers)
    return [frame.answer, *parts, said, "", answers, box, *_buttons(assistant, readings, answers)]


def _cleared(assistant: Assistant, readings: Readings) -> list[Any]:
    shelf = shelf_html(assistant.documents())
    return [welcome_html(), "", shelf, "", "", [], "", *_buttons(assistant, readings, ()), ""]


def _spoken(words: str) -> str:
    """Words for the live region of the page (``page.js``): one that comes with them is often not read."""
    return f"<p hidden data-say>{words}</p>"


def _buttons(assistant: Assistant, readings: Readings, answers: Any) -> list[Any]:
    return [gr.update(**shown) for shown in _shown(assistant, readings, answers)]


def _shown(assistant: Assistant, readings: Readings, answers: Any) -> list[dict[str, Any]]:
    """The suggestion buttons' words; those without a question are not there."""
    questions = suggested(assistant, answers, readings.latest)[:SUGGESTIONS]
    empty = SUGGESTIONS - len(questions)
    return [{"value": text, "visible": True} for text in questions] + [
        {"value": "", "visible": False}
    ] * empty


def _noted(assistant: Assistant, answers: list[Answer], event: gr.EventData) -> str:
    """Writes feedback on one of the session's own answers; whatever else is asked for does nothing."""
    data = event._data if isinstance(event._data, dict) else {}
    turn, choice = data.get("turn"), data.get("choice")
    if not isinstance(turn, int) or not 1 <= turn <= len(answers) or choice not in feedback.CHOICES:
        return ""
    try:
        file = feedback.note(assistant.settings, answers[turn - 1], choice)
    except StatedError as error:
        return page_part(fault(str(error)))
    words = f"Noted: “{feedback.CHOICES[choice]}”. A line to review is in {file.name}."
    return page_part(f'<p class="notice" role="status">{words}</p>')


def chosen_day(chosen: str | None) -> str:
    """The date of the control; a person may also type one, or its words."""
    text = (chosen or "").strip()
    return "" if text == LATEST else text.removeprefix("As of ").strip()


def _same(text: str) -> str:
    return text
