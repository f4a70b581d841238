"""JSON: the contract's fields, and records that give every page again."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from checker.cohort.submission import Request, check_path
from checker.errors import UsageError
from checker.report import Answer, Mark, Moment, Person, Report
from checker.reporters import html
from checker.reporters.json import document, parse_record, record, render, render_class
from checker.rule_help import Link
from checker.rulepack import JourneyPlan, RulePack
from tests.conftest import FIXTURES

MARCH = datetime(2026, 3, 2, 10, 0, tzinfo=timezone.utc)
ATTENDEES = sorted(path.name for path in (FIXTURES / "class").iterdir() if path.is_dir())
BROKEN = sorted(path.name for path in (FIXTURES / "broken").iterdir() if path.is_dir())


def through_json(report: Report, pack: RulePack) -> Report:
    return parse_record(json.loads(json.dumps(record(report))), pack)


def known(report: Report) -> Report:
    """The report with all that only a cohort knows of it."""
    marked = tuple(answer._replace(mark=Mark(1.5, 2, "Good!")) for answer in report.answers)
    progress = (Moment(MARCH, frozenset()), Moment(MARCH.replace(hour=11), frozenset({"dlq.queue", "dlq.target"})))
    person = Person("Ada <b>Lovelace</b>", "ada@example.com", (("Section", "2"), ("=1+1", "x")))
    return report._replace(answers=marked, progress=progress, person=person, checked_at=MARCH)


def without_facts(report: Report) -> Report:
    """The report without what only the edit of a file needs, which no record keeps."""
    return report._replace(
        checks=tuple(
            check._replace(verdicts={source: one._replace(facts=()) for source, one in check.verdicts.items()})
            for check in report.checks
        )
    )


@pytest.mark.parametrize("path", [f"class/{name}" for name in ATTENDEES] + [f"broken/{name}" for name in BROKEN])
def test_a_record_gives_the_report_and_its_page_again(path: str, pack: RulePack) -> None:
    report = known(check_path(FIXTURES / path, pack, Request()))
    again = through_json(report, pack)
    assert again._replace(error=None) == without_facts(report)._replace(error=None)
    assert str(again.error) == str(report.error)
    assert html.render(again) == html.render(report)
    assert document(again) == document(report)


def test_a_record_is_the_contracts_document_and_more(pack: RulePack) -> None:
    report = known(check_path(FIXTURES / "class" / "chidi", pack, Request()))
    told, full = document(report), record(report)
    assert list(full)[: len(told)] == list(told)
    assert {key for key in full if key not in told} == {"person", "progress", "checked_at", "journey"}
    assert full["checks"][2]["sources"]["file"]["evidence"][0]["excerpt"]
    assert "excerpt" not in told["checks"][2]["sources"]["file"]["evidence"][0]


def test_an_older_record_has_no_story_and_none_brings_a_link(pack: RulePack) -> None:
    report = check_path(FIXTURES / "class" / "chidi", pack, Request())
    told = json.loads(json.dumps(record(report)))
    assert "https:" not in json.dumps(told["journey"])
    told["journey"]["scenes"][0]["link"] = {"title": "x", "url": "javascript:alert(1)"}
    again = parse_record(told, pack)
    assert report.journey is not None
    assert again.journey == report.journey
    del told["journey"]["scenes"]
    older = parse_record(told, pack)
    assert older.journey == report.journey._replace(scenes=())
    assert "story" not in html.render(older).partition("<body")[2]


def with_links(plan: JourneyPlan, of: str) -> JourneyPlan:
    """The journey with a link of its own at each scene, which is named after the queue."""
    story = [
        scene._replace(title="{queue} {after_retries}", link=Link(f"{of} {number}", f"https://example.org/{of}"))
        for number, scene in enumerate(plan.story)
    ]
    return plan._replace(title=f"{of} {{queue}}", story=tuple(story))


@pytest.mark.parametrize("of", ["first", "second"])
def test_each_scene_keeps_the_link_of_its_own_journey(pack: RulePack, of: str) -> None:
    """Titles may hold a stop's name and words for retries, and stand in another journey too."""
    (plan,) = pack.journeys
    plans = {name: with_links(plan, name) for name in ("first", "second")}
    report = check_path(FIXTURES / "class" / "chidi", pack._replace(journeys=(plans[of],)), Request())
    again = through_json(report, pack._replace(journeys=tuple(plans.values())))
    assert report.journey is not None
    assert {scene.title for scene in report.journey.scenes} == {"PutRideRecordSnsDlq After two retries"}
    assert again.journey == report.journey


def test_a_scene_that_the_module_tells_no_more_has_no_link(pack: RulePack) -> None:
    report = check_path(FIXTURES / "class" / "chidi", pack, Request())
    told = json.loads(json.dumps(record(report)))
    told["journey"]["title"] = "As it was once"
    told["journey"]["scenes"].insert(0, {**told["journey"]["scenes"][0], "title": "Gone"})
    again = parse_record(told, pack)
    assert report.journey is not None
    assert again.journey is not None
    assert [scene.link for scene in again.journey.scenes] == [None, *(scene.link for scene in report.journey.scenes)]


@pytest.mark.parametrize("part", ["title", "state", "sentence", "evidence"])
def test_a_scene_that_was_changed_by_hand_is_refused(part: str, pack: RulePack) -> None:
    told = json.loads(json.dumps(record(check_path(FIXTURES / "class" / "chidi", pack, Request()))))
    told["journey"]["scenes"][0][part] = [5]
    with pytest.raises(UsageError, match="no result"):
        parse_record(told, pack)


def test_marks_count_in_the_score(pack: RulePack) -> None:
    report = check_path(FIXTURES / "class" / "chidi", pack, Request())
    marked = report._replace(answers=(Answer("qa.how", "How?", "So.", Mark(1.5, 2)), *report.answers[1:]))
    assert marked.score.earned == report.score.earned + 1.5
    assert marked.score.possible == report.score.possible + 2
    assert document(marked)["questions"][0]["mark"] == {"points": 1.5, "possible": 2, "comment": ""}


def test_a_check_is_green_since_it_last_turned(pack: RulePack) -> None:
    report = check_path(FIXTURES / "class" / "ada", pack, Request())
    hours = [MARCH.replace(hour=hour) for hour in (9, 10, 11, 12)]
    passing = [{"dlq.queue"}, {"dlq.target"}, {"dlq.queue", "dlq.target"}, {"dlq.queue", "dlq.target"}]
    progress = tuple(Moment(at, frozenset(ids)) for at, ids in zip(hours, passing, strict=True))
    report = report._replace(progress=progress)
    assert report.green_since("dlq.queue") == hours[2]
    assert report.green_since("dlq.target") == hours[1]
    assert report.green_since("dlq.plugin") is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schema_version": 2}, "schema version 2"),
        ({"checks": [{"id": "dlq.gone", "sources": {}}]}, "dlq.gone"),
        ({"submission": None}, "no result"),
        ({"checked_at": "yesterday"}, "no result"),
    ],
)
def test_what_is_no_record_says_so(change: dict[str, object], problem: str, pack: RulePack, tmp_path: Path) -> None:
    told = record(check_path(tmp_path, pack, Request()))
    with pytest.raises(UsageError, match=problem):
        parse_record({**told, **change}, pack)


def told_of_chidi(pack: RulePack) -> dict[str, Any]:
    """The record of a submission, as it was read from a file."""
    told: dict[str, Any] = json.loads(json.dumps(record(check_path(FIXTURES / "class" / "chidi", pack, Request()))))
    return told


@pytest.mark.parametrize("end", ["start", "end"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_connection_to_no_station_is_refused(number: int, end: str, pack: RulePack) -> None:
    told = told_of_chidi(pack)
    told["journey"]["connections"][number][end] = "nowhere"
    with pytest.raises(UsageError, match=r"no result .* journey is not what it should be"):
        parse_record(told, pack)


@pytest.mark.parametrize("id_", ["nowhere", "topic"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_station_of_another_name_is_refused(number: int, id_: str, pack: RulePack) -> None:
    told = told_of_chidi(pack)
    assert told["journey"]["stations"][0]["id"] == "topic"
    told["journey"]["stations"][number]["id"] = id_
    with pytest.raises(UsageError, match=r"no result .* journey is not what it should be"):
        parse_record(told, pack)


@pytest.mark.parametrize("reason", ["x\ud800", "a\nb", "\x1b[31m"])
def test_a_reason_that_no_rule_pack_has_is_refused(reason: str, pack: RulePack) -> None:
    told = told_of_chidi(pack)
    told["checks"][2]["sources"]["file"]["reason"] = reason
    with pytest.raises(UsageError, match=r"no result .* checks is not what it should be"):
        parse_record(told, pack)


def test_half_a_surrogate_pair_in_a_name_can_be_written_and_read(pack: RulePack) -> None:
    report = check_path(FIXTURES / "class" / "chidi", pack, Request())
    report = report._replace(submission=report.submission._replace(path="Zoë\udcff"))
    for text, told in ((render(report), document(report)), (render_class([report]), [document(report)])):
        assert "Zoë\\udcff" in text
        assert json.loads(text.encode("utf-8")) == told
    assert parse_record(json.loads(json.dumps(record(report))), pack).submission.path == "Zoë\udcff"
