"""Each command: from what was asked for to an exit status."""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from checker.cli.arguments import assignments, options, parse
from checker.cli.output import write_stream
from checker.errors import CheckError, UsageError
from checker.report import Report
from checker.reporters.terminal import Terminal
from checker.rulepack import RulePack, load_pack, module_ids
from checker.wording import visible

if TYPE_CHECKING:
    from checker.cohort.submission import Deployed, Request
    from checker.serverless.resolving import Settings

COMPLETE, INCOMPLETE, FAILED, INTERRUPTED = 0, 1, 2, 130


def run(arguments: list[str] | None) -> int:
    """Carry out a command line and return its exit status."""
    try:
        if sys.stdout is None:  # closed by the caller
            raise UsageError("there is no standard output to write to.")
        asked = parse(sys.argv[1:] if arguments is None else arguments)
        if asked.version:
            return _version(asked)
        return _COMMANDS[asked.command](asked)
    except UsageError as error:
        _complain(f"rydecheck: {error}")
        return FAILED
    except CheckError as error:
        _complain(_one_line(error))
        return FAILED
    except KeyboardInterrupt:
        if arguments is None:  # leaving the usual way would wait for the calls under way
            sys.stdout.flush()
            os._exit(INTERRUPTED)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has left; closing stdout again at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        _complain(f"rydecheck: the output cannot be written: {error.strerror}.")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or flushing at exit fails once more
        return FAILED


def _complain(message: str) -> None:
    if sys.stderr is None:
        return
    write_stream(sys.stderr, " ".join(visible(message).split("\n")) + "\n")


def _one_line(error: CheckError) -> str:
    return str(error) if error.place else f"rydecheck: {error}"


def _check(asked: Namespace) -> int:
    from checker.cli.rendering import is_linted, outputs, refuse_inputs, write_report
    from checker.cohort.submission import Request

    pack = load_pack(asked.module)
    path, only = _path_and_checks(asked, pack)
    wanted = outputs(asked)
    lint = is_linted(wanted) if asked.lint is None else asked.lint
    request = Request(_settings(asked), only, asked.strict, asked.packaged, _deployed(asked), lint)
    report, read = _judged(asked, path, pack, request)
    report = report._replace(options=options(asked))
    refuse_inputs(wanted, read)
    write_report(report, wanted)
    _complain_of(report)
    return {"complete": COMPLETE, "incomplete": INCOMPLETE, "error": FAILED}[report.status]


def _judged(asked: Namespace, path: str | None, pack: RulePack, request: Request) -> tuple[Report, list[str]]:
    """The report on the file at a path, the current folder's for None, or on a stack alone; and the files asked for."""
    from checker.cohort.submission import check_path_and_files, check_stack

    if asked.stack is not None and path is None and not asked.deployed:
        _refuse_what_needs_a_file(asked)
        return check_stack(asked.stack, pack, request), []
    return check_path_and_files("." if path is None else path, pack, request)


def _complain_of(report: Report) -> None:
    if report.error is not None:
        _complain(_one_line(report.error))


def _settings(asked: Namespace) -> Settings:
    """The values that the command line and the environment give to the variables of a file. Raises UsageError."""
    from checker.serverless.resolving import Settings

    options = assignments(asked.var, "--var")
    for name in ("stage", "region"):
        if getattr(asked, name) is not None:
            options[name] = getattr(asked, name)
    environment = {**os.environ, **assignments(asked.env, "--env")}
    return Settings(options, environment, assignments(asked.param, "--param"))


def _hint(asked: Namespace) -> int:
    from checker.cli.companion import hint
    from checker.cohort.submission import Request

    return hint(asked, load_pack(asked.module), Request(_settings(asked), strict=asked.strict))


def _diff(asked: Namespace) -> int:
    from checker.cli.companion import diff
    from checker.cohort.submission import Request

    return diff(asked, load_pack(asked.module), Request(_settings(asked), strict=asked.strict))


def _watch(asked: Namespace) -> int:
    from checker.cli.watching.command import watch
    from checker.cohort.submission import Request, find_on_disk

    pack = load_pack(asked.module)
    path, only = _path_and_checks(asked, pack)
    request = Request(_settings(asked), only, asked.strict, lint=asked.lint)
    path = "." if path is None else path
    found = find_on_disk(path)  # a mistyped path would be waited for without end
    return watch(path, found, pack, request)


def _refuse_what_needs_a_file(asked: Namespace) -> None:
    """Raises UsageError for an option that a stack alone would leave without effect."""
    for option in ("packaged", "lint", "stage", "var", "env", "param"):
        if getattr(asked, option, None):
            raise UsageError(f"--{option} is for a file, and --stack alone reads none; name the PATH too.")


def _deployed(asked: Namespace) -> Deployed | None:
    """Which stack to look at, if any. Raises UsageError for a way to an account that nothing asks for."""
    from checker.cohort.submission import Deployed

    if asked.stack == "":
        raise UsageError("the name of the stack is empty.")
    if asked.deployed or asked.stack is not None:
        return Deployed(asked.stack, asked.profile, asked.endpoint_url)
    for option, value in (("--profile", asked.profile), ("--endpoint-url", asked.endpoint_url)):
        if value is not None:
            raise UsageError(f"{option} is for --deployed or --stack; add one of them.")
    return None


def _path_and_checks(asked: Namespace, pack: RulePack) -> tuple[str | None, frozenset[str]]:
    """The path, None when none is given, and the ids of the checks that `--only` names.

    `--only` takes all that follows it, so a last name that is no check but exists on disk is the path.
    """
    names = [name for given in asked.only for name in given.split(",") if name]
    path: str | None = asked.path
    if path is None and names and not pack.checks_named(names[-1]) and os.path.exists(names[-1]):
        path = names.pop()
    return path, pack.checks_of(names)


def _grade(asked: Namespace) -> int:
    from checker.cli.grade import grade

    return grade(asked)


def _report(asked: Namespace) -> int:
    from checker.cli.report import report

    return report(asked)


def _explain(asked: Namespace) -> int:
    from checker.reporters.explain import render, render_hint

    if asked.journey is not None:
        return _journey(asked)
    if asked.check is None:
        raise UsageError("explain what? Name a check, such as dlq.queue, or say --journey.")
    for option in _OF_THE_JOURNEY:
        if getattr(asked, option.replace("-", "_")):
            raise UsageError(f"--{option} is for --journey; a check is explained without it.")
    pack = load_pack(asked.module)
    rule = pack.rule(asked.check)
    draw = Terminal.of(sys.stdout)
    told = render(rule, pack, draw) if asked.hint is None else render_hint(rule, pack, asked.hint, draw)
    write_stream(sys.stdout, told)
    return COMPLETE


_UNCLEAR = "service-unclear"
_OF_THE_JOURNEY = ("stage", "region", "var", "env", "param", "deployed", "stack", "profile", "endpoint-url")


def _journey(asked: Namespace) -> int:
    """Tell the journey; the status is 0 where the event would be kept, and 1 where it is lost or nobody can tell."""
    from checker.cohort.submission import Request
    from checker.reporters.journey import is_kept, render

    pack = load_pack(asked.module)
    path = asked.journey or None
    if path is None and asked.check is not None and not pack.checks_named(asked.check):  # `--journey --stage dev PATH`
        path, asked.check = asked.check, None
    if asked.check is not None or asked.hint is not None:
        raise UsageError("--journey explains no check; leave out the check and --hint, or leave out --journey.")
    if not pack.journeys:
        raise UsageError(f"the module `{pack.id}` tells no journey.")
    report, _ = _judged(asked, path, pack, Request(_settings(asked), deployed=_deployed(asked)))
    if report.error is None and report.journey is None:
        unclear = next((check.message for check in report.checks if check.reason == _UNCLEAR), None)
        raise UsageError(unclear or f"the module `{pack.id}` tells no journey of this service.")
    write_stream(sys.stdout, render(report, Terminal.of(sys.stdout)))
    _complain_of(report)
    if report.error is not None:
        return FAILED
    return COMPLETE if is_kept(report) else INCOMPLETE


def _questions(asked: Namespace) -> int:
    from checker.cli.questions import questions

    questions(asked)
    return COMPLETE


def _modules(asked: Namespace) -> int:
    from checker.reporters.explain import render_modules

    packs = [load_pack(module) for module in ([asked.module] if asked.module else module_ids())]
    write_stream(sys.stdout, render_modules(packs, Terminal.of(sys.stdout)))
    return COMPLETE


def _rules(asked: Namespace) -> int:
    from checker.cli.rules import rules

    return rules(asked)


def _schema(asked: Namespace) -> int:
    from checker.cli.schema import schema

    write_stream(sys.stdout, schema(asked.name))
    return COMPLETE


def _iam_policy(asked: Namespace) -> int:
    import json

    from checker.aws.calls import policy_document

    if not re.fullmatch(r"[A-Za-z0-9*?-]+", asked.stack):
        raise UsageError(f"`{asked.stack}` is no name of a stack; `*` and `?` may stand in it.")
    for role in asked.role_arn:
        if not re.fullmatch(r"arn:aws[a-z-]*:iam::(\d{12}|\*):role/[\w+=,.@/*-]{1,512}", role, re.ASCII):
            raise UsageError(f"`{role}` is no ARN of a role, such as arn:aws:iam::123456789012:role/Grader.")
    pack = load_pack(asked.module)
    policy = policy_document(asked.stack, asked.role_arn, topics=_TOPIC in pack.names, parameters=pack.ssm_parameters)
    write_stream(sys.stdout, json.dumps(policy, indent=2) + "\n")
    return COMPLETE


def _demo(asked: Namespace) -> int:
    from checker.cli.demo import demo

    return demo(asked.out, serve=asked.serve)


def _completion(asked: Namespace) -> int:
    from checker.cli.completion import script

    write_stream(sys.stdout, script(asked.shell))
    return COMPLETE


def _version(_: Namespace) -> int:
    from checker.version import __version__

    write_stream(sys.stdout, f"rydecheck {__version__}\n")
    return COMPLETE


_TOPIC = "AWS::SNS::Topic"

_COMMANDS = {
    "check": _check,
    "watch": _watch,
    "hint": _hint,
    "diff": _diff,
    "grade": _grade,
    "report": _report,
    "explain": _explain,
    "questions": _questions,
    "modules": _modules,
    "rules": _rules,
    "schema": _schema,
    "iam-policy": _iam_policy,
    "demo": _demo,
    "completion": _completion,
    "version": _version,
}
