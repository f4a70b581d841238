"""The report for a learner's terminal: how far, what passes, and the one next thing."""

from __future__ import annotations

from collections.abc import Iterator

from checker.report import CheckResult, Evidence, Note, Report
from checker.reporters.terminal import Terminal
from checker.rulepack import Step

_MARKS = {
    "pass": ("✓", "pass", "green"),
    "fail": ("✗", "fails", "red"),
    "unknown": ("?", "unknown", "yellow"),
    "skipped": ("–", "skipped", "dim"),
}
_OPTIONAL = ("○", "open", "dim")
_SOURCES = {"file": "file", "stack": "deployed"}
_LINES_AROUND = 2


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
    one = report.submission
    names = [one.service, f"stage {one.stage}" if one.stage else None, one.region, one.stack]
    yield draw.paint(draw.foreign(report.module.title), "bold")
    identity = draw.foreign(" · ".join(dict.fromkeys(name for name in (one.id, *names) if name)))
    yield from (draw.paint(line, "dim") for line in draw.wrapped(identity))
    yield ""
    yield _progress(report, draw)


def _progress(report: Report, draw: Terminal) -> str:
    score = report.score
    if not score.possible:
        return draw.paint(f"{score.bonus} extra", "bold")
    bonus = f" and {score.bonus} extra" if score.bonus else ""
    return draw.bar(score.earned, score.possible) + draw.paint(f"{score.earned} of {score.possible}", "bold") + bonus


def _step(step: Step, checks: list[CheckResult], draw: Terminal, said: set[Note]) -> Iterator[str]:
    counted = [check for check in checks if not check.rule.bonus and check.outcome != "skipped"]
    done = sum(check.outcome == "pass" for check in counted)
    progress = f"{done} of {len(counted)}" if counted else "optional"
    title = _cut(draw.drawable(step.title), draw.width - 4 - len(progress), draw)
    room = draw.width - 2 - len(title) - len(progress)
    yield draw.paint(title, "bold") + " " * room + draw.paint(progress, "dim")
    for check in checks:
        yield from _check(check, draw, said)


def _check(check: CheckResult, draw: Terminal, said: set[Note]) -> Iterator[str]:
    """One check; a note that others have too stands at the first of them only."""
    mark, word, style = _mark(check, check.outcome)
    title = check.rule.title + (" (another way)" if check.equivalent else "")
    left = f"  {mark} {word:<8}"
    right = _by_source(check) if len(check.verdicts) > 1 else check.rule.id
    room = draw.width - 2 - len(left) - len(title) - len(right)
    shown = _cut(draw.drawable(title), draw.width - 1 - len(left), draw)
    tail = " " * room + draw.paint(draw.drawable(right), "dim") if room >= 2 else ""
    yield draw.paint(draw.drawable(left), style) + shown + tail
    if len(check.verdicts) > 1 and not tail:
        yield " " * len(left) + draw.paint(draw.drawable(right), "dim")
    for note in check.notes:
        if note in said:
            continue
        said.add(note)
        yield from (draw.paint(each, "yellow") for each in draw.wrapped(f"note: {note.message}", " " * len(left)))


def _by_source(check: CheckResult) -> str:
    """The mark of each source: `file ✓  deployed ✗`."""
    return "  ".join(f"{_SOURCES[source]} {_mark(check, one.outcome)[0]}" for source, one in check.verdicts.items())


def _mark(check: CheckResult, outcome: str) -> tuple[str, str, str]:
    """Mark, word and style of an outcome; extra credit that fails is only open."""
    return _OPTIONAL if check.rule.bonus and outcome == "fail" else _MARKS[outcome]


def _lint(report: Report, draw: Terminal) -> Iterator[str]:
    """What would break the deployment: a place with its line, and what is wrong there."""
    if not report.lint:
        return
    found = any(note.is_finding for note in report.lint)
    yield draw.paint("Would break the deployment" if found else "The deployment", "bold")
    for note in report.lint:
        for evidence in note.evidence[:1]:
            yield from _excerpt(evidence, draw, lines_around=0)
        yield from draw.wrapped(note.message, "    " if note.is_finding else "  ")


def _next(report: Report, draw: Terminal) -> Iterator[str]:
    check = report.next_check
    if check is None and all(one.rule.bonus for one in report.checks):
        return  # nothing that had to be done was asked for
    if check is None:
        yield draw.paint(draw.drawable("Complete: every check passes."), "bold", "green")
        if report.journey is not None and report.journey.state == "whole":
            yield from draw.wrapped(report.journey.sentence)
        return
    yield from (draw.paint(line, "bold") for line in draw.wrapped(f"Next: {check.rule.title}"))
    evidence = check.deciding.evidence
    if evidence:
        yield ""
        yield from _excerpt(evidence[0], draw)
    yield ""
    yield from draw.wrapped(check.message, "  ")
    live = check.verdicts.get("stack")
    if live is not None and live.outcome == check.outcome and live.message != check.message:
        yield from draw.wrapped(f"Deployed: {live.message}", "  ")
    if check.file_is_right:
        if check.outcome == "fail":
            yield from draw.wrapped(report.module.common.deploy, "  ")
        return
    yield from (draw.paint(line, "dim") for line in draw.wrapped(f"Why: {check.rule.why}", "  "))
    yield ""
    yield f"  A hint: {draw.paint(f'rydecheck explain {check.rule.id} --hint 1', 'bold')}"


def _excerpt(evidence: Evidence, draw: Terminal, lines_around: int = _LINES_AROUND) -> Iterator[str]:
    if evidence.is_live:
        yield from (draw.paint(line, "dim") for line in draw.wrapped(f"{evidence.file} {evidence.path}".rstrip(), "  "))
        return
    place = f"  {evidence.file}:{evidence.line}:{evidence.column}"
    path = f"  {evidence.path}" if evidence.path else ""
    yield draw.foreign(place) + draw.paint(_cut(draw.foreign(path), draw.width - 1 - len(place), draw), "dim")
    for number, text in evidence.excerpt:
        if abs(number - evidence.line) > lines_around:
            continue
        marked = number == evidence.line
        line = f"{'  >' if marked else '   '}{number:>5} | {draw.foreign(text)}"
        yield draw.paint(_cut(line, draw.width - 1, draw), "red" if marked else "dim")


def _cut(text: str, room: int, draw: Terminal) -> str:
    text = text.rstrip()
    if len(text) <= room:
        return text
    end = draw.drawable("…")
    return text[: max(0, room - len(end))] + end


def _questions(report: Report, draw: Terminal) -> Iterator[str]:
    if not report.answers or not any("file" in check.verdicts for check in report.checks):
        return  # a stack alone holds no answers
    answered = sum(answer.answer is not None for answer in report.answers)
    line = f"Questions: {answered} of {len(report.answers)} answered in ANSWERS.md"
    yield draw.paint(draw.drawable(line), "dim")
