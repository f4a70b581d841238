"""`rydecheck rules reasons` prints words that fit into a module as they are."""

from __future__ import annotations

import json

import pytest
import yaml

from checker.authoring.reasons import render
from checker.authoring.schema import words_of_facts
from checker.checks.kinds import find_kind, kind_names
from checker.cli import main
from checker.rulepack import load_pack
from tests.authoring.packs import HELP, module_files
from tests.conftest import MODULES, pack_of

CHECK = """\
id: small
title: Small
about: A pack for a test.
link: https://example.org
steps: [{id: one, title: One}]
checks:
  - id: a.plugin
    step: one
    points: 1
    title: Do it
    why: Because.
    passed: It is.
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", kind_names())
def test_what_is_printed_fits_below_a_check_of_the_kind(kind: str) -> None:
    found = find_kind(kind)
    assert found is not None
    rules = [rule for module in MODULES for rule in pack_of(module).rules if rule.judgement.kind is found]
    given = json.dumps(rules[0].judgement.parameters._asdict())
    pack = load_pack(module_files(f"{CHECK}    kind: {kind}\n    given: {given}\n{render(kind)}", HELP))
    (rule,) = pack.rules
    assert list(rule.reasons) == list(found.slots)
    said = {words.say for one in rules for words in one.reasons.values()}
    assert {words.say for words in rule.reasons.values() if words.say} <= said


def test_the_words_of_a_statement_come_with_what_their_facts_mean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "reasons", "allows"]) == 0
    told = capsys.readouterr().out
    assert "    # Each sentence may use {function}, {action}, {logical_id}, {type}.\n" in told
    assert f"    # {{belongs}}: {words_of_facts()['belongs']}\n" in told
    reasons = yaml.safe_load(told)["reasons"]
    assert reasons["absent"]["code"] == "statement-missing"
    found = find_kind("allows")
    assert found is not None
    assert reasons.keys() == found.slots.keys()


def test_the_words_of_another_check_of_the_kind_may_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "reasons", "allows"])
    assert "    # Others: rydecheck rules reasons topic.permission\n" in capsys.readouterr().out
    assert main(["rules", "reasons", "topic.permission"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["reasons"]["absent"]["code"] == "publish-missing"


def test_another_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "reasons", "alows"]) == 2
    assert capsys.readouterr().err == "rydecheck: there is no kind of check `alows`; did you mean allows?\n"
    assert main(["rules", "reasons", "zzz"]) == 2
    assert "; the kinds are: absence, allows, " in capsys.readouterr().err


def test_each_fact_of_our_kinds_has_a_meaning_and_no_other() -> None:
    kinds = [kind for name in kind_names() if (kind := find_kind(name)) is not None]
    facts = {fact for kind in kinds for facts in kind.slots.values() for fact in facts}
    assert facts == words_of_facts().keys()
