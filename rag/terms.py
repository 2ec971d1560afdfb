"""The content words of a question and the part that each plays in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.asked import WHOLE, Ask, Term
from rag.language import Token, word_key
from rag.lexicon import lexicon
from rag.naming import is_name
from rag.phrasing import AUX, PRONOUNS, SAYING, WH
from rag.releases import asks_for_newest

_CONTENT = frozenset(("NOUN", "PROPN", "VERB", "ADJ", "NUM", "X"))
_STRENGTH = frozenset(
    "fully entirely completely wholly totally all every only always never partially partly "
    "exclusively".split()
)


_EMPTY_WORDS = frozenset("much many kind kinds true".split())
_CALENDAR = frozenset(
    "january february march april june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday".split()
)
_MEASURE = re.compile(r"\d[\d.,]*(?:b|bn|m|t|k)", re.IGNORECASE)


_LINKING = frozenset("hold take make play carry bear".split())
_GRANTING = frozenset("release publish distribute ship offer provide issue".split())
_MORE = frozenset("more most less least".split())
_COMPARED = frozenset(("JJR", "JJS", "RBR", "RBS"))
# Signs of units, which are written like names: "8 GB" is no product.
_UNIT = re.compile(
    r"[kKMGTP]?i?[Bb]|[kMG]?[WVJN]h?|[kMGT]?Hz|[munkdc]?[mgl]|mA?h|km/?h|mph|fps|dB|°?[CF]|[kM]?bps|[MG]bit|TFLOPS|PFLOPS|ppm|Nm|hp|psi|bar"
)


def _for_a_person(row: Sequence[Token], place: int) -> bool:
    """Whether a word only says that a person or body is asked for ("which company", "who is the woman").

    The boss of a firm, or its supplier, is more: one in that role is asked for.
    """
    if not lexicon().somebody(row[place]):
        return False
    told = any(t.low in WH and t.head == place for t in row)
    owned = any(t.head == place and (t.low == "of" or t.dep == "poss") for t in row)
    return told or (row[place].dep in ("attr", "nsubj", "nsubjpass", "ROOT") and not owned)


def _counts_answers(row: Sequence[Token], place: int, focus: frozenset[int]) -> bool:
    """Whether a number only says how many answers are wanted ("what are the four functions of …")."""
    token = row[place]
    head = row[token.head]
    wanted = token.head in focus or (head.key in lexicon().generic and head.pos == "NOUN")
    about = head.dep in ("attr", "ROOT") or (head.dep == "dobj" and _ordered(row, head.head))
    copular = head.dep == "nsubj" and row[head.head].lemma == "be"
    which = any(t.head == token.head and t.low in WH for t in row)
    return token.dep == "nummod" and head.tag in ("NNS", "NNPS") and wanted and (about or copular or which)


def _light(
    row: Sequence[Token], place: int, focus: frozenset[int], meanings: Mapping[int, frozenset[str]]
) -> bool:
    """Whether a verb only links what is asked for to a subject: the position that one holds is one's.

    So does the one of the licence that a thing is released, shipped or offered under.
    """
    lemma = row[place].lemma
    if lemma in _GRANTING and "under" in (t.low for t in row):
        return any("aspect:licence" in meanings.get(p, ()) for p in focus)
    return lemma in _LINKING and any(row[p].dep == "dobj" and row[p].head == place for p in focus)


def _ordered(row: Sequence[Token], place: int) -> bool:
    """Whether a word is the order at the head of a question ("list the suppliers")."""
    return place == 0 and row[place].low in ("name", "list", "give", "show", "enumerate", "state")


def terms_of(
    row: tuple[Token, ...], names: Mapping[str, float], ask: Ask
) -> tuple[tuple[Term, ...], frozenset[int]]:
    """The terms of one parsed question, and the token places of what is asked for.

    Args:
        row: the question's tokens.
        names: for each word key of the corpus, the share of its uses in which it is a name.
        ask: what kind of answer the question wants.
    """
    words = lexicon()
    keys = [t.key for t in row]
    # "faster" means what "fast" means.
    plain = [word_key(t.lemma) if t.tag in _COMPARED and t.lemma else t.key for t in row]
    meanings = words.meanings(plain)
    values = words.values(keys)
    poles = words.poles(plain)
    focus = frozenset() if ask is Ask.WHO else _focus(row, ask, names)
    terms: list[Term] = []
    seen: set[tuple[str, str]] = set()
    phrases = {first: (first, last) for first, last in words.phrases(keys)}
    inside = {p for first, last in phrases.values() for p in range(first, last)}
    for place, token in enumerate(row):
        if place in inside:
            if place in phrases:
                terms.append(_phrase_term(row, phrases[place], keys, focus))
            continue
        role = _role(row, place, token, names, focus)
        if role is None or (token.key, role) in seen or (ask is Ask.WHO and _for_a_person(row, place)):
            continue
        if role == "number" and ask is Ask.WHAT and _counts_answers(row, place, focus):
            continue
        if role == "verb" and _light(row, place, focus, meanings):
            continue
        if role in ("verb", "noun") and (_ordered(row, place) or (ask in WHOLE and token.key in SAYING)):
            continue
        named = role in ("name", "number")
        generic = token.key in words.generic and place not in meanings
        weak_verb = role == "verb" and token.key in words.generic and place not in meanings
        if not named and role != "strength" and (generic or weak_verb) and place not in focus:
            continue
        if (
            place in focus
            and token.key in words.generic
            and not any(m.startswith("aspect:") for m in meanings.get(place, ()))
        ):
            continue
        seen.add((token.key, role))
        none: frozenset[str] = frozenset()
        if role == "name" and _MEASURE.fullmatch(token.text):
            role, values[place] = "number", frozenset(("size",))
        terms.append(
            Term(
                token.text,
                token.key,
                role,
                words.asked(meanings.get(place, none)),
                values.get(place, none),
                poles.get(place, none),
            )
        )
    return tuple(terms), focus


def _phrase_term(
    row: tuple[Token, ...], span: tuple[int, int], keys: list[str], focus: frozenset[int]
) -> Term:
    """One term for a phrase that the lexicon knows as a whole ("open source", "training data")."""
    words = lexicon()
    places = [p for p in range(*span) if keys[p]]
    phrase = tuple(keys[p] for p in places)
    named = phrase in words.instances and phrase not in words.groups
    role = (
        "name"
        if named
        else "focus"
        if any(p in focus for p in places)
        else "verb"
        if any(row[p].pos == "VERB" for p in places)
        else "noun"
    )
    none: frozenset[str] = frozenset()
    return Term(
        " ".join(row[p].text for p in places),
        " ".join(phrase),
        role,
        words.asked(words.groups.get(phrase, none)),
        words.instances.get(phrase, none),
        words.sides.get(phrase, none),
    )


def _role(
    row: tuple[Token, ...], place: int, token: Token, names: Mapping[str, float], focus: frozenset[int]
) -> str | None:
    marks = token.pos == "PUNCT" or not any(c.isalnum() for c in token.text)
    if marks or token.low in WH | _EMPTY_WORDS | PRONOUNS or _end_of(row, place):
        return None
    if token.low in _STRENGTH:
        return "strength"
    if asks_for_newest(token):
        return None  # the newest statement leads anyway
    first = place == 0 or all(t.pos == "PUNCT" for t in row[:place])
    share = names.get(token.key)
    named = is_name(token, first) or (
        share is not None and share > 0.8 and token.pos not in ("AUX", "ADP", "DET")
    )
    if _UNIT.fullmatch(token.text) and place and row[place - 1].pos == "NUM":
        return "unit"
    if token.pos == "NUM" or token.text.isdigit() or token.low in _CALENDAR or token.text == "May":
        return "number"
    inside = not first and all(_capital(row, p) for p in (place - 1, place, place + 1))
    if named and (share is None or share > 0.3 or inside) and token.low not in AUX:
        return "name"
    if _ends_name(row, place):
        return "name"
    if token.pos == "NOUN" and token.lemma.lower() in lexicon().kinds and _named(row, place, names):
        return "head"
    if place in focus:
        return "focus"
    plain = _plain_role(row, place, token)
    return "modifier" if plain and _conditional(row, place) else plain


def _capital(row: tuple[Token, ...], place: int) -> bool:
    """Whether a word there is written as one of a name ("the Arvik DEVELOPMENT Summit")."""
    return 0 <= place < len(row) and row[place].pos == "PROPN" and row[place].text[:1].isupper()


def _ends_name(row: tuple[Token, ...], place: int) -> bool:
    """Whether a capital right behind a name makes a word its end ("the Norvik EARLY").

    Where every word has one ("The Norvik Opens Early"), it says nothing.
    """
    ends = place > 1 and _capital(row, place - 1) and row[place].pos in ("ADV", "ADJ", "NOUN", "PROPN")
    content = (t for p, t in enumerate(row) if p and t.pos in (*_CONTENT, "ADV") and t.low not in AUX)
    return ends and row[place].text.istitle() and any(t.text.islower() for t in content)


def _named(row: tuple[Token, ...], place: int, names: Mapping[str, float]) -> bool:
    """Whether the word before makes a name of this one ("Mind series")."""
    before = row[place - 1] if place else None
    linked = before is not None and before.head == place and before.dep in ("compound", "nmod")
    return linked and before is not None and names.get(before.key, 0.0) > 0.8


def _plain_role(row: tuple[Token, ...], place: int, token: Token) -> str | None:
    """The role of a word that is neither a name nor asked for."""
    if token.tag in _COMPARED and token.dep in ("acomp", "advmod", "attr", "amod") and token.low not in _MORE:
        return "noun" if token.dep in ("acomp", "attr") else "modifier"
    if token.pos not in _CONTENT or token.low in AUX:
        return "modifier" if token.pos == "ADV" and token.low.endswith("ly") else None
    if token.pos == "VERB":
        return "verb"
    counted = any(t.head == place and t.dep in ("nummod", "quantmod") for t in row)
    if counted or (place and row[place - 1].low == "per"):
        return "unit"
    if token.dep == "ROOT" and token.low == "matter":
        return "verb"
    if token.pos == "ADJ" and token.dep in ("acomp", "attr", "ROOT", "oprd", "ccomp"):
        return "noun"
    return "noun" if token.pos in ("NOUN", "PROPN", "X") else "modifier"


def _end_of(row: tuple[Token, ...], place: int) -> bool:
    """The word "end" of "by the end of 2025": the date is what must be found."""
    later = row[place + 1 : place + 3]
    return (
        row[place].low in ("end", "beginning", "start")
        and any(t.low == "of" for t in later)
        and any(
            t.text.isdigit() or t.low in _CALENDAR or t.low in ("year", "month")
            for t in row[place + 2 : place + 5]
        )
    )


def _conditional(row: tuple[Token, ...], place: int) -> bool:
    """Whether a word stands in an "if ..." clause behind the question itself."""
    return any(
        t.low in ("if", "when", "once", "before", "after") and p > 2 and p < place for p, t in enumerate(row)
    )


def _focus(row: tuple[Token, ...], ask: Ask, names: Mapping[str, float]) -> frozenset[int]:
    """The tokens that name what is asked for: "which licence", "how large", "the size of X"."""
    for place, token in enumerate(row):
        if token.low in ("what", "which", "whose") and token.pos in ("DET", "PRON", "ADJ"):
            head = token.head
            if token.dep in ("det", "poss") and head > place:
                return _phrase(row, head, names)
            if token.dep == "pobj" and (noun := _noun_after(row, place)):
                return _phrase(row, noun, names)
        if token.low == "how" and place + 1 < len(row) and row[place + 1].low in ("many", "much"):
            head = row[place + 1].head
            if row[head].pos in ("NOUN", "PROPN") and head > place:
                return _phrase(row, head, names)
            return frozenset()
        if (
            token.low == "how"
            and place + 1 < len(row)
            and row[place + 1].pos in ("ADJ", "ADV")
            and ask is not Ask.HOW
        ):
            return frozenset((place + 1,))
    return _nominal_focus(row, names) if ask in (Ask.WHAT, Ask.AMOUNT, Ask.WHEN) else frozenset()


def _nominal_focus(row: tuple[Token, ...], names: Mapping[str, float]) -> frozenset[int]:
    """The noun asked for without a question word of its own: "what is the size of X", "X licence?"."""
    if _ordered(row, 0):
        wanted = next(
            (p for p, t in enumerate(row) if t.dep == "dobj" and t.head == 0 and t.pos == "NOUN"), 0
        )
        return _phrase(row, wanted, names) if wanted else frozenset()
    for place, token in enumerate(row):  # "what is the size of X", "X licence?"
        nominal = token.pos in ("NOUN", "PROPN") and names.get(token.key, 0.0) < 0.5
        if not nominal:
            continue
        if token.dep in ("attr", "nsubj", "ROOT", "nsubjpass") and not _verbal(row):
            return _phrase(row, place, names)
    return frozenset()


def _noun_after(row: Sequence[Token], place: int) -> int:
    """The noun right behind a "which" that was taken for a pronoun ("to which shops"), or 0."""
    last = 0
    for other in range(place + 1, len(row)):
        if row[other].pos != "NOUN":
            break
        last = other
    return last


def _verbal(row: Sequence[Token]) -> bool:
    """Whether the question turns on a verb of its own ("what does X manage")."""
    return any(
        t.pos == "VERB" and t.dep in ("ROOT", "xcomp", "ccomp") and t.key not in lexicon().generic
        for t in row
    )


def _phrase(row: Sequence[Token], head: int, names: Mapping[str, float]) -> frozenset[int]:
    inside = {head}
    for place, token in enumerate(row):
        if token.head == head and token.dep in ("compound", "amod", "nmod") and abs(place - head) <= 4:
            inside.add(place)
    share = {p: names.get(row[p].key, 0.0) for p in inside}
    return frozenset(p for p in inside if share[p] < (0.8 if p == head else 0.5))
