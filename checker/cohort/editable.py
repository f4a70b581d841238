"""A service on this machine whose configuration can be edited: judged as it is, and with an edit before writing it."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from typing import NamedTuple

from checker.cloudformation.template import is_template
from checker.cohort.submission import OnDisk, Request, check_edited, check_on_disk, find_on_disk
from checker.cohort.time_limit import SECONDS
from checker.edits.mending import Mended, Source, mend
from checker.edits.unified import unified_diff
from checker.errors import CheckError, UsageError
from checker.report import Report
from checker.rulepack import RulePack
from checker.serverless.configuration import read_document
from checker.serverless.files import open_regular
from checker.serverless.parsing import decode
from checker.wording import name_line
from checker.writing import write_file

_MARK = "\ufeff"


class Editable(NamedTuple):
    """A configuration file with its bytes and what was judged of it; `path` is where it lies."""

    found: OnDisk
    path: str
    file: str
    content: bytes
    report: Report
    pack: RulePack
    request: Request

    @property
    def text(self) -> str:
        """The file's text, without its byte order mark."""
        return decode(self.content, self.file)

    @property
    def mark(self) -> str:
        """The file's byte order mark; empty without one."""
        return _MARK if self.content.startswith(_MARK.encode()) else ""

    def encoded(self, text: str) -> bytes:
        """A text as the bytes of this file."""
        return (self.mark + text).encode()

    def diff(self, text: str, under: str = "") -> list[str]:
        """The lines of the unified diff to a text, for the file in a folder that is called `under` from here."""
        return unified_diff(self.mark + self.text, self.mark + text, name_line(os.path.join(under, self.file)))

    def judge(self, text: str) -> Report:
        """What the service would be judged with this text in the file."""
        return check_edited(self.found, self.file, self.encoded(text), self.pack, self.request)

    def mend(self, checks: Iterable[str]) -> list[Mended]:
        """What can be done about each check, the later ones on top of what the earlier ones make of the file.

        Raises CheckError `timeout` when trying the edits takes longer than judging a submission may.
        """
        source, report = Source(self.file, self.text), self.report
        done: list[Mended] = []
        latest = time.monotonic() + SECONDS

        def hold() -> None:
            if time.monotonic() > latest:
                raise CheckError(
                    "timeout",
                    f"trying the edits takes longer than {SECONDS:g} seconds.",
                    advice="Name one check, such as dlq.queue.",
                    file=self.file,
                )

        def judge(text: str) -> Report:
            hold()
            return self.judge(text)

        for check in checks:
            one = mend(source, report, check, judge, hold)
            source, report = source._replace(text=one.text), one.report
            done.append(one)
        return done

    def write(self, text: str) -> str:
        """Write an edited text into the file, and what was there beside it; the backup's path.

        Raises UsageError when the file changed since it was judged, or may not be written; then nothing was.
        """
        _refuse_unwritable(self.path)
        backup = _backup(self.path, self.content, stat.S_IMODE(os.stat(self.path).st_mode))
        if _content(self.path) != self.content:
            raise UsageError(f"{self.path} was changed meanwhile, so nothing was written. Say it once more.")
        write_file(self.path, self.encoded(text))
        return backup


def open_editable(path: str | os.PathLike[str], pack: RulePack, request: Request) -> Editable:
    """Judge a service, and keep its configuration for an edit. Raises CheckError for what cannot be judged."""
    found = find_on_disk(path)
    report = check_on_disk(found, pack, request)
    if report.error is not None:
        raise report.error
    document = read_document(found.folder, found.file)
    if is_template(document.value):
        raise CheckError(
            "unsupported-config",
            "this template was made from a configuration, and an edit would be lost with the next one.",
            advice="Name the serverless.yml.",
            file=document.file,
        )
    content = found.folder.read(document.file)
    assert content is not None
    where = os.path.join(found.folder.real_root, document.file)
    return Editable(found, where, document.file, content, report, pack, request)


def _refuse_unwritable(path: str) -> None:
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
    if not (mode & stat.S_IWUSR and os.access(path, os.W_OK)):
        raise UsageError(f"{path} is read-only; make it writable first (chmod u+w), and nothing was written.")


def _content(path: str) -> bytes | None:
    """The bytes of a regular file; None for anything else, and for what cannot be read."""
    try:
        stream = open_regular(path)
    except OSError:
        return None
    if stream is None:
        return None
    with stream:
        return stream.read()


def _backup(path: str, content: bytes, mode: int) -> str:
    """Keep a content beside its file, under a name that nothing else has; where it is kept. As private as the file."""
    number = 0
    while True:
        number += 1
        name = f"{path}.bak" if number == 1 else f"{path}.bak{number}"
        kept = _content(name)
        if kept == content:
            return name
        if kept is None and not os.path.lexists(name):
            write_file(name, content, mode=mode)
            return name
