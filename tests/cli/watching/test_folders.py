"""Which folders are watched for a service, and what counts as a change of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.cli.watching.folders import MOST, watched_folders, watched_paths
from checker.cli.watching.service import WatchedService
from checker.cohort import submission
from checker.cohort.submission import Request, find_on_disk
from checker.model import Service
from checker.report import LintNote
from checker.rulepack import RulePack
from tests.cli.watching.steps import COMPLETE, START

INCLUDING = START.replace("    RideRecordTable:", "    More: ${file(parts/more.yml)}\n    RideRecordTable:", 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    service = tmp_path / "service"
    (service / "parts").mkdir(parents=True)
    (service / "node_modules" / "deep").mkdir(parents=True)
    (service / "serverless.yml").write_text(START, encoding="utf-8")
    return service


def watched(folder: Path, pack: RulePack) -> WatchedService:
    return WatchedService(find_on_disk(folder), pack, Request())


def test_the_folders_of_the_files_and_no_others(folder: Path) -> None:
    names = ["serverless.yml", "parts/a.yml", "parts/missing.yml", "ANSWERS.md"]
    assert watched_folders(str(folder), names) == {str(folder), str(folder / "parts")}


def test_a_missing_folder_is_noticed_from_the_one_above(folder: Path) -> None:
    assert watched_folders(str(folder), ["parts/new/er/x.yml", "no/x.yml"]) == {str(folder), str(folder / "parts")}


def test_a_link_is_watched_at_both_ends(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "real" / "x.yml").write_text("a: 1", encoding="utf-8")
    (folder / "parts" / "x.yml").symlink_to(folder / "real" / "x.yml")
    names = ["parts/x.yml"]
    assert watched_folders(str(folder), names) == {str(folder), str(folder / "parts"), str(folder / "real")}
    assert watched_paths(str(folder), names) == {str(folder / "parts" / "x.yml"), str(folder / "real" / "x.yml")}


def test_nothing_outside_is_watched(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "out").symlink_to(outside)
    (folder / "out.yml").symlink_to(outside / "x.yml")
    names = ["../outside/x.yml", str(outside / "x.yml"), "out/x.yml", "out.yml", "../../../../etc/passwd"]
    assert watched_folders(str(folder), names) == {str(folder)}


def test_a_service_behind_a_link(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert watched_folders(str(link), ["serverless.yml"]) == {str(folder)}


def test_a_file_cannot_ask_for_endless_watching(folder: Path) -> None:
    assert len(watched_paths(str(folder), (f"{number}/x.yml" for number in range(100_000)))) == MOST


def test_what_a_check_asks_for(folder: Path, pack: RulePack) -> None:
    (folder / "serverless.yml").write_text(INCLUDING, encoding="utf-8")
    service = watched(folder, pack)
    reading = service.check()
    assert {"serverless.yml", "ANSWERS.md", "package.json", "parts/more.yml"} <= reading.asked
    assert {place for place, _ in service.folders()} == {str(folder), str(folder / "parts")}


def test_only_what_was_asked_for_changes_a_service(folder: Path, pack: RulePack) -> None:
    service = watched(folder, pack)
    first = service.check()
    assert not service.may_have_changed()
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    assert not service.may_have_changed(frozenset({str(folder / "notes.txt")}))
    assert service.may_have_changed(frozenset({str(folder / "serverless.yml")}))
    (folder / "ANSWERS.md").write_text("# qa.how\nSo.", encoding="utf-8")
    assert service.may_have_changed()
    second = service.check()
    assert not second.says_the_same_as(first)
    assert not service.may_have_changed()


def test_a_touched_file_says_the_same(folder: Path, pack: RulePack) -> None:
    service = watched(folder, pack)
    first = service.check()
    os.utime(folder / "serverless.yml", ns=(1, 1))
    assert service.may_have_changed()
    assert service.check().says_the_same_as(first)


def test_a_missing_include_that_appears(folder: Path, pack: RulePack) -> None:
    (folder / "parts").rmdir()
    (folder / "serverless.yml").write_text(INCLUDING, encoding="utf-8")
    service = watched(folder, pack)
    first = service.check()
    (folder / "parts").mkdir()
    assert not service.may_have_changed()
    assert {place for place, _ in service.folders()} == {str(folder), str(folder / "parts")}
    (folder / "parts" / "more.yml").write_text("Type: AWS::SNS::Topic", encoding="utf-8")
    assert service.may_have_changed()
    assert not service.check().says_the_same_as(first)


def test_a_folder_that_goes_and_another_that_comes(folder: Path, pack: RulePack) -> None:
    service = watched(folder, pack)
    service.check()
    before = service.folders()
    folder.rename(folder.with_name("away"))
    assert service.may_have_changed()
    assert service.check().report is None
    assert service.folders() == frozenset()
    folder.mkdir()
    (folder / "serverless.yml").write_text(COMPLETE, encoding="utf-8")
    assert service.may_have_changed()
    report = service.check().report
    assert report is not None
    assert report.status == "complete"
    assert {place for place, _ in service.folders()} == {str(folder)}
    assert service.folders().isdisjoint(before)


def test_the_path_counts_wherever_one_is(folder: Path, pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    service = watched(Path(), pack)
    monkeypatch.chdir("/")
    assert service.path == str(folder)
    report = service.check().report
    assert report is not None
    assert report.submission.id == "service"
    assert report.submission.path == "."


def test_a_look_lints_once_however_often_it_reads(
    folder: Path, pack: RulePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is asked for the first time is looked at again; a lint can take seconds, in which no key is read."""
    linted: list[Service] = []

    def lint(service: Service) -> tuple[LintNote, ...]:
        linted.append(service)
        return ()

    monkeypatch.setattr(submission, "_linted", lint)
    service = WatchedService(find_on_disk(folder), pack, Request(lint=True))
    for looks, text in enumerate((START, INCLUDING, START), start=1):
        (folder / "serverless.yml").write_text(text, encoding="utf-8")
        reading = service.check()
        assert len(linted) == looks
        assert reading.report is not None
        assert reading.report.lint == ()
