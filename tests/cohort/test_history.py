"""A service's files out of a git history, whatever the history does."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

import pytest
from dulwich.index import commit_tree
from dulwich.objects import Blob, ObjectID, RawObjectID
from dulwich.objects import Commit as GitCommit
from dulwich.pack import write_pack_index
from dulwich.repo import Repo

from checker.cohort import history, repository
from checker.cohort.history import read_history
from checker.errors import CheckError
from checker.serverless.files import FILE_LIMIT
from tests.conftest import REPOSITORY

START = 1_700_000_000
Files = dict[str, bytes | tuple[int, bytes]]


class Made:
    """A repository made object by object with dulwich."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self.repo = Repo.init(str(root), default_branch=b"main")
        self.head: ObjectID | None = None

    def tree(self, files: Files) -> ObjectID:
        entries = []
        for name, given in files.items():
            mode, content = given if isinstance(given, tuple) else (0o100644, given)
            id_ = ObjectID(content)
            if mode != 0o160000:
                blob = Blob.from_string(content)
                self.repo.object_store.add_object(blob)
                id_ = blob.id
            entries.append((os.fsencode(name), id_, mode))
        return commit_tree(self.repo.object_store, entries)

    def commit(self, files: Files, at: int = START, parents: Iterable[ObjectID] | None = None) -> str:
        return self.commit_tree(self.tree(files), at, parents)

    def commit_tree(self, tree: ObjectID, at: int = START, parents: Iterable[ObjectID] | None = None) -> str:
        commit = GitCommit()
        commit.tree = tree
        commit.parents = list(parents if parents is not None else [self.head] if self.head else [])
        commit.author = commit.committer = b"Ada <ada@example.com>"
        commit.author_time = commit.commit_time = at
        commit.author_timezone = commit.commit_timezone = 0
        commit.encoding = b"UTF-8"
        commit.message = b"work"
        self.repo.object_store.add_object(commit)
        self.checkout(commit.id)
        return commit.id.decode()

    def raw(self, type_: str, content: bytes) -> ObjectID:
        """An object of any content, written by hand."""
        id_ = hashlib.sha1(f"{type_} {len(content)}\0".encode() + content).hexdigest()
        self.write(id_, zlib.compress(f"{type_} {len(content)}\0".encode() + content))
        return ObjectID(id_.encode())

    def write(self, id_: str, compressed: bytes) -> None:
        path = self.root / ".git" / "objects" / id_[:2] / id_[2:]
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(compressed)

    def checkout(self, id_: ObjectID) -> None:
        self.head = id_
        (self.root / ".git" / "refs" / "heads" / "main").write_bytes(id_ + b"\n")

    def path(self, id_: str) -> Path:
        return self.root / ".git" / "objects" / id_[:2] / id_[2:]

    def pack(self, objects: list[tuple[str, bytes]], name: str = "pack-a") -> None:
        """A pack of ready-made entries, and the index that says so."""
        folder = self.root / ".git" / "objects" / "pack"
        content = bytearray(b"PACK" + struct.pack(">LL", 2, len(objects)))
        places = []
        for id_, entry in objects:
            places.append((RawObjectID(bytes.fromhex(id_)), len(content), zlib.crc32(entry)))
            content += entry
        checksum = hashlib.sha1(content).digest()
        (folder / f"{name}.pack").write_bytes(bytes(content) + checksum)
        with (folder / f"{name}.idx").open("wb") as index:
            write_pack_index(index, sorted(places), checksum, version=2)


def varint(size: int) -> bytes:
    out = bytearray()
    while size >= 0x80:
        out.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes((*out, size))


def head_of(type_: int, size: int) -> bytes:
    return bytes([type_ << 4 | size & 15 | (0x80 if size > 15 else 0)]) + (varint(size >> 4) if size > 15 else b"")


def id_of(type_: str, content: bytes) -> str:
    return hashlib.sha1(f"{type_} {len(content)}\0".encode() + content).hexdigest()


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "ada")


def contents(folder: Path, top: Path | None = None, name: str = "serverless.yml") -> list[bytes | None]:
    return [snapshot.files.read(name) for snapshot in read_history(str(folder), str(top or folder))]


def error_of(folder: Path) -> CheckError:
    with pytest.raises(CheckError) as caught:
        read_history(str(folder), str(folder))
    return caught.value


def test_each_state_comes_once_oldest_first_with_its_earliest_commit(made: Made) -> None:
    ids = [
        made.commit({"serverless.yml": content, "README.md": str(number).encode()}, START + number * 60)
        for number, content in enumerate([b"a", b"a", b"b", b"b", b"a"])
    ]
    snapshots = read_history(str(made.root), str(made.root))
    assert [(snapshot.commit, snapshot.files.read("serverless.yml")) for snapshot in snapshots] == [
        (ids[0], b"a"),
        (ids[2], b"b"),
        (ids[4], b"a"),
    ]
    assert snapshots[1].at == datetime.fromtimestamp(START + 120, timezone.utc)
    assert snapshots[0].files.root == "ada"


def test_only_the_newest_commits_are_looked_at(made: Made) -> None:
    for number in range(30):
        made.commit({"serverless.yml": str(number).encode()})
    newest = [snapshot.files.read("serverless.yml") for snapshot in read_history(str(made.root), str(made.root), 5)]
    assert newest == [b"25", b"26", b"27", b"28", b"29"]


def test_the_service_may_stand_in_a_folder_of_the_repository(made: Made) -> None:
    service = made.root / "unit" / "ride-record"
    service.mkdir(parents=True)
    made.commit({"README.md": b"nothing yet"})
    made.commit({"unit/ride-record/serverless.yml": b"a"})
    made.commit({"unit/ride-record": b"a file for a while"})
    made.commit({"unit/ride-record/serverless.yml": b"b", "unit/other/serverless.yml": b"c"})
    assert contents(service, made.root) == [b"a", b"b"]
    assert read_history(str(service), str(made.root))[0].files.root == "ride-record"
    with pytest.raises(CheckError, match="no git history"):
        read_history(str(service), str(service))


def test_what_the_configuration_includes_is_read_and_nothing_else(made: Made) -> None:
    files: Files = {"config/table.yml": b"t", "serverless.yml": b"x: ${file(config/table.yml)}", "ANSWERS.md": b"q"}
    made.commit(files)
    made.commit({**files, "serverless.yml": b"x: 1"})
    snapshots = read_history(str(made.root), str(made.root))
    assert snapshots[0].files.files == files
    assert set(snapshots[1].files.files) == {"serverless.yml", "ANSWERS.md"}


def test_of_a_merge_the_first_parent_is_followed(made: Made) -> None:
    made.commit({"serverless.yml": b"a"})
    first = made.head
    made.commit({"serverless.yml": b"side"})
    side = made.head
    assert first is not None
    assert side is not None
    made.commit({"serverless.yml": b"b"}, parents=[first])
    assert made.head is not None
    made.commit({"serverless.yml": b"merged"}, parents=[made.head, side])
    assert contents(made.root) == [b"a", b"b", b"merged"]


def test_links_and_submodules_are_not_followed(made: Made) -> None:
    made.commit(
        {
            "serverless.yml": b"x: ${file(link.yml)}",
            "link.yml": (0o120000, b"/etc/passwd"),
            "module": (0o160000, b"1" * 40),
            "large.yml": b"#" * (FILE_LIMIT + 1),
            "run.sh": (0o100755, b"run"),
        }
    )
    files = read_history(str(made.root), str(made.root))[0].files
    assert set(files.files) == {"serverless.yml", "run.sh"}
    for name, why in {
        "link.yml": "symbolic link",
        "module/a.yml": "submodule",
        "large.yml": "larger than 1 MiB",
    }.items():
        with pytest.raises(CheckError, match=why):
            files.read(name)


def test_a_linked_configuration_is_told(made: Made) -> None:
    made.commit({"serverless.yml": (0o120000, b"other.yml"), "other.yml": b"service: a"})
    with pytest.raises(CheckError, match="not followed in a history"):
        read_history(str(made.root), str(made.root))[0].files.read("serverless.yml")


def test_a_detached_head_and_packed_refs(made: Made) -> None:
    made.commit({"serverless.yml": b"a"})
    git = made.root / ".git"
    assert made.head is not None
    (git / "HEAD").write_bytes(made.head)
    (git / "refs" / "heads" / "main").unlink()
    assert contents(made.root) == [b"a"]
    (git / "HEAD").write_text("ref: refs/heads/feature/it's one\n")
    assert "names no branch" in error_of(made.root).message
    (git / "HEAD").write_text("ref: refs/heads/feature/it's-one\n")
    (git / "packed-refs").write_bytes(b"# pack-refs with: peeled\n" + made.head + b" refs/heads/feature/it's-one\n^x\n")
    assert contents(made.root) == [b"a"]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("ref: refs/heads/nothing\n", "has no commit"),
        ("ref: refs/heads/.invalid\n", "names no branch"),
        ("ref: refs/heads/../../../../outside\n", "names no branch"),
        ("ref: /etc/passwd\n", "names no branch"),
        ("ref: refs/heads/a\0b\n", "names no branch"),
        ("", "names no branch"),
        ("rubbish", "names no branch"),
        ("ref: refs/heads/circle\n", "from branch to branch"),
        ("1" * 40, "is not here"),
        ("1" * 64, "is not here"),
        ("#" * (FILE_LIMIT + 1), "larger than 1 MiB"),
    ],
)
def test_a_head_that_leads_nowhere(made: Made, head: str, why: str) -> None:
    made.commit({"serverless.yml": b"a"})
    (made.root / ".git" / "refs" / "heads" / "circle").write_text("ref: refs/heads/circle\n")
    (made.root / ".git" / "HEAD").write_text(head)
    assert why in error_of(made.root).message


def test_a_head_that_is_no_commit(made: Made) -> None:
    blob = made.raw("blob", b"text")
    (made.root / ".git" / "HEAD").write_bytes(blob)
    assert "is damaged" in error_of(made.root).message


def test_an_empty_repository_and_none(made: Made, tmp_path: Path) -> None:
    assert "has no commit" in error_of(made.root).message
    assert "no git history" in error_of(tmp_path).message
    shutil.rmtree(made.root / ".git")
    (made.root / ".git").mkdir()
    assert error_of(made.root).code == "not-found"


def test_a_history_that_lies_elsewhere_is_not_followed(made: Made, tmp_path: Path) -> None:
    made.commit({"serverless.yml": b"a"})
    ben = tmp_path / "ben"
    ben.mkdir()
    (ben / ".git").write_text(f"gitdir: {made.root}/.git\n")
    assert "lies elsewhere" in error_of(ben).message
    (ben / ".git").unlink()
    (ben / ".git").symlink_to(made.root / ".git")
    assert "lies elsewhere" in error_of(ben).message
    with pytest.raises(CheckError, match="leads out"):
        read_history(str(made.root), str(ben))


@pytest.mark.parametrize("linked", ["objects", "refs", "HEAD"])
def test_links_out_of_the_git_folder_are_refused(made: Made, tmp_path: Path, linked: str) -> None:
    made.commit({"serverless.yml": b"a"})
    shutil.move(made.root / ".git" / linked, tmp_path / linked)
    (made.root / ".git" / linked).symlink_to(tmp_path / linked)
    assert "leads out of it" in error_of(made.root).message


def test_alternates_common_folder_and_configuration_are_not_read(made: Made, tmp_path: Path) -> None:
    made.commit({"serverless.yml": b"a"})
    other = tmp_path / "other"
    shutil.move(made.root / ".git" / "objects", other)
    git = made.root / ".git"
    (git / "objects" / "info").mkdir(parents=True)
    (git / "objects" / "info" / "alternates").write_text(f"{other}\n")
    (git / "commondir").write_text(f"{tmp_path}\n")
    (git / "config").unlink()
    os.mkfifo(git / "config")  # who opens it waits for ever
    assert "is not here" in error_of(made.root).message


def test_a_pipe_in_place_of_a_file_is_no_file(made: Made) -> None:
    made.commit({"serverless.yml": b"a"})
    (made.root / ".git" / "HEAD").unlink()
    os.mkfifo(made.root / ".git" / "HEAD")
    assert "has no commit" in error_of(made.root).message


def test_a_shallow_clone_has_what_it_has(made: Made) -> None:
    made.commit({"serverless.yml": b"lost"})
    lost = made.head
    made.commit({"serverless.yml": b"a"})
    made.commit({"serverless.yml": b"b"})
    assert lost is not None
    made.path(lost.decode()).unlink()
    assert contents(made.root) == [b"a", b"b"]


def test_parents_in_a_circle_end(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.commit({"serverless.yml": b"a"})
    made.commit({"serverless.yml": b"b"})
    monkeypatch.setattr(
        repository.Repository,
        "commit",
        lambda _, id_: repository.Commit(made.tree({"serverless.yml": b"c"}), (id_,), START),
    )
    assert contents(made.root) == [b"c"]


TIMES = {
    b"4102444800 +0000": 2100,
    b"253402300799 +0000": 9999,
    b"-86400 +0000": 1969,
    b"1700000000 +9999999": 2023,
    b"1700000000 rubbish": 2023,
    b"1700000000": 2023,
    b"253402300800 +0000": None,
    b"-99999999999999 +0000": None,
    b"9999999999999999999999999 +0000": None,
    b"soon +0000": None,
}


@pytest.mark.parametrize("written", TIMES)
def test_a_commit_of_any_time(made: Made, written: bytes) -> None:
    made.commit({"serverless.yml": b"before"})
    assert made.head is not None
    tree = made.tree({"serverless.yml": b"a"})
    made.checkout(
        made.raw(
            "commit",
            b"tree %s\nparent %s\nauthor A <a> 1 +0000\ncommitter A <a> %s\n\nwork\n" % (tree, made.head, written),
        )
    )
    years = [snapshot.at.year for snapshot in read_history(str(made.root), str(made.root))]
    assert years == ([2023] if TIMES[written] is None else [2023, TIMES[written]])


def commit_of(tree: bytes) -> bytes:
    return b"tree %s\nauthor A <a> 1 +0000\ncommitter A <a> %d +0000\n\nwork\n" % (tree, START)


@pytest.mark.parametrize(
    "broken",
    [b"", b"tree", b"tree \nparent \n", b"tree " + b"g" * 40, b"\n\n", b"parent " + b"1" * 40, b"\xff" * 100],
)
def test_a_broken_commit(made: Made, broken: bytes) -> None:
    made.checkout(made.raw("commit", broken))
    assert "is damaged" in error_of(made.root).message


ENTRY = b"100644 serverless.yml\0"


@pytest.mark.parametrize(
    "broken", [b"100644", b"100644 a", ENTRY, ENTRY + b"1" * 19, b"9 a\0" + b"1" * 20, b" a\0" + b"1" * 20, b"\0" * 30]
)
def test_a_broken_tree(made: Made, broken: bytes) -> None:
    made.checkout(made.raw("commit", commit_of(made.raw("tree", broken))))
    assert "is damaged" in error_of(made.root).message


def test_names_that_stand_for_other_places_are_left_out(made: Made) -> None:
    blob = bytes.fromhex(made.raw("blob", b"x: ${file(a.yml)}").decode())
    entries = [b"100644 %s\0" % name + blob for name in (b"..", b".", b"", b"a/b", b"serverless.yml", b"caf\xe9.yml")]
    tree = made.raw("tree", b"".join((*entries, b"40000 ..\0" + blob, b"40000 sub\0" + blob)))
    made.checkout(made.raw("commit", commit_of(tree)))
    files = read_history(str(made.root), str(made.root))[0].files
    assert set(files.files) == {"serverless.yml", "caf\udce9.yml"}
    with pytest.raises(CheckError, match="is damaged"):  # a folder that is no tree
        files.read("sub/a.yml")


def test_a_tree_in_itself_ends(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.commit({"serverless.yml": b"x: ${file(a.yml)}", "sub/a.yml": b"a"})
    read = repository.Repository.tree

    def tree(self: repository.Repository, id_: bytes) -> list[repository.Node]:
        return [*read(self, id_), repository.Node("again", repository.FOLDER, id_)]

    monkeypatch.setattr(repository.Repository, "tree", tree)
    assert contents(made.root) == [b"x: ${file(a.yml)}"]


def test_objects_that_are_not_what_they_are_called(made: Made) -> None:
    id_ = made.commit({"serverless.yml": b"a"})
    whole = zlib.decompress(made.path(id_).read_bytes())
    for broken in (
        zlib.compress(whole.replace(b"Ada", b"Eve")),
        zlib.compress(whole)[:-20],
        zlib.compress(whole)[:10],
        zlib.compress(whole + b"more"),
        zlib.compress(b"commit 3\0abcd"),
        zlib.compress(b"commit 999999999999999999\0abcd"),
        zlib.compress(b"thing 3\0abc"),
        b"rubbish",
        b"",
    ):
        made.write(id_, broken)
        error = error_of(made.root)
        assert ("is damaged" in error.message) is (error.code == "not-found")
        assert error.code in ("not-found", "too-large")


def test_a_damaged_file_concerns_itself_alone(made: Made) -> None:
    made.commit({"serverless.yml": b"a"})
    made.commit({"serverless.yml": b"b", "package.json": b"{}"})
    made.write(id_of("blob", b"{}"), b"rubbish")
    made.write(id_of("blob", b"a"), b"rubbish")
    snapshots = read_history(str(made.root), str(made.root))
    with pytest.raises(CheckError, match="is damaged"):
        snapshots[0].files.read("serverless.yml")
    assert snapshots[1].files.read("serverless.yml") == b"b"
    with pytest.raises(CheckError, match="is damaged"):
        snapshots[1].files.read("package.json")


# Packs


def full(type_: int, content: bytes, size: int | None = None) -> bytes:
    return head_of(type_, len(content) if size is None else size) + zlib.compress(content)


def by_id(base: str, delta: bytes, size: int | None = None) -> bytes:
    return head_of(7, len(delta) if size is None else size) + bytes.fromhex(base) + zlib.compress(delta)


def packed(made: Made, blob: str, entries: list[tuple[str, bytes]]) -> None:
    """A commit whose serverless.yml is an object of a pack."""
    tree = made.raw("tree", ENTRY + bytes.fromhex(blob))
    made.checkout(made.raw("commit", commit_of(tree)))
    made.pack(entries)


def refusal(made: Made) -> CheckError:
    with pytest.raises(CheckError) as caught:
        read_history(str(made.root), str(made.root))[0].files.read("serverless.yml")
    return caught.value


def copying(source: int, result: int) -> bytes:
    return varint(source) + varint(result)


def test_packs_with_deltas_are_read(made: Made) -> None:
    base, other = id_of("blob", b"hello"), id_of("blob", b"hello there")
    delta = copying(5, 11) + b"\x90\x05" + b"\x06 there"
    packed(made, other, [(base, full(3, b"hello")), (other, by_id(base, delta))])
    assert contents(made.root) == [b"hello there"]


@pytest.mark.parametrize(
    "delta",
    [
        b"",
        b"\x80",
        b"\x80" * 60,
        copying(4, 5) + b"\x90\x05",
        copying(5, 6) + b"\x90\x05",
        copying(5, 5) + b"\x90\x09",
        copying(5, 5) + b"\x00",
        copying(5, 5) + b"\x05he",
    ],
)
def test_a_broken_delta(made: Made, delta: bytes) -> None:
    base, other = id_of("blob", b"hello"), id_of("blob", b"hello there")
    packed(made, other, [(base, full(3, b"hello")), (other, by_id(base, delta))])
    assert "is damaged" in refusal(made).message


def test_deltas_in_a_circle(made: Made) -> None:
    one, other = "1" * 40, "2" * 40
    delta = copying(5, 5) + b"\x90\x05"
    packed(made, one, [(one, by_id(other, delta)), (other, by_id(one, delta))])
    assert "is damaged" in refusal(made).message
    made.pack([(one, by_id(one, delta))])
    assert "is damaged" in refusal(made).message
    made.pack([(one, head_of(6, len(delta)) + b"\x00" + zlib.compress(delta))])  # applied to itself
    assert "is damaged" in refusal(made).message
    made.pack([(one, head_of(6, len(delta)) + b"\x64" + zlib.compress(delta))])  # to what is before the pack
    assert "is damaged" in refusal(made).message
    made.pack([(one, by_id("3" * 40, delta))])  # to nothing
    assert "is damaged" in refusal(made).message


@pytest.mark.parametrize("entry", [b"", b"\xff", b"\xff" * 80, head_of(0, 5), head_of(5, 5), full(1, b"hello")])
def test_a_broken_entry(made: Made, entry: bytes) -> None:
    blob = id_of("blob", b"hello")
    packed(made, blob, [(blob, entry)])
    assert refusal(made).code in ("not-found", "too-large")


def test_an_entry_of_another_size_than_it_says(made: Made) -> None:
    blob = id_of("blob", b"hello")
    for size in (0, 4, 6):
        packed(made, blob, [(blob, full(3, b"hello", size))])
        assert "is damaged" in refusal(made).message


@pytest.mark.parametrize("cut", [0, 3, 11, 20, 60])
@pytest.mark.parametrize("suffix", ["pack", "idx"])
def test_a_truncated_pack(made: Made, suffix: str, cut: int) -> None:
    blob = id_of("blob", b"hello" * 100)
    packed(made, blob, [(blob, full(3, random.Random(1).randbytes(500)))])
    path = made.root / ".git" / "objects" / "pack" / f"pack-a.{suffix}"
    path.write_bytes(path.read_bytes()[:cut])
    assert refusal(made).code == "not-found"


@pytest.mark.slow
def test_an_index_that_points_anywhere(made: Made) -> None:
    blob = id_of("blob", b"hello")
    packed(made, blob, [(blob, full(3, b"hello"))])
    path = made.root / ".git" / "objects" / "pack" / "pack-a.idx"
    whole = path.read_bytes()
    for place in range(8, len(whole), 4):
        path.write_bytes(whole[:place] + b"\x7f\xff\xff\xf0" + whole[place + 4 :])
        try:
            assert contents(made.root) == [b"hello"]
        except CheckError as error:
            assert error.code in ("not-found", "too-large")  # noqa: PT017


def test_any_changed_byte_of_a_pack_is_told_or_does_not_matter(made: Made) -> None:
    base, other = id_of("blob", b"hello"), id_of("blob", b"hello there")
    delta = copying(5, 11) + b"\x90\x05" + b"\x06 there"
    packed(made, other, [(base, full(3, b"hello")), (other, by_id(base, delta))])
    path = made.root / ".git" / "objects" / "pack" / "pack-a.pack"
    whole = path.read_bytes()
    chance = random.Random(5)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        try:
            assert contents(made.root) == [b"hello there"]
        except CheckError as error:
            assert error.code in ("not-found", "too-large")  # noqa: PT017


def test_more_packs_than_are_opened(made: Made) -> None:
    blob = id_of("blob", b"hello")
    packed(made, blob, [(blob, full(3, b"hello"))])
    for number in range(60):
        made.pack([(f"{number:040}", full(3, b""))], f"pack-{number}")
    assert (refusal(made).code, refusal(made).message) == ("too-large", "the git history is in more than 50 packs.")


def test_a_pack_of_enormous_size_is_not_opened(made: Made) -> None:
    blob = id_of("blob", b"hello")
    packed(made, blob, [(blob, full(3, b"hello"))])
    os.truncate(made.root / ".git" / "objects" / "pack" / "pack-a.pack", 257 * FILE_LIMIT)
    assert (refusal(made).code, "larger than 256 MiB" in refusal(made).message) == ("too-large", True)


def test_what_all_snapshots_hold_is_bounded(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        made.commit({"serverless.yml": b"# %d ${file(a)}" % number, "a": b"a", "b": b"b"})
    monkeypatch.setattr(history, "_ENTRY_LIMIT", 10)
    assert len(read_history(str(made.root), str(made.root))) == 3


def test_a_history_that_takes_too_long_gives_what_was_read(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        made.commit({"serverless.yml": str(number).encode()})
    clock = iter(range(1_000))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    newest = contents(made.root)
    assert 0 < len(newest) < 20
    assert newest[-1] == b"19"
    monkeypatch.setattr(repository, "_SECONDS", 0)
    assert error_of(made.root).code == "too-large"


# What takes much memory or time, measured in a process of its own

SCRIPT = """
import sys
from tests.cohort.peak_memory import peak_memory
from checker.cohort.history import read_history
from checker.errors import CheckError
said = "nothing"
try:
    snapshots = read_history(sys.argv[1], sys.argv[1])
    said = f"{len(snapshots)} snapshots"
    snapshots[-1].files.read("serverless.yml")
except CheckError as error:
    said = error.code
print(said, peak_memory(), sep="/")
"""


def measured(root: Path) -> tuple[str, int, float]:
    started = time.perf_counter()
    command = [sys.executable, "-c", SCRIPT, str(root)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=True, timeout=60)
    said, memory = ran.stdout.strip().split("/")
    return said, int(memory), time.perf_counter() - started


def zeros(size: int, before: bytes = b"") -> bytes:
    deflating = zlib.compressobj(1)
    out = io.BytesIO()
    out.write(deflating.compress(before))
    for _ in range(size // FILE_LIMIT):
        out.write(deflating.compress(bytes(FILE_LIMIT)))
    out.write(deflating.flush())
    return out.getvalue()


HUGE = 400 * FILE_LIMIT


def loose_bomb(made: Made, declared: int) -> None:
    made.commit({"serverless.yml": b"a"})
    made.write(id_of("blob", b"a"), zeros(HUGE, b"blob %d\0" % declared))


def pack_bomb(made: Made, declared: int) -> None:
    packed(made, "1" * 40, [("1" * 40, head_of(3, declared) + zeros(HUGE))])


def delta_bomb(made: Made, declared: int) -> None:
    base = bytes(FILE_LIMIT)
    delta = copying(FILE_LIMIT, declared) + b"\xf0\xff\xff\x0f" * 400
    packed(made, "1" * 40, [("2" * 40, full(3, base)), ("1" * 40, by_id("2" * 40, delta))])


def deep_chain(made: Made, length: int) -> None:
    """Deltas on deltas, each as large as a base may be."""
    size = 15 * FILE_LIMIT
    delta = (
        copying(size, size)
        + b"\xf0\xff\xff\xff" * 0
        + b"".join(b"\xbf" + struct.pack("<L", at) + struct.pack("<H", 0)[:2] for at in range(0, size, 65536))
    )
    last = copying(size, 5) + b"\x90\x05"
    entries = [("0" * 39 + "f", head_of(3, size) + zeros(size))]
    for number in range(length):
        id_ = f"{number + 16:040x}"
        entries.append((id_, by_id(entries[-1][0], delta)))
    entries.append(("f" * 40, by_id(entries[-1][0], last)))
    packed(made, "f" * 40, entries)


def wide_tree(made: Made, entries: int) -> None:
    blob = bytes.fromhex(made.raw("blob", b"x: ${file(a.yml)}").decode())
    for number in range(40):
        names = b"".join(b"100644 %06d-%d\0" % (each, number) + blob for each in range(entries))
        tree = made.raw("tree", ENTRY + blob + names)
        parent = b"parent %s\n" % made.head if made.head else b""
        made.checkout(made.raw("commit", b"tree %s\n" % tree + parent + commit_of(tree).partition(b"\n")[2]))


def much_content(made: Made, size: int) -> None:
    """Commits that all hold files of their own up to the bound on a submission."""
    chance = random.Random(1)
    for number in range(40):
        files: Files = {f"{each}.yml": chance.randbytes(size) for each in range(4)}
        made.commit({**files, "serverless.yml": b"# %d ${file(0.yml)}" % number})


HOSTILE = {
    "a file of its own that says its size": (loose_bomb, HUGE, {"too-large"}),
    "a file of its own that lies": (loose_bomb, 10, {"not-found"}),
    "an object of a pack that says its size": (pack_bomb, HUGE, {"too-large"}),
    "an object of a pack that lies": (pack_bomb, 10, {"not-found"}),
    "a delta that says its size": (delta_bomb, HUGE, {"too-large"}),
    "a delta that lies": (delta_bomb, 10, {"not-found"}),
    "a long chain of large deltas": (deep_chain, 300, {"too-large"}),
    "trees of 100,000 entries": (wide_tree, 100_000, {f"{number} snapshots" for number in range(1, 41)}),
    "contents that add up": (much_content, 1_000_000, {f"{number} snapshots" for number in range(1, 30)}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_history_takes_little_memory_and_time(name: str, made: Made) -> None:
    make, size, expected = HOSTILE[name]
    make(made, size)
    said, memory, seconds = measured(made.root)
    assert said in expected
    assert memory < 256
    assert seconds < 10


# Repositories of git itself


def git(root: Path, *arguments: str, at: int = START) -> None:
    who = {"NAME": "Ada", "EMAIL": "ada@example.com", "DATE": f"{at} +0200"}
    variables = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    nowhere = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", *arguments]
    subprocess.run(command, cwd=root, env={**os.environ, **nowhere, **variables}, check=True, capture_output=True)


SHAPES = {
    "as committed": (),
    "packed": (("gc", "-q", "--aggressive", "--prune=now"),),
    "packed refs": (("pack-refs", "--all"),),
    "two packs": (("repack", "-q"), ("repack", "-q", "-f")),
    "detached": (("checkout", "-q", "--detach"), ("gc", "-q")),
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES if shutil.which("git") else ())
@pytest.mark.parametrize("hashes", ["sha1", "sha256"])
def test_what_git_writes_is_read(shape: str, hashes: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main", f"--object-format={hashes}")
    chance = random.Random(3)
    lines = [f"# {chance.random()}\n" for _ in range(200)]
    states = []
    for number in range(12):
        lines[chance.randrange(200)] = f"# changed {number}\n"
        states.append("".join(lines).encode())
        (tmp_path / "serverless.yml").write_bytes(states[-1])
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", "work", at=START + number)
    for arguments in SHAPES[shape]:
        git(tmp_path, *arguments)
    snapshots = read_history(str(tmp_path), str(tmp_path))
    assert [snapshot.files.read("serverless.yml") for snapshot in snapshots] == states
    assert [snapshot.at.timestamp() for snapshot in snapshots] == [START + number for number in range(12)]
