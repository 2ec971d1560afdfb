"""Verbs that withhold without any "not": to omit, to dodge a question, to keep something to oneself."""

from __future__ import annotations

from rag.clause_words import REFLEXIVE, ClauseWords
from rag.cues import Gap, Topic
from rag.holding import Hold, hold, passive
from rag.topics import complements


class Withholding(ClauseWords):
    """The non-disclosures of verbs of withholding; each takes a verb, its names, and how it is held back."""

    def withheld(self, verb: int, names: set[str], held: Hold | None) -> Gap | None:
        if not names & self.words["withholding"] or (
            held is not None and held.how not in ("working", "later")
        ):
            return None
        if names & {"reserve"} and not any(
            self.tree.lemma(p) in ("decision", "judgment", "judgement", "ruling", "verdict")
            for p in self.tree.below(verb, "dobj", "nsubjpass")
        ):
            return None
        if passive(self.tree, verb) or (self.tokens[verb].low == "classified"):
            topics, by = self.subject_topics(verb), -1
        else:
            topics, by = self.object_topics(verb), verb
        written = self.written(verb)
        return self.gap(verb, [verb], topics if self.told(topics) or written else (), by)

    def dodged(self, verb: int, names: set[str], held: Hold | None) -> Gap | None:
        answers = bool(names & {"respond", "reply", "answer", "take"}) and held is not None
        if not (names & self.words["dodging"] or answers):
            return None
        asked = [
            p
            for q in (verb, *self.tree.below(verb, "prep"))
            for p in self.tree.below(q, "dobj", "pobj")
            if self.tree.lemma(p) in ("question", "query", "inquiry", "enquiry", "request", "issue")
        ]
        topics = [t for p in asked for t in complements(self.tree, p)]
        return self.gap(verb, [verb], topics, verb) if topics else None

    def asked(self, verb: int, names: set[str], _held: Hold | None) -> Gap | None:
        """As in "Asked about the price, she smiled", "pressed on costs, he would not say"."""
        token = self.tokens[verb]
        if (
            token.tag != "VBN"
            or not names & {"ask", "press", "question", "quiz", "push"}
            or token.dep != "advcl"
        ):
            return None
        main = token.head
        topics = self.clauses(verb) or list(complements(self.tree, verb))
        answers = {
            self.tree.lemma(p)
            for q in (main, *self.tree.below(main, "prep"))
            for p in self.tree.below(q, "pobj", "dobj")
        }
        silent = self.tree.lemma(main) in self.words["silence"] or bool(answers & self.words["silence"])
        refused = hold(self.tree, main)
        if refused is not None and refused.how in ("not", "none", "reluctant", "yet"):
            silent = True
        refuses = self.tree.lemma(main) in ("decline", "refuse")
        return self.gap(verb, [verb], topics, main) if silent or refuses else None

    def kept(self, verb: int, names: set[str], held: Hold | None) -> Gap | None:
        """As in "kept the ending to himself", "is keeping the fare under its hat", "kept from the public"."""
        if not names & {"keep", "hold"} or (held is not None and held.how in ("not", "none")):
            return None
        if self.tokens[verb].dep in ("xcomp",) and not held:
            return None
        for preposition in self.tree.below(verb, "prep", "oprd", "advmod"):
            low = self.tokens[preposition].low
            for place in self.tree.below(preposition, "pobj"):
                noun = self.tree.lemma(place)
                hidden = (
                    (low == "to" and self.tokens[place].low in REFLEXIVE)
                    or (low == "under" and noun in ("wrap", "wraps", "hat", "lock", "embargo"))
                    or (low == "from" and noun in ("public", "press", "reader", "shareholder", "investor"))
                    or (low == "between" and self.tokens[verb].tag == "VBN")
                    or (low in ("close", "to") and noun in ("chest", "vest"))
                )
                if hidden:
                    if passive(self.tree, verb):
                        return self.gap(verb, [verb], self.subject_topics(verb))
                    objects = [
                        Topic(*self.tree.trimmed(self.tree.span(p)[0], preposition), False)
                        for p in self.tree.below(verb, "dobj")
                        if p < preposition
                    ]
                    return self.gap(verb, [verb], objects, verb)
        return None
