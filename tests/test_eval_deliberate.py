"""The three changes that the gate must stop, made on the shipped article with the real engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from eval import cli, judging, run
from eval.questions import QUESTIONS_DIR, corpus_folder
from eval.run import Engine, open_assistant
from rag.corpus import read_document
from rag.records import Answer, Document, Status, SyncReport

LICENCES = "Huawei has yet to disclose which licenses will govern the December releases."
GATES = """[hard]
quote_integrity = 1.0
false_assertions = 0
uncited = 0
unsupported = 0
crashed = 0
missing_gold = 0

[corpus.article]
status_right = 0
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the article, and the questions on its licences and its chips, each on its own line."""
    copytree(corpus_folder("article"), tmp_path / "corpus")
    (tmp_path / "questions").mkdir()
    chosen = [
        line
        for file in sorted(QUESTIONS_DIR.glob("article-[cd]*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
        if LICENCES in line or "910B" in line
    ]
    parts = {json.loads(line)["metadata"]["part"] for line in chosen}
    for part in parts:
        lines = [line for line in chosen if f'"part": "{part}"' in line][:2]
        (tmp_path / "questions" / f"article-{part}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "gates.toml").write_text(GATES, encoding="utf-8")
    for module in (run, judging):
        monkeypatch.setattr(module, "corpus_folder", lambda _: tmp_path / "corpus")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    return tmp_path


def evaluate(place: Path, open_engine: run.OpenEngine = open_assistant) -> int:
    names = {"--gates": "gates.toml", "--questions": "questions", "--answers": "a.jsonl", "--report": "r"}
    return cli.main(
        [word for option, name in names.items() for word in (option, str(place / name))], open_engine
    )


def rewrite(place: Path, change: Callable[[str], str]) -> None:
    (file,) = (place / "corpus").glob("20*.md")
    before = file.read_text("utf-8")
    file.write_text(change(before), encoding="utf-8")
    assert file.read_text("utf-8") != before


def annotated(out: str, place: Path) -> set[str]:
    """The ids of the questions whose own lines carry an error."""
    found = set()
    for line in out.splitlines():
        if line.startswith("::error file="):
            file, number = line.removeprefix("::error file=").split(",")[:2]
            text = (place / file).read_text("utf-8").splitlines()[int(number.removeprefix("line=")) - 1]
            found.add(json.loads(text)["id"])
    return found


def ids_with(place: Path, words: str) -> set[str]:
    lines = [x for f in (place / "questions").iterdir() for x in f.read_text("utf-8").splitlines()]
    return {d["id"] for d in map(json.loads, lines) if any(words in g for g in d["metadata"]["gold"])}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda t: t.replace(LICENCES, ""), LICENCES, id="the sentence on licences removed"),
        pytest.param(lambda t: t.replace("910B", "910D"), "910B", id="910B turned into 910D"),
    ],
)
def test_a_changed_article_fails_on_the_lines_of_the_questions_it_breaks(
    place: Path, capsys: pytest.CaptureFixture[str], change: Callable[[str], str], words: str
) -> None:
    rewrite(place, change)
    assert evaluate(place) == 1
    out = capsys.readouterr().out
    assert "GATE FAILED: missing_gold" in out
    broken = ids_with(place, words)
    assert broken and broken <= annotated(out, place)


def test_a_bare_model_fails_on_every_line(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model with no sources before it: it names a licence and a chip, and cites nothing."""
    said = "CANN is released under the Apache 2.0 licence, and runs on the Ascend 920 since March."
    (path,) = (place / "corpus").glob("20*.md")
    article = read_document(path, path.name)

    class Bare:
        def sync(self) -> SyncReport:
            return SyncReport()

        def documents(self) -> tuple[Document, ...]:
            return (article,)

        def document(self, document_id: str) -> Document:
            assert document_id == article.id
            return article

        def ask(self, question: str, as_of: date | None = None) -> Answer:
            day = as_of or date(2026, 11, 1)
            return Answer(question, question, Status.STATED, said, (), (), (), (), (), day, "bare", ())

    @contextmanager
    def opened(*_: object) -> Iterator[Engine]:
        yield Bare()

    assert evaluate(place, opened) == 1
    out = capsys.readouterr().out
    for gate in ("false_assertions", "uncited", "unsupported", "quote_integrity: there was no quote"):
        assert f"GATE FAILED: {gate}" in out
    assert annotated(out, place) == ids_with(place, "")


def test_the_article_as_it_is_passes(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(place) == 0, capsys.readouterr().out
