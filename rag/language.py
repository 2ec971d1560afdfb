"""The edge to spaCy: text to our own tokens, and a word to the form in which words are compared.

Everything else in ``rag`` sees ``Token`` and ``word_key`` only.  The pipeline is spaCy's
``en_core_web_sm`` 3.8.0 (MIT; tagger, parser, named entities trained on OntoNotes 5).
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from rag import weights

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from spacy.language import Language

PARSER_VERSION = "en_core_web_sm-3.8.0/4"

# British spellings and a few words that a stemmer leaves apart from their relatives.
_SPELLING = (
    (re.compile(r"licence"), "license"),
    (re.compile(r"isation"), "ization"),
    (re.compile(r"(?<=[a-z]{3})is(e|ed|es|ing|er|ers)$"), r"iz\1"),
    (re.compile(r"ys(e|ed|es|ing)$"), r"yz\1"),
    (re.compile(r"(?<=[a-z]{2})our(s|ed|ing|able|ite)?$"), r"or\1"),
    (re.compile(r"centre"), "center"),
    (re.compile(r"metre"), "meter"),
    (re.compile(r"programme"), "program"),
    (re.compile(r"defence"), "defense"),
    (re.compile(r"elling$"), "eling"),
    (re.compile(r"elled$"), "eled"),
    (re.compile(r"^tyre"), "tire"),
    (re.compile(r"^gr(e)y(?=s|ed|ish|$)"), "gray"),
    (re.compile(r"^cheque"), "check"),
    (re.compile(r"^plough"), "plow"),
    (re.compile(r"^mould"), "mold"),
    (re.compile(r"jewellery"), "jewelry"),
    (re.compile(r"alumini"), "alumin"),
    (re.compile(r"(?<=[a-z])ogue$"), "og"),
    (re.compile(r"sulph"), "sulf"),
)
# Not British spellings of anything: "-ise" and "-our" that are the word's own.
_KEEP = frozenset(
    "our hour four your tour pour sour rise wise raise praise promise exercise enterprise precise "
    "expertise advise advises advised revise revised otherwise likewise noise concise comprise "
    "comprises comprised surprise surprised devise supervise supervised supervises promised "
    "promises raised rises raises exercised premise premises merchandise franchise disguise "
    "compromise compromised poise cruise bruise televise improvise".split()
)
# English has no others (Huddleston and Pullum 2002, chapter 3), with what is left of them in spoken forms.
_AUXILIARIES = frozenset(
    "be is am are was were been being have has had having do does did will would wo shall should sha can "
    "could ca may might must ought need dare use used get got better gon going wan let ain dont cant".split()
)
_DIGIT = re.compile(r"\d")
_VERSION = re.compile(r"v?(?P<number>\d+(?:\.\d+)+)(?P<stage>[a-z][a-z\d.]*)?")
_PATCH_ZERO = re.compile(r"(?<=\.)(\d+(?:\.\d+)*?)(?:\.0)+$")


class Token(NamedTuple):
    """One word of a sentence; ``start`` and ``end`` are offsets into that sentence's text.

    ``pos`` is the Universal POS tag, ``tag`` the Penn tag, ``dep`` the dependency label (ClearNLP),
    ``head`` the index of the governing token (itself for the root), ``ent`` the entity type or "".
    """

    text: str
    start: int
    end: int
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    ent: str

    @property
    def key(self) -> str:
        return word_key(self.text)

    @property
    def low(self) -> str:
        return self.text.lower()


class Parser:
    """Loads the pipeline on first use; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pipeline: Language | None = None

    def parse(self, texts: Sequence[str]) -> list[tuple[Token, ...]]:
        """The tokens of each text (one sentence each, any number of words)."""
        with self._lock:
            pipeline = self._load()
            return [_tokens(doc) for doc in pipeline.pipe(texts, batch_size=64)]

    def sentences(self, text: str) -> list[tuple[int, int]]:
        """Offsets of the sentences of one paragraph: tokenizer-aware, so ``2.0`` and ``Inc.`` hold."""
        with self._lock:
            pipeline = self._load()
            doc = pipeline.make_doc(text)
        return _split(doc)

    def _load(self) -> Language:
        if self._pipeline is None:
            import spacy

            self._pipeline = spacy.load(weights.parser_path(), exclude=["senter"])
        return self._pipeline


def _tokens(doc: object) -> tuple[Token, ...]:
    """The pipeline's tokens as ours, without the ones that are only space."""
    kept = [t for t in doc if not t.is_space]  # type: ignore[attr-defined]
    place = {t.i: n for n, t in enumerate(kept)}
    return tuple(
        Token(
            t.text,
            t.idx,
            t.idx + len(t.text),
            t.lemma_,
            "VERB" if t.pos_ == "AUX" and _is_full(t.lemma_) else t.pos_,
            t.tag_,
            t.dep_,
            place.get(t.head.i, place[t.i]),
            t.ent_type_,
        )
        for t in kept
    )


def _is_full(lemma: str) -> bool:
    """Whether a word that was taken for an auxiliary is none, as before an odd name ("governs X-2.0")."""
    return len(lemma) > 2 and lemma.isalpha() and lemma.lower() not in _AUXILIARIES


_END = frozenset(".!?…。！？")
# A letter, a name with digits, an hour, initials: "C.", "910B.", "p.m.", "U.S."
_HIDES_END = re.compile(r"[A-Za-z]\.|\w*\d\w*\.|[ap]\.m\.|(?:[A-Z]\.){2,}")
_CLOSING = frozenset("\"'”’)]»*_")


def _split(doc: object) -> list[tuple[int, int]]:
    """Break after a token of end marks (and closing quotes) that another word follows.

    spaCy's tokenizer keeps abbreviations and decimals whole, so an end mark that is a token of its
    own ends a sentence, unless the next word goes on in lower case inside the same quotation.
    """
    tokens = [t for t in doc if not t.is_space]  # type: ignore[attr-defined]
    spans: list[tuple[int, int]] = []
    first = 0
    position = 0
    while position < len(tokens):
        text = tokens[position].text
        if set(text) <= _END and text:
            last = position
            while last + 1 < len(tokens) and set(tokens[last + 1].text) <= (_END | _CLOSING):
                if _spaced(tokens, last) and not set(tokens[last + 1].text) <= _END:
                    break
                last += 1
            following = tokens[last + 1].text if last + 1 < len(tokens) else ""
            quoted = last > position and following[:1].islower()
            if not quoted and not (following and not _spaced(tokens, last)):
                spans.append((tokens[first].idx, tokens[last].idx + len(tokens[last].text)))
                first = last + 1
            position = last
        elif _ends_with_word(tokens, position):
            spans.append((tokens[first].idx, tokens[position].idx + len(text)))
            first = position + 1
        position += 1
    if first < len(tokens):
        spans.append((tokens[first].idx, tokens[-1].idx + len(tokens[-1].text)))
    return spans


def _ends_with_word(tokens: list, position: int) -> bool:  # type: ignore[type-arg]
    """Whether a stop that is a word's own ends a sentence: "in Building C. The ..." has no name's initial."""
    if position + 1 >= len(tokens) or _HIDES_END.fullmatch(tokens[position].text) is None:
        return False
    following = tokens[position + 1].text
    opens = len(following) > 1 and following.istitle() and following.lower() in function_words()
    return opens and _spaced(tokens, position)


def _spaced(tokens: list, last: int) -> bool:  # type: ignore[type-arg]
    return bool(tokens[last + 1].idx > tokens[last].idx + len(tokens[last].text))


def function_words() -> Set[str]:
    """The words that hold English sentences together, as spaCy lists them."""
    from spacy.lang.en.stop_words import STOP_WORDS

    words: Set[str] = STOP_WORDS
    return words


@lru_cache(maxsize=65_536)
def word_key(word: str) -> str:
    """The form in which two words are compared: case, British spelling and inflection removed.

    Words with a digit (versions, model names, amounts) are compared as they are, but for case; "v0.23.0" and
    "0.23" are one version.
    The stemmer is Snowball English (Porter2).
    """
    low = word.lower().strip("’'`-–—.,;:!?()[]\"“”")
    if low.endswith(("’s", "'s")):
        low = low[:-2]
    if _DIGIT.search(low):
        version = _VERSION.fullmatch(low)
        return _PATCH_ZERO.sub(r"\1", version["number"]) + (version["stage"] or "") if version else low
    if low in _apart():
        return _apart()[low]
    if low not in _KEEP:
        for pattern, replacement in _SPELLING:
            low = pattern.sub(replacement, low)
    return _stem(_irregular().get(low, low))


@lru_cache(maxsize=1)
def _irregular() -> dict[str, str]:
    """Irregular forms that have one base form whatever their meaning ("won", not "left")."""
    return _pairs("irregular.txt")


@lru_cache(maxsize=1)
def _apart() -> dict[str, str]:
    """Words with the stem of another one that means something else (government, governance), by key."""
    return _pairs("apart.txt")


def _pairs(name: str) -> dict[str, str]:
    lines = resources.files("rag").joinpath(name).read_text("utf-8").splitlines()
    return dict(line.split() for line in lines if line)


_STEMMER = threading.local()


def _stem(word: str) -> str:
    stemmer = getattr(_STEMMER, "it", None)
    if stemmer is None:
        import Stemmer

        stemmer = Stemmer.Stemmer("english")
        _STEMMER.it = stemmer
    return str(stemmer.stemWord(word))
