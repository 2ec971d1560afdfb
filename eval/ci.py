"""What CI reads: JUnit XML, a step summary in Markdown, and annotations on the failing lines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from eval.measures import BY_NAME
from eval.metrics import Outcome, Score
from eval.result import Result
from eval.summary import groups, summarise

_SUMMARY = (
    "status_right", "false_assertions", "coverage", "gold_cited", "citation_precision", "quote_integrity",
    "unsupported",
)  # fmt: skip
_MOST_ANNOTATIONS = 50
# XML 1.0 has no place for these, not even escaped.
_NOT_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def junit(result: Result) -> str:
    """JUnit XML: a suite of the gates and one for each category.

    A question that broke a gate or fails newly is a failure, a crash an error; one that fails within
    what the gates allow is skipped with its reason, so that a viewer is red only where the gate is.
    """
    root = ET.Element("testsuites", name="stated eval")
    gates = ET.SubElement(root, "testsuite", name="gates")
    for breach in result.breaches:
        case = ET.SubElement(gates, "testcase", classname="gates", name=breach.gate)
        failing = "\n".join(f"{s.question.id} ({s.question.place})" for s in breach.failing)
        _child(case, "failure", breach.line, failing)
    if not result.breaches:
        ET.SubElement(gates, "testcase", classname="gates", name=_clean(result.verdict))
    _count(gates)
    blamed = {id(score) for score in result.blamed()}
    for name, members in groups(result.scores).items():
        if name.startswith("category "):
            suite = ET.SubElement(root, "testsuite", name=name.removeprefix("category "))
            for score in members:
                _case(suite, score, blamed=id(score) in blamed)
            _count(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def markdown(result: Result) -> str:
    """A summary for the run's page: the verdict first, then figures, failed gates and questions."""
    sign = "" if not result.gated else "✅ " if result.passed else "❌ "
    lines = [f"## {sign}{_md(result.verdict)}", ""]
    lines += [f"- **{_md(b.line)}**" for b in result.breaches]
    lines += [f"- {_md(notice)}" for notice in result.notices]
    lines += ["", "| measure | share | 95 % interval | cases |", "|---|--:|--:|--:|"]
    whole = summarise(result.scores)
    for name in _SUMMARY:
        rate = whole.rates[name]
        if rate.share is not None and rate.interval is not None:
            low, high = rate.interval
            cells = f"{rate.share:.1%} | {low:.1%} to {high:.1%} | {rate.hits} of {rate.total}"
            lines.append(f"| {BY_NAME[name].label} | {cells} |")
    if result.opinion is not None:
        lines += ["", _md(f"Opinion: {result.opinion}")]
    if result.comparison is not None and result.comparison.newly_failing:
        lines += ["", f"### Newly failing since {result.comparison.blessed}", "", *_rows(
            result.comparison.newly_failing
        )]  # fmt: skip
    for breach in result.breaches:
        if breach.failing:
            lines += ["", f"### {_md(breach.gate)}", "", *_rows(breach.failing[:40])]
    return "\n".join(lines) + "\n"


def annotation_lines(result: Result) -> Iterator[str]:
    """Workflow commands: an error on the line of each question that broke a gate, a warning where new."""
    shown = result.blamed()[:_MOST_ANNOTATIONS]
    for score in shown:
        gates = result.gates_of(score)
        level = "error" if gates else "warning"
        title = _property(f"{score.question.id}: {', '.join(gates) or 'newly failing'}")
        cited = score.cited[0] if score.cited else "nothing"
        text = (
            f"{score.question.text}\nexpected {score.question.target}, got {score.got or Outcome.CRASHED}\n"
            f"{'; '.join(score.faults)}\ncited: {cited}"
        )
        file = _property(_from_root(score.question.file))
        yield f"::{level} file={file},line={score.question.line},title={title}::{_data(text)}"
    for breach in result.breaches:
        if not breach.failing:
            yield f"::error title={_property(breach.gate)}::{_data(breach.line)}"


def _case(suite: ET.Element, score: Score, *, blamed: bool) -> None:
    question = score.question
    case = ET.SubElement(
        suite, "testcase", classname=f"{question.corpus}.{question.part}.{question.category}",
        name=_clean(f"{question.id}: {question.text}"), file=_clean(_from_root(question.file)),
        line=str(question.line), time=f"{score.seconds or 0.0:.3f}",
    )  # fmt: skip
    if not score.failed:
        return
    got = score.got or Outcome.CRASHED
    message = f"expected {question.target}, got {got}: {'; '.join(score.faults)}"
    cited = "\n".join(f"cited: {quote}" for quote in score.cited) or "cited: nothing"
    if score.outcome is Outcome.CRASHED:
        _child(case, "error", message, cited)
    elif blamed:
        _child(case, "failure", message, cited)
    else:
        _child(case, "skipped", f"fails within the gates; {message}", "")


def _child(parent: ET.Element, tag: str, message: str, text: str) -> None:
    ET.SubElement(parent, tag, message=_clean(message)).text = _clean(text)


def _count(suite: ET.Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))


def _rows(scores: tuple[Score, ...]) -> list[str]:
    lines = ["| question | expected | got | why | cited |", "|---|---|---|---|---|"]
    for score in scores:
        cited = score.cited[0] if score.cited else "nothing"
        cells = (
            f"{score.question.id} ({score.question.place}): {score.question.text}",
            str(score.question.target), str(score.got or Outcome.CRASHED), "; ".join(score.faults), cited,
        )  # fmt: skip
        lines.append("| " + " | ".join(map(_md, cells)) + " |")
    return lines


def _clean(text: str) -> str:
    return text.translate(_NOT_XML).encode("utf-8", "replace").decode("utf-8")


def _md(text: str) -> str:
    """Text as Markdown shows it: no markup, no table cell ended, no HTML."""
    plain = " ".join(text.split())
    for letter in "\\`*_[]|~":
        plain = plain.replace(letter, "\\" + letter)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@\u200b")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _from_root(file: Path) -> str:
    """A path as the repository has it: annotations on any other are dropped in silence."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    path = file.resolve()
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
