"""What stops an evaluation before it has a result."""

from __future__ import annotations

from rag.errors import StatedError


class EvalError(StatedError):
    """The evaluation could not run; the message says what to mend (exit code 2)."""
