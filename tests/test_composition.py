"""The composed text: whole sentences of our own around verbatim quotes, and no more than the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag import Assistant, ClaimKind, Settings, Status, Verdict, phrases
from rag.asked import Ask, Detail, Term
from rag.composition import status_of
from rag.records import Finding, Polarity

NEWS = """---
title: The Norvik lamp
published: 2025-03-01
---
The Norvik lamp is made of brass. Norvik has not disclosed the price of the lamp.

Norvik plans to publish the blueprints of the Norvik lamp in May. "We will never sell it," she said.

The tools of the Tarn series include a saw and a file. It is not yet clear which tools are in the Tarn series.

Norvik has yet to disclose which licence will govern the December release.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    corpus = tmp_path_factory.mktemp("corpus")
    (corpus / "news.md").write_text(NEWS, "utf-8")
    with Assistant(Settings(corpus_dir=corpus, data_dir=tmp_path_factory.mktemp("data"))) as assistant:
        yield assistant


def term(text: str, role: str) -> Term:
    return Term(text, text.lower(), role, frozenset(), frozenset())


def detail(text: str, ask: Ask = Ask.WHAT, *terms: Term, **more: object) -> Detail:
    fields: dict[str, object] = {"subject": "", "focus": "", "aspects": frozenset()} | more
    return Detail(text, ask, terms, **fields)  # type: ignore[arg-type]


LICENCE = detail(
    "What licence will the Tarn series have", Ask.WHAT, term("licence", "focus"), term("Tarn", "name"),
    term("series", "head"), subject="Tarn", focus="licence",
)  # fmt: skip


def test_undisclosed_detail_is_named_in_a_sentence() -> None:
    assert phrases.undisclosed(LICENCE, whole=False) == "The licence of the Tarn series is not disclosed."


def test_silence_names_what_was_asked() -> None:
    assert phrases.silence(LICENCE) == "The sources do not mention the licence of the Tarn series."


def test_silence_says_an_open_question_again() -> None:
    asked = detail("How long is Zarn supported", Ask.AMOUNT, term("supported", "verb"), term("Zarn", "name"),
                   subject="Zarn", indirect="how long Zarn is supported")  # fmt: skip
    assert phrases.silence(asked) == "The sources do not say how long Zarn is supported."
    assert phrases.undisclosed(asked, whole=False) == "It is not disclosed how long Zarn is supported."


def test_where_nothing_is_called_undisclosed_that_is_said_and_no_more() -> None:
    asked = detail("What is still open about the licence of Zarn", Ask.UNKNOWNS, term("licence", "noun"),
                   term("Zarn", "name"), subject="Zarn")  # fmt: skip
    assert phrases.silence(asked) == (
        "The sources call nothing about the licence of Zarn undisclosed, undecided or unclear. "
        "They may still leave things out."
    )


def test_a_number_is_asked_for_as_a_number() -> None:
    asked = detail(
        "How many parameters does Zarn have", Ask.AMOUNT, term("parameters", "focus"), term("Zarn", "name"),
        subject="Zarn", focus="many parameters",
    )  # fmt: skip
    assert phrases.undisclosed(asked, whole=False) == "The number of parameters of Zarn is not disclosed."


def test_plural_details_take_a_plural_verb() -> None:
    asked = detail(
        "What are the terms of Zarn", Ask.WHAT, term("terms", "focus"), term("Zarn", "name"),
        subject="Zarn", focus="terms",
    )  # fmt: skip
    assert phrases.undisclosed(asked, whole=False) == "The terms of Zarn are not disclosed."


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (
            "What is the licence of the compiler of Tarn",
            (term("compiler", "noun"),),
        ),  # not the licence of Tarn
        ("What licence will Tarn have in 2027", (term("2027", "number"),)),
    ],
)
def test_a_noun_phrase_that_would_drop_a_word_of_the_question_is_not_made(
    text: str, more: tuple[Term, ...]
) -> None:
    asked = detail(text, Ask.WHAT, term("licence", "focus"), term("Tarn", "name"), *more, subject="Tarn",
                   focus="licence")  # fmt: skip
    assert phrases.topic(asked) == ""
    assert phrases.undisclosed(asked, whole=False) == "This is not disclosed."


def test_degree_is_no_noun() -> None:
    asked = detail("How large is Zarn", Ask.AMOUNT, term("large", "focus"), term("Zarn", "name"),
                   subject="Zarn", focus="large")  # fmt: skip
    assert phrases.topic(asked) == ""


@pytest.mark.parametrize(
    ("text", "statement", "said"),
    [
        ("Will a foundation oversee it", "a foundation Will oversee it", "a foundation will oversee it"),
        ("Does Norvik sell it", "Norvik Does sell it", "Norvik sells it"),
        ("Does Norvik have it", "Norvik Does have it", "Norvik has it"),
        ("Do they carry it", "they Do carry it", "they carry it"),
        ("Does it not carry it", "it Does not carry it", "it does not carry it"),
        ("Are the tools in Python", "the tools in Python Are", ""),  # a parse that went wrong
        ("Is this allowed", "", ""),
        ("Is it " + "very " * 60 + "good", "it Is " + "very " * 60 + "good", ""),
    ],
)
def test_a_yes_no_question_becomes_a_clause_only_where_its_grammar_is_sure(
    text: str, statement: str, said: str
) -> None:
    assert phrases.clause(detail(text, Ask.YES_NO, statement=statement)) == said


@pytest.mark.parametrize(
    ("verb", "form"),
    [("carry", "carries"), ("play", "plays"), ("pass", "passes"), ("go", "goes"), ("run", "runs")],
)
def test_third_person(verb: str, form: str) -> None:
    assert phrases.third_person(verb) == form


def test_scope_of_a_non_disclosure_is_said() -> None:
    assert "not of the Tarn series by name" in phrases.undisclosed(LICENCE, whole=True)


def test_yes_or_no_only_with_polarity() -> None:
    for kind in ClaimKind:
        for past in (False, True):
            for yes_no in (False, True):
                text = phrases.opening(yes_no, None, kind, past)
                assert not text.lower().startswith(("yes", "no"))
            assert phrases.opening(True, Polarity.YES, kind, past).startswith("Yes")
            assert phrases.opening(True, Polarity.NO, kind, past).startswith("No")


def test_a_plan_is_never_told_as_done() -> None:
    assert phrases.opening(True, Polarity.YES, ClaimKind.COMMITMENT, False) == "Yes, that is the plan."
    assert "not say that it has happened" in phrases.opening(True, None, ClaimKind.COMMITMENT, True)


def test_a_speaker_whom_the_quote_names_is_not_named_twice() -> None:
    assert phrases.source("Ines Halloran", "Halloran said so.") == "The source says:"
    assert phrases.source("Ines Halloran", "“We are ready,” she said.").endswith("to Ines Halloran:")
    assert "to the company:" in phrases.source("The company", "It said so.")


def test_headings_of_parts_read_as_questions() -> None:
    assert phrases.heading(detail("what licence will it have")) == "What licence will it have?"
    assert phrases.heading(detail("licence of Tarn")) == "Licence of Tarn:"
    weighs = "what the lamp weighs"
    assert phrases.heading(detail(weighs, indirect=weighs)) == "What the lamp weighs:"


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ((), Status.NOT_COVERED),
        ((Verdict.STATED, Verdict.STATED), Status.STATED),
        ((Verdict.STATED, Verdict.NOT_COVERED), Status.PARTIAL),
        ((Verdict.UNDISCLOSED, Verdict.NOT_COVERED), Status.PARTIAL),
    ],
)
def test_status_is_what_all_findings_share(verdicts: tuple[Verdict, ...], status: Status) -> None:
    assert status_of([Finding("", "", verdict) for verdict in verdicts]) is status


def test_quotes_stand_in_curly_marks_and_nothing_else_does(assistant: Assistant) -> None:
    for question in (
        "What is the Norvik lamp made of?",
        "Tell me about the Norvik lamp",
        "What is still undisclosed?",
    ):
        answer = assistant.ask(question)
        rest = answer.text
        for citation in answer.citations:
            assert f"“{citation.quote}” [" in rest
            rest = rest.replace(f"“{citation.quote}”", "")
        assert "“" not in rest
        assert "”" not in rest


def test_a_non_disclosure_is_a_fact_and_no_plan(assistant: Assistant) -> None:
    answer = assistant.ask("What is the price of the Norvik lamp?")
    assert answer.status == "undisclosed"
    assert answer.text.startswith("The price of the Norvik lamp is not disclosed.")
    # "which licence will govern" speaks of the future; that it is undisclosed is true today
    everything = assistant.ask("What is still undisclosed?")
    assert any("will govern" in citation.quote for citation in everything.citations)
    assert {claim.kind for claim in (*answer.claims, *everything.claims)} == {ClaimKind.FACT}


def test_a_list_of_the_unknown_is_introduced_once(assistant: Assistant) -> None:
    answer = assistant.ask("What is still undisclosed?")
    assert answer.text.count(phrases.STILL_OPEN) == 1
    assert len(answer.text.split("\n\n")) == len(answer.citations) > 1


def test_a_compound_answer_repeats_each_part_as_its_question(assistant: Assistant) -> None:
    answer = assistant.ask("What is the Norvik lamp made of, and what is the price of the Norvik lamp?")
    first, second = answer.text.split("\n\n")
    assert answer.status == "partial"
    assert first.startswith("What is the Norvik lamp made of? ")
    assert second.startswith("What is the price of the Norvik lamp? ")


def test_when_takes_nothing_wrong_for_granted_and_why_is_told(assistant: Assistant) -> None:
    when = assistant.ask("When did the museum in Oslo buy the Norvik lamp?")
    assert when.findings[0].premise == ""
    why = assistant.ask("Why did Norvik stop the museum in Oslo?")
    assert why.status == "not_covered"
    assert why.findings[0].premise in why.text


def test_every_claim_is_in_the_text_and_history_ends_at_as_of(assistant: Assistant) -> None:
    answer = assistant.ask("Tell me about the Norvik lamp", as_of=date(2025, 3, 1))
    assert all(claim.text in answer.text for claim in answer.claims)
    assert all(e.published <= date(2025, 3, 1) for f in answer.findings for e in f.history)


def test_own_words_hold_no_number(assistant: Assistant, tmp_path: Path) -> None:
    for question in (
        "Tell me about the Norvik lamp",
        "Which tools are in the Tarn series?",
        "What is still open?",
    ):
        answer = assistant.ask(question)
        rest = answer.text
        for number, citation in enumerate(answer.citations, 1):
            rest = rest.replace(f"“{citation.quote}” [{number}]", "")
        assert not any(sign.isdigit() for sign in rest)
