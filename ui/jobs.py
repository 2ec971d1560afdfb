"""Work that goes on when the browser that started it is closed: one piece at a time, watched by the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rag.errors import StatedError

Tell = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much (0: not known)."""

Work = Callable[["Job"], str]
"""Does a job, says on it how far it is, and returns the result as HTML; may raise ``StatedError``."""

_LOOK_SECONDS = 0.2


class OvertakenError(Exception):
    """The next job need not wait: what this one still does is to tell of what it has done."""


@dataclass(slots=True)
class Job:
    """One piece of work; ``result`` is HTML, "" until it is done; ``so_far`` is what is certain before.

    Once there is ``so_far``, nothing that lasts is still to be done, and the next job may overtake this one.
    """

    title: str
    stage: str = ""
    done: int = 0
    total: int = 0
    so_far: str = ""
    result: str = ""
    failed: bool = False
    finished: threading.Event = field(default_factory=threading.Event)
    overtaken: threading.Event = field(default_factory=threading.Event)

    def tell(self, stage: str, done: int, total: int) -> None:
        """Say how far it is.

        Raises:
            OvertakenError: the next job waits for this one, and it may end.
        """
        if self.overtaken.is_set():
            raise OvertakenError
        self.stage, self.done, self.total = stage, done, total


class Desk:
    """Does one job at a time in a thread of its own; who looks in later sees the last one's result."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.job: Job | None = None

    def start(self, title: str, work: Work, failure: Callable[[str], str]) -> Job:
        """Begin a job.

        Args:
            title: what it is, for people.
            work: does it.
            failure: makes HTML of such an error's message.

        Raises:
            StatedError: another job is running, and does what lasts.
        """
        with self._lock:
            if self.job is not None and not self.job.finished.is_set():
                if not self.job.so_far:
                    raise StatedError(f"“{self.job.title}” is still running: wait until it has ended.")
                self.job.overtaken.set()
                self.job.finished.wait()
            job = self.job = Job(title)
        thread = threading.Thread(
            target=_run, args=(job, work, failure), name=f"stated {title}", daemon=False
        )
        thread.start()
        return job

    def watch(self, job: Job) -> Iterator[Job]:
        """The job again and again until it has ended; leaving early does not stop it."""
        while not job.finished.wait(_LOOK_SECONDS):
            yield job
        yield job


def _run(job: Job, work: Work, failure: Callable[[str], str]) -> None:
    started = time.monotonic()
    try:
        job.result = work(job)
    except StatedError as error:
        job.result, job.failed = failure(str(error)), True
    except OvertakenError:
        job.result = job.so_far
    finally:
        if not job.result:  # a defect: its traceback is on the terminal, the page must not wait for ever
            seconds = time.monotonic() - started
            job.result, job.failed = (
                failure(f"“{job.title}” ended after {seconds:.0f} s with a defect."),
                True,
            )
        job.finished.set()
