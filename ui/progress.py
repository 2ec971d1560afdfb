"""Progress on standard error: a bar on a terminal, a few plain lines in a log."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_BAR_CELLS = 24
_REDRAW_SECONDS = 0.1
_LOG_STEPS = 4  # lines per stage in a log: at 25, 50, 75 and 100 percent


class Progress:
    """Shows stages of counted work; call it with ``(stage, done, total)``.

    Use as a context manager: leaving it ends the line of a bar that has not finished.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._stage = ""
        self._step = 0
        self._drawn_at = 0.0
        self._open = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_line()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report that ``done`` of ``total`` units of ``stage`` are through."""
        if stage != self._stage:
            self._end_line()
            self._stage, self._step, self._drawn_at = stage, 0, 0.0
        share = min(done / total, 1.0) if total > 0 else 1.0
        if self._terminal:
            self._draw(share, done, total)
        else:
            self._log(share, done, total)

    def _draw(self, share: float, done: int, total: int) -> None:
        now = time.monotonic()
        if share < 1.0 and now - self._drawn_at < _REDRAW_SECONDS:
            return
        self._drawn_at = now
        filled = round(share * _BAR_CELLS)
        bar = "█" * filled + "░" * (_BAR_CELLS - filled)
        self._stream.write(f"\r{self._stage} {bar} {_amount(done)} of {_amount(total)}\x1b[K")
        self._stream.flush()
        self._open = True

    def _log(self, share: float, done: int, total: int) -> None:
        step = int(share * _LOG_STEPS)
        if step > self._step:
            self._step = step
            self._stream.write(f"{self._stage}: {_amount(done)} of {_amount(total)}\n")
            self._stream.flush()

    def _end_line(self) -> None:
        if self._open:
            self._stream.write("\n")
            self._stream.flush()
            self._open = False


def _amount(count: int) -> str:
    """A count as people read it; from a million on it is bytes, and shown in MB."""
    return f"{count / 1e6:.0f} MB" if count >= 1_000_000 else f"{count:,}"
