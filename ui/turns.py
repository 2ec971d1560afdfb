"""Turns: as many at once as the processor serves well, the others one after the other as they came."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator

AT_ONCE = max(1, (os.cpu_count() or 2) // 2)
_LOOK_SECONDS = 0.5


class Turns:
    """First come, first served; safe to use from several threads.

    Six questions read at once would all have their evidence late; one after the other the first has it at
    once, and the last no later.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = at_once
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    def wait(self) -> Iterator[int]:
        """How many are before, again and again until it is one's turn; who stops waiting leaves the line.

        When it has ended, ``done`` gives the turn on.
        """
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
        try:
            while (before := self._taken(ticket)) is not None:
                yield before
                with self._changed:
                    self._changed.wait(_LOOK_SECONDS)
        finally:
            with self._changed:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                self._changed.notify_all()

    def _taken(self, ticket: object) -> int | None:
        """None where it is this one's turn, which is taken then; else how many are before."""
        with self._changed:
            before = self._waiting.index(ticket)
            if before >= self._free:
                return before + 1 - self._free
            self._free -= 1
            self._waiting.remove(ticket)
            return None

    def done(self) -> None:
        """Give the turn on."""
        with self._changed:
            self._free += 1
            self._changed.notify_all()
