"""`rydecheck grade` and `rydecheck report` as an instructor uses them, and what happens when a run ends badly."""

from __future__ import annotations

import csv
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dulwich import porcelain

from checker.cli import main
from checker.cli.class_folder import ClassFolder
from checker.cohort.executors import here
from checker.cohort.submission import Request, check_path
from checker.cohort.time_limit import time_limit
from checker.engine import judge
from checker.reporters.json import document
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, REPOSITORY

CLASS = FIXTURES / "class"
NAMES = sorted(path.name for path in CLASS.iterdir() if path.is_dir())

Grade = Callable[..., Any]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def grade(out: Path, capsys: pytest.CaptureFixture[str]) -> Grade:
    """Grades into `out`; gives the status, the output and the error output."""

    def run(*arguments: object, command: str = "grade") -> tuple[int, str, str]:
        status = main([command, *map(str, arguments), "--out", str(out)])
        seen = capsys.readouterr()
        return status, seen.out, seen.err

    return run


def records(out: Path) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    return {record["submission"]["id"]: record for record in found}


def rows(out: Path) -> list[dict[str, str]]:
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def runs(out: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(out / "progress.sqlite")
    found = connection.execute("SELECT ended IS NOT NULL, submissions, complete FROM runs ORDER BY started").fetchall()
    connection.close()
    return found


def many(top: Path, count: int) -> Path:
    """A class of so many, made of the sample class."""
    top.mkdir()
    for number in range(count):
        shutil.copytree(CLASS / NAMES[number % len(NAMES)], top / f"user{number}")
    return top


def started(*arguments: object, **more: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "checker", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def wait_for_lines(out: Path, count: int) -> None:
    path = out / "results.jsonl"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return
        time.sleep(0.01)
    raise AssertionError("no results came")


def test_a_class_gets_its_pages_its_results_and_its_grades(grade: Grade, out: Path) -> None:
    status, said, complaint = grade(CLASS)
    assert (status, complaint) == (0, "")
    assert "16 submissions: 5 complete, 10 under way, 1 could not be checked" in said
    assert "luis: serverless.yml:46:6: " in said
    assert str(out / "index.html") in said
    assert sorted(records(out)) == NAMES
    assert [row["id"] for row in rows(out)] == NAMES
    assert sorted(path.stem for path in (out / "attendees").iterdir()) == NAMES
    assert (out / "index.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    for name in NAMES:
        expected = json.loads((CLASS / name / "expect.json").read_text(encoding="utf-8"))
        for check in records(out)[name]["checks"]:
            assert check["outcome"] == expected["checks"][check["id"]]["outcome"], (name, check["id"])


@pytest.mark.slow
def test_a_class_of_all_fixtures_gets_the_verdicts_of_check(
    grade: Grade, out: Path, tmp_path: Path, pack: RulePack
) -> None:
    wanted = {}
    for expectation in sorted(FIXTURES.rglob("expect.json")):
        name = "-".join(expectation.parent.relative_to(FIXTURES).parts)
        shutil.copytree(expectation.parent, tmp_path / "class" / name, symlinks=True)
        wanted[name] = document(check_path(tmp_path / "class" / name, pack, Request()))
    assert grade(tmp_path / "class")[0] == 0
    found = records(out)
    assert set(wanted) - set(found) == {"broken-not-found--empty-folder", "broken-not-found--other-files"}
    for name, record in found.items():
        assert _verdicts(record) == _verdicts(wanted[name]), name


def _verdicts(record: dict[str, Any]) -> list[Any]:
    """Who it is, the points, the error and each check with its reason, notes and first place."""
    error = record["error"] and {key: record["error"][key] for key in ("code", "message", "file", "line", "column")}
    checks = [
        (
            *(check[key] for key in ("id", "outcome", "reason", "equivalent", "earned", "message", "notes")),
            [(place["file"], place["line"], place["column"]) for place in check["sources"]["file"]["evidence"]],
        )
        for check in record["checks"]
    ]
    facts = {key: record["submission"][key] for key in ("service", "stage", "region")}
    return [facts, record["status"], record["score"], error, checks]


def test_the_environment_of_the_machine_never_reaches_a_submission(
    grade: Grade, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLS_STAGE", "from-the-machine")
    shutil.copytree(CLASS / "ada", tmp_path / "class" / "ada")
    grade(tmp_path / "class")
    assert records(out)["ada"]["submission"]["stage"] == "dev"
    assert "from-the-machine" not in (out / "results.jsonl").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_second_run_judges_only_what_changed(grade: Grade, out: Path, tmp_path: Path) -> None:
    top = tmp_path / "class"
    shutil.copytree(CLASS, top)
    grade(top)
    before = records(out)
    pages = {name: (out / "attendees" / f"{name}.html").stat().st_mtime_ns for name in NAMES}
    shutil.copy(CLASS / "ada" / "serverless.yml", top / "ben" / "serverless.yml")
    grade(top)
    after = records(out)
    assert {name for name in NAMES if after[name] != before[name]} == {"ben"}
    assert after["ben"]["status"] == "complete"
    written = {name for name in NAMES if (out / "attendees" / f"{name}.html").stat().st_mtime_ns != pages[name]}
    assert written == {"ben"}
    assert runs(out) == [(1, 16, 5), (1, 16, 6)]


def test_progress_tells_when_each_check_turned_green(grade: Grade, out: Path, tmp_path: Path) -> None:
    top = tmp_path / "class"
    shutil.copytree(CLASS / "ben", top / "ben")
    grade(top)
    shutil.copy(CLASS / "ada" / "serverless.yml", top / "ben" / "serverless.yml")
    grade(top)
    first, second = records(out)["ben"]["progress"]
    assert first["passing"] == []
    assert "dlq.queue" in second["passing"]
    assert first["at"] < second["at"] == records(out)["ben"]["grading"]["run"]
    (out / "results.jsonl").unlink()
    grade(top)
    assert records(out)["ben"]["progress"] == [first, second]


def test_a_file_that_is_broken_for_a_while_costs_no_progress(grade: Grade, out: Path, tmp_path: Path) -> None:
    top = tmp_path / "class"
    shutil.copytree(CLASS / "ada", top / "ada")
    grade(top)
    before = records(out)["ada"]["progress"]
    right = (top / "ada" / "serverless.yml").read_text(encoding="utf-8")
    (top / "ada" / "serverless.yml").write_text(right + "\n  - half a", encoding="utf-8")
    grade(top)
    assert records(out)["ada"]["status"] == "error"
    (top / "ada" / "serverless.yml").write_text(right, encoding="utf-8")
    grade(top)
    assert records(out)["ada"]["progress"] == before


@pytest.mark.slow
def test_pages_that_are_gone_are_made_again(grade: Grade, out: Path) -> None:
    grade(CLASS)
    (out / "attendees" / "ada.html").unlink()
    grade(CLASS)
    assert (out / "attendees" / "ada.html").exists()


def test_a_folder_of_pages_that_is_cleaned_away_is_made_again(out: Path) -> None:
    folder = ClassFolder(str(out))
    shutil.rmtree(out / "attendees")
    folder.write("attendees/ada.html", "page")
    assert (out / "attendees" / "ada.html").read_text() == "page"


@pytest.mark.slow
def test_who_left_the_class_leaves_its_pages(grade: Grade, out: Path, tmp_path: Path) -> None:
    top = tmp_path / "class"
    shutil.copytree(CLASS, top)
    grade(top)
    shutil.rmtree(top / "zoe", ignore_errors=True)
    shutil.rmtree(top / "ben")
    grade(top)
    assert "ben" not in records(out)
    assert not (out / "attendees" / "ben.html").exists()
    assert (out / "attendees" / "ada.html").exists()


def test_report_renders_the_same_again(grade: Grade, out: Path, tmp_path: Path) -> None:
    grade(CLASS)
    again = tmp_path / "again"
    assert main(["report", str(out / "results.jsonl"), "--out", str(again)]) == 0
    for name in NAMES:
        page = Path("attendees") / f"{name}.html"
        assert (again / page).read_bytes() == (out / page).read_bytes()
    assert (again / "grades.csv").read_bytes() == (out / "grades.csv").read_bytes()


@pytest.mark.parametrize(
    ("text", "problem"), [("", "holds no results"), ("{}\n", "results.jsonl:1: "), ("nothing\n", "results.jsonl:1: ")]
)
def test_report_says_what_is_no_result(grade: Grade, tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(text)
    status, _, complaint = grade(path, command="report")
    assert status == 2
    assert problem in complaint


def edited(out: Path, *keys: str | int, value: Any) -> None:
    """Put a value into the first record of a class, as an editor might."""
    lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    record = json.loads(lines[0])
    place = record
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    (out / "results.jsonl").write_text("\n".join([json.dumps(record), *lines[1:]]) + "\n", encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("checks", 0, "sources", "file", "outcome"), "great"),
        (("checks", 0, "sources", "file", "message"), 5),
        (("checks", 0, "sources"), {"file": None, "stack": None}),
        (("checks", 0, "sources", "file", "evidence", 0, "excerpt"), [["<script>", 5]]),
        (("checks", 0, "id"), "dlq.nothing"),
        (("questions", 0, "mark"), {"points": "9", "possible": 9, "comment": ""}),
        (("questions", 0, "mark"), {"points": float("nan"), "possible": 9, "comment": ""}),
        (("person", "name"), 5),
        (("person", "columns"), {"Group": 5}),
        (("submission", "stage"), {"a": 1}),
        (("checked_at",), "2026-01-01"),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_a_result_that_was_edited_is_told_by_name(
    grade: Grade, out: Path, tmp_path: Path, keys: tuple[str | int, ...], value: Any
) -> None:
    grade(CLASS)
    edited(out, *keys, value=value)
    status, _, complaint = grade(CLASS)
    assert main(["report", str(out / "results.jsonl"), "--out", str(tmp_path / "again")]) == 2
    assert (status, complaint.count("\n")) == (2, 1)
    assert "results.jsonl: the result of `ada`: " in complaint
    assert "Take its line away, and it is judged again." in complaint
    lines = (out / "results.jsonl").read_bytes().splitlines(keepends=True)
    (out / "results.jsonl").write_bytes(b"".join(lines[1:]))
    assert grade(CLASS)[0] == 0
    assert len(records(out)) == 16


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("submission", "id"), 5),
        (("submission", "id"), ["ada"]),
        (("grading", "page"), 5),
        (("grading", "page"), []),
        (("grading", "page"), "results.jsonl"),
        (("grading", "run"), None),
        (("progress", 0, "at"), "2026-01-01T00:00:00"),
    ],
)
def test_a_result_whose_place_was_edited_is_made_again(
    grade: Grade, out: Path, keys: tuple[str | int, ...], value: Any
) -> None:
    grade(CLASS)
    before = (out / "grades.csv").read_bytes()
    edited(out, *keys, value=value)
    status, _, complaint = grade(CLASS)
    assert (status, complaint) == (0, "")
    assert records(out)["ada"]["grading"]["page"] == "attendees/ada.html"
    assert (out / "grades.csv").read_bytes() == before


@pytest.mark.slow
def test_empty_lines_between_results_mean_nothing(grade: Grade, out: Path, tmp_path: Path) -> None:
    grade(CLASS)
    path = out / "results.jsonl"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n\r\n"))
    assert main(["report", str(path), "--out", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "grades.csv").read_bytes() == (out / "grades.csv").read_bytes()


@pytest.mark.slow
def test_marks_stand_in_scores_pages_and_grades(grade: Grade, out: Path, tmp_path: Path) -> None:
    marks = tmp_path / "marks.csv"
    marks.write_text(
        "id,question,points,comment\nada,qa.how,1.5/2,Well <b>said</b>.\nnobody,qa.how,1,\nada,qa.hwo,1,\n"
    )
    status, said, _ = grade(CLASS, "--marks", marks)
    assert status == 0
    record = records(out)["ada"]
    assert record["score"] == {"earned": 7.5, "possible": 8, "bonus": 0}
    row = next(row for row in rows(out) if row["id"] == "ada")
    assert (row["earned"], row["possible"], row["qa.how"]) == ("7.5", "8", "1.5")
    page = (out / "attendees" / "ada.html").read_text(encoding="utf-8")
    assert "Well &lt;b&gt;said&lt;/b&gt;." in page
    assert "marks.csv:3: there is no submission" in said
    assert "marks.csv:4: " in said
    grade(CLASS)  # without them again
    assert records(out)["ada"]["score"]["earned"] == 6


@pytest.mark.slow
@pytest.mark.parametrize("system", ["canvas", "moodle", "gradescope", "github-classroom"])
def test_each_gradebook_is_written_beside_the_grades(grade: Grade, out: Path, system: str) -> None:
    assert grade(CLASS, "--gradebook", system)[0] == 0
    assert [path.name for path in out.iterdir() if path.stem == system] != []


def test_a_roster_names_people_and_tells_where_their_work_is(grade: Grade, out: Path, tmp_path: Path) -> None:
    shutil.copytree(CLASS / "ada", tmp_path / "work" / "a")
    shutil.copytree(CLASS / "chidi", tmp_path / "work" / "nested" / "deep")
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "id,Name,e-mail,email,path,stage,Group\n"
        "ada,Ada Lovelace,,ada@example.com,work/a,,blue\n"
        "chidi,Chidi,,,work/nested,user7,green\n"
        "gone,Gone,,,work/none,,\n"
        "ada,Ada Again,,,work/a,,\n"
        "late,Late,,,,,\n"
        "bad,Bad,,,work/a,a stage,\n"
    )
    status, said, _ = grade("--roster", roster)
    assert status == 0
    found = records(out)
    assert list(found) == ["ada", "chidi", "gone", "ada (2)", "late", "bad"]
    assert found["ada"]["person"]["name"] == "Ada Lovelace"
    assert found["chidi"]["submission"]["stage"] == "user7"
    assert found["chidi"]["checks"][2]["reason"] == "resource-not-arn"
    codes = {name: record["error"]["code"] for name, record in found.items() if record["error"]}
    assert codes == {"gone": "not-found", "late": "not-found", "ada (2)": "invalid-config", "bad": "invalid-config"}
    for name in codes:
        assert any(line.strip().startswith(f"{name}: ") for line in said.splitlines()), name
    row = rows(out)[0]
    assert (row["name"], row["email"], row["Group"]) == ("Ada Lovelace", "ada@example.com", "blue")
    assert [one["name"] for one in rows(out)] == ["Ada Lovelace", "Chidi", "Gone", "Ada Again", "Late", "Bad"]


def test_an_error_is_one_line_whatever_the_id(grade: Grade, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(f'id,path\n"ada\n9 submissions: 9 complete",x\n{"x" * 10_000},x\n')
    _, said, _ = grade("--roster", roster)
    assert said.splitlines()[0].startswith("2 submissions: 0 complete")
    assert not any(line.startswith("9 submissions") for line in said.splitlines())
    assert max(map(len, said.splitlines())) < 400


def test_an_endless_roster_is_told(grade: Grade) -> None:
    status, _, complaint = grade("--roster", "/dev/zero")
    assert (status, complaint.count("\n")) == (2, 1)


@pytest.mark.slow
def test_no_more_processes_start_than_there_are_submissions(grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def watched(jobs: int) -> Any:
        asked.append(jobs)
        return here

    monkeypatch.setattr("checker.cohort.executors.processes", watched)
    grade(CLASS, "--jobs", "500", "--executor", "process")
    assert asked[-1] == 16


def test_what_a_folder_holds_besides_is_told(grade: Grade, tmp_path: Path) -> None:
    top = tmp_path / "class"
    shutil.copytree(CLASS / "ada", top / "ada")
    (top / "group").mkdir()
    (top / "group" / "ben.zip").touch()
    (top / "slides").mkdir()
    (top / "chidi").symlink_to(CLASS / "chidi", target_is_directory=True)
    _, said, _ = grade(top)
    assert "archives deeper in it are not opened: group/ben.zip. Name them too." in said
    assert "no serverless configuration in slides." in said
    assert "links are not followed: chidi. Name the folders that they lead to." in said


def test_the_archives_of_an_unpacked_export_are_submissions(grade: Grade, out: Path, tmp_path: Path) -> None:
    top = tmp_path / "export"
    top.mkdir()
    for name in ("ada", "chidi"):
        with zipfile.ZipFile(top / f"{name}.zip", "w") as archive:
            archive.write(CLASS / name / "serverless.yml", "wild/serverless.yml")
    (top / "eve.zip").write_bytes(b"PK\x03\x04 cut off")
    status, said, _ = grade(top)
    found = records(out)
    assert status == 0
    assert {name: record["status"] for name, record in found.items()} == {
        "ada": "complete",
        "chidi": "incomplete",
        "eve": "error",
    }
    assert "eve: " in said


def test_a_mistake_of_ours_in_one_archive_stops_no_other(
    grade: Grade, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ada", "ben"):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            archive.write(CLASS / name / "serverless.yml", "serverless.yml")

    def mistaken(archive: Any, own: str, others: list[str]) -> Any:
        if own == "ada":
            raise LookupError
        return read(archive, own, others)

    from checker.cohort import archives

    read = archives._read
    monkeypatch.setattr(archives, "_read", mistaken)
    assert grade(tmp_path / "ada.zip", tmp_path / "ben.zip")[0] == 0
    assert records(out)["ada"]["error"]["code"] == "internal"
    assert records(out)["ben"]["status"] == "incomplete"


def test_the_pages_of_a_run_before_are_no_empty_folder(grade: Grade, tmp_path: Path) -> None:
    shutil.copytree(CLASS / "ada", tmp_path / "ada")
    grade(tmp_path)
    assert "no serverless configuration" not in grade(tmp_path)[1]


def test_a_roster_and_folders_meet_by_id(grade: Grade, out: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("id;name\nchidi;Chidi Anagonye\nnobody;Nobody\n")
    _, said, _ = grade(CLASS, "--roster", roster)
    found = records(out)
    assert list(found)[:2] == ["chidi", "nobody"]
    assert found["chidi"]["person"]["name"] == "Chidi Anagonye"
    assert found["nobody"]["error"]["code"] == "not-found"
    assert "not on it, and graded all the same: ada, ben" in said


ODD_IDS = [
    "../../etc/passwd",
    "a/b",
    'say "hi"',
    "🚀 rocket",
    "=1+1",
    "<script>alert(1)</script>",
    "con",
    "x" * 200,
    "Ada",
    ".",
]


def test_odd_ids_stay_in_the_folder_and_are_only_text(grade: Grade, out: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    with open(roster, "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["id", "path"], *([name, CLASS / "ada"] for name in [*ODD_IDS, "ada"])])
    assert grade("--roster", roster)[0] == 0
    assert list(records(out)) == [*ODD_IDS, "ada"]
    pages = [record["grading"]["page"] for record in records(out).values()]
    assert len({page.lower() for page in pages}) == len(pages)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "roster.csv"]
    assert sorted(f"attendees/{path.name}" for path in (out / "attendees").iterdir()) == sorted(pages)
    for page in out.rglob("*.html"):
        assert "<script>alert(1)" not in page.read_text(encoding="utf-8")
    assert not any(row["id"].startswith("=") for row in rows(out))


def test_the_same_id_twice_is_an_error_of_the_second(grade: Grade, out: Path, tmp_path: Path) -> None:
    for group in ("monday", "tuesday"):
        shutil.copytree(CLASS / "ada", tmp_path / "class" / group / "ada")
        shutil.copytree(CLASS / "ben", tmp_path / "class" / group / f"ben-{group}")
    status, said, _ = grade(tmp_path / "class")
    found = records(out)
    assert status == 0
    assert (found["ada"]["status"], found["ada (2)"]["error"]["code"]) == ("complete", "invalid-config")
    assert "ada (2): " in said
    assert "monday" in next(line for line in said.splitlines() if "ada (2): " in line)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "name the class"),
        (["no/such/folder"], "no/such/folder: there is no such file or folder"),
        (["--roster", "none.csv"], "none.csv cannot be read"),
        ([CLASS, "--marks", "none.csv"], "none.csv cannot be read"),
        ([CLASS, "--jobs", "0"], "`0` is no whole number"),
        ([CLASS, "--watch", "-1"], "`-1`"),
        ([CLASS, "--module", "none"], "there is no module `none`"),
        ([CLASS, "--executor", "fibre"], "there is no executor `fibre`"),
        (["--stacks", "wild-rydes"], "needs one `*`"),
        ([REPOSITORY / "docs"], "no serverless configuration in it"),
    ],
)
def test_what_cannot_be_graded_is_told_in_one_line(
    grade: Grade, arguments: list[object], problem: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    status, said, complaint = grade(*arguments)
    assert (status, said) == (2, "")
    assert complaint.count("\n") == 1
    assert problem in complaint


@pytest.mark.slow
def test_one_run_at_a_time_writes_to_a_folder(grade: Grade, out: Path) -> None:
    with ClassFolder(str(out)).alone():
        status, _, complaint = grade(CLASS)
    assert status == 2
    assert "another rydecheck writes to" in complaint
    assert grade(CLASS)[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["process", "thread"])
def test_each_executor_gives_the_same(grade: Grade, out: Path, executor: str) -> None:
    grade(CLASS)
    expected = (out / "grades.csv").read_bytes()
    shutil.rmtree(out)
    grade(CLASS, "--executor", executor, "--jobs", "2")
    assert (out / "grades.csv").read_bytes() == expected


@pytest.mark.slow
def test_kill_and_resume_gives_the_same_grades(tmp_path: Path) -> None:
    top = many(tmp_path / "class", 600)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert main(["grade", str(top), "--out", str(whole)]) == 0
    process = started("grade", top, "--out", killed, start_new_session=True)
    wait_for_lines(killed, 100)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    with open(killed / "results.jsonl", "ab") as stream:
        stream.write(b'{"schema_version": 1, "tool": {"na')  # what a line looks like that was being written
    done = (killed / "results.jsonl").read_bytes().count(b"\n")
    assert 100 <= done < 600
    assert not (killed / "grades.csv").exists()
    assert main(["grade", str(top), "--out", str(killed), "--resume"]) == 0
    assert (killed / "grades.csv").read_bytes() == (whole / "grades.csv").read_bytes()
    assert len({record["grading"]["run"] for record in records(killed).values()}) == 1
    assert runs(killed) == [(1, 600, runs(whole)[0][2])]
    for page in (whole / "attendees").iterdir():
        assert (killed / "attendees" / page.name).exists()


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done(tmp_path: Path, out: Path) -> None:
    top = many(tmp_path / "class", 600)
    process = started("grade", top, "--out", out, start_new_session=True)
    wait_for_lines(out, 50)
    os.killpg(process.pid, signal.SIGINT)  # a terminal tells all of them
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in complaint
    missing = 600 - len(records(out))
    assert 0 < missing <= 550
    assert f"Interrupted: {missing} of 600 are still to be judged; --resume continues." in said
    assert len(rows(out)) == 600 - missing
    assert runs(out)[0][0] == 0
    assert main(["grade", str(top), "--out", str(out), "--resume"]) == 0
    assert len(rows(out)) == 600
    assert [ended for ended, _, _ in runs(out)] == [1]


@pytest.mark.slow
def test_a_full_disk_ends_the_run_and_costs_no_result(tmp_path: Path, out: Path) -> None:
    top = many(tmp_path / "class", 200)

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    process = started("grade", top, "--out", out, preexec_fn=small_files)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "results.jsonl cannot be written: File too large" in complaint
    assert complaint.count("\n") == 1
    before = records(out)  # each line that is there is whole
    assert 10 < len(before) < 200
    assert main(["grade", str(top), "--out", str(out), "--resume"]) == 0
    assert len(records(out)) == 200


@pytest.mark.slow
def test_watch_grades_again_while_the_class_works(tmp_path: Path, out: Path) -> None:
    top = tmp_path / "class"
    shutil.copytree(CLASS / "ben", top / "ben")
    process = started("grade", top, "--out", out, "--watch", "1")
    wait_for_lines(out, 1)
    shutil.copytree(CLASS / "ada", top / "ada")
    wait_for_lines(out, 2)
    until = time.monotonic() + 30
    while time.monotonic() < until and "ada.html" not in (out / "index.html").read_text(encoding="utf-8"):
        time.sleep(0.05)
    waiting = (out / "index.html").read_text(encoding="utf-8")
    assert "ada.html" in waiting
    assert 'http-equiv="refresh"' in waiting
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (0, "")
    assert 'http-equiv="refresh"' not in (out / "index.html").read_text(encoding="utf-8")


def test_quiet_when_piped(grade: Grade) -> None:
    _, said, complaint = grade(CLASS)
    assert complaint == ""
    assert "\x1b" not in said
    assert "\r" not in said


@pytest.mark.slow
def test_an_archive_folders_and_a_roster_in_one_class(grade: Grade, out: Path, tmp_path: Path) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as export:
        for name in ("ada", "chidi"):
            export.write(CLASS / name / "serverless.yml", f"{name}/serverless.yml")
        export.writestr("evil/serverless.yml", "service: a\n")
        export.writestr("evil/../../../../../etc/x.yml", "service: a\n")
        export.writestr("bomb/serverless.yml", b" " * 40_000_000, zipfile.ZIP_DEFLATED)
        link = zipfile.ZipInfo("link/serverless.yml")
        link.external_attr = 0o120777 << 16
        export.writestr(link, "/etc/passwd")
    shutil.copytree(CLASS / "dora", tmp_path / "class" / "dora")
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\nchidi,Chidi Eze\n")
    status, said, _ = grade(archive, tmp_path / "class", "--roster", roster)
    found = records(out)
    assert status == 0
    assert (found["ada"]["status"], found["dora"]["status"]) == ("complete", "incomplete")
    assert found["chidi"]["person"]["name"] == "Chidi Eze"
    assert found["chidi"]["checks"][2]["reason"] == "resource-not-arn"
    assert (found["bomb"]["error"]["code"], found["link"]["error"]["code"]) == ("too-large", "not-found")
    wrong = [name for name, record in found.items() if record["status"] == "error"]
    assert len(wrong) >= 3
    for name in wrong:
        assert any(line.strip().startswith(f"{name}: ") for line in said.splitlines()), name
    assert "root:" not in (out / "results.jsonl").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class", "export.zip", "out", "roster.csv"]


@pytest.mark.slow
def test_a_submission_that_takes_forever_is_an_error_of_its_own(
    grade: Grade, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge_for_ever(*arguments: Any, **more: Any) -> Any:
        while arguments[2].id == "chidi":
            pass
        return judge(*arguments, **more)

    monkeypatch.setattr("checker.cohort.submission.judge", judge_for_ever)
    monkeypatch.setattr("checker.cohort.submission.time_limit", partial(time_limit, 0.3))
    status, said, _ = grade(CLASS)
    assert status == 0
    assert [name for name, one in records(out).items() if one["error"] and one["error"]["code"] == "timeout"] == [
        "chidi"
    ]
    assert "chidi: judging this takes longer than 0.3 seconds." in said
    monkeypatch.undo()
    grade(CLASS)  # what may go away by itself is tried again
    assert records(out)["chidi"]["status"] == "incomplete"


def test_an_unreadable_folder_is_an_error_of_its_own(
    grade: Grade, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(CLASS / "ada", tmp_path / "class" / "ada")
    (tmp_path / "class" / "closed").mkdir()
    scan = os.scandir

    def scandir(path: str) -> Any:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    status, said, _ = grade(tmp_path / "class")
    assert status == 0
    assert records(out)["closed"]["error"]["code"] == "not-found"
    assert "closed: " in said
    assert "Permission denied" in said


def commit(folder: Path, text: str, hour: int) -> None:
    (folder / "wild" / "serverless.yml").write_text(text, encoding="utf-8")
    if not (folder / ".git").exists():
        porcelain.init(folder)
    porcelain.add(folder, [folder / "wild" / "serverless.yml"])
    seconds = int(datetime(2026, 3, 2, hour, tzinfo=timezone.utc).timestamp())
    porcelain.commit(
        folder,
        message=b"a step",
        author=b"Ada <ada@example.com>",
        committer=b"Ada <ada@example.com>",
        commit_timestamp=seconds,
        commit_timezone=0,
        author_timestamp=seconds,
        author_timezone=0,
    )


def test_history_tells_when_each_check_turned_green(grade: Grade, out: Path, tmp_path: Path) -> None:
    texts = {name: (CLASS / name / "serverless.yml").read_text(encoding="utf-8") for name in ("ada", "ben", "chidi")}
    for clone in ("reliability-ada", "reliability-ben"):
        (tmp_path / "class" / clone / "wild").mkdir(parents=True)
    ada, ben = tmp_path / "class" / "reliability-ada", tmp_path / "class" / "reliability-ben"
    commit(ada, texts["ben"], 9)
    commit(ada, texts["chidi"], 10)
    commit(ada, texts["chidi"] + "\n# nothing new\n", 11)
    (ada / "wild" / "serverless.yml").write_text(texts["ada"], encoding="utf-8")  # not committed yet
    (ben / "wild" / "serverless.yml").write_text(texts["ben"], encoding="utf-8")  # no repository at all
    status, _, complaint = grade(tmp_path / "class", "--history")
    assert (status, complaint) == (0, "")
    told = records(out)
    progress = [(moment["at"][11:13], len(moment["passing"])) for moment in told["reliability-ada"]["progress"]]
    assert progress[:2] == [("09", 0), ("10", 5)]
    assert [passing for _, passing in progress] == [0, 5, 6]
    assert len(told["reliability-ben"]["progress"]) == 1
    page = (out / "attendees" / "reliability-ada.html").read_text(encoding="utf-8")
    assert "2 Mar" in page
