"""One evaluation in several processes: each takes a corpus at a time, and what they record is one file."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from eval.faults import EvalError
from eval.questions import Question, corpus_folder
from eval.recording import append_answers
from eval.run import answer, begin, by_corpus

# Read by OpenMP when PyTorch is loaded. Processes that each take every core stand in one another's way.
_THREADS = "OMP_NUM_THREADS"


def answer_in_processes(
    questions: Sequence[Question], file: Path, processes: int, *, llm: str = "none"
) -> None:
    """Asks all questions like ``eval.run.answer``, several corpora at once.

    The recording is the same but for the seconds: who asks beside others waits for a core.

    Args:
        questions: what to ask.
        file: the recording; an older one is replaced.
        processes: how many at once, from 1; no more than there are corpora are started.
        llm: ``none``, ``embedded`` or ``openai``.

    Raises:
        EvalError: there are no questions, a document was rejected, or a process died.
        StatedError: the engine could not start.
    """
    groups = by_corpus(questions)
    if processes == 1 or len(groups) < 2:
        return answer(questions, file, llm=llm)
    processes = min(processes, len(groups))
    begin(questions, file, llm=llm, processes=processes)
    # Not forked: a fork inherits the locks of PyTorch's threads as they happen to be.
    spawned = multiprocessing.get_context("spawn")
    before = os.environ.get(_THREADS)
    os.environ.setdefault(_THREADS, str(max(1, (os.cpu_count() or 1) // processes)))
    parts: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="stated-eval-parts-") as folder:
        try:
            with ProcessPoolExecutor(processes, mp_context=spawned) as pool:
                # What takes longest first, so that it is not begun when the others are done.
                largest = sorted(groups, key=lambda corpus: -_work(corpus, groups[corpus]))
                parts = [Path(folder, f"{number}.jsonl") for number in range(len(largest))]
                asked = [
                    pool.submit(answer, groups[corpus], part, llm=llm)
                    for corpus, part in zip(largest, parts, strict=True)
                ]
                for done in asked:
                    done.result()
        except BrokenProcessPool:
            raise EvalError(
                "A process that asked was ended from outside: run it again, with fewer."
            ) from None
        finally:
            # An interrupted run loses nothing that was answered.
            with file.open("a", encoding="utf-8") as out:
                for part in filter(Path.exists, parts):
                    append_answers(part, out)
            if before is None:
                os.environ.pop(_THREADS, None)


def _work(corpus: str, questions: Sequence[Question]) -> int:
    """Every question is held against every sentence."""
    return len(questions) * sum(file.stat().st_size for file in corpus_folder(corpus).rglob("*.md"))
