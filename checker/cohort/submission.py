"""One submission, on disk, carried in memory or deployed, → its Report."""

import os
import re
import stat
from datetime import datetime, timezone
from typing import TYPE_CHECKING, NamedTuple

from checker.answers import FILES as ANSWERS_FILES
from checker.answers import decode_answers, parse_answers
from checker.cloudformation.template import is_template, lower_template
from checker.cohort.time_limit import time_limit
from checker.engine import judge, public_text
from checker.errors import CheckError
from checker.model import Scalar, Service, Value, text_of
from checker.report import LintNote, Moment, Person, Report, Source, SubmissionFacts, excerpt
from checker.rulepack import RulePack
from checker.serverless.configuration import TEMPLATE, is_configuration, read_document
from checker.serverless.files import CarriedFiles, EditedFiles, SubmissionFiles, SubmissionFolder
from checker.serverless.lowering import read_service
from checker.serverless.resolving import Settings
from checker.wording import name_line, shown

if TYPE_CHECKING:
    from checker.aws.account import Accounts

# Environment variables whose value names a stage or a region and nothing secret.
_SHOWABLE = re.compile(r"\$\{env:\w*(STAGE|REGION)\}")


class Deployed(NamedTuple):
    """Which stack to look at, and how to reach its account; what is None comes from the file, or from boto3's chain."""

    stack: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None
    role_arn: str | None = None


class Request(NamedTuple):
    """How to judge: with which settings, which checks, and whether another way than the workshop's counts.

    `packaged` asks for the template that the framework left in the folder instead of the configuration. `deployed` asks
    for the stack beside the file. `lint` asks for what would break the file's deployment.
    """

    settings: Settings = Settings()
    only: frozenset[str] = frozenset()
    strict: bool = False
    packaged: bool = False
    deployed: Deployed | None = None
    lint: bool = False


class Snapshot(NamedTuple):
    """A submission's files as they were at a commit; `at` is the commit's time, in UTC."""

    at: datetime
    commit: str
    files: CarriedFiles


class Submission(NamedTuple):
    """One submission of a cohort: all that judging it needs, wherever that happens.

    It was handed in as a `folder` of this machine, whose `files` are carried before it travels, or is known by what is
    `deployed` alone. `top` is the folder that was named for it, which its git history may lie in; `file` the
    configuration that was named. `problem` is why there is nothing to judge. `snapshots` are its earlier states.
    """

    id: str
    path: str
    folder: str | None = None
    top: str | None = None
    file: str | None = None
    files: CarriedFiles | None = None
    deployed: Deployed | None = None
    options: tuple[tuple[str, str], ...] = ()
    person: Person = Person()
    problem: CheckError | None = None
    snapshots: tuple[Snapshot, ...] = ()

    @property
    def facts(self) -> SubmissionFacts:
        stack = self.deployed.stack if self.deployed is not None else None
        facts = SubmissionFacts(self.id, self.path, stack=None if stack is None else shown(stack_name(stack)))
        is_folder = self.file is None and (self.folder is not None or self.files is not None)
        return facts.at_folder(self.path) if is_folder else facts


def check_submission(
    submission: Submission, pack: RulePack, request: Request, accounts: "Accounts | None" = None
) -> Report:
    """Judge one submission of a cohort; `accounts` are shared with others. Never raises for a submission."""
    if submission.problem is not None:
        return Report(pack, submission.facts, error=submission.problem)
    options = {**request.settings.options, **dict(submission.options)}
    own = request._replace(settings=request.settings._replace(options=options), deployed=submission.deployed)
    return _check(submission.facts, submission.files, submission.file, pack, own, accounts)


def passed_before(submission: Submission, pack: RulePack, request: Request) -> list[Moment]:
    """What the submission's file passed in each of its snapshots that can be judged, oldest first.

    A commit's time is what somebody's clock said; one that goes back is taken for the time of the commit before.
    """
    moments: list[Moment] = []
    latest = datetime.min.replace(tzinfo=timezone.utc)
    for snapshot in submission.snapshots:
        latest = max(latest, snapshot.at)
        earlier = submission._replace(files=snapshot.files, deployed=None)
        report = check_submission(earlier, pack, request._replace(lint=False))
        if report.error is None and (not moments or moments[-1].passing != report.passing):
            moments.append(Moment(latest, report.passing))
    return moments


def check_path(path: str | os.PathLike[str], pack: RulePack, request: Request) -> Report:
    """Judge the service in a folder, or the one that a configuration file describes, and what is deployed of it.

    Never raises for a submission.
    """
    return check_path_and_files(path, pack, request)[0]


def check_path_and_files(path: str | os.PathLike[str], pack: RulePack, request: Request) -> tuple[Report, list[str]]:
    """The same, and the paths of all files that judging asked for, whether they are there or not."""
    try:
        found = find_on_disk(path)
    except CheckError as error:
        return Report(pack, _facts(os.fspath(path)), error=error), []
    report = check_on_disk(found, pack, request)
    return report, [os.path.join(found.folder.root, name) for name in found.folder.asked]


class OnDisk(NamedTuple):
    """A service in a folder of this machine; `file` is the configuration that was named, None where the folder was."""

    facts: SubmissionFacts
    folder: SubmissionFolder
    file: str | None


def find_on_disk(path: str | os.PathLike[str]) -> OnDisk:
    """What a folder, or a configuration file in it, stands for. Raises CheckError `not-found`."""
    name = os.fspath(path)
    return OnDisk(_facts(name), *locate(name))


def check_on_disk(found: OnDisk, pack: RulePack, request: Request) -> Report:
    """Judge what a folder holds now. It keeps what it has read: to look again, take a new one. Never raises."""
    return _check(found.facts, found.folder, found.file, pack, request)


def check_edited(found: OnDisk, file: str, content: bytes, pack: RulePack, request: Request) -> Report:
    """Judge what a folder holds with another content for one of its files. Never raises."""
    return _check(found.facts, EditedFiles(found.folder, file, content), file, pack, request)


def _facts(name: str) -> SubmissionFacts:
    facts = SubmissionFacts(id=_id(name), path=name_line(name))
    return facts.at_folder(facts.path) if os.path.isdir(name) else facts


def check_stack(stack: str, pack: RulePack, request: Request) -> Report:
    """Judge a deployed stack alone, by its name or ARN. Never raises for a submission."""
    deployed = (request.deployed or Deployed())._replace(stack=stack)
    facts = SubmissionFacts(id=shown(stack), path="", stack=shown(stack))
    report = _check(facts, None, None, pack, request._replace(deployed=deployed))
    return report._replace(submission=report.submission._replace(id=report.submission.stack or facts.id))


def _check(
    facts: SubmissionFacts,
    files: SubmissionFiles | None,
    file: str | None,
    pack: RulePack,
    request: Request,
    accounts: "Accounts | None" = None,
) -> Report:
    """Judge the files, or what is deployed, or both. Never raises for a submission."""
    services: dict[Source, Service] = {}
    answers = None
    try:
        if files is not None:
            with time_limit():
                services["file"] = _read(files, file, request)
                answers = _read_answers(files, pack)
            facts = _identified(facts, services["file"])
        if request.deployed is not None:
            stack, live = _read_stack(services.get("file"), pack, request, request.deployed, accounts)
            services["stack"] = live
            facts = (facts if files is not None else _identified(facts, live))._replace(stack=stack)
        with time_limit():
            report = judge(pack, services, facts, answers=answers, only=request.only, strict=request.strict)
        return report._replace(lint=_linted(services["file"])) if request.lint and "file" in services else report
    except CheckError as error:
        excerpt_lines = () if files is None else _error_excerpt(files, error)
        return Report(pack, facts, error=error, error_excerpt=excerpt_lines)
    except Exception as error:  # the border of a submission: whatever it did or AWS answered, the rest goes on
        return Report(pack, facts, error=_internal(error))


def _linted(service: Service) -> tuple[LintNote, ...] | None:
    """What would break the deployment; None for a compiled template, in which nothing is the attendee's own text.

    Judged already, the submission keeps its verdict whatever becomes of this, and however long it takes.
    """
    if service.plugins is None:
        return None
    from checker.linting.notes import lint, not_linted

    try:
        return lint(service, time_limit)
    except Exception:  # the border of a program that is not ours: it may take too long, or stumble over a submission
        return not_linted()


def _read_stack(
    service: Service | None, pack: RulePack, request: Request, deployed: Deployed, accounts: "Accounts | None"
) -> tuple[str, Service]:
    """The name of the stack, and what is deployed under it; the file says which, where the request does not."""
    from checker.aws.account import Access, Accounts
    from checker.aws.live import Wanted
    from checker.aws.reading import read_stack, stack_region

    stack = deployed.stack or _own_stack(service)
    if stack is None:
        raise CheckError(
            "invalid-config",
            "the file does not tell the name of its stack: its service or stage has no value that may be shown.",
            advice="Pass --stack NAME, or --stage.",
        )
    region = stack_region(stack) or request.settings.options.get("region")
    if region is None and service is not None and service.name is not None:  # a template names neither
        region = text_of(service.region) if _may_show(service.region) else None
        if region is None:
            raise CheckError(
                "no-region", "the file's region has no value here that may be shown.", advice="Pass --region."
            )
    access = Access(region, deployed.profile, deployed.endpoint_url, deployed.role_arn)
    account = (accounts or Accounts()).at(access)
    return shown(stack_name(stack)), read_stack(account, stack, Wanted(pack.names, pack.ssm_parameters))


def stack_name(stack: str) -> str:
    """The name in a stack's ARN, or the name that it is already."""
    return stack.rpartition("stack/")[2].partition("/")[0] or stack


def _own_stack(service: Service | None) -> str | None:
    """The stack of the file as the framework names it; None where a value of the environment would show in it."""
    if service is None:
        return None
    values = (service.name, service.stage) if service.given_stack is None else (service.given_stack,)
    return service.stack_name if all(_may_show(value) for value in values) else None


def _may_show(value: Value | None) -> bool:
    """Whether a value holds nothing of the environment, or only what names a stage or region."""
    secret = value.secret if isinstance(value, Scalar) else None
    return secret is None or _SHOWABLE.fullmatch(secret) is not None


def _read(folder: SubmissionFiles, file: str | None, request: Request) -> Service:
    """The service of a configuration, or of a compiled template."""
    document = read_document(folder, TEMPLATE if request.packaged else file)
    if not is_template(document.value):
        return read_service(folder, request.settings, document)
    options = request.settings.options
    return lower_template(document.value, document.file, document.lines, options.get("stage"), options.get("region"))


def _id(path: str) -> str:
    """The name of the submission's folder."""
    try:
        real = os.path.abspath(path)
    except (OSError, ValueError):
        return shown(os.path.basename(path))
    folder = os.path.dirname(real) if os.path.isfile(real) else real
    if os.path.basename(folder) == os.path.dirname(TEMPLATE):
        folder = os.path.dirname(folder)
    return shown(os.path.basename(folder))


def locate(path: str) -> tuple[SubmissionFolder, str | None]:
    """The folder of a service, and the configuration in it that was named. Raises CheckError `not-found`."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        raise CheckError(
            "not-found",
            "there is no such file or folder.",
            advice="Name the service's folder or its serverless.yml.",
            file=shown(path),
        ) from None
    except (OSError, ValueError) as error:  # a folder on the way may not be searched, or the name is no name
        why = error.strerror if isinstance(error, OSError) else "this is no name of a file"
        raise CheckError("not-found", f"this cannot be read: {why}.", file=shown(path)) from None
    if stat.S_ISDIR(status.st_mode):
        return _folder(path), None
    folder, file = os.path.split(path)
    if not is_configuration(file):
        raise CheckError(
            "not-found",
            "this is no serverless configuration.",
            advice="Name a folder, or a .yml, .yaml or .json file.",
            file=shown(path),
        )
    return _folder(folder or "."), file


def _folder(path: str) -> SubmissionFolder:
    try:
        return SubmissionFolder(path)
    except OSError:  # the current folder can be one that was removed, and has no name then
        raise CheckError(
            "not-found", "this folder was removed.", advice="Go to the one that is there now.", file=shown(path)
        ) from None


def _identified(submission: SubmissionFacts, service: Service) -> SubmissionFacts:
    return submission._replace(
        service=public_text(service.name), stage=_place(service.stage), region=_place(service.region)
    )


def _place(value: Value) -> str | None:
    """A stage or region; one from the environment only when the variable's name says that it is one."""
    if isinstance(value, Scalar) and value.secret is not None:
        return shown(value.text) if _may_show(value) else None
    return public_text(value)


def _read_answers(folder: SubmissionFiles, pack: RulePack) -> dict[str, str]:
    """The answers; none when the file cannot be read, for the service can be judged without it."""
    try:
        _, content = read_answers_file(folder)
    except CheckError:
        return {}
    return {} if content is None else parse_answers(decode_answers(content)[0], pack.question_texts)


def read_answers_file(folder: SubmissionFiles) -> tuple[str, bytes | None]:
    """The name of the file with the answers and its bytes, None where there is none. Raises CheckError as `read`."""
    name = folder.find(ANSWERS_FILES) or ANSWERS_FILES[0]
    try:
        return name, folder.read(name)
    except CheckError as error:
        advice = "Shorten the answers." if error.code == "too-large" else error.advice
        raise CheckError(error.code, error.message, advice=advice, file=error.file) from None


def _error_excerpt(folder: SubmissionFiles, error: CheckError) -> tuple[tuple[int, str], ...]:
    """The lines around the error, when they can be read as text."""
    if error.file is None or error.line is None or error.code != "invalid-yaml":
        return ()
    try:
        content = folder.read(error.file)
    except CheckError:
        return ()
    return excerpt((content or b"").decode("utf-8", "replace").splitlines(), error.line)


def _internal(error: Exception) -> CheckError:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place is not None else "?"
    return CheckError(
        "internal",
        f"rydecheck made a mistake ({type(error).__name__} at {where}).",
        advice="Please report it with the file that led to it.",
    )
