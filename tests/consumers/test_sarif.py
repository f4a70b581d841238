"""The SARIF logs against the standard's schema, and against Microsoft's validator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for

from checker.report import Report
from checker.reporters.formats.sarif import render
from checker.rulepack import RulePack
from tests.consumers.programs import NODE_MODULES, Finding, multitool
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

pytestmark = pytest.mark.slow

# Notes that do not fit: rule ids like `CS2001`; messages by id, which code scanning cannot read; the commit, which is
# the business of who uploads; the address of the tool, which has none yet; addresses that cannot be reached from the
# tests; and no page of help for an error.
NOT_MEANT = {"SARIF2002", "SARIF2003", "SARIF2005", "SARIF2006", "SARIF2009", "SARIF2012"}
# Places whose lines are not known, or that have one line only.
SPARSE = {"error-without-a-line", "hostile", "hostile-errors", "lint"}
WITHOUT_LINES = {"SARIF2010", "SARIF2011"}


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema that comes with the multitool."""
    path = NODE_MODULES / "@microsoft" / "sarif-multitool-linux" / "sarif-2.1.0.json"
    told = json.loads(path.read_text(encoding="utf-8-sig"))
    return validator_for(told)(told)


def samples(pack: RulePack) -> dict[str, list[Report]]:
    return {
        "complete": [of_class("ada", pack)],
        "fails": [of_class("chidi", pack)],
        "unknown": [of_class("maya", pack)],
        "lint": [linted(of_class("omar", pack), "Queue has no Type.")],
        "error": [broken(pack, line=4)],
        "error-without-a-line": [broken(pack)],
        "stack": [stack_alone(pack)],
        "class": whole_class(pack),
        "hostile": [hostile(of_class("chidi", pack), text) for text in HOSTILE],
        "hostile-errors": [hostile_error(pack, text) for text in HOSTILE],
    }


def test_the_logs_are_what_the_standard_asks_for(schema: Any, pack: RulePack) -> None:
    for name, reports in samples(pack).items():
        told = json.loads(render(reports, PLACES))
        assert [error.message for error in schema.iter_errors(told)] == [], name
    del told["runs"][0]["results"][0]["message"]
    assert [error.message for error in schema.iter_errors(told)] == ["'message' is a required property"]


def test_microsofts_validator_finds_nothing_that_is_meant(pack: RulePack, tmp_path: Path) -> None:
    for name, reports in samples(pack).items():
        (tmp_path / f"{name}.sarif").write_text(render(reports, PLACES), encoding="utf-8")
    wrong = json.loads(render([of_class("chidi", pack)], PLACES))
    (result,) = wrong["runs"][0]["results"]
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a folder/serverless.yml"
    (tmp_path / "wrong.sarif").write_text(json.dumps(wrong), encoding="utf-8")
    place = "runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri"
    found = [
        one
        for one in multitool(tmp_path)
        if one.rule not in NOT_MEANT and not (one.log in SPARSE and one.rule in WITHOUT_LINES)
    ]
    assert found == [Finding("wrong", "SARIF1002", "error", place)]
