"""What a benchmark found: seconds as they were measured, and ratios between engines with their spread."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

OURS, PEER, FLOOR = "stated", "llamaindex", "numpy"
SHIPPED = "shipped"
_LARGE = 90_000  # from here on the aims for 100,000 hold
ENGINES = (OURS, PEER, FLOOR)


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine at one size.

    ``cold``: seconds of a new process up to its first answer.  ``sync``: seconds of whole builds.  ``warm``:
    seconds of answers, in the order of the questions.  ``first_words``: seconds to the first piece of
    text, where there are pieces.  ``peak_bytes``: the most resident memory of the process that built and
    answered.
    """

    cold: tuple[float, ...] = ()
    sync: tuple[float, ...] = ()
    warm: tuple[float, ...] = ()
    first_words: tuple[float, ...] = ()
    peak_bytes: int = 0


@dataclass(frozen=True, slots=True)
class AtSize:
    """All engines over one corpus; ``units`` are its sentences as the engine cuts them."""

    name: str
    units: int
    engines: Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A whole run; ``model`` holds the engines that word with a language model, over the shipped corpus."""

    started: str
    machine: str
    load: float
    sizes: tuple[AtSize, ...]
    model_name: str = ""
    model: Mapping[str, Measured] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, the ratios and aims among them."""
        plain = asdict(self)
        for size, shown in zip(self.sizes, plain["sizes"], strict=True):
            shown["ratios"] = {name: asdict(ratio) for name, ratio in ratios(size).items()}
        plain["aims"] = [asdict(aim) for aim in aims(self)]
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Benchmark:
        """What ``to_dict`` wrote; ratios and aims are reckoned anew.

        Raises:
            KeyError, TypeError: it is none.
        """
        sizes = tuple(
            AtSize(
                size["name"], size["units"], {name: _measured(one) for name, one in size["engines"].items()}
            )
            for size in data["sizes"]
        )
        return cls(
            data["started"], data["machine"], data["load"], sizes, data["model_name"],
            {name: _measured(one) for name, one in data["model"].items()}, tuple(data["notes"]),
        )  # fmt: skip


def _measured(data: Mapping[str, Any]) -> Measured:
    return Measured(
        tuple(data["cold"]), tuple(data["sync"]), tuple(data["warm"]), tuple(data["first_words"]),
        int(data["peak_bytes"]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of pairs measured one right after the other: their median, and the 10th and 90th percentile.

    Other work on the machine slows both of a pair, so a ratio says more than the seconds do.
    """

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        """As in ``1.52 [1.40, 1.70]``."""
        return f"{self.median:.3g} [{self.low:.3g}, {self.high:.3g}]"


@dataclass(frozen=True, slots=True)
class Aim:
    """What is aimed at, and what was found."""

    name: str
    wanted: float
    found: float
    met: bool


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie, between two of them in proportion.

    Raises:
        ValueError: there are no values.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("there is no percentile of nothing")
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def ratios(size: AtSize) -> dict[str, Ratio]:
    """Ours against the others: how often their seconds for an answer, how often their speed of a sync."""
    ours, found = size.engines[OURS], {}
    for other in (PEER, FLOOR):
        theirs = size.engines[other]
        for name, left, right in (
            (f"cold, times {other}", ours.cold, theirs.cold),
            (f"warm, times {other}", ours.warm, theirs.warm),
            (f"sync speed, times {other}", theirs.sync, ours.sync),
        ):
            pairs = [a / b for a, b in zip(left, right, strict=True) if b > 0]
            if pairs:
                spread = percentile(pairs, 0.1), percentile(pairs, 0.9)
                found[name] = Ratio(statistics.median(pairs), *spread)
    return found


def aims(run: Benchmark) -> list[Aim]:
    """The aims that this run can judge; it judges nothing else, and fails by none of them."""
    found: list[Aim] = []
    for size in run.sizes:
        ours = size.engines[OURS]
        if size.name == SHIPPED:
            found.append(_most("cold ask, shipped corpus, s", 3.0, statistics.median(ours.cold)))
            found.append(_most("warm ask, shipped corpus, p50, ms", 40, percentile(ours.warm, 0.5) * 1e3))
        if size.units >= _LARGE:
            found.append(_most("warm ask, 100,000 units, p95, ms", 200, percentile(ours.warm, 0.95) * 1e3))
            found.append(_most("peak memory, 100,000 units, GB", 2.0, ours.peak_bytes / 1e9))
        if size.name != SHIPPED:
            speed = ratios(size)[f"sync speed, times {PEER}"].median
            found.append(Aim(f"sync speed at {size.name}, times {PEER}", 1.5, speed, speed >= 1.5))
    return found


def _most(name: str, wanted: float, found: float) -> Aim:
    return Aim(name, wanted, found, found <= wanted)
