"""Copies of documents' vectors beside the index: opening the store takes longer than most questions do.

A copy is named after the keys of its rows, which say all about them, and carries its digest.  Where it is
missing, damaged or cannot be written, the store is read.  Nothing depends on a copy; a sync knows none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from rag.datafolder import write_atomically
from rag.snapshot import Snapshot, Unit, Vectors

_SUFFIX = ".vectors"
_DIGEST_BYTES = 32


class Copies:
    """The copies in one folder; safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def vectors(self, snapshot: Snapshot, document_id: str) -> Vectors:
        """Unit-length rows (float32) in the order of the document's units, as ``Snapshot.vectors`` has them.

        Raises:
            IndexStateError: there is no copy, and the store cannot be read.
        """
        units = snapshot.units(document_id)
        if not units:
            return snapshot.vectors(document_id)
        path = self._folder / _name(units)
        found = _read(path, len(units))
        if found is None:
            found = snapshot.vectors(document_id)
            with suppress(OSError):  # a full disk, or a folder that may only be read: there is the store
                self._write(path, found)
                self.sweep(snapshot.units(document.id) for document in snapshot.documents)
        return found

    def has(self, units: Sequence[Unit]) -> bool:
        """Whether there is a sound copy of these units' vectors, or none is needed."""
        return not units or _read(self._folder / _name(units), len(units)) is not None

    def keep(self, units: Sequence[Unit], vectors: Mapping[str, Vectors]) -> None:
        """Write the copy of these units' vectors, given by key.

        Raises:
            OSError: it cannot be written.
        """
        self._write(self._folder / _name(units), np.stack([vectors[unit.key] for unit in units]))

    def sweep(self, live: Iterable[Sequence[Unit]]) -> None:
        """Delete the copies of all other units.

        Raises:
            OSError: they cannot be deleted.
        """
        names = {_name(units) for units in live}
        for old in self._folder.glob(f"*{_SUFFIX}"):
            if old.name not in names:
                old.unlink(missing_ok=True)

    def _write(self, path: Path, rows: Vectors) -> None:
        data = np.ascontiguousarray(rows, dtype=np.float32).tobytes()
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, hashlib.sha256(data).digest() + data)


def _name(units: Sequence[Unit]) -> str:
    return hashlib.sha256("\n".join(unit.key for unit in units).encode()).hexdigest() + _SUFFIX


def _read(path: Path, count: int) -> Vectors | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    rows = data[_DIGEST_BYTES:]
    if hashlib.sha256(rows).digest() != data[:_DIGEST_BYTES] or len(rows) % (4 * count):
        return None
    return np.frombuffer(rows, np.float32).reshape(count, -1)
