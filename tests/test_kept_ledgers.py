"""Ledgers in the data folder: read again without asking, and only while they are still true."""

from __future__ import annotations

import os
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag import Assistant, Settings, kept_ledgers
from rag.kept_ledgers import KeptLedgers
from tests.conftest import BRASS, DOCUMENT, ScriptedAssistant, make_answer

KEY = ("corpus", "index", "settings", "2025-01-02")
ROWS = ScriptedAssistant(make_answer("What is the lamp made of?", BRASS)).ledger()


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    kept = KeptLedgers(tmp_path / "ledgers")
    assert kept.read(KEY, [DOCUMENT]) is None
    kept.write(KEY, ROWS)
    assert kept.read(KEY, [DOCUMENT]) == ROWS
    assert kept.read((*KEY[:-1], "2025-01-03"), [DOCUMENT]) is None


def test_a_newer_program_reads_the_ledger_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptLedgers(tmp_path)
    kept.write(KEY, ROWS)
    monkeypatch.setattr(kept_ledgers, "_program", lambda: "another")
    assert kept.read(KEY, [DOCUMENT]) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("licence of its plans", "licence of its lamps"),
        ('"undisclosed"', '"unknown"'),
        ("[", "{"),
        ("", "[" * 9**5),
    ],
)
def test_a_damaged_file_counts_as_none(old: str, new: str, tmp_path: Path) -> None:
    kept = KeptLedgers(tmp_path)
    kept.write(KEY, ROWS)
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    assert kept.read(KEY, [DOCUMENT]) is None


def test_the_oldest_files_go_and_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    kept = KeptLedgers(tmp_path / "ledgers")
    for number in range(12):
        kept.write((*KEY, str(number)), ROWS)
        for place, file in enumerate(sorted((tmp_path / "ledgers").iterdir(), key=os.path.getmtime)):
            os.utime(file, (place, place))
    assert [kept.read((*KEY, str(n)), [DOCUMENT]) is not None for n in range(12)] == [False] * 4 + [True] * 8
    (tmp_path / "file").write_text("in the way")
    KeptLedgers(tmp_path / "file").write(KEY, ROWS)


def test_an_assistant_opened_later_asks_nothing_again_whatever_the_day_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "2025-01-02-lamp.md").write_text(
        "# The Norvik lamp\n\nNorvik is made of brass. The licence of Norvik is not disclosed.\n", "utf-8"
    )
    settings = Settings(corpus_dir=corpus, data_dir=tmp_path / "data", llm="none")
    with Assistant(settings) as first:
        first.sync()
        rows = first.ledger(date(2025, 2, 3))
    assert rows

    def never(*_: Any) -> Any:
        raise AssertionError("asked again")

    with Assistant(settings) as second:
        monkeypatch.setattr(second, "_plain", never)
        assert second.ledger(date(2026, 2, 3)) == rows
        (corpus / "2025-01-03-note.md").write_text("The price of Norvik is 12 euros.", "utf-8")
        second.sync()
        with pytest.raises(AssertionError, match="asked again"):
            second.ledger(date(2026, 2, 3))


def test_one_day_is_not_behind_another_that_is_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for day in ("2025-01-02", "2025-01-03"):
        (corpus / f"{day}-lamp.md").write_text(f"Norvik is made of brass on {day}.", "utf-8")
    with Assistant(Settings(corpus_dir=corpus, data_dir=tmp_path / "data", llm="none")) as assistant:
        assistant.sync()
        begun, go = threading.Event(), threading.Event()

        def read(_: Any, shown: Any, __: Any) -> Any:
            if shown.day == date(2025, 1, 2):
                begun.set()
                assert go.wait(20)
            return ROWS

        monkeypatch.setattr(assistant, "_read_ledger", read)
        first = threading.Thread(target=assistant.ledger, args=(date(2025, 1, 2),))
        first.start()
        assert begun.wait(20)
        late = threading.Thread(target=assistant.ledger, args=(date(2025, 1, 3),))
        late.start()
        late.join(10)
        waited = late.is_alive()
        go.set()
        first.join(20)
        assert not waited
