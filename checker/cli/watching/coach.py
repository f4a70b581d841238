"""The hints and the edit for the one next check, as `watch` shows them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from checker.cohort.editable import open_editable
from checker.cohort.submission import Request
from checker.errors import CheckError
from checker.hint_record import HintRecord
from checker.report import CheckResult, Report
from checker.reporters.hints import why_no_edit


class HintGiven(NamedTuple):
    """A hint of a check, number `number` of `of`, counted from 1."""

    number: int
    of: int
    text: str
    check: str
    title: str
    is_last: bool


class Coach(Protocol):
    """What helps with a report's next check; there is one, and no error, when it is asked.

    `hint` gives the next hint, and the last one again when there is no other. `edit` gives the lines of a unified diff,
    or sentences that say why there is none.
    """

    def hint(self, report: Report) -> HintGiven: ...

    def edit(self, report: Report) -> list[str]: ...


class ServiceCoach:
    """Helps with the service at a path: hints as `rydecheck hint` counts them, edits as `rydecheck diff` finds them."""

    def __init__(self, path: str, request: Request) -> None:
        self._path = path
        self._request = request._replace(only=frozenset(), lint=False)

    def hint(self, report: Report) -> HintGiven:
        """The next hint for the next check, for the reason that it fails for."""
        check = _next(report)
        ladder = check.rule.ladder(check.reason)
        record = HintRecord(self._path)
        number = record.next(check.rule.id, check.reason, len(ladder))
        text = " ".join([ladder[number - 1], *record.remarks])
        return HintGiven(number, len(ladder), text, check.rule.id, check.rule.title, number == len(ladder))

    def edit(self, report: Report) -> list[str]:
        """The edit that makes the next check pass."""
        check = _next(report)
        try:
            edited = open_editable(self._path, report.module, self._request)
            (one,) = edited.mend([check.rule.id])
        except CheckError as error:  # saved again meanwhile, and broken now
            return [str(error)]
        diff = [line.rstrip("\r\n") for line in edited.diff(one.text)]
        then = [check.rule.help.then] if check.rule.help.then else []
        return [*diff, *then] if diff else why_no_edit(one)


def _next(report: Report) -> CheckResult:
    check = report.next_check
    assert check is not None
    return check
