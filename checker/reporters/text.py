"""The report for a learner's terminal: how far, what passes, and the one next thing."""

from __future__ import annotations

from collections.abc import Iterator

from checker.report import CheckResult, Note, Report
from checker.reporters.lines import (
    INDENT,
    NOTHING_APPLIES,
    check_line,
    complete,
    excerpt,
    hint_command,
    identity,
    mark,
    nothing_applies,
    other_service,
    progress,
    questions,
    step_title,
)
from checker.reporters.terminal import Terminal
from checker.rulepack import Step

_SOURCES = {"file": "file", "stack": "deployed"}


def render(report: Report, terminal: Terminal | None = None) -> str:
    """The report as text, with a line end; empty when there is an error, which stands on stderr alone."""
    if report.error is not None:
        return ""
    draw = terminal or Terminal()
    said: set[Note] = set()
    parts = [_head(report, draw), *(_step(step, checks, draw, said) for step, checks in report.steps())]
    parts.append(_lint(report, draw))
    parts.append(_next(report, draw))
    parts.append(_questions(report, draw))
    return "\n".join("\n".join(lines) + "\n" for lines in (list(part) for part in parts) if lines)


def _head(report: Report, draw: Terminal) -> Iterator[str]:
    yield draw.paint(draw.foreign(report.module.title), "bold")
    yield from (draw.paint(line, "dim") for line in draw.wrapped(identity(report, draw)))
    yield ""
    yield progress(report, draw)


def _step(step: Step, checks: list[CheckResult], draw: Terminal, said: set[Note]) -> Iterator[str]:
    yield step_title(step, checks, draw)
    for check in checks if not other_service(checks) else ():
        yield from _check(check, draw, said)


def _check(check: CheckResult, draw: Terminal, said: set[Note]) -> Iterator[str]:
    """One check; a note that others have too stands at the first of them only."""
    right = _by_source(check) if len(check.verdicts) > 1 else check.rule.id
    line, fits = check_line(check, right, draw)
    yield line
    if len(check.verdicts) > 1 and not fits:
        yield " " * INDENT + draw.paint(draw.drawable(right), "dim")
    for note in check.notes:
        if note in said:
            continue
        said.add(note)
        yield from (draw.paint(each, "yellow") for each in draw.wrapped(f"note: {note.message}", " " * INDENT))


def _by_source(check: CheckResult) -> str:
    """The mark of each source: `file ✓  deployed ✗`."""
    return "  ".join(f"{_SOURCES[source]} {mark(check, one.outcome)[0]}" for source, one in check.verdicts.items())


def _lint(report: Report, draw: Terminal) -> Iterator[str]:
    """What would break the deployment: a place with its line, and what is wrong there."""
    if not report.lint:
        return
    found = any(note.is_finding for note in report.lint)
    yield draw.paint("Would break the deployment" if found else "The deployment", "bold")
    for note in report.lint:
        for evidence in note.evidence[:1]:
            yield from excerpt(evidence, draw, around=0)
        yield from draw.wrapped(note.message, "    " if note.is_finding else "  ")


def _next(report: Report, draw: Terminal) -> Iterator[str]:
    check = report.next_check
    if check is None and all(one.rule.bonus for one in report.checks):
        return  # nothing that had to be done was asked for
    if nothing_applies(report):
        yield from draw.wrapped(NOTHING_APPLIES)
        return
    if check is None:
        yield from (draw.paint(line, "bold", "green") for line in draw.wrapped(complete(report)))
        if report.journey is not None and report.journey.state != "open":
            style = () if report.journey.state == "whole" else ("yellow",)
            yield from (draw.paint(line, *style) for line in draw.wrapped(report.journey.sentence))
        return
    yield from (draw.paint(line, "bold") for line in draw.wrapped(f"Next: {check.rule.title}"))
    yield ""
    yield from open_check(report, check, hint_command(report, check), draw)


def open_check(report: Report, check: CheckResult, hint: str, draw: Terminal) -> Iterator[str]:
    """What is open in a check: the place and its lines, what is wrong there, why it matters, and how to get a hint.

    `hint` is the command for that, as typed in a shell; it is left out where no hint leads on.
    """
    evidence = check.deciding.evidence
    if evidence:
        yield from excerpt(evidence[0], draw)
        yield ""
    yield from draw.wrapped(check.message, "  ")
    if check.message_of_stack is not None:
        yield from draw.wrapped(f"Deployed: {check.message_of_stack}", "  ")
    if check.file_is_right:
        if check.outcome == "fail":
            yield from draw.wrapped(report.module.common.deploy, "  ")
        return
    yield from (draw.paint(line, "dim") for line in draw.wrapped(f"Why: {check.rule.why}", "  "))
    if check.has_hints:
        yield ""
        yield f"  A hint: {draw.paint(draw.foreign_line(hint), 'bold')}"


def _questions(report: Report, draw: Terminal) -> Iterator[str]:
    if not report.answers or not any("file" in check.verdicts for check in report.checks):
        return  # a stack alone holds no answers
    yield draw.paint(draw.drawable(questions(report)), "dim")
