"""The edge to Chroma: a store opened in its folder or at a server, and its errors in plain words."""

from __future__ import annotations

import errno
import os
import re
import threading
import weakref
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from rag.datafolder import DamagedError
from rag.errors import IndexStateError, ServerGoneError
from rag.settings import Settings

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI

BATCH = 250  # records in one request: Chroma Cloud takes 300
_CONNECT_SECONDS, _READ_SECONDS = 3.0, 20.0
_CLOUD = ".trychroma.com"


def local(folder: Path) -> ClientAPI:
    """The store in a folder; the caller closes it.

    Raises:
        ChromaError: it cannot be opened.
    """
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.errors import ChromaError

    try:
        return chromadb.PersistentClient(path=str(folder), settings=_quiet())
    except ChromaError:
        # Chroma keeps the engine that did not start, and would give it to the next who asks.
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        raise


def meaning(error: Exception, full: bool) -> Exception:
    """Chroma tells a full disk, a forbidden one and a damaged store apart in its text only."""
    text = str(error)
    if full or re.search(r"disk is full|no space left|code: 13\b", text, re.IGNORECASE):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if re.search(r"readonly database|unable to open|permission denied|read-only", text, re.IGNORECASE):
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return DamagedError(f"vector store: {text.splitlines()[0] if text else type(error).__name__}")


def delete_dead(collection: Collection, live: Set[str], at_once: int) -> None:
    """Delete the records that are not live."""
    dead = [key for key in _ids(collection, at_once) if key not in live]
    for at in range(0, len(dead), at_once):
        collection.delete(ids=dead[at : at + at_once])


def _ids(collection: Collection, at_once: int) -> list[str]:
    found: list[str] = []
    while page := collection.get(include=[], limit=at_once, offset=len(found))["ids"]:
        found += page
    return found


def _disconnect(client: Any, sessions: Sequence[Any]) -> None:
    client.close()
    for session in sessions:
        session.close()


def _quiet() -> Any:
    from chromadb.config import Settings as ChromaSettings

    return ChromaSettings(anonymized_telemetry=False)


@dataclass(eq=False)
class Server:
    """One database of a Chroma server; the connection is opened when it is needed, and kept for as long.

    Safe to use from several threads.
    """

    url: str
    tenant: str
    database: str
    token: str = field(default="", repr=False)
    _client: ClientAPI | None = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    @classmethod
    def named_by(cls, settings: Settings) -> Server:
        """The server that the settings name."""
        return cls(
            settings.chroma_url or "",
            settings.chroma_tenant or "default_tenant",
            settings.chroma_database or "default_database",
            settings.chroma_token or "",
        )

    @contextmanager
    def collection(self, name: str, create: bool = False) -> Iterator[Collection | None]:
        """A collection; None where there is none and none is to be made.

        Raises:
            ServerGoneError: the server does not answer, or not as Chroma does.
            IndexStateError: it refuses us.
        """
        from chromadb.errors import NotFoundError

        with self.client() as client:
            found: Collection | None = None
            if create:
                found = client.get_or_create_collection(
                    name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
                )
            else:
                try:
                    found = client.get_collection(name, embedding_function=None)
                except NotFoundError:
                    found = None
            yield found

    @contextmanager
    def client(self) -> Iterator[ClientAPI]:
        """The connection; raises as ``collection`` does."""
        from chromadb.errors import ChromaError, NotFoundError
        from httpx import HTTPError

        try:
            with self._lock:
                if self._client is None:
                    self._client = self._connected()
                client = self._client
            yield client
        except IndexStateError:
            raise
        except NotFoundError as error:
            if self._client is not None:  # swept, or lost, while it was in use
                raise DamagedError(f"vector store: {error}") from error
            raise self._told(error) from error
        # For a reply that it does not know, Chroma's client raises a bare Exception.
        except Exception as error:
            if type(error) is not Exception and not isinstance(error, (ChromaError, HTTPError, ValueError)):
                raise
            raise self._told(error) from error

    def _connected(self) -> ClientAPI:
        import chromadb
        import httpx
        from chromadb.errors import NotFoundError

        host = urlsplit(self.url if "//" in self.url else f"http://{self.url}")
        secure = host.scheme == "https"
        headers = {"X-Chroma-Token": self.token} if self.token else {}
        if self.token and not (host.hostname or "").endswith(_CLOUD):
            headers["Authorization"] = f"Bearer {self.token}"  # for the proxy before a server of one's own
        name, port = host.hostname or "localhost", host.port or (443 if secure else 8000)
        waits = httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
        # Chroma's client waits for ever, and leaves connections open where it cannot be made: so its server
        # is tried first, and then what the client waits is set.
        where = f"[{name}]" if ":" in name else name
        address = f"{'https' if secure else 'http'}://{where}:{port}/api/v2/tenants/{quote(self.tenant, '')}"
        tried = httpx.get(f"{address}/databases/{quote(self.database, '')}", headers=headers, timeout=waits)
        if tried.status_code == httpx.codes.NOT_FOUND and "error" in tried.json():
            raise NotFoundError(tried.text)
        tried.raise_for_status().json()
        client = chromadb.HttpClient(
            host=where,
            port=port,
            ssl=secure,
            headers=headers,
            settings=_quiet(),
            tenant=self.tenant,
            database=self.database,
        )
        # Two connections, one of which only looks for tenant and database; closing a client closes neither.
        parts: list[Any] = [client, client._admin_client]  # type: ignore[attr-defined]
        sessions: list[httpx.Client] = [part._server._session for part in parts]
        for session in sessions:
            session.timeout = waits
        weakref.finalize(self, _disconnect, client, sessions)
        return client

    def _told(self, error: Exception) -> IndexStateError:
        from chromadb.errors import AuthorizationError, ChromaAuthError, NotFoundError

        where = f"The Chroma server at {self.url}"
        text = str(error)
        closed = isinstance(error, (AuthorizationError, ChromaAuthError))
        if closed or re.search(r"\b(401|403)\b|forbidden|unauthorized", text, re.IGNORECASE):
            return IndexStateError(f"{where} refuses us: check STATED_CHROMA_TOKEN.")
        if isinstance(error, NotFoundError):
            return IndexStateError(
                f"{where} has no database {self.database!r} of tenant {self.tenant!r}: create it there, or "
                "check STATED_CHROMA_DATABASE and STATED_CHROMA_TENANT."
            )
        return ServerGoneError(f"{where} does not answer: start it, or check STATED_CHROMA_URL.")
