"""Documents in a real browser: adding, what it changes, what is refused, removing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.settings import MAX_FILE_BYTES
from tests.e2e.conftest import Site, ask

EVIL = '<img src=x onerror="window.hit=1"><script>window.hit=1</script> ${window.hit=1} {{hit}} **bold**'
NOTE = f"""---
title: Lanternfish {EVIL.replace('"', "'")}
kind: release-note
url: https://example.org/notes
---
# Lanternfish 2

The lantern of Lanternfish is made of brass {EVIL}.
"""
QUESTION = "What is the lantern of Lanternfish made of?"


@pytest.fixture
def tab(page: Page) -> Page:
    page.get_by_role("tab", name="Sources").click()
    page.locator("#documents table").wait_for()
    return page


def choose(page: Page, *paths: Path) -> None:
    page.locator("#files input[type=file]").set_input_files([str(path) for path in paths])
    for path in paths:
        expect(page.locator("#files")).to_contain_text(path.stem[:8])


def test_an_added_note_changes_the_answer_and_its_removal_changes_it_back(
    tab: Page, tmp_path: Path, site: Site
) -> None:
    note = tmp_path / "lanternfish.md"
    note.write_text(NOTE, "utf-8")
    tab.get_by_role("tab", name="Ask").click()
    ask(tab, QUESTION)
    expect(tab.locator("#answer .status .badge").first).to_contain_text("Not covered")

    tab.get_by_role("tab", name="Sources").click()
    choose(tab, note)
    tab.get_by_role("button", name="Add", exact=True).click()
    expect(tab.locator("#outcome")).to_contain_text("has no date")  # asked where it is missing
    tab.get_by_label("Date, for files that give none").fill("2026-01-15")
    tab.get_by_role("button", name="Add", exact=True).click()
    expect(tab.locator("#outcome")).to_contain_text("was added as release note of 2026-01-15")
    expect(tab.locator("#documents tbody tr")).to_have_count(2)
    expect(tab.locator("#documents tbody tr").first).to_contain_text("added here")
    assert (site.data / "added" / "lanternfish.md").is_file()

    tab.get_by_role("tab", name="Ask").click()
    ask(tab, QUESTION)
    expect(tab.locator("#answer .status .badge").first).to_contain_text("Stated")
    tab.locator("#answer .cite").first.click()
    expect(tab.locator("mark.here").first).to_contain_text(EVIL)  # shown, letter for letter
    assert tab.evaluate("window.hit") is None
    assert tab.locator("#rooms img, #sources script").count() == 0

    tab.get_by_role("tab", name="Sources").click()
    tab.get_by_label("Added document").click()
    tab.get_by_role("option", name="lanternfish.md").click()
    tab.get_by_role("button", name="Remove …").click()
    expect(tab.locator("#sure")).to_contain_text("Remove lanternfish.md?")
    tab.get_by_role("button", name="Keep it").click()
    assert (site.data / "added" / "lanternfish.md").is_file()
    tab.get_by_role("button", name="Remove …").click()
    tab.get_by_role("button", name="Yes, remove it").click()
    expect(tab.locator("#outcome")).to_contain_text("lanternfish.md was removed")
    expect(tab.locator("#documents tbody tr")).to_have_count(1)
    assert not (site.data / "added" / "lanternfish.md").exists()


def test_what_cannot_be_used_is_told_by_name(tab: Page, tmp_path: Path, site: Site) -> None:
    from pypdf import PdfWriter

    scan = tmp_path / "2026-01-01-scan.pdf"
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(scan)
    same = tmp_path / "2026-01-02-same.md"
    same.write_text("The drum beats once.", "utf-8")
    choose(tab, scan, same)
    tab.get_by_role("button", name="Add", exact=True).click()
    expect(tab.locator("#outcome")).to_contain_text("2026-01-02-same.md was added")
    expect(tab.locator("#outcome [role=alert]")).to_contain_text("2026-01-01-scan.pdf")
    # That is told before it is known what changed.
    expect(tab.locator("#outcome [role=status]")).to_contain_text("ledger")

    choose(tab, same)
    tab.get_by_role("button", name="Add", exact=True).click()
    expect(tab.locator("#outcome")).to_contain_text("was added before")
    expect(tab.locator("#outcome progress")).to_have_count(0)
    site.assistant.remove("2026-01-02-same.md")


def test_a_file_of_another_type_or_too_large_is_refused(tab: Page, tmp_path: Path) -> None:
    program = tmp_path / "2026-01-01-program.exe"
    program.write_bytes(b"MZ")
    tab.locator("#files input[type=file]").set_input_files(str(program))
    expect(tab.get_by_text("nvalid file type")).to_be_visible()
    large = tmp_path / "2026-01-01-large.md"
    large.write_bytes(b"a " * (MAX_FILE_BYTES // 2 + 10))
    tab.locator("#files input[type=file]").set_input_files(str(large))
    expect(tab.get_by_text("maximum allowed size").first).to_be_visible()
    expect(tab.locator("#documents tbody tr")).to_have_count(1)
