"""`stated bench`: corpora without a repetition, honest ratios, and what it says where it cannot run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from eval import bench
from eval.bench_corpus import write_corpus
from eval.bench_engines import opened, peak_bytes
from eval.bench_report import table
from eval.bench_result import AtSize, Benchmark, Measured, aims, percentile, ratios
from eval.bench_worker import Worker
from eval.faults import EvalError
from rag.corpus import read_document, scan
from ui import cli


def sentences(folder: Path) -> list[str]:
    texts = [read_document(path, name).text for name, path in scan([folder]).items()]
    return [line for text in texts for line in text.splitlines() if line and not line.startswith("#")]


def test_a_generated_corpus_has_as_many_sentences_as_asked_and_no_two_equal(tmp_path: Path) -> None:
    made = write_corpus(tmp_path / "a", 1_234, 30)
    found = sentences(tmp_path / "a")
    assert len(found) == len(set(found)) == 1_234
    assert len(made.questions) == 30 and len(set(made.questions)) > 25
    assert len(scan([tmp_path / "a"])) == 7
    withheld = [text for text in found if re.search("disclosed|unclear|yet to be published", text)]
    assert 0.15 < len(withheld) / len(found) < 0.35


def test_equal_arguments_give_equal_corpora(tmp_path: Path) -> None:
    one, two = (write_corpus(tmp_path / name, 50, 5) for name in "ab")
    other = write_corpus(tmp_path / "c", 50, 5, seed=2)
    assert one == two != other
    assert sentences(tmp_path / "a") == sentences(tmp_path / "b") != sentences(tmp_path / "c")


def test_questions_are_about_the_corpus_and_some_have_no_answer(tmp_path: Path) -> None:
    made = write_corpus(tmp_path, 200, 10)
    text = " ".join(sentences(tmp_path))
    names = [re.findall(r"\b[A-Z][a-z]{4,}\b", question)[-1] for question in made.questions]
    assert [name in text for name in names] == [number % 5 != 4 for number in range(10)]


class Fixed:
    """An engine that takes no time and says that it took some."""

    def __init__(self, name: str, units: Path) -> None:
        self.seconds = {"stated": 2.0, "llamaindex": 4.0, "numpy": 1.0}[name]
        self.units = units

    def __call__(self, verb: str, *_: str) -> Any:
        if verb == "sync":
            self.units.write_text(json.dumps(["One.", "Two."]))
        return {"ask": [self.seconds, None], "memory": 5_000_000}.get(verb, self.seconds)


@contextmanager
def fixed(name: str, _corpus: Path, units: Path, *_: str) -> Iterator[Fixed]:
    yield Fixed(name, units)


def test_it_prints_ratios_and_writes_json_and_plot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("eval.bench_run._cold", lambda name, *_: {"stated": 2.0}.get(name, 1.0))
    files = ["--json", str(tmp_path / "b.json"), "--plot", str(tmp_path / "b.html")]
    assert bench.main(["--sizes", "shipped", "30", "--questions", "4", "--rounds", "2", *files], fixed) == 0
    out, err = capsys.readouterr()
    assert "warm, times llamaindex: 0.5 [0.5, 0.5]" in out
    assert "sync speed, times llamaindex: 2 [2, 2]" in out
    assert "cold, times numpy: 2 [2, 2]" in out
    assert "met: cold ask, shipped corpus, s: 2 (aim 3)" in out
    assert "NOT MET: warm ask, shipped corpus, p50, ms: 2e+03 (aim 40)" in out
    assert "shipped: 4 of 4 asked" in err and "asked" not in out
    data = json.loads((tmp_path / "b.json").read_text("utf-8"))
    assert [size["name"] for size in data["sizes"]] == ["shipped", "30"]
    assert data["sizes"][1]["engines"]["stated"]["warm"] == [2.0] * 4
    assert data["sizes"][1]["ratios"]["warm, times numpy"]["median"] == 2.0
    assert table(Benchmark.from_dict(data)) == out.strip()  # the README shows what a run wrote
    page = (tmp_path / "b.html").read_text("utf-8")
    assert page.count("<polyline") == 12
    assert not re.search(r"(?:src|href)=|nan", page)


def test_a_model_that_is_not_there_is_said_and_the_rest_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("eval.bench_run._cold", lambda *_: 1.0)
    words = ["--sizes", "5", "--questions", "1", "--rounds", "1", "--model", "qwen2.5-coder-0.5b-instruct"]
    assert bench.main(words, fixed) == 0
    assert "is not installed (`stated models pull`)" in capsys.readouterr().out


def test_what_it_cannot_do_is_one_line_and_code_two(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.main(["bench", "--json", str(tmp_path / "no" / "b.json")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert bench.main(["--sizes", "3", "--model", "oracle"], fixed) == 2
    assert "choose one of" in capsys.readouterr().err

    @contextmanager
    def broken(*_: Any) -> Iterator[Any]:
        def call(*_: str) -> Any:
            raise EvalError("The measurement of stated broke off.")

        yield call

    assert bench.main(["--sizes", "3", "--questions", "1"], broken) == 2
    assert capsys.readouterr().err == "stated bench: The measurement of stated broke off.\n"
    with pytest.raises(SystemExit) as ended:
        bench.main(["--sizes", "0"])
    assert ended.value.code == 2


def test_the_three_engines_answer_over_a_tiny_corpus(tmp_path: Path) -> None:
    made = write_corpus(tmp_path / "corpus", 12, 2)
    units = tmp_path / "units.json"
    for name in ("stated", "llamaindex", "numpy"):
        engine = opened(name, tmp_path / "corpus", units)
        assert engine.sync(tmp_path / name) > 0
        assert engine.ask(made.questions[0]) > 0
        again = opened(name, tmp_path / "corpus", units)  # as a new process would
        again.open(tmp_path / name)
        assert again.ask(made.questions[1]) > 0
    assert len(json.loads(units.read_text("utf-8"))) == 12


def test_a_worker_answers_over_its_pipe_and_says_when_it_dies(tmp_path: Path) -> None:
    units = tmp_path / "units.json"
    units.write_text('["One lamp is lit.", "Two lamps are not."]')
    with Worker("numpy", tmp_path, units) as worker:
        assert worker("sync", str(tmp_path / "data")) > 0
        assert worker("ask", "Which lamp is lit?")[0] > 0
        assert 50_000_000 < worker("memory") < 5_000_000_000
        with pytest.raises(EvalError, match="broke off"):
            worker("open", str(tmp_path / "nowhere"))
    assert peak_bytes() > 10_000_000


def test_percentiles_and_aims_are_those_of_the_measurements() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0, 2.0], 0.95) == pytest.approx(1.95)
    ours = Measured((1.0,), (10.0,), (0.1, 0.3), (), 3_000_000_000)
    other = Measured((1.0,), (20.0,), (0.1, 0.1), (), 1)
    size = AtSize("100000", 100_000, {"stated": ours, "llamaindex": other, "numpy": other})
    assert ratios(size)["warm, times llamaindex"].median == pytest.approx(2.0)
    judged = {aim.name: aim.met for aim in aims(Benchmark("", "", 0.0, (size,)))}
    assert judged == {
        "warm ask, 100,000 units, p95, ms": False,
        "peak memory, 100,000 units, GB": False,
        "sync speed at 100000, times llamaindex": True,
    }
