"""A class in the terminal."""

from __future__ import annotations

import pytest

from checker.cohort.submission import Request, check_path
from checker.errors import CheckError
from checker.report import Report
from checker.reporters.class_text import ClassText
from checker.reporters.terminal import Terminal
from checker.rulepack import RulePack
from tests.conftest import FIXTURES


@pytest.fixture(scope="module")
def reports(pack: RulePack) -> dict[str, Report]:
    return {name: check_path(FIXTURES / "class" / name, pack, Request()) for name in ("ada", "ben", "chidi", "luis")}


def rendered(pack: RulePack, *reports: Report, draw: Terminal | None = None) -> list[str]:
    text = ClassText(pack)
    for report in reports:
        text.add(report, "x.html")
    return text.render(draw).splitlines()


def test_it_counts_who_is_where_and_what_is_common(pack: RulePack, reports: dict[str, Report]) -> None:
    lines = rendered(pack, *reports.values(), reports["chidi"])
    assert lines[0] == "5 submissions: 1 complete, 3 under way, 1 could not be checked"
    assert "  ███████████████░░░░░      3 of 4     dlq.plugin" in lines
    assert "  ░░░░░░░░░░░░░░░░░░░░      0 of 4     extra.autoscaling  optional" in lines
    common = lines.index("In the way of most:")
    assert lines[common + 1] == "      2  resource-not-arn at dlq.permission"
    assert lines[-1].startswith("  luis: serverless.yml:46:6: ")


def test_one_that_is_complete_needs_no_more_words(pack: RulePack, reports: dict[str, Report]) -> None:
    lines = rendered(pack, reports["ada"])
    assert lines[0] == "1 submission: 1 complete, 0 under way, 0 could not be checked"
    assert "In the way of most:" not in lines


def test_two_that_are_judged_by_one_stack_are_named(pack: RulePack, reports: dict[str, Report]) -> None:
    def with_stack(name: str, stack: str) -> Report:
        return reports[name]._replace(submission=reports[name].submission._replace(stack=stack))

    lines = rendered(pack, with_stack("ada", "wild-a"), with_stack("ben", "wild-b"), with_stack("chidi", "wild-a"))
    assert lines[-2:] == ["Judged by one stack, which only one of them can have deployed:", "  wild-a: ada, chidi"]
    assert "Judged by" not in "\n".join(rendered(pack, with_stack("ada", "wild-a"), with_stack("ben", "wild-b")))


def test_foreign_names_draw_nothing(pack: RulePack, reports: dict[str, Report]) -> None:
    odd = reports["luis"]._replace(
        submission=reports["luis"].submission._replace(id="\x1b[2Jada\u202e\n"), error=CheckError("timeout", "\x07late")
    )
    text = "\n".join(rendered(pack, odd, draw=Terminal(unicode=False)))
    assert text.isascii()
    assert "\x1b" not in text
    assert "\x07" not in text


def test_many_errors_are_cut(pack: RulePack, reports: dict[str, Report]) -> None:
    lines = rendered(pack, *[reports["luis"]] * 60)
    assert lines[-1] == "  … and 10 more"
