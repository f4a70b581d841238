"""What all tests share."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from checker.cohort.submission import Request, check_path
from checker.report import Report
from checker.rulepack import RulePack, load_pack, module_ids

# How long an example takes tells of the machine.
settings.register_profile("rydecheck", deadline=None)
settings.load_profile("rydecheck")

REPOSITORY = Path(__file__).parent.parent
FIXTURES = REPOSITORY / "fixtures"
FOLDERS = sorted(path.parent for path in FIXTURES.rglob("expect.json"))

DEFAULT_MODULE = "reliability"
MODULES = module_ids()

Checked = Callable[..., Report]


# What a machine of CI or a user's shell says of itself; pytest, too, prints otherwise in CI.
SURROUNDINGS = re.compile(r"(AWS|CI|GITHUB|GITLAB|RUNNER)(_.*)?|BUILD_NUMBER|FORCE_COLOR|NO_COLOR|COLUMNS|LINES")


@pytest.fixture(scope="session", autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same run on every machine: the user's state and cache folders are those of the tests, no variable says where
    they run, and no signal is ignored because they run in the background or behind `nohup`.
    """
    for name in ("SIGINT", "SIGHUP"):
        ignored = getattr(signal, name, None)
        if ignored is not None and signal.getsignal(ignored) == signal.SIG_IGN:
            signal.signal(ignored, signal.SIG_DFL)
    with pytest.MonkeyPatch.context() as patched:
        for name in filter(SURROUNDINGS.fullmatch, list(os.environ)):
            patched.delenv(name)
        for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
            patched.setenv(name, str(tmp_path_factory.mktemp(name)))
        yield


@pytest.fixture(scope="session")
def pack() -> RulePack:
    return pack_of(DEFAULT_MODULE)


@pytest.fixture
def checked(tmp_path: Path, pack: RulePack) -> Checked:
    """Writes a serverless.yml (and more files) into an empty folder and checks it."""

    def check(text: str, request: Request | None = None, **files: str) -> Report:
        (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
        for name, content in files.items():
            (tmp_path / name.replace("_", ".")).write_text(content, encoding="utf-8")
        return check_path(tmp_path, pack, request or Request())

    return check


@lru_cache
def pack_of(module: str) -> RulePack:
    """The shipped pack of a module, loaded once."""
    return load_pack(module)


@cache
def report_of(folder: Path) -> Report:
    """What a fixture's file gives by the module it is of, judged once however many tests look at it."""
    return check_path(folder, pack_of(module_of(folder)), Request())


def module_of(folder: Path) -> str:
    """The module that a fixture is of: the folders of the first one lie at the top, those of others below their id."""
    first = folder.relative_to(FIXTURES).parts[0]
    return first if first in MODULES else DEFAULT_MODULE


def within_module(folder: Path) -> tuple[str, ...]:
    """The parts of a fixture's path without its module: a check, or what else it proves, and the verdict."""
    parts = folder.relative_to(FIXTURES).parts
    return parts[1:] if parts[0] in MODULES else parts


def sampled(values: Sequence[Any], one_in: int) -> list[Any]:
    """All of them as parameters of a test, of which `make check` takes one in so many; a folder is a fixture's."""
    return [
        pytest.param(
            value,
            id=value.relative_to(FIXTURES).as_posix() if isinstance(value, Path) else None,
            marks=pytest.mark.slow if place % one_in else (),
        )
        for place, value in enumerate(values)
    ]


def every(one_in: int) -> list[Any]:
    """All fixtures, as `sampled` gives them."""
    return sampled(FOLDERS, one_in)
