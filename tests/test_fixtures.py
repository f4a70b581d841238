"""Every fixture gets the verdict that stands beside it, and every reason code has one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.cohort.submission import Request, check_path
from checker.reporters.json import document
from tests.conftest import FIXTURES, MODULES, module_of, pack_of, within_module

EXPECTATIONS = sorted(FIXTURES.rglob("expect.json"))


@pytest.mark.parametrize("expectation", EXPECTATIONS, ids=lambda path: path.parent.relative_to(FIXTURES).as_posix())
def test_verdict(expectation: Path) -> None:
    pack = pack_of(module_of(expectation.parent))
    expected = json.loads(expectation.read_text(encoding="utf-8"))
    actual = document(check_path(expectation.parent, pack, Request()))
    assert actual["status"] == expected["status"], actual["error"]
    if "score" in expected:
        assert actual["score"] == expected["score"]
    if expected["status"] == "error":
        assert {key: actual["error"][key] for key in expected["error"]} == expected["error"]
        return
    by_id = {check["id"]: _seen(check) for check in actual["checks"]}
    for check, wanted in expected["checks"].items():
        seen = by_id.pop(check)
        assert {key: seen[key] for key in wanted} == {**wanted, **_sorted_notes(wanted)}, check
    # What a fixture does not name passes, is extra credit that nobody tried, or is for another service: all of that.
    for check, seen in by_id.items():
        extra = seen["reason"] in ("processor-missing", "autoscaling-missing")
        assert seen["outcome"] in ("pass", "skipped") or extra, check
    skipped = {check["id"] for check in actual["checks"] if check["outcome"] == "skipped"}
    of_others = {rule.service for rule in pack.rules if rule.id in skipped}
    assert len(of_others) <= 1
    assert skipped == {rule.id for rule in pack.rules if rule.service in of_others}


def _seen(check: dict[str, Any]) -> dict[str, Any]:
    """A check of the JSON in the words of an expectation: the first evidence and the codes of the notes."""
    first = check["sources"]["file"]["evidence"][0]
    notes = sorted(note["code"] for note in check["notes"])
    return {**check, **first, "notes": notes}


def _sorted_notes(wanted: dict[str, Any]) -> dict[str, Any]:
    return {"notes": sorted(wanted["notes"])} if "notes" in wanted else {}


# A file cannot show this; tests/aws has it.
ONLY_LIVE = {
    ("dlq.queue", "queue-gone"),
    ("topic.resource", "topic-gone"),
    ("topic.parameter", "parameter-gone"),
    ("sns.event", "topic-unknown"),
}


@pytest.mark.parametrize("module", MODULES)
def test_every_reason_code_has_a_fixture(module: str) -> None:
    pack = pack_of(module)
    proved = {
        (check, wanted.get("reason"))
        for expectation in EXPECTATIONS
        if module_of(expectation.parent) == module
        for check, wanted in json.loads(expectation.read_text(encoding="utf-8")).get("checks", {}).items()
    }
    missing = [
        f"{rule.id}/{words.code}"
        for rule in pack.rules
        for words in rule.reasons.values()
        if (rule.id, words.code) not in proved | ONLY_LIVE
    ]
    assert missing == []


def test_every_folder_of_fixtures_has_an_expectation() -> None:
    of_the_class = set((FIXTURES / "class").glob("*.csv"))  # its roster, its marks and what it passed when
    folders = {path.parent for path in FIXTURES.rglob("*") if path.is_file() and path not in of_the_class}
    assert [folder for folder in sorted(folders) if not (folder / "expect.json").exists()] == []


def test_the_path_of_a_fixture_says_what_it_proves() -> None:
    for expectation in EXPECTATIONS:
        check, folder = within_module(expectation.parent)[:2]
        claim = folder.split("--")[0]
        expected = json.loads(expectation.read_text(encoding="utf-8"))
        if check == "broken":
            assert expected["error"]["code"] == claim, expectation
        elif "." in check:
            wanted = expected["checks"][check]
            assert claim in (wanted["outcome"], wanted.get("reason")), expectation
