"""Sections given as lists or through variables are the same service, and secrets stay secret."""

from __future__ import annotations

import pytest

from checker.cohort.submission import Request
from checker.report import Report
from checker.reporters.json import render
from checker.serverless.resolving import Settings
from tests.conftest import Checked

GRANT = "{Effect: Allow, Action: 'sqs:SendMessage', Resource: {'Fn::GetAtt': [PutRideRecordSnsDlq, Arn]}}"
QUEUE = "PutRideRecordSnsDlq: {Type: 'AWS::SQS::Queue'}"
TABLES = (
    "RideRecordTable: {Type: 'AWS::DynamoDB::Table', Properties: {}}, "
    "Other: {Type: 'AWS::DynamoDB::Table', Properties: {BillingMode: PAY_PER_REQUEST}}"
)


def reason(report: Report, check: str) -> str | None:
    assert report.error is None, report.error
    return next(one.reason for one in report.checks if one.rule.id == check)


OWN = "{PutRideRecordSns: {iamRoleStatements: STATEMENTS}}"


@pytest.mark.parametrize(
    ("functions", "statements"),
    [
        (OWN, f"[{GRANT}]"),
        pytest.param(
            f"[{OWN}]",
            f"[{GRANT}]",
        ),
        pytest.param(
            OWN,
            "'${self:custom.list}'",
        ),
        pytest.param(
            OWN,
            "*list",
        ),
    ],
)
def test_own_statements_without_the_plugin_are_ignored_however_written(
    checked: Checked, functions: str, statements: str
) -> None:
    custom = f"custom: {{list: &list [{GRANT}]}}\n" if "list" in statements else ""
    written = functions.replace("STATEMENTS", statements)
    report = checked(f"service: a\n{custom}functions: {written}\nresources: {{Resources: {{{QUEUE}}}}}\n")
    assert reason(report, "dlq.permission") == "statement-ignored"


@pytest.mark.parametrize(
    "resources",
    [
        f"resources: {{Resources: {{{TABLES}}}}}",
        pytest.param(
            f"resources: [{{Resources: {{{TABLES}}}}}]",
        ),
        pytest.param(
            f"custom: {{all: {{Resources: {{{TABLES}}}}}}}\nresources: ${{self:custom.all}}",
        ),
    ],
)
def test_the_property_of_another_table_is_not_misplaced(checked: Checked, resources: str) -> None:
    assert reason(checked(f"service: a\n{resources}\n"), "table.on_demand") == "billing-missing"


SECRET = "s3cr3t${self:x"  # looks like a variable that is never closed


@pytest.mark.parametrize(
    "value",
    [
        "'${env:TOKEN}'",
        "'${self:custom.token}'",
        "'x${env:TOKEN}x'",
        pytest.param(
            "{'Fn::Sub': '${env:TOKEN}'}",
        ),
        pytest.param(
            "{'Fn::Join': ['', ['a', '${env:TOKEN}']]}",
        ),
        pytest.param(
            "'${self:custom.copy.k}'",
        ),
    ],
)
def test_a_value_from_the_environment_never_reaches_a_report(checked: Checked, value: str) -> None:
    custom = "custom: {token: '${env:TOKEN}', map: {k: '${env:TOKEN}'}, copy: '${self:custom.map}'}\n"
    table = f"RideRecordTable: {{Type: 'AWS::DynamoDB::Table', Properties: {{BillingMode: {value}}}}}"
    report = checked(
        f"service: a\n{custom}resources: {{Resources: {{{table}}}}}\n",
        Request(Settings(environment={"TOKEN": SECRET})),
    )
    assert reason(report, "table.on_demand") is not None
    assert "s3cr3t" not in render(report)
