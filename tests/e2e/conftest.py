"""A real page over the real engine and the shipped article, and a real browser that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from rag import Assistant, Settings
from ui import page as web

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or ""
PLAIN = ("llm_base_url", "llm_model", "llm_path", "embedder", "cross_encoder", "chroma_url")
expect.set_options(timeout=60_000)  # on a machine that others keep busy


class Site(NamedTuple):
    url: str
    assistant: Assistant
    data: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not CHROMIUM:
        terminalreporter.write_line(
            "Not run: the tests in a browser, for Chromium is not installed (Debian: apt install chromium)."
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`stated serve` over a copy of the corpus's article alone, so that later notes change nothing here."""
    corpus = tmp_path_factory.mktemp("corpus")
    shutil.copy(next((ROOT / "corpus").glob("2025-09-29-*.md")), corpus)
    data = tmp_path_factory.mktemp("data")
    os.environ.pop("STATED_AUTH", None)
    settings = Settings(corpus_dir=corpus, data_dir=data, llm="none", **dict.fromkeys(PLAIN, ""))  # type: ignore[arg-type]
    with Assistant(settings) as assistant:
        assistant.sync()
        assistant.ledger()  # so that no test waits for it, nor for the models
        port = free_port()
        running = web.open_page(assistant, "127.0.0.1", port)
        yield Site(f"http://127.0.0.1:{port}/", assistant, data)
        running.close(verbose=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        # The sandbox needs rights that a container's root has not; only our own page is opened.
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the page; fails where it asked another host for anything, or its script failed."""
    strangers: list[str] = []
    broken: list[str] = []
    contexts = []

    def open_(width: int = 1440, theme: str = "light", script: str = "") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(script)
        page.set_default_timeout(60_000)
        page.on("request", lambda request: strangers.append(request.url) if stranger(request.url) else None)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(f"{site.url}?__theme={theme}")
        page.get_by_label("Question").wait_for()
        return page

    def stranger(url: str) -> bool:
        return not url.startswith((site.url, "data:", "blob:"))

    yield open_
    for context in contexts:
        context.close()
    assert strangers == []
    assert broken == []


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    return visit()


def ask(page: Page, question: str) -> None:
    """Ask and wait for the finished answer."""
    box = page.get_by_label("Question")
    box.fill(question)
    box.press("Enter")
    answered(page, question)


def answered(page: Page, question: str) -> None:
    expect(page.locator("#answer .asked")).to_have_text(question)
    expect(page.locator("#answer .proof")).to_be_visible()
