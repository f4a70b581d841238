"""`rydecheck demo`: grades the sample class, its files and what it deployed, as an instructor would."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.arguments import parse
from checker.cli.class_folder import ClassFolder
from checker.cli.grade import grade
from checker.cli.output import write_stream
from checker.cohort.progress import FILE as PROGRESS_FILE
from checker.cohort.progress import ProgressLog
from checker.report import Moment
from checker.shipped import sample_class_folder

if TYPE_CHECKING:
    from checker.standin import StandIn

_TITLE = "A sample class"
_WITHOUT_STANDIN = "Only the files are graded; to see what is deployed beside them: pip install 'rydecheck[demo]'\n\n"


def demo(out: str, *, serve: bool = False) -> int:
    """Grade the sample class into `out`, with its roster, marks and what it passed in the last two hours.

    Where moto is installed, the class is deployed to a stand-in for AWS; with `serve` that stays until Ctrl-C.
    """
    folder = ClassFolder(out)
    _remember(folder)
    if not serve and find_spec("moto") is None:
        write_stream(sys.stdout, _WITHOUT_STANDIN)
        return _grade(out)
    with _deployed_class() as standin:
        status = _grade(out, "--deployed")
        if serve:
            write_stream(sys.stdout, _invitation(standin))
            sys.stdout.flush()
            _wait()
    return status


def _grade(out: str, *more: str) -> int:
    sample = sample_class_folder()
    files = ["--roster", str(sample / "roster.csv"), "--marks", str(sample / "marks.csv")]
    return grade(parse(["grade", *files, "--out", out, "--title", _TITLE, *more]))


def _remember(folder: ClassFolder) -> None:
    """Give a new folder the runs that came before this one, as if the class had begun two hours ago."""
    path = folder.path(PROGRESS_FILE)
    if os.path.exists(path):
        return
    now = datetime.now(timezone.utc)
    log = ProgressLog(path)
    try:
        log.remember(sample_moments(sample_class_folder(), now))
    finally:
        log.close()


def sample_moments(sample: Path, now: datetime) -> Iterator[tuple[str, Moment]]:
    """What each attendee of the sample class passed when, up to `now`."""
    with open(sample / "progress.csv", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            at = now - timedelta(minutes=int(row["minutes_ago"]))
            yield row["id"], Moment(at, frozenset(row["passing"].split()))


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
