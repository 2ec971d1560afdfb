"""What is live: one small manifest per generation of the index, and a pointer that is replaced atomically.

A reader holds a shared lock on its generation's manifest file (a lease).  A writer sweeps only what no
lease, the current or the previous generation names; so what a reader has begun to read stays there,
however many syncs follow and in whichever process.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import weakref
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.datafolder import DamagedError, write_atomically

_RETRIES = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One indexed document.

    ``digest`` is the source file's; ``document``, ``units`` and ``attachment`` are the SHA-256 under
    which the index keeps the document as read, its units, and the analysis that goes with them.
    """

    id: str
    name: str
    digest: str
    document: str
    units: str
    attachment: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that is live in one generation.

    ``entries`` are sorted by document id; ``rejected`` holds (file name, file digest, reason);
    ``store`` names the rows' store.  Equal corpora under equal fingerprints give equal manifests.
    """

    index_fingerprint: str
    analysis_fingerprint: str
    store: str
    entries: tuple[Entry, ...]
    rejected: tuple[tuple[str, str, str], ...] = ()

    def to_bytes(self) -> bytes:
        """As JSON, always the same for equal manifests."""
        return json.dumps(asdict(self), sort_keys=True, indent=0).encode()

    @property
    def generation(self) -> str:
        """SHA-256 of the manifest."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @staticmethod
    def from_bytes(data: bytes) -> Manifest:
        """The manifest that ``to_bytes`` wrote.

        Raises:
            DamagedError: it is not one of this program's.
        """
        try:
            plain = json.loads(data)
            plain["entries"] = tuple(Entry(**entry) for entry in plain["entries"])
            plain["rejected"] = tuple((name, digest, reason) for name, digest, reason in plain["rejected"])
            return Manifest(**plain)
        except (ValueError, TypeError, KeyError) as error:
            raise DamagedError(f"a manifest cannot be read: {error}") from None


class Lease:
    """A manifest that no sweep touches while this object lives."""

    def __init__(self, manifest: Manifest, descriptor: int) -> None:
        self.manifest = manifest
        self.generation = manifest.generation
        weakref.finalize(self, os.close, descriptor)


class Generations:
    """The manifests on disk and the pointer to the current one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "manifests"
        self._pointer = folder / "current.json"

    def current(self) -> Lease | None:
        """The live generation, leased; None where nothing was ever indexed.

        Raises:
            DamagedError: the pointer or the manifest is missing, altered or of another format.
            OSError: they cannot be read.
        """
        for _ in range(_RETRIES):
            names = self._names()
            if not names:
                return None
            try:
                descriptor = os.open(self._folder / f"{names[0]}.json", os.O_RDONLY)
            except FileNotFoundError:
                # Two syncs may have passed since the pointer was read; if it is the same, it is damage.
                if self._names() == names:
                    raise DamagedError("the current manifest is missing") from None
                continue
            lease = _lease(descriptor, names[0])
            if lease:
                return lease
        raise DamagedError("the current manifest keeps changing")

    def _names(self) -> tuple[str, ...]:
        try:
            plain = json.loads(self._pointer.read_bytes())
            return tuple(str(plain[key]) for key in ("current", "previous") if plain[key])
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError, KeyError):
            raise DamagedError("current.json cannot be read") from None

    def swap(self, manifest: Manifest) -> None:
        """Make ``manifest`` the current generation; readers see the old one or the new one, never less.

        Raises:
            OSError: the old generation is still current.
        """
        try:
            names = self._names()
        except DamagedError:
            names = ()
        generation = manifest.generation
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._folder / f"{generation}.json", manifest.to_bytes())
        previous = names[0] if names and names[0] != generation else ""
        pointer = json.dumps({"current": generation, "previous": previous}).encode()
        write_atomically(self._pointer, pointer)

    def complete(self, _manifest: Manifest, /) -> bool:
        """Whether whoever reads elsewhere finds all of it: here nobody does."""
        return True

    def kept(self) -> tuple[Manifest, ...]:
        """What must stay: current, previous and leased generations; the others' manifests are deleted.

        Only the holder of the writer's lock may call this.

        Raises:
            DamagedError: a kept manifest cannot be read, so nothing may be swept.
            OSError: the folder cannot be read or written.
        """
        names = self._names()
        manifests = []
        for path in sorted(self._folder.iterdir()):
            if path.suffix == ".tmp":
                path.unlink(missing_ok=True)
            elif path.stem in names or not _unlink_unleased(path):
                manifests.append(Manifest.from_bytes(path.read_bytes()))
        return tuple(manifests)


def _lease(descriptor: int, generation: str) -> Lease | None:
    """A lease on an open manifest file; None if it was swept before the lock was had."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if not os.fstat(descriptor).st_nlink:
            os.close(descriptor)
            return None
        data = b"".join(iter(lambda: os.read(descriptor, 1 << 20), b""))
        if hashlib.sha256(data).hexdigest() != generation:
            raise DamagedError("the current manifest is altered")
        return Lease(Manifest.from_bytes(data), descriptor)
    except (DamagedError, OSError):
        os.close(descriptor)
        raise


def _unlink_unleased(path: Path) -> bool:
    """Whether nobody held ``path``; then it is gone."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Under the lock: a reader that opened the file just before finds it without a name and asks again.
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
