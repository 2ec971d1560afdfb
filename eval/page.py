"""The report to look at: one HTML file that needs nothing else, made by a template that escapes all text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.measures import MEASURES
from rag.records import Status

_FOLDER = Path(__file__).resolve().parent / "templates"
_TILES = (
    "status_right", "false_assertions", "coverage", "gold_cited", "citation_precision", "quote_integrity",
    "unsupported", "polarity_right", "kind_right", "speaker_right", "history_right",
)  # fmt: skip
_PLOT_WIDTH, _PLOT_HEIGHT = 640.0, 120.0


def render(data: dict[str, Any]) -> str:
    """The page of a report.

    Args:
        data: what ``eval.result.to_dict`` gives.
    """
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    whole = data["groups"]["all"]
    return environment.get_template("report.html").render(
        data=data,
        whole=whole,
        measures=[m for m in MEASURES if m.name in _TILES],
        columns=[*map(str, Status), "crashed"],
        statuses=list(map(str, Status)),
        confusion={(c["wanted"], c["got"]): c["count"] for c in whole["confusion"]},
        categories={n.removeprefix("category "): g for n, g in data["groups"].items() if _is(n)},
        areas={n: g for n, g in data["groups"].items() if not _is(n)},
        questions=sorted(data["questions"], key=_first),
        plot=_plot([q for q in data["questions"] if q["seconds"] is not None and not q["warm_up"]]),
        style=(_FOLDER / "report.css").read_text(encoding="utf-8"),
        script=(_FOLDER / "report.js").read_text(encoding="utf-8"),
    )


def _is(name: str) -> bool:
    return name.startswith("category ")


def _first(question: dict[str, Any]) -> tuple[bool, bool, bool]:
    """Questions that broke a gate stand first, then those that fail newly, then the other failing ones."""
    return not question["gates"], not question["new"], not question["failed"]


def _plot(questions: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Each question's seconds as a point, slowest right; None where nothing was timed."""
    if not questions:
        return None
    ordered = sorted(questions, key=lambda q: q["seconds"])
    most = max(ordered[-1]["seconds"], 1e-6)
    step = _PLOT_WIDTH / max(len(ordered) - 1, 1)
    points = [
        {
            "x": round(number * step, 1),
            "y": round(_PLOT_HEIGHT * (1 - q["seconds"] / most), 1),
            "id": q["id"],
            "seconds": q["seconds"],
        }
        for number, q in enumerate(ordered)
    ]
    return {"width": _PLOT_WIDTH, "height": _PLOT_HEIGHT, "most": most, "points": points}
