"""What programs may ask of a running page: four functions, the same over HTTP and as MCP tools."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import StatedError
from rag.records import Answer
from ui.dates import read_date
from ui.ledger_rows import ledger_rows
from ui.ledger_text import plain_rows

if TYPE_CHECKING:
    from rag import Assistant

MAX_HISTORY = 40
_TEXT = {"type": "string"}
_DAY = {
    "type": "string",
    "description": 'YYYY-MM-DD; only documents published by then count. "" means today.',
}


@dataclass(frozen=True, slots=True)
class Program:
    """One function: ``schema`` describes its arguments as JSON Schema."""

    function: Callable[..., Any]
    schema: dict[str, Any]

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def description(self) -> str:
        return (inspect.getdoc(self.function) or "").partition("\n")[0]


def programs(assistant: Assistant) -> tuple[Program, ...]:
    """The four functions over an assistant; each raises ``StatedError`` in one plain line."""

    def ask(question: str, as_of: str = "", history: list[str] | None = None) -> dict[str, Any]:
        """Answer a question: stated, undisclosed, not covered or partly so, with verbatim citations.

        Args:
            question: in English, at most 2,000 characters.
            as_of: YYYY-MM-DD; only documents published by then count. "" means today.
            history: earlier questions, oldest first; they resolve words such as "its".
        """
        earlier = _strings(history or [], "history")
        return assistant.ask(_text(question, "question"), read_date(_text(as_of, "as_of")), earlier).to_dict()

    def sources() -> list[dict[str, Any]]:
        """List the documents that answers come from, with date, kind, address and digest."""
        return [
            {
                "id": document.id, "title": document.title, "publisher": document.publisher,
                "published": document.published.isoformat(), "kind": document.kind.value,
                "url": document.url, "sha256": document.sha256, "characters": len(document.text),
            }
            for document in assistant.documents()
        ]  # fmt: skip

    def ledger(as_of: str = "") -> list[dict[str, Any]]:
        """List what each document date says of each detail: stated, undisclosed or not covered.

        Args:
            as_of: YYYY-MM-DD; only documents published by then count. "" means today.
        """
        return plain_rows(ledger_rows(assistant, read_date(_text(as_of, "as_of"))))

    def verify(receipt: dict[str, Any]) -> dict[str, Any]:
        """Recheck a saved answer, as `ask` gave it, against the documents; no model is used.

        Args:
            receipt: the whole answer.
        """
        try:
            answer = Answer.from_dict(receipt)
        except (ValueError, RecursionError) as error:
            raise StatedError(f"This is no saved answer: {' '.join(str(error).split())}.") from None
        checks = assistant.verify(answer)
        shown = [{"name": c.name, "passed": c.passed, "detail": c.detail} for c in checks]
        return {"verified": bool(checks) and all(check.passed for check in checks), "checks": shown}

    asking = {"question": _TEXT, "as_of": _DAY, "history": {"type": "array", "items": _TEXT}}
    return (
        Program(ask, _object(asking, "question")),
        Program(sources, _object({})),
        Program(ledger, _object({"as_of": _DAY})),
        Program(verify, _object({"receipt": {"type": "object"}}, "receipt")),
    )


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "required": list(required), "additionalProperties": False
    }  # fmt: skip


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise StatedError(f"{name} must be text.")
    return value


def _strings(value: Any, name: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise StatedError(f"{name} must be a list of texts.")
    return value[-MAX_HISTORY:]
