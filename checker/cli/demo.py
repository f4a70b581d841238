"""`rydecheck demo`: checks the sample class and writes its pages."""

from __future__ import annotations

import sys
from pathlib import Path

from checker.cli.arguments import DEFAULT_MODULE
from checker.cli.output import write_file, write_stream
from checker.cohort.submission import Request, check_path
from checker.errors import UsageError
from checker.report import Report
from checker.reporters.terminal import Terminal
from checker.rulepack import load_pack
from checker.shipped import sample_class_folder


def demo(out: str) -> int:
    """Check every attendee of the sample class, print how far each is, and write the pages into `out`."""
    if not out:
        raise UsageError("the name of the folder to write is empty.")
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be made: {error.strerror}.") from None
    reports = sample_reports()
    draw = Terminal.of(sys.stdout)
    write_stream(sys.stdout, "\n".join(_line(report, draw) for report in reports) + "\n")
    for name, page in sample_pages(reports).items():
        write_file(folder / name, page)
    write_stream(sys.stdout, f"\nThe pages of this class: {folder / 'index.html'}\n")
    return 0


def sample_reports() -> list[Report]:
    """The reports of the sample class by name, judged without anything of this machine's environment."""
    pack = load_pack(DEFAULT_MODULE)
    folders = sorted(folder for folder in sample_class_folder().iterdir() if folder.is_dir())
    return [check_path(folder, pack, Request()) for folder in folders]


def sample_pages(reports: list[Report]) -> dict[str, str]:
    """The page of each attendee and the class's `index.html`, by file name."""
    from checker.reporters.html import render, render_class

    pages = {f"{report.submission.id}.html": render(report) for report in reports}
    index = render_class([(report, f"{report.submission.id}.html") for report in reports], "A sample class")
    return {"index.html": index, **pages}


def _line(report: Report, draw: Terminal) -> str:
    """How far one attendee is, and what comes next."""
    name = f"{report.submission.id:<8}"
    if report.error is not None:
        return name + draw.paint("no verdict  ", "red") + draw.foreign(f"{report.error.place}: {report.error.code}")
    score = report.score
    bonus = f" +{score.bonus}" if score.bonus else ""
    style = "green" if report.status == "complete" else "yellow"
    done = draw.paint(f"{f'{score.earned} of {score.possible}{bonus}':<12}", style)
    after = report.next_check
    return name + done + (f"next: {after.rule.title} ({after.reason})" if after is not None else "complete")
