"""progress.sqlite: what was passed when, over all runs."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest

from checker.cohort.progress import ProgressLog, Sums
from checker.errors import UsageError
from checker.report import Moment

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
TEN = NINE + timedelta(hours=1)


def moment(at: datetime, *passing: str) -> Moment:
    return Moment(at, frozenset(passing))


def test_moments_and_runs_are_kept(tmp_path: Path) -> None:
    path = str(tmp_path / "progress.sqlite")
    log = ProgressLog(path)
    assert log.unfinished() is None
    log.begin(NINE)
    assert log.unfinished() == NINE
    log.end(
        NINE, NINE + timedelta(seconds=2), Sums(2, 0, 2, 0), [("ada", moment(NINE)), ("bén'; --", moment(NINE, "x"))]
    )
    log.begin(TEN)
    log.end(TEN, None, Sums(2, 1, 1, 0), [("ada", moment(NINE)), ("ada", moment(TEN, "dlq.queue", "dlq.target"))])
    log.close()
    again = ProgressLog(path)
    assert again.unfinished() == TEN
    assert again.moments() == {
        "ada": (moment(NINE), moment(TEN, "dlq.queue", "dlq.target")),
        "bén'; --": (moment(NINE, "x"),),
    }
    again.close()
    with sqlite3.connect(path) as connection:
        runs = connection.execute(
            "SELECT submissions, complete, incomplete, error FROM runs ORDER BY started"
        ).fetchall()
    connection.close()
    assert runs == [(2, 0, 2, 0), (2, 1, 1, 0)]


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to look at", b"SQLite format 3\x00" + b"\xff" * 200]
)
def test_a_damaged_file_is_told_and_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "progress.sqlite"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="move it away"):
        ProgressLog(str(path))
    assert path.read_bytes() == content


def test_a_file_of_another_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(UsageError, match="version 9"):
        ProgressLog(str(path))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE moments SET at = 5",
        "UPDATE moments SET at = '2026-03-02T09:00:00'",
        "UPDATE moments SET passing = NULL",
        "UPDATE runs SET started = 'yesterday', ended = NULL",
    ],
)
def test_rows_that_are_none_of_ours_are_told(tmp_path: Path, change: str) -> None:
    path = tmp_path / "progress.sqlite"
    log = ProgressLog(str(path))
    log.begin(NINE)
    log.end(NINE, NINE, Sums(1, 0, 1, 0), [("ada", moment(NINE))])
    log.close()
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()
    log = ProgressLog(str(path))
    with pytest.raises(UsageError, match="move it away to begin anew"):
        (log.unfinished(), log.moments())
    log.close()


def test_a_whole_file_that_is_busy_is_not_to_be_moved_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "progress.sqlite"
    ProgressLog(str(path)).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0.05))
    with pytest.raises(UsageError) as caught:
        ProgressLog(str(path))
    assert "another program has it open" in str(caught.value)
    assert "move it away" not in str(caught.value)
    other.close()
