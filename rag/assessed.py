"""What is found for one detail, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.question import Detail
from rag.records import ClaimKind, Polarity, Verdict


@dataclass(frozen=True, slots=True)
class Assessed:
    """The verdict on one detail with its evidence, best first (rows of the library).

    ``open_rows`` are the non-disclosures that hold beside a stated answer (the exact list is still
    open); ``whole`` says that a non-disclosure speaks of a whole of which the subject is a part.
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
