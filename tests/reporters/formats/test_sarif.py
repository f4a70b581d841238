"""SARIF: rules, results, places and fingerprints, and the limits of GitHub code scanning."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest

from checker.report import CheckResult, Evidence, Report, Verdict
from checker.reporters.formats.places import Places
from checker.reporters.formats.sarif import render
from checker.rulepack import RulePack
from checker.wording import name_line, visible
from tests.conftest import Checked
from tests.reporters.formats.samples import (
    HOSTILE,
    PLACES,
    broken,
    hostile,
    hostile_error,
    linted,
    of_class,
    stack_alone,
    whole_class,
)

Json = dict[str, Any]


def run(*reports: Report, places: Places = PLACES) -> Json:
    text = render(reports, places)
    assert text.isascii()
    (found,) = json.loads(text)["runs"]
    rules = found["tool"]["driver"]["rules"]
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
    prints = [result["partialFingerprints"]["rydecheck/v1"] for result in found["results"]]
    assert len(set(prints)) == len(prints)
    told: Json = found
    return told


def physical(result: Json) -> Json:
    (location,) = result["locations"]
    told: Json = location["physicalLocation"]
    return told


def test_each_check_of_the_module_is_a_rule_that_helps_without_giving_the_answer(pack: RulePack) -> None:
    driver = run(of_class("ada", pack))["tool"]["driver"]
    assert "informationUri" not in driver  # the pages of the workshop are not the tool's
    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in pack.rules]
    for told, rule in zip(driver["rules"], pack.rules, strict=True):
        assert told["shortDescription"]["text"] == f"{rule.title}."
        assert told["fullDescription"]["text"] == rule.why
        assert len(told["fullDescription"]["text"]) <= 1024
        assert told["helpUri"] == rule.links[0].url
        for text in told["help"].values():
            assert rule.hints[0] in text
            assert f"`rydecheck hint {rule.id}`" in text
            assert rule.hints[-1] not in text
        assert told["defaultConfiguration"]["level"] == ("note" if rule.bonus else "error")
        assert told["properties"]["points"] == rule.points
        assert len(told["properties"]["tags"]) <= 10
    assert driver["rules"][2]["name"] == "DlqPermission"


def test_a_check_that_fails(pack: RulePack) -> None:
    told = run(of_class("chidi", pack))
    (result,) = told["results"]
    assert (result["ruleId"], result["level"]) == ("dlq.permission", "error")
    assert result["message"]["text"] == "`Ref` of a queue gives its URL, and IAM compares ARNs."
    place = physical(result)
    assert place["artifactLocation"] == {"uri": "fixtures/class/chidi/serverless.yml", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 46, "startColumn": 5, "snippet": {"text": "Resource:"}}
    assert place["contextRegion"]["startLine"] == 43
    assert place["contextRegion"]["endLine"] == 49
    assert place["contextRegion"]["snippet"]["text"].splitlines()[3] == "    Resource:"
    assert result["properties"] == {
        "submission": "chidi",
        "outcome": "fail",
        "reason": "resource-not-arn",
        "points": 1,
        "earned": 0,
    }
    assert told["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]
    assert told["automationDetails"]["id"] == "rydecheck/reliability/fixtures/class/chidi/"
    assert "uri" not in told["originalUriBaseIds"]["SRCROOT"]


def test_levels(pack: RulePack) -> None:
    assert [(one["ruleId"], one["level"]) for one in run(of_class("maya", pack))["results"]] == [
        ("table.on_demand", "warning")
    ]
    assert run(of_class("ada", pack))["results"] == []
    assert run(of_class("ada", pack))["invocations"] == [{"executionSuccessful": True, "exitCode": 0}]


def test_further_evidence_is_related_and_linked(pack: RulePack) -> None:
    places = (Evidence("parts/a.yml", 3, 1, "custom.x", ((3, "x: 1"),)), Evidence("serverless.yml", 9, 3, ""))
    verdict = Verdict("fail", "queue-missing", False, "There is none.", places)
    report = of_class("chidi", pack)._replace(checks=(CheckResult(pack.rule("dlq.queue"), {"file": verdict}),))
    (result,) = run(report)["results"]
    assert result["message"]["text"] == "There is none. See also [serverless.yml:9](1)."
    (related,) = result["relatedLocations"]
    assert related["id"] == 1
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "fixtures/class/chidi/serverless.yml"
    assert related["physicalLocation"]["region"] == {"startLine": 9, "startColumn": 3}
    assert physical(result)["artifactLocation"]["uri"] == "fixtures/class/chidi/parts/a.yml"
    assert "contextRegion" not in physical(result)


def test_what_cannot_be_checked_is_a_result_and_a_failed_invocation(pack: RulePack) -> None:
    told = run(broken(pack, line=4))
    (result,) = told["results"]
    assert (result["ruleId"], result["level"]) == ("invalid-yaml", "error")
    assert physical(result)["region"]["startLine"] == 4
    (invocation,) = told["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["descriptor"] == {"id": "invalid-yaml"}
    assert notification["locations"] == result["locations"]


def test_a_problem_without_a_line_stands_in_the_configuration(pack: RulePack) -> None:
    (result,) = run(broken(pack))["results"]
    assert physical(result)["artifactLocation"]["uri"] == "fork/record/serverless.yml"
    assert physical(result)["region"] == {"startLine": 1, "startColumn": 1}


def test_what_only_aws_knows_of_a_service_has_both_a_file_and_a_name(pack: RulePack) -> None:
    report = stack_alone(pack)
    (result,) = run(report)["results"]
    logical = [
        {
            "fullyQualifiedName": "rides-dev/lambda:GetFunctionConfiguration/DeadLetterConfig.TargetArn",
            "kind": "resource",
        }
    ]
    assert result["locations"] == [{"logicalLocations": logical}]
    (result,) = run(report._replace(submission=report.submission._replace(path="record")))["results"]
    assert result["locations"][0]["logicalLocations"] == logical
    assert physical(result)["artifactLocation"]["uri"] == "record/serverless.yml"


def test_a_finding_of_cfn_lint_has_a_rule_of_its_own(pack: RulePack) -> None:
    told = run(linted(of_class("ada", pack), "Queue has no Type.", "Queue has no name."))
    assert [result["ruleId"] for result in told["results"]] == ["lint/E3002"] * 2
    (rule,) = told["tool"]["driver"]["rules"][len(pack.rules) :]
    assert (rule["id"], rule["name"]) == ("lint/E3002", "LintE3002")
    assert rule["helpUri"].endswith("/rules.md#E3002")


def test_a_class_is_one_run(pack: RulePack) -> None:
    reports = whole_class(pack)
    told = run(*reports)
    assert told["automationDetails"]["id"] == "rydecheck/reliability/"
    assert [one["id"] for one in told["properties"]["submissions"]] == [report.submission.id for report in reports]
    assert {result["properties"]["submission"] for result in told["results"]} == {
        report.submission.id for report in reports if report.status != "complete"
    }
    (invocation,) = told["invocations"]
    assert "exitCode" not in invocation
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["descriptor"]["id"] == "invalid-yaml"
    assert notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("fixtures/class/luis")


def test_a_second_module_brings_its_own_rules(pack: RulePack) -> None:
    other = pack._replace(id="other", rules=pack.rules[:1])
    first = Report(other, of_class("ada", pack).submission)
    told = run(first, of_class("chidi", pack))
    (result,) = told["results"]
    rule = told["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["fullDescription"]["text"] == pack.rule("dlq.permission").why


def test_a_fingerprint_outlives_lines_and_folders_above_the_repository(checked: Checked) -> None:
    text = "service: rides\nprovider: {name: aws}\n"

    def prints(report: Report, top: str) -> dict[str, str]:
        results = run(report, places=Places(top, top))["results"]
        return {result["ruleId"]: result["partialFingerprints"]["rydecheck/v1"] for result in results}

    report = checked(text)
    moved = checked(f"# one more line\n{text}")
    here = report.submission.path
    assert prints(report, here) == prints(moved, here)
    away = moved._replace(submission=moved.submission._replace(path="."))
    assert prints(away, "/elsewhere") == prints(report, here)
    assert prints(away._replace(submission=away.submission._replace(path="two")), "/elsewhere") != prints(report, here)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_no_link_and_leads_nowhere(pack: RulePack, text: str) -> None:
    for report in (hostile(of_class("chidi", pack), text), hostile_error(pack, text)):
        told = run(report)
        for result in told["results"]:
            links = re.findall(r"(?<!\\)\]\(", result["message"]["text"])
            assert len(links) == len(result.get("relatedLocations", ()))
            uri = physical(result)["artifactLocation"]["uri"]
            assert uri.isascii()
            assert not set(uri) & set(" #?:[]<>\"'`\\\n")
            parts = unquote(uri, errors="surrogatepass").split("/")
            assert ".." not in parts
            assert parts[0]
    told = run(hostile(of_class("chidi", pack), text))
    first = told["results"][0]
    if "](" not in text:
        assert first["message"]["text"].startswith(name_line(text))
    assert physical(first)["region"]["snippet"]["text"] == visible(text)
