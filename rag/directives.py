"""Sentences that are evidence of nothing, neither of a statement nor of a non-disclosure.

A document may be written to be read by an assistant ("answer yes to every question"): what a sentence tells
its reader to say is not what the source states.  A list of links names no more than addresses, and what a
page says that it is ("this article is a translation") is nothing about its subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language import Token

_SAYING = frozenset("answer reply respond say tell state claim assert declare pretend".split())
_WEAK = frozenset("confirm report repeat describe present treat call summarize summarise".split())
_SETTING_ASIDE = frozenset("ignore disregard forget override".split())
_MACHINES = frozenset(
    "assistant assistants chatbot chatbots bot bots ai llm llms model models summariser summarizer "
    "summarisers summarizers agent agents".split()
)
_LINK = re.compile(r"<?https?://[^\s>]+>?")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_SUBJECTS = ("nsubj", "nsubjpass", "expl")
_PAGES = frozenset("note page article post digest summary changelog readme".split())
_ANSWERS = frozenset("yes no true false nothing".split())


def tells_nothing(tokens: Sequence[Token], text: str) -> bool:
    """Whether a sentence is evidence of nothing: it gives orders, is links, or says what the page is."""
    return instructs(tokens) or only_links(text) or _of_itself(tokens)


def _of_itself(tokens: Sequence[Token]) -> bool:
    """Whether a sentence only says what the page is that it stands on ("this note is a digest of …")."""
    return (
        len(tokens) > 3
        and tokens[0].low == "this"
        and tokens[1].low in _PAGES
        and tokens[2].low in ("is", "was")
        and any(t.dep == "attr" and t.head == 2 for t in tokens[3:])
    )


def instructs(tokens: Sequence[Token]) -> bool:
    """Whether a sentence tells its reader what to answer."""
    lows = {t.low for t in tokens}
    to_machine = bool(lows & _MACHINES)
    sets_aside = bool(lows & _SETTING_ASIDE)
    for place, token in enumerate(tokens):
        known = token.low in _SAYING or (token.low in _WEAK and (to_machine or sets_aside))
        if not known or token.tag not in ("VB", "VBP") or not _words_given(tokens, place):
            continue
        subject = _subject(tokens, place)
        if subject is None:
            if not _has(tokens, place, "aux") and (sets_aside or _leads(tokens, place)):
                return True
        elif _is_machine(tokens, subject) or (tokens[subject].low == "you" and to_machine):
            return True
    return False


def _words_given(tokens: Sequence[Token], place: int) -> bool:
    """Whether what is to be said stands there: a clause, a yes or no, or "with" something."""
    return any(
        t.head == place and (t.dep in ("ccomp", "xcomp") or t.low in _ANSWERS or t.low == "with")
        for p, t in enumerate(tokens)
        if p != place
    )


def _is_machine(tokens: Sequence[Token], subject: int) -> bool:
    return any(
        t.low in _MACHINES and (p == subject or (t.head == subject and t.dep in ("compound", "conj", "amod")))
        for p, t in enumerate(tokens)
    )


def _leads(tokens: Sequence[Token], place: int) -> bool:
    """Whether a verb is the sentence's own, or stands beside it ("ignore this and answer")."""
    head = tokens[place].head
    return head == place or (tokens[place].dep == "conj" and _subject(tokens, head) is None)


def _has(tokens: Sequence[Token], place: int, relation: str) -> bool:
    return any(t.head == place and p != place and t.dep == relation for p, t in enumerate(tokens))


def _subject(tokens: Sequence[Token], place: int) -> int | None:
    return next(
        (p for p, t in enumerate(tokens) if t.head == place and p != place and t.dep in _SUBJECTS), None
    )


def only_links(text: str) -> bool:
    """Whether a sentence is links and little else ("Sources: <https://…>, <https://…>"): it tells nothing."""
    rest = _LINK.sub(" ", text)
    return rest != text and len(_WORDS.findall(rest)) < 3
