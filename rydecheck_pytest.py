"""`pytest --rydecheck`: the checks of a module as test items, beside the tests that are there already.

Every start of pytest imports this module, in projects that have nothing to do with rydecheck too. So it stands outside
of the package, holds the options alone, and imports nothing of `checker` without the flag: a fork may have a module of
that name.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_PATH = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin; each of them means nothing without `--rydecheck`."""
    group = parser.getgroup("rydecheck", "checks of the serverless workshop")
    group.addoption("--rydecheck", action="store_true", help="add a test item for each check of the workshop's module")
    group.addoption(
        "--rydecheck-path",
        action="append",
        default=[],
        metavar="PATH",
        help="the service's folder or its serverless.yml (default: the current folder, or pytest's rootdir); "
        "may be repeated",
    )
    group.addoption(
        "--rydecheck-module", metavar="M", help="the module's id, or the path of one (default: reliability)"
    )
    group.addoption(
        "--rydecheck-only",
        action="append",
        default=[],
        metavar="CHECK,…",
        help="judge these checks or steps only; may be repeated",
    )
    group.addoption("--rydecheck-strict", action="store_true", help="accept the workshop's own way only")
    group.addoption("--rydecheck-stage", metavar="S", help="the stage, as for a deployment")
    group.addoption("--rydecheck-region", metavar="R", help="the region, as for a deployment")
    group.addoption("--rydecheck-deployed", action="store_true", help="judge the deployed stack beside the file")
    group.addoption("--rydecheck-stack", metavar="NAME", help="the same, for the stack of this name")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """With the flag, import what judges before a conftest.py puts the fork's folders where modules are looked for."""
    if early_config.known_args_namespace.rydecheck:
        here, own = os.path.realpath(os.curdir), os.path.dirname(os.path.realpath(__file__))
        # `python -m pytest` has put the current folder there already.
        path = [folder for folder in sys.path if os.path.realpath(folder) not in {here} - {own}]
        early_config.stash[_PATH] = path
        with _looking_in(path):
            import checker.pytest_plugin.session  # noqa: F401


def pytest_configure(config: pytest.Config) -> None:
    """With the flag, take part in this run. Raises pytest.UsageError for a module or check that does not exist."""
    if config.getoption("rydecheck"):
        with _looking_in(config.stash.get(_PATH, sys.path)):
            from checker.pytest_plugin.session import take_part

            take_part(config)


@contextmanager
def _looking_in(path: list[str]) -> Iterator[None]:
    """Look for modules in these folders meanwhile."""
    before = sys.path
    sys.path = list(path)
    try:
        yield
    finally:
        sys.path = before
