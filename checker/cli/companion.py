"""`rydecheck hint` and `rydecheck diff`: the next hint, and the missing edit, for the attendee's own file."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence

from checker.cli.output import write_stream
from checker.cohort.editable import Editable, open_editable
from checker.cohort.submission import Request, check_path
from checker.edits.mending import Mended
from checker.edits.unified import unified_diff
from checker.errors import UsageError
from checker.hint_record import HintRecord
from checker.report import CheckResult, Report
from checker.reporters.hints import heading, painted, render_all_hints, render_hint, why_no_edit
from checker.reporters.terminal import Terminal
from checker.rulepack import RulePack

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
    check = _result(report, checks[0]) if checks else report.next_check
    if check is None:
        write_stream(sys.stdout, _complete(report, "hint", path, draw))
        return _NOTHING_TO_DO
    record = HintRecord(path)
    ladder = check.rule.ladder(check.reason)
    if asked.all:
        record.note(check.rule.id, check.reason, len(ladder))
        write_stream(sys.stdout, render_all_hints(check, draw))
    else:
        number = record.next(check.rule.id, check.reason, len(ladder))
        write_stream(sys.stdout, render_hint(check, number, command("hint", path, checks), draw))
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
        write_stream(sys.stderr, _complete(edited.report, "diff", path, Terminal.of(sys.stderr)))
        return _NOTHING_TO_DO
    done = edited.mend(checks)
    told = [one for one in done if one.obstacle != "passes"] or done
    text = done[-1].text
    lines = unified_diff(edited.text, text, edited.file)
    if asked.apply:
        if lines:
            _apply(edited, text, done)
        _explain([one for one in told if one.obstacle is not None or one.check.rule.help.then], Terminal.of(sys.stderr))
        return _SOMETHING_TO_DO if any(_is_left(one) for one in done) else _NOTHING_TO_DO
    _explain(told, Terminal.of(sys.stderr))
    is_terminal = sys.stdout.isatty()
    write_stream(sys.stdout, "".join(f"{line}\n" for line in painted(lines, draw)) if is_terminal else "".join(lines))
    if lines:
        _tell([f"Write it into the file: {command('diff', path, checks)} --apply"] if is_terminal else [])
    return _SOMETHING_TO_DO if lines or any(_is_left(one) for one in done) else _NOTHING_TO_DO


def _apply(edited: Editable, text: str, done: Sequence[Mended]) -> None:
    backup = edited.write(text)
    after = done[-1].report
    score = after.score
    draw = Terminal.of(sys.stdout)
    told = [f"✓ {one.check.rule.title}" for one in done if one.obstacle is None]
    told.append(f"Written to {edited.file}; as it was before: {os.path.basename(backup)}")
    told.append(f"{score.earned} of {score.possible}" + (f" and {score.bonus} extra" if score.bonus else ""))
    if after.next_check is not None:
        told.append(f"Next: {after.next_check.rule.title}")
    elif any(not one.check.rule.bonus for one in done):
        told.append("Complete: every check passes. Deploy it, and check again with --deployed.")
    write_stream(sys.stdout, "".join(f"{line}\n" for each in told for line in draw.wrapped(draw.foreign(each))))


def _is_left(one: Mended) -> bool:
    return one.obstacle not in (None, "passes", "skipped")


def _explain(done: Iterable[Mended], draw: Terminal) -> None:
    """Say on stderr what an edit is about and what is left to do, or why there is none and where to edit instead."""
    for one in done:
        lines = list(heading(one.check, draw))
        then = [one.check.rule.help.then] if one.check.rule.help.then else []
        for sentence in then if one.obstacle is None else why_no_edit(one):
            lines += draw.wrapped(draw.foreign(sentence), "  ")
        write_stream(sys.stderr, "\n".join(lines) + "\n\n")


def _result(report: Report, check: str) -> CheckResult:
    return next(one for one in report.checks if one.rule.id == check)


def _complete(report: Report, verb: str, path: str, draw: Terminal) -> str:
    left = [check for check in report.checks if check.rule.bonus and check.outcome != "pass"]
    if not left:
        return draw.drawable("Every check passes, extra credit too.\n")
    lines = [_COMPLETE, *(f"  {command(verb, path, [check.rule.id])}" for check in left)]
    return "".join(f"{draw.drawable(line)}\n" for line in lines)


def _tell(remarks: Iterable[str]) -> None:
    draw = Terminal.of(sys.stderr)
    for remark in remarks:
        write_stream(sys.stderr, f"{draw.foreign(remark)}\n")


def command(verb: str, path: str, checks: Sequence[str] = ()) -> str:
    """How to say it, as typed in a shell."""
    return " ".join(["rydecheck", verb, *checks, *([shlex.quote(path)] if path != "." else [])])


def checks_and_path(names: Sequence[str], pack: RulePack) -> tuple[str, list[str]]:
    """The path and the ids of the checks that are named, in any order; a step stands for all its checks.

    Raises UsageError for a name that is neither, and for a second path.
    """
    steps = {step.id: [rule.id for rule in pack.rules if rule.step == step.id] for step in pack.steps}
    known = {rule.id: [rule.id] for rule in pack.rules}
    checks: list[str] = []
    paths: list[str] = []
    for name in names:
        if name in known or name in steps:
            checks += known.get(name) or steps[name]
        elif os.path.lexists(name) or os.sep in name:
            paths.append(name)
        else:
            pack.rule(name)
    if len(paths) > 1:
        raise UsageError(f"there are two paths, {paths[0]} and {paths[1]}; name one.")
    return (paths[0] if paths else "."), list(dict.fromkeys(checks))
