"""The documents and their index: files in, a shelf to answer from.  It knows nothing of questions."""

from __future__ import annotations

import logging
import threading
from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag import library
from rag.added import Sources
from rag.errors import CorpusError, IndexStateError, StatedError
from rag.index import Index, Snapshot
from rag.language import Parser
from rag.records import DocumentKind, IndexState, Progress, SyncReport
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.embedding import Embedder

_log = logging.getLogger(__name__)
STALE = "The corpus has changed since it was indexed; run `stated sync` to take the changes in."


class Stock:
    """The corpus folder, the added documents and the index of both; safe to use from several threads.

    What is heavy is loaded when it is first needed.  ``rag.assistant`` says what its methods do for users.

    Raises (every method):
        StatedError: something the user can mend; one plain line.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sources = Sources(settings.corpus_path, settings.data_path / "added")
        self._lock = threading.RLock()
        self.parser = Parser()
        self._embedder: Embedder | None = None
        self._index: Index | None = None
        self._shelf: library.Shelf | None = None

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Bring the index to the files; where others write it, fetch what is live there."""
        index = self.opened()
        if index.follows():
            return self._fetched(index)
        files = self._sources.files()
        build = partial(
            library.build, parser=self.parser, encode=self.embedder().encode, unit=index.unit, known={}
        )
        report = index.sync(files, build, self.embedder().encode, library.FINGERPRINT, progress)
        _log.info("synced", extra={"facts": {name: len(part) for name, part in asdict(report).items()}})
        return report

    def _fetched(self, index: Index) -> SyncReport:
        report = index.fetch()
        snapshot = index.snapshot()
        if snapshot is None or not snapshot.made_with(index.fingerprint, library.FINGERPRINT):
            raise IndexStateError(
                "The index at the Chroma server was made by another version of Stated or another embedder: "
                "use the same ones here and there."
            )
        return report

    def _may_change(self) -> None:
        if self.opened().follows():
            raise StatedError(
                "This Stated only reads the index at the Chroma server: add and remove documents where it is "
                "written."
            )

    def state(self) -> IndexState:
        """What is indexed now; unlike the others it builds nothing."""
        snapshot = self.opened().snapshot()
        if snapshot is None:
            raise IndexStateError("Nothing is indexed yet: run `stated sync`.")
        return IndexState(snapshot.generation, len(snapshot.documents))

    def add(self, path: Path, published: date | None, kind: DocumentKind | str | None) -> SyncReport:
        """Take a copy of a file in, and sync."""
        try:
            chosen = DocumentKind(kind) if kind else None
        except ValueError:
            known = " or ".join(known.value for known in DocumentKind)
            raise CorpusError(f"{kind!r} is no kind of document; give {known}.") from None
        self._may_change()
        self._sources.add(path, published, chosen)
        return self.sync()

    def remove(self, document_id: str) -> SyncReport:
        """Take an added document out again, and sync."""
        self._may_change()
        self._sources.remove(document_id)
        return self.sync()

    def ready(self) -> tuple[library.Shelf, list[str]]:
        """The shelf to answer from, building the index where there is none, and what to tell."""
        with self._lock:
            index = self.opened()
            snapshot = index.snapshot()
            notices: list[str] = []
            if snapshot is None or not snapshot.made_with(index.fingerprint, library.FINGERPRINT):
                self.sync()  # another embedder's vectors, or another reading, cannot be compared with ours
            elif notice := self._staleness(index, snapshot):
                notices.append(notice)
            return self.current(), notices

    def _staleness(self, index: Index, snapshot: Snapshot) -> str:
        if index.unreached:
            return f"Answered from the last index: {index.unreached}"
        try:
            if index.follows():
                return ""
            return "" if snapshot.is_current(self._sources.files()) else STALE
        except StatedError as error:
            return f"Answered from the last index: {error}"

    def current(self) -> library.Shelf:
        """The shelf of what is indexed now, which is built where nothing is."""
        with self._lock:
            snapshot = self.opened().snapshot()
            if snapshot is None:
                self.sync()
                snapshot = self.opened().snapshot()
            assert snapshot is not None
            if self._shelf is None or self._shelf.snapshot is not snapshot:
                self._shelf = library.Shelf(snapshot, self.opened().copies)
            return self._shelf

    def opened(self) -> Index:
        """The index in the data folder, or at the Chroma server."""
        with self._lock:
            if self._index is None:
                self._index = Index.open(self._settings, self.embedder().fingerprint)
            return self._index

    def embedder(self) -> Embedder:
        """What turns sentences and questions into vectors."""
        with self._lock:
            if self._embedder is None:
                from rag.embedding import load_embedder

                self._embedder = load_embedder(self._settings)
            return self._embedder
