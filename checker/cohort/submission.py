"""One submission, on disk or deployed, → its Report."""

import os
import re
import stat
from typing import NamedTuple

from checker.answers import FILE as ANSWERS_FILE
from checker.answers import parse_answers
from checker.cloudformation.template import is_template, lower_template
from checker.cohort.time_limit import time_limit
from checker.engine import excerpt, judge, public_text
from checker.errors import CheckError
from checker.model import Scalar, Service, Value, text_of
from checker.report import Report, Source, SubmissionFacts
from checker.rulepack import RulePack
from checker.serverless.configuration import is_configuration, read_document
from checker.serverless.files import SubmissionFiles, SubmissionFolder
from checker.serverless.lowering import read_service
from checker.serverless.resolving import Settings
from checker.wording import shown

# Environment variables whose value names a stage or a region and nothing secret.
_SHOWABLE = re.compile(r"\$\{env:\w*(STAGE|REGION)\}")


TEMPLATE = ".serverless/cloudformation-template-update-stack.json"


class Deployed(NamedTuple):
    """Which stack to look at, and how to reach its account; what is None comes from the file, or from boto3's chain."""

    stack: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None


class Request(NamedTuple):
    """How to judge: with which settings, which checks, and whether another way than the workshop's counts.

    `packaged` asks for the template that the framework left in the folder instead of the configuration. `deployed` asks
    for the stack beside the file.
    """

    settings: Settings = Settings()
    only: frozenset[str] = frozenset()
    strict: bool = False
    packaged: bool = False
    deployed: Deployed | None = None


def check_path(path: str | os.PathLike[str], pack: RulePack, request: Request) -> Report:
    """Judge the service in a folder, or the one that a configuration file describes, and what is deployed of it.

    Never raises for a submission.
    """
    name = os.fspath(path)
    submission = SubmissionFacts(id=_id(name), path=shown(name))
    try:
        folder, file = _locate(name)
    except CheckError as error:
        return Report(pack, submission, error=error)
    try:
        with time_limit():
            service = _read(folder, file, request)
            answers = _read_answers(folder, pack)
        submission = _identified(submission, service)
        services: dict[Source, Service] = {"file": service}
        if request.deployed is not None:
            stack, services["stack"] = _read_stack(service, pack, request, request.deployed)
            submission = submission._replace(stack=stack)
        with time_limit():
            return judge(pack, services, submission, answers=answers, only=request.only, strict=request.strict)
    except CheckError as error:
        return Report(pack, submission, error=error, error_excerpt=_error_excerpt(folder, error))
    except Exception as error:  # the border of a submission: whatever it did, the rest goes on
        return Report(pack, submission, error=_internal(error))


def check_stack(stack: str, pack: RulePack, request: Request) -> Report:
    """Judge a deployed stack alone, by its name or ARN. Never raises for a submission."""
    submission = SubmissionFacts(id=shown(stack), path="", stack=shown(stack))
    try:
        deployed = (request.deployed or Deployed())._replace(stack=stack)
        name, service = _read_stack(None, pack, request, deployed)
        submission = _identified(submission._replace(id=name, stack=name), service)
        return judge(pack, {"stack": service}, submission, only=request.only, strict=request.strict)
    except CheckError as error:
        return Report(pack, submission, error=error)
    except Exception as error:  # the border of a submission: whatever AWS answered, the rest goes on
        return Report(pack, submission, error=_internal(error))


def _read_stack(service: Service | None, pack: RulePack, request: Request, deployed: Deployed) -> tuple[str, Service]:
    """The name of the stack, and what is deployed under it; the file says which, where the request does not."""
    from checker.aws.account import Access, Account
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
    account = Account(Access(region, deployed.profile, deployed.endpoint_url))
    return shown(stack.rpartition("stack/")[2].partition("/")[0] or stack), read_stack(account, stack, pack.names)


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
    folder = real if os.path.isdir(real) else os.path.dirname(real)
    if os.path.basename(folder) == os.path.dirname(TEMPLATE):
        folder = os.path.dirname(folder)
    return shown(os.path.basename(folder))


def _locate(path: str) -> tuple[SubmissionFolder, str | None]:
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
        return SubmissionFolder(path), None
    folder, file = os.path.split(path)
    if not is_configuration(file):
        raise CheckError(
            "not-found",
            "this is no serverless configuration.",
            advice="Name a folder, or a .yml, .yaml or .json file.",
            file=shown(path),
        )
    return SubmissionFolder(folder or "."), file


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
        content = folder.read(ANSWERS_FILE)
    except CheckError:
        return {}
    return parse_answers((content or b"").decode("utf-8", "replace"), [question.id for question in pack.questions])


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
