"""The formats that other tools read, a module a format: each renders the reports of one submission or of a class."""

from collections.abc import Iterable
from importlib import import_module

from checker.report import Report
from checker.reporters.formats.places import Places

_MODULES = {
    "badge": "checker.reporters.formats.badge",
    "classroom": "checker.reporters.formats.classroom",
    "codequality": "checker.reporters.formats.codequality",
    "github": "checker.reporters.formats.github",
    "junit": "checker.reporters.formats.junit",
    "markdown": "checker.reporters.formats.markdown",
    "sarif": "checker.reporters.formats.sarif",
}
FORMATS = tuple(_MODULES)


def render(name: str, reports: Iterable[Report], places: Places) -> str:
    """The reports in a format, with a line end. Raises UsageError for a format that tells of one submission only."""
    rendered: str = import_module(_MODULES[name]).render(reports, places)
    return rendered
