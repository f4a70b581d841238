"""JUnit XML, as GitLab, Jenkins and the test reporters of GitHub read it: a suite a submission, a case a check.

A check that has to be done and fails, or of which the file cannot tell, is a failure: exit status 1. A service that
could not be checked is an error: exit status 2. Extra credit that is open, and what does not apply, is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from checker.report import CheckResult, Evidence, Report
from checker.reporters.formats.concerns import CANNOT_BE_CHECKED, Concern, concerns, places, said
from checker.reporters.formats.places import Places
from checker.reporters.formats.told import excerpt_text, hint
from checker.reporters.spreadsheet import number
from checker.wording import name_line, visible

_COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
_DECIMALS = 2
_NO_TIME = "0"  # what a check takes is not told: the same file gives the same report


def render(reports: Iterable[Report], found: Places) -> str:
    """The test suites of all submissions."""
    suites = _element("testsuites", name="rydecheck")
    suites.extend(_suite(report, found) for report in reports)
    _count(suites)
    del suites.attrib["skipped"]  # Jenkins' schema (xunit-plugin, junit-10.xsd) has it on a suite only
    ElementTree.indent(suites)
    text: str = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(report: Report, found: Places) -> ElementTree.Element:
    submission, score = report.submission, report.score
    suite = _element("testsuite", name=submission.id)
    told = {
        "module": report.module.id,
        "service": submission.service,
        "stage": submission.stage,
        "region": submission.region,
        "stack": submission.stack,
        "status": report.status,
        "earned": number(score.earned, _DECIMALS),
        "possible": number(score.possible, _DECIMALS),
        "bonus": str(score.bonus),
        # A case has no properties in Jenkins' schema, so the points of each check are told here.
        **{f"points.{check.rule.id}": _points(check) for check in report.checks if check.outcome != "skipped"},
    }
    suite.append(_properties(told))
    suite.extend(_cases(report, found))
    lint = "\n\n".join(_found_by_lint(report))
    if lint:
        _child(suite, "system-out", f"Would break the deployment, and changes no verdict:\n\n{lint}")
    _count(suite)
    return suite


def _points(check: CheckResult) -> str:
    return f"{check.earned} of {check.rule.points}"


def _cases(report: Report, found: Places) -> Iterator[ElementTree.Element]:
    if report.error is not None:
        yield _error(report, next(concerns(report)), found)
    for check in report.checks:
        yield _case(report, check, found)


def _case(report: Report, check: CheckResult, found: Places) -> ElementTree.Element:
    at = places(check)
    case = _named(report, f"{check.rule.id}: {check.rule.title}", at[:1], found)
    message = said(report, check)
    if check.open:
        text = [*map(excerpt_text, at[:1]), message]
        if not check.file_is_right:
            text += [f"Why: {check.rule.why}", *hint(report, check, found)]
        _child(case, "failure", "\n\n".join(text), type=check.reason or check.outcome, message=message)
    elif check.outcome != "pass":
        _child(case, "skipped", message=f"Extra credit, open: {message}" if check.rule.bonus else message)
    notes = [f"note: {note.message}" for note in check.notes]
    if notes:
        _child(case, "system-out", "\n".join(notes))
    return case


def _error(report: Report, concern: Concern, found: Places) -> ElementTree.Element:
    case = _named(report, CANNOT_BE_CHECKED, concern.evidence, found)
    text = "\n\n".join([*map(excerpt_text, concern.evidence), concern.message])
    _child(case, "error", text, type=concern.rule, message=concern.message)
    return case


def _found_by_lint(report: Report) -> Iterator[str]:
    for note in report.lint or ():
        code = f" ({note.code})" if note.is_finding else ""
        yield "\n".join([*map(excerpt_text, note.evidence[:1]), f"{note.message}{code}"])


def _named(report: Report, name: str, at: tuple[Evidence, ...], found: Places) -> ElementTree.Element:
    """A case; Jenkins shows what stands before the last dot of a class name as a package."""
    case = _element("testcase", classname=f"{report.module.id}.{report.submission.id.replace('.', '_')}", name=name)
    if at:
        case.set("file", name_line(found.path(report, at[0].file)))
        case.set("line", str(at[0].line))
    case.set("time", _NO_TIME)
    return case


def _properties(told: dict[str, str | None]) -> ElementTree.Element:
    properties = _element("properties")
    for name, value in told.items():
        if value is not None:
            properties.append(_element("property", name=name, value=value))
    return properties


def _count(element: ElementTree.Element) -> None:
    """Set the counts of all cases inside."""
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    for attribute, tag in _COUNTS.items():
        element.set(attribute, str(sum(1 for _ in element.iter(tag))))
    element.set("time", _NO_TIME)


def _element(tag: str, **attributes: str) -> ElementTree.Element:
    # XML 1.0 has no way at all to write most control characters, so they are spelled out.
    return ElementTree.Element(tag, {name: visible(value) for name, value in attributes.items()})


def _child(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> None:
    child = _element(tag, **attributes)
    child.text = visible(text) or None
    parent.append(child)
