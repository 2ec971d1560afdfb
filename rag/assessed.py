"""What is found for one detail, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from rag.question import Detail
from rag.records import ClaimKind, Polarity, Verdict


class Before(StrEnum):
    """What an older sentence is to the one that leads now."""

    UNDISCLOSED = "undisclosed"  # it called the detail undisclosed
    PLANNED = "planned"  # it announced what has been reported since
    SUPERSEDED = "superseded"  # it gave another value
    STATED = "stated"  # it stated what is called undisclosed since
    EARLIER = "earlier"  # it stated something, and whether that is another value is not clear


@dataclass(frozen=True, slots=True)
class Earlier:
    """An older sentence (a row of the library) that a later one stands before."""

    how: Before
    row: int


@dataclass(frozen=True, slots=True)
class Step:
    """From ``day`` on the verdict is this one, by these rows."""

    day: date
    verdict: Verdict
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """The verdict on one detail with its evidence, best first (rows of the library).

    ``open_rows`` are the non-disclosures that hold beside a stated answer (the exact list is still
    open); ``whole`` says that a non-disclosure speaks of a whole of which the subject is a part.
    ``conflict`` are rows of the leading one's date and standing that state something else; ``later`` are
    younger plans or assessments beside a fact; ``stale`` marks a plan whose date has passed.
    """

    detail: Detail
    verdict: Verdict
    rows: tuple[int, ...] = ()
    open_rows: tuple[int, ...] = ()
    related: tuple[int, ...] = ()
    polarity: Polarity | None = None
    kind: ClaimKind = ClaimKind.FACT
    whole: bool = False
    premise: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    conflict: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    steps: tuple[Step, ...] = ()
    stale: bool = False
