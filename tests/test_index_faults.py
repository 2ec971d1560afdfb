"""What must not happen to the index: killed syncs, two at once, damage, full and forbidden disks."""

from __future__ import annotations

import errno
import json
import logging
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.errors import IndexStateError
from rag.index import Index
from rag.records import SyncReport
from rag.settings import Settings
from tests.test_index import Corpus, check_whole, rows

# Children are forked from a process that has the imports and has never opened a store.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["chromadb", "llama_index.vector_stores.chroma", "tests.test_index_faults"])
NOBODY = 65534


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = Corpus(tmp_path / "data")
    corpus.texts = {"b.md": "One.\nTwo.", "a.md": "Three.\nFour."}
    corpus.sync()
    return corpus


def reopened(corpus: Corpus) -> Corpus:
    """As another process would find it."""
    again = Corpus(corpus.data)
    again.texts = corpus.texts
    return again


def sync_in_child(data: Path, texts: dict[str, str], batch: int, room: int = 0) -> SyncReport:
    """What a child process does."""
    import rag.rows
    import rag.syncing

    rag.syncing._BATCH = batch
    rag.rows.ROOM = room
    corpus = Corpus(data)
    corpus.texts = texts
    return corpus.sync()


def version(number: int) -> dict[str, str]:
    """A corpus that changes in part from number to number."""
    lines = [f"Line {n} of version {number if n % 3 else 0}." for n in range(360)]
    return {f"d{n}.md": "\n".join(lines[n::6]) for n in range(6)} | {f"only{number}.md": f"Only {number}."}


def fails_in_one_line(act: Callable[[], object], *words: str) -> None:
    with pytest.raises(IndexStateError) as caught:
        act()
    text = str(caught.value)
    assert "\n" not in text
    assert all(word in text for word in words), text


@pytest.mark.parametrize("runs", [10, pytest.param(100, marks=pytest.mark.long)])
def test_a_sync_killed_at_any_point_leaves_the_last_good_index_whole(tmp_path: Path, runs: int) -> None:
    data = tmp_path / "data"
    corpus = Corpus(data)
    corpus.texts = version(0)
    with ProcessPoolExecutor(1, mp_context=CHILDREN) as pool:  # the children's imports take no part
        pool.submit(sync_in_child, tmp_path / "other", version(0), 32).result()
    started = time.monotonic()
    child = CHILDREN.Process(target=sync_in_child, args=(data, corpus.texts, 32))
    child.start()
    child.join()
    assert child.exitcode == 0
    full = time.monotonic() - started
    chance = random.Random(7)
    killed = 0
    for number in range(1, runs + 1):
        old, new = version(number - 1), version(number)
        child = CHILDREN.Process(target=sync_in_child, args=(data, new, 32))
        child.start()
        time.sleep(full * chance.uniform(0.1, 1.0))
        child.kill()
        child.join()
        killed += child.exitcode == -signal.SIGKILL
        corpus = Corpus(data)
        corpus.texts = new
        swapped = corpus.snapshot().is_current(corpus.sources())
        check_whole(corpus, texts=new if swapped else old)
        corpus.sync()
        check_whole(corpus)
        assert not list(data.rglob("*.tmp"))
    assert killed >= runs / 2  # otherwise this test has tested nothing


def test_two_syncs_at_once_both_end_well(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path / "data")
    corpus.texts = version(1)
    with ProcessPoolExecutor(3, mp_context=CHILDREN) as pool:
        reports = [pool.submit(sync_in_child, corpus.data, corpus.texts, 64) for _ in range(3)]
        kinds = sorted((len(r.result().added), len(r.result().unchanged)) for r in reports)
    assert kinds == [(0, 7), (0, 7), (7, 0)]
    check_whole(corpus)


def test_readers_see_whole_generations_while_another_process_syncs(tmp_path: Path) -> None:
    # An open Chroma client fails on vectors that another process added ("Error finding id").
    corpus = Corpus(tmp_path / "data")
    corpus.texts = version(1)
    corpus.sync()
    held = corpus.snapshot()
    seen: set[str] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            again = Corpus(corpus.data)
            snapshot = again.snapshot()
            number = next(d.id for d in snapshot.documents if d.id.startswith("only"))[4:]
            check_whole(again, snapshot, version(int(number)))
            seen.add(snapshot.generation)

    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(1, mp_context=CHILDREN) as pool:
        readers = [threads.submit(read) for _ in range(2)]
        try:
            for number in (2, 3, 4):
                pool.submit(sync_in_child, corpus.data, version(number), 64).result()
        finally:
            done.set()
        for reader in readers:
            reader.result()
    check_whole(corpus, held, version(1))
    check_whole(corpus, texts=version(4))
    assert seen


def test_a_thread_that_waits_for_another_sync_gives_up_in_one_line(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.datafolder import exclusive

    monkeypatch.setattr("rag.index.LOCK_SECONDS", 0.1)
    corpus.texts["c.md"] = "New."
    with exclusive(corpus.data / "index" / "writer.lock", 1):
        fails_in_one_line(corpus.sync, "try again")
    assert corpus.sync().added == ("c.md",)


def damage_pointer(index: Path) -> None:
    (index / "current.json").write_text("{")


def damage_manifest(index: Path) -> None:
    path = next((index / "manifests").iterdir())
    path.write_bytes(path.read_bytes()[:-20])


def lose_manifest(index: Path) -> None:
    shutil.rmtree(index / "manifests")


def alter_document(index: Path) -> None:
    for path in (index / "documents").iterdir():
        path.write_bytes(path.read_bytes().replace(b"Three", b"Seven"))


def lose_units(index: Path) -> None:
    shutil.rmtree(index / "units")


def lose_rows(index: Path) -> None:
    shutil.rmtree(index / "rows")


def damage_rows(index: Path) -> None:
    for path in (index / "rows").rglob("chroma.sqlite3"):
        path.write_bytes(b"no database at all" * 100)


def forget_schema(index: Path) -> None:
    (index.parent / "schema.json").write_text('{"schema": 0}')


@pytest.mark.parametrize(
    "damage",
    [
        damage_pointer,
        damage_manifest,
        lose_manifest,
        alter_document,
        lose_units,
        lose_rows,
        damage_rows,
        forget_schema,
    ],
)
def test_damage_is_said_in_one_line_and_mended_by_the_next_sync(
    corpus: Corpus, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    damage(corpus.data / "index")
    fails_in_one_line(lambda: check_whole(reopened(corpus)), "stated sync", "damaged")
    with caplog.at_level(logging.WARNING):
        reopened(corpus).sync()
    assert "damaged" in caplog.text
    check_whole(reopened(corpus))
    assert reopened(corpus).sync().unchanged == ("a.md", "b.md")


def test_lost_rows_are_noticed_and_only_they_are_embedded_again(corpus: Corpus) -> None:
    lost = corpus.index.unit("Two.", 0, 4).key
    with rows(corpus) as collection:
        collection.delete(ids=[lost])
    fails_in_one_line(lambda: corpus.snapshot().vectors("a"), "1 of 4 vectors", "stated sync")
    again = reopened(corpus)
    assert again.sync().unchanged == ("a.md", "b.md")
    assert again.encoded == ["Two."]
    check_whole(again)


def test_a_newer_data_folder_is_refused_and_left_alone(corpus: Corpus) -> None:
    (corpus.data / "schema.json").write_text('{"schema": 2}')
    fails_in_one_line(lambda: Index.open(Settings(data_dir=corpus.data), "e1"), "newer")
    fails_in_one_line(corpus.index.snapshot, "newer")
    corpus.texts["c.md"] = "New."
    fails_in_one_line(corpus.sync, "newer")
    assert json.loads((corpus.data / "schema.json").read_text()) == {"schema": 2}


def test_a_file_where_the_data_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    fails_in_one_line(lambda: Corpus(tmp_path / "data"), "not a folder")


def test_no_space_at_any_step_keeps_the_last_good_index(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = dict(corpus.texts)
    replace = Path.replace
    left = 0

    def run_out(self: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return replace(self, target)

    corpus.texts = old | {"a.md": "Changed.", "c.md": "New."}
    failed = 0
    while True:
        left = failed
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", run_out)
            try:
                corpus.sync()
                break
            except IndexStateError as error:
                assert "No space" in str(error)
        failed += 1
        assert not list(corpus.data.rglob("*.tmp"))
        check_whole(reopened(corpus), texts=old)
    assert failed >= 4
    check_whole(corpus)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=90m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


# With no room asked for beforehand, Chroma runs full in mid-write: then it cannot read either, until a
# copy elsewhere has the room.
@pytest.mark.parametrize(("free", "room"), [(1_000_000, 64_000_000), (1_000_000, 0), (6_000_000, 0)])
def test_a_disk_that_is_really_full_keeps_the_last_good_index(small_disk: Path, free: int, room: int) -> None:
    corpus = Corpus(small_disk / "data")
    corpus.texts = {"a.md": "One.\nTwo."}
    corpus.sync()
    old = dict(corpus.texts)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - free))
    corpus.texts["big.md"] = "\n".join(f"{n} " + "long " * 100 for n in range(2_500))
    with ProcessPoolExecutor(1, mp_context=CHILDREN) as pool:  # a store that crashes does so there
        sync = pool.submit(sync_in_child, corpus.data, corpus.texts, 512, room)
        fails_in_one_line(sync.result, *(["No space"] if room else []))
    check_whole(reopened(corpus), texts=old)
    filler.unlink()
    corpus = reopened(corpus)
    assert corpus.sync().added == ("big.md",)
    check_whole(corpus)


def use_as_nobody(data: Path, texts: dict[str, str]) -> list[str]:
    """What a user without the right to write can do; the errors he gets."""
    with tempfile.TemporaryDirectory() as scratch:
        sync_in_child(Path(scratch), texts, 8)  # imports what nobody may not be allowed to read
    if os.getuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    corpus = Corpus(data)
    corpus.texts = texts
    check_whole(corpus)
    assert corpus.sync().unchanged == ("a.md", "b.md")
    errors = []
    for folder in (data, data / "new"):
        other = Corpus(folder)
        other.texts = texts | {"c.md": "New."}
        try:
            other.sync()
        except IndexStateError as error:
            errors.append(str(error))
    return errors


def test_a_data_folder_that_may_not_be_written_can_be_read(corpus: Corpus) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "data"
        shutil.copytree(corpus.data, folder)
        for path in (Path(parent), folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            with ProcessPoolExecutor(1, mp_context=CHILDREN) as pool:
                errors = pool.submit(use_as_nobody, folder, corpus.texts).result()
        finally:
            for path in (Path(parent), folder, *folder.rglob("*")):
                path.chmod(0o755)
    assert len(errors) == 2
    assert all("cannot be used" in error and "\n" not in error for error in errors)
