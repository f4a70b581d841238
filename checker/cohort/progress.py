"""`progress.sqlite`: every run of a cohort, and how each submission came to pass what it passes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from checker.errors import UsageError
from checker.report import Moment

FILE = "progress.sqlite"
_VERSION = 1
# Of a whole file, SQLite's own words; nobody should give away how the class came along for these.
_ADVICE = {
    "database is locked": "another program has it open; close that one and try again.",
    "database or disk is full": "make room; the results stay, and --resume continues.",
    "disk I/O error": "make room or check the disk; the results stay, and --resume continues.",
    "attempt to write a readonly database": "make it writable, or name another folder with --out.",
    "unable to open database file": "make the folder writable, or name another one with --out.",
}
_SCHEMA = """
CREATE TABLE runs (
  started TEXT PRIMARY KEY, ended TEXT,
  submissions INTEGER, complete INTEGER, incomplete INTEGER, error INTEGER
);
CREATE TABLE moments (
  submission TEXT, at TEXT, passing TEXT,
  PRIMARY KEY (submission, at)
) WITHOUT ROWID;
"""


class Sums(NamedTuple):
    """How a run came out: how many submissions there are, and how many of each status."""

    submissions: int
    complete: int
    incomplete: int
    error: int


class ProgressLog:
    """The runs and moments of one cohort. Times are ISO 8601, in UTC; `passing` is check ids with blanks between.

    A moment is kept when what passes has changed. Raises UsageError for a file that is damaged or of another version.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        with self._explained():
            self._connection = sqlite3.connect(path)
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                with self._connection:
                    self._connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
            elif version != _VERSION:
                raise UsageError(
                    f"{path} is of version {version}, and this rydecheck knows version {_VERSION}; "
                    "move it away to begin anew."
                )

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError, AttributeError) as error:
            advice = _ADVICE.get(str(error), "move it away to begin anew, or name another folder with --out.")
            raise UsageError(f"{self._path} cannot be used ({error}); {advice}") from None

    def unfinished(self) -> datetime | None:
        """When the last run began, if it did not end."""
        with self._explained():
            row = self._connection.execute("SELECT started, ended FROM runs ORDER BY started DESC LIMIT 1").fetchone()
            return Moment.told(row[0], ()).at if row is not None and row[1] is None else None

    def begin(self, at: datetime) -> None:
        with self._explained(), self._connection:
            self._connection.execute("INSERT OR IGNORE INTO runs (started) VALUES (?)", (at.isoformat(),))

    def moments(self) -> dict[str, tuple[Moment, ...]]:
        """What each submission passed when, oldest first."""
        found: dict[str, list[Moment]] = {}
        with self._explained():
            for name, at, passing in self._connection.execute("SELECT * FROM moments ORDER BY submission, at"):
                found.setdefault(name, []).append(Moment.told(at, passing.split()))
        return {name: tuple(moments) for name, moments in found.items()}

    def end(self, at: datetime, ended: datetime | None, sums: Sums, moments: Iterable[tuple[str, Moment]]) -> None:
        """Keep how a run came out, and the moments that are new; `ended` is None for one that stopped early."""
        with self._explained(), self._connection:
            self._connection.execute(
                "UPDATE runs SET ended = ?, submissions = ?, complete = ?, incomplete = ?, error = ? WHERE started = ?",
                (None if ended is None else ended.isoformat(), *sums, at.isoformat()),
            )
            self._insert(moments)

    def remember(self, moments: Iterable[tuple[str, Moment]]) -> None:
        """Keep moments that no run of this log saw."""
        with self._explained(), self._connection:
            self._insert(moments)

    def _insert(self, moments: Iterable[tuple[str, Moment]]) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO moments VALUES (?, ?, ?)",
            ((name, moment.at.isoformat(), " ".join(sorted(moment.passing))) for name, moment in moments),
        )
