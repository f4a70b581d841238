"""Badges as shields.io draws them, and Code Quality reports as Code Climate's types have them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.report import Report
from checker.reporters.formats import badge, codequality
from checker.rulepack import RulePack
from tests.consumers.programs import node
from tests.reporters.formats.samples import (
    HOSTILE,
    PLACES,
    broken,
    hostile,
    linted,
    of_class,
    stack_alone,
    whole_class,
)

pytestmark = pytest.mark.slow


def test_a_badge_is_drawn(pack: RulePack) -> None:
    hostile_pack = pack._replace(title="<script>alert(1)</script>")
    samples: list[tuple[list[Report], str]] = [
        ([of_class("chidi", pack)], "Serverless Reliability: 5 of 6"),
        ([of_class("jonas", pack)], "Serverless Reliability: complete, 1 extra"),
        ([broken(pack)], "Serverless Reliability: cannot be checked"),
        (whole_class(pack), "Serverless Reliability: 5 of 16 complete"),
        ([broken(hostile_pack)], "&lt;script&gt;alert(1)&lt;/script&gt;: cannot be checked"),
    ]
    drawn = node("badge.cjs", text=json.dumps([json.loads(badge.render(told, PLACES)) for told, _ in samples]))
    for svg, (_, title) in zip(drawn, samples, strict=True):
        assert f"<title>{title}</title>" in svg


def test_a_code_quality_report_is_an_array_of_code_climates_issues(pack: RulePack) -> None:
    samples = [
        whole_class(pack),
        [of_class("ada", pack)],
        [broken(pack, line=4), broken(pack), stack_alone(pack)],
        [linted(of_class("chidi", pack), "Queue has no Type.")],
        [hostile(of_class("chidi", pack), text) for text in HOSTILE],
    ]
    reports: list[Any] = [json.loads(codequality.render(told, PLACES)) for told in samples]
    assert node("issues.cjs", text=json.dumps(reports)) == []
    wrong = json.loads(json.dumps(reports[0]))
    wrong[0]["severity"] = "bad"
    del wrong[1]["fingerprint"]
    errors = node("issues.cjs", text=json.dumps([wrong]))
    assert any("'\"bad\"' is not assignable" in error for error in errors)
    assert any("'fingerprint' is missing" in error for error in errors)
