"""JUnit XML, read back by junitparser."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from checker.report import Report
from checker.reporters.formats.junit import render
from checker.rulepack import RulePack
from checker.wording import visible
from tests.reporters.formats.samples import (
    CLASS,
    HOSTILE,
    PLACES,
    broken,
    hostile,
    hostile_error,
    linted,
    not_deployed,
    of_class,
    stack_alone,
    whole_class,
)


def read(reports: Sequence[Report]) -> JUnitXml:
    text = render(reports, PLACES)
    assert re.search(r"[^\x09\x0a\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text) is None
    return JUnitXml.fromstring(text.encode())


def cases(suite: TestSuite) -> dict[str, TestCase]:
    return {case.name.partition(":")[0]: case for case in suite}


def counts(suite: JUnitXml | TestSuite) -> tuple[int, int, int, int]:
    return suite.tests, suite.failures, suite.errors, suite.skipped


def test_a_check_is_a_case(pack: RulePack) -> None:
    (suite,) = read([of_class("chidi", pack)])
    assert suite.name == "chidi"
    assert [case.name for case in suite] == [f"{rule.id}: {rule.title}" for rule in pack.rules]
    assert {case.classname for case in suite} == {"reliability.chidi"}
    outcomes = {name: [type(result).__name__ for result in case.result] for name, case in cases(suite).items()}
    assert outcomes == {
        **{rule.id: [] for rule in pack.rules if not rule.bonus},
        "dlq.permission": ["Failure"],
        "extra.dlq_processor": ["Skipped"],
        "extra.autoscaling": ["Skipped"],
    }
    told = {each.name: each.value for each in suite.properties()}
    assert (told["earned"], told["possible"], told["status"]) == ("5", "6", "incomplete")
    assert (told["points.dlq.permission"], told["points.dlq.queue"]) == ("0 of 1", "1 of 1")


def test_a_failure_says_what_the_terminal_says(pack: RulePack) -> None:
    (suite,) = read([of_class("chidi", pack)])
    case = cases(suite)["dlq.permission"]
    (failure,) = case.result
    assert isinstance(failure, Failure)
    assert failure.type == "resource-not-arn"
    assert failure.message == "`Ref` of a queue gives its URL, and IAM compares ARNs."
    lines = failure.text.splitlines()
    assert lines[0] == "  serverless.yml:46:5  provider.iamRoleStatements[1].Resource"
    assert "  >   46 |     Resource:" in lines
    assert f"Why: {pack.rule('dlq.permission').why}" in lines
    assert lines[-1] == "A hint: rydecheck hint fixtures/class/chidi"
    assert case._elem.get("file") == "fixtures/class/chidi/serverless.yml"
    assert case._elem.get("line") == "46"


def test_what_cannot_be_told_is_a_failure_and_open_extra_credit_skipped(pack: RulePack) -> None:
    (suite,) = read([of_class("maya", pack)])
    (failure,) = cases(suite)["table.on_demand"].result
    assert (type(failure), failure.type) == (Failure, "unresolved-variable")
    (skipped,) = cases(suite)["extra.autoscaling"].result
    assert isinstance(skipped, Skipped)
    assert skipped.message.startswith("Extra credit, open: ")


def test_what_cannot_be_checked_is_an_error(pack: RulePack) -> None:
    (suite,) = read([broken(pack, line=4)])
    (case,) = suite
    (error,) = case.result
    assert (type(error), error.type, error.message) == (Error, "invalid-yaml", "This line does not fit.")
    assert error.text.splitlines()[:3] == ["  serverless.yml:4:1", "       3 |   - x", "  >    4 |  y"]
    assert (case._elem.get("file"), case._elem.get("line")) == ("fork/record/serverless.yml", "4")
    assert counts(suite) == (1, 0, 1, 0)
    (suite,) = read([broken(pack)])
    (case,) = suite
    assert case._elem.get("file") is None


def test_a_stack_alone_has_no_file(pack: RulePack) -> None:
    (suite,) = read([stack_alone(pack)])
    (case,) = suite
    assert (case._elem.get("file"), case._elem.get("line")) == (None, None)
    assert case.result[0].text.endswith("A hint: rydecheck explain dlq.target --hint 1")


def test_where_only_the_deployment_is_missing_there_is_no_hint_on_the_file(pack: RulePack) -> None:
    (suite,) = read([not_deployed(pack)])
    (failure,) = cases(suite)["dlq.target"].result
    assert failure.text.endswith(f"The function has no dead letter target. {pack.common.deploy}")
    assert failure.text.startswith("  serverless.yml:")


def test_what_would_break_the_deployment_changes_no_count(pack: RulePack) -> None:
    report = of_class("chidi", pack)
    (plain,), (suite,) = read([report]), read([linted(report, "Queue has no Type.")])
    assert counts(suite) == counts(plain)
    told = suite._elem.findtext("system-out")
    assert told.startswith("Would break the deployment")
    assert "serverless.yml:9:3" in told
    assert told.endswith("Queue has no Type. (E3002)")


def test_notes_stand_beside_a_pass(pack: RulePack) -> None:
    report = hostile(of_class("chidi", pack), "It is wide.")
    (suite,) = read([report])
    assert cases(suite)["dlq.queue"].system_out == "note: It is wide."


def test_a_class_has_a_suite_for_each_and_counts_that_are_right(pack: RulePack) -> None:
    reports = whole_class(pack)
    read_back = read(reports)
    assert [suite.name for suite in read_back] == list(CLASS)
    for suite, report in zip(read_back, reports, strict=True):
        wanted = {check.rule.id for check in report.checks if check.open}
        failed = {name for name, case in cases(suite).items() if any(isinstance(one, Failure) for one in case.result)}
        assert failed == wanted, suite.name
        stated = counts(suite)
        suite.update_statistics()
        assert counts(suite) == stated, suite.name
        assert bool(suite.failures) == (report.status == "incomplete")
        assert bool(suite.errors) == (report.status == "error")
    whole = (read_back.tests, read_back.failures, read_back.errors)
    read_back.update_statistics()
    assert (read_back.tests, read_back.failures, read_back.errors) == whole


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text(pack: RulePack, text: str) -> None:
    (suite,) = read([hostile(of_class("chidi", pack), text)])
    assert suite.name == visible(text)
    case = next(case for case in suite if case.result and isinstance(case.result[0], Failure))
    assert case.name == f"dlq.permission: {visible(text)}"
    assert case.result[0].message.startswith(visible(text))
    assert visible(text) in case.result[0].text
    (suite,) = read([hostile_error(pack, text)])
    (case,) = suite
    assert visible(text).strip() in case.result[0].message
