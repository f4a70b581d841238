"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import stat

from checker.errors import UsageError


def write_file(path: str | os.PathLike[str], content: str | bytes, *, mode: int = 0o666) -> None:
    """Write the whole file or nothing: a reader never sees half of it. Raises UsageError when it cannot be written.

    A file that was not there gets the permissions `mode`, less what the user's umask takes away.
    """
    if not os.fspath(path):
        raise UsageError("the name of the file to write is empty.")
    try:
        there = _status(path)
        if there is not None and stat.S_ISDIR(there.st_mode):
            raise UsageError(f"{path} is a folder; name a file to write.")
        whole = content.encode("utf-8") if isinstance(content, str) else content
        if there is not None and not stat.S_ISREG(there.st_mode):
            with open(path, "wb") as stream:  # a device or pipe is written to, never replaced
                stream.write(whole)
            return
        name = os.fspath(path)
        _replace(os.path.realpath(name) if os.path.islink(name) else name, whole, there, mode)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None


def _status(path: str | os.PathLike[str]) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _replace(path: str, content: bytes, there: os.stat_result | None, mode: int) -> None:
    """Put the content into the place of what is there, whose permissions it keeps; a new file has those of `mode`."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:100]}.{os.urandom(6).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, mode if there is None else 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        if there is not None:
            _keep_owner(temporary, there)
            os.chmod(temporary, stat.S_IMODE(there.st_mode))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _keep_owner(path: str, there: os.stat_result) -> None:
    """Give a file the owner of another, as far as one may."""
    if not hasattr(os, "chown") or (there.st_uid, there.st_gid) == (os.geteuid(), os.getegid()):
        return
    try:
        os.chown(path, there.st_uid, there.st_gid)
    except OSError:  # only root may give a file away
        return
