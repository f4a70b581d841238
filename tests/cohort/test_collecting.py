"""What is named on the command line becomes submissions, each once."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from checker.cohort.collecting import Cohort, Reach, collect
from checker.cohort.roster import read_roster
from checker.errors import UsageError

ARN = "arn:aws:cloudformation:us-east-2:123456789012:stack/wild-rydes-{}/0b1c"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    for name in ("class/ada", "class/ben", "both/one", "both/two", "none/docs"):
        (tmp_path / name).mkdir(parents=True)
        if not name.startswith("none"):
            (tmp_path / name / "serverless.yml").write_text("service: a\n")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("cleo/serverless.yml", "service: a\n")
        archive.writestr("dan/serverless.yml", "service: a\n")
    with zipfile.ZipFile(tmp_path / "eve.zip", "w") as archive:
        archive.writestr("service/serverless.yml", "service: a\n")
    return tmp_path


def with_roster(top: Path, text: str, *paths: str, stacks: tuple[str, ...] = (), reach: Reach | None = None) -> Cohort:
    roster = read_roster(text, "roster.csv")
    arns = {name: ARN.format(name) for name in stacks}
    return collect([str(top / path) for path in paths], roster, str(top / "roster.csv"), arns, reach or Reach())


def problems(cohort: Cohort) -> dict[str, str]:
    return {one.id: str(one.problem) for one in cohort.submissions if one.problem is not None}


def test_everything_named_is_there_once_in_its_order(top: Path) -> None:
    cohort = collect([str(top / name) for name in ("two.zip", "class", "eve.zip")])
    assert [one.id for one in cohort.submissions] == ["cleo", "dan", "eve", "ada", "ben"]
    assert problems(cohort) == {}
    assert cohort.remarks == ()


def test_a_file_is_called_after_its_folder(top: Path) -> None:
    (one,) = collect([str(top / "class" / "ada" / "serverless.yml")]).submissions
    assert (one.id, one.file, one.folder) == ("ada", "serverless.yml", str(top / "class" / "ada"))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("class", "holds 2 services"),
        ("both", "holds 2 services"),
        ("two.zip", "holds 2 services: cleo, dan"),
        ("none", "no serverless configuration"),
        ("nowhere", "no such file"),
        ("roster.csv", "no such file"),
        ("../outside", "no such file"),
    ],
)
def test_a_path_of_the_roster_leads_to_one_service(top: Path, path: str, said: str) -> None:
    cohort = with_roster(top, f"id,path\nada,{path}\n")
    assert said in problems(cohort)["ada"]


@pytest.mark.parametrize("path", ["class/ada", "eve.zip", "class/ada/serverless.yml"])
def test_a_path_of_the_roster_is_beside_the_roster(
    top: Path, path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert problems(with_roster(top, f"id,path\nada,{path}\n")) == {}


def test_a_row_a_folder_and_a_stack_of_one_id_are_one_submission(top: Path) -> None:
    cohort = with_roster(top, "id,name,stage,profile\nada,Ada Nowak,user0,blue\n", "class", stacks=("ada", "zoe"))
    ada, ben, zoe = cohort.submissions
    assert (ada.person.name, ada.options, ada.folder) == (
        "Ada Nowak",
        (("stage", "user0"),),
        str(top / "class" / "ada"),
    )
    assert ada.deployed is not None
    assert (ada.deployed.stack, ada.deployed.profile) == (ARN.format("ada"), "blue")
    assert ben.deployed is None
    assert zoe.deployed is not None
    assert (zoe.folder, zoe.deployed.stack) == (None, ARN.format("zoe"))


def test_the_rosters_stack_counts_before_the_pattern(top: Path) -> None:
    cohort = with_roster(top, "id,stack\nada,wild-rydes-real\n", "class", stacks=("ada",))
    assert cohort.submissions[0].deployed is not None
    assert cohort.submissions[0].deployed.stack == "wild-rydes-real"


def test_deployed_asks_for_the_stack_of_each_file(top: Path) -> None:
    reach = Reach(deployed=True, profile="class", endpoint_url="http://localhost:5000")
    cohort = with_roster(top, "id,role_arn\nada,arn:aws:iam::123456789012:role/Grader\n", "class", reach=reach)
    ada, ben = (one.deployed for one in cohort.submissions)
    assert ada == (None, "class", "http://localhost:5000", "arn:aws:iam::123456789012:role/Grader")
    assert ben == (None, "class", "http://localhost:5000", None)


def test_a_bad_row_keeps_its_place_and_its_person(top: Path) -> None:
    text = (
        "id,name,email,path,stage\n"
        "ben,Ben,ben@x,,no stage\n"  # and his folder is in the class
        "zoe,Zoe,zoe@x,class/ada,user1,more\n"
        "ada,Ada,ada@x,class/ada,\n"
        "ada,Ada L.,other@x,class/ada,\n"
        "yan,Yan,yan@x,both,no stage\n"
        "yan,Yan,yan@x,both/one,\n"
    )
    cohort = with_roster(top, text, "class/ben")
    told = [(one.id, one.person.name, one.person.email) for one in cohort.submissions]
    assert told == [
        ("ben", "Ben", "ben@x"),
        ("zoe", "Zoe", "zoe@x"),
        ("ada", "Ada", "ada@x"),
        ("ada (2)", "Ada L.", "other@x"),
        ("yan (2)", "Yan", "yan@x"),
        ("yan", "Yan", "yan@x"),
    ]
    assert list(problems(cohort)) == ["ben", "zoe", "ada (2)", "yan (2)"]
    assert problems(cohort)["ben"].endswith("roster.csv:2: stage: `no stage` is not a stage, such as user0.")
    assert cohort.submissions[0].path == str(top / "class" / "ben")
    assert cohort.remarks == ()


def test_nothing_handed_in_is_not_nobody(top: Path) -> None:
    cohort = with_roster(top, "id,profile\nzoe,blue\n", "class")
    assert "nothing was handed in" in problems(cohort)["zoe"]


def test_each_further_one_of_an_id_has_its_own_error(top: Path) -> None:
    for group in ("monday", "tuesday", "friday"):
        (top / group / "ada").mkdir(parents=True)
        (top / group / "ada" / "serverless.yml").write_text("service: a\n")
    cohort = collect([str(top / name) for name in ("class", "monday", "tuesday", "friday")])
    assert [one.id for one in cohort.submissions] == ["ada", "ben", "ada (2)", "ada (3)", "ada (4)"]
    assert all(str(top / "class" / "ada") in said for said in problems(cohort).values())
    assert len(problems(cohort)) == 3


@pytest.mark.parametrize(("name", "said"), [("nowhere", "no such file"), ("class.csv", "--roster")])
def test_a_path_that_is_no_submission_is_told(top: Path, name: str, said: str) -> None:
    (top / "class.csv").write_text("id\nada\n")
    with pytest.raises(UsageError, match=said):
        collect([str(top / name)])


def test_folders_without_a_service_are_remarked(top: Path) -> None:
    (top / "class" / "slides").mkdir()
    assert "no serverless configuration in slides." in collect([str(top / "class")]).remarks[0]
    assert "three folders deep" in collect([str(top / "none")]).remarks[0]


ODD = (
    "ada/serverless.yml",
    "farah/Serverless.yml",
    "jonas/a/b/c/d/serverless.yml",
    "keiko/readme.txt",
    "luis/serverless.yml.txt",
    "maya/serverless(1).yml",
    "ben/node_modules/x/serverless.yml",
    "noor/",
    "user10/readme.txt",
    "user2/readme.txt",
    "eve\x1b[31m/readme.txt",
    "out/results.jsonl",
    ".hidden/readme.txt",
    "node_modules/x/serverless.yml",
    "__MACOSX/ada/._serverless.yml",
)


@pytest.mark.parametrize("wrapped", ["", "2026/spring/"])
def test_an_archive_tells_whom_it_leaves_out_as_its_folder_does(tmp_path: Path, wrapped: str) -> None:
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as archive:
        for name in ODD:
            archive.writestr(wrapped + name, "service: a\n")
    with zipfile.ZipFile(tmp_path / "odd.zip") as archive:
        archive.extractall(tmp_path / "odd")
    (of_archive,) = collect([str(tmp_path / "odd.zip")]).remarks
    (of_folder,) = collect([str(tmp_path / "odd" / wrapped)]).remarks
    said = "no serverless configuration in ben, eve\\x1b[31m, farah, jonas, keiko, luis, maya, noor, user2, user10."
    assert of_archive == f"{tmp_path / 'odd.zip'}: {said}"
    assert of_folder.endswith(f": {said}")


def test_folders_of_an_archive_in_which_something_stands_are_not_remarked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("Ada_1_assignsubmission_file_/work/serverless.yml", "service: a\n")
        archive.writestr("Ben_2_assignsubmission_file_/readme.txt", "")  # his own problem says so
        archive.writestr("chidi/a/work.zip", b"PK\x03\x04 cut off")
        archive.writestr("slides/1.txt", "")
    cohort = collect([str(tmp_path / "export.zip")])
    assert list(problems(cohort)) == ["chidi", "Ben_2"]
    assert cohort.remarks == (f"{tmp_path / 'export.zip'}: no serverless configuration in slides.",)
    (tmp_path / "class").mkdir()
    (tmp_path / "export.zip").rename(tmp_path / "class" / "eve.zip")  # one of a class: what else is in it is hers
    assert collect([str(tmp_path / "class")]).remarks == ()
