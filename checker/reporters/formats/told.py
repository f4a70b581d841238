"""What the formats say of a submission in plain text, and how they recognise a problem the next time."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from checker.report import CheckResult, Evidence, Report
from checker.reporters.formats.concerns import Concern
from checker.reporters.formats.places import Places
from checker.reporters.lines import excerpt, hint_command
from checker.reporters.terminal import Terminal
from checker.wording import name_line

_POSITION = re.compile(r"\[\d+\]")
_CONFIGURATIONS = ("serverless.yml", "serverless.yaml", "serverless.json")


def configuration(report: Report) -> str:
    """The file that a submission is configured in, by its name: what stands at no other place is told there."""
    if report.submission.file is not None:
        return report.submission.file
    asked = (place.file for check in report.checks for one in check.verdicts.values() for place in one.evidence)
    return next((file for file in asked if file in _CONFIGURATIONS), _CONFIGURATIONS[0])


def excerpt_text(evidence: Evidence) -> str:
    """A place and its numbered lines as in the terminal."""
    return "\n".join(excerpt(evidence, Terminal()))


def hint(report: Report, check: CheckResult, places: Places) -> list[str]:
    """How to ask for a hint at the top of the repository, as one line; none where no hint leads on."""
    return [f"A hint: {name_line(hint_command(places.from_top(report), check))}"] if check.has_hints else []


class Fingerprints:
    """What tells a problem from all others of a run, and is the same in the next one.

    No line has a part in it, and no position in a list: both change with what is written above.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._seen: Counter[str] = Counter()

    def of(self, report: Report, concern: Concern) -> str:
        """64 hexadecimal digits."""
        parts = [report.module.id, self._service(report), concern.rule, concern.reason or ""]
        if concern.lint is not None:
            first = concern.evidence[:1]
            parts.append(concern.message)
            parts += [text for place in first for text in (place.file, _POSITION.sub("[]", place.path))]
        known = "\0".join(parts)
        self._seen[known] += 1
        told = f"{known}\0{self._seen[known]}"
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()

    def _service(self, report: Report) -> str:
        if not report.submission.path:
            return report.submission.id
        return self._places.path(report, configuration(report))
