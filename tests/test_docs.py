"""The pages of docs/ show what the commands really print, and lead to files that are there."""

from __future__ import annotations

import json
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


GUIDE = REPOSITORY / "docs" / "write-a-module.md"
_BLOCK = re.compile(r"^```(\w+) ?(.*)\n((?:.*\n)*?)^```$", re.MULTILINE)


def follow(page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """Do what a guide says, in the current folder: write its files, change them, and enter its commands in turn.

    Each command prints what the page shows. A block of YAML with a name is a file, a block of `diff` with one changes
    it. The number of commands.
    """
    count = 0
    for kind, file, body in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "yaml" and file:
            Path(file).write_text(body, encoding="utf-8")
        elif kind == "diff" and file:
            old, new = ("".join(f"{line[1:]}\n" for line in body.splitlines() if line[0] == sign) for sign in "-+")
            text = Path(file).read_text(encoding="utf-8")
            assert text.count(old) == 1
            Path(file).write_text(text.replace(old, new), encoding="utf-8")
        elif kind == "console":
            for command in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                line, *shown = command.splitlines()
                words = shlex.split(line)
                count += 1
                if words[0] == "cd":
                    monkeypatch.chdir(words[1])
                    continue
                assert words[0] == "rydecheck"
                if words[1:] == ["watch"]:  # it goes on until `q`; its tests are elsewhere
                    assert shown == []
                    continue
                main(words[1:])
                printed = capsys.readouterr().out.splitlines()
                assert fits(shown, printed), (line, printed)
    return count


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


def test_the_guide_leads_from_an_empty_folder_to_a_proved_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    assert follow(GUIDE, capsys, monkeypatch) == 11
    shutil.copy("start/serverless.yml.bak", "start/serverless.yml")
    assert main(["rules", "lint", ".", "--start", "start"]) == 0
    assert "Proved on start" in capsys.readouterr().out


def test_the_guide_s_expectation_is_what_its_fixture_gets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {file: body for kind, file, body in _BLOCK.findall(GUIDE.read_text(encoding="utf-8")) if kind == "yaml"}
    (told,) = (body for kind, _, body in _BLOCK.findall(GUIDE.read_text(encoding="utf-8")) if kind == "json")
    expected = json.loads(told)
    service = files["start/serverless.yml"] + "    OrderQueue:\n      Type: AWS::SQS::Queue\n"
    for name, text in (("serverless.yml", service), ("module.yaml", files["module.yaml"])):
        Path(name).write_text(text, encoding="utf-8")
    assert main(["check", ".", "--module", "./module.yaml", "--format", "json"]) == 1
    actual = json.loads(capsys.readouterr().out)
    (check,) = actual["checks"]
    seen = {**check, **check["sources"]["file"]["evidence"][0]}
    wanted = expected["checks"]["queue.there"]
    assert {key: seen[key] for key in wanted} == wanted
    assert (actual["status"], actual["score"]) == (expected["status"], expected["score"])


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
