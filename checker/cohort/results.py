"""`results.jsonl`: a record a line, appended as submissions are judged, so that a run that ends early loses nothing."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from checker.errors import UsageError
from checker.report import Moment

FILE = "results.jsonl"
_BEGIN = b'{"schema_version":'


class Kept(NamedTuple):
    """A result that is there: where its line stands, what it was judged from, in which run, and how it came out.

    `is_own` tells that this process has written it.
    """

    start: int
    length: int
    fingerprint: str
    run: str
    page: str
    status: str
    error: str | None
    passing: frozenset[str]
    progress: tuple[Moment, ...]
    is_own: bool = False


class Results:
    """The results of a cohort by id, on disk; only where each line stands is in memory.

    The last line of an id counts. A line that was cut off while it was written, or that cannot be read, counts as not
    there. Raises UsageError when the file cannot be read or written.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.kept: dict[str, Kept] = {}
        self.damaged = 0
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            self._end = self._index()
            if self.damaged and not self.kept and (self._end or not self._is_cut_off()):
                os.close(self._descriptor)
                raise UsageError(f"{path} holds no results of rydecheck; name another folder with --out.")
            os.ftruncate(self._descriptor, self._end)
        except OSError as error:
            raise UsageError(f"{path} cannot be read and written: {error.strerror}.") from None

    def close(self) -> None:
        os.close(self._descriptor)

    def _index(self) -> int:
        """Find the whole lines; the size of the file up to the last of them."""
        start = 0
        with open(self.path, "rb") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    self.damaged += 1
                    break
                self._note(line, start)
                start += len(line)
        return start

    def _is_cut_off(self) -> bool:
        """Whether the one line of the file begins like a record, which was cut off, and is not somebody's own text."""
        with open(self.path, "rb") as stream:
            begin = stream.read(len(_BEGIN))
        return begin == _BEGIN[: len(begin)] or not begin.strip(b"\0")

    def _note(self, line: bytes, start: int, *, is_own: bool = False) -> Kept | None:
        try:
            record = json.loads(line)
            grading = record["grading"]
            texts = (grading["fingerprint"], grading["run"], grading["page"], record["status"])
            if not all(isinstance(text, str) for text in (record["submission"]["id"], *texts)):
                raise TypeError
            kept = self.kept[record["submission"]["id"]] = Kept(
                start,
                len(line),
                *texts,
                record["error"]["code"] if record["error"] else None,
                frozenset(check["id"] for check in record["checks"] if check["outcome"] == "pass"),
                tuple(Moment.told(moment["at"], moment["passing"]) for moment in record["progress"]),
                is_own,
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            self.damaged += 1
            return None
        return kept

    def append(self, line: bytes) -> Kept:
        """Add a line (with its line end), whole or not at all. Raises UsageError, and then the file is as before."""
        os.lseek(self._descriptor, self._end, os.SEEK_SET)
        try:
            written = 0
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
        except OSError as error:
            os.ftruncate(self._descriptor, self._end)
            raise self._unwritable(error) from None
        kept = self._note(line, self._end, is_own=True)
        assert kept is not None
        self._end += len(line)
        return kept

    def _unwritable(self, error: OSError) -> UsageError:
        return UsageError(
            f"{self.path} cannot be written: {error.strerror}. The {len(self.kept)} results that it holds stay; "
            "when there is room again, --resume continues."
        )

    def records(self, order: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The records of these ids, as far as they are there, one by one."""
        for line in self._lines(order):
            yield json.loads(line)

    def _lines(self, order: Iterable[str]) -> Iterator[bytes]:
        with open(self.path, "rb") as stream:
            for name in order:
                kept = self.kept.get(name)
                if kept is not None:
                    stream.seek(kept.start)
                    yield stream.read(kept.length)

    def settle(self, order: list[str]) -> None:
        """Leave one line for each of these ids, in this order, and no other; the old file stays until that is done.

        Raises UsageError when there is no room.
        """
        kept = [self.kept[name] for name in order if name in self.kept]
        ends = [0, *(one.start + one.length for one in kept)]
        if [one.start for one in kept] == ends[:-1] and ends[-1] == os.fstat(self._descriptor).st_size:
            self.kept = {name: self.kept[name] for name in order if name in self.kept}
            os.fsync(self._descriptor)
            return
        temporary = f"{self.path}.new"
        start = 0
        settled: dict[str, Kept] = {}
        try:
            with open(temporary, "wb") as stream:
                for name, line in zip((name for name in order if name in self.kept), self._lines(order), strict=True):
                    stream.write(line)
                    settled[name] = self.kept[name]._replace(start=start)
                    start += len(line)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, self.path)
        except BaseException as error:
            if os.path.exists(temporary):
                os.unlink(temporary)
            if isinstance(error, OSError):
                raise self._unwritable(error) from None
            raise
        os.close(self._descriptor)
        self._descriptor = os.open(self.path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        self.kept, self._end = settled, start


def read_results(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every record of a file with the number of its line; of several of one id, the last.

    Raises UsageError for a line that is no record, but for a last one that was cut off; and for a pipe, which cannot be
    read twice.
    """
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # opening a folder says that it is one
            raise UsageError(f"{path} is no regular file, and results are read twice. Name the file itself.")
        last: dict[str, int] = {}
        for number, record in _read(path):
            last[record["submission"]["id"]] = number
        wanted = set(last.values())
        yield from ((number, record) for number, record in _read(path) if number in wanted)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None


def _read(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    with open(path, "rb") as stream:
        for number, line in enumerate(stream, 1):
            if not line.endswith(b"\n"):
                try:
                    json.loads(line)
                except ValueError:
                    return
            if line.isspace():
                continue
            try:
                record = json.loads(line)
                if not isinstance(record["submission"]["id"], str):
                    raise TypeError
            except (ValueError, KeyError, TypeError, RecursionError):
                raise UsageError(
                    f"{path}:{number}: this is no result of rydecheck; grade again with --out to make such a file."
                ) from None
            yield number, record
