"""A receipt is read strictly, and what is read equals what was written."""

from __future__ import annotations

import copy
import json
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import receipts
from rag.records import (
    SCHEMA_VERSION,
    Answer,
    Check,
    Citation,
    Claim,
    ClaimKind,
    DocumentKind,
    Finding,
    HistoryEntry,
    Origin,
    Status,
    Verdict,
)

_whole = st.integers(min_value=-(2**53), max_value=2**53)
_indices = st.lists(_whole, max_size=2).map(tuple)
_citations = st.builds(Citation, page=st.none() | _whole, start=_whole, end=_whole)
_entries = st.builds(HistoryEntry, citations=_indices)
_findings = st.builds(Finding, citations=_indices, history=st.lists(_entries, max_size=2).map(tuple))
_claims = st.builds(Claim, finding=_whole, citations=_indices)
_answers = st.builds(
    Answer,
    findings=st.lists(_findings, max_size=2).map(tuple),
    claims=st.lists(_claims, max_size=2).map(tuple),
    citations=st.lists(_citations, max_size=2).map(tuple),
    related=st.lists(_citations, max_size=1).map(tuple),
    checks=st.lists(st.builds(Check), max_size=2).map(tuple),
    fingerprints=st.dictionaries(st.text(), st.text(), max_size=2),
    seconds=st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False), max_size=2),
    schema_version=st.just(SCHEMA_VERSION),
)
_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def _answer() -> Answer:
    citation = Citation(
        "d1", DocumentKind.ARTICLE, "0" * 64, "Timetable", "Harbour Office", date(2025, 3, 1), "", "", None,
        "The ferry sails daily.", 0, 22,
    )  # fmt: skip
    entry = HistoryEntry(date(2025, 3, 1), Verdict.STATED, (0,))
    return Answer(
        question="When does the ferry sail?",
        understood_as="When does the ferry sail?",
        status=Status.STATED,
        text="“The ferry sails daily.” [1]",
        findings=(Finding("ferry", "schedule", Verdict.STATED, citations=(0,), history=(entry,)),),
        claims=(Claim("“The ferry sails daily.”", ClaimKind.FACT, "", Origin.QUOTE, 0, (0,)),),
        citations=(citation,),
        related=(),
        notices=("one notice",),
        as_of=date(2025, 4, 1),
        backend="none",
        checks=(Check("citations", True, "1 of 1"),),
        fingerprints={"corpus": "abc"},
        seconds={"total": 0.5},
    )


@settings(deadline=None, max_examples=60)
@given(_answers)
def test_every_answer_survives_the_round_trip_through_json_text(answer: Answer) -> None:
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        found += _paths(child, (*path, key))
    return found


_PATHS = _paths(_answer().to_dict())


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(_PATHS), _json_values, st.booleans(), st.text(max_size=5))
def test_a_mutated_receipt_raises_only_value_error_in_one_line(
    path: tuple[Any, ...], value: Any, delete: bool, extra: str
) -> None:
    data: Any = copy.deepcopy(_answer().to_dict())
    if not path:
        data = value
    else:
        parent = data
        for key in path[:-1]:
            parent = parent[key]
        if delete:
            del parent[path[-1]]
        else:
            parent[path[-1]] = value
            if isinstance(parent, dict) and extra:
                parent[extra] = value
    try:
        answer = receipts.answer_from_dict(data)
    except ValueError as error:
        assert str(error).startswith("answer") and len(str(error).splitlines()) == 1
    else:
        assert answer.to_dict() == data


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("status",), "maybe", "answer.status: expected one of stated, undisclosed, not_covered, partial"),
        (("as_of",), "20250401", "answer.as_of: expected a date"),
        (("as_of",), "2025-02-30", "answer.as_of: expected a date of the calendar"),
        (("citations", 0, "start"), True, "answer.citations[0].start: expected a whole number"),
        (("citations", 0, "start"), 1.0, "answer.citations[0].start: expected a whole number"),
        (("citations", 0, "page"), "3", "answer.citations[0].page"),
        (("findings", 0, "history", 0, "verdict"), "partial", "answer.findings[0].history[0].verdict"),
        (("findings", 0, "citations"), "0", "answer.findings[0].citations: expected a list"),
        (("claims", 0, "origin"), None, "answer.claims[0].origin: expected one of quote, template"),
        (("seconds", "total"), float("nan"), "answer.seconds['total']: expected a finite number"),
        (("seconds", "total"), 10**400, "answer.seconds['total']"),
        pytest.param(("citations", 0, "start"), 10**5000, "answer.citations[0].start", id="unprintable"),
        (("schema_version",), 2, "answer.schema_version: expected schema version 1"),
        (("schema_version",), True, "answer.schema_version"),
        (("notices",), ["a", "\n", 3], "answer.notices[2]: expected a string"),
        (("unheard_of",), 1, "answer: unknown key 'unheard_of'"),
    ],
)
def test_the_message_names_the_key(path: tuple[Any, ...], value: Any, message: str) -> None:
    data: Any = _answer().to_dict()
    parent = data
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    with pytest.raises(ValueError) as caught:
        receipts.answer_from_dict(data)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("key", sorted(_answer().to_dict()))
def test_a_missing_key_is_named_even_where_the_record_has_a_default(key: str) -> None:
    data = _answer().to_dict()
    del data[key]
    with pytest.raises(ValueError, match=rf"answer\.{key}: missing"):
        receipts.answer_from_dict(data)


def test_a_newer_receipt_is_called_newer_although_its_keys_differ() -> None:
    data = {"schema_version": SCHEMA_VERSION + 1, "something": "else"}
    with pytest.raises(ValueError, match="schema version"):
        receipts.answer_from_dict(data)


@pytest.mark.parametrize(
    ("record", "table"),
    [
        (Answer, receipts._ANSWER),
        (Citation, receipts._CITATION),
        (Finding, receipts._FINDING),
        (HistoryEntry, receipts._HISTORY_ENTRY),
        (Claim, receipts._CLAIM),
        (Check, receipts._CHECK),
    ],
)
def test_no_field_is_forgotten(record: Any, table: dict[str, Any]) -> None:
    assert [item.name for item in fields(record)] == list(table)
