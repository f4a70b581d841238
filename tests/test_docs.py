"""The pages of docs/ show what the commands really print, and lead to files that are there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from checker.cli import main
from tests.conftest import FIXTURES, REPOSITORY

DOCS = sorted((REPOSITORY / "docs").rglob("*.md"))
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def blocks(page: Path) -> list[tuple[str, list[str]]]:
    """The commands of a page's console blocks in order, each with the lines below it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def fits(shown: list[str], printed: list[str]) -> bool:
    """Whether the lines are those printed; `…` alone stands for any number of lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else f"{re.escape(line)}\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def test_the_page_for_attendees_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service = tmp_path / "wild-rydes-ride-record"
    service.mkdir()
    shutil.copy(FIXTURES / "service" / "start" / "serverless.yml", service)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    commands = blocks(REPOSITORY / "docs" / "attendees.md")
    assert len(commands) > 10
    for command, shown in commands:
        words = shlex.split(command)
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
            continue
        assert words[0] == "rydecheck"
        if words[1:] == ["watch"]:  # it goes on until `q`; its tests are elsewhere
            assert shown == []
            continue
        main(words[1:])
        printed = capsys.readouterr().out.splitlines()
        assert fits(shown, printed), (command, printed)


@pytest.mark.parametrize("page", [*DOCS, REPOSITORY / "README.md"], ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
