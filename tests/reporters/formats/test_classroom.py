"""GitHub Classroom's result: points for each check, and nothing that the log of a job would take for a command."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from checker.errors import UsageError
from checker.report import Answer, Mark, Report
from checker.reporters.formats.classroom import render
from checker.rulepack import RulePack
from tests.reporters.formats.samples import HOSTILE, PLACES, broken, hostile, hostile_error, not_deployed, of_class


def result(report: Report) -> dict[str, Any]:
    text = render([report], PLACES)
    assert text.isascii()
    assert text.count("\n") == 1
    told: dict[str, Any] = json.loads(text)
    return told


def points(report: Report) -> dict[str, tuple[str, float, float]]:
    return {
        test["name"].partition(":")[0]: (test["status"], test["score"], test["max_score"])
        for test in result(report)["tests"]
    }


def test_partial_credit_shows_at_each_check(pack: RulePack) -> None:
    report = of_class("chidi", pack)
    told = result(report)
    assert (told["version"], told["status"], told["max_score"]) == (1, "fail", 6)
    wanted = {rule.id: ("pass", 1, 1) for rule in pack.rules if not rule.bonus}
    assert points(report) == {**wanted, "dlq.permission": ("fail", 0, 1)}
    failed = told["tests"][2]
    assert (failed["filename"], failed["line_no"]) == ("fixtures/class/chidi/serverless.yml", 46)
    assert failed["message"] == "`Ref` of a queue gives its URL, and IAM compares ARNs."
    assert "  >   46 |     Resource:" in failed["test_code"].splitlines()
    assert failed["test_code"].splitlines()[-1] == "A hint: rydecheck hint fixtures/class/chidi"
    assert told["tests"][0]["test_code"] == ""


def test_extra_credit_comes_on_top_when_it_was_earned(pack: RulePack) -> None:
    by_name = {name: points(of_class(name, pack)) for name in ("ada", "jonas")}
    extra = {name: {check: told for check, told in of.items() if told[2] == 0} for name, of in by_name.items()}
    assert extra == {"ada": {}, "jonas": {"extra.dlq_processor": ("pass", 1, 0)}}
    assert result(of_class("ada", pack))["status"] == "pass"


def test_marks_count(pack: RulePack) -> None:
    marks = (Answer("qa.how", "How?", "So.", Mark(1.5, 2, "Nearly.")), Answer("qa.burst", "When?", None))
    report = of_class("ada", pack)._replace(answers=marks)
    assert result(report)["max_score"] == 8
    assert points(report)["qa.how"] == ("fail", 1.5, 2)
    assert "qa.burst" not in points(report)


def test_what_cannot_be_checked_is_one_error(pack: RulePack) -> None:
    told = result(broken(pack, line=4))
    assert (told["status"], told["max_score"]) == ("error", 6)
    (test,) = told["tests"]
    assert (test["status"], test["score"], test["filename"], test["line_no"]) == (
        "error",
        0,
        "fork/record/serverless.yml",
        4,
    )
    assert test["message"] == "serverless.yml:4:1: This line does not fit."


def test_where_only_the_deployment_is_missing_there_is_no_hint_on_the_file(pack: RulePack) -> None:
    (failed,) = [test for test in result(not_deployed(pack))["tests"] if test["status"] == "fail"]
    assert failed["name"].startswith("dlq.target: ")
    assert failed["test_code"].endswith(pack.common.deploy)


def test_a_class_is_refused(pack: RulePack) -> None:
    with pytest.raises(UsageError, match="`--gradebook github-classroom`"):
        render([of_class("ada", pack), of_class("chidi", pack)], PLACES)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_log_of_a_job_holds_no_command(pack: RulePack, text: str) -> None:
    told = result(hostile(of_class("chidi", pack), text))["tests"] + result(hostile_error(pack, text))["tests"]
    for test in told:
        for name in ("name", "message", "filename"):
            assert "\n" not in test[name]
        for line in (line for value in test.values() if isinstance(value, str) for line in re.split(r"[\r\n]", value)):
            assert not line.lstrip().startswith("::")
            assert "##[" not in line
            assert "\x1b" not in line
