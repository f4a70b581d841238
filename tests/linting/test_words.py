"""Each thing that cfn-lint finds is said at its line, and in words of the workshop where its own are cryptic."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.errors import CheckError
from checker.linting.words import SLOTS, read_lint_words
from tests.conftest import REPOSITORY
from tests.linting.conftest import HEAD, Linted, told

LINES = HEAD.count("\n")
TABLE = """\
resources:
  Resources:
    RideRecordTable:
      Type: AWS::DynamoDB::Table
      Properties:
        AttributeDefinitions: [{AttributeName: RideId, AttributeType: S}]
        KeySchema: [{AttributeName: RideId, KeyType: HASH}]
"""
ON_DEMAND = TABLE + "        BillingMode: PAY_PER_REQUEST\n"
QUEUE = """\
resources:
  Resources:
    PutRideRecordSnsDlq:
      Type: AWS::SQS::Queue
"""
PARAMETER = """\
    Address:
      Type: AWS::SSM::Parameter
      Properties:
        Type: String
"""
RETENTION = """\
resources:
  Resources:
    Logs:
      Type: AWS::Logs::LogGroup
      Properties:
        RetentionInDays: """
BUCKET = """\
resources:
  Resources:
    Rides:
      Type: AWS::S3::Bucket
      Properties:
        BucketName: """

# By the slot of the sentence: the end of the file, then code, line after the head, and what is said.
CASES = {
    "throughput_on_demand": (
        ON_DEMAND + "        ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}\n",
        "E3638",
        9,
        (
            "`RideRecordTable` is on demand and keeps a `ProvisionedThroughput`."
            " CloudFormation refuses the two together: remove the throughput."
        ),
    ),
    "throughput_missing": (
        TABLE,
        "E3639",
        5,
        (
            "`RideRecordTable` is not on demand, so CloudFormation asks for its `ProvisionedThroughput`,"
            " and there is none."
        ),
    ),
    "missing_reference": (
        QUEUE + PARAMETER + "        Value: !Ref RideRecordTable\n",
        "E1020",
        9,
        "This refers to `RideRecordTable`, and the service has nothing of that name.",
    ),
    "near": (
        QUEUE + PARAMETER + "        Value: !Sub '${PutRideRecordSnsDql.Arn}'\n",
        "E1019",
        9,
        (
            "This refers to `PutRideRecordSnsDql`, and the service has nothing of that name."
            " Did you mean `PutRideRecordSnsDlq`?"
        ),
    ),
    "missing_condition": (
        QUEUE + "      Condition: InClass\n",
        "E3015",
        5,
        "This names the condition `InClass`, and there is no such condition.",
    ),
    "missing_mapping": (
        QUEUE + "      Properties:\n        Tags: [{Key: name, Value: !FindInMap [Stages, dev, name]}]\n",
        "E1011",
        6,
        "There is no `Stages` in the mappings of this service.",
    ),
    "wrong_attribute": (
        QUEUE + PARAMETER + "        Value: !GetAtt PutRideRecordSnsDlq.ARN\n",
        "E1010",
        9,
        "`PutRideRecordSnsDlq` has no attribute `ARN`. Did you mean `Arn`?",
    ),
    "get_att_form": (
        QUEUE + PARAMETER + "        Value:\n          Fn::GetAtt: PutRideRecordSnsDlq.Arn\n",
        "E1010",
        10,
        (
            "`Fn::GetAtt` takes a list of two: the resource, then its attribute. Only `!GetAtt` takes both in one text,"
            " with a dot between them."
        ),
    ),
    "unknown_property": (
        QUEUE + "      Properties:\n        QueueNam: dlq\n",
        "E3002",
        6,
        "`QueueNam` is no property of `AWS::SQS::Queue`. Did you mean `QueueName`?",
    ),
    "outside_properties": (
        QUEUE + "      QueueName: dlq\n",
        "E3001",
        5,
        "`QueueName` is no key of a resource; a property belongs under `Properties` of `PutRideRecordSnsDlq`.",
    ),
    "resource_inside": (
        ON_DEMAND + "        PutRideRecordSnsDlq:\n          Type: AWS::SQS::Queue\n",
        "E3002",
        9,
        (
            "The resource `PutRideRecordSnsDlq` stands inside `RideRecordTable`; it belongs beside it, under"
            " `resources.Resources`."
        ),
    ),
    "unknown_section": (
        "resources:\n  PutRideRecordSnsDlq:\n    Type: AWS::SQS::Queue\n",
        "E1001",
        2,
        "`PutRideRecordSnsDlq` is no section of a template. A resource belongs under `resources.Resources`.",
    ),
    "required": (
        QUEUE + PARAMETER,
        "E3003",
        7,
        "`Value` is missing here; `AWS::SSM::Parameter` needs it.",
    ),
    "no_type": (
        "resources:\n  Resources:\n    PutRideRecordSnsDlq:\n",
        "E3001",
        3,
        "`PutRideRecordSnsDlq` has no `Type`, so CloudFormation does not know what to make.",
    ),
    "unknown_type": (
        "resources:\n  Resources:\n    PutRideRecordSnsDlq:\n      Type: AWS:SQS:Queue\n",
        "E3006",
        4,
        "`AWS:SQS:Queue` is no type of a resource. Did you mean `AWS::SQS::Queue`?",
    ),
    "wrong_name": (
        "resources:\n  Resources:\n    ride-queue:\n      Type: AWS::SQS::Queue\n",
        "E3001",
        3,
        "`ride-queue` cannot be the name of a resource: only letters and digits may stand in it.",
    ),
    "wrong_type": (
        QUEUE + "      Properties:\n        DelaySeconds: soon\n",
        "E3012",
        6,
        "A whole number belongs here.",
    ),
    "wrong_value": (
        TABLE + "        BillingMode: pay-per-request\n",
        "E3030",
        8,
        (
            "`pay-per-request` is none of the values that may stand here: `PAY_PER_REQUEST` and `PROVISIONED`."
            " Did you mean `PAY_PER_REQUEST`?"
        ),
    ),
    "key_attributes": (
        ON_DEMAND.replace("KeySchema: [{AttributeName: RideId", "KeySchema: [{AttributeName: Ride"),
        "E3039",
        5,
        (
            "`AttributeDefinitions` names `RideId`, and the keys are made of `Ride`."
            " Every attribute of a key is defined, and no other."
        ),
    ),
    "circle": (
        QUEUE + "      DependsOn: RideQueue\n    RideQueue:\n      Type: AWS::SQS::Queue\n"
        "      DependsOn: PutRideRecordSnsDlq\n",
        "E3004",
        3,
        "`PutRideRecordSnsDlq` and `RideQueue` wait for each other, so CloudFormation can create none of them first.",
    ),
    "wrong_value_of_many": (
        RETENTION + "31\n",
        "E3030",
        6,
        "`31` is none of the values that may stand here. Did you mean `30`?",
    ),
    "date": (
        QUEUE.replace("resources:\n", "resources:\n  AWSTemplateFormatVersion: 2010-09-09\n"),
        "E1001",
        2,
        ("`2010-09-09` without quotes is a date, and what is deployed in its place is a time: write it in quotes."),
    ),
    "wrong_form": (
        BUCKET + "My_Bucket\n",
        "E1161",
        6,
        "`My_Bucket` cannot stand here: its letters or its form do not fit `BucketName`.",
    ),
    "wrong_form_given": (
        BUCKET + "!Sub 'My_${AWS::Region}'\n",
        "E1019",
        6,
        "What this gives cannot stand here: its letters or its form do not fit `BucketName`.",
    ),
    "waits_for_itself": (
        QUEUE + "      DependsOn: PutRideRecordSnsDlq\n",
        "E3004",
        3,
        ("`PutRideRecordSnsDlq` refers to itself, so CloudFormation would wait for it before it creates it."),
    ),
    "other": (
        QUEUE + "      Properties:\n        DelaySeconds: 9000\n",
        "E3034",
        6,
        "cfn-lint E3034: 9000 is greater than the maximum of 900",
    ),
}
STATEMENT = """\
service: rides
provider:
  name: aws
  region: us-east-2
  iamRoleStatements:
    - Effect: Allow
"""
STATEMENTS = {
    "one_of": (
        "      Action: [sqs:SendMessage]\n",
        6,
        "Exactly one of `Resource` and `NotResource` belongs here.",
    ),
    "no_arn": (
        "      Action: [sqs:SendMessage]\n      Resource: PutRideRecordSnsDlq\n",
        8,
        "`PutRideRecordSnsDlq` is no ARN, and nothing else may stand here but `*`.",
    ),
    "unknown_property": (
        "      Actions: [sqs:SendMessage]\n      Action: ['sqs:*']\n      Resource: '*'\n",
        7,
        "`Actions` is no property of `Statement`. Did you mean `Action`?",
    ),
}
ELSEWHERE = {"more", "not_linted", "too_large"}  # tests/linting/test_bounds.py


@pytest.mark.parametrize("slot", CASES)
def test_what_is_said(slot: str, linted: Linted) -> None:
    text, code, line, message = CASES[slot]
    notes = linted(text)
    assert (code, LINES + line, message) in told(notes)


@pytest.mark.parametrize("slot", STATEMENTS)
def test_what_is_said_of_a_statement_of_the_provider(slot: str, linted: Linted) -> None:
    text, line, message = STATEMENTS[slot]
    functions = "functions: {PutRideRecordSns: {handler: handler.sns}}\n"
    assert told(linted(text + functions, head=STATEMENT)) == [("E3510", line, message)]


def test_each_sentence_is_proved() -> None:
    assert CASES.keys() | STATEMENTS.keys() | ELSEWHERE == SLOTS.keys()


def test_a_key_left_empty_is_none(linted: Linted) -> None:
    """The framework drops it."""
    assert linted(ON_DEMAND + "        ProvisionedThroughput:\n        Tags:\n") == ()
    notes = linted(QUEUE + PARAMETER + "        Value:\n")
    assert [note.message for note in notes] == ["`Value` is missing here; `AWS::SSM::Parameter` needs it."]


def test_one_mistake_is_said_once(linted: Linted) -> None:
    """A misspelled billing mode also leaves the table without a capacity, which is not said."""
    assert len(linted(TABLE + "        BillingMode: pay-per-request\n")) == 1
    assert len(linted(TABLE + "      BillingMode: PAY_PER_REQUEST\n")) == 1
    assert len(linted(TABLE + "        BilingMode: PAY_PER_REQUEST\n")) == 1
    assert len(linted(CASES["throughput_on_demand"][0])) == 1
    assert len(linted(ON_DEMAND + "        ProvisionedThroughput: {}\n")) == 1


@pytest.mark.parametrize("name", ["My_Bucket", "aB", "!Sub 'My_${AWS::Region}'", "m"])
def test_a_text_that_does_not_fit_is_said_once_and_without_its_pattern(name: str, linted: Linted) -> None:
    (note,) = linted(BUCKET + name + "\n")
    assert note.message.endswith("its letters or its form do not fit `BucketName`.")


def test_a_name_in_another_section_is_said_without_its_pattern(linted: Linted) -> None:
    (note,) = linted(QUEUE + "  Outputs: {ride-name: {Value: x}}\n")
    assert note.message == "`ride-name` cannot stand here: its letters or its form do not fit `Outputs`."


def test_what_may_stand_beside_an_arn_is_not_denied(linted: Linted) -> None:
    permission = "Properties: {Action: 'lambda:InvokeFunction', FunctionName: a b, Principal: sns.amazonaws.com}"
    (note,) = linted(f"resources:\n  Resources:\n    P:\n      Type: AWS::Lambda::Permission\n      {permission}\n")
    assert note.message == "`a b` cannot stand here: its letters or its form do not fit `FunctionName`."


def test_a_time_that_stands_there_is_quoted_as_it_is(linted: Linted) -> None:
    text = QUEUE.replace("resources:\n", "resources:\n  AWSTemplateFormatVersion: '2010-09-09T00:00:00.000Z'\n")
    (note,) = linted(text)
    assert note.message.startswith("`2010-09-09T00:00:00.000Z` is none of the values")


def test_what_is_no_text_refers_to_nothing(linted: Linted) -> None:
    (note,) = linted("resources: {Resources: {A: {Type: 'AWS::SQS::Queue', Properties: {QueueName: {Ref: [a]}}}}}\n")
    assert note.message == "A text belongs here."


def queue(name: str, needs: str) -> str:
    return f"    {name}:\n      Type: AWS::SQS::Queue\n      {needs}\n"


def test_a_circle_is_told_once_and_whole(linted: Linted) -> None:
    needs = {"Third": "First", "First": "Second", "Second": "Third", "Other": "Pair", "Pair": "Other"}
    text = "".join(queue(name, f"DependsOn: [{other}]") for name, other in needs.items())
    assert told(linted("resources:\n  Resources:\n" + text)) == [
        ("E3004", LINES + line, f"{names} wait for each other, so CloudFormation can create none of them first.")
        for line, names in ((3, "`Third`, `First` and `Second`"), (12, "`Other` and `Pair`"))
    ]


def test_a_resource_that_asks_for_its_own_attribute_waits_for_itself(linted: Linted) -> None:
    text = queue("B", "Properties: {QueueName: !GetAtt B.Arn}")
    (note,) = linted("resources:\n  Resources:\n" + text)
    assert note.message.startswith("`B` refers to itself")


def test_a_value_through_a_variable_is_said_where_its_text_stands(linted: Linted) -> None:
    notes = linted("custom:\n  billing: on-demand\n" + TABLE + "        BillingMode: ${self:custom.billing}\n")
    assert [(place.line - LINES, place.path) for place in notes[0].evidence] == [
        (2, "custom.billing"),
        (10, "resources.Resources.RideRecordTable.Properties.BillingMode"),
    ]
    assert notes[0].evidence[0].excerpt[0][0] == LINES - 1


def test_a_value_of_another_file_is_said_there(linted: Linted) -> None:
    notes = linted(
        "resources:\n  - ${file(table.yml)}\n",
        table_yml="Resources:\n  PutRideRecordSnsDlq:\n    Type: AWS::SQS::Que\n",
    )
    assert [(note.code, note.evidence[0].file, note.evidence[0].line) for note in notes] == [("E3006", "table.yml", 3)]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  more: ", "  moer: ", "`more` is missing"),
        ("say:\n", "say:\n  other_one: x\n", "`other_one` is no key"),
        ("Did you mean `{near}`?", "Did you mean `{name}`?", "`{name}`; the facts here are: near"),
        ("types:\n", "types:\n  date: a date\n", "`date` is no key"),
        ("say:\n", "colour: red\nsay:\n", "`colour` is no key"),
    ],
)
def test_words_that_do_not_fit_stop_with_file_and_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (REPOSITORY / "rules" / "lint.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "lint.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CheckError) as caught:
        read_lint_words(tmp_path / "lint.yaml")
    assert says in caught.value.message
    assert caught.value.file == "lint.yaml"
    assert caught.value.line is not None


def test_a_long_name_leaves_room_for_what_is_wrong_with_it(linted: Linted) -> None:
    (note,) = linted(f"resources:\n  Resources:\n    {'N' * 400}: {{Type: AWS::SQS::Queue}}\n")
    assert note.message == f"cfn-lint E3001: '{'N' * 32}…' is longer than 255"
