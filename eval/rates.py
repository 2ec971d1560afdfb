"""Shares with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass


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
