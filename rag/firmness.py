"""Whether a clause says its statement as firmly, and of the time, that a yes/no question asks for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence

from rag.dependents import children, even_if, in_side_clause, lows
from rag.governors import Force, governed, rules
from rag.language import Token, word_key
from rag.predication import Predication
from rag.proposition import Proposition
from rag.stance import cues, plain

_CONDITION = re.compile(r"\b(?:as long as|so long as|on condition|in case)\b")
_LATER = frozenset("from after until by starting next later soon".split())


def conditional(asked: Proposition, tokens: Sequence[Token]) -> bool:
    """Whether the sentence holds on a condition only ("even if" is none)."""
    if _CONDITION.search(" ".join(t.low for t in tokens)):
        return True
    for place, token in enumerate(tokens):
        hangs = token.pos in ("SCONJ", "ADP", "VERB", "ADJ") and not even_if(tokens, place)
        listed = token.low in rules()["words"]["conditions"] and token.low not in asked.words
        if hangs and listed:
            return True
    return False


def firm_enough(asked: Proposition, tokens: Sequence[Token], pred: Predication, denied: bool) -> bool:
    """Whether the clause says its predicate as firmly, and in the tense, that the question asks for."""
    force = pred.force
    if force is Force.VIEW and _same_modal(asked, tokens, pred, denied):
        return not _opinion(tokens, pred, silent=rules()["words"]["hedges"])
    if force is Force.VIEW or _opinion(tokens, pred):
        return asked.among("words", "view") and _same_view(asked, tokens, pred)
    obliges = force is Force.OBLIGED or _needs(asked, tokens[pred.place])
    if asked.obliged != obliges and not (denied and asked.able and force is Force.OBLIGED):
        # Who can do without a thing need not have it ("lets them work without leaving").
        return asked.obliged and denied and force is Force.ABLE
    if asked.past:
        return pred.past and force in (Force.DONE, Force.OBLIGED)
    helpers = [p for p in children(tokens, pred.finite) if tokens[p].dep in ("aux", "auxpass")]
    was = any(tokens[p].tag == "VBD" for p in (pred.finite, *helpers))
    if asked.future:
        if force is Force.PLANNED and was:  # "promised to" still holds; "wanted to" may be over
            return tokens[pred.finite].lemma.lower() in rules()["governors"]["lasting"]
        return not was and (force is not Force.ABLE or asked.able) and not (pred.past and force is Force.DONE)
    if force is Force.PLANNED:
        timed = any(tokens[p].low in _LATER or tokens[p].ent == "DATE" for p in pred.region)
        return asked.able or (denied and not timed)
    told = pred.past and not pred.passive and tokens[pred.place].tag == "VBD"
    return not told and (not was or pred.denied)


def _needs(asked: Proposition, verb: Token) -> bool:
    """Whether a predicate is a need; not where the need itself is asked for ("is a licence needed?")."""
    wanted = asked.detail.predicate.key if asked.detail.predicate else ""
    return verb.lemma.lower() in rules()["words"]["obligation"] and verb.key != wanted


def _same_modal(asked: Proposition, tokens: Sequence[Token], pred: Predication, denied: bool) -> bool:
    """Whether the clause hedges by nothing but the question's own modal ("may visitors bring …?")."""
    if governed(tokens, pred.place).force is Force.VIEW:
        return False
    verbs = [p for p in pred.chain if tokens[p].pos in ("VERB", "AUX")]
    hedges = {low for p in verbs for low in lows(tokens, children(tokens, p))} & rules()["words"]["hedges"]
    return hedges <= set(asked.words) and not (denied and "might" in hedges)


def _opinion(tokens: Sequence[Token], pred: Predication, silent: Collection[str] = ()) -> bool:
    """Whether the predicate's own words, but for the ``silent``, are a judgement."""
    rest = {p for p in pred.rest if not in_side_clause(tokens, p, pred.place)}
    places = sorted(pred.subject | rest | {pred.place})
    words = [tokens[p] for p in places if tokens[p].low not in silent]
    return bool(cues().opinion.search(plain(_spelled(words))))


def _spelled(words: Sequence[Token]) -> str:
    """Words as their sentence spaces them, which the cues are written for.

    The parser parts what is written as one: "a mixture-of-experts model" names no experts.
    """
    gaps = ("" if one.end == other.start else " " for one, other in itertools.pairwise(words))
    return "".join(part for word, gap in zip(words, (*gaps, ""), strict=True) for part in (word.text, gap))


def _same_view(asked: Proposition, tokens: Sequence[Token], pred: Predication) -> bool:
    lemmas = {word_key(tokens[p].lemma) for p in pred.chain}
    return any(word_key(w) in lemmas for w in asked.words if w in rules()["words"]["view"])
