"""One sync, under the writer's lock: read what changed, embed what is missing, swap the manifest, sweep.

Everything before the swap only adds; everything after it only deletes what no reader can hold.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from rag.datafolder import DamagedError, folder_errors
from rag.errors import CorpusError, IndexStateError
from rag.manifest import Entry, Lease, Manifest
from rag.records import Document, Progress, SyncReport
from rag.rows import Rows
from rag.snapshot import Built, DocumentSource, IndexFiles, Unit, Vectors, damaged, unit_key

_BATCH = 512  # rows embedded and written at once: a killed sync loses no more than these
_log = logging.getLogger(__name__)

Build = Callable[[Document], Built]
Encode = Callable[[Sequence[str]], Vectors]


class Live(Protocol):
    """Which generation is live, and what makes another one so; see ``Generations`` and ``Team``."""

    def current(self) -> Lease | None: ...

    def complete(self, manifest: Manifest, /) -> bool: ...

    def swap(self, manifest: Manifest) -> None: ...

    def kept(self) -> tuple[Manifest, ...]: ...


class Sync:
    """A single run; the caller holds the writer's lock."""

    def __init__(
        self,
        folder: Path,
        generations: Live,
        kept: IndexFiles,
        rows: Rows,
        fingerprints: tuple[str, str],
        progress: Progress | None,
    ) -> None:
        self._folder = folder
        self._generations = generations
        self._kept = kept
        self._rows = rows
        self._index_fingerprint, self._analysis_fingerprint = fingerprints
        self._progress = progress or _silent

    def run(
        self, files: Mapping[str, DocumentSource], build: Build, encode: Encode, trust_old: bool
    ) -> SyncReport:
        """Bring the index to ``files``; see ``Index.sync``.  ``trust_old``: the folder has our schema."""
        old = self._old() if trust_old else None
        before = {entry.name: entry for entry in old.entries} if old else {}
        made_by = (self._index_fingerprint, self._analysis_fingerprint)
        reusable = before if old and (old.index_fingerprint, old.analysis_fingerprint) == made_by else {}
        entries, rejected = self._read(files, reusable, build)
        store = self._store_rows(entries, old, encode)
        new = Manifest(
            index_fingerprint=self._index_fingerprint,
            analysis_fingerprint=self._analysis_fingerprint,
            store=store,
            entries=tuple(sorted(entries, key=lambda entry: entry.id)),
            rejected=tuple((name, files[name].digest, reason) for name, reason in sorted(rejected.items())),
        )
        with _writing(self._folder):
            live = new == old and self._generations.complete(new)
            if not live:
                self._generations.swap(new)
        if not live:
            self._sweep(store)
        return _report(files, entries, rejected, before, reusable)

    def _old(self) -> Manifest | None:
        try:
            with folder_errors(self._folder):
                lease = self._generations.current()
        except DamagedError as error:
            _log.warning("The index in %s is damaged (%s): building it again.", self._folder, error)
            return None
        return lease.manifest if lease else None

    def _read(
        self, files: Mapping[str, DocumentSource], reusable: Mapping[str, Entry], build: Build
    ) -> tuple[list[Entry], dict[str, str]]:
        entries: list[Entry] = []
        rejected: dict[str, str] = {}
        names: dict[str, str] = {}
        # In order of name, so that equal corpora give equal manifests whatever came first.
        for done, name in enumerate(sorted(files), start=1):
            self._progress("read", done, len(files))
            source = files[name]
            entry = self._reuse(source, reusable.get(name))
            try:
                found: Entry | Document = entry or source.read()
            except CorpusError as error:
                rejected[name] = str(error)
                continue
            if found.id in names:
                rejected[name] = f"has the same document id as {names[found.id]}: rename one of them"
                continue
            names[found.id] = name
            entries.append(found if isinstance(found, Entry) else self._make(source, found, build))
        return entries, rejected

    def _reuse(self, source: DocumentSource, entry: Entry | None) -> Entry | None:
        if entry is None or entry.digest != source.digest:
            return None
        with folder_errors(self._folder):
            return entry if self._kept.intact(entry) else None

    def _make(self, source: DocumentSource, document: Document, build: Build) -> Entry:
        built = build(document)
        for unit in built.units:
            # Add-only rows are sound only where a key says all about its row.
            if unit.key != unit_key(self._index_fingerprint, unit.text):
                raise ValueError(
                    f"unit {unit.key!r} of {source.name} is not keyed by its text: use Index.unit"
                )
        with folder_errors(self._folder):
            return self._kept.put(source.name, source.digest, document, built)

    def _store_rows(self, entries: Sequence[Entry], old: Manifest | None, encode: Encode) -> str:
        wanted: dict[str, tuple[Entry, Unit]] = {}
        with folder_errors(self._folder):
            for entry in entries:
                for unit in self._kept.units(entry):
                    wanted.setdefault(unit.key, (entry, unit))
            same = old is not None and old.index_fingerprint == self._index_fingerprint
            store, present = self._healthy_store(list(wanted), old.store if old and same else "")
        missing = [owner for key, owner in wanted.items() if key not in present]
        documents: dict[str, Document] = {}
        for at in range(0, len(missing), _BATCH):
            batch = missing[at : at + _BATCH]
            vectors = _checked(encode([unit.text for _, unit in batch]), len(batch))
            with _writing(self._folder):
                for entry, _ in batch:
                    if entry.id not in documents:
                        documents[entry.id] = self._kept.document(entry)
                self._rows.add(store, [(documents[entry.id], unit) for entry, unit in batch], vectors)
            self._progress("embed", at + len(batch), len(missing))
        with folder_errors(self._folder):
            self._rows.trust()
        return store

    def _healthy_store(self, keys: Sequence[str], store: str) -> tuple[str, Set[str]]:
        """The store to use and which keys it has: ``store``, or the next one where it is damaged."""
        first = int(store.rpartition("-")[2]) if store else 0
        for number in itertools.count(first):
            name = f"{self._index_fingerprint[:16]}-{number}"
            try:
                return name, self._rows.present(name, keys)
            except DamagedError as error:
                if number - first > 9:
                    raise damaged(self._folder, error) from error
                _log.warning("The index in %s is damaged (%s): embedding again.", self._folder, error)
        raise AssertionError("count() ended")

    def _sweep(self, store: str) -> None:
        # What stays behind does no harm and is swept after the next change, so no failure here may
        # spoil a sync that is complete.
        try:
            manifests = self._generations.kept()
            live = {
                unit.key
                for manifest in manifests
                if manifest.store == store
                for entry in manifest.entries
                for unit in self._kept.units(entry)
            }
            self._rows.sweep(store, live, {manifest.store for manifest in manifests})
            self._kept.sweep(manifests)
        except (OSError, DamagedError, IndexStateError) as error:
            _log.warning("Old rows stay in %s for now: %s", self._folder, error)


def _silent(_stage: str, _done: int, _total: int) -> None:
    pass


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        with folder_errors(folder):
            yield
    except DamagedError as error:
        raise damaged(folder, error) from error


def _checked(vectors: Vectors, count: int) -> Vectors:
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or len(rows) != count:
        raise ValueError(f"encode gave shape {rows.shape} for {count} texts")
    if not np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3):
        raise ValueError("encode gave rows that are not of unit length")
    return rows


def _report(
    files: Mapping[str, DocumentSource],
    entries: Sequence[Entry],
    rejected: Mapping[str, str],
    before: Mapping[str, Entry],
    reusable: Mapping[str, Entry],
) -> SyncReport:
    names = sorted(entry.name for entry in entries)
    same = {name for name in names if name in reusable and reusable[name].digest == files[name].digest}
    return SyncReport(
        added=tuple(name for name in names if name not in before),
        changed=tuple(name for name in names if name in before and name not in same),
        removed=tuple(sorted(set(before) - set(files))),
        unchanged=tuple(name for name in names if name in same),
        rejected=dict(sorted(rejected.items())),
    )
