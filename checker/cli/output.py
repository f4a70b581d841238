"""Writing what was rendered: to a stream, or whole or not at all to a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TextIO

from checker.errors import UsageError


def write_stream(stream: TextIO, text: str) -> None:
    """Write the text in the stream's encoding; what it cannot express becomes a question mark."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def write_file(path: Path, text: str) -> None:
    """Write the whole file or nothing: a reader never sees half of it. Raises UsageError when it cannot be written."""
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            if path.is_dir():
                raise UsageError(f"{path} is a folder; name a file to write.")
            path.write_text(text, encoding="utf-8")  # a device or pipe is written to, never replaced
            return
        _replace(Path(os.path.realpath(path)), text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None


def _replace(path: Path, text: str) -> None:
    import tempfile

    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, or those a new file gets."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
