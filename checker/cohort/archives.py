"""The submissions in a zip archive, as a learning management system exports them or as an attendee makes it."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BytesIO
from typing import BinaryIO, NamedTuple

from checker.answers import FILES as ANSWERS_FILES
from checker.cohort.carrying import LEFT_BEHIND, Kind, carry_tree
from checker.cohort.results import FILE as RESULTS_FILE
from checker.cohort.zipped import Archive, damaged
from checker.errors import CheckError
from checker.serverless.configuration import PROGRAMS, READABLE
from checker.serverless.files import FILE_LIMIT, CarriedFiles, open_regular

ENTRY_LIMIT = 100_000
"""Entries of an export; an archive in it may have INNER_ENTRY_LIMIT."""
INNER_ENTRY_LIMIT = 20_000
INNER_LIMIT = 32 * FILE_LIMIT

_DEPTH = 3
_CONFIGURATIONS = frozenset((*READABLE, *PROGRAMS))

# `Ada Lovelace_12345_assignsubmission_file_`, a folder, or before a file's name when the export has no folders. The
# number is the participant's in the assignment; Moodle's own grading worksheet calls it "Participant 12345".
_MOODLE = re.compile(r"(?P<id>(?P<name>[^/]*)_\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>[^/]*))?")
# `lovelaceada_LATE_123_456_service.zip`: the number of the user, as in Canvas's gradebook, and that of the file.
_CANVAS = re.compile(r"(?:(?P<name>[^/]+?)_)?(?:LATE_)?(?P<user>\d+|anon_[^_/]+)_\d+_(?P<file>[^/]+)")
# `Module 4_ada_attempt_2026-03-01-12-00-00_service.zip`: user name and time of the attempt.
_BLACKBOARD = re.compile(r"[^/]*?_?(?P<user>[^_/]+)_attempt_(?P<at>\d{4}(?:-\d\d){5})(?:_(?P<file>[^/]+)|\.txt)")
_HANDED_IN_AGAIN = re.compile(r"-\d+(?=\.\w+$)")
_KEPT_NAMES = frozenset((*READABLE, "package.json", *ANSWERS_FILES))


class ArchivedSubmission(NamedTuple):
    """One submission of an archive: its files, or why they cannot be judged.

    `id` is unique to the person within an export as long as the system's own names are; `name` is the person's name
    where the system puts it into the archive, and empty elsewhere. `columns` are what its own gradebook calls them by.
    """

    id: str
    name: str
    columns: tuple[tuple[str, str], ...]
    files: CarriedFiles | None
    problem: CheckError | None


class _Person(NamedTuple):
    """Whom a folder of an export belongs to."""

    id: str
    name: str
    columns: tuple[tuple[str, str], ...] = ()


class _Found(NamedTuple):
    """A service, or an archive that was handed in, by its path in the export; or a folder that holds neither.

    Such a folder is `nothing` when the export says whose it is, and `other` when it may be anybody's.
    """

    path: tuple[str, ...]
    kind: str


def read_archive(
    source: str | os.PathLike[str] | BinaryIO, name: str, others: list[str] | None = None
) -> Iterator[ArchivedSubmission]:
    """The submissions of an archive, read in memory one after another; `name` is the archive's own.

    A service at the top, or alone in a folder, is called like the archive; several are called like their folders, or
    like the archives that they were handed in as. An export of Moodle, Canvas or Blackboard is recognised by its names.
    `others` takes the folders beside them that hold none, as `find_folders` tells them.

    Never raises for an archive: what is wrong with it is the problem of a submission.
    """
    own = _stem(os.path.basename(name))
    try:
        with _opened(source) as stream:
            yield from _read(Archive(stream, ENTRY_LIMIT), own, [] if others is None else others)
    except CheckError as error:
        yield ArchivedSubmission(own, "", (), None, error)
    except Exception as error:  # the border of an archive: a mistake of ours stops no other
        told = f"rydecheck made a mistake in reading this archive ({type(error).__name__})."
        problem = CheckError("internal", told, advice="Please report it with the archive that led to it.")
        yield ArchivedSubmission(own, "", (), None, problem)


def _opened(source: str | os.PathLike[str] | BinaryIO) -> AbstractContextManager[BinaryIO]:
    """The archive's bytes; who gives a stream closes it."""
    if not isinstance(source, (str, os.PathLike)):
        return nullcontext(source)
    try:
        opened = open_regular(source)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "this is no name of a file"
        raise CheckError("not-found", f"this cannot be read: {why}.", advice="Check its permissions.") from None
    if opened is None:
        raise damaged("this is no regular file.")
    return opened


def _read(archive: Archive, own: str, others: list[str]) -> Iterator[ArchivedSubmission]:
    people = _people(archive)
    looked_at = list(_find(archive, people))
    found = [one for one in looked_at if one.kind != "other"]
    outside = [_folders_of(name) for name in archive.outside]
    if not found:
        yield ArchivedSubmission(own, "", (), None, _leads_out() if outside else _no_service())
        return
    others += [one.path[-1] for one in looked_at if one.kind == "other"]
    touched = {folder for folders in outside for folder in folders}
    for one, person in _named(found, people, own):
        if one.path in touched or (outside and len(found) == 1):
            yield ArchivedSubmission(*person, None, _leads_out())
        elif one.kind == "archive":
            yield from _read_inner(archive, "/".join(one.path), person)
        elif one.kind == "nothing":
            yield ArchivedSubmission(*person, None, _no_service())
        else:
            yield _carried(archive, "/".join(one.path), person)
    owners = {one.path for one in found}
    if len(found) > 1 and any(owners.isdisjoint(folders) for folders in outside):
        yield ArchivedSubmission(own, "", (), None, _leads_out())


def _read_inner(archive: Archive, path: str, person: _Person) -> Iterator[ArchivedSubmission]:
    """What one attendee's archive holds; archives in it are not opened."""
    try:
        content = archive.content(path, INNER_LIMIT)
        inner = Archive(BytesIO(content or b""), INNER_ENTRY_LIMIT)
    except CheckError as error:
        yield ArchivedSubmission(*person, None, error)
        return
    services = [one for one in _find(inner, {}) if one.kind == "service"]
    if inner.outside or not services:
        yield ArchivedSubmission(*person, None, _leads_out() if inner.outside else _no_service())
        return
    for one, inside in _named(services, {}, ""):
        yield _carried(
            inner, "/".join(one.path), person._replace(id=f"{person.id}-{inside.id}" if inside.id else person.id)
        )


def _carried(archive: Archive, path: str, person: _Person) -> ArchivedSubmission:
    try:
        return ArchivedSubmission(*person, carry_tree(person.id, _Part(archive, path)), None)
    except CheckError as error:
        return ArchivedSubmission(*person, None, error)


class _Part:
    """A folder of an archive as a tree of its own."""

    def __init__(self, archive: Archive, path: str) -> None:
        self._archive = archive
        self._path = path

    def _inside(self, name: str) -> str:
        return "/".join(part for part in (self._path, name) if part)

    def entries(self, folder: str) -> Iterable[tuple[str, Kind]]:
        return self._archive.entries(self._inside(folder))

    def content(self, name: str) -> bytes | None:
        try:
            return self._archive.content(self._inside(name))
        except CheckError as error:
            raise CheckError(error.code, error.message, advice=error.advice, file=name) from None


def _people(archive: Archive) -> dict[str, _Person]:
    """Whom the folders at the top belong to, by the names that a learning management system gives.

    Files that stand there with such a name, without a folder, are put into one for each person.
    """
    top = list(archive.entries(""))
    people: dict[str, _Person] = {}
    for name, kind in top:
        if kind == "folder" and (found := _MOODLE.fullmatch(name)):
            people[name] = _moodle_person(found)
    files = [name for name, kind in top if kind == "file"]
    if people or _CONFIGURATIONS.intersection(files):
        return people
    renamed: dict[str, str | None] = {}
    latest: dict[str, str] = {}
    for name in files:
        if found := _BLACKBOARD.fullmatch(name):
            latest[found.group("user")] = max(latest.get(found.group("user"), ""), found.group("at"))
    for name in files:
        place = _flat(name, latest)
        if place is not None:
            person, file = place
            people[person.id] = person
            renamed[name] = f"{person.id}/{file}" if file else None
    archive.rename(renamed)
    return people


def _moodle_person(found: re.Match[str]) -> _Person:
    number = found.group("id").rpartition("_")[2]
    return _Person(found.group("id"), found.group("name"), (("Identifier", f"Participant {number}"),))


def _flat(name: str, latest: dict[str, str]) -> tuple[_Person, str] | None:
    """Who handed in a file whose name tells that, and what it was called; nothing for what is not to be judged."""
    if found := _MOODLE.fullmatch(name):
        return _moodle_person(found), found.group("file") or ""
    if found := _BLACKBOARD.fullmatch(name):
        is_last = found.group("at") == latest[found.group("user")]
        return _Person(found.group("user"), ""), (found.group("file") or "") if is_last else ""
    if found := _CANVAS.fullmatch(name):
        called, user = found.group("name") or "", found.group("user")
        columns = (("ID", user),) if user.isdecimal() else ()
        plain = _HANDED_IN_AGAIN.sub("", found.group("file"))  # Canvas numbers what is handed in again
        file = plain if plain in _KEPT_NAMES else found.group("file")
        return _Person("_".join(part for part in (called, user) if part), called, columns), file
    return None


def _find(archive: Archive, people: dict[str, _Person]) -> Iterator[_Found]:
    """The services of an archive, and the archives in it, at most three folders below what wraps them all."""
    start = _unwrapped(archive) if not people else ()
    folders = [start]
    own: list[tuple[str, ...]] = []
    holding: set[tuple[str, ...]] = set()  # of these, those that something stands in
    top = len(start) + 1
    for folder in folders:  # it grows: a walk by depth
        entries = list(archive.entries("/".join(folder)))
        if any(kind == "file" and name in _CONFIGURATIONS for name, kind in entries):
            holding.add(folder[:top])
            yield _Found(folder, "service")
            continue
        for name, kind in entries:
            if kind == "file" and name.lower().endswith(".zip"):
                holding.add((*folder, name)[:top])
                yield _Found((*folder, name), "archive")
            elif kind == "folder" and name not in LEFT_BEHIND and len(folder) - len(start) < _DEPTH:
                folders.append((*folder, name))
                if folder == start and not _is_passed(archive, folders[-1]):
                    own.append(folders[-1])
    for folder in own:
        if folder not in holding and folder[0] not in people:
            yield _Found(folder, "other")
    done = {person.id for name, person in people.items() if (name,) in holding}
    for name, person in people.items():
        if person.id not in done:
            done.add(person.id)
            yield _Found((name,), "nothing")


def _is_passed(archive: Archive, folder: tuple[str, ...]) -> bool:
    """Whether nobody's work is looked for here: a hidden folder, or what a run before wrote."""
    return folder[-1].startswith(".") or (RESULTS_FILE, "file") in archive.entries("/".join(folder))


def _unwrapped(archive: Archive) -> tuple[str, ...]:
    """The folders around everything, each alone at its level."""
    path: tuple[str, ...] = ()
    while len(path) < _DEPTH:
        entries = list(archive.entries("/".join(path)))
        if len(entries) != 1 or entries[0][1] != "folder":
            break
        path = (*path, entries[0][0])
    return path


def _named(found: list[_Found], people: dict[str, _Person], own: str) -> Iterator[tuple[_Found, _Person]]:
    """Each with the person it belongs to: known from the export, or named after the folder that sets it apart."""
    if not people and len(found) == 1:
        yield found[0], _Person(own, "")
        return
    common = 0 if people else _shared_folders([one.path for one in found])
    heads = [one.path[common] if len(one.path) > common else "" for one in found]
    shared = Counter(heads)
    for one, head in zip(found, heads, strict=True):
        known = people.get(head)
        id_ = known.id if known is not None else _stem(head) or own
        if shared[head] > 1:
            id_ = "-".join((id_, *(_stem(part) for part in one.path[common + 1 :])))
        yield one, (known or _Person("", ""))._replace(id=id_)


def _shared_folders(paths: list[tuple[str, ...]]) -> int:
    """How many folders all paths start with."""
    first, last = min(paths), max(paths)
    return next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))


def _stem(name: str) -> str:
    return name[:-4] if name.lower().endswith(".zip") else name


def _folders_of(name: str) -> list[tuple[str, ...]]:
    """The folders that a name which leads out goes through before it does, those that can be a submission's."""
    parts: list[str] = []
    for part in re.sub(r"^[A-Za-z]:", "", name).split("/"):
        if part == ".." or len(parts) > 2 * _DEPTH:
            break
        if part not in ("", "."):
            parts.append(part)
    return [tuple(parts[:end]) for end in range(len(parts) + 1)]


def _leads_out() -> CheckError:
    return CheckError(
        "not-found",
        "the archive has names that lead out of it, with `..` or from the root of a disk.",
        advice="Make a plain zip archive of the service's folder.",
    )


def _no_service() -> CheckError:
    return CheckError(
        "not-found",
        "there is no serverless.yml in it.",
        advice=f"Hand in the service's folder, at most {_DEPTH} folders deep.",
    )
