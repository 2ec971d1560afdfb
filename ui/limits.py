"""How much strangers may ask of the page: so many calls a minute each, and so many tools at work at once."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rag.errors import StatedError
from ui.access import is_loopback

CALLS_A_MINUTE, BURST = 60, 60  # a question on the page is two or three calls
TOOLS_AT_ONCE = 8
_MOST_CLIENTS = 10_000  # that are remembered: who floods from more addresses is held by the queue
_BUSY = "Many questions are being answered just now: try again in some seconds."


class Rate:
    """A bucket of calls for every client, filled evenly; not safe to use from several threads.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def refusal(self, client: str) -> str:
        """Counts a call; why it is refused, or "" where it is not."""
        now = self._clock()
        left, before = self._clients.pop(client, (float(BURST), now))
        left = min(float(BURST), left + (now - before) * CALLS_A_MINUTE / 60)
        taken = left >= 1
        self._clients[client] = (left - 1 if taken else left, now)
        while len(self._clients) > _MOST_CLIENTS:
            self._clients.popitem(last=False)
        return "" if taken else f"More than {CALLS_A_MINUTE} calls a minute came from you: wait a little."


class Bound:
    """So many pieces of work at once; not safe to use from several threads."""

    def __init__(self, most: int = TOOLS_AT_ONCE) -> None:
        self._left = most

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Holds a place.

        Raises:
            StatedError: none is free.
        """
        if not self._left:
            raise StatedError(_BUSY)
        self._left -= 1
        try:
            yield
        finally:
            self._left += 1


def stranger(request: Any) -> str:
    """The address of a caller from elsewhere; "" for one on this machine.

    Behind a proxy it is the one that the proxy saw: what stands before it, the caller may have invented.
    """
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    host = request.client.host if request.client else ""
    return forwarded or ("" if not host or is_loopback(host) else host)
