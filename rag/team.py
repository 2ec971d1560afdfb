"""One writer and many readers over one Chroma server, which holds all that readers need.

The server is the truth, and a data folder a copy of it: a reader fetches a whole generation, vectors too,
before it makes it its own.  So what it answers from is always one generation, and is there also while the
server is not.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from rag.copies import Copies
from rag.datafolder import DamagedError
from rag.errors import IndexStateError
from rag.manifest import Entry, Generations, Lease, Manifest
from rag.rows import Rows
from rag.snapshot import IndexFiles
from rag.vault import SCHEMA, Pointer, Vault

_RETRIES = 3
_log = logging.getLogger(__name__)


class Team:
    """A data folder's generations, shared over a server: stands for ``Generations`` in a sync.

    Methods raise as those of ``Vault`` and ``Generations`` do.
    """

    def __init__(
        self, vault: Vault, rows: Rows, generations: Generations, files: IndexFiles, copies: Copies
    ) -> None:
        self._vault = vault
        self._rows = rows
        self._generations = generations
        self._files = files
        self._copies = copies
        self._seen: Pointer | None = None
        self._broken = False  # the server does not hold what it should
        self.own = ""  # the data folder's id, once it has one

    def look(self) -> Pointer | None:
        """What is live at the server."""
        pointer = self._vault.pointer()
        if pointer and pointer.schema > SCHEMA:
            raise IndexStateError(
                "A newer version of Stated wrote the index at the Chroma server: install that version."
            )
        return pointer

    def pull(self) -> None:
        """Bring the data folder to what is live at the server; the caller holds the writer's lock."""
        self._broken = True
        for left in reversed(range(_RETRIES)):
            pointer = self._seen = self.look()
            try:
                if pointer and pointer.current != self.here():
                    self._fetch(pointer.current)
                self._broken = False
                return
            except DamagedError:
                # Two syncs may have swept it meanwhile; if it is still said to be live, it is damage.
                if not left or self._vault.pointer() == pointer:
                    raise

    def here(self) -> str:
        """The generation that the data folder holds."""
        with suppress(DamagedError):
            if lease := self._generations.current():
                return lease.generation
        return ""

    def _fetch(self, generation: str) -> None:
        manifest = Manifest.from_bytes(self._vault.get([generation])[generation])
        self._files.keep(manifest.entries, self._vault.get(self._files.missing(manifest.entries)))
        self._fetch_vectors(manifest)
        self._generations.swap(manifest)
        self._tidy_here()

    def _fetch_vectors(self, manifest: Manifest) -> None:
        every = [self._files.units(entry) for entry in manifest.entries]
        lacking = [units for units in every if not self._copies.has(units)]
        keys = sorted({unit.key for units in lacking for unit in units})
        vectors = self._rows.read(manifest.store, keys) if keys else {}
        if len(vectors) < len(keys):
            raise DamagedError(f"{len(keys) - len(vectors)} of {len(keys)} vectors are missing")
        for units in lacking:
            self._copies.keep(units, vectors)

    def _tidy_here(self) -> None:
        try:
            kept = self._generations.kept()
            self._files.sweep(kept)
            self._copies.sweep([self._files.units(entry) for manifest in kept for entry in manifest.entries])
        except (OSError, DamagedError) as error:
            _log.warning("Old files stay in the data folder for now: %s", error)

    # ---- what a sync does with generations ---------------------------------------------------------

    def current(self) -> Lease | None:
        """The live generation; ``pull`` made it the server's."""
        return self._generations.current() if self._seen and not self._broken else None

    def complete(self, manifest: Manifest, /) -> bool:
        """Whether the server holds all of it, unaltered and as ours."""
        try:
            self._vault.get(_all_digests(manifest))
        except DamagedError as error:
            _log.warning("The Chroma server has lost something (%s): sending it again.", error)
            self._broken = True
        ours = self._seen and (self._seen.current, self._seen.owner) == (manifest.generation, self.own)
        return bool(ours) and not self._broken

    def swap(self, manifest: Manifest) -> None:
        """Make a generation live at the server, and then here."""
        self._vault.put([*self._files.objects(manifest.entries), manifest.to_bytes()], anew=self._broken)
        if self._vault.pointer() != self._seen:
            raise IndexStateError(
                "Another Stated wrote to the Chroma server meanwhile: run `stated sync` again, and let only "
                "one of them write (STATED_CHROMA_ROLE=reader for the others)."
            )
        before = self._seen.current if self._seen else ""
        if before == manifest.generation:  # only mended, or taken over
            before = self._seen.previous if self._seen else ""
        pointer = Pointer(manifest.generation, before, self.own)
        self._vault.point(pointer)
        self._seen, self._broken = pointer, False
        self._generations.swap(manifest)

    def kept(self) -> tuple[Manifest, ...]:
        """As ``Generations.kept``."""
        return self._generations.kept()

    def tidy(self) -> None:
        """After a sync: vectors beside the index, as readers have them, and nothing dead at the server."""
        lease = self._generations.current()
        assert lease is not None
        self._fetch_vectors(lease.manifest)
        self._tidy_here()
        live = _all_digests(lease.manifest)
        if self._seen and self._seen.previous:
            with suppress(DamagedError):
                previous = self._vault.get([self._seen.previous])[self._seen.previous]
                live |= _all_digests(Manifest.from_bytes(previous))
        self._vault.sweep(live)


def _digests(entry: Entry) -> tuple[str, str, str]:
    return entry.document, entry.units, entry.attachment


def _all_digests(manifest: Manifest) -> set[str]:
    return {digest for entry in manifest.entries for digest in _digests(entry)} | {manifest.generation}
