"""The nouns of Stated: frozen value types and enums.

Nothing here imports other modules of ours.  Values are pure: equal content means equal values, and
every public value turns into plain JSON types with the same keys as its fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any

SCHEMA_VERSION = 1
# Told what is being done, how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]


class Verdict(StrEnum):
    """What the sources say of one asked detail."""

    STATED = "stated"
    UNDISCLOSED = "undisclosed"
    NOT_COVERED = "not_covered"


class Status(StrEnum):
    """The verdict that all details of an answer share, or ``partial``."""

    STATED = "stated"
    UNDISCLOSED = "undisclosed"
    NOT_COVERED = "not_covered"
    PARTIAL = "partial"


class ClaimKind(StrEnum):
    """Done or true, promised, or somebody's judgement."""

    FACT = "fact"
    COMMITMENT = "commitment"
    OPINION = "opinion"


class Polarity(StrEnum):
    """The answer to a yes/no question, where the evidence carries one."""

    YES = "yes"
    NO = "no"


class Origin(StrEnum):
    """Where a claim's words come from."""

    QUOTE = "quote"
    TEMPLATE = "template"
    MODEL = "model"


class DocumentKind(StrEnum):
    """Sources of the same kind have the same standing."""

    ARTICLE = "article"
    RELEASE_NOTE = "release-note"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the stretch of document text that it governs.

    ``start`` and ``end`` are code-point offsets into the document's text, the heading's line
    included.  ``published`` is the section's own date where its heading carries one, otherwise the
    document's.  ``title`` is "" before the first heading.
    """

    title: str
    level: int
    start: int
    end: int
    published: date


@dataclass(frozen=True, slots=True)
class Document:
    """One source, as read.

    ``text`` is the file's text after its front matter, without BOM, with ``\\n`` line ends,
    headings included; for HTML and PDF it is the extracted text.  ``sha256`` is the digest of
    ``text`` encoded as UTF-8, so a quote can be rechecked without the original file.  ``pages``
    holds the offset at which each page begins (PDF only, else empty).
    """

    id: str
    name: str
    title: str
    publisher: str
    published: date
    kind: DocumentKind
    url: str
    text: str
    sha256: str
    sections: tuple[Section, ...] = ()
    pages: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim stretch of a source: ``document(document_id).text[start:end] == quote``."""

    document_id: str
    document_kind: DocumentKind
    document_sha256: str
    title: str
    publisher: str
    published: date
    url: str
    section: str
    page: int | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """The verdict of a detail as the documents up to ``published`` have it."""

    published: date
    verdict: Verdict
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What the documents up to ``published`` say of a detail, with the sentences that carry it."""

    published: date
    verdict: Verdict
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One detail of one subject: its verdict now, and since when; ``question`` is what was asked.

    ``history`` runs from the oldest date to the newest, and is empty where no document speaks of it.
    """

    subject: str
    detail: str
    question: str
    verdict: Verdict
    history: tuple[LedgerEntry, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; dates as ``YYYY-MM-DD``."""
        return dict(_plain(self))


class ChangeKind(StrEnum):
    """What a date did to a detail."""

    STATED = "stated"
    SUPERSEDED = "superseded"
    UNDISCLOSED = "undisclosed"


@dataclass(frozen=True, slots=True)
class Change:
    """A detail that became stated, was superseded or newly called undisclosed, with both sentences.

    ``before`` is None where no document had spoken of it.
    """

    kind: ChangeKind
    subject: str
    detail: str
    before: LedgerEntry | None
    after: LedgerEntry

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; dates as ``YYYY-MM-DD``."""
        return dict(_plain(self))


@dataclass(frozen=True, slots=True)
class Finding:
    """One asked detail with its verdict and evidence.

    ``citations`` are indices, from 0, into the answer's citations.  ``polarity`` is None unless
    the detail asks yes or no and the evidence carries it.  ``premise`` is what the question takes
    for granted and the sources do not say ("" where there is none).  ``reason`` says in one plain
    line why the verdict is what it is.
    """

    subject: str
    detail: str
    verdict: Verdict
    polarity: Polarity | None = None
    conflict: bool = False
    premise: str = ""
    citations: tuple[int, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of the answer's text and what carries it.

    ``speaker`` is "" where the sentence is the source's own.  ``finding`` and ``citations`` are
    indices, from 0, into the answer's findings and citations.
    """

    text: str
    kind: ClaimKind
    speaker: str
    origin: Origin
    finding: int
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One exact check of a finished answer, and its outcome in plain words."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer; ``to_dict`` and ``from_dict`` use plain JSON types and the same keys.

    ``text`` marks the first citation ``[1]``.  ``related`` are near misses: they answer nothing.
    ``as_of`` is the date used.  ``seconds`` maps a stage's name to seconds.
    """

    question: str
    understood_as: str
    status: Status
    text: str
    findings: tuple[Finding, ...]
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    related: tuple[Citation, ...]
    notices: tuple[str, ...]
    as_of: date
    backend: str
    checks: tuple[Check, ...]
    fingerprints: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; dates as ``YYYY-MM-DD``."""
        plain = _plain(self)
        assert isinstance(plain, dict)
        return plain

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Answer:
        """The answer that ``to_dict`` wrote.

        Raises:
            ValueError: a key is missing or unknown, or a value does not fit; the message names it.
        """
        from rag.receipts import answer_from_dict

        return answer_from_dict(data)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, by file name; ``rejected`` maps a name to the reason."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    rejected: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndexState:
    """What is indexed: ``generation`` changes with the corpus, ``documents`` is their number."""

    generation: str
    documents: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """First event of a stream: what was found, before any wording."""

    findings: tuple[Finding, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """A further piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and how it was understood (for follow-ups)."""

    question: str
    understood_as: str = ""


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value
