"""GitHub Actions: annotations at the lines of the file, and below them the report as the log of the step.

GitHub shows the first ten annotations of a kind that a step prints, so the next thing to do comes first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from checker.report import Report
from checker.reporters.class_text import ClassText
from checker.reporters.formats.concerns import Concern, Level, concerns
from checker.reporters.formats.places import Places
from checker.reporters.formats.several import one_or_class
from checker.reporters.formats.told import hint
from checker.reporters.formats.workflow_commands import command, without_commands
from checker.reporters.lines import every_check_passes, nothing_applies, points
from checker.reporters.text import render as render_text
from checker.wording import name_line, sentence, visible

MOST = 10
"""Annotations of a kind that GitHub shows of a step."""

_COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}
# The runner cuts a message at 4,096 characters, and what helps stands at its end.
_LONGEST = 2000
_LONGEST_NAME = 100
_SENTENCE = re.compile(r"(?<=[.!?])\s")


def render(reports: Iterable[Report], places: Places) -> str:
    """Workflow commands and a text for people, no line of which is a command."""
    found = one_or_class(reports)
    parts = _of_one(found, places) if isinstance(found, Report) else _of_class(found, places)
    return "".join(f"{part}\n" for part in parts)


def _of_one(report: Report, places: Places) -> Iterator[str]:
    annotations = _Annotations()
    for concern in _next_first(report):
        annotations.add(concern, _annotation(concern, report, places))
    yield from annotations.shown()
    is_complete = report.status == "complete" and not nothing_applies(report)
    if is_complete and any(not check.rule.bonus for check in report.checks):
        yield command("notice", _complete(report), {"title": "Complete"})
    yield from annotations.left()
    if report.error is None:
        yield ""
        yield _log(render_text(places.from_top(report)))


def _of_class(reports: Iterable[Report], places: Places) -> Iterator[str]:
    annotations = _Annotations()
    text: ClassText | None = None
    for report in reports:
        text = text or ClassText(report.module)
        text.add(report, "")
        who = _bounded(report.person.name or report.submission.id, _LONGEST_NAME)
        for number, concern in enumerate(_next_first(report)):
            annotations.add(concern, _annotation(concern, report, places, who), is_next=number == 0)
    yield from annotations.shown()
    if text is not None:
        yield ""
        yield _log(text.render())
    yield from annotations.left()


def _log(text: str) -> str:
    return without_commands(visible(text.rstrip("\n")))


def _next_first(report: Report) -> list[Concern]:
    """What is annotated, the next thing to do first; words about the linting alone stand in the text."""
    told = [one for one in concerns(report) if one.lint is None or one.lint.is_finding]
    following = report.next_check
    return sorted(told, key=lambda one: one.check is None or one.check is not following)


def _annotation(concern: Concern, report: Report, places: Places, who: str = "") -> str:
    """The command; with `who` it is for an instructor, whom no hint helps."""
    said = [_bounded(concern.message, _LONGEST)]
    check = concern.check
    if check is not None and not check.file_is_right:
        said.append(f"Why: {_SENTENCE.split(check.rule.why, maxsplit=1)[0]}")
        if not who:
            said += hint(report, check, places)
    title = ("Extra credit: " if check is not None and check.rule.bonus else "") + concern.title
    properties = {"title": f"{who}: {title}" if who else title}
    if concern.evidence:
        at = concern.evidence[0]
        line = str(at.line)
        file = name_line(places.path(report, at.file))
        properties |= {"file": file, "line": line, "endLine": line, "col": str(at.column)}
    return command(_COMMANDS[concern.level], "\n".join(said), properties)


def _complete(report: Report) -> str:
    told = f"{sentence(every_check_passes(report))}: {points(report.score)}."
    journey = report.journey
    return f"{told} {name_line(journey.sentence)}" if journey is not None and journey.state != "open" else told


def _bounded(text: str, most: int) -> str:
    """A text that may hold what was handed in: one line, and not too long."""
    line = name_line(text)
    return line if len(line) <= most else f"{line[:most]}…"


class _Annotations:
    """The annotations that GitHub has room for, what is next for somebody before the rest, and how many are left."""

    def __init__(self) -> None:
        self._count: Counter[Level] = Counter()
        self._first: dict[Level, list[str]] = {level: [] for level in _COMMANDS}
        self._later: dict[Level, list[str]] = {level: [] for level in _COMMANDS}

    def add(self, concern: Concern, text: str, *, is_next: bool = True) -> None:
        self._count[concern.level] += 1
        kept = (self._first if is_next else self._later)[concern.level]
        if len(kept) < MOST:
            kept.append(text)

    def shown(self) -> Iterator[str]:
        for level in _COMMANDS:
            yield from [*self._first[level], *self._later[level]][:MOST]

    def left(self) -> Iterator[str]:
        """A line that says how many more there are, if there are."""
        more = [(self._count[level] - MOST, name) for level, name in _COMMANDS.items() if self._count[level] > MOST]
        if more:
            told = " and ".join(f"{count} more {name}{'' if count == 1 else 's'}" for count, name in more)
            yield f"GitHub shows {MOST} annotations of a kind, so {told} cannot be seen there."
