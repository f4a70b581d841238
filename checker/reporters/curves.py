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


_MOST_CHANGES = 4000
_MOST_POINTS = 400
# A wrong clock, or the past of a template that all began with: that much of all change is left out of the picture where
# the picture would be so many times as long for it.
_STRAYED, _STRETCHED = 0.05, 8


class GrowthCurves(NamedTuple):
    """A class over time, in percent of all its checks and of all its attendees."""

    passing: Curve
    complete: Curve
    ticks: list[Tick]
    start: datetime
    end: datetime


class Growth:
    """How many checks passed and how many attendees were complete over time, kept as changes and not by attendee.

    Past some thousand moments, those that are near each other become one.
    """

    def __init__(self, at: datetime | None = None) -> None:
        self._at = at
        self._grain = 1
        self._changes: dict[int, list[int]] = {}
        self._zone = at.tzinfo if at else None
        self.people = 0
        self.checks = 0
        self.looked_twice = False

    def add(self, moments: Sequence[tuple[datetime, int]], possible: int) -> None:
        """Count in one attendee: from each moment on so many of the possible checks passed; oldest moment first."""
        self.people += 1
        self.checks += possible
        self.looked_twice = self.looked_twice or len(moments) > 1
        before, was_complete = 0, False
        latest = wall_clock(self._at, None) if self._at else datetime.max
        for index, (at, passing) in enumerate(moments):
            is_complete = passing >= possible
            if index == 0 or passing != before or is_complete != was_complete:
                second = (min(wall_clock(at, self._zone), latest) - datetime.min) // timedelta(seconds=1)
                change = self._changes.setdefault(second // self._grain, [0, 0])
                change[0] += passing - before
                change[1] += is_complete - was_complete
            before, was_complete = passing, is_complete
        while len(self._changes) > _MOST_CHANGES:
            self._coarsen()

    def _coarsen(self) -> None:
        self._grain *= 2
        joined: dict[int, list[int]] = {}
        for at, (passing, complete) in self._changes.items():
            change = joined.setdefault(at // 2, [0, 0])
            change[0] += passing
            change[1] += complete
        self._changes = joined

    def curves(self) -> GrowthCurves | None:
        """The picture; None where nobody looked twice, or nothing ever changed."""
        if not self.looked_twice or not self._changes:
            return None
        times = sorted(self._changes)
        first, last = self._framed(times)
        start, end = self._moment(first), self._moment(last)
        if self._at is not None and last == times[-1]:
            end = max(end, wall_clock(self._at, None))
        passing, complete = self._points(times, start, end)
        return GrowthCurves(
            passing=steps(passing, start, end, self.checks),
            complete=steps(complete, start, end, self.people),
            ticks=ticks(start, end),
            start=start,
            end=end,
        )

    def _framed(self, times: Sequence[int]) -> tuple[int, int]:
        """The first and the last moment to show: a few strayed ones do not press all others into one line."""
        weights = [sum(map(abs, self._changes[at])) for at in times]
        strayed = sum(weights) * _STRAYED
        low, high = _passed(weights, strayed), len(times) - 1 - _passed(weights[::-1], strayed)
        low, high = min(low, high), max(low, high)
        first, last = times[0], times[-1]
        within = max(times[high] - times[low], 30 * _MINUTE // self._grain)
        if times[high] - first > _STRETCHED * within:
            first = times[low]
        if last - times[low] > _STRETCHED * within:
            last = times[high]
        return first, last

    def _moment(self, change: int) -> datetime:
        return datetime.min + timedelta(seconds=change * self._grain)

    def _points(
        self, times: Iterable[int], start: datetime, end: datetime
    ) -> tuple[list[tuple[datetime, float]], list[tuple[datetime, float]]]:
        """Both curves' points, one for each sliver of the picture's width."""
        span = max((end - start).total_seconds(), 1)
        passing = complete = 0
        found: dict[int, tuple[datetime, int, int]] = {0: (start, 0, 0)}
        for change in times:
            passing += self._changes[change][0]
            complete += self._changes[change][1]
            at = min(max(self._moment(change), start), end)
            found[int((at - start).total_seconds() / span * _MOST_POINTS)] = (at, passing, complete)
        told = list(found.values())
        return [(at, passing) for at, passing, _ in told], [(at, complete) for at, _, complete in told]


def _passed(weights: Iterable[int], most: float) -> int:
    """How many from the front weigh no more than that together."""
    total = 0.0
    for index, weight in enumerate(weights):
        total += weight
        if total > most:
            return index
    return 0
