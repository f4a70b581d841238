"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import stat

from checker.errors import UsageError


def write_file(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write the whole file or nothing: a reader never sees half of it. Raises UsageError when it cannot be written."""
    if not os.fspath(path):
        raise UsageError("the name of the file to write is empty.")
    try:
        if os.path.isdir(path):
            raise UsageError(f"{path} is a folder; name a file to write.")
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as stream:  # a device or pipe is written to, never replaced
                stream.write(_bytes(content))
            return
        _replace(os.path.realpath(path), _bytes(content))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _replace(path: str, content: bytes) -> None:
    import tempfile

    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=f".{os.path.basename(path)}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode(path: str) -> int:
    """The permissions of the file that is replaced, or those a new file gets."""
    if os.path.exists(path):
        return stat.S_IMODE(os.stat(path).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
