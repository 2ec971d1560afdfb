"""Ledgers kept in the data folder: reading one asks every detail, which takes minutes on a small machine.

A file is named after everything that its rows depend on: the documents, the index, the settings, the day,
and the program's own files, so that a newer program reads the ledger anew.  A file that cannot be read, or
whose quotes are not in the documents, counts as none; one that cannot be written is done without.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path

from rag.datafolder import write_atomically
from rag.receipts import ledger_from_list
from rag.records import Document, LedgerRow

_FILES_KEPT = 8
_SUFFIX = ".json"
_OWN = (".py", ".toml", ".txt", ".safetensors")


class KeptLedgers:
    """The ledgers in one folder; safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: Iterable[str], documents: Iterable[Document]) -> tuple[LedgerRow, ...] | None:
        """The rows kept under a key; None where there are none that can be trusted.

        Args:
            key: all that the rows depend on, but for the program.
            documents: those that the rows quote.
        """
        try:
            rows = ledger_from_list(json.loads(self._path(key).read_bytes()))
        except (OSError, ValueError, RecursionError):
            return None
        texts = {document.id: document.text for document in documents}
        cited = [citation for row in rows for entry in row.history for citation in entry.citations]
        exact = all(texts.get(c.document_id, "")[c.start : c.end] == c.quote for c in cited)
        return rows if exact else None

    def write(self, key: Iterable[str], rows: Iterable[LedgerRow]) -> None:
        """Keep rows under a key; the oldest files go."""
        path = self._path(key)
        data = json.dumps([row.to_dict() for row in rows], ensure_ascii=False).encode()
        with suppress(OSError):  # a full disk, or a folder that may only be read
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data)
            files = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime)
            for old in files[:-_FILES_KEPT]:
                old.unlink(missing_ok=True)

    def _path(self, key: Iterable[str]) -> Path:
        name = hashlib.sha256(json.dumps([_program(), *key]).encode()).hexdigest()[:32]
        return self._folder / f"{name}{_SUFFIX}"


@cache
def _program() -> str:
    """Digest of the engine's own files: rules, word lists, weights."""
    digest = hashlib.sha256()
    folder = Path(str(resources.files("rag")))
    for file in sorted(folder.iterdir()):
        if file.suffix in _OWN:
            digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
