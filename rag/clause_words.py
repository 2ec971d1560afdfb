"""What stands around a verb: its subject and objects as topics, who does it, whether they are information."""

from __future__ import annotations

from collections.abc import Sequence

from rag.clauses import WH, Tree
from rag.cues import Gap, Topic, cues
from rag.holding import none_of, passive
from rag.language import Token
from rag.lexicon import lexicon
from rag.topics import clause_topics, complements, governed, linear_topics, noun_topics, sentence_part

COPULAS = frozenset("be remain stay seem appear become look prove keep leave lie hang sound".split())
REFLEXIVE = frozenset("himself herself itself themselves yourself myself ourselves yes no".split())


class ClauseWords:
    """Look-ups around the verbs of one sentence."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.tree = Tree(tokens)
        self.words = cues().classes

    def names(self, verb: int) -> set[str]:
        """The verb with what makes another verb of it: "spell out", "put figure", "make public"."""
        lemma = self.tree.lemma(verb)
        parts = self.tree.below(verb, "prt", "dobj", "prep", "oprd", "acomp", "advmod", "ccomp", "xcomp")
        names = {lemma, *(f"{lemma} {self.tree.lemma(p)}" for p in parts)}
        return names | {f"be {self.tokens[verb].low}"} if passive(self.tree, verb) else names

    def information(self, place: int) -> bool:
        """Whether a word is an indirect question or names information."""
        if self.tree.asks(place) and self.tokens[place].pos in ("VERB", "AUX"):
            return True
        family = [place, *self.tree.below(place, "conj", "compound")]
        if any(self.tree.lemma(p) in self.words["information"] | self.words["notice"] for p in family):
            return True
        return bool(lexicon().aspects([self.tokens[place].key]))

    def told(self, topics: Sequence[Topic]) -> bool:
        for topic in topics:
            if topic.clause:
                return True
            inside = range(topic.first, topic.last)
            heads = [p for p in inside if self.tokens[p].head not in inside or self.tokens[p].head == p]
            if any(self.information(p) for p in heads):
                return True
        return False

    def written(self, verb: int) -> bool:
        subject = self.tree.subject(verb)
        return subject is not None and self.tree.lemma(subject) in self.words["document"]

    def clauses(self, place: int) -> list[Topic]:
        return [
            topic
            for child in self.tree.below(place, "ccomp", "advcl", "xcomp", "relcl", "acl", "dep")
            if child > place
            and self.tokens[child].pos in ("VERB", "AUX")
            and self.tree.asks(child)
            and not (self.when(child) and self.tokens[place].pos != "ADJ")
            for topic in clause_topics(self.tree, child)
        ]

    def when(self, clause: int) -> bool:
        """Whether a clause says when something happens, and asks nothing."""
        token, first = self.tokens[clause], self.tree.span(clause)[0]
        if first == token.head + 1:
            return False
        asked = self.tree.lemma(token.head) in COPULAS and not self.tree.below(token.head, "advcl")[1:]
        return token.dep == "advcl" and self.tokens[first].low in ("when", "where") and not asked

    def extended(self, verb: int, topics: list[Topic]) -> list[Topic]:
        """With what stands behind the verb: "no NAMES have been announced FOR THE BOATS"."""
        behind = [
            p for p in self.tree.below(verb, "prep")
            if p > verb and self.tokens[p].low in ("for", "of", "about", "regarding")
            and not any(self.tokens[q].ent in ("DATE", "TIME") for q in self.tree.below(p, "pobj"))
        ]  # fmt: skip
        if len(topics) != 1 or topics[0].clause or not behind:
            return topics
        first, last = self.tree.trimmed(topics[0].first, self.tree.span(behind[0])[1])
        return [Topic(first, last, False)]

    def subject_topics(self, verb: int, lead: frozenset[int] = frozenset()) -> list[Topic]:
        subject = self.tree.subject(verb)
        begin, _ = sentence_part(self.tokens, verb)
        group = min([verb, *self.tree.auxiliaries(verb), *lead])
        if self.tokens[begin].low in WH or (subject is None and begin < group):
            # What opens with a question word is a clause, however the parser reads its inside.
            return list(linear_topics(self.tokens, begin, group))
        if subject is None or self.tokens[subject].low in ("it", "there"):
            return []
        if none_of(self.tree, subject) is not None and self.tree.lemma(subject) in self.words["nobody"]:
            return list(complements(self.tree, subject))
        if self.tokens[subject].pos in ("VERB", "AUX") and self.tree.asks(subject):
            return list(clause_topics(self.tree, subject))
        if self.tokens[subject].tag in ("WDT", "WP") or self.tokens[subject].low == "that":
            return self.antecedent(verb)
        opening = next(
            (p for p in range(begin, group) if self.tokens[p].pos not in ("ADV", "PUNCT", "DET", "ADJ")),
            group,
        )
        listed = list(linear_topics(self.tokens, begin, group))
        if opening < subject and self.tree.lemma(opening) in self.words["notice"] and len(listed) > 1:
            return listed  # "details of A, B, and C have yet ...": long lists the parser takes apart
        owner = self.tokens[subject].head
        twins = list(self.tree.below(owner, "nsubj", "nsubjpass"))
        return [t for p in twins or [subject] for t in noun_topics(self.tree, p)]

    def object_topics(self, verb: int) -> list[Topic]:
        found = self.clauses(verb)
        objects = self.tree.below(verb, "dobj", "oprd")
        prepositions = [
            p for p in self.tree.below(verb, "prep") if self.tokens[p].low in self.words["about"] and p > verb
        ]
        if found:
            return found
        for place in objects:
            if self.tokens[place].low in REFLEXIVE | {"you", "them", "us", "me"}:
                continue
            light = f"{self.tree.lemma(verb)} {self.tree.lemma(place)}"
            if (
                light in self.words["speech"] or light in ("attach sum", "attach price", "attach figure")
            ) and prepositions:
                first, _ = self.tree.trimmed(*self.tree.span(place))
                return [Topic(first, self.tree.span(prepositions[0])[1], False)]
            topics = list(noun_topics(self.tree, place))
            following = [
                p for p in (*self.tree.below(verb, "dative"), *prepositions)
                if p == self.tree.span(place)[1] and self.tokens[p].low in ("for", "of", "on", "about", "as")
            ]  # fmt: skip
            if following and self.tree.lemma(place) in self.words["notice"]:
                topics = list(governed(self.tree, following[0])) or topics
            elif following and topics:
                topics[-1] = Topic(topics[-1].first, self.tree.span(following[0])[1], False)
            found += topics
        if not found:
            found = list(complements(self.tree, verb))
        if not found:
            found = [
                Topic(*self.tree.trimmed(*self.tree.span(p)), True)
                for p in self.tree.below(verb, "ccomp")
                if any(self.tokens[q].low == "that" for q in self.tree.below(p, "mark"))
            ]
        if not found and self.tokens[verb].dep != "pcomp":
            found = self.antecedent(verb)
        return found

    def antecedent(self, verb: int) -> list[Topic]:
        """The noun of "a sum it chose not to reveal"."""
        inner = verb
        for place in self.tree.above(verb):
            if self.tokens[inner].dep == "relcl" and self.tokens[place].pos in ("NOUN", "PROPN"):
                return list(noun_topics(self.tree, place, without=inner))
            inner = place
        return []

    def holder(self, verb: int) -> tuple[int, int]:
        subject = self.tree.subject(verb)
        if subject is None or self.tokens[subject].low in ("it", "there"):
            return (0, 0)
        first, last = self.tree.span(subject)
        relative = [self.tree.span(c)[0] for c in self.tree.below(subject, "relcl", "appos", "acl")]
        return first, min([last, *(p for p in relative if p > subject)])

    def gap(
        self, verb: int, cue: Sequence[int] | frozenset[int], topics: Sequence[Topic], by: int = -1
    ) -> Gap:
        hidden = {p for t in topics for p in range(t.first, t.last)}
        places = sorted(p for p in cue if p not in hidden) or [verb]
        first, last = places[0], places[-1] + 1
        if hidden & set(range(first, last)):
            first, last = verb, verb + 1
        withholder = (0, 0) if by < 0 else self.holder(by)
        if hidden & set(range(*withholder)):
            withholder = (0, 0)
        return Gap(first, last, tuple(topics), withholder)
