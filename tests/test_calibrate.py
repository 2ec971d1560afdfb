"""The fit of the two decisions: it learns what tells right from wrong, and judges by unseen corpora."""

from __future__ import annotations

import tomllib

import pytest

from eval import calibrate
from eval.samples import Sample
from rag.evidence import OPEN_FEATURES, STATED_FEATURES


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
    assert beside.stated.coef_[0][0] > among.stated.coef_[0][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--training", "gus"], "go together"),
        (["--reader", "x.safetensors", "--training", "nobody"], "no training set nobody"),
    ],
)
def test_wrong_arguments_are_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        calibrate.main(arguments)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err
