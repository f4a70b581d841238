"""An instructor's marks for the answers: a CSV `id,question,points,comment`."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from checker.cohort.tables import Problem, Row, meant, quoted, read_table
from checker.errors import UsageError
from checker.report import Answer, Mark, Report

_COLUMNS = ("id", "question", "points", "comment")
_NEEDED = _COLUMNS[:3]
_NUMBER = r"\d{1,9}(?:[.,]\d{1,9})?|[.,]\d{1,9}"
_POINTS = re.compile(rf"({_NUMBER})(?:\s*/\s*({_NUMBER}))?", re.ASCII)
_MOST_POINTS = 1000
_MOST_SLIPS = 20
_FORM = "Write points such as 2, 1.5, or 2/3 for two of three."


class Marks(NamedTuple):
    """The marks of a class.

    `given` are they by submission and question, `possible` the points of each question that is marked for anyone, `ids`
    the submissions named, with the line of the first row, and `problems` a line for each row that does not count.
    """

    file: str
    given: dict[str, dict[str, Mark]]
    possible: dict[str, float]
    ids: dict[str, int]
    problems: tuple[str, ...]

    @classmethod
    def none(cls) -> "Marks":
        """The marks of a class that has none."""
        return cls("", {}, {}, {}, ())

    def alone(self, submission_id: str) -> "Marks":
        """All that the marks say of one submission: what travels with it, where the class's marks would be too much."""
        given = self.given.get(submission_id)
        return Marks("", {} if given is None else {submission_id: given}, self.possible, {}, ())

    def of(self, submission_id: str) -> dict[str, Mark]:
        """A mark for each question that is marked for anyone: no points where this submission has no row.

        So the possible points are the same for the whole class, and who left a question out does not come out better
        than who tried. `marked` also knows who did answer and only waits for the mark.
        """
        given = self.given.get(submission_id, {})
        return {question: given.get(question, Mark(0, possible)) for question, possible in self.possible.items()}

    def marked(self, report: Report) -> Report:
        """The report with its marks.

        A question without a row that is marked for others gets no points of those possible when it was left unanswered;
        an answer waits for its mark, and has none. Where no file was read, as of a stack alone or of an error, nobody
        knows the answers, and only what was given counts.
        """
        given = self.given.get(report.submission.id, {})
        every = self.of(report.submission.id) if any("file" in check.verdicts for check in report.checks) else given
        answers = report.answers
        if given and not answers:
            answers = tuple(Answer(one.id, one.question, None) for one in report.module.questions)
        return report._replace(
            answers=tuple(one._replace(mark=(every if one.answer is None else given).get(one.id)) for one in answers)
        )

    def strangers(self, submissions: Collection[str]) -> tuple[str, ...]:
        """A line for each id that is none of the submissions, in the order of the file."""
        known = frozenset(submissions)
        unknown = [(one, line) for one, line in self.ids.items() if one not in known]
        # Many strangers are another class and no slips, and a near name of each would take long to find.
        near = submissions if len(unknown) <= _MOST_SLIPS else ()
        return tuple(
            f"{self.file}:{line}: there is no submission {quoted(one)}.{meant(one, near)}" for one, line in unknown
        )


class _Given(NamedTuple):
    """A row that counts so far; `possible` are the points behind its slash."""

    line: int
    id: str
    question: str
    points: float
    possible: float | None
    comment: str


def read_marks(text: str, file: str, questions: Sequence[str]) -> Marks:
    """The marks of a CSV text for the questions named. Raises UsageError for what is no such table.

    A question is worth the most that stands behind a slash in any of its rows, else the most that anyone has.
    """
    table = read_table(text, file, _COLUMNS)
    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        raise UsageError(
            f"{table.at}: the column `{missing[0]}` is missing. A marks file starts with id,question,points,comment."
        )
    problems = list(table.problems)
    rows: dict[tuple[str, str], _Given] = {}
    ids: dict[str, int] = {}
    for row in table.rows:
        if row.cells["id"]:
            ids.setdefault(row.cells["id"], row.line)
        if not row.cells["points"] and not row.cells.get("comment"):
            continue  # prepared for a mark that is not given yet
        try:
            given = _given(row, questions)
            first = rows.get((given.id, given.question))
            if first is not None:
                raise _RowError(
                    f"{quoted(given.id)} has a mark for {given.question} in line {first.line}, which counts."
                )
            rows[given.id, given.question] = given
        except _RowError as error:
            problems.append(Problem(row.line, str(error)))
    possible = _possible(list(rows.values()), problems)
    counted: dict[str, dict[str, Mark]] = {}
    for given in rows.values():
        most = possible.get(given.question)
        if most is None:
            continue
        if given.points > most:
            problems.append(Problem(given.line, f"{given.points:g} points are more than the {most:g} possible."))
            continue
        counted.setdefault(given.id, {})[given.question] = Mark(given.points, most, given.comment)
    said = tuple(f"{file}:{problem.line}: {problem.message}" for problem in sorted(problems))
    return Marks(file, counted, {name: possible[name] for name in questions if name in possible}, ids, said)


def _given(row: Row, questions: Sequence[str]) -> _Given:
    """What a row gives. Raises _RowError."""
    cells = row.cells
    if not cells["id"]:
        raise _RowError("the id is missing. Write whose answer this is.")
    question = next((one for one in questions if one.casefold() == cells["question"].casefold()), None)
    if question is None:
        asked = quoted(cells["question"]) if cells["question"] else "an empty cell"
        raise _RowError(f"there is no question {asked}.{meant(cells['question'], questions)}")
    if not cells["points"]:
        raise _RowError(f"a comment stands here, and no points. {_FORM}")
    found = _POINTS.fullmatch(cells["points"])
    if found is None:
        raise _RowError(f"{quoted(cells['points'])} are no points. {_FORM}")
    points, possible = _number(found[1]), _number(found[2]) if found[2] else None
    if max(points, possible or 0) > _MOST_POINTS:
        raise _RowError(f"{quoted(cells['points'])} is more than a question can be worth, which is {_MOST_POINTS}.")
    if possible is not None and points > possible:
        raise _RowError(f"{points:g} points are more than the {possible:g} possible. {_FORM}")
    return _Given(row.line, cells["id"], question, points, possible, cells.get("comment", ""))


def _possible(rows: Sequence[_Given], problems: list[Problem]) -> dict[str, float]:
    """What each question is worth; one that is worth nothing has no say, which `problems` tells."""
    worth: dict[str, float] = {}
    by_question: dict[str, list[_Given]] = {}
    for given in rows:
        by_question.setdefault(given.question, []).append(given)
    for question, all_given in by_question.items():
        stated = [given.possible for given in all_given if given.possible is not None]
        most = max(stated or [given.points for given in all_given])
        if most:
            worth[question] = most
        else:
            message = f"nobody has points for {question}, so it has no worth. Write it behind a slash, such as 0/3."
            problems.append(Problem(all_given[0].line, message))
    return worth


def _number(text: str) -> float:
    """The number; a whole one as such, so that it is shown as 2 and not as 2.0."""
    value = float(text.replace(",", "."))
    return int(value) if value.is_integer() else value


class _RowError(Exception):
    """Why a row does not count."""
