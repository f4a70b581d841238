"""GitLab's Code Quality report: an array of problems, each at a line (docs.gitlab.com, Code Quality report format).

GitLab reads a part of Code Climate's issues, and stops at the first that lacks what it needs; these are whole ones, so
that other readers of the format take them too (github.com/codeclimate/platform, SPEC.md, Issues).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from checker.report import Evidence, Report
from checker.reporters.formats.concerns import Level, concerns
from checker.reporters.formats.places import Places
from checker.reporters.formats.told import Fingerprints, configuration
from checker.wording import name_line

_SEVERITIES: dict[Level, str] = {"error": "major", "warning": "minor", "note": "info"}
_NOT_CHECKED = "blocker"


def render(reports: Iterable[Report], places: Places) -> str:
    """The problems of all submissions in one array; an empty one when there is nothing to do."""
    fingerprints = Fingerprints(places)
    told = [problem for report in reports for problem in _problems(report, places, fingerprints)]
    return json.dumps(told, indent=2) + "\n"


def _problems(report: Report, places: Places, fingerprints: Fingerprints) -> Iterator[dict[str, Any]]:
    for concern in concerns(report):
        own, *further = concern.evidence or (None,)
        problem: dict[str, Any] = {
            "type": "issue",
            "description": name_line(f"{concern.title}: {concern.message}"),
            "check_name": name_line(concern.rule),
            "categories": ["Bug Risk"],
            "fingerprint": fingerprints.of(report, concern),
            "severity": _NOT_CHECKED if concern.check is None and concern.lint is None else _SEVERITIES[concern.level],
            "location": _location(report, own, places),
        }
        if further:
            problem["other_locations"] = [_location(report, place, places) for place in further]
        yield problem


def _location(report: Report, place: Evidence | None, places: Places) -> dict[str, Any]:
    """GitLab takes no problem without a place: what has none is told at the top of the configuration."""
    file, line = (configuration(report), 1) if place is None else (place.file, place.line)
    return {"path": name_line(places.path(report, file)), "lines": {"begin": line, "end": line}}
