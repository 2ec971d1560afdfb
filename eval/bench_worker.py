"""One engine in a process of its own, so that its memory is its own; it is told what to do over pipes.

``python -m eval.bench_worker NAME CORPUS UNITS LLM MODEL`` reads one JSON list a line (``["ask", "…"]``) and
answers each with one JSON value.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from eval.faults import EvalError


class Worker:
    """A running process; calls wait for its answer.  A context manager: leaving it ends the process."""

    def __init__(self, name: str, corpus: Path, units: Path, llm: str = "none", model: str = "") -> None:
        self._name = name
        words = [name, str(corpus), str(units), llm, model]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "eval.bench_worker", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.terminate()
        self._process.wait()

    def __call__(self, *words: str) -> Any:
        """What the engine answers.

        Raises:
            EvalError: the process ended.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(words) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # told below, where its answer is missing
        line = self._process.stdout.readline()
        if not line:
            raise EvalError(f"The measurement of {self._name} broke off: its own words are above.")
        return json.loads(line)


def main() -> int:
    """Do what is asked until the pipe is closed."""
    from eval.bench_engines import opened, peak_bytes

    name, corpus, units, llm, model = sys.argv[1:]
    # Whatever a library prints must not stand between our lines.
    out, sys.stdout = sys.stdout, sys.stderr
    engine: Any = opened(name, Path(corpus), Path(units), llm, model)
    for line in sys.stdin:
        verb, *words = json.loads(line)
        answer: Any
        if verb == "memory":
            answer = peak_bytes()
        elif verb == "ask":
            answer = [engine.ask(words[0]), getattr(engine, "first_words", None)]
        else:
            answer = getattr(engine, verb)(Path(words[0]))
        out.write(json.dumps(answer) + "\n")
        out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
