"""The index: vectors in Chroma, and what is live in a manifest.

Rows are only ever added, under the hash of what they hold; a sync makes its new generation live in one
atomic step, and then sweeps what no reader can still hold.  So a sync that is killed, or that finds the
disk full, leaves the last good index as it was.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import ExitStack

from rag import rows
from rag.chroma import Server
from rag.copies import Copies
from rag.datafolder import DamagedError, exclusive, folder_errors, write_atomically
from rag.errors import BusyError, CorpusError, IndexStateError, ServerGoneError
from rag.manifest import Generations
from rag.records import Progress, SyncReport
from rag.rows import LOCK_SECONDS
from rag.settings import Settings
from rag.snapshot import Built, DocumentSource, IndexFiles, Snapshot, Unit, damaged, unit_key
from rag.syncing import Build, Encode, Sync
from rag.team import Team
from rag.vault import Vault

__all__ = ["Built", "DocumentSource", "Index", "Snapshot", "Unit", "unit_key"]

SCHEMA = 1
_LOOK_SECONDS, _GONE_SECONDS = 1.0, 10.0  # between two looks at the server, and after one in vain
_log = logging.getLogger(__name__)


class Index:
    """The documents, their units and vectors in a data folder: one writer, any number of readers.

    With a Chroma server the data folder is a copy of what is live there; see ``rag.team``.

    Safe to use from several threads and processes.
    """

    def __init__(self, settings: Settings, embedder_fingerprint: str) -> None:
        self._data = settings.data_path.absolute()
        self._folder = self._data / "index"
        self.fingerprint = unit_key(f"rows {SCHEMA}", embedder_fingerprint)
        self._files = IndexFiles(self._folder)
        self._generations = Generations(self._folder)
        self.copies = Copies(self._folder / "copies")
        self._lock = threading.Lock()
        self._latest: Snapshot | None = None
        self._url, self._role = settings.chroma_url or "", settings.chroma_role or ""
        self._rows: rows.Rows = rows.LocalRows(self._folder)
        self._team: Team | None = None
        if self._url:
            server = Server.named_by(settings)
            self._rows = rows.ServerRows(server)
            self._team = Team(Vault(server), self._rows, self._generations, self._files, self.copies)
        self._next_look = 0.0
        self.unreached = ""  # why the server could not be looked at, where the folder answers alone

    @classmethod
    def open(cls, settings: Settings, embedder_fingerprint: str) -> Index:
        """The index in the settings' data folder; creates nothing until the first sync.

        Raises:
            IndexStateError: the data folder cannot be read, or a newer program wrote it.
        """
        index = cls(settings, embedder_fingerprint)
        index._schema()
        return index

    def unit(self, text: str, start: int, end: int) -> Unit:
        """A unit of this index: ``text`` is embedded, ``start`` and ``end`` are its place in the document."""
        return Unit(unit_key(self.fingerprint, text), text, start, end)

    def snapshot(self) -> Snapshot | None:
        """The current generation, or None where nothing has been indexed yet.

        The same object is given again while nothing changes, so what it has read is read once.

        Raises:
            IndexStateError: the data folder is damaged or old (a sync mends it), unreadable, or newer; or
                the server cannot be used, and the folder holds nothing from before.
        """
        self._look()
        schema = self._schema()
        try:
            with folder_errors(self._data):
                lease = self._generations.current()
        except DamagedError as error:
            raise damaged(self._data, error) from error
        if lease is None:
            return None
        if schema.get("schema") != SCHEMA:
            raise damaged(self._data, DamagedError("it has no schema that this version knows"))
        with self._lock:
            if self._latest is None or self._latest.generation != lease.generation:
                self._latest = Snapshot(lease, self._files, self._rows, self._data)
            return self._latest

    def sync(
        self,
        files: Mapping[str, DocumentSource],
        build: Build,
        encode: Encode,
        analysis_fingerprint: str,
        progress: Progress | None = None,
    ) -> SyncReport:
        """Bring the index to ``files``; the old generation stays live until the new one is complete.

        A file is unchanged if its digest and both fingerprints are.  Texts that are embedded already
        are not embedded again, whichever document they came from.  Where nothing changed, nothing is
        written; what is missing or damaged is made again.

        Args:
            files: the whole corpus, by file name.
            build: a document's units and analysis; the units come from ``unit``.
            encode: texts to unit-length rows, one each.
            analysis_fingerprint: changes whenever ``build`` would give something else.
            progress: told a stage (``read`` or ``embed``), what is done, and of how many.

        Raises:
            IndexStateError: the data folder cannot be written or is full, a newer program wrote it, or
                another sync did not end in time.  The last good generation is still there.
            ValueError: ``build`` or ``encode`` does not keep to the above.
        """
        if self._team is None:
            report = self._nothing_to_do(files, analysis_fingerprint)
            if report is not None:
                return report
        with ExitStack() as stack:
            schema = self._locked(stack)
            if self._team:
                try:
                    self._pull()
                except DamagedError as error:
                    _log.warning("The index at %s is damaged (%s): building it again.", self._url, error)
            fingerprints = (self.fingerprint, analysis_fingerprint)
            live = self._team or self._generations
            run = Sync(self._data, live, self._files, self._rows, fingerprints, progress)
            trusted = bool(self._team) or schema.get("schema") == SCHEMA
            report = run.run(files, build, encode, trust_old=trusted)
            self._tidy()
            return report

    def fetch(self) -> SyncReport:
        """Bring the data folder to what the server holds, for one that only reads there.

        Raises:
            IndexStateError: the server cannot be used, or nothing has been indexed there.
        """
        assert self._team
        with ExitStack() as stack:
            self._locked(stack)
            before = self._names()
            try:
                self._pull()
            except DamagedError as error:
                raise self._damaged_there(error) from error
            after = self._names()
        if self.snapshot() is None:
            raise IndexStateError(
                f"Nothing is indexed at the Chroma server {self._url} yet: run `stated sync` where the "
                "documents are."
            )
        same = {name for name in after if before.get(name) == after[name]}
        return SyncReport(
            added=tuple(sorted(after.keys() - before.keys())),
            changed=tuple(sorted(after.keys() & before.keys() - same)),
            removed=tuple(sorted(before.keys() - after.keys())),
            unchanged=tuple(sorted(same)),
        )

    def follows(self) -> bool:
        """Whether others write the index, at a server, and this folder only reads it.

        Raises:
            IndexStateError: the server does not answer, and has to be asked.
        """
        if self._team is None or self._role == "writer":
            return False
        if self._role == "reader":
            return True
        pointer = self._team.look()
        return pointer is not None and pointer.owner not in ("", self._schema().get("id"))

    # ---- the server --------------------------------------------------------------------------------

    def _look(self) -> None:
        """See whether something newer is live at the server, and fetch it.

        The folder's own generation stands where the server does not answer (`unreached` says so), and
        where a sync or another reader is at work in this folder just now.
        """
        if self._team is None or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _LOOK_SECONDS
        here = self._team.here()
        try:
            pointer = self._team.look()
            if pointer and pointer.current != here:
                with ExitStack() as stack:
                    self._locked(stack, wait=0.0 if here else LOCK_SECONDS)
                    self._pull()
            self.unreached = ""
        except (ServerGoneError, DamagedError) as error:
            told = self._damaged_there(error) if isinstance(error, DamagedError) else error
            if not here:
                raise told from error
            self.unreached = str(told)
            self._next_look = time.monotonic() + _GONE_SECONDS
        except BusyError:
            pass

    def _pull(self) -> None:
        assert self._team
        with folder_errors(self._data):
            self._team.pull()

    def _names(self) -> dict[str, str]:
        with folder_errors(self._data):
            try:
                lease = self._generations.current()
            except DamagedError:
                return {}
        return {entry.name: entry.digest for entry in lease.manifest.entries} if lease else {}

    def _damaged_there(self, error: DamagedError) -> IndexStateError:
        return IndexStateError(
            f"The index at the Chroma server {self._url} is damaged ({error}): run `stated sync` where it is "
            "written."
        )

    def _tidy(self) -> None:
        if self._team:
            try:
                self._team.tidy()
            except (OSError, DamagedError, IndexStateError) as error:
                _log.warning("Old objects stay at %s for now: %s", self._url, error)

    # ---- the data folder ---------------------------------------------------------------------------

    def _locked(self, stack: ExitStack, wait: float | None = None) -> dict[str, object]:
        """Hold the writer's lock; the schema as it was found, and ours from then on."""
        with folder_errors(self._data):
            self._folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(
                exclusive(self._folder / "writer.lock", LOCK_SECONDS if wait is None else wait)
            )
            schema = self._schema()
            ours = self._ours(schema)
        if self._team:
            self._team.own = str(ours["id"])
        return schema

    def _nothing_to_do(self, files: Mapping[str, DocumentSource], analysis: str) -> SyncReport | None:
        self._schema()
        try:
            snapshot = self.snapshot()
            if snapshot is None or not (
                snapshot.is_current(files) and snapshot.made_with(self.fingerprint, analysis)
            ):
                return None
            snapshot.check()
        except IndexStateError as error:
            _log.warning("%s", error)
            return None
        for name, reason in snapshot.rejected.items():
            # What was missing to read it (a reader for its format, say) may be there by now.
            try:
                files[name].read()
            except CorpusError as error:
                if str(error) == reason:
                    continue
            return None
        return SyncReport(
            unchanged=tuple(sorted(set(files) - set(snapshot.rejected))), rejected=snapshot.rejected
        )

    def _schema(self) -> dict[str, object]:
        with folder_errors(self._data):
            try:
                plain = json.loads((self._data / "schema.json").read_bytes())
            except (FileNotFoundError, ValueError):
                return {}
        schema = plain if isinstance(plain, dict) else {}
        version = schema.get("schema")
        if isinstance(version, int) and version > SCHEMA:
            raise IndexStateError(
                f"The data folder {self._data} belongs to a newer version of Stated (schema {version}, this "
                f"one knows {SCHEMA}): install that version, or set STATED_DATA_DIR to another folder."
            )
        return schema

    def _ours(self, schema: dict[str, object]) -> dict[str, object]:
        """The folder's schema, written where it is not this version's; the id tells a server who writes."""
        if schema.get("schema") == SCHEMA and schema.get("id"):
            return schema
        ours: dict[str, object] = {"schema": SCHEMA, "id": uuid.uuid4().hex[:12]}
        write_atomically(self._data / "schema.json", json.dumps(ours).encode())
        (self._folder / "rows.lock").touch()
        return ours
