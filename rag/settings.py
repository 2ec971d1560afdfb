"""One frozen ``Settings``; the environment is read in one function."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from rag.errors import StatedError

# Limits, in one place (design, section 3).
MAX_QUESTION_CHARACTERS = 2_000
MAX_FILE_BYTES = 20_000_000
BACKENDS = ("none", "embedded", "openai")
ROLES = ("", "writer", "reader")
SECRETS = ("llm_api_key", "chroma_token")

_SHIPPED_CORPUS = Path(__file__).resolve().parent.parent / "corpus"
# What changes the index: a different value makes the old rows stale.  The rest only changes asking.
_INDEX_FIELDS = ("embedder",)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and which parts are used.  An argument left None is read from the environment.

    Attributes:
        corpus_dir: folder of documents (``STATED_CORPUS_DIR``; default the current folder's
            ``corpus/`` if it exists, else the shipped one).
        data_dir: folder for the index and added documents (``STATED_DATA_DIR``; ``.stated``).
        llm: ``none``, ``embedded`` or ``openai`` (``STATED_LLM``; ``none``).
        llm_base_url: of an OpenAI-compatible server, for ``openai`` (``STATED_LLM_BASE_URL``).
        llm_model: a model's name (``STATED_LLM_MODEL``): for ``embedded`` one of ``stated models``.
        llm_api_key: secret; never in fingerprints, logs or answers (``STATED_LLM_API_KEY``).
        llm_path: a GGUF file of your own for ``embedded`` (``STATED_LLM_PATH``).
        llm_timeout: seconds for a whole wording before the quotes are used (``STATED_LLM_TIMEOUT``).
        embedder: "" for the shipped all-MiniLM-L6-v2, else a local path or hub id
            (``STATED_EMBEDDER``).
        cross_encoder: "" for none, else a local path or hub id (``STATED_CROSS_ENCODER``).
        chroma_url: "" for the local store, else a Chroma server that holds the index for several
            machines (``STATED_CHROMA_URL``).
        chroma_role: ``writer`` or ``reader`` there; "" for the writer until another data folder has
            written (``STATED_CHROMA_ROLE``).
        chroma_tenant: at the server (``STATED_CHROMA_TENANT``; ``default_tenant``).
        chroma_database: one index each (``STATED_CHROMA_DATABASE``; ``default_database``).
        chroma_token: secret, as ``llm_api_key`` is (``STATED_CHROMA_TOKEN``).
    """

    corpus_dir: str | Path | None = None
    data_dir: str | Path | None = None
    llm: str | None = None
    llm_base_url: str | None = None
    llm_model: str | None = None
    llm_api_key: str | None = None
    llm_path: str | None = None
    llm_timeout: float | None = None
    embedder: str | None = None
    cross_encoder: str | None = None
    chroma_url: str | None = None
    chroma_role: str | None = None
    chroma_tenant: str | None = None
    chroma_database: str | None = None
    chroma_token: str | None = None

    def __post_init__(self) -> None:
        for name, value in read_environment(os.environ).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        if self.llm not in BACKENDS:
            raise StatedError(f"llm must be one of {', '.join(BACKENDS)}, not {self.llm!r}.")
        if self.chroma_role not in ROLES:
            raise StatedError(f"STATED_CHROMA_ROLE must be writer or reader, not {self.chroma_role!r}.")
        if self.chroma_url and "@" in self.chroma_url:
            raise StatedError("STATED_CHROMA_URL must not hold a password: set STATED_CHROMA_TOKEN.")
        if self.llm == "openai" and not self.llm_base_url:
            raise StatedError("llm 'openai' needs STATED_LLM_BASE_URL, e.g. http://127.0.0.1:8080/v1.")

    def __repr__(self) -> str:
        shown = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in SECRETS}
        return f"Settings({', '.join(f'{k}={v!r}' for k, v in shown.items())})"

    @property
    def corpus_path(self) -> Path:
        return Path(self.corpus_dir or _SHIPPED_CORPUS)

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir or ".stated")

    @property
    def timeout(self) -> float:
        return float(self.llm_timeout if self.llm_timeout is not None else 60.0)

    def fingerprint(self) -> str:
        """Digest of all but paths, secrets and who writes: equal settings, equal fingerprint."""
        skip = {*SECRETS, "corpus_dir", "data_dir", "chroma_role"}
        return _digest({f.name: str(getattr(self, f.name)) for f in fields(self) if f.name not in skip})

    def index_fingerprint(self) -> str:
        """Digest of the settings that shape the index."""
        return _digest({name: str(getattr(self, name)) for name in _INDEX_FIELDS})


def read_environment(environment: Mapping[str, str]) -> dict[str, str | float]:
    """The settings that the environment gives, defaults filled in.

    Raises:
        StatedError: ``STATED_LLM_TIMEOUT`` is not a positive number.
    """
    local = Path("corpus")
    values: dict[str, str | float] = {
        "corpus_dir": environment.get("STATED_CORPUS_DIR")
        or str(local if local.is_dir() else _SHIPPED_CORPUS),
        "data_dir": environment.get("STATED_DATA_DIR") or ".stated",
        "llm": environment.get("STATED_LLM") or "none",
    }
    for name in (
        "llm_base_url",
        "llm_model",
        "llm_api_key",
        "llm_path",
        "embedder",
        "cross_encoder",
        "chroma_url",
        "chroma_role",
        "chroma_tenant",
        "chroma_database",
        "chroma_token",
    ):
        values[name] = environment.get(f"STATED_{name.upper()}", "")
    raw = environment.get("STATED_LLM_TIMEOUT") or "60"
    try:
        values["llm_timeout"] = float(raw)
    except ValueError:
        raise StatedError(f"STATED_LLM_TIMEOUT must be a number of seconds, not {raw!r}.") from None
    if not float(values["llm_timeout"]) > 0:
        raise StatedError(f"STATED_LLM_TIMEOUT must be a positive number of seconds, not {raw!r}.")
    return values


def _digest(values: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
