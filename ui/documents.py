"""Adding and removing documents for the page: several at once, each refusal told, nothing half done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import StatedError
from ui.documents_view import outcome_html
from ui.jobs import Job, Tell
from ui.ledger_reading import Readings
from ui.ledger_rows import Difference, differences

if TYPE_CHECKING:
    from rag import Assistant
    from rag.records import LedgerRow

_BEFORE = "First reading the ledger as it is, to tell afterwards what changed"
_AFTER = "Finding what this changes in the ledger; questions are answered with it already"
SUFFIXES = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf")


def added_ids(assistant: Assistant) -> list[str]:
    """The documents that were added, and so can be removed: those that the corpus folder does not hold."""
    folder = assistant.settings.corpus_path
    return [document.id for document in assistant.documents() if not (folder / document.id).is_file()]


class Changes:
    """What documents that are added or removed do to the ledger.

    What one job did not come to tell, because the next overtook it, the next one tells with its own.

    Args:
        readings: where the ledger is read, before and after.
    """

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._untold: list[LedgerRow] | None = None

    @property
    def owed(self) -> bool:
        """Whether there are changes that an overtaken job did not come to tell."""
        return self._untold is not None

    def before(self, job: Job) -> list[LedgerRow]:
        """The ledger as it was told last.

        Raises:
            StatedError: it cannot be read.
        """
        return self._readings.rows(_reading(job, _BEFORE)) if self._untold is None else self._untold

    def since(self, before: list[LedgerRow], job: Job) -> list[Difference]:
        """What differs from that now.

        Raises:
            StatedError: the ledger cannot be read.
            OvertakenError: the next job waits; what this one did not tell is owed.
        """
        self._untold = before
        self._readings.outdate()
        now = self._readings.rows(_reading(job, _AFTER))
        self._untold = None
        return differences(before, now)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, in words; why files were refused, by number and name; and those files."""

    done: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    left: list[Path] = field(default_factory=list)


def carry_out(changes: Changes, job: Job, act: Callable[[Job], Outcome]) -> str:
    """Change the documents and find what that changes; what happened as HTML.

    Args:
        changes: reads the ledger before and after.
        job: told how far it is, and what is certain before what changed is known.
        act: changes the documents.

    Raises:
        StatedError: what ``act`` raises, or the ledger cannot be read.
        OvertakenError: the next job waits; ``job.so_far`` says what this one did.
    """
    before = changes.before(job)
    outcome = act(job)
    job.so_far = outcome_html(outcome.done, outcome.refused, None)
    found = changes.since(before, job) if outcome.done or changes.owed else []
    return outcome_html(outcome.done, outcome.refused, found)


def add(
    assistant: Assistant, files: Sequence[Path], published: date | None, kind: str | None, job: Job
) -> Outcome:
    """Take files in, one after the other.

    Args:
        assistant: the engine.
        files: uploaded ones.
        published: for those that give no date themselves.
        kind: ``article`` or ``release-note``; None leaves it to the file.
        job: told how far it is.
    """
    outcome = Outcome()
    for number, file in enumerate(files):
        job.tell(f"Adding {file.name}", number, len(files))
        try:
            outcome.done.append(_add_one(assistant, file, published, kind))
        except StatedError as error:
            outcome.refused[f"{number} {file.name}"] = _mended(str(error))
            outcome.left.append(file)
    return outcome


def remove(assistant: Assistant, document_id: str, job: Job) -> Outcome:
    """Take an added document out again.

    Raises:
        StatedError: it is no added document, or cannot be deleted.
    """
    job.tell(f"Removing {document_id}", 0, 0)
    assistant.remove(document_id)
    return Outcome([f"{document_id} was removed."])


def _reading(job: Job, words: str) -> Tell:
    """The ledger asks every detail: how far it is, in the page's words."""
    job.tell(words, 0, 0)
    return lambda _, done, total: job.tell(words, done, total)


def _add_one(assistant: Assistant, file: Path, published: date | None, kind: str | None) -> str:
    """The file's own date counts; the given one only where it has none."""
    known = {document.id for document in assistant.documents()}
    try:
        assistant.add(file, kind=kind)
    except StatedError:
        if published is None:
            raise
        assistant.add(file, published=published, kind=kind)
    fresh = [document for document in assistant.documents() if document.id not in known]
    if not fresh:
        raise StatedError(f"{file.name} was not taken in: see whether another document has its name.")
    kinds = {"article": "article", "release-note": "release note"}
    return f"{fresh[0].name} was added as {kinds[fresh[0].kind]} of {fresh[0].published.isoformat()}."


def _mended(message: str) -> str:
    """The engine speaks of files; on the page the date field is nearer."""
    if "has no date" in message:
        return f"{message} Or fill in “Date” here and press “Add” again."
    return message
