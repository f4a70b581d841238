"""Finding the submissions in a folder."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

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
    """What a folder holds: the submissions, and those of its own folders in which there is none."""

    found: tuple[FoundFolder, ...]
    empty: tuple[str, ...]


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts as people count: user2 before user10."""
    return [(int(part), "") if part.isdecimal() else (0, part.casefold()) for part in _NUMBER.split(name) if part]


def find_folders(top: str) -> Search:
    """The submissions in a folder: itself, or those below it to depth 3, in natural order.

    Nothing is looked for in a submission, in hidden folders, in `node_modules`, nor behind symbolic links: a submission
    could lead out of the class with one.
    """
    found = tuple(_search(top, top, DEPTH))
    if found and found[0].path == top:
        return Search(found, ())
    searched = {os.path.relpath(one.path, top).split(os.sep)[0] for one in found}
    try:
        empty = [name for name, _ in _folders(top) if name not in searched]
    except OSError:
        empty = []
    return Search(found, tuple(map(name_line, empty)))


def _search(path: str, top: str, depth: int) -> Iterator[FoundFolder]:
    try:
        if any(os.path.lexists(os.path.join(path, name)) for name in (*READABLE, *PROGRAMS)):
            yield FoundFolder(path, top)
            return
        below = list(_folders(path)) if depth else []
    except OSError as error:
        yield FoundFolder(path, top, _unreadable(path, error))
        return
    for _, folder in below:
        yield from _search(folder, top, depth - 1)


def _folders(path: str) -> list[tuple[str, str]]:
    """The folders in a folder that may hold submissions, by name and path."""
    with os.scandir(path) as entries:
        found = [
            (entry.name, entry.path)
            for entry in entries
            if not entry.name.startswith(".")
            and entry.name not in _NEVER_SEARCHED
            and entry.is_dir(follow_symlinks=False)
        ]
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
    counts = Counter(names)
    in_top = Counter(one.top for one in found)
    clones = [_clone(one) if in_top[one.top] > 1 else one.top for one in found]
    in_clone = Counter(clones)
    for name in (name for name, count in counts.items() if count > 1):
        same = [place for place, one in enumerate(found) if one.name == name]
        called = [name_line(os.path.basename(os.path.abspath(clones[place]))) for place in same]
        are_alone = all(in_clone[clones[place]] == 1 for place in same)
        if are_alone and len({*called, *names}) == len(called) + len(set(names)):
            for place, clone in zip(same, called, strict=True):
                names[place] = clone
    return names


def _clone(one: FoundFolder) -> str:
    """The folder right below the one that was named, in which a submission lies."""
    return os.path.join(one.top, os.path.relpath(one.path, one.top).split(os.sep)[0])
