"""Ledgers that were read, each day's once: in memory for a few days, and in the data folder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

from rag.records import LedgerRow

_KEPT = 3  # of as many days, for one state of the documents

Rows = tuple[LedgerRow, ...]
Key = tuple[str, date]  # the index's generation and the last day that counts


class Ledgers:
    """The rows of the last days that were asked for; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reading: dict[Key, threading.Lock] = {}
        self._found: dict[Key, Rows] = {}

    def known(self, key: Key) -> Rows | None:
        """The rows of a day where they were read before."""
        return self._found.get(key)

    def of(self, key: Key, read: Callable[[], Rows]) -> Rows:
        """The rows of a day, read by one thread while the others that want them wait.

        A day that is kept does not wait for another that is being read.
        """
        with self._lock:
            reading = self._reading.setdefault(key, threading.Lock())
        with reading:
            found = self._found.get(key)
            if found is None:
                found = read()
                with self._lock:
                    kept = {k: v for k, v in self._found.items() if k[0] == key[0]}
                    self._found = {**dict(list(kept.items())[-_KEPT:]), key: found}
                    self._reading = {k: v for k, v in self._reading.items() if k[0] == key[0]}
            return found
