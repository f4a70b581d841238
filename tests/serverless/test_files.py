"""The files of a submission: inside its folder, regular, and within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.cohort.submission import Request, check_path
from checker.errors import CheckError
from checker.rulepack import RulePack
from checker.serverless.files import COUNT_LIMIT, FILE_LIMIT, SUBMISSION_LIMIT, SubmissionFolder
from tests.conftest import Checked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "submission"
    inside.mkdir()
    (tmp_path / "outside.yml").write_text("service: outside\n")
    return inside


def error_of(folder: Path, name: str = "serverless.yml") -> CheckError:
    with pytest.raises(CheckError) as caught:
        SubmissionFolder(str(folder)).read(name)
    return caught.value


@pytest.mark.parametrize("name", ["../outside.yml", "sub/../../outside.yml", "/etc/passwd", ".."])
def test_a_name_that_leads_out_of_the_folder_is_not_read(folder: Path, name: str) -> None:
    error = error_of(folder, name)
    assert (error.code, error.file) == ("not-found", name)
    assert "leads out" in error.message


@pytest.mark.parametrize("target", ["../outside.yml", "/etc/passwd"])
def test_a_symbolic_link_out_of_the_folder_is_not_read(folder: Path, target: str) -> None:
    (folder / "serverless.yml").symlink_to(target)
    assert "leads out" in error_of(folder).message


def test_a_folder_linked_from_outside_is_not_read(folder: Path) -> None:
    (folder / "sub").symlink_to("..")
    assert "leads out" in error_of(folder, "sub/outside.yml").message


def test_a_folder_beside_it_with_a_longer_name_is_outside(folder: Path) -> None:
    neighbour = folder.parent / "submission-2"
    neighbour.mkdir()
    (neighbour / "serverless.yml").write_text("service: a\n")
    assert "leads out" in error_of(folder, "../submission-2/serverless.yml").message


def test_a_symbolic_link_inside_the_folder_is_followed(folder: Path) -> None:
    (folder / "real.yml").write_text("service: a\n")
    (folder / "serverless.yml").symlink_to("real.yml")
    assert SubmissionFolder(str(folder)).read("serverless.yml") == b"service: a\n"


def test_a_folder_that_is_a_link_itself_is_read(folder: Path) -> None:
    (folder / "serverless.yml").write_text("service: a\n")
    link = folder.parent / "link"
    link.symlink_to(folder)
    assert SubmissionFolder(str(link)).read("serverless.yml") == b"service: a\n"


def test_links_that_lead_to_each_other_cannot_be_read(folder: Path) -> None:
    (folder / "serverless.yml").symlink_to("other.yml")
    (folder / "other.yml").symlink_to("serverless.yml")
    assert error_of(folder).code == "not-found"


def test_a_link_to_nothing_is_no_file(folder: Path) -> None:
    (folder / "serverless.yml").symlink_to("nothing.yml")
    assert SubmissionFolder(str(folder)).read("serverless.yml") is None


def test_a_file_may_have_a_mebibyte_and_no_byte_more(folder: Path) -> None:
    (folder / "serverless.yml").write_bytes(b"#" * FILE_LIMIT)
    assert len(SubmissionFolder(str(folder)).read("serverless.yml") or b"") == FILE_LIMIT
    (folder / "serverless.yml").write_bytes(b"#" * (FILE_LIMIT + 1))
    error = error_of(folder)
    assert (error.code, error.file) == ("too-large", "serverless.yml")
    assert "1 MiB" in error.message


def test_the_files_together_are_bounded(folder: Path) -> None:
    reader = SubmissionFolder(str(folder))
    count = SUBMISSION_LIMIT // FILE_LIMIT
    for index in range(count + 1):
        (folder / f"{index}.yml").write_bytes(b"#" * FILE_LIMIT)
    for index in range(count):
        assert reader.read(f"{index}.yml") is not None
    with pytest.raises(CheckError, match="larger than 5 MiB") as caught:
        reader.read(f"{count}.yml")
    assert caught.value.code == "too-large"


def test_a_hundred_files_are_read_and_one_more_is_too_large(folder: Path) -> None:
    reader = SubmissionFolder(str(folder))
    for index in range(COUNT_LIMIT + 1):
        (folder / f"{index}.yml").write_text("a")
    for index in range(COUNT_LIMIT):
        assert reader.read(f"{index}.yml") == b"a"
        assert reader.read(f"{index}.yml") == b"a"  # the same file counts once
    with pytest.raises(CheckError, match="more than 100 files") as caught:
        reader.read(f"{COUNT_LIMIT}.yml")
    assert caught.value.code == "too-large"


@pytest.mark.parametrize(
    ("present", "chosen"),
    [
        (["serverless.yml", "serverless.yaml", "serverless.json", "serverless.ts"], "yml"),
        (["serverless.yaml", "serverless.json"], "yaml"),
        (["serverless.json", "serverless.js"], "json"),
    ],
)
def test_the_configuration_is_found_in_the_frameworks_order(
    folder: Path, pack: RulePack, present: list[str], chosen: str
) -> None:
    for name in present:
        (folder / name).write_text(f'{{"service": "{name.rpartition(".")[2]}"}}')
    assert check_path(folder, pack, Request()).submission.service == chosen


def test_json_is_refused_where_it_is_no_json(folder: Path, pack: RulePack) -> None:
    (folder / "serverless.json").write_text('{"service": "a",\n "provider": }\n')
    error = check_path(folder, pack, Request()).error
    assert error is not None
    assert (error.code, error.file, error.line, error.column) == ("invalid-yaml", "serverless.json", 2, 14)


def test_json_nested_too_deeply_is_too_large(folder: Path, pack: RulePack) -> None:
    (folder / "serverless.json").write_text('{"service": "a", "x": ' + "[" * 200_000 + "]" * 200_000 + "}")
    error = check_path(folder, pack, Request()).error
    assert error is not None
    assert error.code == "too-large"


@pytest.mark.parametrize(
    "content", ["{", "[1]", "null", '{"dependencies": [1]}', "[" * 100_000, '{"devDependencies": 5}']
)
def test_a_broken_package_json_does_not_matter(checked: Checked, content: str) -> None:
    report = checked("service: a\nframeworkVersion: '3'\n", package_json=content)
    assert report.status == "incomplete"


@pytest.mark.parametrize(
    "version", ["3", "'>=2.0'", "'^1.83'", "5", "[]", "{}", "null", "latest", "'99999999999999999'"]
)
def test_any_framework_version_is_taken(checked: Checked, version: str) -> None:
    assert checked(f"service: a\nframeworkVersion: {version}\n").status == "incomplete"
