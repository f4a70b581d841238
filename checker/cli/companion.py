"""`rydecheck hint` and `rydecheck diff`: the next hint, and the missing edit, for the attendee's own file."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence

from checker.cli.arguments import options
from checker.cli.output import write_stream
from checker.cohort.editable import Editable, open_editable
from checker.cohort.submission import Request, check_path
from checker.edits.mending import Mended
from checker.errors import UsageError
from checker.hint_record import HintRecord
from checker.report import CheckResult, Report
from checker.reporters.hints import heading, painted, render_all_hints, render_hint, why_no_edit
from checker.reporters.lines import every_check_passes, points
from checker.reporters.terminal import Terminal
from checker.rulepack import RulePack
from checker.shipped import DEFAULT_MODULE
from checker.wording import as_argument, sentence

_NOTHING_TO_DO, _SOMETHING_TO_DO = 0, 1
_COMPLETE = "Every check passes. What is left is extra credit:"


def hint(asked: Namespace, pack: RulePack, request: Request) -> int:
    """Give the next hint for a check, or for the first that is open; the exit status, for a hint is no verdict."""
    path, checks = checks_and_path(asked.names, pack)
    if len(checks) > 1:
        raise UsageError("name one check; hints come one by one.")
    report = check_path(path, pack, request)
    if report.error is not None:
        raise report.error
    draw = Terminal.of(sys.stdout)
    check = report.check(checks[0]) if checks else report.next_check
    if check is None:
        write_stream(sys.stdout, _complete(report, "hint", path, asked, draw))
        return _NOTHING_TO_DO
    if check.outcome in ("pass", "skipped") and not asked.all:
        write_stream(sys.stdout, _nothing_to_hint(check, draw))
        return _NOTHING_TO_DO
    if check.outcome == "unknown" and not asked.all:  # what would settle it is said there, and no hint knows better
        write_stream(sys.stdout, "".join(f"{line}\n" for line in heading(check, draw)))
        return _NOTHING_TO_DO
    record = HintRecord(path)
    ladder = check.rule.ladder(check.reason)
    if asked.all:
        record.note(check.rule.id, check.reason, len(ladder))
        write_stream(sys.stdout, render_all_hints(check, draw))
    else:
        number = record.next(check.rule.id, check.reason, len(ladder))
        write_stream(sys.stdout, render_hint(check, number, command("hint", path, checks, asked), draw))
    _tell(dict.fromkeys(record.remarks))
    return _NOTHING_TO_DO


def diff(asked: Namespace, pack: RulePack, request: Request) -> int:
    """Show the missing edit as a unified diff, or write it into the file; the exit status."""
    path, checks = checks_and_path(asked.names, pack)
    edited = open_editable(path, pack, request)
    if asked.all:
        checks = [check.rule.id for check in edited.report.checks if check.open]
    elif not checks and edited.report.next_check is not None:
        checks = [edited.report.next_check.rule.id]
    draw = Terminal.of(sys.stdout)
    if not checks:
        write_stream(sys.stderr, _complete(edited.report, "diff", path, asked, Terminal.of(sys.stderr)))
        return _NOTHING_TO_DO
    done = edited.mend(checks)
    told = [one for one in done if one.obstacle != "passes"] or done
    text = done[-1].text
    lines = edited.diff(text, _from_here(path))
    if asked.apply:
        if lines:
            _apply(edited, text, done)
        _explain([one for one in told if one.obstacle is not None or one.check.rule.help.then], Terminal.of(sys.stderr))
        return _SOMETHING_TO_DO if any(_is_left(one) for one in done) else _NOTHING_TO_DO
    _explain(told, Terminal.of(sys.stderr))
    if sys.stdout.isatty():
        write_stream(sys.stdout, "".join(f"{line}\n" for line in painted(lines, draw)))
        _tell([f"Write it into the file: {command('diff', path, checks, asked)} --apply"] if lines else [])
    else:  # for another program: the bytes of the file, whatever the encoding of this stream is
        sys.stdout.flush()
        sys.stdout.buffer.write("".join(lines).encode())
        sys.stdout.buffer.flush()
    return _SOMETHING_TO_DO if lines or any(_is_left(one) for one in done) else _NOTHING_TO_DO


def _apply(edited: Editable, text: str, done: Sequence[Mended]) -> None:
    backup = edited.write(text)
    after = done[-1].report
    draw = Terminal.of(sys.stdout)
    told = [f"✓ {one.check.rule.title}" for one in done if one.obstacle is None]
    told.append(f"Written to {edited.file}; as it was before: {os.path.basename(backup)}")
    told.append(points(after.score))
    if after.next_check is not None:
        told.append(f"Next: {after.next_check.rule.title}")
    elif any(not one.check.rule.bonus for one in done):
        told.append("Complete: every check passes. Deploy it, and check again with --deployed.")
    write_stream(sys.stdout, "".join(f"{line}\n" for each in told for line in draw.wrapped(draw.foreign(each))))


def _is_left(one: Mended) -> bool:
    return one.obstacle not in (None, "passes", "skipped", "other_service")


def _explain(done: Iterable[Mended], draw: Terminal) -> None:
    """Say on stderr what an edit is about and what is left to do, or why there is none and where to edit instead."""
    for one in done:
        lines = list(heading(one.check, draw))
        then = [one.check.rule.help.then] if one.check.rule.help.then else []
        for told in then if one.obstacle is None else why_no_edit(one):
            lines += draw.wrapped(draw.foreign(told), "  ")
        write_stream(sys.stderr, "\n".join(lines) + "\n\n")


def _nothing_to_hint(check: CheckResult, draw: Terminal) -> str:
    lines = [*heading(check, draw), *draw.wrapped("No hint is needed here; --all shows them all the same.", "  ")]
    return "".join(f"{line}\n" for line in lines)


def _from_here(path: str) -> str:
    """The service's folder as a diff names it, when that lies below the current one; else nothing."""
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    relative = os.path.relpath(folder or ".")
    return "" if relative == "." or relative.startswith("..") else relative


def _complete(report: Report, verb: str, path: str, asked: Namespace, draw: Terminal) -> str:
    left = [check for check in report.checks if check.rule.bonus and check.outcome != "pass"]
    if not left:
        extra = ", extra credit too" if any(check.rule.bonus for check in report.checks) else ""
        return draw.drawable(f"{sentence(every_check_passes(report))}{extra}.\n")
    lines = [_COMPLETE, *(f"  {command(verb, path, [check.rule.id], asked)}" for check in left)]
    return "".join(f"{draw.drawable(line)}\n" for line in lines)


def _tell(remarks: Iterable[str]) -> None:
    draw = Terminal.of(sys.stderr)
    for remark in remarks:
        write_stream(sys.stderr, f"{draw.foreign_line(remark)}\n")


def command(verb: str, path: str, checks: Sequence[str], asked: Namespace) -> str:
    """How to say it, as typed in a shell, with what else was said; a value of the environment is left out."""
    module = ["--module", as_argument(asked.module)] if asked.module != DEFAULT_MODULE else []
    words = ["rydecheck", verb, *checks, *([as_argument(path)] if path != "." else []), *module]
    return " ".join(map(shlex.quote, words)) + options(asked)


def checks_and_path(names: Sequence[str], pack: RulePack) -> tuple[str, list[str]]:
    """The path and the ids of the checks that are named, in any order; a step stands for all its checks.

    Raises UsageError for a name that is neither, and for a second path.
    """
    checks: list[str] = []
    paths: list[str] = []
    for name in names:
        if named := pack.checks_named(name):
            checks += named
        elif os.path.lexists(name) or os.sep in name:
            paths.append(name)
        elif "." in name:  # as the ids of checks are written
            pack.rule(name)
        else:
            raise UsageError(f"`{name}` is no check, no step and no folder; `rydecheck modules` lists the checks.")
    if len(paths) > 1:
        raise UsageError(f"there are two paths, {paths[0]} and {paths[1]}; name one.")
    return (paths[0] if paths else "."), list(dict.fromkeys(checks))
