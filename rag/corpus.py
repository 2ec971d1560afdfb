"""Files to ``Document``s; whatever cannot be used is rejected in one line that says how to mend it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path, PurePosixPath

from rag.errors import CorpusError
from rag.extracted import Extracted
from rag.extraction import SUFFIXES, extract, read_bytes
from rag.headings import sections
from rag.records import Document, DocumentKind

EARLIEST = date(1990, 1, 1)

# Part of every digest: raise it when the same file would be read differently.
_READER_VERSION = 2
_ADDED = "added/"
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")
_FIELD_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9]{2}:.*)?")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def scan(folders: Sequence[Path]) -> dict[str, Path]:
    """The documents' files by name: the path inside their folder, with ``/``.

    Hidden files, files named ``README.*``, links that leave their folder and whatever is not a
    regular file are skipped; folders are searched to any depth, and links to folders not followed.

    Args:
        folders: the corpus, then further ones (added documents), which need not exist yet.  A name
            that an earlier folder has is given as ``added/NAME``, so that neither file is hidden.

    Returns:
        In order of folder, then of name.

    Raises:
        CorpusError: the first folder is missing, or a folder cannot be read.
    """
    found: dict[str, Path] = {}
    for number, folder in enumerate(folders):
        if not folder.is_dir():
            if number == 0 or folder.exists():
                raise CorpusError(
                    f"The folder of documents {_shown(folder)} does not exist; "
                    "create it or set STATED_CORPUS_DIR."
                )
            continue
        for name, path in sorted(_files(folder)):
            while name in found:
                name = _ADDED + name
            found[name] = path
    return found


def read_document(
    path: Path,
    name: str,
    *,
    published: date | None = None,
    kind: DocumentKind | None = None,
    today: date | None = None,
) -> Document:
    """The document in a file.

    Args:
        path: the file; its suffix says how it is read.
        name: the document's name and id, from ``scan``.
        published: the day of publication; None takes the front matter's, else the day that the file
            name begins with.
        kind: None takes the front matter's, else ``article``.
        today: no document is newer than this; None asks the clock.

    Raises:
        CorpusError: the file cannot be used; one plain line names it and says how to mend it.
    """
    shown = _shown(name)
    if "\ufffd" in shown:
        raise CorpusError(f"{shown} has a name that cannot be shown; rename the file.")
    try:
        fields, extracted = extract(path)
        day = published or _publication_day(fields, name)
        _check_day(day, today or date.today())
        return _document(name, fields, extracted, day, kind or _kind(fields))
    except ValueError as error:
        raise CorpusError(f"{shown} {error}.") from error


def file_digest(path: Path, published: date | None = None, kind: DocumentKind | None = None) -> str:
    """Digest of all that ``read_document`` makes a document of, but for its name and today's date.

    Equal digests under equal names give equal documents, so an unchanged file need not be read
    again.  A rejected one must: a date in the future passes some day.

    Raises:
        CorpusError: the file cannot be read or is too large.
    """
    try:
        data = read_bytes(path)
    except ValueError as error:
        raise CorpusError(f"{_shown(path.name)} {error}.") from error
    context = f"{_READER_VERSION}|{path.suffix.lower()}|{published or ''}|{kind or ''}|"
    return hashlib.sha256(context.encode() + data).hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    root = folder.resolve()

    def refuse(error: OSError) -> None:
        raise CorpusError(
            f"The folder {_shown(error.filename)} cannot be read ({error.strerror}); check its rights."
        )

    for parent, subfolders, names in os.walk(folder, onerror=refuse):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if name.upper().startswith((".", "README.")) or path.suffix.lower() not in SUFFIXES:
                continue
            if path.is_symlink() and not _stays_inside(path, root):
                continue
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path


def _stays_inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # broken, or a loop
        return False


def _publication_day(fields: dict[str, str], name: str) -> date:
    if "published" in fields:
        match, where = _FIELD_DAY.fullmatch(fields["published"]), "'published' in its front matter"
        written = fields["published"]
    else:
        match, where = _DAY.match(PurePosixPath(name).name), "the date in its file name"
        if not match:
            raise ValueError(
                "has no date; add 'published: YYYY-MM-DD' to its front matter "
                "or begin its file name with YYYY-MM-DD"
            )
        written = match[1]
    try:
        if match:
            return date.fromisoformat(match[1])
    except ValueError:
        pass
    raise ValueError(f"has no such day as {_quoted(written)} for {where}; write it as YYYY-MM-DD")


def _check_day(day: date, today: date) -> None:
    if day < EARLIEST:
        raise ValueError(f"is dated {day}, before {EARLIEST.year}; correct its date")
    if day > today:
        raise ValueError(f"is dated {day}, which is after today ({today}); correct its date")


def _kind(fields: dict[str, str]) -> DocumentKind:
    written = fields.get("kind") or DocumentKind.ARTICLE
    try:
        return DocumentKind(written)
    except ValueError:
        known = " or ".join(repr(kind.value) for kind in DocumentKind)
        raise ValueError(f"has the unknown kind {_quoted(written)}; write {known}") from None


def _document(
    name: str, fields: dict[str, str], extracted: Extracted, published: date, kind: DocumentKind
) -> Document:
    url = fields.get("url", "")
    if url and not _WEB_ADDRESS.fullmatch(url):
        raise ValueError(f"has the url {_quoted(url)}, which is no web address; begin it with https://")
    first_heading = next((heading.title for heading in extracted.headings if heading.title), "")
    return Document(
        id=name,
        name=name,
        title=fields.get("title") or extracted.title or first_heading or PurePosixPath(name).stem,
        publisher=fields.get("publisher", ""),
        published=published,
        kind=kind,
        url=url,
        text=extracted.text,
        sha256=hashlib.sha256(extracted.text.encode()).hexdigest(),
        sections=sections(extracted.text, extracted.headings, published),
        pages=extracted.pages,
        note=fields.get("note", ""),
    )


def _quoted(written: str) -> str:
    return repr(written if len(written) <= 40 else written[:40] + "…")


def _shown(name: object) -> str:
    """A file name as it can stand in one line of a message."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in str(name))
