"""grades.csv: a row an attendee, a column a check, for a spreadsheet or a script. `docs/gradebooks.md` tells it all."""

from typing import NamedTuple

from checker.errors import CheckError
from checker.report import Report
from checker.reporters.spreadsheet import marked_for_excel, number, table

_WHO = ("id", "name", "email")
_SCORE = ("status", "earned", "possible", "bonus")
_WHY = ("reasons", "next")
_WHERE = ("stage", "region", "stack", "page", "error")
_PREFIX = "roster."


class _Row(NamedTuple):
    """The cells of one attendee; checks, marks and the roster's columns by their name."""

    who: tuple[str, ...]
    roster: dict[str, str]
    score: tuple[str, ...]
    checks: dict[str, str]
    why: tuple[str, ...]
    marks: dict[str, str]
    where: tuple[str, ...]


class Grades:
    """The CSV of a cohort. It keeps the cells of each report and not the report."""

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._roster: dict[str, None] = {}  # names in order of first sight, as in the next two
        self._checks: dict[str, None] = {}
        self._questions: dict[str, None] = {}

    def add(self, report: Report, page: str) -> None:
        """Add the next attendee; `page` is the path of the page beside the CSV."""
        row = _row(report, page)
        self._rows.append(row)
        self._roster.update(dict.fromkeys(row.roster))
        self._checks.update(dict.fromkeys(rule.id for rule in report.module.rules))
        self._questions.update(dict.fromkeys(question.id for question in report.module.questions))

    def render(self) -> str:
        """The whole file, with a byte order mark where Excel needs one."""
        marked = {question for row in self._rows for question in row.marks}
        questions = [question for question in self._questions if question in marked]
        own = (*_WHO, *_SCORE, *self._checks, *_WHY, *questions, *_WHERE)
        rows = [(*_WHO, *_roster_names(self._roster, own), *own[len(_WHO) :])]
        rows += [
            (
                *row.who,
                *(row.roster.get(name, "") for name in self._roster),
                *row.score,
                *(row.checks.get(check, "") for check in self._checks),
                *row.why,
                *(row.marks.get(question, "") for question in questions),
                *row.where,
            )
            for row in self._rows
        ]
        return marked_for_excel(table(rows))


def _row(report: Report, page: str) -> _Row:
    submission, score, next_check = report.submission, report.score, report.next_check
    # What could not be checked must not look like a zero; points for answers stay.
    earned = "" if report.error is not None and not score.earned else number(score.earned)
    return _Row(
        who=(submission.id, report.person.name, report.person.email),
        roster=dict(report.person.columns),
        score=(report.status, earned, number(score.possible), "" if report.error is not None else number(score.bonus)),
        checks={check.rule.id: check.outcome for check in report.checks},
        why=(
            "; ".join(f"{check.rule.id}={check.reason}" for check in report.checks if check.open),
            next_check.rule.id if next_check is not None else "",
        ),
        marks={answer.id: number(answer.mark.points) for answer in report.answers if answer.mark is not None},
        where=(submission.stage or "", submission.region or "", submission.stack or "", page, _said(report.error)),
    )


def _said(error: CheckError | None) -> str:
    return "" if error is None else f"{error.code}: {error}"


def _roster_names(names: dict[str, None], own: tuple[str, ...]) -> list[str]:
    """The header of the roster's columns; one that is called like a column of ours, in any letter case, is prefixed."""
    taken = {name.casefold() for name in own}
    shown = []
    for name in names:
        while name.casefold() in taken:
            name = _PREFIX + name
        taken.add(name.casefold())
        shown.append(name)
    return shown
