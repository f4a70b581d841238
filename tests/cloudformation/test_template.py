"""A compiled template is judged for what a template can tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.cohort.submission import Request, check_path
from checker.report import CheckResult
from checker.rulepack import RulePack
from checker.serverless.configuration import TEMPLATE
from tests.conftest import REPOSITORY

COMPILED = REPOSITORY / "benchmarks" / "answer" / "cloudformation-template-update-stack.json"
FUNCTION = "PutRideRecordSnsLambdaFunction"
QUEUE_ARN = {"Fn::GetAtt": ["PutRideRecordSnsDlq", "Arn"]}


@pytest.fixture
def template() -> dict[str, Any]:
    compiled: dict[str, Any] = json.loads(COMPILED.read_text(encoding="utf-8"))
    return compiled


def checks(folder: Path, template: dict[str, Any], pack: RulePack) -> dict[str, CheckResult]:
    path = folder / TEMPLATE
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(template, indent=2), encoding="utf-8")
    by_path = check_path(path, pack, Request())
    in_folder = check_path(folder, pack, Request(packaged=True))
    assert by_path.error is None
    assert [check.message for check in by_path.checks] == [check.message for check in in_folder.checks]
    assert by_path.submission.id == in_folder.submission.id == folder.name
    return {check.rule.id: check for check in by_path.checks}


def test_the_answer_as_the_framework_compiles_it(tmp_path: Path, template: dict[str, Any], pack: RulePack) -> None:
    judged = checks(tmp_path, template, pack)
    assert {name: (check.outcome, check.reason, check.equivalent) for name, check in judged.items()} == {
        "dlq.plugin": ("skipped", None, False),
        "dlq.queue": ("pass", None, False),
        "dlq.permission": ("pass", None, False),
        "dlq.target": ("unknown", "set-after-deployment", False),
        "table.on_demand": ("pass", None, False),
        "table.no_provisioned": ("pass", None, False),
        "extra.dlq_processor": ("fail", "processor-missing", False),
        "extra.autoscaling": ("fail", "autoscaling-missing", False),
    }


def test_what_is_skipped_is_not_possible(tmp_path: Path, template: dict[str, Any], pack: RulePack) -> None:
    checks(tmp_path, template, pack)
    score = check_path(tmp_path, pack, Request(packaged=True)).score
    assert (score.earned, score.possible) == (4, 5)


def test_a_target_in_the_template_is_seen(tmp_path: Path, template: dict[str, Any], pack: RulePack) -> None:
    template["Resources"][FUNCTION]["Properties"]["DeadLetterConfig"] = {"TargetArn": QUEUE_ARN}
    check = checks(tmp_path, template, pack)["dlq.target"]
    assert (check.outcome, check.equivalent) == ("pass", True)
    assert check.first.evidence[0].path == f"Resources.{FUNCTION}.Properties.DeadLetterConfig.TargetArn"


def test_a_destination_in_the_template_is_seen(tmp_path: Path, template: dict[str, Any], pack: RulePack) -> None:
    template["Resources"]["PutRideRecordSnsLambdaEvConf"] = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": {"Ref": FUNCTION},
            "DestinationConfig": {"OnFailure": {"Destination": QUEUE_ARN}},
        },
    }
    assert checks(tmp_path, template, pack)["dlq.target"].outcome == "pass"


@pytest.mark.parametrize(("qualifier", "label"), [("$LATEST", "after 1 failure"), ("live", "after 3 failures")])
def test_the_retries_in_the_template_are_seen(
    tmp_path: Path, template: dict[str, Any], pack: RulePack, qualifier: str, label: str
) -> None:
    template["Resources"][FUNCTION]["Properties"]["DeadLetterConfig"] = {"TargetArn": QUEUE_ARN}
    template["Resources"]["PutRideRecordSnsLambdaEvConf"] = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {"FunctionName": {"Ref": FUNCTION}, "Qualifier": qualifier, "MaximumRetryAttempts": 0},
    }
    checks(tmp_path, template, pack)
    journey = check_path(tmp_path, pack, Request(packaged=True)).journey
    assert journey is not None
    assert journey.connections[-1].label == label


def test_a_permission_that_is_missing_is_told(tmp_path: Path, template: dict[str, Any], pack: RulePack) -> None:
    policy = template["Resources"]["IamRoleLambdaExecution"]["Properties"]["Policies"][0]["PolicyDocument"]
    kept = [one for one in policy["Statement"] if "sqs:SendMessage" not in one["Action"]]
    assert len(kept) == len(policy["Statement"]) - 1
    policy["Statement"] = kept
    check = checks(tmp_path, template, pack)["dlq.permission"]
    assert (check.outcome, check.reason) == ("fail", "statement-missing")


def test_fixed_capacity_is_told_at_its_line(tmp_path: Path, template: dict[str, Any], pack: RulePack) -> None:
    table = template["Resources"]["RideRecordTable"]["Properties"]
    table["ProvisionedThroughput"] = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    table["BillingMode"] = "PROVISIONED"
    judged = checks(tmp_path, template, pack)
    assert judged["table.on_demand"].reason == "billing-wrong-value"
    assert judged["table.no_provisioned"].reason == "throughput-present"
    place = judged["table.no_provisioned"].first.evidence[0]
    lines = (tmp_path / TEMPLATE).read_text(encoding="utf-8").splitlines()
    assert lines[place.line - 1][place.column - 1 :].startswith('"ProvisionedThroughput"')


def test_the_extra_credit_in_a_template(tmp_path: Path, template: dict[str, Any], pack: RulePack) -> None:
    template["Resources"]["Mapping"] = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"EventSourceArn": QUEUE_ARN, "FunctionName": {"Fn::GetAtt": [FUNCTION, "Arn"]}, "Enabled": True},
    }
    table = template["Resources"]["RideRecordTable"]["Properties"]
    del table["BillingMode"]
    table["ProvisionedThroughput"] = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    template["Resources"]["Scaling"] = {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {
            "ResourceId": {"Fn::Join": ["", ["table/", {"Ref": "RideRecordTable"}]]},
            "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
        },
    }
    judged = checks(tmp_path, template, pack)
    assert judged["extra.dlq_processor"].outcome == "pass"
    assert judged["extra.autoscaling"].outcome == "pass"
    assert judged["table.on_demand"].equivalent


def test_a_folder_that_was_never_packaged(tmp_path: Path, pack: RulePack) -> None:
    report = check_path(tmp_path, pack, Request(packaged=True))
    assert report.error is not None
    assert report.error.code == "not-found"
    assert str(report.error) == f"{TEMPLATE}: there is no such file. Run `sls package` first."
