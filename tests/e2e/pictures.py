"""Makes the README's pictures of the page anew: ``python -m tests.e2e.pictures``, in the repository's root.

They show the real page over the shipped documents, answered in quotes, 1440 pixels wide.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from rag import Assistant, Settings
from tests.e2e.conftest import CHROMIUM, PLAIN, ROOT, answered, free_port
from ui import page as web
from ui.ledger_reading import Readings

DOCS = ROOT / "docs"
LEDGER_DAY = "2025-12-31"
PATIENCE = 900_000  # milliseconds; the ledger of a day asks every detail


def changed(page: Page) -> None:
    """A detail that was undisclosed, and is stated now."""
    _ask(page, "Who governs CANN?")


def undisclosed(page: Page) -> None:
    """A detail that is undisclosed, asked as a follow-up."""
    _ask(page, "How many parameters does OpenPangu have?")
    _ask(page, "and its licence?")


def ledger(page: Page) -> None:
    """The ledger of a day, with a detail that was undisclosed chosen."""
    page.get_by_role("tab", name="Ledger").click()
    page.locator("#ledger :is(.reading, .matrix)").first.wait_for()
    day = page.get_by_label("Ledger as of")
    day.fill(LEDGER_DAY)
    day.press("Enter")
    page.locator("#ledger .matrix").wait_for()
    page.locator("#ledger .matrix .cell:has(.was)").first.click()


def _ask(page: Page, question: str) -> None:
    box = page.get_by_label("Question")
    box.fill(question)
    box.press("Enter")
    answered(page, question)


PICTURES = (
    ("page.png", "light", changed),
    ("page-dark.png", "dark", undisclosed),
    ("ledger.png", "light", ledger),
)


def main(data: Path) -> None:
    """Writes the pictures.

    Args:
        data: a data folder; a ledger that is kept there is not read again.
    """
    settings = Settings(corpus_dir=ROOT / "corpus", data_dir=data, llm="none", **dict.fromkeys(PLAIN, ""))  # type: ignore[arg-type]
    port = free_port()
    with Assistant(settings) as assistant, sync_playwright() as driver:
        assistant.sync()
        assistant.ask("Who governs CANN?")  # the models are loaded, as on a page that has been asked before
        readings = Readings(assistant)
        running = web.open_page(assistant, "127.0.0.1", port, readings=readings)
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, theme, made in PICTURES:
            page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
            page.set_default_timeout(PATIENCE)
            page.goto(f"http://127.0.0.1:{port}/?__theme={theme}")
            made(page)
            page.wait_for_timeout(1_000)  # what moves has come to rest
            page.screenshot(path=DOCS / name)
            Image.open(DOCS / name).convert("RGB").quantize(128).save(DOCS / name, optimize=True)
            page.close()
        browser.close()
        readings.close()
        running.close(verbose=False)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".stated"))
