"""The page of a class: exact counts, all rows as data, one script, and safe whatever a submission holds."""

from __future__ import annotations

import json
import re
import tracemalloc
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from checker.cohort.submission import Request, check_path
from checker.errors import CheckError, UsageError
from checker.report import Answer, CheckResult, Mark, Moment, Person, Report, SubmissionFacts
from checker.reporters.cohort import LETTERS, MOST_STATIC, CohortPage
from checker.reporters.curves import Growth
from checker.rulepack import RulePack
from tests.conftest import FIXTURES
from tests.reporters.test_html import (
    CHANGING,
    CLASS,
    DRIFT,
    FAILED,
    HOSTILE,
    LIVE,
    NOT_DEPLOYED,
    RIGHT,
    UNSHOWN,
    Page,
    judged,
    poisoned,
    shapes,
    with_stack,
)

BEGIN = datetime(2026, 11, 24, 13, 0)
RUNS = re.compile(r"<script>(.*?)</script>", re.DOTALL)
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def cohort_page(rows: Iterable[tuple[Report, str]], title: str = "Berlin", **how: Any) -> str:
    page = CohortPage(title, **how)
    for report, path in rows:
        page.add(report, path)
    return page.render()


def rows_of(reports: Iterable[Report]) -> list[tuple[Report, str]]:
    return [(report, f"attendees/{report.submission.id}.html") for report in reports]


def many(reports: Sequence[Report], count: int) -> list[Report]:
    """A large class, of these in turn."""
    return [named(reports[at % len(reports)], f"user{at}") for at in range(count)]


def named(report: Report, id: str, name: str = "", email: str = "") -> Report:  # noqa: A002 - as Person has it
    return report._replace(submission=report.submission._replace(id=id), person=Person(name, email))


def data_of(text: str) -> dict[str, Any]:
    found = DATA.findall(text)
    assert len(found) == 1
    told: dict[str, Any] = json.loads(found[0])
    return told


class Table(Page):
    """The rows of a class's page: the text of each cell, and the states that cells have by their class."""

    def __init__(self, text: str) -> None:
        self.rows: list[list[str]] = []
        self.states: list[list[str]] = []
        self.links: list[str] = []
        super().__init__(text)
        self.rows = [[" ".join(cell.split()) for cell in row] for row in self.rows]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        if "tbody" not in self.standing or "template" in self.standing:
            return
        given = dict(attrs)
        if tag == "tr":
            self.rows.append([])
            self.states.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
            if tag == "td" and (given.get("class") or "").startswith("cell"):
                self.states[-1].append((given.get("class") or "").rpartition("is-")[2])
        elif tag == "a":
            self.links.append(given.get("href") or "")

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        if "tbody" in self.standing and UNSHOWN.isdisjoint(self.standing) and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def assert_one_script(text: str) -> None:
    """The page runs its own script, named by its hash, and nothing else; it asks for nothing."""
    page = Page(text)
    scripts = page.named("script")
    assert [one for one in scripts if one] == [{"type": "application/json", "id": "data"}]
    run = RUNS.findall(text)
    assert len(run) == len(scripts) - 1 == 1
    policy = next(
        one["content"] for one in page.named("meta") if one.get("http-equiv") == "Content-Security-Policy"
    ).split("; ")
    hashed = b64encode(sha256(run[0].encode()).digest()).decode()
    assert policy[0] == "default-src 'none'"
    assert [one for one in policy if one.startswith("script-src")] == [f"script-src 'sha256-{hashed}'"]
    assert not {tag.name for tag in page.tags} & {"iframe", "img", "object", "embed", "form", "base", "image"}
    assert not [name for tag in page.tags for name in tag.attributes if name.startswith("on")]
    assert page.values("src") == []
    for tag in page.tags:
        target = tag.attributes.get("href", "#")
        assert target.startswith(("#", "data:image/svg+xml,")) or re.fullmatch(r"[\w.%~-]?[\w./%~-]*", target), target


@pytest.fixture(scope="module")
def reports(pack: RulePack) -> list[Report]:
    return [check_path(folder, pack, Request()) for folder in CLASS]


@pytest.fixture(scope="module")
def text(reports: list[Report]) -> str:
    return cohort_page(rows_of(reports))


def test_the_page_is_well_formed_and_runs_one_script(text: str, reports: list[Report]) -> None:
    assert_one_script(text)
    assert_one_script(cohort_page(rows_of(with_stack(report) for report in reports), refresh=10, at=BEGIN))
    page = Page(text)
    ids = page.values("id")
    assert sorted(set(ids)) == sorted(ids)
    assert {target[1:] for target in page.values("href") if target.startswith("#")} <= set(ids)
    assert {one for value in page.values("aria-labelledby") for one in value.split()} <= set(ids)
    levels = [int(tag.name[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag.name)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_five_seconds_tell_how_many_are_where_and_the_most_common_mistake(text: str) -> None:
    shown = Page(text).text
    assert "5 complete 10 under way 1 could not be checked of 16 attendees" in shown
    assert "Most common mistake RideRecordTable still has ProvisionedThroughput" in shown
    assert "4 of 16, at “Remove the fixed capacity of RideRecordTable”" in shown


def test_what_is_only_missing_is_no_mistake(pack: RulePack) -> None:
    started = [judged("goran", pack), judged("goran", pack), judged("chidi", pack)]
    shown = Page(cohort_page(rows_of(started))).text
    assert "Most common mistake Ref of a queue gives its URL" in shown
    assert shown.index("show 2") < shown.index("show 1")
    assert "Most often missing serverless-plugin" in Page(cohort_page(rows_of(started[:2]))).text
    assert "Most often unknown" in Page(cohort_page(rows_of([judged("maya", pack)]))).text
    assert "Everybody has arrived" in Page(cohort_page(rows_of([judged("ada", pack)]))).text


def ways(text: str) -> str:
    """What the picture of the class's way says."""
    return Page(text).text.partition("Who is where")[2].partition("What stands in the way")[0]


def test_the_way_counts_who_passes_each_check_and_each_step(text: str, reports: list[Report]) -> None:
    shown = ways(text)
    for rule in reports[0].module.rules:
        passing = sum(one.outcome == "pass" for report in reports for one in report.checks if one.rule is rule)
        assert f"{rule.title} {passing} pass" in shown, rule.id
    both = sum(
        bool(report.checks) and all(not one.open for one in report.checks if one.rule.step == "scaling")
        for report in reports
    )
    assert f"A table that scales with the rides {both} passed the step" in shown
    assert "5 complete" in shown


def test_the_way_names_those_whose_next_stop_it_is(text: str) -> None:
    shown = ways(text)
    assert "Let PutRideRecordSns write to the queue 11 pass 2 are here chidi noor" in shown
    assert "1 could not be checked luis" in shown


def test_the_band_is_as_wide_as_those_who_pass(text: str) -> None:
    bands = re.findall(r'<path d="M0 0H([\d.]+)C[\d.]+ 18 ([\d.]+) 12 [\d.]+ 30V70C[\d.]+ 88 ([\d.]+) 82', text)
    # From all of 16 to the 15 that could be read; then each piece starts where the one above ends.
    assert bands[0] == ("100", "93.75", "93.75")
    way = bands[: -len([1, 1])]
    assert all(above[2] == below[0] for above, below in pairwise(way))
    assert way[-1][1] == "31.25"
    assert [own for _, own, _ in way][2:4] == ["75.0", "75.0"]


def test_many_names_become_a_number(pack: RulePack) -> None:
    shown = ways(cohort_page(rows_of(many([judged("chidi", pack)], 13))))
    assert "13 are here" in shown
    assert "user1" not in shown
    assert "12 are here user0 user1" in ways(cohort_page(rows_of(many([judged("chidi", pack)], 12))))


def test_reasons_are_counted_by_check_and_code(text: str, reports: list[Report]) -> None:
    counted: dict[tuple[str, str], int] = {}
    for report in reports:
        for check in report.checks:
            if check.open:
                key = check.rule.id, check.reason or ""
                counted[key] = counted.get(key, 0) + 1
    page = Page(text)
    links = page.values("data-filter")
    for rule, code in counted:
        assert f"reason={rule}%3A{code}" in links
    shown = page.text.partition("What stands in the way")[2].partition("Could not be checked")[0]
    for (_, code), times in counted.items():
        assert f"{code} show {times}" in shown
    assert "2 Let PutRideRecordSns write to the queue No statement of the function’s role" not in shown
    told = data_of(text)
    assert sorted(told["reasons"]) == sorted(f"{rule}:{code}" for rule, code in counted)


def test_one_message_stands_as_it_is_and_several_as_the_rule_packs_sentence(pack: RulePack) -> None:
    renamed = judged("dora", pack)
    queue = next(check for check in renamed.checks if check.rule.id == "dlq.queue")
    assert queue.message in _plain(cohort_page(rows_of([renamed, renamed])))
    said = "`Another` on line 7 is a queue; the workshop's name is `PutRideRecordSnsDlq`."
    verdict = queue.verdicts["file"]._replace(message=said)
    other = renamed._replace(
        checks=tuple(
            one._replace(verdicts={"file": verdict}) if one.rule.id == "dlq.queue" else one for one in renamed.checks
        )
    )
    both = _plain(cohort_page(rows_of([renamed, other])))
    assert "`…` on line … is a queue; the workshop's name is `PutRideRecordSnsDlq`." in both
    assert said not in both


def _plain(text: str) -> str:
    """What a page says, with code in backticks again."""
    return Page(re.sub(r"</?code( class=\"reason\")?>", "`", text)).text


def test_what_cannot_be_checked_has_its_error_in_a_line(text: str) -> None:
    page = Page(text)
    assert "Could not be checked luis serverless.yml:46:6 This line does not fit the list above it." in page.text
    table = Table(text)
    row = next(row for row in table.rows if row[0] == "luis")
    assert row[1:] == ["–", "serverless.yml:46:6 This line does not fit the list above it."]


def test_the_table_shows_every_check_of_everybody(text: str, reports: list[Report]) -> None:
    table = Table(text)
    assert table.links == [path for _, path in rows_of(reports)]
    for row, states, report in zip(table.rows, table.states, reports, strict=True):
        assert row[0] == report.submission.id
        if report.error is None:
            assert row[1].startswith(f"{report.score.earned} of {report.score.possible}")
            # The page's word for how it stands, from each check's own outcome.
            for shown, check in zip(states, report.checks, strict=True):
                assert (shown in ("pass", "other")) == (check.outcome == "pass")
                assert (shown in ("fail", "unknown")) == check.open
            after = report.next_check
            assert row[-1].startswith("Complete" if after is None else after.rule.title)
    assert sum(row[1].endswith(" +1") for row in table.rows) == 2


def test_the_data_holds_the_same_rows_as_the_table(text: str, reports: list[Report]) -> None:
    told = data_of(text)
    assert len(told["rows"]) == len(reports)
    assert told["ids"] == [rule.id for rule in reports[0].module.rules]
    for row, report, states in zip(told["rows"], reports, Table(text).states, strict=True):
        assert row[0] == report.submission.id
        assert row[3].replace("*", f"{row[0]}.html") == f"attendees/{report.submission.id}.html"
        letters = {letter: name for name, letter in LETTERS.items()}
        assert [letters[one] for one in row[7]] == states
        assert told["nexts"][row[8]][0] == report.status
        after = report.next_check
        assert told["nexts"][row[8]][1:] == ([after.rule.id, after.rule.step] if after else [])
        kept = row[9] if len(row) > 9 else []
        open_checks = [f"{check.rule.id}:{check.reason}" for check in report.checks if check.open]
        assert [told["reasons"][one] for one in kept] == open_checks


def test_long_names_in_the_head_may_break_at_their_seams(text: str) -> None:
    assert 'data-sort="dlq.queue">Create the queue Put<wbr>Ride<wbr>Record<wbr>Sns<wbr>Dlq</th>' in text


@pytest.mark.slow
def test_only_the_first_rows_stand_in_a_large_page(reports: list[Report]) -> None:
    large = cohort_page(rows_of(many(reports, 900)))
    assert len(Table(large).rows) == MOST_STATIC == 200
    assert len(data_of(large)["rows"]) == 900
    assert "The first 200 of 900; all are in grades.csv." in Page(large).text
    assert "The first 200 of 900." in Page(cohort_page(rows_of(many(reports, 900)), grades=None)).text
    assert "The first" not in Page(cohort_page(rows_of(many(reports, 200)))).text


def test_the_csv_is_linked_where_there_is_one(reports: list[Report]) -> None:
    assert "out/gr%20ades.csv" in Page(cohort_page(rows_of(reports), grades="out/gr ades.csv")).values("href")
    assert "csv" not in Page(cohort_page(rows_of(reports), grades=None)).text


def test_names_addresses_and_marks_are_shown(pack: RulePack) -> None:
    ada = named(judged("ada", pack), "user7", name="Ada Lovelace", email="ada@example.org")
    answers = tuple(one._replace(mark=Mark(1.5, 2)) for one in ada.answers[:1]) + ada.answers[1:]
    text = cohort_page(rows_of([ada._replace(answers=answers), judged("chidi", pack)]))
    rows = Table(text).rows
    assert rows[0][:2] == ["Ada Lovelace user7 · ada@example.org", "7.5 of 8"]
    assert rows[1][0] == "chidi"
    assert data_of(text)["rows"][0][:6] == ["user7", "Ada Lovelace", "ada@example.org", "attendees/*", 7.5, 8]
    assert (
        "How does DynamoDB auto-scaling work? 2 of 2 answered, 1 marked: 1.5 of 2 points on average" in Page(text).text
    )


def test_questions_are_counted(text: str, reports: list[Report]) -> None:
    shown = Page(text).text
    for at, one in enumerate(reports[0].answers):
        answered = sum(bool(report.answers) and report.answers[at].answer is not None for report in reports)
        assert f"{one.question} {answered} of 16 answered, none marked" in shown
    alone = [with_stack(report, RIGHT, alone=True) for report in reports if report.error is None]
    assert "Questions" not in Page(cohort_page(rows_of(alone))).text


def test_drift_is_marked_and_counted(pack: RulePack) -> None:
    apart = with_stack(judged("ada", pack))
    text = cohort_page(rows_of([apart, with_stack(judged("keiko", pack), RIGHT)]))
    shown = Page(text).text
    assert "1 deployed otherwise than their file" in shown
    assert "marks where file and deployed stack differ." in shown
    assert Table(text).rows[0][3].endswith(", file and stack differ")
    assert data_of(text)["rows"][0][7] == "pFFFFFBB"
    assert "differ" not in Page(cohort_page(rows_of([with_stack(judged("keiko", pack), RIGHT)]))).text


def test_what_only_has_to_be_deployed_is_a_stop_of_its_own(pack: RulePack) -> None:
    ready = with_stack(judged("ada", pack), NOT_DEPLOYED)
    wrong = with_stack(judged("chidi", pack), NOT_DEPLOYED)
    text = cohort_page(rows_of([ready, wrong]))
    shown = Page(text).text
    assert "Deploy it 1 is here ada" in shown
    assert "Let PutRideRecordSns write to the queue 0 pass 1 is here chidi" in shown
    assert "2 not deployed" in shown
    assert Table(text).rows[0][-1] == "Deploy it"
    # What is not deployed is no reason of each check; the file's mistakes are.
    assert data_of(text)["reasons"] == ["dlq.permission:resource-not-arn"]
    changing = cohort_page(rows_of([with_stack(judged("ada", pack), CHANGING)]))
    assert Table(changing).rows[0][-1] == "Being deployed right now"
    assert data_of(changing)["reasons"] == []


def grown(report: Report, *minutes: float, begin: datetime = BEGIN) -> Report:
    """The report as if its checks had turned green one by one at those minutes, all at the last."""
    passing = [check.rule.id for check in report.checks if check.outcome == "pass"]
    moments = [
        Moment(begin + timedelta(minutes=minute), frozenset(passing if at == len(minutes) - 1 else passing[:at]))
        for at, minute in enumerate(minutes)
    ]
    return report._replace(progress=tuple(moments))


def test_the_class_has_a_curve_where_somebody_looked_twice(pack: RulePack) -> None:
    ada, chidi = judged("ada", pack), judged("chidi", pack)
    shown = cohort_page(rows_of([grown(ada, 0, 30, 60), grown(chidi, 0, 90)]), at=BEGIN + timedelta(minutes=120))
    assert "How the class came along Checks that pass, of 12 Attendees who are complete, of 2" in Page(shown).text
    lines = re.findall(r'class="curve is-(\w+)" d="([^"]*)"', shown)
    # Twelve checks are the height: one after 30 of the 120 minutes, all six of Ada's after 60, Chidi's five after 90.
    assert lines == [("checks", "M0 100H25V91.67H50V50H75V8.33H100"), ("pass", "M0 100H50V50H100")]
    assert "came along" not in cohort_page(rows_of([grown(ada, 0), chidi]))
    some = Page(cohort_page(rows_of([grown(ada, 0, 30), chidi]))).text
    assert "complete, of 1 whose past is known" in some


def test_a_strayed_clock_does_not_press_the_class_into_a_line() -> None:
    growth = Growth()
    for at in range(200):
        growth.add([(BEGIN + timedelta(minutes=at / 2), 3)], 6)
    growth.add([(datetime(1970, 1, 1), 0), (datetime(1970, 1, 2), 1), (datetime.max, 6)], 6)
    growth.add([(BEGIN.replace(tzinfo=timezone.utc), 1), (datetime.max.replace(tzinfo=timezone.utc), 6)], 6)
    curves = growth.curves()
    assert curves is not None
    assert timedelta(minutes=90) < curves.end - curves.start < timedelta(minutes=120)
    for curve in (curves.passing, curves.complete):
        assert all(0 <= float(one) <= 100 for one in re.findall(r"-?[\d.]+", curve.line))


def test_the_past_of_a_template_is_left_out() -> None:
    growth = Growth()
    for at in range(30):
        month_ago = BEGIN - timedelta(days=30)
        growth.add([(month_ago, 0), *((BEGIN + timedelta(minutes=at + 20 * one), one + 1) for one in range(6))], 6)
    curves = growth.curves()
    assert curves is not None
    assert BEGIN <= curves.start < BEGIN + timedelta(minutes=30)
    assert curves.complete.line.endswith("V0H100")


def test_the_future_of_a_wrong_clock_is_now() -> None:
    growth = Growth(BEGIN)
    growth.add([(BEGIN - timedelta(minutes=10), 0), (BEGIN + timedelta(days=900), 6)], 6)
    curves = growth.curves()
    assert curves is not None
    assert curves.end == BEGIN
    assert curves.complete.line == "M0 100H100V0H100"


@pytest.mark.slow
def test_a_long_past_takes_little_room() -> None:
    growth = Growth()
    for one in range(40):
        growth.add([(BEGIN + timedelta(seconds=97 * at + one), at % 6) for at in range(2000)], 6)
    assert len(growth._changes) <= 4000
    curves = growth.curves()
    assert curves is not None
    assert len(curves.passing.line) < 12_000
    # Nothing is lost on the way: at the end all stand where their last moment left them.
    assert sum(passing for passing, _ in growth._changes.values()) == 40 * (1999 % 6)


def test_a_page_that_is_watched_says_when_and_loads_again(reports: list[Report]) -> None:
    text = cohort_page(rows_of(reports), refresh=15, at=datetime(2026, 11, 24, 14, 5, 9))
    assert "Updated at 14:05:09, again every 15 seconds" in Page(text).text
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in text
    assert 'data-refresh="15"' in text
    calm = cohort_page(rows_of(reports), at=datetime(2026, 11, 24, 14, 5, 9))
    assert "As of 24 Nov 2026, 14:05" in Page(calm).text
    assert "refresh" not in calm.replace(RUNS.findall(calm)[0], "")


def test_nobody_only_errors_and_some_checks_have_a_page(pack: RulePack) -> None:
    assert "Nobody is here yet" in Page(cohort_page([])).text
    broken = Report(pack, SubmissionFacts("nobody", "nobody"), error=CheckError("timeout", "it took too long."))
    text = cohort_page([(broken, "nobody.html")])
    assert "0 complete 0 under way 1 could not be checked of 1 attendee" in Page(text).text
    assert "It took too long." in Page(text).text
    assert len(data_of(text)["columns"]) == len(pack.rules)
    asked = check_path(FIXTURES / "class" / "chidi", pack, Request(only=frozenset({"dlq.permission"})))
    some = cohort_page([(broken, "nobody.html"), (asked, "chidi.html")])
    assert data_of(some)["ids"] == ["dlq.permission"]
    assert len(Table(some).rows[1]) == 4


@pytest.mark.slow
@pytest.mark.parametrize("word", HOSTILE, ids=lambda text: ascii(text)[1:25])
def test_hostile_texts_stay_text(word: str, pack: RulePack) -> None:
    def page(word: str) -> str:
        found = [
            judged("chidi", pack),
            judged("luis", pack),
            with_stack(judged("ada", pack), LIVE._replace(notes=(FAILED, DRIFT))),
        ]
        rows = [
            (poisoned(one, word)._replace(person=Person(word * known, word * known)), f"{word}/{word}.html")
            for one in found
            for known in (False, True)
        ]
        return cohort_page(rows, word, grades=f"{word}.csv")

    text = page(word)
    assert shapes(Page(text)) <= shapes(Page(page("word `code`")))
    assert_one_script(text)
    text.encode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)
    assert not re.search(r"[<>&]", DATA.findall(text)[0])
    rows = data_of(text)["rows"]
    assert len(rows) == 6
    assert all(len(row[0]) <= 300 * len("\\u0000") for row in rows)
    assert Table(text).rows[0][0].startswith(" ".join(rows[0][0].split()))


def test_ids_that_are_paths_or_formulas_lead_where_they_should(pack: RulePack) -> None:
    for name in ("../x", "=1+1", '"', "a/b", "x" * 300, "javascript:alert(1)", "*", "👩‍🏫 نور"):
        text = cohort_page([(named(judged("ada", pack), name), f"attendees/{name}.html")])
        row = data_of(text)["rows"][0]
        assert row[3].replace("*", f"{row[0]}.html") == Table(text).links[0], name
        assert Table(text).links[0].startswith("attendees/")


def test_the_page_stays_small_and_keeps_no_report(reports: list[Report]) -> None:
    people = many(reports, 30)
    assert len(cohort_page(rows_of(people)).encode()) < 140_000
    page = CohortPage("Berlin")
    known = [named(one, one.submission.id, name="Ada Lovelace", email="ada@example.org") for one in many(reports, 400)]
    for report in known[:200]:
        page.add(report, f"attendees/{report.submission.id}.html")
    tracemalloc.start()
    for report in known[200:]:
        # Made anew, so that what the page keeps of it counts.
        again = [CheckResult(check.rule, dict(check.verdicts)) for check in report.checks]
        page.add(report._replace(checks=tuple(again)), f"attendees/{report.submission.id}.html")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept / 200 < 1000


def test_an_answer_alone_is_counted(pack: RulePack) -> None:
    report = judged("ben", pack)
    report = report._replace(answers=(Answer("qa.how", "How?", "So.", Mark(1, 3)),))
    assert "How? 1 of 1 answered, 1 marked: 1 of 3 points on average" in Page(cohort_page(rows_of([report]))).text


def test_a_theme_may_bring_its_own_script(tmp_path: Path, reports: list[Report]) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "cohort.js").write_text("window.mine = 1 < 2 && '{{ 3 }}';\r\n", encoding="utf-8")
    text = cohort_page(rows_of(reports), theme=tmp_path)
    assert RUNS.findall(text) == ["window.mine = 1 < 2 && '{{ 3 }}';\n"]
    assert_one_script(text)
    (tmp_path / "parts" / "other").mkdir()


def test_a_script_that_ends_itself_is_refused(tmp_path: Path, reports: list[Report]) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "cohort.js").write_text("'</SCRIPT>'", encoding="utf-8")
    with pytest.raises(UsageError, match="holds the end"):
        cohort_page(rows_of(reports), theme=tmp_path)


def test_a_page_can_be_rendered_again_with_more(reports: list[Report]) -> None:
    page = CohortPage("Berlin")
    for report, path in rows_of(reports[:3]):
        page.add(report, path)
    first = page.render()
    assert first == page.render() == cohort_page(rows_of(reports[:3]))
    for report, path in rows_of(reports[3:]):
        page.add(report, path)
    assert page.render() == cohort_page(rows_of(reports))
