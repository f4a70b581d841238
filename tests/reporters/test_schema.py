"""The published schemas: they take every document and record there is, and nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from checker.cli import main
from checker.report import CheckResult, Report
from checker.reporters.json import document, record
from checker.reporters.schema import report_schema, results_schema
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, every, report_of
from tests.reporters.formats.samples import broken, hostile, linted, of_class, stack_alone
from tests.reporters.test_json import known

Json = dict[str, Any]

REPORT, RESULTS = Draft202012Validator(report_schema()), Draft202012Validator(results_schema())
GRADING = {"run": "2026-03-02T10:00:00Z", "fingerprint": "0" * 64, "page": "attendees/ada.html"}


def told(report: Report) -> Json:
    found: Json = json.loads(json.dumps(document(report)))
    return found


def line(report: Report) -> Json:
    found: Json = json.loads(json.dumps({**record(report), "grading": GRADING}))
    return found


def both_sources(report: Report, pack: RulePack) -> Report:
    live = stack_alone(pack).checks[0].verdicts["stack"]
    checks = tuple(CheckResult(check.rule, {**check.verdicts, "stack": live}) for check in report.checks)
    return report._replace(checks=checks)


def samples(pack: RulePack) -> dict[str, Report]:
    """Reports that no fixture gives."""
    chidi = of_class("chidi", pack)
    return {
        "marked": known(chidi),
        "linted": linted(chidi, "Queue has no Type."),
        "not-linted": linted(chidi),
        "both": both_sources(chidi, pack),
        "stack": stack_alone(pack),
        "broken": broken(pack),
        "hostile": hostile(chidi, "\ud800\x1b]]>\n"),
    }


@pytest.mark.parametrize("schema", [report_schema(), results_schema()], ids=["report", "results"])
def test_a_schema_is_one(schema: Json) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_ids_do_not_change() -> None:
    assert report_schema()["$id"] == "urn:rydecheck:schema:report:1"
    assert results_schema()["$id"] == "urn:rydecheck:schema:results:1"


def test_an_unknown_schema_is_named_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "repotr"]) == 2
    assert "'report', 'results'" in capsys.readouterr().err


@pytest.mark.parametrize("schema", [report_schema(), results_schema()], ids=["report", "results"])
def test_every_object_is_closed_and_everything_is_described(schema: Json) -> None:
    for path, each in walk(schema):
        if each.get("type") == "object" and "properties" in each:
            assert each["additionalProperties"] is False, path
            for name, inner in each["properties"].items():
                described = any("description" in one for one in [inner, *inner.get("anyOf", ())])
                plain = set(inner) <= {"const", "$ref", "type"} or any("$ref" in one for one in inner.get("anyOf", ()))
                assert described or plain, (*path, name)


def walk(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Each schema inside, but not the conditions, which say a part only."""
    if isinstance(schema, dict):
        yield path, schema
        for name, inner in schema.items():
            if name not in ("if", "then", "else"):
                yield from walk(inner, (*path, name))
    elif isinstance(schema, list):
        for index, inner in enumerate(schema):
            yield from walk(inner, (*path, str(index)))


@pytest.mark.parametrize("folder", every(20))
def test_every_fixture_gives_what_the_schemas_say(folder: Path) -> None:
    report = report_of(folder)
    assert [error.message for error in REPORT.iter_errors(told(report))] == []
    assert [error.message for error in RESULTS.iter_errors(line(report))] == []


def test_all_kinds_of_reports_are_what_the_schemas_say(pack: RulePack) -> None:
    for name, report in samples(pack).items():
        assert [error.message for error in REPORT.iter_errors(told(report))] == [], name
        assert [error.message for error in RESULTS.iter_errors(line(report))] == [], name
        assert list(REPORT.iter_errors(line(report))), name
        assert list(RESULTS.iter_errors(told(report))), name


@pytest.mark.slow
def test_what_grade_writes_and_report_prints_is_what_the_schemas_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = [str(FIXTURES / "class" / name) for name in ("ada", "chidi", "luis")]
    marks = str(FIXTURES / "class" / "marks.csv")
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name,Section\nada,Ada,2\n", encoding="utf-8")
    out = tmp_path / "out"
    assert main(["grade", *people, "--marks", marks, "--roster", str(roster), "--lint", "--out", str(out)]) == 0
    lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert [error.message for one in lines for error in RESULTS.iter_errors(json.loads(one))] == []
    assert len(lines) == 3
    capsys.readouterr()
    assert main(["report", str(out / "results.jsonl"), "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [error.message for one in printed for error in REPORT.iter_errors(one)] == []
    assert [one["submission"]["id"] for one in printed] == ["ada", "chidi", "luis"]


def mutants(whole: Json) -> Iterator[tuple[str, Json]]:
    """The document with one thing wrong: a key that is none, a key that is gone, a value of another type."""
    for path in paths(whole):
        where = ".".join(map(str, path))
        holder, last = path[:-1], path[-1]
        changed = copy.deepcopy(whole)
        at(changed, holder)[last] = {"no": "such"}
        yield f"{where} is another", changed
        if isinstance(last, str) and last not in ("mark", "lint", "excerpt", "scenes"):
            changed = copy.deepcopy(whole)
            del at(changed, holder)[last]
            yield f"{where} is gone", changed
        if isinstance(last, str):
            changed = copy.deepcopy(whole)
            at(changed, holder)["unheard"] = None
            yield f"{where} has company", changed


def paths(whole: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all that is inside; of a list, to its first item, and to nothing of the roster's own columns."""
    if path and path[-1] == "columns":
        return
    if path:
        yield path
    items = whole.items() if isinstance(whole, dict) else enumerate(whole[:1]) if isinstance(whole, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


def at(whole: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        whole = whole[key]
    return whole


def wrong_ones(pack: RulePack) -> Iterator[tuple[str, Json, bool]]:
    """Mutants of the richest samples, and whether each is of a record."""
    for name in ("marked", "linted", "both", "broken"):
        report = samples(pack)[name]
        for whole, is_record in ((told(report), False), (line(report), True)):
            for what, changed in mutants(whole):
                yield f"{name}: {what}", changed, is_record


@pytest.mark.slow
def test_what_is_changed_is_refused(pack: RulePack) -> None:
    taken = [
        what for what, changed, is_record in wrong_ones(pack) if (RESULTS if is_record else REPORT).is_valid(changed)
    ]
    assert taken == []


def test_an_error_and_a_verdict_exclude_each_other(pack: RulePack) -> None:
    failed, judged = told(broken(pack)), told(of_class("chidi", pack))
    for name in ("status", "error"):
        for one, other in ((failed, judged), (judged, failed)):
            assert not REPORT.is_valid({**one, name: other[name]}), name
