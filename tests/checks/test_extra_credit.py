"""Extra credit: what AWS and the framework refuse of it, and what they take."""

from __future__ import annotations

import pytest

from checker.cohort.submission import Request
from checker.report import CheckResult, Report
from checker.serverless.resolving import Settings
from tests.conftest import FIXTURES, Checked

PROCESSOR = (FIXTURES / "service" / "extra-dlq-processor" / "serverless.yml").read_text(encoding="utf-8")
AUTOSCALING = (FIXTURES / "service" / "extra-autoscaling" / "serverless.yml").read_text(encoding="utf-8")
QUEUE = "    PutRideRecordSnsDlq:\n      Type: AWS::SQS::Queue\n"
HANDLER = "    handler: handlers/process_dlq.handler\n"


def result(report: Report, check: str) -> CheckResult:
    assert report.error is None, report.error
    return next(one for one in report.checks if one.rule.id == check)


def with_times(timeout: str, visibility: str) -> str:
    """The solution with a timeout of its function and a visibility timeout of its queue, where they are given."""
    text = PROCESSOR.replace(HANDLER, f"{HANDLER}    timeout: {timeout}\n") if timeout else PROCESSOR
    properties = f"{QUEUE}      Properties:\n        VisibilityTimeout: {visibility}\n"
    return text.replace(QUEUE, properties) if visibility else text


@pytest.mark.parametrize(
    ("timeout", "visibility", "reason"),
    [
        ("", "", None),  # 30 of the provider, 30 of SQS
        ("31", "", "processor-timeout"),
        ("31", "31", None),
        ("'31'", "'30'", "processor-timeout"),
        ("0", "29", "processor-timeout"),  # JavaScript takes 0 for nothing: the provider's counts
        ("6", "6", None),
        ("6", "0", "processor-timeout"),
        ("long", "", "processor-timeout"),  # no number that Lambda takes
        ("-5", "", "processor-timeout"),
        ("6.5", "", "processor-timeout"),
        ("901", "901", "processor-timeout"),
        ("900", "900", None),
        ("true", "", "processor-timeout"),
        ("31", "long", None),
        ("31", "true", None),
        ("31", "{Ref: 'AWS::NoValue'}", "processor-timeout"),
        ("31", "{'Fn::If': [Cond, 60, 60]}", None),
        ("31", "{'Fn::If': [Cond, 60, 10]}", "conditional"),
        ("31", "{Ref: Parameter}", "made-by-deployment"),
        ("${env:T}", "899", "unresolved-variable"),
        ("${env:T}", "900", None),
    ],
)
def test_a_queue_has_to_hide_an_event_as_long_as_the_function_may_run(
    checked: Checked, timeout: str, visibility: str, reason: str | None
) -> None:
    assert result(checked(with_times(timeout, visibility)), "extra.dlq_processor").reason == reason


def test_the_queue_and_the_function_are_both_shown(checked: Checked) -> None:
    report = checked(with_times("31", "20"))
    check = result(report, "extra.dlq_processor")
    assert [place.path for place in check.deciding.evidence] == [
        "resources.Resources.PutRideRecordSnsDlq.Properties.VisibilityTimeout",
        "functions.ProcessRideRecordDlq.timeout",
    ]
    assert "may run for 31 s, and the queue hides an event for only 20 s" in check.message
    assert not check.open
    assert report.status == "complete"


def test_one_mistake_costs_once(checked: Checked) -> None:
    """Another name, and the timeout is that queue's; no queue at all is no question of its timeout."""
    renamed = with_times("31", "20").replace("PutRideRecordSnsDlq", "MyQueue")
    assert result(checked(renamed), "extra.dlq_processor").reason == "processor-timeout"
    assert result(checked(renamed.replace("timeout: 31", "timeout: 20")), "extra.dlq_processor").outcome == "pass"
    topic = with_times("31", "").replace("Type: AWS::SQS::Queue", "Type: AWS::SNS::Topic")
    assert result(checked(topic), "extra.dlq_processor").reason != "processor-timeout"


def test_a_value_of_the_environment_is_not_told(checked: Checked) -> None:
    settings = Settings(environment={"T": "777", "LEAST": "888", "USED": "77"})
    report = checked(with_times("${env:T}", "20"), Request(settings))
    check = result(report, "extra.dlq_processor")
    assert check.reason == "processor-timeout"
    assert "777" not in check.message
    for old, new in (("minimum: 1", "minimum: ${env:LEAST}"), ("usage: 0.75", "usage: ${env:USED}")):
        message = result(checked(AUTOSCALING.replace(old, new), Request(settings)), "extra.autoscaling").message
        assert "888" not in message
        assert "77" not in message


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("minimum: 1\n", "minimum: 50\n", None),
        ("minimum: 1\n", "minimum: 51\n", "autoscaling-wrong-bounds"),
        ("minimum: 1\n", "minimum: '51'\n", "autoscaling-wrong-bounds"),
        ("minimum: 1\n", "minimum: 0\n", None),  # nothing given: 5 to 50
        ("minimum: 1\n        maximum: 50\n", "maximum: 4\n", "autoscaling-wrong-bounds"),
        ("minimum: 1\n        maximum: 50\n", "minimum: 201\n", "autoscaling-wrong-bounds"),
        ("minimum: 1\n        maximum: 50\n", "minimum: 0\n        maximum: 0\n", None),  # 5 to 200
        ("minimum: 1\n", "minimum: '1'\n", None),
        ("minimum: 1\n", "minimum: 1.0\n", None),
        *(
            ("minimum: 1\n", f"minimum: {wrong}\n", "autoscaling-wrong-bounds")
            for wrong in ("few", "-1", "1.5", "'0'", "'-1'", "true", "1e400", "-1e400", ".nan", "1" + "0" * 400)
        ),
        ("maximum: 50", "maximum: 1e400", "autoscaling-wrong-bounds"),
        ("usage: 0.75", "usage: much", "autoscaling-wrong-bounds"),
        ("usage: 0.75", "usage: true", "autoscaling-wrong-bounds"),
        ("usage: 0.75", "usage: .nan", "autoscaling-wrong-bounds"),
        ("usage: 0.75", "usage: 0.2", None),
        ("usage: 0.75", "usage: 0.9", None),
        ("usage: 0.75", "usage: 0.95", "autoscaling-wrong-bounds"),
        ("usage: 0.75", "usage: 0.1", "autoscaling-wrong-bounds"),
        ("usage: 0.75", "usage: 75", "autoscaling-wrong-bounds"),
        ("usage: 0.75", "usage: 0", None),
        ("          WriteCapacityUnits: 1\n", "", None),
        ("        ProvisionedThroughput:\n", "        Throughput:\n", "table-without-capacity"),
        ("  - serverless-dynamodb-autoscaling", "  - serverless-dynamodb-autoscalling", "autoscaling-plugin-missing"),
    ],
)
def test_what_aws_takes_of_the_autoscaling(checked: Checked, old: str, new: str, reason: str | None) -> None:
    assert old in AUTOSCALING
    assert result(checked(AUTOSCALING.replace(old, new, 1)), "extra.autoscaling").reason == reason


def test_a_plugin_that_package_json_leaves_out_is_noted(checked: Checked) -> None:
    check = result(checked(AUTOSCALING, package_json="{}"), "extra.autoscaling")
    assert (check.outcome, [note.code for note in check.notes]) == ("pass", ["not-in-package-json"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("minimum: 1\n", "minimum: -1\n", "`minimum` of `read` is -1; AWS takes whole numbers from 1 on."),
        ("maximum: 50", "maximum: 1.5", "`maximum` of `read` is 1.5; AWS takes whole numbers from 1 on."),
        ("minimum: 1\n", "minimum: 4000000\n", "goes from 4000000 up to 50,"),
        ("usage: 0.75", "usage: 75", "`usage` of `read` is 75; AWS takes"),
    ],
)
def test_a_bound_that_is_refused_is_told_with_its_reason(checked: Checked, old: str, new: str, says: str) -> None:
    assert says in result(checked(AUTOSCALING.replace(old, new, 1)), "extra.autoscaling").message


def test_a_timeout_that_lambda_refuses_is_shown(checked: Checked) -> None:
    check = result(checked(with_times("-5", "30")), "extra.dlq_processor")
    assert "is -5; Lambda takes whole seconds from 1 to 900." in check.message
    assert [place.path for place in check.deciding.evidence] == ["functions.ProcessRideRecordDlq.timeout"]


KEYED = """sqs:
          arn:
            Fn::GetAtt:
              - PutRideRecordSnsDlq
              - Arn
          batchSize: 1
"""


def test_an_arn_without_its_key_is_pointed_at(checked: Checked) -> None:
    assert KEYED in PROCESSOR
    for written in ("!GetAtt PutRideRecordSnsDlq.Arn", "{'Fn::GetAtt': [PutRideRecordSnsDlq, Arn]}"):
        check = result(checked(PROCESSOR.replace(KEYED, f"sqs: {written}\n")), "extra.dlq_processor")
        assert (check.outcome, check.reason) == ("fail", "processor-missing")
        assert "below the key `arn` of `sqs`" in check.message
        assert check.deciding.evidence[0].path == "functions.ProcessRideRecordDlq.events[0].sqs"
    other = result(checked(PROCESSOR.replace(KEYED, "sqs: !GetAtt Other.Arn\n")), "extra.dlq_processor")
    assert "No function has an `sqs` event" in other.message
