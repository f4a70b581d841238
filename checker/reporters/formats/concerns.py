"""What of a report a reader of CI's output has to look at, each with its place: what all formats of problems show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from checker.errors import CheckError
from checker.report import CheckResult, Evidence, LintNote, Report
from checker.wording import sentence

Level = Literal["error", "warning", "note"]

LINT = "lint"
CANNOT_BE_CHECKED = "The service cannot be checked"


class Concern(NamedTuple):
    """A problem of a submission.

    `rule` is the id of a check, `lint/<code>` for what would break the deployment, or the code of the error that kept
    the submission from being judged. `reason` is the reason code, where there is one. `message` are whole sentences.
    `evidence` are places in files, the deciding one first; none for what only AWS knows. `check` and `lint` are what it
    was made from.
    """

    level: Level
    rule: str
    reason: str | None
    title: str
    message: str
    evidence: tuple[Evidence, ...]
    check: CheckResult | None = None
    lint: LintNote | None = None


def concerns(report: Report) -> Iterator[Concern]:
    """The problems of a report in its order: checks that are open, extra credit that was tried, and what lint found.

    What fails is an error, what cannot be told a warning. Extra credit that nobody tried is no concern.
    """
    if report.error is not None:
        yield _of_error(report.error, report)
        return
    for check in report.checks:
        level = _level(check)
        if level is not None:
            yield Concern(
                level, check.rule.id, check.reason, check.rule.title, said(report, check), places(check), check
            )
    for note in report.lint or ():
        level = "warning" if note.is_finding else "note"
        yield Concern(
            level, f"{LINT}/{note.code}", None, "Would break the deployment", note.message, note.evidence, lint=note
        )


def _level(check: CheckResult) -> Level | None:
    if check.outcome not in ("fail", "unknown"):
        return None
    if check.rule.bonus:
        # The contract: a bonus that nobody attempted fails with its `…-missing` reason, and is open, never an error.
        return None if check.outcome == "fail" and str(check.reason).endswith("-missing") else "note"
    return "error" if check.outcome == "fail" else "warning"


def said(report: Report, check: CheckResult) -> str:
    """What is said of a check, of both sources where they differ, and what to do where only a deployment is missing."""
    told = [check.message]
    if check.message_of_stack is not None:
        told.append(f"Deployed: {check.message_of_stack}")
    if check.file_is_right and check.outcome == "fail":
        told.append(report.module.common.deploy)
    return " ".join(told)


def places(check: CheckResult) -> tuple[Evidence, ...]:
    """The places in files that a verdict rests on; where what is deployed decides, those that the file has for it."""
    of_file = check.verdicts.get("file")
    verdicts = (check.deciding,) if of_file is None else (check.deciding, of_file)
    found = (tuple(place for place in verdict.evidence if not place.is_live) for verdict in verdicts)
    return next((evidence for evidence in found if evidence), ())


def _of_error(error: CheckError, report: Report) -> Concern:
    at: tuple[Evidence, ...] = ()
    if error.file is not None and error.code != "not-found":
        at = (Evidence(error.file, error.line or 1, error.column or 1, "", report.error_excerpt),)
    # What is not there has no line to stand at, so its name is told.
    message = sentence(error.message) if at or error.file is None else f"{error.file}: {error.message}"
    message = f"{message} {error.advice}".rstrip()
    return Concern("error", error.code, None, CANNOT_BE_CHECKED, message, at)
