"""GitLab's Code Quality report: what it needs of each problem, and fingerprints that stay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from checker.report import Report
from checker.reporters.formats.codequality import render
from checker.rulepack import RulePack
from checker.wording import name_line
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

# What GitLab's documentation asks of a report, in stricter words: docs.gitlab.com, Code Quality report format.
_PLACE = {
    "type": "object",
    "required": ["path", "lines"],
    "properties": {
        "path": {"type": "string", "pattern": "^(?!\\./|/)[^\n]+$"},
        "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
    },
}
GITLAB = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "pattern": "^[^\n]+$"},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": _PLACE,
            },
        },
    }
)


def problems(*reports: Report) -> list[dict[str, Any]]:
    text = render(reports, PLACES)
    assert text.isascii()
    found: list[dict[str, Any]] = json.loads(text)
    GITLAB.validate(found)
    prints = [each["fingerprint"] for each in found]
    assert len(set(prints)) == len(prints)
    return found


def places(found: list[dict[str, Any]]) -> list[tuple[str, str, str, int]]:
    return [
        (each["check_name"], each["severity"], each["location"]["path"], each["location"]["lines"]["begin"])
        for each in found
    ]


def test_a_check_that_fails(pack: RulePack) -> None:
    (problem,) = problems(of_class("chidi", pack))
    assert places([problem]) == [("dlq.permission", "major", "fixtures/class/chidi/serverless.yml", 46)]
    title = pack.rule("dlq.permission").title
    assert problem["description"] == f"{title}: `Ref` of a queue gives its URL, and IAM compares ARNs."


def test_nothing_to_do_is_an_empty_report(pack: RulePack) -> None:
    assert problems(of_class("ada", pack)) == []


def test_severities(pack: RulePack) -> None:
    assert places(problems(of_class("maya", pack)))[0][:2] == ("table.on_demand", "minor")
    assert places(problems(broken(pack, line=4))) == [("invalid-yaml", "blocker", "fork/record/serverless.yml", 4)]
    lint = places(problems(linted(of_class("ada", pack), "Queue has no Type.")))
    assert lint == [("lint/E3002", "minor", "fixtures/class/ada/serverless.yml", 9)]


def test_what_stands_in_no_file_is_told_at_the_top_of_the_configuration(pack: RulePack) -> None:
    assert places(problems(broken(pack))) == [("not-found", "blocker", "fork/record/serverless.yml", 1)]
    assert places(problems(stack_alone(pack))) == [("dlq.target", "major", "serverless.yml", 1)]


def test_a_fingerprint_knows_check_reason_and_submission_and_no_line(checked: Checked, pack: RulePack) -> None:
    text = (  # of a service without a queue and without a target
        "service: rides\nprovider: {name: aws}\nfunctions:\n  PutRideRecordSns: {handler: handler.sns}\n"
    )
    before = {each["check_name"]: each for each in problems(checked(text))}
    after = {each["check_name"]: each for each in problems(checked(f"# a comment\n\n{text}"))}
    assert before["dlq.target"]["location"]["lines"]["begin"] == 4
    assert after["dlq.target"]["location"]["lines"]["begin"] == 6
    assert {name: each["fingerprint"] for name, each in before.items()} == {
        name: each["fingerprint"] for name, each in after.items()
    }
    changed = text.replace("{handler: handler.sns}", "{handler: handler.sns, deadLetter: {sqs: queue}}")
    reasons = {each["check_name"]: each["fingerprint"] for each in problems(checked(changed))}
    assert reasons["dlq.target"] != before["dlq.target"]["fingerprint"]
    assert reasons["dlq.queue"] == before["dlq.queue"]["fingerprint"]
    report = of_class("omar", pack)
    elsewhere = report._replace(submission=report.submission._replace(path="fixtures/class/ben"))
    assert len(problems(report, elsewhere)) == 2 * len(problems(report))


def test_a_fingerprint_of_a_lint_knows_no_position_in_a_list(pack: RulePack) -> None:
    def fingerprints(*paths: str) -> list[str]:
        report = linted(of_class("ada", pack), *("Action is missing." for _ in paths))
        notes = [
            note._replace(evidence=(note.evidence[0]._replace(path=path),))
            for note, path in zip(report.lint or (), paths, strict=True)
        ]
        return [each["fingerprint"] for each in problems(report._replace(lint=tuple(notes)))]

    one, moved = "provider.iamRoleStatements[0].Action", "provider.iamRoleStatements[1].Action"
    assert fingerprints(one) == fingerprints(moved)
    assert fingerprints(one) != fingerprints("provider.iamRoleStatements[0].Effect")
    assert len(set(fingerprints(one, moved))) == 2


def test_two_findings_of_one_kind_have_two_fingerprints(pack: RulePack) -> None:
    same, other = "Queue has no Type.", "Queue has no name."
    found = problems(linted(of_class("ada", pack), same, same, other))
    assert [each["description"].partition(": ")[2] for each in found] == [same, same, other]


def test_a_class(pack: RulePack) -> None:
    reports = whole_class(pack)
    found = problems(*reports)
    assert found == [problem for report in reports for problem in problems(report)]
    assert {each["location"]["path"].split("/")[2] for each in found} == {
        report.submission.id for report in reports if report.status != "complete"
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_one_line(pack: RulePack, text: str) -> None:
    found = problems(hostile(of_class("chidi", pack), text))
    assert found[0]["description"].startswith(f"{name_line(text)}: {name_line(text)}")
    assert ".." not in found[0]["location"]["path"].split("/")
    assert found[0]["location"]["lines"]["begin"] == 46
    assert problems(hostile_error(pack, text))[0]["check_name"] == "invalid-yaml"
