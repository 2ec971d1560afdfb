"""What a person or a machine breaks off in mid-work: nothing is lost, and what happened is told in words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rag.embedded import EmbeddedBackend
from rag.errors import BackendError
from tests.e2e.conftest import Site, answered, ask

STATED = "When will Huawei open source CANN?"
NOTE = "# Sailmoth 3\n\nThe wing of Sailmoth is made of silk.\n"
# Counts what a screen reader would say: every text that comes into a live region of the answer.
LISTEN = """
window.said = [];
const LIVE = '[role=status], [role=alert], [aria-live]';
const element = (node) => node.nodeType === 1 ? node : node.parentElement;
new MutationObserver((changes) => {
  const live = new Set();
  for (const change of changes) {
    const around = element(change.target)?.closest(LIVE);
    if (around) live.add(around);
    for (const node of change.addedNodes)
      if (node.nodeType === 1)
        for (const part of [node, ...node.querySelectorAll('*')]) if (part.matches(LIVE)) live.add(part);
  }
  for (const part of live) if (part.textContent.trim()) window.said.push(part.textContent.trim());
}).observe(document, { childList: true, characterData: true, subtree: true });
"""


def test_a_finished_answer_is_announced_once_and_nothing_before_it(visit: Callable[..., Page]) -> None:
    page = visit(script=LISTEN)
    for number, question in enumerate((STATED, "How much does Ascend cost?"), start=1):
        ask(page, question)
        page.wait_for_function("count => window.said.length >= count", arg=number)
        page.wait_for_timeout(500)
        said = page.evaluate("window.said")
        assert len(said) == number and said[-1].startswith("Answer ready: ")


class Broken(EmbeddedBackend):
    """Begins a sentence, waits until it is let go, and is gone."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.begun, self.go = threading.Event(), threading.Event()

    def stream(self, request: Any, timeout: float) -> Iterator[str]:
        yield "CANN was open sourced yesterday and "
        self.begun.set()
        assert self.go.wait(20)
        raise BackendError("the language model has stopped.")


@pytest.fixture
def broken(site: Site, monkeypatch: pytest.MonkeyPatch) -> Broken:
    backend = Broken(site.assistant.settings)
    monkeypatch.setattr(site.assistant, "_backend", backend)
    return backend


def test_a_model_gone_in_mid_answer_leaves_the_evidence_and_the_quotes(page: Page, broken: Broken) -> None:
    box = page.get_by_label("Question")
    box.fill(STATED)
    box.press("Enter")
    assert broken.begun.wait(20)
    expect(page.locator("#answer .status .badge")).to_contain_text("Stated")  # before any word of a model
    expect(page.locator("#sources mark.bright").first).to_be_visible()
    broken.go.set()
    answered(page, STATED)
    expect(page.locator("#answer .notice")).to_have_text(
        "Answered with quotes: the language model has stopped."
    )
    expect(page.locator("#answer .text").first).to_contain_text("By December 31, 2025")
    assert "yesterday" not in page.locator("#answer").inner_text()


def test_a_browser_that_is_closed_while_a_file_is_taken_in_loses_nothing(
    visit: Callable[..., Page], site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, go = threading.Event(), threading.Event()
    sync = site.assistant._stock.sync

    def held(progress: Any = None) -> Any:
        started.set()
        assert go.wait(20)
        return sync(progress)

    monkeypatch.setattr(site.assistant._stock, "sync", held)
    note = tmp_path / "2026-03-04-sailmoth.md"
    note.write_text(NOTE, "utf-8")
    page = visit()
    page.get_by_role("tab", name="Sources").click()
    page.locator("#files input[type=file]").set_input_files(str(note))
    expect(page.locator("#files")).to_contain_text("2026-03-")
    page.get_by_role("button", name="Add", exact=True).click()
    assert started.wait(60)
    page.close()
    go.set()
    later = visit()
    later.get_by_role("tab", name="Sources").click()
    try:
        # Who comes while it is under way sees how far it is; once it is done, what came of it.
        expect(later.locator("#documents")).to_contain_text("Sailmoth 3")
        later.reload()
        later.get_by_role("tab", name="Sources").click()
        expect(later.locator("#outcome")).to_contain_text("2026-03-04-sailmoth.md was added")
    finally:
        monkeypatch.undo()
        site.assistant.remove("2026-03-04-sailmoth.md")
