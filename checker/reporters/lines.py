"""The lines that all views for a terminal share: how far, a step, a check's mark, and a place in a file."""

from __future__ import annotations

from collections.abc import Iterator

from checker.report import CheckResult, Evidence, Report, Score
from checker.reporters.terminal import Terminal
from checker.rulepack import Step
from checker.wording import as_argument, columns

_MARKS = {
    "pass": ("✓", "pass", "green"),
    "fail": ("✗", "fails", "red"),
    "unknown": ("?", "unknown", "yellow"),
    "skipped": ("–", "skipped", "dim"),
}
_OPTIONAL = ("○", "open", "dim")
_LINES_AROUND = 2

SPARKLE = "✦"
"""In front of what has just turned green."""

NOTHING_TO_CHECK = "nothing to check"
NOTHING_APPLIES = "Nothing of this applies here."

INDENT = 12
"""Columns in front of a check's title, and of what belongs to it."""


def identity(report: Report, draw: Terminal) -> str:
    """Whose service this is, and where it goes: `chidi · wild-rydes-ride-record · stage dev · us-east-2`."""
    one = report.submission
    names = [one.service, f"stage {one.stage}" if one.stage else None, one.region, one.stack]
    return draw.foreign_line(" · ".join(dict.fromkeys(name for name in (one.id, *names) if name)))


def progress(report: Report, draw: Terminal) -> str:
    """The points as a bar and as numbers."""
    score = report.score
    told, also, bonus = points(score).partition(" and ")
    if nothing_applies(report):
        return draw.paint(NOTHING_TO_CHECK, "bold")
    bar = draw.bar(score.earned, score.possible) if score.possible else ""
    return f"{bar}{draw.paint(told, 'bold')}{also}{bonus}"


def nothing_applies(report: Report) -> bool:
    """Whether each check that was asked for is for another service, or for another source."""
    return bool(report.checks) and all(check.outcome == "skipped" for check in report.checks)


def points(score: Score) -> str:
    """The points in words: `3 of 6 and 2 extra`."""
    if not score.possible:
        return f"{score.bonus} extra"
    return f"{score.earned:g} of {score.possible:g}" + (f" and {score.bonus} extra" if score.bonus else "")


def step_title(step: Step, checks: list[CheckResult], draw: Terminal) -> str:
    """The title of a step, and at the right how many of its checks pass."""
    told = tally(checks)
    title = draw.cut(draw.drawable(step.title), draw.width - 4 - len(told))
    room = draw.width - 2 - len(title) - len(told)
    return draw.paint(title, "bold") + " " * room + draw.paint(told, "dim")


def tally(checks: list[CheckResult]) -> str:
    """How many of a step's checks pass: `3 of 4`, or why none of them counts."""
    counted = [check for check in checks if not check.rule.bonus and check.outcome != "skipped"]
    done = sum(check.outcome == "pass" for check in counted)
    return f"{done} of {len(counted)}" if counted else other_service(checks) or "optional"


def other_service(checks: list[CheckResult]) -> str:
    """For which other service all of these checks are: `for wild-rydes`; empty where one is for this service."""
    services = {check.rule.service for check in checks if check.is_of_another_service}
    return f"for {services.pop()}" if len(services) == 1 and all(one.is_of_another_service for one in checks) else ""


def complete(report: Report) -> str:
    """That nothing is left to do."""
    return f"Complete: {every_check_passes(report)}."


def every_check_passes(report: Report) -> str:
    """The words for it, within a sentence."""
    here = " of this service" if any(check.is_of_another_service for check in report.checks) else ""
    return f"every check{here} passes"


def check_line(check: CheckResult, right: str, draw: Terminal, *, fresh: bool = False) -> tuple[str, bool]:
    """A check with its mark, word and title, and `right` at the end; whether there was room for that.

    A check that passes since the last save is `fresh`, and drawn so.
    """
    sign, word, style = mark(check, check.outcome)
    title = check.rule.title + (" (another way)" if check.equivalent else "")
    left = draw.drawable(f"  {SPARKLE if fresh else sign} {word:<8}")
    room = draw.width - 2 - len(left) - len(title) - len(right)
    shown = draw.cut(draw.drawable(title), draw.width - 1 - len(left))
    tail = " " * room + draw.paint(draw.drawable(right), "dim") if room >= 2 else ""
    if fresh:
        return draw.paint(left + shown, "bold", "green") + tail, bool(tail)
    return draw.paint(left, style) + shown + tail, bool(tail)


def mark(check: CheckResult, outcome: str) -> tuple[str, str, str]:
    """Mark, word and style of an outcome; extra credit that fails is only open."""
    return _OPTIONAL if check.rule.bonus and outcome == "fail" else _MARKS[outcome]


def excerpt(evidence: Evidence, draw: Terminal, around: int = _LINES_AROUND) -> Iterator[str]:
    """The place of an evidence, and its line marked among those `around` it."""
    if evidence.is_live:
        told = f"{evidence.file} {evidence.path}".rstrip()
        yield from (draw.paint(line, "dim") for line in draw.wrapped(draw.foreign_line(told), "  "))
        return
    yield place(evidence, draw)
    yield from numbered(evidence.excerpt, evidence.line, draw, around)


def place(evidence: Evidence, draw: Terminal) -> str:
    """Where an evidence stands: `serverless.yml:46:5  provider.iamRoleStatements[1].Resource`."""
    where = draw.foreign_line(f"  {evidence.file}:{evidence.line}:{evidence.column}")
    path = draw.foreign_line(f"  {evidence.path}") if evidence.path else ""
    return where + draw.paint(draw.cut(path, draw.width - 1 - columns(where)), "dim")


def numbered(
    lines: tuple[tuple[int, str], ...], line: int, draw: Terminal, around: int = _LINES_AROUND
) -> Iterator[str]:
    """Lines of a file with their numbers, `line` marked, and no more than `around` on each side of it."""
    for number, text in lines:
        if abs(number - line) > around:
            continue
        marked = number == line
        told = f"{'  >' if marked else '   '}{number:>5} | {draw.foreign_line(text)}"
        yield draw.paint(draw.cut(told, draw.width - 1), "red" if marked else "dim")


def questions(report: Report) -> str:
    """How many of the module's questions are answered."""
    answered = sum(answer.answer is not None for answer in report.answers)
    return f"Questions: {answered} of {len(report.answers)} answered in ANSWERS.md"


def hint_command(report: Report, check: CheckResult) -> str:
    """How to ask for a hint, as typed in a shell: of the same service, where there is a file."""
    path, module = report.submission.path, report.module.files.option
    if not path:
        return f"rydecheck explain {check.rule.id} --hint 1{module}"
    words = ["rydecheck hint"]
    if check is not report.next_check:
        words.append(check.rule.id)
    if path != ".":
        import shlex

        words.append(shlex.quote(as_argument(path)))
    return " ".join(words) + module + report.options


def diff_style(line: str) -> tuple[str, ...]:
    """How a line of a diff is painted."""
    if line.startswith(("+++", "---")):
        return ("bold",)
    return {"+": ("green",), "-": ("red",), "@": ("blue",)}.get(line[:1], ())
