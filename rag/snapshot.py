"""What the index holds for a reader: units, the documents they came from, and a view that never changes."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.datafolder import DamagedError, Objects, folder_errors
from rag.errors import IndexStateError
from rag.manifest import Entry, Lease, Manifest
from rag.records import Document, DocumentKind, Section

Vectors = NDArray[np.float32]


class RowReader(Protocol):
    """Reads a manifest's store."""

    def read(self, store: str, keys: Sequence[str]) -> Mapping[str, Vectors]:
        """The vectors of those keys that are there; raises DamagedError and OSError."""

    def trusted(self, store: str, keys: Sequence[str]) -> bool:
        """Whether nothing is known to be missing."""

    def distrust(self) -> None:
        """Note that something is missing."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is embedded as one vector.

    ``text`` is what was embedded (with any heading put before it); ``start`` and ``end`` are
    code-point offsets into the document's text; ``key`` is ``unit_key(fingerprint, text)``.
    """

    key: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Built:
    """A document's units, and the bytes of its analysis, which the index keeps and does not read."""

    units: tuple[Unit, ...]
    attachment: bytes = b""


@dataclass(frozen=True)
class DocumentSource:
    """A file that can be read when it has to be.

    ``digest`` changes whenever ``read`` would give something else (the file's bytes and any
    overrides of its front matter).  ``read`` raises ``CorpusError`` for a file that cannot be used.
    """

    name: str
    digest: str
    read: Callable[[], Document]


def unit_key(fingerprint: str, text: str) -> str:
    """SHA-256 over the index's fingerprint and the embedded text: equal keys, equal vectors."""
    return hashlib.sha256(json.dumps([fingerprint, text]).encode()).hexdigest()


class IndexFiles:
    """The objects of the index folder: documents as read, their units, their analyses."""

    def __init__(self, folder: Path) -> None:
        self._documents = Objects(folder / "documents")
        self._units = Objects(folder / "units")
        self._attachments = Objects(folder / "attachments")

    def put(self, name: str, digest: str, document: Document, built: Built) -> Entry:
        """Keep a document and what was built from it.

        Raises:
            OSError: it cannot be written.
        """
        return Entry(
            id=document.id,
            name=name,
            digest=digest,
            document=self._documents.put(_document_bytes(document)),
            units=self._units.put(
                json.dumps([[u.key, u.text, u.start, u.end] for u in built.units]).encode()
            ),
            attachment=self._attachments.put(built.attachment),
        )

    def document(self, entry: Entry) -> Document:
        """The document as read.

        Raises:
            DamagedError: what was kept is missing, altered or of another format.
        """
        return _document(self._documents.get(entry.document))

    def units(self, entry: Entry) -> tuple[Unit, ...]:
        """The document's units, in the order they were built in; raises as ``document`` does."""
        try:
            return tuple(Unit(*fields) for fields in json.loads(self._units.get(entry.units)))
        except (ValueError, TypeError) as error:
            raise DamagedError(f"the units of {entry.name} cannot be read: {error}") from None

    def attachment(self, entry: Entry) -> bytes:
        """The document's analysis; raises as ``document`` does."""
        return self._attachments.get(entry.attachment)

    def intact(self, entry: Entry) -> bool:
        """Whether everything kept for ``entry`` can be read back."""
        try:
            self.document(entry)
            self.units(entry)
            self.attachment(entry)
        except DamagedError:
            return False
        return True

    def objects(self, entries: Sequence[Entry]) -> list[bytes]:
        """Everything kept for the entries; raises as ``document`` does."""
        return [folder.get(digest) for entry in entries for folder, digest in self._parts(entry)]

    def missing(self, entries: Sequence[Entry]) -> set[str]:
        """The digests of what is not there, or not whole."""
        return {
            digest for entry in entries for folder, digest in self._parts(entry) if not folder.has(digest)
        }

    def keep(self, entries: Sequence[Entry], objects: Mapping[str, bytes]) -> None:
        """Keep objects of the entries, by digest, that were made elsewhere.

        Raises:
            OSError: they cannot be written.
        """
        for entry in entries:
            for folder, digest in self._parts(entry):
                if digest in objects:
                    folder.put(objects[digest])

    def _parts(self, entry: Entry) -> tuple[tuple[Objects, str], ...]:
        return (
            (self._documents, entry.document),
            (self._units, entry.units),
            (self._attachments, entry.attachment),
        )

    def sweep(self, kept: Sequence[Manifest]) -> None:
        """Delete what no manifest in ``kept`` names."""
        entries = [entry for manifest in kept for entry in manifest.entries]
        self._documents.sweep({entry.document for entry in entries})
        self._units.sweep({entry.units for entry in entries})
        self._attachments.sweep({entry.attachment for entry in entries})


class Snapshot:
    """One generation of the index: it stays as it is, whatever is synced while it is held.

    Parts are read when they are first asked for, and kept.  Safe to use from several threads.
    Every method raises ``IndexStateError`` where the data folder no longer holds what was written,
    and ``KeyError`` for a document id that is not in ``documents``.
    """

    def __init__(self, lease: Lease, files: IndexFiles, rows: RowReader, folder: Path) -> None:
        self._lease = lease
        self._files = files
        self._rows = rows
        self._folder = folder
        self._lock = threading.RLock()
        self._entries = {entry.id: entry for entry in lease.manifest.entries}
        self._documents: tuple[Document, ...] | None = None
        self._units: dict[str, tuple[Unit, ...]] = {}
        self._vectors: Mapping[str, Vectors] | None = None

    @property
    def generation(self) -> str:
        """SHA-256 of all that is live; equal corpora under equal fingerprints have equal generations."""
        return self._lease.generation

    @property
    def manifest(self) -> Manifest:
        """Everything that is live in it."""
        return self._lease.manifest

    @property
    def fingerprint(self) -> str:
        """Digest of what made the index, whatever the corpus: format, embedder and analysis."""
        made_by = [self._lease.manifest.index_fingerprint, self._lease.manifest.analysis_fingerprint]
        return hashlib.sha256(json.dumps(made_by).encode()).hexdigest()[:16]

    @property
    def rejected(self) -> dict[str, str]:
        """The files that could not be used at the last sync, with the reason."""
        return {name: reason for name, _, reason in self._lease.manifest.rejected}

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents, sorted by id."""
        with self._lock, self._reading():
            if self._documents is None:
                self._documents = tuple(self._files.document(entry) for entry in self._entries.values())
            return self._documents

    def units(self, document_id: str) -> tuple[Unit, ...]:
        """The document's units, in the order they were built in."""
        entry = self._entries[document_id]
        with self._lock, self._reading():
            if document_id not in self._units:
                self._units[document_id] = self._files.units(entry)
            return self._units[document_id]

    def attachment(self, document_id: str) -> bytes:
        """The bytes that were built for the document."""
        with self._reading():
            return self._files.attachment(self._entries[document_id])

    def vectors(self, document_id: str) -> Vectors:
        """Unit-length rows (float32) in the order of ``units``; the first call reads all documents'."""
        keys = [unit.key for unit in self.units(document_id)]
        with self._lock:
            if self._vectors is None:
                self._vectors = self._read_vectors()
            width = next((len(row) for row in self._vectors.values()), 0)
            rows = [self._vectors[key] for key in keys]
        return np.stack(rows) if rows else np.zeros((0, width), dtype=np.float32)

    def is_current(self, files: Mapping[str, DocumentSource]) -> bool:
        """Whether these files, by digest, are the ones this generation was made from; reads nothing."""
        manifest = self._lease.manifest
        seen = {entry.name: entry.digest for entry in manifest.entries}
        seen.update({name: digest for name, digest, _ in manifest.rejected})
        return seen == {name: source.digest for name, source in files.items()}

    def made_with(self, index_fingerprint: str, analysis_fingerprint: str) -> bool:
        """Whether this generation was made by the same embedder and analysis."""
        manifest = self._lease.manifest
        return (manifest.index_fingerprint, manifest.analysis_fingerprint) == (
            index_fingerprint,
            analysis_fingerprint,
        )

    def check(self) -> None:
        """Look whether everything is there, as far as can be seen without opening the vectors.

        Raises:
            IndexStateError: something is missing or altered; a sync repairs it.
        """
        with self._reading():
            for entry in self._entries.values():
                if not self._files.intact(entry):
                    raise DamagedError(f"{entry.name} cannot be read back")
            keys = self._keys()
            if keys and not self._rows.trusted(self._lease.manifest.store, keys):
                raise DamagedError("vectors are missing")

    def _read_vectors(self) -> Mapping[str, Vectors]:
        keys = self._keys()
        with self._reading():
            try:
                vectors = self._rows.read(self._lease.manifest.store, keys)
                if len(vectors) < len(keys):
                    raise DamagedError(f"{len(keys) - len(vectors)} of {len(keys)} vectors are missing")
            except DamagedError:
                self._rows.distrust()
                raise
        return vectors

    def _keys(self) -> list[str]:
        return sorted({unit.key for document_id in self._entries for unit in self.units(document_id)})

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with folder_errors(self._folder):
            try:
                yield
            except DamagedError as error:
                raise damaged(self._folder, error) from error


def damaged(folder: Path, error: DamagedError) -> IndexStateError:
    """What to tell a user about ``error``."""
    return IndexStateError(f"The index in {folder} is damaged ({error}): run `stated sync` to repair it.")


def _document_bytes(document: Document) -> bytes:
    plain = asdict(document)
    plain["published"] = document.published.isoformat()
    for section in plain["sections"]:
        section["published"] = section["published"].isoformat()
    return json.dumps(plain, sort_keys=True).encode()


def _document(data: bytes) -> Document:
    try:
        plain = json.loads(data)
        sections = tuple(
            Section(**{**fields, "published": date.fromisoformat(fields["published"])})
            for fields in plain["sections"]
        )
        return Document(
            **{
                **plain,
                "published": date.fromisoformat(plain["published"]),
                "kind": DocumentKind(plain["kind"]),
                "sections": sections,
                "pages": tuple(plain["pages"]),
            }
        )
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedError(f"a document cannot be read: {error}") from None
