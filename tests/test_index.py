"""The index: what a sync adds, changes, keeps and removes, and what a reader sees of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import CorpusError
from rag.index import Built, DocumentSource, Index, Snapshot, Unit
from rag.records import Document, DocumentKind, Section, SyncReport
from rag.rows import LocalRows
from rag.settings import Settings

WIDTH = 8


class Corpus:
    """A small real corpus: texts by file name, one unit for each line, vectors made from the text."""

    def __init__(
        self, data: Path, embedder: str = "e1", analysis: str = "a1", width: int = WIDTH, **settings: str
    ) -> None:
        self.texts: dict[str, str] = {}
        self.data = data
        self.analysis = analysis
        self.width = width
        self.encoded: list[str] = []
        self.read: list[str] = []
        self.index = Index.open(Settings(data_dir=data, **settings), embedder)  # type: ignore[arg-type]

    def document(self, name: str) -> Document:
        self.read.append(name)
        text = self.texts[name]
        if text.startswith("!"):
            raise CorpusError(f"{name} has no date: {text[1:]}")
        section = Section("Title ½", 1, 0, len(text), date(2025, 9, 18))
        return Document(
            id=name.partition(".")[0],
            name=name,
            title=f"Title of {name}",
            publisher="P",
            published=date(2025, 9, 18),
            kind=DocumentKind.ARTICLE,
            url="",
            text=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            sections=(section,),
            pages=(0, 3),
        )

    def build(self, document: Document) -> Built:
        units = [
            self.index.unit(match.group(), match.start(), match.end())
            for match in re.finditer(r".+", document.text)
        ]
        return Built(tuple(units), attachment=f"{self.analysis} {document.text}".encode())

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        return vectors(texts, self.width)

    def sources(self) -> dict[str, DocumentSource]:
        def source(name: str, text: str) -> DocumentSource:
            return DocumentSource(
                name, hashlib.sha256(text.encode()).hexdigest(), lambda: self.document(name)
            )

        return {name: source(name, text) for name, text in self.texts.items()}

    def sync(self, progress: Callable[[str, int, int], None] | None = None) -> SyncReport:
        self.encoded.clear()
        self.read.clear()
        return self.index.sync(self.sources(), self.build, self.encode, self.analysis, progress)

    def vectors(self, snapshot: Snapshot, document_id: str) -> NDArray[np.float32]:
        return snapshot.vectors(document_id)

    def snapshot(self) -> Snapshot:
        snapshot = self.index.snapshot()
        assert snapshot is not None
        return snapshot


def vectors(texts: Sequence[str], width: int = WIDTH) -> NDArray[np.float32]:
    """A unit vector that any change of the text changes."""
    rows = [
        np.frombuffer(hashlib.shake_256(text.encode()).digest(width), dtype=np.uint8).astype(np.float32)
        - 127.5
        for text in texts
    ]
    return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


def check_whole(
    corpus: Corpus, snapshot: Snapshot | None = None, texts: dict[str, str] | None = None
) -> None:
    """The snapshot is what the texts say: documents, units, attachments and vectors."""
    snapshot = snapshot or corpus.snapshot()
    texts = corpus.texts if texts is None else texts
    usable = {name: text for name, text in texts.items() if not text.startswith("!")}
    assert {document.name: document.text for document in snapshot.documents} == usable
    assert [document.id for document in snapshot.documents] == sorted(
        document.id for document in snapshot.documents
    )
    for document in snapshot.documents:
        units = snapshot.units(document.id)
        assert [unit.text for unit in units] == document.text.split("\n")
        assert all(document.text[unit.start : unit.end] == unit.text for unit in units)
        assert np.allclose(
            corpus.vectors(snapshot, document.id), vectors([u.text for u in units], corpus.width), atol=1e-6
        )
        assert snapshot.attachment(document.id).decode().endswith(document.text)


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below ``folder`` with its time of change and its content."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def rows(corpus: Corpus) -> AbstractContextManager[Any]:
    """The current collection of Chroma."""
    store = corpus.snapshot()._lease.manifest.store
    return LocalRows(corpus.data / "index")._collection(corpus.data / "index" / "rows" / store)


def stored_keys(corpus: Corpus) -> set[str]:
    """The rows in the current store, live or not."""
    with rows(corpus) as collection:
        return set(collection.get(include=[])["ids"])


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = Corpus(tmp_path / "data")
    corpus.texts = {"b.md": "One.\nTwo.", "a.md": "Three.\nFour ½.\nOne."}
    return corpus


def test_nothing_is_written_before_the_first_sync(corpus: Corpus) -> None:
    assert corpus.index.snapshot() is None
    assert not corpus.data.exists()


def test_a_first_sync_holds_everything(corpus: Corpus) -> None:
    assert corpus.sync() == SyncReport(added=("a.md", "b.md"))
    check_whole(corpus)
    assert sorted(corpus.encoded) == ["Four ½.", "One.", "Three.", "Two."]  # a shared text only once
    document = corpus.snapshot().documents[0]
    assert document == corpus.document("a.md")


def test_add_change_remove_rename(corpus: Corpus) -> None:
    corpus.texts["c.md"] = "Five."
    corpus.sync()
    corpus.texts = {"a.md": "Three.\nFour!", "d.md": "Five.", "e.md": "Six.", "b.md": corpus.texts["b.md"]}
    assert corpus.sync() == SyncReport(
        added=("d.md", "e.md"), changed=("a.md",), removed=("c.md",), unchanged=("b.md",)
    )
    assert sorted(corpus.encoded) == ["Four!", "Six."]  # a rename and a kept line embed nothing
    assert sorted(corpus.read) == ["a.md", "d.md", "e.md"]
    check_whole(corpus)


def test_changed_text_leaves_no_old_text_behind(corpus: Corpus) -> None:
    # Peers keep the old text beside the new one; Chroma's add keeps the old text under an old id.
    corpus.sync()
    for number in range(3):
        corpus.texts["a.md"] = f"Version {number}."
        corpus.sync()
    check_whole(corpus)
    live = {u.key for d in corpus.snapshot().documents for u in corpus.snapshot().units(d.id)}
    previous = {corpus.index.unit("Version 1.", 0, 0).key}
    assert stored_keys(corpus) == live | previous  # two generations of rows, no more


def test_where_nothing_changed_nothing_is_read_embedded_or_written(corpus: Corpus) -> None:
    corpus.texts["bad.md"] = "!none"
    corpus.sync()
    before = state(corpus.data)
    for again in (corpus, Corpus(corpus.data)):
        again.texts = corpus.texts
        report = again.sync()
        assert report.unchanged == ("a.md", "b.md")
        assert report.rejected == {"bad.md": "bad.md has no date: none"}
        assert (again.read, again.encoded) == (["bad.md"], [])
    assert state(corpus.data) == before
    check_whole(corpus)


def test_a_rejected_file_does_not_stop_the_others(corpus: Corpus) -> None:
    corpus.sync()
    corpus.texts |= {"a.md": "!gone", "c.md": "New."}
    report = corpus.sync()
    assert report == SyncReport(
        added=("c.md",), unchanged=("b.md",), rejected={"a.md": "a.md has no date: gone"}
    )
    check_whole(corpus)
    assert corpus.snapshot().is_current(corpus.sources())
    assert corpus.snapshot().rejected == report.rejected
    corpus.texts["a.md"] = "Back."
    assert corpus.sync().added == ("a.md",)
    check_whole(corpus)


def test_a_rejected_file_is_tried_again_though_its_bytes_are_the_same(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.texts["c.md"] = "!reader is missing"
    assert "c.md" in corpus.sync().rejected
    plain = corpus.document

    def reader_is_there_now(name: str) -> Document:
        if name != "c.md":
            return plain(name)
        return replace(plain("b.md"), id="c", name="c.md")

    monkeypatch.setattr(corpus, "document", reader_is_there_now)
    assert corpus.sync() == SyncReport(added=("c.md",), unchanged=("a.md", "b.md"))


def test_two_files_of_one_id_keep_the_first_by_name_whatever_came_first(tmp_path: Path) -> None:
    one, other = Corpus(tmp_path / "one"), Corpus(tmp_path / "other")
    one.texts = other.texts = {"a.txt": "Second."}
    other.sync()
    one.texts = other.texts = {"a.txt": "Second.", "a.md": "First."}
    for corpus in (one, other):
        rejected = corpus.sync().rejected
        assert list(rejected) == ["a.txt"]
        assert "a.md" in rejected["a.txt"]
    assert one.snapshot().generation == other.snapshot().generation


def test_another_embedder_embeds_again_even_at_another_width(corpus: Corpus) -> None:
    # Peers fail on the width, or skip everything because the files are the same.
    corpus.sync()
    held = corpus.snapshot()
    other = Corpus(corpus.data, embedder="e2", width=16)
    other.texts = corpus.texts
    assert other.sync() == SyncReport(changed=("a.md", "b.md"))
    assert len(other.encoded) == 4
    check_whole(other)
    check_whole(corpus, held)
    assert other.snapshot().fingerprint != held.fingerprint
    assert not other.snapshot().made_with(corpus.index.fingerprint, "a1")


def test_another_analysis_builds_again_but_embeds_nothing(corpus: Corpus) -> None:
    corpus.sync()
    other = Corpus(corpus.data, analysis="a2")
    other.texts = corpus.texts
    assert other.sync() == SyncReport(changed=("a.md", "b.md"))
    assert other.encoded == []
    assert other.snapshot().attachment("b") == b"a2 One.\nTwo."


def test_equal_corpora_have_equal_generations_however_they_came_about(corpus: Corpus, tmp_path: Path) -> None:
    corpus.texts["z.md"] = "Gone soon."
    corpus.sync()
    del corpus.texts["z.md"]
    corpus.sync()
    fresh = Corpus(tmp_path / "fresh")
    fresh.texts = dict(reversed(corpus.texts.items()))
    fresh.sync()
    assert fresh.snapshot().generation == corpus.snapshot().generation
    fresh.texts["b.md"] += "\nMore."
    fresh.sync()
    assert fresh.snapshot().generation != corpus.snapshot().generation


def test_a_held_snapshot_stays_as_it_is_however_many_syncs_follow(corpus: Corpus) -> None:
    corpus.sync()
    held, texts = corpus.snapshot(), dict(corpus.texts)
    for number in range(4):
        corpus.texts = {f"new{number}.md": f"Other {number}."}
        corpus.sync()
    check_whole(corpus, held, texts)  # first read only now
    assert not held.is_current(corpus.sources())
    check_whole(corpus)
    first = {unit.key for name in ("a", "b") for unit in held.units(name)}
    assert first <= stored_keys(corpus)
    del held
    corpus.texts["more.md"] = "More."
    corpus.sync()
    assert not first & stored_keys(corpus)  # and goes when nobody holds it
    folders = [p.name for p in (corpus.data / "index" / "documents").iterdir()]
    assert len(folders) == 2


def test_one_snapshot_object_while_nothing_changes(corpus: Corpus) -> None:
    corpus.sync()
    first = corpus.snapshot()
    corpus.sync()
    assert corpus.snapshot() is first
    corpus.texts["c.md"] = "New."
    corpus.sync()
    assert corpus.snapshot() is not first


def test_an_emptied_corpus_and_a_document_without_units(corpus: Corpus) -> None:
    corpus.sync()
    corpus.texts = {"empty.md": ""}
    corpus.build = lambda document: Built(())  # type: ignore[method-assign]
    assert corpus.sync().removed == ("a.md", "b.md")
    assert corpus.snapshot().units("empty") == ()
    assert len(corpus.snapshot().vectors("empty")) == 0
    corpus.texts = {}
    assert corpus.sync().removed == ("empty.md",)
    assert corpus.snapshot().documents == ()
    with pytest.raises(KeyError):
        corpus.snapshot().units("a")


def test_more_rows_than_one_batch(corpus: Corpus) -> None:
    corpus.texts = {f"d{number}.md": "\n".join(f"{number} {n}." for n in range(450)) for number in range(3)}
    seen: list[tuple[str, int, int]] = []
    corpus.sync(lambda *step: seen.append(step))
    check_whole(corpus)
    assert [step for step in seen if step[0] == "read"] == [("read", n, 3) for n in (1, 2, 3)]
    assert seen[-1] == ("embed", 1350, 1350)


def test_rows_carry_the_document_and_a_date_that_chroma_can_compare(corpus: Corpus) -> None:
    corpus.sync()
    with rows(corpus) as collection:
        found = collection.get(where={"published": {"$lte": 20250918}}, include=["metadatas", "documents"])
        assert collection.configuration_json["hnsw"]["space"] == "cosine"
    assert sorted(found["documents"]) == ["Four ½.", "One.", "Three.", "Two."]
    assert {row["document_id"] for row in found["metadatas"]} == {"a", "b"}


@pytest.mark.parametrize(
    "rows", [np.zeros((2, 8)), np.full((2, 8), np.nan), np.zeros((1, 8)), np.ones(8)], ids=str
)
def test_rows_that_are_no_unit_vectors_are_refused(corpus: Corpus, rows: NDArray[np.float32]) -> None:
    corpus.texts = {"a.md": "One.\nTwo."}
    with pytest.raises(ValueError, match="encode gave"):
        corpus.index.sync(corpus.sources(), corpus.build, lambda _: rows, "a1")
    assert corpus.index.snapshot() is None


def test_a_key_that_does_not_say_the_text_is_refused(corpus: Corpus) -> None:
    corpus.build = lambda document: Built((Unit("0" * 64, "One.", 0, 4),))  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="keyed"):
        corpus.sync()


def test_errors_of_the_callers_parts_are_not_taken_for_the_data_folders(corpus: Corpus) -> None:
    def unreachable(texts: Sequence[str]) -> NDArray[np.float32]:
        raise ConnectionError("the embedding server is gone")

    with pytest.raises(ConnectionError):
        corpus.index.sync(corpus.sources(), corpus.build, unreachable, "a1")
    corpus.sync()
    check_whole(corpus)
