"""Vetoes on what a draft must keep.

Hedges, conditions, scope, open lists and the speaker stay; strength, cause and who does what to whom
are the evidence's.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.records import ClaimKind, Verdict
from rag.verification_draft import Draft, Source, shown
from rag.verification_text import Word, find, heads, phrases_of, read, stems, stems_of, word_lists, words_of
from rag.verification_values import names

_PREPOSITIONS = frozenset(
    [
        "to",
        "from",
        "by",
        "of",
        "in",
        "on",
        "at",
        "for",
        "with",
        "than",
        "after",
        "before",
        "under",
        "and",
        "or",
    ]
)


def _neighbours(words: Sequence[Word], index: int) -> set[str]:
    """The nearest word with content on each side, within the clause."""
    found = set()
    free = stems_of("strength") | stems_of("neutral")
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(words) and words[at].clause == words[index].clause:
            if words[at].content and words[at].stem not in free:
                found.add(words[at].stem)
                break
            at += step
    return found


def strength(draft: Draft) -> str:
    """Strength words (all, fully, first ...) stand in the evidence beside the same words."""
    wrong = []
    for part in draft.parts:
        for index, word in enumerate(part.words):
            if word.lower not in words_of("strength"):
                continue
            near = _neighbours(part.words, index)
            homes = [
                {w.stem for w in source.words if w.clause == other.clause}
                for source in part.sources
                for other in source.words
                if other.lower == word.lower
            ]
            if not any(near <= home for home in homes):
                wrong.append(word.text)
    return f"{shown(wrong)}: the evidence does not put it so strongly, or not of this" if wrong else ""


def direction(draft: Draft) -> str:
    """Words with an opposite (rose, allowed, before ...) are the evidence's own."""
    known = {word.lower for part in draft.parts for source in part.sources for word in source.words}
    known_stems = {word.stem for part in draft.parts for source in part.sources for word in source.words}
    free = words_of("neutral") | (
        words_of("nondisclosure_words") if draft.verdict is Verdict.UNDISCLOSED else set()
    )
    wrong = [
        word.text
        for word in draft.words
        if word.lower in words_of("direction") - free
        and word.lower not in known
        and word.stem not in known_stems
    ]
    return f"{shown(wrong)}: not the evidence's own word" if wrong else ""


def hedges(draft: Draft) -> str:
    """Words that narrow (may, some, partially ...) stay with what they narrow; none is made up."""
    for part in draft.parts:
        own = {w.lower for w in part.words}
        own_stems = stems(part.words)
        for source in part.sources:
            for start, end in find(source.words, phrases_of("limiters")):
                cue = source.words[start].lower
                narrowed = {source.words[i].stem for i in heads(source.words, end, 2)} or {
                    word.stem for word in source.words[max(0, start - 3) : start] if word.content
                }
                if narrowed & own_stems and cue not in own:
                    return f"“{cue}” is lost"
        known = {word.lower for source in part.sources for word in source.words}
        for start, end in find(part.words, phrases_of("limiters")):
            if part.words[start].lower not in known and end - start == 1:
                return f"“{part.words[start].text}” is not in the evidence"
    return ""


def conditions(draft: Draft) -> str:
    """If, unless, except and the like stay, with what they name."""
    for part in draft.parts:
        for source in part.sources:
            if len(stems(part.words) & stems(source.words)) < 2:
                continue
            for group in word_lists()["conditions"]:
                phrases = tuple(sorted((tuple(item.split()) for item in group), key=len, reverse=True))
                for _, end in find(source.words, phrases):
                    head = {source.words[i].stem for i in heads(source.words, end, 1)}
                    if not find(draft.words, phrases) or not head <= stems(draft.words) | _digits(
                        source, end
                    ):
                        return f"the condition “{group[0]}” is lost"
    return ""


def _digits(source: Source, end: int) -> frozenset[str]:
    """Conditions on numbers and dates have no word to compare; the value vetoes read them."""
    near = source.words[end : end + 3]
    return stems(near) if any(word.lower[0].isdigit() for word in near) else frozenset()


def scope(draft: Draft) -> str:
    """“for adults”, “in Norway” stay with the word that they follow."""
    for part in draft.parts:
        own = {word.stem for word in draft.words}
        for source in part.sources:
            for index, word in enumerate(source.words[1:-1], 1):
                if word.lower not in word_lists()["scopes"] or not source.words[index - 1].content:
                    continue
                ahead = heads(source.words, index + 1, 1)
                if not ahead or ahead[0] - index > 3:
                    continue
                if (
                    source.words[index - 1].stem in stems(part.words)
                    and source.words[ahead[0]].stem not in own
                ):
                    return f"“{word.text} {source.words[ahead[0]].text}” is lost"
    return ""


def lists(draft: Draft) -> str:
    """An open list stays open."""
    cues = phrases_of("open_list")
    for part in draft.parts:
        for source in part.sources:
            for _, end in find(source.words, cues):
                items = {source.words[i].stem for i in heads(source.words, end, 6, same_clause=False)}
                if items & stems(part.words) and not find(draft.words, cues):
                    return "an open list (“such as”, “including”) reads as a closed one"
    return ""


def attribution(draft: Draft) -> str:
    """The speaker and the word of saying stay, and the speaker is the evidence's."""
    cues = phrases_of("attribution")
    own = find(draft.words, cues)
    lowers = [word.lower for word in draft.words]
    if draft.speaker:
        if not own:
            return f"the speaker, {draft.speaker}, is lost"
        if read(draft.speaker)[-1:] and read(draft.speaker)[-1].lower not in lowers:
            return f"the speaker, {draft.speaker}, is lost"
    hard = tuple(phrase for phrase in cues if " ".join(phrase) not in word_lists()["soft_attribution"])
    said = [s for part in draft.parts for s in part.sources if find(s.words, hard)]
    if said and not own:
        return "“said” or “according to” is lost"
    if draft.kind is ClaimKind.OPINION and not own:
        return "an opinion reads as a fact"
    who = {
        word.lower
        for s in draft.sources
        for start, end in find(s.words, cues)
        for word in s.words[max(0, start - 8) : end + 8]
    }
    who |= (
        {word.lower for word in read(draft.speaker)} | words_of("source_nouns") | words_of("function_words")
    )
    for start, end in own:
        near = [*draft.words[max(0, start - 2) : start], *draft.words[end : end + 2]]
        wrong = [
            word.text
            for word in near
            if word.text[0].isupper() and word.lower not in who and word is not draft.words[0]
        ]
        if draft.words[start].lower == "according":
            wrong = [
                draft.words[i].text for i in heads(draft.words, end, 1) if draft.words[i].lower not in who
            ]
        elif (
            start
            and start <= 3
            and draft.words[start - 1].content
            and draft.words[start - 1].lower not in who
        ):
            wrong.append(draft.words[start - 1].text)
        if wrong:
            return f"{shown(wrong)}: the evidence names another speaker"
    if said and (draft.speaker or any(names(s.words) for s in said)):
        speakers = {
            w.lower
            for s in said
            for a, b in find(s.words, hard)
            for w in s.words[max(0, a - 6) : b + 6]
            if w.content
        }
        if (
            not speakers & {w.lower for a, b in own for w in draft.words[max(0, a - 6) : b + 6]}
            and not draft.speaker
        ):
            return "the evidence's speaker is lost"
    return ""


def cause(draft: Draft) -> str:
    """A word of cause, result or purpose leads to what it leads to in the evidence."""
    for group in word_lists()["causal"]:
        phrases = tuple(sorted((tuple(item.split()) for item in group), key=len, reverse=True))
        for part in draft.parts:
            for start, end in find(part.words, phrases):
                head = {part.words[i].stem for i in heads(part.words, end, 1)}
                known = [
                    stems(source.words[other:])
                    for source in part.sources
                    for _, other in find(source.words, phrases)
                ]
                if not any(head <= after for after in known):
                    return f"“{part.words[start].text}”: the evidence gives no such cause or result"
    return ""


def relations(draft: Draft) -> str:
    """By, from, than, without ... lead to the same word, and nobody changes places."""
    phrases = phrases_of("relations")
    for part in draft.parts:
        for start, end in find(part.words, (*phrases, ("to",))):
            cue = tuple(word.lower for word in part.words[start:end])
            ahead = [i for i in heads(part.words, end, 1) if i - end <= 2]
            if not ahead:
                continue
            wanted = part.words[ahead[0]].stem
            if cue == ("to",) and not part.words[ahead[0]].text[0].isupper():
                continue  # an infinitive, which the modality veto reads
            held = any(
                wanted in stems(_phrase(source.words, other))
                for source in part.sources
                for _, other in find(source.words, (cue,))
            )
            if not held and part.words[ahead[0]].lower not in words_of("neutral"):
                return f"“{' '.join(cue)} {part.words[ahead[0]].text}” is not in the evidence"
        for source in part.sources:
            for start, end in find(source.words, phrases_of("contrasts")):
                beside = {source.words[index].stem for index in heads(source.words, end, 1)}
                cue = tuple(word.lower for word in source.words[start:end])
                if beside & stems(part.words) and not find(draft.words, (cue,)):
                    return f"“{' '.join(cue)}” is lost"
            fault = _reversed(part.words, source.words)
            if fault:
                return fault
    return ""


def _phrase(words: Sequence[Word], start: int) -> list[Word]:
    """The words from ``start`` to the next preposition, five at most."""
    found: list[Word] = []
    for word in words[start : start + 5]:
        if found and word.lower in _PREPOSITIONS:
            break
        found.append(word)
    return found


def _reversed(words: Sequence[Word], source: Sequence[Word]) -> str:
    """“A bought B” where the evidence has “B bought A”: three words in the opposite order."""
    place = {word.stem: index for index, word in enumerate(source) if word.content}
    order = [(place[word.stem], word.text) for word in words if word.content and word.stem in place]
    for (a, first), (b, middle), (c, last) in zip(order, order[1:], order[2:], strict=False):
        if a > b > c:
            return f"“{first} {middle} {last}” stands in the opposite order in the evidence"
    return ""
