"""The framework's version, and what keeps the plugin from working with it."""

from __future__ import annotations

import json

import pytest

from checker.serverless.framework import newest_version
from tests.conftest import FIXTURES, Checked

ANSWER = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("1.83.3", (1, 83)),
        ("=2.1.0", (2, 1)),
        ("~2.20.0", (2, 20)),
        ("^2.1.0", (2, 9999)),
        ("2", (2, 9999)),
        ("3.x", (3, 9999)),
        (">=1.0.0 <2.0.0", (1, 9999)),
        (">=1.2 <4", (3, 9999)),
        ("<=2.23", (2, 23)),
        (">=2.0.0", (3, 9999)),
        (">=4", (4, 9999)),
        ("^1.83 || ^3.0", (3, 9999)),
        ("latest", (3, 9999)),
        ("", (3, 9999)),
    ],
)
def test_the_newest_version_that_a_range_allows(wanted: str, version: tuple[int, int]) -> None:
    assert newest_version(wanted) == version


@pytest.mark.parametrize(
    ("package", "yaml", "codes"),
    [
        ({"devDependencies": {"osls": "^4.0.0"}}, "", ["plugin-needs-framework-3"]),
        ({"dependencies": {"serverless": "4.1.0"}}, "", ["plugin-needs-framework-3"]),
        ({}, "frameworkVersion: '4'\n", ["plugin-needs-framework-3"]),
        ({}, "frameworkVersion: 4\n", ["plugin-needs-framework-3"]),
        ({"devDependencies": {"osls": "^3.60.0"}}, "", []),
        ({}, "configValidationMode: error\n", ["dead-letter-rejected"]),
        ({}, "configValidationMode: warn\n", []),
    ],
)
def test_what_keeps_the_plugin_from_working_is_noted(
    checked: Checked, package: dict[str, dict[str, str]], yaml: str, codes: list[str]
) -> None:
    package.setdefault("devDependencies", {})["serverless-plugin-lambda-dead-letter"] = "^1.2.1"
    report = checked(yaml + ANSWER, package_json=json.dumps(package))
    target = next(check for check in report.checks if check.rule.id == "dlq.target")
    assert target.outcome == "pass"
    assert [note.code for note in target.notes] == codes


OLD = "frameworkVersion: '1'\n"
DOUBLE = r"variableSyntax: '\${{(.+?)}}'"


@pytest.mark.parametrize(
    ("top", "provider", "billing", "reason"),
    [
        (OLD, "", "!Sub '${AWS::Region}'", "unresolved-variable"),
        ("", "", "!Sub '${AWS::Region}'", "made-by-deployment"),
        (OLD, "", "${ self:custom.log_level }", "billing-wrong-value"),
        (OLD, DOUBLE, "!Sub '${AWS::Region}'", "made-by-deployment"),
        (OLD, DOUBLE, "${{self:custom.log_level}}", "billing-wrong-value"),
        (OLD, DOUBLE, "${{self:custom.${{opt:a}}}}", "unresolved-variable"),
    ],
)
def test_version_1_tells_variables_by_its_own_rule(
    checked: Checked, top: str, provider: str, billing: str, reason: str
) -> None:
    text = top + ANSWER.replace("BillingMode: PAY_PER_REQUEST", f"BillingMode: {billing}")
    if provider:
        text = text.replace("provider:\n", f"provider:\n  {provider}\n", 1)
    report = checked(text)
    check = next(check for check in report.checks if check.rule.id == "table.on_demand")
    assert check.reason == reason, check.message
