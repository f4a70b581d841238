"""A module about two services: what pages and files say of the half that is for the other one."""

from __future__ import annotations

import csv
import io
import re

import pytest
from markupsafe import escape

from checker.cli import main
from checker.cohort.submission import Request, check_path
from checker.report import Report
from checker.reporters.explain import render_modules
from checker.reporters.gradebooks.canvas import Canvas
from checker.reporters.grades import Grades
from checker.reporters.html import render
from checker.reporters.terminal import Terminal
from tests.conftest import FIXTURES, MODULES, pack_of
from tests.reporters.test_cohort import cohort_page, rows_of

PACK = pack_of("event-driven")
SERVICES = FIXTURES / "event-driven" / "service"
OF_RECORD = [rule.id for rule in PACK.rules if rule.service == "wild-rydes-ride-record"]
OF_RYDES = [rule.id for rule in PACK.rules if rule.service == "wild-rydes"]


def judged(name: str) -> Report:
    report = check_path(SERVICES / name, PACK, Request())
    assert report.error is None
    return report


def test_a_page_shows_a_step_of_the_other_service_as_one_line() -> None:
    page = render(judged("ride-record-start"))
    for check in OF_RECORD:
        assert page.count(f'id="{check}"') == 1, check
    for check in OF_RYDES:
        assert f'id="{check}"' not in page, check
        assert f'href="#{check}"' not in page, check
    assert page.count('<p class="tally">for wild-rydes</p>') == 2
    assert "This is for the service <code>wild-rydes</code>; here it is <code>wild-rydes-ride-record</code>." in page
    assert "5 checks to go" in re.sub(r"\s+", " ", page)


def test_a_page_that_has_arrived_says_so_of_this_service() -> None:
    page = render(judged("wild-rydes-answer"))
    assert "Every check for this service of Event-driven Architecture passes." in page


def test_the_page_tells_the_path_through_this_service_alone() -> None:
    page = render(judged("ride-record-answer"))
    assert "What happens to a ride event now" in page
    assert "What happens to a ride now" not in page


def test_the_checks_of_a_service_stand_below_its_name() -> None:
    lines = render_modules([pack_of(module) for module in MODULES], Terminal()).splitlines()
    at = {line.split()[0]: number for number, line in enumerate(lines) if line.startswith("  ") and "." in line}
    rydes, record = (
        lines.index("  for the service wild-rydes:"),
        lines.index("  for the service wild-rydes-ride-record:"),
    )
    assert all(rydes < at[check] < record for check in OF_RYDES)
    assert all(at[check] > record for check in OF_RECORD)
    assert lines[at["dlq.plugin"] - 1].startswith("  rides.")


def test_the_points_of_one_service_are_the_most_that_a_class_can_have() -> None:
    grades, book = Grades(), Canvas("A")
    for name in ("ride-record-start", "ride-record-answer", "wild-rydes-answer"):
        grades.add(judged(name), f"{name}.html")
        book.add(judged(name), f"{name}.html")
    assert book.maximum == 5
    rows = list(csv.DictReader(io.StringIO(grades.render().lstrip("\ufeff"))))
    assert [(row["earned"], row["possible"]) for row in rows] == [("0", "5"), ("5", "5"), ("5", "5")]
    assert rows[0]["topic.resource"] == "skipped"


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (["ride-record-start", "ride-record-answer"], OF_RECORD),
        (["wild-rydes-answer"], OF_RYDES),
        (["ride-record-start", "wild-rydes-answer"], [*OF_RYDES, *OF_RECORD]),
    ],
)
def test_the_page_of_a_class_has_the_checks_that_were_asked_of_anybody(names: list[str], asked: list[str]) -> None:
    page = cohort_page(rows_of(judged(name) for name in names))
    titles = {rule.id: rule.title for rule in PACK.rules}
    assert [check for check in titles if str(escape(titles[check])) in page] == asked


def test_the_band_of_a_class_counts_those_whose_service_a_check_is_for() -> None:
    page = cohort_page(rows_of(map(judged, ("ride-record-start", "ride-record-answer", "wild-rydes-answer"))))
    told = re.sub(r"\s+", " ", page)
    rows = dict(re.findall(r'<p class="title">([^<]+)</p> <p class="passing">(.*?)</p>', told))
    assert rows["Create the topic RidesSnsTopic"] == "<b>1</b> of 1 pass"
    assert rows["Add the function PutRideRecordSns"] == "<b>1</b> of 2 pass"
    assert "A check counts those whose service it is for." in told


def test_a_class_of_one_service_is_told_in_plain_numbers() -> None:
    page = cohort_page(rows_of(map(judged, ("ride-record-start", "ride-record-answer"))))
    assert '<p class="title">Add the function PutRideRecordSns</p> <p class="passing"><b>1</b> pass</p>' in page


@pytest.mark.parametrize("form", ["text", "markdown", "html", "badge", "github"])
def test_what_is_asked_of_the_other_service_alone_is_nothing_to_check(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(SERVICES / "ride-record-start")
    assert main([path, "--module", "event-driven", "--only", "topic", "--format", form, "--no-lint"]) == 0
    told = capsys.readouterr().out
    assert "nothing to check" in told.lower()
    assert "Nothing of this applies here" in told or form == "badge"
    assert "omplete" not in told.partition("</head>")[2 if form == "html" else 0]
    assert "0 extra" not in told
    assert "::notice" not in told


@pytest.mark.parametrize("verb", ["hint", "diff"])
def test_a_finished_half_has_nothing_left_and_no_extra_credit(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, str(SERVICES / "wild-rydes-answer"), "--module", "event-driven"]) == 0
    told = capsys.readouterr()
    assert (told.out + told.err).splitlines()[-1] == "Every check of this service passes."
