"""Classes for the tests of what is written of a cohort, and the reader that a spreadsheet is."""

from __future__ import annotations

import csv
import io
import unicodedata

from checker.cohort.submission import Request, check_path
from checker.errors import CheckError
from checker.report import Answer, Mark, Person, Report, SubmissionFacts
from checker.rulepack import RulePack
from tests.conftest import FIXTURES

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    " =1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "﹦1",
    "−1",
    '"=1+1',
    "a;=1+1",
    'a;"=1+1',
    "a,=1+1",
    "a\t=1",
    'say "hi"; \'=2"',
    "../../x",
    "Ada\r\nLovelace",
    "\x1b[31m",
    "\u202eadA",
    "\ud800",
    "Zoë 🎉",
    "<script>alert(1)</script>",
)


def report_of(name: str, pack: RulePack, person: Person | None = None) -> Report:
    """A submission of the sample class, as a cohort knows it."""
    report = check_path(FIXTURES / "class" / name, pack, Request())
    return report._replace(person=person or Person())


def failed(pack: RulePack, id_: str = "luis") -> Report:
    error = CheckError("invalid-yaml", "this line does not fit.", file="serverless.yml", line=46, column=6)
    return Report(pack, SubmissionFacts(id_, id_), error=error)


def with_marks(report: Report, **marks: Mark) -> Report:
    """The report with marks; the names of the questions come without `qa.`."""
    answers = report.answers or tuple(Answer(one.id, one.question, None) for one in report.module.questions)
    return report._replace(answers=tuple(one._replace(mark=marks.get(one.id[3:])) for one in answers))


def parsed(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator))


def formulas(text: str) -> list[str]:
    """The cells that a spreadsheet would calculate, at whichever separator it splits the lines."""
    return [
        cell
        for separator in (",", ";", "\t")
        for row in parsed(text, separator)
        for cell in row
        if unicodedata.normalize("NFKC", cell).strip().startswith(("=", "+", "-", "@", "−"))
        or (separator == "," and cell.startswith(("\t", "\r", "\n")))
    ]
