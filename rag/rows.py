"""The vectors' rows in Chroma, in the data folder or at a server: added only, under the hash of their text.

Chroma's local store is not safe for several processes: an open client does not see the vectors that
another process adds ("Error finding id"), and would write its own stale copy over them.  So every use
opens a client, and closes it, alone under a lock.  Even a reader writes there (Chroma makes its vector
index's files anew when it opens them), so where the folder cannot be written, a reader opens a copy.
"""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

import numpy as np

from rag import chroma
from rag.datafolder import exclusive, shared
from rag.records import Document
from rag.snapshot import Unit, Vectors

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI
    from llama_index.core.schema import BaseNode

ROOM = 64_000_000  # bytes that must be free: Chroma that runs full in mid-write cannot even be read
LOCK_SECONDS = 900.0
_READ = 2_000  # rows that are read at once
# Chroma keeps one engine per path and process; two threads that open or close it at once would race.
_chroma_lock = threading.RLock()


class Rows(Protocol):
    """Where vectors are kept, by store and key.

    A store is named after the index's fingerprint and a number: another embedder gets another store (its
    vectors may have another width), and so does a rebuild after damage.  Every method raises
    ``DamagedError`` where the store cannot be used, ``OSError`` where the folder cannot, and
    ``IndexStateError`` where the server cannot.
    """

    def trusted(self, store: str, keys: Sequence[str]) -> bool:
        """Whether the keys' rows are there, as far as can be seen at little cost."""

    def distrust(self) -> None:
        """Tell the next sync, in whichever process, that vectors could not be read."""

    def trust(self) -> None:
        """Note that all live vectors have been found, or added."""

    def present(self, store: str, keys: Sequence[str]) -> Set[str]:
        """Those of the keys that have a sound row."""

    def read(self, store: str, keys: Sequence[str]) -> Mapping[str, Vectors]:
        """The vectors of those keys that are there."""

    def add(self, store: str, batch: Sequence[tuple[Document, Unit]], vectors: Vectors) -> None:
        """Add rows; what two documents share carries the first one's metadata, which nothing decides by."""

    def sweep(self, store: str, live: Set[str], stores: Set[str]) -> None:
        """Delete the rows of ``store`` that are not ``live``, and every store not in ``stores``."""


class LocalRows:
    """Rows in the data folder; see ``Rows``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "rows"
        self._lock = folder / "rows.lock"
        self._suspect = folder / "suspect"

    def trusted(self, store: str, keys: Sequence[str]) -> bool:
        """Whether the store is there and no reader has missed anything in it; does not open it."""
        return (not keys or (self._folder / store).is_dir()) and not self._suspect.exists()

    def distrust(self) -> None:
        # Only a reader of the vectors can see this; where it may not write, no sync can mend it either.
        with suppress(OSError):
            self._suspect.touch()

    def trust(self) -> None:
        self._suspect.unlink(missing_ok=True)

    def present(self, store: str, keys: Sequence[str]) -> Set[str]:
        """Those that can be read: a row may have lost its vector, which only reading it shows."""
        return self.read(store, keys).keys()

    def read(self, store: str, keys: Sequence[str]) -> dict[str, Vectors]:
        with self._reading(store) as collection:
            return _read(collection, keys, _READ)

    def add(self, store: str, batch: Sequence[tuple[Document, Unit]], vectors: Vectors) -> None:
        if not _has_room(self._folder.parent):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        (self._folder / store).mkdir(parents=True, exist_ok=True)
        with exclusive(self._lock, LOCK_SECONDS), self._client(self._folder / store) as client:
            collection = client.get_or_create_collection(
                "stated", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )
            _add(collection, batch, vectors, len(batch))

    def sweep(self, store: str, live: Set[str], stores: Set[str]) -> None:
        with exclusive(self._lock, LOCK_SECONDS):
            if (self._folder / store).is_dir():
                with self._collection(self._folder / store) as collection:
                    if collection:
                        chroma.delete_dead(collection, live, _READ)
            if self._folder.is_dir():
                for path in self._folder.iterdir():
                    if path.name not in stores:
                        shutil.rmtree(path)

    @contextmanager
    def _reading(self, store: str) -> Iterator[Collection | None]:
        folder = self._folder / store
        if not folder.is_dir():
            yield None
        elif os.access(folder, os.W_OK) and _has_room(folder):
            with exclusive(self._lock, LOCK_SECONDS), self._collection(folder) as collection:
                yield collection
        else:
            with TemporaryDirectory() as scratch:
                copy = Path(scratch) / store
                with shared(self._lock):
                    _copy(folder, copy)
                with self._collection(copy) as collection:
                    yield collection

    @contextmanager
    def _collection(self, folder: Path) -> Iterator[Collection | None]:
        """The store's collection, opened as it is ("get or create" writes); None if there is none."""
        from chromadb.errors import NotFoundError

        with self._client(folder) as client:
            try:
                collection = client.get_collection("stated", embedding_function=None)
            except NotFoundError:
                collection = None
            yield collection

    @contextmanager
    def _client(self, folder: Path) -> Iterator[ClientAPI]:
        from chromadb.errors import ChromaError

        with _chroma_lock:
            try:
                client = chroma.local(folder)
                try:
                    yield client
                finally:
                    client.close()  # type: ignore[attr-defined]
            except ChromaError as error:
                raise chroma.meaning(error, not _has_room(folder)) from error


class ServerRows:
    """Rows at a Chroma server; see ``Rows``.  Whether they are there is asked, never remembered."""

    def __init__(self, server: chroma.Server) -> None:
        self._server = server

    def trusted(self, store: str, keys: Sequence[str]) -> bool:
        return len(self.present(store, keys)) == len(keys)

    def distrust(self) -> None:
        pass

    def trust(self) -> None:
        pass

    def present(self, store: str, keys: Sequence[str]) -> Set[str]:
        with self._server.collection(_name(store)) as collection:
            if collection is None:
                return set()
            return {
                key
                for at in range(0, len(keys), chroma.BATCH)
                for key in collection.get(ids=list(keys[at : at + chroma.BATCH]), include=[])["ids"]
            }

    def read(self, store: str, keys: Sequence[str]) -> dict[str, Vectors]:
        with self._server.collection(_name(store)) as collection:
            return _read(collection, keys, chroma.BATCH)

    def add(self, store: str, batch: Sequence[tuple[Document, Unit]], vectors: Vectors) -> None:
        with self._server.collection(_name(store), create=True) as collection:
            assert collection is not None
            _add(collection, batch, vectors, chroma.BATCH)

    def sweep(self, store: str, live: Set[str], stores: Set[str]) -> None:
        with self._server.collection(_name(store)) as collection:
            if collection:
                chroma.delete_dead(collection, live, chroma.BATCH)
        names = {_name(one) for one in stores}
        with self._server.client() as client:
            for found in client.list_collections():
                if found.name.startswith(_name("")) and found.name not in names:
                    client.delete_collection(found.name)


def _name(store: str) -> str:
    return f"stated-rows-{store}"


def _read(collection: Collection | None, keys: Sequence[str], at_once: int) -> dict[str, Vectors]:
    found: dict[str, Vectors] = {}
    if collection is not None:
        for at in range(0, len(keys), at_once):
            rows = collection.get(ids=list(keys[at : at + at_once]), include=["embeddings"])
            found.update(zip(rows["ids"], np.asarray(rows["embeddings"], dtype=np.float32), strict=True))
    return found


def _add(
    collection: Collection, batch: Sequence[tuple[Document, Unit]], vectors: Vectors, at_once: int
) -> None:
    from llama_index.vector_stores.chroma import ChromaVectorStore

    nodes = [_node(document, unit, row) for (document, unit), row in zip(batch, vectors, strict=True)]
    store = ChromaVectorStore(chroma_collection=collection)
    for at in range(0, len(nodes), at_once):
        store.add(nodes[at : at + at_once])


def _has_room(folder: Path) -> bool:
    return shutil.disk_usage(folder).free >= ROOM


def _copy(folder: Path, copy: Path) -> None:
    # Contents only: the copy of a folder that may not be written would not be writable either.
    copy.mkdir()
    for path in sorted(folder.rglob("*")):
        target = copy / path.relative_to(folder)
        if path.is_dir():
            target.mkdir()
        else:
            shutil.copyfile(path, target)


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
