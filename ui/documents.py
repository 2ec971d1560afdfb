"""Adding and removing documents for the page: several at once, each refusal told, nothing half done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import StatedError
from ui.documents_view import outcome_html
from ui.jobs import Job, Tell
from ui.ledger_reading import Readings
from ui.ledger_rows import differences

if TYPE_CHECKING:
    from rag import Assistant

_BEFORE = "First reading the ledger as it is, to tell afterwards what changed"
_AFTER = "Finding what this changes in the ledger; questions are answered with it already"
SUFFIXES = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf")


def added_ids(assistant: Assistant) -> list[str]:
    """The documents that were added, and so can be removed: those that the corpus folder does not hold."""
    folder = assistant.settings.corpus_path
    return [document.id for document in assistant.documents() if not (folder / document.id).is_file()]


def add(
    assistant: Assistant,
    readings: Readings,
    files: Sequence[Path],
    published: date | None,
    kind: str | None,
    job: Job,
) -> tuple[str, list[Path]]:
    """Take files in, one after the other.

    Args:
        assistant: the engine.
        readings: where its ledger is read, before and after.
        files: uploaded ones.
        published: for those that give no date themselves.
        kind: ``article`` or ``release-note``; None leaves it to the file.
        job: told how far it is, and what is certain before what changed is known.

    Returns:
        What happened as HTML, and the files that were refused.

    Raises:
        StatedError: the ledger cannot be read.
    """
    before = readings.rows(_reading(job, _BEFORE))
    done: list[str] = []
    refused: dict[str, str] = {}
    left: list[Path] = []
    for number, file in enumerate(files):
        job.tell(f"Adding {file.name}", number, len(files))
        try:
            done.append(_add_one(assistant, file, published, kind))
        except StatedError as error:
            refused[f"{number} {file.name}"] = _mended(str(error))
            left.append(file)
    job.so_far = outcome_html(done, refused, None)
    changes = differences(before, readings.rows(_reading(job, _AFTER))) if done else []
    return outcome_html(done, refused, changes), left


def remove(assistant: Assistant, readings: Readings, document_id: str, job: Job) -> str:
    """Take an added document out again; what happened as HTML.

    Raises:
        StatedError: it is no added document, or cannot be deleted.
    """
    before = readings.rows(_reading(job, _BEFORE))
    job.tell(f"Removing {document_id}", 0, 0)
    assistant.remove(document_id)
    done = [f"{document_id} was removed."]
    job.so_far = outcome_html(done, {}, None)
    changes = differences(before, readings.rows(_reading(job, _AFTER)))
    return outcome_html(done, {}, changes)


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
