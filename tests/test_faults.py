"""The whole assistant under what happens to it: syncs while it answers, a clock set back, many at once."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from rag import Assistant, Settings, Status
from rag.records import Answer

QUESTIONS = ("How heavy is the Halden lamp?", "How heavy is the Halden kite?", "Who sells the Halden drum?")


def write(corpus: Path, grams: int) -> None:
    """Every document says the same number, so that an answer over two generations would show two."""
    corpus.mkdir(exist_ok=True)
    for thing in ("lamp", "kite", "drum"):
        text = f"The Halden {thing} weighs {grams} grams.\n\nIts colour is not disclosed.\n"
        new = corpus / f".{thing}.new"
        new.write_text(f"---\ntitle: Halden {thing}\npublished: 2025-06-0{1 + len(thing) % 3}\n---\n{text}")
        new.replace(corpus / f"{thing}.md")


def opened(tmp_path: Path) -> Assistant:
    return Assistant(Settings(corpus_dir=tmp_path / "corpus", data_dir=tmp_path / "data", llm="none"))


def shown(answer: Answer) -> set[str]:
    quotes = [citation.quote for citation in (*answer.citations, *answer.related)]
    return set(re.findall(r"(\d+) grams", " ".join([answer.text, *quotes])))


def test_answers_during_syncs_are_each_of_one_generation(tmp_path: Path) -> None:
    # Documents are written one by one: only a sync's snapshot of all files is ever one version, so each
    # version is written while no sync runs, and asking goes on all the time.
    write(tmp_path / "corpus", 100)
    done = threading.Event()
    seen: dict[str, set[str]] = {}
    with opened(tmp_path) as ours, opened(tmp_path) as other:
        ours.ask(QUESTIONS[0])  # syncs, and loads what is loaded once

        def ask() -> int:
            count = 0
            while not done.is_set():
                answer = ours.ask(QUESTIONS[count % 2])
                assert all(check.passed for check in answer.checks)
                seen.setdefault(answer.fingerprints["corpus"], set()).update(shown(answer))
                count += 1
            return count

        with ThreadPoolExecutor(2) as threads:
            asking = [threads.submit(ask) for _ in range(2)]
            try:
                for grams in (200, 300, 400, 500, 600):
                    write(tmp_path / "corpus", grams)
                    (
                        ours if grams in (300, 500) else other
                    ).sync()  # from here and, as it were, from elsewhere
            finally:
                done.set()
            assert sum(one.result() for one in asking) > 3
        last = ours.ask(QUESTIONS[0])
    assert shown(last) == {"600"}
    assert all(len(numbers) == 1 for numbers in seen.values()), seen


class Earlier(date):
    """A clock that was set back to before any document."""

    @classmethod
    def today(cls) -> Earlier:
        return cls(2024, 1, 1)


def test_a_clock_set_back_loses_nothing_and_is_not_believed_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "corpus", 100)
    with opened(tmp_path) as assistant:
        assistant.sync()
        with monkeypatch.context() as patch:
            for module in ("rag.assistant", "rag.corpus", "rag.asking"):
                patch.setattr(f"{module}.date", Earlier)
            assert len(assistant.sync().unchanged) == 3
            answer = assistant.ask(QUESTIONS[0])
            assert answer.status is Status.NOT_COVERED
            assert "2024-01-01" in " ".join(answer.notices)
            write(tmp_path / "corpus", 200)
            rejected = assistant.sync().rejected
            assert len(rejected) == 3 and all("\n" not in reason for reason in rejected.values())
        assert shown(assistant.ask(QUESTIONS[0])) != {"100"}  # what was rejected is not answered from
        assert len(assistant.sync().added) == 3
        assert shown(assistant.ask(QUESTIONS[0])) == {"200"}


def test_a_hundred_questions_at_once_get_the_answers_that_they_get_alone(tmp_path: Path) -> None:
    write(tmp_path / "corpus", 100)

    def plain(answer: Answer) -> dict[str, object]:
        return {**answer.to_dict(), "seconds": {}}

    with opened(tmp_path) as assistant:
        alone = {question: plain(assistant.ask(question)) for question in QUESTIONS}
        with ThreadPoolExecutor(100) as threads:
            asked = [QUESTIONS[n % 3] for n in range(100)]
            together = list(threads.map(lambda question: plain(assistant.ask(question)), asked))
    assert together == [alone[question] for question in asked]
