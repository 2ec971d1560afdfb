"""What stops an evaluation before it has a result."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rag.errors import StatedError


class EvalError(StatedError):
    """The evaluation could not run; the message says what to mend (exit code 2)."""


def exit_code(program: str, run: Callable[[], int]) -> int:
    """What ``run`` returns; 2 with one plain line where it could not run, 130 where it was interrupted."""
    try:
        return run()
    except (StatedError, OSError, ImportError) as fault:
        print(f"{program}: {' '.join(str(fault).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return 130
