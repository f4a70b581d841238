"""The module event-driven on deployed stacks: two services, the topic between them, and the parameter that tells it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.aws.calls import CALLS, GET_PARAMETER, GET_TOPIC_ATTRIBUTES
from checker.cli import main
from checker.cohort.submission import Deployed, Request, check_path, check_stack
from checker.report import Report
from checker.serverless.resolving import Settings
from checker.standin import StandIn
from tests.aws.conftest import REGION, STACK, Boto, deploy, physical_id, solution
from tests.aws.faults import Faults
from tests.aws.test_reading import message, reasons
from tests.conftest import FIXTURES, pack_of

pytestmark = pytest.mark.slow  # a real HTTP server answers each call

RYDES = "wild-rydes-dev"
NAME = "/wild-rydes/dev/SnsTopicArn"
PACK = pack_of("event-driven")
OF_RYDES = [rule.id for rule in PACK.rules if rule.service == "wild-rydes"]
OF_RECORD = [rule.id for rule in PACK.rules if rule.service == "wild-rydes-ride-record"]
ANSWER = FIXTURES / "event-driven" / "service" / "ride-record-answer"

Json = dict[str, Any]


def rydes() -> Json:
    """The template that the framework compiles from the answer of wild-rydes, as far as a check looks."""
    template = solution(RYDES)
    resources = template["Resources"]
    for name in [one for one in resources if one.startswith(("PutRideRecord", "RideRecord", "ServiceUrl"))]:
        function = resources.pop(name)
        if name == "PutRideRecordHttpLambdaFunction":
            properties = function["Properties"]
            properties["Handler"] = "handlers/request_ride.handler"
            properties["FunctionName"] = f"{RYDES}-RequestRide"
            properties["Environment"] = {"Variables": {"RIDES_SNS_TOPIC_ARN": {"Ref": "RidesSnsTopic"}}}
            del function["DependsOn"]
            resources["RequestRideLambdaFunction"] = function
    statements = resources["IamRoleLambdaExecution"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    statements[1:] = [{"Effect": "Allow", "Action": ["sns:Publish"], "Resource": {"Ref": "RidesSnsTopic"}}]
    resources["RidesSnsTopic"] = {"Type": "AWS::SNS::Topic"}
    resources["RidesSnsTopicArnSsmParam"] = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": NAME, "Type": "String", "Value": {"Ref": "RidesSnsTopic"}},
    }
    del template["Outputs"]
    return template


def record(topic: str) -> Json:
    """The template that the framework compiles from the answer of the ride record, which listens to `topic`."""
    template = solution()
    resources = template["Resources"]
    for way in ("Http", "Sns"):
        handler = f"handlers/put_ride_record.handler_{way.lower()}"
        resources[f"PutRideRecord{way}LambdaFunction"]["Properties"]["Handler"] = handler
    resources["PutRideRecordSnsSnsSubscriptionRides"]["Properties"]["TopicArn"] = topic
    resources["ApiGatewayResourceRecord"] = {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {
            "ParentId": {"Fn::GetAtt": ["ApiGatewayRestApi", "RootResourceId"]},
            "PathPart": "record",
            "RestApiId": {"Ref": "ApiGatewayRestApi"},
        },
    }
    resources["ApiGatewayMethodRecordPost"] = {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "HttpMethod": "POST",
            "AuthorizationType": "NONE",
            "ResourceId": {"Ref": "ApiGatewayResourceRecord"},
            "RestApiId": {"Ref": "ApiGatewayRestApi"},
            "Integration": {
                "IntegrationHttpMethod": "POST",
                "Type": "AWS_PROXY",
                "Uri": {
                    "Fn::Join": [
                        "",
                        [
                            "arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/",
                            {"Fn::GetAtt": ["PutRideRecordHttpLambdaFunction", "Arn"]},
                            "/invocations",
                        ],
                    ]
                },
            },
        },
    }
    return template


@pytest.fixture(autouse=True)
def _aws(standin: StandIn) -> None:
    """Each test has an AWS of its own."""


@pytest.fixture
def topic(boto: Boto) -> str:
    """The ARN of the topic of wild-rydes, which is deployed."""
    deploy(boto, rydes(), stack=RYDES, dead_letter="", stage="dev")
    return physical_id(boto, "RidesSnsTopic", RYDES)


def deploy_record(boto: Boto, template: Json) -> None:
    deploy(boto, template, dead_letter="", stage="dev")


def judged(stack: str) -> Report:
    report = check_stack(stack, PACK, Request(Settings(options={"region": REGION})))
    assert report.error is None, report.error
    return report


def skipped(report: Report) -> list[str]:
    return [check.rule.id for check in report.checks if check.outcome == "skipped"]


def test_the_solution_of_each_service_is_complete(boto: Boto, topic: str) -> None:
    deploy_record(boto, record(topic))
    for stack, others in ((RYDES, OF_RECORD), (STACK, OF_RYDES)):
        report = judged(stack)
        assert reasons(report) == {}
        assert skipped(report) == others
        assert (report.score.earned, report.score.possible) == (5, 5)
        assert not any(check.equivalent for check in report.checks)
        assert "is for the service" in message(report, others[0])


def test_a_parameter_that_holds_another_topic(boto: Boto, topic: str) -> None:
    other = boto("sns").create_topic(Name="rides")["TopicArn"]
    deploy_record(boto, record(topic))
    boto("ssm").put_parameter(Name=NAME, Value=other, Type="String", Overwrite=True)
    assert reasons(judged(STACK)) == {"sns.event": "event-other-topic"}
    assert reasons(judged(RYDES)) == {"topic.parameter": "parameter-wrong-value"}
    assert "holds the ARN of another topic by now" in message(judged(STACK), "sns.event")


def test_a_parameter_that_is_gone(boto: Boto, topic: str) -> None:
    deploy_record(boto, record(topic))
    boto("ssm").delete_parameter(Name=NAME)
    assert reasons(judged(STACK)) == {"sns.event": "topic-unknown"}
    assert reasons(judged(RYDES)) == {"topic.parameter": "parameter-gone"}


def test_a_topic_that_is_gone(boto: Boto, topic: str) -> None:
    boto("sns").delete_topic(TopicArn=topic)
    assert reasons(judged(RYDES)) == {"topic.resource": "topic-gone"}


def test_what_is_changed_by_hand_on_a_function(boto: Boto, topic: str) -> None:
    deploy_record(boto, record(topic))
    boto("lambda").update_function_configuration(
        FunctionName=f"{STACK}-PutRideRecordSns",
        Handler="handlers/put_ride_record.handler",
        Environment={"Variables": {"DDB_TABLE_NAME": "other", "TOKEN": "very-secret"}},
    )
    report = judged(STACK)
    assert reasons(report) == {"sns.function": "handler-wrong", "sns.table": "variable-wrong"}
    assert "very-secret" not in str(report)
    boto("lambda").update_function_configuration(
        FunctionName=f"{RYDES}-RequestRide", Environment={"Variables": {"RIDE_RECORD_URL": "https://example.com"}}
    )
    assert reasons(judged(RYDES)) == {
        "publish.topic_arn": "variable-missing",
        "publish.no_url": "variable-left-over",
    }


def test_a_stack_before_the_module(boto: Boto, topic: str) -> None:
    template = record(topic)
    resources = template["Resources"]
    for name in [one for one in resources if one.startswith("PutRideRecordSns")]:
        del resources[name]
    resources["PutRideRecordLambdaFunction"] = resources.pop("PutRideRecordHttpLambdaFunction")
    for name in [one for one in resources if one.startswith(("PutRideRecordHttp", "ApiGatewayMethod"))]:
        del resources[name]
    del resources["PutRideRecordLambdaFunction"]["DependsOn"]
    statements = resources["IamRoleLambdaExecution"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    del statements[2]
    deploy_record(boto, template)
    assert reasons(judged(STACK)) == {
        "http.function": "function-not-renamed",
        "http.event": "function-missing",
        "sns.function": "function-missing",
        "sns.event": "function-missing",
        "sns.table": "function-missing",
    }


def test_a_denied_call_makes_only_what_needs_it_unknown(boto: Boto, topic: str, faults: Faults) -> None:
    deploy_record(boto, record(topic))
    faults.deny("ssm:GetParameter")
    assert reasons(judged(STACK)) == {"sns.event": "access-denied"}
    assert "ssm:GetParameter" in message(judged(STACK), "sns.event")


def test_a_stack_without_a_stage_cannot_tell_the_parameter(boto: Boto, topic: str) -> None:
    deploy(boto, record(topic), dead_letter="")
    assert reasons(judged(STACK)) == {"sns.event": "not-in-template"}


def test_file_and_stack_together(boto: Boto, topic: str) -> None:
    deploy_record(boto, record(topic))
    report = check_path(ANSWER, PACK, Request(deployed=Deployed()))
    assert report.error is None
    assert reasons(report) == {}
    assert {check.rule.id: set(check.verdicts) for check in report.checks} == {
        rule.id: {"file", "stack"} for rule in PACK.rules
    }


def test_a_stack_that_is_not_there_is_told_by_its_name() -> None:
    report = judged("wild-rydes-ride-record-user7")
    assert reasons(report) == dict.fromkeys(OF_RECORD, "not-deployed")
    assert skipped(report) == OF_RYDES


def test_the_calls_of_this_module_are_made_for_no_other(boto: Boto, topic: str, faults: Faults) -> None:
    deploy_record(boto, record(topic))
    faults.reset()
    for stack in (STACK, RYDES):
        check_stack(stack, pack_of("reliability"), Request(Settings(options={"region": REGION})))
    assert faults.actions("ssm") + faults.actions("sns") == []
    judged(STACK)
    assert (faults.actions("ssm"), faults.actions("sns")) == ([GET_PARAMETER.operation] * 2, [])
    judged(RYDES)
    assert faults.actions("sns") == [GET_TOPIC_ATTRIBUTES.operation]


def test_the_policy_allows_the_calls_of_the_module(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["iam-policy", "--stack", "wild-rydes-*"]) == 0
    before = json.loads(capsys.readouterr().out)
    listed = {action for statement in before["Statement"] for action in statement["Action"]}
    assert listed == {call.action for call in CALLS}
    assert main(["iam-policy", "--stack", "wild-rydes-*", "--module", "event-driven"]) == 0
    statements = json.loads(capsys.readouterr().out)["Statement"]
    by_action = {action: statement["Resource"] for statement in statements for action in statement["Action"]}
    assert by_action.keys() - listed == {"ssm:GetParameter", "sns:GetTopicAttributes"}
    assert by_action["sns:GetTopicAttributes"] == "arn:aws*:sns:*:*:wild-rydes-*"
    parameters = {one["Resource"] for one in statements if "ssm:GetParameter" in one["Action"]}
    assert parameters == {
        "arn:aws*:ssm:*:*:parameter/*/*/SnsTopicArn",
        "arn:aws*:ssm:*:*:parameter/wild-rydes/*/SnsTopicArn",
    }
