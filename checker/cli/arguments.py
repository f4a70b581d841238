"""The arguments of the command line → what they ask for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from checker.errors import UsageError
from checker.shipped import DEFAULT_MODULE

FORMATS = ("text", "json", "html", "github", "markdown", "junit", "sarif", "codequality", "badge", "classroom")
# Those that tell of one submission: a class is refused, so its help does not offer them.
_OF_ONE = frozenset(("classroom",))
# Those that also tell what would break the deployment, unless it is said.
LINTED_FORMATS = frozenset(("html", "github", "markdown", "junit", "sarif", "codequality"))
GRADEBOOKS = ("canvas", "moodle", "gradescope", "github-classroom")
SHELLS = ("bash", "zsh", "fish")

_GROUPS = (
    ("For attendees", ("check", "watch", "hint", "diff", "explain", "questions")),
    ("For instructors", ("grade", "report", "iam-policy", "demo")),
    ("For authors of modules", ("modules", "rules", "schema")),
)
_EPILOG = """
In a service's folder, plain `rydecheck` checks it. `rydecheck COMMAND --help`
says what a command takes.

Exit status: 0 when every check passes (extra credit aside), 1 when some do
not, 2 when it could not check.
"""

_WATCH = """\
Checks the service again whenever it, or a file that it pulls in, is saved.

In a terminal: h next hint, d the edit as a diff, o open the page, q quit; Esc
closes a hint or a diff, which j and k scroll. Elsewhere it prints the report,
and then a few lines for each change, until Ctrl-C.
"""
_RULES_LINT = """\
Tells every problem of a module's files, a line each: what keeps it from being
loaded, and what its readers would stumble over. With --start, a module without
problems is proved too: each check fails on the untouched service, and passes
when the module's own answers are written into it, one after another.

Exit status: 0 without a problem, 1 with some, 2 when a file cannot be read.
"""
_RULES_NEW = """\
Writes a module of one check, with comments, a service to prove it on, and
schemas for the editor.
"""
_RULES_REASONS = """\
Prints the words for each way in which checks of a kind can fail, as YAML to
copy into a module: those of a shipped module, with what their facts mean.
"""
_WATCH_ENDS = "Exit status: that of the last check, as for `rydecheck check`."


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, like all others."""

    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required"):
            for action in self._actions:
                if not action.option_strings and action.choices is not None and f" {action.metavar}" in message:
                    message = f"{message}, which is one of {', '.join(action.choices)}"
        raise UsageError(f"{message}. See `{self.prog} --help`.")

    def _print_message(self, message: str, file: Any = None) -> None:
        from checker.cli.output import write_stream

        write_stream(file or sys.stdout, message)  # argparse fails at what the terminal's encoding lacks


def parse(arguments: list[str]) -> argparse.Namespace:
    """What is asked for; `check` is the command when none is named. Raises UsageError."""
    if arguments[:1] == ["help"] and not _is_here("help"):
        arguments = [*arguments[1:2], "--help"]
    if not arguments or (arguments[0] not in _COMMANDS and arguments[0] not in ("-h", "--help", "--version")):
        if arguments and not arguments[0].startswith("-"):
            _refuse_misspelled(arguments[0])
        arguments = ["check", *arguments]
    parser = _parser(arguments[0])
    asked, rest = parser.parse_known_args(arguments)
    if rest:
        asked = _again(parser, arguments, rest)
    for name in ("stage", "region"):
        if value := getattr(asked, name, None):
            from checker.cohort.forms import refuse_malformed

            refuse_malformed(f"--{name}", value, name)
    return asked


def _again(parser: argparse.ArgumentParser, arguments: list[str], rest: list[str]) -> argparse.Namespace:
    """What is asked for by arguments of which the parser left some: argparse takes names at one place only.

    When a line that was printed is typed with a name behind it, options stand between the names. To look for that at
    once would take twice the time. Raises UsageError for arguments that are none then, either.
    """
    asked = argparse.Namespace(version=False)
    while arguments and (commands := _commands(parser)) is not None and arguments[0] in commands.choices:
        setattr(asked, commands.dest, arguments[0])
        parser, arguments = commands.choices[arguments[0]], arguments[1:]
    if _commands(parser) is None:
        asked, rest = parser.parse_known_intermixed_args(arguments, asked)
    if not rest:
        return asked
    from checker.wording import near_name

    options = [option for action in parser._actions for option in action.option_strings]
    wrong = (word.partition("=")[0] for word in rest if word.startswith("-"))
    near = next(filter(None, (near_name(word, options) for word in wrong)), None)
    meant = f"; did you mean {near}?" if near is not None else "."
    if "--only" in options and not any(word.startswith("-") for word in rest):
        meant = ". A check is named behind --only."
    raise UsageError(f"unrecognized arguments: {' '.join(rest)}{meant} See `{parser.prog} --help`.")


def _commands(parser: argparse.ArgumentParser) -> Any:
    """What of a parser takes a command and has a parser for each, or None."""
    return next((action for action in parser._actions if isinstance(action, argparse._SubParsersAction)), None)


def every_command() -> argparse.ArgumentParser:
    """The parser of all commands."""
    return _parser("")


def _refuse_misspelled(name: str) -> None:
    """Raises UsageError for what is no file or folder here, and nearly a command."""
    from checker.wording import near_name, shown

    near = None if _is_here(name) else near_name(name, _COMMANDS)
    if near is not None:
        raise UsageError(f"there is no command `{shown(name)}`, and nothing here is called so; did you mean `{near}`?")


def _is_here(name: str) -> bool:
    """Whether a file or folder is called so."""
    import os

    return os.path.lexists(name)


def _formatter(prog: str) -> argparse.HelpFormatter:
    # argparse asks for a formatter at each argument, and one without a width imports shutil to ask the terminal.
    return argparse.RawDescriptionHelpFormatter(prog, width=80)


_COMMON: Any = {"formatter_class": _formatter, "allow_abbrev": False}


def _parser(asked: str) -> argparse.ArgumentParser:
    """The parser; of the commands it knows the one that is asked for, or all when none is."""
    parser = _Parser(
        prog="rydecheck",
        usage="rydecheck [COMMAND] [OPTIONS]",
        description="Checks a serverless.yml of the workshop and what is deployed, and says what\nto do next.",
        epilog=None if asked in _COMMANDS else _listed() + _EPILOG,
        **_COMMON,
    )
    parser.add_argument("--version", action="store_true", help="print the version and leave")
    # Without `prog`, argparse would format a usage line at every start to find it.
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", parser_class=_Parser, prog="rydecheck", help=argparse.SUPPRESS
    )
    for name in (asked,) if asked in _COMMANDS else _COMMANDS:
        told = _COMMANDS[name]
        command = commands.add_parser(name, help=told.help, description=told.description, epilog=told.epilog, **_COMMON)
        told.add(command)
    return parser


def _listed() -> str:
    """The commands by whom they are for, each with what it does."""
    grouped = {name for _, names in _GROUPS for name in names}
    also = ("Also", tuple(name for name in _COMMANDS if name not in grouped))
    lines = []
    for title, names in (*_GROUPS, also):
        lines += [f"{title}:", *(f"  {name:<12}{_COMMANDS[name].help}" for name in names if name in _COMMANDS), ""]
    return "\n".join(lines)


def _add_check(check: argparse.ArgumentParser) -> None:
    _add_judging(check)
    lint = check.add_mutually_exclusive_group()
    lint.add_argument(
        "--lint",
        action="store_true",
        default=None,
        help="also tell what would break the deployment (default: in html and the formats of CI)",
    )
    lint.add_argument("--no-lint", action="store_false", dest="lint", help="leave that out")
    check.add_argument(
        "--packaged", action="store_true", help="judge the template that `sls package` left in .serverless"
    )
    _add_live(check)
    output = check.add_argument_group("output")
    _add_format(output, FORMATS, "text")
    output.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="write another format to a file too; may be repeated",
    )


def _add_format(output: argparse._ArgumentGroup, formats: tuple[str, ...], default: str | None) -> None:
    told = "default: %(default)s" if default else "one format of all submissions"
    listed = f"{{{','.join(name for name in formats if default or name not in _OF_ONE)}}}"
    output.add_argument("--format", choices=formats, default=default, metavar=listed, help=told)
    output.add_argument("--output", metavar="FILE", help="write here instead of the standard output")


def _add_judging(check: argparse.ArgumentParser) -> None:
    """What to judge, how strictly, and with which values: the same once and at each save."""
    _add_path(check)
    _add_module(check)
    check.add_argument(
        "--only", nargs="+", action="extend", default=[], metavar="CHECK", help="judge these checks or steps only"
    )
    check.add_argument("--strict", action="store_true", help="accept the workshop's own way only")
    _add_values(check)


def _add_path(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    parser.add_argument(
        "path",
        nargs="?",
        default=default,
        metavar="PATH",
        help="the service's folder or its serverless.yml (default: the current folder)",
    )


def _add_values(parser: argparse.ArgumentParser) -> None:
    values = parser.add_argument_group("values for the variables of the file")
    values.add_argument("--stage", metavar="S", help="the stage, as for a deployment")
    values.add_argument("--region", metavar="R", help="the region, as for a deployment")
    values.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help="a value of ${opt:NAME}")
    values.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="a value of ${env:NAME}")
    values.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="a value of ${param:NAME}")


def _add_companion(parser: argparse.ArgumentParser, names: str) -> None:
    """What the commands take that help with one's own file."""
    parser.add_argument("names", nargs="*", metavar="CHECK", help=names)
    _add_module(parser)
    parser.add_argument("--strict", action="store_true", help="accept the workshop's own way only")
    _add_values(parser)


def _add_live(parser: argparse.ArgumentParser) -> None:
    live = parser.add_argument_group("what is deployed")
    live.add_argument("--deployed", action="store_true", help="judge the deployed stack beside the file")
    live.add_argument("--stack", metavar="NAME", help="this stack; without PATH and --deployed, it alone, in --region")
    live.add_argument("--profile", metavar="P", help="a profile of the AWS configuration")
    live.add_argument("--endpoint-url", metavar="URL", help="another address for all of AWS")


def _add_explain(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("check", nargs="?", metavar="CHECK", help="a check, such as dlq.queue")
    explain.add_argument("--hint", type=int, metavar="N", help="print hint N only, from 1 (a nudge) on")
    explain.add_argument(
        "--journey",
        nargs="?",
        const="",
        metavar="PATH",
        help="instead: what happens to an event in your service; exit status 0 when it would be kept, else 1",
    )
    _add_module(explain)
    _add_values(explain)
    _add_live(explain)


def _add_questions(questions: argparse.ArgumentParser) -> None:
    _add_path(questions, ".")
    questions.add_argument(
        "--write", action="store_true", help="put a heading for each question into ANSWERS.md, where it has none yet"
    )
    _add_module(questions)


def _add_watch(watch: argparse.ArgumentParser) -> None:
    _add_judging(watch)
    watch.add_argument("--lint", action="store_true", help="also tell what would break the deployment")


def _add_hint(hint: argparse.ArgumentParser) -> None:
    _add_companion(hint, "a check, and the service's folder (default: the first open check, here)")
    hint.add_argument("--all", action="store_true", help="all hints at once")


def _add_diff(diff: argparse.ArgumentParser) -> None:
    _add_companion(diff, "checks or steps, and the service's folder (default: the first open check, here)")
    diff.add_argument("--all", action="store_true", help="the edits of all checks that are open, extra credit aside")
    diff.add_argument("--apply", action="store_true", help="write them into the file, after a backup")


def _add_report(report: argparse.ArgumentParser) -> None:
    report.add_argument("results", metavar="FILE", help="the results.jsonl of a class")
    report.add_argument("--module", metavar="M", help="the path of the class's module, where it is one of your own")
    output = _add_class_output(report, required=False)
    _add_format(output, tuple(name for name in FORMATS if name != "html"), None)


def _add_iam_policy(policy: argparse.ArgumentParser) -> None:
    policy.add_argument(
        "--stack", default="*", metavar="PATTERN", help="for stacks of this name (default: every stack)"
    )
    policy.add_argument(
        "--role-arn", action="append", default=[], metavar="ARN", help="and for taking on this role; may be repeated"
    )
    _add_module(policy)


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--out", default="rydecheck-demo", metavar="DIR", help="default: %(default)s")
    demo.add_argument("--serve", action="store_true", help="keep the class deployed until Ctrl-C, to try things out")


def _add_schema(schema: argparse.ArgumentParser) -> None:
    from checker.cli.schema import SCHEMAS

    schema.add_argument("name", choices=tuple(SCHEMAS), metavar="NAME", help=f"one of {', '.join(SCHEMAS)}")


def _add_completion(completion: argparse.ArgumentParser) -> None:
    completion.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def _add_nothing(_: argparse.ArgumentParser) -> None:
    """A command without arguments."""


def _add_grade(grade: argparse.ArgumentParser) -> None:
    grade.add_argument(
        "submissions", nargs="*", metavar="SUBMISSION", help="folders (searched three deep), .zip archives, or files"
    )
    grade.add_argument("--roster", metavar="CSV", help="who is in the class: id,name,email,path,stage,stack,region,…")
    grade.add_argument("--stacks", metavar="PATTERN", help="all stacks so named; what `*` stands for is the id")
    grade.add_argument("--marks", metavar="CSV", help="your points for the answers: id,question,points,comment")
    _add_module(grade)
    grade.add_argument("--strict", action="store_true", help="accept the workshop's own way only")
    grade.add_argument("--lint", action="store_true", help="also tell what would break each deployment")
    grade.add_argument("--history", action="store_true", help="read in git when each check turned green")
    values = grade.add_argument_group("what is deployed, and values for all")
    values.add_argument("--deployed", action="store_true", help="judge the stack of each file beside it")
    values.add_argument("--stage", metavar="S", help="the stage of all files")
    values.add_argument("--region", metavar="R", help="the region of all files and stacks")
    values.add_argument("--profile", metavar="P", help="a profile of the AWS configuration")
    values.add_argument("--endpoint-url", metavar="URL", help="another address for all of AWS")
    run = grade.add_argument_group("the run")
    run.add_argument(
        "--jobs", type=_at_least_one, metavar="N", help="how many at a time (default: the machine's cores)"
    )
    run.add_argument("--executor", metavar="WHERE", help="process, thread (right for stacks) or dask://host:port")
    run.add_argument("--resume", action="store_true", help="continue the last run where it stopped")
    run.add_argument("--watch", type=_at_least_one, metavar="SECONDS", help="grade again and again, until Ctrl-C")
    _add_class_output(grade)


def _add_class_output(parser: argparse.ArgumentParser, *, required: bool = True) -> argparse._ArgumentGroup:
    output = parser.add_argument_group("output")
    output.add_argument("--out", required=required, metavar="DIR", help="the folder for the pages and files")
    output.add_argument(
        "--title", metavar="TEXT", help="the title of the class's page, and of the assignment in gradebooks"
    )
    output.add_argument(
        "--gradebook",
        action="append",
        default=[],
        choices=GRADEBOOKS,
        help="also write the file of this system; may be repeated",
    )
    return output


def _add_rules(rules: argparse.ArgumentParser) -> None:
    actions = rules.add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=_Parser, prog=rules.prog
    )
    lint = actions.add_parser("lint", help="every problem of a module", description=_RULES_LINT, **_COMMON)
    lint.add_argument(
        "files", nargs="*", metavar="FILE", help="a module's folder or module.yaml (default: the shipped)"
    )
    lint.add_argument(
        "--start", action="append", default=[], metavar="FOLDER", help="also prove it on the untouched service here"
    )
    new = actions.add_parser("new", help="a first module, to be changed", description=_RULES_NEW, **_COMMON)
    new.add_argument("folder", metavar="DIR", help="the folder to write it into")
    reasons = actions.add_parser("reasons", help="words to copy for a kind", description=_RULES_REASONS, **_COMMON)
    reasons.add_argument("kind", metavar="KIND", help="a kind, such as allows, or a check of a shipped module")


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1_000_000:
        raise argparse.ArgumentTypeError(f"`{text}` is no whole number from 1 on")
    return int(text)


def _add_module(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--module", default=DEFAULT_MODULE, metavar="M", help="a module's id, or the path of one (default: %(default)s)"
    )


def _add_modules(modules: argparse.ArgumentParser) -> None:
    modules.add_argument("--module", metavar="M", help="this one only: a module's id, or the path of one")


def assignments(given: list[str], option: str) -> dict[str, str]:
    """`NAME=VALUE` pairs as a dict, the last one of a name winning. Raises UsageError."""
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"`{option} {text}` is not of the form NAME=VALUE.")
        pairs[name] = value
    return pairs


class _Command(NamedTuple):
    """What a command is for, and what adds its arguments."""

    help: str
    add: Callable[[argparse.ArgumentParser], None]
    description: str | None = None
    epilog: str | None = None


# In the order of the help.
_COMMANDS = {
    "check": _Command("check one service (the default)", _add_check),
    "watch": _Command("check again at each save, until `q`", _add_watch, _WATCH, _WATCH_ENDS),
    "hint": _Command("the next hint, from a nudge to the answer", _add_hint),
    "diff": _Command("the missing edit, for your own file", _add_diff),
    "explain": _Command("a check and its hints, or an event's journey", _add_explain),
    "questions": _Command("the questions, and which are answered", _add_questions),
    "grade": _Command("grade a whole class, and write its pages", _add_grade),
    "report": _Command("render a class again from its results", _add_report),
    "modules": _Command("the modules and their checks", _add_modules),
    "rules": _Command("write a module of your own, and have it looked at", _add_rules),
    "schema": _Command("the JSON Schema of a file", _add_schema),
    "iam-policy": _Command("the least IAM policy that looking at stacks needs", _add_iam_policy),
    "demo": _Command("check a sample class, files and stacks, and write its pages", _add_demo),
    "completion": _Command("the script that completes commands in bash, zsh or fish", _add_completion),
    "version": _Command("print the version", _add_nothing),
}


def options(asked: argparse.Namespace) -> str:
    """What else was said that verdicts depend on, as typed in a shell, each with a blank before it.

    A value of the environment is left out, for a command may end up in a log.
    """
    import shlex

    given = ["--strict"] if asked.strict else []
    for option in ("stage", "region"):
        value = getattr(asked, option)
        given += [f"--{option}", value] if value is not None else []
    for option in ("var", "param"):
        for value in getattr(asked, option):
            given += [f"--{option}", value]
    for value in asked.env:
        given += ["--env", f"{value.partition('=')[0]}=VALUE"]
    return "".join(f" {shlex.quote(word)}" for word in given)
