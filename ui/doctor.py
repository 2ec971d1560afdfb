"""``stated doctor``: one line per part of the installation, and how to mend it."""

from __future__ import annotations

import os
import platform
from argparse import Namespace
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import StatedError
from rag.settings import Settings
from ui.render import printable

if TYPE_CHECKING:
    from ui.commands import Tools


def run(_options: Namespace, _tools: Tools) -> int:
    """Check every part; 1 where one needs mending."""
    settings = Settings()
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("Python", _python),
        ("packages", _packages),
        ("documents", _documents),
        ("data folder", _data_folder),
        ("index", _index),
        ("parser", _parser),
        ("embedder", _embedder),
        ("cross-encoder", _cross_encoder),
        ("language model", _language_model),
    )
    code = 0
    for name, check in checks:
        try:
            print(f"ok      {name}: {printable(check(settings))}")
        except StatedError as error:
            print(f"MEND    {name}: {printable(str(error))}")
            code = 1
    return code


def _python(_settings: Settings) -> str:
    return platform.python_version()


def _packages(_settings: Settings) -> str:
    """Compare what is installed with the exact pins of this package's own metadata."""
    try:
        pins = [line.split(";")[0].strip() for line in requires("stated") or [] if "extra ==" not in line]
    except PackageNotFoundError:
        raise StatedError("stated itself is not installed: run `make` or `pip install -e .`.") from None
    wrong = []
    for pin in pins:
        name, _, wanted = pin.partition("==")
        try:
            found = version(name).split("+")[0]  # "2.13.0+cpu" is 2.13.0
        except PackageNotFoundError:
            found = "missing"
        if found != wanted:
            wrong.append(f"{name} is {found}, not {wanted}")
    if wrong:
        raise StatedError(f"{'; '.join(wrong)}: run `make` again.")
    return f"{len(pins)} as pinned"


def _documents(settings: Settings) -> str:
    folder = settings.corpus_path
    if not folder.is_dir():
        raise StatedError(f"{folder} is no folder: mend STATED_CORPUS_DIR.")
    kinds = {".md", ".txt", ".html", ".htm", ".pdf"}
    count = sum(path.suffix.lower() in kinds and path.name != "README.md" for path in folder.rglob("*"))
    if not count:
        raise StatedError(f"{folder} holds no document: put Markdown, text, HTML or PDF files there.")
    return f"{count} in {folder}"


def _data_folder(settings: Settings) -> str:
    folder = settings.data_path
    nearest = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not nearest.is_dir():
        raise StatedError(f"{nearest} is a file: mend STATED_DATA_DIR.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise StatedError(f"{nearest} cannot be written: change its rights, or set STATED_DATA_DIR.")
    return f"{folder}" if folder.exists() else f"{folder} (made by the first sync)"


def _parser(_settings: Settings) -> str:
    from rag import weights

    return f"{weights.parser_path().name}, files as pinned"


def _embedder(settings: Settings) -> str:
    if settings.embedder:
        return f"{settings.embedder} (STATED_EMBEDDER)"
    from rag import weights

    weights.embedder_path()
    return "all-MiniLM-L6-v2, files as pinned"


def _cross_encoder(settings: Settings) -> str:
    if not settings.cross_encoder:
        return "none is wanted: near misses stand in the embedder's order"
    from rag.reranking import load_reranker

    load_reranker(settings)
    return f"{settings.cross_encoder} (STATED_CROSS_ENCODER)"


def _index(settings: Settings) -> str:
    if not settings.chroma_url:
        return "in the data folder"
    from rag.chroma import Server

    with Server.named_by(settings).client():
        return f"at the Chroma server {settings.chroma_url}"


def _language_model(settings: Settings) -> str:
    if settings.llm == "none":
        return "none is wanted: answers are quotes"
    if settings.llm == "openai":
        return f"the server at {settings.llm_base_url} (not asked)"
    from rag import weights

    path: Path = weights.resolve_llm(settings)
    return f"{path}"
