"""One writer and many readers over a real Chroma server: one generation each, whatever happens to it."""

from __future__ import annotations

import hashlib
import http.server
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from rag import Assistant, Settings, StatedError
from rag.chroma import Server
from rag.errors import IndexStateError
from rag.index import Built, Snapshot
from rag.records import Document
from rag.vault import Vault
from tests.team_fixtures import ChromaServer, chroma_server, free_port
from tests.test_index import Corpus, check_whole
from tests.test_index_faults import CHILDREN, fails_in_one_line, version


class TeamCorpus(Corpus):
    """Vectors as the assistant reads them: beside the index, where a fetch has put them."""

    def vectors(self, snapshot: Snapshot, document_id: str) -> NDArray[np.float32]:
        return self.index.copies.vectors(snapshot, document_id)


TEXTS = {"b.md": "One.\nTwo.", "a.md": "Three.\nFour ½.\nOne."}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def server(running: ChromaServer, monkeypatch: pytest.MonkeyPatch) -> ChromaServer:
    """Empty, and looked at each time."""
    monkeypatch.setattr("rag.index._LOOK_SECONDS", 0.0)
    monkeypatch.setattr("rag.index._GONE_SECONDS", 0.0)
    with named(running).client() as client:
        for collection in client.list_collections():
            client.delete_collection(collection.name)
    return running


@pytest.fixture
def writer(server: ChromaServer, tmp_path: Path) -> Corpus:
    corpus = TeamCorpus(tmp_path / "writer", chroma_url=server.url)
    corpus.texts = dict(TEXTS)
    corpus.sync()
    return corpus


def reader(server: ChromaServer, folder: Path) -> Corpus:
    """Another machine's: it has nothing but the server's address."""
    return TeamCorpus(folder, chroma_url=server.url, chroma_role="reader")


def named(server: ChromaServer) -> Server:
    return Server(server.url, "default_tenant", "default_database")


def test_a_reader_needs_nothing_but_the_server(server: ChromaServer, writer: Corpus, tmp_path: Path) -> None:
    other = reader(server, tmp_path / "reader")
    check_whole(other, texts=TEXTS)
    check_whole(writer)
    assert other.snapshot().generation == writer.snapshot().generation
    assert not (tmp_path / "writer" / "index" / "rows").exists()  # the vectors are at the server
    assert other.index.fetch().unchanged == ("a.md", "b.md")


def test_a_reader_follows_and_what_it_holds_stays(
    server: ChromaServer, writer: Corpus, tmp_path: Path
) -> None:
    other = reader(server, tmp_path / "reader")
    held = other.snapshot()
    for number in range(4):
        writer.texts = TEXTS | {"b.md": f"Version {number}.", f"c{number}.md": "New."}
        writer.sync()
        check_whole(other, texts=writer.texts)
    check_whole(other, held, TEXTS)
    report = reader(server, tmp_path / "reader").index.fetch()
    assert report.unchanged == ("a.md", "b.md", "c3.md")
    with named(server).collection("stated-objects") as objects:
        kept = {record.partition(".")[0] for record in objects.get(include=[])["ids"]}  # type: ignore[union-attr]
    assert len(kept) < 20  # two generations of objects, no more


def test_a_fetch_tells_what_it_brought(server: ChromaServer, writer: Corpus, tmp_path: Path) -> None:
    other = reader(server, tmp_path / "reader")
    assert other.index.fetch().added == ("a.md", "b.md")
    writer.texts = {"a.md": "Changed.", "c.md": "New."}
    writer.sync()
    report = other.index.fetch()
    assert (report.added, report.changed, report.removed) == (("c.md",), ("a.md",), ("b.md",))


def test_a_server_that_is_gone_and_back_loses_nothing(
    server: ChromaServer, writer: Corpus, tmp_path: Path
) -> None:
    other = reader(server, tmp_path / "reader")
    other.snapshot()
    server.stop()
    try:
        check_whole(reader(server, tmp_path / "reader"), texts=TEXTS)  # vectors too, in a new process
        check_whole(other, texts=TEXTS)
        assert "does not answer" in other.index.unreached and "\n" not in other.index.unreached
        fails_in_one_line(reader(server, tmp_path / "new").index.snapshot, "does not answer", server.url)
        writer.texts["c.md"] = "New."
        fails_in_one_line(writer.sync, "does not answer", server.url)
        check_whole(writer, texts=TEXTS)
    finally:
        server.start()
    assert writer.sync().added == ("c.md",)
    check_whole(other, texts=writer.texts)
    assert other.index.unreached == ""


def test_a_server_that_lost_everything_is_filled_again(
    server: ChromaServer, writer: Corpus, tmp_path: Path
) -> None:
    server.wipe()
    fails_in_one_line(reader(server, tmp_path / "early").index.fetch, "Nothing is indexed", "stated sync")
    writer.sync()
    check_whole(reader(server, tmp_path / "reader"), texts=TEXTS)


def lose_rows(server: ChromaServer) -> None:
    with named(server).client() as client:
        for found in client.list_collections():
            if found.name.startswith("stated-rows-"):
                found.delete(ids=found.get(include=[])["ids"][:1])


def lose_an_object(server: ChromaServer) -> None:
    with named(server).collection("stated-objects") as objects:
        assert objects
        records = [record for record in objects.get(include=[])["ids"] if record.endswith(".0")]
        objects.delete(ids=records)


def alter_objects(server: ChromaServer) -> None:
    with named(server).collection("stated-objects") as objects:
        assert objects
        records = [record for record in objects.get(include=[])["ids"] if record.endswith(".0")]
        objects.upsert(
            ids=records, documents=["no such thing"] * len(records), embeddings=[[0.0, 1.0]] * len(records)
        )


def damage_the_pointer(server: ChromaServer) -> None:
    with named(server).collection("stated-objects") as objects:
        assert objects
        objects.upsert(ids=["current"], documents=["{"], embeddings=[[0.0, 0.0]])


@pytest.mark.parametrize("damage", [lose_rows, lose_an_object, alter_objects, damage_the_pointer])
def test_damage_at_the_server_is_one_line_and_mended_by_the_writers_next_sync(
    damage: Callable[[ChromaServer], None], server: ChromaServer, writer: Corpus, tmp_path: Path
) -> None:
    damage(server)
    other = reader(server, tmp_path / "reader")
    fails_in_one_line(other.index.snapshot, "damaged", "stated sync", "where it is written")
    writer.sync()
    check_whole(other, texts=TEXTS)
    check_whole(writer)


def test_the_first_to_write_stays_the_writer_unless_another_is_told_to(
    server: ChromaServer, writer: Corpus, tmp_path: Path
) -> None:
    other = TeamCorpus(tmp_path / "other", chroma_url=server.url)
    assert other.index.follows() and not writer.index.follows()
    taker = TeamCorpus(tmp_path / "taker", chroma_url=server.url, chroma_role="writer")
    assert not taker.index.follows()
    taker.texts = dict(TEXTS)
    assert taker.sync().unchanged == ("a.md", "b.md") and taker.encoded == []  # nothing is made twice
    assert (
        writer.index.follows() and not TeamCorpus(tmp_path / "taker", chroma_url=server.url).index.follows()
    )


def test_a_writer_whose_server_was_written_meanwhile_does_not_overwrite_it(
    server: ChromaServer, writer: Corpus, tmp_path: Path
) -> None:
    other = TeamCorpus(tmp_path / "other", chroma_url=server.url, chroma_role="writer")
    other.texts = {"z.md": "Zed."}
    writer.texts["c.md"] = "New."
    plain = writer.build

    def build(document: Document) -> Built:
        other.sync()
        return plain(document)

    writer.build = build  # type: ignore[method-assign]
    fails_in_one_line(writer.sync, "meanwhile", "STATED_CHROMA_ROLE=reader")
    check_whole(reader(server, tmp_path / "reader"), texts=other.texts)


def test_large_objects_are_cut_and_joined(server: ChromaServer) -> None:
    vault = Vault(named(server))
    noise = np.random.default_rng(1).bytes(4_000_000)  # over 400 records
    vault.put([noise, b"", b"small"])
    digests = [hashlib.sha256(data).hexdigest() for data in (noise, b"", b"small")]
    assert set(vault.get(digests).values()) == {noise, b"", b"small"}
    vault.sweep({digests[0]})
    assert vault.present(digests) == {digests[0]}
    assert vault.get(digests[:1])[digests[0]] == noise


def sync_at_server(data: Path, url: str, texts: dict[str, str]) -> None:
    """What a child process does."""
    corpus = TeamCorpus(data, chroma_url=url)
    corpus.texts = texts
    corpus.sync()


@pytest.mark.parametrize("runs", [4, pytest.param(40, marks=pytest.mark.long)])
def test_a_writer_killed_at_any_point_leaves_readers_a_whole_generation(
    server: ChromaServer, tmp_path: Path, runs: int
) -> None:
    data, chance, killed = tmp_path / "writer", random.Random(7), 0
    sync_at_server(data, server.url, version(0))
    for _ in range(2):  # the first one starts the children's server
        began = time.monotonic()
        child = CHILDREN.Process(target=sync_at_server, args=(data, server.url, version(99)))
        child.start()
        child.join()
        assert child.exitcode == 0
        full = time.monotonic() - began
        sync_at_server(data, server.url, version(0))
    other = reader(server, tmp_path / "reader")
    for number in range(1, runs + 1):
        child = CHILDREN.Process(target=sync_at_server, args=(data, server.url, version(number)))
        child.start()
        time.sleep(full * chance.uniform(0.1, 0.8))
        child.kill()
        child.join()
        killed += child.exitcode != 0
        seen = next(d.id for d in other.snapshot().documents if d.id.startswith("only"))
        assert int(seen[4:]) in (number - 1, number)
        check_whole(other, texts=version(int(seen[4:])))
        sync_at_server(data, server.url, version(number))
        check_whole(other, texts=version(number))
        check_whole(reader(server, tmp_path / f"new{number}"), texts=version(number))
    assert killed >= runs / 2  # otherwise this test has tested nothing


# ---- servers that are none ------------------------------------------------------------------------


class Odd(http.server.BaseHTTPRequestHandler):
    """Answers everything in one way."""

    status, body, seconds = 200, b"{}", 0.0
    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        time.sleep(self.seconds)
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def odd() -> Iterator[Callable[..., tuple[str, type[Odd]]]]:
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(**how: object) -> tuple[str, type[Odd]]:
        handler = type("OneWay", (Odd,), {**how, "seen": []})
        one = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(one)
        threading.Thread(target=one.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{one.server_port}", handler

    yield start
    for one in servers:
        one.shutdown()
        one.server_close()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"body": b"<html>hello</html>"}, "does not answer"),
        ({"status": 502, "body": b"bad gateway"}, "does not answer"),
        ({"status": 401, "body": b'{"error": "AuthError", "message": "401"}'}, "STATED_CHROMA_TOKEN"),
        ({"status": 403, "body": b"Forbidden"}, "STATED_CHROMA_TOKEN"),
        ({"status": 404, "body": b'{"error": "NotFoundError", "message": "no"}'}, "STATED_CHROMA_DATABASE"),
        ({"status": 404, "body": b"no such page"}, "does not answer"),
        ({"seconds": 3.0}, "does not answer"),
    ],
)
def test_a_server_that_is_none_is_one_line_in_time_and_tells_no_token(
    how: dict[str, object], words: str, odd: Callable[..., tuple[str, type[Odd]]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("rag.chroma._READ_SECONDS", 0.5)
    url, handler = odd(**how)
    corpus = TeamCorpus(tmp_path, chroma_url=url, chroma_token="tk-secret-9")
    began = time.monotonic()
    with pytest.raises(IndexStateError, match=words) as caught:
        corpus.sync()
    assert time.monotonic() - began < 2.5
    assert "tk-secret" not in str(caught.value) and "\n" not in str(caught.value)
    assert handler.seen and all(call["x-chroma-token"] == "tk-secret-9" for call in handler.seen)
    assert all(call["authorization"] == "Bearer tk-secret-9" for call in handler.seen)


def test_a_database_of_ones_own_keeps_two_indexes_apart(
    server: ChromaServer, writer: Corpus, tmp_path: Path
) -> None:
    made = httpx.post(f"{server.url}/api/v2/tenants/default_tenant/databases", json={"name": "other"})
    assert made.status_code in (200, 409)
    second = TeamCorpus(tmp_path / "second", chroma_url=server.url, chroma_database="other")
    second.texts = {"z.md": "Zed."}
    second.sync()
    check_whole(second)
    check_whole(reader(server, tmp_path / "reader"), texts=TEXTS)
    third = TeamCorpus(tmp_path / "third", chroma_url=server.url, chroma_database="nowhere")
    fails_in_one_line(third.sync, "no database 'nowhere'", "STATED_CHROMA_DATABASE")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"chroma_url": "http://me:pw@host"}, "STATED_CHROMA_TOKEN"),
        ({"chroma_role": "boss"}, "writer or reader"),
    ],
)
def test_settings_that_cannot_be_meant_are_one_line(given: dict[str, str], words: str) -> None:
    with pytest.raises(StatedError, match=words) as caught:
        Settings(**given)  # type: ignore[arg-type]
    assert "pw" not in str(caught.value)


def test_the_token_is_in_no_words_about_the_settings() -> None:
    settings = Settings(chroma_url="http://127.0.0.1:9", chroma_token="tk-secret-9")
    assert "tk-secret" not in repr(settings) + repr(Server.named_by(settings))
    assert settings.fingerprint() == Settings(chroma_url="http://127.0.0.1:9").fingerprint()


# ---- the whole assistant --------------------------------------------------------------------------

NOTE = "---\ntitle: Lamp\npublished: 2025-01-02\n---\nThe lamp of Quillona weighs 300 grams.\n"
LATER = "---\ntitle: Kite\npublished: 2025-02-02\n---\nThe kite of Quillona weighs 120 grams.\n"


def test_a_reader_answers_follows_and_changes_nothing(server: ChromaServer, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "lamp.md").write_text(NOTE)
    later = tmp_path / "kite.md"
    later.write_text(LATER)
    here = Settings(corpus_dir=corpus, data_dir=tmp_path / "w", llm="none", chroma_url=server.url)
    there = replace(here, corpus_dir=tmp_path / "none", data_dir=tmp_path / "r", chroma_role="reader")
    with Assistant(here) as writing, Assistant(there) as reading:
        with pytest.raises(StatedError, match="Nothing is indexed at the Chroma server"):
            reading.ask("How heavy is the lamp of Quillona?")
        writing.sync()
        answer = reading.ask("How heavy is the lamp of Quillona?")
        assert "300 grams" in answer.text and answer.notices == ()
        assert {**answer.to_dict(), "seconds": 0, "fingerprints": 0} == {
            **writing.ask(answer.question).to_dict(), "seconds": 0, "fingerprints": 0
        }  # fmt: skip
        for act in (lambda: reading.add(later), lambda: reading.remove("lamp.md")):
            with pytest.raises(StatedError, match="only reads"):
                act()
        assert not (tmp_path / "r" / "added" / "kite.md").exists()
        assert writing.add(later).added == ("kite.md",)
        assert "120 grams" in reading.ask("How heavy is the kite of Quillona?").text
        server.stop()
        try:
            gone = reading.ask("How heavy is the kite of Quillona?")
            assert "120 grams" in gone.text
            assert re.search(r"from the last index: The Chroma server .* does not answer", gone.notices[0])
        finally:
            server.start()
        assert reading.ask("How heavy is the kite of Quillona?").notices == ()


def test_a_reader_of_another_embedder_says_so(server: ChromaServer, writer: Corpus, tmp_path: Path) -> None:
    # The writer of this test has made-up vectors: to the shipped embedder, another one's.
    settings = Settings(data_dir=tmp_path / "r", chroma_url=server.url, chroma_role="reader", llm="none")
    with Assistant(settings) as reading, pytest.raises(StatedError, match="another embedder"):
        reading.ask("What is one?")


def test_a_first_question_without_the_server_is_one_line(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, llm="none", chroma_url=f"http://127.0.0.1:{free_port()}")
    with Assistant(settings) as lost, pytest.raises(StatedError, match="does not answer"):
        lost.ask("What is one?")
