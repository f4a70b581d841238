"""The badge: what it says, in which colour."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.cohort.submission import Request, check_path
from checker.report import Report
from checker.reporters.formats.badge import render
from checker.rulepack import RulePack
from tests.conftest import FIXTURES
from tests.reporters.formats.samples import PLACES, broken, of_class, whole_class


def badge(*reports: Report) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(reports, PLACES))
    assert found.pop("schemaVersion") == 1
    assert found.pop("label") == "Serverless Reliability"
    assert found.pop("cacheSeconds") == 300
    return found


@pytest.mark.parametrize(
    ("name", "message", "colour"),
    [
        ("chidi", "5 of 6", "yellow"),
        ("omar", "0 of 6", "orange"),
        ("ada", "complete", "brightgreen"),
        ("jonas", "complete, 1 extra", "brightgreen"),
    ],
)
def test_a_submission(pack: RulePack, name: str, message: str, colour: str) -> None:
    assert badge(of_class(name, pack)) == {"message": message, "color": colour}


def test_what_cannot_be_checked_is_no_zero(pack: RulePack) -> None:
    assert badge(broken(pack)) == {"message": "cannot be checked", "color": "lightgrey", "isError": True}


def test_extra_credit_alone_counts_nothing(pack: RulePack) -> None:
    extra = frozenset({"extra.autoscaling"})
    report = check_path(FIXTURES / "class" / "chidi", pack, Request(only=extra))
    assert badge(report) == {"message": "0 extra", "color": "lightgrey"}


def test_a_class(pack: RulePack) -> None:
    reports = whole_class(pack)
    complete = sum(report.status == "complete" for report in reports)
    assert 0 < complete < len(reports) / 2
    assert badge(*reports) == {"message": f"{complete} of {len(reports)} complete", "color": "orange"}
