"""What is carried of a folder: enough to get the same verdict, and no more than the bounds allow."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path

import pytest

from checker.cohort import carrying, submission
from checker.cohort.carrying import ENTRY_LIMIT, carry
from checker.cohort.submission import Request, check_path
from checker.errors import CheckError
from checker.report import Report
from checker.reporters.json import document
from checker.rulepack import RulePack
from checker.serverless.files import FILE_LIMIT, SUBMISSION_LIMIT, CarriedFiles, SubmissionFolder
from tests.conftest import FIXTURES, every

INCLUDING = "service: a\ncustom: ${file(config/table.yml)}\n"


def carried(folder: Path, file: str | None = None) -> CarriedFiles:
    return carry(SubmissionFolder(str(folder)), file)


def judged_from_memory(folder: Path, pack: RulePack, request: Request, monkeypatch: pytest.MonkeyPatch) -> Report:
    files: CarriedFiles = pickle.loads(pickle.dumps(carried(folder)))
    with monkeypatch.context() as patch:
        patch.setattr(submission, "locate", lambda _: (files, None))
        return check_path(folder, pack, request)


def same_from_memory(folder: Path, pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> Report:
    on_disk = check_path(folder, pack, Request())
    assert document(judged_from_memory(folder, pack, Request(), monkeypatch)) == document(on_disk)
    return on_disk


@pytest.mark.parametrize("folder", every(40))
def test_a_fixture_gets_the_same_report_from_memory(
    folder: Path, pack: RulePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_from_memory(folder, pack, monkeypatch)


def make_odd(path: Path, kind: str) -> None:
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "link out":
            path.symlink_to("../outside.yml")
        case "link to nothing":
            path.symlink_to("nothing")
        case "link inside":
            path.symlink_to("real")
            (path.parent / "real").write_text('{"service": "a"}')
        case "too large":
            path.write_bytes(b"#" * (FILE_LIMIT + 1))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["serverless.yml", "serverless.json", "serverless.ts", "package.json", "ANSWERS.md", "answers.md", ".env"]
)
@pytest.mark.parametrize(
    "kind", ["missing", "folder", "pipe", "link out", "link to nothing", "link inside", "too large"]
)
def test_odd_things_under_the_usual_names_get_the_same_report(
    name: str, kind: str, tmp_path: Path, pack: RulePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ada"
    shutil.copytree(FIXTURES / "class" / "ada", folder)
    with (folder / "serverless.yml").open("a") as text:
        text.write("\nuseDotenv: true\n")
    path = folder / name
    path.unlink(missing_ok=True)
    if name != "serverless.yml" and name.startswith("serverless"):
        (folder / "serverless.yml").unlink()
    make_odd(path, kind)
    (tmp_path / "outside.yml").write_text("service: outside\n")
    same_from_memory(folder, pack, monkeypatch)


def test_files_are_carried_only_when_the_configuration_includes_some(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    for name in ("config/table.yml", "config/more.yml", "notes.txt", ".env", ".env.dev", "ANSWERS.md", "handler.js"):
        (tmp_path / name).write_text("a: 1\n")
    (tmp_path / "serverless.yml").write_text("service: a\n")
    assert set(carried(tmp_path).files) == {"serverless.yml", ".env", ".env.dev", "ANSWERS.md"}
    (tmp_path / "serverless.yml").write_text(INCLUDING)
    more = {"config/table.yml", "config/more.yml", "notes.txt"}
    assert set(carried(tmp_path).files) == {"serverless.yml", ".env", ".env.dev", "ANSWERS.md", *more}


@pytest.mark.parametrize(
    "written",
    [
        "x: ${file(config/table.yml)}",
        'x: "${\\x66ile(config/table.yml)}"',
        'x: "${\\u0066ile(config/table.yml)}"',
        'x: "${fi\\\n  le(config/table.yml)}"',
        "x: ${self:missing, file(config/table.yml)}",
    ],
)
def test_however_an_inclusion_is_spelled_its_file_is_carried(
    written: str, tmp_path: Path, pack: RulePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "table.yml").write_text("BillingMode: PAY_PER_REQUEST\n")
    (tmp_path / "serverless.yml").write_text(
        f"service: a\ncustom:\n  {written}\nresources: {{Resources: {{RideRecordTable: "
        "{Type: 'AWS::DynamoDB::Table', Properties: '${self:custom.x}'}}}\n"
    )
    report = same_from_memory(tmp_path, pack, monkeypatch)
    assert {check.rule.id: check.outcome for check in report.checks}["table.on_demand"] == "pass"


def test_an_inclusion_in_the_environment_file_counts(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text("service: a\nuseDotenv: true\ncustom: ${env:TABLE}\n")
    (tmp_path / ".env").write_text("TABLE='${file(table.yml)}'\n")
    (tmp_path / "table.yml").write_text("a: 1\n")
    assert "table.yml" in carried(tmp_path).files


def test_a_big_picture_hinders_nothing(tmp_path: Path, pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "table.yml").write_text("a: 1\n")
    (tmp_path / "serverless.yml").write_text(INCLUDING)
    (tmp_path / "a.png").write_bytes(b"#" * (FILE_LIMIT + 1))
    assert same_from_memory(tmp_path, pack, monkeypatch).error is None
    files = carried(tmp_path)
    assert files.refused["a.png"].code == "too-large"
    with pytest.raises(CheckError, match="larger than 1 MiB"):
        files.read("a.png")


def test_what_is_named_is_carried_first_and_the_rest_is_told_to_be_too_much(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "table.yml").write_text("a: 1\n")
    (tmp_path / "serverless.yml").write_text(INCLUDING)
    for number in range(8):
        (tmp_path / f"a{number}.bin").write_bytes(b"#" * FILE_LIMIT)
    files = carried(tmp_path)
    assert sum(map(len, files.files.values())) <= SUBMISSION_LIMIT
    assert files.read("config/table.yml") == b"a: 1\n"
    with pytest.raises(CheckError, match="the folder holds more than") as caught:
        files.read("a7.bin")
    assert (caught.value.code, caught.value.file) == ("too-large", "a7.bin")


def test_more_files_than_are_carried_are_told(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "table.yml").write_text("a: 1\n")
    (tmp_path / "serverless.yml").write_text(INCLUDING)
    for number in range(ENTRY_LIMIT + 10):
        (tmp_path / f"{number:05}.txt").write_text("a")
    files = carried(tmp_path)
    assert len(files.files) == ENTRY_LIMIT
    assert files.read("config/table.yml") == b"a: 1\n"
    with pytest.raises(CheckError) as caught:
        files.read(f"{ENTRY_LIMIT + 9:05}.txt")
    assert caught.value.code == "too-large"


def test_many_environment_files_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text("service: a\n")
    for number in range(300):
        (tmp_path / f".env.{number:03}").write_text("A=1")
    assert len(carried(tmp_path).files) == 100
    assert "serverless.yml" in carried(tmp_path).files


def test_folders_of_tools_are_looked_into_only_when_a_file_in_them_is_included(tmp_path: Path) -> None:
    for name in ("node_modules/shared/table.yml", ".git/config"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("a: 1\n")
    exclude = "package: {patterns: ['!node_modules/**', '!.git/**']}\n"
    (tmp_path / "serverless.yml").write_text(f"service: a\n{exclude}custom: ${{file(config/table.yml)}}\n")
    files = carried(tmp_path)
    assert set(files.files) == {"serverless.yml"}
    with pytest.raises(CheckError, match="names the folder") as caught:
        files.read("node_modules/shared/table.yml")
    assert caught.value.code == "not-found"
    (tmp_path / "serverless.yml").write_text("service: a\ncustom: ${file(./node_modules/shared/table.yml)}\n")
    assert set(carried(tmp_path).files) == {"serverless.yml", "node_modules/shared/table.yml"}


def test_links_inside_are_followed_and_others_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "table.yml").write_text("a: 1\n")
    (folder / "serverless.yml").write_text(INCLUDING)
    (tmp_path / "secret.yml").write_text("secret: 1\n")
    (folder / "same").symlink_to("config")
    (folder / "config" / "circle").symlink_to("..")
    (folder / "out").symlink_to("..")
    (folder / "secret.yml").symlink_to("../secret.yml")
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe.yml")
    files = carried(folder)
    assert set(files.files) == {"serverless.yml", "config/table.yml", "same/table.yml"}
    for name, why in {
        "secret.yml": "leads out",
        "out/secret.yml": "leads out",
        "config/circle/secret.yml": "in a circle",
        "pipe.yml": "no regular file",
        "loop": "symbolic links",
    }.items():
        with pytest.raises(CheckError, match=why):
            files.read(name)


def test_folders_that_link_to_each_other_end(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / one).mkdir()
        (tmp_path / one / "x.yml").write_text("a: 1\n")
        for name in ("l1", "l2"):
            (tmp_path / one / name).symlink_to(f"../{other}")
    (tmp_path / "serverless.yml").write_text(INCLUDING)
    assert {"a/x.yml", "b/x.yml", "a/l1/x.yml"} <= set(carried(tmp_path).files)
    assert len(carried(tmp_path).files) == 7


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    (tmp_path / "serverless.yml").write_text(INCLUDING)
    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(CheckError, match="the folder cannot be read: Permission denied") as caught:
        carried(tmp_path)
    assert caught.value.file == str(tmp_path)


def test_a_folder_inside_that_cannot_be_listed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def denied(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    (tmp_path / "closed").mkdir()
    (tmp_path / "open.yml").write_text("a: 1\n")
    (tmp_path / "serverless.yml").write_text(INCLUDING)
    monkeypatch.setattr(os, "scandir", denied)
    files = carried(tmp_path)
    assert files.read("open.yml") == b"a: 1\n"
    with pytest.raises(CheckError, match="Permission denied"):
        files.read("closed/a.yml")


def test_a_configuration_asked_for_by_name_is_carried(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(INCLUDING)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "table.yml").write_text("a: 1\n")
    assert set(carried(tmp_path, "./mine.yml").files) == {"mine.yml", "config/table.yml"}
    assert carried(tmp_path).files == {}


def test_a_folder_of_more_names_than_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "_LOOK_LIMIT", 50)
    (tmp_path / "serverless.yml").write_text(INCLUDING)
    for number in range(60):
        (tmp_path / f"{number}.js").write_text("a")
    with pytest.raises(CheckError, match="holds more than") as caught:
        carried(tmp_path).read("config/table.yml")
    assert caught.value.code == "too-large"


def test_folders_in_each_other_are_looked_into_up_to_a_depth(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(INCLUDING)
    for depth in (19, 21):
        (tmp_path / "/".join(["a"] * depth)).mkdir(parents=True, exist_ok=True)
        (tmp_path / "/".join(["a"] * depth) / "x.yml").write_text("a: 1\n")
    assert set(carried(tmp_path).files) == {"serverless.yml", "/".join(["a"] * 19) + "/x.yml"}


def test_files_that_are_too_large_are_not_read_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "serverless.yml").write_text(INCLUDING)
    for number in range(100):
        (tmp_path / f"{number}.bin").write_bytes(b"")
        os.truncate(tmp_path / f"{number}.bin", FILE_LIMIT + 1)
    read: list[str] = []
    content = SubmissionFolder.content

    def counted(self: SubmissionFolder, name: str) -> bytes | None:
        read.append(name)
        return content(self, name)

    monkeypatch.setattr(SubmissionFolder, "content", counted)
    files = carried(tmp_path)
    assert len(read) < 30
    assert {files.refused[f"{number}.bin"].code for number in range(100)} == {"too-large"}
