"""A benchmark as a table for a terminal, and as a page with a plot that needs nothing else."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.bench_result import ENGINES, AtSize, Benchmark, Measured, aims, percentile, ratios

_FOLDER = Path(__file__).resolve().parent / "templates"
_WIDTH, _HEIGHT = 420.0, 240.0
_HEAD = ("corpus", "engine", "cold s", "warm p50 ms", "warm p95 ms", "sync units/s", "peak MB")


def table(run: Benchmark) -> str:
    """The whole run in lines of text."""
    rows = [_HEAD, *(_row(size, name) for size in run.sizes for name in ENGINES)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [f"{run.machine}; load {run.load:.1f} as it began"]
    lines += ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    for size in run.sizes:
        lines += ["", f"{size.name}: stated against the others, median [10th, 90th percentile] of pairs"]
        lines += [f"  {name}: {ratio}" for name, ratio in ratios(size).items()]
    if run.model:
        lines += ["", f"with {run.model_name}, shipped corpus"]
        lines += [f"  {name}: {_model_line(found)}" for name, found in run.model.items()]
    lines.append("")
    for aim in aims(run):
        lines.append(f"{'met' if aim.met else 'NOT MET'}: {aim.name}: {aim.found:.3g} (aim {aim.wanted:g})")
    return "\n".join([*lines, *(f"note: {note}" for note in run.notes)])


def _row(size: AtSize, name: str) -> tuple[str, ...]:
    found = size.engines[name]
    return (
        f"{size.name} ({size.units:,})", name, f"{statistics.median(found.cold):.2f}" if found.cold else "-",
        f"{percentile(found.warm, 0.5) * 1e3:.1f}", f"{percentile(found.warm, 0.95) * 1e3:.1f}",
        f"{size.units / statistics.median(found.sync):.0f}", f"{found.peak_bytes / 1e6:.0f}",
    )  # fmt: skip


def _model_line(found: Measured) -> str:
    line = f"whole answer p50 {percentile(found.warm, 0.5):.2f} s, p95 {percentile(found.warm, 0.95):.2f} s"
    if found.first_words:
        line += f"; first words p50 {percentile(found.first_words, 0.5):.2f} s"
    return line


def page(run: Benchmark) -> str:
    """The same with its plots, as one HTML file."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    panels = [
        _panel(run, "warm answer, p50, ms", lambda _, found: percentile(found.warm, 0.5) * 1e3),
        _panel(run, "warm answer, p95, ms", lambda _, found: percentile(found.warm, 0.95) * 1e3),
        _panel(run, "sync, units a second", lambda size, found: size.units / statistics.median(found.sync)),
        _panel(run, "peak memory, MB", lambda _, found: found.peak_bytes / 1e6),
    ]
    return environment.get_template("bench.html").render(
        run=run, table=table(run), panels=panels, width=_WIDTH, height=_HEIGHT, engines=ENGINES
    )


def _panel(run: Benchmark, title: str, value: Callable[[AtSize, Measured], float]) -> dict[str, Any]:
    """Lines over the number of units, both axes logarithmic: what grows in proportion is straight."""
    sizes = sorted(run.sizes, key=lambda size: size.units)
    found = {name: [value(size, size.engines[name]) for size in sizes] for name in ENGINES}
    every = [number for numbers in found.values() for number in numbers]
    across, up = _scale([s.units for s in sizes], _WIDTH), _scale(every, _HEIGHT)
    lines = []
    for name in ENGINES:
        points = [
            {"x": across(s.units), "y": round(_HEIGHT - up(v), 1), "value": f"{v:.3g}", "units": s.units}
            for s, v in zip(sizes, found[name], strict=True)
        ]
        lines.append({"name": name, "points": points})
    labels = [{"x": across(size.units), "text": f"{size.units:,}"} for size in sizes]
    return {
        "title": title,
        "lines": lines,
        "labels": labels,
        "most": f"{max(every):.3g}",
        "least": f"{min(every):.3g}",
    }


def _scale(values: Sequence[float], length: float) -> Callable[[float], float]:
    logs = [math.log(max(value, 1e-9)) for value in values]
    low, span = min(logs), (max(logs) - min(logs)) or 1.0
    return lambda value: round((math.log(max(value, 1e-9)) - low) / span * length, 1)
