"""What has to be watched for a service: the folders of the files that its last check asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice

MOST = 500
"""Names of files. A check pulls in 100 at most; of those that it misses, a hostile file could name any number."""


def watched_folders(root: str, names: Iterable[str]) -> frozenset[str]:
    """The folders that hold the files named, and those that would hold the missing ones, as real paths.

    Each is watched by itself, without what is below it. A folder that is missing too is represented by the nearest one
    above it. The service's own folder always counts. Nothing outside of it does, for a submission's links and names are
    not followed out.
    """
    top = os.path.realpath(root)
    holders = (folder for path in _paths(top, names) if (folder := _existing(os.path.dirname(path), top)) is not None)
    return frozenset((top, *holders))


def watched_paths(root: str, names: Iterable[str]) -> frozenset[str]:
    """The paths under which a change of one of the files is told, in the folders above."""
    return frozenset(_paths(os.path.realpath(root), names))


def _paths(top: str, names: Iterable[str]) -> Iterator[str]:
    """Where each name leads to, and where it stands itself: a link and its target change each on their own."""
    for name in islice(names, MOST):
        path = os.path.join(top, name)
        yield os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        yield os.path.realpath(path)


def _existing(folder: str, top: str) -> str | None:
    """The folder, or the nearest above it that exists; None when that is outside of the service."""
    while _is_within(folder, top):
        if os.path.isdir(folder):
            return folder
        folder = os.path.dirname(folder)
    return None


def _is_within(folder: str, top: str) -> bool:
    return folder == top or folder.startswith(os.path.join(top, ""))
