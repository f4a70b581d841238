"""The formats as a whole: one list of them, one check for several, and clear words where they cannot be written."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import pytest

from checker.cli import main
from checker.cli.arguments import FORMATS, LINTED_FORMATS
from checker.cli.rendering import repository
from checker.reporters import formats
from checker.reporters.formats.places import Places
from tests.conftest import FIXTURES

CHIDI = FIXTURES / "class" / "chidi"
LUIS = FIXTURES / "class" / "luis"


@pytest.fixture
def fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a fork with a half-done service, and no checkout of a CI system."""
    shutil.copy(CHIDI / "serverless.yml", tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_command_line_offers_what_there_is() -> None:
    assert set(FORMATS) == {"text", "json", "html", *formats.FORMATS}
    assert set(FORMATS) > LINTED_FORMATS


@pytest.mark.parametrize("form", formats.FORMATS)
def test_each_format_is_written_also_for_a_service_that_cannot_be_checked(
    fork: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--format", form, "--no-lint"]) == 1
    assert capsys.readouterr().out.endswith("\n")
    shutil.copy(LUIS / "serverless.yml", fork)
    assert main(["--format", form]) == 2
    told = capsys.readouterr()
    assert told.out.endswith("\n")
    assert told.err.count("\n") == 1


def test_one_check_is_written_in_several_formats(fork: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-lint", "--also", "json=report.json", "--also", "html=page.html"]) == 1
    assert "5 of 6" in capsys.readouterr().out
    assert json.loads((fork / "report.json").read_text(encoding="utf-8"))["score"]["earned"] == 5
    assert (fork / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--also", "pdf=x"], "`--also pdf=x` is not of the form FORMAT=FILE"),
        (["--also", "json"], "`--also json` is not of the form FORMAT=FILE"),
        (["--also", "json="], "`--also json=` is not of the form FORMAT=FILE"),
        (["--also", "json=a", "--also", "html=./a"], "two formats would be written to a"),
        (["--also", "json=nowhere/a.json"], "nowhere/a.json cannot be written: there is no folder nowhere. Make it"),
        (["--format", "html", "--output", "nowhere/a"], "nowhere/a cannot be written: there is no folder nowhere."),
    ],
)
@pytest.mark.usefixtures("fork")
def test_what_cannot_be_written_is_told_before_anything_is(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_lines_are_told_from_the_top_of_the_repository(fork: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert repository(".") == Places(str(fork), str(fork))
    (fork / ".git").mkdir()
    service = fork / "services" / "record"
    service.mkdir(parents=True)
    monkeypatch.chdir(service)
    assert repository(".") == Places(str(fork), str(service))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(fork / "services"))
    assert repository(".") == Places(str(fork / "services"), str(service))
    # With `path:`, the checkout lies below the workspace.
    monkeypatch.setenv("GITHUB_WORKSPACE", str(fork.parent))
    assert repository(".") == Places(str(fork), str(service))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(fork / "serv"))
    assert repository(".") == Places(str(fork), str(service))


@pytest.fixture
def results(fork: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The results of a class of two."""
    for one in (CHIDI, LUIS):
        shutil.copytree(one, fork / "class" / one.name)
    assert main(["grade", "class", "--out", "graded"]) == 0
    capsys.readouterr()
    return fork / "graded" / "results.jsonl"


@pytest.mark.slow
@pytest.mark.parametrize("form", [name for name in FORMATS if name not in ("html", "classroom")])
def test_a_class_is_told_in_each_format(results: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(results), "--format", form]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.endswith("\n")
    if form not in ("badge", "text"):
        assert ("chidi" if form == "markdown" else "class/chidi") in told.out


def test_a_class_as_json_is_a_list_of_what_a_check_prints(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["report", str(results), "--format", "json"])
    chidi, luis = json.loads(capsys.readouterr().out)
    main(["check", "class/chidi", "--format", "json", "--no-lint"])
    alone = json.loads(capsys.readouterr().out)
    assert {**alone, "submission": {**alone["submission"], "path": "class/chidi"}} == chidi
    assert luis["error"]["line"] == 46


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say --out for the pages and files of the class, or --format"),
        (["--out", "a", "--format", "json"], "or --format; one of them, not both."),
        (["--out", "a", "--format", "json", "--output", "x"], "or --format; one of them, not both."),
        (["--out", "a", "--output", "b"], "--output goes with --format."),
        (["--format", "json", "--title", "b"], "--title goes with --out."),
        (["--format", "json", "--gradebook", "canvas"], "--gradebook goes with --out."),
        (["--format", "json", "--output", "no/b"], "there is no folder no"),
        (["--format", "classroom"], "gradebook github-classroom"),
    ],
)
def test_report_says_what_goes_together(
    results: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(results), *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["serverless.yml", "ANSWERS.md", "package.json", "link.json"])
@pytest.mark.parametrize("option", ["--output", "--also"])
def test_no_output_takes_the_place_of_what_is_checked(
    fork: Path, name: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (fork / "link.json").symlink_to("serverless.yml")
    before = (fork / "serverless.yml").read_bytes()
    arguments = ["--format", "json", "--output", name] if option == "--output" else ["--also", f"json={name}"]
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert f"{name} is read here, and would be lost; name another file to write." in told.err
    assert told.out == ""
    assert (fork / "serverless.yml").read_bytes() == before
    assert main(["--format", "json", "--output", "report.json"]) == 1
    assert main(["--format", "json", "--output", "report.json"]) == 1  # what was written before may be written again


def test_a_report_does_not_take_the_place_of_its_results(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = results.read_bytes()
    assert main(["report", str(results), "--format", "json", "--output", str(results)]) == 2
    assert "is read here, and would be lost" in capsys.readouterr().err
    assert results.read_bytes() == before


@pytest.mark.parametrize("form", ["junit", "html", "markdown", "github", "json"])
@pytest.mark.usefixtures("fork")
def test_data_is_utf_8_whatever_the_stream_expects(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Path("serverless.yml").read_text(encoding="utf-8")
    Path("serverless.yml").write_text(text.replace("Ref: PutRideRecordSnsDlq", "Ref: Zurück✓"), encoding="utf-8")
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["--format", form, "--no-lint"]) == 1
    written: bytes = stream.buffer.getvalue()
    assert "PutRideRecordSns" in written.decode("utf-8")


@pytest.mark.usefixtures("fork")
def test_what_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nope", "--format", "github"]) == 2
    assert "::nope: there is no such file or folder." in capsys.readouterr().out
    assert main(["nope", "--format", "junit"]) == 2
    assert '<testsuite name="nope"' in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("asked", [["--out", "pages"], *(["--format", name] for name in ("text", "badge", "sarif"))])
def test_results_of_two_modules_are_not_mixed(
    results: Path, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["grade", "class", "--module", "event-driven", "--out", "other"]) == 0
    capsys.readouterr()
    second = Path("other/results.jsonl").read_text(encoding="utf-8").splitlines()[0]
    other = json.loads(second)
    other["submission"]["id"] = "other"
    results.write_text(f"{results.read_text(encoding='utf-8')}{json.dumps(other)}\n", encoding="utf-8")
    assert main(["report", str(results), *asked]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    said = "this file holds results of two modules, `reliability` and `event-driven`; put each into a file of its own."
    assert told.err == f"rydecheck: {results}:3: {said}\n"


def locations(printed: str) -> set[str]:
    """The files that Code Quality's problems stand in."""
    return {problem["location"]["path"] for problem in json.loads(printed)}


@pytest.mark.parametrize("name", ["serverless.js", "serverless.ts", "serverless.cjs", "serverless.mjs"])
def test_a_program_is_told_of_where_it_is(name: str, fork: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fork / "record").mkdir()
    (fork / "record" / name).write_text("module.exports = {}", encoding="utf-8")
    assert main(["check", f"record/{name}", "--format", "codequality"]) == 2
    assert locations(capsys.readouterr().out) == {f"record/{name}"}


@pytest.mark.parametrize("name", ["record.yml", "record.JSON", "record.js"])
def test_a_folder_that_is_named_like_a_file_is_a_folder(
    name: str, fork: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(CHIDI, fork / name)
    wanted = {f"{name}/serverless.yml"}
    assert main(["check", name, "--format", "codequality", "--no-lint"]) == 1
    assert locations(capsys.readouterr().out) == wanted
    assert main(["check", name, "--format", "github", "--no-lint"]) == 1
    annotated = capsys.readouterr().out
    assert f"file={name}/serverless.yml,line=46" in annotated
    assert f"rydecheck hint {name}/" in annotated
    assert main(["grade", name, "--out", "graded", "--jobs", "1", "--executor", "thread"]) == 0
    capsys.readouterr()
    assert main(["report", "graded/results.jsonl", "--format", "codequality"]) == 0
    assert locations(capsys.readouterr().out) == wanted
