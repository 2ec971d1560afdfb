"""The page: what it exposes, what it streams, and that no word of a source is run."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any, NamedTuple

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from rag.records import Answer, Evidence, Verdict
from tests.conftest import BRASS, DOCUMENT, HOSTILE, LICENCE, TEXT, ScriptedAssistant, cite, make_answer
from ui import markup, page

QUESTION = "What is the lamp made of?"


class Tags(HTMLParser):
    """The tags and links that a browser would make of some HTML, and the text that it would show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not any(name.startswith("on") for name in given), f"an event handler in <{tag}>"
        self.tags.append(tag)
        self.links += [given["href"] or ""] if "href" in given else []
        self.ids += [given["id"] or ""] if "id" in given else []

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(answer: Answer, text: str | None = TEXT) -> str:
    return markup.answer_html(answer) + markup.sources_html(answer.citations, answer.related, lambda _: text)


def test_words_of_sources_questions_and_models_are_shown_not_run() -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    quoted = make_answer(
        evil, HOSTILE, understood_as=evil + "?", notices=(evil,), text=f"{HOSTILE} {evil} [1]"
    )
    found = Tags(rendered(quoted))
    assert not {"script", "img", "b", "i"} & set(found.tags)
    assert HOSTILE in found.text
    assert evil in found.text
    assert "Lamp <i>news</i>" in found.text


@pytest.mark.parametrize("field", ["subject", "detail", "premise", "reason"])
def test_words_of_findings_are_shown_not_run(field: str) -> None:
    answer = make_answer(QUESTION)
    finding = replace(answer.findings[0], **({"premise": "x"} | {field: "<script>x</script>"}))
    running = markup.running_html(Evidence((finding,), answer.citations), "<script>y</script>")
    for html in (rendered(replace(answer, findings=(finding,))), running, markup.error_html("<script>")):
        assert "script" not in Tags(html).tags


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "http://[broken", "//host/x"])
def test_only_web_addresses_become_links(url: str) -> None:
    citation = replace(cite(BRASS), url=url)
    assert Tags(markup.sources_html([citation], (), lambda _: TEXT)).links == []


def test_every_marker_leads_to_its_source_and_no_other_does() -> None:
    answer = make_answer(QUESTION, text=f"{BRASS} [1] Not ours: [2] [0] [x].")
    found = Tags(rendered(answer))
    assert set(found.links) == {"#source-1", DOCUMENT.url}
    assert found.ids == ["source-1"]
    assert "Not ours: [2] [0] [x]." in found.text


def test_quote_stands_in_its_own_paragraph() -> None:
    html = markup.sources_html([cite(LICENCE)], (), lambda _: TEXT)
    assert f'<blockquote dir="auto">{BRASS} <mark>{LICENCE}</mark></blockquote>' in html


def test_quote_stands_alone_where_the_document_changed_or_is_gone() -> None:
    for text in ("something else", None):
        html = markup.sources_html([cite(LICENCE)], (), lambda _, text=text: text)  # type: ignore[misc]
        assert f'<blockquote dir="auto"><mark>{LICENCE}</mark></blockquote>' in html


def test_long_context_is_cut_visibly_between_words() -> None:
    before, after = markup.context("aa " * 20 + "Q" + " bb" * 20, 60, 61, reach=8)
    assert (before, after) == ("… aa aa ", " bb bb …")


def test_context_does_not_run_into_the_next_section() -> None:
    text = "Old words.\n## Heading\nNear words. Quote. More.\n### Next\nOther words."
    start = text.index("Quote.")
    assert markup.context(text, start, start + 6) == ("Near words. ", " More.")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_status_is_told_by_word_and_icon_not_by_colour_alone(verdict: Verdict) -> None:
    text = Tags(markup.answer_html(make_answer(QUESTION, verdict=verdict))).text
    assert markup.STATUS_WORDS[verdict] in text
    assert markup.ICONS[verdict] in text
    assert len(set(markup.ICONS.values())) == len(markup.ICONS)


def test_near_miss_is_named_as_no_answer() -> None:
    found = Tags(rendered(make_answer(QUESTION, verdict=Verdict.NOT_COVERED)))
    assert "Related, but no answer" in found.text
    assert found.ids == []


def test_evidence_comes_before_the_wording() -> None:
    events = list(page.responses(ScriptedAssistant(make_answer(QUESTION)), QUESTION, ""))  # type: ignore[arg-type]
    first_sources = next(number for number, (_, sources) in enumerate(events) if BRASS in sources)
    first_words = next(number for number, (answer, _) in enumerate(events) if "The lamp" in answer)
    assert first_sources < first_words < len(events) - 1
    assert "stated as fact, the maker" in events[-1][0]


@pytest.mark.parametrize(("question", "day", "words"), [("", "", "empty"), (QUESTION, "soon", "YYYY-MM-DD")])
def test_what_the_reader_can_mend_is_said_plainly(question: str, day: str, words: str) -> None:
    events = list(page.responses(ScriptedAssistant(make_answer(QUESTION)), question, day))  # type: ignore[arg-type]
    assert words in events[-1][0]
    assert 'role="alert"' in events[-1][0]


class Served(NamedTuple):
    url: str
    assistant: ScriptedAssistant
    page: gr.Blocks


@pytest.fixture
def served() -> Iterator[Served]:
    """The page as `stated serve` opens it, over the scripted assistant."""
    assistant = ScriptedAssistant(make_answer(QUESTION), make_answer("${alert(1)} <b>", HOSTILE))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = page.open_page(assistant, "127.0.0.1", port)  # type: ignore[arg-type]
    yield Served(f"http://127.0.0.1:{port}/", assistant, running)
    running.close(verbose=False)


def test_only_ask_is_exposed_and_it_gives_the_whole_answer(served: Served) -> None:
    url, assistant, _ = served
    client = Client(url, verbose=False, analytics_enabled=False)
    described: Any = client.view_api(return_format="dict", print_info=False)
    assert list(described["named_endpoints"]) == ["/ask"]
    assert not described["unnamed_endpoints"]
    answer = client.predict(QUESTION, "2025-10-15", api_name="/ask")
    assert Answer.from_dict(answer) == make_answer(QUESTION)
    assert assistant.asked[-1] == (QUESTION, date(2025, 10, 15))
    with pytest.raises(AppError, match="YYYY-MM-DD"):
        client.predict(QUESTION, "soon", api_name="/ask")
    client.close()


def test_page_has_no_model_context_server_even_where_the_environment_asks_for_one(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("GRADIO_MCP_SERVER", "True")
    monkeypatch.setenv("GRADIO_SHARE", "True")
    served: Served = request.getfixturevalue("served")
    # Without Gradio's extra for it the server only leaves an error behind.
    assert (served.page.mcp_server, served.page.mcp_error) == (False, None)
    assert served.page.share is False
    assert httpx.get(served.url + "gradio_api/mcp/").status_code == 404
    assert httpx.get(served.url).status_code == 200


def test_page_loads_nothing_from_other_hosts(served: Served) -> None:
    html = httpx.get(served.url).text
    loaded = re.findall(
        r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=[\"']?((?:https?:)?//[^\"' >]+)", html
    )
    assert [address for address in loaded if not address.startswith(served.url)] == []


def test_every_listener_but_ask_is_private() -> None:
    built = page.build(ScriptedAssistant(make_answer(QUESTION)))  # type: ignore[arg-type]
    visible = [fn.api_name for fn in built.fns.values() if fn.api_visibility != "private"]
    assert visible == ["ask"]
    assert isinstance(built, gr.Blocks)


def test_two_people_are_answered_at_once(served: Served) -> None:
    url, assistant, _ = served
    both = threading.Barrier(2, timeout=20)
    answer = assistant.ask

    def together(question: str, as_of: Any = None, history: Any = ()) -> Answer:
        both.wait()  # breaks, and fails the call, unless the other question is being answered too
        return answer(question, as_of, history)

    assistant.ask = together  # type: ignore[method-assign]
    client = Client(url, verbose=False, analytics_enabled=False)
    jobs = [client.submit(QUESTION, "", api_name="/ask") for _ in range(2)]
    assert [job.result(timeout=30)["status"] for job in jobs] == ["stated", "stated"]
    client.close()
