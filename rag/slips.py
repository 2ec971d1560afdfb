"""Where the parser slips in ways that can be told from the sentence, put right.

The news that it learned from has few questions and few semicolons: of "Is a cooler included?" it makes a
cooler which is included, and what stands before a semicolon becomes the object of the verb behind it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.dependents import children, subtree
from rag.language import Token

_BE = frozenset("is are am was were".split())
_PARTING = frozenset((";", ":", "–", "—", "--"))
_NOMINAL = ("nsubj", "attr", "nsubjpass")
_BESIDE = ("neg", "advmod")
_ASKING = frozenset("what when where how why which".split())
_HELPING = frozenset("do does did will would can could should".split())
_SUBJECT_OF = {"aux": "nsubj", "auxpass": "nsubjpass"}


def mended(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens of one sentence, each known slip put right."""
    return tuple(_asked_verb(_asked_passive(_asked_subject(_parted(_named_first(_rehung(tokens)))))))


def _rehung(tokens: Sequence[Token]) -> Sequence[Token]:
    """A subject that hangs on an auxiliary is the verb's: else "X is small, and its door is shut" shuts X."""
    found = list(tokens)
    for place, token in enumerate(tokens):
        above = tokens[token.head]
        if token.dep in ("nsubj", "nsubjpass") and above.dep in ("aux", "auxpass"):
            found[place] = token._replace(dep=_SUBJECT_OF[above.dep], head=above.head)
    return found


def _named_first(tokens: Sequence[Token]) -> Sequence[Token]:
    """Of "Lund, the engine of Arvik, is free" the name is the subject, and the engine another name of it.

    The parser takes the name for a time, as "Monday" is in "Monday, the shop, for once, is open".
    """
    comma = next((p for p, t in enumerate(tokens) if t.pos != "PROPN"), len(tokens))
    if not 0 < comma < len(tokens) - 1 or tokens[comma].text != ",":
        return tokens
    name = next((p for p in range(comma) if tokens[p].head >= comma), comma - 1)
    verb = tokens[name].head
    told = next((p for p in children(tokens, verb) if tokens[p].dep in ("nsubj", "nsubjpass")), -1)
    if tokens[name].dep != "npadvmod" or tokens[name].ent in ("DATE", "TIME") or told < comma:
        return tokens
    inside = [p for p in subtree(tokens, told) if tokens[p].pos != "PUNCT"]
    closed = max(inside) + 1 < len(tokens) and tokens[max(inside) + 1].text == ","
    if min(inside) != comma + 1 or not closed:
        return tokens
    found = list(tokens)
    found[name] = tokens[name]._replace(dep=tokens[told].dep)
    found[told] = tokens[told]._replace(dep="appos", head=name)
    return found


def _parted(tokens: Sequence[Token]) -> Sequence[Token]:
    """Two main clauses beside each other are not the one in the other: "it is not included; it is sold"."""
    found = list(tokens)
    for place, token in enumerate(tokens):
        if token.dep != "ccomp" or token.head < place:
            continue
        after = max(subtree(tokens, place)) + 1
        if after < token.head and tokens[after].text in _PARTING:
            found[place] = token._replace(dep="parataxis")
    return found


def _asked_subject(tokens: Sequence[Token]) -> Sequence[Token]:
    """The subject of "what does Carnot mean?" is a noun, though an odd word is read for an adverb."""
    asks = [p for p, t in enumerate(tokens[:4]) if t.low in ("do", "does", "did")]
    if not asks or tokens[0].low not in _ASKING:
        return tokens
    found = list(tokens)
    for place, token in enumerate(tokens):
        before_verb = asks[0] < place == token.head - 1
        if before_verb and token.dep == "nsubj" and token.pos in ("ADV", "ADJ"):
            pos, tag = ("PROPN", "NNP") if token.text[:1].isupper() else ("NOUN", "NN")
            found[place] = token._replace(pos=pos, tag=tag)
    return found


def _asked_passive(tokens: Sequence[Token]) -> Sequence[Token]:
    """A participle behind the only noun of "is a cooler included?" is what is asked, and no attribute."""
    if not tokens or tokens[0].low not in _BE or tokens[0].head != 0:
        return tokens
    below = [p for p in children(tokens, 0) if tokens[p].pos != "PUNCT" and tokens[p].dep not in _BESIDE]
    if len(below) != 1 or tokens[below[0]].dep not in _NOMINAL:
        return tokens
    noun = below[0]
    behind = (p for p in children(tokens, noun) if p > noun and tokens[p].dep == "acl")
    verb = next((p for p in behind if tokens[p].tag == "VBN"), None)
    if verb is None:
        return tokens
    found = [t._replace(head=verb) if t.head == 0 else t for t in tokens]
    found[0] = tokens[0]._replace(dep="auxpass", head=verb)
    found[noun] = tokens[noun]._replace(dep="nsubjpass", head=verb)
    found[verb] = tokens[verb]._replace(dep="ROOT", head=verb)
    return found


def _asked_verb(tokens: Sequence[Token]) -> Sequence[Token]:
    """The last noun of "what does the pump cost?" is its verb, and no noun that the pump is part of.

    Without it the question has no verb, which one with "does" cannot do without.
    """
    helper = next((p for p, t in enumerate(tokens) if t.low in _HELPING), len(tokens))
    asks = 0 == helper < len(tokens) or any(t.low in _ASKING for t in tokens[:helper])
    if not asks or any(t.pos == "VERB" and p != helper for p, t in enumerate(tokens)):
        return tokens
    verb = next((p for p in range(helper + 2, len(tokens)) if _behind_noun(tokens, p)), 0)
    if helper == 0 and not (tokens[verb - 1].pos == "PROPN" and tokens[verb + 1 : verb + 2]):
        verb = 0  # "did Norvik ship in May"; nothing asks for the object that could be missing
    if not verb:
        return tokens
    noun = top = verb - 1
    if tokens[verb].dep == "pobj":  # "the owner of the boat cost": the owner is the subject
        while tokens[top].head != top:
            top = tokens[top].head

    def hung(place: int) -> int:
        above = tokens[place].head
        if above == verb and helper < place < noun:
            return noun
        outside = place <= helper or place > verb
        return verb if above in (helper, verb) or (above == top and outside) else above

    found = [t._replace(head=hung(p)) for p, t in enumerate(tokens)]
    for place, token in enumerate(found[:helper]):
        if token.dep == "nsubj" and token.head == verb:
            found[place] = token._replace(dep="dobj")
    if top != noun:
        found[noun] = tokens[noun]._replace(dep="pobj", head=tokens[verb].head)
    found[helper] = tokens[helper]._replace(pos="AUX", dep="aux", head=verb)
    found[top] = tokens[top]._replace(dep="nsubj", head=verb)
    found[verb] = tokens[verb]._replace(pos="VERB", tag="VB", dep="ROOT", head=verb)
    return found


def _behind_noun(tokens: Sequence[Token], place: int) -> bool:
    """Whether a noun ends a noun phrase, behind one that is read as a part of it or beside it."""
    token, before = tokens[place], tokens[place - 1]
    ends = place + 1 == len(tokens) or tokens[place + 1].pos in ("PUNCT", "ADP")
    part = before.head == place and before.dep in ("compound", "nmod")
    beside = before.dep == token.dep == "pobj" and before.head == token.head
    return ends and token.tag == "NN" and (part or beside)
