"""The result that GitHub Classroom's autograding reporter reads, from an environment variable in Base64.

What it does with each field is known from its source (github.com/classroom-resources/autograding-grading-reporter,
`src/`): it adds up each `score`, sets the sum against `max_score`, prints name, line and `test_code` into the log, and
fails the job unless `status` is `pass`. Its table in the log, though, counts the tests that pass.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from checker.errors import UsageError
from checker.report import CheckResult, Report
from checker.reporters.formats.concerns import CANNOT_BE_CHECKED, concerns, places, said
from checker.reporters.formats.places import Places
from checker.reporters.formats.told import excerpt_text, hint
from checker.reporters.formats.workflow_commands import without_commands
from checker.wording import name_line

_VERSION = 1
_STATUS = {"complete": "pass", "incomplete": "fail", "error": "error"}


def render(reports: Iterable[Report], found: Places) -> str:
    """One submission's tests as one line of JSON. Raises UsageError for several."""
    told = iter(reports)
    report = next(told)
    if next(told, None) is not None:
        raise UsageError(
            "the format classroom tells of one submission; for a class, say `--gradebook github-classroom` with --out."
        )
    result = {
        "version": _VERSION,
        "status": _STATUS[report.status],
        "max_score": report.score.possible,
        "tests": list(_tests(report, found)),
    }
    return json.dumps(result) + "\n"


def _tests(report: Report, found: Places) -> Iterator[dict[str, Any]]:
    if report.error is not None:
        yield from _of_error(report, found)
    for check in report.checks:
        # The reporter knows no extra credit: an open one would be a failed test, so only what was earned is told.
        if check.outcome == "skipped" or (check.rule.bonus and check.outcome != "pass"):
            continue
        yield _of_check(report, check, found)
    for answer in report.answers:
        if answer.mark is not None:
            mark = answer.mark
            status = "pass" if mark.points >= mark.possible else "fail"
            yield _test(f"{answer.id}: {answer.question}", status, mark.points, mark.possible, mark.comment)


def _of_error(report: Report, found: Places) -> Iterator[dict[str, Any]]:
    concern = next(concerns(report))
    place = concern.evidence[0] if concern.evidence else None
    told = _test(CANNOT_BE_CHECKED, "error", 0, report.module.possible, concern.message)
    if place is not None:
        told |= {"filename": _printed(found.path(report, place.file)), "line_no": place.line}
        told["message"] = _printed(f"{place.file}:{place.line}:{place.column}: {concern.message}")
    yield told


def _of_check(report: Report, check: CheckResult, found: Places) -> dict[str, Any]:
    passed = check.outcome == "pass"
    possible = 0 if check.rule.bonus else check.rule.points
    name = f"{check.rule.id}: {check.rule.title}"
    message = said(report, check)
    told = _test(name, "pass" if passed else "fail", check.earned, possible, message)
    at = places(check)
    if at:
        told |= {"filename": _printed(found.path(report, at[0].file)), "line_no": at[0].line}
    if not passed:
        lines = [*map(excerpt_text, at[:1]), message]
        if not check.file_is_right:
            lines += hint(report, check, found)
        told["test_code"] = "\n".join(_printed(line) for part in lines for line in part.split("\n"))
    return told


def _test(name: str, status: str, score: float, possible: float, message: str) -> dict[str, Any]:
    """A test, as the runners that GitHub publishes write one; `execution_time` is 0, for the check runs as a whole."""
    return {
        "name": _printed(name),
        "status": status,
        "score": score,
        "max_score": possible,
        "message": _printed(message),
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "execution_time": 0,
    }


def _printed(text: str) -> str:
    """One line that the reporter may print into the log of a job."""
    return without_commands(name_line(text))
