"""The published schemas in ajv, which many a script has, beside the library that the other tests use."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.reporters.schema import report_schema, results_schema
from checker.rulepack import RulePack
from tests.conftest import FOLDERS, report_of
from tests.consumers.programs import node
from tests.reporters.test_schema import line, samples, told, wrong_ones

pytestmark = pytest.mark.slow


def errors(schema: dict[str, Any], documents: list[dict[str, Any]]) -> list[str]:
    found: list[str] = node("schemas.cjs", json.dumps({"schema": schema, "documents": documents}))
    return found


def test_ajv_takes_every_document_and_record(pack: RulePack) -> None:
    reports = [report_of(folder) for folder in FOLDERS] + list(samples(pack).values())
    for schema, documents in (
        (report_schema(), [told(report) for report in reports]),
        (results_schema(), [line(report) for report in reports]),
    ):
        assert set(errors(schema, documents)) == {""}


def test_ajv_refuses_what_is_changed(pack: RulePack) -> None:
    wrong = list(wrong_ones(pack))
    assert len(wrong) > 500
    for schema, of_records in ((report_schema(), False), (results_schema(), True)):
        mine = [(what, changed) for what, changed, is_record in wrong if is_record == of_records]
        found = errors(schema, [changed for _, changed in mine])
        assert [what for (what, _), error in zip(mine, found, strict=True) if not error] == []
