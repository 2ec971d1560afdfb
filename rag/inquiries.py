"""What can be asked of the documents: what they call undisclosed, and what is common, as questions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from rag.cues import Gap, Topic
from rag.dependents import subtree
from rag.language import word_key
from rag.lexicon import lexicon
from rag.reading import Reading
from rag.retrieval import Library
from rag.subjects import still_whole, subjects, whole_names, written

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

    def of(self, subject: str) -> Inquiry:
        """This detail of a subject."""
        return Inquiry(subject, self.name, self.question.format(subject=subject))


def inquiries(library: Library) -> tuple[Inquiry, ...]:
    """Every detail that a document calls undisclosed, and the common ones of every subject, each once."""
    found: dict[tuple[str, str], Inquiry] = {}
    for one in withheld(library, library.day):
        found[_key(one)] = one
    for one in (common.of(subject) for subject in subjects(library) for common in _common()):
        found.setdefault(_key(one), one)
    return tuple(found.values())


def inquiries_about(names: Sequence[str], subject: str, library: Library) -> tuple[Inquiry, ...]:
    """Those of ``inquiries`` whose subject has all these names; without one, the common ones of ``subject``.

    A thing's variants are among them: whoever asks of the lamp asks of the lamp-mini, too.
    """
    found = tuple(one for one in inquiries(library) if _has(one.subject, names))
    return found or tuple(common.of(subject) for common in _common())


def withheld(library: Library, until: date) -> tuple[Inquiry, ...]:
    """Every detail that a document called undisclosed up to a day, each once."""
    found: dict[tuple[str, str], Inquiry] = {}
    for reading, gap, topic in _topics(library, until):
        if (one := inquiry_of(reading, gap, topic, library)) is not None:
            found.setdefault(_key(one), one)
    return tuple(found.values())


def inquiries_left_open(library: Library, until: date) -> tuple[Inquiry, ...]:
    """What was called undisclosed up to a day: of what the sentence names, and of every subject of that time.

    "The licence has yet to be disclosed" holds for each thing that was announced; what has turned out since
    to be a part of a longer name is none.
    """
    found = {_key(one): one for one in withheld(library, until)}
    keys = [
        [t.key for t in reading.tokens[topic.first : topic.last]]
        for reading, _, topic in _topics(library, until)
    ]
    aspects = {aspect for each in keys for aspect in lexicon().aspects(each)}
    for subject in still_whole(subjects(library, until), subjects(library)):
        for common in _common():
            if common.aspect in aspects:
                found.setdefault(_key(one := common.of(subject)), one)
    return tuple(found.values())


def _topics(library: Library, until: date) -> Iterator[tuple[Reading, Gap, Topic]]:
    for row in library.rows:
        if row.day <= until:
            for gap in row.reading.stance.gaps:
                yield from ((row.reading, gap, topic) for topic in gap.topics)


def _key(one: Inquiry) -> tuple[str, str]:
    return one.subject.lower(), one.detail.lower()


def _has(subject: str, names: Sequence[str]) -> bool:
    words = re.split(r"[\s-]+", subject.lower())
    return all(any(word.startswith(name.lower()) for word in words) for name in names)


def inquiry_of(reading: Reading, gap: Gap, topic: Topic, library: Library, about: str = "") -> Inquiry | None:
    """What a non-disclosure withholds, asked; None where its words make no question.

    ``about`` is the subject where the sentence names none: one that it holds for beside others.
    """
    tokens = reading.tokens[topic.first : topic.last]
    shared = _shared(reading, gap, topic)
    text = " ".join(_ENDS.sub("", _text(reading, part)) for part in (range(topic.first, topic.last), shared))
    text = _ENDS.sub("", text)
    inside = _runs(reading, [*range(topic.first, topic.last), *shared])
    subject = inside or _spoken_of(reading, gap, topic, library, about) or about
    told = _ABOUT.match(text)
    if topic.clause or told:
        clause = re.sub(r"^if\b", "whether", told["rest"] if told else text, flags=re.IGNORECASE)
        clause = f"{clause[:1].lower()}{clause[1:]}"
        if len(clause) > _LONGEST_CLAUSE:
            return None
        return Inquiry(subject, clause, f"{clause[:1].upper()}{clause[1:]}?")
    bare = re.sub(r"\bof (?:this|that|these|those)\b", "of the", _DETERMINERS.sub("", text))
    if tokens[0].key not in reading.own:
        bare = f"{bare[:1].lower()}{bare[1:]}"
    if not bare or len(bare.split()) > _LONGEST_PHRASE:
        return None
    detail = _detail(bare, inside)
    plain = {common.aspect: common for common in _common()}
    aspects = sorted(lexicon().aspects([t.key for t in tokens]) & set(plain))
    if subject and len(aspects) == 1 and len(detail.split()) <= 3:
        return plain[aspects[0]].of(subject)
    verb = "are" if re.search(r"[^sui]s$", detail.split(" of ")[0]) else "is"
    thing = bare if not subject or detail == bare == inside else detail
    of = f" of {_of(bare, inside)}" if inside and detail != bare else f" of {subject}" if subject else ""
    return Inquiry(subject, detail, f"What {verb} the {thing}{of}?")


def _text(reading: Reading, places: Sequence[int]) -> str:
    tokens = [reading.tokens[p] for p in places]
    return re.sub(r"\s+", " ", reading.sentence.text[tokens[0].start : tokens[-1].end]) if tokens else ""


def _shared(reading: Reading, gap: Gap, topic: Topic) -> range:
    """What is said once for all of several things: "the depth and completeness OF THESE INTEGRATIONS"."""
    tokens, first = reading.tokens, max(one.last for one in gap.topics)
    heads = [p for one in gap.topics for p in range(one.first, one.last)]
    if topic.clause or first >= len(tokens) or tokens[first].low != "of" or tokens[first].head not in heads:
        return range(0)
    return range(first, max(subtree(tokens, first)) + 1)


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


def _spoken_of(reading: Reading, gap: Gap, topic: Topic, library: Library, about: str) -> str:
    """The name of what a sentence speaks of, outside of what it withholds: its own, carried, or heading's.

    Of several that are carried, it is the one that is asked ``about``.
    """
    who = range(*gap.withholder)
    # "The files of the Norvik community do not name it" is said of Norvik; "Norvik did not name it" is not.
    actor = all(reading.keys[p] in reading.own or reading.tokens[p].pos == "DET" for p in who)
    outside = [
        p for p in range(len(reading.tokens))
        if not (topic.first <= p < topic.last) and not (actor and p in who)
    ]  # fmt: skip
    if own := _runs(reading, outside):
        return own
    if not actor and (theirs := [run for run in whole_names(reading) if run[0] in who and run[-1] in who]):
        return written(reading, theirs[0])
    names = [k for k in (*sorted(reading.carried), *sorted(reading.heading)) if library.names.get(k, 0) > 0.8]
    forms = library.surface
    if about and any(word_key(word) in names for word in about.split()):
        return about
    return next((forms[k] for k in names if k in forms and library.focal(k)), "")


def _runs(reading: Reading, places: Sequence[int]) -> str:
    """The first whole name that a sentence talks about at these places, or ""."""
    there = (run for run in whole_names(reading) if run[0] in places and run[-1] in places)
    talked = (run for run in there if any(reading.tokens[p].key in reading.topical for p in run))
    return next((written(reading, run) for run in talked), "")


@cache
def _common() -> tuple[_Common, ...]:
    data = tomllib.loads(resources.files("rag").joinpath("ledger.toml").read_text("utf-8"))
    return tuple(_Common(**one) for one in data["details"])
