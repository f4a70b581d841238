"""What cannot be told, and what came from the environment, gives no note and is never printed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from checker.cohort.submission import Request, check_path
from checker.report import Report
from checker.reporters.html import render as render_html
from checker.reporters.json import record
from checker.reporters.text import render as render_text
from checker.rulepack import RulePack
from checker.serverless.resolving import Settings
from tests.conftest import FIXTURES
from tests.linting.conftest import HEAD, Linted, resources

pytestmark = pytest.mark.slow  # cfn-lint takes a moment


UNTOLD = "${ssm:/rides}"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}],
}
BODIES: dict[str, Any] = {
    "RideRecordTable": {
        "Type": "AWS::DynamoDB::Table",
        "DependsOn": ["PutRideRecordSnsDlq"],
        "DeletionPolicy": "Retain",
        "Condition": "InClass",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "RideId", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "RideId", "KeyType": "HASH"}],
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
            "SSESpecification": {"SSEEnabled": True},
            "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}],
        },
    },
    "PutRideRecordSnsDlq": {
        "Type": "AWS::SQS::Queue",
        "Properties": {"DelaySeconds": 1, "QueueName": {"Fn::Join": ["-", ["a", {"Ref": "AWS::StackName"}]]}},
    },
    "RideRole": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": TRUST,
            "Policies": [
                {
                    "PolicyName": "p",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [{"Effect": "Allow", "Action": ["sqs:*"], "Resource": "*"}],
                    },
                }
            ],
        },
    },
    "Name": {
        "Type": "AWS::SSM::Parameter",
        "Properties": {
            "Type": "String",
            "Value": {"Fn::Sub": ["${a}", {"a": {"Fn::Select": [0, {"Fn::GetAZs": ""}]}}]},
        },
    },
}
SECTIONS: dict[str, Any] = {
    "Conditions": {"InClass": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-2"]}},
    "Mappings": {"Stages": {"dev": {"name": "a"}}},
    "Parameters": {"Stage": {"Type": "String"}},
    "Outputs": {
        "Table": {"Condition": "InClass", "Value": {"Ref": "RideRecordTable"}, "Export": {"Name": "table"}},
        "Queue": {"Value": {"Fn::If": ["InClass", {"Fn::GetAtt": ["PutRideRecordSnsDlq", "Arn"]}, "none"]}},
    },
}
WHOLE: dict[str, Any] = {"Resources": BODIES, **SECTIONS}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value, of the whole to begin with."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in below for found in places(one, (*path, key)))]


def with_untold(path: tuple[Any, ...], untold: str) -> str:
    """The service with one value in the place of another."""
    changed: dict[str, Any] = {"whole": copy.deepcopy(WHOLE)}
    holder: Any = changed
    for step in ("whole", *path)[:-1]:
        holder = holder[step]
    holder[("whole", *path)[-1]] = untold
    whole: Any = changed["whole"]
    if isinstance(whole, str):
        return f"resources: {whole}\n"
    return resources(whole.pop("Resources"), **whole)


def test_the_service_itself_is_fine(linted: Linted) -> None:
    assert linted(resources(BODIES, **SECTIONS)) == ()


PLACES = [
    pytest.param(path, id=".".join(map(str, path)) or "resources", marks=[pytest.mark.slow] if len(path) > 2 else [])
    for path in places(WHOLE)
]


@pytest.mark.slow
@pytest.mark.parametrize("path", PLACES)
def test_an_unresolved_variable_gives_no_note_wherever_it_stands(path: tuple[Any, ...], linted: Linted) -> None:
    assert linted(with_untold(path, UNTOLD)) == ()


def test_with_an_unread_part_of_the_resources_nothing_is_missing(linted: Linted) -> None:
    text = resources({"Name": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String"}}})
    text = text.replace("resources:\n  Resources:", "resources:\n  - ${ssm:/more}\n  -\n   Resources:")
    assert linted(text) == ()
    wrong = text.replace("Type: String", "Typ: String")
    assert [note.code for note in linted(wrong)] == ["E3002"]


SECRET = "hush-hush-1234"


@pytest.fixture
def with_secret(linted: Linted) -> Linted:
    def lint(text: str) -> Any:
        return linted(text, Settings(environment={"SECRET": SECRET}))

    return lint


@pytest.mark.parametrize(
    "text",
    [
        resources({"T": {"Type": "${env:SECRET}"}}),
        resources({"T": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": "${env:SECRET}"}}}),
        resources({"T": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": ["${env:SECRET}"]}}}),
        resources({"T": {"Type": "AWS::SQS::Queue", "Properties": {"QueueNam": "a-${env:SECRET}"}}}),
        resources({"T": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "${env:SECRET}"}}}}),
        resources({"T": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "${!x}-${env:SECRET}"}}}}),
        resources({"T": {"Type": "AWS::SQS::Queue", "DependsOn": "${env:SECRET}", "Condition": "${env:SECRET}"}}),
        "    environment:\n      A: {Ref: '${env:SECRET}'}\n",
        "    role: ${env:SECRET}\n",
    ],
)
def test_a_value_of_the_environment_is_not_printed(text: str, with_secret: Linted) -> None:
    notes = with_secret(text)
    assert SECRET not in str([(note.code, note.message) for note in notes])
    assert SECRET not in str(notes)


def test_a_region_of_the_environment_is_not_printed(linted: Linted) -> None:
    head = HEAD.replace("us-east-2", "${env:SECRET}")
    text = resources({"T": {"Type": "AWS::SQS::Que"}})
    notes = linted(text, Settings(environment={"SECRET": "eu-west-3"}), head=head)
    assert [note.message for note in notes] == [
        "`AWS::SQS::Que` is no type of a resource. Did you mean `AWS::SQS::Queue`?"
    ]


PASSING = sorted(path.parent for path in FIXTURES.glob("*/pass*/serverless.*"))
PASSING += [FIXTURES / "service" / "answer", FIXTURES / "class" / "ada"]
TRUE = {
    # `--param billing=…` leaves the throughput beside on-demand billing.
    "pass--queue-name-and-arn-from-the-stack-name": ["E3638"],
    # An empty throughput passes the check, and CloudFormation asks for its two numbers.
    "pass--empty-mapping": ["E3003"],
}


def reported(folder: Any, pack: RulePack) -> Report:
    report = check_path(folder, pack, Request(lint=True))
    assert report.error is None
    return report


def codes(report: Report) -> list[str]:
    return [note.code for note in report.lint or ()]


def test_the_answer_of_the_workshop_has_nothing_to_say(pack: RulePack) -> None:
    report = reported(FIXTURES / "service" / "answer", pack)
    assert report.lint == ()
    assert "deployment</h2>" not in render_html(report)
    assert "deployment\n" not in render_text(report)
    assert record(report)["lint"] == []


@pytest.mark.slow
@pytest.mark.parametrize("folder", PASSING, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_nothing_is_held_against_a_service_that_passes(folder: Any, pack: RulePack) -> None:
    assert codes(reported(folder, pack)) == TRUE.get(folder.name, [])
