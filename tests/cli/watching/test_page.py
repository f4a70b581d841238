"""Whether a browser is opened, and what the page's file is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.cli.watching.page import Page, has_desktop, short_path
from checker.cohort.submission import Request, check_path
from checker.rulepack import RulePack
from tests.conftest import FIXTURES


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "a 1 b 22"}, "linux", False),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_a_browser_only_where_somebody_sits(environment: dict[str, str], platform: str, expected: bool) -> None:
    assert has_desktop(environment, platform) is expected


def test_pages_of_folders_of_one_name_do_not_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: RulePack
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    report = check_path(FIXTURES / "class" / "ada", pack, Request())
    pages = []
    for place in ("one", "two"):
        folder = tmp_path / place / "ri des\x1b[2J"
        folder.mkdir(parents=True)
        pages.append(Page(str(folder)).write(report))
    assert pages[0] != pages[1]
    assert {page.name[:11] for page in pages} == {"ri-des-2J-" + page.name[10] for page in pages}
    assert all(page.stat().st_mode & 0o777 == 0o600 for page in pages)
    before = pages[0].read_bytes()
    os.utime(pages[0], (0, 0))
    assert Page(str(tmp_path / "one" / "ri des\x1b[2J")).write(report) == pages[0]
    assert pages[0].stat().st_mtime > 0
    assert b"Serverless Reliability" in before


def test_a_path_as_one_types_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert short_path(Path("/home/ada/.cache/x.html")) == "~/.cache/x.html"
    assert short_path(Path("/var/x.html")) == "/var/x.html"
    assert short_path(Path("/home/adalbert/x.html")) == "/home/adalbert/x.html"
