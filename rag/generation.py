"""Words for findings: the backends that turn one finding and its evidence into a sentence.

A backend words, it never decides: it sees a verdict and the cited quotes, and what it writes is a
draft that the verification accepts or replaces by the quote.  Neither llama.cpp nor LlamaIndex is
imported before the first wording.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from typing import Protocol

from rag import prompts
from rag.errors import BackendError
from rag.records import ClaimKind, Verdict
from rag.settings import Settings

MAX_WORDING_TOKENS = 160
_MAX_WORDING_CHARACTERS = 1_500
_REPLACEMENT = "\ufffd"  # what undecodable bytes become


@dataclass(frozen=True, slots=True)
class WordingRequest:
    """One finding to be worded: what was asked, what was decided, and the cited quotes."""

    question: str
    verdict: Verdict
    kind: ClaimKind
    speaker: str
    evidence: tuple[str, ...]
    subject: str
    detail: str


class Backend(Protocol):
    """Turns a request into one or two sentences."""

    name: str

    def stream(self, request: WordingRequest, timeout: float) -> Iterator[str]:
        """Pieces of the text as they are written; joined, they are the wording.

        Args:
            request: the finding; it must have evidence.
            timeout: seconds for the whole wording, waiting in a queue and loading included.

        Raises:
            BackendError: missing, too slow, garbage, a cut stream, or more than the context window
                holds.  Pieces that came before are then to be thrown away.
        """

    def close(self) -> None:
        """Free what the backend holds; a later ``stream`` raises BackendError."""


Emit = Callable[[str], bool]
"""Passes a piece on; False means that nobody waits for more."""


def open_backend(settings: Settings) -> Backend | None:
    """The backend that the settings name, or None for ``none``.

    It loads and connects at the first wording, so this neither waits nor fails.
    """
    if settings.llm == "embedded":
        from rag.embedded import EmbeddedBackend

        return EmbeddedBackend(settings)
    if settings.llm == "openai":
        from rag.remote import RemoteBackend

        return RemoteBackend(settings)
    return None


def messages(request: WordingRequest) -> list[dict[str, str]]:
    """The request as chat messages: ``role`` and ``content``."""
    chat = prompts.word_finding(
        question=request.question,
        verdict=request.verdict,
        kind=request.kind,
        speaker=request.speaker,
        evidence=request.evidence,
        subject=request.subject,
        detail=request.detail,
    )
    return [{"role": message.role, "content": message.content} for message in chat]


def relay(name: str, produce: Callable[[Emit], None], timeout: float) -> Iterator[str]:
    """Run ``produce`` in a thread and yield what it emits, until it ends or the time is over.

    A thread, because neither library can be trusted to give up in time: a server that stalls, or a
    prompt that takes minutes, must not hold the answer.  ``produce`` raises BackendError for its own
    faults; any other exception is a defect, shows its traceback, and ends here as a BackendError.
    """
    pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    unwanted = threading.Event()
    outcome: list[BackendError | None] = []

    def emit(piece: str) -> bool:
        if piece and not unwanted.is_set():
            pieces.put(piece)
        return not unwanted.is_set()

    def run() -> None:
        try:
            produce(emit)
            outcome.append(None)
        except BackendError as error:
            outcome.append(error)
        finally:
            pieces.put(None)

    # In this context, so that LlamaIndex's spans of the model hang under the answer's.
    target = copy_context().run
    threading.Thread(target=target, args=(run,), name=f"wording {name}", daemon=True).start()
    try:
        yield from _checked(name, pieces, timeout)
        if not outcome:
            raise BackendError(f"The language model {name} failed: see the log for the traceback.")
        if outcome[0] is not None:
            raise outcome[0]
    finally:
        unwanted.set()  # also where the caller stops listening


def _checked(name: str, pieces: queue.SimpleQueue[str | None], timeout: float) -> Iterator[str]:
    deadline = time.monotonic() + timeout
    text = ""
    while True:
        try:
            piece = pieces.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise BackendError(
                f"The language model {name} took longer than {timeout:g} s: raise STATED_LLM_TIMEOUT "
                "or choose a smaller model."
            ) from None
        if piece is None:
            return
        text += piece
        if not _is_prose(piece) or len(text) > _MAX_WORDING_CHARACTERS:
            raise BackendError(f"The language model {name} wrote garbage: check the model or the server.")
        yield piece


def _is_prose(piece: str) -> bool:
    """Printable text: no control characters but white space, no undecodable bytes."""
    return _REPLACEMENT not in piece and all(char.isprintable() or char.isspace() for char in piece)


def check_ending(name: str, text: str, finish_reason: str | None) -> None:
    """Accept a wording only where the model ended it itself.

    Raises:
        BackendError: the stream broke off, the token limit cut it, or no word was written.
    """
    if finish_reason is None:
        raise BackendError(f"The language model {name} broke off in mid-sentence: check the server.")
    if finish_reason != "stop":
        raise BackendError(
            f"The language model {name} did not end its sentence within {MAX_WORDING_TOKENS} tokens: "
            "choose another model."
        )
    if not any(char.isalpha() for char in text):
        raise BackendError(f"The language model {name} wrote no words: check the model or the server.")
