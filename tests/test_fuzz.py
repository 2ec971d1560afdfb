"""Whatever lies in a file, only our own errors come out: a short run always, a long one of 100,000."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import StatedError
from rag.records import Answer
from tests.conftest import make_answer
from tests.test_corpus import PDF, markup, read_or_reject
from ui.commands import _saved_answer

SHORT, LONG = 40, 25_000
RECEIPT = json.dumps(make_answer("What is the lamp made of?").to_dict())
lengths = pytest.mark.parametrize("examples", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])

yaml_parts = st.lists(
    st.sampled_from(
        "--- ... title: published: kind: url: 2025-01-02 2025-13-40 &a *a !!python/object: | > [ ] { } , ? ! "
        "' \" # % @ : - ~ null 1e999 0x10 \\x00 <<: \ufeff \u2028 \x85 é".split(" ")
    )
    | st.sampled_from(["\n", " ", "\t", "\r", "  - ", ": ", "article"])
    | st.text(max_size=4),
    max_size=30,
)
# A stretch of a file replaced by other bytes, again and again.
damage = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.integers(0, 60), st.binary(max_size=12)), min_size=1, max_size=4
)


def damaged(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, taken_out, put_in in changes:
        place %= len(data) + 1
        data = data[:place] + put_in + data[place + taken_out :]
    return data


def run(examples: int, strategy: st.SearchStrategy[Any], check: Callable[[Any], None]) -> None:
    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=examples == SHORT,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def each(value: Any) -> None:
        check(value)

    each()


@lengths
def test_front_matter(examples: int, tmp_path: Path) -> None:
    def check(parts: list[str]) -> None:
        text = f"---\n{''.join(parts)}\n---\nText."
        read_or_reject(tmp_path, text.encode("utf-8", "replace"), ".md")

    run(examples, yaml_parts, check)


@lengths
def test_html(examples: int, tmp_path: Path) -> None:
    def check(parts: list[str]) -> None:
        read_or_reject(tmp_path, "".join(parts).encode("utf-8", "replace"), ".html")

    run(examples, st.lists(st.text(max_size=6) | st.sampled_from(MARKS), max_size=40) | markup, check)


MARKS = (
    '<p>|<p class="|<!DOCTYPE html>|<title>|</title>|<meta charset=utf-7>|<iframe srcdoc="|<template>|<math>|'
    "<svg><style>|<textarea>|<noscript>|<base href=|<plaintext>"
    "|&#0;|&#x110000;|&NotEqualTilde;|<td colspan=99999999>"
).split("|")


@lengths
def test_pdf(examples: int, tmp_path: Path) -> None:
    run(examples, damage, lambda changes: read_or_reject(tmp_path, damaged(PDF, changes), ".pdf"))


@lengths
def test_saved_answers(examples: int, tmp_path: Path) -> None:
    file = tmp_path / "answer.json"

    def check(changes: list[tuple[int, int, bytes]]) -> None:
        file.write_bytes(damaged(RECEIPT.encode(), changes))
        try:
            assert isinstance(_saved_answer(str(file)), Answer)
        except StatedError as error:
            assert len(str(error).splitlines()) == 1

    run(examples, damage, check)


@pytest.mark.parametrize(
    "text", ["[" * 200_000, "1" * 5_000, '{"a":' * 50_000, "NaN", "\ufeff{}", "", "\x00"]
)
def test_saved_answers_that_break_readers(text: str, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(text, encoding="utf-8")
    with pytest.raises(StatedError) as caught:
        _saved_answer(str(tmp_path / "answer.json"))
    assert len(str(caught.value).splitlines()) == 1
