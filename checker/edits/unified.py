"""Two texts of one file as a unified diff that `patch` and git take, its changes where a reader expects them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_CONTEXT = 3
_MOST_CHANGED = 600  # lines; more are told as one change
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NO_LINE_END = "\\ No newline at end of file\n"

_Change = tuple[int, int, int, int]
"""Lines `a1` to `a2` of the one text become lines `b1` to `b2` of the other."""


def unified_diff(before: str, after: str, file: str) -> list[str]:
    """The lines of the diff with their line ends; none for equal texts."""
    old, new = _LINE.findall(before), _LINE.findall(after)
    changes = _changes(old, new)
    if not changes:
        return []
    behind = "\t" if " " in file else ""  # as git and patch want it behind a name with blanks
    lines = [f"--- a/{file}{behind}\n", f"+++ b/{file}{behind}\n"]
    for hunk in _hunks(changes):
        lines.extend(_hunk(hunk, old, new))
    return lines


def _changes(old: Sequence[str], new: Sequence[str]) -> list[_Change]:
    top, bottom = _shared(old, new)
    found = [
        (top + a1, top + a2, top + b1, top + b2)
        for a1, a2, b1, b2 in _fewest(old[top : len(old) - bottom], new[top : len(new) - bottom])
    ]
    ends = [0, *(change[1] for change in found)]
    starts = [*(change[0] for change in found), len(old)]
    return [
        _settled(change, old, new, change[0] - ends[number], starts[number + 1] - change[1])
        for number, change in enumerate(found)
    ]


def _fewest(old: Sequence[str], new: Sequence[str]) -> list[_Change]:
    """The fewest lines that go and come, after Myers ("An O(ND) Difference Algorithm", 1986): fast where few do."""
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for distance in range(min(len(old) + len(new), _MOST_CHANGED) + 1):
        trail.append(dict(furthest))
        for k in range(-distance, distance + 1, 2):
            down = k == -distance or (k != distance and furthest[k - 1] < furthest[k + 1])
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            while x < len(old) and x - k < len(new) and old[x] == new[x - k]:
                x += 1
            furthest[k] = x
            if x >= len(old) and x - k >= len(new):
                return _joined(_walked_back(trail, len(old), len(new)))
    return [(0, len(old), 0, len(new))]


def _walked_back(trail: Sequence[dict[int, int]], x: int, y: int) -> list[_Change]:
    """The single lines that go or come, the first one first."""
    steps: list[_Change] = []
    for distance in range(len(trail) - 1, 0, -1):
        furthest, k = trail[distance], x - y
        down = k == -distance or (k != distance and furthest[k - 1] < furthest[k + 1])
        before = k + 1 if down else k - 1
        x, y = furthest[before], furthest[before] - before
        steps.append((x, x, y, y + 1) if down else (x, x + 1, y, y))
    return steps[::-1]


def _joined(steps: Sequence[_Change]) -> list[_Change]:
    """Lines that go and come at one place as one change."""
    joined: list[_Change] = []
    for a1, a2, b1, b2 in steps:
        if joined and joined[-1][1] == a1 and joined[-1][3] == b1:
            joined[-1] = (joined[-1][0], a2, joined[-1][2], b2)
        else:
            joined.append((a1, a2, b1, b2))
    return joined


def _shared(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many lines at the top and at the bottom are the same."""
    most = min(len(old), len(new))
    top = next((number for number in range(most) if old[number] != new[number]), most)
    bottom = next((number for number in range(most - top) if old[-1 - number] != new[-1 - number]), most - top)
    return top, bottom


def _settled(change: _Change, old: Sequence[str], new: Sequence[str], above: int, below: int) -> _Change:
    """The same change where it reads best, up to so many lines above or below.

    Lines that come or go can often be told from their neighbours in several ways: a list's last item that looks like
    the one before it may begin in the middle of either. As with git's indent heuristic, the least indented line leads.
    """
    a1, a2, b1, b2 = change
    if a1 != a2 and b1 != b2:
        return change
    lines, start, stop = (new, b1, b2) if a1 == a2 else (old, a1, a2)
    up = down = 0
    while up < above and lines[start - up - 1] == lines[stop - up - 1]:
        up += 1
    while down < below and lines[start + down] == lines[stop + down]:
        down += 1
    moved = min(range(-up, down + 1), key=lambda by: (*_score(lines, start + by, stop + by), -by))
    return a1 + moved, a2 + moved, b1 + moved, b2 + moved


def _score(lines: Sequence[str], start: int, stop: int) -> tuple[int, bool]:
    """Less is better: a block that begins far from the margin reads badly, and so does one that a blank line leads."""
    first = next((line for line in lines[start:stop] if line.strip()), "")
    return len(first) - len(first.lstrip(" ")), not lines[start].strip() and stop < len(lines)


def _hunks(changes: Sequence[_Change]) -> Iterator[list[_Change]]:
    """Changes that stand so near each other that their context touches."""
    hunk: list[_Change] = []
    for change in changes:
        if hunk and change[0] - hunk[-1][1] > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    yield hunk


def _hunk(changes: Sequence[_Change], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    first, last = changes[0], changes[-1]
    lead = min(_CONTEXT, first[0])
    tail = min(_CONTEXT, len(old) - last[1])
    yield f"@@ -{_range(first[0] - lead, last[1] + tail)} +{_range(first[2] - lead, last[3] + tail)} @@\n"
    at = first[0] - lead
    for a1, a2, b1, b2 in changes:
        yield from _signed(" ", old[at:a1])
        yield from _signed("-", old[a1:a2])
        yield from _signed("+", new[b1:b2])
        at = a2
    yield from _signed(" ", old[at : last[1] + tail])


def _signed(sign: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if line.endswith("\n"):
            yield sign + line
        else:
            yield f"{sign}{line}\n"
            yield _NO_LINE_END


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"
