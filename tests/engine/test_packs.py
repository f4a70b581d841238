"""The packs prove themselves: the untouched service fails each check, the pack's own answer makes it pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.cohort.submission import Request, check_path
from checker.report import CheckResult
from checker.rule_help import Edit
from checker.rulepack import Rule, RulePack
from tests.conftest import FIXTURES, MODULES, pack_of

RULES = [pytest.param(module, rule, id=rule.id) for module in MODULES for rule in pack_of(module).rules]
# The untouched service by module and by the service's name in it.
STARTS = {
    ("reliability", ""): "service/start",
    ("event-driven", "wild-rydes"): "event-driven/service/wild-rydes-start",
    ("event-driven", "wild-rydes-ride-record"): "event-driven/service/ride-record-start",
}


def start(module: str, service: str) -> dict[str, Any]:
    text = (FIXTURES / STARTS[module, service] / "serverless.yml").read_text(encoding="utf-8")
    tree: dict[str, Any] = yaml.safe_load(text)
    return tree


def apply(tree: dict[str, Any], edit: Edit) -> None:
    *parents, last = edit.path.split(".")
    holder = tree
    for key in parents:
        holder = holder.setdefault(key, {})
    if edit.action == "set":
        if edit.only != "absent" or last not in holder:
            holder[last] = edit.value
    elif edit.action == "append":
        holder.setdefault(last, []).append(edit.value)
    elif edit.action == "rename":
        if last in holder:
            holder[edit.to] = holder.pop(last)
    else:
        holder.pop(last, None)


def judged(folder: Path, tree: dict[str, Any], pack: RulePack) -> dict[str, CheckResult]:
    (folder / "serverless.yml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    report = check_path(folder, pack, Request())
    assert report.error is None
    return {check.rule.id: check for check in report.checks}


@pytest.mark.parametrize(("module", "rule"), RULES)
def test_the_untouched_service_fails_the_check_and_the_answer_passes_it(
    tmp_path: Path, module: str, rule: Rule
) -> None:
    pack = pack_of(module)
    tree = start(module, rule.service)
    before = judged(tmp_path, tree, pack)[rule.id]
    assert (before.outcome, before.equivalent) == ("fail", False)
    for edit in rule.answer:
        apply(tree, edit)
    after = judged(tmp_path, tree, pack)
    assert (after[rule.id].outcome, after[rule.id].equivalent) == ("pass", False)


@pytest.mark.parametrize(("module", "service"), STARTS)
def test_all_answers_but_the_extra_ones_complete_the_module(tmp_path: Path, module: str, service: str) -> None:
    pack = pack_of(module)
    tree = start(module, service)
    mine = [rule for rule in pack.rules if rule.service in ("", service)]
    for rule in mine:
        for edit in rule.answer if not rule.bonus else ():
            apply(tree, edit)
    results = judged(tmp_path, tree, pack)
    open_checks = [id_ for id_, result in results.items() if result.open]
    assert open_checks == []
    assert sum(result.earned for result in results.values()) == pack.possible
    assert {id_ for id_, result in results.items() if result.outcome == "skipped"} == {
        rule.id for rule in pack.rules if rule not in mine
    }


def test_every_service_of_every_module_has_its_untouched_form() -> None:
    services = {(module, mark.name) for module in MODULES for mark in pack_of(module).services}
    services |= {(module, "") for module in MODULES if not pack_of(module).services}
    assert set(STARTS) == services


@pytest.mark.parametrize(("module", "rule"), RULES)
def test_a_rule_has_hints_from_weak_to_strong_and_says_why(module: str, rule: Rule) -> None:
    assert len(rule.hints) >= 2, module
    assert len(set(rule.hints)) == len(rule.hints)
    assert rule.why
    assert rule.answer
