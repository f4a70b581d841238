"""Whether an `AWS::Lambda::EventInvokeConfig` that a file writes itself is of the function that a check asks for."""

from __future__ import annotations

import pytest

from tests.conftest import FIXTURES, Checked

TEXT = (FIXTURES / "dlq.target" / "pass--event-invoke-config" / "serverless.yml").read_text(encoding="utf-8")
NAMED = "FunctionName: !Ref PutRideRecordSnsLambdaFunction"
QUALIFIED = "Qualifier: $LATEST"


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (NAMED, NAMED, ("pass", None)),
        (NAMED, "FunctionName: !GetAtt PutRideRecordSnsLambdaFunction.Arn", ("pass", None)),
        (NAMED, "FunctionName: !Sub '${PutRideRecordSnsLambdaFunction}'", ("pass", None)),
        (NAMED, "FunctionName: wild-rydes-ride-record-dev-PutRideRecordSns", ("pass", None)),
        (NAMED, "FunctionName: '${self:service}-${self:provider.stage}-PutRideRecordSns'", ("pass", None)),
        (
            NAMED,
            "FunctionName: arn:aws:lambda:us-east-2:123456789012:function:wild-rydes-ride-record-dev-PutRideRecordSns",
            ("pass", None),
        ),
        (NAMED, "FunctionName: wild-rydes-ride-record-prod-PutRideRecordSns", ("fail", "target-missing")),
        (NAMED, "FunctionName: PutRideRecordSnsLambdaFunction", ("fail", "target-missing")),
        (NAMED, "FunctionName: !Ref PutRideRecordHttpLambdaFunction", ("fail", "target-missing")),
        (NAMED, "FunctionName:", ("fail", "target-missing")),
        (NAMED, "Function: !Ref PutRideRecordSnsLambdaFunction", ("fail", "target-missing")),
        (NAMED, "FunctionName: !Sub '${AWS::StackName}-PutRideRecordSns'", ("unknown", "made-by-deployment")),
        (NAMED, "FunctionName: ${ssm:/name}", ("unknown", "unresolved-variable")),
        (NAMED, "FunctionName: [a]", ("unknown", "made-by-deployment")),
        (QUALIFIED, "Qualifier: live", ("fail", "target-missing")),
        (QUALIFIED, "Qualifier: ${ssm:/alias}", ("unknown", "unresolved-variable")),
        (QUALIFIED, "Qualifier: !Ref Alias", ("unknown", "made-by-deployment")),
        (QUALIFIED, "Qualifier: !GetAtt Version.Version", ("unknown", "made-by-deployment")),
        (NAMED, "FunctionName: !If [Prod, !Ref PutRideRecordSnsLambdaFunction, a]", ("unknown", "conditional")),
        ("Type: AWS::Lambda::EventInvokeConfig", "Type: ${ssm:/type}", ("unknown", "unresolved-variable")),
        (
            "Type: AWS::Lambda::EventInvokeConfig",
            "Type: AWS::Lambda::EventInvokeConfig\n      Condition: InClass",
            ("unknown", "conditional"),
        ),
        ("Destination: !GetAtt PutRideRecordSnsDlq.Arn", "Destination: ${ssm:/a}", ("unknown", "unresolved-variable")),
    ],
)
def test_whose_it_is(checked: Checked, old: str, new: str, verdict: tuple[str, str | None]) -> None:
    assert old in TEXT
    check = checked(TEXT.replace(old, new)).check("dlq.target")
    assert (check.outcome, check.reason) == verdict


def test_a_function_with_a_name_of_its_own(checked: Checked) -> None:
    text = TEXT.replace("  PutRideRecordSns:\n", "  PutRideRecordSns:\n    name: rides\n")
    assert checked(text.replace(NAMED, "FunctionName: rides")).check("dlq.target").outcome == "pass"
    other = "FunctionName: wild-rydes-ride-record-dev-PutRideRecordSns"
    assert checked(text.replace(NAMED, other)).check("dlq.target").outcome == "fail"


def test_with_provisioned_concurrency_events_call_an_alias(checked: Checked) -> None:
    text = TEXT.replace("  PutRideRecordSns:\n", "  PutRideRecordSns:\n    provisionedConcurrency: 1\n")
    assert checked(text).check("dlq.target").reason == "target-missing"
    assert checked(text.replace(QUALIFIED, "Qualifier: provisioned")).check("dlq.target").outcome == "pass"


@pytest.mark.parametrize("section", ["extensions", "Resources"])
def test_what_the_template_changes_in_the_configuration_of_the_framework(checked: Checked, section: str) -> None:
    head, _, own = TEXT.partition("    # What `destinations` would become, by hand.\n")
    rest = own[own.index("\n  Outputs:") :]
    change = (
        "    PutRideRecordSnsLambdaEvConf:\n      Properties:\n        MaximumRetryAttempts: 0\n"
        "        DestinationConfig: {OnFailure: {Destination: !GetAtt PutRideRecordSnsDlq.Arn}}\n"
    )
    head = head.replace("  PutRideRecordSns:\n", "  PutRideRecordSns:\n    maximumRetryAttempts: 1\n")
    if section == "Resources":
        text = head + change + rest
    else:
        text = head.replace("  Resources:\n", f"  extensions:\n{change}  Resources:\n") + rest
    report = checked(text)
    assert report.check("dlq.target").outcome == "pass"
    assert report.journey is not None
    assert report.journey.stations[1].caption == "Lambda, 1 attempt"


def test_what_cannot_be_told_is_no_number_of_retries(checked: Checked) -> None:
    text = TEXT.replace(QUALIFIED, "MaximumRetryAttempts: 0")
    journey = checked(text).journey
    assert journey is not None
    assert journey.stations[1].caption == "Lambda, 1 attempt"
    journey = checked(text.replace(NAMED, "FunctionName: ${ssm:/name}")).journey
    assert journey is not None
    assert journey.stations[1].caption == "Lambda"
