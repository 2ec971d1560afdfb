"""Before the first question: what an answer can be, the documents, and where questions are sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag import Settings
from rag.records import Section
from tests.conftest import DOCUMENT
from tests.test_page_views import Tags
from ui.markup import STATUS_WORDS
from ui.welcome import sent_html, shelf_html, welcome_html


@pytest.mark.parametrize(
    ("llm", "address", "host"),
    [
        ("openai", "https://name:secret@llm.example.org:8443/v1?key=secret", "llm.example.org"),
        ("openai", "http://10.1.2.3/v1", "10.1.2.3"),
        ("openai", "http://127.0.0.1:8080/v1", ""),
        ("openai", "http://localhost:8080/v1", ""),
        ("none", "https://llm.example.org/v1", ""),
        ("embedded", "https://llm.example.org/v1", ""),
    ],
)
def test_another_host_that_gets_the_questions_is_named_and_nothing_secret(
    llm: str, address: str, host: str
) -> None:
    told = Tags(sent_html(Settings(llm=llm, llm_base_url=address, llm_model="m"))).text
    assert (host in told and "sent there" in told) if host else told == ""
    assert "secret" not in told


def test_every_status_is_explained() -> None:
    text = Tags(welcome_html()).text
    assert all(words in text for words in STATUS_WORDS.values())


def test_documents_are_there_newest_first_with_their_days_and_their_words_as_text() -> None:
    section = Section("March news", 2, 0, 5, date(2026, 3, 4))
    later = replace(DOCUMENT, id="later", title="Later", sections=(section,))
    found = Tags(shelf_html([DOCUMENT, later]))
    assert found.text.index("Later") < found.text.index("Lamp <i>news</i>")
    assert "2 documents to ask" in found.text and "2025-01-02 to 2026-03-04" in found.text
    assert "i" not in found.tags
