"""The files that answers come from: the corpus folder's, and copies of those that were added."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rag import corpus
from rag.errors import CorpusError, StatedError
from rag.index import DocumentSource
from rag.records import Document, DocumentKind

_Override = tuple[date | None, DocumentKind | None]


class Sources:
    """The documents' files.  Those of the corpus folder are never written or deleted.

    An added file is a copy in a folder of its own; a date or kind that was given with it is kept beside
    it, in ``.overrides.json``.  Safe to use from several threads.
    """

    def __init__(self, corpus_folder: Path, added_folder: Path) -> None:
        self._corpus = corpus_folder
        self._added = added_folder
        self._file = added_folder / ".overrides.json"
        self._lock = threading.RLock()

    def files(self) -> dict[str, DocumentSource]:
        """Every file by document id.

        Raises:
            CorpusError: the corpus folder is missing, or a folder cannot be read.
        """
        with self._lock:
            overrides = self._overrides()
            return {name: self._source(name, path, overrides) for name, path in self._paths().items()}

    def add(self, source: Path, published: date | None, kind: DocumentKind | None) -> None:
        """Copy a file to the added ones.

        Args:
            source: the file; it is read first, so what cannot be used is never copied.
            published: overrides what the file says; None does not.
            kind: likewise.

        Raises:
            CorpusError: the file cannot be used, or one of its name was added before.
            StatedError: the data folder cannot be written.
        """
        if not source.is_file():
            raise CorpusError(f"{source} is not a file; check the name.")
        corpus.read_document(source, source.name, published=published, kind=kind)
        target = self._added / source.name
        with self._lock:
            if target.exists():
                raise CorpusError(f"A document {source.name} was added before; remove it or rename the file.")
            with _told(f"{source.name} cannot be copied to {self._added}"):
                self._added.mkdir(parents=True, exist_ok=True)
                # The override first: a copy without it would be rejected, or take the wrong date.
                self._override(source.name, (published, kind))
                half = self._added / f".{source.name}.new"  # hidden, so no sync takes half a file
                shutil.copyfile(source, half)
                half.replace(target)
            if target not in corpus.scan([self._added]).values():
                target.unlink()
                raise CorpusError(f"A file named {source.name} is not taken as a document; rename it.")

    def remove(self, document_id: str) -> None:
        """Delete an added file.

        Raises:
            CorpusError: no added document has that id; in particular, those of the corpus folder have not.
            StatedError: the data folder cannot be written.
        """
        with self._lock:
            # Looked up, never made of the id: it cannot lead elsewhere.
            path = self._paths().get(document_id)
            if path is None or not path.is_relative_to(self._added):
                raise CorpusError(
                    f"{document_id!r} is no added document; delete corpus files by hand and run "
                    "`stated sync`."
                )
            with _told(f"{document_id} cannot be removed from {self._added}"):
                path.unlink()
                self._override(path.name, (None, None))

    def _paths(self) -> dict[str, Path]:
        return corpus.scan([self._corpus, self._added])

    def _source(self, name: str, path: Path, overrides: dict[str, _Override]) -> DocumentSource:
        own: _Override = (None, None)
        if path.is_relative_to(self._added):
            own = overrides.get(path.relative_to(self._added).as_posix(), own)
        published, kind = own

        def read() -> Document:
            return corpus.read_document(path, name, published=published, kind=kind)

        try:
            digest = corpus.file_digest(path, published, kind)
        except CorpusError as error:
            digest = f"unreadable: {error}"
        return DocumentSource(name, digest, read)

    def _overrides(self) -> dict[str, _Override]:
        try:
            data = json.loads(self._file.read_text("utf-8"))
            return {
                name: (date.fromisoformat(day) if day else None, DocumentKind(kind) if kind else None)
                for name, (day, kind) in data.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise StatedError(
                f"{self._file} with the added documents' dates cannot be read; delete it and add them again."
            ) from error

    def _override(self, name: str, own: _Override) -> None:
        known = {n: o for n, o in self._overrides().items() if n != name}
        if any(own):
            known[name] = own
        plain = {n: (str(day) if day else None, kind and kind.value) for n, (day, kind) in known.items()}
        half = self._file.with_suffix(".new")
        half.write_text(json.dumps(plain), "utf-8")
        half.replace(self._file)


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise StatedError(f"{what}: {reason}; check the folder's rights and room.") from error
