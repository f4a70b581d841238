"""The reference pages in docs/ say what the rule packs and the kinds say."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.checks.kinds import find_kind, kind_names
from checker.reporters.reference import render, render_index
from tests.conftest import MODULES, pack_of
from tests.reference import DOCS, pages

PAGES = pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_the_page_is_current(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == PAGES[page], "say `make docs`"


def test_no_page_is_of_a_module_that_is_gone() -> None:
    assert {path.stem for path in (DOCS / "checks").iterdir()} == set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_every_check_and_code_is_on_it(module: str) -> None:
    pack = pack_of(module)
    page = render(pack)
    for rule in pack.rules:
        assert f"### `{rule.id}`" in page
        for words in rule.reasons.values():
            assert f"| `{words.code}` |" in page
        if rule.service:
            assert f"### `{rule.id}`\n\n**{rule.title}** (1 point, in the service `{rule.service}`)" in page


def test_what_all_modules_share_is_on_the_index() -> None:
    packs = [pack_of(module) for module in MODULES]
    page = render_index(packs)
    for pack in packs:
        assert f"](checks/{pack.id}.md)" in page
    for words in packs[0].common.unknown.values():
        assert f"| `{words.code}` |" in page
    assert "{" not in page.replace("${", "")


def test_every_kind_is_documented_with_its_slots_and_parameters() -> None:
    page = PAGES[DOCS / "kinds.md"]
    for name in kind_names():
        section = page.partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]
        kind = find_kind(name)
        assert kind is not None
        for parameter in kind.parameters._fields:
            assert f"| `{parameter}` |" in section, (name, parameter)
        for slot in kind.slots:
            assert f"| `{slot}`" in section, (name, slot)
