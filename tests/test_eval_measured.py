"""Figures that a run writes down, and how they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval import cli
from eval.faults import EvalError
from eval.measured import FOLDER, LABELS, Measurement, read, title, typed
from eval.rates import Rate

KEPT = sorted(file for file in FOLDER.glob("*.json") if file.stem != "bench")  # of `stated bench`


def measurement() -> Measurement:
    shares = {name: Rate(1, 2).to_dict() for name in LABELS["answers"]}
    figures = {**shares, "balanced": 0.5, "balanced_right": None, "p50": 0.25, "crashed": 3}
    machine, command = "Linux, 2 cores", "stated eval --public a.json"
    return Measurement("answers", 7, command, "2026-11-27T01:02:03+00:00", machine, {"stated": figures})


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    measurement().write(tmp_path / "new" / "m.json")
    assert read(tmp_path / "new" / "m.json") == measurement()


def test_it_tells_when_where_and_how() -> None:
    head, where, _, columns, _, *rows = measurement().told().splitlines()
    assert head.strip() == "`stated eval --public a.json`"
    assert where == "7 questions, 27 November 2026, Linux, 2 cores, on the CPU:"
    assert columns == "| measure | stated |"
    assert [row.split(" | ")[1].removesuffix(" |") for row in rows] == [
        "50.0%", "no cases", *["50.0% [9.5%, 90.5%] 1/2"] * 4, "0.25", "3"
    ]  # fmt: skip


@pytest.mark.parametrize("raw", [None, "{", "[]", '{"kind": "answers"}'])
def test_what_is_no_measurement_is_named(tmp_path: Path, raw: str | None) -> None:
    if raw is not None:
        (tmp_path / "m.json").write_text(raw, encoding="utf-8")
    with pytest.raises(EvalError, match=r"^m\.json is no measurement"):
        read(tmp_path / "m.json")


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["--public", "/a/b c.json", "--report", "/x"], "stated eval --public 'b c.json'"),
        (["--public=/a/b.json", "--report=/x", "--seed", "2"], "stated eval --public=b.json --seed 2"),
        (["--answers", "a.jsonl", "--held-back"], "stated eval --held-back"),
    ],
)
def test_a_command_is_told_without_this_machines_folders(arguments: list[str], command: str) -> None:
    assert typed(arguments) == command


def test_a_peer_is_named_with_its_one_model() -> None:
    assert title("engine", ["engine: small", "engine: small"]) == "engine: small"
    assert title("engine", ["engine: small", "engine: large"]) == title("engine", []) == "engine"
    assert title("stated", ["none"]) == "stated"


@pytest.mark.parametrize("file", KEPT, ids=[file.stem for file in KEPT])
def test_what_is_kept_can_be_shown_and_run_again(file: Path) -> None:
    kept = read(file)
    assert kept.told()
    assert kept.command.startswith("stated eval ")
    cli.run_parser().parse_args(kept.command.split()[2:])
