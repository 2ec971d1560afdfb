"""Verdicts over time: each part speaks for itself, and the parts up to a day make that day's verdict.

A part (``assessment``) knows nothing of later ones, and the rules here take the dates one after the other, so
the verdict as of a day is a function of the parts up to it, in whatever order they were taken in:

- the newest statement stands before an older one, and before an older non-disclosure; a newer non-disclosure
  before an older statement, which stays in sight; silence changes nothing;
- but only a sentence that speaks of the very thing (``scope``), is sure enough, and not much less sure than
  the one it would replace: a near miss in a later note overrides no exact answer;
- a plan or an assessment does not replace a fact; a fact replaces the plan that it fulfils; what is said of a
  part replaces neither what was said of the whole nor of another part;
- of two documents of one date and kind that state different values, neither is later: a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from rag.assessed import Assessed, Before, Earlier, Step
from rag.assessment import Saying, near_misses, says
from rag.candidates import STATED_FEATURES, Candidate, Open
from rag.dates import days
from rag.fit import ALL_WORDS
from rag.question import Ask, Detail
from rag.records import ClaimKind, Verdict
from rag.retrieval import Library
from rag.scope import as_wide, known_to, speaks_of, withholds_from, withholds_of, withholds_the_asked
from rag.values import differ
from rag.weighing import Part, models, parts

Vectors = Mapping[str, NDArray[np.float32]]
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
# How much less sure a later part may be than the one that it stands before, in log-odds: of the same verdict,
# and of the other one.
SAME, OTHER = 0.7, 1.0
# From this much surer on, in log-odds, it leads alone, though it speaks of no more than a part.
_FAR_SURER = 2.5
_FEW_WORDS = 0.3  # of a question: what has fewer of them may be about something else
_OBJECT = STATED_FEATURES.index("object")
_SHOWN_EARLIER = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds from ``day`` on: the saying that leads, and what is shown beside it."""

    day: date
    lead: Saying
    conflict: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    earlier: tuple[Earlier, ...] = ()


def measured(detail: Detail, library: Library, encode: Encode) -> tuple[Vectors, NDArray[np.float32]]:
    """The vectors of a detail's words by key, and its similarity to every sentence."""
    words = sorted({(t.key, t.text.lower()) for t in detail.terms})
    vectors = encode([detail.text, *(text for _, text in words)])
    known = {key: vectors[1 + number] for number, (key, _) in enumerate(words)}
    return known, np.asarray(library.vectors @ vectors[0], np.float32)


def standings(
    detail: Detail, library: Library, vectors: Vectors, cosines: NDArray[np.float32]
) -> tuple[Standing, ...]:
    """What holds from which day on, the oldest first; nothing before the first part that speaks.

    Args:
        detail: what is asked.
        library: every sentence that counts.
        vectors: the embedder's vectors of the detail's words, by word key.
        cosines: similarity of the detail's text to every sentence, in the library's order.
    """
    found: list[Standing] = []
    for day, own in groupby(parts(detail, library, vectors, cosines), key=lambda part: part.day):
        fitting = [_fitting(detail, part, library) for part in own]
        said = [saying for part in fitting if (saying := says(detail, part, library, cosines)) is not None]
        before = found[-1] if found else None
        after = _next(detail, before, _of_day(detail, day, said, library), library)
        if after is not None and after != before:
            found.append(after)
    return tuple(found)


def finding(
    detail: Detail, held: Sequence[Standing], library: Library, cosines: NDArray[np.float32], as_of: date
) -> Assessed:
    """The verdict as of a day, by what held on the days up to it.

    Args:
        detail: what is asked.
        held: what held from which day on; none of it after ``as_of``.
        library: the sentences up to ``as_of``.
        cosines: similarity of the detail's text to every sentence.
        as_of: a plan whose date has passed by then is stale.
    """
    if not held:
        premise = detail.statement if detail.presumed and detail.of("name", "noun") else ""
        related = near_misses(cosines, library)
        return Assessed(detail, Verdict.NOT_COVERED, related=related, premise=premise)
    last = held[-1]
    found = last.lead.found
    steps: list[Step] = []
    for standing in held:
        step = Step(standing.day, standing.lead.found.verdict, _leading(standing))
        if not steps or (step.verdict, step.rows) != (steps[-1].verdict, steps[-1].rows):
            steps.append(step)
    return replace(
        found, conflict=last.conflict, beside=last.beside, earlier=last.earlier, steps=tuple(steps),
        stale=_stale(found, library, as_of) and not any(_is_done(row, library) for row in last.beside),
    )  # fmt: skip


def _leading(standing: Standing) -> tuple[int, ...]:
    return (*standing.lead.found.rows[:1], *standing.conflict)


def _fitting(detail: Detail, part: Part, library: Library) -> Part:
    """A part without the sentences that speak of something else."""
    here = not part.gaps or known_to(detail, library, part.document, part.day)
    return replace(
        part,
        stated=tuple(c for c in part.stated if speaks_of(detail, library.rows[c.row], c.matches)),
        gaps=tuple(o for o in part.gaps if here and withholds_from(detail, library.rows[o.row])),
    )


# ---- one date ------------------------------------------------------------------------------------


def _of_day(detail: Detail, day: date, sayings: Sequence[Saying], library: Library) -> Standing | None:
    """What the parts of one date say together."""
    surest = sorted(sayings, key=lambda s: (-s.strength, s.part.document))
    stated = [s for s in surest if s.found.verdict is Verdict.STATED]
    held_back = [s for s in surest if s.found.verdict is Verdict.UNDISCLOSED]
    if not stated and not held_back:
        return None
    stated_model, gap_model = models()
    surer = bool(stated) and (
        not held_back
        or stated[0].strength - stated_model.threshold > held_back[0].strength - gap_model.threshold
    )
    if not surer:
        earlier = tuple(Earlier(Before.STATED, s.found.rows[0]) for s in stated[:1])
        return Standing(day, held_back[0], earlier=earlier)
    others = [s for s in stated[1:] if _conflicts(detail, stated[0], s, library)]
    earlier = tuple(Earlier(Before.UNDISCLOSED, s.found.rows[0]) for s in held_back[:1])
    return Standing(day, stated[0], tuple(s.found.rows[0] for s in others[:1]), earlier=earlier)


def _conflicts(detail: Detail, one: Saying, other: Saying, library: Library) -> bool:
    """Whether two sayings of one date and kind of document state different facts."""
    kinds = {library.documents[s.part.document].document.kind for s in (one, other)}
    facts = all(s.found.kind is ClaimKind.FACT for s in (one, other))
    return len(kinds) == 1 and facts and _differ(detail, one, other, library) is True


def _differ(detail: Detail, one: Saying, other: Saying, library: Library) -> bool | None:
    if detail.ask is Ask.YES_NO:
        said = (one.found.polarity, other.found.polarity)
        return None if None in said else said[0] != said[1]
    first, second = (library.rows[s.found.rows[0]].reading for s in (one, other))
    return differ(detail, first, second)


# ---- one date after another ----------------------------------------------------------------------


def _next(detail: Detail, old: Standing | None, new: Standing | None, library: Library) -> Standing | None:
    """What holds when a date has been added; ``old`` itself where it changes nothing."""
    if old is None or new is None:
        return new or old
    if new.lead.found.verdict is Verdict.UNDISCLOSED:
        return _withheld(old, new)
    if old.lead.found.verdict is Verdict.UNDISCLOSED:
        if not _sure(new, old, OTHER) and not _exact(new):
            return old
        return replace(new, earlier=_behind(new, old, Before.UNDISCLOSED))
    return _restated(detail, old, new, library)


def _sure(new: Standing, old: Standing, room: float) -> bool:
    """Whether what is newer is not much less sure."""
    return new.lead.sureness >= old.lead.sureness - room


def _far_surer(new: Standing, old: Standing) -> bool:
    """Whether a later sentence is far surer than one with few words of the question: that was a near miss."""
    lead = old.lead.lead
    beside = isinstance(lead, Candidate) and lead.coverage < _FEW_WORDS
    return beside and new.lead.lead.score >= lead.score + _FAR_SURER


def _exact(new: Standing) -> bool:
    """Whether a statement has every word of the question."""
    lead = new.lead.lead
    return isinstance(lead, Candidate) and lead.coverage >= ALL_WORDS


def _fits(said: Standing) -> float:
    """Whether the statement that leads has what is asked for; 0 where a non-disclosure leads."""
    lead = said.lead.lead
    return lead.features[_OBJECT] if isinstance(lead, Candidate) else 0.0


def _withheld(old: Standing, new: Standing) -> Standing:
    """A newer non-disclosure: by name it stands before a statement, which stays in sight."""
    lead = new.lead.lead
    fit = lead.fit if isinstance(lead, Open) else None
    named = withholds_of(fit)
    if old.lead.found.verdict is Verdict.UNDISCLOSED:
        named = named and _sure(new, old, SAME)
        return replace(new, earlier=(*new.earlier, *old.earlier)) if named else old
    if not named or not _sure(new, old, OTHER) or not withholds_the_asked(fit):
        return old
    return replace(new, earlier=_behind(new, old, Before.STATED))


def _restated(detail: Detail, old: Standing, new: Standing, library: Library) -> Standing:
    """A newer statement before an older one."""
    said = new.lead.found.polarity, old.lead.found.polarity
    if not _sure(new, old, OTHER if detail.newest else SAME) or (said[0] is None and said[1] is not None):
        return old
    if detail.ask is not Ask.YES_NO and _far_surer(new, old):
        return new
    # What bears on a yes or no without all its words bears less on it than what has them.
    vaguer = detail.ask is Ask.YES_NO and said[0] is None and _exact(old) and not _exact(new)
    kind, was = new.lead.found.kind, old.lead.found.kind
    # Who asks for the newest release asks for one of them, whichever it is; and an older sentence without
    # what is asked for (an amount, where a number is) or a word of it says it of no more than a newer one.
    readings = (library.rows[s.lead.found.rows[0]].reading for s in (new, old))
    gained = _fits(new) > _fits(old) or (_exact(new) and not _exact(old))
    narrower = vaguer or (not (detail.newest or gained) and not as_wide(detail, *readings))
    if narrower or (kind is not ClaimKind.FACT and was is ClaimKind.FACT):
        return replace(old, beside=(new.lead.found.rows[0],))
    apart = None if gained else _differ(detail, new.lead, old.lead, library)
    if kind is ClaimKind.FACT and was is ClaimKind.COMMITMENT:
        how = Before.PLANNED
    elif apart is None:
        how = Before.EARLIER
    elif apart:
        how = Before.SUPERSEDED
    else:
        return replace(new, earlier=(*new.earlier, *old.earlier))
    return replace(new, earlier=_behind(new, old, how))


def _behind(new: Standing, old: Standing, how: Before) -> tuple[Earlier, ...]:
    rows = (*old.lead.found.rows[:1], *old.conflict)
    return (*new.earlier, *(Earlier(how, row) for row in rows), *old.earlier)[:_SHOWN_EARLIER]


def _stale(found: Assessed, library: Library, as_of: date) -> bool:
    """Whether a plan names a day, and every day that it names has passed."""
    if found.verdict is not Verdict.STATED or found.kind is not ClaimKind.COMMITMENT:
        return False
    row = library.rows[found.rows[0]]
    planned = []
    for year, month, day in days(row.reading.sentence.text):
        end = _end(year or row.day.year, month, day)
        if not year and end < row.day:  # "in May", said in September
            end = _end(row.day.year + 1, month, day)
        planned += [end] if end > row.day else []
    return bool(planned) and max(planned) < as_of


def _is_done(row: int, library: Library) -> bool:
    """Whether a sentence tells of what is so, and not of a plan or of what is open."""
    stance = library.rows[row].reading.stance
    return stance.kind is ClaimKind.FACT and not stance.gaps


def _end(year: int, month: int, day: int) -> date:
    """The last day that a date can mean."""
    if not month:
        return date(year, 12, 31)
    try:
        return date(year, month, day) if day else date(year + month // 12, month % 12 + 1, 1)
    except ValueError:  # "31 June"
        return date(year, 12, 31)
