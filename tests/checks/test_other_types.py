"""The kinds that compare ARNs, on resources of types that no shipped module asks for."""

from __future__ import annotations

from typing import Any

import pytest

from checker.checks import allows, event_source
from checker.checks.finding import Finding
from checker.serverless.resolving import Settings
from tests.serverless.reading import service_of

BUCKET, STREAM, FUNCTION, OWN = (
    "AWS::S3::Bucket",
    "AWS::Kinesis::Stream",
    "AWS::Lambda::Function",
    "Custom::Thing",
)


def service(type_: str, resource: str, action: str, event: str = "") -> str:
    return f"""
service: rides
provider:
  name: aws
  iamRoleStatements:
    - {{Effect: Allow, Action: "{action}", Resource: {resource}}}
functions:
  Worker:
    handler: a.b
    events: [{event}]
resources:
  Resources:
    Reports: {{Type: "{type_}"}}
"""


def allowed(type_: str, resource: str, action: str) -> Finding:
    read = service_of(service(type_, resource, action), Settings())
    return allows.judge(read, allows.Parameters("Worker", action, "Reports", type_))


@pytest.mark.parametrize(
    ("type_", "action", "resource", "outcome", "slot"),
    [
        (BUCKET, "s3:PutObject", '!Sub "${Reports.Arn}/*"', "pass", None),
        (BUCKET, "s3:PutObject", "!GetAtt Reports.Arn", "fail", "resource"),
        (BUCKET, "s3:PutObject", "!Ref Reports", "fail", "reference"),
        (BUCKET, "s3:PutObject", "arn:aws:s3:::other/*", "fail", "resource"),
        (BUCKET, "s3:PutObject", "Reports", "fail", "bare_name"),
        (BUCKET, "s3:ListBucket", "!GetAtt Reports.Arn", "pass", None),
        (STREAM, "kinesis:PutRecord", "!GetAtt Reports.Arn", "pass", None),
        (STREAM, "kinesis:PutRecord", '"arn:aws:kinesis:us-east-1:123456789012:stream/x"', "unknown", "resource_open"),
        (STREAM, "kinesis:PutRecord", "Reports", "fail", "bare_name"),
        (STREAM, "kinesis:PutRecord", "5", "fail", "resource"),
        (FUNCTION, "lambda:InvokeFunction", '!Join [":", [!GetAtt Reports.Arn, "*"]]', "fail", "resource"),
        (OWN, "thing:Do", '!Join ["", ["arn:aws:thing:", !Ref "AWS::Region"]]', "unknown", "resource_open"),
    ],
)
def test_a_permission_on_a_resource_of_any_type_is_judged(
    type_: str, action: str, resource: str, outcome: str, slot: str | None
) -> None:
    found = allowed(type_, resource, action)
    assert (found.outcome, found.slot) == (outcome, slot)


@pytest.mark.parametrize(
    ("type_", "event", "outcome", "slot"),
    [
        (STREAM, "{stream: {type: kinesis, arn: !GetAtt Reports.Arn}}", "pass", None),
        (STREAM, "{stream: !GetAtt Reports.Arn}", "fail", "absent"),
        (BUCKET, "{s3: Reports}", "fail", "absent"),
        (BUCKET, "{s3: 5}", "fail", "absent"),
    ],
)
def test_an_event_of_any_type_is_judged(type_: str, event: str, outcome: str, slot: str | None) -> None:
    read = service_of(service(type_, '"*"', "x:y", event), Settings())
    # Rule packs may name three events only; a kind of another package may ask for any.
    name: Any = event[1:].partition(":")[0]
    found = event_source.judge(read, event_source.Parameters(name, logical_id="Reports", type=type_))
    assert (found.outcome, found.slot) == (outcome, slot)
