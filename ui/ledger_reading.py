"""The ledger read in the background: who opens its tab finds it read, or sees how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from rag.errors import StatedError
from rag.records import LedgerRow, Progress
from ui.ledger_rows import ledger_rows

if TYPE_CHECKING:
    from rag import Assistant

LOOK_SECONDS = 0.3
_YIELD_SECONDS = 0.05
_LONGEST_YIELD = 10.0  # a page on which somebody always asks must still come to its ledger


@dataclass(slots=True)
class Reading:
    """One reading of the ledger; ``rows`` or ``fault`` are there when it has ended.

    ``outdated``: the documents have changed since it began, and another reads them as they are now.
    """

    done: int = 0
    total: int = 0
    rows: list[LedgerRow] = field(default_factory=list)
    fault: str = ""
    finished: threading.Event = field(default_factory=threading.Event)
    outdated: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds_left(self) -> float | None:
        """As long as it took per detail so far; None where that says nothing yet."""
        if self.done < 5:
            return None
        return (time.monotonic() - self.began) / self.done * (self.total - self.done)


class _StoppedError(Exception):
    """Nobody waits for the rest: the page is closed, or the documents are others."""


class Readings:
    """Reads the ledger in threads of its own, once for however many wait; the engine keeps the rows.

    Every detail is asked, which takes a minute.  Questions of people come first: while one is answered,
    the reading waits, for the two would share the processor.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = threading.Lock()
        self._readings: dict[date | None, Reading] = {}
        self._threads: list[threading.Thread] = []
        self._latest: list[LedgerRow] = []
        self._asking = 0
        self._stopped = threading.Event()

    def read(self, as_of: date | None = None) -> Reading:
        """Begin, or find the reading that is under way; it does not stop when nobody waits for it."""
        with self._lock:
            reading = self._readings.get(as_of)
            if reading is None or reading.finished.is_set() or reading.outdated.is_set():
                reading = self._readings[as_of] = Reading()
                thread = threading.Thread(
                    target=self._run, args=(reading, as_of), name="stated ledger", daemon=True
                )
                self._threads = [t for t in self._threads if t.is_alive()] + [thread]
                thread.start()
            return reading

    def outdate(self) -> None:
        """The documents have changed: what is being read ends, and who waits for it gets the rows of now."""
        with self._lock:
            for reading in self._readings.values():
                if not reading.finished.is_set():
                    reading.outdated.set()

    @property
    def latest(self) -> list[LedgerRow]:
        """The rows as of the latest day, where they have been read; nothing is begun."""
        return self._latest

    def rows(self, tell: Progress) -> list[LedgerRow]:
        """The rows as of the latest day, waited for.

        Args:
            tell: told how far it is.

        Raises:
            StatedError: they could not be read.
        """
        for reading in self.watch():
            tell("ledger", reading.done, reading.total)
        if reading.fault:
            raise StatedError(reading.fault)
        return reading.rows

    def watch(self, as_of: date | None = None) -> Iterator[Reading]:
        """The reading again and again until it has ended; another where that one was outdated meanwhile."""
        reading = self.read(as_of)
        while not reading.finished.wait(LOOK_SECONDS) or reading.outdated.is_set():
            if reading.outdated.is_set():
                reading = self.read(as_of)
            yield reading
        yield reading

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While this is entered, the reading waits."""
        with self._lock:
            self._asking += 1
        try:
            yield
        finally:
            with self._lock:
                self._asking -= 1

    def close(self) -> None:
        """Let what is being read end at its next detail, and wait for that.

        A thread that still computes when Python ends takes the whole process down with it.
        """
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self, reading: Reading, as_of: date | None) -> None:
        def tell(_: str, done: int, total: int) -> None:
            reading.done, reading.total = done, total
            until = time.monotonic() + _LONGEST_YIELD
            while self._asking and time.monotonic() < until and not stopped():
                time.sleep(_YIELD_SECONDS)
            if stopped():
                raise _StoppedError

        def stopped() -> bool:
            return self._stopped.is_set() or reading.outdated.is_set()

        reading.fault = "The ledger could not be read: this is a defect, the terminal tells more."
        try:
            reading.rows = ledger_rows(self._assistant, as_of, tell)
            if as_of is None:
                self._latest = reading.rows
            reading.fault = ""
        except StatedError as error:
            reading.fault = str(error)
        except _StoppedError:
            reading.fault = "The page was closed."
        finally:
            reading.finished.set()
