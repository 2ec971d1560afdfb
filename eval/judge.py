"""``--judge``: a language model's opinion of each answer, told beside the exact measures; it gates nothing.

The model is shown the cited sentences and the answer, and asked whether the sentences carry all of it.  Small
models say yes to nearly everything, and large ones differ from run to run: so the opinion is reported with
its name and its doubts, and no gate can name it.  A reply that is not plainly yes or no counts as neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eval.rates import Rate
from eval.recording import Recording
from rag.records import Answer
from rag.settings import Settings
from rag.weights import resolve_llm

JUDGES = ("embedded", "openai")
Complete = Callable[[str], str]
Reader = tuple[str, Complete]
PROMPT = """\
Read the sources, then the answer to the question. Does the answer say anything that the sources do not say?

Sources:
{sources}

Question: {question}
Answer: {answer}

If the sources carry everything that the answer says, reply with the one word: yes
If the answer says more than the sources, or something else, reply with the one word: no"""
_REPLY = re.compile(r"\W*(yes|no)\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model made of the answers that cite something.

    ``carried`` are those of which it plainly said yes, of those of which it said yes or no; ``doubted`` are
    the ids of the others.  ``unclear`` replies were neither, ``failed`` ones did not come.
    """

    judge: str
    carried: Rate
    doubted: tuple[str, ...]
    unclear: int
    failed: int

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "judge": self.judge, "carried": self.carried.to_dict(), "doubted": list(self.doubted),
            "unclear": self.unclear, "failed": self.failed,
        }  # fmt: skip

    def __str__(self) -> str:
        """One line."""
        return (
            f"{self.judge} finds carried by their sources {self.carried} of the answers that cite; "
            f"{self.unclear} replies unclear, {self.failed} failed; this gates nothing"
        )


def opinion(recording: Recording, judge: str, complete: Complete) -> Opinion:
    """Asks a model about every recorded answer that cites something.

    Args:
        recording: the answers.
        judge: the model's name.
        complete: gives a model's reply to a prompt; whatever it raises is that one reply's failure.
    """
    replies: dict[str, bool] = {}
    unclear = failed = 0
    for id_, asked in recording.asked.items():
        if asked.answer is None or not asked.answer.citations:
            continue
        try:
            said = _REPLY.fullmatch(complete(prompt(asked.answer)))
        except Exception:  # noqa: BLE001 - one reply's failure is counted, and the others are still asked for
            failed += 1
            continue
        if said is None:
            unclear += 1
        else:
            replies[id_] = said[1].lower() == "yes"
    doubted = tuple(id_ for id_, carried in replies.items() if not carried)
    return Opinion(judge, Rate(len(replies) - len(doubted), len(replies)), doubted, unclear, failed)


def prompt(answer: Answer) -> str:
    """What the model is shown: every cited sentence once, the question, the answer's text."""
    sources = "\n".join(dict.fromkeys(f"- {citation.quote}" for citation in answer.citations))
    return PROMPT.format(sources=sources, question=answer.question, answer=answer.text)


def open_judge(kind: str) -> Reader:
    """A model's name, and how it is asked.

    Args:
        kind: ``embedded``, or ``openai`` for the server that the settings name.

    Raises:
        StatedError: the model is not there.
    """
    settings = Settings(llm=kind)
    if kind == "embedded":
        from eval.peer import EmbeddedModel

        model: Any = EmbeddedModel(resolve_llm(settings))
        name = model.metadata.model_name
    else:
        from llama_index.llms.openai_like import OpenAILike

        name = settings.llm_model or "default"
        model = OpenAILike(
            model=name, api_base=settings.llm_base_url, api_key=settings.llm_api_key or "none",
            is_chat_model=True, temperature=0.0, max_tokens=8, timeout=settings.timeout, max_retries=1,
        )  # fmt: skip
    return name, lambda text: str(model.complete(text))
