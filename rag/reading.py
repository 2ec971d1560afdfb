"""Documents as the engine reads them: sentences with tokens, stance, names and what they are about.

A reading knows which names its sentence is about, its own or those carried over: from the sentence
before in the same paragraph, where it has none of its own, and from its section's heading.  Names
given as examples ("systems such as X") are mentioned, not talked about, and do not carry over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from rag.blocks import UnitKind
from rag.dependents import SUBJECTS, subtree
from rag.language import PARSER_VERSION, Parser, Token, word_key
from rag.naming import is_common, is_example, is_name, is_set_aside, people, persons, resolved
from rag.records import Document
from rag.sentences import Sentence, sentences
from rag.slips import mended
from rag.stance import Stance, read

ANALYSIS_VERSION = f"{PARSER_VERSION}/reading-6"

_BACK = frozenset("this these it they such those them theirs its their".split())
_ANAPHORIC = frozenset("this these those such it its they their them both he she his her that".split())


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence, analysed.

    ``own`` are the keys of the names in it, ``topical`` those of them that it talks about,
    ``carried`` those that it takes over, ``heading`` what its section is about (its title's words and
    the names that it opens with; nothing where the sentence has another subject of its own),
    ``ambient`` the names in its title or all over it: its main actor, present in every sentence,
    ``before`` the words of the sentence that it points back to ("This includes ...").
    ``full_speaker`` is the stance's speaker with pronouns and surnames resolved in the document.
    """

    sentence: Sentence
    tokens: tuple[Token, ...]
    stance: Stance
    keys: tuple[str, ...]
    own: frozenset[str]
    aside: frozenset[str]
    topical: frozenset[str]
    carried: frozenset[str]
    heading: frozenset[str]
    ambient: frozenset[str]
    before: frozenset[str]
    anaphoric: bool
    full_speaker: str
    context: str


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document with the readings of its sentences (headings left out), in order."""

    document: Document
    readings: tuple[Reading, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Opening:
    """A section's first sentence: the names that it talks about, and those that it introduces in brackets."""

    topical: frozenset[str]
    introduced: frozenset[str]

    def about(
        self, headed: frozenset[str], subject: frozenset[str], topical: frozenset[str]
    ) -> frozenset[str]:
        """What a sentence of the section is about beside its own names.

        Nothing where its subject is new there.  Where its subject is one of several that were introduced
        ("by a board of owners (BO), and a council (CO)"), it is not about the others.

        Args:
            headed: the words of the section's title.
            subject: the names of the sentence's subject.
            topical: those of them that are not all over the document.
        """
        whole = self.topical | headed
        if topical - whole:
            return frozenset()
        return whole - (self.introduced - subject - headed) if subject & self.introduced else whole


def analyse(document: Document, parser: Parser) -> tuple[tuple[Sentence, ...], bytes]:
    """The sentences and their tokens as bytes, for the index to keep beside the vectors."""
    found = tuple(sentences(document, parser.sentences))
    tokens = map(mended, parser.parse([s.text.replace("\n", " ") for s in found]))
    rows = [[list(t) for t in row] for row in tokens]
    spans = [[s.start, s.end, s.section, s.block, s.kind.value] for s in found]
    return found, json.dumps({"spans": spans, "tokens": rows}, ensure_ascii=False).encode()


def restore(document: Document, analysis: bytes) -> ReadDocument:
    """The readings of a document from what ``analyse`` wrote."""
    data = json.loads(analysis)
    found = [
        Sentence(document.text[start:end], start, end, section, block, UnitKind(kind))
        for start, end, section, block, kind in data["spans"]
    ]
    tokens = [tuple(Token(*row) for row in rows) for rows in data["tokens"]]
    return ReadDocument(document, tuple(_by_part(document, found, tokens)))


def _by_part(
    document: Document, found: Sequence[Sentence], tokens: Sequence[tuple[Token, ...]]
) -> list[Reading]:
    """The readings in order; sections of another date are read as if they were not there.

    What a sentence is about, who "he" is and who the main actor is must not depend on what was
    written into the same file later.
    """
    days = [_published(document, sentence) for sentence in found]
    readings: list[Reading] = []
    for day in sorted(set(days)):
        part = [n for n, own in enumerate(days) if own == day]
        readings.extend(_readings(document, [found[n] for n in part], [tokens[n] for n in part]))
    return sorted(readings, key=lambda reading: reading.sentence.start)


def _published(document: Document, sentence: Sentence) -> date:
    sections = document.sections
    return sections[sentence.section].published if sentence.section < len(sections) else document.published


def _readings(
    document: Document, found: Sequence[Sentence], tokens: Sequence[tuple[Token, ...]]
) -> Iterable[Reading]:
    frequent = _ubiquitous(found, tokens)
    titles = {n: s.title for n, s in enumerate(document.sections)}
    heading_keys: dict[int, frozenset[str]] = {}
    for sentence, row in zip(found, tokens, strict=True):
        if sentence.kind is UnitKind.HEADING:
            old = heading_keys.get(sentence.section, frozenset())
            heading_keys[sentence.section] = old | frozenset(
                t.key for t in row if t.pos not in ("PUNCT", "DET", "ADP")
            )
    titled = frozenset(
        word_key(w) for w in re.findall(r"[^\W_]+", document.title) if w[:1].isupper() or w.isdigit()
    )
    surnames = people(tokens)
    common = frozenset(t.key for row in tokens for t in row if t.text.islower())
    previous: Reading | None = None
    last_speaker = ""
    openings: dict[int, _Opening] = {}
    so_far: dict[int, frozenset[str]] = {}
    for sentence, row in zip(found, tokens, strict=True):
        if sentence.kind is UnitKind.HEADING:
            previous = None
        if sentence.kind in (UnitKind.HEADING, UnitKind.HEADER):
            continue
        stance = read(sentence.text, row)
        names = {
            i
            for i, t in enumerate(row)
            if is_name(t, i == 0 or row[i - 1].text in '“"') and not is_common(row, i, common)
        }
        own = frozenset(row[i].key for i in names if not is_set_aside(row, i))
        aside = frozenset(row[i].key for i in names) - own
        topical = frozenset(row[i].key for i in names if not is_example(row, i)) - frequent - aside
        anaphoric = any(t.low in _ANAPHORIC for t in row[:6]) or any(
            t.low in ("these", "its", "their", "they") for t in row
        )
        same_block = previous is not None and previous.sentence.block == sentence.block
        same_section = previous is not None and previous.sentence.section == sentence.section
        carried: frozenset[str] = frozenset()
        withholders = {row[i].key for gap in stance.gaps for i in range(*gap.withholder)}
        if previous is not None and (
            (same_block and not topical - withholders) or (anaphoric and same_section)
        ):
            carried = (previous.topical or previous.carried) - own
        if any(t.low in ("these", "they", "them", "their", "both") for t in row):
            carried |= so_far.get(sentence.section, frozenset()) - own
        opening = openings.setdefault(sentence.section, _Opening(topical, own & _introduced(row)))
        so_far[sentence.section] = so_far.get(sentence.section, frozenset()) | topical
        headed = heading_keys.get(sentence.section, frozenset())
        about = opening.about(headed, _within_subjects(row, own), _subject_names(row, topical))
        # "This includes ...": the sentence goes on about what the one before said.
        points_back = any(t.low in _BACK and (t.pos == "PRON" or i == 0) for i, t in enumerate(row))
        before = (
            frozenset(previous.keys) if previous is not None and points_back and same_block else frozenset()
        )
        speaker = resolved(stance.speaker, surnames, last_speaker)
        if stance.speaker and speaker:
            last_speaker = speaker
        others = {run[-1] for run in persons(row)} - set(last_speaker.split())
        if others and not stance.speaker:  # "he" may now be somebody else
            last_speaker = ""
        title = titles.get(sentence.section, "")
        previous = Reading(
            sentence, row, stance, tuple(t.key for t in row), own, aside, topical, carried,
            about, frequent | titled, before, anaphoric, speaker,
            in_section(title, sentence.text),
        )  # fmt: skip
        yield previous


def in_section(title: str, sentence: str) -> str:
    """A sentence as the index embeds it: with its section's title before it."""
    return f"{title}. {sentence}" if title else sentence


def _ubiquitous(found: Sequence[Sentence], tokens: Sequence[tuple[Token, ...]]) -> frozenset[str]:
    """Names found all over the document (its main actor): they tell no sentence from another."""
    sections: dict[str, set[int]] = {}
    every = {s.block for s in found}
    for sentence, row in zip(found, tokens, strict=True):
        for i, token in enumerate(row):
            if is_name(token, i == 0):
                sections.setdefault(token.key, set()).add(sentence.block)
    return frozenset(key for key, where in sections.items() if len(where) > max(3, 0.25 * len(every)))


def _subject_names(row: Sequence[Token], topical: frozenset[str]) -> frozenset[str]:
    """The names inside the subjects of a sentence."""
    heads = {i for i, t in enumerate(row) if t.dep in ("nsubj", "nsubjpass")}
    return frozenset(
        t.key
        for i, t in enumerate(row)
        if t.key in topical and (i in heads or (t.head in heads and t.dep in ("compound", "conj", "poss")))
    )


def _within_subjects(row: Sequence[Token], own: frozenset[str]) -> frozenset[str]:
    """The names anywhere in the subjects of a sentence: of "a meeting of the council" also the council's."""
    heads = (i for i, t in enumerate(row) if t.dep in SUBJECTS)
    return frozenset(row[i].key for head in heads for i in subtree(row, head)) & own


def _introduced(row: Sequence[Token]) -> frozenset[str]:
    """The words that stand alone in brackets, as a short name does behind the long one."""
    threes = zip(row, row[1:], row[2:], strict=False)
    return frozenset(b.key for a, b, c in threes if a.text == "(" and c.text == ")")
