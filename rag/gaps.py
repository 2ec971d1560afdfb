"""Whether a non-disclosure is one of the asked detail, and whether it holds for the asked subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.covering import about, best_match
from rag.language import word_key
from rag.lexicon import lexicon
from rag.question import Ask, Detail, Term
from rag.reading import Reading
from rag.releases import JOINED, is_release
from rag.retrieval import Library, Row
from rag.stance import Gap, Topic, cues

Vectors = Mapping[str, NDArray[np.float32]]

GAP_FEATURES = (
    "question_share", "topic_share", "aspect", "instance", "focus", "scope", "whole", "clause",
)  # fmt: skip
_NAME_COVER = 0.8
_GENERIC_HEADS = frozenset(map(word_key, "details specifics particulars information rules terms".split()))
_QUESTION_WORDS = frozenset(map(word_key, "which what how whether when who where why".split()))
_WH_WORDS = frozenset("who whom whose when where why how what which".split())
_CONTENT = ("NOUN", "PROPN", "VERB", "ADJ", "NUM")


@dataclass(frozen=True, slots=True)
class GapFit:
    """A non-disclosure held against a detail; ``features`` are named in ``GAP_FEATURES``.

    ``clash``: what is withheld is of another type than the answer asked for, a price for a "when".
    """

    row: int
    topic: Topic
    features: tuple[float, ...]
    clash: bool = False

    @property
    def question_share(self) -> float:
        return self.features[0]

    @property
    def topic_share(self) -> float:
        return self.features[1]

    @property
    def aspect(self) -> bool:
        """Whether what is withheld is of the aspect that is asked for (a licence, a price)."""
        return self.features[2] > 0

    @property
    def named(self) -> bool:
        """Whether the sentence speaks of the subject itself, not of others or of a whole."""
        return self.features[5] >= 0.85 and not self.whole

    @property
    def whole(self) -> bool:
        return self.features[6] > 0


def gap_fits(detail: Detail, library: Library, vectors: Vectors) -> list[GapFit]:
    """Every non-disclosure of the library's day that can hold for the subject, each by its best topic."""
    found: list[GapFit] = []
    for number in library.fresh:
        row = library.rows[number]
        for gap in row.reading.stance.gaps:
            scope, whole = _scope(detail, row.reading, gap, library)
            if not scope:
                continue
            fits = [
                GapFit(
                    number,
                    t,
                    _features(detail, row, t, library, vectors, scope, whole),
                    _clash(detail, row.reading, t),
                )
                for t in gap.topics
                if not _is_other(detail, row.reading, t)
            ]
            if not fits:
                continue
            found.append(
                max(fits, key=lambda f: f.features[0] + f.features[1] + 2 * f.features[2] + 2 * f.features[3])
            )
    return found


def _scope(detail: Detail, reading: Reading, gap: Gap, library: Library) -> tuple[float, bool]:
    """How surely the sentence speaks of the subject, and whether only of a whole that it is part of.

    A sentence that names nothing narrower than the document's main actor speaks of all that the
    document is about; for a name that the document only mentions in passing it says nothing.
    """
    names = [t for t in detail.of("name") if not _proposed(t, reading, gap)]
    withheld = {t.key for t in reading.tokens[gap.withholder[0] : gap.withholder[1]]}
    told = reading.topical - withheld
    if not names:
        return (1.0, False) if not told else (0.6, False)
    fits = [about(reading, t.key) for t in names]
    if min(fits) >= _NAME_COVER:
        return min(fits), False
    if len(told) == 1 and told <= released(detail):
        return 0.85, True
    carried = reading.carried if reading.anaphoric or not told else frozenset()
    narrower = told or carried or {k for k in reading.heading if library.names.get(k, 0.0) > 0.8}
    if not narrower and all(library.focal(t.key) or about(reading, t.key) for t in names):
        return 0.85, True
    return 0.0, False


def released(detail: Detail) -> frozenset[str]:
    """The names of which a question's one name is a release: of "Norvik-2 Mini" the Norvik.

    What is withheld of the Norvik is withheld of that, too; what is withheld of the Norvik-2 says nothing of
    the Norvik-3, and what is withheld of the Norvik nothing of the Norvik Mini, which may be another thing.
    """
    names = detail.of("name")
    found: set[str] = set()
    for term in names:
        parts = (
            (term.key[:place], term.key[place:]) for place, mark in enumerate(term.key) if mark in JOINED
        )
        bases = {base for base, rest in parts if is_release(rest) and any(c.isdigit() for c in rest)}
        whole = re.search(rf"{re.escape(term.text)}(?:[-–_/. ]+\w[\w.]*)*", detail.text, re.IGNORECASE)
        if bases and whole and all(other.text.lower() in whole[0].lower() for other in names):
            found |= bases
    return frozenset(found)


def _proposed(term: Term, reading: Reading, gap: Gap) -> bool:
    """Whether a name is put forward as what is withheld ("under MIT?"), and is not what is asked about.

    A system that is asked for its licence is what is asked about, though it is one of those that may be
    supported.
    """
    if not term.values:
        return False
    aspects = frozenset().union(*(_topic_aspects(reading, topic) for topic in gap.topics))
    return not aspects or any(f"aspect:{value}" in aspects for value in term.values)


def _features(
    detail: Detail, row: Row, topic: Topic, library: Library, vectors: Vectors, scope: float, whole: bool
) -> tuple[float, ...]:
    keys = row.reading.keys[topic.first : topic.last]
    aspects = _topic_aspects(row.reading, topic)
    # "Who wrote the GPL?" asks about the licence; "is X under the GPL?" proposes it as a value.
    proposes = detail.ask is Ask.YES_NO or any(not t.values for t in detail.of("name"))
    instance = {f"aspect:{a}" for t in detail.terms for a in t.values} if proposes else set()
    asked = _asked(detail, keys, proposes)
    strengths = {
        t.key: 0.95
        if proposes and {f"aspect:{a}" for a in t.values} & aspects
        else _best(t, row, topic, library, vectors)
        for t in asked
    }
    weights = {t.key: library.weight(t.key) * _FACTOR.get(t.role, 1.0) for t in asked}
    total = sum(weights.values())
    question = sum(weights[k] * strengths[k] for k in weights) / total if total else 0.0
    share = _topic_share(detail, row, topic, library, vectors)
    focus = [strengths[t.key] for t in asked if t.role == "focus"]
    return (
        question, share, float(bool(detail.aspects & aspects)), float(bool(instance & aspects)),
        max(focus, default=question), scope, float(whole), float(topic.clause),
    )  # fmt: skip


_FACTOR = {"focus": 1.5, "verb": 0.5, "modifier": 0.5}


def _asked(detail: Detail, keys: tuple[str, ...], proposes: bool) -> list[Term]:
    """The words that must be the topic's; under "details of X", X alone: what is asked is a detail."""
    asked = [
        t
        for t in detail.terms
        if (t.values and proposes) or t.role not in ("name", "head", "strength", "number", "unit")
    ]
    if _GENERIC_HEADS & set(keys[:3]) and not _QUESTION_WORDS & set(keys):
        narrowed = [t for t in asked if t.role != "focus"]
        asked = narrowed or asked
    return asked or [t for t in detail.terms if t.role == "name" and t.key in keys]


def _topic_share(detail: Detail, row: Row, topic: Topic, library: Library, vectors: Vectors) -> float:
    """The share of the topic's own content words that the question speaks of."""
    empty = cues().empty
    places = [
        p
        for p in range(topic.first, topic.last)
        if row.reading.tokens[p].pos in _CONTENT and row.reading.keys[p] not in empty | _GENERIC_HEADS
    ]
    if not places:
        return 0.0
    total = 0.0
    for place in places:
        key = row.reading.keys[place]
        meant = row.meanings.get(place, frozenset())
        total += max(
            (
                1.0
                if key in t.key.split()
                else 0.9
                if t.meanings & meant or {f"aspect:{a}" for a in t.values} & meant
                else library.similar(t.key, key, vectors)
                for t in detail.terms
            ),
            default=0.0,
        )
    return total / len(places)


def _topic_aspects(reading: Reading, topic: Topic) -> frozenset[str]:
    """The aspects of an undisclosed topic; "which licences will govern X" is about licences only."""
    keys = reading.keys
    if topic.clause and reading.tokens[topic.first].low in ("which", "what", "whose"):
        head = reading.tokens[topic.first].head
        if topic.first < head < topic.last and reading.tokens[head].pos == "NOUN":
            return lexicon().aspects(keys[topic.first + 1 : head + 1])
    return lexicon().aspects(keys[topic.first : topic.last])


_COUNTING = frozenset(
    "how number numbers figure figures amount amounts count size sum value total results details data rate "
    "share much many".split()
)
_COUNTING_KEYS = frozenset(map(word_key, _COUNTING))
_WH_OF = {
    Ask.WHEN: {"when"},
    Ask.WHO: {"who", "which", "whose"},
    Ask.WHERE: {"where", "which"},
    Ask.WHY: {"why"},
    Ask.HOW: {"how"},
}


def _clash(detail: Detail, reading: Reading, topic: Topic) -> bool:
    """Whether the topic is of another type than the answer asked for (a price for a "when")."""
    tokens = reading.tokens[topic.first : topic.last]
    if detail.ask is Ask.AMOUNT:
        return not (_topic_aspects(reading, topic) or {t.low for t in tokens} & _COUNTING)
    wanted = _WH_OF.get(detail.ask)
    if wanted is None:
        return False
    if topic.clause:
        return tokens[0].low not in wanted
    if detail.ask is Ask.WHEN:
        dated = any(t.ent == "DATE" for t in tokens)
        return not dated and "aspect:date" not in _topic_aspects(reading, topic)
    return detail.ask in (Ask.WHY, Ask.HOW)


def clashes(detail: Detail, reading: Reading) -> bool:
    """Whether all that a sentence calls undisclosed is plainly something else than what is asked."""
    topics = [topic for gap in reading.stance.gaps for topic in gap.topics]
    return bool(topics) and all(_is_other(detail, reading, topic) for topic in topics)


def of_its_own(detail: Detail, reading: Reading, topic: Topic) -> bool:
    """Whether what is withheld is of a thing that the question does not name, and no "its" refers back.

    "The amount has been blacked out" may be of the fee that was asked for; "the cost of the beds" is not.
    """
    common = cues().empty | _GENERIC_HEADS | _COUNTING_KEYS | detail.keys
    places = range(topic.first, topic.last)
    leans = any(t.tag in ("PRP", "PRP$") for t in reading.tokens[max(0, topic.first - 1) : topic.last])
    return not leans and any(
        reading.tokens[p].pos in ("NOUN", "PROPN") and reading.keys[p] not in common for p in places
    )


def _is_other(detail: Detail, reading: Reading, topic: Topic) -> bool:
    """A withheld "how much" where a "who" is asked, or a withheld price where a licence is.

    Or a withheld count where another aspect is asked for, or something of another number ("version 17"), or
    anything but "what Norvik is" where that is all that is asked.
    """
    aspects = _topic_aspects(reading, topic)
    differ = bool(detail.aspects) and bool(aspects) and not detail.aspects & aspects
    counted = bool(detail.aspects) and not aspects and detail.ask is Ask.WHAT and _is_count(reading, topic)
    return (
        differ
        or counted
        or bool(detail.nature and not _is_of(detail, reading, topic))
        or _of_another_number(detail, reading, topic)
        or _asks_otherwise(detail, reading, topic)
    )


def _is_of(detail: Detail, reading: Reading, topic: Topic) -> bool:
    """Whether what is withheld is a clause on the named thing: "what Norvik is for"."""
    return topic.clause and bool(detail.keys & set(reading.keys[topic.first : topic.last]))


def _is_count(reading: Reading, topic: Topic) -> bool:
    """Whether what is withheld is how many there are of something."""
    words = [token.low for token in reading.tokens[topic.first : topic.last] if token.pos != "DET"]
    return words[:2] in (["number", "of"], ["how", "many"])


def _of_another_number(detail: Detail, reading: Reading, topic: Topic) -> bool:
    """Whether question and topic have each a number, a date apart, and none in common."""
    asked = {t.key for t in detail.of("number") if t.text[:1].isdigit()}
    told = {
        reading.keys[p]
        for p in range(topic.first, topic.last)
        if reading.tokens[p].text[:1].isdigit() and reading.tokens[p].ent not in ("DATE", "TIME")
    }
    return bool(asked) and bool(told) and not asked & told


def _asks_otherwise(detail: Detail, reading: Reading, topic: Topic) -> bool:
    """Whether what is withheld is itself a question of another kind: "how much it costs" is no "who"."""
    wanted = _WH_OF.get(detail.ask)
    if wanted is None or detail.ask is Ask.HOW or not topic.clause:
        return False
    low = reading.tokens[topic.first].low
    return low in _WH_WORDS and low not in wanted


def _best(term: Term, row: Row, topic: Topic, library: Library, vectors: Vectors) -> float:
    return best_match(term, row, library, vectors, range(topic.first, topic.last)).strength
