# ruff: noqa: E501 - a case stands on one line, as it is read
"""What an edit must not cost: permissions of others, definitions, values elsewhere, references."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from checker.cohort.editable import open_editable
from checker.cohort.submission import Request
from checker.edits.losses import touches_others
from checker.edits.mending import Mended
from checker.edits.outline import Outline
from checker.rulepack import RulePack
from tests.conftest import FIXTURES

ANSWER = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
START = (FIXTURES / "service" / "start" / "serverless.yml").read_text(encoding="utf-8")
SEND = ANSWER[ANSWER.index("    - Effect: Allow\n      Action:\n        - sqs") : ANSWER.index("\nfunctions:")]

Mend = Callable[[str, str], Mended]


@pytest.fixture
def mend(tmp_path: Path, pack: RulePack) -> Mend:
    def write_and_mend(text: str, check: str) -> Mended:
        (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
        return open_editable(tmp_path, pack, Request()).mend([check])[0]

    return write_and_mend


def changed(old: str, new: str, text: str = ANSWER) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("type_", ['      Type: "AWS::DynamoDB::Tabel"\n', ""])
@pytest.mark.parametrize("check", ["table.on_demand", "table.no_provisioned"])
def test_a_table_of_another_type_keeps_all_that_it_has(mend: Mend, type_: str, check: str) -> None:
    one = mend(changed('      Type: "AWS::DynamoDB::Table"\n', type_, START), check)
    assert one.obstacle is None
    assert "${self:custom.ddb_table_hash_key}" in one.text
    assert "    # One item for each ride.\n" in one.text


@pytest.mark.parametrize("check", ["table.on_demand", "table.no_provisioned"])
def test_a_renamed_table_is_renamed_and_no_second_one_is_made(mend: Mend, check: str) -> None:
    one = mend(START.replace("RideRecordTable", "RideRecordsTable"), check)
    assert one.obstacle is None
    assert "RideRecordsTable" not in one.text
    assert one.text.count("    RideRecordTable:\n") == 1


def test_a_forgotten_dash_is_put_there(mend: Mend) -> None:
    start, end = ANSWER.index("    - Effect"), ANSWER.index("\nfunctions:")
    statement = "    Effect: Allow\n    # both\n    Action: [sqs:SendMessage, dynamodb:PutItem]\n    Resource: '*'\n"
    one = mend(ANSWER[:start] + statement + ANSWER[end:], "dlq.permission")
    assert one.obstacle is None
    assert "    - Effect: Allow\n      # both\n      Action: [sqs:SendMessage, dynamodb:PutItem]\n" in one.text


@pytest.mark.parametrize(
    ("statement", "kept"),
    [
        ("{Effect: Allow, Action: [s3:PutObject, sqs:SendMessage], Resource: 'arn:aws:s3:::my-bucket/*'}", "my-bucket"),
        ("{Effect: Allow, Action: sns:Publish, Resource: [!GetAtt PutRideRecordSnsDlq.Arn, 'arn:aws:sns:us-east-2:123456789012:alerts']}", "sns:Publish"),
        ("{Effect: Allow, NotAction: [sqs:*, iam:*], Resource: '*'}", "iam:*"),
        ("{Effect: Deny, Action: [s3:DeleteBucket, sqs:SendMessage], Resource: '*'}", "s3:DeleteBucket"),
        ("{Effect: Deny, Action: '*', Resource: [!GetAtt PutRideRecordSnsDlq.Arn, 'arn:aws:s3:::prod/*']}", "prod"),
    ],
)  # fmt: skip
def test_what_else_a_statement_grants_or_denies_stays(mend: Mend, statement: str, kept: str) -> None:
    one = mend(changed(SEND, f"    - {statement}\n"), "dlq.permission")
    assert kept in one.text
    assert one.obstacle in (None, "by_hand")
    assert ("Deny" in statement) is (one.obstacle == "by_hand")


@pytest.mark.parametrize("place", ["  iamRoleStatments:\n", "  xray:\n"])
def test_a_statement_at_the_wrong_place_that_holds_more_is_left_there(mend: Mend, place: str) -> None:
    more = "    - {Effect: Allow, Action: [sqs:SendMessage, ssm:GetParameter], Resource: '*'}\n"
    one = mend(
        changed(SEND, "").replace("  iamRoleStatements:\n", f"{place}{more}  iamRoleStatements:\n"), "dlq.permission"
    )
    assert one.obstacle is None
    assert "ssm:GetParameter" in one.text


def test_a_variable_that_names_what_goes_is_no_loss_that_is_taken(mend: Mend) -> None:
    other = (
        "    Other:\n      Type: AWS::DynamoDB::Table\n      Properties:\n        ProvisionedThroughput: "
        "${self:resources.Resources.RideRecordTable.Properties.ProvisionedThroughput}\n\n"
    )
    one = mend(changed("    ServiceUrlSsmParam:\n", f"{other}    ServiceUrlSsmParam:\n", START), "table.no_provisioned")
    if one.obstacle is None:  # another way than taking it away
        assert "          ReadCapacityUnits: 1\n" in one.text or "AWS::NoValue" in one.text


def test_a_renamed_queue_takes_its_variables_and_extensions_along(mend: Mend) -> None:
    text = ANSWER.replace("PutRideRecordSnsDlq", "RideDlq")
    text = changed("  sevrice_url", "  kind: ${self:resources.Resources.RideDlq.Type}\n  sevrice_url", text)
    text = changed("  Outputs:\n", "  extensions:\n    RideDlq:\n      DeletionPolicy: Retain\n\n  Outputs:\n", text)
    one = mend(text, "dlq.queue")
    assert one.obstacle is None
    assert "RideDlq" not in one.text.replace("PutRideRecordSnsDlq", "")
    assert "${self:resources.Resources.PutRideRecordSnsDlq.Type}" in one.text


def test_a_renamed_function_takes_its_own_logical_id_along_and_no_other(mend: Mend) -> None:
    text = ANSWER.replace("  PutRideRecordSns:\n", "  PutRideRecordSNS:\n")
    text = changed("  Outputs:\n", "  Outputs:\n    A: {Value: !GetAtt PutRideRecordSNSLambdaFunction.Arn}\n    B: {Value: !Ref PutRideRecordSNS}\n", text)  # fmt: skip
    one = mend(text, "dlq.target")
    assert one.obstacle is None
    assert "!GetAtt PutRideRecordSnsLambdaFunction.Arn" in one.text
    assert "!Ref PutRideRecordSNS}" in one.text


def test_an_anchored_value_that_others_use_is_not_changed_for_them(mend: Mend) -> None:
    text = changed(
        "      Properties:\n        AttributeDefinitions:",
        "      Properties: &table\n        AttributeDefinitions:",
        START,
    )
    other = "    Other:\n      Type: AWS::DynamoDB::Table\n      Properties: {<<: *table, BillingMode: PROVISIONED}\n\n"
    one = mend(changed("    ServiceUrlSsmParam:\n", f"{other}    ServiceUrlSsmParam:\n", text), "table.no_provisioned")
    if one.obstacle is None:
        assert "          ReadCapacityUnits: 1\n" in one.text
    else:
        assert one.obstacle == "shared"


@pytest.mark.parametrize(
    "stray",
    [
        "  stackTags:\n    Plugin: serverless-plugin-lambda-dead-letter\n",
        "  tracing: {docs: [serverless-plugin-lambda-dead-letter, other]}\n",
    ],
)
def test_the_plugins_name_as_a_text_of_something_else_stays(mend: Mend, stray: str) -> None:
    text = changed("  stackTags:\n", stray if "stackTags" in stray else f"{stray}  stackTags:\n", START)
    one = mend(text, "dlq.plugin")
    assert one.obstacle is None
    assert stray in one.text


def test_a_topic_that_becomes_a_queue_loses_what_only_a_topic_has(mend: Mend) -> None:
    topic = "    PutRideRecordSnsDlq:\n      Type: AWS::SNS::Topic\n      Properties:\n        DisplayName: Lost\n"
    one = mend(changed("    PutRideRecordSnsDlq:\n      Type: AWS::SQS::Queue\n", topic), "dlq.queue")
    assert one.obstacle is None
    assert "    PutRideRecordSnsDlq:\n      Type: AWS::SQS::Queue\n\n" in one.text


def test_blank_lines_that_a_text_keeps_stay_in_it(mend: Mend) -> None:
    text = changed("  PutRideRecordSns:\n", "  PutRideRecordSns:\n", START)
    text = changed("    events:\n      - sns: ", "    description: |+\n      a\n\n    events:\n      - sns: ", text)
    one = mend(text, "dlq.target")
    assert one.obstacle is None
    assert "    description: |+\n      a\n\n    events:" in one.text


BLOCK = "    deadLetter:\n      targetArn:\n        GetResourceArn: PutRideRecordSnsDlq\n"
EVENTS = '    events:\n      - sns: "${self:custom.wild_rydes_sns_topic_arn}"\n'
LEFT = "  deadLetter:\n    targetArn:\n      GetResourceArn: PutRideRecordSnsDlq\n"
QUEUE = "    PutRideRecordSnsDlq:\n      Type: AWS::SQS::Queue\n"


def test_a_block_too_far_left_gives_the_function_its_events_back(mend: Mend) -> None:
    one = mend(changed(BLOCK, LEFT), "dlq.target")
    assert one.obstacle is None
    assert one.text == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LEFT + "    timeout: 10\n" + EVENTS, id="a setting beside the events"),
        pytest.param(EVENTS + LEFT + EVENTS, id="the function has events of its own"),
    ],
)
def test_a_block_that_would_take_more_along_is_left_to_the_reader(mend: Mend, text: str) -> None:
    one = mend(changed(BLOCK + EVENTS, text), "dlq.target")
    assert one.obstacle == "by_hand"
    assert one.place is not None
    assert one.text.splitlines()[one.place.line - 1] == "  deadLetter:"


@pytest.mark.parametrize("more", ["", "    Properties:\n      MessageRetentionPeriod: 1209600\n"])
def test_a_type_that_is_not_indented_moves_under_its_resource(mend: Mend, more: str) -> None:
    one = mend(changed(QUEUE, "    PutRideRecordSnsDlq:\n    Type: AWS::SQS::Queue\n" + more), "dlq.queue")
    assert one.obstacle is None
    indented = "".join(f"  {line}\n" for line in more.splitlines())
    assert one.text == changed(QUEUE, QUEUE + indented)


@pytest.mark.parametrize(
    ("before", "after", "touches"),
    [
        ("a:\nb: 1\n", "a:\n  c: 1\nb: 1\n", False),
        ("a: {}\nb: 1\n", "a: {c: 1}\nb: 1\n", False),
        ("a: x\nb: 1\n", "a:\n  c: 1\nb: 1\n", True),
        ("a: &x {}\nb: *x\n", "a: &x {c: 1}\nb: *x\n", True),
    ],
    ids=["nothing", "an empty mapping", "a text", "behind an anchor"],
)
def test_what_is_filled_where_nothing_stood_is_no_value_of_others(before: str, after: str, touches: bool) -> None:
    assert touches_others(Outline(before), Outline(after), [("a", "c")]) is touches


@pytest.mark.parametrize(
    "block",
    [
        "    deadLetter:\n    targetArn:\n      GetResourceArn: PutRideRecordSnsDlq\n",
        "    deadLetter:\n    targetArn:\n      GetResourceArn: RideDlq\n",
        "    deadLetter:\n    targetArn:\n    GetResourceArn: PutRideRecordSnsDlq\n",
        "    deadLetter:\n      targetArn:\n    GetResourceArn: PutRideRecordSnsDlq\n",
        "    deadLetter:\n      targetArn:\n      GetResourceArn: PutRideRecordSnsDlq\n",
    ],
    ids=["targetArn", "another name", "both", "GetResourceArn", "GetResourceArn by one level"],
)
def test_keys_of_a_block_that_lost_their_indentation_leave_nothing_behind(mend: Mend, block: str) -> None:
    one = mend(changed(BLOCK, block), "dlq.target")
    assert one.obstacle is None
    assert one.text == ANSWER


def test_a_destination_in_the_template_is_set_right_where_it_stands(mend: Mend) -> None:
    wrong, right = (
        (FIXTURES / "dlq.target" / name / "serverless.yml").read_text(encoding="utf-8")
        for name in ("target-malformed--destination-ref", "pass--event-invoke-config")
    )
    one = mend(wrong, "dlq.target")
    assert one.obstacle is None
    assert one.text == right
