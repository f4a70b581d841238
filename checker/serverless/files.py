"""The files of one submission, read within bounds and never outside its folder."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Protocol

from checker.errors import CheckError, too_large

FILE_LIMIT = 1024 * 1024
SUBMISSION_LIMIT = 5 * 1024 * 1024
COUNT_LIMIT = 100

_LONGEST_NAME = 4096
"""Characters. No system has a file behind a longer name, and walking one takes time."""

HERE = "./"
"""What `CarriedFiles.refused` calls the folder itself."""


class SubmissionFiles(Protocol):
    """The files of a submission, which is hostile input; `root` is what messages call its folder.

    `read` gives the bytes of a file named relative to the folder; None when there is no such file. It raises CheckError
    `too-large` past a bound, `not-found` when the file may not be read. `find` gives the first of some names that
    exists in the folder, and `names` all that stands right in it, for messages.
    """

    root: str

    def read(self, name: str) -> bytes | None: ...

    def find(self, names: tuple[str, ...]) -> str | None: ...

    def names(self) -> list[str]: ...


class _BoundedFiles(ABC):
    """At most 1 MiB a file, 5 MiB and 100 files in all, wherever they come from.

    `asked` are the names that somebody wanted, in that order, whether there were such files or not.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self.asked: dict[str, None] = {}
        self._read: dict[str, bytes] = {}

    @property
    def held(self) -> dict[str, bytes]:
        """What was read, by the name it was asked for."""
        return dict(self._read)

    def read(self, name: str) -> bytes | None:
        """The bytes of a file named relative to the folder; None when there is no such file.

        Raises CheckError `too-large` past a bound, `not-found` when the file may not be read.
        """
        if name in self._read:
            return self._read[name]
        if len(name) > _LONGEST_NAME:
            return None
        if not _is_name(name):
            raise CheckError("not-found", "this is no name of a file.", advice="Check the name.", file=name)
        self.asked[name] = None
        content = self.content(name)
        if content is None:
            return None
        self._read[name] = content
        if len(self._read) > COUNT_LIMIT:
            raise too_large(f"more than {COUNT_LIMIT} files are pulled in.", file=name)
        if sum(map(len, self._read.values())) > SUBMISSION_LIMIT:
            raise too_large(f"the files together are larger than {SUBMISSION_LIMIT // 1024**2} MiB.", file=name)
        return content

    @abstractmethod
    def content(self, name: str) -> bytes | None:
        """As `read`, without counting what the files come to together."""


class SubmissionFolder(_BoundedFiles):
    """A folder on disk that holds one submission.

    A name that leads out of the folder, also through a symbolic link, and anything that is no regular file are refused.
    Messages call the folder `called`, where that is given.
    """

    def __init__(self, root: str, called: str | None = None) -> None:
        super().__init__(root if called is None else called)
        self.real_root = os.path.realpath(root)

    def content(self, name: str) -> bytes | None:
        """As `read`, without counting what the files come to together."""
        path = os.path.realpath(os.path.join(self.real_root, name))
        if os.path.commonpath((path, self.real_root)) != self.real_root:
            raise leads_out(name)
        return _read_regular(path, name)

    def find(self, names: tuple[str, ...]) -> str | None:
        """The first of `names` that exists in the folder."""
        self.asked.update(dict.fromkeys(names))
        try:
            present = set(os.listdir(self.real_root))
        except OSError as error:
            raise folder_unreadable(self.root, error) from None
        return next((name for name in names if name in present), None)

    def names(self) -> list[str]:
        """What stands right in the folder."""
        try:
            return os.listdir(self.real_root)
        except OSError:
            return []


class CarriedFiles(_BoundedFiles):
    """The files of a submission held in memory, so that it can be judged where its folder is not: a value for pickle.

    `files` are bytes by name, with `/` between folders, relative to the submission's folder. `refused` says why
    something that is there is not read; a name that ends in `/` is a folder, and its error stands for all that is in it
    and not in `files`; a link that leads out stands there both ways. What stands in neither does not exist. It reads as
    SubmissionFolder does on a disk that holds the same.
    """

    def __init__(self, root: str, files: Mapping[str, bytes], refused: Mapping[str, CheckError] | None = None) -> None:
        super().__init__(root)
        self.files = dict(files)
        self.refused = dict(refused or {})
        self._folders = {folder for name in (*self.files, *self.refused) for folder in _folders_above(name)}
        self._folders |= {name[:-1] for name in self.refused if name.endswith("/")}
        own = posixpath.basename(posixpath.normpath(root.replace(os.sep, "/")))
        # Where a folder of this name would stand; no name that is read holds a NUL, so none can lead back to another.
        self._place = f"/\0/{own}" if own not in ("", ".", "..") else "/\0/\0"

    def __reduce__(self) -> tuple[object, ...]:
        return (CarriedFiles, (self.root, self.files, self.refused))

    @property
    def digest(self) -> str:
        """The same for two submissions exactly when they hold the same; where they come from does not count."""
        import hashlib  # not needed by a single check

        whole = hashlib.sha256()
        for part in self._parts():
            whole.update(len(part).to_bytes(8, "big") + part)
        return whole.hexdigest()

    def _parts(self) -> Iterator[bytes]:
        yield str(len(self.files)).encode()
        for name, content in sorted(self.files.items()):
            yield from (_bytes_of(name), content)
        for name in sorted(self.refused):
            error = self.refused[name]
            yield from (_bytes_of(name), error.code.encode(), _bytes_of(error.message))

    def content(self, name: str) -> bytes | None:
        """As `read`, without counting what the files come to together."""
        path = posixpath.normpath(posixpath.join(self._place, name.replace(os.sep, "/")))
        if path == self._place:
            raise no_regular_file(name)
        if not path.startswith(f"{self._place}/"):
            raise leads_out(name)
        key = path[len(self._place) + 1 :]
        content = self.files.get(key)
        if content is not None:
            if len(content) > FILE_LIMIT:
                raise file_too_large(name)
            return content
        if key in self.refused:
            raise _named(self.refused[key], name)
        if key in self._folders:
            raise no_regular_file(name)
        for folder in _folders_above(key):
            if f"{folder}/" in self.refused:
                raise _named(self.refused[f"{folder}/"], name)
            if folder in self.files or folder in self.refused:
                raise unreadable(name, errno.ENOTDIR)
        if HERE in self.refused:
            raise _named(self.refused[HERE], name)
        return None

    def find(self, names: tuple[str, ...]) -> str | None:
        """The first of `names` that exists in the folder."""
        self.asked.update(dict.fromkeys(names))
        return next((name for name in names if self._is_there(name)), None)

    def names(self) -> list[str]:
        """What of it stands right in the folder."""
        return [name for name in (*self.files, *self.refused) if "/" not in name]

    def _is_there(self, name: str) -> bool:
        return name in self.files or name in self.refused or name in self._folders


class EditedFiles:
    """The files of a submission with another content for one of them, to judge an edit before it is written."""

    def __init__(self, files: SubmissionFiles, name: str, content: bytes) -> None:
        self.root = files.root
        self.files = files
        self.name = name
        self.edited = content

    def read(self, name: str) -> bytes | None:
        """As the files' own, but for the one that was edited."""
        return self.edited if name == self.name else self.files.read(name)

    def find(self, names: tuple[str, ...]) -> str | None:
        """As the files' own."""
        return self.files.find(names)

    def names(self) -> list[str]:
        """As the files' own."""
        return self.files.names()


def leads_out(name: str) -> CheckError:
    """The error for a name or a link that points out of the submission."""
    return CheckError(
        "not-found",
        "this leads out of the submission's folder and is not read.",
        advice="Put the file itself into the folder.",
        file=name,
    )


def no_regular_file(name: str) -> CheckError:
    """The error for a folder, a pipe or a device."""
    return CheckError("not-found", "this is no regular file.", advice="Name a file.", file=name)


def unreadable(name: str, number: int) -> CheckError:
    """The error for what the system does not let us read; `number` is its errno."""
    why = os.strerror(number)
    return CheckError("not-found", f"this cannot be read: {why}.", advice="Check its permissions.", file=name)


def folder_unreadable(name: str, error: OSError) -> CheckError:
    """The error for a folder that the system does not let us list."""
    return CheckError(
        "not-found", f"the folder cannot be read: {error.strerror}.", advice="Check its permissions.", file=name
    )


def file_too_large(name: str) -> CheckError:
    """The error for a file past the bound."""
    return too_large(f"this file is larger than {FILE_LIMIT // 1024**2} MiB.", file=name)


def _is_name(name: str) -> bool:
    """Whether the system takes this for a file's name at all."""
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        return False


def _folders_above(name: str) -> Iterator[str]:
    """The folders that a file or folder stands in, the nearest first."""
    name = name.rstrip("/")
    while (end := name.rfind("/")) > 0:
        name = name[:end]
        yield name


def _named(error: CheckError, name: str) -> CheckError:
    """The error for the file as it was asked for."""
    return CheckError(error.code, error.message, advice=error.advice, file=name)


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # names on disk need not be UTF-8


def open_regular(path: str | os.PathLike[str]) -> BinaryIO | None:
    """A file for reading; None for what is no regular file. Raises OSError or ValueError."""
    # O_NONBLOCK, or opening a named pipe would wait for a writer for ever.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return open(descriptor, "rb")


def _read_regular(path: str, name: str) -> bytes | None:
    try:
        opened = open_regular(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return None
        raise unreadable(name, error.errno or errno.EIO) from None
    if opened is None:
        raise no_regular_file(name)
    with opened as stream:
        content = stream.read(FILE_LIMIT + 1)
    if len(content) > FILE_LIMIT:
        raise file_too_large(name)
    return content
