"""Vetoes on a sentence that a language model wrote over cited evidence.

Each veto compares the draft with the evidence on one point and names what it objects to.  They may
block a faithful sentence, and then the quote is shown instead; they must not let through a sentence
that says more than its evidence.  Each clause of the draft is held against the evidence sentence that
shares most words with it, so that a true value of another subject does not pass.  The list of vetoes,
and the novelty limit (1.1 % of accepted sentences bad on RAGTruth-QA at 0.2, measured by hand-marked
spans; RAGTruth, arXiv 2401.00396), follow the project's measurements; the rules are our own.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from rag.records import Check, Verdict
from rag.verification_draft import Draft, says_silent, shown
from rag.verification_kept import (
    attribution,
    cause,
    conditions,
    direction,
    hedges,
    lists,
    relations,
    scope,
    strength,
)
from rag.verification_modality import commitment, modality, negation
from rag.verification_text import phrases_of, read, sentences, stems, stems_of, word_lists, words_of
from rag.verification_values import Value, dates, licences, names, numbers, versions

#: Share of a clause's stems that its evidence may lack.  RAGTruth-QA cannot tell 0 from 0.2 (4 marked
#: sentences pass at either), but 0.2 lets one common noun of a longer sentence be exchanged for another.
NOVELTY_LIMIT = 0.0
LENGTH_LIMIT = 2.0


def check_draft(draft: Draft) -> tuple[Check, ...]:
    """One check per veto; see ``verification.check_sentence``."""
    return tuple(Check(name, not fault, fault) for name, veto in _VETOES.items() for fault in [veto(draft)])


def _form(draft: Draft) -> str:
    if not any(word.content for word in draft.words):
        return "the sentence is empty"
    if not draft.sources:
        return "there is no evidence"
    if draft.verdict is Verdict.NOT_COVERED:
        return "nothing can be worded where the sources say nothing"
    if len(draft.words) > LENGTH_LIMIT * len(read(draft.evidence)):
        return "the sentence is more than twice as long as its evidence"
    if draft.text.rstrip(" \"'”").endswith(("?", ":", "…")):
        return "the sentence is no statement"
    return ""


def _yes_no(draft: Draft) -> str:
    first = draft.words[0].lower if draft.words else ""
    carried = any(source.words and source.words[0].lower == first for source in draft.sources)
    if first in words_of("yes_no") and not carried:
        return f"“{first}” is not the evidence's own"
    return ""


def _fits(value: Value, other: Value) -> bool:
    return (value.form, value.bounds) == (other.form, other.bounds) and (
        not value.of or value.of in other.near
    )


def _numbers(draft: Draft) -> str:
    wrong = [
        value.shown
        for part in draft.parts
        for value in numbers(part.text)
        if not any(_fits(value, other) for source in part.sources for other in numbers(source.text))
    ]
    return f"{shown(wrong)}: no such number, unit, bound or thing counted in the evidence" if wrong else ""


def _dates(draft: Draft) -> str:
    wrong = [
        value.shown
        for part in draft.parts
        for value in dates(part.text)
        if not any(
            (value.form, value.bounds) == (other.form, other.bounds)
            for source in part.sources
            for other in dates(source.text)
        )
    ]
    return f"{shown(wrong)}: no such date, or another bound, in the evidence" if wrong else ""


def _versions(draft: Draft) -> str:
    known = set(versions(draft.evidence))
    wrong = [item for item in versions(draft.text) if item not in known]
    return f"{shown(wrong)}: no such version or model in the evidence" if wrong else ""


def _names(draft: Draft) -> str:
    speaker = draft.speaker.split()
    known = {word.text for source in draft.sources for word in source.words} | set(speaker)
    lower = {word.lower for source in draft.sources for word in source.words if source.words}
    pairs = {
        (first.lower, second.lower)
        for source in draft.sources
        for first, second in zip(source.words, source.words[1:], strict=False)
    } | {(first.lower(), second.lower()) for first, second in pairwise(speaker)}
    wrong = []
    for sentence in sentences(draft.text):
        words = read(sentence)
        found = names(words)
        for index, word in found:
            first_word = index == 0 and word.text[1:].islower()
            if not (word.text in known or (first_word and word.lower in lower)):
                wrong.append(word.text)
        # "UB Component" made of "UB OS Component" is another name.
        for (index, first), (other, second) in pairwise(found):
            if other == index + 1 and index and (first.lower, second.lower) not in pairs:
                wrong.append(f"{first.text} {second.text}")
    return f"{shown(wrong)}: no such name in the evidence" if wrong else ""


def _licences(draft: Draft) -> str:
    known = set() if draft.verdict is Verdict.UNDISCLOSED else {
        form for part in draft.parts for source in part.sources for form in licences(source.text)
    }  # fmt: skip
    wrong = [item for item in licences(draft.text) if item not in known]
    return f"{shown(wrong)}: no such licence in the evidence" if wrong else ""


def _novelty(draft: Draft) -> str:
    free = stems_of("neutral") | stems_of("value_words") | stems(read(draft.speaker))
    cues = [phrase for name in word_lists()["modality"] for phrase in phrases_of("modality", name)]
    free |= {word.stem for phrase in cues for word in read(" ".join(phrase))}
    free |= {w.stem for p in phrases_of("attribution") for w in read(" ".join(p))}
    if draft.verdict is Verdict.UNDISCLOSED:
        free |= stems_of("nondisclosure_words")
    for part in draft.parts:
        own = stems(part.words)
        new = own - free
        for source in part.sources:
            # The question's words count only where the evidence points to its subject with a pronoun.
            new &= own - free - source.context - (draft.question if source.pointing else frozenset())
        if len(new) > NOVELTY_LIMIT * len(own):
            return f"{shown([w.text for w in part.words if w.stem in new])}: not in the evidence"
    return ""


def _nondisclosure(draft: Draft) -> str:
    silent = [source for source in draft.sources if says_silent(source.text)]
    said = [part for part in draft.parts if says_silent(part.text)]
    if draft.verdict is Verdict.UNDISCLOSED and not said:
        return "the sentence does not say that it is not disclosed"
    if draft.verdict is Verdict.UNDISCLOSED and not silent:
        return "the evidence does not say that it is not disclosed"
    free = stems_of("nondisclosure_words") | stems_of("neutral") | stems(read(draft.speaker))
    for part in said:
        topic = stems(part.words) - free
        if not any(topic <= source.context for source in silent):
            return "the evidence does not say of this that it is not disclosed"
    return ""


_VETOES: dict[str, Callable[[Draft], str]] = {
    "form": _form,
    "yes_no": _yes_no,
    "numbers": _numbers,
    "dates": _dates,
    "versions": _versions,
    "names": _names,
    "licences": _licences,
    "strength": strength,
    "direction": direction,
    "negation": negation,
    "modality": modality,
    "commitment": commitment,
    "hedges": hedges,
    "conditions": conditions,
    "scope": scope,
    "lists": lists,
    "attribution": attribution,
    "cause": cause,
    "relations": relations,
    "novelty": _novelty,
    "nondisclosure": _nondisclosure,
}
