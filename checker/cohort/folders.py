"""Finding the submissions in a folder."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from checker.cohort.results import FILE as RESULTS_FILE
from checker.errors import CheckError
from checker.serverless.configuration import PROGRAMS, READABLE
from checker.wording import name_line

DEPTH = 3
_NEVER_SEARCHED = frozenset(("node_modules", "__MACOSX"))
_NUMBER = re.compile(r"(\d+)")


class FoundFolder(NamedTuple):
    """A folder with a serverless configuration, below the folder `top` that was named; or why it cannot be searched."""

    path: str
    top: str
    problem: CheckError | None = None

    @property
    def name(self) -> str:
        return name_line(os.path.basename(os.path.abspath(self.path))) or "submission"


class Search(NamedTuple):
    """What a folder holds: the submissions, and those of its own folders in which there is none.

    `archives` and `links` (to folders) may be submissions too; they are names as they are, relative to the folder.
    """

    found: tuple[FoundFolder, ...]
    empty: tuple[str, ...]
    archives: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts as people count: user2 before user10."""
    return [(int(part), "") if part.isdecimal() else (0, part.casefold()) for part in _NUMBER.split(name) if part]


def find_folders(top: str) -> Search:
    """The submissions in a folder: itself, or those below it to depth 3, in natural order.

    Nothing is looked for in a submission, in hidden folders, in `node_modules`, nor behind symbolic links: a submission
    could lead out of the class with one.
    """
    passed: list[os.DirEntry[str]] = []
    found = tuple(_search(top, top, DEPTH, passed))
    if found and found[0].path == top:
        return Search(found, ())
    searched = {os.path.relpath(one.path, top).split(os.sep)[0] for one in found}
    archives = _paths(top, (entry for entry in passed if entry.is_file(follow_symlinks=False)))
    links = _paths(top, (entry for entry in passed if entry.is_symlink() and entry.is_dir()))
    searched |= {path.split(os.sep)[0] for path in archives}
    try:
        empty = [name for name, _ in _folders(top, []) if name not in searched]
    except OSError:
        empty = []
    empty = [name for name in empty if not os.path.exists(os.path.join(top, name, RESULTS_FILE))]  # of a run before
    return Search(found, tuple(empty), tuple(archives), tuple(links))


def _paths(top: str, entries: Iterable[os.DirEntry[str]]) -> list[str]:
    return sorted((os.path.relpath(entry.path, top) for entry in entries), key=natural)


def _search(path: str, top: str, depth: int, passed: list[os.DirEntry[str]]) -> Iterator[FoundFolder]:
    try:
        if any(os.path.lexists(os.path.join(path, name)) for name in (*READABLE, *PROGRAMS)):
            yield FoundFolder(path, top)
            return
        below = _folders(path, passed) if depth else []
    except OSError as error:
        yield FoundFolder(path, top, _unreadable(path, error))
        return
    for _, folder in below:
        yield from _search(folder, top, depth - 1, passed)


def _folders(path: str, passed: list[os.DirEntry[str]]) -> list[tuple[str, str]]:
    """The folders in a folder that may hold submissions, by name and path; `passed` takes its archives and links."""
    found = []
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _NEVER_SEARCHED:
                continue
            if entry.is_dir(follow_symlinks=False):
                found.append((entry.name, entry.path))
            elif entry.is_symlink() or entry.name.lower().endswith(".zip"):
                passed.append(entry)
    return sorted(found, key=lambda one: natural(one[0]))


def _unreadable(path: str, error: OSError) -> CheckError:
    return CheckError(
        "not-found",
        f"this folder cannot be read: {error.strerror}.",
        advice="Check its permissions.",
        file=name_line(path),
    )


def names_of(found: Sequence[FoundFolder]) -> list[str]:
    """The id of each folder: its name; where several are called the same, the name of the clone that each is alone in.

    Clones of one repository hold the service in a folder of one name, and the attendee's name is that of the clone.
    """
    names = [one.name for one in found]
    if len(set(names)) == len(names):
        return names
    if len(set(names)) > 1:
        return _by_what_was_named(found, names)
    above = [os.path.abspath(one.path).split(os.sep)[::-1] for one in found]
    for level in zip(*above, strict=False):
        if len(set(level)) == len(found):
            return [name_line(name) for name in level]
    return names


def _by_what_was_named(found: Sequence[FoundFolder], names: list[str]) -> list[str]:
    """The names, or where they tell less, those of the folders in which the services lie, as when one clone differs.

    Who has several services there has their own names behind it.
    """
    one_by_one = len({one.top for one in found}) == len(found)
    heads = [_clone(one, is_top=one_by_one or one.path == one.top) for one in found]
    counts = Counter(heads)
    if len(counts) <= len(set(names)):
        return names
    return [
        head if counts[head] == 1 else "-".join(dict.fromkeys((head, name)))
        for head, name in zip(heads, names, strict=True)
    ]


def _clone(one: FoundFolder, *, is_top: bool) -> str:
    """The name of the folder that was handed in: the one that was named, or the one in it."""
    folder = one.top if is_top else os.path.join(one.top, os.path.relpath(one.path, one.top).split(os.sep)[0])
    return name_line(os.path.basename(os.path.abspath(folder)))
