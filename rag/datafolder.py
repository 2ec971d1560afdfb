"""Files of the data folder that survive a crash: atomic writes, locks, and objects named by their digest.

Locks are advisory (``flock``): the kernel frees them when a process dies, so none is ever left behind.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import BusyError, IndexStateError

_DIGEST_LENGTH = 64


class DamagedError(Exception):
    """A file of the index is missing or is not what was written; a sync can make it again."""


@contextmanager
def folder_errors(folder: Path) -> Iterator[None]:
    """Turn what the operating system says of the data folder into one plain line.

    Raises:
        IndexStateError: an ``OSError`` happened inside.
    """
    try:
        yield
    except OSError as error:
        raise IndexStateError(explain(error, folder)) from error


def explain(error: OSError, folder: Path) -> str:
    """One plain line: what is wrong with the data folder and how to mend it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"No space is left for the data folder {folder}: free some and run `stated sync` again; "
            "the last good index is kept."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"The data folder {folder} cannot be used ({error.strerror}): change its permissions, "
            "or set STATED_DATA_DIR to a folder that you can write."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"The data folder {folder} is not a folder: set STATED_DATA_DIR to another one."
    reason = error.strerror or str(error)
    return (
        f"The data folder {folder} cannot be used ({reason}): mend that, or set STATED_DATA_DIR to another."
    )


def write_atomically(path: Path, data: bytes) -> None:
    """Write so that after a crash at any time ``path`` holds either all the old bytes or all the new.

    Raises:
        OSError: nothing was changed.
    """
    # Not tempfile: its files are for one user only, and the data folder may be read by others.
    temporary = path.parent / f".{uuid.uuid4().hex}.tmp"
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def exclusive(path: Path, timeout: float) -> Iterator[None]:
    """Hold the lock file ``path`` alone, over threads and processes; wait up to ``timeout`` seconds.

    Raises:
        BusyError: another holder did not let go in time.
        OSError: the lock file cannot be opened for writing.
    """
    try:
        with FileLock(path, timeout=timeout):
            yield
    except Timeout as error:
        raise BusyError(
            f"Another program is writing the data folder {path.parent}: try again when it has finished."
        ) from error


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` together with other readers; needs no right to write it.

    Raises:
        OSError: the lock file is missing or cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


class Objects:
    """Bytes under the SHA-256 of their content: written once, checked whenever they are read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep ``data`` and return its digest (64 hex digits).

        Raises:
            OSError: it cannot be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        if not self.has(digest):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._folder / digest, data)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes with this digest.

        Raises:
            DamagedError: they are missing or altered.
            OSError: they cannot be read.
        """
        try:
            data = (self._folder / digest).read_bytes()
        except FileNotFoundError:
            raise DamagedError(f"{self._folder.name}/{digest} is missing") from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise DamagedError(f"{self._folder.name}/{digest} is altered")
        return data

    def has(self, digest: str) -> bool:
        """Whether the bytes with this digest are there, unaltered; raises ``OSError`` as ``get`` does."""
        try:
            self.get(digest)
        except DamagedError:
            return False
        return True

    def sweep(self, live: Set[str]) -> None:
        """Delete what is not ``live``, and what a killed writer left half written.

        Only the holder of the writer's lock may call this: then no temporary file is in use.
        """
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if path.suffix == ".tmp" or (len(path.name) == _DIGEST_LENGTH and path.name not in live):
                path.unlink(missing_ok=True)
