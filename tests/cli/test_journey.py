"""`rydecheck explain --journey` as a user types it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from checker.cli import main
from tests.conftest import FIXTURES, REPOSITORY

ANSWER = FIXTURES / "service" / "answer"
START = FIXTURES / "service" / "start"

Captured = pytest.CaptureFixture[str]


def explain(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    """The exit status and what was printed, line breaks in the output made blanks."""
    status = main(["explain", *map(str, arguments)])
    seen = capsys.readouterr()
    return status, " ".join(seen.out.split()), seen.err


@pytest.mark.parametrize(("folder", "status"), [(ANSWER, 0), (START, 1)])
def test_the_status_says_whether_the_event_would_be_kept(capsys: Captured, folder: Path, status: int) -> None:
    seen, out, err = explain(capsys, "--journey", folder)
    assert (seen, err) == (status, "")
    assert ("would be kept" in out) is (status == 0)


def test_the_current_folder_is_the_default(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ANSWER)
    assert explain(capsys, "--journey") == explain(capsys, "--journey", ".") == explain(capsys, "--journey", ANSWER)


def test_a_service_that_cannot_be_read_is_one_line(capsys: Captured) -> None:
    status, out, err = explain(capsys, "--journey", FIXTURES / "broken" / "invalid-yaml--tab")
    assert (status, out) == (2, "")
    assert err == "serverless.yml:67:1: a tab stands here, where YAML allows only spaces. Indent with spaces.\n"
    status, out, err = explain(capsys, "--journey", FIXTURES / "nowhere")
    assert (status, out, err.count("\n")) == (2, "", 1)


def test_values_for_variables(capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ANSWER / "serverless.yml").read_text(encoding="utf-8")
    changed = text.replace("sqs:SendMessage", "${opt:a}").replace("GetResourceArn: PutRide", "GetResourceArn: ${env:B}")
    (tmp_path / "serverless.yml").write_text(changed, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert explain(capsys, "--journey")[0] == 1
    assert explain(capsys, "--journey", "--var", "a=sqs:SendMessage")[0] == 1
    assert explain(capsys, "--journey", "--var", "a=sqs:SendMessage", "--env", "B=PutRide")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Name a check, such as dlq.queue, or say --journey"),
        (["dlq.queue", "--journey"], "leave out the check"),
        (["--journey", ".", "--hint", "1"], "leave out the check and --hint"),
        (["dlq.queue", "--stage", "dev"], "--stage is for --journey"),
        (["dlq.queue", "--endpoint-url", "http://localhost"], "--endpoint-url is for --journey"),
        (["--journey", ".", "--profile", "p"], "--profile is for --deployed or --stack"),
        (["--journey", "--stack", "s", "--var", "a=b"], "--var is for a file"),
        (["--journey", ".", "--module", "nope"], "no module `nope`"),
    ],
)
def test_what_does_not_go_together_is_told(capsys: Captured, arguments: list[str], says: str) -> None:
    status, out, err = explain(capsys, *arguments)
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_the_path_may_stand_behind_other_options(capsys: Captured) -> None:
    assert explain(capsys, "--journey", "--stage", "dev", ANSWER) == explain(
        capsys, "--journey", ANSWER, "--stage", "dev"
    )
    status, _, err = explain(capsys, "--journey", "--stage", "dev", ANSWER / "nowhere")
    assert (status, "no such file or folder" in err, "explains no check" in err) == (2, True, False)


def test_a_service_without_a_path_of_its_own_is_told_so(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text("service: a\nprovider: {name: aws}\n", encoding="utf-8")
    status, out, err = explain(capsys, "--journey", tmp_path, "--module", "event-driven")
    assert (status, out) == (2, "")
    assert "nothing tells which of them this is" in err
    module = tmp_path / "mine"
    shutil.copytree(REPOSITORY / "rules" / "event-driven", module)
    pack = (module / "module.yaml").read_text(encoding="utf-8")
    first, second = pack.index("  - service: wild-rydes\n    title"), pack.index("  - service: wild-rydes-ride-record")
    pack = pack.replace("id: event-driven", "id: mine", 1).replace(pack[first:second], "")
    (module / "module.yaml").write_text(pack, encoding="utf-8")
    rydes = FIXTURES / "event-driven" / "service" / "wild-rydes-answer"
    assert explain(capsys, "--journey", rydes, "--module", module) == (
        2,
        "",
        "rydecheck: the module `mine` tells no journey of this service.\n",
    )
