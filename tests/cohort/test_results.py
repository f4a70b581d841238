"""results.jsonl: nothing that was written is lost, and what was not written whole is not there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from checker.cohort.results import Results, read_results
from checker.errors import UsageError


def line(name: str, status: str = "incomplete", **more: Any) -> bytes:
    record = {
        "submission": {"id": name},
        "status": status,
        "error": None,
        "checks": [{"id": "dlq.queue", "outcome": "pass"}, {"id": "dlq.target", "outcome": "fail"}],
        "progress": [{"at": "2026-03-02T10:00:00+00:00", "passing": ["dlq.queue"]}],
        "grading": {"run": "2026-03-02T10:00:00+00:00", "fingerprint": f"f-{name}", "page": f"attendees/{name}.html"},
        **more,
    }
    return json.dumps(record).encode() + b"\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.jsonl"


def ids(results: Results, *order: str) -> list[str]:
    return [record["submission"]["id"] for record in results.records(order or list(results.kept))]


def test_what_was_appended_is_there_the_next_time(path: Path) -> None:
    results = Results(str(path))
    kept = results.append(line("ada", "complete"))
    results.append(line("ben"))
    results.close()
    assert (kept.status, set(kept.passing), kept.fingerprint) == ("complete", {"dlq.queue"}, "f-ada")
    again = Results(str(path))
    assert again.kept["ada"] == kept._replace(is_own=False)
    assert kept.is_own
    assert ids(again, "ben", "nobody", "ada") == ["ben", "ada"]
    again.close()


@pytest.mark.parametrize("cut", [1, 10, -2])
def test_a_line_that_was_cut_off_is_redone(path: Path, cut: int) -> None:
    path.write_bytes(line("ada") + line("ben")[:cut])
    results = Results(str(path))
    assert (list(results.kept), results.damaged) == (["ada"], 1)
    results.append(line("ben"))
    results.close()
    assert path.read_bytes() == line("ada") + line("ben")


def test_nothing_is_left_of_a_long_line_that_was_cut_off(path: Path) -> None:
    path.write_bytes(line("ada") + line("ben", message="x" * 5000)[:-2])
    results = Results(str(path))
    results.append(line("ben"))
    results.close()
    assert path.read_bytes() == line("ada") + line("ben")


def test_the_last_line_of_an_id_counts(path: Path) -> None:
    path.write_bytes(line("ada") + line("ben") + line("ada", "complete"))
    results = Results(str(path))
    assert [record["status"] for record in results.records(["ada"])] == ["complete"]
    results.settle(["ben", "ada"])
    assert path.read_bytes() == line("ben") + line("ada", "complete")
    assert [record["status"] for record in results.records(["ada"])] == ["complete"]
    results.append(line("cleo"))
    results.close()
    assert path.read_bytes() == line("ben") + line("ada", "complete") + line("cleo")


def test_a_damaged_line_costs_its_own_submission_alone(path: Path) -> None:
    path.write_bytes(line("ada") + b'{"submission": {"id": "ben"}\n' + b"\x00\xff\n" + line("cleo"))
    results = Results(str(path))
    assert (list(results.kept), results.damaged) == (["ada", "cleo"], 2)
    results.close()


def test_who_is_no_longer_in_the_class_leaves(path: Path) -> None:
    path.write_bytes(line("ada") + line("ben"))
    results = Results(str(path))
    results.settle(["ben"])
    results.close()
    assert path.read_bytes() == line("ben")


def test_a_file_of_somebody_else_is_left_as_it_is(path: Path) -> None:
    path.write_text("my own notes\nof this class\n")
    with pytest.raises(UsageError, match="holds no results"):
        Results(str(path))
    assert path.read_text() == "my own notes\nof this class\n"


@pytest.mark.parametrize("text", ["my own notes", "[1, 2]", '{"mine": 1}'])
def test_a_text_of_somebody_else_without_a_line_end_is_left_as_it_is(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(UsageError, match="holds no results"):
        Results(str(path))
    assert path.read_text() == text


@pytest.mark.parametrize("cut", [b"", b"{", b'{"schema_version":1,"tool', b"\0" * 100])
def test_a_first_line_that_was_cut_off_begins_anew(path: Path, cut: bytes) -> None:
    path.write_bytes(cut)
    Results(str(path)).close()
    assert path.read_bytes() == b""


def test_a_full_disk_leaves_whole_lines(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = Results(str(path))
    results.append(line("ada"))
    write = os.write

    def full(descriptor: int, content: bytes) -> int:
        if len(content) < 20:
            raise OSError(28, "No space left on device")
        return write(descriptor, content[:-10])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UsageError, match=r"No space left on device.*1 results that it holds stay.*--resume"):
        results.append(line("ben"))
    monkeypatch.undo()
    assert path.read_bytes() == line("ada")
    results.append(line("cleo"))
    results.close()
    assert path.read_bytes() == line("ada") + line("cleo")


def test_settling_without_room_leaves_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(line("ada") + line("ben"))
    results = Results(str(path))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        results.settle(["ben", "ada"])
    results.close()
    assert path.read_bytes() == line("ada") + line("ben")
    assert [each.name for each in path.parent.iterdir()] == ["results.jsonl"]


def test_reading_for_a_report_gives_the_last_of_each_with_its_line(path: Path) -> None:
    path.write_bytes(line("ada") + line("ben") + line("ada", "complete") + line("cleo")[:30])
    found = [(number, record["submission"]["id"], record["status"]) for number, record in read_results(str(path))]
    assert found == [(2, "ben", "incomplete"), (3, "ada", "complete")]


@pytest.mark.parametrize("text", ["{}\n", "[]\n", "not json\n", '{"submission": 1}\n', "[" * 100_000 + "\n"])
def test_what_is_no_result_is_told_with_its_line(path: Path, text: str) -> None:
    path.write_bytes(line("ada") + text.encode())
    with pytest.raises(UsageError, match=r"results\.jsonl:2: "):
        list(read_results(str(path)))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        list(read_results(str(tmp_path / "none.jsonl")))


def test_what_can_be_read_only_once_is_refused() -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, line("ada"))
        os.close(writing)
        with pytest.raises(UsageError, match=rf"/dev/fd/{reading} is no regular file, .* Name the file itself"):
            list(read_results(f"/dev/fd/{reading}"))
    finally:
        os.close(reading)


def test_a_folder_holds_no_results(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        list(read_results(str(tmp_path)))
