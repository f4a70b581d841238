"""All that is named on the command line → the submissions of a cohort, each once."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from checker.cohort.archives import read_archive
from checker.cohort.folders import FoundFolder, Search, find_folders, names_of, natural
from checker.cohort.roster import Roster, RosterRow
from checker.cohort.submission import Deployed, Submission, stack_name
from checker.errors import CheckError, UsageError
from checker.report import Person
from checker.serverless.configuration import PROGRAMS
from checker.wording import name_line, shown


class Cohort(NamedTuple):
    """The submissions, in the order of the roster, then as they were found; `remarks` are on what is none of them."""

    submissions: tuple[Submission, ...]
    remarks: tuple[str, ...]


class Reach(NamedTuple):
    """How stacks are reached where the roster says nothing else; `deployed` asks for that of each file too."""

    deployed: bool = False
    profile: str | None = None
    endpoint_url: str | None = None


def collect(
    paths: Sequence[str],
    roster: Roster | None = None,
    roster_file: str = "",
    stacks: Mapping[str, str] | None = None,
    reach: Reach = Reach(),  # noqa: B008 - a value that nobody can change
) -> Cohort:
    """The submissions in folders, archives and files, on a roster and among deployed stacks (ARNs by id).

    What has the same id is one submission when it adds to it: a roster's person, a file, a stack. A second file for an
    id is a submission whose problem says so. Raises UsageError for a path that does not exist.
    """
    collector = _Collector(reach)
    found, remarks = _found(paths)
    if roster is not None:
        collector.add_roster(roster, roster_file)
    for submission in found:
        collector.add(submission)
    names = [name for name, arn in (stacks or {}).items() if collector.add_stack(name, arn)]
    if roster is not None:
        remarks += [f"{roster_file}:{one.line}: {one.message}" for one in roster.problems if one.id is None]
        remarks += _not_on(roster, [*(one.id for one in found), *names], roster_file)
    return Cohort(collector.submissions(), tuple(remarks))


class _Collector:
    """Puts together what is known of each id."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._by_id: dict[str, Submission] = {}
        # What the roster calls its stacks in the account of the command line: ARNs, or names with their region.
        self._taken: set[str | tuple[str, str | None]] = set()
        # The ids of bad rows for which no file was found yet, and those of the good ones.
        self._without_file: set[str] = set()
        self._listed: frozenset[str] = frozenset()

    def submissions(self) -> tuple[Submission, ...]:
        return tuple(self._finished(submission) for submission in self._by_id.values())

    def _finished(self, submission: Submission) -> Submission:
        if submission.problem is not None:
            return submission
        has_files = submission.folder is not None or submission.files is not None
        # A way to an account alone names no stack; a file would.
        if not has_files and (submission.deployed is None or submission.deployed.stack is None):
            problem = CheckError(
                "not-found",
                "nothing was handed in: no folder, archive or stack is called so.",
                advice="Name where it is in the roster's column path or stack.",
            )
            return submission._replace(problem=problem)
        if self._reach.deployed and has_files and submission.deployed is None:
            return submission._replace(deployed=self._deployed(None))
        return submission

    def _deployed(self, stack: str | None, row: RosterRow | None = None) -> Deployed:
        profile = (row.profile if row is not None else None) or self._reach.profile
        return Deployed(stack, profile, self._reach.endpoint_url, row.role_arn if row is not None else None)

    def add(self, submission: Submission) -> None:
        """A submission by its files, or by what is wrong with it."""
        there = self._by_id.get(submission.id)
        if there is None:
            self._by_id[submission.id] = submission
        elif submission.id in self._without_file:  # judged without what the row says, it could get a wrong verdict
            self._without_file.remove(submission.id)
            self._by_id[submission.id] = there._replace(path=submission.path)
        elif there.folder is None and there.files is None and there.problem is None and submission.problem is None:
            person = there.person if there.person != Person() else submission.person
            self._by_id[submission.id] = submission._replace(
                person=person, deployed=there.deployed, options=there.options
            )
        else:
            self._add_twin(submission, there)

    def _add_twin(self, submission: Submission, there: Submission) -> None:
        """A second submission of one id: which of them is meant, only a person can tell."""
        name = self._twin(submission.id)
        problem = submission.problem or CheckError(
            "invalid-config",
            f"the id `{shown(submission.id)}` is taken by {shown(there.path or 'a row of the roster')}.",
            advice="Give each an id of its own in a roster.",
        )
        self._by_id[name] = submission._replace(id=name, folder=None, files=None, problem=problem)

    def _twin(self, id_: str) -> str:
        """An id for the next one of that id."""
        number = 2
        while (name := f"{id_} ({number})") in self._by_id or name in self._listed:
            number += 1
        return name

    def add_roster(self, roster: Roster, roster_file: str) -> None:
        """The rows of a roster in their order, the bad ones with what can be read of them."""
        self._listed = frozenset(row.id for row in roster.rows)
        bad = [(one.row, one.message) for one in roster.problems if one.row is not None]
        for row, wrong in sorted([*((row, "") for row in roster.rows), *bad], key=lambda one: one[0].line):
            if wrong:
                self._add_bad_row(row, roster_file, wrong)
            else:
                self._by_id[row.id] = self._of_row(row, roster_file)

    def _add_bad_row(self, row: RosterRow, roster_file: str, wrong: str) -> None:
        problem = CheckError("invalid-config", wrong, file=name_line(roster_file), line=row.line)
        submission = self._of_row(row, roster_file)._replace(folder=None, top=None, files=None, problem=problem)
        if row.id in self._listed or row.id in self._by_id:
            submission = submission._replace(id=self._twin(row.id))
        else:
            self._without_file.add(row.id)
        self._by_id[submission.id] = submission

    def _of_row(self, row: RosterRow, roster_file: str) -> Submission:
        """Who it is, and what the row says of where to look."""
        options = tuple((name, value) for name, value in (("stage", row.stage), ("region", row.region)) if value)
        asks = row.stack or row.profile or row.role_arn
        submission = Submission(
            id=row.id,
            path="",
            options=options,
            person=row.person,
            deployed=self._deployed(row.stack, row) if asks else None,
        )
        if row.stack is not None and row.role_arn is None and row.profile in (None, self._reach.profile):
            self._taken.add(row.stack if ":" in row.stack else (row.stack, row.region))
        if row.path is not None:
            submission = _at(submission, os.path.join(os.path.dirname(roster_file), row.path))
        return submission

    def add_stack(self, name: str, arn: str) -> bool:
        """A deployed stack, which is one more source of the submission of that id.

        False for one that a row of the roster names for another id: it is that person's already.
        """
        if any(stack in self._taken for stack in (arn, (stack_name(arn), arn.split(":")[3]), (stack_name(arn), None))):
            return False
        there = self._by_id.get(name, Submission(id=name, path=""))
        if there.deployed is None or there.deployed.stack is None:
            deployed = (there.deployed or self._deployed(None))._replace(stack=arn)
            self._by_id[name] = there._replace(deployed=deployed)
        return True


def _found(paths: Sequence[str]) -> tuple[list[Submission], list[str]]:
    """The submissions at the paths, and remarks on folders that hold none."""
    found: list[Submission] = []
    remarks: list[str] = []
    folders: list[FoundFolder] = []
    for path in paths:
        if os.path.isdir(path):
            search = find_folders(path)
            folders += search.found
            # As an export of archives is unpacked; deeper ones may be anything.
            here = [name for name in search.archives if not os.path.dirname(name)]
            for name in here:
                found += _archived(os.path.join(path, name), [])
            remarks += _remarks(name_line(path), search)
        elif not os.path.exists(path):
            raise UsageError(f"{path or 'an empty name'}: there is no such file or folder.")
        elif path.lower().endswith(".csv"):
            raise UsageError(f"{path} is a table; pass it with --roster or --marks.")
        elif _is_archive(path):
            others: list[str] = []
            found += _archived(path, others)
            if others:
                remarks.append(_without(name_line(path), sorted(others, key=natural)))
        else:
            found.append(_at(Submission(id=_name_of(path), path=name_line(path)), path))
    for name, folder in zip(names_of(folders), folders, strict=True):
        found.append(
            Submission(id=name, path=name_line(folder.path), folder=folder.path, top=folder.top, problem=folder.problem)
        )
    return found, remarks


def _remarks(path: str, search: Search) -> Iterator[str]:
    """What of a folder was left out, so that nobody is missed in silence."""
    deeper = [name for name in search.archives if os.path.dirname(name)]
    if not search.found and len(deeper) == len(search.archives):
        yield f"{path}: no serverless configuration in it, three folders deep."
    elif search.empty:
        yield _without(path, search.empty)
    if deeper:
        yield f"{path}: archives deeper in it are not opened: {_some(deeper)}. Name them too."
    if search.links:
        yield f"{path}: links are not followed: {_some(search.links)}. Name the folders that they lead to."


def _without(path: str, folders: Sequence[str]) -> str:
    return f"{path}: no serverless configuration in {_some(folders)}."


def _some(names: Sequence[str]) -> str:
    return ", ".join(shown(name_line(name)) for name in names[:10]) + (" …" if len(names) > 10 else "")


def _archived(path: str, others: list[str]) -> Iterable[Submission]:
    """The submissions of an archive; `others` takes its folders that hold none."""
    for one in read_archive(path, os.path.basename(path), others):
        yield Submission(
            id=name_line(one.id),
            path=name_line(path),
            files=one.files,
            person=Person(name_line(one.name), columns=one.columns),
            problem=one.problem,
        )


def _is_archive(path: str) -> bool:
    return path.lower().endswith(".zip") or zipfile.is_zipfile(path)


def _name_of(path: str) -> str:
    return name_line(os.path.basename(os.path.dirname(os.path.abspath(path)))) or "submission"


def _at(submission: Submission, path: str) -> Submission:
    """The submission with what stands at a path: a folder that is or holds a service, an archive of one, or a file."""
    submission = submission._replace(path=name_line(path))
    if os.path.isdir(path):
        found = find_folders(path).found
        if len(found) == 1:
            return submission._replace(folder=found[0].path, top=path, problem=found[0].problem)
        return _without_one(submission, [one.path for one in found])
    if not os.path.isfile(path):
        problem = CheckError(
            "not-found", "there is no such file or folder.", advice="Check the path.", file=name_line(path)
        )
        return submission._replace(problem=problem)
    if _is_archive(path):
        inside = list(read_archive(path, os.path.basename(path)))
        if len(inside) == 1:
            return submission._replace(files=inside[0].files, problem=inside[0].problem)
        return _without_one(submission, [one.id for one in inside])
    folder, file = os.path.split(path)
    if file not in PROGRAMS and not file.endswith((".yml", ".yaml", ".json")):
        problem = CheckError(
            "not-found",
            "this is no serverless configuration.",
            advice="Name a folder, an archive, or a .yml, .yaml or .json file.",
            file=name_line(path),
        )
        return submission._replace(problem=problem)
    return submission._replace(folder=folder or ".", top=folder or ".", file=file)


def _without_one(submission: Submission, found: Sequence[str]) -> Submission:
    if not found:
        problem = CheckError(
            "not-found", "there is no serverless configuration in it, three folders deep.", file=submission.path
        )
    else:
        names = ", ".join(map(shown, found[:5]))
        problem = CheckError(
            "invalid-config",
            f"this holds {len(found)} services: {names}.",
            advice="Name the one that counts.",
            file=submission.path,
        )
    return submission._replace(problem=problem)


def _not_on(roster: Roster, found: Sequence[str], roster_file: str) -> list[str]:
    """A remark on the ids found that nobody on the roster has."""
    listed = {row.id for row in roster.rows} | {problem.id for problem in roster.problems}
    others = [name for name in dict.fromkeys(found) if name not in listed]
    if not others:
        return []
    return [f"{roster_file}: not on it, and graded all the same: {_some(others)}."]
