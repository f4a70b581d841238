"""`--format` and `--also` for other tools: of one service, and of a class from its results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from junitparser import JUnitXml

from checker.cli import main
from tests.conftest import FIXTURES

NAMES = ("badge", "classroom", "codequality", "junit", "sarif")
CHIDI = FIXTURES / "class" / "chidi"


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("class")
    people = [str(FIXTURES / "class" / name) for name in ("ada", "chidi", "luis")]
    assert main(["grade", *people, "--jobs", "1", "--executor", "thread", "--out", str(out)]) == 0
    return out / "results.jsonl"


@pytest.mark.parametrize("name", NAMES)
def test_a_service(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(CHIDI), "--format", name, "--no-lint"]) == 1
    seen = capsys.readouterr()
    assert seen.err == ""
    assert seen.out.endswith("\n")
    if name == "junit":
        assert JUnitXml.fromstring(seen.out.encode()).failures == 1
    else:
        json.loads(seen.out)


@pytest.mark.parametrize("name", NAMES)
def test_an_error_is_told_in_the_format_and_as_a_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(FIXTURES / "class" / "luis"), "--format", name]) == 2
    seen = capsys.readouterr()
    assert seen.err.startswith("serverless.yml:46:6: this line does not fit")
    assert "not be checked" in seen.out or "cannot be checked" in seen.out


def test_all_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    also = [argument for name in NAMES for argument in ("--also", f"{name}={tmp_path / name}")]
    assert main(["check", str(CHIDI), "--no-lint", *also]) == 1
    assert "5 of 6" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == set(NAMES)
    (run,) = json.loads((tmp_path / "sarif").read_text(encoding="utf-8"))["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["dlq.permission"]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "fixtures/class/chidi/serverless.yml"


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_class(name: str, results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = tmp_path / name
    status = main(["report", str(results), "--format", name, "--output", str(wanted)])
    seen = capsys.readouterr()
    if name == "classroom":
        assert status == 2
        assert "`--gradebook github-classroom` with --out" in seen.err
        assert not wanted.exists()
        return
    assert (status, seen.err) == (0, "")
    text = wanted.read_text(encoding="utf-8")
    if name == "junit":
        assert [suite.name for suite in JUnitXml.fromstring(text.encode())] == ["ada", "chidi", "luis"]
    if name == "sarif":
        (run,) = json.loads(text)["runs"]
        assert [result["ruleId"] for result in run["results"]] == ["dlq.permission", "invalid-yaml"]
    if name == "codequality":
        assert [one["location"]["lines"]["begin"] for one in json.loads(text)] == [46, 46]
    if name == "badge":
        assert json.loads(text)["message"] == "1 of 3 complete"
