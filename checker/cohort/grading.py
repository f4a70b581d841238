"""The run over a cohort: each submission judged once, its record and its page kept as soon as they are there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.checks.kinds import offers
from checker.cohort.carrying import carry
from checker.cohort.executors import Executor, processes
from checker.cohort.history import read_history
from checker.cohort.marks import Marks
from checker.cohort.results import Kept, Results
from checker.cohort.submission import Request, Submission, check_submission, passed_before
from checker.cohort.time_limit import SECONDS
from checker.errors import CheckError
from checker.modules import ModuleFiles
from checker.report import Moment, Report
from checker.rulepack import RulePack, load_pack
from checker.serverless.files import SubmissionFolder
from checker.shipped import data_digest
from checker.version import __version__

if TYPE_CHECKING:
    from checker.aws.account import Accounts

PAGES = "attendees"
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_RESERVED_NAME = re.compile(r"con|prn|aux|nul|(com|lpt)\d")  # by Windows, whatever follows
_ODD_CHARACTERS = re.compile(r"[^a-z0-9_-]+")
# What may go away by itself is tried again in the next run.
_PASSING_ERRORS = frozenset(("credentials", "unreachable", "timeout", "internal"))
_STACK_SECONDS = 180.0  # calls that are refused for their number are tried for about a minute
_HISTORY_SECONDS = 30.0


class Views(NamedTuple):
    """What becomes of a Report: the record as plain data, and the page."""

    record: Callable[[Report], dict[str, Any]]
    page: Callable[[Report], str]


class Run(NamedTuple):
    """How a cohort is graded: the same for each submission.

    `module` carries the files of an own one. `at` is when the run began, by the instructor's clock.
    """

    module: ModuleFiles
    request: Request
    at: datetime
    views: Views
    marks: Marks

    @property
    def id(self) -> str:
        return self.at.astimezone(timezone.utc).isoformat()


class Task(NamedTuple):
    """One submission with all that judging it needs; `progress` is what it passed before."""

    submission: Submission
    run: Run
    fingerprint: str
    progress: tuple[Moment, ...]

    @property
    def seconds(self) -> float:
        """How long this may take in all; each part of it is bounded more tightly where it happens."""
        live = _STACK_SECONDS if self.submission.deployed is not None else 0.0
        parts = 4 if self.run.request.lint else 3
        return parts * SECONDS + live + len(self.submission.snapshots)


class Graded(NamedTuple):
    """A submission's line of `results.jsonl`, and its page."""

    line: bytes
    page: bytes


class Pages(NamedTuple):
    """Where the pages of the attendees go, by their path in the cohort's folder; `write` writes one whole."""

    write: Callable[[str, bytes], None]
    exists: Callable[[str], bool]


def grade_cohort(
    submissions: Iterable[Submission],
    run: Run,
    results: Results,
    pages: Pages,
    execute: Executor,
    *,
    known: Mapping[str, tuple[Moment, ...]],
    resume: bool = False,
    observe: Callable[[Kept], None] = lambda _: None,
) -> None:
    """Judge the submissions whose results are not there yet as they are now, and keep each result as it comes.

    The submissions are whole: `carried`. `known` is what each passed before. With `resume`, what this run has done
    already counts, although a stack may have changed since. Raises UsageError when a result or a page cannot be
    written; all those written before stay.
    """

    def tasks() -> Iterator[Task]:
        for submission in submissions:
            kept = results.kept.get(submission.id)
            before = kept.progress if kept is not None else known.get(submission.id, ())
            own = run._replace(marks=run.marks.alone(submission.id))
            task = Task(submission, own, fingerprint(submission, run), before)
            if kept is not None and _still_counts(kept, task, resume) and pages.exists(kept.page):
                observe(kept)
            else:
                yield task

    for task, outcome in execute(grade_submission, tasks()):
        graded = _without_verdict(task, outcome) if isinstance(outcome, CheckError) else outcome
        pages.write(page_path(task.submission.id), graded.page)
        observe(results.append(graded.line))


def _still_counts(kept: Kept, task: Task, resume: bool) -> bool:
    """Whether a result is what judging again would give, or may stand for it."""
    if kept.fingerprint != task.fingerprint or kept.page != page_path(task.submission.id):
        return False
    if resume and kept.run == task.run.id:
        return True
    return task.submission.deployed is None and kept.error not in _PASSING_ERRORS


def carried(submissions: Iterable[Submission]) -> Iterator[Submission]:
    """Each submission with the bytes of its files, read from its folder as it is asked for."""
    return map(_carried, submissions)


def _carried(submission: Submission) -> Submission:
    if submission.folder is None or submission.files is not None or submission.problem is not None:
        return submission
    try:
        files = carry(SubmissionFolder(submission.folder), submission.file)
        return submission._replace(folder=None, top=None, files=files)
    except CheckError as error:
        return submission._replace(folder=None, top=None, problem=error)


class _WithHistory(NamedTuple):
    submission: Submission
    seconds: float = _HISTORY_SECONDS


def carried_with_history(submissions: Iterable[Submission], jobs: int) -> Iterator[Submission]:
    """Each submission with its files and its earlier states; git objects are read in processes that may be ended."""
    for task, outcome in processes(jobs)(_with_history, map(_WithHistory, submissions)):
        # A history that cannot be read leaves what is there now to be judged.
        yield _carried(task.submission) if isinstance(outcome, CheckError) else outcome


def _with_history(task: _WithHistory) -> Submission:
    submission = task.submission
    if submission.folder is None:
        return submission
    snapshots = read_history(submission.folder, submission.top or submission.folder)
    return _carried(submission)._replace(snapshots=tuple(snapshots))


def grade_submission(task: Task) -> Graded:
    """Judge one submission, and write down what there is to say. Never raises for a submission."""
    run = task.run
    pack = _pack(run.module)
    report = check_submission(task.submission, pack, run.request, _accounts(run.id))
    before = _progress_before(task, pack)
    return _written(report, task, (*before, *_turned(before, report, run.at)))


def _progress_before(task: Task, pack: RulePack) -> tuple[Moment, ...]:
    """What was passed before this run: as git tells it, and after its last commit as earlier runs saw it."""
    seen = [moment for moment in task.progress if moment.at < task.run.at]
    until = [snapshot for snapshot in task.submission.snapshots if snapshot.at < task.run.at]
    committed = passed_before(task.submission._replace(snapshots=tuple(until)), pack, task.run.request)
    for moment in seen:
        is_later = not committed or moment.at > committed[-1].at
        if is_later and not (committed and moment.passing == committed[-1].passing):
            committed.append(moment)
    return tuple(committed)


def _turned(before: tuple[Moment, ...], report: Report, at: datetime) -> tuple[Moment, ...]:
    """The moment of this run, when what passes has changed; an error says nothing of what passes."""
    if report.error is not None or (before and before[-1].passing == report.passing):
        return ()
    return (Moment(at.astimezone(timezone.utc), report.passing),)


def _without_verdict(task: Task, error: CheckError) -> Graded:
    """What is kept of a submission that whoever judged it did not come back from."""
    report = Report(_pack(task.run.module), task.submission.facts, error=error)
    return _written(report, task, task.progress)


def _written(report: Report, task: Task, progress: tuple[Moment, ...]) -> Graded:
    """The line and the page of a report, with all that the cohort knows of it."""
    submission, run = task.submission, task.run
    report = run.marks.marked(report._replace(person=submission.person, progress=progress, checked_at=run.at))
    record = run.views.record(report)
    record["grading"] = {"run": run.id, "fingerprint": task.fingerprint, "page": page_path(submission.id)}
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    # What is no text, a lone surrogate, is written as JSON escapes it.
    return Graded(text.encode("utf-8", "backslashreplace") + b"\n", run.views.page(report).encode())


def page_path(name: str) -> str:
    """Where a submission's page is in the cohort's folder: safe on every system, and different for each id."""
    if _PLAIN_NAME.fullmatch(name) and not _RESERVED_NAME.fullmatch(name):
        return f"{PAGES}/{name}.html"
    plain = _ODD_CHARACTERS.sub("-", name.lower()).strip("-")[:60]
    return f"{PAGES}/{plain or 'attendee'}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:10]}.html"


def fingerprint(submission: Submission, run: Run) -> str:
    """The same for two submissions exactly when all that their results are made of is the same, the time aside."""
    files = None if submission.files is None else submission.files.digest
    earlier = [(snapshot.at, snapshot.files.digest) for snapshot in submission.snapshots]
    told = submission._replace(files=None, snapshots=(), problem=None)
    made_of = (
        __version__,
        data_digest(),
        run.module.digest,
        _kinds_from_elsewhere(),
        run.request,
        _linter() if run.request.lint else None,
        sorted(run.marks.possible.items()),
        sorted(run.marks.given.get(submission.id, {}).items()),
        told,
        str(submission.problem),
        files,
        earlier,
    )
    return hashlib.sha256(repr(made_of).encode("utf-8", "backslashreplace")).hexdigest()


@lru_cache(maxsize=1)
def _linter() -> str:
    """The version of cfn-lint here: each finds something else."""
    from importlib.metadata import version

    return version("cfn-lint")


@lru_cache(maxsize=1)
def _kinds_from_elsewhere() -> tuple[str, ...]:
    """The kinds of check that other packages offer here, with their versions."""
    return offers()


@lru_cache(maxsize=4)
def _pack(module: ModuleFiles) -> RulePack:
    return load_pack(module)


@lru_cache(maxsize=1)
def _accounts(run: str) -> Accounts:  # noqa: ARG001 - each run finds its credentials anew
    from checker.aws.account import Accounts

    return Accounts()
