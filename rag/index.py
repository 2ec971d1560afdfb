"""The index: vectors in Chroma, and what is live in a manifest.  The only file that knows Chroma.

Rows are only ever added, under the hash of what they hold; a sync makes its new generation live in one
atomic step, and then sweeps what no reader can still hold.  So a sync that is killed, or that finds the
disk full, leaves the last good index as it was.

Chroma's local store is not safe for several processes: an open client does not see the vectors that
another process adds ("Error finding id"), and would write its own stale copy over them.  So every use
opens a client, and closes it, alone under a lock.  Even a reader writes there (Chroma makes its vector
index's files anew when it opens them), so where the folder cannot be written, a reader opens a copy.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import shutil
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from rag.datafolder import DamagedError, exclusive, folder_errors, shared, write_atomically
from rag.errors import CorpusError, IndexStateError
from rag.manifest import Generations
from rag.records import Document, SyncReport
from rag.settings import Settings
from rag.snapshot import Built, DocumentSource, IndexFiles, Snapshot, Unit, Vectors, damaged, unit_key
from rag.syncing import Build, Encode, Progress, Sync

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI
    from llama_index.core.schema import BaseNode

__all__ = ["Built", "DocumentSource", "Index", "Snapshot", "Unit", "unit_key"]

SCHEMA = 1
_ROOM = 64_000_000  # bytes that must be free: Chroma that runs full in mid-write cannot even be read
_READ = 2_000  # rows that are read at once
_LOCK_SECONDS = 900.0
_log = logging.getLogger(__name__)
# Chroma keeps one engine per path and process; two threads that open or close it at once would race.
_chroma_lock = threading.RLock()


class _Rows:
    """Vectors by key, in one Chroma collection for each store.

    A store is named after the index's fingerprint and a number: another embedder gets another store (its
    vectors may have another width), and so does a rebuild after damage.
    """

    def __init__(self, folder: Path, url: str, owner: str) -> None:
        self._folder = folder / "rows"
        self._lock = folder / "rows.lock"
        self._suspect = folder / "suspect"
        self._url = url
        self._owner = owner  # several data folders may share one server

    def trusted(self, store: str) -> bool:
        """Whether the store is there and no reader has missed anything in it; does not open it."""
        return bool(self._url or (self._folder / store).is_dir()) and not self._suspect.exists()

    def distrust(self) -> None:
        """Tell the next sync, in whichever process, that vectors could not be read."""
        # Only a reader of the vectors can see this; where it may not write, no sync can mend it either.
        with suppress(OSError):
            self._suspect.touch()

    def trust(self) -> None:
        """Note that all live vectors have been read, or added."""
        self._suspect.unlink(missing_ok=True)

    def read(self, store: str, keys: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those keys that are there.

        Raises:
            DamagedError: the store cannot be read.
            OSError: it may not be.
        """
        found: dict[str, Vectors] = {}
        with self._reading(store) as collection:
            for at in range(0, len(keys), _READ):
                if collection is None:
                    break
                rows = collection.get(ids=list(keys[at : at + _READ]), include=["embeddings"])
                found.update(zip(rows["ids"], np.asarray(rows["embeddings"], dtype=np.float32), strict=True))
        return found

    def add(self, store: str, batch: Sequence[tuple[Document, Unit]], vectors: Vectors) -> None:
        """Add rows; keys that two documents share carry the first one's metadata, which nothing decides by.

        Raises:
            DamagedError: the store refused them.
            OSError: the folder cannot be written.
        """
        from llama_index.vector_stores.chroma import ChromaVectorStore

        if not (self._url or _has_room(self._folder.parent)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        nodes: list[BaseNode] = [
            _node(document, unit, row) for (document, unit), row in zip(batch, vectors, strict=True)
        ]
        (self._folder / store).mkdir(parents=True, exist_ok=True)
        with exclusive(self._lock, _LOCK_SECONDS), self._client(self._folder / store) as client:
            collection = client.get_or_create_collection(
                self._name(store), configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )
            ChromaVectorStore(chroma_collection=collection).add(nodes)

    def sweep(self, store: str, live: Set[str], stores: Set[str]) -> None:
        """Delete the rows of ``store`` that are not ``live``, and every store not in ``stores``."""
        with exclusive(self._lock, _LOCK_SECONDS):
            if self._url or (self._folder / store).is_dir():
                with self._collection(store, self._folder / store) as collection:
                    if collection:
                        _delete_dead(collection, live)
            if self._url:
                self._drop_remote({self._name(name) for name in stores})
            elif self._folder.is_dir():
                for path in self._folder.iterdir():
                    if path.name not in stores:
                        shutil.rmtree(path)

    def _drop_remote(self, names: Set[str]) -> None:
        with self._client(self._folder) as client:
            for collection in client.list_collections():
                if collection.name.startswith(self._name("")) and collection.name not in names:
                    client.delete_collection(collection.name)

    def _name(self, store: str) -> str:
        return f"stated-{self._owner}-{store}" if self._url else "stated"

    @contextmanager
    def _reading(self, store: str) -> Iterator[Collection | None]:
        folder = self._folder / store
        if not (self._url or folder.is_dir()):
            yield None
        elif self._url or (os.access(folder, os.W_OK) and _has_room(folder)):
            with exclusive(self._lock, _LOCK_SECONDS), self._collection(store, folder) as collection:
                yield collection
        else:
            with TemporaryDirectory() as scratch:
                copy = Path(scratch) / store
                with shared(self._lock):
                    _copy(folder, copy)
                with self._collection(store, copy) as collection:
                    yield collection

    @contextmanager
    def _collection(self, store: str, folder: Path) -> Iterator[Collection | None]:
        """The store's collection, opened as it is ("get or create" writes); None if there is none."""
        from chromadb.errors import NotFoundError

        with self._client(folder) as client:
            try:
                collection = client.get_collection(self._name(store), embedding_function=None)
            except NotFoundError:
                collection = None
            yield collection

    @contextmanager
    def _client(self, folder: Path) -> Iterator[ClientAPI]:
        from chromadb.errors import ChromaError

        with _chroma_lock:
            try:
                client = _remote(self._url) if self._url else _local(folder)
                try:
                    yield client
                finally:
                    client.close()  # type: ignore[attr-defined]
            except ChromaError as error:
                full = not (self._url or _has_room(folder))
                raise _meaning(error, full) from error


def _has_room(folder: Path) -> bool:
    return shutil.disk_usage(folder).free >= _ROOM


def _local(folder: Path) -> ClientAPI:
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings as ChromaSettings
    from chromadb.errors import ChromaError

    try:
        return chromadb.PersistentClient(
            path=str(folder), settings=ChromaSettings(anonymized_telemetry=False)
        )
    except ChromaError:
        # Chroma keeps the engine that did not start, and would give it to the next who asks.
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        raise


def _copy(folder: Path, copy: Path) -> None:
    # Contents only: the copy of a folder that may not be written would not be writable either.
    copy.mkdir()
    for path in sorted(folder.rglob("*")):
        target = copy / path.relative_to(folder)
        if path.is_dir():
            target.mkdir()
        else:
            shutil.copyfile(path, target)


def _delete_dead(collection: Collection, live: Set[str]) -> None:
    dead = [key for key in collection.get(include=[])["ids"] if key not in live]
    for at in range(0, len(dead), _READ):
        collection.delete(ids=dead[at : at + _READ])


def _remote(url: str) -> ClientAPI:
    import chromadb
    import httpx
    from chromadb.config import Settings as ChromaSettings

    parts = urlsplit(url if "//" in url else f"http://{url}")
    ssl = parts.scheme == "https"
    try:
        return chromadb.HttpClient(
            host=parts.hostname or "localhost",
            port=parts.port or (443 if ssl else 8000),
            ssl=ssl,
            settings=ChromaSettings(anonymized_telemetry=False),
        )
    except (ValueError, httpx.HTTPError) as error:
        raise IndexStateError(
            f"The Chroma server at {url} does not answer: start it, or unset STATED_CHROMA_URL."
        ) from error


def _meaning(error: Exception, full: bool) -> Exception:
    """Chroma tells a full disk, a forbidden one and a damaged store apart in its text only."""
    text = str(error)
    if full or re.search(r"disk is full|no space left|code: 13\b", text, re.IGNORECASE):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if re.search(r"readonly database|unable to open|permission denied|read-only", text, re.IGNORECASE):
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return DamagedError(f"vector store: {text.splitlines()[0] if text else type(error).__name__}")


def _node(document: Document, unit: Unit, vector: Vectors) -> BaseNode:
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

    # Chroma compares numbers only, so the date is one; the store writes the source as ``document_id``.
    published = int(document.published.strftime("%Y%m%d"))
    return TextNode(
        id_=unit.key,
        text=unit.text,
        embedding=[float(value) for value in vector],
        metadata={"start": unit.start, "end": unit.end, "published": published},
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document.id)},
    )


class Index:
    """The documents, their units and vectors in a data folder: one writer, any number of readers.

    Safe to use from several threads and processes.
    """

    def __init__(self, settings: Settings, embedder_fingerprint: str) -> None:
        self._data = settings.data_path.absolute()
        self._folder = self._data / "index"
        self._url = settings.chroma_url or ""
        self.fingerprint = unit_key(f"rows {SCHEMA}", embedder_fingerprint)
        self._files = IndexFiles(self._folder)
        self._generations = Generations(self._folder)
        self._lock = threading.Lock()
        self._latest: Snapshot | None = None

    @classmethod
    def open(cls, settings: Settings, embedder_fingerprint: str) -> Index:
        """The index in the settings' data folder; creates nothing until the first sync.

        Raises:
            IndexStateError: the data folder cannot be read, or a newer program wrote it.
        """
        index = cls(settings, embedder_fingerprint)
        index._schema()
        return index

    def unit(self, text: str, start: int, end: int) -> Unit:
        """A unit of this index: ``text`` is embedded, ``start`` and ``end`` are its place in the document."""
        return Unit(unit_key(self.fingerprint, text), text, start, end)

    def snapshot(self) -> Snapshot | None:
        """The current generation, or None where nothing has been indexed yet.

        The same object is given again while nothing changes, so what it has read is read once.

        Raises:
            IndexStateError: the data folder is damaged or old (a sync mends it), unreadable, or newer.
        """
        schema = self._schema()
        try:
            with folder_errors(self._data):
                lease = self._generations.current()
        except DamagedError as error:
            raise damaged(self._data, error) from error
        if lease is None:
            return None
        if schema.get("schema") != SCHEMA:
            raise damaged(self._data, DamagedError("it has no schema that this version knows"))
        with self._lock:
            if self._latest is None or self._latest.generation != lease.generation:
                self._latest = Snapshot(lease, self._files, self._rows(schema), self._data)
            return self._latest

    def sync(
        self,
        files: Mapping[str, DocumentSource],
        build: Build,
        encode: Encode,
        analysis_fingerprint: str,
        progress: Progress | None = None,
    ) -> SyncReport:
        """Bring the index to ``files``; the old generation stays live until the new one is complete.

        A file is unchanged if its digest and both fingerprints are.  Texts that are embedded already
        are not embedded again, whichever document they came from.  Where nothing changed, nothing is
        written; what is missing or damaged is made again.

        Args:
            files: the whole corpus, by file name.
            build: a document's units and analysis; the units come from ``unit``.
            encode: texts to unit-length rows, one each.
            analysis_fingerprint: changes whenever ``build`` would give something else.
            progress: told a stage (``read`` or ``embed``), what is done, and of how many.

        Raises:
            IndexStateError: the data folder cannot be written or is full, a newer program wrote it, or
                another sync did not end in time.  The last good generation is still there.
            ValueError: ``build`` or ``encode`` does not keep to the above.
        """
        report = self._nothing_to_do(files, analysis_fingerprint)
        if report is not None:
            return report
        with ExitStack() as stack:
            with folder_errors(self._data):
                self._folder.mkdir(parents=True, exist_ok=True)
                stack.enter_context(exclusive(self._folder / "writer.lock", _LOCK_SECONDS))
                schema = self._schema()
                ours = self._ours(schema)
            rows = self._rows(ours)
            fingerprints = (self.fingerprint, analysis_fingerprint)
            run = Sync(self._data, self._generations, self._files, rows, fingerprints, progress)
            return run.run(files, build, encode, trust_old=schema.get("schema") == SCHEMA)

    def _nothing_to_do(self, files: Mapping[str, DocumentSource], analysis: str) -> SyncReport | None:
        self._schema()
        try:
            snapshot = self.snapshot()
            if snapshot is None or not (
                snapshot.is_current(files) and snapshot.made_with(self.fingerprint, analysis)
            ):
                return None
            snapshot.check()
        except IndexStateError as error:
            _log.warning("%s", error)
            return None
        for name, reason in snapshot.rejected.items():
            # What was missing to read it (a reader for its format, say) may be there by now.
            try:
                files[name].read()
            except CorpusError as error:
                if str(error) == reason:
                    continue
            return None
        return SyncReport(
            unchanged=tuple(sorted(set(files) - set(snapshot.rejected))), rejected=snapshot.rejected
        )

    def _schema(self) -> dict[str, object]:
        with folder_errors(self._data):
            try:
                plain = json.loads((self._data / "schema.json").read_bytes())
            except (FileNotFoundError, ValueError):
                return {}
        schema = plain if isinstance(plain, dict) else {}
        version = schema.get("schema")
        if isinstance(version, int) and version > SCHEMA:
            raise IndexStateError(
                f"The data folder {self._data} belongs to a newer version of Stated (schema {version}, this "
                f"one knows {SCHEMA}): install that version, or set STATED_DATA_DIR to another folder."
            )
        return schema

    def _ours(self, schema: dict[str, object]) -> dict[str, object]:
        """The folder's schema, written where it is not this version's; the id keeps servers' rows apart."""
        if schema.get("schema") == SCHEMA and schema.get("id"):
            return schema
        ours: dict[str, object] = {"schema": SCHEMA, "id": uuid.uuid4().hex[:12]}
        write_atomically(self._data / "schema.json", json.dumps(ours).encode())
        (self._folder / "rows.lock").touch()
        return ours

    def _rows(self, schema: Mapping[str, object]) -> _Rows:
        return _Rows(self._folder, self._url, str(schema.get("id", "")))
