"""Stated: what the sources state, what they say is undisclosed, and what they do not mention."""

from importlib import import_module
from typing import TYPE_CHECKING

from rag.errors import StatedError
from rag.records import (
    Answer,
    Change,
    ChangeKind,
    Check,
    Citation,
    Claim,
    ClaimKind,
    Delta,
    Document,
    DocumentKind,
    Evidence,
    Finding,
    HistoryEntry,
    IndexState,
    LedgerEntry,
    LedgerRow,
    Origin,
    Polarity,
    Status,
    SyncReport,
    Turn,
    Verdict,
)  # fmt: skip
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = [
    "Answer", "Assistant", "Change", "ChangeKind", "Check", "Citation", "Claim", "ClaimKind", "Delta",
    "Document", "DocumentKind", "Evidence", "Finding", "HistoryEntry", "IndexState", "LedgerEntry",
    "LedgerRow", "Origin", "Polarity", "Settings", "StatedError", "Status", "SyncReport", "Turn", "Verdict",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """The engine, imported when it is first asked for: `stated --version` needs neither NumPy nor spaCy."""
    if name != "Assistant":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = import_module("rag.assistant").Assistant
    globals()[name] = value
    return value
