"""`rydecheck questions` as a user types it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker.cli import main
from checker.cohort.submission import Request, check_path
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, REPOSITORY

START = FIXTURES / "service" / "start"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A service whose attendee has answered nothing yet."""
    shutil.copy(START / "serverless.yml", tmp_path)
    return tmp_path


def questions(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    """The exit status, the output with line breaks made blanks, and the errors."""
    status = main(["questions", *map(str, arguments)])
    seen = capsys.readouterr()
    return status, " ".join(seen.out.split()), seen.err


def answered(folder: Path, pack: RulePack) -> dict[str, str | None]:
    return {one.id: one.answer for one in check_path(folder, pack, Request()).answers}


def test_the_questions_are_listed_with_the_first_line_of_each_answer(capsys: Captured) -> None:
    status, out, err = questions(capsys, FIXTURES / "class" / "chidi")
    assert (status, err) == (0, "")
    assert "2 of 4 answered in ANSWERS.md" in out
    assert "✓ qa.how How does DynamoDB auto-scaling work? It checks how much" in out
    assert "○ qa.rearchitect How might you re-architect your application to better handle this? not answered" in out
    assert "--write" not in out


def test_nothing_is_written_without_being_asked_for(capsys: Captured, service: Path) -> None:
    status, out, _ = questions(capsys, service)
    assert status == 0
    assert "0 of 4 answered in ANSWERS.md" in out
    assert "`rydecheck questions --write` adds to ANSWERS.md a heading" in out
    assert [path.name for path in service.iterdir()] == ["serverless.yml"]


def test_a_written_template_answers_nothing(
    capsys: Captured, service: Path, pack: RulePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(service)
    status, out, _ = questions(capsys, "--write")
    assert (status, out) == (
        0,
        "Wrote ANSWERS.md with 4 headings: qa.how, qa.burst, qa.alternative, qa.rearchitect.",
    )
    assert set(answered(service, pack).values()) == {None}
    text = (service / "ANSWERS.md").read_text(encoding="utf-8")
    assert questions(capsys, "--write")[1] == "Nothing to write: ANSWERS.md has a place for each of the 4 questions."
    assert (service / "ANSWERS.md").read_text(encoding="utf-8") == text
    assert "--write" not in questions(capsys)[1]
    (service / "ANSWERS.md").write_text(text.replace("line. -->", "line. -->\n\nmine"), encoding="utf-8")
    assert set(answered(service, pack).values()) == {"mine"}


def test_what_stands_there_stays(capsys: Captured, service: Path, pack: RulePack) -> None:
    content = b"1. How does DynamoDB auto-scaling work?\r\nsp\xc3\xa4t\r\n"
    (service / "answers.md").write_bytes(content)
    status, out, _ = questions(capsys, service / "serverless.yml", "--write")
    assert status == 0
    assert out == ("Added to answers.md 3 headings: qa.burst, qa.alternative, qa.rearchitect. What stood there stays.")
    whole = (service / "answers.md").read_bytes()
    assert whole.startswith(content)
    assert whole.count(b"\n") == whole.count(b"\r\n")
    assert answered(service, pack)["qa.how"] == "spät"
    assert not (service / "ANSWERS.md").exists()


def test_the_usual_name_wins(service: Path, pack: RulePack) -> None:
    (service / "Answers.md").write_text("## qa.how\nother", encoding="utf-8")
    assert answered(service, pack)["qa.how"] == "other"
    (service / "answers.md").write_text("## qa.how\nsmall", encoding="utf-8")
    (service / "ANSWERS.md").write_text("## qa.how\nmine", encoding="utf-8")
    assert answered(service, pack)["qa.how"] == "mine"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("## qa.how\n```\n", "ends inside a code block"),
        ("x" * (1024 * 1024 + 1), "this file is larger than 1 MiB. Shorten the answers."),
        ("x" * (1024 * 1024 - 10), "would be larger than 1 MiB with the headings"),
        ("x\0", "is no plain text"),
        (None, "no regular file"),
    ],
)
def test_what_cannot_be_written_is_one_line(capsys: Captured, service: Path, content: str | None, says: str) -> None:
    target = service / "ANSWERS.md"
    if content is None:
        target.mkdir()
    else:
        target.write_text(content, encoding="utf-8")
    status, out, err = questions(capsys, service, "--write")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert says in err
    assert content is None or target.read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("## qa.how\nmine".encode("utf-16-le"), "no plain text"),
        (b"PK\x03\x04" + bytes(30), "no plain text"),
        (bytes(range(1, 256)) * 4, "no plain text"),
        ("## qa.how\nmine".encode("utf-16") + b"\n", "UTF-16 and ends in the middle of a character"),
    ],
)
def test_what_is_no_text_is_not_written(capsys: Captured, service: Path, content: bytes, says: str) -> None:
    (service / "ANSWERS.md").write_bytes(content)
    status, out, err = questions(capsys, service, "--write")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert says in err
    assert (service / "ANSWERS.md").read_bytes() == content


def test_a_link_that_leads_out_is_not_followed(capsys: Captured, service: Path) -> None:
    outside = service.parent / f"{service.name}-outside.md"
    outside.write_text("mine", encoding="utf-8")
    (service / "ANSWERS.md").symlink_to(outside)
    status, _, err = questions(capsys, service, "--write")
    assert (status, err.count("\n")) == (2, 1)
    assert "leads out of the submission's folder" in err
    assert outside.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("write", [[], ["--write"]])
def test_a_folder_without_a_service(capsys: Captured, tmp_path: Path, write: list[str]) -> None:
    status, out, err = questions(capsys, tmp_path, *write)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "there is no serverless.yml in this folder" in err
    assert list(tmp_path.iterdir()) == []
    assert questions(capsys, tmp_path / "nowhere")[0] == 2
    assert questions(capsys, "--module", "nope")[0] == 2


def test_a_broken_service_has_its_questions_too(capsys: Captured) -> None:
    assert questions(capsys, FIXTURES / "broken" / "invalid-yaml--tab")[0] == 0


def test_a_folder_that_may_only_be_read(service: Path) -> None:
    script = (
        "import os, sys\n"
        "from checker.cli import main\n"
        f"main(['questions', {str(START)!r}])\n"
        "import checker.writing, checker.answers, difflib\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        f"status = main(['questions', {str(service)!r}, '--write'])\n"
        "sys.stdout.flush(); os._exit(status)\n"
    )
    for folder in (service, *service.parents):
        if "pytest-" in str(folder):
            folder.chmod(0o755)
    service.chmod(0o555)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    service.chmod(0o755)
    assert ran.returncode == 2, ran.stderr
    assert "ANSWERS.md cannot be written: Permission denied." in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert [path.name for path in service.iterdir()] == ["serverless.yml"]


def test_hostile_answers_reach_no_terminal_raw(capsys: Captured, service: Path) -> None:
    (service / "ANSWERS.md").write_text("## qa.how\n\x1b[31mred\u202e" + "x" * 5000, encoding="utf-8")
    assert main(["questions", str(service)]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\x1b[31mred" in out
    assert max(map(len, out.splitlines())) < 80


def test_the_answers_are_in_the_json_too(capsys: Captured, service: Path) -> None:
    (service / "ANSWERS.md").write_text("**Q1: How does DynamoDB autoscaling work?**\n\nA: mine\n", encoding="utf-8")
    main(["check", str(service), "--format", "json"])
    told = json.loads(capsys.readouterr().out)["questions"]
    assert [one["answer"] for one in told] == ["mine", None, None, None]
