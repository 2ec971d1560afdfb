"""Prompts are data (``prompts.toml``); their variables are checked when the module builds them.

One prompt: word one finding from its cited evidence.  Questions, documents and quotes are data
inside it: they stand between delimiters, and text that imitates a delimiter or a chat template's
control mark is made harmless first.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from rag.records import ClaimKind, Verdict

_FILE = Path(__file__).with_name("prompts.toml")
_DUTIES = (*(kind.value for kind in ClaimKind), Verdict.UNDISCLOSED.value)
# A tag, a closing tag or a control mark such as <|im_end|>, <s>, [INST]; "<5 ms" stays as it is.
# The full-width bar is the one that DeepSeek's templates use.
_MARK = re.compile(
    r"<(?=[A-Za-z/|!?\uff5c])|(?<=[|\uff5c])>|\[(?=/?(?:INST|SYS|AVAILABLE_|TOOL_))", re.IGNORECASE
)
_HARMLESS = {"<": "\u2039", ">": "\u203a", "[": "("}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat: ``role`` is ``system``, ``user`` or ``assistant``."""

    role: str
    content: str


def word_finding(
    *,
    question: str,
    verdict: Verdict,
    kind: ClaimKind,
    speaker: str,
    evidence: tuple[str, ...],
    subject: str,
    detail: str,
) -> tuple[Message, ...]:
    """The chat that asks for one sentence in which a finding is worded.

    Raises:
        ValueError: there is nothing to word: the verdict is ``not_covered`` or no evidence is given.
    """
    if verdict is Verdict.NOT_COVERED or not evidence:
        raise ValueError("Only a finding with evidence can be worded.")
    duty = verdict.value if verdict is Verdict.UNDISCLOSED else kind.value
    prompt = _prompt()
    values = {"question": question, "subject": subject, "detail": detail, "speaker": speaker}
    messages = [Message("system", prompt["system"].strip())]
    for example in prompt["examples"]:
        messages.append(Message("user", _user(prompt, example["duty"], example, example["evidence"])))
        messages.append(Message("assistant", example["answer"]))
    messages.append(Message("user", _user(prompt, duty, values, evidence)))
    return tuple(messages)


def fingerprint() -> str:
    """Digest of every prompt: it changes when a word of one does."""
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()[:16]


def neutralise(text: str) -> str:
    """The text on one line, with whatever could pass for a delimiter or control mark made harmless."""
    single = _CONTROL.sub(" ", text).strip()
    return _MARK.sub(lambda found: _HARMLESS[found.group()], single)


def check_prompt(prompt: Mapping[str, Any]) -> None:
    """Check that a prompt is whole.

    Raises:
        ValueError: a variable is declared and not used, or used and not declared, or a duty is missing.
    """
    used = {name for part in ("system", "user") for name in Template(prompt[part]).get_identifiers()}
    if odd := used ^ set(prompt["variables"]):
        raise ValueError(f"Prompt variables used and declared differ: {sorted(odd)}")
    if set(prompt["duties"]) != set(_DUTIES):
        raise ValueError(f"Prompt duties must be {sorted(_DUTIES)}, not {sorted(prompt['duties'])}")
    for example in prompt["examples"]:
        missing = {*prompt["variables"], "answer"} - set(example)
        if missing or example["duty"] not in _DUTIES:
            raise ValueError(f"Prompt example is not whole: {sorted(missing) or example['duty']}")


@cache
def _prompt() -> dict[str, Any]:
    prompt: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["word_finding"]
    check_prompt(prompt)
    return prompt


def _user(prompt: Mapping[str, Any], duty: str, values: Mapping[str, str], evidence: tuple[str, ...]) -> str:
    safe = {name: neutralise(values[name]) or "none" for name in ("question", "subject", "detail", "speaker")}
    lines = "\n".join(f"- {neutralise(quote)}" for quote in evidence)
    return Template(prompt["user"]).substitute(safe, evidence=lines, duty=prompt["duties"][duty]).strip()
