"""Shares with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rate:
    """A share: ``hits`` of ``total``."""

    hits: int
    total: int

    @property
    def share(self) -> float | None:
        """None where nothing was counted: that is no share, neither 0 nor 1."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval (Wilson 1927, "Probable inference"); None where nothing was counted."""
        if not self.total:
            return None
        z = 1.959964
        n, p = self.total, self.hits / self.total
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, centre - half), min(1.0, centre + half)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        interval = None if self.interval is None else list(self.interval)
        return {"hits": self.hits, "total": self.total, "share": self.share, "interval": interval}

    def __str__(self) -> str:
        """As in ``86.1% [81.7%, 89.5%] 260/302``, or ``no cases``."""
        if self.interval is None or self.share is None:
            return "no cases"
        low, high = self.interval
        return f"{self.share:6.1%} [{low:.1%}, {high:.1%}] {self.hits}/{self.total}"
