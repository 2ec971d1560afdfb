"""The order of taking documents in: the other way round, every difference told, and none there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from eval import cli, run
from eval.faults import EvalError
from eval.questions import corpus_folder
from eval.recording import Asked, Recording
from eval.reversal import differences, reversing
from eval.run import Engine, answer, open_assistant
from rag.records import Answer, Status, SyncReport
from tests.eval_stand_in import StandIn, question, right_answer, write_set
from tests.eval_stand_in import line as set_line

TIMELINE = Path(__file__).parent / "data" / "timeline"
ASKED = (
    ("What is the price of the Halden telescope?", None),
    ("What is the price of the Halden telescope?", date(2025, 6, 1)),
    ("Who will operate the Halden telescope?", None),
    ("When was the dome finished?", date(2025, 9, 20)),
    ("What is not disclosed about Halden?", None),
)


class Watching(StandIn):
    """Keeps what the corpus held at every sync, and answers by what came last."""

    def __init__(self, folder: Path, script: dict[str, Answer], spoilt: bool) -> None:
        super().__init__(script)
        self.folder, self.seen, self.spoilt = folder, list[list[str]](), spoilt

    def sync(self) -> SyncReport:
        names = sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.md"))
        self.seen.append([name for name in names if not any(name in before for before in self.seen)])
        return super().sync()

    def ask(self, question: str, as_of: date | None = None) -> Answer:
        found = super().ask(question, as_of)
        late = self.spoilt and len(self.seen) > 1
        return replace(found, text="Another.", seconds={"all": 2.0}) if late else found


def watching(spoilt: bool, made: list[Watching]) -> run.OpenEngine:
    asked = question()

    @contextmanager
    def opened(corpus_dir: Path, data_dir: Path, llm: str) -> Iterator[Engine]:
        made.append(Watching(corpus_dir, {asked.text: right_answer(asked)}, spoilt))
        yield made[-1]

    return opened


def test_files_come_one_by_one_the_last_published_first(tmp_path: Path) -> None:
    made: list[Watching] = []
    with reversing(watching(False, made))(corpus_folder("notes"), tmp_path, "none") as engine:
        first, *middle, last = made[0].seen
        assert (first, last) != ([], []) and all(len(new) == 1 for new in made[0].seen)
        assert last == ["2025-09-29-huawei-connect-2025.md"]
        assert len(middle) == len(list((corpus_folder("notes") / "release_notes").iterdir())) - 1
        assert engine.sync()  # as the run does, once more, over all of them
        assert made[0].seen[-1] == []


@pytest.mark.parametrize("spoilt", [False, True])
def test_a_difference_fails_the_run_and_is_named(
    spoilt: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "_judge", lambda *_: 0)  # what the answers are worth is another question
    monkeypatch.setattr(run, "corpus_folder", lambda _: TIMELINE)
    (tmp_path / "sets").mkdir()
    sets = write_set(tmp_path / "sets", set_line())
    options = ["--reversed", "--questions", f"{sets}", "--answers", f"{tmp_path / 'a.jsonl'}"]
    assert cli.main(options, watching(spoilt, [])) == int(spoilt)
    told = capsys.readouterr().out
    assert ("order of the documents: q1" in told and "(text)" in told) == spoilt
    assert f"{int(spoilt)} of 1 answers differ" in told
    assert (tmp_path / "a-reversed.jsonl").is_file()


def recorded(*asked: Asked) -> Recording:
    return Recording("none", "", tuple(one.id for one in asked), asked={one.id: one for one in asked})


def test_seconds_are_no_difference_and_everything_else_is() -> None:
    found = replace(right_answer(question()), seconds={"all": 1.0})
    one = Asked("q1", "How many?", 1.0, True, found)

    def against(other: Asked) -> Sequence[str]:
        return differences(recorded(one), recorded(other))

    assert against(replace(one, seconds=9.0, answer=replace(found, seconds={"all": 7.0}))) == []
    for changed in ({"status": Status.NOT_COVERED}, {"notices": ("Odd.",)}, {"citations": ()}):
        (line,) = against(replace(one, answer=replace(found, **changed)))
        assert line == f"q1: How many? ({next(iter(changed))})"
    assert against(replace(one, answer=None, crash="ValueError: odd")) == ["q1: How many? (crash)"]
    with pytest.raises(EvalError):
        against(replace(one, id="q2"))


def test_real_answers_do_not_depend_on_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "corpus_folder", lambda _: TIMELINE)
    asked = [replace(question(id=f"q{n}"), text=text, as_of=day) for n, (text, day) in enumerate(ASKED)]
    recordings = []
    for name, engine in (("usual", open_assistant), ("reversed", reversing(open_assistant))):
        answer(asked, tmp_path / name, open_engine=engine)
        recordings.append(cli.read(tmp_path / name))
    assert len(recordings[0].asked) == len(ASKED)
    assert all(one.answer is not None for one in recordings[0].asked.values())
    assert differences(*recordings) == []
