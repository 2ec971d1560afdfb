"""Non-disclosure as the parse shows it: who does not tell, or what nobody knows, and about what.

The wordings of reticence are without number, their shapes are few: a verb of telling, settling or
knowing that is held back (``holding``), a predicate of not-knowing ("is unclear", "is a mystery"), a
verb that withholds by itself ("omits", "keeps secret").  Word classes stand in ``cues.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.cues import Gap, Topic
from rag.holding import Hold, conditional, future, negation, none_of, passive, perfect, waiting
from rag.holding import hold as held_back
from rag.language import Token
from rag.topics import complements
from rag.unknowns import Unknowns
from rag.withholding import Withholding

_VERBS = ("speech", "decision", "handing", "knowing", "observing")
_CAN = frozenset(("can", "ca"))
_HABITUAL = frozenset(("do", "does", "is", "are"))


def reticence(tokens: Sequence[Token]) -> tuple[list[Gap], list[int]]:
    """The non-disclosures of a sentence, and the places of predicates that look like one.

    The places are those of verbs of telling that are held back, and of predicates of not-knowing, of
    which no undisclosed thing was found: what stands in their clause may not be told either.
    """
    finder = _Finder(tokens)
    for place, token in enumerate(tokens):
        if token.pos in ("VERB", "AUX") or token.tag.startswith("VB"):
            finder.read(place)
    return finder.gaps, finder.doubts


class _Finder(Withholding, Unknowns):
    def __init__(self, tokens: Sequence[Token]) -> None:
        super().__init__(tokens)
        self.gaps: list[Gap] = []
        self.doubts: list[int] = []

    def read(self, verb: int) -> None:
        held = held_back(self.tree, verb)
        names = self.names(verb)
        found = False
        for attempt in (self.asked, self.withheld, self.dodged, self.kept, self.predicate, self._held):
            gap = attempt(verb, names, held)
            if gap is not None:
                found = True
                if gap.topics and not self._void(verb):
                    self._add(gap)
                    return
        if found and not self._uses(verb) and self._doubtful(verb, names, held):
            self.doubts.append(verb)

    def _doubtful(self, verb: int, names: set[str], held: Hold | None) -> bool:
        """Whether a clause may withhold: handing over counts only of information, plans only when passive."""
        if held is not None and held.how == "later" and not passive(self.tree, verb):
            return bool(
                names & {"decide", "settle", "choose", "announce", "reveal", "confirm", "disclose", "publish"}
            )
        if any(names & self.words[kind] for kind in ("speech", "decision", "knowing")):
            return True
        around = self.tree.below(verb, "nsubj", "nsubjpass", "dobj", "attr")
        return not names & self.words["handing"] or any(self.information(p) for p in around)

    def _add(self, gap: Gap) -> None:
        hidden = {p for g in self.gaps for t in g.topics for p in range(t.first, t.last)}
        topics: list[Topic] = []
        for topic in gap.topics:
            if not set(range(topic.first, topic.last)) <= hidden:
                topics.append(topic)
                hidden |= set(range(topic.first, topic.last))
        if topics:
            self.gaps.append(Gap(gap.first, gap.last, tuple(topics), gap.withholder))

    def _void(self, verb: int) -> bool:
        return conditional(self.tree, verb) or self._uses(verb)

    def _uses(self, verb: int) -> bool:
        subject = self.tree.subject(verb)
        return (
            subject is not None
            and self.tree.lemma(subject) in self.words["users"]
            and none_of(self.tree, subject) is None
        )

    def _held(self, verb: int, names: set[str], held: Hold | None) -> Gap | None:
        kinds = {kind for kind in _VERBS if names & self.words[kind]}
        if held is None or not (kinds or (held.how == "working" and names & self.words["working"])):
            return None
        if passive(self.tree, verb) or names & self.words["appearing"]:
            topics = self.clauses(verb) or self.subject_topics(verb, held.cue)
            subject = self.tree.subject(verb)
            if not topics or (
                subject is not None
                and (self.tree.lemma(subject) in self.words["notice"] or names & {"be drawn", "be told"})
            ):
                topics = list(complements(self.tree, verb)) or topics
            by = held.by if held.how == "reluctant" else -1
        else:
            topics, by = self.object_topics(verb), held.by
        noticed = any(
            self.tree.lemma(p) in self.words["notice"]
            for p in self.tree.below(verb, "nsubj", "nsubjpass", "dobj")
        )
        if not self._counts(verb, kinds, names, held, topics, noticed):
            topics = []
        if topics and passive(self.tree, verb):
            topics = self.extended(verb, topics)
        return self.gap(verb, held.cue, topics, by)

    def _counts(
        self, verb: int, kinds: set[str], names: set[str], held: Hold, topics: Sequence[Topic], noticed: bool
    ) -> bool:
        """Whether what is held back is a telling, and not only something that a thing does not do."""
        told = bool(topics) and (noticed or self.told(topics))
        if held.how == "working":
            works = negation(self.tree, verb) is not None or bool(names & self.words["working"])
            return works and (told or waiting(self.tree, verb))
        if held.how == "later":
            return self._postponed(verb, kinds, names, told)
        if held.how in ("yet", "reluctant"):
            return bool(kinds & {"speech", "decision"}) or told
        return self._denied(verb, kinds, names, held, topics, told)

    def _denied(
        self, verb: int, kinds: set[str], names: set[str], held: Hold, topics: Sequence[Topic], told: bool
    ) -> bool:
        clause = any(t.clause for t in topics)
        never = any(self.tokens[p].low == "never" for p in self.tree.below(verb, "neg"))
        now = waiting(self.tree, verb) or perfect(self.tree, verb) or (never and passive(self.tree, verb))
        auxiliaries = {self.tokens[p].low for p in self.tree.below(verb, "aux", "auxpass")}
        going = "being" in auxiliaries or self.tokens[verb].tag == "VBG"
        able = bool(_CAN & auxiliaries) and not now
        simple = bool(_HABITUAL & auxiliaries) or self.tokens[verb].tag in ("VBZ", "VBP")
        habit = able or (simple and not now and not going)
        if names & {"tell"} and clause:
            return True
        if names & self.words["observing"]:
            return told or (held.how != "none" and now)
        if names & {"know", "understand"}:
            return self._unheard_of(verb) if passive(self.tree, verb) else clause
        source = self.written(verb) and not passive(self.tree, verb)
        plain = not habit or told or source or not names & self.words["speech_of_things"]
        if "speech" in kinds and plain:
            return "say" not in names or told or any(True for _ in complements(self.tree, verb))
        if "decision" in kinds and (now or going):
            return True
        if able:
            return clause and bool(names & {"agree", "decide"})
        return clause or (told and (not habit or source)) or self._nameless(verb, names, source, habit)

    def _unheard_of(self, verb: int) -> bool:
        """As in "is not known", and not "is not known for its food", "is not known to be safe"."""
        return not any(
            self.tokens[p].low in ("to", "for", "as", "by")
            for q in (verb, *self.tree.below(verb, "xcomp"))
            for p in self.tree.below(q, "prep", "agent", "aux")
        )

    def _nameless(self, verb: int, names: set[str], source: bool, habit: bool) -> bool:
        """Whether somebody or something is left without a name: whom one names is always information."""
        if source and names & {"identify", "name", "define"}:
            return True
        prepositions = {self.tokens[p].low for p in self.tree.below(verb, "prep", "oprd")}
        named = names & {"name", "identify"} and passive(self.tree, verb) and not habit
        return bool(named) and not prepositions & {"as", "after", "for", "in"}

    def _postponed(self, verb: int, kinds: set[str], names: set[str], told: bool) -> bool:
        below = list(range(verb + 1, len(self.tokens)))
        vague = any(self.tokens[p].low in self.words["later"] for p in below)
        dated = vague or any(self.tokens[p].ent in ("DATE", "TIME", "EVENT") for p in below)
        if not future(self.tree, verb):  # "is to be announced"
            return "speech" in kinds or (
                told and bool(names & {"decide", "determine", "set", "agree", "fix"})
            )
        if not passive(self.tree, verb):
            if names & {"follow"}:
                return told
            return bool(names & {"decide", "settle", "choose", "pick", "finalise", "finalize"}) and dated
        return told and (vague or (dated and bool(kinds & {"speech", "decision"})))
