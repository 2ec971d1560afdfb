"""One sentence's parse as a tree: what hangs on what, and where a phrase or a clause begins and ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.language import Token

SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj", "csubjpass"))
WH = frozenset("whether if how when which what who whom whose why where".split())
_DETERMINERS = frozenset("the a an no any neither either both all".split())
_LOOSE = frozenset(("cc", "punct", "preconj", "parataxis", "appos"))
_TAKES_SUBJECT_OVER = frozenset(("xcomp", "conj", "pcomp", "advcl"))


class Tree:
    """Look-ups over the tokens of one sentence; every place is an index from 0 into ``tokens``."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self._below: list[list[int]] = [[] for _ in tokens]
        for place, token in enumerate(tokens):
            if token.head != place:
                self._below[token.head].append(place)

    def below(self, place: int, *deps: str) -> list[int]:
        """The words that hang on this one, with these dependency labels (all, where none is given)."""
        return [p for p in self._below[place] if not deps or self.tokens[p].dep in deps]

    def above(self, place: int) -> Iterator[int]:
        """The words that this one hangs on, nearest first."""
        seen = {place}
        while self.tokens[place].head not in seen:
            place = self.tokens[place].head
            seen.add(place)
            yield place

    def lemma(self, place: int) -> str:
        """The base form in lower case."""
        return self.tokens[place].lemma.lower()

    def span(self, place: int, without: int = -1) -> tuple[int, int]:
        """The stretch ``[first, last)`` of a word and all below it, but for one branch."""
        first, last = place, place + 1
        waiting, seen = [place], {place}
        while waiting:
            for child in self._below[waiting.pop()]:
                if child in seen or child == without:
                    continue
                seen.add(child)
                waiting.append(child)
                first, last = min(first, child), max(last, child + 1)
        return first, last

    def phrases(self, head: int, without: int = -1) -> Iterator[tuple[int, int]]:
        """The phrase of a noun, then of each noun joined to it; without articles and end marks."""
        first, last = head, head + 1
        for child in self._below[head]:
            if child == without or self.tokens[child].dep in _LOOSE or self.tokens[child].dep == "conj":
                continue
            low, high = self.span(child, without)
            first, last = min(first, low), max(last, high)
        conjuncts = self.below(head, "conj")
        if conjuncts and conjuncts[0] > head:  # what hangs on the first may swallow what is joined to it
            last = min(last, max(head + 1, conjuncts[0]))
        yield self.trimmed(first, last)
        for conjunct in conjuncts:
            if self.tokens[conjunct].pos not in ("VERB", "AUX") and conjunct != without:
                yield from self.phrases(conjunct, without)

    def trimmed(self, first: int, last: int) -> tuple[int, int]:
        """Without articles before, and marks and conjunctions on either side."""
        while last - first > 1 and (
            self.tokens[first].low in _DETERMINERS or self.tokens[first].pos in ("PUNCT", "CCONJ", "ADP")
        ):
            first += 1
        while last - first > 1 and self.tokens[last - 1].pos in ("PUNCT", "CCONJ"):
            last -= 1
        while last < len(self.tokens) - 1 and self.tokens[last].text == "-":  # "re-enter" is one word
            last += 2
        return first, last

    def subject(self, verb: int) -> int | None:
        """The head of a verb's subject, its own or the one that it takes over."""
        seen: set[int] = set()
        while verb not in seen:
            seen.add(verb)
            own = [p for p in self._below[verb] if self.tokens[p].dep in SUBJECTS]
            if own:
                return own[0]
            if self.tokens[verb].dep not in _TAKES_SUBJECT_OVER:
                return None
            verb = self.tokens[verb].head
            if self.tokens[verb].pos == "ADP":
                verb = next(self.above(verb), verb)
        return None

    def auxiliaries(self, verb: int) -> list[int]:
        """The words that make a verb's tense, voice and negation, with the particle."""
        return self.below(verb, "aux", "auxpass", "neg", "prt")

    def asks(self, clause: int) -> bool:
        """Whether a clause is an indirect question ("whether it floats", "how deep it goes")."""
        first, last = self.span(clause)
        opening = [t for t in self.tokens[first : min(last, first + 3)] if t.pos not in ("PUNCT", "ADV")]
        return any(t.low in WH for t in (*self.tokens[first : first + 1], *opening[:2]))
