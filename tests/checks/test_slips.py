"""What people really write: each slip gets the right verdict, and a sentence that names it."""

from __future__ import annotations

import pytest

from checker.report import CheckResult
from tests.conftest import FIXTURES, Checked

ANSWER = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
STATEMENT = """\
    - Effect: Allow
      Action:
        - sqs:SendMessage
      Resource:
        Fn::GetAtt:
          - PutRideRecordSnsDlq
          - Arn
"""
TARGET = "    deadLetter:\n      targetArn:\n        GetResourceArn: PutRideRecordSnsDlq\n"
WITH_PROCESSOR = (FIXTURES / "service" / "extra-dlq-processor" / "serverless.yml").read_text(encoding="utf-8")
WITH_SCALING = (FIXTURES / "service" / "extra-autoscaling" / "serverless.yml").read_text(encoding="utf-8")


def changed(old: str, new: str, text: str = ANSWER) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def statement(**parts: str) -> str:
    """The answer with another statement for the queue; an empty part is left out."""
    given = {
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": "!GetAtt PutRideRecordSnsDlq.Arn",
        **{key: value for key, value in parts.items() if key != "more"},
    }
    lines = [f"{key}: {value}" for key, value in given.items() if value] + ([parts["more"]] if "more" in parts else [])
    return changed(STATEMENT, "    - " + "\n      ".join(lines) + "\n")


def result(checked: Checked, text: str, check: str) -> CheckResult:
    report = checked(text)
    assert report.error is None, report.error
    return next(one for one in report.checks if one.rule.id == check)


ONE_STATEMENT = """\
    - Effect: Allow
      Action:
        - dynamodb:PutItem
      Resource:
        Fn::GetAtt:
          - RideRecordTable
          - Arn
"""


@pytest.mark.parametrize(
    ("text", "outcome", "reason", "says"),
    [
        (
            statement(Resource="", more="resource: !GetAtt PutRideRecordSnsDlq.Arn"),
            "fail",
            "resource-wrong",
            "no `Resource`",
        ),
        (statement(Action="", more="action: sqs:SendMessage"), "fail", "action-wrong", "no `Action`"),
        (statement(Effect="", more="effect: Allow"), "fail", "effect-not-allow", "no `Effect`"),
        (statement(Effect="allow", Resource="!Ref PutRideRecordSnsDlq"), "fail", "effect-not-allow", "`allow`"),
        (statement(Action="{sqs: SendMessage}"), "fail", "action-wrong", "`sqs: SendMessage`"),
        (statement(Action="[{sqs: SendMessage}]"), "fail", "action-wrong", "`sqs: SendMessage`"),
        (statement(more="Principal: '*'"), "fail", "statement-misplaced", "`Principal`"),
        (
            statement(Resource="'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:*'"),
            "fail",
            "resource-wrong",
            "only inside `Fn::Sub`",
        ),
        (
            statement(Resource="!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:PutRideRecordSnsDlq'"),
            "fail",
            "resource-wrong",
            "random ending",
        ),
        (statement(Resource="{'Fn::getAtt': [PutRideRecordSnsDlq, Arn]}"), "fail", "resource-wrong", "something other"),
        (statement(Resource="'arn:awsfoo:sqs:*:*:*'"), "fail", "resource-wrong", "something other"),
        (statement(Resource="'arn:aws-us-gov:sqs:*:*:*'"), "fail", "resource-wrong", "something other"),
        (
            changed(STATEMENT, "    -\n" + STATEMENT.replace("    -", "      -").replace("\n      ", "\n        ")),
            "fail",
            "statement-misplaced",
            "iamRoleStatements[1]",
        ),
        (
            statement(Effect="Deny", more="Condition: {Bool: {'aws:SecureTransport': false}}"),
            "fail",
            "statement-missing",
            "No statement",
        ),
        (
            changed("  iamRoleStatements:\n", "  iam:\n    role:\n      statements:\n  iamRoleStatements:\n"),
            "pass",
            None,
            "may `sqs:SendMessage`",
        ),
        (changed("provider:\n", "provider:\n  role:\n"), "fail", "statement-ignored", "does not come from there"),
        (
            changed(
                "    handler: handlers/put_ride_record_sns.handler\n",
                "    handler: handlers/put_ride_record_sns.handler\n    iamRoleStatements:\n"
                + STATEMENT.replace("\n", "\n  ").replace("    -", "      -", 1).rstrip()
                + "\n",
            ).replace(STATEMENT, "", 1),
            "fail",
            "statement-ignored",
            "only with the plugin `serverless-iam-roles-per-function`",
        ),
    ],
)
def test_slips_in_the_permission(checked: Checked, text: str, outcome: str, reason: str | None, says: str) -> None:
    check = result(checked, text, "dlq.permission")
    assert (check.outcome, check.reason) == (outcome, reason), check.message
    assert says in check.message


def test_statements_that_are_no_list_are_told(checked: Checked) -> None:
    lines = ["  iamRoleStatements:", "    Effect: Allow", "    Action: sqs:SendMessage"]
    lines += ["    Resource: !GetAtt PutRideRecordSnsDlq.Arn", ""]
    text = changed("  iamRoleStatements:\n" + ONE_STATEMENT + STATEMENT, "\n".join(lines))
    check = result(checked, text, "dlq.permission")
    assert (check.outcome, check.reason) == ("fail", "statement-ignored")
    assert "`provider.iamRoleStatements` must be a list" in check.message


@pytest.mark.parametrize(
    ("text", "reason", "says"),
    [
        (changed(TARGET, "    onError: !Ref PutRideRecordSnsDlq\n"), "target-malformed", "takes its ARN"),
        (changed(TARGET, "    onError: PutRideRecordSnsDlq\n"), "target-malformed", "takes its ARN"),
        (changed("GetResourceArn: PutRide", "GetResourceArn: !Ref PutRide"), "target-malformed", "`Ref` here"),
    ],
)
def test_slips_in_the_target(checked: Checked, text: str, reason: str, says: str) -> None:
    check = result(checked, text, "dlq.target")
    assert (check.outcome, check.reason) == ("fail", reason), check.message
    assert says in check.message


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("BillingMode: PAY_PER_REQUEST\n        ReadCapacityUnits: 1", "`ReadCapacityUnits` is a rest"),
        (
            "BillingMode: PAY_PER_REQUEST\n        ProvisionedThroughPut: {ReadCapacityUnits: 1}",
            "`ProvisionedThroughPut`",
        ),
    ],
)
def test_rests_of_the_fixed_capacity(checked: Checked, new: str, says: str) -> None:
    check = result(checked, changed("BillingMode: PAY_PER_REQUEST", new), "table.no_provisioned")
    assert (check.outcome, check.reason) == ("fail", "throughput-present")
    assert says in check.message


def test_a_queue_without_a_type_is_told(checked: Checked) -> None:
    check = result(checked, changed("      Type: AWS::SQS::Queue\n", ""), "dlq.queue")
    assert (check.reason, "no `Type`" in check.message) == ("queue-wrong-type", True)


def test_an_event_that_names_no_arn_feeds_nothing(checked: Checked) -> None:
    start = WITH_PROCESSOR.index("      - sqs:\n")
    end = WITH_PROCESSOR.index("\n\n", start)
    text = WITH_PROCESSOR[:start] + "      - sqs: !GetAtt PutRideRecordSnsDlq.Arn" + WITH_PROCESSOR[end:]
    assert result(checked, WITH_PROCESSOR, "extra.dlq_processor").outcome == "pass"
    assert result(checked, text, "extra.dlq_processor").reason == "processor-missing"


def test_switches_given_as_text_count_as_the_framework_takes_them(checked: Checked) -> None:
    start = WITH_PROCESSOR.index("      - sqs:\n")
    end = WITH_PROCESSOR.index("\n\n", start)
    off = "      - sqs: {arn: !GetAtt PutRideRecordSnsDlq.Arn, enabled: 'false'}"
    text = WITH_PROCESSOR[:start] + off + WITH_PROCESSOR[end:]
    assert result(checked, text, "extra.dlq_processor").reason == "processor-disabled"
    entry = "table: RideRecordTable\n"
    assert result(checked, WITH_SCALING, "extra.autoscaling").outcome == "pass"
    indexes = changed(entry, entry + "      indexOnly: 'true'\n", WITH_SCALING)
    assert result(checked, indexes, "extra.autoscaling").reason == "autoscaling-no-bounds"
    assert result(checked, indexes, "table.no_provisioned").outcome == "fail"


def test_a_managed_policy_grants_its_own_service_only(checked: Checked) -> None:
    managed = "provider:\n  iamManagedPolicies: [arn:aws:iam::aws:policy/AmazonSQSFullAccess]\n"
    text = changed("provider:\n", managed, WITH_PROCESSOR)
    without_table = text.replace("dynamodb:PutItem", "dynamodb:GetItem")
    assert result(checked, without_table, "extra.dlq_processor").reason == "processor-cannot-write"


def test_the_region_of_the_framework_is_known(checked: Checked) -> None:
    text = statement(Resource="'arn:aws:sqs:${aws:region}:*:*'")
    assert result(checked, text, "dlq.permission").outcome == "pass"


@pytest.mark.parametrize(
    ("text", "check", "reason", "says", "path"),
    [
        (
            statement(Resource="!GetAtt PutRideRecordSnsDlq"),
            "dlq.permission",
            "resource-not-arn",
            "is `PutRideRecordSnsDlq.Arn`",
            "provider.iamRoleStatements[1].Resource",
        ),
        (
            changed(STATEMENT, "    - - {Effect: Allow, Action: 'sqs:*', Resource: !GetAtt PutRideRecordSnsDlq.Arn}\n"),
            "dlq.permission",
            "statement-misplaced",
            "inside the list at `provider.iamRoleStatements[1]`",
            "provider.iamRoleStatements[1]",
        ),
        (
            changed(TARGET, "    deadLetter:\n"),
            "dlq.target",
            "target-missing",
            "is empty",
            "functions.PutRideRecordSns.deadLetter",
        ),
        (
            changed(TARGET, "    deadLetter:\n      sqs: PutRideRecordSnsDlq\n"),
            "dlq.target",
            "target-wrong-resource",
            "a queue of its own, named `PutRideRecordSnsDeadLetterQueue`",
            "functions.PutRideRecordSns.deadLetter.sqs",
        ),
        (
            changed(TARGET, "") + TARGET.replace("\n    ", "\n")[4:],
            "dlq.target",
            "target-misplaced",
            "stands at the top level",
            "deadLetter",
        ),
        (
            changed("custom:\n", "custom:\n  capacities: {table: RideRecordTable, read: {}}\n").replace(
                "plugins:\n", "plugins:\n  - serverless-dynamodb-autoscaling\n"
            ),
            "extra.autoscaling",
            "autoscaling-missing",
            "must be a list",
            "custom.capacities",
        ),
    ],
)
def test_the_sentence_and_its_place_name_the_slip(
    checked: Checked, text: str, check: str, reason: str, says: str, path: str
) -> None:
    found = result(checked, text, check)
    assert (found.outcome, found.reason) == ("fail", reason)
    assert says in found.message
    assert found.verdicts["file"].evidence[0].path == path
