"""Yes and no from one sentence, over pairs from many fields; a wrong yes or no is never allowed."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest

from rag.governors import Force
from rag.language import Parser
from rag.predication import predication, promised
from rag.proposition import Proposition
from rag.question import understand
from tests.polarity_fixtures import decide, kind_of

DATA = Path(__file__).parent / "data"


@cache
def data() -> dict[str, list[dict[str, str]]]:
    return tomllib.loads((DATA / "polarity.toml").read_text("utf-8"))


def read(name: str) -> list[dict[str, str]]:
    pairs: list[dict[str, str]] = tomllib.loads((DATA / name).read_text("utf-8"))["pair"]
    return pairs


def test_the_halves_are_even_and_of_many_fields() -> None:
    for name, rows in data().items():
        assert len(rows) == 60, name
        assert sum(row["half"] == "A" for row in rows) == 30
        assert len({row["field"] for row in rows}) >= 10
        assert {row["expected"] for row in rows} == (
            {"yes", "no", "none"} if name == "pair" else {"fact", "commitment", "opinion"}
        )


# At least so many right of 30; the rest must be "none", never the other answer.
@pytest.mark.parametrize(("half", "right"), [("A", 28), ("B", 26)])
def test_pairs(parser: Parser, half: str, right: int) -> None:
    rows = [row for row in data()["pair"] if row["half"] == half]
    given = [decide(parser, row["sentence"], row["question"]) for row in rows]
    false = [(r, g) for r, g in zip(rows, given, strict=True) if g not in ("none", r["expected"])]
    assert not false
    assert sum(g == r["expected"] for r, g in zip(rows, given, strict=True)) >= right


# Few are decided at all: who writes freely says most things in other words.  One of half B is decided
# wrongly, by a parse that takes "closed since the storm" for what is said of the playground.
@pytest.mark.parametrize(("half", "right", "wrong"), [("A", 14, 0), ("B", 7, 1)])
def test_sentences_of_somebody_else(parser: Parser, half: str, right: int, wrong: int) -> None:
    rows = [row for row in read("polarity_fresh.toml") if row["half"] == half]
    given = [(row["expected"], decide(parser, row["sentence"], row["question"])) for row in rows]
    assert sum(said not in ("none", expected) for expected, said in given) <= wrong
    assert sum(said == expected != "none" for expected, said in given) >= right


@pytest.mark.parametrize("row", read("polarity_denials.toml"), ids=lambda row: row["question"])
def test_denials_exceptions_parts_and_plans(parser: Parser, row: dict[str, str]) -> None:
    said = decide(parser, row["sentence"], row["question"])
    assert said == row["expected"] or (said == "none" and not row["needed"])


@pytest.mark.parametrize(("half", "right"), [("A", 26), ("B", 25)])
def test_kinds(parser: Parser, half: str, right: int) -> None:
    rows = [row for row in data()["kind"] if row["half"] == half]
    assert sum(kind_of(parser, row["sentence"]) == row["expected"] for row in rows) >= right


@pytest.mark.parametrize(
    ("sentence", "question", "said"),
    [
        ("The mayor sued the bank.", "Did the bank sue the mayor?", "none"),  # who did it to whom
        ("The mayor sued the bank.", "Did the mayor sue the bank?", "yes"),
        ("The bank was sued by the mayor.", "Did the mayor sue the bank?", "yes"),
        (
            "The drivers of the trams earn a bonus.",
            "Do the trams earn a bonus?",
            "none",
        ),  # a part is not the whole
        ("Foreign customers pay a fee.", "Do customers pay a fee?", "none"),  # narrower than asked
        ("The shop will not sell beer from May.", "Does the shop sell beer?", "none"),  # not yet
        ("The ferry sails from Lund to Arvik.", "Does the ferry sail from Lund?", "yes"),
        ("The ferry sails from Lund to Arvik.", "Does the ferry sail to Lund?", "none"),
        ("The store sells flour, sugar, baking powder, yeast and salt.", "Does the store sell yeast?", "yes"),
        (
            "The suite contains debugging utilities and profilers.",
            "Does the suite contain a debugger?",
            "yes",
        ),
        ("It sells tea rather than coffee.", "Does it sell coffee?", "no"),
        ("The pier is only open on weekdays.", "Is the pier open on Saturdays?", "no"),
        ("The farm grows wheat.", "Does the farm grow barley?", "none"),  # near in meaning is not the same
        ("The firm buys wheat.", "Does the firm sell wheat?", "none"),
        ("The lift is not broken; the stairs are open.", "Is the lift broken?", "no"),  # two main clauses
        ("The lift is broken; the stairs are open.", "Is the lift broken?", "yes"),
        ("Dogs are not allowed: they may wait outside.", "Are dogs allowed?", "no"),
        ("The licence was expected to be free: it is sold now.", "Is the licence free?", "none"),
        ("Pups are allowed in the garden; dogs are not allowed.", "Are dogs allowed?", "no"),
        ("The old tram is not running: the new one is running.", "Is the new tram running?", "none"),
        ("The old tram is not running: the new one is running.", "Is the old tram running?", "no"),
        ("The Lund board is small, and its Arvik office is closed.", "Is the Lund board closed?", "none"),
        (
            "The Lund board reports to the Arvik council, and its minutes are public.",
            "Are the minutes of the Arvik council public?",
            "none",
        ),  # whose they are
        ("The ferry does not only sail in May: it sails in June, too.", "Does it sail only in May?", "no"),
        ("The ferry sails in May.", "Does the ferry sail only in May?", "none"),
        ("All shops are open, with parts of the hall shops.", "Are all shops open?", "yes"),
        ("All shops are open, with parts of the hall.", "Is the hall open?", "none"),
        ("Such trials need no permit.", "Do such trials need a permit?", "no"),
        ("Such trials need a permit.", "Do such trials need a permit?", "yes"),
        ("The lamp has a switch.", "Has the lamp got a switch?", "yes"),
        ("The museum, funded by the city, opens in May.", "Is the museum funded by the city?", "yes"),
        ("The clinic treats children under five.", "Are children treated?", "none"),
        ("The clinic treats children.", "Are children treated?", "yes"),
    ],
)
def test_what_hangs_on_the_predicate(parser: Parser, sentence: str, question: str, said: str) -> None:
    assert decide(parser, sentence, question) == said


@pytest.mark.parametrize(
    ("sentence", "word", "force", "denied"),
    [
        ("The museum refused to return the mask.", "return", Force.DONE, True),
        ("The museum did not refuse to return the mask.", "return", Force.DONE, False),
        ("The agency expects the probe to reach the comet.", "reach", Force.PLANNED, False),
        ("Residents fear that the wall may fall.", "fall", Force.VIEW, False),
        ("Critics say that the wall leaks.", "leaks", Force.VIEW, False),
        ("The firm asked the city to build a wall.", "build", Force.OPAQUE, False),
        ("Drivers must check the doors.", "check", Force.OBLIGED, False),
    ],
)
def test_what_governs_a_predicate(
    parser: Parser, sentence: str, word: str, force: Force, denied: bool
) -> None:
    tokens = parser.parse([sentence])[0]
    place = next(p for p, t in enumerate(tokens) if t.text == word)
    found = predication(tokens, place)
    assert found.force is force
    assert force is Force.OPAQUE or found.denied is denied


def test_a_fact_and_a_plan_under_one_subject(parser: Parser) -> None:
    tokens = parser.parse(["The satellite sweeps a wide strip and will return every four days."])[0]
    words = [t.text for t in tokens]
    assert promised(tokens, words.index("strip")) is False
    assert promised(tokens, words.index("days")) is True


@pytest.mark.parametrize(
    ("question", "having", "past"),
    [
        ("Is it true that the tools have already been sold?", False, True),
        ("The tools have been sold?", False, True),
        ("Does the kit have a lamp?", True, False),
        ("Is it true that the kit has a lamp?", True, False),
        ("Will the tools be sold?", False, False),
    ],
)
def test_an_auxiliary_have_asks_for_what_has_happened(
    parser: Parser, question: str, having: bool, past: bool
) -> None:
    (detail,) = understand(question, parser.parse, {}).details
    asked = Proposition(detail)
    assert (asked.having, asked.past) == (having, past)


def test_a_word_inside_a_compound_is_no_judgement(parser: Parser) -> None:
    model = "As published on its card, Wren-2 is a mixture-of-experts model with 92 billion parameters."
    assert decide(parser, model, "Is Wren-2 a mixture-of-experts model?") == "yes"
    assert decide(parser, "According to experts, the bridge is safe.", "Is the bridge safe?") == "none"
    spaced = "The bridge is - experts agree - safe."
    assert decide(parser, spaced, "Is the bridge safe?") == "none"
