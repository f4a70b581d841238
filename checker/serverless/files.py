"""The files of one submission, read within bounds and never outside its folder."""

from __future__ import annotations

import os
import stat

from checker.errors import CheckError, too_large

FILE_LIMIT = 1024 * 1024
SUBMISSION_LIMIT = 5 * 1024 * 1024
COUNT_LIMIT = 100


class SubmissionFolder:
    """A folder on disk that holds one submission, which is hostile input.

    A name that leads out of the folder, also through a symbolic link, and anything that is no regular file are refused.
    At most 1 MiB a file, 5 MiB and 100 files in all.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self._real_root = os.path.realpath(root)
        self._read: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        """The bytes of a file named relative to the folder; None when there is no such file.

        Raises CheckError `too-large` past a bound, `not-found` when the file may not be read.
        """
        if name in self._read:
            return self._read[name]
        path = os.path.realpath(os.path.join(self._real_root, name))
        if os.path.commonpath((path, self._real_root)) != self._real_root:
            raise CheckError(
                "not-found",
                "this leads out of the submission's folder and is not read.",
                advice="Put the file itself into the folder.",
                file=name,
            )
        content = _read_regular(path, name)
        if content is None:
            return None
        self._read[name] = content
        if len(self._read) > COUNT_LIMIT:
            raise _too_large(name, f"more than {COUNT_LIMIT} files are pulled in.")
        if sum(map(len, self._read.values())) > SUBMISSION_LIMIT:
            raise _too_large(name, f"the files together are larger than {SUBMISSION_LIMIT // 1024**2} MiB.")
        return content

    def find(self, names: tuple[str, ...]) -> str | None:
        """The first of `names` that exists in the folder."""
        try:
            present = set(os.listdir(self._real_root))
        except OSError as error:
            raise CheckError(
                "not-found",
                f"the folder cannot be read: {error.strerror}.",
                advice="Check its permissions.",
                file=self.root,
            ) from None
        return next((name for name in names if name in present), None)


def _too_large(name: str, message: str) -> CheckError:
    return too_large(message, file=name)


def _read_regular(path: str, name: str) -> bytes | None:
    # O_NONBLOCK, or opening a named pipe would wait for a writer for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CheckError(
            "not-found", f"this cannot be read: {error.strerror}.", advice="Check its permissions.", file=name
        ) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise CheckError("not-found", "this is no regular file.", advice="Name a file.", file=name)
    with open(descriptor, "rb") as stream:
        content = stream.read(FILE_LIMIT + 1)
    if len(content) > FILE_LIMIT:
        raise _too_large(name, f"this file is larger than {FILE_LIMIT // 1024**2} MiB.")
    return content
