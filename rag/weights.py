"""Where model files come from: fixed places, each file checked against a pinned digest.

Nothing here downloads anything except ``pull``.  Small files (up to 1 MB) are hashed at every call;
a larger one is hashed once, and its size, time stamp and digest are remembered in the cache folder,
so that it is hashed again only after it changed.  The digests are in ``weights.toml``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rag.errors import WeightsError
from rag.settings import Settings

_TABLE = Path(__file__).with_name("weights.toml")
_SMALL_FILE_BYTES = 1_000_000
_GGUF_MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A language model in one GGUF file.

    ``hub_repo`` and ``hub_file`` are its official place; ``part_package`` (with ``{n}`` for 1 to
    ``parts``) and ``part_version`` are packages that carry the same bytes in pieces.  Neither has to
    be trusted: only bytes with this ``sha256`` are installed.
    """

    name: str
    file: str
    bytes: int
    sha256: str
    licence: str
    hub_repo: str
    hub_file: str
    part_package: str
    part_version: str
    parts: int

    @property
    def part_packages(self) -> tuple[str, ...]:
        """The part packages in order."""
        return tuple(self.part_package.format(n=n) for n in range(1, self.parts + 1))


@contextmanager
def loading(what: str, mend: str) -> Iterator[None]:
    """Says in one line that a model's files are missing, damaged or of another kind.

    Args:
        what: the model, as a sentence begins with it.
        mend: what can be done.

    Raises:
        WeightsError: what is done inside could not read them.
    """
    # Here, not above: of all commands only those that load a model need it.
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise WeightsError(f"{what} cannot be loaded ({str(error).splitlines()[0]}): {mend}") from error


def cache_path() -> Path:
    """``$XDG_CACHE_HOME/stated``, else ``~/.cache/stated``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stated"


def parser_path() -> Path:
    """Folder of the spaCy pipeline en_core_web_sm 3.8.0, every file checked.

    Raises:
        WeightsError: its package is not installed, or a file differs from the pinned one.
    """
    return _packaged("parser")


def embedder_path() -> Path:
    """Folder of the sentence embedder all-MiniLM-L6-v2, every file checked.

    Raises:
        WeightsError: its package is not installed, or a file differs from the pinned one.
    """
    return _packaged("embedder")


def models() -> tuple[ModelFile, ...]:
    """The language models that can be pulled by name; the first is the default."""
    return tuple(ModelFile(**row) for row in _table()["models"])


def find(name: str) -> ModelFile:
    """The model of that name.

    Raises:
        WeightsError: there is none; the message lists the names.
    """
    for model in models():
        if model.name == name:
            return model
    names = ", ".join(model.name for model in models())
    raise WeightsError(f"There is no model {name!r}; choose one of {names}.")


def installed(name: str) -> Path | None:
    """The model's file in the cache, or None where it is absent or does not match its digest.

    Raises:
        WeightsError: the name is unknown.
    """
    model = find(name)
    path = model_path(model)
    if not path.is_file() or path.stat().st_size != model.bytes:
        return None
    return path if file_digest(path) == model.sha256 else None


def model_path(model: ModelFile) -> Path:
    """Where the model's file lies once it is installed."""
    return cache_path() / "models" / model.file


def pull(name: str, progress: Callable[[int, int], None] | None = None) -> Path:
    """Fetch a model into the cache, unless it is there: from the official hub, else from packages.

    Args:
        name: one of ``models()``.
        progress: called with the bytes fetched so far and the bytes of the whole file.

    Raises:
        WeightsError: unknown name, no network, disk full, wrong digest, or another pull of the same
            model is running.  What was fetched is kept, and the next pull goes on from there.
    """
    from rag.pulling import fetch  # network clients are slow to import, and asking never needs them

    model = find(name)
    return installed(name) or fetch(model, model_path(model), progress)


def resolve_llm(settings: Settings) -> Path:
    """The GGUF file for the embedded backend: the user's own, else the named or default model.

    A file of the user's own is not digest-checked; it only has to be GGUF.

    Raises:
        WeightsError: the file is missing or damaged; the message names the command that mends it.
    """
    if settings.llm_path:
        return _own_file(Path(settings.llm_path).expanduser())
    name = settings.llm_model or models()[0].name
    path = installed(name)
    if path is None:
        raise WeightsError(f"Model {name} is not installed or is damaged: run `stated models pull {name}`.")
    return path


def file_digest(path: Path) -> str:
    """The sha256 of a file; of a large one as remembered while size and time stamp stay the same."""
    state = path.stat()
    stamp = f"{state.st_size}:{state.st_mtime_ns}:{state.st_ino}"
    small = state.st_size <= _SMALL_FILE_BYTES
    known = {} if small else _remembered()
    entry = known.get(str(path.resolve()), {})
    if entry.get("stamp") == stamp:
        return str(entry["sha256"])
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if not small:
        _remember({**known, str(path.resolve()): {"stamp": stamp, "sha256": digest}})
    return digest


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


def _packaged(key: str) -> Path:
    row = _table()[key]
    spec = importlib.util.find_spec(row["package"])  # finds the folder without running the package
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(f"The {key}'s files are not installed: run `{row['install']}`.")
    folder = Path(spec.submodule_search_locations[0]) / str(row["folder"])
    check_files(folder, row["files"], f"run `{row['install']} --force-reinstall --no-deps`")
    return folder


def check_files(folder: Path, digests: dict[str, str], mend: str) -> None:
    """Compare every named file of a folder with its pinned digest.

    Raises:
        WeightsError: a file is missing or differs; the message ends with ``mend``.
    """
    for name, expected in digests.items():
        path = folder / name
        if not path.is_file():
            raise WeightsError(f"The model file {folder.name}/{name} is missing: {mend}.")
        if file_digest(path) != expected:
            raise WeightsError(f"The model file {folder.name}/{name} is not the pinned one: {mend}.")


def _own_file(path: Path) -> Path:
    try:
        with path.open("rb") as stream:
            magic = stream.read(len(_GGUF_MAGIC))
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise WeightsError(f"Cannot read the model file {path} ({reason}): mend STATED_LLM_PATH.") from None
    if magic != _GGUF_MAGIC:
        raise WeightsError(f"The model file {path} is not in GGUF format: mend STATED_LLM_PATH.")
    return path


def _remembered() -> dict[str, dict[str, str]]:
    try:
        known = json.loads((cache_path() / "checked.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # never checked, or a damaged note: hash again
    return known if isinstance(known, dict) else {}


def _remember(known: dict[str, dict[str, str]]) -> None:
    target = cache_path() / "checked.json"
    partial = target.with_name(f"checked.{os.getpid()}.json")
    with suppress(OSError):  # a cache that cannot be written only means hashing again
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(known), encoding="utf-8")
        partial.replace(target)
