"""What all gradebook files share: who it is, and one grade against one maximum."""

from abc import ABC, abstractmethod
from typing import NamedTuple

from checker.report import CheckResult, Report
from checker.reporters.spreadsheet import number
from checker.wording import visible

_DECIMALS = 2  # what Canvas and Moodle show


class Result(NamedTuple):
    """A part of the score with its own points: a check, or an answer that was marked.

    `told` says whether feedback mentions it: what is still open, and every mark.
    """

    name: str
    passed: bool
    told: bool
    points: float
    possible: float
    message: str


class Entry(NamedTuple):
    """What a gradebook may tell of one attendee; `error` is empty, or why there is no grade.

    `columns` are the roster's further ones, by their name in lower case. `earned` and `possible` are of the checks that
    are no bonus, and `marks` the points for answers.
    """

    id: str
    name: str
    email: str
    columns: dict[str, str]
    error: str
    earned: int
    possible: int
    bonus: int
    marks: float
    parts: tuple[Result, ...]

    def column(self, name: str) -> str:
        """The cell of a further roster column, found in any letter case; empty when there is none."""
        return self.columns.get(name.casefold(), "")


class Book(ABC):
    """The gradebook file of one system. It keeps what it writes of each report and not the report."""

    def __init__(self, assignment: str) -> None:
        self.assignment = assignment
        self.entries: list[Entry] = []
        self._worth: dict[str, float] = {}  # what each marked question is worth
        self._judged = self._stated = 0  # the most that checks are worth: for anyone with a verdict, and for anyone

    def add(self, report: Report, page: str) -> None:  # noqa: ARG002 (the same call for every file of a cohort)
        """Add the next attendee."""
        entry = _entry(report)
        self.entries.append(entry)
        self._stated = max(self._stated, entry.possible)
        if not entry.error:
            self._judged = max(self._judged, entry.possible)
        for answer in report.answers:
            if answer.mark is not None:
                self._worth[answer.id] = max(self._worth.get(answer.id, 0), answer.mark.possible)

    @abstractmethod
    def render(self) -> bytes:
        """The whole file."""

    @property
    def maximum(self) -> float:
        """The points that each attendee could have; extra credit comes on top."""
        return self._full + sum(self._worth.values())

    @property
    def _full(self) -> int:
        """What all checks are worth together; an error tells less of it than a verdict."""
        return self._judged or self._stated

    def grade(self, entry: Entry) -> float | None:
        """The points with extra credit; None without a verdict, for then a zero would blame the attendee.

        A gradebook has one maximum for all. Where checks were skipped for one attendee and not for another, as without
        a file, the points of the checks are taken in proportion.
        """
        if entry.error or not entry.possible:
            return None
        return round(entry.earned * self._full / entry.possible + entry.marks + entry.bonus, _DECIMALS)

    def cell(self, entry: Entry) -> str:
        """The grade as a cell, empty without a verdict."""
        grade = self.grade(entry)
        return "" if grade is None else points(grade)

    def feedback(self, entry: Entry) -> str:
        """What the grade is made of and what is still open, in one line of plain text."""
        if entry.error:
            return f"This could not be checked: {entry.error}"
        said = [f"{points(entry.earned)} of {points(entry.possible)} points."]
        if entry.bonus:
            said.append(f"Extra credit: {points(entry.bonus)}.")
        said += [
            f"{part.name}: {points(part.points)} of {points(part.possible)}. {part.message}".rstrip()
            for part in entry.parts
            if part.told
        ]
        return " ".join(said)


def points(value: float) -> str:
    return number(value, _DECIMALS)


def _entry(report: Report) -> Entry:
    counted = [check for check in report.checks if not check.rule.bonus and check.outcome != "skipped"]
    marks = [(answer, answer.mark) for answer in report.answers if answer.mark is not None]
    parts = [_part(check) for check in counted]
    parts += [
        Result(answer.id, mark.points >= mark.possible, True, mark.points, mark.possible, mark.comment)
        for answer, mark in marks
    ]
    return Entry(
        id=report.submission.id,
        name=report.person.name,
        email=report.person.email,
        columns={name.casefold(): value for name, value in reversed(report.person.columns)},
        error="" if report.error is None else _line(str(report.error)),
        earned=sum(check.earned for check in counted),
        possible=report.module.possible if report.error is not None else sum(check.rule.points for check in counted),
        bonus=report.score.bonus,
        marks=sum(mark.points for _, mark in marks),
        parts=tuple(part._replace(message=_line(part.message)) for part in parts),
    )


def _part(check: CheckResult) -> Result:
    name = check.rule.id if check.reason is None else f"{check.rule.id} ({check.reason})"
    return Result(name, check.outcome == "pass", check.open, check.earned, check.rule.points, check.message)


def _line(text: str) -> str:
    return visible(" ".join(text.split()))
