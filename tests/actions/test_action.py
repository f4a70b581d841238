"""The GitHub Action: its steps, carried out as the runner's shell would, on forks of all kinds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.actions.commands import Command
from tests.actions.runner import ACTION, Job, filled, outputs, run, scripts
from tests.conftest import FIXTURES, REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("action")]  # one worker installs it

Ran = Callable[..., Job]


class FirstJob(NamedTuple):
    """The run that installs the action on a fresh machine, in the fork of a stranger who lays traps.

    `trap` is the file that is there when anything of the fork was executed.
    """

    temporary: Path
    trap: Path
    job: Job


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstJob:
    folder = tmp_path_factory.mktemp("first")
    fork, temporary, trap = folder / "fork", folder / "runner", folder / "executed"
    shutil.copytree(FIXTURES / "class" / "chidi", fork)
    temporary.mkdir()
    code = f"open({str(trap)!r}, 'a').write(__name__)\n"
    for name in ("json", "venv", "pip", "sitecustomize", "usercustomize", "yaml", "checker", "runpy", "conftest"):
        (fork / f"{name}.py").write_text(code, encoding="utf-8")
    (fork / "setup.py").write_text(code, encoding="utf-8")
    (fork / "serverless.js").write_text(f"require('fs').writeFileSync({json.dumps(str(trap))}, 'x')", encoding="utf-8")
    for name in ("python3", "rydecheck", "mktemp", "cat"):
        program = fork / name
        program.write_text(f"#!/bin/sh\ntouch {trap}\n", encoding="utf-8")
        program.chmod(0o755)
    (fork / ".bashrc").write_text(f"touch {trap}\n", encoding="utf-8")
    (fork / ".cfnlintrc").write_text("append_rules: [.]\n", encoding="utf-8")
    return FirstJob(temporary, trap, run(fork, temporary, {}, {"PYTHONPATH": "."}))


@pytest.fixture
def temporary(first: FirstJob) -> Path:
    """The runner's folder for a job, with the action installed."""
    return first.temporary


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    """A checkout of a fork with a half-done service."""
    folder = tmp_path / "fork"
    shutil.copytree(FIXTURES / "class" / "chidi", folder)
    return folder


@pytest.fixture
def ran(fork: Path, temporary: Path) -> Ran:
    def run_it(environment: dict[str, str] | None = None, **given: str) -> Job:
        return run(fork, temporary, {name.replace("_", "-"): value for name, value in given.items()}, environment or {})

    return run_it


def place(annotation: Command) -> tuple[str, ...]:
    return tuple(annotation.properties[name] for name in ("file", "line", "col"))


def test_a_fork_under_way_is_red_with_the_reason_at_its_line(ran: Ran) -> None:
    job = ran()
    assert job.code == 1
    assert job.outputs["status"] == "incomplete"
    assert (job.outputs["earned"], job.outputs["possible"]) == ("5", "6")
    (annotation,) = job.annotations
    assert annotation.name == "error"
    assert place(annotation) == ("serverless.yml", "46", "5")
    assert "Let PutRideRecordSns write to the queue" in job.summary
    assert "<!doctype html>" in Path(job.outputs["page"]).read_text(encoding="utf-8").lower()


def test_a_complete_fork_is_green(ran: Ran, fork: Path) -> None:
    shutil.copy(FIXTURES / "service" / "answer" / "serverless.yml", fork)
    job = ran()
    assert job.code == 0, job.log
    assert job.outputs["status"] == "complete"
    assert (job.outputs["earned"], job.outputs["possible"]) == ("6", "6")
    assert [one.name for one in job.annotations] == ["notice"]


@pytest.mark.parametrize(("fail_on", "code"), [("incomplete", 1), ("error", 0), ("never", 0)])
def test_the_maintainer_says_what_turns_the_step_red(ran: Ran, fail_on: str, code: int) -> None:
    job = ran(fail_on=fail_on)
    assert (job.code, job.outputs["status"]) == (code, "incomplete")


@pytest.mark.parametrize(("fail_on", "code"), [("incomplete", 2), ("error", 2), ("never", 0)])
def test_a_broken_file_is_an_error_at_its_line(ran: Ran, fork: Path, fail_on: str, code: int) -> None:
    shutil.copy(FIXTURES / "class" / "luis" / "serverless.yml", fork)
    job = ran(fail_on=fail_on)
    assert (job.code, job.outputs["status"], job.outputs["earned"]) == (code, "error", "0")
    assert [place(one) for one in job.annotations] == [("serverless.yml", "46", "6")]
    assert "Check its indentation" in job.summary


def test_a_fork_without_a_service_says_so(ran: Ran, fork: Path) -> None:
    (fork / "serverless.yml").unlink()
    job = ran()
    assert (job.code, job.outputs["status"]) == (2, "error")
    (annotation,) = job.annotations
    assert annotation.name == "error"
    assert "serverless.yml" in annotation.data


def test_a_service_below_the_top_is_told_from_the_top(ran: Ran, fork: Path) -> None:
    service = fork / "services" / "ride record"
    service.mkdir(parents=True)
    shutil.move(fork / "serverless.yml", service)
    (annotation,) = ran(path="services/ride record").annotations
    assert place(annotation) == ("services/ride record/serverless.yml", "46", "5")


def test_strict_stage_and_region_reach_the_check(ran: Ran, fork: Path) -> None:
    job = ran(strict="true", stage="user7", region="eu-west-1")
    assert "stage user7" in job.log
    assert "eu-west-1" in job.log
    renamed = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
    renamed = renamed.replace(
        "serverless-plugin-lambda-dead-letter", "'@digitalmaas/serverless-plugin-lambda-dead-letter'"
    )
    (fork / "serverless.yml").write_text(renamed, encoding="utf-8")
    assert ran().code == 0
    assert ran(strict="true").code == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"fail_on": "sometimes"}, "fail-on is incomplete, error or never."),
        ({"deployed": "yes"}, "deployed is true or false."),
        ({"strict": "1"}, "strict is true or false."),
        ({"module": "unreliability"}, "there is no module `unreliability`"),
    ],
)
def test_a_wrong_input_is_told(ran: Ran, given: dict[str, str], said: str) -> None:
    job = ran(**given)
    assert (job.code, job.outputs["status"]) == (2, "error")
    assert said in job.log
    assert [(one.name, one.properties) for one in job.annotations] == [("error", {"title": "rydecheck"})]


def test_without_credentials_the_deployed_stack_is_an_error(ran: Ran, fork: Path) -> None:
    """As in a pull request from a fork, which gets no secrets."""
    outside = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(fork.parent)}
    job = ran(outside, deployed="true")
    assert (job.code, job.outputs["status"]) == (2, "error")
    assert "credentials" in job.annotations[0].data


def test_nothing_of_a_stranger_is_executed(first: FirstJob) -> None:
    assert first.job.code == 1
    assert not first.trap.exists()


def test_a_strangers_words_are_no_commands(ran: Ran, fork: Path) -> None:
    text = (fork / "serverless.yml").read_text(encoding="utf-8")
    hostile = (
        "PutRideRecordSnsDlq%0A::warning::x\\n::stop-commands::y\\n##[add-mask]z\\r::set-output name=status::complete"
    )
    text = text.replace("Ref: PutRideRecordSnsDlq", f'Ref: "{hostile}"')
    (fork / "serverless.yml").write_text(text, encoding="utf-8")
    job = ran()
    assert job.outputs["status"] == "incomplete"
    assert {one.name for one in job.annotations} <= {"error", "warning"}
    assert {place(one)[:2] for one in job.annotations} <= {("serverless.yml", "46"), ("serverless.yml", "47")}


def test_a_value_of_the_environment_is_not_printed(ran: Ran, fork: Path) -> None:
    text = (fork / "serverless.yml").read_text(encoding="utf-8")
    (fork / "serverless.yml").write_text(text.replace("Ref: PutRideRecordSnsDlq", '"${env:SECRET}"'), encoding="utf-8")
    job = ran({"SECRET": "hunter2-and-more"})
    page = Path(job.outputs["page"]).read_text(encoding="utf-8")
    assert all("hunter2" not in text for text in (job.log, job.summary, page))


def test_an_input_is_never_part_of_a_script() -> None:
    for step in scripts():
        assert "${{" not in step["run"]


def test_an_old_python_is_told(fork: Path, tmp_path: Path) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    (old / "python3").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (old / "python3").chmod(0o755)
    fresh = tmp_path / "runner"
    fresh.mkdir()
    job = run(fork, fresh, {}, {"PATH": f"{old}{os.pathsep}{os.environ['PATH']}"})
    assert (job.code, job.outputs["status"]) == (2, "error")
    assert "Python 3.10 or newer is needed" in job.annotations[0].data


def test_the_log_is_utf_8_whatever_the_system_writes(ran: Ran) -> None:
    job = ran({"PYTHONIOENCODING": "cp1252"})
    assert "✗ fails   Let PutRideRecordSns write to the queue" in job.log


def test_another_version_of_the_action_is_installed_in_its_place(fork: Path, temporary: Path, tmp_path: Path) -> None:
    job = run(fork, temporary, {}, {}, checkout=tmp_path / "nowhere")
    assert (job.code, job.outputs["status"]) == (2, "error")
    assert run(fork, temporary, {}, {}).code == 1


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-actions", ACTION),
        ("vendor.github-workflows", REPOSITORY / "docs" / "examples" / "github-workflow.yml"),
        ("vendor.github-workflows", REPOSITORY / "docs" / "examples" / "github-workflow-deployed.yml"),
        ("vendor.gitlab-ci", REPOSITORY / "docs" / "examples" / "gitlab-ci.yml"),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_the_files_of_ci_fit_their_public_schemas(schema: str, file: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_runner_itself_reads_as_documented(tmp_path: Path) -> None:
    assert filled("a ${{ inputs.x }} ${{steps.y.outputs.z}}.", {"inputs.x": "1"}) == "a 1 ."
    (tmp_path / "out").write_text("a=1\nb=c=d\n", encoding="utf-8")
    assert outputs(tmp_path / "out") == {"a": "1", "b": "c=d"}
