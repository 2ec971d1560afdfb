"""A question to its asked details: subject, what is asked of it, answer type, polarity, premise.

Instructions in a question ("ignore the sources", "answer yes", "say that ...") are dropped; what
they would have said is asked instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rag.asked import OF_ALL, WHOLE, Ask, Detail, Question, Term
from rag.coordination import coordinated, inherit
from rag.followups import complete, continued, has_pronoun, names_in, resolve
from rag.language import Token, word_key
from rag.leads import Lead, asked_itself, without_openers
from rag.lexicon import lexicon
from rag.phrasing import AUX, SAYING, WH, asks, cased, clean, embedded, pattern, split
from rag.releases import asks_for_newest
from rag.slips import mended
from rag.statements import indirect, joined, statement
from rag.terms import terms_of

__all__ = ["Ask", "Detail", "Parse", "Question", "Term", "clean", "split", "understand"]

_ASKING = ("name", "focus", "noun", "verb", "number")  # a question without one of these asks nothing
Parse = Callable[[Sequence[str]], list[tuple[Token, ...]]]


def understand(
    text: str,
    parse: Parse,
    names: Mapping[str, float],
    history_subject: str = "",
    last: Sequence[Detail] = (),
) -> Question:
    """The details that a (spelling-mended) question asks.

    Args:
        text: the question.
        parse: tokens of each given text.
        names: for each word key of the corpus, the share of its uses in which it is a name.
        history_subject: what the last question was about, for "and its licence?".
        last: the details of the last question, for "And when?" and "What about Japan?".
    """
    asked, context = clean(text)
    if pattern("social").match(text) and not any(
        names.get(word_key(w), 0.0) > 0.8 for w in re.findall(r"\w+", text)
    ):
        return Question(text.strip(), ())
    if not asked or not re.search(r"\w", asked):
        return Question(text.strip(), ())
    lead = without_openers(asked)
    asked, premise = _without_premise(lead.text)
    if (premise or context) and has_pronoun(asked) and not names_in(f". {asked}", names):
        meant = next(filter(None, (names_in(t, names) for t in (premise, *context[::-1]))), "")
        if premise and not meant:  # "after the crew is warned, what may they do": nothing else says who
            asked, premise = lead.text, ""
        asked = resolve(asked, meant)
    asked = complete(asked, history_subject, last, names)
    leads = [asked_itself(embedded(p), names) for p in continued(split(asked), names)]
    parts = [one.text for one in leads]
    extra = [f"{who}." for who in (lead.speaker, *(one.speaker for one in leads))]
    others = [one.otherwise for one in leads]
    rows = [*map(mended, parse([cased(p, names) for p in (*parts, *extra, *filter(None, others))]))]
    plain = dict(zip(filter(None, others), rows[len(parts) + len(extra) :], strict=True))
    speakers = [_speaker(row) for row in rows[len(parts) : len(parts) + len(extra)]]
    details: list[Detail] = []
    for lead_, row, own in zip(leads, rows, speakers[1:], strict=False):
        found = _details(lead_, row, names)
        if lead_.otherwise:
            said = _details(Lead(lead_.otherwise), plain[lead_.otherwise], names)[0]
            found = [replace(d, otherwise=said) for d in found]
        details.extend(_spoken(d, own or speakers[0]) for d in found)
    details = inherit(details)
    besides = tuple(dict.fromkeys(key for one in lead.besides for w in one.split() if (key := word_key(w))))
    details = [replace(d, premise=premise, besides=besides) for d in details]
    understood = asked if asked != text.strip() else text.strip()
    asking = (d for d in details if d.of(*_ASKING) or len(d.of("modifier")) > 1 or d.ask in OF_ALL)
    return Question(understood, tuple(asking))


def _without_premise(asked: str) -> tuple[str, str]:
    """A question without the clause that it puts first, and that clause."""
    match = pattern("premise").match(asked)
    if match and asks(match.group("rest")):
        return match.group("rest"), match.group("premise")
    return asked, ""


def _speaker(row: Sequence[Token]) -> tuple[Term, ...]:
    """The words of a speaker's name or office."""
    none: frozenset[str] = frozenset()
    return tuple(
        Term(t.text, t.key, "name", none, none)
        for t in row
        if t.pos not in ("PUNCT", "DET", "PART", "PRON") and t.key
    )


def _spoken(detail: Detail, speaker: Sequence[Term]) -> Detail:
    """The detail as said by a speaker: his name is looked for beside the others."""
    if not speaker:
        return detail
    named = [t for t in speaker if t.text[:1].isupper()]
    keys = tuple(t.key for t in speaker)
    own = {t.key for t in detail.of("name")}
    rest = tuple(t for t in detail.terms if t.role != "verb" or t.key not in SAYING)
    new = tuple(t for t in named if t.key not in own)
    said = detail.predicate is not None and detail.predicate.key in SAYING
    return replace(detail, terms=(*new, *rest), speaker=keys, predicate=None if said else detail.predicate)


def _details(lead: Lead, row: tuple[Token, ...], names: Mapping[str, float]) -> list[Detail]:
    if lead.ask is Ask.CHANGES:
        terms, _ = terms_of(row, names, lead.ask)
        base = replace(_detail(lead.text, row, lead.ask, terms, frozenset()), since=lead.since)
        return coordinated(base, row, frozenset())
    part = lead.text
    overview = pattern("overview").match(part)
    ask = _ask(row)
    unknown = pattern("unknown").search(part)
    if (
        unknown
        and ask in (Ask.WHAT, Ask.OVERVIEW)
        and not re.match(r"\s*(?:when|who|where|why|how)\b", part, re.I)
    ):
        ask = Ask.UNKNOWNS
    elif overview and not re.search(r"\b(?:of|for)\b", overview.group("rest")):
        ask = Ask.OVERVIEW
    terms, focus_places = terms_of(row, names, ask)
    if unknown and ask is Ask.UNKNOWNS:  # "left open" names nothing that is asked about
        said = set(map(word_key, unknown.group().split()))
        rest = tuple(t for t in terms if not said >= set(t.key.split()))
        terms = rest if all(t.role in ("verb", "modifier") for t in rest) else terms
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
    if words[0] in ("name", "list", "give", "enumerate"):
        return Ask.WHAT
    for name, ask in (("amount", Ask.AMOUNT), ("when", Ask.WHEN), ("why", Ask.WHY)):
        if pattern(f"ask.{name}").search(text):
            return ask
    whole = len(words) > 3 and _asserts(row) and words[-1] not in _LEFT_OPEN
    return _by_word(row, text) or (Ask.YES_NO if whole else Ask.WHAT)


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


# A statement that ends in one of these leaves open what is asked: "the upper lock is known as".
_LEFT_OPEN = frozenset(
    "is are was were be to as by of for in on at from with than because called named the a an between".split()
)


def _asserts(row: Sequence[Token]) -> bool:
    """Whether a question without a question word is a whole statement."""
    clause = ("ROOT", "ccomp", "conj")
    verbs = ((t, row[t.head] if t.dep in ("aux", "auxpass") else t) for t in row if t.pos in ("VERB", "AUX"))
    finite = any(t.tag in ("VBZ", "VBP", "VBD", "MD") and verb.dep in clause for t, verb in verbs)
    return finite and any(t.dep.startswith("nsubj") and t.low not in ("i", "we", "you") for t in row)


def _which_person(row: Sequence[Token]) -> bool:
    for token in row:
        if token.low in ("which", "what") and token.dep in ("det", "poss"):
            return lexicon().somebody(row[token.head])
    return False


def _lists(row: Sequence[Token], focus: frozenset[int]) -> bool:
    """Whether several things are asked for ("which tools ...", "list the suppliers ...")."""
    asked = any(t.low in ("which", "what") for t in row[:2])
    ordered = bool(row) and row[0].low in ("name", "list", "give", "show", "enumerate")
    return (asked or ordered) and any(row[i].tag in ("NNS", "NNPS") for i in focus)


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
    happens = any(t.pos == "VERB" or t.dep in ("aux", "auxpass") for t in row)
    presumed = ask is Ask.WHY or (ask in (Ask.WHEN, Ask.HOW, Ask.WHERE) and happens)
    listing = _lists(row, focus)
    past = bool(re.match(r"(?:has|have|had|did|was|were)\b", low)) or bool(
        re.search(r"\balready\b|\btoday\b|\bnow\b", low)
    )
    found = Detail(
        text=joined(row, range(len(row))) or part.strip(" ?."),
        ask=ask, terms=terms, subject=subject, focus=focus_text, aspects=aspects,
        negated=_negated(row, ask), passive=_passive(row), presumed=presumed,
        listing=listing, past=past,
        statement=statement(row) if presumed or ask is Ask.YES_NO else "",
        indirect="" if ask in (Ask.YES_NO, Ask.WHY, *WHOLE) else indirect(row),
        predicate=next((t for t in terms if t.role == "verb" and " " in t.key), None) or _predicate(row),
        newest=any(asks_for_newest(token) for token in row),
        hedged=bool(re.match(r"(?:can|could|may|might)\b", low)),
    )  # fmt: skip
    if found.nature and not any(c.isdigit() for c in found.text):  # a name may be parsed as anything
        return replace(found, indirect=found.nature_clause)
    return found


def _negated(row: Sequence[Token], ask: Ask) -> bool:
    """Whether a question denies; "isn't X free?" expects a yes and asks the same as "is X free?"."""
    first = next((i for i, t in enumerate(row) if t.pos != "PUNCT"), 0)
    leading = {first, first + 1} if ask is Ask.YES_NO else set()
    if ask is Ask.UNKNOWNS:
        return False
    return any(t.low in _NEGATION and not (i in leading and "n" in t.low[:2]) for i, t in enumerate(row))


_MAIN = ("ROOT", "xcomp", "ccomp")


def _passive(row: Sequence[Token]) -> bool:
    return any(t.dep == "auxpass" and row[t.head].dep in _MAIN for t in row)


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
        if verbal and token.dep in _MAIN and token.lemma.lower() not in _LIGHT:
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
