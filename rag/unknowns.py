"""Predicates of not-knowing: "is unclear", "remains a mystery", "is under review", "there is no word on"."""

from __future__ import annotations

from rag.clause_words import COPULAS, ClauseWords
from rag.cues import Gap, Topic
from rag.holding import Hold, negation, none_of, passive, waiting
from rag.topics import complements, governed, noun_topics


class Unknowns(ClauseWords):
    """The non-disclosures of verbs of being."""

    def predicate(self, verb: int, _names: set[str], _held: Hold | None) -> Gap | None:
        """What a verb of being says is unknown."""
        if self.tree.lemma(verb) not in COPULAS:
            return None
        if self.tree.below(verb, "expl"):
            return self._missing(verb)
        no = negation(self.tree, verb)
        for place in self.tree.below(
            verb, "acomp", "attr", "oprd", "prep", "advmod", "ccomp", "xcomp", "dobj"
        ):
            topics = self._unknown(verb, place, no is not None)
            if topics is not None:
                said, by = topics
                cue = [verb, *self.tree.auxiliaries(verb), place, *([no] if no is not None else [])]
                return self.gap(verb, cue, said, by)
        return None

    def _unknown(self, verb: int, place: int, denied: bool) -> tuple[list[Topic], int] | None:
        """The topics, and the verb whose subject withholds (-1: nobody); None where nothing is unknown."""
        words, token = self.words, self.tokens[place]
        if token.dep == "prep":
            names = {f"{token.low} {self.tree.lemma(p)}" for p in self.tree.below(place, "pobj", "pcomp")}
            return (self._said(verb, place), -1) if names & words["suspended"] else None
        about = self._what_about(verb, place)
        subject = self.tree.subject(verb)
        own = self._inner_subject(verb, place)
        noted = subject is not None and self.tree.lemma(subject) in words["notice"]
        if own is None and about and not noted and not denied and token.low in words["reticent"]:
            return about, verb
        if token.dep in ("attr", "dobj") and token.pos in ("NOUN", "PROPN"):
            return self._riddle(place, self._said(verb, place), self._informed(verb, place), denied)
        if token.low == "up" and any(self.tokens[p].low == "in" for p in self.tree.below(place, "prep")):
            return self._said(verb, place), -1
        return self._not_known(verb, place) if denied else self._adjective(verb, place, about)

    def _not_known(self, verb: int, place: int) -> tuple[list[Topic], int] | None:
        token, words = self.tokens[place], self.words
        if not {token.low, self.tree.lemma(place)} & words["known"]:
            return None
        if any(self.tokens[p].low in ("to", "for", "as") for p in self.tree.below(place, "prep")):
            return None  # "not known for its food"
        topics = self._said(verb, place)
        return (topics if token.low in words["known_of_anything"] or self.told(topics) else []), -1

    def _adjective(self, verb: int, place: int, about: list[Topic]) -> tuple[list[Topic], int] | None:
        words, low = self.words, self.tokens[place].low
        subject = self.tree.subject(verb)
        informed = self._informed(verb, place)
        if low in words["unknown"]:
            own = self._inner_subject(verb, place)
            return (about, verb) if about and not informed and own is None else (self._said(verb, place), -1)
        if low in words["scarce"] and subject is not None and self.tree.lemma(subject) in words["notice"]:
            return about or list(complements(self.tree, subject)), -1
        if low in words["unknown_of_information"]:
            topics = self._said(verb, place)
            away = low in ("missing", "absent", "lacking") and any(
                self.tree.lemma(p) in words["document"]
                for q in self.tree.below(place, "prep")
                for p in self.tree.below(q, "pobj")
            )
            return (topics if informed or away or self.told(topics) else []), -1
        return None

    def _what_about(self, verb: int, place: int) -> list[Topic]:
        prepositional = [t for q in (place, verb) for t in self._about(q)]
        return self.clauses(place) + self.clauses(verb) + prepositional

    def _informed(self, verb: int, place: int) -> bool:
        own = self._inner_subject(verb, place)
        subject = self.tree.subject(verb) if own is None else own
        return subject is not None and self.information(subject)

    def _said(self, verb: int, place: int) -> list[Topic]:
        """What it is said of: "kept the RECIPE secret", "unclear WHO PAYS", "the PRICE is open"."""
        own = self._inner_subject(verb, place)
        if own is not None:
            if self.tokens[place].low == "open":  # "kept her options open"
                return []
            sure = self.tree.lemma(verb) == "keep" or self.information(own)
            return list(noun_topics(self.tree, own)) if sure else []
        return self.clauses(place) or self.clauses(verb) or self.subject_topics(verb)

    def _missing(self, verb: int) -> Gap | None:
        """As in "There is no word on the price", "there was nothing in it about the price"."""
        for place in self.tree.below(verb, "attr", "dobj", "nsubj"):
            lemma = self.tree.lemma(place)
            nothing = none_of(self.tree, place)
            denied = negation(self.tree, verb) is not None and lemma in self.words["notice"]
            if nothing is None and not denied:
                continue
            topics = list(complements(self.tree, place))
            if lemma in self.words["nobody"]:
                __, last = self.tree.span(place)
                topics = [
                    t for p in range(place, last) if self.tokens[p].low in ("about", "on", "regarding")
                    for t in governed(self.tree, p)
                ]  # fmt: skip
            elif lemma not in self.words["notice"]:
                known = waiting(self.tree, verb) and self.information(place)
                topics = list(noun_topics(self.tree, place)) if known else []
            return self.gap(verb, [verb, place, *self.tree.below(verb, "expl")], topics) if topics else None
        return None

    def _about(self, place: int) -> list[Topic]:
        return [
            t
            for p in self.tree.below(place, "prep")
            if self.tokens[p].low in ("on", "about", "over", "as", "regarding", "concerning", "around")
            for t in governed(self.tree, p)
        ]

    def _inner_subject(self, verb: int, place: int) -> int | None:
        """The noun of "keeps the recipe secret" and "left the date open"."""
        if self.tree.lemma(verb) not in ("keep", "leave") or passive(self.tree, verb):
            return None
        inner = self.tree.below(place, "nsubj")
        if inner:
            return inner[0]
        objects = [p for p in self.tree.below(verb, "dobj") if p != place]
        return objects[0] if objects else None

    def _riddle(
        self, place: int, topics: list[Topic], informed: bool, denied: bool
    ) -> tuple[list[Topic], int] | None:
        lemma = self.tree.lemma(place)
        if lemma not in self.words["riddle"] or denied or self.tree.below(place, "relcl"):
            return None
        marks = {self.tokens[p].low for p in self.tree.below(place)}
        if lemma in self.words["riddle_if_open"] and not marks & self.words["open"]:
            return None
        always = lemma in self.words["riddle_of_anything"] or "trade" in marks
        told = always or informed or self.told(topics)
        return (topics if told else [], -1)
