"""A service on disk that is checked again and again, and whether it may have changed meanwhile."""

from __future__ import annotations

import os
import stat
from itertools import islice
from typing import NamedTuple

from checker.cli.watching.folders import MOST, watched_folders, watched_paths
from checker.cohort.submission import OnDisk, Request, check_on_disk
from checker.report import Report
from checker.rulepack import RulePack
from checker.serverless.files import SubmissionFolder

_ROUNDS = 3
_Stamp = tuple[int, ...] | None


class Reading(NamedTuple):
    """A check, and all that its report was made from; the report is None when there was no folder."""

    report: Report | None
    held: dict[str, bytes]
    asked: frozenset[str]

    def says_the_same_as(self, other: Reading) -> bool:
        """Whether both were made from the same bytes, so that they cannot differ."""
        return (self.held, self.asked, self._error) == (other.held, other.asked, other._error)

    @property
    def _error(self) -> str | None:
        return None if self.report is None else str(self.report.error)


class WatchedService:
    """What stands at a path. The path counts, not the folder that was there at first."""

    def __init__(self, found: OnDisk, pack: RulePack, request: Request) -> None:
        self.path = os.path.abspath(found.folder.root)
        self._found = found
        self._pack = pack
        self._request = request
        self._asked: dict[str, None] = {}
        self._stamps = self._stamped()

    @property
    def nothing(self) -> Report:
        """The report without a verdict, for when there is no folder."""
        return Report(self._pack, self._found.facts)

    def check(self) -> Reading:
        """Judge what is there now. A lint takes longer than all the rest, so it is made once, at the end."""
        without_lint = self._request._replace(lint=False)
        for _ in range(_ROUNDS):
            stamps = self._stamped()
            reading, asked = self._read(without_lint)
            known = asked.keys() <= self._asked.keys()
            if reading.report is not None:  # what was asked for stays of interest while there is no folder
                self._asked = asked
            self._stamps = stamps
            if known:
                break
            # What was asked for the first time may have changed before it had a stamp: look once more.
        if self._request.lint and reading.report is not None:
            reading, _ = self._read(self._request)  # one of newer files is followed by another look: see the stamps
        return reading

    def _read(self, request: Request) -> tuple[Reading, dict[str, None]]:
        if not os.path.isdir(self.path):
            return Reading(None, {}, frozenset()), {}
        try:
            folder = SubmissionFolder(self.path, called=self._found.folder.root)
        except OSError:  # gone this very moment
            return Reading(None, {}, frozenset()), {}
        report = check_on_disk(self._found._replace(folder=folder), self._pack, request)
        return Reading(report, folder.held, frozenset(folder.asked)), folder.asked

    def may_have_changed(self, paths: frozenset[str] = frozenset()) -> bool:
        """Whether a file that the last check asked for is among these paths, or looks otherwise than it did then."""
        if not paths.isdisjoint(watched_paths(self.path, self._asked)):
            return True
        return self._stamped() != self._stamps

    def _stamped(self) -> dict[str, _Stamp]:
        """What tells a changed file from an unchanged one without reading it, and one folder from another."""
        stamps: dict[str, _Stamp] = {"": _folder_stamp(self.path)}
        for name in islice(self._asked, MOST):
            stamps[name] = _file_stamp(os.path.join(self.path, name))
        return stamps

    def folders(self) -> frozenset[tuple[str, _Stamp]]:
        """The folders to watch now, each with which one it is: a new folder of the same name is another."""
        if _folder_stamp(self.path) is None:
            return frozenset()
        return frozenset((folder, _folder_stamp(folder)) for folder in watched_folders(self.path, self._asked))


def _folder_stamp(path: str) -> _Stamp:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None


def _file_stamp(path: str) -> _Stamp:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
