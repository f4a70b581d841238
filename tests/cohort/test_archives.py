"""Submissions out of zip archives: the exports of learning management systems, and everything that can be wrong."""

from __future__ import annotations

import io
import os
import pickle
import random
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.cohort import archives
from checker.cohort.archives import ArchivedSubmission, read_archive
from checker.cohort.carrying import carry
from checker.errors import CheckError
from checker.serverless.files import FILE_LIMIT, SubmissionFolder
from tests.conftest import FIXTURES, REPOSITORY

SERVICE = b"service: a\n"
Files = dict[str, bytes]


def zipped(files: Files | list[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return out.getvalue()


def submissions(content: bytes, name: str = "class.zip") -> list[ArchivedSubmission]:
    return list(read_archive(io.BytesIO(content), name))


def found(content: bytes, name: str = "class.zip") -> dict[str, tuple[str, object]]:
    """Each submission by its id: the person's name, and the files' names or what is wrong."""
    all_ = submissions(content, name)
    by_id: dict[str, tuple[str, object]] = {
        one.id: (one.name, sorted(one.files.files) if one.files is not None else one.problem and one.problem.message)
        for one in all_
    }
    assert len(by_id) == len(all_)
    assert all((one.files is None) is (one.problem is not None) for one in all_)
    return by_id


def ids(content: bytes, name: str = "class.zip") -> list[str]:
    return sorted(found(content, name))


def problem(content: bytes) -> CheckError:
    (only,) = submissions(content)
    assert only.problem is not None
    return only.problem


def refusal(content: bytes, name: str = "serverless.yml") -> CheckError:
    (only,) = submissions(content)
    assert only.files is not None, only.problem
    with pytest.raises(CheckError) as caught:
        only.files.read(name)
    return caught.value


# Layouts

ONE: dict[str, Files] = {
    "at the top": {"serverless.yml": SERVICE, "handler.py": b"pass"},
    "in a folder": {"service/serverless.yml": SERVICE, "service/handler.py": b"pass"},
    "deep": {"a/b/c/serverless.yml": SERVICE},
    "beside other things": {"README.md": b"", "docs/a.md": b"", "src/service/serverless.yml": SERVICE},
    "with packages": {
        "serverless.yml": SERVICE,
        "node_modules/x/serverless.yml": SERVICE,
        ".git/serverless.yml": SERVICE,
    },
    "from a Mac": {
        "ride/serverless.yml": SERVICE,
        "__MACOSX/ride/._serverless.yml": b"\0",
        "__MACOSX/._ride": b"\0",
        ".DS_Store": b"\0",
        "ride/.DS_Store": b"\0",
    },
    "from a Mac, deep": {"a/b/c/d/ride/serverless.yml": SERVICE, "__MACOSX/a/._b": b"\0"},
    "an archive in it": {"final.zip": zipped({"ride/serverless.yml": SERVICE})},
}


@pytest.mark.parametrize("layout", ONE)
def test_one_service_is_called_like_its_archive(layout: str) -> None:
    assert found(zipped(ONE[layout]), "some/where/Ada.ZIP") == {"Ada": ("", ["serverless.yml"])}


def test_several_services_are_called_like_the_folders_that_set_them_apart() -> None:
    files = {f"class/{name}/ride-record/serverless.yml": SERVICE for name in ("ada", "ben")}
    assert ids(zipped(files)) == ["ada", "ben"]
    assert ids(zipped({**files, "class/cleo.zip": zipped({"serverless.yml": SERVICE})})) == ["ada", "ben", "cleo"]
    assert ids(zipped({**files, "class/ada/other/serverless.yml": SERVICE})) == ["ada-other", "ada-ride-record", "ben"]


def test_services_are_found_three_folders_below_what_wraps_all() -> None:
    files = {"class/README.md": b"", "class/a/b/c/serverless.yml": SERVICE, "class/a/b/d/e/serverless.yml": SERVICE}
    assert found(zipped(files)) == {"class": ("", ["serverless.yml"])}


def test_archives_in_an_archive_are_called_like_themselves() -> None:
    inner = zipped({"ride/serverless.yml": SERVICE})
    two = zipped({"a/serverless.yml": SERVICE, "b/serverless.yml": SERVICE})
    assert found(zipped({"ada.zip": inner, "ben.ZIP": inner, "cleo.zip": two, "d.zip": zipped({"a": b""})})) == {
        "ada": ("", ["serverless.yml"]),
        "ben": ("", ["serverless.yml"]),
        "cleo-a": ("", ["serverless.yml"]),
        "cleo-b": ("", ["serverless.yml"]),
        "d": ("", "there is no serverless.yml in it."),
    }


def test_only_one_level_of_archives_is_opened() -> None:
    deep = zipped({"x.zip": zipped({"y.zip": zipped({"serverless.yml": SERVICE})})})
    assert problem(deep).message == "there is no serverless.yml in it."


def test_gradebooks_find_people_by_what_the_archive_calls_them() -> None:
    inner = zipped({"serverless.yml": SERVICE})
    moodle = {"Ada_12_assignsubmission_file_/serverless.yml": SERVICE, "Ben_13_assignsubmission_file_/a.zip": inner}
    canvas = {"lovelaceada_12_99_service.zip": inner, "anon_ab1_98_service.zip": inner}
    assert [one.columns for one in read_archive(io.BytesIO(zipped(moodle)), "export.zip")] == [
        (("Identifier", "Participant 12"),),
        (("Identifier", "Participant 13"),),
    ]
    assert [one.columns for one in read_archive(io.BytesIO(zipped(canvas)), "export.zip")] == [(), (("ID", "12"),)]


@pytest.mark.parametrize("end", ["_", ""])
def test_folders_of_moodle(end: str) -> None:
    def folder(person: str) -> str:
        return f"{person}_assignsubmission_file{end}"

    content = zipped(
        {
            f"{folder('Ada Lovelace_12345')}/serverless.yml": SERVICE,
            f"{folder('Ada Lovelace_12345')}/ANSWERS.md": b"# qa.how",
            f"{folder('Ada Lovelace_678')}/ride/serverless.yml": SERVICE,
            f"{folder('Ben Müller_9')}/final.zip": zipped({"repo/ride/serverless.yml": SERVICE}),
            f"{folder('Cleo_10')}/essay.pdf": b"%PDF",
            "Cleo_10_assignsubmission_onlinetext_/onlinetext.html": b"",
        }
    )
    nothing = "there is no serverless.yml in it."
    assert found(content) == {
        "Ada Lovelace_12345": ("Ada Lovelace", ["ANSWERS.md", "serverless.yml"]),
        "Ada Lovelace_678": ("Ada Lovelace", ["serverless.yml"]),
        "Ben Müller_9": ("Ben Müller", ["serverless.yml"]),
        "Cleo_10": ("Cleo", nothing),
    }


def test_files_of_moodle_without_folders() -> None:
    content = zipped(
        {
            "Ada Lovelace_12345_assignsubmission_file_serverless.yml": SERVICE,
            "Ada Lovelace_12345_assignsubmission_file_ANSWERS.md": b"",
            "Ben_9_assignsubmission_file_ride_record.zip": zipped({"serverless.yml": SERVICE}),
        }
    )
    assert found(content) == {
        "Ada Lovelace_12345": ("Ada Lovelace", ["ANSWERS.md", "serverless.yml"]),
        "Ben_9": ("Ben", ["serverless.yml"]),
    }


def test_files_of_canvas() -> None:
    content = zipped(
        {
            "lovelaceada_123_456_serverless-2.yml": SERVICE,
            "lovelaceada_123_457_ANSWERS-1.md": b"",
            "mullerben_LATE_124_458_ride_record-1.zip": zipped({"serverless.yml": SERVICE}),
            "anon_Xy12Z_459_final.zip": zipped({"serverless.yml": SERVICE}),
            "cleo_125_460_essay.pdf": b"%PDF",
        }
    )
    assert found(content) == {
        "lovelaceada_123": ("lovelaceada", ["ANSWERS.md", "serverless.yml"]),
        "mullerben_124": ("mullerben", ["serverless.yml"]),
        "anon_Xy12Z": ("", ["serverless.yml"]),
        "cleo_125": ("cleo", "there is no serverless.yml in it."),
    }


def test_files_of_blackboard_come_from_the_last_attempt() -> None:
    first, last = "2026-03-01-12-00-00", "2026-03-02-08-30-00"
    content = zipped(
        {
            f"Module 4_ada1_attempt_{first}_ride.zip": zipped({"README.md": b""}),
            f"Module 4_ada1_attempt_{last}_ride.zip": zipped({"serverless.yml": SERVICE}),
            f"Module 4_ada1_attempt_{last}.txt": b"Name: Ada Lovelace (ada1)",
            f"Module 4_ben_attempt_{first}_serverless.yml": SERVICE,
        }
    )
    assert found(content) == {"ada1": ("", ["serverless.yml"]), "ben": ("", ["serverless.yml"])}


def test_names_of_an_export_are_none_beside_a_configuration() -> None:
    files = {"serverless.yml": b"x: ${file(a)}", "data_2020_01_x.yml": b"", "a_1_assignsubmission_file_b.yml": b""}
    assert found(zipped(files))["class"] == ("", sorted(files))


def test_the_carrying_rule_is_that_of_folders(tmp_path: Path) -> None:
    for folder in (FIXTURES / "class" / "ada", FIXTURES / "reading" / "resources-from-a-file"):
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        (only,) = submissions(zipped({f"wrap/{name}": content for name, content in files.items()}))
        assert only.files is not None
        assert only.files.digest == carry(SubmissionFolder(str(folder))).digest
        assert pickle.loads(pickle.dumps(only)).files.digest == only.files.digest
    path = tmp_path / "ada.zip"
    path.write_bytes(zipped({"serverless.yml": SERVICE}))
    assert [one.id for one in read_archive(path, path.name)] == ["ada"]


# Names


def flagged(name: bytes, flags: int, content: bytes = SERVICE, extra: bytes = b"") -> bytes:
    """An archive of one entry with a name of any bytes."""
    crc = zlib.crc32(content)
    local = struct.pack(
        "<4s5H3L2H", b"PK\3\4", 20, flags, 0, 0, 0, crc, len(content), len(content), len(name), len(extra)
    )
    body = local + name + extra + content
    sizes = (crc, len(content), len(content), len(name), len(extra), 0, 0, 0, 0, 0)
    central = struct.pack("<4s4B4H3L5H2L", b"PK\1\2", 20, 0, 20, 0, flags, 0, 0, 0, *sizes) + name + extra
    return body + central + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(body), 0)


def test_names_of_all_kinds_of_programs() -> None:
    def only(name: bytes, flags: int = 0, extra: bytes = b"") -> list[str]:
        content = flagged(name, flags, b"x: ${file(a)}", extra)
        return [file for one in submissions(content) if one.files is not None for file in one.files.files]

    assert only(b"ride\\serverless.yml") == ["serverless.yml"]
    assert only(b"./ride//./serverless.yml") == ["serverless.yml"]
    unicode_path = b"serverless.yml"
    extra = struct.pack("<2HBL", 0x7075, 5 + len(unicode_path), 1, zlib.crc32(b"other")) + unicode_path
    assert only(b"other", 0, extra) == ["serverless.yml"]
    assert only(b"another", 0, extra) == []
    assert only(b"a\0/serverless.yml") == []
    assert only(b"a" * 2_000 + b"/serverless.yml") == []


@pytest.mark.parametrize(("raw", "flags"), [("é".encode(), 1 << 11), ("é".encode(), 0), (b"\x82", 0)])
def test_a_folder_is_called_as_its_program_wrote_it(raw: bytes, flags: int) -> None:
    content = flagged(b"Zo" + raw + b"_5_assignsubmission_file_/serverless.yml", flags)
    assert found(content) == {"Zoé_5": ("Zoé", ["serverless.yml"])}


# What is wrong


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return info


def pipe(name: str) -> zipfile.ZipInfo:
    info = link(name)
    info.external_attr = 0o010644 << 16
    return info


LEADING_OUT = ["../x", "/etc/passwd", "C:/x", "C:\\x", "..\\x", "a/../../x", "\\\\server\\x"]


@pytest.mark.parametrize("name", LEADING_OUT)
def test_names_that_lead_out_are_the_problem_of_the_only_submission(name: str) -> None:
    for service in ("serverless.yml", "ride/serverless.yml"):
        assert "lead out" in problem(zipped({service: SERVICE, name: b"x"})).message


def test_names_that_lead_out_concern_their_own_submission() -> None:
    inner = zipped({"serverless.yml": SERVICE, "../x": b""})
    good = {f"{name}/serverless.yml": SERVICE for name in ("ada", "ben")}
    all_ = found(zipped({**good, "ben/../../x": b"", "cleo.zip": inner}))
    assert all_["ada"] == ("", ["serverless.yml"])
    assert "lead out" in str(all_["ben"])
    assert "lead out" in str(all_["cleo"])
    assert set(all_) == {"ada", "ben", "cleo"}
    everyone = found(zipped({**good, "/etc/passwd": b""}), "export.zip")
    assert everyone["ada"] == everyone["ben"] == ("", ["serverless.yml"])
    assert "lead out" in str(everyone["export"])


def test_links_and_pipes_are_refused() -> None:
    assert "symbolic link" in refusal(zipped([(link("serverless.yml"), b"/etc/passwd")])).message
    assert "no regular file" in refusal(zipped([(pipe("serverless.yml"), b"")])).message
    assert (
        "symbolic link"
        in refusal(zipped([("serverless.yml", SERVICE), (link(".env"), b"/etc/passwd")]), ".env").message
    )


def test_an_encrypted_entry_is_told() -> None:
    assert "encrypted" in refusal(flagged(b"serverless.yml", 1)).message


def test_an_unknown_compression_is_told() -> None:
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "compressed in a way" in refusal(zipped({"serverless.yml": SERVICE}, method)).message


def test_a_name_that_stands_there_twice_is_told() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([("serverless.yml", SERVICE), ("serverless.yml", b"service: b\n")])
    assert "in the archive twice" in refusal(content).message
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([("serverless.yml", SERVICE), ("serverless.yml", SERVICE)])
    assert found(content) == {"class": ("", ["serverless.yml"])}
    assert "in the archive twice" in refusal(zipped({"serverless.yml": SERVICE, "./serverless.yml": b"b"})).message


def test_a_folder_called_like_a_file() -> None:
    both = zipped([("serverless.yml", SERVICE), ("serverless.yml/", b""), ("serverless.yml/a", b"")])
    assert found(both) == {"class": ("", ["serverless.yml"])}
    assert "no serverless.yml" in problem(zipped([("serverless.yml/", b"")])).message


def test_a_large_file_hinders_nothing() -> None:
    content = zipped({"serverless.yml": b"x: ${file(a.yml)}", "a.yml": b"a", "b.png": b"#" * (FILE_LIMIT + 1)})
    assert found(content) == {"class": ("", ["a.yml", "serverless.yml"])}
    assert "larger than 1 MiB" in refusal(content, "b.png").message


def test_a_damaged_entry_concerns_itself() -> None:
    content = zipped([("ada/serverless.yml", SERVICE), ("ben/serverless.yml", b"#" * 100)], zipfile.ZIP_STORED)
    broken = content.replace(b"#" * 100, b"#" * 99 + b"?")
    (ada, ben) = submissions(broken)
    assert ada.files is not None
    assert ada.files.read("serverless.yml") == SERVICE
    assert ben.files is not None
    with pytest.raises(CheckError, match="damaged in the archive"):
        ben.files.read("serverless.yml")


def test_an_inner_archive_that_is_none_or_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = zipped({"serverless.yml": SERVICE})
    all_ = found(zipped({"ada.zip": inner, "ben.zip": b"rubbish", "cleo.zip": b"", "dora.zip": inner[:-30]}))
    assert all_["ada"] == ("", ["serverless.yml"])
    assert {str(all_[name][1]) for name in ("ben", "cleo", "dora")} == {"this is no whole zip archive."}
    monkeypatch.setattr(archives, "INNER_LIMIT", FILE_LIMIT * 2)
    large = found(zipped({"ada.zip": inner, "ben.zip": bytes(2 * FILE_LIMIT + 1)}))
    assert large["ben"] == ("", "this file is larger than 2 MiB.")


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\5\6" + bytes(18), b"#" * 1000, b"PK\5\6" * 100])
def test_what_is_no_archive(content: bytes) -> None:
    assert problem(content).code == "not-found"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    for name in ("pipe.zip", "nothing.zip", "folder.zip", "a\0.zip"):
        if name == "folder.zip":
            (tmp_path / name).mkdir()
        (only,) = read_archive(str(tmp_path / name), name)
        assert only.problem is not None
        assert (only.id, only.problem.code) == (name[:-4], "not-found")


@pytest.mark.slow
def test_any_cut_or_changed_archive_ends_in_files_or_a_problem() -> None:
    files = {
        "ada_1_assignsubmission_file_/serverless.yml": b"x: ${file(a.yml)}\n" * 20,
        "ada_1_assignsubmission_file_/a.yml": b"a: 1",
        "ben_2_assignsubmission_file_/x.zip": zipped({"serverless.yml": SERVICE}),
    }
    whole = zipped(files)
    chance = random.Random(1)
    for cut in range(0, len(whole), 7):
        submissions(whole[:cut])
    for _ in range(3_000):
        changed = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(whole))] = chance.randrange(256)
        submissions(bytes(changed))


def test_bytes_in_front_of_an_archive_do_not_matter() -> None:
    assert ids(b"#!/bin/sh\n" + zipped({"serverless.yml": SERVICE})) == ["class"]


def test_an_archive_with_long_numbers() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("serverless.yml", "w", force_zip64=True) as entry:
        entry.write(SERVICE)
    assert ids(out.getvalue()) == ["class"]
    content = flagged(b"serverless.yml", 0)
    start, end = content.index(b"PK\1\2"), content.index(b"PK\5\6")
    long_end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, end - start, start)
    place = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    short_end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert ids(content[:end] + long_end + place + short_end) == ["class"]


# What takes much memory or time


def raw_deflated(mebibytes: int) -> bytes:
    deflating = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join(deflating.compress(bytes(FILE_LIMIT)) for _ in range(mebibytes)) + deflating.flush()


def overlapping(count: int) -> bytes:
    """Entries that all lead to the same bytes."""
    packed = raw_deflated(1)
    crc = zlib.crc32(bytes(FILE_LIMIT))
    body = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(packed), FILE_LIMIT, 0, 0) + packed
    central = bytearray()
    for number in range(count):
        name = b"%06d/serverless.yml" % number
        sizes = (crc, len(packed), FILE_LIMIT, len(name), 0, 0, 0, 0, 0, 0)
        central += struct.pack("<4s4B4H3L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 8, 0, 0, *sizes) + name
    return body + bytes(central) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, len(central), len(body), 0)


def lying(declared: int, size: int) -> bytes:
    """An entry that inflates to more than it says."""
    packed = raw_deflated(size // FILE_LIMIT)
    name = b"serverless.yml"
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(packed), declared, len(name), 0) + name
    sizes = (0, len(packed), declared, len(name), 0, 0, 0, 0, 0, 0)
    central = struct.pack("<4s4B4H3L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 8, 0, 0, *sizes) + name
    body = local + packed
    return body + central + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(body), 0)


def many(count: int) -> bytes:
    """Entries without content, written by hand, for `zipfile` takes long."""
    central = bytearray()
    for number in range(count):
        name = b"%d" % number
        sizes = (0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
        central += struct.pack("<4s4B4H3L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 0, *sizes) + name
    return bytes(central) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, len(central), 0, 0)


def bomb(size: int) -> bytes:
    return zipped({"serverless.yml": bytes(size)})


def many_inner() -> bytes:
    """The shape of 42.zip: archives of archives, to the fifth level."""
    content = zipped({"0.dll": bytes(4 * FILE_LIMIT)})
    for _ in range(5):
        content = zipped({f"{number:x}.zip": content for number in range(16)})
    return content


SCRIPT = """
import sys
from tests.cohort.peak_memory import peak_memory
from checker.cohort.archives import read_archive
codes = set()
count = 0
for one in read_archive(sys.argv[1], "a.zip"):
    count += 1
    error = one.problem
    if one.files is not None:
        error = one.files.refused.get("serverless.yml")
    codes.add(error.message if error is not None else "")
print(count, sorted(codes)[0], peak_memory(), sep="|")
"""

HOSTILE: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "a bomb that says its size": (lambda: bomb(200 * FILE_LIMIT), 1, "this file is larger than 1 MiB."),
    "a bomb that lies": (lambda: lying(10, 200 * FILE_LIMIT), 1, "this is damaged in the archive."),
    "a bomb that lies upwards": (lambda: lying(2**32 - 2, FILE_LIMIT), 1, "this file is larger than 1 MiB."),
    "entries that overlap": (
        lambda: overlapping(20_000),
        20_000,
        "this shares its bytes with another entry.",
    ),
    "a million entries": (lambda: many(700_000), 1, "the archive has more than 100,000 entries."),
    "more entries than are looked at": (lambda: many(150_000), 1, "the archive has more than 100,000 entries."),
    "archives of archives": (many_inner, 16, "there is no serverless.yml in it."),
}


@pytest.mark.slow
def test_a_lying_bomb_inflates_no_further_than_it_says() -> None:
    content = lying(10, 100 * FILE_LIMIT)
    tracemalloc.start()
    try:
        assert "damaged" in refusal(content).message
        assert tracemalloc.get_traced_memory()[1] < FILE_LIMIT
    finally:
        tracemalloc.stop()


def test_a_directory_without_end_is_not_read(tmp_path: Path) -> None:
    size = 100 * FILE_LIMIT
    with (tmp_path / "a.zip").open("wb") as stream:
        stream.seek(size)
        stream.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 0, 0))
    tracemalloc.start()
    try:
        (only,) = read_archive(tmp_path / "a.zip", "a.zip")
        assert tracemalloc.get_traced_memory()[1] < FILE_LIMIT
    finally:
        tracemalloc.stop()
    assert only.problem is not None
    assert only.problem.code == "too-large"


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_takes_little_memory_and_time(name: str, tmp_path: Path) -> None:
    make, count, message = HOSTILE[name]
    (tmp_path / "a.zip").write_bytes(make())
    started = time.perf_counter()
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "a.zip")]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=True, timeout=60)
    seen, said, memory = ran.stdout.strip().split("|")
    assert (int(seen), said) == (count, message)
    assert int(memory) < 256
    assert time.perf_counter() - started < 10
