"""What `rydecheck watch` shows of a service that is being edited: a screen of any size, or a few lines for each change.

The screen fits whatever the terminal's size is: what is least needed goes first, and the keys stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.report import CheckResult, Note, Report
from checker.reporters.lines import (
    INDENT,
    SPARKLE,
    check_line,
    complete,
    diff_style,
    excerpt,
    identity,
    mark,
    numbered,
    other_service,
    place,
    points,
    progress,
    questions,
    step_title,
)
from checker.reporters.terminal import Terminal
from checker.rulepack import Rule
from checker.wording import columns

_WIDEST = 100
_NARROWEST = 8  # what is narrower still is clipped
_LEAST_FOR_PANEL = 6  # rows below which a hint or a diff is no use beside the checks


class Size(NamedTuple):
    """Of a terminal, in characters."""

    columns: int
    rows: int


class Turned(NamedTuple):
    """What a save changed: the ids of the checks that pass since, of those that do no more, and whether all do now."""

    green: frozenset[str] = frozenset()
    open_again: frozenset[str] = frozenset()
    complete: bool = False


class Panel(NamedTuple):
    """A hint, or a diff with the sentences beside it, in the lower part of the screen.

    `offset` is how many of its lines are scrolled away.
    """

    title: str
    lines: tuple[str, ...]
    is_diff: bool = False
    offset: int = 0


class Look(NamedTuple):
    """All that the screen shows: the report, and what of it is new.

    `known` is the last report without an error, None when there was none. `gone` says that there is no folder any more,
    `waiting_for` is its name then. `notice` is a line of the moment, such as the place of a page. `keys` says whether
    anybody can press them.
    """

    report: Report
    known: Report | None = None
    turned: Turned = Turned()
    panel: Panel | None = None
    notice: tuple[str, ...] = ()
    gone: bool = False
    waiting_for: str = ""
    keys: bool = True


class Frame(NamedTuple):
    """The lines of a screen, never more or wider than it.

    `most` is how far the panel can be scrolled, in lines, and `page` by how much at a time.
    """

    lines: tuple[str, ...]
    most: int = 0
    page: int = 1


def turned_since(before: Report | None, now: Report) -> Turned:
    """What became of the checks since a report; nothing where one of the two could not be judged."""
    if before is None or before.error is not None or now.error is not None:
        return Turned()
    judged = {check.rule.id for check in before.checks} & {check.rule.id for check in now.checks}
    complete = now.status == "complete" and before.status != "complete"
    return Turned((now.passing - before.passing) & judged, (before.passing - now.passing) & judged, complete)


class _Detail(NamedTuple):
    """How much of everything is shown.

    `steps` is how the checks are: with titles, without, or as a row of marks. `air` is where empty lines are: from 1 on
    around the checks, from 2 on between the steps, and at 3 also in what comes below them.
    """

    steps: str = "titles"
    air: int = 0
    around: int | None = 1
    why: bool = False
    extra: bool = True
    notes: bool = False
    place: bool = True
    message: int = 100
    turned: int = 3
    questions: bool = False

    @property
    def upper(self) -> tuple[object, ...]:
        """What of it decides over the part with the checks."""
        return self.steps, min(self.air, 2), self.extra, self.notes


# From a tall screen to a small one: the first that fits is shown.
_DETAILS = (
    _Detail(air=3, around=4, why=True, notes=True, questions=True, turned=100),
    _Detail(air=3, around=2, why=True, notes=True, turned=100),
    _Detail(air=3, why=True, notes=True),
    _Detail(air=3, why=True),
    _Detail(air=3, notes=True),
    _Detail(air=3),
    _Detail(air=2),
    _Detail(air=1),
    _Detail(air=1, extra=False),
    _Detail(),
    _Detail(extra=False),
    _Detail(extra=False, around=0),
    _Detail(extra=False, around=None),
    _Detail("checks", extra=False, around=None),
    _Detail("marks", air=1, turned=2),
    _Detail("marks", around=0, turned=2),
    _Detail("marks", around=None, message=3, turned=2),
    _Detail("marks", around=None, message=2, turned=1),
    _Detail("marks", around=None, message=1, turned=1),
    _Detail("none", around=None, message=1, turned=1),
    _Detail("none", around=None, message=0, place=False, turned=0),
)


def screen(look: Look, size: Size, terminal: Terminal) -> Frame:
    """The screen of a terminal of this size, its last line the keys."""
    draw = terminal._replace(width=max(_NARROWEST, min(size.columns, _WIDEST)))
    notice = _notice(look, draw)[: max(0, size.rows - 4)]
    room = size.rows - len(notice) - 1
    if look.panel is not None:
        lines, most, page = _with_panel(look, look.panel, room, draw)
    else:
        lines, most, page = _without_panel(look, room, draw), 0, 1
    filled = [*lines[:room], *[""] * (room - len(lines)), *notice, _keys(look, draw, can_scroll=most > 0)]
    return Frame(tuple(clipped(line, size.columns - 1) for line in filled[-size.rows :]), most, page)


def _without_panel(look: Look, room: int, draw: Terminal) -> list[str]:
    """The most detailed screen that fits, or the least one."""
    upper: list[str] = []
    lower: list[str] = []
    drawn = None
    for detail in _DETAILS:
        if detail.upper != drawn:  # many differ only in what is below
            drawn = detail.upper
            upper = list(_upper(look, detail, draw))
        if len(upper) >= room and detail is not _DETAILS[-1]:
            continue
        lower = list(_lower(look, detail, draw))
        if len(upper) + len(lower) <= room:
            break
    return [*upper, *lower]


def _with_panel(look: Look, panel: Panel, room: int, draw: Terminal) -> tuple[list[str], int, int]:
    """The screen with a panel: as many checks above it as leave it the room it wants, or else a row of marks."""
    body = _panel_lines(panel, draw)
    title = [draw.paint(line, "bold") for line in _wrapped(panel.title, draw)]
    upper: list[str] = []
    for detail in (
        _Detail(air=2),
        _Detail(air=1),
        _Detail(),
        _Detail("marks", air=1),
        _Detail("marks"),
        _Detail("none"),
    ):
        upper = [*_upper(look, detail, draw), *title, *([""] if detail.air else [])]
        if len(upper) + len(body) <= room or (detail.steps == "marks" and len(upper) + _LEAST_FOR_PANEL <= room):
            break
    page = max(1, room - len(upper))
    most = max(0, len(body) - page)
    offset = min(panel.offset, most)
    return [*upper[: max(0, room - 1)], *body[offset : offset + page]], most, page


def _upper(look: Look, detail: _Detail, draw: Terminal) -> Iterator[str]:
    """Whose service this is, how far, and the checks: those of the last report that there was."""
    known = look.report if look.report.error is None else look.known
    yield _head(known or look.report, draw)
    if known is None:
        if detail.air:
            yield ""
        return
    yield progress(known, draw)
    if look.gone or look.report.error is not None:  # what was, and may be no more
        draw = draw._replace(colour=False)
        look = look._replace(turned=Turned())
    if detail.steps == "none":
        return
    if detail.steps == "marks":
        yield _marks(known, look.turned, draw)
        if detail.air:
            yield ""
        return
    said: set[Note] = set()
    for number, (step, checks) in enumerate(known.steps()):
        if not detail.extra and all(check.rule.bonus and check.outcome != "pass" for check in checks):
            continue
        if other_service(checks):
            continue
        if detail.air >= (2 if number else 1):
            yield ""
        if detail.steps == "titles":
            yield step_title(step, checks, draw)
        for check in checks:
            yield check_line(check, check.rule.id, draw, fresh=check.rule.id in look.turned.green)[0]
            for note in check.notes if detail.notes else ():
                if note not in said:
                    said.add(note)
                    told = _wrapped(f"note: {note.message}", draw, " " * INDENT)
                    yield from (draw.paint(line, "yellow") for line in told)
    if detail.air:
        yield ""


def _head(report: Report, draw: Terminal) -> str:
    """The module's title, and beside it as much of the identity as there is room for."""
    title = draw.cut(draw.foreign(report.module.title), draw.width - 1)
    room = draw.width - 4 - len(title)
    told = draw.cut(identity(report, draw), room) if room > 5 else ""
    return draw.paint(title, "bold") + (" " * (room - len(told) + 2) + draw.paint(told, "dim") if told else "")


def _marks(report: Report, turned: Turned, draw: Terminal) -> str:
    """All checks as a row of their marks, a gap between the steps."""
    groups = []
    for _, checks in report.steps():
        group = []
        for check in checks:
            sign, _, style = mark(check, check.outcome)
            fresh = check.rule.id in turned.green
            group.append(draw.paint(draw.drawable(SPARKLE if fresh else sign), style, *(["bold"] if fresh else [])))
        groups.append(" ".join(group))
    return "   ".join(groups)


def _lower(look: Look, detail: _Detail, draw: Terminal) -> Iterator[str]:
    """What has just changed, and the one next thing."""
    if look.gone:
        yield from _gone(look, detail, draw)
        return
    if look.report.error is not None:
        yield from _error(look.report, detail, draw)
        return
    news = _news(look, draw)
    if len(news) > detail.turned:
        news = [_news_in_short(look.turned, draw)] if detail.turned else []
    yield from news
    if news and detail.air > 2:
        yield ""
    check = look.report.next_check
    yield from _closing(look, detail, draw) if check is None else _next(look.report, check, detail, draw)
    yield from _lint(look.report, detail, draw)


def _lint(report: Report, detail: _Detail, draw: Terminal) -> Iterator[str]:
    """What would break the deployment, a line each; where there is little room, the first and how many more."""
    found = [note for note in report.lint or () if note.is_finding]
    if not found:
        return
    if detail.air > 2:
        yield ""
    shown = found[: _MOST_LINTS if detail.air > 2 else 1]
    more = f"  (and {len(found) - len(shown)} more: rydecheck check --lint)" if len(found) > len(shown) else ""
    yield draw.paint(_one_line(f"Would break the deployment:{more}", draw), "bold", "yellow")
    for note in shown:
        at = note.evidence[0]
        yield _one_line(f"  {at.file}:{at.line}:{at.column}  {note.message}", draw)


def _news(look: Look, draw: Terminal) -> list[str]:
    """A line for each check that turned green, and for each that is open again, in the order of the module."""
    lines = []
    for check in look.report.checks:
        if check.rule.id in look.turned.green:
            lines.append(draw.paint(_one_line(f"{SPARKLE} {check.rule.title}: green", draw), "bold", "green"))
        elif check.rule.id in look.turned.open_again:
            sign = mark(check, check.outcome)[0]
            lines.append(draw.paint(_one_line(f"{sign} {check.rule.title}: open again", draw), "bold", "yellow"))
    return lines


def _news_in_short(turned: Turned, draw: Terminal) -> str:
    """The same in one line, by number."""
    parts = []
    if turned.green:
        parts.append(draw.paint(draw.drawable(f"{SPARKLE} {_checks(len(turned.green))} turned green"), "bold", "green"))
    if turned.open_again:
        parts.append(draw.paint(f"{_checks(len(turned.open_again))} open again", "bold", "yellow"))
    return ", ".join(parts)


def _checks(count: int) -> str:
    return "1 check" if count == 1 else f"{count} checks"


def _next(report: Report, check: CheckResult, detail: _Detail, draw: Terminal) -> Iterator[str]:
    yield from (draw.paint(line, "bold") for line in _wrapped(f"Next: {check.rule.title}", draw)[: detail.message + 1])
    evidence = check.deciding.evidence
    if evidence and detail.place:
        if detail.around is None or evidence[0].is_live:
            yield place(evidence[0], draw)
        else:
            yield from excerpt(evidence[0], draw, detail.around)
    if detail.air > 2:
        yield ""
    yield from _at_most(detail.message, _wrapped(check.message, draw, "  "), draw)
    if detail.why:
        yield from (draw.paint(line, "dim") for line in _wrapped(f"Why: {check.rule.why}", draw, "  "))
    if detail.questions and report.answers:
        yield ""
        yield draw.paint(_one_line(questions(report), draw), "dim")


def _closing(look: Look, detail: _Detail, draw: Terminal) -> Iterator[str]:
    """The end of the module: that it is, what the service does now, and what could come next."""
    report = look.report
    if all(check.rule.bonus for check in report.checks):  # nothing that has to be done was asked for
        yield _one_line("Extra credit: nothing here has to be done.", draw)
        return
    headline = "That was the last one: every check passes. Well done!" if look.turned.complete else complete(report)
    told = _wrapped(f"{SPARKLE} {headline}", draw)
    yield from (draw.paint(line, "bold", "green") for line in told[: detail.message + 1])
    if report.journey is not None and report.journey.state != "open":
        if detail.air > 2:
            yield ""
        yield from _at_most(detail.message, _wrapped(report.journey.sentence, draw, "  "), draw)
    coming = list(_what_could_come(report))
    if coming and detail.message > 1:
        if detail.air > 2:
            yield ""
        yield from _at_most(detail.message, _wrapped(f"What could come next: {'; '.join(coming)}.", draw, "  "), draw)


_MOST_LINTS = 3


def _what_could_come(report: Report) -> Iterator[str]:
    optional = [_start_small(check.rule) for check in report.checks if check.rule.bonus and check.outcome != "pass"]
    if optional:
        yield f"for extra credit, {' or '.join(optional)}"
    unanswered = sum(answer.answer is None for answer in report.answers)
    if unanswered:
        yield f"{unanswered} of {len(report.answers)} questions to answer in ANSWERS.md"


def _start_small(rule: Rule) -> str:
    return rule.title[:1].lower() + rule.title[1:]


def _error(report: Report, detail: _Detail, draw: Terminal) -> Iterator[str]:
    """Why the file cannot be checked as it stands, and where."""
    error = report.error
    assert error is not None
    yield draw.paint(_one_line("This cannot be checked as it stands:", draw), "bold", "yellow")
    if error.place and detail.place:
        yield draw.paint(_one_line(f"  {error.place}", draw), "bold")
    if error.line is not None and detail.around is not None:
        yield from numbered(report.error_excerpt, error.line, draw, detail.around)
    if detail.air > 2:
        yield ""
    yield from _at_most(max(1, detail.message), _wrapped(f"{_capital(error.message)} {error.advice}", draw, "  "), draw)
    if detail.message > 2:
        yield from (draw.paint(line, "dim") for line in _wrapped("Each save is checked again.", draw, "  "))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _gone(look: Look, detail: _Detail, draw: Terminal) -> Iterator[str]:
    yield draw.paint(_one_line("The folder is not there any more.", draw), "bold", "yellow")
    told = f"It was renamed, moved or removed. As soon as there is one at {look.waiting_for}, rydecheck goes on."
    yield from _at_most(max(1, detail.message), _wrapped(told, draw, "  "), draw)


def _panel_lines(panel: Panel, draw: Terminal) -> list[str]:
    """Sentences are wrapped; a line of a diff stays one, for its first character says what it is."""
    lines: list[str] = []
    for text in panel.lines:
        if panel.is_diff and text[:1] in _DIFF_SIGNS:
            lines.append(draw.paint(draw.cut(draw.foreign_line(text), draw.width - 1), *diff_style(text)))
        else:
            lines += _wrapped(text, draw, "  ") or [""]
    return lines


_DIFF_SIGNS = ("", " ", "+", "-", "@", "\\")


def _notice(look: Look, draw: Terminal) -> list[str]:
    return [line for text in look.notice for line in _broken(draw.foreign_line(text), draw.width - 1)]


def _broken(text: str, room: int) -> list[str]:
    """The text in lines that are full: a path is copied from here, so nothing is left out of it or put between."""
    room = max(1, room)
    return [text[start : start + room] for start in range(0, len(text), room)]


def _keys(look: Look, draw: Terminal, *, can_scroll: bool) -> str:
    """The keys that do something now, as far as there is room for them; the one that leads out always."""
    if not look.keys:
        return draw.paint(_one_line("Ctrl-C ends it", draw), "dim")
    offered = []
    panel = look.panel
    if look.report.next_check is not None and not look.gone:
        if look.report.next_check.has_hints:
            offered.append(("h", "next hint" if panel is not None and not panel.is_diff else "hint"))
        offered.append(("d", "diff"))
    if panel is not None:
        offered += [("j k", "scroll")] if can_scroll else []
        offered.append(("Esc", "back"))
    elif not look.gone:
        offered.append(("o", "open the page"))
    leave = ("q", "quit")
    while offered and sum(len(key) + len(word) + 4 for key, word in (*offered, leave)) > draw.width:
        offered.pop(-1 if panel is None else 0)
    told = (f"{draw.paint(key, 'bold')} {draw.paint(word, 'dim')}" for key, word in (*offered, leave))
    return "   ".join(told)


def change_lines(look: Look, draw: Terminal) -> list[str]:
    """A change, for an output that cannot be drawn again: how far, what turned, and what is next."""
    if look.gone or look.report.error is not None:
        told = list(_lower(look, _Detail(around=0), draw))
        return [line for line in told if line]
    lines = [progress(look.report, draw), *_lower(look, _Detail(around=None, turned=100), draw)]
    return [line.rstrip() for line in lines]


def parting(look: Look, draw: Terminal) -> str:
    """Where things stand, for the moment after the last screen."""
    report = look.report
    if look.gone:
        told = f"The folder is not there any more: {look.waiting_for}"
    elif report.error is not None:
        told = str(report.error)
    elif report.next_check is None:
        told = f"{points(report.score)}. {complete(report)}"
    else:
        told = f"{points(report.score)}. Next: {report.next_check.rule.title}; rydecheck watch goes on."
    return draw.foreign(told).replace("\n", " ")


def _at_most(count: int, lines: list[str], draw: Terminal) -> list[str]:
    """The first lines, with an ellipsis where others were left out."""
    if len(lines) <= count:
        return lines
    end = draw.drawable("…")
    return [*lines[: count - 1], f"{lines[count - 1][: draw.width - 2 - len(end)]} {end}"] if count else []


def _one_line(text: str, draw: Terminal) -> str:
    return draw.cut(draw.foreign(text).replace("\n", " "), draw.width - 1)


def _wrapped(text: str, draw: Terminal, indent: str = "") -> list[str]:
    """The text of whoever it is in lines that fit."""
    return draw.wrapped(draw.foreign(text), indent)


def clipped(line: str, room: int) -> str:
    """A line in no more columns than there is room for; the codes of its colours take none, and all are kept."""
    if len(line) <= room and line.isascii():
        return line
    kept = []
    position = used = 0
    while position < len(line):
        if line[position] == "\x1b":
            end = line.index("m", position) + 1
            kept.append(line[position:end])
            position = end
            continue
        width = columns(line[position])
        if used + width <= room:
            kept.append(line[position])
        used += width
        position += 1
    return "".join(kept)
