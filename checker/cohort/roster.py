"""The roster: who is in the class and where to find what each handed in, as a CSV."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from checker.cohort.forms import FORMS
from checker.cohort.submission import stack_name
from checker.cohort.tables import Row, quoted, read_table
from checker.errors import UsageError
from checker.report import Person

COLUMNS = ("id", "name", "email", "path", "stage", "stack", "region", "profile", "role_arn")
_PLACES = COLUMNS[3:]
_NEEDED = ("id", "path", "stack")
_LONGEST_ID = 200
_CONFIGURATIONS = ("serverless.yml", "serverless.yaml", "serverless.json")

# How other systems call the columns of a roster that they export.
_NAMES = ("Student", "Full name")
_EMAILS = ("Email address",)
# Rows of a Canvas export that are no student's.
_NOBODY = re.compile(r"\s*(Points Possible|Manual Posting.*|Muted)?\s*", re.IGNORECASE)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class RosterRow(NamedTuple):
    """One attendee; what the roster leaves empty is None. `path` is as written there."""

    line: int
    id: str
    person: Person
    path: str | None
    stage: str | None
    stack: str | None
    region: str | None
    profile: str | None
    role_arn: str | None


class RosterProblem(NamedTuple):
    """Why a row is left out; `id` is whose it is, where that can be told, and `row` what of it can be read."""

    line: int
    id: str | None
    message: str
    row: RosterRow | None = None


class Roster(NamedTuple):
    rows: tuple[RosterRow, ...]
    problems: tuple[RosterProblem, ...]


def read_roster(text: str, file: str) -> Roster:
    """The roster of a CSV text, in its order; a bad row becomes a problem and stops no other.

    Raises UsageError for what is no table, or has no column that tells where to look. An id that is left out is the
    last part of the path, else the name of the stack.
    """
    table = read_table(text, file, COLUMNS)
    if table.columns.isdisjoint(_NEEDED):
        raise UsageError(f"{table.at}: no column is called id, path or stack. Add one that tells whose work is where.")
    problems = [RosterProblem(problem.line, None, problem.message) for problem in table.problems]
    rows: dict[str, RosterRow] = {}
    for row in table.rows:
        cells = {name: row.cells.get(name) or None for name in COLUMNS}
        if _is_nobody(row, cells):
            continue
        submission = cells["id"] or _id(cells)
        wrong = _problem(row, cells, submission)
        if wrong is None and submission in rows:
            wrong = (
                f"{quoted(submission)} stands in line {rows[submission].line} already, which counts. Give each an id."
            )
        if wrong is None and submission is not None:
            rows[submission] = _row(row, cells, submission)
        else:
            read = None if submission is None else _readable(row, cells, submission)
            problems.append(RosterProblem(row.line, submission, wrong or "", read))
    return Roster(tuple(rows.values()), tuple(sorted(problems, key=lambda problem: problem.line)))


def _problem(row: Row, cells: Mapping[str, str | None], submission: str | None) -> str | None:
    """All that is wrong with a row, or None."""
    wrong = []
    if row.more:
        wrong.append("there are more cells than columns. Put a cell with a comma into quotation marks.")
    if submission is None:
        wrong.append("this tells neither an id nor a path nor a stack. Write one of them.")
    elif len(submission) > _LONGEST_ID:
        wrong.append(f"the id is longer than {_LONGEST_ID} characters. Give a shorter one.")
    elif _CONTROL.search(submission):
        wrong.append(f"the id {quoted(submission)} holds control characters. Write it anew.")
    if cells["path"] and _CONTROL.search(cells["path"]):
        wrong.append(f"the path {quoted(cells['path'])} holds control characters. Write it anew.")
    for name, form in FORMS.items():
        value = cells[name]
        problem = form.problem(value) if value is not None else None
        if problem is not None:
            wrong.append(f"{name}: {problem}")
    return " ".join(wrong) or None


def _row(row: Row, cells: Mapping[str, str | None], submission: str) -> RosterRow:
    columns = _unique(row.others)
    named = dict(columns)
    name = next((named[name] for name in _NAMES if named.get(name)), "")
    email = next((named[name] for name in _EMAILS if named.get(name)), "")
    person = Person(" ".join((cells["name"] or name).split()), cells["email"] or email, columns)
    places = [cells[name] for name in _PLACES]
    return RosterRow(row.line, submission, person, *places)


def _readable(row: Row, cells: Mapping[str, str | None], submission: str) -> RosterRow:
    """What a bad row says where it can be read.

    In one with too many cells, something split in two, and what stands behind that is in the wrong columns: its places
    are left out, and an address that is none.
    """
    if row.more:
        person = _row(row, cells, submission).person
        if "@" not in person.email:
            person = person._replace(email="")
        return RosterRow(row.line, submission, person, *[None] * len(_PLACES))
    kept = {name: None if name in _PLACES and not _is_in_form(name, cell) else cell for name, cell in cells.items()}
    return _row(row, kept, submission)


def _is_in_form(name: str, cell: str | None) -> bool:
    if cell is None or name == "path":
        return cell is None or _CONTROL.search(cell) is None
    return FORMS[name].problem(cell) is None


def _unique(columns: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The columns with a number behind a name that stands a second time."""
    named: dict[str, str] = {}
    for name, value in columns:
        once, count = name, 1
        while once in named:
            count += 1
            once = f"{name} ({count})"
        named[once] = value
    return tuple(named.items())


def _id(cells: Mapping[str, str | None]) -> str | None:
    """The id of a row without one: the folder's or archive's name, else the stack's."""
    parts = [part for part in re.split(r"[/\\]", cells["path"] or "") if part not in ("", ".", "..")]
    if parts and parts[-1].casefold() in _CONFIGURATIONS:
        del parts[-1]
    if parts:
        return re.sub(r"\.zip$", "", parts[-1], flags=re.IGNORECASE) or None
    stack = cells["stack"]
    return stack_name(stack) if stack else None


def _is_nobody(row: Row, cells: Mapping[str, str | None]) -> bool:
    """Whether this is one of the rows with which Canvas describes its assignments."""
    student = dict(row.others).get("Student")
    if student is None or any(cells[name] for name in _NEEDED):
        return False
    filled = [value for _, value in row.others if value]
    return student.casefold() == "points possible" or all(_NOBODY.fullmatch(value) for value in filled)
