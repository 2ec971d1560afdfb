"""What evidence is worth: a score per sentence, and of a part's sentences the shares of the verdicts.

A sentence's score is linear in a few readable features.  The sentences of one part, a document's of one date,
compete with each other and with "none of them": the share of a verdict is the multinomial logit of its
sentences' scores (McFadden 1974), the score of "none" being 0.  So several sentences that may each be the
answer make it surer that there is one, and one that withholds makes it less sure that another states.
The weights come from the development and calibration questions (``eval/calibrate.py``) and lie in
``calibration.toml``.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.candidates import Candidate, Open
from rag.evidence import gather
from rag.question import Detail
from rag.records import Verdict
from rag.retrieval import Library

Vectors = Mapping[str, NDArray[np.float32]]
# From this share on, a worded non-disclosure beside a statement casts doubt on it, and is what is shown.
DOUBT = 0.2
# How sure, in log-odds, the surest of several statements must be by itself: two in five.
LIKELY = -0.4
_BOUND = 30.0


@dataclass(frozen=True, slots=True)
class Model:
    """One linear score, and the share from which on its verdict is given."""

    bias: float
    weights: tuple[float, ...]
    threshold: float

    def __call__(self, features: Sequence[float]) -> float:
        """Log-odds against "none of them"."""
        total = self.bias + sum(w * f for w, f in zip(self.weights, features, strict=True))
        return max(-_BOUND, min(_BOUND, total))


class Models(NamedTuple):
    """The two scores: "this sentence answers" and "this sentence withholds the answer"."""

    stated: Model
    gap: Model


@cache
def models() -> Models:
    """The shipped ones."""
    data = tomllib.loads(resources.files("rag").joinpath("calibration.toml").read_text("utf-8"))
    return Models(
        *(
            Model(d["bias"], tuple(d["weights"].values()), d["threshold"])
            for d in (data["stated"], data["gap"])
        )
    )


def shares(
    stated: Sequence[float], withheld: Sequence[float], doubtful: Sequence[float] = ()
) -> tuple[float, float]:
    """How sure it is that one of the sentences states the answer, and that one withholds it.

    Args:
        stated: the scores of the sentences as statements, in log-odds against "none".
        withheld: their scores as non-disclosures.
        doubtful: the scores of those that nothing shows to be non-disclosures: they compete, and win nothing.
    """
    told, held, lost = (math.fsum(map(math.exp, scores)) for scores in (stated, withheld, doubtful))
    return told / (1 + told + held + lost), held / (1 + told + held + lost)


def decided(
    told: float,
    held: float,
    stated_threshold: float,
    gap_threshold: float,
    *,
    best: float,
    doubt: float | None = None,
) -> Verdict:
    """The verdict for the shares of "stated" and "undisclosed" (see ``shares``).

    Args:
        told: how sure it is that something states the answer.
        held: how sure it is that something withholds it.
        stated_threshold: from which ``told`` on it is stated.
        gap_threshold: from which ``held`` on it is undisclosed.
        best: the surest statement by itself, in log-odds; many unlikely ones make none that could be cited.
        doubt: the share that speaks against a statement; ``held`` where it is not given.  A sentence that
            both tells and withholds ("X pays for it; how much is not known") casts no doubt on itself, and
            one that withholds nothing in words casts none on what is said elsewhere: then it is 0.
    """
    is_stated = told >= stated_threshold and best >= LIKELY
    if held >= gap_threshold or (is_stated and (held if doubt is None else doubt) >= DOUBT):
        return Verdict.UNDISCLOSED
    return Verdict.STATED if is_stated else Verdict.NOT_COVERED


@dataclass(frozen=True, slots=True)
class Part:
    """The candidates of one document and date, the best first; ``day`` is that date.

    Of the ``gaps`` only the plain ones can win.
    """

    document: int
    day: date
    stated: tuple[Candidate, ...]
    gaps: tuple[Open, ...]

    @property
    def clouded(self) -> float:
        """The share of all the gaps, plain or not."""
        return shares([c.score for c in self.stated], [o.score for o in self.gaps])[1]

    @property
    def withheld(self) -> tuple[Open, ...]:
        """The plain non-disclosures."""
        return tuple(o for o in self.gaps if o.plain)

    @property
    def shares(self) -> tuple[float, float]:
        """Of "stated" and of "undisclosed"."""
        return shares(
            [c.score for c in self.stated],
            [o.score for o in self.withheld],
            [o.score for o in self.gaps if not o.plain],
        )


def parts(
    detail: Detail, library: Library, vectors: Vectors, cosines: NDArray[np.float32]
) -> tuple[Part, ...]:
    """Every part that has a candidate, the oldest first.

    Args:
        detail: what is asked.
        library: every sentence that counts.
        vectors: the embedder's vectors of the detail's words, by word key.
        cosines: similarity of the detail's text to every sentence, in the library's order.
    """
    stated_model, gap_model = models()
    evidence = gather(detail, library, vectors, cosines)
    stated = sorted(
        (replace(c, score=stated_model(c.features)) for c in evidence.stated), key=lambda c: (-c.score, c.row)
    )
    gaps = sorted(
        (replace(o, score=gap_model(o.features)) for o in evidence.open), key=lambda o: (-o.score, o.row)
    )

    def part(row: int) -> tuple[date, int]:
        return library.rows[row].day, library.rows[row].document

    return tuple(
        Part(
            document, day,
            tuple(c for c in stated if part(c.row) == (day, document)),
            tuple(o for o in gaps if part(o.row) == (day, document)),
        )
        for day, document in sorted({part(row) for row in (*(c.row for c in stated), *(o.row for o in gaps))})
    )  # fmt: skip
