"""The fit of the two decisions: it learns what tells right from wrong, and judges by unseen corpora."""

from __future__ import annotations

import tomllib

import pytest

from eval import calibrate
from eval.samples import Sample
from rag.candidates import OPEN_FEATURES, STATED_FEATURES
from rag.records import Verdict
from rag.weighing import decided, shares


def features(names: tuple[str, ...], **values: float) -> tuple[float, ...]:
    return tuple(values.get(name, 0.0) for name in names)


def sample(group: str, target: str, share: float) -> Sample:
    """A question with one sentence that may answer, and one that may withhold."""
    return Sample(
        group,
        target,
        (((features(STATED_FEATURES, coverage=share * (target != "undisclosed")), target == "stated"),),),
        (((features(OPEN_FEATURES, question_share=share * (target != "stated")), target == "undisclosed"),),),
    )


SAMPLES = [
    sample(group, target, share)
    for group in ("ferry", "museum", "wheat")
    for target, share in (("stated", 1.0), ("undisclosed", 1.0), ("not_covered", 0.0), ("not_covered", 0.1))
    for _ in range(10)
]


def test_what_tells_right_from_wrong_gets_the_weight() -> None:
    data = tomllib.loads(calibrate.render(calibrate.fit(SAMPLES)))
    weights = data["stated"]["weights"]
    assert list(weights) == list(STATED_FEATURES)
    assert list(data["gap"]["weights"]) == list(OPEN_FEATURES)
    assert max(weights, key=lambda name: abs(weights[name])) == "coverage"


def test_a_corpus_is_judged_by_weights_of_the_others() -> None:
    # A corpus in which the words say the opposite is all wrong, for it does not judge itself.
    upside_down = [sample("mill", "stated", 0.0), sample("mill", "not_covered", 1.0)] * 5
    right, _ = calibrate.cross_validate([*SAMPLES, *upside_down])
    assert right == len(SAMPLES)


def test_training_documents_count_less_than_questions_whose_labels_were_checked() -> None:
    against = [sample("gus", "not_covered", 1.0)] * 40
    beside = calibrate.fit(SAMPLES, against)
    among = calibrate.fit([*SAMPLES, *against])
    assert beside.stated.weights[0] > among.stated.weights[0]


def test_more_that_may_answer_make_it_surer_that_something_does() -> None:
    one, _ = shares([0.0], [])
    two, held = shares([0.0, 0.0], [])
    beside, withheld = shares([0.0, 0.0], [0.0])
    assert (one, two, held) == (1 / 2, 2 / 3, 0.0)
    assert (beside, withheld) == (1 / 2, 1 / 4)


@pytest.mark.parametrize(
    ("told", "held", "verdict"),
    [
        (0.7, 0.1, Verdict.STATED),
        (0.7, 0.25, Verdict.UNDISCLOSED),
        (0.5, 0.4, Verdict.UNDISCLOSED),
        (0.5, 0.25, Verdict.NOT_COVERED),
    ],
)
def test_a_likely_non_disclosure_beside_a_statement_is_what_is_shown(
    told: float, held: float, verdict: Verdict
) -> None:
    assert decided(told, held, 0.65, 0.35, best=1.0) is verdict


def test_many_unlikely_statements_make_none() -> None:
    assert decided(0.7, 0.1, 0.65, 0.35, best=-0.5) is Verdict.NOT_COVERED
    assert decided(0.7, 0.1, 0.65, 0.35, best=-0.1) is Verdict.STATED


def test_what_withholds_nothing_in_words_casts_no_doubt_on_a_statement() -> None:
    assert decided(0.7, 0.25, 0.65, 0.35, best=1.0, doubt=0.0) is Verdict.STATED
    assert decided(0.6, 0.4, 0.65, 0.35, best=1.0, doubt=0.0) is Verdict.UNDISCLOSED
