"""Every tab in a real browser: the ledger, the evaluation, and an automated accessibility check of all."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, ask

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
TABS = {
    "Ask": "#answer .proof",
    "Ledger": "#ledger .matrix",
    "Sources": "#documents table",
    "Evals": "#report p",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_no_serious_finding_on_any_tab(theme: str, width: int, visit: Callable[..., Page]) -> None:
    page = visit(width, theme)
    ask(page, "Tell me about OpenPangu")
    ask(page, "How much does Ascend cost?")
    page.evaluate(AXE)
    found = {}
    for name, there in TABS.items():
        tab = page.get_by_role("tab", name=name, exact=True)
        if not tab.is_visible():  # narrow: the rest of the tabs are behind a button
            page.locator("#rooms .overflow-menu > button").click()
            tab = page.get_by_role("tab", name=name, exact=True).or_(page.get_by_role("button", name=name))
        tab.first.click()
        page.locator(there).first.wait_for()
        report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found[name] = [
            f"{one['id']}: {node['html'][:160]}"
            for one in report["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert found == {name: [] for name in TABS}


def test_a_ledger_cell_opens_its_sentence_and_the_filter_narrows(page: Page, tmp_path: Path) -> None:
    page.get_by_role("tab", name="Ledger").click()
    cells = page.locator("#ledger button.cell")
    cells.first.wait_for()
    every = cells.count()
    assert every > 3
    # Not every detail has a cell to open: of what no source covers there is no sentence.
    told = re.search(r"(\d+) details", page.locator("#ledger .status").inner_text())
    assert told and int(told[1]) >= every
    page.get_by_label("Find").fill("OpenPangu")
    expect(page.locator("#ledger .status")).to_contain_text(f"of {told[1]} details")
    expect(cells).not_to_have_count(every)
    cells.first.focus()
    page.keyboard.press("Enter")
    chosen = page.locator("#timeline article:visible")
    expect(chosen).to_have_count(1)
    expect(chosen).to_be_focused()
    expect(chosen.locator("blockquote").first).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(cells.first).to_be_focused()
    line = page.locator("#timeline .timeline button.cell").last
    line.click()
    expect(chosen.locator("time").first).to_have_text("2025-09-29")
    page.get_by_role("button", name="← Back", exact=True).click()
    expect(line).to_be_focused()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download CSV").click()
    saved = tmp_path / "ledger.csv"
    waiting.value.save_as(saved)
    rows = list(csv.DictReader(io.StringIO(saved.read_text("utf-8"))))
    assert rows
    assert all("openpangu" in json.dumps(row).lower() for row in rows)


def test_the_last_evaluation_is_shown_with_its_failures(page: Page, site: Site) -> None:
    rate = {"hits": 9, "total": 10, "share": 0.9, "interval": [0.6, 0.98]}
    groups = {"all": {"questions": 10, "status_right": rate}}
    wrong = {"question": "Why <b>so</b>?", "outcome": "wrong", "wanted": "stated", "got": "undisclosed"}
    report = {"llm": "none", "started": "2026-01-02T03:04:05", "groups": groups, "questions": [wrong]}
    file = site.data / "eval" / "report.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report), "utf-8")
    page.get_by_role("tab", name="Evals").click()
    expect(page.locator("#report .figure").first).to_contain_text("90.0%")
    page.locator("#report summary").click()
    expect(page.locator("#report li")).to_contain_text("Why <b>so</b>? expected stated, got undisclosed")
    file.write_text("{", "utf-8")
    page.get_by_role("tab", name="Ask").click()
    page.get_by_role("tab", name="Evals").click()
    expect(page.locator("#report [role=alert]")).to_contain_text("run an evaluation again")
    file.unlink()
