"""`rydecheck grade`: a whole class, once or again and again."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from functools import partial
from typing import NamedTuple

from checker.cli.class_folder import ClassFolder
from checker.cli.class_views import Told, tell, write_views
from checker.cli.output import write_stream
from checker.cli.progress_bar import progress_bar
from checker.cli.report import HOME
from checker.cohort.collecting import Cohort, Reach, collect
from checker.cohort.executors import Executor, executor, here, processes, threads
from checker.cohort.folders import natural
from checker.cohort.grading import Pages, Run, Views, carried, carried_with_history, grade_cohort, page_path
from checker.cohort.marks import Marks, read_marks
from checker.cohort.progress import FILE as PROGRESS_FILE
from checker.cohort.progress import ProgressLog, Sums
from checker.cohort.results import FILE as RESULTS_FILE
from checker.cohort.results import Kept, Results
from checker.cohort.roster import Roster, read_roster
from checker.cohort.submission import Request, Submission
from checker.cohort.tables import MOST_BYTES, decode_table
from checker.errors import CheckError, UsageError
from checker.modules import find_module
from checker.report import Moment, Report
from checker.reporters.class_text import ClassText
from checker.reporters.html import render as render_page
from checker.reporters.json import parse_record
from checker.reporters.json import record as record_of
from checker.rulepack import RulePack, load_pack
from checker.serverless.resolving import Settings
from checker.wording import shown

_DONE, _INTERRUPTED = 0, 130
_FEW = 48  # submissions that are judged sooner than processes start


class Class(NamedTuple):
    """What a class is graded by, and where its files go."""

    asked: Namespace
    pack: RulePack
    folder: ClassFolder
    jobs: int

    def told(self, refresh: int | None = None) -> Told:
        return Told(self.pack, self.asked.title, self.asked.gradebook, refresh)


def grade(asked: Namespace) -> int:
    """Grade a class, and write its pages and files; the exit status."""
    pack, jobs = _whole_pack(asked.module), asked.jobs or _cores()
    _executor(asked.executor, jobs, ())  # a name that is none is told before anything is made
    if not (asked.submissions or asked.roster or asked.stacks is not None):
        raise UsageError("name the class: folders, .zip archives, --roster CSV or --stacks PATTERN.")
    one = Class(asked, pack, ClassFolder(asked.out), jobs)
    with one.folder.alone():
        if asked.watch is None:
            return _grade_once(one, resume=asked.resume)
        return _watch(one)


def _whole_pack(module: str) -> RulePack:
    """The rule pack, as it is now, and with help that fits. Raises UsageError or CheckError before anything is made."""
    pack = load_pack(find_module(module).carrying())
    for rule in pack.rules[:1]:
        rule.help  # noqa: B018 - read and looked at as a whole
    return pack


def _watch(one: Class) -> int:
    """Grade until Ctrl-C, and then leave a page that no longer waits for news."""
    seconds: int = one.asked.watch
    try:
        resume = one.asked.resume
        while _grade_again(one, resume=resume) != _INTERRUPTED:
            resume = False
            write_stream(sys.stdout, f"\nAgain in {seconds} s; Ctrl-C ends it.\n\n")
            time.sleep(seconds)
    except KeyboardInterrupt:
        pass
    results = Results(one.folder.path(RESULTS_FILE))
    try:
        write_views(one.folder, one.told(), _reports(results, one.pack, list(results.kept)))
    finally:
        results.close()
    return _DONE


def _grade_again(one: Class, *, resume: bool) -> int:
    """A round of --watch: what cannot be read now, such as a roster that is just being saved, may be in the next."""
    try:
        return _grade_once(one, resume=resume, refresh=one.asked.watch)
    except UsageError as error:
        if not one.folder.exists(RESULTS_FILE):
            raise
        write_stream(sys.stderr, f"rydecheck: {error}\n")
        return _DONE


def _grade_once(one: Class, *, resume: bool, refresh: int | None = None) -> int:
    cohort = _cohort(one.asked)
    if not cohort.submissions:
        raise UsageError(" ".join(cohort.remarks) or "the roster is empty.")
    marks = _marks(one.asked, one.pack, cohort)
    log = ProgressLog(one.folder.path(PROGRESS_FILE))
    try:
        results = Results(one.folder.path(RESULTS_FILE))
        try:
            text, missing = _run(one, cohort.submissions, marks, log, results, resume=resume, refresh=refresh)
        finally:
            results.close()
    finally:
        log.close()
    tell(one.folder, text, (*cohort.remarks, *marks.problems))
    if not missing:
        return _DONE
    told = f"Interrupted: {missing} of {len(cohort.submissions)} are still to be judged; --resume continues.\n"
    write_stream(sys.stdout, told)
    return _INTERRUPTED


def _run(
    one: Class,
    submissions: Sequence[Submission],
    marks: Marks,
    log: ProgressLog,
    results: Results,
    *,
    resume: bool,
    refresh: int | None,
) -> tuple[ClassText, int]:
    """One run: judge, then write what the results make of the class as a whole, also when Ctrl-C ended it early.

    Gives the lines for the terminal, and how many submissions are still to be judged.
    """
    before = log.unfinished() if resume else None
    started = before or datetime.now(timezone.utc)
    views = Views(record_of, partial(render_page, home=HOME))
    run = Run(one.pack.files, _request(one.asked), started.astimezone(), views, marks)
    log.begin(started)
    pages = {kept.page for kept in results.kept.values()}
    missing = _judge(one, submissions, run, log, results, resume=before is not None)
    order = [submission.id for submission in submissions]
    results.settle(order)
    for page in pages - {kept.page for kept in results.kept.values()}:
        one.folder.remove_page(page)
    moments: list[tuple[str, Moment]] = []
    text = write_views(one.folder, one.told(refresh), _noting(_reports(results, one.pack, order), moments))
    log.end(started, None if missing else datetime.now(timezone.utc), _sums(results), moments)
    return text, missing


def _judge(
    one: Class, submissions: Sequence[Submission], run: Run, log: ProgressLog, results: Results, *, resume: bool
) -> int:
    """Judge all that is to be judged; how many were not looked at when Ctrl-C ended it."""
    execute = _executor(one.asked.executor, one.jobs, submissions)
    whole = carried_with_history(submissions, one.jobs) if one.asked.history else carried(submissions)
    pages = Pages(one.folder.write, one.folder.exists)
    missing = len(submissions)

    def observe(kept: Kept) -> None:
        nonlocal missing
        missing -= 1
        draw(kept)

    try:
        with progress_bar(len(submissions), one.pack) as draw:
            grade_cohort(whole, run, results, pages, execute, known=log.moments(), resume=resume, observe=observe)
    except KeyboardInterrupt:
        return missing
    return 0


def _reports(results: Results, pack: RulePack, order: Sequence[str]) -> Iterator[tuple[Report, str]]:
    for record in results.records(order):
        name = record["submission"]["id"]
        try:
            yield parse_record(record, pack, is_own=results.kept[name].is_own), page_path(name)
        except UsageError as error:  # edited by hand, for what another version wrote is judged again
            advice = "Take its line away, and it is judged again."
            raise UsageError(f"{results.path}: the result of `{shown(name)}`: {error} {advice}") from None


def _noting(reports: Iterable[tuple[Report, str]], moments: list[tuple[str, Moment]]) -> Iterator[tuple[Report, str]]:
    """The same reports; the moments of each are noted on the way."""
    for report, page in reports:
        moments += [(report.submission.id, moment) for moment in report.progress]
        yield report, page


def _sums(results: Results) -> Sums:
    statuses = [kept.status for kept in results.kept.values()]
    return Sums(len(statuses), *map(statuses.count, ("complete", "incomplete", "error")))


def _cohort(asked: Namespace) -> Cohort:
    roster: Roster | None = None
    if asked.roster is not None:
        roster = read_roster(_table(asked.roster), asked.roster)
    reach = Reach(asked.deployed, asked.profile, asked.endpoint_url)
    return collect(asked.submissions, roster, asked.roster or "", _stacks(asked), reach)


def _table(path: str) -> str:
    """The text of a CSV file. Raises UsageError."""
    try:
        with open(path, "rb") as stream:
            return decode_table(stream.read(MOST_BYTES + 1), path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None


def _marks(asked: Namespace, pack: RulePack, cohort: Cohort) -> Marks:
    if asked.marks is None:
        return Marks.none()
    marks = read_marks(_table(asked.marks), asked.marks, [question.id for question in pack.questions])
    strangers = marks.strangers([submission.id for submission in cohort.submissions])
    return marks._replace(problems=(*marks.problems, *strangers))


def _stacks(asked: Namespace) -> Mapping[str, str]:
    """The deployed stacks that are asked for, ARNs by id, in natural order. Raises UsageError."""
    pattern = asked.stacks
    if pattern is None:
        return {}
    if pattern.count("*") != 1:
        raise UsageError(f"`{pattern}` needs one `*`, which stands for the id, as in 'wild-rydes-ride-record-*'.")
    from checker.aws.account import Access, Account
    from checker.aws.stacks import matching_stacks

    try:
        account = Account(Access(asked.region, asked.profile, asked.endpoint_url))
        found = matching_stacks(account, pattern)
    except CheckError as error:
        raise UsageError(str(error)) from None
    if not found:
        raise UsageError(f"no stack in {account.region} has a name like `{pattern}`; check --region and --profile.")
    return {name: found[name] for name in sorted(found, key=natural)}


def _request(asked: Namespace) -> Request:
    """How every submission is judged: by what it holds, and nothing of this machine's environment."""
    options = {name: getattr(asked, name) for name in ("stage", "region") if getattr(asked, name)}
    return Request(Settings(options), strict=asked.strict, lint=asked.lint)


def _executor(name: str | None, jobs: int, submissions: Sequence[Submission]) -> Executor:
    """Where to judge, as asked for or as is fastest. Raises UsageError for a name that is none."""
    jobs = min(jobs, len(submissions) or 1)
    if name is not None:
        return executor(name, jobs)
    live = sum(submission.deployed is not None for submission in submissions)
    if live and (live == len(submissions) or len(submissions) <= _FEW):
        return threads(jobs)
    return here if len(submissions) <= _FEW else processes(jobs)


def _cores() -> int:
    """The cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        return os.cpu_count() or 1
