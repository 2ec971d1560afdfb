"""Logs as JSON lines on standard error, where they are asked for: one line an answer, never its question.

``--verbose`` or ``STATED_LOG`` (debug, info or warning) turns them on.  A line says what happened, not what
was asked or found, and secrets of the environment are taken out of whatever a library puts into one.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from rag.errors import StatedError

LOG_VARIABLE = "STATED_LOG"
LEVELS = ("debug", "info", "warning")
_OURS = ("rag", "ui", "eval")
_SECRETS = ("STATED_LLM_API_KEY", "STATED_CHROMA_TOKEN", "STATED_AUTH", "STATED_MCP_TOKEN")
_HIDDEN = "[hidden]"


class _JsonLines(logging.Formatter):
    """One record as one line; what was given as ``extra={"facts": {…}}`` stands beside its words."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        plain: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": self._without_secrets(record.getMessage()),
        }
        facts = getattr(record, "facts", None)
        if isinstance(facts, dict):
            plain |= facts
        if record.exc_info and record.exc_info[0]:
            # The type alone: the words of a defect may repeat the question.
            plain["exception"] = record.exc_info[0].__name__
        return json.dumps(plain, ensure_ascii=True, default=str)

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return text


def begin(verbose: bool, environment: Mapping[str, str]) -> None:
    """Turn logs on or, where nobody asks for them, off.

    Args:
        verbose: info at least.
        environment: ``STATED_LOG`` in it names a level.

    Raises:
        StatedError: it names none.
    """
    given = environment.get(LOG_VARIABLE, "").strip().lower()
    if given and given not in LEVELS:
        raise StatedError(f"{LOG_VARIABLE} must be one of {', '.join(LEVELS)}, not {given!r}.")
    level = min(_level(given), logging.INFO if verbose else logging.CRITICAL)
    for name in _OURS:
        logger = logging.getLogger(name)
        for handler in [h for h in logger.handlers if isinstance(h.formatter, _JsonLines)]:
            logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
        if level < logging.CRITICAL:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(_JsonLines(_secrets(environment)))
            logger.addHandler(handler)
            logger.setLevel(level)


def _level(name: str) -> int:
    return int(getattr(logging, name.upper())) if name else logging.CRITICAL


def _secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    found = [environment.get(name, "") for name in _SECRETS]
    found += [value.partition(":")[2] for value in found]  # a password without its name
    return tuple(sorted({value for value in found if len(value) > 3}, key=len, reverse=True))
