"""A class is graded by its stacks: which they are, whose, in which accounts, and what goes wrong for one alone."""

from __future__ import annotations

import csv
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from checker.aws import account
from checker.aws.calls import ASSUME_ROLE, CALLS
from checker.cli import main
from checker.cli.class_folder import ClassFolder
from checker.standin import StandIn
from checker.standin.sample_class import FILE, deploy_recorded, stack_of, turn_back
from tests.aws.conftest import ACCOUNT, REGION, Boto, physical_id
from tests.aws.faults import Faults, set_stack
from tests.conftest import FIXTURES, REPOSITORY

pytestmark = pytest.mark.slow

CLASS = FIXTURES / "class"
PATTERN = stack_of("*")
OTHER_ACCOUNT = "210987654321"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Grader"
OTHER_ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/Grader"
RECORDED = {name: (CLASS / name / FILE).read_text(encoding="utf-8") for name in ("ada", "ben", "chidi")}

Json = dict[str, Any]
Grade = Callable[..., Any]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def grade(out: Path, capsys: pytest.CaptureFixture[str]) -> Grade:
    """Grades into `out`; gives the status, the output and the error output."""

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main(["grade", *map(str, arguments), "--out", str(out)])
        seen = capsys.readouterr()
        return status, seen.out, seen.err

    return run


def deploy_as(boto: Boto | Mapping[str, Any], *names: str, like: str = "ada") -> None:
    """Deploy for each of the names what `like` has in the sample class."""
    services = ("cloudformation", "lambda", "dynamodb")
    clients = {service: boto[service] if isinstance(boto, Mapping) else boto(service) for service in services}
    for name in names:
        deploy_recorded(clients, name, json.loads(re.sub(rf"\b{like}\b", name, RECORDED[like])))


def clients_of(role: str | None = None, region: str = REGION) -> dict[str, Any]:
    """Clients of the account that a role is in."""
    given = {}
    if role is not None:
        sts = boto3.client("sts")
        found = sts.assume_role(RoleArn=role, RoleSessionName="setup")["Credentials"]
        sts.close()
        given = {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }
    session = boto3.Session(region_name=region, **given)
    return {service: session.client(service) for service in ("cloudformation", "lambda", "dynamodb")}


def records(out: Path) -> dict[str, Json]:
    found = [json.loads(line) for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    return {record["submission"]["id"]: record for record in found}


def rows(out: Path) -> dict[str, dict[str, str]]:
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


def statuses(out: Path) -> dict[str, str]:
    """What became of each submission: its status, or the code of its error."""
    return {
        name: record["error"]["code"] if record["error"] else record["status"] for name, record in records(out).items()
    }


def check(record: Json, name: str) -> Json:
    return next(one for one in record["checks"] if one["id"] == name)


def roster(folder: Path, text: str) -> Path:
    path = folder / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return path


# Which stacks they are


def test_each_stack_that_matches_is_a_submission(grade: Grade, out: Path, boto: Boto) -> None:
    from moto.cloudformation.models import cloudformation_backends

    deploy_as(boto, "user10", "user2", "gone", "planned", "inside")
    deploy_as(boto, "user1", like="ben")
    boto("cloudformation").create_stack(
        StackName="wild-rydes-users-user3", TemplateBody='{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}'
    )
    boto("cloudformation").delete_stack(StackName=stack_of("gone"))
    set_stack(stack_of("planned"), "REVIEW_IN_PROGRESS")
    stacks: Any = cloudformation_backends[ACCOUNT][REGION]
    stacks.get_stack(stack_of("inside")).parent_id = stacks.get_stack(stack_of("user2")).stack_id
    status, said, complaint = grade("--stacks", PATTERN)
    assert (status, complaint) == (0, "")
    assert list(rows(out)) == ["user1", "user2", "user10"]
    found = records(out)
    assert [found[name]["status"] for name in ("user1", "user2", "user10")] == ["incomplete", "complete", "complete"]
    assert found["user2"]["submission"]["stack"] == stack_of("user2")
    assert found["user2"]["submission"]["path"] == ""
    assert found["user2"]["submission"]["region"] == REGION
    assert "3 submissions: 2 complete, 1 under way, 0 could not be checked" in said
    assert (out / "attendees" / "user10.html").exists()


def test_the_star_may_stand_in_front(grade: Grade, out: Path, boto: Boto) -> None:
    deploy_as(boto, "ada-final", "ben-final", "ben")
    assert grade("--stacks", "wild-rydes-ride-record-*-final")[0] == 0
    assert list(records(out)) == ["ada", "ben"]


def test_every_page_of_the_list_counts(grade: Grade, out: Path, boto: Boto, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.cloudformation.responses import CloudFormationResponse
    from moto.core.responses import ActionResult

    names = [f"user{number}" for number in range(5)]
    deploy_as(boto, *names)

    def in_pages(response: CloudFormationResponse) -> ActionResult:
        """Two to a page; AWS gives a hundred."""
        every = response.cloudformation_backend.list_stacks()
        start = int(response._get_param("NextToken", "0"))
        more = str(start + 2) if start + 2 < len(every) else None
        return ActionResult({"StackSummaries": every[start : start + 2], "NextToken": more})

    monkeypatch.setattr(CloudFormationResponse, "list_stacks", in_pages)
    assert grade("--stacks", PATTERN)[0] == 0
    assert list(records(out)) == names


@pytest.mark.parametrize("pattern", ["wild-rydes-ride-record-x*", "*-record", "user[0-9]*", "?ild-rydes-ride-record-*"])
def test_a_pattern_that_matches_nothing(grade: Grade, out: Path, boto: Boto, pattern: str) -> None:
    deploy_as(boto, "user0")
    status, _, complaint = grade("--stacks", pattern)
    assert status == 2
    assert complaint.startswith(f"rydecheck: no stack in {REGION} has a name like `{pattern}`")
    assert not (out / "results.jsonl").exists()


@pytest.mark.usefixtures("standin")
@pytest.mark.parametrize("pattern", ["", "wild-rydes-ride-record-user0", "*-record-*", "**"])
def test_a_pattern_needs_one_star(grade: Grade, pattern: str) -> None:
    status, _, complaint = grade("--stacks", pattern)
    assert status == 2
    assert "needs one `*`" in complaint


def test_stacks_that_may_not_be_listed(grade: Grade, boto: Boto, faults: Faults) -> None:
    deploy_as(boto, "user0")
    faults.deny("cloudformation:ListStacks")
    status, _, complaint = grade("--stacks", PATTERN)
    assert status == 2
    assert f"the stacks of {REGION} may not be listed" in complaint
    assert "cloudformation:ListStacks" in complaint
    assert complaint.count("\n") == 1


@pytest.mark.usefixtures("standin")
def test_without_a_region(grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    status, _, complaint = grade("--stacks", PATTERN)
    assert (status, complaint) == (
        2,
        "rydecheck: there is no region to look in. Pass --region, or set AWS_REGION.\n",
    )


@pytest.mark.usefixtures("standin")
def test_without_credentials(grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    status, _, complaint = grade("--stacks", PATTERN)
    assert status == 2
    assert complaint.startswith("rydecheck: no credentials of AWS can be used: there are none. ")


def test_with_credentials_that_expired(grade: Grade, faults: Faults) -> None:
    faults.refuse_credentials("ExpiredToken")
    status, _, complaint = grade("--stacks", PATTERN)
    assert status == 2
    assert "expired" in complaint


# Whose they are


def test_a_file_and_a_stack_of_one_id_are_one_submission(grade: Grade, out: Path, boto: Boto) -> None:
    deploy_as(boto, "ada", "dora")
    turn_back(boto("dynamodb"), physical_id(boto, "RideRecordTable", stack_of("ada")))
    assert grade(CLASS / "ada", "--stacks", PATTERN)[0] == 0
    found = records(out)
    assert list(found) == ["ada", "dora"]
    assert found["ada"]["submission"]["path"] == str(CLASS / "ada")
    assert found["ada"]["submission"]["stack"] == stack_of("ada")
    billing = check(found["ada"], "table.on_demand")
    assert (billing["sources"]["file"]["outcome"], billing["sources"]["stack"]["outcome"]) == ("pass", "fail")
    assert "live-drift" in [note["code"] for note in billing["notes"]]
    assert check(found["dora"], "table.on_demand")["sources"]["file"] is None
    page = (out / "attendees" / "ada.html").read_text(encoding="utf-8")
    assert "serverless.yml" in page
    assert stack_of("ada") in page


def test_a_stack_that_the_roster_names_is_that_persons(grade: Grade, out: Path, boto: Boto, tmp_path: Path) -> None:
    deploy_as(boto, "user0", "user1", "user2")
    arn = boto("cloudformation").describe_stacks(StackName=stack_of("user1"))["Stacks"][0]["StackId"]
    path = roster(
        tmp_path, f"id,name,stack,region\nada,Ada,{stack_of('user0')},\nben,Ben,{arn},\ncy,Cy,{stack_of('user0')},\n"
    )
    status, said, _ = grade("--roster", path, "--stacks", PATTERN)
    assert status == 0
    assert list(records(out)) == ["ada", "ben", "cy", "user2"]
    assert {name: record["submission"]["stack"] for name, record in records(out).items()} == {
        "ada": stack_of("user0"),
        "ben": stack_of("user1"),
        "cy": stack_of("user0"),
        "user2": stack_of("user2"),
    }
    assert f"{path}: not on it, and graded all the same: user2." in said


def test_a_stack_of_the_same_name_elsewhere_is_another_one(grade: Grade, out: Path, boto: Boto, tmp_path: Path) -> None:
    deploy_as(boto, "user0", "user1")
    text = f"id,stack,region,role_arn\nada,{stack_of('user0')},us-west-2,\nben,{stack_of('user1')},,{OTHER_ROLE}\n"
    assert grade("--roster", roster(tmp_path, text), "--stacks", PATTERN)[0] == 0
    assert statuses(out) == {"ada": "incomplete", "ben": "incomplete", "user0": "complete", "user1": "complete"}
    assert check(records(out)["ada"], "dlq.queue")["reason"] == "not-deployed"


def test_deployed_asks_for_the_stack_of_each_file(grade: Grade, out: Path, boto: Boto, tmp_path: Path) -> None:
    deploy_as(boto, "user7")
    text = f"id,path,stage\nada,{CLASS / 'ada'},user7\nchidi,{CLASS / 'chidi'},user8\n"
    assert grade("--roster", roster(tmp_path, text), "--deployed")[0] == 0
    found = records(out)
    assert found["ada"]["submission"]["stack"] == stack_of("user7")
    assert found["ada"]["status"] == "complete"
    assert found["chidi"]["submission"]["stack"] == stack_of("user8")
    assert check(found["chidi"], "dlq.queue")["sources"]["stack"]["reason"] == "not-deployed"


# In which accounts they are


def test_each_row_of_a_roster_has_its_own_way(
    grade: Grade, out: Path, boto: Boto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy_as(boto, "here")
    west, other = clients_of(region="us-west-2"), clients_of(OTHER_ROLE)
    deploy_as(west, "west")
    deploy_as(other, "other", "named")
    config = tmp_path / "config"
    config.write_text(
        f"[profile class-b]\nrole_arn = {OTHER_ROLE}\ncredential_source = Environment\nregion = {REGION}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    text = (
        "id,stack,region,profile,role_arn\n"
        f"a,{stack_of('here')},,,\n"
        f"b,{stack_of('west')},us-west-2,,\n"
        f"c,{stack_of('other')},,,{OTHER_ROLE}\n"
        f"d,{stack_of('named')},,class-b,\n"
        f"e,{stack_of('other')},,,{ROLE}\n"
    )
    assert grade("--roster", roster(tmp_path, text))[0] == 0
    assert statuses(out) == {"a": "complete", "b": "complete", "c": "complete", "d": "complete", "e": "incomplete"}
    assert check(records(out)["e"], "dlq.queue")["reason"] == "not-deployed"
    assert records(out)["b"]["submission"]["region"] == "us-west-2"
    for client in (*west.values(), *other.values()):
        client.close()


def test_a_role_that_may_not_be_assumed_is_one_submissions_error(
    grade: Grade, out: Path, boto: Boto, faults: Faults, tmp_path: Path
) -> None:
    deploy_as(boto, "a", "b")
    other = clients_of(OTHER_ROLE)
    deploy_as(other, "c")
    for client in other.values():
        client.close()
    faults.about = "Closed"
    faults.deny("sts:AssumeRole")
    closed = f"arn:aws:iam::{ACCOUNT}:role/Closed"
    text = (
        "id,stack,profile,role_arn\n"
        f"a,{stack_of('a')},,\nb,{stack_of('b')},,{closed}\nc,{stack_of('c')},,{OTHER_ROLE}\nd,{stack_of('a')},none,\n"
    )
    status, said, _ = grade("--roster", roster(tmp_path, text))
    assert status == 0
    assert statuses(out) == {"a": "complete", "b": "credentials", "c": "complete", "d": "credentials"}
    message = records(out)["b"]["error"]["message"]
    assert "sts:AssumeRole" in message
    assert "trust policy" in said
    assert "none" in records(out)["d"]["error"]["message"]


def test_each_account_is_reached_once(
    grade: Grade, out: Path, boto: Boto, faults: Faults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"user{number}" for number in range(6)]
    deploy_as(boto, *names)
    faults.calls.clear()
    sessions: list[account.Access] = []
    make = account._session

    def counted(access: account.Access) -> Any:
        sessions.append(access)
        return make(access)

    monkeypatch.setattr(account, "_session", counted)
    lines = [f"{name},{stack_of(name)},{ROLE if number % 2 else ''}" for number, name in enumerate(names)]
    text = "\n".join(["id,stack,role_arn", *lines])
    assert grade("--roster", roster(tmp_path, text), "--executor", "thread", "--jobs", 4)[0] == 0
    assert set(statuses(out).values()) == {"complete"}
    assert sorted(str(access.role_arn) for access in sessions) == ["None", ROLE]
    assert faults.actions("sts") == ["AssumeRole"]
    assert Counter(faults.actions("cloudformation"))["DescribeStacks"] == len(names)


def test_a_way_that_leads_nowhere_is_gone_once_and_holds_up_nobody(
    grade: Grade, out: Path, boto: Boto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy_as(boto, "user0")
    config = tmp_path / "config"
    config.write_text("[profile slow]\ncredential_process = sleep 9\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setattr(account, "CREDENTIAL_SECONDS", 1.0)
    lines = [f"slow{number},{stack_of('user0')},slow" for number in range(12)]
    text = "\n".join(["id,stack,profile", *lines, f"quick,{stack_of('user0')},"])
    started = time.monotonic()
    assert grade("--roster", roster(tmp_path, text), "--executor", "thread", "--jobs", 2)[0] == 0
    assert time.monotonic() - started < 6
    assert Counter(statuses(out).values()) == {"credentials": 12, "complete": 1}


def test_the_policy_holds_every_call_that_grading_makes(
    grade: Grade, boto: Boto, faults: Faults, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy_as(boto, "user0")
    deploy_as(boto, "user1", like="ben")
    set_stack(stack_of("user1"), "UPDATE_ROLLBACK_COMPLETE")
    faults.calls.clear()
    text = f"id,stack,role_arn\na,{stack_of('user0')},{ROLE}\nb,{stack_of('none')},\n"
    assert grade("--roster", roster(tmp_path, text), "--stacks", PATTERN)[0] == 0
    made = {f"{call.service}:{call.action}" for call in faults.calls}
    assert made == {call.action for call in CALLS} - {"iam:GetPolicy", "iam:GetPolicyVersion"} | {ASSUME_ROLE.action}
    assert main(["iam-policy", "--stack", PATTERN, "--role-arn", ROLE]) == 0
    statements = json.loads(capsys.readouterr().out)["Statement"]
    assert made <= {action for statement in statements for action in statement["Action"]}
    assert {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": ROLE} in statements


@pytest.mark.parametrize("role", ["", "Grader", "arn:aws:iam::1:role/x", 'arn:aws:iam::123456789012:role/"', "*"])
def test_what_is_no_role(role: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["iam-policy", "--role-arn", role]) == 2
    assert "is no ARN of a role" in capsys.readouterr().err


# What goes wrong for one


def test_a_denied_call_of_one_touches_no_other(grade: Grade, out: Path, boto: Boto, faults: Faults) -> None:
    deploy_as(boto, "a", "b", "c")
    faults.about = stack_of("b")
    faults.deny("dynamodb:*", "cloudformation:DescribeStacks")
    assert grade("--stacks", PATTERN)[0] == 0
    assert statuses(out) == {"a": "complete", "b": "incomplete", "c": "complete"}
    assert {one["reason"] for one in records(out)["b"]["checks"][1:]} == {"access-denied"}


@pytest.mark.slow
def test_endless_throttling_of_one_touches_no_other(
    grade: Grade, out: Path, boto: Boto, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    deploy_as(boto, "a", "b", "c")
    faults.about = stack_of("b")
    faults.throttle_first(1000, "dynamodb:DescribeTable")
    assert grade("--stacks", PATTERN)[0] == 0
    assert statuses(out) == {"a": "complete", "b": "incomplete", "c": "complete"}
    refused = {one["id"] for one in records(out)["b"]["checks"] if one["reason"] == "call-refused"}
    assert refused == {"table.on_demand", "table.no_provisioned"}


@pytest.mark.slow
def test_a_busy_account_changes_no_verdict(grade: Grade, out: Path, boto: Boto, faults: Faults) -> None:
    deploy_as(boto, *[f"user{number}" for number in range(8)])
    faults.throttle(0.2)
    assert grade("--stacks", PATTERN, "--executor", "thread", "--jobs", 4)[0] == 0
    assert set(statuses(out).values()) == {"complete"}


@pytest.mark.slow
def test_an_endpoint_that_says_nothing_ends_in_its_time(
    grade: Grade, out: Path, boto: Boto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy_as(boto, "a")
    monkeypatch.setattr(account, "READ_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        started = time.monotonic()
        status, _, complaint = grade("--stacks", PATTERN, "--endpoint-url", url)
        assert status == 2
        assert f"{url} does not answer as AWS does" in complaint
        text = f"id,stack\na,{stack_of('a')}\nb,{stack_of('b')}\n"
        assert grade("--roster", roster(tmp_path, text), "--endpoint-url", url)[0] == 0
        assert time.monotonic() - started < 15
    assert statuses(out) == {"a": "unreachable", "b": "unreachable"}


# Again and again


def test_a_stack_may_change_without_its_files(grade: Grade, out: Path, boto: Boto) -> None:
    deploy_as(boto, "ada")
    assert grade(CLASS / "ada", "--stacks", PATTERN)[0] == 0
    assert statuses(out) == {"ada": "complete"}
    turn_back(boto("dynamodb"), physical_id(boto, "RideRecordTable", stack_of("ada")))
    assert grade(CLASS / "ada", "--stacks", PATTERN)[0] == 0
    assert statuses(out) == {"ada": "incomplete"}
    assert [len(moment["passing"]) for moment in records(out)["ada"]["progress"]] == [6, 4]


def test_resume_asks_no_stack_again(
    grade: Grade, out: Path, boto: Boto, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy_as(boto, "a", "b")
    write = ClassFolder.write

    def interrupt(folder: ClassFolder, name: str, content: str | bytes) -> None:
        if name == "attendees/b.html":
            raise KeyboardInterrupt
        write(folder, name, content)

    with monkeypatch.context() as patching:
        patching.setattr(ClassFolder, "write", interrupt)
        status, said, _ = grade("--stacks", PATTERN, "--executor", "thread", "--jobs", 1)
    assert status == 130
    assert "1 of 2 are still to be judged; --resume continues" in said
    before = records(out)
    assert list(before) == ["a"]
    turn_back(boto("dynamodb"), physical_id(boto, "RideRecordTable", stack_of("a")))
    faults.calls.clear()
    assert grade("--stacks", PATTERN, "--resume")[0] == 0
    assert records(out)["a"] == before["a"]
    assert statuses(out) == {"a": "complete", "b": "complete"}
    assert Counter(faults.actions("cloudformation"))["DescribeStacks"] == 1
    assert grade("--stacks", PATTERN)[0] == 0
    assert statuses(out) == {"a": "incomplete", "b": "complete"}


def test_executors_give_equal_grades(standin: StandIn, boto: Boto, tmp_path: Path) -> None:
    deploy_as(boto, "ada", "user1")
    deploy_as(boto, "ben", "user2", like="ben")
    deploy_as(boto, "chidi", like="chidi")
    environment = {**os.environ, **standin.environment, "PYTHONPATH": str(REPOSITORY)}
    grades = set()
    for executor in ("thread", "process"):
        out = tmp_path / executor
        command = [sys.executable, "-m", "checker", "grade", str(CLASS), "--stacks", PATTERN, "--executor", executor]
        done = subprocess.run(
            [*command, "--jobs", "2", "--out", str(out)], env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert len(records(out)) == 18
        assert statuses(out)["user1"] == "complete"
        grades.add((out / "grades.csv").read_bytes())
    assert len(grades) == 1
