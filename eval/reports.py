"""Writes a result down: report.json, report.html, junit.xml, summary.md, and what CI shows."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from eval.ci import annotation_lines, junit, markdown
from eval.measured import Measurement, title
from eval.page import render
from eval.result import Result, to_dict
from eval.summary import summarise
from eval.table import failures, table


def write_reports(result: Result, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
    """Writes all files into a folder, and the step summary where CI names a file for it.

    ``peer.json`` is written where a peer was asked too: what the README shows of it.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = to_dict(result)
    _write(folder / "report.json", json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    _write(folder / "report.html", render(data))
    _write(folder / "junit.xml", junit(result))
    _write(folder / "summary.md", markdown(result))
    if result.beside:
        _beside(result).write(folder / "peer.json")
    if step := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(step).open("a", encoding="utf-8") as out:
            out.write(markdown(result))


def terminal(result: Result, *, every_failure: bool, environment: Mapping[str, str] = os.environ) -> str:
    """What the command prints: figures, newly failing questions, failed gates, the verdict last."""
    parts = [table(result.scores)]
    for name, scores in result.beside.items():
        parts.append(f"beside it, {name}:\n{table(scores)}")
    if result.opinion:
        parts.append(f"opinion: {result.opinion}")
    if result.mutations:
        caught, tried = (sum(n[i] for n in result.mutations.values()) for i in (0, 1))
        parts.append(f"self-check: {caught} of {tried} spoilt answers caught")
    failing = [s for s in result.scores if s.failed]
    if every_failure and failing:
        parts.append(f"{len(failing)} questions failed:\n{failures(failing, limit=len(failing))}")
    if result.comparison is not None and (new := result.comparison.newly_failing):
        parts.append(f"{len(new)} newly failing since {result.comparison.blessed}:\n{failures(new)}")
    for breach in result.breaches:
        named = f"\n{failures(breach.failing)}" if breach.failing else ""
        parts.append(f"GATE FAILED: {breach.line}{named}")
    if environment.get("GITHUB_ACTIONS") == "true":
        parts.append("\n".join(annotation_lines(result)))
    parts += [f"note: {notice}" for notice in result.notices]
    return "\n\n".join([*filter(None, parts), result.verdict])


def _beside(result: Result) -> Measurement:
    recording = result.recording
    systems = {}
    for name, scores in {recording.engine: result.scores, **result.beside}.items():
        whole = summarise(scores)
        shares = {measure: rate.to_dict() for measure, rate in whole.rates.items()}
        systems[title(name, whole.backends)] = {**shares, "p50": whole.p50}
    items = len(result.scores)
    return Measurement("peer", items, result.command, recording.started, recording.machine, systems)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", errors="replace")
