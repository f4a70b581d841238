"""Reports in the formats that were asked for, each to where it shall go."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from checker.cli.arguments import FORMATS, LINTED_FORMATS
from checker.cli.output import write_stream
from checker.errors import UsageError
from checker.report import Report
from checker.reporters.terminal import Terminal
from checker.writing import write_file

if TYPE_CHECKING:
    from checker.reporters.formats.places import Places

# Where a run of GitHub Actions or GitLab CI has the repository.
_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


class Output(NamedTuple):
    """A format, and the file that it goes to; None is the standard output."""

    format: str
    file: str | None


def outputs(asked: Namespace) -> list[Output]:
    """What `--format`, `--output` and `--also` ask for. Raises UsageError, before any work, for what cannot be."""
    wanted = [Output(asked.format, asked.output)]
    for text in asked.also:
        name, equals, file = text.partition("=")
        if not equals or not file or name not in FORMATS:
            raise UsageError(f"`--also {text}` is not of the form FORMAT=FILE; the formats are: {', '.join(FORMATS)}.")
        wanted.append(Output(name, file))
    files = [os.path.realpath(one.file) for one in wanted if one.file]
    twice = next((file for file in files if files.count(file) > 1), None)
    if twice is not None:
        raise UsageError(f"two formats would be written to {os.path.basename(twice)}; give each a file of its own.")
    for one in wanted:
        refuse_without_folder(one.file)
    return wanted


def refuse_inputs(wanted: Sequence[Output], read: Iterable[str]) -> None:
    """Raises UsageError, before anything is written, for an output in the place of a file that is read."""
    files = {os.path.realpath(one.file): one.file for one in wanted if one.file}
    lost = next((files[real] for real in map(os.path.realpath, read) if real in files), None) if files else None
    if lost is not None:
        raise UsageError(f"{lost} is read here, and would be lost; name another file to write.")


def refuse_without_folder(file: str | None) -> None:
    """Raises UsageError for a file in a folder that is not there."""
    folder = os.path.dirname(file or "")
    if folder and not os.path.isdir(folder):
        raise UsageError(f"{file} cannot be written: there is no folder {folder}. Make it first.")


def is_linted(wanted: Sequence[Output]) -> bool:
    """Whether one of the formats also tells what would break the deployment."""
    return any(one.format in LINTED_FORMATS for one in wanted)


def write_report(report: Report, wanted: Sequence[Output]) -> None:
    """Write one submission's report in each format. Raises UsageError where that cannot be."""
    for one in wanted:
        text = _rendered(report, one)
        if text:
            write_text(text, one)


def write_text(text: str, wanted: Output) -> None:
    """Write what was rendered to its file, or to the standard output. Raises UsageError."""
    if wanted.file is None:
        write_stream(sys.stdout, text, is_data=wanted.format != "text")
    else:
        write_file(wanted.file, text)


def _rendered(report: Report, wanted: Output) -> str:
    if wanted.format == "text":
        from checker.reporters.text import render as render_text

        return render_text(report, Terminal() if wanted.file else Terminal.of(sys.stdout))
    if wanted.format == "json":
        from checker.reporters.json import render as render_json

        return render_json(report)
    if wanted.format == "html":
        from datetime import datetime

        from checker.reporters.html import render as render_html

        return render_html(report._replace(checked_at=datetime.now().astimezone()))
    return render_for_tools(wanted.format, (report,), report.submission.path)


def render_for_tools(name: str, reports: Iterable[Report], path: str = "") -> str:
    """Reports in a format that other tools read; `path` is where a submission lies, seen from the current folder."""
    from checker.reporters.formats import render

    return render(name, reports, repository(path))


def repository(path: str) -> Places:
    """The repository that a path lies in: the nearest folder with `.git` or checkout of a CI run, else this folder."""
    from checker.reporters.formats.places import Places

    here = os.path.realpath(_current_folder())
    folder = os.path.realpath(os.path.join(here, path))
    checkouts = {os.path.realpath(os.environ[name]) for name in _CHECKOUTS if os.environ.get(name)}
    while folder not in checkouts and not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return Places(here, here)
        folder = above
    return Places(folder, here)


def _current_folder() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:  # it was removed, which the report says
        return os.sep
