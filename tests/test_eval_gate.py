"""Runs, recordings, gates, baseline and exit codes, with a stand-in for the engine."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from eval import cli, questions
from eval.faults import EvalError
from eval.gate_file import read_gates
from eval.judging import GATED_PARTS
from eval.questions import load
from eval.recording import read
from eval.run import answer
from rag.records import Answer, Status
from tests.eval_stand_in import LARGER, TEXT, engine_of, line, write_set

GATES = """[hard]
false_assertions = 0
quote_integrity = 1.0
uncited = 0
unsupported = 0
crashed = 0
missing_gold = 0

[corpus.riverbus]
status_right = 0.9
gold_cited = 0.9

[category.undisclosed]
status_right = 0.9
"""
DROPS = """
[drop]
status_right = 0.1
"""
Change = Callable[[Answer], Answer]


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "questions").mkdir()
    write_set(
        tmp_path / "questions",
        line(),
        line(id="q2", input="How many will it hold?", target="undisclosed", gold=[LARGER], kind=None,
             category="undisclosed", forbidden=["400"]),
        line(id="q3", part="calibration", input="Is there wifi?", target="not_covered", gold=[], kind=None),
    )  # fmt: skip
    (tmp_path / "gates.toml").write_text(GATES, encoding="utf-8")
    (tmp_path / "corpora" / "riverbus").mkdir(parents=True)
    document(tmp_path).write_text(FRONT + TEXT, encoding="utf-8")
    monkeypatch.setattr(questions, "_CORPORA_DIR", tmp_path / "corpora")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return tmp_path


FRONT = "---\ntitle: Ferries\npublished: 2026-03-12\nkind: article\n---\n"


def document(room: Path) -> Path:
    return room / "corpora" / "riverbus" / "d1.md"


def files(room: Path) -> list[str]:
    names = {"--gates": "gates.toml", "--questions": "questions", "--baseline": "base.json", "--report": "r"}
    return [word for option, name in names.items() for word in (option, str(room / name))]


def run(room: Path, change: Change | None = None, *extra: str) -> int:
    engine = engine_of(*load(room / "questions"), **({"change": change} if change else {}))
    return cli.main([*files(room), "--answers", str(room / "answers.jsonl"), *extra], engine)


def score(room: Path, *extra: str) -> int:
    return cli.main(["score", str(room / "answers.jsonl"), *files(room), *extra])


def only(asked: str, **changes: object) -> Change:
    def change(a: Answer) -> Answer:
        return replace(a, **changes) if a.question == asked else a  # type: ignore[arg-type]

    return change


def test_right_answers_pass(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(room) == 0
    assert capsys.readouterr().out.endswith("all gates hold over 3 questions\n")


def test_false_assertion_fails_and_names_question_expected_got_and_sentence(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = f"It holds 400. “{LARGER}” [1]"
    assert run(room, only("How many will it hold?", text=said, status=Status.STATED)) == 1
    out = capsys.readouterr().out
    assert "GATE FAILED: false_assertions: 1" in out
    failed = out[out.index("GATE FAILED") :]
    for wanted in (
        "q2  (riverbus-development.jsonl:2)", "question: How many will it hold?", "expected: undisclosed",
        "got: stated", f"cited:    {LARGER}", "says '400'", "GATE FAILED: unsupported: 1",
    ):  # fmt: skip
        assert wanted in failed


def test_broken_quote_fails(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def shifted(a: Answer) -> Answer:
        return replace(a, citations=tuple(replace(c, start=c.start + 1) for c in a.citations))

    assert run(room, shifted) == 1
    assert "quote_integrity: 2 of 4 quotes stand" in capsys.readouterr().out


def test_wrong_status_fails_the_floors_of_its_corpus_and_category(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(room, only("How many will it hold?", status=Status.PARTIAL)) == 1
    out = capsys.readouterr().out
    assert "GATE FAILED: corpus riverbus: status_right" in out and "2/3, wanted 0.900" in out
    assert "GATE FAILED: category undisclosed: status_right" in out and "0/1, wanted 0.900" in out
    assert "false_assertions" not in out[out.index("GATE FAILED") :]


def test_least_shares_are_not_judged_of_a_selection(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(room, only("How many will it hold?", status=Status.PARTIAL), "--part", "development") == 0
    assert "2 of 3 gated questions asked: least shares" in capsys.readouterr().out


def test_crash_of_one_question_is_recorded_and_the_rest_is_asked(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = engine_of(*load(room / "questions")[1:])  # the stand-in knows nothing of the first
    assert cli.main([*files(room), "--answers", str(room / "a.jsonl")], engine) == 1
    out = capsys.readouterr().out
    assert "crashed: 1 questions have no usable answer" in out
    assert "KeyError" in out
    assert len(read(room / "a.jsonl").asked) == 3


def test_answering_and_scoring_run_apart(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = engine_of(*load(room / "questions"))
    kept = str(room / "answers.jsonl")
    sets = ["--questions", str(room / "questions")]
    assert cli.main(["answer", "--answers", kept, *sets], engine) == 0
    told = capsys.readouterr()
    assert "riverbus: 3 of 3 asked" in told.err and not told.out
    assert score(room) == 0
    first = capsys.readouterr().out
    assert run(room) == 0
    again = capsys.readouterr().out
    timed = ("  seconds a question", "  first asks")
    assert [x for x in first.splitlines() if not x.startswith(timed)] == [
        x for x in again.splitlines() if not x.startswith(timed)
    ]


def test_missing_answer_fails(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(room) == 0
    recorded = room / "answers.jsonl"
    recorded.write_text("\n".join(recorded.read_text().splitlines()[:-1]), encoding="utf-8")
    assert score(room) == 1
    assert "no answer was recorded" in capsys.readouterr().out


def test_answers_over_a_corpus_that_has_changed_fail(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(room) == 0
    document(room).write_text(FRONT + TEXT.replace("120", "130"), encoding="utf-8")
    assert score(room) == 1
    assert "recorded over other documents of riverbus" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("status_right = 0.9", "status_right = nan", r"gates.toml:10: .*must be a number"),
        ("gold_cited = 0.9", "gold_cited = 90", "gates.toml:11: .*give a number from 0 to 1"),
        ("crashed = 0", "", r"\[hard\] lacks crashed"),
        ("[corpus.riverbus]", "[corpus.article]", "same corpora"),
        ("[hard]", "[hard", "cannot be read.*line 1"),
        ("uncited = 0", 'uncited = "0"', "gates.toml:4: .*must be a number"),
        ("gold_cited = 0.9", "gold_sited = 0.9", "gates.toml:11: there is no measure 'gold_sited'"),
        ("[category.undisclosed]", "[category.undisclozed]", "gates.toml:13: there is no category"),
        ("[category.undisclosed]", "[kategory.undisclosed]", "gates.toml:13: there is no kind of gate"),
        ("gold_cited = 0.9", "crashed = 0", "gates.toml:11: crashed counts faults"),
        ("[corpus.riverbus]", "[ceilings]\nriverbus = 0.5\n[corpus.riverbus]", "gates.toml:10: .*a count"),
        ("[corpus.riverbus]", "[ceilings]\nferries = 3\n[corpus.riverbus]", "without questions: ferries"),
    ],
)
def test_faulty_gates_could_not_run(
    room: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    (room / "gates.toml").write_text(GATES.replace(old, new), encoding="utf-8")
    assert run(room) == 2
    assert re.search(said, capsys.readouterr().err)


def test_no_questions_could_not_run(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in (room / "questions").iterdir():
        file.unlink()
    assert cli.main(files(room)) == 2
    assert "no questions" in capsys.readouterr().err


def test_answers_without_any_quote_do_not_pass_as_whole(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def bare(a: Answer) -> Answer:
        return replace(a, citations=(), claims=(), findings=(), text="The sources do not mention it.")

    assert run(room, bare) == 1
    assert "no quote to check" in capsys.readouterr().out


def test_a_gold_sentence_that_the_corpus_lost_fails_by_name(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(room) == 0
    kept = room / "questions" / "riverbus-development.jsonl"
    kept.write_text(kept.read_text("utf-8").replace("declined to say", "would not say"), encoding="utf-8")
    assert score(room) == 1
    out = capsys.readouterr().out
    assert "GATE FAILED: missing_gold: 1" in out and "would not say how many" in out


# ---- ceilings ----------------------------------------------------------------------------------------

SAYS_MORE = only("Is there wifi?", text="Yes, there is wifi on board.")


def with_ceiling(room: Path, most: int) -> str:
    text = GATES.replace("[corpus.riverbus]", f"[ceilings]\nriverbus = {most}\n\n[corpus.riverbus]")
    (room / "gates.toml").write_text(text, encoding="utf-8")
    return text


def test_a_ceiling_takes_the_place_of_the_hard_count(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(room, SAYS_MORE) == 1
    assert "GATE FAILED: false_assertions: 1" in capsys.readouterr().out
    with_ceiling(room, 1)
    assert run(room, SAYS_MORE) == 0
    assert "lower it" not in capsys.readouterr().out


def test_above_its_ceiling_a_corpus_fails_and_is_not_blessed(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = with_ceiling(room, 0)
    assert run(room, SAYS_MORE) == 1
    out = capsys.readouterr().out
    assert "GATE FAILED: ceiling of riverbus: 1 answers assert more than their evidence, at most 0" in out
    assert "q3  (riverbus-calibration.jsonl:1)" in out[out.index("GATE FAILED") :]
    assert "GATE FAILED: false_assertions" not in out
    assert run(room, SAYS_MORE, "--bless") == 2
    assert "Not blessed, for ceilings.riverbus failed" in capsys.readouterr().err
    assert (room / "gates.toml").read_text("utf-8") == text and not (room / "base.json").exists()


def test_below_its_ceiling_a_corpus_passes_and_the_report_says_to_lower_it(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_ceiling(room, 2)
    assert run(room, SAYS_MORE) == 0
    assert "riverbus: 1 false assertions, ceiling 2: lower it" in capsys.readouterr().out
    assert "lower it" in (room / "r" / "summary.md").read_text("utf-8")
    assert run(room, SAYS_MORE, "--part", "development") == 0  # of a selection nothing can be told
    assert "lower it" not in capsys.readouterr().out


# ---- the baseline ------------------------------------------------------------------------------------


@pytest.fixture
def blessed(room: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    loose = GATES.replace("status_right = 0.9", "status_right = 0")
    (room / "gates.toml").write_text(loose + DROPS, encoding="utf-8")
    assert run(room) == 2  # without a baseline nothing can be compared, and that is told
    assert "run `stated eval --bless`" in capsys.readouterr().err
    assert run(room, None, "--bless") == 0
    return room


def test_a_drop_fails_and_lists_what_fails_newly(blessed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    worse = only("How many will it hold?", status=Status.PARTIAL)
    before = (blessed / "base.json").read_bytes()
    assert run(blessed, worse) == 1
    out = capsys.readouterr().out
    assert "GATE FAILED: status_right fell by 33.3% since" in out
    assert "1 newly failing since" in out and "q2  (riverbus-development.jsonl:2)" in out
    assert (blessed / "base.json").read_bytes() == before
    assert run(blessed, worse, "--bless") == 0  # a person accepts it
    assert run(blessed, worse) == 0


def test_another_corpus_compares_what_both_have_and_names_the_rest(
    blessed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads((blessed / "base.json").read_text("utf-8"))
    data["corpora"]["riverbus"] = "another"
    data["questions"]["q9"] = data["questions"].pop("q3")
    (blessed / "base.json").write_text(json.dumps(data), encoding="utf-8")
    assert run(blessed) == 0
    out = capsys.readouterr().out
    assert "the documents of riverbus are not those of the baseline" in out
    assert "only in this run: q3" in out and "only in the baseline: q9" in out
    assert json.loads((blessed / "r" / "report.json").read_text("utf-8"))["baseline"]["compared"] == 2


def test_what_breaks_a_hard_gate_or_is_a_selection_is_not_blessed(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(room, only("Is there wifi?", text="Yes."), "--bless") == 2
    assert "Not blessed, for false_assertions" in capsys.readouterr().err
    assert run(room, None, "--bless", "--part", "development") == 2
    assert not (room / "base.json").exists()


@pytest.mark.parametrize(
    ("raw", "said"), [("{", ":1: not JSON"), ("[]", "no baseline"), ("{}", "no baseline")]
)
def test_faulty_baseline_could_not_run(
    blessed: Path, capsys: pytest.CaptureFixture[str], raw: str, said: str
) -> None:
    (blessed / "base.json").write_text(raw, encoding="utf-8")
    assert run(blessed) == 2
    assert said in capsys.readouterr().err


# ---- shipped files -----------------------------------------------------------------------------------


def test_shipped_gates_name_the_corpora_of_the_gated_parts() -> None:
    assert set(read_gates().corpus) == {q.corpus for q in load(parts=GATED_PARTS)}


def test_the_first_two_corpora_are_under_the_hard_gate() -> None:
    assert read_gates().hard["false_assertions"] == 0
    assert not {"article", "riverbus"} & set(read_gates().ceilings)


def test_shipped_gate_categories_have_questions() -> None:
    assert set(read_gates().category) <= {q.category for q in load(parts=GATED_PARTS)}


# ---- recordings --------------------------------------------------------------------------------------


def test_edited_question_is_not_scored_by_the_answer_to_its_old_words(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(room) == 0
    file = room / "questions" / "riverbus-calibration.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("wifi", "coffee"), encoding="utf-8")
    assert score(room) == 1
    assert "1 crashed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "holds no questions"),
        ("{}", ":1: not a line of a recording"),
        ("[", ":1: not JSON"),
        ('{"record": "corpus", "corpus": "a", "documents": {}}', ":1: not a line"),
        ('{"record": "run", "version": 9, "llm": "none", "started": "", "ids": ["q"]}', "version 9"),
    ],
)
def test_faulty_recording_could_not_run(
    room: Path, capsys: pytest.CaptureFixture[str], raw: str, said: str
) -> None:
    (room / "answers.jsonl").write_text(raw, encoding="utf-8")
    assert score(room) == 2
    assert said in capsys.readouterr().err


def test_answer_of_another_shape_is_a_crash_of_its_question(room: Path) -> None:
    assert run(room) == 0
    recorded = room / "answers.jsonl"
    recorded.write_text(
        recorded.read_text(encoding="utf-8").replace('"related"', '"nearby"'), encoding="utf-8"
    )
    assert {bool(asked.crash) for asked in read(recorded).asked.values()} == {True}


def test_rejected_document_could_not_run(room: Path) -> None:
    class Rejecting:
        def sync(self) -> object:
            from rag.records import SyncReport

            return SyncReport(rejected={"x.md": "no date"})

    @contextmanager
    def opened(*_: object) -> Iterator[Rejecting]:
        yield Rejecting()

    with pytest.raises(EvalError, match=r"x\.md was rejected: no date"):
        answer(load(room / "questions"), room / "a.jsonl", open_engine=opened, progress=io.StringIO())  # type: ignore[arg-type]


def test_scoring_loads_no_engine() -> None:
    code = "import sys, eval.cli; sys.exit(any(m in sys.modules for m in ('torch', 'chromadb', 'spacy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_recording_keeps_documents_machine_and_fingerprints(room: Path) -> None:
    assert run(room, lambda a: replace(a, fingerprints={"corpus": "c1", "model": "none"})) == 0
    recording = read(room / "answers.jsonl")
    assert recording.documents == {"riverbus": {"d1": TEXT}}
    assert recording.fingerprints == {"corpus": ("c1",), "model": ("none",)}
    assert "cores" in recording.machine and recording.engine == "stated"
