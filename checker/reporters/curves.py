"""Curves over time, laid out in percent of a box, so that a page can stretch them: nothing here knows HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

# Not strftime: its month names follow the locale of the machine.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_TICKS = (
    *(one * _MINUTE for one in (1, 2, 5, 10, 15, 30)),
    *(one * _HOUR for one in (1, 2, 3, 6, 12)),
    *(one * _DAY for one in (1, 2, 7, 14, 28, 91, 182, 364, 1820, 3640, 36400, 364000)),
)
_MOST_TICKS = 7


class Tick(NamedTuple):
    """A label of the time axis, `at` percent from the left."""

    at: float
    label: str


class Curve(NamedTuple):
    """A line of steps as the data of an SVG path in a box of 100 by 100, and the area below it."""

    line: str
    area: str


def wall_clock(at: datetime, zone: tzinfo | None) -> datetime:
    """What a clock on the wall showed, in `zone` where the moment knows its own zone and another is asked for."""
    try:
        return (at if at.tzinfo is None or zone is None else at.astimezone(zone)).replace(tzinfo=None)
    except (OverflowError, ValueError):  # a commit may claim the last day of the year 9999
        return at.replace(tzinfo=None)


def since(at: datetime, beside: datetime | None) -> str:
    """The time of day, with the date only where it is another day than the one that stands beside it."""
    shown = wall_clock(at, beside.tzinfo if beside else None)
    if beside is not None and shown.date() == beside.date():
        return f"{shown:%H:%M}"
    year = "" if beside is not None and shown.year == beside.year else f" {shown.year}"
    return f"{shown.day} {MONTHS[shown.month - 1]}{year}, {shown:%H:%M}"


def ticks(start: datetime, end: datetime) -> list[Tick]:
    """Round moments between two others, at most seven, each told as briefly as the span allows."""
    span = max((end - start).total_seconds(), 1)
    step = next((one for one in _TICKS if span / one <= _MOST_TICKS), _TICKS[-1])
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    into = (start - midnight).total_seconds()
    round_to = min(step, _DAY)
    offset = -(-into // round_to) * round_to
    found = []
    while offset - into <= span:
        try:
            at = midnight + timedelta(seconds=offset)
        except OverflowError:
            break
        found.append(Tick(round((offset - into) / span * 100, 2), _label(at, step, start.date() == end.date())))
        offset += step
    return found


def _label(at: datetime, step: int, one_day: bool) -> str:
    clock = f"{at:%H:%M}"
    if step < _DAY:
        return clock if one_day or clock != "00:00" else f"{at.day} {MONTHS[at.month - 1]}"
    return f"{at.day} {MONTHS[at.month - 1]}" if step <= 28 * _DAY else f"{MONTHS[at.month - 1]} {at.year}"


def steps(points: Sequence[tuple[datetime, float]], start: datetime, end: datetime, most: float) -> Curve:
    """The curve of values that hold from their moment on until the next one; `most` is the top of the box."""
    span = max((end - start).total_seconds(), 1)
    placed = list(_placed(points, start, span, most))
    if not placed:
        return Curve("", "")
    line = f"M{placed[0][0]:g} {placed[0][1]:g}"
    before = placed[0][1]
    for x, y in placed[1:]:
        if y != before:
            line += f"H{x:g}V{y:g}"
            before = y
    line += "H100"
    return Curve(line, f"{line}V100H{placed[0][0]:g}Z")


def _placed(
    points: Iterable[tuple[datetime, float]], start: datetime, span: float, most: float
) -> Iterable[tuple[float, float]]:
    for at, value in points:
        x = min(max((at - start).total_seconds() / span * 100, 0), 100)
        yield round(x, 2), round(100 - (value / most * 100 if most else 0), 2)
