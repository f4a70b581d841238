"""A made class: no two submissions alike, and each judged as the fixture it is made from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from benchmarks.made_class import CONFIGURATIONS, Made, fixtures, make_class, submissions
from checker.cohort.submission import Request, check_path
from checker.report import Report
from checker.rulepack import RulePack
from tests.conftest import FIXTURES

pytestmark = pytest.mark.slow


def read(folder: Path) -> dict[str, dict[str, bytes]]:
    """The files of each submission in a folder."""
    return {home.name: {path.name: path.read_bytes() for path in home.iterdir()} for home in sorted(folder.iterdir())}


def configuration(made: Made) -> bytes:
    return next(made.files[name] for name in CONFIGURATIONS if name in made.files)


def judged(report: Report) -> tuple[object, ...]:
    """What must be the same: the outcome and reason of each check, or why there is none."""
    error = report.error.code if report.error else None
    return error, *((check.rule.id, check.outcome, check.reason, check.equivalent) for check in report.checks)


@pytest.fixture(scope="module")
def made() -> list[Made]:
    return list(submissions(300))


def test_no_two_submissions_are_alike(made: list[Made]) -> None:
    assert len({hashlib.sha256(configuration(one)).digest() for one in made}) == len(made) == 300
    assert len({one.name for one in made}) == 300


def test_the_same_seed_makes_the_same_class(tmp_path: Path, made: list[Made]) -> None:
    for name, count, seed in (("first", 60, 1), ("again", 60, 1), ("other", 60, 2)):
        make_class(tmp_path / name, count, seed)
    first = read(tmp_path / "first")
    assert first == read(tmp_path / "again") == {one.name: one.files for one in made[:60]}
    other = read(tmp_path / "other")
    assert not {str(files) for files in first.values()} & {str(files) for files in other.values()}


def test_each_is_judged_as_the_fixture_it_is_made_from(tmp_path: Path, pack: RulePack) -> None:
    common, special = fixtures()
    wanted = {folder: judged(check_path(folder, pack, Request())) for folder in (*common, *special)}
    # Each fixture is varied once or more often; their turns alternate with those of the common ones.
    made = list(submissions(2 * len(special), seed=3))
    make_class(tmp_path, len(made), seed=3)
    assert {one.fixture for one in made} == set(wanted)
    assert [
        f"{one.name}, made from {one.fixture.relative_to(FIXTURES)}"
        for one in made
        if judged(check_path(tmp_path / one.name, pack, Request())) != wanted[one.fixture]
    ] == []


def test_a_submission_holds_nothing_of_the_tests(made: list[Made]) -> None:
    assert not {name for one in made for name in one.files} & {"expect.json", "deployed.json"}


def test_some_have_more_than_the_configuration(made: list[Made]) -> None:
    for name in ("package.json", "ANSWERS.md", ".env", "tags.yml"):
        assert 0 < sum(name in one.files for one in made) < 250, name


def test_a_variation_is_more_than_a_comment_at_the_top(made: list[Made]) -> None:
    """Attendees who begin from the same fixture differ in what they wrote, and in the order of it."""

    def text(one: Made) -> list[str]:
        lines = configuration(one).decode("utf-8", "replace").splitlines()
        return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]

    same = [one for one in made if one.fixture == FIXTURES / "class" / "ada"]
    assert len(same) > 3
    assert len({tuple(text(one)) for one in same}) == len(same)
    sections = ("custom:", "provider:", "functions:", "resources:")
    assert len({tuple(line for line in text(one) if line in sections) for one in same}) > 1
    assert len({frozenset(text(one)) for one in same}) == len(same)
