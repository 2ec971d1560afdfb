# ruff: noqa: E501 - one case, one row
"""The checker lets nothing through that says more than its evidence, and passes plain rewordings."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rag.verification
from rag.records import (
    Answer,
    Citation,
    Claim,
    ClaimKind,
    DocumentKind,
    Finding,
    HistoryEntry,
    Origin,
    Polarity,
    Status,
    Verdict,
)
from rag.verification import check_sentence, sentence_accepted, verify_answer

FACT, COMMITMENT, OPINION = ClaimKind.FACT, ClaimKind.COMMITMENT, ClaimKind.OPINION

# Evidence, several fields.
PLAN = "By December 31, 2025, Huawei will open source CANN based on the current Ascend 910B architecture."
OPEN_INTERFACES = (
    "We will open interfaces for the compiler and virtual instruction set within CANN, "
    "while fully open-sourcing other software components."
)
LICENCE = "Huawei has yet to disclose which licenses will govern the December releases."
DISTROS = "The component works with Linux distributions such as Ubuntu or Red Hat Enterprise Linux."
CORE = "The core of the compiler remains partially closed."
FERRY = "The Nordvik ferry carries up to 120 cars and sails at 9 a.m. from Bergen to Stord."
FERRY_PLAN = "The operator plans to add a second sailing on Sundays from 1 June 2026."
FERRY_NOT = "Dogs are not allowed in the passenger lounge."
FERRY_TWO = "The Nordvik carries 120 cars. The Solvik carries 80 cars."
DRUG = "Tarvexin may reduce migraine attacks in some adults, according to the Halden trial."
DRUG_IF = "If regulators approve it, Tarvexin will be sold in Norway from May 2027."
DRUG_APPROVED = "The agency approved Tarvexin for adults on 3 March 2025."
DOSE = "The recommended dose is at least 20 mg per day."
REVENUE = "Revenue rose 5% to about $3.2 million in the third quarter of 2025."
BANK = "Orla Bank said that its profit could fall by 4% in 2026."
DEAL = "Orla Bank acquired Finch Capital in 2024."
FEES = "Customers pay a fee of 2 euros except on weekends."
UNCLEAR = "The price of the new ticket remains unclear."
VERSION = "Version 8.2.1 of the scheduler supports Python 3.11."

# (trap, evidence, kind, speaker, sentence)
BLOCKED = [
    ("planned turned into done, perfect", PLAN, COMMITMENT, "", "Huawei has open sourced CANN."),
    ("planned turned into done, past", PLAN, COMMITMENT, "", "Huawei open sourced CANN by December 31, 2025."),
    ("planned turned into done, present", PLAN, COMMITMENT, "", "CANN is open source."),
    ("planned turned into done, kind unset", PLAN, FACT, "", "Huawei has open sourced CANN."),
    ("planned turned into available", PLAN, COMMITMENT, "", "CANN is now available as open source."),
    ("half done by a second clause", PLAN, COMMITMENT, "", "Huawei has open sourced CANN and will open source Ascend."),
    ("fully added", PLAN, COMMITMENT, "", "Huawei will fully open source CANN by December 31, 2025."),
    ("fully of the other half", OPEN_INTERFACES, COMMITMENT, "", "The compiler will be fully open source."),
    ("entirely for fully", OPEN_INTERFACES, COMMITMENT, "", "The virtual instruction set will be entirely open."),
    ("partially to fully", CORE, FACT, "", "The core of the compiler remains fully closed."),
    ("partially dropped", CORE, FACT, "", "The core of the compiler remains closed."),
    ("another name", PLAN, COMMITMENT, "", "Nvidia will open source CANN by December 31, 2025."),
    ("another model number", PLAN, COMMITMENT, "", "Huawei will open source CANN based on the Ascend 910C architecture."),
    ("another day", PLAN, COMMITMENT, "", "By December 30, 2025, Huawei will open source CANN."),
    ("another year", PLAN, COMMITMENT, "", "By December 31, 2026, Huawei will open source CANN."),
    ("by turned into on", PLAN, COMMITMENT, "", "On December 31, 2025, Huawei will open source CANN."),
    ("licence invented", PLAN, COMMITMENT, "", "Huawei will open source CANN under Apache 2.0 by December 31, 2025."),
    ("licence invented in lower case", PLAN, COMMITMENT, "", "Huawei will open source CANN, apache licensed."),
    ("because added", PLAN, COMMITMENT, "", "Huawei will open source CANN because the Ascend architecture is current."),
    ("so that added", PLAN, COMMITMENT, "", "Huawei will open source CANN, so the architecture will be current."),
    ("yes-prefix", PLAN, COMMITMENT, "", "Yes, Huawei will open source CANN by December 31, 2025."),
    ("no-prefix", CORE, FACT, "", "No, the core of the compiler remains partially closed."),
    ("negated plan", PLAN, COMMITMENT, "", "Huawei will not open source CANN by December 31, 2025."),
    ("list closed by only", DISTROS, FACT, "", "The component works only with Ubuntu or Red Hat Enterprise Linux."),
    ("list closed by silence", DISTROS, FACT, "", "The component works with Ubuntu or Red Hat Enterprise Linux."),
    ("list extended", DISTROS, FACT, "", "The component works with Linux distributions such as Ubuntu or Debian."),
    ("all added", DISTROS, FACT, "", "The component works with all Linux distributions such as Ubuntu."),
    ("name run shortened", DISTROS, FACT, "", "The component works with distributions such as Red Enterprise Linux."),
    ("up to dropped", FERRY, FACT, "", "The Nordvik ferry carries 120 cars."),
    ("up to turned into at least", FERRY, FACT, "", "The Nordvik ferry carries at least 120 cars."),
    ("one digit changed", FERRY, FACT, "", "The Nordvik ferry carries up to 130 cars."),
    ("unit changed", FERRY, FACT, "", "The Nordvik ferry carries up to 120 tonnes."),
    ("number of another thing", FERRY, FACT, "", "The Nordvik ferry carries up to 9 cars."),
    ("direction swapped", FERRY, FACT, "", "The Nordvik ferry sails from Stord to Bergen at 9 a.m."),
    ("number of the other subject", FERRY_TWO, FACT, "", "The Solvik carries 120 cars."),
    ("plan as timetable", FERRY_PLAN, COMMITMENT, "", "The operator has added a second sailing on Sundays."),
    ("plan as promise", FERRY_PLAN, COMMITMENT, "", "The operator will add a second sailing on Sundays."),
    ("weekday changed", FERRY_PLAN, COMMITMENT, "", "The operator plans to add a second sailing on Mondays."),
    ("ordinal changed", FERRY_PLAN, COMMITMENT, "", "The operator plans to add a third sailing on Sundays."),
    ("common noun exchanged", FERRY_PLAN, COMMITMENT, "", "The operator plans to add a second sailing on holidays from 1 June 2026."),
    ("adjective slipped in", FERRY_PLAN, COMMITMENT, "", "The operator plans to add a second luxury sailing on Sundays from 1 June 2026."),
    ("not dropped", FERRY_NOT, FACT, "", "Dogs are allowed in the passenger lounge."),
    ("never for not", FERRY_NOT, FACT, "", "Dogs are never allowed in the passenger lounge."),
    ("scope dropped", FERRY_NOT, FACT, "", "Dogs are not allowed."),
    ("opposite by prefix", FERRY_NOT, FACT, "", "Dogs are disallowed in every passenger lounge."),
    ("may dropped", DRUG, OPINION, "", "Tarvexin reduces migraine attacks in some adults, according to the Halden trial."),
    ("may turned into will", DRUG, OPINION, "", "Tarvexin will reduce migraine attacks in some adults, according to the Halden trial."),
    ("some dropped", DRUG, OPINION, "", "Tarvexin may reduce migraine attacks in adults, according to the Halden trial."),
    ("according to dropped", DRUG, OPINION, "", "Tarvexin may reduce migraine attacks in some adults."),
    ("according to another", DRUG, OPINION, "", "Tarvexin may reduce migraine attacks in some adults, according to regulators."),
    ("cures for reduces", DRUG, OPINION, "", "Tarvexin may cure migraine attacks in some adults, according to the Halden trial."),
    ("condition dropped", DRUG_IF, COMMITMENT, "", "Tarvexin will be sold in Norway from May 2027."),
    ("condition turned into fact", DRUG_IF, COMMITMENT, "", "Regulators approve it, and Tarvexin will be sold in Norway."),
    ("place changed", DRUG_IF, COMMITMENT, "", "If regulators approve it, Tarvexin will be sold in Sweden from May 2027."),
    ("group dropped", DRUG_APPROVED, FACT, "", "The agency approved Tarvexin on 3 March 2025."),
    ("group changed", DRUG_APPROVED, FACT, "", "The agency approved Tarvexin for children on 3 March 2025."),
    ("rejected for approved", DRUG_APPROVED, FACT, "", "The agency rejected Tarvexin for adults on 3 March 2025."),
    ("first added", DRUG_APPROVED, FACT, "", "The agency first approved Tarvexin for adults on 3 March 2025."),
    ("at least dropped", DOSE, FACT, "", "The recommended dose is 20 mg per day."),
    ("mg to g", DOSE, FACT, "", "The recommended dose is at least 20 g per day."),
    ("maximum for recommended", DOSE, FACT, "", "The maximum dose is at least 20 mg per day."),
    ("rose to fell", REVENUE, FACT, "", "Revenue fell 5% to about $3.2 million in the third quarter of 2025."),
    ("about dropped", REVENUE, FACT, "", "Revenue rose 5% to $3.2 million in the third quarter of 2025."),
    ("million to billion", REVENUE, FACT, "", "Revenue rose 5% to about $3.2 billion in the third quarter of 2025."),
    ("currency changed", REVENUE, FACT, "", "Revenue rose 5% to about €3.2 million in the third quarter of 2025."),
    ("quarter changed", REVENUE, FACT, "", "Revenue rose 5% to about $3.2 million in the second quarter of 2025."),
    ("profit for revenue", REVENUE, FACT, "", "Profit rose 5% to about $3.2 million in the third quarter of 2025."),
    ("speaker dropped", BANK, OPINION, "Orla Bank", "Its profit could fall by 4% in 2026."),
    ("speaker changed", BANK, OPINION, "", "Finch Capital said that its profit could fall by 4% in 2026."),
    ("could dropped", BANK, OPINION, "Orla Bank", "Orla Bank said that its profit will fall by 4% in 2026."),
    ("roles swapped", DEAL, FACT, "", "Finch Capital acquired Orla Bank in 2024."),
    ("agent swapped by passive", DEAL, FACT, "", "Orla Bank was acquired by Finch Capital in 2024."),
    ("exception dropped", FEES, FACT, "", "Customers pay a fee of 2 euros."),
    ("exception reversed", FEES, FACT, "", "Customers pay a fee of 2 euros on weekends."),
    ("spelled number changed", FEES, FACT, "", "Customers pay a fee of three euros except on weekends."),
    ("version changed", VERSION, FACT, "", "Version 8.2.2 of the scheduler supports Python 3.11."),
    ("minor version changed", VERSION, FACT, "", "Version 8.2.1 of the scheduler supports Python 3.12."),
    ("now added", VERSION, FACT, "", "Version 8.2.1 of the scheduler now supports Python 3.11."),
    ("plan added to a fact", VERSION, FACT, "", "Version 8.2.1 of the scheduler will support Python 3.11."),
    ("undisclosed added", VERSION, FACT, "", "Python 3.11 support of the scheduler is undisclosed."),
    ("object taken from beside the clause", "Beyond CANN, Huawei has pledged to fully open-source the Mind series.", COMMITMENT, "", "Huawei has pledged to fully open-source CANN."),
    ("unlike dropped", "Unlike Acme, Orla ships source code.", FACT, "", "Acme ships source code."),
    ("unclear whether dropped", "It is unclear whether the bank will merge.", COMMITMENT, "", "The bank will merge."),
    ("did not say whether dropped", "The bank did not say whether it will merge.", COMMITMENT, "", "The bank will merge."),
    ("doubt dropped", "Analysts doubt that the bank will merge.", COMMITMENT, "", "The bank will merge."),
    ("abandoned dropped", "The bank abandoned a plan to merge with Finch.", COMMITMENT, "", "The bank plans to merge with Finch."),
    ("denial dropped", "The bank denies that it lost money.", FACT, "", "The bank lost money."),
    ("claim as fact", "Critics claim that the ferry is unsafe.", FACT, "", "The ferry is unsafe."),
    ("one end of a range", "The fund gained between 2% and 3%.", FACT, "", "The fund gained 3%."),
    ("one end of a hyphened range", "The fund gained 2-3% in May.", FACT, "", "The fund gained 3% in May."),
    ("other half of a pair", "The patch fixes the crash on Linux and the leak on Windows.", FACT, "", "The patch fixes the leak on Linux."),
    ("neither dropped", "Neither the ferry nor the bus runs on Sunday.", FACT, "", "The ferry runs on Sunday."),
    ("without to with", "The tool can be used without a licence.", FACT, "", "The tool can be used with a licence."),
    ("almost dropped", "Almost all ferries are electric.", FACT, "", "All ferries are electric."),
    ("hope turned into will", "The operator hopes that the pier will reopen in June.", COMMITMENT, "", "The pier will reopen in June."),
    ("empty", PLAN, COMMITMENT, "", "  "),
    ("marks only", PLAN, COMMITMENT, "", "[1] ..."),
    ("question", PLAN, COMMITMENT, "", "Will Huawei open source CANN by December 31, 2025?"),
    ("unrelated", PLAN, COMMITMENT, "", "The weather will stay calm over the northern islands."),
    ("other script", PLAN, COMMITMENT, "", "华为 will open source CANN."),
]  # fmt: skip

FAITHFUL = [
    (PLAN, COMMITMENT, "", "Huawei will open source CANN by December 31, 2025."),
    (PLAN, COMMITMENT, "", "By 31 December 2025, Huawei will open source CANN [1]."),
    (PLAN, COMMITMENT, "", "According to the article, Huawei will open source CANN by December 31, 2025."),
    (PLAN, COMMITMENT, "", "Huawei plans to open source CANN by 31 December 2025."),
    (PLAN, COMMITMENT, "", "CANN will be open sourced, based on the current Ascend 910B architecture."),
    (CORE, FACT, "", "The compiler's core remains partially closed."),
    (DISTROS, FACT, "", "It works with Linux distributions such as Ubuntu."),
    (FERRY, FACT, "", "The Nordvik ferry carries up to 120 cars."),
    (FERRY, FACT, "", "The Nordvik sails from Bergen to Stord at 9 a.m."),
    (FERRY_TWO, FACT, "", "The Solvik carries 80 cars."),
    (FERRY_TWO, FACT, "", "The Nordvik carries 120 cars, and the Solvik carries 80 cars."),
    (FERRY_PLAN, COMMITMENT, "", "A second sailing on Sundays is planned from 1 June 2026."),
    (FERRY_PLAN, COMMITMENT, "", "From June 1, 2026, the operator plans to add a second sailing on Sundays."),
    (FERRY_NOT, FACT, "", "Dogs aren't allowed in the passenger lounge."),
    (DRUG, OPINION, "", "According to the Halden trial, Tarvexin may reduce migraine attacks in some adults."),
    (DRUG_IF, COMMITMENT, "", "Tarvexin will be sold in Norway from May 2027 if regulators approve it."),
    (DRUG_APPROVED, FACT, "", "Tarvexin was approved for adults on March 3, 2025."),
    (DOSE, FACT, "", "The source says that the recommended dose is at least 20 mg per day."),
    (REVENUE, FACT, "", "In the third quarter of 2025, revenue rose 5 percent to about $3.2 million."),
    (BANK, OPINION, "Orla Bank", "Orla Bank said its profit could fall by 4 % in 2026."),
    (DEAL, FACT, "", "In 2024, Orla Bank acquired Finch Capital."),
    (FEES, FACT, "", "Customers pay two euros as a fee, except on weekends."),
    (VERSION, FACT, "", "The article states that version 8.2.1 of the scheduler supports Python 3.11."),
]  # fmt: skip

# (evidence, sentence, should pass?), verdict undisclosed
SILENT = [
    (LICENCE, "Huawei has not disclosed which licenses will govern the December releases.", True),
    (LICENCE, "Which licences will govern the December releases is undisclosed.", True),
    (UNCLEAR, "The price of the new ticket has not been announced.", True),
    (UNCLEAR, "The article says that the price of the new ticket is unclear.", True),
    (LICENCE, "Huawei will govern the December releases.", False),
    (LICENCE, "Huawei has disclosed which licenses will govern the December releases.", False),
    (LICENCE, "Huawei has not disclosed the licence, but the releases will be permissive.", False),
    (LICENCE, "Huawei has not disclosed whether Apache 2.0 will govern the December releases.", False),
    (LICENCE, "Huawei has not disclosed who will maintain the December releases.", False),
    (LICENCE, "No, Huawei has yet to disclose which licenses will govern the December releases.", False),
    (UNCLEAR, "The price of the new ticket is 5 euros, which is unclear.", False),
    (UNCLEAR, "The price of the new ferry remains unclear.", False),
    (FERRY, "The price of the Nordvik ferry is not disclosed.", False),
]


def _faults(sentence: str, evidence: str, kind: ClaimKind, speaker: str = "", **more: Any) -> list[str]:
    checks = check_sentence(sentence, [evidence], kind=kind, speaker=speaker, **more)
    return [f"{check.name}: {check.detail}" for check in checks if not check.passed]


@pytest.mark.parametrize(
    ("trap", "evidence", "kind", "speaker", "sentence"), BLOCKED, ids=[row[0] for row in BLOCKED]
)
def test_an_overclaim_is_blocked(
    trap: str, evidence: str, kind: ClaimKind, speaker: str, sentence: str
) -> None:
    assert _faults(sentence, evidence, kind, speaker), trap


@pytest.mark.parametrize(("evidence", "kind", "speaker", "sentence"), FAITHFUL)
def test_a_faithful_rewording_passes(evidence: str, kind: ClaimKind, speaker: str, sentence: str) -> None:
    assert _faults(sentence, evidence, kind, speaker) == []


@pytest.mark.parametrize(("evidence", "kind", "speaker"), sorted({row[1:4] for row in BLOCKED}))
def test_the_evidence_itself_passes(evidence: str, kind: ClaimKind, speaker: str) -> None:
    assert _faults(evidence, evidence, kind, speaker) == []


@pytest.mark.parametrize(("evidence", "sentence", "passes"), SILENT)
def test_non_disclosure_is_kept(evidence: str, sentence: str, passes: bool) -> None:
    assert (_faults(sentence, evidence, FACT, verdict=Verdict.UNDISCLOSED) == []) is passes


@pytest.mark.parametrize(
    ("trap", "veto"),
    [
        ("planned turned into done, perfect", "modality"),
        ("fully of the other half", "strength"),
        ("up to dropped", "numbers"),
        ("another day", "dates"),
        ("another model number", "versions"),
        ("another name", "names"),
        ("licence invented", "licences"),
        ("not dropped", "negation"),
        ("rose to fell", "direction"),
        ("partially dropped", "hedges"),
        ("condition dropped", "conditions"),
        ("group dropped", "scope"),
        ("list closed by silence", "lists"),
        ("according to dropped", "attribution"),
        ("because added", "cause"),
        ("roles swapped", "relations"),
        ("unrelated", "novelty"),
        ("yes-prefix", "yes_no"),
        ("empty", "form"),
        ("undisclosed added", "nondisclosure"),
        ("half done by a second clause", "commitment"),
    ],
)
def test_each_veto_names_its_own_trap(trap: str, veto: str) -> None:
    _, evidence, kind, speaker, sentence = next(row for row in BLOCKED if row[0] == trap)
    assert any(fault.startswith(veto + ":") for fault in _faults(sentence, evidence, kind, speaker))


def test_a_question_does_not_lend_its_subject_to_evidence_about_another() -> None:
    question = "Under which licence will the compiler be?"
    sentence = "The compiler will be under MIT."
    assert _faults(sentence, "The runtime will be under MIT.", COMMITMENT, question=question)


def test_nothing_is_worded_where_the_sources_are_silent() -> None:
    assert _faults(FERRY, FERRY, FACT, verdict=Verdict.NOT_COVERED)


def test_no_checks_accept_nothing() -> None:
    assert not sentence_accepted(())
    assert sentence_accepted(check_sentence(FERRY, [FERRY], kind=FACT, speaker=""))
    assert not sentence_accepted(check_sentence("Dogs.", [FERRY], kind=FACT, speaker=""))


@settings(deadline=None, max_examples=80)
@given(
    st.text(max_size=80),
    st.lists(st.text(max_size=60), max_size=2),
    st.sampled_from(ClaimKind),
    st.sampled_from(Verdict),
)
def test_no_text_breaks_the_checker(
    sentence: str, evidence: list[str], kind: ClaimKind, verdict: Verdict
) -> None:
    checks = check_sentence(
        sentence, evidence, kind=kind, speaker=sentence[:5], question=sentence, verdict=verdict
    )
    assert all(check.passed == (check.detail == "") for check in checks)


# --- whole answers --------------------------------------------------------------------------------

TEXT = "Timetable\n\n" + FERRY + " Fares rise on 3 March 2026.\n" + UNCLEAR + "\n"


def _cite(quote: str, **more: Any) -> Citation:
    start = TEXT.index(quote)
    citation = Citation(
        document_id="ferry", document_kind=DocumentKind.ARTICLE, document_sha256=sha256(TEXT.encode()).hexdigest(),
        title="Timetable", publisher="Harbour Office", published=date(2025, 3, 1), url="", section="", page=None,
        quote=quote, start=start, end=start + len(quote),
    )  # fmt: skip
    return replace(citation, **more)


def _answer() -> Answer:
    stated = Finding(
        "Nordvik", "capacity", Verdict.STATED, polarity=Polarity.YES, citations=(0,),
        history=(HistoryEntry(date(2025, 3, 1), Verdict.STATED, (0,)),),
    )  # fmt: skip
    return Answer(
        question="How many cars does the Nordvik carry, and what does it cost?",
        understood_as="How many cars does the Nordvik carry, and what does it cost?",
        status=Status.PARTIAL,
        text=f"“{FERRY}” [1] The price of the new ticket is unclear. [2] As of 2025-04-01.",
        findings=(stated, Finding("ticket", "price", Verdict.UNDISCLOSED, citations=(1,))),
        claims=(
            Claim(f"“{FERRY}” [1]", FACT, "", Origin.QUOTE, 0, (0,)),
            Claim("The price of the new ticket is unclear.", FACT, "", Origin.MODEL, 1, (1,)),
        ),
        citations=(_cite(FERRY), _cite(UNCLEAR)),
        related=(_cite("Fares rise on 3 March 2026."),),
        notices=(),
        as_of=date(2025, 4, 1),
        backend="none",
        checks=(),
    )


def _failed(answer: Answer, text: str = TEXT) -> set[str]:
    return {check.name for check in verify_answer(answer, {"ferry": text}.get) if not check.passed}


def test_a_sound_answer_passes_every_check() -> None:
    checks = verify_answer(_answer(), {"ferry": TEXT}.get)
    assert [check for check in checks if not check.passed] == []
    assert len(checks) == len({check.name for check in checks}) == 12
    assert all(check.detail for check in checks)


def _first_citation(**more: Any) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, citations=(replace(a.citations[0], **more), *a.citations[1:]))


def _first_finding(**more: Any) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, findings=(replace(a.findings[0], **more), *a.findings[1:]))


def _claim(index: int, **more: Any) -> Callable[[Answer], Answer]:
    return lambda a: replace(
        a, claims=tuple(replace(c, **more) if i == index else c for i, c in enumerate(a.claims))
    )


def _text(more: str) -> Callable[[Answer], Answer]:
    return lambda a: replace(a, text=a.text + more)


FAULTS: list[tuple[str, str, Callable[[Answer], Answer]]] = [
    ("unknown document", "citations", _first_citation(document_id="other")),
    ("digest of another text", "citations", _first_citation(document_sha256="0" * 64)),
    ("quote one letter off", "citations", _first_citation(quote=FERRY.replace("120", "130"))),
    ("offset shifted", "citations", _first_citation(start=12)),
    ("negative offsets that slice to the quote", "citations", lambda a: _first_citation(
        start=a.citations[0].start - len(TEXT), end=a.citations[0].end - len(TEXT))(a)),
    ("end past the text", "citations", lambda a: replace(a, citations=(a.citations[0], replace(
        _cite(UNCLEAR + "\n"), end=len(TEXT) + 5)))),
    ("empty quote", "citations", _first_citation(quote="", start=5, end=5)),
    ("related line off", "citations", lambda a: replace(a, related=(replace(a.related[0], start=0),))),
    ("finding cites nothing there", "indices", _first_finding(citations=(2,))),
    ("negative index", "indices", _first_finding(citations=(-1,))),
    ("history out of range", "indices", _first_finding(
        history=(HistoryEntry(date(2025, 3, 1), Verdict.STATED, (9,)),))),
    ("claim of no finding", "indices", _claim(0, finding=5)),
    ("claim cites nothing there", "indices", _claim(0, citations=(0, 7))),
    ("marker without citation", "markers", _text(" [3]")),
    ("marker nought", "markers", _text(" [0]")),
    ("quotation altered", "quotations", _claim(0, text="“The Nordvik ferry carries 120 cars” [1]")),
    ("quotation of another citation", "quotations", _claim(0, citations=(1,))),
    ("quote without marks altered", "quotations", _claim(0, text="The Nordvik carries cars [1]")),
    ("straight marks altered", "quotations", _claim(0, text='It says "carries 120 cars and sails".')),
    ("unclosed mark", "quotations", _claim(0, text="“The Nordvik ferry carries 120")),
    ("empty quotation", "quotations", _claim(0, text="“” [1]")),
    ("quotation in the text alone", "quotations", _text(" “The captain owns the ship.”")),
    ("model says more", "wording", _claim(1, text="The price of the new ticket is 5 euros.")),
    ("model words a plan as done", "wording", _claim(1, text="The new ticket was released.")),
    ("status of one finding only", "status", lambda a: replace(a, status=Status.STATED)),
    ("no findings, yet stated", "status", lambda a: replace(a, findings=(), claims=(), status=Status.STATED)),
    ("stated without evidence", "evidence", _first_finding(citations=())),
    ("not covered, yet cites", "evidence", _first_finding(verdict=Verdict.NOT_COVERED, polarity=None)),
    ("no out of silence", "polarity", _first_finding(verdict=Verdict.UNDISCLOSED, polarity=Polarity.NO)),
    ("number from nowhere", "values", _text(" It has 77 cabins.")),
    ("date from nowhere", "values", _text(" It sank on 4 May 2025.")),
    ("licence from nowhere", "values", _text(" It is under the MIT licence.")),
    ("date in our own words that no citation has", "dates", _claim(0, text=f"As of 2025-03-02: “{FERRY}” [1]")),
    ("date of another claim's citation", "dates", lambda a: _claim(0, text=f"As of 2025-03-05: “{FERRY}” [1]")(
        replace(a, citations=(a.citations[0], replace(a.citations[1], published=date(2025, 3, 5)))))),
    ("history that runs backward", "history", _first_finding(history=(
        HistoryEntry(date(2025, 3, 2), Verdict.STATED, (0,)), HistoryEntry(date(2025, 3, 1), Verdict.STATED, (0,))))),
    ("history that ends otherwise", "history", _first_finding(
        history=(HistoryEntry(date(2025, 3, 1), Verdict.UNDISCLOSED, (0,)),))),
    ("history on what came later", "history", _first_finding(
        history=(HistoryEntry(date(2025, 2, 1), Verdict.STATED, (0,)),))),
    ("history without evidence", "history", _first_finding(
        history=(HistoryEntry(date(2025, 3, 1), Verdict.STATED, ()),))),
    ("cited from the future", "as_of", _first_citation(published=date(2025, 4, 2))),
    ("history from the future", "as_of", _first_finding(
        history=(HistoryEntry(date(2025, 4, 2), Verdict.STATED, (0,)),))),
]  # fmt: skip


@pytest.mark.parametrize(("trap", "name", "spoil"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_spoiled_answer_fails_the_check_that_guards_it(
    trap: str, name: str, spoil: Callable[[Answer], Answer]
) -> None:
    assert name in _failed(spoil(_answer())), trap


def test_a_changed_document_fails_even_where_the_quote_still_stands() -> None:
    assert _failed(_answer(), TEXT + "More.") == {"citations"}


def test_a_failed_check_names_the_value() -> None:
    check = {c.name: c for c in verify_answer(_text(" It has 77 cabins.")(_answer()), {"ferry": TEXT}.get)}[
        "values"
    ]
    assert "77" in check.detail


def test_values_of_the_question_may_be_repeated() -> None:
    answer = _answer()
    asked = replace(answer, question=answer.question + " Is it 500, under MIT?")
    assert _failed(_text(" The sources do not say 500 or MIT.")(asked)) == set()


def test_the_date_of_a_citation_may_stand_before_its_quote() -> None:
    answer = _claim(0, text=f"As of 2025-03-01 it was so: “{FERRY}” [1]")(_answer())
    assert (
        _failed(replace(answer, text=answer.text.replace("“The", "As of 2025-03-01 it was so: “The")))
        == set()
    )


def test_a_bracketed_number_of_the_source_is_no_marker() -> None:
    text = "The bridge opened in 1990 [7]."
    citation = replace(
        _cite(FERRY), document_sha256=sha256(text.encode()).hexdigest(), quote=text, start=0, end=len(text)
    )
    answer = replace(
        _answer(), citations=(citation,), related=(), text=f"“{text}” [1]", status=Status.STATED,
        findings=(Finding("bridge", "opening", Verdict.STATED, citations=(0,)),),
        claims=(Claim(f"“{text}” [1]", FACT, "", Origin.QUOTE, 0, (0,)),),
    )  # fmt: skip
    assert _failed(answer, text) == set()


def test_the_checker_shares_no_code_with_the_engine() -> None:
    folder = Path(rag.verification.__file__).parent
    for path in folder.glob("verification*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert (
                    not name.startswith("rag") or name == "rag.records" or name.startswith("rag.verification")
                )
                assert name.split(".")[0] not in {"spacy", "numpy", "torch", "llama_index", "chromadb"}
