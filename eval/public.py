"""``stated eval --public FILE``: how the engine does where nothing was tuned; reported, never gated.

Several files of one kind are one measurement: CLAPNQ, say, keeps what can be answered apart from what
cannot, and only both together tell how well they are told apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.faults import EvalError
from eval.measured import Measurement, title
from eval.public_cosine import cosine
from eval.public_run import Outcome, ask_all, detect, figures
from eval.public_sets import MarkedAnswer, PublicItem, read_public, sample
from eval.rates import Rate
from eval.run import OpenEngine, machine


@dataclass(frozen=True, slots=True)
class PublicRun:
    """What to run: files of one kind, how much of each, who is asked, and by which command."""

    files: tuple[Path, ...]
    count: int | None
    seed: int
    llm: str
    engines: dict[str, OpenEngine]
    command: str


def run_public(run: PublicRun, folder: Path) -> str:
    """Runs it, and returns the table as Markdown.

    Writes into a folder: ``public.json`` with the figures, and ``public.jsonl`` with a line for every
    question and system, to look at what went wrong.

    Raises:
        EvalError: a file is of none of the known formats, or two are not of one kind.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    chosen = _chosen(run)
    lines: list[str] = []
    if isinstance(chosen[0], MarkedAnswer):
        kind, systems = "detector", {"verification": _plain(detect(chosen))}
    else:
        outcomes = _systems(run, chosen)
        kind, systems = "answers", {name: _figures(found) for name, found in outcomes.items()}
        lines = [_line(name, outcome) for name, found in outcomes.items() for outcome in found]
    measurement = Measurement(kind, len(chosen), run.command, started, machine(), systems)
    measurement.write(folder / "public.json")
    (folder / "public.jsonl").write_text("".join(lines), encoding="utf-8")
    return measurement.told()


def _chosen(run: PublicRun) -> list[Any]:
    chosen: list[Any] = []
    for file in run.files:
        items = read_public(file)
        if chosen and type(chosen[0]) is not type(items[0]):
            raise EvalError(f"{file.name} holds something else than {run.files[0].name}: run them apart.")
        chosen += sample(items, run.count, run.seed)
    return chosen


def _systems(run: PublicRun, chosen: list[PublicItem]) -> dict[str, list[Outcome]]:
    # Here, so that reading a file and its faults need no embedder.
    from rag.embedding import load_embedder
    from rag.settings import Settings

    encode = load_embedder(Settings(llm="none")).encode
    results = {name: ask_all(chosen, opened, run.llm, name) for name, opened in run.engines.items()}
    named = {title(name, (o.backend for o in found)): found for name, found in results.items()}
    return {**named, "cosine threshold": cosine(chosen, encode)}


def _figures(outcomes: list[Outcome]) -> dict[str, Any]:
    found = figures(outcomes)
    return {"balanced": found.balanced, "balanced_right": found.balanced_right, **_plain(found)}


def _plain(found: Any) -> dict[str, Any]:
    values = {field.name: getattr(found, field.name) for field in fields(found)}
    return {name: v.to_dict() if isinstance(v, Rate) else v for name, v in values.items()}


def _line(system: str, outcome: Outcome) -> str:
    item = outcome.item
    told = {
        "system": system, "id": item.id, "title": item.title, "question": item.question,
        "answerable": item.answerable, "gold": [item.text[start:end] for start, end in item.gold],
        "right": outcome.right, "got": outcome.got, "cited": outcome.cited, "near": outcome.near,
        "why": outcome.why, "seconds": round(outcome.seconds, 3), "crash": outcome.crash,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False) + "\n"
