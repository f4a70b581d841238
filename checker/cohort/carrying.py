"""What of a submission judging may need, taken out of a folder, an archive or a commit into memory."""

import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import Literal, NamedTuple, Protocol

from checker.answers import FILES as ANSWERS_FILES
from checker.errors import CheckError, too_large
from checker.serverless.configuration import PROGRAM_SUFFIXES, PROGRAMS, READABLE, is_called_so
from checker.serverless.files import (
    FILE_LIMIT,
    HERE,
    SUBMISSION_LIMIT,
    CarriedFiles,
    SubmissionFolder,
    folder_unreadable,
    leads_out,
    no_regular_file,
)

ENTRY_LIMIT = 1_000
"""Files carried or told to be unreadable, in all."""

_LOOK_LIMIT = 20_000  # names looked at to find those
_READ_LIMIT = 4 * SUBMISSION_LIMIT  # bytes read, also of files that turn out to be too large
_DEPTH_LIMIT = 20  # folders in each other

# Folders that tools fill with thousands of files; they are looked into when an included file's name holds theirs.
LEFT_BEHIND = (".git", "node_modules", ".serverless", ".venv", "venv", "__pycache__")
_TEXTS = (".yml", ".yaml", ".json")
_NAME = re.compile(rb"[\w.@-]+")
_INCLUDED = re.compile(rb"file\([^)]*")
_INCLUDES = re.compile(rb"file\(|\\[xuU\r\n]")  # an escape may spell `file(` another way

_ALWAYS = (*READABLE, *PROGRAMS, "package.json", *ANSWERS_FILES)
_MOST_AT_TOP = 100  # of those, and of files such as .env.dev

Kind = Literal["file", "folder", "other"] | CheckError
"""What a name stands for; an error for a link that is not followed. `other` is a pipe, a device and their like."""


class FileTree(Protocol):
    """A tree of files, wherever it is. Names are relative to its top, with `/` between folders."""

    def entries(self, folder: str) -> Iterable[tuple[str, Kind]]:
        """The names in a folder (the top is the empty name). Raises CheckError where it cannot be read."""
        ...

    def content(self, name: str) -> bytes | None:
        """The bytes of a file. Raises CheckError; past the bound on a file `too-large`, without reading on."""
        ...


def carry(folder: SubmissionFolder, file: str | None = None) -> CarriedFiles:
    """The files of a folder on disk that judging its service may read; `file` is a configuration asked for by name.

    Raises CheckError where the folder cannot be read at all.
    """
    return carry_tree(folder.root, _FolderTree(folder), file)


def carry_tree(root: str, tree: FileTree, file: str | None = None) -> CarriedFiles:
    """The files at the top of a tree that judging may read, and everything that its configuration could pull in.

    Only a configuration that includes files has the tree walked. What is left behind is told as refused.
    """
    carrier = _Carrier(tree)
    top = ((name, kind) for name, kind in tree.entries("") if name in _ALWAYS or name.startswith(".env"))
    if file is not None:
        carrier.take(posixpath.normpath(file), "file")
    for name, kind in nsmallest(_MOST_AT_TOP, top, key=_by_importance):
        carrier.take(name, kind)
    if not any(name in carrier.files or name in carrier.refused for name in (*READABLE, *PROGRAMS)):
        near = ((name, kind) for name, kind in tree.entries("") if is_called_so(name))  # told by its name
        for name, kind in nsmallest(_MOST_AT_TOP, near, key=_by_importance):
            carrier.take(name, kind)
    configuration = b"\n".join(
        content for name, content in carrier.files.items() if name not in ("package.json", *ANSWERS_FILES)
    )
    if _INCLUDES.search(configuration):
        carrier.take_others(configuration)
    return CarriedFiles(root, carrier.files, carrier.refused)


def _by_importance(entry: tuple[str, Kind]) -> tuple[int, str]:
    name = entry[0]
    return (_ALWAYS.index(name) if name in _ALWAYS else len(_ALWAYS), name)


class _Candidate(NamedTuple):
    """A file that may be pulled in; those with the smallest values are taken first."""

    is_unnamed: bool
    is_no_text: bool
    depth: int
    name: str
    kind: Kind


class _Carrier:
    """Takes files out of a tree as long as the bounds allow."""

    def __init__(self, tree: FileTree) -> None:
        self.tree = tree
        self.files: dict[str, bytes] = {}
        self.refused: dict[str, CheckError] = {}
        self._carried = 0
        self._read = 0

    def take(self, name: str, kind: Kind) -> None:
        """Carry one entry, or tell why it is not read."""
        if name in self.files or name in self.refused:
            return
        if isinstance(kind, CheckError):
            self.refused[name] = self.refused[f"{name}/"] = kind
        elif kind != "file":
            self.refused[name] = no_regular_file(name)
        elif name.endswith(PROGRAM_SUFFIXES):
            self.refused[name] = _program(name)
        else:
            self._take_file(name)

    def _take_file(self, name: str) -> None:
        if self._carried > SUBMISSION_LIMIT or self._read > _READ_LIMIT:
            self.refused[name] = _left_behind(name)
            return
        try:
            content = self.tree.content(name)
        except CheckError as error:
            self.refused[name] = error
            self._read += FILE_LIMIT
            return
        if content is None:  # a link to nothing: its name is there, and finding the configuration stops at it
            if name in READABLE:
                self.refused[name] = CheckError(
                    "not-found", "there is no such file.", advice="Check the name.", file=name
                )
            return
        self._read += len(content)
        self._carried += len(content)
        if self._carried > SUBMISSION_LIMIT:
            self.refused[name] = _left_behind(name)
        else:
            self.files[name] = content

    def take_others(self, configuration: bytes) -> None:
        """Carry every other file of the tree; first those whose names are among the words of the configuration."""
        words = frozenset(_NAME.findall(configuration))
        wanted = frozenset(_NAME.findall(b" ".join(_INCLUDED.findall(configuration))))
        for candidate in sorted(self._candidates(words, wanted), key=lambda candidate: candidate[:4]):
            if len(self.files) + len(self.refused) >= ENTRY_LIMIT:
                self.refused[HERE] = _left_behind(HERE)
                return
            self.take(candidate.name, candidate.kind)

    def _candidates(self, words: frozenset[bytes], wanted: frozenset[bytes]) -> Iterator[_Candidate]:
        looked_at = 0
        folders = [""]
        for folder in folders:  # it grows: a walk by depth, the top first
            depth = folder.count("/") + bool(folder)
            try:
                for base, kind in self.tree.entries(folder):
                    looked_at += 1
                    if looked_at > _LOOK_LIMIT:
                        self.refused[HERE] = _left_behind(HERE)
                        return
                    name = f"{folder}/{base}" if folder else base
                    word = base.encode("utf-8", "replace")
                    if kind != "folder":
                        if not base.endswith(PROGRAM_SUFFIXES):
                            yield _Candidate(word not in words, not base.endswith(_TEXTS), depth, name, kind)
                    elif depth >= _DEPTH_LIMIT or (base in LEFT_BEHIND and word not in wanted):
                        self.refused[f"{name}/"] = _not_looked_into(name)
                    else:
                        folders.append(name)
            except CheckError as error:
                self.refused[f"{folder}/" if folder else HERE] = error


class _FolderTree:
    """The files of a folder on disk; a symbolic link is followed as long as it stays inside."""

    def __init__(self, folder: SubmissionFolder) -> None:
        self._folder = folder
        self.content = folder.content

    def entries(self, folder: str) -> Iterator[tuple[str, Kind]]:
        try:
            with os.scandir(os.path.join(self._folder.real_root, folder)) as found:
                for entry in found:
                    yield entry.name, self._kind(entry, f"{folder}/{entry.name}" if folder else entry.name)
        except OSError as error:
            raise folder_unreadable(folder or self._folder.root, error) from None

    def _kind(self, entry: os.DirEntry[str], name: str) -> Kind:
        if entry.is_symlink():
            return self._linked(name)
        if entry.is_file(follow_symlinks=False):
            return "file"
        return "folder" if entry.is_dir(follow_symlinks=False) else "other"

    def _linked(self, name: str) -> Kind:
        root = self._folder.real_root
        target = os.path.realpath(os.path.join(root, name))
        if os.path.commonpath((target, root)) != root:
            return leads_out(name)
        if not os.path.isdir(target):
            return "file"
        above = [os.path.realpath(os.path.join(root, name[:end])) for end in range(len(name)) if name[end] == "/"]
        return _circle(name) if target in (root, *above) else "folder"


def _program(name: str) -> CheckError:
    return CheckError("unsupported-config", "this is a program, which is never run and not read.", file=name)


def _left_behind(name: str) -> CheckError:
    message = (
        f"the folder holds more than {ENTRY_LIMIT:,} files or {SUBMISSION_LIMIT // 1024**2} MiB that it might use."
    )
    return too_large(message, file=name)


def _not_looked_into(name: str) -> CheckError:
    return CheckError(
        "not-found",
        "files in this folder are only read when `${file(…)}` itself names the folder.",
        advice="Keep what the service pulls in elsewhere.",
        file=name,
    )


def _circle(name: str) -> CheckError:
    return CheckError("not-found", "this link leads in a circle.", advice="Put the file itself there.", file=name)
