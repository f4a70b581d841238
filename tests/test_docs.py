"""The pages of docs/ show what the commands really print, and lead to files that are there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

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


def follow(page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """Carry out the commands of a page, each of which prints what the page shows; how many there were."""
    commands = blocks(page)
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
    return len(commands)


def test_the_page_for_attendees_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service = tmp_path / "wild-rydes-ride-record"
    service.mkdir()
    shutil.copy(FIXTURES / "service" / "start" / "serverless.yml", service)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    assert follow(REPOSITORY / "docs" / "attendees.md", capsys, monkeypatch) > 10


def test_the_page_for_instructors_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(FIXTURES / "class", tmp_path / "class")
    monkeypatch.chdir(tmp_path)
    assert follow(REPOSITORY / "docs" / "instructors.md", capsys, monkeypatch) == 5
    assert {path.name for path in (tmp_path / "graded").iterdir()} >= {"index.html", "grades.csv", "canvas.csv"}


@pytest.mark.parametrize("page", [*DOCS, REPOSITORY / "README.md"], ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_page_for_ci_shows_the_workflow_that_is_to_be_copied() -> None:
    page = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")
    workflow = (REPOSITORY / "docs" / "examples" / "github-workflow.yml").read_text(encoding="utf-8")
    shown = re.search(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert shown is not None
    assert shown[1] == "".join(line for line in workflow.splitlines(keepends=True) if not line.startswith("#"))


def test_the_page_for_ci_lists_what_the_action_takes_and_gives() -> None:
    page = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
    told = {name for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for name in re.findall(r"`([\w-]+)`", row)}
    assert told == {*action["inputs"], *action["outputs"]}


@pytest.mark.parametrize("name", ["github", "markdown"])
def test_the_page_on_formats_shows_what_is_printed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (REPOSITORY / "docs" / "formats.md").read_text(encoding="utf-8")
    # A heading of the page, not of the Markdown that it shows, which is in a block and has a capital.
    section = re.split(r"^## (?=[a-z]+$)", page, flags=re.MULTILINE)
    (tmp_path / "section.md").write_text(next(one for one in section if one.startswith(f"{name}\n")), encoding="utf-8")
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    ((command, shown),) = blocks(tmp_path / "section.md")
    main(shlex.split(command)[1:])
    printed = capsys.readouterr().out.splitlines()
    assert fits(shown, printed), (command, printed)
