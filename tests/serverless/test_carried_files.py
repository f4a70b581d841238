"""Files carried in memory read as the same files on disk do."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from checker.errors import CheckError
from checker.serverless.files import (
    COUNT_LIMIT,
    FILE_LIMIT,
    HERE,
    SUBMISSION_LIMIT,
    CarriedFiles,
    SubmissionFiles,
    SubmissionFolder,
    file_too_large,
    leads_out,
    no_regular_file,
)

FILES = {
    "serverless.yml": b"service: a\n",
    "a.yml": b"",
    "config/b.yml": b"b",
    "config/deep/c.json": b"{}",
    "caf\u00e9.yml": b"e",
    "not utf-8 \udcff.yml": b"f",
    "back\\slash.yml": b"g",
    ".env": b"A=1",
}
REFUSED = {
    "large.yml": file_too_large("large.yml"),
    "out.yml": leads_out("out.yml"),
    "out.yml/": leads_out("out.yml"),
    "outside": leads_out("outside"),
    "outside/": leads_out("outside"),
    "pipe.yml": no_regular_file("pipe.yml"),
}


@pytest.fixture(scope="module")
def folder() -> SubmissionFolder:
    root = Path(tempfile.mkdtemp()) / "submission"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (root / "large.yml").write_bytes(b"#" * (FILE_LIMIT + 1))
    (root.parent / "secret.yml").write_bytes(b"secret")
    (root / "out.yml").symlink_to("../secret.yml")
    (root.parent / "elsewhere").mkdir()
    (root / "outside").symlink_to("../elsewhere")
    os.mkfifo(root / "pipe.yml")
    return SubmissionFolder(str(root))


def carried(root: str = "class/submission") -> CarriedFiles:
    return CarriedFiles(root, FILES, REFUSED)


Outcome = tuple[str, str, str | None] | bytes | None


def read(files: SubmissionFiles, name: str) -> Outcome:
    try:
        return files.read(name)
    except CheckError as error:
        return error.code, error.message, error.file


PIECES = (
    *(piece for name in (*FILES, *REFUSED) for piece in name.split("/")),
    *(
        "..",
        "...",
        ".",
        "",
        "submission",
        "secret.yml",
        "nothing",
        "etc",
        "passwd",
        "~",
        "\0",
        "\ud800",
        "a\n",
        "\u202e",
    ),
)
NAMES = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), min_size=1, max_size=6).map("/".join)


@given(NAMES)
@example("")
@example("/")
@example("./a.yml")
@example("a.yml/")
@example("a.yml/.")
@example("a.yml/../config/b.yml")
@example("nothing/../a.yml")
@example("../submission/a.yml")
@example("../../submission/a.yml")
@example("../submission")
@example("../secret.yml")
@example("/etc/passwd")
@example("config")
@example("config/deep")
@example("a.yml/b.yml")
@example("pipe.yml/b.yml")
@example("large.yml")
@example("outside/submission")
@example("a\0.yml")
@example("n" * 256)
@example("n" * 5000)
@example("../" * 1000 + "a")
def test_any_name_reads_as_on_disk(folder: SubmissionFolder, name: str) -> None:
    assume(not ("out" in name and ".." in name))  # where a link is left to is known on the disk alone
    fresh = SubmissionFolder(folder.root)
    assert read(carried(), name) == read(fresh, name)


@given(st.lists(st.sampled_from((*FILES, *REFUSED, "config", "nothing", "a.yml/x")), max_size=5))
def test_the_same_name_is_found_as_on_disk(folder: SubmissionFolder, names: list[str]) -> None:
    top = tuple(name.rstrip("/") for name in names if "/" not in name.rstrip("/"))
    assert carried().find(top) == folder.find(top)


def test_a_root_without_a_name_of_its_own_is_left_by_two_dots() -> None:
    for root in (".", "", "..", "/"):
        assert "leads out" in str(read(carried(root), "../a.yml"))
        assert "leads out" in str(read(carried(root), "../../a.yml"))
        assert read(carried(root), "config/../a.yml") == b""


def test_what_is_refused_below_a_folder_is_told_with_the_name_asked_for() -> None:
    files = CarriedFiles("a", {"node_modules/x.yml": b"x"}, {"node_modules/": CheckError("not-found", "left behind.")})
    assert files.read("node_modules/x.yml") == b"x"
    assert read(files, "./node_modules/deep/y.yml") == ("not-found", "left behind.", "./node_modules/deep/y.yml")
    assert "no regular file" in str(read(files, "node_modules"))
    assert files.read("y.yml") is None
    everything = CarriedFiles("a", {"x.yml": b"x"}, {HERE: CheckError("too-large", "too many.")})
    assert everything.read("x.yml") == b"x"
    assert read(everything, "y.yml") == ("too-large", "too many.", "y.yml")
    assert everything.find(("y.yml",)) is None


def filled(tmp_path: Path, count: int, size: int) -> list[SubmissionFiles]:
    files = {f"{index}.yml": b"#" * size for index in range(count)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return [SubmissionFolder(str(tmp_path)), CarriedFiles(str(tmp_path), files)]


@pytest.mark.parametrize(
    ("count", "size"), [(COUNT_LIMIT, 1), (SUBMISSION_LIMIT // FILE_LIMIT, FILE_LIMIT), (0, FILE_LIMIT + 1)]
)
def test_the_bounds_are_those_of_a_folder(tmp_path: Path, count: int, size: int) -> None:
    on_disk, in_memory = (
        [read(files, f"{index}.yml") for index in range(count + 1)] for files in filled(tmp_path, count + 1, size)
    )
    assert in_memory == on_disk
    assert all(isinstance(outcome, bytes) for outcome in on_disk[:-1])
    assert isinstance(on_disk[-1], tuple)
    assert on_disk[-1][0] == "too-large"


def test_it_travels_by_pickle_and_forgets_what_was_read() -> None:
    files = carried()
    files.read("a.yml")
    copy = pickle.loads(pickle.dumps(files))
    assert (copy.root, copy.files, copy.digest) == (files.root, files.files, files.digest)
    assert read(copy, "large.yml") == read(files, "large.yml")


CHANGES: dict[str, Callable[[], CarriedFiles]] = {
    "a content": lambda: CarriedFiles("a", {**FILES, "a.yml": b"#"}, REFUSED),
    "a name": lambda: CarriedFiles("a", {**FILES, "z.yml": b""}, REFUSED),
    "a refusal": lambda: CarriedFiles("a", FILES, {**REFUSED, "z.yml": leads_out("z.yml")}),
    "why": lambda: CarriedFiles("a", FILES, {**REFUSED, "out.yml": no_regular_file("out.yml")}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_tells_a_change(change: str) -> None:
    assert CHANGES[change]().digest != carried().digest
    assert carried("elsewhere").digest == carried().digest
