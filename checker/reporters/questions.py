"""A module's questions and what of them is answered, for `rydecheck questions`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.report import Answer
from checker.reporters.terminal import Terminal
from checker.rulepack import RulePack

_ANSWERED, _OPEN = ("✓", "green"), ("○", "dim")


def render(pack: RulePack, answers: Sequence[Answer], file: str, draw: Terminal, *, lacks_headings: bool) -> str:
    """The questions in the module's order, each with the first line of its answer; `file` is where they stand.

    It says how to get headings where the file lacks some.
    """
    lines = [*_lines(pack, answers, file, draw)]
    if lacks_headings:
        command = f"rydecheck questions --write{pack.files.option}"
        advice = f"`{command}` adds to {file} a heading for each question that has none."
        lines += ["", *draw.wrapped(advice)]
    return "\n".join(lines) + "\n"


def _lines(pack: RulePack, answers: Sequence[Answer], file: str, draw: Terminal) -> Iterator[str]:
    yield draw.paint(draw.drawable(pack.title), "bold")
    if not answers:
        yield "This module asks no questions."
        return
    answered = sum(one.answer is not None for one in answers)
    yield draw.paint(draw.drawable(f"{answered} of {len(answers)} answered in {file}"), "dim")
    for one in answers:
        yield ""
        mark, style = _OPEN if one.answer is None else _ANSWERED
        yield draw.paint(draw.drawable(f"  {mark} "), style) + draw.paint(draw.drawable(one.id), "bold")
        yield from draw.wrapped(one.question, "    ")
        if one.answer is None:
            yield draw.paint("    not answered yet", "dim")
        else:
            first = next(line for line in one.answer.splitlines() if line.strip())
            yield draw.paint(draw.cut(f"    {draw.foreign_line(first.strip())}", draw.width - 1), "dim")


def written(file: str, added: Sequence[str], all_ids: Sequence[str], *, is_new: bool) -> str:
    """What was written, in one line."""
    if not added:
        return f"Nothing to write: {file} has a place for each of the {len(all_ids)} questions.\n"
    headings = f"{len(added)} heading{'' if len(added) == 1 else 's'}: {', '.join(added)}"
    return f"Wrote {file} with {headings}.\n" if is_new else f"Added to {file} {headings}. What stood there stays.\n"
