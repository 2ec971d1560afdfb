"""Vetoes on what a draft denies and on how sure it is: negation, plans told as done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.records import ClaimKind, Verdict
from rag.verification_draft import Draft, Source, says_silent, shown
from rag.verification_text import Word, find, heads, phrases_of, stems_of, word_lists

#: A verb without a cue counts as done.
_DONE = 4
_LEVELS = {"may": 1, "intend": 2, "will": 3}


def _negated(words: Sequence[Word], *, reach: int) -> set[str]:
    """Stems within ``reach`` words with content after a negator, in its clause."""
    found = set()
    for start, end in find(words, phrases_of("negators")):
        after = heads(words, end, reach)
        found |= {words[index].stem for index in after}
        if not after:  # "supported by none"
            found |= {word.stem for word in words[max(0, start - 3) : start] if word.content}
    return found


def negation(draft: Draft) -> str:
    """What the evidence denies stays denied, and nothing else is."""
    free = stems_of("nondisclosure_words") if draft.verdict is Verdict.UNDISCLOSED else frozenset[str]()
    for part in draft.parts:
        if free and says_silent(part.text):
            continue  # the non-disclosure veto reads these
        wide = _negated(part.words, reach=8)
        allowed: set[str] = set()
        for source in part.sources:
            allowed |= _negated(source.words, reach=8)
            lost = [
                w.text for w in part.words if w.stem in _negated(source.words, reach=2) and w.stem not in wide
            ]
            if lost and not (free and says_silent(source.text)):
                return f"{shown(lost)}: the evidence denies it"
        if not _negated(part.words, reach=1) <= allowed | free:
            return "the sentence denies what the evidence does not"
        if _count(part.words) and not any(_count(source.words) for source in part.sources):
            return "the sentence denies what the evidence does not"
    return ""


def _count(words: Sequence[Word]) -> int:
    return len(find(words, phrases_of("negators")))


@dataclass(frozen=True, slots=True)
class _Cue:
    start: int
    end: int
    level: int


def _cues(words: Sequence[Word]) -> list[_Cue]:
    found = [
        _Cue(start, end, level)
        for name, level in _LEVELS.items()
        for start, end in find(words, phrases_of("modality", name))
    ]  # fmt: skip
    for index, word in enumerate(words[:-1]):
        # An infinitive is not done either: "decided to release".
        if word.lower == "to" and words[index + 1].content and words[index + 1].text.islower():
            found.append(_Cue(index, index + 1, _LEVELS["will"]))
    return found


def _promised(words: Sequence[Word]) -> dict[str, int]:
    """Of each verb under a cue (may, plan, will, to) how sure the text is of it."""
    levels: dict[str, int] = {}
    cue_words = {index for cue in _cues(words) for index in range(cue.start, cue.end)}
    for cue in _cues(words):
        after = [i for i in heads(words, cue.end, 3) if i not in cue_words]
        for index in after[: 1 if words[cue.start].lower == "to" else 2]:
            levels[words[index].stem] = min(cue.level, levels.get(words[index].stem, _DONE))
    return levels


def _level(words: Sequence[Word], index: int) -> int:
    """How sure the text is of the word at ``index``: done, unless a cue governs it."""
    level = _DONE
    for cue in _cues(words):
        between = words[cue.end : index]
        same = words[cue.start].clause == words[index].clause
        broken = any(word.lower in {"is", "are", "was", "were", "has", "had"} for word in between)
        near = len(between) <= 2 or words[cue.start].lower != "to"
        if cue.end <= index and same and not broken and near:
            level = min(level, cue.level)
        passive = (
            words[cue.start].lower in word_lists()["modality"]["passive"] and cue.start > index
        )  # "it is planned"
        if (
            passive
            and same
            and words[cue.start - 1].lower in {"is", "are", "was", "were", "be", "been", "not"}
        ):
            level = min(level, cue.level)
    return level


def _elsewhere(words: Sequence[Word], index: int, level: int, source: Source) -> bool:
    """Whether the evidence has the word, with the same two after it, also with no cue that weakens it."""

    def following(text: Sequence[Word], at: int) -> list[str]:
        return [text[ahead].stem for ahead in heads(text, at + 1, 2, same_clause=False)]

    return any(
        other.stem == words[index].stem
        and _level(source.words, at) >= level
        and following(source.words, at) == following(words, index)
        for at, other in enumerate(source.words)
    )


def modality(draft: Draft) -> str:
    """No verb is surer than in the evidence, and no plan is made up."""
    free = stems_of("nondisclosure_words") if draft.verdict is Verdict.UNDISCLOSED else frozenset[str]()
    for part in draft.parts:
        for source in part.sources:
            for stem_, allowed in _promised(source.words).items():
                for index, word in enumerate(part.words):
                    level = _level(part.words, index) if word.stem == stem_ else 0
                    if (
                        level > allowed
                        and word.stem not in free
                        and not _elsewhere(part.words, index, level, source)
                    ):
                        return f"“{word.text}” is surer than in the evidence"
        sure = [cue for cue in _cues(part.words) if part.words[cue.start].lower != "to"]
        if sure and not any(_cues(source.words) for source in part.sources):
            return f"“{part.words[sure[0].start].text}”: the evidence makes no such plan"
    return ""


def commitment(draft: Draft) -> str:
    """A commitment keeps its word of plan or future, and nothing of it is told as done."""
    if draft.kind is not ClaimKind.COMMITMENT or draft.verdict is Verdict.UNDISCLOSED:
        return ""
    if not any(draft.words[cue.start].lower != "to" for cue in _cues(draft.words)):
        return "a commitment lost its word of plan or future"
    free = {w for phrase in phrases_of("attribution") for w in phrase} | {"announced", "plan", "plans"}
    free |= {w for name in _LEVELS for phrase in phrases_of("modality", name) for w in phrase}
    for part in draft.parts:
        done = _completed(part.words)
        known = {stem_ for source in part.sources for stem_ in _completed(source.words)}
        wrong = [stem_ for stem_, word in done.items() if word not in free and stem_ not in known]
        if wrong:
            return f"{shown([done[item] for item in wrong])}: told as done"
    return ""


def _completed(words: Sequence[Word]) -> dict[str, str]:
    found = {}
    for index, word in enumerate(words):
        if word.lower in {"has", "have", "had", "was", "were", "is", "are"}:
            ahead = heads(words, index + 1, 1)
            # "is planned", and "has" under a "will" before it, are no completed forms.
            if ahead and ahead[0] - index <= 3 and _level(words, ahead[0]) == _DONE:
                found[words[ahead[0]].stem] = words[ahead[0]].lower
    return found
