"""Questions to begin with, taken from the corpus."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set

from rag.reading import Reading
from rag.retrieval import Library
from rag.subjects import subjects, whole_names, written


def suggestions_for(library: Library) -> tuple[str, ...]:
    """At most four questions: about a subject, what is open about one, an open detail, a near miss."""
    readings = [row.reading for row in library.rows]
    known = frozenset(subjects(library))
    titled = _names([r for r in readings if r.heading], known, headings=True)
    unsettled = _names([r for r in readings if r.stance.gaps], known)
    details = [topic for r in readings if r.stance.gaps and (topic := _topic(r))]
    found: list[str] = []
    if titled:
        found.append(f"What do the sources say about {titled[0]}?")
    if unsettled:
        found.append(f"What is still undisclosed about {unsettled[0]}?")
    if details:
        found.append(f"What is known about {details[0]}?")
    if titled:
        found.append(f"How much does {titled[0]} cost?")
    return tuple(dict.fromkeys(found))


def _names(readings: Sequence[Reading], known: Set[str], headings: bool = False) -> list[str]:
    """The whole names ("Estuary Line") that these sentences talk about: subjects, then the most frequent."""
    counts: Counter[str] = Counter()
    for reading in readings:
        for run in whole_names(reading):
            keys = {reading.keys[place] for place in run}
            if keys & reading.topical and (not headings or keys & reading.heading):
                counts[written(reading, run)] += 1
    named = (name for name in counts if len(name) > 2)
    return sorted(named, key=lambda name: (name not in known, -counts[name], name))


def _topic(reading: Reading) -> str:
    for gap in reading.stance.gaps:
        for topic in gap.topics:
            tokens = reading.tokens[topic.first : topic.last]
            text = reading.sentence.text[tokens[0].start : tokens[-1].end].strip(" .,")
            if not topic.clause and 1 < len(text.split()) < 5:
                return (
                    "the "
                    + re.sub(r"^(?:the|a|an|its|their|his|her)\s+", "", text, flags=re.IGNORECASE).lower()
                )
    return ""
