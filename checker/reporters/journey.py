"""The journey of an event as text, for `rydecheck explain --journey`: an upright picture and the story below it."""

from __future__ import annotations

from collections.abc import Iterator

from checker.report import Connection, Evidence, Journey, Report, Scene, Station, TrackState
from checker.reporters.terminal import Terminal
from checker.wording import columns

_MARKS: dict[TrackState, tuple[str, str]] = {"whole": ("✓", "green"), "broken": ("✗", "red"), "open": ("?", "yellow")}
_STOP, _LOST, _LINE, _DOTS, _FORK, _BAR, _TURN = "●", "○", "│", "┊", "├", "─", "╮"
_LANE = 4  # columns between the main line and what branches off
_AS = {"stack": "As deployed.", "file": "After your file, as soon as it is deployed."}
_NOT_DEPLOYED = "not-deployed"
_INDENT = "    "


def render(report: Report, draw: Terminal) -> str:
    """The journey as text with a line end; empty when there is an error, or a module has no journey."""
    if report.error is not None or report.journey is None:
        return ""
    return "\n".join(_lines(report, report.journey, draw)) + "\n"


def _lines(report: Report, journey: Journey, draw: Terminal) -> Iterator[str]:
    yield draw.paint(draw.drawable(journey.title), "bold")
    one = report.submission
    facts = dict.fromkeys(name for name in (one.id, one.service, one.stack) if name)
    yield from (draw.paint(line, "dim") for line in draw.wrapped(draw.foreign_line(" · ".join(facts))))
    stack = next((check.verdicts["stack"] for check in report.checks if "stack" in check.verdicts), None)
    if stack is not None:
        yield from (draw.paint(line, "dim") for line in draw.wrapped(_AS[journey.source]))
    obstacle = _not_deployed(report)
    if obstacle is not None:
        yield ""
        yield from draw.wrapped(draw.foreign(obstacle))
        if journey.source == "stack":
            return
    yield ""
    yield from _picture(journey, draw)
    yield ""
    mark, style = _MARKS[journey.state]
    yield from (draw.paint(line, "bold", style) for line in _hanging(f"{mark} ", journey.sentence, draw))
    for scene in journey.scenes:
        yield ""
        yield from _scene(scene, draw)


def is_kept(report: Report) -> bool:
    """Whether an event whose writes fail would be kept, for certain."""
    return report.journey is not None and report.journey.state == "whole"


def _not_deployed(report: Report) -> str | None:
    """What is said where there is no such stack: nothing travels through it."""
    verdicts = (check.verdicts.get("stack") for check in report.checks)
    return next((one.message for one in verdicts if one is not None and one.reason == _NOT_DEPLOYED), None)


def _picture(journey: Journey, draw: Terminal) -> Iterator[str]:
    """The stations from top to bottom; what branches off runs beside the main line and ends below it."""
    branches = [one for one in journey.connections if one.branch]
    lanes = 1 + len(branches)
    ends = {one.end for one in branches}
    lost = {one.end for one in journey.connections if one.state == "broken"}
    running: dict[int, str] = {}
    for station in (one for one in journey.stations if one.id not in ends):
        sign = _LOST if station.id in lost else _STOP
        yield from _stop(station, {0: sign, **running}, lanes, draw)
        for lane, one in enumerate(branches, 1):
            if one.start == station.id:
                fork = f"{_FORK}{_BAR * (_LANE * lane - 1)}{_TURN}"
                yield draw.drawable(f"  {fork}")
                running[lane] = _LINE
        for leg in journey.connections:
            if leg.start == station.id and not leg.branch:
                yield from _link(leg, 0, running, lanes, draw)
    by_id = {station.id: station for station in journey.stations}
    for lane, one in enumerate(branches, 1):
        running.pop(lane, None)
        yield from _link(one, lane, running, lanes, draw)
        sign = _LOST if one.state == "broken" else _STOP
        yield from _stop(by_id[one.end], {lane: sign, **running}, lanes, draw)


def _stop(station: Station, signs: dict[int, str], lanes: int, draw: Terminal) -> Iterator[str]:
    """A station's name with its caption: beside it where there is room, else below."""
    lead = _signs(signs, lanes)
    name, caption = draw.foreign_line(station.label), draw.drawable(station.caption)
    room = draw.width - 1 - columns(lead)
    if columns(name) + len(caption) + 2 <= room:
        yield draw.drawable(lead) + draw.paint(name, "bold") + "  " + draw.paint(caption, "dim")
        return
    yield draw.drawable(lead) + draw.paint(draw.cut(name, room), "bold")
    below = _signs({lane: " " if sign in (_STOP, _LOST) else sign for lane, sign in signs.items()}, lanes)
    yield draw.drawable(below) + draw.paint(draw.cut(caption, room), "dim")


def _link(link: Connection, lane: int, running: dict[int, str], lanes: int, draw: Terminal) -> Iterator[str]:
    """A link with its mark: a line where it is whole, dots where nobody can tell, and after a break none."""
    mark, style = _MARKS[link.state]
    before = _DOTS if link.state == "open" else _LINE
    after = {"whole": _LINE, "open": _DOTS, "broken": " "}[link.state]
    yield draw.drawable(_signs({lane: before, **running}, lanes).rstrip())
    lead = _signs({lane: mark, **running}, lanes)
    label = draw.cut(draw.drawable(link.label), draw.width - 1 - columns(lead))
    painted = draw.drawable(lead).replace(draw.drawable(mark), draw.paint(draw.drawable(mark), style), 1)
    yield painted + draw.paint(label, style)
    yield draw.drawable(_signs({lane: after, **running}, lanes).rstrip())


def _signs(signs: dict[int, str], lanes: int) -> str:
    return "  " + "".join(signs.get(lane, " ").ljust(_LANE) for lane in range(lanes))


def _scene(scene: Scene, draw: Terminal) -> Iterator[str]:
    yield from (draw.paint(line, "bold") for line in draw.wrapped(scene.title))
    mark, style = _MARKS[scene.state]
    first, *rest = _hanging(f"  {mark} ", scene.sentence, draw)
    yield draw.paint(first[:3], style) + first[3:]
    yield from rest
    for place in scene.evidence:
        yield from _place(place, draw)
    if scene.link is not None:
        yield from (draw.paint(line, "dim") for line in draw.wrapped(f"{scene.link.title}:", _INDENT))
        yield _INDENT + draw.paint(scene.link.url, "blue")


def _place(place: Evidence, draw: Terminal) -> Iterator[str]:
    """Where that stands, with its line; of a deployed stack, the call that told."""
    room = draw.width - 1 - len(_INDENT)
    where = place.file if place.is_live else f"{place.file}:{place.line}:{place.column}"
    told = draw.foreign_line(f"{where}  {place.path}".rstrip())
    if columns(told) <= room:
        yield _INDENT + draw.paint(told, "dim")
    else:
        yield _INDENT + draw.paint(draw.cut(draw.foreign_line(where), room), "dim")
        if place.path:
            yield _INDENT + draw.paint(draw.cut(draw.foreign_line(place.path), room), "dim")
    for number, text in place.excerpt:
        yield _INDENT + draw.cut(f"{number:>5} | {draw.foreign_line(text)}", room)


def _hanging(mark: str, sentence: str, draw: Terminal) -> list[str]:
    """A sentence behind a mark, its further lines below its first word."""
    indent = " " * len(mark)
    lines = draw.wrapped(draw.foreign(sentence), indent)
    return [draw.drawable(mark) + lines[0][len(indent) :], *lines[1:]]
