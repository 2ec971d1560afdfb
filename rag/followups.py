"""Follow-ups made whole: pronouns, and questions that leave out what the last one said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.asked import Ask, Detail
from rag.language import word_key
from rag.lexicon import lexicon
from rag.phrasing import AUX, WH, pattern

_POSSESSIVE = frozenset("its their his her".split())
_PERSONAL = frozenset("it they them he she".split())
_BARE = re.compile(
    r"^(?:and|but|or|so)?\s*(?P<wh>(?:(?:by|for|from|in|on|at|to|since|until|with|under)\s+)?(?:who|whom|when|where|why|how(?:\s+\w+)?|what|which)"
    r"(?:\s+(?:exactly|else|not))?)\s*\?*$",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    r"^(?:and|but|or|so|what about|how about|and what about|and how about)\s+(?P<rest>.+?)\s*\?*$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"^(?:in|on|at|for|with|without|by|from|to|under|after|before|during|inside|outside|near)\b", re.I
)


def names_in(text: str, names: Mapping[str, float]) -> str:
    """The first name in a text, all its words, or ""."""
    found: list[str] = []
    for place, word in enumerate(re.findall(r"[^\W_][\w.+-]*(?:['’]s)?|[^\w\s]", text)):
        bare = re.sub(r"['’]s$", "", word).rstrip(".")
        share = names.get(word_key(bare))
        known = share is not None and share > 0.8
        looks = place > 0 and bare[:1].isupper() and (share is None or share > 0.3)
        if bare and bare[0].isalnum() and bare.lower() not in _WORDS and (known or looks):
            found.append(bare)
        elif found:
            break
    return " ".join(found)


_WORDS = frozenset((*WH, *AUX, "i", "the", "a", "an", "is", "my", "our"))


def resolve(text: str, subject: str) -> str:
    """Pronouns replaced by a subject; the text itself where it has none."""
    if not subject:
        return text

    def put(match: re.Match[str]) -> str:
        word = match.group().lower()
        if word in _POSSESSIVE:
            return f"{subject}'" if subject.endswith("s") else f"{subject}'s"
        return subject

    held = [m.span() for m in pattern("idle_it").finditer(text)]
    pronoun = re.compile(rf"\b(?:{'|'.join(sorted(_POSSESSIVE | _PERSONAL))})\b", re.IGNORECASE)
    return pronoun.sub(lambda m: m.group() if any(a <= m.start() < b for a, b in held) else put(m), text)


def has_pronoun(text: str) -> bool:
    """Whether a text speaks of something by a pronoun."""
    return resolve(text, "\0") != text


def complete(text: str, subject: str, last: Sequence[Detail], names: Mapping[str, float]) -> str:
    """A question that leans on the last one ("And when?", "What about Japan?") in full."""
    if not subject and not last:
        return text
    resolved = resolve(text, subject)
    if resolved != text:
        return resolved
    if bare := _BARE.match(text.strip()):
        return _asking(bare["wh"], last[-1]) if last else f"{bare['wh']} {subject}?"
    fragment = _FRAGMENT.match(text.strip())
    if not fragment or fragment["rest"].split()[0].lower() in WH | AUX:
        return text
    rest = fragment["rest"]
    if _PREPOSITION.match(rest):
        return _with(rest, last[-1]) if last else f"{subject} {rest}?"
    named = names_in(f". {rest}", names)
    if named and not _detail_named(rest):
        return _about_another(rest, subject, last)
    if named or any(w.lower() in _POSSESSIVE for w in rest.split()):
        return text
    if last and not _detail_named(rest) and (swapped := _swapped(last[-1], rest)):
        return swapped
    return f"{text.rstrip(' ?')} of {subject}?" if subject else text


def _detail_named(text: str) -> bool:
    return bool(lexicon().aspects([word_key(w) for w in re.findall(r"[\w-]+", text)]))


def continued(parts: Sequence[str], names: Mapping[str, float]) -> list[str]:
    """The parts of one question: a bare "and where?" and "it" lean on the part before."""
    found: list[str] = []
    for part in parts:
        bare = _BARE.match(part.strip())
        if found and bare and len(part.split()) <= 3 and (rest := _behind_question_word(found[-1])):
            part = f"{bare['wh']} {rest}?"
        elif found and not names_in(f". {part}", names) and has_pronoun(part):
            part = resolve(part, _subject(found[0], names))
        found.append(part)
    return found


def _subject(text: str, names: Mapping[str, float]) -> str:
    """The first name of a part with its article ("the Heron")."""
    name = names_in(text, names)
    article = re.search(rf"\bthe\s+{re.escape(name)}", text, re.IGNORECASE) if name else None
    return article.group().replace("The ", "the ") if article else name


def _behind_question_word(text: str) -> str:
    """A question from its auxiliary on ("was X filmed"), or ""."""
    words = text.rstrip(" ?.").split()
    for place, word in enumerate(words[:5]):
        if word.lower() in AUX:
            return " ".join([word.lower(), *words[place + 1 :]])
    return ""


def _asking(wh: str, last: Detail) -> str:
    """The last question with another question word."""
    rest = _behind_question_word(last.text) or last.statement or re.sub(r"^who\s+", "", last.text, flags=re.I)
    return f"{wh[:1].upper()}{wh[1:]} {rest}?" if rest else f"{wh} {last.text}?"


def _with(phrase: str, last: Detail) -> str:
    """The last question about another place, time or condition."""
    preposition = phrase.split()[0].lower()
    kept = re.sub(rf"\s+{preposition}\s+(?:the\s+)?[^\s,?]+$", "", last.text, flags=re.IGNORECASE)
    return f"{kept} {phrase}?"


def _about_another(rest: str, subject: str, last: Sequence[Detail]) -> str:
    """The last question about another thing, or about the same in a place."""
    if pattern("place_name").fullmatch(re.sub(r"^the\s+", "", rest, flags=re.IGNORECASE)):
        return _with(f"in {rest}", last[-1]) if last else f"{subject} in {rest}?"
    old = last[-1].subject if last else ""
    if old and last[-1].ask not in (Ask.OVERVIEW, Ask.CHANGES):
        found = re.search(rf"(?:\bthe\s+)?\b{re.escape(old)}\b", last[-1].text, re.IGNORECASE)
        if found:
            return f"{last[-1].text[: found.start()]}{rest}{last[-1].text[found.end() :]}?"
    return f"Tell me about {rest}"


def _swapped(last: Detail, thing: str) -> str:
    """The last question about another thing that belongs to the same subject, or ""."""
    if not last.subject or last.ask not in (Ask.WHEN, Ask.YES_NO, Ask.AMOUNT, Ask.WHERE, Ask.WHY, Ask.HOW):
        return ""
    found = re.search(rf"(?:\bthe\s+)?\b{re.escape(last.subject)}\b", last.text, re.IGNORECASE)
    if not found or last.text[found.end() : found.end() + 1] in ("'", "’"):
        return ""
    owner = last.subject
    return f"{last.text[: found.start()]}{thing} of {owner}{last.text[found.end() :]}?"
