"""`rydecheck demo`: checks the sample class, its files and what it deployed, and writes its pages."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.arguments import DEFAULT_MODULE
from checker.cli.output import write_stream
from checker.cohort.submission import Deployed, Request, check_path
from checker.errors import UsageError
from checker.report import Report
from checker.reporters.terminal import Terminal
from checker.rulepack import load_pack
from checker.serverless.resolving import Settings
from checker.shipped import sample_class_folder
from checker.writing import write_file

if TYPE_CHECKING:
    from checker.standin import StandIn

_WITHOUT_STANDIN = "Only the files are checked; to see what is deployed beside them: pip install 'rydecheck[demo]'\n\n"


def demo(out: str, *, serve: bool = False) -> int:
    """Check every attendee of the sample class, print how far each is, and write the pages into `out`.

    Where moto is installed, the class is deployed to a stand-in for AWS; with `serve` that stays until Ctrl-C.
    """
    if not out:
        raise UsageError("the name of the folder to write is empty.")
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be made: {error.strerror}.") from None
    if not serve and find_spec("moto") is None:
        write_stream(sys.stdout, _WITHOUT_STANDIN)
        _show(sample_reports(), folder)
        return 0
    with _deployed_class() as standin:
        _show(sample_reports(deployed=True), folder)
        if serve:
            write_stream(sys.stdout, _invitation(standin))
            sys.stdout.flush()
            _wait()
    return 0


def sample_reports(*, deployed: bool = False) -> list[Report]:
    """The reports of the sample class by name, judged without anything of this machine's environment.

    With `deployed`, the stacks of the account that the environment names are judged too.
    """
    pack = load_pack(DEFAULT_MODULE)
    folders = sorted(folder for folder in sample_class_folder().iterdir() if folder.is_dir())

    def request(folder: Path) -> Request:
        return Request(Settings({"stage": folder.name}), deployed=Deployed()) if deployed else Request()

    return [check_path(folder, pack, request(folder)) for folder in folders]


def sample_pages(reports: list[Report]) -> dict[str, str]:
    """The page of each attendee and the class's `index.html`, by file name."""
    from checker.reporters.cohort import CohortPage
    from checker.reporters.html import render

    cohort = CohortPage("A sample class", grades=None)
    pages = {}
    for report in reports:
        name = f"{report.submission.id}.html"
        pages[name] = render(report, home="index.html")
        cohort.add(report, name)
    return {"index.html": cohort.render(), **pages}


@contextmanager
def _deployed_class() -> Iterator[StandIn]:
    """The class deployed to a stand-in for AWS, which the environment of this process names meanwhile."""
    from checker.standin import StandIn
    from checker.standin.sample_class import deploy_class

    before = dict(os.environ)
    with StandIn() as standin:
        os.environ.pop("AWS_PROFILE", None)
        os.environ.update(standin.environment)
        try:
            deploy_class(standin, sample_class_folder())
            yield standin
        finally:
            os.environ.clear()
            os.environ.update(before)


def _show(reports: list[Report], folder: Path) -> None:
    draw = Terminal.of(sys.stdout)
    write_stream(sys.stdout, "\n".join(_line(report, draw) for report in reports) + "\n")
    for name, page in sample_pages(reports).items():
        write_file(folder / name, page)
    write_stream(sys.stdout, f"\nThe pages of this class: {folder / 'index.html'}\n")


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
    if after is None:
        return name + done + "complete"
    where = " in the stack" if after.file_is_right and after.reason != "not-deployed" else ""
    return name + done + f"next: {after.rule.title} ({after.reason}{where})"


def _invitation(standin: StandIn) -> str:
    from checker.standin.sample_class import stack_of

    given = " ".join(f"{name}={value}" for name, value in standin.environment.items())
    return f"""
The class stays deployed until you press Ctrl-C. Change something in another terminal, and check again:

  unset AWS_PROFILE
  export {given}
  rydecheck check --stack {stack_of("ada")}
"""


def _wait() -> None:
    """Wait for Ctrl-C, which is how this is meant to end."""
    import threading

    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
