"""The words of a question put back together: as they were spaced, or as the statement behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.language import Token, word_key
from rag.lexicon import lexicon
from rag.phrasing import AUX, WH

_MARKS = frozenset("? . ! …".split())
_NOT = frozenset("n't n’t".split())
_DO = frozenset("do does did".split())
_OPENERS = frozenset("who whom whose what which when where how".split())
_FINITE = frozenset(("VBZ", "VBD", "VBP", "MD"))
_ASKERS = frozenset("i we you me us my our your".split())
_NUMBER = re.compile(r"^\d|\d{4}")  # "310P", "mid-2028"; "openHeron-2.0" is a name
# No clause has two finite verbs side by side: its subject was cut off in the middle.
_TWO_FINITE = re.compile(
    r"\b(?:will|would|can|could|may|might|shall|should|must) "
    r"(?:is|are|was|were|has|does|did|will|would|can)\b|"
    r"\b(?:is|are|was|were|has) (?:is|are|was|were|will|would|should|can|could|must|may)\b"
)
_MOST_AGAIN = 24  # tokens of a question that is said again
_FULL = {"ca": "can", "wo": "will", "sha": "shall"}
# Past forms that no rule makes; a participle of its own (driven) is none of them.
_PAST = dict(
    pair.split("/")
    for pair in (
        "arise/arose become/became begin/began bend/bent bring/brought build/built buy/bought catch/caught "
        "choose/chose come/came cost/cost cut/cut deal/dealt do/did draw/drew drive/drove eat/ate fall/fell "
        "feed/fed feel/felt fight/fought find/found fly/flew forget/forgot get/got give/gave go/went "
        "grow/grew have/had hear/heard hit/hit hold/held hurt/hurt keep/kept know/knew lead/led leave/left "
        "lend/lent let/let lose/lost make/made mean/meant meet/met pay/paid put/put quit/quit read/read "
        "rise/rose run/ran say/said see/saw seek/sought sell/sold send/sent set/set shrink/shrank shut/shut "
        "sink/sank speak/spoke spend/spent split/split spread/spread stand/stood steal/stole stick/stuck "
        "swim/swam take/took teach/taught tell/told think/thought throw/threw understand/understood win/won "
        "withdraw/withdrew write/wrote be/was "
    ).split()
)


# Verbs of two words, of which the last is inflected: "open sourced".
_OF_TWO_WORDS = frozenset(
    tuple(verb.split())
    for verb in "open source|fast track|test drive|double check|fine tune|beta test|stress test|cross check|"
    "cross compile|back port|dry run|fact check|hard code|live stream|soft launch|crowd fund".split("|")
)


def joined(row: Sequence[Token], places: Iterable[int]) -> str:
    """The tokens at these places, with a space only where the question had one between two neighbours.

    A part that lies between two kept places leaves one space; end marks and commas at the ends go.
    """
    text = ""
    last = -2
    for place in places:
        token = row[place]
        glued = place == last + 1 and last >= 0 and row[last].end == token.start
        mark = token.pos == "PUNCT" and token.text in (",", ";", ":", "?", ".")
        ending = token.text in ("'s", "’s", "'", "’", *_NOT)
        text += token.text if not text or glued or mark or ending else f" {token.text}"
        last = place
    return re.sub(r"\s+", " ", text).strip(" ?.,;")


def statement(row: tuple[Token, ...]) -> str:
    """The declarative form of a question: "does X run Y" is "X runs Y", "why did X drop Y" "X dropped Y".

    Empty where the subject cannot be told.
    """
    if [t.low for t in row[:4]] == ["is", "it", "true", "that"]:
        return joined(row, range(4, len(row)))
    start = _after_question_word(row)
    if start >= len(row):
        return ""
    if row[start].low not in AUX and not _split_auxiliary(row, start):
        # "when the café opens", "whether X is free": already in the order of a statement
        whole = any(t.dep.startswith("nsubj") and t.low not in WH for t in row[start:])
        return joined(row, range(start, len(row))) if start and whole else ""
    if row[start + 1 : start + 2] and row[start + 1].low == "there":  # "is there a tool that we can use"
        return f"there {row[start].low} {joined(row, range(start + 2, len(row)))}"
    subjects = [i for i, t in enumerate(row) if i > start and t.dep.startswith("nsubj")]
    subjects = subjects or [i for i, t in enumerate(row) if i > start and t.dep == "expl"]
    verb = -1 if subjects else _verb_taken_for_a_noun(row, start)
    if not subjects and verb < 0:
        return ""
    first = start + 1
    denial = first if first < len(row) and row[first].low in _NOT else -1
    if denial > 0:
        first += 1
    end = verb - 1
    if subjects:
        end = max([subjects[0], *(i for i in range(first, len(row)) if _under(row, i, subjects[0]))])
        end = _whole_word(row, _without_value(row, first, end))
    # The head of the verb phrase cannot stand inside its subject: a parse that went wrong.
    behind = [i for i in range(end + 1, len(row)) if row[i].text not in _MARKS]
    if not behind:
        return ""
    auxiliary = _FULL.get(row[start].low, row[start].low)
    subject = joined(row, range(first, end + 1))
    denied = "not" if denial > 0 or row[behind[0]].low in ("not", *_NOT) else ""
    if auxiliary in _DO and not denied:
        moved = next((p for p in behind if row[p].pos not in ("ADV", "PUNCT")), behind[0])
        if row[moved].text[0].isupper() or row[moved].pos in ("ADP", "DET", "PRON"):
            return ""  # a name is no verb, nor is "in": another parse that went wrong
        apart = [p for p in behind if p < moved]
        if moved + 1 in behind and (row[moved].low, row[moved + 1].low) in _OF_TWO_WORDS:
            moved, apart = moved + 1, [*apart, moved]
        inflected = _inflected(row[moved].text, auxiliary)
        words = [subject, joined(row, apart), inflected]
        words.append(joined(row, (p for p in behind if p > moved)))
    else:
        rest = behind[1:] if row[behind[0]].low in ("not", *_NOT) else behind
        auxiliary = auxiliary if auxiliary not in ("'s", "’s") else "is"
        words = [subject, auxiliary, denied, joined(row, rest)]
    said = " ".join(word for word in words if word)
    return "" if _TWO_FINITE.search(said) else said


def indirect(row: tuple[Token, ...]) -> str:
    """An open question as a clause: "how long the lamp is guaranteed", "who governs CANN", or "".

    Empty for a "why", whose clause takes for granted what it asks the reason of, and where the words do not
    all come back, or where it speaks of who asks, or of numbers, which are not said without a source.
    """
    said_of = any(token.low in _ASKERS or token.pos == "NUM" or _NUMBER.search(token.text) for token in row)
    fits = 2 < len(row) <= _MOST_AGAIN and not said_of
    if not fits or row[0].low not in _OPENERS or not joined(row, range(1, len(row))):
        return ""
    start = _after_question_word(row)
    if start >= len(row):
        return ""
    asked, as_is = (row[0].low + joined(row, range(end))[len(row[0].text) :] for end in (start, len(row)))
    subjects = [place for place, token in enumerate(row) if token.dep.startswith("nsubj")]
    if row[start].low not in AUX and not _split_auxiliary(row, start):
        asks = any(t.low in _DO for t in row[start:-2])  # "what chips does X need", parsed ill
        return as_is if any(t.tag in _FINITE for t in row) and not asks else ""
    leads = bool(subjects) and subjects[0] < start and not any(place > start for place in subjects)
    if leads and not _stranded(row, start):
        return "" if row[start].low in _DO else as_is  # "which chips are supported"
    said = statement(row) or _copular(row, start)
    kept = {word_key(word) for word in said.split()}
    words = joined(row, range(start + 1, len(row))).split()
    return f"{asked} {said}" if said and all(word_key(word) in kept for word in words) else ""


def _copular(row: tuple[Token, ...], start: int) -> str:
    """What "who is the head of the firm" asks about, "the head of the firm is"; else ""."""
    whole = row[start].lemma == "be" and not any(t.pos == "VERB" for t in row)
    last = _stranded(row, start) or len(row)
    told = f"{joined(row, range(start + 1, last))} {row[start].low} {joined(row, range(last, len(row)))}"
    return told.strip() if whole else ""


def _stranded(row: Sequence[Token], start: int) -> int:
    """The preposition that a question for its object ends with ("what licence is X under"), or 0."""
    last = len(row) - 1
    while last > start and row[last].text in _MARKS:
        last -= 1
    bare = row[last].pos == "ADP" and not any(t.head == last for p, t in enumerate(row) if p != last)
    return last if bare and last > start + 1 and row[start].lemma == "be" else 0


def _verb_taken_for_a_noun(row: Sequence[Token], start: int) -> int:
    """The verb behind a name that was read as one noun with it ("when will X sail"), or -1."""
    root = next((i for i, t in enumerate(row) if t.dep == "ROOT"), -1)
    bare = root > start + 1 and row[root].text.islower() and row[root].tag == "NN"
    named = bare and row[root - 1].pos == "PROPN" and row[root - 1].head == root
    return root if named and row[start].head == root and row[start].dep == "aux" else -1


def _without_value(row: Sequence[Token], first: int, end: int) -> int:
    """The end of a subject without a value that goes with the participle: "is the lamp | MIT licensed"."""
    after = row[end + 1] if end + 1 < len(row) else None
    if after is None or after.tag not in ("VBN", "VBD") or row[first - 1].lemma != "be":
        return end
    values = lexicon().values([token.key for token in row])
    place = end - 1 if row[end].pos == "NUM" else end  # "Apache 2.0"
    while place > first and place in values and row[place].pos in ("PROPN", "NOUN"):
        place, end = place - 1, place - 1
    return end if row[end].pos != "DET" else end + 1


def _whole_word(row: Sequence[Token], end: int) -> int:
    """The end of the word that ends a subject: a name with hyphens may be several tokens."""
    while end + 2 < len(row) and row[end].end == row[end + 1].start and row[end + 1].text[:1] in "-–/_":
        end += 2 if row[end + 1].end == row[end + 2].start and len(row[end + 1].text) == 1 else 1
    return end


def _after_question_word(row: Sequence[Token]) -> int:
    """The place behind the question word and its own words ("how often", "since when", "what year")."""
    places = [i for i, t in enumerate(row[:4]) if t.low in WH or (i == 0 and t.low in ("whether", "if"))]
    if not places:
        return 0
    place = places[0] + 1
    if row[places[0]].low in ("whether", "if") or row[places[0]].low == "why":
        return place
    auxiliary = next((i for i, t in enumerate(row) if i >= place and t.low in AUX), None)
    if auxiliary is None or auxiliary - place > 3:
        return place
    leads = any(t.dep.startswith("nsubj") for t in row[place:auxiliary])
    return place if leads and not _stranded(row, auxiliary) else auxiliary


def _split_auxiliary(row: Sequence[Token], start: int) -> bool:
    """Whether the auxiliary stands with its denial cut off ("ca n't") or shortened ("'s")."""
    cut: bool = start + 1 < len(row) and row[start + 1].low in _NOT and row[start].low in _FULL
    return cut or (row[start].text in ("'s", "’s") and start > 0)


def _inflected(verb: str, auxiliary: str) -> str:
    if auxiliary == "do":
        return verb
    return third_person(verb) if auxiliary == "does" else past(verb)


def third_person(verb: str) -> str:
    """The form that goes with "it": regular in English but for three verbs."""
    irregular = {"have": "has", "be": "is", "do": "does"}
    if verb in irregular:
        return irregular[verb]
    if re.search(r"(?:s|x|z|ch|sh|o)$", verb):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if re.search(r"[^aeiou]y$", verb) else f"{verb}s"


def past(verb: str) -> str:
    """The simple past of a verb."""
    if verb in _PAST:
        return _PAST[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", verb) else f"{verb}ed"


def _under(row: Sequence[Token], place: int, ancestor: int) -> bool:
    seen: set[int] = set()
    while place not in seen:
        seen.add(place)
        place = row[place].head
        if place == ancestor:
            return True
    return False
