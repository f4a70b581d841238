"""The run: what a result is made from, and where a page is."""

from __future__ import annotations

import json
import pickle
import re
from datetime import datetime, timedelta, timezone
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.cohort.executors import here
from checker.cohort.grading import (
    Graded,
    Run,
    Task,
    Views,
    carried,
    fingerprint,
    grade_submission,
    page_path,
)
from checker.cohort.marks import Marks, read_marks
from checker.cohort.submission import Deployed, Request, Snapshot, Submission
from checker.errors import CheckError
from checker.modules import ModuleFiles
from checker.report import Moment, Person
from checker.reporters.html import render
from checker.reporters.json import record
from checker.serverless.files import CarriedFiles
from checker.serverless.resolving import Settings
from tests.conftest import FIXTURES

AT = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
RUN = Run(ModuleFiles("reliability"), Request(), AT, Views(record, partial(render, home="../index.html")), Marks.none())


def files(name: str) -> CarriedFiles:
    return CarriedFiles("ada", {"serverless.yml": (FIXTURES / "class" / name / "serverless.yml").read_bytes()})


ADA = Submission(id="ada", path="class/ada", files=files("ada"))


@given(st.lists(st.text(max_size=130), unique=True, max_size=20))
def test_every_id_has_a_page_of_its_own_in_the_folder(ids: list[str]) -> None:
    paths = [page_path(name) for name in ids]
    assert len({path.casefold() for path in paths}) == len(ids)
    for path in paths:
        assert re.fullmatch(r"attendees/[a-z0-9_-]{1,120}\.html", path)


@pytest.mark.parametrize("name", ["con", "nul", "com1", "lpt9", "Ada", "ada.", "a/b", "", ".."])
def test_names_that_a_system_keeps_to_itself_are_not_used(name: str) -> None:
    assert re.fullmatch(r"attendees/[a-z0-9_-]+-[0-9a-f]{10}\.html", page_path(name))


def test_the_same_has_the_same_fingerprint() -> None:
    assert fingerprint(ADA, RUN) == fingerprint(ADA._replace(files=files("ada")), RUN._replace(at=AT + timedelta(1)))


@pytest.mark.parametrize(
    "submission",
    [
        ADA._replace(files=files("ben")),
        ADA._replace(id="eve"),
        ADA._replace(person=Person("Ada")),
        ADA._replace(options=(("stage", "user0"),)),
        ADA._replace(deployed=Deployed("wild-rydes")),
        ADA._replace(file="serverless.yml"),
        ADA._replace(problem=CheckError("not-found", "gone.")),
        ADA._replace(snapshots=(Snapshot(AT, "c0ffee", files("ben")),)),
    ],
)
def test_another_submission_has_another_fingerprint(submission: Submission) -> None:
    assert fingerprint(submission, RUN) != fingerprint(ADA, RUN)


@pytest.mark.parametrize(
    "run",
    [
        RUN._replace(module=ModuleFiles("event-driven")),
        RUN._replace(request=Request(strict=True)),
        RUN._replace(request=Request(lint=True)),
        RUN._replace(request=Request(Settings({"stage": "user0"}))),
        RUN._replace(marks=read_marks("id,question,points\nada,qa.how,1\n", "marks.csv", ["qa.how"])),
        RUN._replace(marks=read_marks("id,question,points\nben,qa.how,1\n", "marks.csv", ["qa.how"])),
    ],
)
def test_another_way_of_grading_has_another_fingerprint(run: Run) -> None:
    assert fingerprint(ADA, run) != fingerprint(ADA, RUN)


def task(submission: Submission = ADA, *progress: Moment) -> Task:
    return Task(submission, RUN, "f", progress)


def test_a_task_and_its_result_travel() -> None:
    ((_, result),) = here(grade_submission, [pickle.loads(pickle.dumps(task()))])
    assert pickle.loads(pickle.dumps(result)) == grade_submission(task())
    assert isinstance(result, Graded)
    assert result.line.endswith(b'"page":"attendees/ada.html"}}\n')


def test_what_travels_holds_no_path_of_a_folder() -> None:
    folder = str(FIXTURES / "class" / "ada")
    (whole,) = carried([Submission(id="ada", path="ada", folder=folder, top=folder)])
    assert whole.files is not None
    assert (whole.folder, whole.top) == (None, None)


def moment(hour: int, *passing: str) -> Moment:
    return Moment(AT.replace(hour=hour), frozenset(passing))


def progress_of(graded: Graded) -> list[tuple[str, int]]:
    found = re.search(rb'"progress":(\[.*?\]),"checked_at"', graded.line)
    assert found is not None
    return [(one["at"][11:13], len(one["passing"])) for one in json.loads(found.group(1))]


def test_progress_grows_by_what_has_changed() -> None:
    first = moment(9)
    assert progress_of(grade_submission(task(ADA, first))) == [("09", 0), ("12", 6)]
    everything = grade_submission(task())
    assert progress_of(everything) == [("12", 6)]
    all_passing = Moment(AT.replace(hour=10), RUN_PASSING)
    assert progress_of(grade_submission(task(ADA, first, all_passing))) == [("09", 0), ("10", 6)]


def test_a_run_that_is_continued_has_one_moment() -> None:
    assert progress_of(grade_submission(task(ADA, moment(9), moment(12, "dlq.queue")))) == [("09", 0), ("12", 6)]


def test_commits_come_before_what_runs_saw_after_them() -> None:
    snapshots = (Snapshot(AT.replace(hour=8), "a", files("ben")), Snapshot(AT.replace(hour=10), "b", files("chidi")))
    graded = grade_submission(task(ADA._replace(snapshots=snapshots), moment(9, "dlq.queue"), moment(11, "dlq.queue")))
    assert progress_of(graded) == [("08", 0), ("10", 5), ("11", 1), ("12", 6)]


def test_a_run_that_saw_what_was_committed_adds_nothing() -> None:
    snapshots = (Snapshot(AT.replace(hour=8), "a", files("ben")),)
    graded = grade_submission(task(ADA._replace(snapshots=snapshots), moment(9), moment(10, "dlq.queue")))
    assert progress_of(graded) == [("08", 0), ("10", 1), ("12", 6)]


def test_a_clock_that_went_back_turns_no_time_back() -> None:
    hours = ((10, "ben"), (8, "chidi"), (11, "ada"))
    snapshots = tuple(Snapshot(AT.replace(hour=hour), name, files(name)) for hour, name in hours)
    graded = grade_submission(task(ADA._replace(snapshots=snapshots)))
    assert progress_of(graded) == [("10", 0), ("10", 5), ("11", 6)]


def test_commits_of_the_future_are_left_out() -> None:
    snapshots = (Snapshot(AT.replace(year=9999), "a", files("ben")),)
    assert progress_of(grade_submission(task(ADA._replace(snapshots=snapshots)))) == [("12", 6)]


def test_what_is_no_text_is_kept_as_json_writes_it() -> None:
    graded = grade_submission(task(ADA._replace(person=Person("half \ud83d an emoji"))))
    assert json.loads(graded.line)["person"]["name"] == "half \ud83d an emoji"
    assert graded.page.decode("utf-8")


def test_a_problem_is_a_result_without_a_verdict() -> None:
    problem = ADA._replace(files=None, problem=CheckError("not-found", "nothing was handed in."))
    graded = grade_submission(task(problem, moment(9, "dlq.queue")))
    assert b'"code":"not-found"' in graded.line
    assert progress_of(graded) == [("09", 1)]


RUN_PASSING = frozenset(
    ("dlq.plugin", "dlq.queue", "dlq.permission", "dlq.target", "table.on_demand", "table.no_provisioned")
)
