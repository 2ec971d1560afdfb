"""What the documents speak of: the whole names of things, without releases, speakers and kinds of things."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from rag.language import Token, word_key
from rag.reading import Reading
from rag.releases import is_release
from rag.retrieval import Library, Row

MOST_SUBJECTS = 24
_LONGEST_NAME = 5  # words
_SHORTEST_NAME = 3  # letters: shorter ones are mostly units and abbreviations
_ARGUMENT = frozenset(("nsubj", "nsubjpass", "dobj", "attr"))
_ONE_OF_A_KIND = frozenset(("a", "an", "each", "every", "any", "several", "some"))
_NO_SUBJECT = frozenset(
    ("PERSON", "DATE", "TIME", "GPE", "LOC", "EVENT", "CARDINAL", "ORDINAL", "MONEY", "PERCENT")
)


def subjects(library: Library, until: date = date.max) -> tuple[str, ...]:
    """The names that the documents talk about, at most ``MOST_SUBJECTS``, the most frequent first.

    ``until``: sentences of later days do not count.

    A name counts where it is an argument of a verb by itself, or names a thing ("the Norvik lamp"); it needs
    two such sentences, or a heading besides.  Who speaks or withholds is not what is spoken of, and what is
    mostly counted ("a SIG", "four SIGs") is a kind of thing.
    """
    rows = [row for row in library.rows if row.day <= until]
    left_out = {key for row in rows for key in actors(row.reading)} | _kinds(rows)
    counts: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for row in rows:
        for name, bare in dict(_names(row.reading)).items():
            keys = {word_key(word) for word in name.split()}
            if keys <= left_out:
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


def still_whole(then: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    """The subjects of an earlier day without those that are by now only words of longer names."""
    lows = [name.lower() for name in now]
    return tuple(s for s in then if s.lower() in lows or not any(_inside(s.lower(), low) for low in lows))


def _inside(name: str, other: str) -> bool:
    return name != other and f" {name} " in f" {other} "


def actors(reading: Reading) -> Iterator[str]:
    """The words for who speaks or withholds in a sentence."""
    for gap in reading.stance.gaps:
        who = range(*gap.withholder)
        # "The files of the Norvik community do not say": Norvik is no speaker, its files are.
        if all(reading.keys[p] in reading.own or reading.tokens[p].pos == "DET" for p in who):
            yield from (reading.keys[p] for p in who)
    yield from map(word_key, reading.full_speaker.split())


def _kinds(rows: Sequence[Row]) -> set[str]:
    """Words that are names by their letters, but mostly stand for one or several of a kind."""
    counted: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for row in rows:
        for run in whole_names(row.reading):
            key = row.reading.keys[run[-1]]
            every[key] += 1
            counted[key] += len(run) == 1 and _is_counted(row.reading.tokens, run[-1])
    return {key for key, uses in counted.items() if 2 * uses >= every[key]}


def _is_counted(tokens: Sequence[Token], place: int) -> bool:
    if tokens[place].dep in ("compound", "nmod", "amod"):
        return False  # "a Norvik lamp": the lamp is
    if re.fullmatch(r"[A-Z]{2,}s", tokens[place].text):
        return True
    before = (t for t in tokens[max(0, place - 4) : place] if t.head == place)
    return any(t.dep == "nummod" or t.low in _ONE_OF_A_KIND for t in before)


def _names(reading: Reading) -> Iterator[tuple[str, bool]]:
    """The whole names ("Estuary Line") of things in a sentence, and whether each is an argument by itself."""
    for run in whole_names(reading):
        if len(run) <= _LONGEST_NAME and not _is_part(reading, run):
            found = _argues(reading, run)
            if found is not None and len(written(reading, run)) >= _SHORTEST_NAME:
                yield written(reading, run), found


def written(reading: Reading, run: Sequence[int]) -> str:
    """A name as the sentence has it, on one line."""
    tokens = reading.tokens
    return re.sub(r"\s+", " ", reading.sentence.text[tokens[run[0]].start : tokens[run[-1]].end])


def whole_names(reading: Reading) -> Iterator[list[int]]:
    """The places of each whole name in a sentence, releases left out."""
    tokens, run = reading.tokens, list[int]()
    for place, token in enumerate(tokens):
        if run and token.text == "-" and token.start == tokens[place - 1].end:
            continue  # "Norvik-Mini" is one name
        if token.key in reading.own and any(c.isalpha() for c in token.text) and not is_release(token.text):
            run.append(place)
        elif run:
            yield _whole(tokens, run)
            run = []
    if run:
        yield _whole(tokens, run)


def _whole(tokens: Sequence[Token], run: list[int]) -> list[int]:
    """A name with the words written before it as a part of it ("Index SDK"), to the end of its last word."""
    first, last = run[0], run[-1]
    while first and tokens[first - 1].text[:1].isupper() and first - 1 < tokens[first - 1].head <= last:
        if tokens[first - 1].dep not in ("compound", "nmod", *(("amod",) if first > 1 else ())):
            break  # "New SDK" at the head of a sentence is no name
        first -= 1
    joined = tokens[last + 1 : last + 2]
    if joined and joined[0].text == "-" and joined[0].start == tokens[last].end and last + 2 < len(tokens):
        last += 2  # "pto-isa" is one word, whatever its end is
    return [*range(first, run[0]), *run, *range(run[-1] + 1, last + 1)]


def _is_part(reading: Reading, run: Sequence[int]) -> bool:
    """Whether a name stands for a part of another: "the TSC of the Norvik community" is asked of Norvik."""
    return run[0] > 0 and reading.tokens[run[0] - 1].low == "the" and _of_another(reading, run[-1])


def _of_another(reading: Reading, place: int) -> bool:
    """Whether right behind a word stands "of" and a name."""
    behind = reading.tokens[place + 1 : place + 5]
    return bool(behind) and behind[0].low == "of" and any(t.key in reading.own for t in behind[1:])


def _argues(reading: Reading, run: Sequence[int]) -> bool | None:
    """True for an argument by itself, False where it names a thing, None for neither."""
    tokens, last = reading.tokens, reading.tokens[run[-1]]
    if not any(tokens[p].key in reading.topical or tokens[p].key in reading.ambient for p in run):
        return None
    if last.dep in ("compound", "nmod", "amod"):
        named = run[0] > 0 and tokens[run[0] - 1].low == "the" and tokens[last.head].pos == "NOUN"
        # "The INT8 guide of Norvik" is asked of Norvik: INT8 only tells which guide.
        return False if named and not _of_another(reading, last.head) else None
    if last.dep == "poss":
        return False
    of = last.dep == "pobj" and tokens[last.head].low == "of"
    plain = not any(tokens[p].ent in _NO_SUBJECT for p in run)
    return True if plain and (of or last.dep in _ARGUMENT) else None
