"""What a wording of non-disclosure is about: noun phrases and indirect questions, one for each conjunct."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.clauses import WH, Tree
from rag.cues import Topic, cues
from rag.language import Token

_CONTENT = ("NOUN", "PROPN", "VERB", "ADJ", "NUM")
_SPLIT = frozenset([",", "and", "or", "nor", ";"])


def contentful(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a stretch names anything: "details" and "it" do not."""
    empty = cues().empty
    return any(t.pos in _CONTENT and t.key not in empty and t.low not in WH for t in tokens[first:last])


def clause_topics(tree: Tree, clause: int) -> Iterator[Topic]:
    """An indirect question, cut where another one is joined to it."""
    first, last = tree.span(clause)
    starts = [first]
    for conjunct in tree.below(clause, "conj"):
        if tree.asks(conjunct):
            starts.append(tree.span(conjunct)[0])
    starts = sorted(s for s in set(starts) if first <= s < last)
    for start, end in zip(starts, [*starts[1:], last], strict=True):
        begin, end = tree.trimmed(start, end)
        if contentful(tree.tokens, begin, end):
            yield Topic(begin, end, True)


def noun_topics(tree: Tree, head: int, without: int = -1) -> Iterator[Topic]:
    """A noun phrase and those joined to it; of "details of the spill" only the spill."""
    if tree.lemma(head) in cues().classes["notice"] and not _narrowed(tree, head):
        found = list(complements(tree, head))
        if found:
            yield from found
            return
    for first, last in tree.phrases(head, without):
        if contentful(tree.tokens, first, last):
            yield Topic(first, last, False)


def _narrowed(tree: Tree, head: int) -> bool:
    """Whether a word like "details" says which: "financial details of the deal"."""
    empty = cues().empty
    return any(
        tree.tokens[p].key not in empty
        and tree.tokens[p].low not in ("other", "official", "public", "immediate")
        for p in tree.below(head, "amod", "compound", "poss")
    )


def complements(tree: Tree, place: int) -> Iterator[Topic]:
    """What a word is said to be about: "word ON the price", "unsure HOW it works"."""
    for child in tree.below(place):
        token = tree.tokens[child]
        if token.dep in ("ccomp", "acl", "relcl", "advcl", "xcomp") and tree.asks(child):
            yield from clause_topics(tree, child)
        elif token.dep in ("prep", "agent") and token.low in cues().classes["about"]:
            yield from governed(tree, child)


def governed(tree: Tree, preposition: int) -> Iterator[Topic]:
    """What a preposition governs, as topics."""
    for child in tree.below(preposition):
        token = tree.tokens[child]
        if token.dep == "pobj":
            relative = [c for c in tree.below(child, "acl", "relcl") if tree.asks(c)]
            if tree.lemma(child) in cues().classes["notice"] and relative:
                yield from clause_topics(tree, relative[0])
            else:
                yield from noun_topics(tree, child)
        elif token.dep in ("pcomp", "ccomp"):
            if tree.asks(child):
                yield from clause_topics(tree, child)
            else:
                yield Topic(*tree.trimmed(*tree.span(child)), False)
        elif token.dep == "prep":
            yield from governed(tree, child)


def linear_topics(tokens: Sequence[Token], first: int, last: int) -> Iterator[Topic]:
    """Coordinated parts of a stretch, where a parse gives none.

    An indirect question keeps its own commas until the next question word.
    """
    start = first
    clause = False
    for place in range(first, last + 1):
        at_end = place == last
        token = None if at_end else tokens[place]
        wh = token is not None and token.low in WH and (place == first or tokens[place - 1].pos != "ADP")
        split = token is not None and token.low in _SPLIT and not clause
        next_wh = wh and clause and place > start
        if at_end or split or next_wh:
            if contentful(tokens, start, place):
                yield Topic(start, place, clause)
            start = place if next_wh else place + 1
            clause = next_wh
        elif wh:
            if contentful(tokens, start, place) and not clause:
                yield Topic(start, place, False)
            start, clause = place, True


def sentence_part(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    """The stretch around a cue between hard breaks: a gap does not reach over a contrast."""
    first = 0
    for i in range(place - 1, -1, -1):
        if tokens[i].text in ";—" or (
            tokens[i].low in ("but", "while", "although", "though", "whereas") and i
        ):
            first = i + 1
            break
    last = len(tokens)
    for i in range(place + 1, len(tokens)):
        if tokens[i].text in ";—" or tokens[i].low in ("but", "although", "though", "whereas"):
            last = i
            break
    return first, last
