"""A service's files as they were, read from the git history that an attendee hands in."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from checker.cohort.carrying import Kind, carry_tree
from checker.cohort.repository import FOLDER, LINK, SUBMODULE, Commit, Node, Repository, Spent
from checker.cohort.submission import Snapshot
from checker.errors import CheckError, too_large
from checker.serverless.configuration import PROGRAMS, READABLE
from checker.serverless.files import SUBMISSION_LIMIT

MOST = 200
"""Commits that are looked at."""

_KEPT_LIMIT = 10 * SUBMISSION_LIMIT
_ENTRY_LIMIT = 50_000  # names that the snapshots hold together
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def read_history(folder: str, top: str, most: int = MOST) -> list[Snapshot]:
    """The service's files at the newest commits of the branch that is checked out, oldest first.

    `.git` is looked for in `folder` and above it, up to `top`. Of a merge, the first parent is followed: what stood in
    the attendee's own branch, one state after another; all that is reachable would mix the states of branches that
    were worked on side by side. Commits without a configuration are left out, and neighbours with equal files come
    once, with the earlier commit. Where the history breaks off or takes too much to read, what is newer is returned.

    Raises CheckError when there is no history, or nothing of it can be read.
    """
    git, path = _locate(folder, top)
    name = os.path.basename(path) or os.path.basename(os.path.dirname(git))
    with Repository(git) as repository:
        snapshots = _read(repository, path, name, most)
    snapshots.reverse()
    digests = [snapshot.files.digest for snapshot in snapshots]
    return [
        snapshot
        for before, digest, snapshot in zip((None, *digests), digests, snapshots, strict=False)
        if digest != before
    ]


def _locate(folder: str, top: str) -> tuple[str, str]:
    """The `.git` folder, and the path of the service in its repository."""
    here, end = os.path.realpath(folder), os.path.realpath(top)
    if os.path.commonpath((here, end)) != end:
        raise CheckError("not-found", "this leads out of the submission's folder and is not read.", file=folder)
    at = here
    while True:
        git = os.path.join(at, ".git")
        if os.path.lexists(git):
            if os.path.islink(git) or not os.path.isdir(git):
                raise CheckError(
                    "not-found",
                    "the git history lies elsewhere and is not followed there.",
                    advice="Hand in a plain clone, with a `.git` folder of its own.",
                    file=".git",
                )
            path = os.path.relpath(here, at)
            return git, "" if path == os.curdir else path.replace(os.sep, "/")
        if at == end:
            raise CheckError(
                "not-found", "there is no git history here.", advice="Hand in the clone with its `.git`.", file=folder
            )
        at = os.path.dirname(at)


def _read(repository: Repository, path: str, root: str, most: int) -> list[Snapshot]:
    """The service after each commit, newest first; neighbours whose folder is the same tree come once."""
    snapshots: list[Snapshot] = []
    contents = _Contents(repository)
    problem: CheckError | None = None
    before: bytes | None = None
    entries = 0
    try:
        for id_, commit in _commits(repository, most):
            tree, at = _folder(repository, commit.tree, path), _time(commit)
            if tree is None or at is None:
                continue
            if tree == before and snapshots:
                snapshots[-1] = Snapshot(at, id_, snapshots[-1].files)
                continue
            try:
                files = carry_tree(root, _CommitTree(repository, tree, contents))
            except CheckError as error:  # this tree; the ones before it may be whole
                problem = problem or error
                continue
            entries += len(files.files) + len(files.refused)
            if entries > _ENTRY_LIMIT:
                break
            if files.find((*READABLE, *PROGRAMS)) is not None:
                snapshots.append(Snapshot(at, id_, files))
                before = tree
    except CheckError as error:
        problem = problem or error
    except Spent:
        problem = problem or too_large("the git history takes too much to read.", file=".git")
    if problem is not None and not snapshots:
        raise problem
    return snapshots


def _commits(repository: Repository, most: int) -> Iterator[tuple[str, Commit]]:
    """The newest commits, each with its id; first parents only."""
    seen: set[bytes] = set()
    id_ = repository.head()
    while len(seen) < most and id_ not in seen:
        seen.add(id_)
        commit = repository.commit(id_)
        yield id_.decode(), commit
        if not commit.parents:
            return
        id_ = commit.parents[0]


def _folder(repository: Repository, tree: bytes, path: str) -> bytes | None:
    """The tree of a folder in a tree; None when there is no such folder."""
    for name in path.split("/") if path else ():
        found = next((node for node in repository.tree(tree) if node.name == name), None)
        if found is None or found.mode != FOLDER:
            return None
        tree = found.id
    return tree


def _time(commit: Commit) -> datetime | None:
    """When the committer says it was; None for a time that no calendar has."""
    if commit.time is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=commit.time)
    except OverflowError:
        return None


class _Contents:
    """The contents that snapshots hold, each once however many hold it."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._by_id: dict[bytes, bytes] = {}
        self._size = 0

    def read(self, id_: bytes, name: str) -> bytes:
        content = self._by_id.get(id_)
        if content is None:
            content = self._by_id[id_] = self._repository.blob(id_, name)
            self._size += len(content)
            if self._size > _KEPT_LIMIT:
                raise Spent
        return content


class _CommitTree:
    """The files of a folder in a commit."""

    def __init__(self, repository: Repository, tree: bytes, contents: _Contents) -> None:
        self._repository = repository
        self._contents = contents
        self._folders = {"": tree}
        self._files: dict[str, bytes] = {}

    def entries(self, folder: str) -> Iterator[tuple[str, Kind]]:
        for node in self._repository.tree(self._folders[folder]):
            name = f"{folder}/{node.name}" if folder else node.name
            yield node.name, self._kind(name, node)

    def content(self, name: str) -> bytes | None:
        id_ = self._files.get(name)
        return None if id_ is None else self._contents.read(id_, name)

    def _kind(self, name: str, node: Node) -> Kind:
        if node.mode == FOLDER:
            self._folders[name] = node.id
            return "folder"
        if node.mode in (LINK, SUBMODULE):
            return _not_followed(name, "symbolic link" if node.mode == LINK else "submodule")
        self._files[name] = node.id
        return "file"


def _not_followed(name: str, what: str) -> CheckError:
    return CheckError(
        "not-found",
        f"this is a {what}, which is not followed in a history.",
        advice="Put the file itself there.",
        file=name,
    )
