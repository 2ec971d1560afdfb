"""The evaluator is tested against itself: an answer made worse must score worse, in the right place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from eval.history import Labelled
from eval.metrics import Outcome, Score, score
from eval.questions import Question
from eval.rates import Rate
from eval.recording import Asked
from eval.summary import summarise
from rag.records import Answer, ClaimKind, Finding, HistoryEntry, Polarity, Status, Verdict
from tests.eval_stand_in import (
    CHILDREN,
    CONTRACT,
    HERON,
    LARGER,
    PUBLISHED,
    TEXT,
    citation,
    question,
    right_answer,
)

STATED = question(polarity=None)
OPEN = question(
    id="q2", input="How many people will the Kittiwake hold?", target="undisclosed", gold=[LARGER], kind=None,
    forbidden=["MIT licen"],
)  # fmt: skip
SILENT = question(id="q3", input="Is there wifi on board?", target="not_covered", gold=[], kind=None)
YES = question(
    id="q4", input="Will children travel free?", gold=[CHILDREN], polarity=Polarity.YES, kind="commitment",
    speaker="Rafael Okonjo",
)  # fmt: skip

CHANGED = question(
    id="q5", polarity=None, gold=[HERON],
    history=(
        Labelled(date(2025, 9, 29), Verdict.UNDISCLOSED, (LARGER,)),
        Labelled(PUBLISHED, Verdict.STATED, (HERON, CONTRACT)),
    ),
)  # fmt: skip


def scored(asked: Question, change: Callable[[Answer], Answer] = lambda a: a) -> Score:
    answer = change(right_answer(asked))
    return score(asked, Asked(asked.id, asked.text, 0.1, False, answer), {"d1": TEXT})


# A value that nothing carries is seen twice: by our own parser, and by the verification of the engine.
VALUE = {"value", "unsupported"}


def faults(result: Score) -> set[str]:
    """Which lines of the report an answer spoils."""
    labels = {
        "gold": result.gold_cited, "kind": result.kind_right, "speaker": result.speaker_right,
        "yes/no": result.polarity_right, "history": result.history_right,
    }  # fmt: skip
    return (
        {name for name, right in labels.items() if right is False}
        | {str(found.kind) for found in result.assertions}
        | ({"status"} if result.outcome is Outcome.WRONG else set())
        | ({"crashed"} if result.outcome is Outcome.CRASHED else set())
        | ({"quote"} if result.broken else set())
        | ({"uncited"} if result.uncited else set())
        | ({"unsupported"} if result.unsupported else set())
    )


def with_finding(**changes: object) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, findings=(replace(a.findings[0], **changes),))  # type: ignore[arg-type]


def with_citation(sentence: str) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, citations=(citation(sentence),))


def saying(text: str) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, text=f"{text} {a.text}")


def digit_changed_in_citation(a: Answer) -> Answer:
    return replace(a, citations=(replace(a.citations[0], quote=a.citations[0].quote.replace("120", "130")),))


@pytest.mark.parametrize("asked", [STATED, OPEN, SILENT, YES, CHANGED], ids=lambda q: q.id)
def test_right_answer_has_no_fault(asked: Question) -> None:
    assert faults(scored(asked)) == set()


@pytest.mark.parametrize(
    ("asked", "change", "spoilt"),
    [
        pytest.param(
            STATED,
            with_citation(CONTRACT),
            {"gold", "kind", "quote", *VALUE},
            id="swapped citation",
        ),
        pytest.param(STATED, digit_changed_in_citation, {"quote", *VALUE}, id="digit in the citation"),
        pytest.param(
            STATED,
            lambda a: replace(a, text=a.text.replace("120", "130")),
            {"quote", *VALUE},
            id="digit in the text",
        ),
        pytest.param(
            OPEN,
            saying("It is under the MIT licence."),
            {"forbidden", *VALUE},
            id="invented licence",
        ),
        pytest.param(OPEN, saying("It holds 200 people."), {*VALUE}, id="invented number"),
        pytest.param(OPEN, saying("It opens in July."), {*VALUE}, id="invented month"),
        pytest.param(SILENT, saying("Yes,"), {"polarity"}, id="leading yes on silence"),
        pytest.param(SILENT, saying("No."), {"polarity"}, id="silence turned into no"),
        pytest.param(SILENT, with_finding(polarity=Polarity.NO), {"polarity"}, id="finding no on silence"),
        pytest.param(STATED, with_finding(polarity=Polarity.YES), {"polarity"}, id="yes where none is asked"),
        pytest.param(YES, with_finding(polarity=Polarity.NO), {"polarity", "yes/no"}, id="no instead of yes"),
        pytest.param(YES, with_finding(polarity=None), {"yes/no"}, id="yes left out"),
        pytest.param(STATED, lambda a: replace(a, text=" "), {"crashed", "gold", "kind"}, id="empty answer"),
        pytest.param(
            OPEN,
            lambda a: replace(a, status=Status.STATED),
            {"status", "stated where it is not"},
            id="status stated",
        ),
        pytest.param(
            SILENT,
            with_finding(verdict=Verdict.STATED),
            {"stated where it is not", "uncited"},
            id="finding stated",
        ),
        pytest.param(STATED, lambda a: replace(a, status=Status.UNDISCLOSED), {"status"}, id="wrong status"),
        pytest.param(
            YES,
            lambda a: replace(a, claims=(replace(a.claims[0], kind=ClaimKind.FACT),)),
            {"kind"},
            id="plan turned into fact",
        ),
        pytest.param(
            YES,
            lambda a: replace(a, claims=(replace(a.claims[0], speaker=""),)),
            {"speaker"},
            id="speaker lost",
        ),
        pytest.param(
            STATED,
            lambda a: replace(a, text=f"“The Heron holds many people.” {a.text}"),
            {"quote"},
            id="paraphrase",
        ),
        pytest.param(
            STATED,
            lambda a: replace(a, citations=(replace(a.citations[0], document_sha256="0" * 64),)),
            {"quote"},
            id="digest of another text",
        ),
        pytest.param(
            STATED,
            lambda a: replace(a, related=(replace(citation(CONTRACT), start=1, end=5),)),
            {"quote"},
            id="related line misplaced",
        ),
        pytest.param(STATED, saying("See [7]."), {"uncited"}, id="mark without a citation"),
        pytest.param(STATED, with_finding(citations=()), {"uncited"}, id="verdict without a citation"),
        pytest.param(STATED, with_finding(citations=(3,)), {"uncited"}, id="citation out of range"),
    ],
)
def test_mutation_is_caught(asked: Question, change: Callable[[Answer], Answer], spoilt: set[str]) -> None:
    assert faults(scored(asked, change)) == spoilt


def with_history(*entries: tuple[date, Verdict, tuple[int, ...]]) -> Callable[[Answer], Answer]:
    return with_finding(history=tuple(HistoryEntry(*entry) for entry in entries))


WAS = (date(2025, 9, 29), Verdict.UNDISCLOSED, (1,))
IS = (PUBLISHED, Verdict.STATED, (0,))


@pytest.mark.parametrize(
    ("change", "right"),
    [
        pytest.param(with_history(WAS, IS), True, id="as labelled"),
        pytest.param(with_history(WAS, (*IS[:2], (0, 1))), True, id="the first citation leads"),
        pytest.param(with_history(WAS, (*IS[:2], (1, 0))), False, id="led by another sentence"),
        pytest.param(with_history(IS), False, id="older entry lost"),
        pytest.param(with_history(WAS), False, id="newer entry lost"),
        pytest.param(with_history(), False, id="no history"),
        pytest.param(with_history(IS, WAS), False, id="newest first"),
        pytest.param(with_history(WAS, (date(2026, 3, 13), *IS[1:])), False, id="another day"),
        pytest.param(with_history((WAS[0], Verdict.STATED, (1,)), IS), False, id="another verdict"),
        pytest.param(with_history(WAS, IS, IS), False, id="entry twice"),
        pytest.param(with_history(WAS, (*IS[:2], ())), False, id="entry without a citation"),
        pytest.param(with_history(WAS, (*IS[:2], (9,))), False, id="citation that is not there"),
        pytest.param(lambda a: replace(a, findings=a.findings * 2), False, id="two findings"),
        pytest.param(lambda a: replace(a, findings=()), False, id="no finding"),
    ],
)
def test_a_history_is_right_only_with_its_days_verdicts_and_leading_sentences(
    change: Callable[[Answer], Answer], right: bool
) -> None:
    assert scored(CHANGED, change).history_right is right


def test_history_is_no_case_without_its_label_and_a_crash_counts_against_it() -> None:
    crashed = score(CHANGED, None, {"d1": TEXT})
    assert scored(STATED).history_right is None
    assert summarise([scored(STATED), scored(CHANGED), crashed]).rates["history_right"] == Rate(1, 2)
    assert scored(CHANGED, with_history(IS)).faults[-1] == "wrong history"


def test_a_sentence_of_the_history_is_no_imprecise_citation_but_does_not_answer() -> None:
    whole, only_before = scored(CHANGED), scored(CHANGED, with_citation(LARGER))
    assert whole.cited_on_gold == len(whole.cited) == 3
    assert (only_before.gold_cited, only_before.cited_on_gold) == (False, 1)


def test_negative_offsets_that_slice_the_right_words_are_broken() -> None:
    whole = citation(CONTRACT)
    turned = replace(whole, start=whole.start - len(TEXT), end=len(TEXT))
    assert TEXT[turned.start : turned.end] == CONTRACT
    assert scored(STATED, lambda a: replace(a, related=(turned,))).broken


@pytest.mark.parametrize(("length", "cited"), [(len(HERON) // 2 - 20, True), (len(HERON), True)])
def test_a_clause_of_the_gold_sentence_counts_as_cited(length: int, cited: bool) -> None:
    assert scored(STATED, with_citation(HERON[:length])).gold_cited is cited


def test_touching_the_gold_sentence_with_less_than_half_of_the_quote_is_not_citing_it() -> None:
    start = TEXT.index(LARGER) - 10
    beside = citation(TEXT[start : start + 60])
    assert scored(STATED, lambda a: replace(a, citations=(beside,))).gold_cited is False


def test_near_misses_carry_no_values() -> None:
    def told_from_related(a: Answer) -> Answer:
        return replace(a, related=(citation(CONTRACT),), text="It costs 84 million crowns.")

    assert {f.detail for f in scored(SILENT, told_from_related).assertions} == {
        "84 is in no citation",
        "million is in no citation",
    }


def test_values_of_question_and_source_line_are_carried() -> None:
    asked = replace(SILENT, text="Does it cost 5 crowns under apache terms?")
    spoken = saying("On 5 crowns and Apache, as of 1 November 2026, nothing.")
    assert scored(asked, spoken).assertions == ()
    dated = scored(STATED, saying("(The Estuary Courier, 12 March 2026)"))
    assert dated.assertions == ()


def test_yes_to_one_part_of_a_compound_question_is_not_judged_by_its_single_label() -> None:
    compound = question(category="compound", input="Is the hull aluminium, and what does it weigh?")
    assert scored(compound, with_finding(polarity=Polarity.YES)).assertions == ()
    both_open = replace(OPEN, category="compound")
    assert scored(both_open, with_finding(polarity=Polarity.YES)).assertions


def test_crash_and_missing_answer_stay_in_every_denominator() -> None:
    crashed = score(YES, Asked(YES.id, YES.text, 0.1, False, None, "ValueError: no"), {"d1": TEXT})
    missing = score(YES, None, {"d1": TEXT})
    assert (crashed.reason, missing.reason) == ("ValueError: no", "no answer was recorded")
    summary = summarise([scored(YES), crashed, missing])
    assert summary.outcomes == {"right": 1, "wrong": 0, "crashed": 2}
    names = ("status_right", "coverage", "gold_cited", "kind_right", "speaker_right", "polarity_right")
    assert {summary.rates[name] for name in (*names, "shown_at_1")} == {Rate(1, 3)}
    assert summary.rates["crashed"] == Rate(2, 3)
    assert summary.reciprocal_rank == {1: 1 / 3, 3: 1 / 3, 5: 1 / 3}
    assert summary.confusion == {("stated", "stated"): 1, ("stated", "crashed"): 2}


def test_gold_sentence_that_the_corpus_lost_is_named() -> None:
    assert score(STATED, None, {"d1": "Another text."}).missing_gold == (HERON,)


def test_second_finding_that_is_stated_counts_on_an_undisclosed_question() -> None:
    extra = Finding("", "hull", Verdict.STATED, citations=(0,))
    result = scored(OPEN, lambda a: replace(a, status=Status.PARTIAL, findings=(*a.findings, extra)))
    assert result.stated_where_not


def test_warm_up_is_kept_out_of_the_seconds() -> None:
    slow = replace(scored(STATED), seconds=9.0, warm_up=True)
    quick = [replace(scored(STATED), seconds=s) for s in (0.1, 0.2, 0.3, 0.4)]
    summary = summarise([slow, *quick])
    assert (summary.p50, summary.p95, summary.warm_up) == (0.2, 0.4, (9.0,))


def test_wilson_interval_against_published_values() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3: 81/263, 15/148, 0/20, 1/29.
    for hits, total, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
    ]:
        interval = Rate(hits, total).interval
        assert interval == pytest.approx((low, high), abs=5e-5)
    assert Rate(0, 0).share is None
    assert Rate(0, 0).interval is None


def test_a_word_of_the_question_is_no_new_name_but_another_name_is() -> None:
    asked = replace(SILENT, text="Will it be painted in red?")
    assert scored(asked, saying("Red: no sentence says so.")).unsupported == ()
    (found,) = scored(asked, saying("Scarlet Wharf: no sentence says so.")).unsupported
    assert found.kind == "name" and "Scarlet" in found.detail


def test_the_day_of_a_citation_may_be_told_and_no_other() -> None:
    told = f"Earlier, on {PUBLISHED.isoformat()}, a source spoke of it."
    assert scored(STATED, saying(told)).unsupported == ()
    assert scored(STATED, saying("Earlier, on 2019-03-07, a source spoke of it.")).unsupported
