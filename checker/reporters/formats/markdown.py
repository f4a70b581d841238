"""Markdown for the summary of a step in GitHub Actions, or a comment in GitHub or GitLab: how far, and what is next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.report import CheckResult, Evidence, Report
from checker.reporters.formats import gfm
from checker.reporters.formats.concerns import concerns
from checker.reporters.formats.concerns import places as places_of
from checker.reporters.formats.markdown_class import render_class
from checker.reporters.formats.places import Places
from checker.reporters.formats.several import one_or_class
from checker.reporters.lines import (
    NOTHING_APPLIES,
    NOTHING_TO_CHECK,
    complete,
    hint_command,
    nothing_applies,
    points,
    questions,
    tally,
)
from checker.reporters.terminal import Terminal
from checker.wording import sentence

_STATES = {"pass": "✅ pass", "fail": "❌ fails", "unknown": "❓ unknown", "skipped": "➖ skipped"}
_OPEN = "⚪ open"
_LINES_AROUND = 2


def render(reports: Iterable[Report], places: Places) -> str:
    """The report of one submission, or a table of a class."""
    found = one_or_class(reports)
    if not isinstance(found, Report):
        return render_class(found)
    return "\n\n".join(_parts(found, places)) + "\n"


def _parts(report: Report, places: Places) -> Iterator[str]:
    yield f"## {gfm.plain(report.module.title)}"
    if report.error is not None:
        yield from _error(report, places)
        return
    yield _identity(report)
    yield _progress(report)
    yield _steps(report)
    yield from _next(report, places)
    yield from _others(report, places)
    yield from _notes(report)
    yield from _lint(report, places)
    yield from _journey(report)
    if report.answers and any("file" in check.verdicts for check in report.checks):
        yield questions(report)


def _error(report: Report, places: Places) -> Iterator[str]:
    error = report.error
    assert error is not None
    yield f"### ❌ {gfm.plain(next(concerns(report)).title)}"
    if error.file is not None and error.line is not None:
        at = Evidence(error.file, error.line, error.column or 1, "", report.error_excerpt)
        yield from _place(at, report, places)
    elif error.file is not None and error.code != "not-found":
        yield gfm.code(places.path(report, error.file))
    yield gfm.said(f"{sentence(error.message)} {error.advice}")


def _identity(report: Report) -> str:
    one = report.submission
    named = {"": one.id, "service": one.service, "stage": one.stage, "region": one.region, "stack": one.stack}
    return " · ".join(f"{name} {gfm.code(value)}".strip() for name, value in named.items() if value)


def _progress(report: Report) -> str:
    score = report.score
    if nothing_applies(report):
        return f"**{NOTHING_TO_CHECK}**"
    bar = Terminal().bar(score.earned, score.possible).strip() + " " if score.possible else ""
    return f"{bar}**{points(score)}**"


def _steps(report: Report) -> str:
    """All checks, each step with a row of its own above them; a column for each source where there are two."""
    both = any(len(check.verdicts) > 1 for check in report.checks)
    head = ["State", *(["File", "Deployed"] if both else []), "Check", "Id"]
    rows: list[list[str]] = []
    for step, checks in report.steps():
        rows.append(["", *(["", ""] if both else []), f"**{gfm.plain(step.title)}**", gfm.plain(tally(checks))])
        for check in checks:
            by_source = [_in(check, "file"), _in(check, "stack")] if both else []
            title = gfm.plain(check.rule.title) + (" (another way)" if check.equivalent else "")
            states = [_state(check, check.outcome), *by_source]
            # In five columns a word would go below its sign.
            shown = [state.replace(" ", "&nbsp;") for state in states] if both else states
            rows.append([*shown, title, gfm.code(check.rule.id)])
    return gfm.table(head, rows)


def _state(check: CheckResult, outcome: str) -> str:
    return _OPEN if check.rule.bonus and outcome == "fail" else _STATES[outcome]


def _in(check: CheckResult, source: str) -> str:
    verdict = {str(name): one for name, one in check.verdicts.items()}.get(source)
    return "" if verdict is None else _state(check, verdict.outcome)


def _next(report: Report, places: Places) -> Iterator[str]:
    check = report.next_check
    if nothing_applies(report):
        yield f"### {NOTHING_APPLIES.rstrip('.')}"
        return
    if check is None:
        if any(not one.rule.bonus for one in report.checks):
            yield f"### ✅ {complete(report).rstrip('.')}"
        return
    yield f"### Next: {gfm.plain(check.rule.title)}"
    evidence = places_of(check) or check.deciding.evidence
    if evidence:
        yield from _place(evidence[0], report, places)
    yield gfm.said(check.message)
    if check.message_of_stack is not None:
        yield f"**Deployed:** {gfm.said(check.message_of_stack)}"
    if check.file_is_right:
        if check.outcome == "fail":
            yield gfm.said(report.module.common.deploy)
        return
    yield f"**Why:** {gfm.said(check.rule.why)}"
    if check.has_hints:
        yield from _hints(check, places.from_top(report))


def _place(at: Evidence, report: Report, places: Places) -> Iterator[str]:
    """The place of an evidence as text, without a link, and the lines around it with that line marked."""
    path = f" in {gfm.code(at.path)}" if at.path else ""
    yield _where(at, report, places) + path
    lines = [
        f"{'>' if number == at.line else ' '}{number:>4} | {text}".rstrip()
        for number, text in at.excerpt
        if abs(number - at.line) <= _LINES_AROUND
    ]
    if lines:
        yield gfm.block(lines)


def _where(at: Evidence, report: Report, places: Places) -> str:
    return gfm.code(at.file if at.is_live else f"{places.path(report, at.file)}:{at.line}:{at.column}")


def _hints(check: CheckResult, report: Report) -> Iterator[str]:
    """The first hint in sight, each stronger one behind the one before it, and the answer last."""
    ladder = check.rule.ladder(check.reason)
    yield f"> 💡 **A hint:** {gfm.said(ladder[0])}"
    folded = ""
    for number in range(len(ladder), 1, -1):
        summary = "The answer" if number == len(ladder) else "A stronger hint"
        folded = gfm.details(summary, gfm.said(ladder[number - 1]), *([folded] if folded else []))
    if folded:
        yield folded
    yield f"The same in a terminal: {gfm.code(hint_command(report, check))}"


def _others(report: Report, places: Places) -> Iterator[str]:
    """What else is open or was tried, a line each."""
    others = [one for one in concerns(report) if one.check is not None and one.check is not report.next_check]
    if not others:
        return
    lines = []
    for one in others:
        assert one.check is not None
        where = f" {_where(one.evidence[0], report, places)}" if one.evidence else ""
        optional = " (optional)" if one.check.rule.bonus else ""
        state = _state(one.check, one.check.outcome).partition(" ")[0]
        lines.append(f"- {state} **{gfm.plain(one.title)}**{optional}{where}<br>{gfm.said(one.message)}")
    yield gfm.details(f"{len(others)} more after that", "\n".join(lines))


def _notes(report: Report) -> Iterator[str]:
    notes = dict.fromkeys(note.message for check in report.checks for note in check.notes)
    if notes:
        yield "**Notes**"
        yield "\n".join(f"- {gfm.said(message)}" for message in notes)


def _lint(report: Report, places: Places) -> Iterator[str]:
    """What would break the deployment: a place with its line, and what is wrong there."""
    if not report.lint:
        return
    found = any(note.is_finding for note in report.lint)
    yield "### Would break the deployment" if found else "### The deployment"
    lines = []
    for note in report.lint:
        at = next(iter(note.evidence), None)
        text = "" if at is None else next((text.strip() for number, text in at.excerpt if number == at.line), "")
        shown = f" {gfm.code(text)}" if text else ""
        lines.append("- " + (f"{_where(at, report, places)}{shown}<br>" if at else "") + gfm.said(note.message))
    yield "\n".join(lines)


def _journey(report: Report) -> Iterator[str]:
    if report.journey is not None:
        yield f"**{gfm.plain(report.journey.title)}:** {gfm.said(report.journey.sentence)}"
