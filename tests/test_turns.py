"""Asking at once: as they came, none lost, each with its evidence within a second of its turn."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rag import Assistant, Settings
from rag.errors import StatedError
from rag.records import Evidence
from tests.conftest import ScriptedAssistant, make_answer
from tests.test_page_views import QUESTION, Tags
from ui.conversation import Frame, frames
from ui.turns import Turns

ARTICLE = next((Path(__file__).parents[1] / "corpus").glob("2025-09-29-*.md"))
SIX = (
    "When will Huawei open source CANN?",
    "What licence will OpenPangu have?",
    "How many parameters does OpenPangu have?",
    "Who will govern the CANN community?",
    "Is the UB OS Component supported on Ubuntu?",
    "Which tools are in the Mind series?",
)
EVIDENCE_SECONDS = 1.0


def test_they_come_one_after_the_other_as_they_came_and_who_leaves_is_not_waited_for() -> None:
    turns = Turns(1)
    assert list(turns.wait()) == []
    second, third, fourth = turns.wait(), turns.wait(), turns.wait()
    assert [next(second), next(third), next(fourth)] == [1, 2, 3]
    third.close()
    turns.done()
    assert next(fourth) == 1  # the second has not taken its turn yet
    assert list(second) == []
    turns.done()
    assert list(fourth) == []


class Held(ScriptedAssistant):
    """Finds its evidence when it is let go."""

    def __init__(self, fault: StatedError | None = None) -> None:
        super().__init__(make_answer(QUESTION))
        self.go, self.inside, self.most, self.fault = threading.Event(), 0, 0, fault

    def stream(self, question: str, as_of: Any = None, history: Any = ()) -> Iterator[Any]:
        self.inside += 1
        self.most = max(self.most, self.inside)
        assert self.go.wait(20)
        self.inside -= 1
        if self.fault:
            raise self.fault
        yield from super().stream(question, as_of, history)


@pytest.mark.parametrize("fault", [None, StatedError("The index is gone.")])
def test_who_waits_sees_how_many_are_before_and_a_fault_gives_the_turn_on(fault: StatedError | None) -> None:
    assistant, turns = Held(fault), Turns(1)
    seen: list[list[Frame]] = [[], [], []]

    def asking(place: int) -> None:
        for frame in frames(assistant, (), QUESTION, "", turns):  # type: ignore[arg-type]
            seen[place].append(frame)

    threads = [threading.Thread(target=asking, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 20
    while not any("2 questions are before" in frame.answer for each in seen for frame in each):
        assert time.monotonic() < end
        time.sleep(0.01)
    assistant.go.set()
    for thread in threads:
        thread.join(20)
    assert assistant.most == 1
    for each in seen:
        last = Tags(each[-1].answer).text
        assert (fault is None and each[-1].answers) or (fault and str(fault) in last)


@pytest.mark.model
def test_six_people_at_once_are_all_answered_with_evidence_within_a_second_of_their_turn(
    tmp_path: Path,
) -> None:
    """On the article, with a model; a turn begins when the questions before it have their evidence.

    Where other programs keep the processor busy, the second is what one question takes alone, three times:
    a model words earlier answers beside it.
    """
    (tmp_path / "corpus").mkdir()
    shutil.copy(ARTICLE, tmp_path / "corpus")
    settings = Settings(corpus_dir=tmp_path / "corpus", data_dir=tmp_path / "data", llm="embedded")
    with Assistant(settings) as assistant:
        assistant.ask(SIX[0])  # the model is loaded, as it is on a page that has been asked before
        waited: list[float] = []
        stream = assistant.stream

        def timed(question: str, **more: Any) -> Iterator[Any]:
            began = time.monotonic()
            for event in stream(question, **more):
                if isinstance(event, Evidence):
                    waited.append(time.monotonic() - began)
                yield event

        assistant.stream = timed  # type: ignore[method-assign]
        for question in SIX:
            next(timed(question))
        alone = max(waited)
        waited.clear()
        turns = Turns(1)
        with ThreadPoolExecutor(len(SIX)) as pool:
            last = list(pool.map(lambda q: [*frames(assistant, (), q, "", turns)][-1], SIX))
    answers = [frame.answers[-1] for frame in last if frame.answers]
    assert [answer.question for answer in answers] == list(SIX)
    assert all(check.passed for answer in answers for check in answer.checks)
    assert len(waited) == len(SIX)
    assert max(waited) <= max(EVIDENCE_SECONDS, 3 * alone)
