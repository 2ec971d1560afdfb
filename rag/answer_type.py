"""Whether a sentence holds a value of the type that a question asks for."""

from __future__ import annotations

import re
from collections.abc import Container

from rag.language import Token, word_key
from rag.lexicon import lexicon
from rag.question import Ask, Detail
from rag.reading import Reading

_REASON = re.compile(
    r"\b(?:because|due to|owing to|thanks to|since|so that|given|in order to|as a result|for this reason|"
    r"that is why|"
    r"allow(?:s|ing)?|enabl(?:e|es|ing)|reduc(?:e|es|ing)|without|to \w+)\b",
    re.IGNORECASE,
)
_METHOD = re.compile(r"\b(?:by|through|via|using|with|as|from|in|either)\b", re.IGNORECASE)
_TIME = re.compile(
    r"(?:(?:19|20)\d\ds?|january|february|march|april|may|june|july|august|september|october|november|december|monday|"
    r"tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday|tomorrow|weeks?|months?|years?|quarter|spring|"
    r"summer|autumn|winter|minutes?|hours?|night|morning|evening|weekdays?|weekends?|centur\w+|decades?|ago)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?:.*\d.*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?|"
    r"billions?|half|third|quarter|twice|once|several|few|none|no)",
    re.IGNORECASE,
)
# A sum, or that there is none.
_MONEY = re.compile(
    r"[$€£¥₹]|\b(?:euros?|dollars?|pounds?|yuan|yen|rupees?|francs?|crowns?|marks|kroner|(?<!per )cents?|"
    r"pence|pennies|usd|eur|gbp|cny|rmb|free|nothing|gratis|no (?:charge|cost|fee))\b",
    re.IGNORECASE,
)
_SHARE = re.compile(r"%|\bper ?cent", re.IGNORECASE)
_SUM = re.compile(
    r"(?:and |so )?(?:how much\b|what (?:will|would|does|do|did|must|should|has|have)\b)"
    r"(?!.*\b(?:with|for|by|to|in|from|on)\s*\??$)",
    re.IGNORECASE,
)
_PRICE = frozenset(("aspect:price", "synonym:pay"))
_WHAT_IS = re.compile(r"what(?:['’]s| is| are| was| were)\b", re.IGNORECASE)
_BEING = frozenset("be mean stand denote refer serve act describe provide manage handle".split())
# Who asks for percent is not answered by a count or by the number of a model.
_SHARE_KEYS = frozenset(map(word_key, ("percent", "percentage")))
_BEFORE_HOURS = frozenset("at until till by from before after to".split())
_PEOPLE = frozenset(("PERSON", "ORG", "NORP", "GPE"))


def typed(detail: Detail, reading: Reading) -> float:
    """1.0 where a value of the asked type stands that the question did not bring itself, else 0.0."""
    asked = {t.key for t in detail.terms}
    fresh = [t for t in reading.tokens if t.key not in asked and t.pos != "PUNCT"]
    if detail.ask is Ask.WHO:
        return float(any(_is_somebody(reading, t) for t in fresh))
    if detail.ask is Ask.WHEN:
        return float(
            any(
                (t.ent in ("DATE", "TIME") or _TIME.fullmatch(t.text) or _is_hour(reading, t))
                and not _titled(reading, t)
                for t in fresh
            )
        )
    if _asks_for_money(detail):
        text = reading.sentence.text
        summed = _SHARE.search(text) is None and any(t.ent == "MONEY" for t in fresh)
        return float(summed or _MONEY.search(text) is not None)
    if detail.ask is Ask.AMOUNT:
        if asked & _SHARE_KEYS and not any(t.low == "%" or t.key in _SHARE_KEYS for t in reading.tokens):
            return 0.0
        return float(any(t.pos == "NUM" or _AMOUNT.fullmatch(t.text) for t in fresh))
    if detail.ask is Ask.WHY:
        return float(bool(_REASON.search(reading.sentence.text)))
    if detail.ask is Ask.HOW:
        return float(bool(_METHOD.search(reading.sentence.text)))
    if _asks_what_it_is(detail):
        return float(_defines(reading, asked))
    return 1.0


def _is_hour(reading: Reading, token: Token) -> bool:
    """Whether a number is a time of the day: "opens at seven", "until six"."""
    return token.pos == "NUM" and token.dep == "pobj" and reading.tokens[token.head].low in _BEFORE_HOURS


def _asks_for_money(detail: Detail) -> bool:
    """Whether a sum is asked for: what is paid for something, and not how, or by whom."""
    if detail.ask not in (Ask.AMOUNT, Ask.WHAT):
        return False
    verbs = (*detail.of("verb"), *((detail.predicate,) if detail.predicate else ()))
    pays = any(_PRICE & t.meanings for t in (*verbs, *detail.of("focus")))
    bare = all(_PRICE & t.meanings for t in detail.of("focus"))
    return pays and bare and _SUM.match(detail.text) is not None


def _asks_what_it_is(detail: Detail) -> bool:
    """Whether a question is "what is X?", of a name or of a thing with one ("the Tarnik loom")."""
    bare = all(t.role == "name" or (t.role == "head" and not t.meanings) for t in detail.terms)
    return detail.ask is Ask.WHAT and bool(detail.terms) and bare and bool(_WHAT_IS.match(detail.text))


def _defines(reading: Reading, asked: Container[str]) -> bool:
    """Whether a sentence says what a thing is: "X is a …", "X, a …", "X, which …"."""
    tokens = reading.tokens
    for place, token in enumerate(tokens):
        if token.key not in asked:
            continue
        head = token
        while head.dep in ("compound", "nmod", "flat") and tokens[head.head] is not head:
            head, place = tokens[head.head], head.head
        told = tokens[head.head]
        if (
            head.dep == "nsubj"
            and told.lemma in _BEING
            and (told.lemma != "be" or any(t.head == head.head and t.dep == "attr" for t in tokens))
        ):
            return True
        if any(t.head == place and t.dep in ("appos", "relcl") for t in tokens):
            return True
    return False


def _is_somebody(reading: Reading, token: Token) -> bool:
    """Whether a word is a name, a person or body, or that by which a thing is done ("paid by the port")."""
    if token.ent in _PEOPLE or token.pos == "PROPN" or lexicon().somebody(token):
        return True
    return token.dep == "pobj" and reading.tokens[token.head].dep == "agent"


def _titled(reading: Reading, token: Token) -> bool:
    """Whether a year is part of a name ("Expo 2025"), which dates nothing."""
    place = reading.tokens.index(token)
    before = reading.tokens[place - 1] if place else None
    return token.text.isdigit() and before is not None and before.key in reading.own


def amount_of(reading: Reading, place: int, *, of_them: bool = False) -> bool:
    """Whether a number counts the word at ``place`` ("up to 120 passengers", "14 knots").

    "Half of the members" counts some of them, and is an answer only to who asks for these (``of_them``).
    """
    tokens = reading.tokens
    if place < 0:
        return False
    for other, token in enumerate(tokens):
        model_name = any(c.isdigit() for c in token.text) and any(c.isalpha() for c in token.text)
        if token.low in ("no", "none") or model_name:
            continue
        number = token.pos == "NUM" or _AMOUNT.fullmatch(token.text) is not None
        some = not of_them and any(
            tokens[n].low == "of" and tokens[n + 1].pos in ("DET", "PRON") for n in range(other + 1, place)
        )
        if number and not some and (token.head == place or 0 < place - other <= 3):
            return True
    return False
