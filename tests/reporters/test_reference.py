"""The reference page in docs/ says what the rule pack says."""

from __future__ import annotations

from checker.reporters.reference import render
from checker.rulepack import RulePack
from tests.reference import PAGE


def test_the_page_is_current(pack: RulePack) -> None:
    assert PAGE.read_text(encoding="utf-8") == render(pack), "say `make docs`"


def test_every_check_and_code_is_on_it(pack: RulePack) -> None:
    page = render(pack)
    for rule in pack.rules:
        assert f"### `{rule.id}`" in page
        for words in rule.reasons.values():
            assert f"| `{words.code}` |" in page
    for words in pack.common.unknown.values():
        assert f"| `{words.code}` |" in page
    assert "{" not in page.replace("${", "")
