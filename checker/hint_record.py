"""Which hints were given in which service: a small file in the user's own state folder.

It lies where the system keeps such things (XDG_STATE_HOME on Linux), never beside the service, and names folders by a
digest only. A file that is damaged or of another version is put aside, not overwritten.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Mapping

from checker.errors import UsageError
from checker.writing import write_file

VERSION = 1
FILE = "hints.json"
_MOST_SERVICES = 500
_MOST_BYTES = 1024 * 1024

_Given = dict[str, dict[str, int]]
"""How many hints were given: by service, and in it by check and reason."""


class HintRecord:
    """The hints given so far in the service at a path; `remarks` tell what became of the record's file, for people."""

    def __init__(self, path: str, state_folder: str | None = None) -> None:
        """Read the record. Never raises: without one, the hints start again."""
        self.path = os.path.join(state_folder or _state_folder(), FILE)
        real = os.path.realpath(path)
        folder = os.path.dirname(real) if os.path.isfile(real) else real
        self.service = hashlib.sha256(folder.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        self.remarks: list[str] = []

    def given(self, check: str, reason: str | None) -> int:
        """How many hints of a check were given for a reason code; 0 before the first."""
        return self._read().get(self.service, {}).get(_key(check, reason), 0)

    def next(self, check: str, reason: str | None, of: int) -> int:
        """The number of the hint to give now, which is noted: one more than the last time, up to `of`."""
        number = min(self.given(check, reason) + 1, of)
        self.note(check, reason, number)
        return number

    def note(self, check: str, reason: str | None, number: int) -> None:
        """Remember that so many hints were given."""
        given = self._read()
        own = given.pop(self.service, {})
        own[_key(check, reason)] = number
        given[self.service] = own  # the one used last stands last
        kept = dict(list(given.items())[-_MOST_SERVICES:])
        try:
            self._refuse_pipes()
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            write_file(self.path, json.dumps({"version": VERSION, "given": kept}, indent=1) + "\n")
        except (OSError, UsageError) as error:
            why = f"{self.path}: {error.strerror}." if isinstance(error, OSError) else str(error)
            self.remarks.append(f"This hint is not remembered: {why} With --all you get them all.")

    def _read(self) -> _Given:
        try:
            self._refuse_pipes()
            with open(self.path, "rb") as stream:
                content = stream.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            self.remarks.append(f"The record of your hints cannot be read: {self.path}: {error.strerror}.")
            return {}
        told = _parsed(content)
        if isinstance(told, str):
            self._put_aside(told)
            return {}
        return told

    def _refuse_pipes(self) -> None:
        """Raises OSError for what is no regular file: opening a pipe would wait for ever."""
        if os.path.lexists(self.path) and not os.path.isfile(self.path):
            raise OSError(errno.EINVAL, "this is no file")

    def _put_aside(self, why: str) -> None:
        number = 1
        while os.path.lexists(aside := f"{self.path}.old{number if number > 1 else ''}"):
            number += 1
        try:
            os.rename(self.path, aside)
        except OSError as error:
            self.remarks.append(f"{self.path} {why}, and cannot be put aside: {error.strerror}.")
            return
        self.remarks.append(f"{self.path} {why}. It was kept as {os.path.basename(aside)}, and the hints start again.")


def _parsed(content: bytes) -> _Given | str:
    """What a record holds, or what is wrong with it."""
    try:
        told = json.loads(content) if len(content) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, Mapping) and isinstance(told.get("version"), int) and told["version"] != VERSION:
        return f"is of version {told['version']}, and this rydecheck writes version {VERSION}"
    given = told.get("given") if isinstance(told, Mapping) else None
    if not isinstance(given, dict) or not all(isinstance(own, dict) for own in given.values()):
        return "is damaged"
    if not all(type(count) is int and count >= 0 for own in given.values() for count in own.values()):
        return "is damaged"
    return given


def _key(check: str, reason: str | None) -> str:
    return f"{check} {reason}" if reason else check


def _state_folder() -> str:
    import platformdirs

    return platformdirs.user_state_dir("rydecheck", appauthor=False)
