"""What is told of a class as a whole: its page, its grades, the files of gradebooks, and some lines in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from checker.cli.class_folder import ClassFolder
from checker.cli.output import write_stream
from checker.report import Report
from checker.reporters.class_text import ClassText
from checker.reporters.cohort import CohortPage
from checker.reporters.gradebooks import FILE_NAMES, gradebook
from checker.reporters.grades import Grades
from checker.reporters.terminal import Terminal
from checker.rulepack import RulePack
from checker.wording import name_line

INDEX = "index.html"
GRADES = "grades.csv"
_TITLE = "The class"


class View(Protocol):
    """A view of a class: it is given each report with the path of its page, and renders what it made of them."""

    def add(self, report: Report, page: str) -> None: ...

    def render(self) -> str | bytes: ...


class Told(NamedTuple):
    """What the pages and files of a class are made with.

    `title` is that of the class's page, and of the assignment in gradebooks; None is the module's there. `refresh` is
    after how many seconds the page looks again.
    """

    pack: RulePack
    title: str | None
    gradebooks: Sequence[str]
    refresh: int | None = None


def write_views(folder: ClassFolder, told: Told, reports: Iterable[tuple[Report, str]]) -> ClassText:
    """Write the page, the grades and the gradebooks of a class from its reports, each with the path of its page.

    The reports are gone through once, and none is kept. Gives the lines for the terminal. Raises UsageError.
    """
    page = CohortPage(told.title or _TITLE, refresh=told.refresh, at=datetime.now().astimezone(), grades=GRADES)
    views: dict[str, View] = {INDEX: page, GRADES: Grades()}
    views |= {FILE_NAMES[system]: gradebook(system, told.title or told.pack.title) for system in told.gradebooks}
    text = ClassText(told.pack)
    for report, path in reports:
        text.add(report, path)
        for view in views.values():
            view.add(report, path)
    for name, view in views.items():
        folder.write(name, view.render())
    return text


def tell(folder: ClassFolder, text: ClassText, remarks: Sequence[str] = ()) -> None:
    """Say how the class stands, on the standard output."""
    draw = Terminal.of(sys.stdout)
    parts = [text.render(draw)]
    if remarks:
        parts.append("Also:\n" + "".join(f"  {draw.foreign_line(remark)}\n" for remark in remarks))
    parts.append(f"The page of this class: {name_line(folder.path(INDEX))}\n")
    write_stream(sys.stdout, "\n".join(parts))
