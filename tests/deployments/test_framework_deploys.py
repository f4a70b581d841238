"""What real frameworks deploy, and what rydecheck says of it: osls 3 is right, osls 4 leaves the queue out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from checker.cli import main
from checker.standin import StandIn
from tests.conftest import FIXTURES
from tests.deployments.framework import ACCOUNT, NODE_MODULES, REGION, SERVICE, deploy

START = FIXTURES / "service" / "start" / "serverless.yml"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NODE_MODULES.exists(), reason="say npm ci --prefix tests/deployments"),
]


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with StandIn(region=REGION) as running:
        yield running


@pytest.fixture
def boto(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> Any:
    """boto3's clients for the stand-in, which the environment of the test names."""
    for name, value in {**standin.environment, "AWS_ACCOUNT": ACCOUNT}.items():
        monkeypatch.setenv(name, value)
    return boto3.client


def prepare(boto: Any, stage: str) -> None:
    """Put what the earlier services of the workshop leave behind: the topic, and the parameter that names it."""
    topic = boto("sns").create_topic(Name=f"rides-{stage}")["TopicArn"]
    boto("ssm").put_parameter(Name=f"/wild-rydes/{stage}/SnsTopicArn", Value=topic, Type="String")


def checked(folder: Path, stage: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `rydecheck check --deployed` says of the folder and of its stack."""
    capsys.readouterr()
    main(["check", str(folder), "--deployed", "--stage", stage, "--format", "json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_osls3_gives_the_function_its_queue(standin: StandIn, boto: Any, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(boto, "user3")

    done = deploy(standin.url, SERVICE, "osls3", "user3")

    assert done.returncode == 0, done.output
    report = checked(SERVICE, "user3", capsys)
    assert report["status"] == "complete"
    assert report["score"] == {"earned": 6, "possible": 6, "bonus": 0}
    assert report["submission"]["stack"] == "wild-rydes-ride-record-user3"
    assert [note for check in report["checks"] for note in check["notes"]] == []

    # The same once more by hand: what is turned back turns its check red.
    table = boto("cloudformation").describe_stack_resource(
        StackName="wild-rydes-ride-record-user3", LogicalResourceId="RideRecordTable"
    )
    boto("dynamodb").update_table(
        TableName=table["StackResourceDetail"]["PhysicalResourceId"],
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )
    report = checked(SERVICE, "user3", capsys)
    assert [check["id"] for check in report["checks"] if check["outcome"] == "fail" and not check["bonus"]] == [
        "table.on_demand",
        "table.no_provisioned",
    ]


def test_what_the_edits_make_of_the_start_deploys_and_is_complete(
    standin: StandIn, boto: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the untouched service to complete by `diff --apply` alone, and then the real framework deploys it."""
    prepare(boto, "user5")
    folder = tmp_path / "service"
    shutil.copytree(SERVICE, folder)
    shutil.copy(START, folder / "serverless.yml")
    while main(["check", str(folder), "--stage", "user5"]) != 0:
        assert main(["diff", str(folder), "--apply"]) == 0

    done = deploy(standin.url, folder, "osls3", "user5")

    assert done.returncode == 0, done.output
    report = checked(folder, "user5", capsys)
    assert report["status"] == "complete"
    assert {check["sources"]["stack"]["outcome"] for check in report["checks"] if not check["bonus"]} == {
        "pass",
        "skipped",
    }
    assert [note for check in report["checks"] for note in check["notes"]] == []


def test_osls4_deploys_the_stack_and_leaves_the_queue_out(
    standin: StandIn, boto: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(boto, "user4")
    folder = tmp_path / "service"
    shutil.copytree(SERVICE, folder)
    with (folder / "serverless.yml").open("a", encoding="utf-8") as file:
        file.write("\nconfigValidationMode: off\n")  # it knows no deadLetter, and stops before it deploys
    package = {"devDependencies": {"osls": "^4.3.0", "serverless-plugin-lambda-dead-letter": "^1.2.1"}}
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")

    done = deploy(standin.url, folder, "osls4", "user4")

    assert done.returncode != 0
    assert "provider.request() is no longer available" in done.output
    report = checked(folder, "user4", capsys)
    target = next(check for check in report["checks"] if check["id"] == "dlq.target")
    assert (target["outcome"], target["reason"]) == ("fail", "target-missing")
    assert target["sources"]["file"]["outcome"] == "pass"
    assert [note["code"] for note in target["notes"]] == ["plugin-needs-framework-3", "live-drift"]
    assert report["score"] == {"earned": 5, "possible": 6, "bonus": 0}


def test_osls4_deploys_nothing_that_it_does_not_know(
    standin: StandIn, boto: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(boto, "unknown4")

    done = deploy(standin.url, SERVICE, "osls4", "unknown4")

    assert done.returncode != 0
    assert "unrecognized property 'deadLetter'" in done.output
    report = checked(SERVICE, "unknown4", capsys)
    failed = {check["reason"] for check in report["checks"] if check["outcome"] == "fail" and not check["bonus"]}
    assert failed == {"not-deployed"}
