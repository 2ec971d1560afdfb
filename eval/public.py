"""``stated eval --public FILE``: how the engine does where nothing was tuned; reported, never gated."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from eval.public_run import Detection, Figures, ask_all, cosine, detect, figures
from eval.public_sets import MarkedAnswer, PublicItem, read_public, sample
from eval.rates import Rate
from eval.run import OpenEngine

_ROWS = {
    "balanced": "balanced accuracy of answerability", "answered": "answered, of the answerable",
    "refused": "refused, of the unanswerable", "on_gold": "gold sentence cited, of the answerable",
    "right": "right in all", "p50": "seconds a question, p50", "crashed": "crashed",
}  # fmt: skip
_DETECTED = {
    "precision": "marked, of the sentences rejected", "recall": "rejected, of the marked",
    "through": "let through, of the marked", "accepted": "accepted, of all sentences",
    "bad_among_accepted": "marked, of the sentences accepted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicRun:
    """What to run: a file, how much of it, and who is asked."""

    file: Path
    count: int | None
    seed: int
    llm: str
    engines: dict[str, OpenEngine]


def run_public(run: PublicRun, folder: Path) -> str:
    """Runs it, writes ``public.json`` into a folder, and returns the table as Markdown.

    Raises:
        EvalError: the file is of none of the known formats.
    """
    chosen = sample(read_public(run.file), run.count, run.seed)
    head = f"{run.file.name}: {len(chosen)} items" + (f", seed {run.seed}" if run.count else "")
    if isinstance(chosen[0], MarkedAnswer):
        found = detect(chosen)
        data: dict[str, Any] = {"verification": _detection(found)}
        lines = ["| verification as a detector | share |", "|---|---|"]
        lines += [f"| {label} | {getattr(found, name)!s} |" for name, label in _DETECTED.items()]
    else:
        results = _systems(run, chosen)
        data = {name: _figures(found) for name, found in results.items()}
        lines = ["| measure | " + " | ".join(results) + " |", "|---|" + "---|" * len(results)]
        for name, label in _ROWS.items():
            lines.append(
                f"| {label} | " + " | ".join(_cell(found, name) for found in results.values()) + " |"
            )
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "file": run.file.name,
        "items": len(chosen),
        "sample": run.count,
        "seed": run.seed,
        "systems": data,
    }
    (folder / "public.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return "\n".join([head, "", *lines])


def _systems(run: PublicRun, chosen: list[PublicItem]) -> dict[str, Figures]:
    # Here, so that reading a file and its faults need no embedder.
    from rag.embedding import load_embedder
    from rag.settings import Settings

    encode = load_embedder(Settings(llm="none")).encode
    results = {name: figures(ask_all(chosen, opened, run.llm, name)) for name, opened in run.engines.items()}
    return {**results, "cosine threshold": figures(cosine(chosen, encode))}


def _cell(found: Figures, name: str) -> str:
    value = getattr(found, name)
    if value is None:
        return "no cases"
    if name == "balanced":
        return f"{value:.1%}"
    return f"{value:.2f}" if name == "p50" else str(value)


def _figures(found: Figures) -> dict[str, Any]:
    return {"balanced": found.balanced, **_plain(found)}


def _detection(found: Detection) -> dict[str, Any]:
    return _plain(found)


def _plain(found: Any) -> dict[str, Any]:
    values = {field.name: getattr(found, field.name) for field in fields(found)}
    return {name: v.to_dict() if isinstance(v, Rate) else v for name, v in values.items()}
