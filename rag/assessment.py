"""What one part, a document's sentences of one date, says of an asked detail.

A sentence answers only if names, asked detail, answer type and (for yes/no) every strength word and
polarity fit in one clause.  A non-disclosure counts only where one of its topics is the asked detail
and its scope holds for the asked subject.  Similar words about something else are near misses.

How sure it is that one of the part's sentences does, ``weighing`` says; here the verdict is made of that,
and the sentences that carry it are chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from rag.assessed import Assessed
from rag.candidates import Candidate, Open
from rag.directives import only_links
from rag.polarity import polarity_of
from rag.predication import promised
from rag.question import Ask, Detail
from rag.records import ClaimKind, Polarity, Verdict
from rag.retrieval import Library, Row
from rag.values import name_others
from rag.weighing import Part, decided, models, shares

# From this similarity to the question on, a sentence is worth showing as a near miss.
NEAR = 0.4
# How sure a non-disclosure must be to stand beside a stated list ("which are all the tools?").
BESIDE = 0.4
# How sure the best sentence must be, if it were the only one, to be a list of what is also withheld in part.
LISTED = 0.8
# How much less sure than the best a sentence may be that carries a yes or no where the best does not.
DECISIVE = 0.35
# The least that it may be: where a yes or no is carried, subject, object and tense fit already.
PLAIN = 0.3
# How far below the best score a sentence may be that is cited with it, in log-odds: a statement, a
# non-disclosure.
CLOSE, CLOSE_GAP = 0.5, 1.0
# Log-odds from which on a sentence is as good as sure.
_SURE = 2.5


@dataclass(frozen=True, slots=True)
class Saying:
    """What a part says, and how surely: ``lead`` is the candidate or the non-disclosure that leads.

    ``strength`` is the share of its verdict.
    """

    part: Part
    found: Assessed
    strength: float
    lead: Candidate | Open

    @property
    def sureness(self) -> float:
        """The log-odds of ``strength``; what is as good as sure is not told apart."""
        return min(_SURE, math.log(self.strength / (1 - self.strength)) if self.strength < 1 else _SURE)


def says(detail: Detail, part: Part, library: Library, cosines: NDArray[np.float32]) -> Saying | None:
    """What a part says of a detail; None where it is silent.

    Args:
        detail: what is asked.
        part: its weighed candidates.
        library: every sentence that counts.
        cosines: similarity of the detail's text to every sentence, in the library's order.
    """
    stated_model, gap_model = models()
    told, held = part.shares
    scores = {"stated": round(told, 3), "gap": round(held, 3)}
    doubt = part.clouded if _doubted(part) else 0.0
    best = max((c.score for c in part.stated), default=-math.inf)
    verdict = decided(told, held, stated_model.threshold, gap_model.threshold, best=best, doubt=doubt)
    beside = _beside(part) if detail.listing else ()
    # A list, and what is withheld of it, do not exclude each other.
    listed = max((c.probability for c in part.stated), default=0.0) >= LISTED
    if beside and listed and shares([c.score for c in part.stated], ())[0] >= stated_model.threshold:
        verdict = Verdict.STATED
    if verdict is Verdict.UNDISCLOSED:
        first = part.withheld[0]
        rows = tuple(o.row for o in part.withheld if o.score >= first.score - CLOSE_GAP)[:2]
        whole = first.fit is not None and first.fit.whole
        found = Assessed(detail, Verdict.UNDISCLOSED, rows, whole=whole, scores=scores)
        return Saying(part, found, held, first)
    if verdict is Verdict.STATED:
        lead, found = _stated(detail, list(part.stated), library, cosines, scores, beside)
        return Saying(part, found, told, lead)
    return None


def _doubted(part: Part) -> bool:
    """Whether the best non-disclosure is worded as one, in another sentence than the best statement."""
    gap = next(iter(part.gaps), None)
    return gap is not None and gap.fit is not None and gap.row not in {c.row for c in part.stated[:1]}


def _beside(part: Part) -> tuple[int, ...]:
    """The non-disclosure of just what is asked for that stands beside a stated list."""
    return tuple(
        o.row for o in part.gaps
        if o.probability >= BESIDE and o.fit is not None and o.fit.named and o.fit.question_share >= 0.6
    )[:1]  # fmt: skip


def near_misses(cosines: NDArray[np.float32], library: Library) -> tuple[int, ...]:
    """The sentences nearest to a question that nothing answers, best first; no mere list of links is one."""
    nearest = (int(n) for n in np.argsort(-cosines, kind="stable") if cosines[n] >= NEAR)
    return tuple(n for n in islice(nearest, 8) if not only_links(library.rows[n].reading.sentence.text))


def _stated(
    detail: Detail, stated: list[Candidate], library: Library, cosines: NDArray[np.float32],
    scores: dict[str, float], open_rows: tuple[int, ...],
) -> tuple[Candidate, Assessed]:  # fmt: skip
    best = stated[0]
    close = [c for c in stated if c.score >= best.score - CLOSE or _other_value(detail, best, c, library)]
    close = sorted(close, key=lambda c: (-(c.probability + 0.3 * float(cosines[c.row])), c.row))[:2]
    first, polarity = close[0], None
    if detail.ask is Ask.YES_NO:
        first, polarity = _decisive(detail, stated, close[0], library)
        close = [first]
    row = library.rows[first.row]
    return first, Assessed(
        detail, Verdict.STATED, tuple(c.row for c in close), open_rows, polarity=polarity,
        kind=_kind(detail, row, first), scores=scores,
    )  # fmt: skip


def _other_value(detail: Detail, best: Candidate, other: Candidate, library: Library) -> bool:
    """Whether a sentence as good as sure names another value than the best one: they tell of two parts.

    Of a library under MIT whose driver is under the GPL neither licence is the whole answer.
    """
    if min(best.score, other.score) < _SURE or detail.ask is not Ask.WHAT:
        return False
    return name_others(detail, *(library.rows[c.row].reading for c in (best, other)))


def _kind(detail: Detail, row: Row, found: Candidate) -> ClaimKind:
    """The kind of what answers: of its clause, and of the verb that the asked words hang on.

    "X sweeps a wide strip and will come back" states a fact of the strip and plans the coming back.
    """
    stance = row.reading.stance
    if detail.nature and detail.ask is Ask.WHO:  # what somebody thinks is an opinion; who it is, none
        return ClaimKind.FACT
    kind = found.segment.kind if len(stance.segments) > 1 else stance.kind
    if kind is ClaimKind.OPINION:
        return kind
    asked = [*((detail.predicate,) if detail.predicate else ()), *detail.of("focus", "verb")]
    for term in asked:
        match = found.matches.get(f"{term.role}:{term.key}")
        if match is None or match.place < 0 or match.strength < 0.5:
            continue
        if (future := promised(row.reading.tokens, match.place)) is not None:
            return ClaimKind.COMMITMENT if future else ClaimKind.FACT
    return kind


def _decisive(
    detail: Detail, stated: list[Candidate], best: Candidate, library: Library
) -> tuple[Candidate, Polarity | None]:
    """The first of the good candidates that carries a yes or no, else the best; none where they disagree."""
    good = [c for c in stated if c.probability >= max(PLAIN, best.probability - DECISIVE)][:6]
    found = [(c, polarity_of(detail, library.rows[c.row], c.segment, c.matches)) for c in (best, *good)]
    decided = [(c, p) for c, p in found if p is not None]
    if decided and len({p for _, p in decided}) == 1:
        return decided[0]
    return best, None
