"""The pages of docs/ show what the commands really print, and lead to files that are there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.cli import main
from tests.conftest import FIXTURES, REPOSITORY

DOCS = sorted((REPOSITORY / "docs").glob("*.md"))
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


GUIDE = REPOSITORY / "docs" / "write-a-module.md"
_BLOCK = re.compile(r"^```(\w+) ?(.*)\n((?:.*\n)*?)^```$", re.MULTILINE)


def follow(page: Path, said: Callable[[list[str]], list[str]], monkeypatch: pytest.MonkeyPatch) -> int:
    """Do what a guide says, in the current folder: write its files, change them, and enter its commands in turn.

    `said` gives the lines that a command prints. A block of YAML is a file of that name, a block of `diff` changes one.
    The number of commands.
    """
    count = 0
    for kind, file, body in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "yaml":
            Path(file).write_text(body, encoding="utf-8")
        elif kind == "diff":
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
                printed = said(words[1:])
                assert fits(shown, printed), (line, printed)
    return count


def test_the_guide_leads_from_an_empty_folder_to_a_proved_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)

    def said(words: list[str]) -> list[str]:
        main(words)
        return capsys.readouterr().out.splitlines()

    assert follow(GUIDE, said, monkeypatch) == 10
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
