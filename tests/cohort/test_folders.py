"""Finding submissions in folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.cohort.folders import find_folders, names_of, natural


def make(top: Path, *folders: str, file: str = "serverless.yml") -> Path:
    for folder in folders:
        (top / folder).mkdir(parents=True, exist_ok=True)
        (top / folder / file).write_text("service: a\n")
    return top


def names(top: Path) -> list[str]:
    return names_of(find_folders(str(top)).found)


def test_each_folder_with_a_configuration_is_one_in_natural_order(tmp_path: Path) -> None:
    assert names(make(tmp_path, "user10", "user2", "Ben", "ada")) == ["ada", "Ben", "user2", "user10"]


def test_found_to_depth_three_and_no_deeper(tmp_path: Path) -> None:
    make(tmp_path, "one", "a/two", "a/b/three", "a/b/c/four")
    assert set(names(tmp_path)) == {"one", "two", "three"}


@pytest.mark.parametrize("file", ["serverless.yml", "serverless.yaml", "serverless.json", "serverless.ts"])
def test_every_configuration_of_the_framework_makes_one(tmp_path: Path, file: str) -> None:
    assert names(make(tmp_path, "ada", file=file)) == ["ada"]


def test_a_folder_that_is_one_is_not_searched(tmp_path: Path) -> None:
    make(tmp_path / "ada", ".", "examples/other")
    search = find_folders(str(tmp_path / "ada"))
    assert names_of(search.found) == ["ada"]
    assert search.empty == ()


def test_hidden_folders_packages_and_links_are_left_out(tmp_path: Path) -> None:
    outside = make(tmp_path / "outside", "secret")
    top = make(tmp_path / "class", "ada", ".git/x", "node_modules/y", "__MACOSX/ada")
    (top / "linked").symlink_to(outside / "secret", target_is_directory=True)
    (top / "ada" / "inner").symlink_to(outside, target_is_directory=True)
    assert names(top) == ["ada"]


def test_archives_and_links_in_a_folder_are_told(tmp_path: Path) -> None:
    top = make(tmp_path / "class", "ada", "group/ben")
    for archive in ("chidi.zip", "group/dora.ZIP", "handed-in/emil.zip", "ada/own.zip", ".hidden.zip"):
        (top / archive).parent.mkdir(exist_ok=True)
        (top / archive).write_bytes(b"")
    (top / "farah").symlink_to(tmp_path, target_is_directory=True)
    (top / "nothing").symlink_to(tmp_path / "nowhere")
    search = find_folders(str(top))
    assert search.archives == ("chidi.zip", os.path.join("group", "dora.ZIP"), os.path.join("handed-in", "emil.zip"))
    assert search.links == ("farah",)
    assert search.empty == ()


@pytest.mark.parametrize(
    ("folders", "ids"),
    [
        (["rel-ada/svc", "rel-ben/svc", "rel-eve/service"], ["rel-ada", "rel-ben", "rel-eve"]),
        (["rel-ada/svc", "rel-ben/svc", "rel-eve/."], ["rel-ada", "rel-ben", "rel-eve"]),
        (["ada/svc", "ben/svc", "eve/svc", "eve/old"], ["ada", "ben", "eve-old", "eve-svc"]),
        (["monday/ada", "monday/ben", "tuesday/ada"], ["ada", "ben", "ada"]),
        (["monday/ada", "tuesday/ben"], ["ada", "ben"]),
    ],
)
def test_one_clone_that_differs_takes_no_name_from_the_others(
    tmp_path: Path, folders: list[str], ids: list[str]
) -> None:
    assert names(make(tmp_path, *folders)) == ids


def test_the_folders_without_a_service_are_named(tmp_path: Path) -> None:
    make(tmp_path, "ada", "deep/er/ben")
    (tmp_path / "slides" / "images").mkdir(parents=True)
    assert find_folders(str(tmp_path)).empty == ("slides",)


def test_clones_that_hold_the_service_in_a_folder_of_one_name_are_called_after_the_clone(tmp_path: Path) -> None:
    make(tmp_path, "reliability-ada/wild-rydes", "reliability-ben/wild-rydes")
    assert names(tmp_path) == ["reliability-ada", "reliability-ben"]


def test_clones_that_are_laid_out_otherwise_change_no_other_name(tmp_path: Path) -> None:
    make(tmp_path, "reliability-ada/wild-rydes", "reliability-ben", "reliability-cleo/src/wild-rydes")
    assert names(tmp_path) == ["reliability-ada", "reliability-ben", "reliability-cleo"]


def test_clones_that_are_named_one_by_one_are_called_after_the_clone(tmp_path: Path) -> None:
    make(tmp_path, "ada/wild-rydes", "ben/wild-rydes")
    found = [*find_folders(str(tmp_path / "ada")).found, *find_folders(f"{tmp_path}/ben/").found]
    assert names_of(found) == ["ada", "ben"]


def test_clones_named_one_by_one_may_differ(tmp_path: Path) -> None:
    make(tmp_path, "ada/wild", "ben/wild", "cleo/src")
    found = [one for name in ("ada", "ben", "cleo") for one in find_folders(str(tmp_path / name)).found]
    assert names_of(found) == ["ada", "ben", "cleo"]


def test_a_clone_with_two_services_keeps_their_names(tmp_path: Path) -> None:
    make(tmp_path, "ada/one", "ada/two", "ben/one")
    assert names(tmp_path) == ["one", "two", "one"]


def test_the_same_name_in_two_groups_stays_the_same_name(tmp_path: Path) -> None:
    make(tmp_path, "monday/ada", "tuesday/ada", "tuesday/ben")
    assert names(tmp_path) == ["ada", "ada", "ben"]


def test_a_folder_that_cannot_be_searched_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "ada", "ben", "closed/inner")
    scan = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = find_folders(str(tmp_path)).found
    assert names_of(found) == ["ada", "ben", "closed"]
    problem = found[2].problem
    assert problem is not None
    assert (problem.code, "Permission denied" in str(problem)) == ("not-found", True)


@pytest.mark.parametrize("names", [["a", "A1", "a2", "a10", "b"], ["", "1", "2x", "10"], ["x", "x²", "²"]])
def test_any_names_can_be_sorted(names: list[str]) -> None:
    backwards = names[::-1]
    assert sorted(backwards, key=natural) == names
