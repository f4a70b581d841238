"""The gradebook files, read back as the systems read them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import UsageError
from checker.report import Mark, Person, Report, SubmissionFacts
from checker.reporters.gradebooks import FILE_NAMES, SYSTEMS, gradebook
from checker.rulepack import RulePack
from tests.reporters.cohorts import HOSTILE, failed, formulas, parsed, report_of, with_marks
from tests.reporters.test_grades import BEN, names

CSV_SYSTEMS = [system for system in SYSTEMS if FILE_NAMES[system].endswith(".csv")]
ADA = Person("Ada Lovelace", "ada@example.com")


def written(system: str, *reports: Report, assignment: str = "Reliability (42)") -> bytes:
    book = gradebook(system, assignment)
    for report in reports:
        book.add(report, "page.html")
    return book.render()


def sheet(system: str, *reports: Report) -> list[dict[str, str]]:
    head, *rows = parsed(written(system, *reports).decode())
    assert all(len(row) == len(head) for row in rows)
    return [dict(zip(head, row, strict=True)) for row in rows]


def columned(report: Report, **columns: str) -> Report:
    told = tuple((name.replace("_", " "), value) for name, value in columns.items())
    return report._replace(person=report.person._replace(columns=told))


def without_file(report: Report) -> Report:
    """The report as a stack alone gives it: the plugin is skipped."""
    plugin, *others = report.checks
    verdict = plugin.first._replace(outcome="skipped", reason=None)
    return report._replace(checks=(plugin._replace(verdicts={"stack": verdict}), *others))


def test_every_system_has_a_file() -> None:
    assert SYSTEMS == ("canvas", "moodle", "gradescope", "github-classroom")
    assert list(FILE_NAMES) == list(SYSTEMS)
    assert len(set(FILE_NAMES.values())) == len(SYSTEMS)


def test_an_unknown_system_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="canvas, moodle, gradescope, github-classroom"):
        gradebook("blackboard", "x")


def test_canvas_has_its_columns_and_the_row_with_the_points(pack: RulePack) -> None:
    rows = parsed(written("canvas", report_of("chidi", pack, ADA), failed(pack)).decode())
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Reliability (42)"],
        ["    Points Possible", "", "", "", "", "6"],
        ["Ada Lovelace", "", "", "ada@example.com", "", "5"],
        ["luis", "", "", "", "", ""],
    ]


def test_canvas_takes_the_identifiers_of_its_own_export(pack: RulePack) -> None:
    export = columned(
        report_of("chidi", pack, ADA),
        Student="Lovelace, Ada",
        SIS_User_ID="S7",
        SIS_Login_ID="ada7",
        Root_Account="school.example.com",
        Section="Monday",
    )
    as_id = export._replace(submission=export.submission._replace(id="1234"))
    beside = columned(report_of("ben", pack), ID="99", Student="Ben")
    rows = sheet("canvas", as_id, beside)[1:]
    assert list(rows[0].values()) == ["Lovelace, Ada", "1234", "S7", "ada7", "school.example.com", "Monday", "5"]
    assert (rows[1]["ID"], rows[1]["Student"]) == ("99", "Ben")


@pytest.mark.parametrize("number", ["12abc", "1_0", "-5", "１２", " 7"])
def test_canvas_reads_no_user_out_of_a_text(number: str, pack: RulePack) -> None:
    report = columned(report_of("ada", pack), ID=number)
    assert sheet("canvas", report)[1]["ID"] == ""


def test_a_number_that_canvas_did_not_give_is_no_user_of_it(pack: RulePack) -> None:
    report = report_of("ada", pack)
    report = report._replace(submission=report.submission._replace(id="1234"))
    assert sheet("canvas", report)[1]["ID"] == ""


def test_no_attendee_is_the_row_with_the_points(pack: RulePack) -> None:
    report = report_of("ben", pack, Person("Points Possible"))
    rows = parsed(written("canvas", report).decode())
    assert ["Points Possible" in row[0] for row in rows] == [False, True, False]


def test_moodle_has_what_its_worksheet_needs(pack: RulePack) -> None:
    worksheet = columned(
        report_of("chidi", pack),
        Identifier="Participant 17",
        Full_name="Ada Lovelace",
        Email_address="ada@example.com",
        **{"Last modified (grade)": "Monday, 2 March 2026, 10:00 AM"},
    )
    ada, ben, luis = sheet("moodle", worksheet, report_of("keiko", pack, Person("Ben", "b@x")), failed(pack))
    assert {"Identifier", "Grade", "Last modified (grade)", "Feedback comments"} <= set(ada)
    assert (ada["Identifier"], ada["Full name"], ada["Email address"]) == (
        "Participant 17",
        "Ada Lovelace",
        "ada@example.com",
    )
    assert (ada["Grade"], ada["Maximum Grade"]) == ("5", "6")
    assert ada["Last modified (grade)"] == "Monday, 2 March 2026, 10:00 AM"
    assert ada["Feedback comments"].startswith("5 of 6 points. dlq.permission (resource-not-arn): 0 of 1. `Ref` of")
    assert (ben["Full name"], ben["Email address"], ben["Identifier"]) == ("Ben", "b@x", "")
    assert (ben["Grade"], ben["Feedback comments"]) == ("6", "6 of 6 points. Extra credit: 1.")
    assert luis["Grade"] == ""
    assert luis["Feedback comments"] == "This could not be checked: serverless.yml:46:6: this line does not fit."


def test_moodle_reads_feedback_as_html(pack: RulePack) -> None:
    report = with_marks(report_of("ada", pack), how=Mark(1, 3, "<img src=x onerror=alert(1)> & more"))
    (row,) = sheet("moodle", report)
    assert row["Feedback comments"] == ("6 of 6 points. qa.how: 1 of 3. &lt;img src=x onerror=alert(1)&gt; &amp; more")


def test_a_dash_of_moodle_is_no_date(pack: RulePack) -> None:
    report = columned(report_of("ada", pack), **{"Last modified (grade)": "-"})
    assert sheet("moodle", report)[0]["Last modified (grade)"] == ""


def test_github_classroom_has_the_columns_of_its_download(pack: RulePack) -> None:
    report = report_of("keiko", pack, ADA)
    columns = (("github_username", "keiko-gh"), ("identifier", "k@school"))
    roster = report._replace(person=report.person._replace(columns=columns))
    own, plain = sheet("github-classroom", roster, failed(pack))
    assert ",".join(own) == (
        "assignment_name,assignment_url,starter_code_url,github_username,roster_identifier,student_repository_name,"
        "student_repository_url,submission_timestamp,points_awarded,points_available"
    )
    assert (own["assignment_name"], own["github_username"], own["roster_identifier"]) == (
        "Reliability (42)",
        "keiko-gh",
        "k@school",
    )
    assert (own["student_repository_name"], own["points_awarded"], own["points_available"]) == ("keiko", "7", "6")
    assert (plain["roster_identifier"], plain["github_username"], plain["points_awarded"]) == ("luis", "", "")


def test_an_error_does_not_say_what_all_is_worth(pack: RulePack) -> None:
    """With `--only`, the checks of an error are still all of the module."""
    report = report_of("ada", pack)
    some = report._replace(checks=tuple(check for check in report.checks if check.rule.step == "dlq"))
    assert [row["Maximum Grade"] for row in sheet("moodle", failed(pack), some)] == ["4", "4"]
    assert [row["Maximum Grade"] for row in sheet("moodle", failed(pack))] == ["6"]


def ran(archive: bytes, folder: Path, *addresses: str) -> tuple[dict[str, object] | None, str]:
    """What Gradescope's container has after a submission: results.json and what the program said."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        files.extractall(folder / "source")
    metadata = {"users": [{"email": address, "id": 1, "name": "X"} for address in addresses]}
    (folder / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    program = folder / "source" / "run_autograder"
    done = subprocess.run([sys.executable, program, folder], capture_output=True, text=True, check=False)
    results = folder / "results" / "results.json"
    assert (done.returncode == 0) == results.exists()
    return (json.loads(results.read_text(encoding="utf-8")) if results.exists() else None), done.stderr.strip()


def test_gradescope_gets_an_autograder_with_the_results(pack: RulePack, tmp_path: Path) -> None:
    marked = with_marks(report_of("chidi", pack, ADA), how=Mark(2.5, 3, "Nearly."))
    results, said = ran(written("gradescope", marked), tmp_path, "Ada@Example.com")
    assert said == ""
    assert results is not None
    assert results["score"] == 7.5
    tests = results["tests"]
    assert isinstance(tests, list)
    by_name = {test["name"]: test for test in tests}
    assert by_name["dlq.queue"]["status"] == "passed"
    wrong = by_name["dlq.permission (resource-not-arn)"]
    assert (wrong["status"], wrong["score"], wrong["max_score"], wrong["output_format"]) == ("failed", 0, 1, "text")
    assert wrong["output"].startswith("`Ref` of a queue")
    assert by_name["qa.how"]["output"] == "Nearly."


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        (("eve@example.com",), "rydecheck has no results for eve@example.com."),
        (("ada@example.com", "ben@example.com"), "rydecheck has 2 results for ada@example.com, ben@example.com."),
        (("luis@example.com",), "This could not be checked: serverless.yml:46:6: this line does not fit."),
        (("both@example.com",), "rydecheck has no results for both@example.com."),
    ],
)
def test_gradescope_gives_no_score_without_one_result(
    addresses: tuple[str, ...], said: str, pack: RulePack, tmp_path: Path
) -> None:
    both = Person("", "both@example.com")
    archive = written(
        "gradescope",
        report_of("ada", pack, ADA),
        report_of("ben", pack, Person("Ben", "ben@example.com")),
        failed(pack)._replace(person=Person("", "luis@example.com")),
        report_of("dora", pack, both),
        report_of("emil", pack, both),
    )
    assert ran(archive, tmp_path, *addresses) == (None, said)


def test_gradescope_can_run_what_is_in_the_archive(pack: RulePack) -> None:
    archive = written("gradescope", report_of("ada", pack, ADA))
    assert archive == written("gradescope", report_of("ada", pack, ADA)), "no clock"
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert {"setup.sh", "run_autograder"} <= set(files.namelist())
        for info in files.infolist():
            assert info.external_attr >> 16 & 0o111, f"{info.filename} is executable"
        assert files.read("run_autograder").startswith(b"#!/usr/bin/env python3\n")


@pytest.mark.parametrize("system", CSV_SYSTEMS)
def test_one_maximum_for_all(system: str, pack: RulePack) -> None:
    """Skipped checks count for nobody: five of five is as much as six of six."""
    marked = with_marks(report_of("ada", pack), how=Mark(2, 3), burst=Mark(1, 4))
    stack, part = without_file(report_of("ada", pack)), without_file(report_of("noor", pack))
    grade, most = {
        "canvas": ("Reliability (42)", None),
        "moodle": ("Grade", "Maximum Grade"),
        "github-classroom": ("points_awarded", "points_available"),
    }[system]
    rows = sheet(system, marked, stack, part)
    assert [row[grade] for row in rows[-3:]] == ["9", "6", "1.2"]
    assert rows[0][most or grade] == "13"


@pytest.mark.parametrize("system", CSV_SYSTEMS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_text_is_a_formula(text: str, system: str) -> None:
    names_of_systems = ("Student", "SIS Login ID", "Identifier", "Email address", "identifier", "github_username")
    person = Person(text, text, tuple((name, text) for name in names_of_systems))
    report = with_marks(BEN._replace(submission=SubmissionFacts(text, text), person=person), how=Mark(1, 2, text))
    csv_text = written(system, report, assignment=text).decode()
    assert formulas(csv_text) == []
    assert csv_text.count("\n") == csv_text.count("\r\n") == (3 if system == "canvas" else 2)


@pytest.mark.parametrize("system", CSV_SYSTEMS)
@given(st.lists(st.tuples(names, names, names), max_size=3), names)
def test_whatever_the_names_are(system: str, people: list[tuple[str, str, str]], assignment: str) -> None:
    reports = [
        BEN._replace(submission=SubmissionFacts(id_, id_), person=Person(name, other, (("Section", other),)))
        for id_, name, other in people
    ]
    text = written(system, *reports, assignment=assignment).decode()
    rows = parsed(text)
    assert formulas(text) == []
    assert len(rows) == len(people) + (2 if system == "canvas" else 1)
    assert len({len(row) for row in rows}) == 1
