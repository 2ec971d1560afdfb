"""Asking in a real browser: statuses, citations, follow-ups, dates, receipts, feedback, hostile words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from eval.questions import load
from rag import Answer
from tests.e2e.conftest import Site, answered, ask
from ui.cli import main

LICENCE = "What licence will OpenPangu have?"
OPEN_SENTENCE = "Details on OpenPangu’s architecture, parameter size, training datasets, and licensing terms"
# Each message of a stream of results reaches the page late, as on a machine that is busy.
LATE = """
const real = window.fetch;
window.fetch = async (asked, options) => {
  const response = await real(asked, options);
  if (!String(asked.url || asked).includes('queue/data')) return response;
  const late = new TransformStream({
    async transform(piece, out) { await new Promise((go) => setTimeout(go, 500)); out.enqueue(piece); },
  });
  return new Response(response.body.pipeThrough(late), { headers: response.headers });
};
"""
EVIL = (
    '<img src=x onerror="window.hit=1"><script>window.hit=1</script> ${window.hit=1} {{hit}} **bold** [x](y)'
)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("When will Huawei open source CANN?", "Stated"),
        (LICENCE, "Undisclosed"),
        ("How much does Ascend cost?", "Not covered"),
        ("Tell me about OpenPangu", "Partial"),
    ],
)
def test_every_status_is_shown_by_its_word(question: str, word: str, page: Page) -> None:
    ask(page, question)
    expect(page.locator("#answer .status .badge").first).to_contain_text(word)
    expect(page.locator("#said")).to_contain_text(f"Answer ready: {word}")
    expect(page.get_by_label("Question")).to_have_value("")


def test_a_question_asked_as_soon_as_the_page_is_there_is_answered(visit: Callable[..., Page]) -> None:
    ask(visit(script=LATE), LICENCE)


def test_what_is_typed_while_an_answer_is_on_its_way_stays(visit: Callable[..., Page]) -> None:
    page = visit(script=LATE)
    box = page.get_by_label("Question")
    box.fill(LICENCE)
    box.press("Enter")
    expect(box).to_have_value("")  # taken
    assert not page.locator("#answer .proof").is_visible()
    box.fill("and its architecture?")
    expect(page.locator("#answer .proof")).to_be_visible()
    expect(page.locator("#said")).to_contain_text("Answer ready")
    expect(box).to_have_value("and its architecture?")


def test_citation_leads_to_its_sentence_and_back_by_keyboard(page: Page) -> None:
    ask(page, LICENCE)
    link = page.locator("#answer .cite").first
    link.focus()
    page.keyboard.press("Enter")
    sentence = page.locator("mark.bright.here")
    expect(sentence).to_contain_text(OPEN_SENTENCE)
    expect(sentence).to_be_focused()
    expect(sentence).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    link.click()
    page.get_by_role("button", name="Back to the answer").click()
    expect(link).to_be_focused()


def test_whole_path_works_without_a_mouse(page: Page) -> None:
    page.keyboard.type(LICENCE)  # the box has the focus from the start
    page.keyboard.press("Enter")
    answered(page, LICENCE)
    for _ in range(15):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('cite')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("mark.here")).to_be_focused()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('cite')")


def test_follow_up_is_understood_and_the_earlier_turn_keeps_its_sentences(page: Page) -> None:
    ask(page, "How many parameters does OpenPangu have?")
    ask(page, "and its licence?")
    expect(page.locator("#answer .understood")).to_contain_text("OpenPangu’s licence".replace("’", "'"))
    expect(page.locator("#answer .status .badge").first).to_contain_text("Undisclosed")
    earlier = page.locator("#earlier details.turn")
    expect(earlier).to_have_count(1)
    earlier.locator("> summary").click()
    earlier.locator(".cite").first.click()
    expect(page.locator("mark.here").first).to_contain_text(OPEN_SENTENCE)
    page.get_by_role("button", name="Start anew").click()
    expect(page.locator("#earlier details.turn")).to_have_count(0)


def test_as_of_before_the_article_changes_the_answer(page: Page) -> None:
    day = page.get_by_label("As of", exact=True)
    day.fill("2025-09-28")
    day.press("Enter")
    ask(page, LICENCE)
    expect(page.locator("#answer .status")).to_contain_text("as of 2025-09-28")
    expect(page.locator("#answer .status .badge").first).to_contain_text("Not covered")
    day.fill("yesterday")
    day.press("Enter")
    page.get_by_label("Question").fill(LICENCE)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("YYYY-MM-DD")
    expect(page.get_by_label("Question")).to_have_value(LICENCE)


def test_suggestions_are_asked_with_one_press_and_do_not_come_again(page: Page) -> None:
    button = page.locator("#suggestions button").first
    question = button.inner_text()
    button.click()
    answered(page, question)
    expect(page.locator("#suggestions").get_by_text(question, exact=True)).to_have_count(0)


@pytest.mark.parametrize(("question", "words"), [("   ", "empty"), ("why " * 600, "shorten it")])
def test_a_question_that_cannot_be_used_is_told_and_kept(question: str, words: str, page: Page) -> None:
    ask(page, LICENCE)
    box = page.get_by_label("Question")
    box.fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(box).to_have_value(question)
    expect(page.locator("#earlier details.turn")).to_have_count(1)


def test_receipt_is_verified_by_the_command_line(
    page: Page,
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ask(page, LICENCE)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download receipt").click()
    saved = tmp_path / "receipt.json"
    waiting.value.save_as(saved)
    assert Answer.from_dict(json.loads(saved.read_text("utf-8"))).question == LICENCE
    monkeypatch.setenv("STATED_CORPUS_DIR", str(site.assistant.settings.corpus_path))
    monkeypatch.setenv("STATED_DATA_DIR", str(site.data))
    assert main(["verify", str(saved)]) == 0
    saved.write_text(saved.read_text("utf-8").replace("parameter size", "parameter count"), "utf-8")
    assert main(["verify", str(saved)]) == 1
    capsys.readouterr()


def test_markdown_is_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, LICENCE)
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith(f"**{LICENCE}**")
    assert OPEN_SENTENCE in text


def test_feedback_writes_a_line_to_review(page: Page, site: Site) -> None:
    ask(page, LICENCE)
    page.get_by_role("button", name="Should be stated").click()
    expect(page.locator("#thanks")).to_contain_text("Noted: “Should be stated”")
    questions = load(site.data / "feedback")
    assert (questions[-1].text, questions[-1].target) == (LICENCE, "stated")


def test_hostile_words_of_a_question_are_text(page: Page) -> None:
    question = f"What is {EVIL}?"
    ask(page, question)
    page.locator("#answer .proof summary").click()
    assert page.evaluate("window.hit") is None
    assert page.locator("#answer img, #answer script").count() == 0
    ask(page, LICENCE)
    expect(page.locator("#earlier")).to_contain_text(EVIL)
    assert page.evaluate("window.hit") is None


def test_it_fits_a_narrow_screen(visit: Callable[..., Page]) -> None:
    page = visit(width=360)
    ask(page, "Tell me about OpenPangu")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#answer .cite").first.click()
    expect(page.locator("mark.here").first).to_be_in_viewport()
