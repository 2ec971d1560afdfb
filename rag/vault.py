"""What a Chroma server keeps for all who read there: objects by digest, and a pointer to what is live.

Chroma holds texts of a few kilobytes, so an object is packed and cut into records; the first one, written
last, says how many there are.  A digest says all about its object, so what is read is checked by it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rag import chroma
from rag.datafolder import DamagedError

if TYPE_CHECKING:
    from chromadb import Collection

SCHEMA = 1
_NAME = "stated-objects"
_POINTER = "current"
_PIECE = 12_000  # characters of a record: Chroma Cloud takes 16 KiB
_MAX_BYTES = 500_000_000  # of one object unpacked: more is no document of ours


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which generation is live, which one was before it, and which data folder writes here."""

    current: str
    previous: str
    owner: str
    schema: int = SCHEMA


class Vault:
    """The objects at one server.

    Every method raises ``ServerGoneError`` where the server does not answer, ``IndexStateError`` where it
    refuses, and ``DamagedError`` where it does not hold what was written.
    """

    def __init__(self, server: chroma.Server) -> None:
        self._server = server

    def pointer(self) -> Pointer | None:
        """What is live; None where nothing was ever written."""
        with self._server.collection(_NAME) as collection:
            found = collection.get(ids=[_POINTER], include=["documents"]) if collection else None
        if not found or not found["ids"]:
            return None
        try:
            return Pointer(**json.loads((found["documents"] or [""])[0]))
        except (ValueError, TypeError):
            return Pointer("unreadable", "", "")  # no generation is called so: a sync mends it

    def point(self, pointer: Pointer) -> None:
        """Make a generation live, in one step."""
        with self._server.collection(_NAME, create=True) as collection:
            assert collection is not None
            collection.upsert(
                ids=[_POINTER], documents=[json.dumps(asdict(pointer))], embeddings=_vectors([(0.0, 0.0)])
            )

    def present(self, digests: Iterable[str]) -> Set[str]:
        """Those of the objects that are there whole."""
        wanted = {_record(digest, 0): digest for digest in digests}
        with self._server.collection(_NAME) as collection:
            if collection is None:
                return set()
            return {wanted[record] for record, _, _ in _got(collection, list(wanted), ["metadatas"])}

    def put(self, objects: Iterable[bytes], anew: bool = False) -> None:
        """Keep objects; those that are there already are sent again only if ``anew``."""
        named = {hashlib.sha256(data).hexdigest(): data for data in objects}
        missing = named.keys() - (set() if anew else self.present(named))
        with self._server.collection(_NAME, create=True) as collection:
            assert collection is not None
            for digest in sorted(missing):
                _put(collection, digest, _packed(named[digest]))

    def get(self, digests: Iterable[str]) -> dict[str, bytes]:
        """The objects.

        Raises:
            DamagedError: one of them is not there, or not whole.
        """
        wanted = sorted(set(digests))
        with self._server.collection(_NAME) as collection:
            heads = _pieces(collection, [_record(digest, 0) for digest in wanted])
            rest = [
                _record(digest, number)
                for digest in wanted
                for number in range(1, heads.get(_record(digest, 0), ("", 0))[1])
            ]
            pieces = heads | _pieces(collection, rest)
        return {digest: _joined(digest, pieces) for digest in wanted}

    def sweep(self, live: Set[str]) -> None:
        """Delete the objects that are not live."""
        with self._server.collection(_NAME) as collection:
            if collection is None:
                return
            heads = [_record(digest, 0) for digest in live]
            counts = {record: count for record, (_, count) in _pieces(collection, heads).items()}
            kept = {
                _record(digest, number)
                for digest in live
                for number in range(counts.get(_record(digest, 0), 0))
            }
            chroma.delete_dead(collection, kept | {_POINTER}, chroma.BATCH)


def _vectors(points: Sequence[tuple[float, float]]) -> Any:
    return np.array(points, dtype=np.float32)


def _record(digest: str, number: int) -> str:
    return f"{digest}.{number}"


def _packed(data: bytes) -> list[str]:
    text = base64.b85encode(zlib.compress(data)).decode()
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


def _put(collection: Collection, digest: str, pieces: Sequence[str]) -> None:
    numbers = [*range(1, len(pieces)), 0]
    for at in range(0, len(numbers), chroma.BATCH):
        part = numbers[at : at + chroma.BATCH]
        collection.upsert(
            ids=[_record(digest, number) for number in part],
            documents=[pieces[number] for number in part],
            metadatas=[{"pieces": len(pieces)} for _ in part],
            # Chroma wants a vector with everything; nobody looks for these.
            embeddings=_vectors([(int(digest[:6], 16) / 0xFFFFFF, number / len(pieces)) for number in part]),
        )


def _got(
    collection: Collection, records: Sequence[str], include: list[Any]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for at in range(0, len(records), chroma.BATCH):
        found = collection.get(ids=list(records[at : at + chroma.BATCH]), include=include)
        texts = found["documents"] or [""] * len(found["ids"])
        yield from zip(found["ids"], texts, found["metadatas"] or [], strict=True)


def _pieces(collection: Collection | None, records: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Text and count of pieces, by record."""
    if collection is None:
        return {}
    found = _got(collection, records, ["documents", "metadatas"])
    return {record: (text, int(told.get("pieces", 0))) for record, text, told in found}


def _joined(digest: str, pieces: Mapping[str, tuple[str, int]]) -> bytes:
    count = pieces.get(_record(digest, 0), ("", 0))[1]
    text = "".join(pieces.get(_record(digest, number), ("", 0))[0] for number in range(count))
    try:
        data = zlib.decompressobj().decompress(base64.b85decode(text), _MAX_BYTES)
    except (ValueError, zlib.error, binascii.Error):
        data = b""
    if hashlib.sha256(data).hexdigest() != digest:
        raise DamagedError(f"{digest[:12]} at the Chroma server is missing or altered")
    return data
