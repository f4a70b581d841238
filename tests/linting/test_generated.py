"""What the framework generates is there to be referred to, and nothing is ever said of it."""

from __future__ import annotations

import copy

import pytest

from tests.linting.conftest import HEAD, Linted, resources, told

pytestmark = pytest.mark.slow  # cfn-lint takes a moment


LINES = HEAD.count("\n")
QUEUE = {"PutRideRecordSnsDlq": {"Type": "AWS::SQS::Queue"}}


def referring(name: str) -> str:
    return resources(
        {"Name": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": name}}}}
    )


@pytest.mark.parametrize(
    "name",
    [
        "PutRideRecordSnsLambdaFunction",
        "PutRideRecordSnsLogGroup",
        "PutRideRecordSnsLambdaVersionE8CjAfzNaM4luygvD9KUNoivHcW333P3mgkWWVAE9w",
        "PutRideRecordSnsLambdaPermissionApiGateway",
        "PutRideRecordSnsSnsSubscriptionWildrydesdevRequestRide",
        "PutRideRecordSnsEventSourceMappingSQSPutRideRecordSnsDlq",
        "PutRideRecordSnsIamRoleLambdaExecution",
        "IamRoleLambdaExecution",
        "ServerlessDeploymentBucket",
        "ServerlessDeploymentBucketPolicy",
        "SNSTopicRides",
    ],
)
def test_names_that_the_framework_makes_may_be_referred_to(name: str, linted: Linted) -> None:
    assert linted(referring(name)) == ()


@pytest.mark.parametrize(
    "name",
    ["PutRideRecordSnsDlq", "PutRideRecordHttpLambdaFunction", "ApiGatewayRestApi", "HttpApi", "PutRideRecordSns"],
)
def test_names_that_it_does_not_make_here_are_missing(name: str, linted: Linted) -> None:
    assert [one[2].partition(",")[0] for one in told(linted(referring(name)))] == [f"This refers to `{name}`"]


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("http: POST /record", "ApiGatewayRestApi"),
        ("http: POST /record", "ApiGatewayResourceRecord"),
        ("httpApi: POST /record", "HttpApi"),
        ("websocket: $connect", "WebsocketsApi"),
    ],
)
def test_an_api_is_there_where_a_function_has_such_an_event(event: str, name: str, linted: Linted) -> None:
    assert linted(f"    events:\n      - {event}\n" + referring(name)) == ()


@pytest.mark.parametrize("name", ["ApiGatewayRestAp", "ApiGatewayRestAPI", "ApiGatewayRestApis"])
def test_a_slip_of_the_keys_is_none_of_the_many_names_that_begin_so(name: str, linted: Linted) -> None:
    (note,) = told(linted("    events:\n      - http: POST /record\n" + referring(name)))
    assert note[2].endswith("Did you mean `ApiGatewayRestApi`?")


def test_an_api_may_be_there_where_the_events_cannot_be_read(linted: Linted) -> None:
    assert linted("    events: ${ssm:/events}\n" + referring("ApiGatewayRestApi")) == ()


def test_a_reference_to_an_attribute_that_a_function_has_not_is_said(linted: Linted) -> None:
    text = referring("X").replace("Ref: X", "Fn::GetAtt: [PutRideRecordSnsLambdaFunction, Arm]")
    assert [note.message for note in linted(text)] == [
        "`PutRideRecordSnsLambdaFunction` has no attribute `Arm`. Did you mean `Arn`?"
    ]


@pytest.mark.parametrize("section", ["Resources", "extensions"])
def test_what_is_merged_into_a_function_is_linted_alone(section: str, linted: Linted) -> None:
    """What is generated has no code and no role in the file, and that is no mistake of the attendee's."""
    change = {"Properties": {"DeadLetterConfig": {"TargetArn": {"Fn::GetAtt": ["PutRideRecordSnsDlq", "Arn"]}}}}
    bodies = {"PutRideRecordSnsLambdaFunction": change}
    text = resources({**QUEUE, **bodies}) if section == "Resources" else resources(QUEUE, extensions=bodies)
    assert linted(text) == ()
    wrong = text.replace("TargetArn", "TargetArm")
    assert [(note.code, note.message) for note in linted(wrong)] == [
        ("E3002", "`TargetArm` is no property of `DeadLetterConfig`. Did you mean `TargetArn`?")
    ]


@pytest.mark.parametrize("type_", [{}, {"Type": "AWS::Lambda::Function"}])
def test_the_type_may_be_written_again(type_: dict[str, str], linted: Linted) -> None:
    body = {**type_, "Properties": {"Timeout": 5}}
    assert linted(resources({"PutRideRecordSnsLambdaFunction": body})) == ()


def test_what_is_merged_into_other_generated_parts_is_left_alone(linted: Linted) -> None:
    bodies = {
        "PutRideRecordSnsLogGroup": {"Properties": {"RetentionInDays": 7}},
        "ApiGatewayMethodRecordPost": {"Properties": {"ApiKeyRequired": True}},
        "IamRoleLambdaExecution": {"Properties": {"Policies": [{"PolicyName": "other"}]}},
    }
    assert linted("    events:\n      - http: POST /record\n" + resources(bodies)) == ()


def test_a_resource_of_ones_own_may_have_a_name_like_that(linted: Linted) -> None:
    body = {"Type": "AWS::SQS::Queue", "Properties": {"QueueNam": "x"}}
    notes = linted(resources({"PutRideRecordSnsDeadLetterQueue": body, "CustomQueue": copy.deepcopy(body)}))
    assert [note.code for note in notes] == ["E3002", "E3002"]


@pytest.mark.parametrize(
    "text",
    [
        "    environment:\n      QUEUE: {Ref: PutRideRecordSnsDlq}\n",
        "    onError: !GetAtt PutRideRecordSnsDlq.Arn\n",
        "    events:\n      - sqs: {arn: !GetAtt PutRideRecordSnsDlq.Arn}\n",
        "    events:\n      - sns: {arn: !Ref PutRideRecordSnsDlq, topicName: rides}\n",
        "    role: PutRideRecordSnsDlq\n",
    ],
)
def test_what_a_function_refers_to_has_to_be_there(text: str, linted: Linted) -> None:
    notes = linted(text + resources({"Other": {"Type": "AWS::SNS::Topic"}}))
    last = text.count("\n")
    assert told(notes) == [
        (notes[0].code, LINES + last, "This refers to `PutRideRecordSnsDlq`, and the service has nothing of that name.")
    ]


def test_a_role_made_in_the_file_is_no_missing_one(linted: Linted) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}}
    assert linted("    role: RideRole\n" + resources({"RideRole": role})) == ()


def test_a_plugin_may_make_what_is_referred_to(linted: Linted) -> None:
    """With a plugin that is not known here, only what looks like a misspelling is said."""
    plugins = "plugins: [serverless-step-functions]\n"
    assert linted(plugins + referring("RideStateMachine")) == ()
    bodies = {**QUEUE, "Name": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String"}}}
    bodies["Name"]["Properties"]["Value"] = {"Ref": "PutRideRecordSnsDql"}  # type: ignore[index]
    assert [note.code for note in linted(plugins + resources(bodies))] == ["E1020"]


def test_per_function_statements_are_linted_where_they_count(linted: Linted) -> None:
    statements = "    iamRoleStatements:\n      - {Effect: allow, Action: 'sqs:*', Resource: '*'}\n"
    assert linted(statements) == ()
    notes = linted(statements + "plugins: [serverless-iam-roles-per-function]\n")
    assert [(note.code, note.evidence[0].line) for note in notes] == [("E3510", LINES + 2)]


def test_a_circle_through_a_generated_part_is_told_at_the_attendees_own_line_alone(linted: Linted) -> None:
    bodies = {
        "PutRideRecordSnsDlq": {"Type": "AWS::SQS::Queue", "DependsOn": "PutRideRecordSnsLambdaFunction"},
        "PutRideRecordSnsLambdaFunction": {"DependsOn": ["PutRideRecordSnsDlq"]},
    }
    assert [(note.code, note.evidence[0].path) for note in linted(resources(bodies))] == [
        ("E3004", "resources.Resources.PutRideRecordSnsDlq")
    ]


def test_a_reference_to_a_resource_without_a_type_is_no_missing_one(linted: Linted) -> None:
    notes = linted(referring("Queue") + "    Queue:\n      Properties: {}\n")
    assert [note.message.partition(",")[0] for note in notes] == ["`Queue` has no `Type`"]


CHANGES = [
    ("PutRideRecordSnsEventSourceMappingDynamodbT", "Lambda::EventSourceMapping", {"BisectBatchOnFunctionError": True}),
    ("HttpApiStage", "ApiGatewayV2::Stage", {"DefaultRouteSettings": {"ThrottlingBurstLimit": 3}}),
    ("ApiGatewayMethodXGet", "ApiGateway::Method", {"ApiKeyRequired": True}),
    ("PutRideRecordSnsEventsRuleSchedule1", "Events::Rule", {"Name": "rides"}),
]
EVENTS = """\
    events:
      - stream: arn:aws:dynamodb:us-east-2:123456789012:table/t/stream/2020
      - schedule: rate(1 hour)
      - http: GET /x
      - httpApi: GET /x
"""


@pytest.mark.parametrize(("name", "type_", "properties"), CHANGES)
def test_nothing_is_missing_in_what_is_merged_into_a_generated_part(
    name: str, type_: str, properties: dict[str, object], linted: Linted
) -> None:
    """The type may stand there again; what it asks for is in the generated part."""
    body = {"Type": f"AWS::{type_}", "Properties": properties}
    assert linted(EVENTS + resources({name: body})) == ()
    wrong = {**body, "Properties": {**properties, "Colour": "red"}}
    assert [note.message for note in linted(EVENTS + resources({name: wrong}))] == [
        f"`Colour` is no property of `AWS::{type_}`."
    ]


@pytest.mark.parametrize("type_", [{}, {"Type": "AWS::Lambda::Function"}])
def test_nothing_is_missing_in_a_change_of_a_function_that_cannot_be_read(
    type_: dict[str, str], linted: Linted
) -> None:
    head = HEAD.partition("functions:")[0] + "functions: ['${file(users.js)}']\n"
    body = {**type_, "Properties": {"Timeout": 5}}
    assert linted(resources({"GetUserLambdaFunction": body}), head=head) == ()


def test_what_a_plugin_makes_may_be_changed_without_its_type(linted: Linted) -> None:
    plugins = "plugins: [serverless-appsync-plugin]\n"
    changed = resources({"GraphQlApi": {"Properties": {"XrayEnabled": True}}})
    assert linted(plugins + changed) == ()
    assert [note.message.partition(",")[0] for note in linted(changed)] == ["`GraphQlApi` has no `Type`"]
    assert [note.message.partition(",")[0] for note in linted(plugins + resources({"Queue": None}))] == [
        "`Queue` has no `Type`"
    ]


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("PutRideRecordSnsLambdaFunctionAliasLive", "Q"),
        ("OrdersTable", "OrderTable"),
        ("JobsQueue2", "JobsQueue1"),
        ("JobsQueue12", "JobsQueue21"),
        ("RideQueues", "RideQueue"),
    ],
)
def test_a_name_beside_another_may_be_made_by_a_plugin(name: str, own: str, linted: Linted) -> None:
    text = referring(name) + f"    {own}:\n      Type: AWS::SQS::Queue\n"
    assert linted("plugins: [serverless-plugin-canary-deployments]\n" + text) == ()
    assert [note.message.partition(",")[0] for note in linted(text)] == [f"This refers to `{name}`"]


@pytest.mark.parametrize("name", ["PutRideRecrodSnsLambdaFunction", "putriderecordsnsLambdaFunction"])
def test_a_slip_is_said_beside_a_plugin_too(name: str, linted: Linted) -> None:
    (note,) = linted("plugins: [serverless-plugin-canary-deployments]\n" + referring(name))
    assert note.message.endswith("Did you mean `PutRideRecordSnsLambdaFunction`?")


def test_where_functions_cannot_be_read_no_name_is_missing(linted: Linted) -> None:
    head = HEAD.partition("functions:")[0] + "functions: ['${file(users.js)}', getUser: {handler: a.b}]\n"
    for name in ("PutUserLambdaFunction", "GteUserLambdaFunction", "Anything"):
        assert linted(referring(name), head=head) == ()
