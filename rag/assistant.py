"""Wiring: documents in, answers out.  No rules of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag import asking, composition, ledger, library, prompts, wording
from rag.clock import Clock
from rag.errors import CorpusError
from rag.generation import open_backend
from rag.inquiries import inquiries
from rag.kept_ledgers import KeptLedgers
from rag.ledgers import Ledgers
from rag.records import (
    Answer,
    Change,
    Check,
    Delta,
    Document,
    DocumentKind,
    Evidence,
    IndexState,
    LedgerRow,
    Progress,
    SyncReport,
)
from rag.settings import Settings
from rag.stock import Stock
from rag.suggestions import suggestions_for
from rag.verification import verify_answer

if TYPE_CHECKING:
    from rag.generation import Backend
    from rag.reranking import Reranker
    from rag.retrieval import Library

_log = logging.getLogger(__name__)


class Assistant:
    """Answers questions from a folder of documents.  Safe to use from several threads.

    Nothing is loaded or read before it is needed; nothing is ever downloaded.

    Raises (every method):
        StatedError: something the user can mend; one plain line.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._stock = Stock(self.settings)
        self._ledgers = Ledgers()
        self._lock = threading.Lock()
        self._reranker: Reranker | None = None
        self._backend: Backend | None = None

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the language model, if one was loaded; the assistant can be used again."""
        with self._lock:
            if self._backend is not None:
                self._backend.close()
                self._backend = None

    # ---- documents -------------------------------------------------------------------------------

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Bring the index to the files of the corpus folder and the added ones.

        Where others write it, at a Chroma server, what is live there is fetched instead.

        Args:
            progress: told the stage, how much is done, and of how much.

        Raises:
            CorpusError: the corpus folder is missing.
            IndexStateError: the data folder cannot be written; the last good index still answers.
        """
        return self._stock.sync(progress)

    def documents(self) -> tuple[Document, ...]:
        """All indexed documents, sorted by id."""
        return self._stock.current().snapshot.documents

    def sentence_counts(self) -> dict[str, int]:
        """How many sentences each indexed document has, by its id."""
        snapshot = self._stock.current().snapshot
        return {document.id: len(snapshot.units(document.id)) for document in snapshot.documents}

    def state(self) -> IndexState:
        """What is indexed now; unlike the others it builds nothing.

        Raises:
            IndexStateError: nothing is indexed yet, or the index cannot be opened.
        """
        return self._stock.state()

    def document(self, document_id: str) -> Document:
        """One indexed document.

        Raises:
            CorpusError: there is none with that id.
        """
        for document in self.documents():
            if document.id == document_id:
                return document
        raise CorpusError(f"There is no document {document_id!r}; `stated sync` lists the files.")

    def add(
        self, path: str | Path, published: date | None = None, kind: DocumentKind | str | None = None
    ) -> SyncReport:
        """Copy a file to the data folder's added documents and sync.

        Args:
            path: a Markdown, text, HTML or PDF file.
            published: its date, where the file does not say (or says wrongly).
            kind: ``article`` or ``release-note``, likewise.

        Raises:
            CorpusError: the file cannot be used, or one of that name was added before.
        """
        return self._stock.add(Path(path), published, kind)

    def remove(self, document_id: str) -> SyncReport:
        """Take an added document out again and sync; files of the corpus folder are never deleted.

        Raises:
            CorpusError: no added document has that id.
        """
        return self._stock.remove(document_id)

    # ---- questions -------------------------------------------------------------------------------

    def ask(self, question: str, as_of: date | None = None, history: asking.Past = ()) -> Answer:
        """The answer to a question.

        Args:
            question: at most ``MAX_QUESTION_CHARACTERS`` characters.
            as_of: only what was published on or before this date counts; today by default.
            history: earlier questions of the conversation, oldest first; they resolve words such as
                "its" and are never evidence.

        Raises:
            QuestionError: the question is empty or too long.
        """
        for event in self.stream(question, as_of, history):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a stream ends with the answer")

    def stream(
        self, question: str, as_of: date | None = None, history: asking.Past = ()
    ) -> Iterator[Evidence | Delta | Answer]:
        """The same as events: the evidence, then pieces of text, last the whole answer."""
        return self._events(question, as_of, history, self._wording_backend)

    def ledger(self, as_of: date | None = None, progress: Progress | None = None) -> tuple[LedgerRow, ...]:
        """What any document calls undisclosed, and the common details of every subject, over the dates.

        Each is asked once, without a model; the rows are kept, also in the data folder, until the documents,
        the settings or the program change.

        Args:
            as_of: only what was published on or before this date counts; today by default.
            progress: told the stage, how many details are asked, and of how many.
        """
        shelf, _ = self._stock.ready()
        shown = shelf.library(as_of or date.today())
        key = (shelf.snapshot.generation, shown.day)  # the last day that counts: midnight changes no row
        return self._ledgers.of(key, lambda: self._read_ledger(shelf, shown, progress))

    def _unchanged(self, shelf: library.Shelf, shown: Library, question: str, since: date) -> bool:
        """Whether a ledger that was read already tells that a question has no newer verdict than of a day."""
        found = self._ledgers.known((shelf.snapshot.generation, shown.day))
        if found is None:
            return False
        row = next((row for row in found if row.question == question), None)
        return row is not None and all(entry.published <= since for entry in row.history)

    def _read_ledger(
        self, shelf: library.Shelf, shown: Library, progress: Progress | None
    ) -> tuple[LedgerRow, ...]:
        """From the data folder, or by asking."""
        prints, day = self._fingerprints(shelf, "none"), shown.day
        key = (prints["corpus"], prints["index"], prints["settings"], day.isoformat())
        files = KeptLedgers(self.settings.data_path / "index" / "ledgers")
        found = files.read(key, shelf.snapshot.documents)
        if found is None:
            asked = inquiries(shown)
            found = ledger.rows(asked, lambda question: self._plain(question, day), progress)
            now = self._stock.current().snapshot
            if now.generation == shelf.snapshot.generation:  # else partly of the next
                files.write(key, found)
        return found

    def changes(self, since: date, progress: Progress | None = None) -> tuple[Change, ...]:
        """What after a date (exclusive) became stated, was superseded or newly called undisclosed."""
        return ledger.changes(self.ledger(progress=progress), since)

    def _plain(self, question: str, day: date) -> Answer:
        """The answer in quotes, whatever words answers otherwise."""
        for event in self._events(question, day, (), lambda: None):
            if isinstance(event, Answer):
                return event
        raise AssertionError("the events end with the answer")

    def _events(
        self, question: str, as_of: date | None, history: asking.Past, backend: Callable[[], Backend | None]
    ) -> Iterator[Evidence | Delta | Answer]:
        asking.check_question(question)
        with Clock() as clock:
            yield from self._timed(clock, question, as_of, history, backend)

    def _timed(
        self,
        clock: Clock,
        question: str,
        as_of: date | None,
        history: asking.Past,
        backend: Callable[[], Backend | None],
    ) -> Iterator[Evidence | Delta | Answer]:
        with clock.stage("load"):
            shelf, notices = self._stock.ready()
            day = as_of or date.today()
            shown = shelf.library(day)
        with clock.stage("understand"):
            parse = asking.remembered(self._stock.parser.parse)
            understood, remarks = asking.understood(question, shown, parse, history)
            notices += remarks
        with clock.stage("assess"):
            asked = asking.Asked(understood, asking.by_day(question, shown, parse, history), parse)
            unchanged = partial(self._unchanged, shelf, shown)
            found, remarks = asking.assessed(asked, shown, self._stock.embedder().encode, day, unchanged)
            notices += remarks
            draft = composition.compose(found, shown)
            if not found:
                draft.paragraphs.append(composition.nothing_asked(suggestions_for(shown)))
            related = asking.near_misses(found, shown, draft.citations, self._order())
        yield Evidence(tuple(draft.findings), tuple(draft.citations))
        with clock.stage("word"):
            worded = wording.Worded(understood.understood_as, draft, backend(), self.settings.timeout)
            text = ""
            for piece in worded.pieces():
                text += piece
                yield Delta(piece)
        with clock.stage("verify"):
            answer = Answer(
                question=question, understood_as=understood.understood_as,
                status=composition.status_of(draft.findings), text=text, findings=tuple(draft.findings),
                claims=worded.claims, citations=tuple(draft.citations),
                related=related, notices=(*notices, *worded.notices), as_of=day, backend=worded.backend,
                checks=(), fingerprints=self._fingerprints(shelf, worded.backend),
            )  # fmt: skip
            texts = {d.document.id: d.document.text for d in shown.documents}
            checks = verify_answer(answer, texts.get)
        whole = replace(answer, checks=checks, seconds=clock.seconds())
        clock.tell(asking.facts(whole))
        _log.info("answered", extra={"facts": asking.facts(whole)})
        yield whole

    def verify(self, answer: Answer) -> tuple[Check, ...]:
        """Every exact check of an answer against the indexed documents; no model is used."""
        texts = {document.id: document.text for document in self.documents()}
        return verify_answer(answer, texts.get)

    def suggestions(self) -> tuple[str, ...]:
        """Questions to begin with, taken from the corpus."""
        shelf, _ = self._stock.ready()
        return suggestions_for(shelf.library(date.today()))

    # ---- parts -----------------------------------------------------------------------------------

    def _fingerprints(self, shelf: library.Shelf, backend: str) -> dict[str, str]:
        return {
            "corpus": shelf.snapshot.generation, "index": shelf.snapshot.fingerprint,
            "settings": self.settings.fingerprint(), "prompts": prompts.fingerprint(), "model": backend,
        }  # fmt: skip

    def _wording_backend(self) -> Backend | None:
        with self._lock:
            if self._backend is None:
                self._backend = open_backend(self.settings)
            return self._backend

    def _order(self) -> asking.Order | None:
        with self._lock:
            if self._reranker is None and self.settings.cross_encoder:
                from rag.reranking import load_reranker

                self._reranker = load_reranker(self.settings)
            return self._reranker.order if self._reranker else None


__all__ = ["Assistant", "Progress"]
