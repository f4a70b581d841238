"""`pytest --rydecheck`: the checks of a module as test items, beside the tests that are there already.

Every start of pytest imports this module, in projects that have nothing to do with rydecheck too. So it holds the
options alone; what they ask for lies in the modules beside it.
"""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin; each of them means nothing without `--rydecheck`."""
    group = parser.getgroup("rydecheck", "checks of the serverless workshop")
    group.addoption("--rydecheck", action="store_true", help="add a test item for each check of the workshop's module")
    group.addoption(
        "--rydecheck-path",
        metavar="PATH",
        help="the service's folder or its serverless.yml (default: the current folder, or pytest's rootdir)",
    )
    group.addoption("--rydecheck-module", metavar="ID", help="the module to check (default: reliability)")
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


def pytest_configure(config: pytest.Config) -> None:
    """With the flag, take part in this run. Raises pytest.UsageError for a module or check that does not exist."""
    if config.getoption("rydecheck"):
        from checker.pytest_plugin.session import take_part

        take_part(config)
