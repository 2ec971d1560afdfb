"""The same questions over the same files, taken in the other way round: answers may not depend on it.

Files are added one after the other, the last published first, with a sync after each, as a user's folder
grows; the usual run takes in all at once, in order of name.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eval.faults import EvalError
from eval.recording import Asked, Recording
from eval.run import Engine, OpenEngine
from rag.corpus import read_document, scan


def reversing(open_engine: OpenEngine) -> OpenEngine:
    """The same engine, over a copy of the corpus that came in the other way round."""

    @contextmanager
    def opened(corpus_dir: Path, data_dir: Path, llm: str) -> Iterator[Engine]:
        with tempfile.TemporaryDirectory(prefix="stated-reversed-") as name:
            folder = Path(name)
            with open_engine(folder, data_dir, llm) as engine:
                for file in _last_first(corpus_dir):
                    target = folder / file
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(corpus_dir / file, target)
                    engine.sync()
                yield engine

    return opened


def _last_first(corpus_dir: Path) -> list[str]:
    files = scan([corpus_dir])
    dated = [(read_document(path, name).published, name) for name, path in files.items()]
    return [name for _, name in sorted(dated, reverse=True)]


def differences(usual: Recording, other: Recording) -> list[str]:
    """One line for each question whose whole answer differs in anything but the seconds that it took.

    Raises:
        EvalError: the recordings are not of the same questions.
    """
    if set(usual.ids) != set(other.ids):
        raise EvalError("Two recordings of different questions cannot be compared.")
    found = []
    for id_ in usual.ids:
        one, two = (recording.asked.get(id_) for recording in (usual, other))
        if one is None or two is None:
            found.append(f"{id_}: asked in one order only")
        elif parts := _differing(one, two):
            found.append(f"{id_}: {one.text} ({', '.join(parts)})")
    return found


def _differing(one: Asked, two: Asked) -> list[str]:
    if one.answer is None or two.answer is None:
        return [] if (one.answer, one.crash) == (two.answer, two.crash) else ["crash"]
    first, second = one.answer.to_dict(), two.answer.to_dict()
    return [name for name in first if name != "seconds" and first[name] != second[name]]
