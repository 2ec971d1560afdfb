"""What every test gets: a clean environment, no other hosts, and a scripted assistant for the two faces."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

# Before any library reads them: nothing is reported to anybody, and no hub is asked.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["ANONYMIZED_TELEMETRY"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
# Where several processes share the tests, each with every core for PyTorch, they stand in one another's way.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

from rag.errors import QuestionError, StatedError
from rag.records import (
    Answer,
    Change,
    ChangeKind,
    Check,
    Citation,
    Claim,
    ClaimKind,
    Delta,
    Document,
    DocumentKind,
    Evidence,
    Finding,
    IndexState,
    LedgerEntry,
    LedgerRow,
    Origin,
    Status,
    SyncReport,
    Verdict,
)
from rag.settings import Settings
from tests.engine_fixtures import parser as parser


class OtherHostError(OSError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The developer's own settings and data folder take no part in a test."""
    for name in list(os.environ):
        if name.startswith("STATED_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("STATED_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def no_other_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections leave this machine as little as they would without a network."""
    look_up = socket.getaddrinfo

    def here_only(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
        def checked(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(str(address[0])):
                raise OtherHostError(f"a test tried to reach {address[0]}")
            return connect(self, address)

        return checked

    def names_here_only(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_local(name):
            raise socket.gaierror(socket.EAI_NONAME, f"a test tried to look up {name}")
        return look_up(host, *rest, **named)

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, here_only(getattr(socket.socket, name)))
    monkeypatch.setattr(socket, "getaddrinfo", names_here_only)


def _is_local(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified


# The files that take longest: of several processes none is to begin one when the others end.
LONGEST = (
    "test_readme", "test_no_network", "test_eval_deliberate", "test_timeline", "test_end_to_end",
    "test_two_apps", "test_ledger", "test_embedding", "test_changing", "test_eval_processes", "test_faults",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; and tests whose means this machine lacks are skipped by name."""
    from rag import weights

    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(LONGEST)))  # stable

    reasons = {
        "model": "" if weights.installed(weights.models()[0].name) else "run `stated models pull` first",
        "browser": "" if shutil.which("chromium") else "Chromium is not installed",
    }
    for item in items:
        for marker, reason in reasons.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


# A source that is hostile where it can be: its words are shown, never obeyed.
TEXT = (
    "# Lamp <b>news</b>\n\n"
    "The lamp is made of brass. The maker says that the licence of its plans is not decided.\n\n"
    "<script>alert('source')</script> ${alert('template')} {{value}} \x1b[31mred.\n"
)
DOCUMENT = Document(
    id="lamp",
    name="2025-01-02-lamp.md",
    title="Lamp <i>news</i>",
    publisher="The Lamp & Co",
    published=date(2025, 1, 2),
    kind=DocumentKind.ARTICLE,
    url="https://example.org/lamp?a=1&b=2",
    text=TEXT,
    sha256="0" * 64,
)


def cite(quote: str, document: Document = DOCUMENT) -> Citation:
    """The citation of a stretch of the document's text."""
    start = document.text.index(quote)
    return Citation(
        document_id=document.id,
        document_kind=document.kind,
        document_sha256=document.sha256,
        title=document.title,
        publisher=document.publisher,
        published=document.published,
        url=document.url,
        section="Lamp <b>news</b>",
        page=None,
        quote=quote,
        start=start,
        end=start + len(quote),
    )


BRASS = "The lamp is made of brass."
LICENCE = "The maker says that the licence of its plans is not decided."
HOSTILE = "<script>alert('source')</script> ${alert('template')} {{value}} \x1b[31mred."


def make_answer(
    question: str, quote: str = BRASS, verdict: Verdict = Verdict.STATED, **changes: Any
) -> Answer:
    """An answer that cites one sentence; ``changes`` replace whole fields."""
    covered = verdict is not Verdict.NOT_COVERED
    indices = (0,) if covered else ()
    finding = Finding("the lamp", "material", verdict, citations=indices)
    claim = Claim(quote, ClaimKind.FACT, "the maker", Origin.QUOTE, 0, indices)
    fields: dict[str, Any] = {
        "question": question,
        "understood_as": question,
        "status": Status(verdict.value),
        "text": f"{quote} [1]" if covered else "The sources do not speak of this.",
        "findings": (finding,),
        "claims": (claim,) if covered else (),
        "citations": (cite(quote),) if covered else (),
        "related": () if covered else (cite(quote),),
        "notices": (),
        "as_of": date(2026, 11, 22),
        "backend": "none",
        "checks": (Check("quotes", True),),
    }
    return Answer(**(fields | changes))


class ScriptedAssistant:
    """Keeps the contract of ``rag.Assistant`` for the questions in its script, and raises beyond it."""

    def __init__(self, *answers: Answer) -> None:
        self.script = {answer.question: answer for answer in answers}
        self.asked: list[tuple[str, date | None]] = []
        self.added: list[tuple[Path, date | None, DocumentKind | None]] = []
        self.report = SyncReport(added=("lamp.md",))
        self.checks: tuple[Check, ...] = (Check("quotes", True),)
        self.closed = False
        self.settings = Settings()

    def __enter__(self) -> ScriptedAssistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def ask(self, question: str, as_of: date | None = None, history: tuple[Any, ...] = ()) -> Answer:
        self.asked.append((question, as_of))
        if not question.strip():
            raise QuestionError("The question is empty: type one.")
        if question not in self.script:
            raise AssertionError(f"not in the script: {question!r}")
        return self.script[question]

    def stream(
        self, question: str, as_of: date | None = None, history: tuple[Any, ...] = ()
    ) -> Iterator[Any]:
        answer = self.ask(question, as_of, history)
        yield Evidence(answer.findings, answer.citations)
        for word in answer.text.split(" "):
            yield Delta(word + " ")
        yield answer

    def sync(self, progress: Callable[[str, int, int], None] | None = None) -> SyncReport:
        if progress:
            for done in range(3):
                progress("reading", done, 2)
        return self.report

    def add(self, path: Path, published: date | None = None, kind: DocumentKind | None = None) -> SyncReport:
        self.added.append((path, published, kind))
        return self.report

    def documents(self) -> tuple[Document, ...]:
        return (DOCUMENT,)

    def sentence_counts(self) -> dict[str, int]:
        return {DOCUMENT.id: 4}

    def state(self) -> IndexState:
        return IndexState("0" * 64, 1)

    def document(self, document_id: str) -> Document:
        if document_id != DOCUMENT.id:
            raise StatedError(f"There is no document {document_id!r}.")
        return DOCUMENT

    def verify(self, answer: Answer) -> tuple[Check, ...]:
        return self.checks

    def ledger(self, as_of: date | None = None, progress: Any = None) -> tuple[LedgerRow, ...]:
        if progress:
            progress("ledger", 2, 2)
        early = LedgerEntry(date(2025, 1, 2), Verdict.UNDISCLOSED, (cite(LICENCE),))
        return (
            LedgerRow("the lamp", "licence", "What licence does the lamp have?", early.verdict, (early,)),
            LedgerRow("the lamp", "size", "What is the size of the lamp?", Verdict.NOT_COVERED),
        )

    def changes(self, since: date, progress: Any = None) -> tuple[Change, ...]:
        after = LedgerEntry(date(2025, 6, 7), Verdict.STATED, (cite(BRASS),))
        before = LedgerEntry(date(2025, 1, 2), Verdict.UNDISCLOSED, (cite(LICENCE),))
        change = Change(ChangeKind.STATED, "the lamp", "material", before, after)
        return (change,) if since < after.published else ()

    def suggestions(self) -> tuple[str, ...]:
        return tuple(self.script)
