"""grades.csv: its columns, and that it opens cleanly whatever stands in it."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.report import Mark, Person, Report, SubmissionFacts
from checker.reporters.grades import Grades
from checker.reporters.spreadsheet import cell, number
from checker.rulepack import RulePack, load_pack
from tests.reporters.cohorts import HOSTILE, failed, formulas, parsed, report_of, with_marks

Sheet = list[dict[str, str]]
CHECKS = [rule.id for rule in load_pack("reliability").rules]


def rendered(*reports: Report) -> str:
    grades = Grades()
    for report in reports:
        grades.add(report, f"attendees/{report.submission.id}.html")
    return grades.render()


def sheet(*reports: Report) -> Sheet:
    head, *rows = parsed(rendered(*reports))
    assert all(len(row) == len(head) for row in rows)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_row_an_attendee_in_the_order_added(pack: RulePack) -> None:
    rows = sheet(report_of("noor", pack), report_of("ada", pack), report_of("keiko", pack))
    assert [row["id"] for row in rows] == ["noor", "ada", "keiko"]
    assert list(rows[0]) == [
        *("id", "name", "email", "status", "earned", "possible", "bonus"),
        *CHECKS,
        *("reasons", "next", "stage", "region", "stack", "page", "error"),
    ]
    noor, ada, keiko = rows
    assert (noor["status"], noor["earned"], noor["possible"], noor["bonus"]) == ("incomplete", "2", "6", "0")
    assert noor["reasons"] == (
        "dlq.permission=statement-missing; dlq.target=target-missing; "
        "table.on_demand=billing-missing; table.no_provisioned=throughput-present"
    )
    assert noor["next"] == "dlq.permission"
    assert (noor["dlq.queue"], noor["dlq.target"], noor["extra.autoscaling"]) == ("pass", "fail", "fail")
    assert (noor["stage"], noor["region"], noor["stack"]) == ("dev", "us-east-2", "")
    assert noor["page"] == "attendees/noor.html"
    assert (ada["status"], ada["reasons"], ada["next"], ada["error"]) == ("complete", "", "", "")
    assert (keiko["earned"], keiko["bonus"]) == ("6", "1")


def test_an_unknown_stands_among_the_reasons(pack: RulePack) -> None:
    (maya,) = sheet(report_of("maya", pack))
    assert maya["table.on_demand"] == "unknown"
    assert maya["reasons"] == "table.on_demand=unresolved-variable"


def test_a_check_that_was_not_asked_for_is_empty(pack: RulePack) -> None:
    report = report_of("chidi", pack)
    some = report._replace(checks=tuple(check for check in report.checks if check.rule.step == "dlq"))
    (row,) = sheet(some)
    assert (row["dlq.plugin"], row["table.on_demand"]) == ("pass", "")


def test_an_error_is_no_zero(pack: RulePack) -> None:
    (row,) = sheet(failed(pack))
    assert (row["status"], row["earned"], row["possible"], row["bonus"]) == ("error", "", "6", "")
    assert [row[check] for check in CHECKS] == [""] * len(CHECKS)
    assert row["error"] == "invalid-yaml: serverless.yml:46:6: this line does not fit."
    (marked,) = sheet(with_marks(failed(pack), how=Mark(2, 3)))
    assert (marked["earned"], marked["possible"], marked["qa.how"]) == ("2", "9", "2")


def test_columns_of_the_roster_follow_who_it_is(pack: RulePack) -> None:
    first = Person("Ada Lovelace", "ada@example.com", (("Section", "2"), ("STATUS", "enrolled"), ("dlq.queue", "q")))
    second = Person("Ben", "", (("Team", "blue"), ("Section", "3"), ("roster.status", "x")))
    rows = sheet(report_of("ada", pack, first), report_of("ben", pack, second))
    assert list(rows[0])[:9] == [
        *("id", "name", "email", "Section", "roster.STATUS", "roster.dlq.queue", "Team"),
        *("roster.roster.status", "status"),
    ]
    assert (rows[0]["name"], rows[0]["email"], rows[0]["Section"]) == ("Ada Lovelace", "ada@example.com", "2")
    assert (rows[0]["Team"], rows[1]["Team"], rows[1]["roster.STATUS"]) == ("", "blue", "")
    assert (rows[0]["status"], rows[0]["dlq.queue"]) == ("complete", "pass")


def test_marks_have_columns_where_anyone_has_one(pack: RulePack) -> None:
    ada, ben = with_marks(report_of("ada", pack), how=Mark(1.5, 3, "Good!")), report_of("ben", pack)
    rows = sheet(ada, ben)
    assert [name for name in rows[0] if name.startswith("qa.")] == ["qa.how"]
    assert [row["qa.how"] for row in rows] == ["1.5", ""]
    assert (rows[0]["earned"], rows[0]["possible"]) == ("7.5", "9")


@pytest.mark.parametrize(
    ("value", "text"), [(5.0, "5"), (5, "5"), (1.5, "1.5"), (0, "0"), (10, "10"), (0.1 + 0.2, "0.3"), (2 / 3, "0.6667")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_text_is_a_formula(text: str, pack: RulePack) -> None:
    person = Person(text, text, ((text, text), ("Section", text)))
    report = report_of("chidi", pack, person)
    report = report._replace(submission=SubmissionFacts(text, text, stage=text, region=text, stack=text))
    csv_text = rendered(report)
    assert formulas(csv_text) == []
    assert csv_text.count("\r\n") == csv_text.count("\n") == 2, "a row a line"
    csv_text.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("Ada\r\nLovelace", "Ada Lovelace"),
        ("\t=1", "' =1"),
        ("a;=1", "a;'=1"),
        ("Lovelace, Ada", "Lovelace, Ada"),
        ("x-y=z@w", "x-y=z@w"),
        ("\x1b[31m", "\\x1b[31m"),
        ("O'Neill", "O'Neill"),
    ],
)
def test_a_cell_keeps_what_it_can(text: str, shown: str) -> None:
    assert cell(text) == shown


names = st.text(st.one_of(st.sampled_from("=+-@;,\t\r\n\"' ＝＋－＠−x1"), st.characters()), max_size=12)
PACK = load_pack("reliability")
BEN = report_of("ben", PACK)


@given(st.lists(st.tuples(names, names, names, st.lists(st.tuples(names, names), max_size=3)), min_size=1, max_size=4))
def test_whatever_the_names_are(people: list[tuple[str, str, str, list[tuple[str, str]]]]) -> None:
    reports = [
        BEN._replace(submission=SubmissionFacts(id_, id_), person=Person(name, email, tuple(dict(columns).items())))
        for id_, name, email, columns in people
    ]
    text = rendered(*reports)
    rows = parsed(text)
    extra = dict.fromkeys(name for _, _, _, columns in people for name, _ in columns)
    assert formulas(text) == []
    assert len(rows) == len(people) + 1
    assert {len(row) for row in rows} == {14 + len(CHECKS) + len(extra)}


def test_a_byte_order_mark_where_excel_needs_one(pack: RulePack) -> None:
    assert rendered(report_of("ada", pack, Person("Ada"))).isascii()
    assert rendered(report_of("ada", pack, Person("Zoë"))).startswith("\ufeffid,")


def test_no_clock(pack: RulePack) -> None:
    report = report_of("ada", pack)
    later = report._replace(checked_at=datetime(2026, 3, 2, tzinfo=timezone.utc))
    assert rendered(report) == rendered(later)


def test_an_empty_class_has_a_header() -> None:
    assert rendered() == "id,name,email,status,earned,possible,bonus,reasons,next,stage,region,stack,page,error\r\n"
