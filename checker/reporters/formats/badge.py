"""A badge that shields.io draws: its endpoint schema, version 1 (shields.io/badges/endpoint-badge)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from checker.report import Report
from checker.reporters.formats.places import Places
from checker.reporters.lines import NOTHING_TO_CHECK, nothing_applies, points
from checker.wording import name_line

_COMPLETE, _MORE_THAN_HALF, _BEGUN, _NOTHING_TO_TELL = "brightgreen", "yellow", "orange", "lightgrey"
_SECONDS = 300  # the least that shields.io keeps a badge for


def render(reports: Iterable[Report], _places: Places) -> str:
    """One submission's points, or how many of a class are complete; a line of JSON."""
    told = list(reports)
    return json.dumps(_of_one(told[0]) if len(told) == 1 else _of_class(told)) + "\n"


def _of_one(report: Report) -> dict[str, Any]:
    if report.error is not None:
        return {**_badge(report, "cannot be checked", _NOTHING_TO_TELL), "isError": True}
    score = report.score
    if nothing_applies(report):
        return _badge(report, NOTHING_TO_CHECK, _NOTHING_TO_TELL)
    if report.status == "complete" and score.possible:
        extra = f", {score.bonus} extra" if score.bonus else ""
        return _badge(report, f"complete{extra}", _COMPLETE)
    return _badge(report, points(score), _colour(score.earned, score.possible))


def _of_class(reports: list[Report]) -> dict[str, Any]:
    complete = sum(report.status == "complete" for report in reports)
    return _badge(reports[0], f"{complete} of {len(reports)} complete", _colour(complete, len(reports)))


def _badge(report: Report, message: str, colour: str) -> dict[str, Any]:
    return {
        "schemaVersion": 1,
        "label": name_line(report.module.title),
        "message": message,
        "color": colour,
        "cacheSeconds": _SECONDS,
    }


def _colour(done: float, of: float) -> str:
    if not of:
        return _NOTHING_TO_TELL
    if done >= of:
        return _COMPLETE
    return _MORE_THAN_HALF if 2 * done >= of else _BEGUN
