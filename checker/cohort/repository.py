"""The objects of a git repository on disk, which is hostile input: read within bounds, and git itself is never run.

dulwich reads packs, deltas and trees. Its repository classes are not used: they follow the configuration, alternates
and links of the repository, and read an object whatever its size. Here its declared size is looked at first.
"""

import hashlib
import os
import re
import stat
import struct
import time
import zlib
from collections import OrderedDict
from contextlib import ExitStack
from itertools import islice
from typing import BinaryIO, NamedTuple

from dulwich.errors import ApplyDeltaError, FileFormatException
from dulwich.object_format import SHA1, SHA256, ObjectFormat
from dulwich.objects import RawObjectID, parse_tree
from dulwich.pack import OFS_DELTA, REF_DELTA, PackIndex, apply_delta, load_pack_index_file, unpack_object

from checker.errors import CheckError, too_large
from checker.serverless.files import FILE_LIMIT, file_too_large

FOLDER, LINK, SUBMODULE = 0o040000, 0o120000, 0o160000
"""What a tree's entry is, by the upper bits of its mode."""

_LIMITS = {"commit": FILE_LIMIT, "tree": 8 * FILE_LIMIT, "blob": FILE_LIMIT}
_TYPES = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_BASE_LIMIT = 16 * FILE_LIMIT  # what a delta is applied to may be larger than what comes out
_PACK_LIMIT = 256 * FILE_LIMIT
_PACKS = 50
_CHAIN = 4_096  # git itself makes no longer chain of deltas
_CACHE_LIMIT = 32 * FILE_LIMIT
_WORK_LIMIT = 512 * FILE_LIMIT
_SECONDS = 6.0
_LINKED_REFS = 5

_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(r"refs(?:/[^./\\\0-\x20\x7f][^/\\\0-\x20\x7f]*)+")
_WRITTEN = re.compile(rb"committer .*> (-?\d{1,19})(?: |$)")
_HEADER = re.compile(rb"(commit|tree|blob|tag) (\d{1,19})\0")

# What dulwich, zlib, struct and the system say of data that is not what it claims to be.
_BROKEN = (
    ApplyDeltaError, FileFormatException, zlib.error, struct.error,
    AssertionError, LookupError, OSError, OverflowError, TypeError, ValueError,
)  # fmt: skip


class Spent(Exception):  # noqa: N818
    """What one history may take of time and memory is used up; what was read so far stands."""


class Commit(NamedTuple):
    """A commit's tree and parents by their ids, and its committer's time in seconds since 1970, if it has one."""

    tree: bytes
    parents: tuple[bytes, ...]
    time: int | None


class Node(NamedTuple):
    """An entry of a tree."""

    name: str
    mode: int
    id: bytes


class _Entry(NamedTuple):
    """The head of an object in a pack: its type, what its data inflates to, and where in the pack that starts.

    `base` is the place of what a delta is applied to.
    """

    type: int
    size: int
    start: int
    base: int | None


class _Pack(NamedTuple):
    """A pack: which object stands where in it, and the file."""

    table: PackIndex
    stream: BinaryIO
    form: ObjectFormat

    def data(self, offset: int) -> bytes:
        """What stands at a place: an object, or a delta. It inflates to no more than its head says."""
        self.stream.seek(offset)
        unpacked, _ = unpack_object(self.stream.read, self.form.hash_func)
        return b"".join(unpacked.decomp_chunks)


class _Oversized(Exception):  # noqa: N818
    """An object past its bound; in bytes."""


class Repository:
    """A `.git` folder. Nothing outside it is read: no alternates, no common folder of worktrees, no configuration."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.realpath(folder)
        self._deadline = time.monotonic() + _SECONDS
        self._work = 0
        self._cache: OrderedDict[tuple[int, int] | bytes, tuple[str, bytes]] = OrderedDict()
        self._cached = 0
        self._opened = ExitStack()
        self._packs: list[_Pack] | None = None

    def __enter__(self) -> "Repository":
        return self

    def __exit__(self, *_: object) -> None:
        self._cache.clear()
        self._opened.close()

    def head(self) -> bytes:
        """The id of the commit that is checked out. Raises CheckError."""
        name = "HEAD"
        for _ in range(_LINKED_REFS):
            content = self._small_file(name)
            if content is None:
                content = self._packed_ref(name)
            if content is None:
                raise _unreadable("the branch that is checked out has no commit.")
            content = content.strip()
            if _ID.fullmatch(content):
                return content
            name = content.removeprefix(b"ref:").strip().decode("utf-8", "surrogateescape")
            if not content.startswith(b"ref:") or not _REF.fullmatch(name):
                raise _unreadable("`HEAD` names no branch that can be read here.")
        raise _unreadable("`HEAD` leads from branch to branch.")

    def commit(self, id_: bytes) -> Commit:
        """A commit. Raises CheckError."""
        lines = self._object(id_, "commit").partition(b"\n\n")[0].split(b"\n")
        tree = lines[0].removeprefix(b"tree ")
        parents = []
        for line in lines[1:]:
            if not line.startswith(b"parent "):
                break
            parents.append(line.removeprefix(b"parent "))
        written = next((found for line in lines if (found := _WRITTEN.match(line))), None)
        if not all(_ID.fullmatch(each) for each in (tree, *parents)):
            raise _damaged(id_)
        return Commit(tree, tuple(parents), None if written is None else int(written.group(1)))

    def tree(self, id_: bytes) -> list[Node]:
        """The entries of a tree, without those whose names could stand for another place. Raises CheckError."""
        content = self._object(id_, "tree")
        try:
            entries = [
                Node(os.fsdecode(name), mode & 0o170000, sha)
                for name, mode, sha in parse_tree(content, len(id_) // 2)
                if name not in (b"", b".", b"..") and b"/" not in name
            ]
        except _BROKEN:
            raise _damaged(id_) from None
        return entries

    def blob(self, id_: bytes, name: str) -> bytes:
        """The bytes of a file. Raises CheckError, `too-large` without reading it wholly."""
        return self._object(id_, "blob", name)

    def _object(self, id_: bytes, wanted: str, name: str | None = None) -> bytes:
        """The content of an object. Raises CheckError when there is none, when it is another one or too large."""
        found = self._cache.get(id_)
        if found is None:
            try:
                found = self._loose(id_, _LIMITS[wanted]) or self._packed(id_, _LIMITS[wanted])
            except _Oversized as error:
                if name is not None:
                    raise file_too_large(name) from None
                raise too_large(f"an object of the git history is larger than {error} MiB.", file=".git") from None
            except _BROKEN:
                raise _damaged(id_) from None
            if found is None:
                raise _unreadable(f"its object {id_[:12].decode()} is not here.")
            type_, content = found
            new = hashlib.sha1(usedforsecurity=False) if len(id_) == SHA1.hex_length else hashlib.sha256()
            new.update(b"%s %d\0" % (type_.encode(), len(content)) + content)
            if new.hexdigest().encode() != id_:
                raise _damaged(id_)
            self._keep(id_, found)
        if found[0] != wanted:
            raise _damaged(id_)
        return found[1]

    def _loose(self, id_: bytes, limit: int) -> tuple[str, bytes] | None:
        """An object in a file of its own."""
        name = id_.decode()
        stream = self._open("objects", name[:2], name[2:])
        if stream is None:
            return None
        with stream:
            inflating = zlib.decompressobj()
            content = inflating.decompress(stream.read(1024), 64)
            header = _HEADER.match(content)
            if header is None:
                raise ValueError("no header")
            type_, size = header.group(1).decode(), int(header.group(2))
            self._spend(size, limit)
            wanted = header.end() + size + 1  # one byte more, and the id fits no content that is longer than it says
            parts = [content]
            had = len(content)
            rest = inflating.unconsumed_tail
            while had < wanted and not inflating.eof and (rest := rest or stream.read(65536)):
                parts.append(inflating.decompress(rest, wanted - had))
                had += len(parts[-1])
                rest = inflating.unconsumed_tail
        return type_, b"".join(parts)[header.end() :]

    def _packed(self, id_: bytes, limit: int) -> tuple[str, bytes] | None:
        """An object in one of the packs."""
        for number, pack in enumerate(self._all_packs(len(id_))):
            try:
                offset = pack.table.object_offset(RawObjectID(bytes.fromhex(id_.decode())))
            except KeyError:
                continue
            _check(_promised(pack, _entry(pack, offset)), limit)
            return self._from_pack(number, pack, offset)
        return None

    def _from_pack(self, number: int, pack: _Pack, offset: int) -> tuple[str, bytes]:
        """The object at a place in a pack: what ends its chain of deltas, with them applied one after another."""
        chain: list[int] = []
        while (found := self._cache.get((number, offset))) is None:
            entry = _entry(pack, offset)
            self._spend(entry.size, _BASE_LIMIT)
            if entry.base is None:
                found = (_TYPES[entry.type], pack.data(offset))
                self._keep((number, offset), found)
                break
            chain.append(offset)
            if len(chain) > _CHAIN:
                raise ValueError("a chain of deltas without end")
            offset = entry.base
        type_, content = found
        for offset in reversed(chain):
            delta = pack.data(offset)
            self._spend(_result_size(delta), _BASE_LIMIT)
            content = b"".join(apply_delta(content, delta))
            self._keep((number, offset), (type_, content))
        return type_, content

    def _all_packs(self, id_length: int) -> list[_Pack]:
        if self._packs is None:
            self._packs = []
            for name in self._pack_names():
                index, data = (
                    self._open("objects", "pack", f"{name}.idx"),
                    self._open("objects", "pack", f"{name}.pack"),
                )
                if index is None or data is None:
                    for stream in (index, data):
                        if stream is not None:
                            stream.close()
                    continue
                if max(os.fstat(stream.fileno()).st_size for stream in (index, data)) > _PACK_LIMIT:
                    index.close()
                    data.close()
                    raise too_large(f"a pack of the git history is larger than {_PACK_LIMIT // FILE_LIMIT} MiB.")
                self._opened.callback(data.close)
                form = SHA1 if id_length == SHA1.hex_length else SHA256
                try:
                    table = load_pack_index_file(name, index, form)
                except _BROKEN:
                    index.close()
                    continue  # the objects of a broken pack are missing; others may be there
                self._opened.callback(table.close)
                self._packs.append(_Pack(table, data, form))
        return self._packs

    def _pack_names(self) -> list[str]:
        folder = self._inside("objects", "pack")
        try:
            with os.scandir(folder) as found:
                names = sorted(entry.name[:-4] for entry in islice(found, 1_000) if entry.name.endswith(".idx"))
        except OSError:
            return []
        if len(names) > _PACKS:
            raise too_large(f"the git history is in more than {_PACKS} packs.", file=".git")
        return names

    def _packed_ref(self, name: str) -> bytes | None:
        """What `packed-refs` says of a branch."""
        for line in (self._small_file("packed-refs") or b"").split(b"\n"):
            id_, _, ref = line.partition(b" ")
            if ref.strip() == name.encode() and _ID.fullmatch(id_):
                return id_
        return None

    def _small_file(self, name: str) -> bytes | None:
        stream = self._open(*name.split("/"))
        if stream is None:
            return None
        try:
            with stream:
                content = stream.read(FILE_LIMIT + 1)
        except OSError as error:
            raise _unreadable(f"`{name}` cannot be read: {error.strerror}.") from None
        if len(content) > FILE_LIMIT:
            raise file_too_large(f".git/{name}")
        return content

    def _open(self, *names: str) -> BinaryIO | None:
        """A regular file in the folder; None when there is none."""
        # O_NONBLOCK, or opening a named pipe would wait for a writer for ever.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            descriptor = os.open(self._inside(*names), flags)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise _unreadable(f"`{'/'.join(names)}` cannot be read: {error.strerror}.") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return None
        return open(descriptor, "rb")

    def _inside(self, *names: str) -> str:
        path = os.path.realpath(os.path.join(self.folder, *names))
        if os.path.commonpath((path, self.folder)) != self.folder:
            raise _unreadable(f"`{'/'.join(names)}` is a link that leads out of it.")
        return path

    def _spend(self, size: int, limit: int) -> None:
        """Count what is about to be read. Raises _Oversized for what is too large, Spent when it was enough."""
        _check(size, limit)
        self._work += size
        if self._work > _WORK_LIMIT or time.monotonic() > self._deadline:
            raise Spent

    def _keep(self, key: tuple[int, int] | bytes, found: tuple[str, bytes]) -> None:
        if key in self._cache:
            return
        self._cache[key] = found
        self._cached += len(found[1])
        while self._cached > _CACHE_LIMIT:
            self._cached -= len(self._cache.popitem(last=False)[1][1])


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise _Oversized(limit // FILE_LIMIT)


def _entry(pack: _Pack, offset: int) -> _Entry:
    """The head of what stands at a place in a pack."""
    pack.stream.seek(offset)
    head = pack.stream.read(64)
    type_, size, end = head[0] >> 4 & 7, head[0] & 15, 1
    while head[end - 1] & 0x80:
        size |= (head[end] & 0x7F) << 7 * end - 3
        end += 1
    if type_ == REF_DELTA:
        start = end + pack.form.oid_length
        return _Entry(type_, size, offset + start, pack.table.object_offset(RawObjectID(head[end:start])))
    if type_ != OFS_DELTA:
        return _Entry(type_, size, offset + end, None)
    back = head[end] & 0x7F
    while head[end] & 0x80:
        end += 1
        back = (back + 1 << 7) | head[end] & 0x7F
    return _Entry(type_, size, offset + end + 1, offset - back)


def _promised(pack: _Pack, entry: _Entry) -> int:
    """The size of an object of a pack, as it says itself: a delta does so in its first bytes."""
    if entry.base is None:
        return entry.size
    pack.stream.seek(entry.start)
    return _result_size(zlib.decompressobj().decompress(pack.stream.read(64), 32))


def _result_size(delta: bytes) -> int:
    """What a delta says it makes: the second of the two numbers at its start."""
    position = 0
    for _ in range(2):
        size, shift = 0, 0
        while True:
            size |= (delta[position] & 0x7F) << shift
            shift += 7
            position += 1
            if not delta[position - 1] & 0x80:
                break
            if shift > 63:
                raise ValueError("no size")
    return size


def _damaged(id_: bytes) -> CheckError:
    return _unreadable(f"its object {id_[:12].decode('ascii', 'replace')} is damaged.")


def _unreadable(message: str) -> CheckError:
    return CheckError(
        "not-found",
        f"the git history cannot be read: {message}",
        advice="Clone it again, with its whole history.",
        file=".git",
    )
