"""What can be asked of the documents: their subjects, and what they call undisclosed, as questions."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from rag.cues import Gap, Topic
from rag.language import word_key
from rag.lexicon import lexicon
from rag.reading import Reading
from rag.retrieval import Library
from rag.scope import is_release

MOST_SUBJECTS = 24
_LONGEST_NAME = 5  # words
_SHORTEST_NAME = 3  # letters: shorter ones are mostly units and abbreviations
_LONGEST_PHRASE = 8
_LONGEST_CLAUSE = 200  # characters
_ENDS = re.compile(r"^[\s,;:.]+|(?:[\s,;:.]+(?:and|or|but)?)+$")
_ABOUT = re.compile(
    r"(?:\w+\s+){1,3}(?:about|on|of|as to)\s+(?P<rest>(?:which|what|who|whether|how|when|where|why)\b.+)",
    re.IGNORECASE,
)
_DETERMINERS = re.compile(
    r"^(?:the|a|an|its|their|his|her|any|other|exact|further|full|more)\s+", re.IGNORECASE
)
_ARGUMENT = frozenset(("nsubj", "nsubjpass", "dobj", "attr"))
_NO_SUBJECT = frozenset(
    ("PERSON", "DATE", "TIME", "GPE", "LOC", "EVENT", "CARDINAL", "ORDINAL", "MONEY", "PERCENT")
)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One detail of one subject as a question; "" for a subject that is not named."""

    subject: str
    detail: str
    question: str


@dataclass(frozen=True, slots=True)
class _Common:
    name: str
    aspect: str
    question: str


def inquiries(library: Library) -> tuple[Inquiry, ...]:
    """Every detail that a document calls undisclosed, and the common ones of every subject, each once."""
    found: dict[tuple[str, str], Inquiry] = {}
    for one in _withheld(library):
        found.setdefault((one.subject.lower(), one.detail.lower()), one)
    for subject in subjects(library):
        for common in _common():
            question = common.question.format(subject=subject)
            found.setdefault((subject.lower(), common.name), Inquiry(subject, common.name, question))
    return tuple(found.values())


def subjects(library: Library) -> tuple[str, ...]:
    """The names that the documents talk about, at most ``MOST_SUBJECTS``, the most frequent first.

    A name counts where it is an argument of a verb by itself, or names a thing ("the Norvik lamp"); it needs
    two such sentences, or a heading besides.  Who speaks or withholds is not what is spoken of.
    """
    actors = {key for row in library.rows for key in _actors(row.reading)}
    counts: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for row in library.rows:
        for name, bare in dict(_names(row.reading)).items():
            keys = {word_key(word) for word in name.split()}
            if keys <= actors:
                continue
            low = name.lower()
            counts[low] += 1 + (keys <= row.reading.heading)
            alone[low] += bare
            forms.setdefault(low, Counter())[name] += 1
    ranked = sorted((low for low, count in counts.items() if count > 1), key=lambda low: (-counts[low], low))
    whole = [
        low for low in ranked
        if alone[low] or not any(_inside(low, o) and counts[low] <= counts[o] for o in ranked)
    ]  # fmt: skip
    return tuple(max(forms[low], key=lambda form: (forms[low][form], form)) for low in whole[:MOST_SUBJECTS])


def _inside(name: str, other: str) -> bool:
    return name != other and f" {name} " in f" {other} "


def _actors(reading: Reading) -> Iterator[str]:
    for gap in reading.stance.gaps:
        who = range(*gap.withholder)
        # "The files of the Norvik community do not say": Norvik is no speaker, its files are.
        if all(reading.keys[p] in reading.own or reading.tokens[p].pos == "DET" for p in who):
            yield from (reading.keys[p] for p in who)
    yield from map(word_key, reading.full_speaker.split())


def _names(reading: Reading) -> Iterator[tuple[str, bool]]:
    """The whole names ("Estuary Line") of things in a sentence, and whether each is an argument by itself."""
    tokens, run = reading.tokens, list[int]()
    for place in range(len(tokens) + 1):
        token = tokens[place] if place < len(tokens) else None
        if token is not None and run and token.text == "-" and token.start == tokens[place - 1].end:
            continue  # "Norvik-Mini" is one name
        named = token is not None and token.key in reading.own and any(c.isalpha() for c in token.text)
        if named and token is not None and not is_release(token.text):
            run.append(place)
            continue
        if run and len(run) <= _LONGEST_NAME and (found := _argues(reading, run)) is not None:
            name = reading.sentence.text[tokens[run[0]].start : tokens[run[-1]].end]
            if len(name) >= _SHORTEST_NAME:
                yield re.sub(r"\s+", " ", name), found
        run = []


def _argues(reading: Reading, run: Sequence[int]) -> bool | None:
    """True for an argument by itself, False where it names a thing, None for neither."""
    tokens, last = reading.tokens, reading.tokens[run[-1]]
    if not any(tokens[p].key in reading.topical or tokens[p].key in reading.ambient for p in run):
        return None
    if last.dep in ("compound", "nmod", "amod"):
        named = run[0] > 0 and tokens[run[0] - 1].low == "the" and tokens[last.head].pos == "NOUN"
        return False if named else None
    if last.dep == "poss":
        return False
    of = last.dep == "pobj" and tokens[last.head].low == "of"
    plain = not any(tokens[p].ent in _NO_SUBJECT for p in run)
    return True if plain and (of or last.dep in _ARGUMENT) else None


def _withheld(library: Library) -> Iterator[Inquiry]:
    for row in library.rows:
        for gap in row.reading.stance.gaps:
            for topic in gap.topics:
                if (one := inquiry_of(row.reading, gap, topic, library)) is not None:
                    yield one


def inquiry_of(reading: Reading, gap: Gap, topic: Topic, library: Library) -> Inquiry | None:
    """What a non-disclosure withholds, asked; None where its words make no question."""
    tokens = reading.tokens[topic.first : topic.last]
    text = re.sub(r"\s+", " ", reading.sentence.text[tokens[0].start : tokens[-1].end])
    text = _ENDS.sub("", text)
    inside = _runs(reading, range(topic.first, topic.last))
    subject = inside or _spoken_of(reading, gap, topic, library)
    told = _ABOUT.match(text)
    if topic.clause or told:
        clause = re.sub(r"^if\b", "whether", told["rest"] if told else text, flags=re.IGNORECASE)
        clause = f"{clause[:1].lower()}{clause[1:]}"
        if len(clause) > _LONGEST_CLAUSE:
            return None
        return Inquiry(subject, clause, f"{clause[:1].upper()}{clause[1:]}?")
    bare = _DETERMINERS.sub("", text)
    if tokens[0].key not in reading.own:
        bare = f"{bare[:1].lower()}{bare[1:]}"
    if not bare or len(bare.split()) > _LONGEST_PHRASE:
        return None
    detail = _detail(bare, inside)
    plain = {common.aspect: common for common in _common()}
    aspects = sorted(lexicon().aspects([t.key for t in tokens]) & set(plain))
    if subject and len(aspects) == 1 and len(detail.split()) <= 3:
        common = plain[aspects[0]]
        return Inquiry(subject, common.name, common.question.format(subject=subject))
    verb = "are" if re.search(r"[^sui]s$", detail.split(" of ")[0]) else "is"
    thing = bare if not subject or detail == bare == inside else detail
    of = f" of {_of(bare, inside)}" if inside and detail != bare else f" of {subject}" if subject else ""
    return Inquiry(subject, detail, f"What {verb} the {thing}{of}?")


def _detail(text: str, name: str) -> str:
    """A noun phrase without the name that it is of: "price of the Halden telescope" is the price."""
    if not name:
        return text
    owner = re.match(rf"{re.escape(name)}['’]s?\s+(.+)", text)
    if owner:
        return owner[1]
    cut = re.split(r"\s(?:of|for)\s", text)[0]
    return cut if name not in cut else text


def _of(text: str, name: str) -> str:
    """What a noun phrase is of, with the noun that goes with the name ("the Halden telescope")."""
    behind = re.split(r"\s(?:of|for)\s", text, maxsplit=1)
    return behind[1] if len(behind) > 1 else name


def _spoken_of(reading: Reading, gap: Gap, topic: Topic, library: Library) -> str:
    """The name of what a sentence speaks of, outside of what it withholds: its own, carried, or heading's."""
    outside = [
        p for p in range(len(reading.tokens))
        if not (topic.first <= p < topic.last) and not (gap.withholder[0] <= p < gap.withholder[1])
    ]  # fmt: skip
    if own := _runs(reading, outside):
        return own
    names = [k for k in (*sorted(reading.carried), *sorted(reading.heading)) if library.names.get(k, 0) > 0.8]
    forms = library.surface
    return next((forms[k] for k in names if k in forms and library.focal(k)), "")


def _runs(reading: Reading, places: Sequence[int]) -> str:
    """The first whole name that a sentence talks about at these places, or ""."""
    run: list[int] = []
    for place in (*places, -1):
        named = place >= 0 and reading.tokens[place].key in reading.topical
        if named and (not run or place == run[-1] + 1):
            run.append(place)
        elif run:
            break
    return " ".join(reading.tokens[p].text for p in run)


@cache
def _common() -> tuple[_Common, ...]:
    data = tomllib.loads(resources.files("rag").joinpath("ledger.toml").read_text("utf-8"))
    return tuple(_Common(**one) for one in data["details"])
