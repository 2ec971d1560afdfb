"""An evaluation's figures as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ui.markup import page_part

FIGURES = (
    ("status_right", "Right status"),
    ("gold_cited", "Expected sentence cited"),
    ("quote_integrity", "Quotes exact"),
    ("false_assertions", "Answers that say more than their evidence"),
    ("polarity_right", "Right yes or no"),
    ("kind_right", "Right kind of statement"),
    ("speaker_right", "Right speaker"),
    ("history_right", "Right history"),
)
_SHOWN_FAILURES = 50
_NEW = " · <b>new since the baseline</b>"


def report_html(report: Mapping[str, Any] | None) -> str:
    """The whole report: overall figures, groups, and every question that was answered otherwise."""
    if report is None:
        return page_part('<p class="aside">No evaluation has been run here yet.</p>')
    groups = report["groups"]
    when = f"{_moment(report)} · worded by: {_said(report, 'llm')} · {_said(report, 'machine')}"
    head = f'<h2>Last evaluation</h2><p class="aside">{when}</p>{_verdict(report)}'
    by_category = {name: one for name, one in groups.items() if str(name).startswith("category ")}
    by_split = {name: one for name, one in groups.items() if " / " in str(name)}
    others = {name: one for name, one in groups.items() if name not in by_category | by_split}
    folded = [
        f"<details><summary>{title} ({len(some)})</summary>{_table(some)}</details>"
        for title, some in (("By part of a question set", by_split), ("By category", by_category))
        if some
    ]
    parts = (_cards(groups.get("all", {})), _failures(report), _table(others), *folded)
    return page_part(head + "".join(parts), kind="evals")


def _moment(report: Mapping[str, Any]) -> str:
    """When it began, to the minute: 2026-01-02 03:04."""
    return _said(report, "started")[:16].replace("T", " ")


def _verdict(report: Mapping[str, Any]) -> str:
    """Whether the gates hold, which do not, and what fails that did not fail in the baseline."""
    verdict = _said(report, "verdict")
    lines = [f"<p><b>{verdict[:1].upper()}{verdict[1:]}</b></p>"]
    breaches = [one for one in _listed(report, "breaches") if isinstance(one, Mapping)]
    if breaches:
        items = "".join(f"<li>{_said(one, 'line')}</li>" for one in breaches)
        lines.append(f'<ul class="fault">{items}</ul>')
    notices = [f'<p class="notice">{escape(str(notice))}</p>' for notice in _listed(report, "notices")]
    if notices:  # some name every question that is new: long, and seldom wanted
        title = f"{len(notices)} {'note' if len(notices) == 1 else 'notes'} on this run"
        lines.append(f"<details><summary>{title}</summary>{''.join(notices)}</details>")
    return "".join(lines)


def _listed(record: Mapping[str, Any], key: str) -> list[Any]:
    found = record.get(key)
    return found if isinstance(found, list) else []


def _cards(figures: Mapping[str, Any]) -> str:
    cards = "".join(
        f'<div class="figure"><b>{_share(figures.get(key))}</b><span>{title}</span>'
        f'{_bar(figures.get(key))}<span class="aside">{_counts(figures.get(key))}</span></div>'
        for key, title in FIGURES
    )
    return f'<div class="figures">{cards}</div>'


def _table(groups: Mapping[str, Any]) -> str:
    head = "".join(
        f'<th scope="col">{title}</th>' for title in ("Group", "Questions", *(t for _, t in FIGURES[:4]))
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(str(name).removeprefix("category "))}</th>'
        f'<td class="number">{_number(group.get("questions"))}</td>'
        + "".join(_cell(group.get(key)) for key, _ in FIGURES[:4])
        + "</tr>"
        for name, group in groups.items()
        if isinstance(group, Mapping)
    )
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="Figures by group">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(rate: Any) -> str:
    return f'<td class="number">{_share(rate)}{_bar(rate)}</td>'


def _failures(report: Mapping[str, Any]) -> str:
    asked = [one for one in _listed(report, "questions") if isinstance(one, Mapping)]
    wrong = [one for one in asked if one.get("outcome") != "right"]
    # What fails for the first time comes first.
    wrong.sort(key=lambda one: not one.get("new"))
    if not wrong:
        return "<p>Every question got its expected status.</p>"
    lines = [
        f'<li><b>{_said(one, "question")}</b> <span class="aside">{_said(one, "place")}</span><br>'
        f"expected {_word(one, 'wanted')}, got {_word(one, 'got')}{_NEW if one.get('new') else ''}"
        f"{_evidence(one)}</li>"
        for one in wrong[:_SHOWN_FAILURES]
    ]
    more = f"<p>… and {len(wrong) - _SHOWN_FAILURES} more.</p>" if len(wrong) > _SHOWN_FAILURES else ""
    return (
        f"<details><summary>{len(wrong)} of {len(asked)} questions were answered otherwise than expected"
        "</summary>"
        f"<ul>{''.join(lines)}</ul>{more}</details>"
    )


def _evidence(asked: Mapping[str, Any]) -> str:
    """The sentence that the answer cites, or that came nearest, and the expected one, folded away."""
    shown = [one for one in _listed(asked, "evidence") if isinstance(one, Mapping)]
    lines = [
        f"<p>{'nearest' if one.get('role') == 'near' else 'cited'}: <q>{_said(one, 'quote')}</q></p>"
        for one in shown[:1]
    ]
    lines += [f"<p>expected: <q>{escape(str(gold))}</q></p>" for gold in _listed(asked, "gold")[:1]]
    return f"<details><summary>Sentences</summary>{''.join(lines)}</details>" if lines else ""


def _said(record: Mapping[str, Any], key: str) -> str:
    return escape(str(record.get(key, "")))


def _word(record: Mapping[str, Any], key: str) -> str:
    return _said(record, key).replace("_", " ")


def _share(rate: Any) -> str:
    share = rate.get("share") if isinstance(rate, Mapping) else None
    return f"{share:.1%}" if isinstance(share, int | float) else "–"


def _counts(rate: Any) -> str:
    if not isinstance(rate, Mapping) or not rate.get("total"):
        return "no cases"
    between = _interval(rate)
    words = f"<br>95% interval: {between[0]:.1%} to {between[1]:.1%}" if between else ""
    return f"{_number(rate.get('hits'))} of {_number(rate.get('total'))}{words}"


def _bar(rate: Any) -> str:
    """A share as a bar with its interval; the number stands beside it, so nothing is read out."""
    share = rate.get("share") if isinstance(rate, Mapping) else None
    if not isinstance(share, int | float):
        return ""
    whisker = ""
    if between := _interval(rate):
        whisker = f'<em style="left:{100 * between[0]:.1f}%;right:{100 - 100 * between[1]:.1f}%"></em>'
    return f'<span class="bar" aria-hidden="true"><i style="width:{100 * share:.1f}%"></i>{whisker}</span>'


def _interval(rate: Mapping[str, Any]) -> tuple[float, float] | None:
    found = rate.get("interval")
    if isinstance(found, list) and len(found) == 2 and all(isinstance(x, int | float) for x in found):
        return float(found[0]), float(found[1])
    return None


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else "–"
