"""A question to its asked details: subject, what is asked of it, answer type, polarity, premise.

Instructions in a question ("ignore the sources", "answer yes", "say that ...") are dropped; what
they would have said is asked instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rag.asked import Ask, Detail, Question, Term
from rag.coordination import coordinated, inherit, tidy
from rag.language import Token, word_key
from rag.lexicon import lexicon
from rag.phrasing import AUX, WH, asks, cased, clean, embedded, pattern, resolve, split
from rag.terms import terms_of

__all__ = ["Ask", "Detail", "Parse", "Question", "Term", "clean", "split", "understand"]

Parse = Callable[[Sequence[str]], list[tuple[Token, ...]]]


def understand(text: str, parse: Parse, names: Mapping[str, float], history_subject: str = "") -> Question:
    """The details that a (spelling-mended) question asks.

    Args:
        text: the question.
        parse: tokens of each given text.
        names: for each word key of the corpus, the share of its uses in which it is a name.
        history_subject: what the last question was about, for "and its licence?".
    """
    asked, _ = clean(text)
    if pattern("social").match(text) and not any(
        names.get(word_key(w), 0.0) > 0.8 for w in re.findall(r"\w+", text)
    ):
        return Question(text.strip(), ())
    if not asked or not re.search(r"\w", asked):
        return Question(text.strip(), ())
    asked = resolve(asked, history_subject)
    premise = ""
    match = pattern("premise").match(asked)
    if match and asks(match.group("rest")):
        premise, asked = match.group("premise"), match.group("rest")
    parts = [embedded(p) for p in split(asked)]
    rows = parse([cased(p, names) for p in parts])
    details: list[Detail] = []
    for part, row in zip(parts, rows, strict=True):
        details.extend(_details(part, row, names))
    details = inherit(details)
    if premise and details:
        details = [replace(d, premise=premise) for d in details]
    understood = asked if asked != text.strip() else text.strip()
    asking = (d for d in details if d.of("name", "focus", "noun", "verb", "number") or d.ask is Ask.UNKNOWNS)
    return Question(understood, tuple(asking))


def _details(part: str, row: tuple[Token, ...], names: Mapping[str, float]) -> list[Detail]:
    overview = pattern("overview").match(part)
    ask = _ask(row)
    if (
        pattern("unknown").search(part)
        and ask in (Ask.WHAT, Ask.OVERVIEW)
        and not re.match(r"\s*(?:when|who|where|why|how)\b", part, re.I)
    ):
        ask = Ask.UNKNOWNS
    elif overview and not re.search(r"\b(?:of|for)\b", overview.group("rest")):
        ask = Ask.OVERVIEW
    terms, focus_places = terms_of(row, names, ask)
    if overview and ask is Ask.WHAT and not any(t.role == "focus" for t in terms):
        ask = Ask.OVERVIEW
    if (
        ask is Ask.OVERVIEW
        and any(t.role in ("focus", "noun") and t.meanings for t in terms)
        and any(t.role == "name" for t in terms)
    ):
        ask = Ask.WHAT
    base = _detail(part, row, ask, terms, focus_places)
    return coordinated(base, row, focus_places)


def _ask(row: Sequence[Token]) -> Ask:
    words = [t.low for t in row if t.pos != "PUNCT"]
    if not words:
        return Ask.WHAT
    text = " ".join(words)
    if words[0] in AUX or words[0] == "whether":
        return Ask.YES_NO
    if words[0] in ("name", "list"):
        return Ask.WHAT
    for name, ask in (("amount", Ask.AMOUNT), ("when", Ask.WHEN), ("why", Ask.WHY)):
        if pattern(f"ask.{name}").search(text):
            return ask
    return _by_word(row, text) or (Ask.YES_NO if len(words) > 3 and _asserts(row) else Ask.WHAT)


def _by_word(row: Sequence[Token], text: str) -> Ask | None:
    """What the first question word asks for; None where there is none."""
    wh = next((t.low for t in row if t.low in WH), "")
    if wh in ("who", "whom", "whose") or _which_person(row):
        return Ask.WHO
    degree = any(t.low == "how" and i + 1 < len(row) and row[i + 1].pos == "ADJ" for i, t in enumerate(row))
    if wh == "how" and degree:
        return Ask.WHAT
    if pattern("ask.how").search(text):
        return Ask.HOW
    return _WORDS.get(wh)


_WORDS = {
    "when": Ask.WHEN, "where": Ask.WHERE, "why": Ask.WHY, "how": Ask.HOW, "what": Ask.WHAT, "which": Ask.WHAT,
}  # fmt: skip


def _asserts(row: Sequence[Token]) -> bool:
    """Whether a question without a question word is a whole statement."""
    clause = ("ROOT", "ccomp", "conj", "aux", "auxpass")
    finite = any(
        t.pos in ("VERB", "AUX") and t.dep in clause and t.tag in ("VBZ", "VBP", "VBD", "MD") for t in row
    )
    return finite and any(t.dep.startswith("nsubj") and t.low not in ("i", "we", "you") for t in row)


def _which_person(row: Sequence[Token]) -> bool:
    for token in row:
        if token.low in ("which", "what") and token.dep in ("det", "poss"):
            return row[token.head].key in lexicon().people
    return False


_NEGATION = frozenset("not n't n’t never no without".split())


def _detail(
    part: str, row: tuple[Token, ...], ask: Ask, terms: tuple[Term, ...], focus: frozenset[int]
) -> Detail:
    words = lexicon()
    keys = [t.key for t in row if t.low not in WH or t.low in ("who", "where")]
    low = " ".join(t.low for t in row)
    subject = " ".join(
        row[i].text
        for i in range(len(row))
        if any(t.role in ("name",) and t.text == row[i].text for t in terms)
    )
    focus_text = " ".join(row[i].text for i in sorted(focus))
    aspects = words.aspects([row[i].key for i in sorted(focus)]) or words.aspects(keys)
    presumed = ask is Ask.WHY or (ask in (Ask.WHEN, Ask.HOW, Ask.WHERE) and any(t.pos == "VERB" for t in row))
    listing = bool(re.match(r"(?:which|what|name|list)\b", low)) and any(
        row[i].tag in ("NNS", "NNPS") for i in focus
    )
    past = bool(re.match(r"(?:has|have|had|did|was|were)\b", low)) or bool(
        re.search(r"\balready\b|\btoday\b|\bnow\b", low)
    )
    return Detail(
        text=part.strip(" ?."), ask=ask, terms=terms, subject=subject, focus=focus_text, aspects=aspects,
        negated=_negated(row, ask), presumed=presumed,
        listing=listing, past=past,
        statement=_statement(row) if presumed or ask is Ask.YES_NO else "",
        predicate=next((t for t in terms if t.role == "verb" and " " in t.key), None) or _predicate(row),
        hedged=bool(re.match(r"(?:can|could|may|might)\b", low)),
    )  # fmt: skip


def _negated(row: Sequence[Token], ask: Ask) -> bool:
    """Whether a question denies; "isn't X free?" expects a yes and asks the same as "is X free?"."""
    first = next((i for i, t in enumerate(row) if t.pos != "PUNCT"), 0)
    leading = {first, first + 1} if ask is Ask.YES_NO else set()
    return any(t.low in _NEGATION and not (i in leading and "n" in t.low[:2]) for i, t in enumerate(row))


_LIGHT = frozenset("be have do get make want go going able allow plan give tell say know matter".split())


def _predicate(row: tuple[Token, ...]) -> Term | None:
    """The verb that the question turns on; None for verbs that say little by themselves."""
    helped = any(t.low in ("did", "does", "do") for t in row[:3])
    for place, token in enumerate(row):
        if place == 0 and token.low in ("name", "list"):
            continue
        verbal = token.pos == "VERB" or (
            helped and token.text.islower() and token.dep == "ROOT" and token.pos in ("NOUN", "ADJ", "PROPN")
        )
        if verbal and token.dep in ("ROOT", "xcomp", "ccomp") and token.lemma.lower() not in _LIGHT:
            words = lexicon()
            keys = [t.key for t in row]
            none: frozenset[str] = frozenset()
            return Term(
                token.text,
                token.key,
                "verb",
                words.meanings(keys).get(place, none),
                none,
                words.poles(keys).get(place, none),
            )
    return None


def _statement(row: tuple[Token, ...]) -> str:
    """A question as the statement that it takes for granted: the auxiliary put behind its subject."""
    start = 1 if row and row[0].low in WH else 0
    if start >= len(row) or row[start].low not in AUX:
        return ""
    subjects = [i for i, t in enumerate(row) if t.dep.startswith("nsubj") and i > start]
    if not subjects:
        return ""
    end = max([subjects[0], *(i for i in range(start + 1, len(row)) if _under(row, i, subjects[0]))])
    order = [*range(start + 1, end + 1), start, *range(end + 1, len(row))]
    return tidy(" ".join(row[i].text for i in order if row[i].text not in ("?", ".")))


def _under(row: Sequence[Token], place: int, ancestor: int) -> bool:
    seen: set[int] = set()
    while place not in seen:
        seen.add(place)
        place = row[place].head
        if place == ancestor:
            return True
    return False
