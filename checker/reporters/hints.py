"""Hints, one by one, and what goes with an edit, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from checker.report import CheckResult
from checker.reporters.lines import diff_style
from checker.reporters.terminal import Terminal
from checker.rulepack import fill
from checker.wording import name_line

if TYPE_CHECKING:
    from checker.edits.mending import Mended


def render_hint(check: CheckResult, number: int, again: str, draw: Terminal) -> str:
    """The hint of that number, counted from 1, for the reason of the check; `again` is how to ask for the next."""
    ladder = check.rule.ladder(check.reason)
    lines = [*heading(check, draw), *_hint(ladder, number, draw)]
    if number < len(ladder):
        lines.append(draw.paint(draw.foreign_line(f"A stronger one: {again}"), "dim"))
    else:
        lines += (draw.paint(line, "dim") for line in draw.wrapped("That was the last hint. The edit itself:"))
        lines.append(draw.paint(draw.foreign_line(again.replace("hint", "diff", 1)), "dim"))
    return "\n".join(lines) + "\n"


def render_all_hints(check: CheckResult, draw: Terminal) -> str:
    """All hints for the reason of the check, from a nudge to the answer."""
    ladder = check.rule.ladder(check.reason)
    hints = [line for number in range(1, len(ladder) + 1) for line in _hint(ladder, number, draw)]
    return "\n".join([*heading(check, draw), *hints]) + "\n"


def heading(check: CheckResult, draw: Terminal) -> Iterator[str]:
    """The check that something is about, with what is said of it."""
    reason = f" · {check.reason}" if check.reason else ""
    title = draw.paint(draw.drawable(check.rule.title), "bold")
    yield title + draw.paint(draw.drawable(f"  {check.rule.id}{reason}"), "dim")
    yield from draw.wrapped(check.message, "  ")


def _hint(ladder: Sequence[str], number: int, draw: Terminal) -> list[str]:
    return draw.wrapped(f"Hint {number} of {len(ladder)}: {ladder[number - 1]}")


def why_no_edit(one: Mended) -> list[str]:
    """Sentences on why a check was not mended: the reason, where to edit instead, and what to write there."""
    assert one.obstacle is not None
    told = [fill(one.report.module.common.no_edit[one.obstacle], {"expression": one.expression})]
    if one.obstacle in ("passes", "skipped", "other_service"):
        return told
    if one.place is not None:
        told.append(name_line(f"{one.place.file}:{one.place.line}:{one.place.column}  {one.place.path}".rstrip()))
    return [*told, one.check.rule.ladder(one.check.reason)[-1]] if one.check.outcome == "fail" else told


def painted(diff: Sequence[str], draw: Terminal) -> Iterator[str]:
    """The lines of a diff as a terminal shows them: coloured, and what cannot be seen spelled out."""
    for line in diff:
        yield draw.paint(draw.foreign_line(line.rstrip("\r\n")), *diff_style(line))
