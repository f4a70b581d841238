"""The sample pages of the repository; `python -m tests.samples` writes them again."""

from __future__ import annotations

from datetime import datetime, timezone

from checker.cli.demo import sample_moments
from checker.cohort.marks import read_marks
from checker.cohort.roster import read_roster
from checker.cohort.submission import Request, check_path
from checker.report import Report
from checker.reporters.cohort import CohortPage
from checker.reporters.html import render
from checker.rulepack import load_pack
from checker.serverless.resolving import Settings
from checker.shipped import sample_class_folder
from checker.writing import write_file
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "reports" / "sample"
SHOWN = ("ada", "ben", "chidi", "dora", "keiko", "luis", "maya", "omar")
# So that the pages are the same whenever and wherever they are rendered.
AT = datetime(2026, 11, 23, 16, 0, tzinfo=timezone.utc)


def sample_reports() -> list[Report]:
    """The reports of the sample class by its files, with the roster, the marks, and what was passed when."""
    pack = load_pack("reliability")
    sample = sample_class_folder()
    roster = read_roster((sample / "roster.csv").read_text(encoding="utf-8"), "roster.csv")
    questions = [question.id for question in pack.questions]
    marks = read_marks((sample / "marks.csv").read_text(encoding="utf-8"), "marks.csv", questions)
    moments = list(sample_moments(sample, AT))
    reports = []
    for row in roster.rows:
        report = check_path(sample / row.id, pack, Request(Settings({"stage": row.stage or ""})))
        progress = tuple(moment for name, moment in moments if name == row.id)
        reports.append(marks.marked(report._replace(person=row.person, progress=progress, checked_at=AT)))
    return reports


def rendered() -> dict[str, str]:
    """The pages that the repository shows, by file name."""
    cohort = CohortPage("A sample class", at=AT, grades=None)
    pages = {}
    for report in sample_reports():
        if report.submission.id in SHOWN:
            name = f"{report.submission.id}.html"
            pages[name] = render(report, home="index.html")
            cohort.add(report, name)
    return {"index.html": cohort.render(), **pages}


def write() -> None:
    """Write the sample pages, and remove those of attendees no longer shown."""
    FOLDER.mkdir(exist_ok=True)
    pages = rendered()
    for path in FOLDER.glob("*.html"):
        if path.name not in pages:
            path.unlink()
    for name, page in pages.items():
        write_file(FOLDER / name, page)


if __name__ == "__main__":
    write()
