"""The record of hints: counted by service, check and reason; damaged or foreign files are kept and told."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from checker.hint_record import FILE, VERSION, HintRecord


def record(folder: Path, state: Path) -> HintRecord:
    return HintRecord(str(folder), str(state))


def test_hints_are_counted_by_service_check_and_reason(tmp_path: Path) -> None:
    here, there, state = tmp_path / "a", tmp_path / "b", tmp_path / "state"
    record(here, state).note("dlq.queue", "queue-missing", 2)
    again = record(here, state)
    assert again.given("dlq.queue", "queue-missing") == 2
    assert again.given("dlq.queue", "queue-renamed") == 0
    assert again.given("dlq.target", "queue-missing") == 0
    assert record(there, state).given("dlq.queue", "queue-missing") == 0
    assert again.remarks == []


def test_the_record_names_no_folder(tmp_path: Path) -> None:
    record(tmp_path / "ada-lovelace", tmp_path).note("dlq.queue", None, 1)
    assert "lovelace" not in (tmp_path / FILE).read_text(encoding="utf-8")


def test_a_folder_is_the_same_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    record(tmp_path / "a", tmp_path).note("dlq.queue", None, 1)
    assert record(tmp_path / "b", tmp_path).given("dlq.queue", None) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is damaged"),
        (b"", "is damaged"),
        (b"[]", "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b"[" * 100_000, "is damaged"),
        (json.dumps({"version": VERSION}).encode(), "is damaged"),
        (json.dumps({"version": VERSION, "given": {"a": 1}}).encode(), "is damaged"),
        (json.dumps({"version": VERSION, "given": {"a": {"b": "c"}}}).encode(), "is damaged"),
        (json.dumps({"version": VERSION, "given": {"a": {"b": -1}}}).encode(), "is damaged"),
        (b" " * 2_000_000, "is damaged"),
        (json.dumps({"version": VERSION + 1, "given": []}).encode(), f"is of version {VERSION + 1}"),
    ],
)
def test_what_cannot_be_read_is_put_aside_and_told(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / FILE).write_bytes(content)
    one = record(tmp_path, tmp_path)
    assert one.given("dlq.queue", None) == 0
    one.note("dlq.queue", None, 1)
    assert one.given("dlq.queue", None) == 1
    assert (tmp_path / f"{FILE}.old").read_bytes() == content
    assert [said in remark and f"{FILE}.old" in remark for remark in one.remarks] == [True]


def test_what_was_put_aside_before_is_not_lost(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        (tmp_path / FILE).write_bytes(content)
        record(tmp_path, tmp_path).given("dlq.queue", None)
    assert (tmp_path / f"{FILE}.old").read_bytes() == b"one"
    assert (tmp_path / f"{FILE}.old2").read_bytes() == b"two"


def test_a_place_that_cannot_be_written_costs_no_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    one = record(tmp_path, tmp_path / "file" / "below")
    assert one.given("dlq.queue", None) == 0
    one.note("dlq.queue", None, 1)
    assert any("cannot be read" in remark for remark in one.remarks)
    assert any("not remembered" in remark for remark in one.remarks)


def test_only_so_many_services_are_remembered(tmp_path: Path) -> None:
    given = {f"{number:024x}": {"dlq.queue": 1} for number in range(500)}
    (tmp_path / FILE).write_text(json.dumps({"version": VERSION, "given": given}), encoding="utf-8")
    record(tmp_path, tmp_path).note("dlq.queue", None, 1)
    kept = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))["given"]
    assert len(kept) == 500
    assert f"{0:024x}" not in kept
    assert record(tmp_path, tmp_path).given("dlq.queue", None) == 1


def test_it_lies_in_the_users_own_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    one = HintRecord(str(tmp_path))
    assert one.path.startswith(str(tmp_path) + os.sep)
    assert one.path.endswith(os.path.join("rydecheck", FILE))
