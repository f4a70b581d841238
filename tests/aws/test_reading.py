"""A deployed stack is judged by what is live, with few calls, none of which changes anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.aws.account import Account
from checker.aws.calls import CALLS, DESCRIBE_TABLE, LIST_EVENT_SOURCE_MAPPINGS, Call
from checker.aws.live import table_properties
from checker.cli import main
from checker.cohort.submission import Deployed, Request, check_path, check_stack
from checker.report import Report
from checker.reporters.json import document
from checker.rulepack import RulePack
from checker.serverless.resolving import Settings
from checker.standin import StandIn
from tests.aws.conftest import (
    ACCOUNT,
    FUNCTION,
    REGION,
    ROLE,
    STACK,
    Boto,
    deploy,
    physical_id,
    queue_arn,
    scale_table,
    solution,
)
from tests.aws.faults import Event, Faults, set_stack
from tests.conftest import FIXTURES

pytestmark = pytest.mark.slow  # a real HTTP server answers each call

CHECKS = ("dlq.queue", "dlq.permission", "dlq.target", "table.on_demand", "table.no_provisioned")
EXTRAS = {"extra.dlq_processor": "processor-missing", "extra.autoscaling": "autoscaling-missing"}
ANSWER = FIXTURES / "service" / "answer"

Json = dict[str, Any]


def judged(pack: RulePack, stack: str = STACK) -> Report:
    report = check_stack(stack, pack, Request(Settings(options={"region": REGION})))
    assert report.error is None, report.error
    return report


def reasons(report: Report) -> dict[str, str | None]:
    """What is not passed or skipped: the reason code by check, extra credit that nobody tried left out."""
    return {
        check.rule.id: check.reason
        for check in report.checks
        if check.outcome in ("fail", "unknown") and EXTRAS.get(check.rule.id) != check.reason
    }


def notes(report: Report, check: str) -> list[str]:
    return [note.code for note in next(one for one in report.checks if one.rule.id == check).notes]


def message(report: Report, check: str) -> str:
    return next(one for one in report.checks if one.rule.id == check).message


def test_the_solution_is_complete(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    report = judged(pack)
    assert reasons(report) == {}
    assert report.status == "complete"
    assert (report.score.earned, report.score.possible) == (5, 5)
    assert report.checks[0].outcome == "skipped"
    assert not any(check.equivalent for check in report.checks)
    assert report.journey is not None
    assert report.journey.state == "whole"
    assert [track.state for track in report.journey.connections] == ["whole", "whole", "whole"]


def test_few_calls_are_made_and_each_of_them_is_listed(boto: Boto, faults: Faults, pack: RulePack) -> None:
    deploy(boto)
    faults.calls.clear()
    judged(pack)
    listed = {(call.service, call.operation) for call in CALLS}
    assert set(faults.calls) <= listed
    assert len(faults.calls) <= 25, faults.calls
    assert len(faults.calls) == 14, faults.calls  # so that one more is a decision


def test_no_listed_call_changes_anything() -> None:
    assert [call.action for call in CALLS if not call.operation.startswith(("Describe", "Get", "List"))] == []


def test_calls_that_do_not_need_each_other_are_made_at_the_same_time(
    boto: Boto, faults: Faults, pack: RulePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(boto)
    faults.latency = 0.2
    under_way: list[int] = []
    most = 0
    ask = Account.call

    def counted(self: Account, *call: Any, **parameters: Any) -> Any:
        nonlocal most
        under_way.append(1)
        most = max(most, len(under_way))
        answer = ask(self, *call, **parameters)
        under_way.pop()
        return answer

    monkeypatch.setattr(Account, "call", counted)
    judged(pack)
    assert most >= 6


def test_a_function_without_the_queue_fails_although_the_template_is_right(boto: Boto, pack: RulePack) -> None:
    deploy(boto, dead_letter="")
    report = judged(pack)
    assert reasons(report) == {"dlq.target": "target-missing"}
    assert message(report, "dlq.target") == "The deployed `PutRideRecordSns` has no dead letter queue."
    assert report.journey is not None
    assert report.journey.state == "broken"


def test_the_queue_of_another_function(boto: Boto, pack: RulePack) -> None:
    deploy(boto, dead_letter="")
    boto("lambda").update_function_configuration(
        FunctionName=f"{STACK}-PutRideRecordHttp", DeadLetterConfig={"TargetArn": queue_arn(boto)}
    )
    assert reasons(judged(pack)) == {"dlq.target": "target-wrong-function"}


def test_another_queue(boto: Boto, pack: RulePack) -> None:
    deploy(boto, dead_letter=f"arn:aws:sqs:{REGION}:{ACCOUNT}:another")
    assert reasons(judged(pack)) == {"dlq.target": "target-wrong-resource"}


def test_the_same_name_in_another_account(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("lambda").update_function_configuration(
        FunctionName=FUNCTION, DeadLetterConfig={"TargetArn": queue_arn(boto).replace(ACCOUNT, "999999999999")}
    )
    assert reasons(judged(pack)) == {"dlq.target": "target-wrong-resource"}


def test_an_async_destination_is_another_way(boto: Boto, pack: RulePack) -> None:
    deploy(boto, dead_letter="")
    boto("lambda").put_function_event_invoke_config(
        FunctionName=FUNCTION, DestinationConfig={"OnFailure": {"Destination": queue_arn(boto)}}
    )
    report = judged(pack)
    assert reasons(report) == {}
    assert [check.rule.id for check in report.checks if check.equivalent] == ["dlq.target"]
    assert report.checks[0].outcome == "skipped"


def test_a_queue_deleted_by_hand(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("sqs").delete_queue(QueueUrl=physical_id(boto, "PutRideRecordSnsDlq"))
    assert reasons(judged(pack)) == {"dlq.queue": "queue-gone"}


def test_a_function_deleted_by_hand(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("lambda").delete_function(FunctionName=FUNCTION)
    assert reasons(judged(pack)) == {"dlq.target": "function-missing"}


def test_a_table_deleted_by_hand(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("dynamodb").delete_table(TableName=physical_id(boto, "RideRecordTable"))
    assert reasons(judged(pack)) == {"table.on_demand": "table-missing", "table.no_provisioned": "table-missing"}


def test_a_table_turned_back_by_hand(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("dynamodb").update_table(
        TableName=physical_id(boto, "RideRecordTable"),
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 2, "WriteCapacityUnits": 1},
    )
    report = judged(pack)
    assert reasons(report) == {"table.on_demand": "billing-wrong-value", "table.no_provisioned": "throughput-present"}
    assert "`2, 1`" in message(report, "table.no_provisioned")


def test_a_table_that_was_never_on_demand(boto: Boto, pack: RulePack) -> None:
    template = solution()
    properties = template["Resources"]["RideRecordTable"]["Properties"]
    del properties["BillingMode"]
    properties["ProvisionedThroughput"] = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    deploy(boto, template)
    assert reasons(judged(pack)) == {
        "table.on_demand": "billing-wrong-value",
        "table.no_provisioned": "throughput-present",
    }


def test_the_service_before_the_module(boto: Boto, pack: RulePack) -> None:
    template = solution()
    del template["Resources"]["PutRideRecordSnsDlq"]
    del _statements(template)[-1]
    deploy(boto, template, dead_letter="")
    assert reasons(judged(pack)) == {
        "dlq.queue": "queue-missing",
        "dlq.permission": "statement-missing",
        "dlq.target": "target-missing",
    }


def test_a_queue_under_another_name_costs_once(boto: Boto, pack: RulePack) -> None:
    text = json.dumps(solution()).replace("PutRideRecordSnsDlq", "PutRideRecordSnsDlqueue")
    deploy(boto, json.loads(text), dead_letter="")
    arn = queue_arn_of(boto, "PutRideRecordSnsDlqueue")
    boto("lambda").update_function_configuration(FunctionName=FUNCTION, DeadLetterConfig={"TargetArn": arn})
    report = judged(pack)
    assert reasons(report) == {"dlq.queue": "queue-renamed"}
    assert notes(report, "dlq.target") == ["follows-renamed-queue"]


def test_a_topic_in_the_place_of_the_queue(boto: Boto, pack: RulePack) -> None:
    template = solution()
    template["Resources"]["PutRideRecordSnsDlq"] = {"Type": "AWS::SNS::Topic"}
    del _statements(template)[-1]
    deploy(boto, template, dead_letter="")
    assert reasons(judged(pack))["dlq.queue"] == "queue-wrong-type"


def queue_arn_of(boto: Boto, logical_id: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{physical_id(boto, logical_id).rpartition('/')[2]}"


def _statements(template: Json) -> list[Json]:
    listed: list[Json] = template["Resources"]["IamRoleLambdaExecution"]["Properties"]["Policies"][0]["PolicyDocument"][
        "Statement"
    ]
    return listed


def set_policy(boto: Boto, *statements: Json) -> None:
    """Put statements in the place of the role's own policy."""
    boto("iam").put_role_policy(
        RoleName=ROLE,
        PolicyName=f"{STACK}-lambda",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}),
    )


@pytest.mark.parametrize(
    ("action", "resource", "effect", "reason"),
    [
        ("sqs:SendMessage", "{queue}", "Allow", None),
        ("SQS:sendmessage", "{queue}", "Allow", None),
        ("sqs:*", f"arn:aws:sqs:*:{ACCOUNT}:{STACK}-*", "Allow", None),
        ("sqs:SendMessage", "arn:aws:sqs:*:999999999999:*", "Allow", "resource-wrong"),
        ("sqs:SendMessage", "{queue}/*", "Allow", "resource-wrong"),
        ("sqs:ReceiveMessage", "{queue}", "Allow", "action-wrong"),
        ("sqs:SendMessage", "{queue}", "Deny", "denied"),
    ],
)
def test_live_permissions(
    boto: Boto, pack: RulePack, action: str, resource: str, effect: str, reason: str | None
) -> None:
    deploy(boto)
    resource = resource.replace("{queue}", queue_arn(boto))
    set_policy(boto, {"Effect": effect, "Action": action, "Resource": resource})
    assert reasons(judged(pack)).get("dlq.permission") == reason


def test_a_managed_policy_counts_in_its_default_version(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    set_policy(boto, {"Effect": "Allow", "Action": "logs:*", "Resource": "*"})
    iam = boto("iam")
    denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    arn = iam.create_policy(PolicyName="queue", PolicyDocument=json.dumps(nothing))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=arn)
    assert reasons(judged(pack)) == {"dlq.permission": "statement-missing"}
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(denied), SetAsDefault=False)
    assert reasons(judged(pack)) == {"dlq.permission": "statement-missing"}
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    assert reasons(judged(pack)) == {}


def test_aws_own_policy(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    set_policy(boto, {"Effect": "Allow", "Action": "logs:*", "Resource": "*"})
    boto("iam").attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    assert reasons(judged(pack)) == {}


def test_a_boundary_that_leaves_the_queue_out(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    iam = boto("iam")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
    arn = iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=arn)
    assert reasons(judged(pack)) == {"dlq.permission": "boundary-denies"}
    wide = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(wide), SetAsDefault=True)
    assert reasons(judged(pack)) == {}


def test_extra_credit(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    function = f"{STACK}-PutRideRecordHttp"
    mapping = boto("lambda").create_event_source_mapping(
        EventSourceArn=queue_arn(boto), FunctionName=function, Enabled=True
    )
    scale_table(boto)
    report = judged(pack)
    assert report.score.bonus == 1
    assert reasons(report) == {"extra.autoscaling": "table-on-demand"}
    boto("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    assert reasons(judged(pack))["extra.dlq_processor"] == "processor-disabled"


def test_a_queue_of_any_name_that_the_function_names_costs_once(boto: Boto, pack: RulePack) -> None:
    text = json.dumps(solution()).replace("PutRideRecordSnsDlq", "FailedRides")
    deploy(boto, json.loads(text), dead_letter="")
    arn = queue_arn_of(boto, "FailedRides")
    boto("lambda").update_function_configuration(FunctionName=FUNCTION, DeadLetterConfig={"TargetArn": arn})
    assert reasons(judged(pack)) == {"dlq.queue": "queue-renamed"}
    boto("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=f"{STACK}-PutRideRecordHttp")
    assert judged(pack).score.bonus == 1


def test_a_function_of_another_stack_does_not_stand_in_for_ours(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    ours = boto("lambda").get_function_configuration(FunctionName=FUNCTION)
    boto("lambda").create_function(
        FunctionName="PutRideRecordSns", Role=ours["Role"], Code={"ZipFile": b"-"}, Runtime="python3.12", Handler="h.h"
    )
    boto("lambda").create_event_source_mapping(EventSourceArn=queue_arn(boto), FunctionName="PutRideRecordSns")
    report = judged(pack)
    assert reasons(report) == {}
    assert report.score.bonus == 1


@pytest.mark.parametrize("state", ["Disabled", "Disabling", "Deleting"])
def test_a_mapping_that_is_on_its_way_out(
    boto: Boto, pack: RulePack, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(boto)
    boto("lambda").create_event_source_mapping(
        EventSourceArn=queue_arn(boto), FunctionName=f"{STACK}-PutRideRecordHttp"
    )
    answered(monkeypatch, LIST_EVENT_SOURCE_MAPPINGS, lambda answer: answer["EventSourceMappings"][0], State=state)
    assert next(check.reason for check in judged(pack).checks if check.rule.id == "extra.dlq_processor") == (
        "processor-disabled"
    )


def test_a_mapping_to_an_alias(boto: Boto, pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(boto)
    arn = boto("lambda").create_event_source_mapping(
        EventSourceArn=queue_arn(boto), FunctionName=f"{STACK}-PutRideRecordHttp"
    )["FunctionArn"]
    answered(
        monkeypatch,
        LIST_EVENT_SOURCE_MAPPINGS,
        lambda answer: answer["EventSourceMappings"][0],
        FunctionArn=f"{arn}:live",
    )
    assert judged(pack).score.bonus == 1


def answered(monkeypatch: pytest.MonkeyPatch, call: Call, part: Callable[[Json], Json], **changed: str) -> None:
    """Let a part of the answers to one call be other than the stand-in can make it."""
    ask = Account.call

    def changing(self: Account, asked: Call, **parameters: Any) -> Any:
        answer = ask(self, asked, **parameters)
        if asked is call and isinstance(answer, dict):
            part(answer).update(changed)
        return answer

    monkeypatch.setattr(Account, "call", changing)


def test_an_index_with_a_fixed_capacity(boto: Boto) -> None:
    template = solution()
    table = template["Resources"]["RideRecordTable"]["Properties"]
    del table["BillingMode"]
    units = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    table["ProvisionedThroughput"] = units
    table["GlobalSecondaryIndexes"] = [
        {
            "IndexName": "by-ride",
            "KeySchema": table["KeySchema"],
            "Projection": {"ProjectionType": "ALL"},
            "ProvisionedThroughput": units,
        }
    ]
    deploy(boto, template)
    assert _table_properties_seen(boto)["GlobalSecondaryIndexes"] == [
        {"IndexName": "by-ride", "ProvisionedThroughput": units}
    ]


def _table_properties_seen(boto: Boto) -> Json:
    answer = boto("dynamodb").describe_table(TableName=physical_id(boto, "RideRecordTable"))
    return table_properties(answer["Table"])


def test_a_table_on_its_way_out_is_gone(boto: Boto, pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(boto)
    answered(monkeypatch, DESCRIBE_TABLE, lambda answer: answer["Table"], TableStatus="DELETING")
    assert reasons(judged(pack)) == {"table.on_demand": "table-missing", "table.no_provisioned": "table-missing"}


def test_a_policy_variable_of_the_account_is_known_and_others_are_not(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    pattern = "arn:aws:sqs:*:${aws:PrincipalAccount}:*"
    set_policy(boto, {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": pattern})
    assert reasons(judged(pack)) == {}
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue_arn(boto)}
    set_policy(boto, allow, {"Effect": "Deny", "Action": "sqs:*", "Resource": pattern})
    assert reasons(judged(pack)) == {"dlq.permission": "denied"}
    set_policy(boto, {**allow, "Resource": "arn:aws:sqs:*:*:${aws:username}"})
    assert reasons(judged(pack)) == {"dlq.permission": "conditional"}


def test_one_function_of_many_has_what_belongs_to_another(boto: Boto, pack: RulePack) -> None:
    template = solution()
    http = template["Resources"]["PutRideRecordHttpLambdaFunction"]
    for number in range(9):
        more = json.loads(json.dumps(http).replace("PutRideRecordHttp", f"More{number}"))
        del more["DependsOn"]
        template["Resources"][f"More{number}LambdaFunction"] = more
    deploy(boto, template, dead_letter="")
    boto("lambda").update_function_configuration(
        FunctionName=f"{STACK}-More8", DeadLetterConfig={"TargetArn": queue_arn(boto)}
    )
    assert reasons(judged(pack)) == {"dlq.target": "target-wrong-function"}


def test_a_resource_that_was_never_made_is_not_there(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    set_stack(STACK, resources={"PutRideRecordSnsDlq": ("CREATE_FAILED", None)})
    assert reasons(judged(pack))["dlq.queue"] == "queue-missing"


def test_a_template_in_yaml_tells_nothing_and_harms_nothing(boto: Boto, pack: RulePack) -> None:
    template = "Resources:\n  RideRecordTable:\n    Type: AWS::SQS::Queue\n"
    boto("cloudformation").create_stack(StackName=STACK, TemplateBody=template)
    assert reasons(judged(pack))["table.on_demand"] == "table-missing"


def test_a_failure_without_a_reason(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    set_stack(STACK, "UPDATE_ROLLBACK_COMPLETE", events=[])
    (note,) = judged(pack).checks[1].notes
    assert note.message.endswith("no reason is given.")


def test_a_stack_by_its_arn_is_looked_up_in_its_own_region(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    arn = boto("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["StackId"]
    report = check_stack(arn, pack, Request(Settings(options={"region": "eu-west-1"})))
    assert report.status == "complete"
    assert report.submission.stack == STACK


def test_a_stack_of_nobody_fails_every_check_but_the_plugin(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    report = judged(pack, "wild-rydes-ride-record-div")
    assert {check.reason for check in report.checks[1:]} == {"not-deployed"}
    assert report.checks[0].outcome == "skipped"
    told = report.checks[1].notes
    assert [note.code for note in told] == ["not-deployed"]
    assert STACK in told[0].message


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"])
def test_a_stack_that_is_not_there_yet_or_any_more(boto: Boto, pack: RulePack, status: str) -> None:
    deploy(boto)
    set_stack(STACK, status)
    assert {check.reason for check in judged(pack).checks[1:]} == {"not-deployed"}


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"])
def test_a_stack_that_is_being_deployed(boto: Boto, pack: RulePack, status: str) -> None:
    deploy(boto)
    set_stack(STACK, status)
    report = judged(pack)
    assert {(check.outcome, check.reason) for check in report.checks[1:]} == {("unknown", "deploy-in-progress")}


def test_a_stack_that_only_cleans_up_is_judged(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    set_stack(STACK, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    report = judged(pack)
    assert report.status == "complete"
    assert notes(report, "dlq.target") == []


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_COMPLETE", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"])
def test_a_failed_stack_is_judged_by_what_is_live_and_says_why(boto: Boto, pack: RulePack, status: str) -> None:
    deploy(boto, dead_letter="")
    set_stack(
        STACK,
        status,
        events=[
            Event("RideRecordTable", "UPDATE_FAILED", "an older failure"),
            Event(STACK, "UPDATE_IN_PROGRESS", "User Initiated"),
            Event("ApiGatewayRestApi", "UPDATE_FAILED", "Resource update cancelled"),
            Event(
                "PutRideRecordSnsLambdaFunction",
                "UPDATE_FAILED",
                "The provided execution role does not have permissions to call SendMessage on SQS",
            ),
            Event("ServiceUrlSsmParam", "CREATE_FAILED", "Resource creation cancelled"),
            Event("PutRideRecordSnsDlq", "CREATE_FAILED", "a later failure"),
        ],
    )
    report = judged(pack)
    assert reasons(report) == {"dlq.target": "target-missing"}
    check = next(check for check in report.checks if check.rule.id == "dlq.target")
    (note,) = check.notes
    assert note.code == "stack-failed"
    assert status in note.message
    assert "PutRideRecordSnsLambdaFunction" in note.message
    assert "allow `sqs:SendMessage`" in note.message


def test_a_stack_that_was_never_made_whole(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    gone: dict[str, tuple[str, str | None]] = dict.fromkeys(solution()["Resources"], ("DELETE_COMPLETE", None))
    set_stack(STACK, "ROLLBACK_COMPLETE", resources=gone)
    report = judged(pack)
    assert reasons(report)["dlq.queue"] == "queue-missing"
    assert reasons(report)["table.on_demand"] == "table-missing"
    assert "stack-failed" in notes(report, "dlq.queue")


def test_a_stack_of_three_hundred_resources(boto: Boto, pack: RulePack) -> None:
    template = solution()
    template["Resources"] = {
        **{f"Parameter{number}": _parameter(number) for number in range(300)},
        **template["Resources"],
    }
    deploy(boto, template)
    assert reasons(judged(pack)) == {}


def _parameter(number: int) -> Json:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Name": f"/n/{number}", "Type": "String", "Value": "v"}}


def test_a_stack_that_is_deleted_while_it_is_read(boto: Boto, faults: Faults, pack: RulePack) -> None:
    deploy(boto)
    faults.before("dynamodb:DescribeTable", lambda: boto("cloudformation").delete_stack(StackName=STACK))
    assert {check.reason for check in judged(pack).checks[1:]} == {"not-deployed"}


def test_a_table_that_is_replaced_while_it_is_read(boto: Boto, faults: Faults, pack: RulePack) -> None:
    deploy(boto)
    template = solution()
    template["Resources"]["RideRecordTable"]["Properties"]["TableName"] = "another-table"
    old = physical_id(boto, "RideRecordTable")

    def replace() -> None:
        deploy(boto, template)
        if old in boto("dynamodb").list_tables()["TableNames"]:
            boto("dynamodb").delete_table(TableName=old)

    faults.before("dynamodb:DescribeTable", replace)
    assert reasons(judged(pack)) == {}
    assert physical_id(boto, "RideRecordTable") == "another-table"


def test_file_and_stack_side_by_side(boto: Boto, pack: RulePack) -> None:
    deploy(boto, dead_letter="")
    report = check_path(ANSWER, pack, _both())
    assert report.submission.stack == STACK
    target = next(check for check in document(report)["checks"] if check["id"] == "dlq.target")
    assert (target["outcome"], target["reason"]) == ("fail", "target-missing")
    assert target["sources"]["file"]["outcome"] == "pass"
    assert target["sources"]["stack"]["outcome"] == "fail"
    assert target["sources"]["stack"]["evidence"] == [
        {
            "file": None,
            "line": None,
            "column": None,
            "path": "PutRideRecordSns",
            "call": "lambda:GetFunctionConfiguration",
        }
    ]
    (note,) = target["notes"]
    assert note["code"] == "live-drift"
    assert "File: `PutRideRecordSnsDlq`; deployed: `target-missing`" in note["message"]
    plugin = document(report)["checks"][0]
    assert (plugin["outcome"], plugin["sources"]["stack"]["outcome"]) == ("pass", "skipped")


def test_what_agrees_does_not_drift(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    report = check_path(ANSWER, pack, _both())
    assert report.status == "complete"
    assert [note for check in report.checks for note in check.notes] == []


def test_a_stack_whose_name_comes_out_of_the_environment_is_not_shown(
    boto: Boto, pack: RulePack, tmp_path: Path
) -> None:
    deploy(boto)
    text = (ANSWER / "serverless.yml").read_text(encoding="utf-8")
    text = text.replace("service: wild-rydes-ride-record", "service: ${env:HIDDEN}")
    (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
    settings = Settings(environment={"AWS_ACCOUNT": ACCOUNT, "HIDDEN": "hunter2"})
    report = check_path(tmp_path, pack, Request(settings, deployed=Deployed()))
    assert report.error is not None
    assert report.error.code == "invalid-config"
    assert "hunter2" not in json.dumps(document(report))


def test_a_region_without_a_value_is_not_guessed(boto: Boto, pack: RulePack, tmp_path: Path) -> None:
    deploy(boto)
    text = (ANSWER / "serverless.yml").read_text(encoding="utf-8")
    text = text.replace("\"${opt:region, 'us-east-2'}\"", "${env:WHERE_REGION}")
    (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
    report = check_path(tmp_path, pack, _both())
    assert report.error is not None
    assert report.error.code == "no-region"


def edited(folder: Path, old: str, new: str) -> Path:
    """A copy of the answer with one text in the place of another."""
    text = (ANSWER / "serverless.yml").read_text(encoding="utf-8")
    assert old in text
    (folder / "serverless.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_a_stack_name_that_the_file_gives(boto: Boto, pack: RulePack, tmp_path: Path) -> None:
    deploy(boto, solution("my-own"), stack="my-own")
    report = check_path(edited(tmp_path, "provider:\n", "provider:\n  stackName: my-own\n"), pack, _both())
    assert report.submission.stack == "my-own"
    assert report.status == "complete"


def test_what_only_the_stack_can_tell_does_not_send_people_round_in_circles(
    boto: Boto, pack: RulePack, tmp_path: Path
) -> None:
    deploy(boto)
    folder = edited(tmp_path, "PutRideRecordSnsDlq:\n", "PutRideRecordSnsDlq:\n      Condition: Always\n")
    report = check_path(folder, pack, _both())
    queue = next(check for check in report.checks if check.rule.id == "dlq.queue")
    assert (queue.outcome, queue.verdicts["stack"].outcome) == ("unknown", "pass")
    assert "--deployed" not in queue.message
    assert "What is deployed has it right" in queue.message


def test_a_region_out_of_the_environment_is_not_shown(boto: Boto, pack: RulePack, tmp_path: Path) -> None:
    deploy(boto)
    folder = edited(tmp_path, "\"${opt:region, 'us-east-2'}\"", "${env:TOKEN}")
    settings = Settings(environment={"AWS_ACCOUNT": ACCOUNT, "TOKEN": "hunter2"})
    report = check_path(folder, pack, Request(settings, deployed=Deployed()))
    assert report.error is not None
    assert report.error.code == "no-region"
    assert "hunter2" not in json.dumps(document(report))


def test_equal_values_of_the_environment_do_not_drift(boto: Boto, pack: RulePack, tmp_path: Path) -> None:
    deploy(boto)
    boto("dynamodb").update_table(
        TableName=physical_id(boto, "RideRecordTable"),
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )
    folder = edited(tmp_path, "BillingMode: PAY_PER_REQUEST", "BillingMode: ${env:BILL}")
    settings = Settings(environment={"AWS_ACCOUNT": ACCOUNT, "BILL": "PROVISIONED"})
    report = check_path(folder, pack, Request(settings, deployed=Deployed()))
    assert notes(report, "table.on_demand") == []


def test_what_was_deleted_by_hand_is_no_drift(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("sqs").delete_queue(QueueUrl=physical_id(boto, "PutRideRecordSnsDlq"))
    assert notes(check_path(ANSWER, pack, _both()), "dlq.queue") == []


def test_what_the_file_needs_comes_before_what_the_stack_keeps_back(boto: Boto, pack: RulePack, tmp_path: Path) -> None:
    deploy(boto)
    set_stack(STACK, "UPDATE_IN_PROGRESS")
    folder = edited(tmp_path, "BillingMode: PAY_PER_REQUEST", "BillingMode: PROVISIONED")
    report = check_path(folder, pack, _both())
    assert report.next_check is not None
    assert report.next_check.rule.id == "table.on_demand"


def test_both_values_are_shown_where_file_and_stack_differ(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("dynamodb").update_table(
        TableName=physical_id(boto, "RideRecordTable"),
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )
    report = check_path(ANSWER, pack, _both())
    billing = next(check for check in report.checks if check.rule.id == "table.on_demand")
    assert "File: `PAY_PER_REQUEST`; deployed: `PROVISIONED`" in billing.notes[0].message


def _both() -> Request:
    return Request(Settings(environment={"AWS_ACCOUNT": ACCOUNT}), deployed=Deployed())


def test_the_endpoint_may_be_named(
    standin: StandIn, boto: Boto, pack: RulePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(boto)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    request = Request(Settings(options={"region": REGION}), deployed=Deployed(endpoint_url=standin.url))
    assert check_stack(STACK, pack, request).status == "complete"


def test_the_journey_of_what_is_deployed(boto: Boto, capsys: pytest.CaptureFixture[str], pack: RulePack) -> None:
    deploy(boto)
    command = ["explain", "--journey", "--stack", STACK, "--region", REGION]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "lambda:GetFunctionConfiguration" in told
    assert "PutRideRecordSns.DeadLetterConfig.TargetArn" in told
    assert "cloudformation:GetTemplate" in told
    assert max(len(line) for line in told.splitlines()) < 80
    boto("lambda").update_function_configuration(FunctionName=FUNCTION, DeadLetterConfig={})
    assert main(command) == 1
    assert "would be lost" in capsys.readouterr().out
    boto("lambda").delete_function(FunctionName=FUNCTION)
    journey = judged(pack).journey
    assert journey is not None
    assert [one.label for one in journey.connections[:2]] == ["no such function", "no such function"]
    assert all(scene.evidence for scene in journey.scenes)


def test_the_live_number_of_retries_is_told(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("lambda").put_function_event_invoke_config(FunctionName=FUNCTION, MaximumRetryAttempts=1)
    journey = judged(pack).journey
    assert journey is not None
    assert [journey.stations[1].caption, journey.connections[-1].label] == ["Lambda, 2 attempts", "after 2 failures"]
    again = next(scene for scene in journey.scenes if scene.title == "Lambda tries again")
    assert again.evidence[-1].path == "PutRideRecordSns.MaximumRetryAttempts"


def test_nothing_travels_through_a_stack_that_is_not_there(
    standin: StandIn,  # noqa: ARG001
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "--journey", "--stack", "nope", "--region", REGION]) == 1
    told = capsys.readouterr().out
    assert "There is no stack `nope` in us-east-2." in told
    assert "After two retries" not in told
    both = ["explain", "--journey", str(ANSWER), "--stack", "nope", "--region", REGION]
    assert main(both) == 0
    told = capsys.readouterr().out
    assert "After your file, as soon as it is deployed." in told
    assert "There is no stack `nope` in us-east-2." in told
    assert "would be kept" in told


def test_a_queue_that_gives_out_an_event_too_soon_is_noted_where_it_works(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("lambda").create_event_source_mapping(
        EventSourceArn=queue_arn(boto), FunctionName=f"{STACK}-PutRideRecordHttp"
    )
    assert notes(judged(pack), "extra.dlq_processor") == []  # 30 seconds and 30
    url = physical_id(boto, "PutRideRecordSnsDlq")
    boto("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "29"})
    report = judged(pack)
    assert report.score.bonus == 1
    assert notes(report, "extra.dlq_processor") == ["visibility-below-timeout"]
    note = next(check for check in report.checks if check.rule.id == "extra.dlq_processor").notes[0].message
    assert "`PutRideRecordHttp` may run for 30 s, and the queue gives an event out again after 29 s" in note


def test_a_function_that_reads_its_own_failures_is_noted(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("lambda").create_event_source_mapping(EventSourceArn=queue_arn(boto), FunctionName=FUNCTION)
    report = judged(pack)
    assert report.score.bonus == 1
    assert notes(report, "extra.dlq_processor") == ["processor-feeds-itself"]


def test_a_compiled_template_tells_the_timeouts_too(pack: RulePack, tmp_path: Path) -> None:
    template = solution()
    template["Resources"]["Mapping"] = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": {"Fn::GetAtt": ["PutRideRecordSnsDlq", "Arn"]},
            "FunctionName": {"Fn::GetAtt": ["PutRideRecordHttpLambdaFunction", "Arn"]},
        },
    }
    properties = template["Resources"]["PutRideRecordHttpLambdaFunction"]["Properties"]

    def processor() -> tuple[str, str | None]:
        (tmp_path / "template.json").write_text(json.dumps(template), encoding="utf-8")
        report = check_path(tmp_path / "template.json", pack, Request())
        check = next(one for one in report.checks if one.rule.id == "extra.dlq_processor")
        return check.outcome, check.reason

    assert processor() == ("pass", None)
    properties["Timeout"] = 31
    assert processor() == ("fail", "processor-timeout")
    del properties["Timeout"]  # then it is CloudFormation's 3 seconds
    template["Resources"]["PutRideRecordSnsDlq"]["Properties"] = {"VisibilityTimeout": 3}
    assert processor() == ("pass", None)
    template["Resources"]["PutRideRecordSnsDlq"]["Properties"] = {"VisibilityTimeout": 2}
    assert processor() == ("fail", "processor-timeout")
