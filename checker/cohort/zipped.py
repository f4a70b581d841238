"""The entries of a zip archive, which is hostile input: read in memory and within bounds, never extracted.

The directory at its end is read here and not by `zipfile`, which makes an object of every entry, a million of them too,
and does not look whether entries overlap.
"""

import re
import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from checker.cohort.carrying import Kind
from checker.errors import CheckError, too_large
from checker.serverless.files import FILE_LIMIT, file_too_large

_DIRECTORY_LIMIT = 32 * FILE_LIMIT
_LONGEST_NAME = 1_024  # bytes
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF_8 = 1, 1 << 11
_UNICODE_PATH = 0x7075
_LINK, _FILE = 0o120000, 0o100000
_UNIX = 3

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_END_64_PLACE = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")

_JUNK = re.compile(r"(?:^|/)(?:__MACOSX|\.DS_Store|\._[^/]*)(?:/|$)")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")


class Entry(NamedTuple):
    """One file of an archive, as its directory describes it; sizes in bytes. `problem` says why it is not read."""

    method: int
    crc: int
    packed: int
    size: int
    offset: int
    problem: CheckError | None


class Archive:
    """The files of an archive by name, with `/` between folders. `outside` are the names that lead out of it.

    Raises CheckError for what is no whole archive, or has more than `most` entries.
    """

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream = stream
        self._entries: dict[str, Entry] = {}
        self.outside: list[str] = []
        try:
            self._shift = 0
            for name, entry in _apart(list(self._directory(most))):
                self._add(name, entry)
        except (OSError, struct.error, ValueError, OverflowError, MemoryError):
            raise damaged("this is no whole zip archive.") from None
        self._names = sorted(self._entries)

    def rename(self, names: dict[str, str | None]) -> None:
        """Give files other names, or take them out; a name that is taken already stays with its file."""
        for old, new in names.items():
            entry = self._entries.pop(old)
            if new is not None:
                self._entries.setdefault(new, entry)
        self._names = sorted(self._entries)

    def entries(self, folder: str) -> Iterator[tuple[str, Kind]]:
        """The names in a folder; the top is the empty name."""
        prefix = f"{folder}/" if folder else ""
        position = bisect_left(self._names, prefix)
        while position < len(self._names) and self._names[position].startswith(prefix):
            name = self._names[position]
            base, slash, _ = name[len(prefix) :].partition("/")
            if slash:
                yield base, "folder"
                position = bisect_left(self._names, f"{prefix}{base}0", position)  # `0` stands behind `/`
                continue
            if base:
                yield base, "file"
            position += 1

    def content(self, name: str, limit: int = FILE_LIMIT) -> bytes | None:
        """The bytes of a file, None when there is none.

        Raises CheckError; past the limit `too-large`, whatever the archive says about its size.
        """
        entry = self._entries.get(name)
        if entry is None:
            return None
        if entry.problem is not None:
            raise entry.problem
        if entry.size > limit:
            raise file_too_large(name) if limit == FILE_LIMIT else _too_large(name, limit)
        try:
            content = self._inflated(entry)
        except (OSError, struct.error, ValueError, zlib.error):
            content = b""
        if len(content) != entry.size or zlib.crc32(content) != entry.crc:
            raise CheckError(
                "not-found", "this is damaged in the archive.", advice="Make the archive again.", file=name
            )
        return content

    def _inflated(self, entry: Entry) -> bytes:
        """What an entry holds, and at most one byte more than it says."""
        self._stream.seek(entry.offset + self._shift)
        local = _LOCAL.unpack(self._stream.read(_LOCAL.size))
        self._stream.seek(local[9] + local[10], 1)
        if entry.method == _STORED:
            return self._stream.read(min(entry.packed, entry.size + 1))
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        parts: list[bytes] = []
        left, wanted = entry.packed, entry.size + 1
        rest = b""
        while wanted > 0 and not inflating.eof:
            if not rest:
                rest = self._stream.read(min(left, 65_536))
                left -= len(rest)
            if not rest:
                break
            parts.append(inflating.decompress(rest, wanted))
            wanted -= len(parts[-1])
            rest = inflating.unconsumed_tail
        return b"".join(parts)

    def _directory(self, most: int) -> Iterator[tuple[str, Entry]]:
        """What the directory at the end of the archive lists."""
        start, size = self._find_directory()
        if size > _DIRECTORY_LIMIT:
            raise _too_many(most)
        self._stream.seek(start)
        content = self._stream.read(size)
        position = count = 0
        while position < len(content):
            fields = _CENTRAL.unpack_from(content, position)
            if fields[0] != b"PK\1\2":
                raise ValueError("no entry")
            count += 1
            if count > most:
                raise _too_many(most)
            flags, method, crc, packed, size = fields[5], fields[6], fields[9], fields[10], fields[11]
            at = position + _CENTRAL.size
            raw = content[at : at + fields[12]]
            extra = content[at + fields[12] : at + fields[12] + fields[13]]
            position = at + fields[12] + fields[13] + fields[14]
            size, packed, offset = _long(extra, size, packed, fields[18])
            name = _name(raw, flags, extra)
            if name is None:
                continue
            mode = fields[17] >> 16 & 0o170000 if fields[2] == _UNIX else 0
            yield name, Entry(method, crc, packed, size, offset, _problem(name, flags, method, mode))

    def _find_directory(self) -> tuple[int, int]:
        """Where the directory starts, and its size; the archive may stand behind other bytes."""
        end = self._stream.seek(0, 2)
        tail_start = max(0, end - _END.size - 65_535)
        self._stream.seek(tail_start)
        tail = self._stream.read()
        found = tail.rfind(b"PK\5\6")
        if found < 0:
            raise ValueError("no end")
        _, _, _, _, _, size, offset, _ = _END.unpack_from(tail, found)
        place = tail_start + found
        if found >= _END_64_PLACE.size:
            mark, _, _, _ = _END_64_PLACE.unpack_from(tail, found - _END_64_PLACE.size)
            if mark == b"PK\6\7" and 0xFFFFFFFF in (size, offset):
                place -= _END_64_PLACE.size + _END_64.size
                self._stream.seek(place)
                fields = _END_64.unpack(self._stream.read(_END_64.size))
                if fields[0] != b"PK\6\6":
                    raise ValueError("no end")
                size, offset = fields[8], fields[9]
        self._shift = place - size - offset
        if self._shift < 0:
            raise ValueError("no start")
        return place - size, size

    def _add(self, name: str, entry: Entry) -> None:
        parts = name.split("/")
        if _ABSOLUTE.match(name) or ".." in parts:
            self.outside.append(name)
            return
        plain = "/".join(part for part in parts if part not in ("", "."))
        if not plain or _JUNK.search(plain):
            return
        key = f"{plain}/" if name.endswith("/") else plain
        before = self._entries.setdefault(key, entry)
        if (before.crc, before.size) != (entry.crc, entry.size):
            self._entries[key] = before._replace(problem=_unreadable(plain, "this stands in the archive twice."))


def damaged(message: str) -> CheckError:
    """The error for an archive that cannot be read as one."""
    return CheckError("not-found", message, advice="Make or download the archive again.")


def _apart(entries: list[tuple[str, Entry]]) -> Iterable[tuple[str, Entry]]:
    """The entries; those that share their bytes with another one are not read, for few bytes would become many."""
    places = sorted(
        (entry.offset, entry.offset + entry.packed + _LOCAL.size, at) for at, (_, entry) in enumerate(entries)
    )
    end, last = 0, -1
    shared: set[int] = set()
    for offset, until, at in places:
        if offset < end:
            shared |= {at, last}
        if until > end:
            end, last = until, at
    for at in shared:
        name, entry = entries[at]
        entries[at] = (name, entry._replace(problem=_unreadable(name, "this shares its bytes with another entry.")))
    return entries


def _long(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """The three numbers, which stand in the extra field when they need more than four bytes."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == 1:
            place = position + 4
            numbers = [size, packed, offset]
            for which, number in enumerate(numbers):
                if number == 0xFFFFFFFF:
                    (numbers[which],) = struct.unpack_from("<Q", extra, place)
                    place += 8
            return numbers[0], numbers[1], numbers[2]
        position += 4 + length
    return size, packed, offset


def _name(raw: bytes, flags: int, extra: bytes) -> str | None:
    """An entry's name; None for one that no system can hold.

    Without the flag for it many write UTF-8 all the same; what is none is in the code page of the first zip programs.
    Windows programs write backslashes.
    """
    raw = _unicode_path(raw, extra) or raw
    if len(raw) > _LONGEST_NAME or b"\0" in raw:
        return None
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("utf-8", "replace") if flags & _UTF_8 else raw.decode("cp437")
    return name.replace("\\", "/")


def _unicode_path(raw: bytes, extra: bytes) -> bytes | None:
    """The name in UTF-8 that a program may add, as long as it is for the name that stands there."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == _UNICODE_PATH and length > 5:
            (crc,) = struct.unpack_from("<L", extra, position + 5) if position + 9 <= len(extra) else (None,)
            return extra[position + 9 : position + 4 + length] if crc == zlib.crc32(raw) else None
        position += 4 + length
    return None


def _problem(name: str, flags: int, method: int, mode: int) -> CheckError | None:
    """Why an entry is not read."""
    if flags & _ENCRYPTED:
        return _unreadable(name, "this is encrypted.")
    if mode == _LINK:
        return _unreadable(name, "this is a symbolic link, which is not followed in an archive.")
    if mode not in (0, _FILE) and not name.endswith("/"):
        return _unreadable(name, "this is no regular file.")
    if method not in (_STORED, _DEFLATED):
        return _unreadable(name, "this is compressed in a way that is not read here.")
    return None


def _unreadable(name: str, message: str) -> CheckError:
    return CheckError("not-found", message, advice="Make a plain zip archive of the files themselves.", file=name)


def _too_large(name: str, limit: int) -> CheckError:
    return too_large(f"this file is larger than {limit // FILE_LIMIT} MiB.", file=name)


def _too_many(most: int) -> CheckError:
    return too_large(f"the archive has more than {most:,} entries.")
