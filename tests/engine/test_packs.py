"""The packs prove themselves: the untouched service fails each check, the pack's own answer makes it pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.cohort.submission import Request, check_path
from checker.report import CheckResult
from checker.rule_help import Edit
from checker.rulepack import Rule, RulePack, load_pack, module_ids
from tests.conftest import FIXTURES

START = FIXTURES / "service/start/serverless.yml"
RULES = [pytest.param(module, rule, id=rule.id) for module in module_ids() for rule in load_pack(module).rules]


def apply(tree: dict[str, Any], edit: Edit) -> None:
    *parents, last = edit.path.split(".")
    holder = tree
    for key in parents:
        holder = holder.setdefault(key, {})
    if edit.action == "set":
        holder[last] = edit.value
    elif edit.action == "append":
        holder.setdefault(last, []).append(edit.value)
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
    pack = load_pack(module)
    tree = yaml.safe_load(START.read_text(encoding="utf-8"))
    before = judged(tmp_path, tree, pack)[rule.id]
    assert (before.outcome, before.equivalent) == ("fail", False)
    for edit in rule.answer:
        apply(tree, edit)
    after = judged(tmp_path, tree, pack)
    assert (after[rule.id].outcome, after[rule.id].equivalent) == ("pass", False)


@pytest.mark.parametrize("module", module_ids())
def test_all_answers_but_the_extra_ones_complete_the_module(tmp_path: Path, module: str) -> None:
    pack = load_pack(module)
    tree = yaml.safe_load(START.read_text(encoding="utf-8"))
    for rule in pack.rules:
        for edit in rule.answer if not rule.bonus else ():
            apply(tree, edit)
    results = judged(tmp_path, tree, pack)
    open_checks = [id_ for id_, result in results.items() if result.open]
    assert open_checks == []
    assert sum(result.earned for result in results.values()) == pack.possible


@pytest.mark.parametrize(("module", "rule"), RULES)
def test_a_rule_has_hints_from_weak_to_strong_and_says_why(module: str, rule: Rule) -> None:
    assert len(rule.hints) >= 2, module
    assert len(set(rule.hints)) == len(rule.hints)
    assert rule.why
    assert rule.answer
