"""SARIF 2.1.0 (OASIS), with what GitHub code scanning asks for and within its limits.

All submissions stand in one run. Code scanning takes at most 20 runs of a file and refuses two of one category, so a
run for each submission would end at the twentieth (docs.github.com, SARIF support for code scanning).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from checker.report import Evidence, Report
from checker.reporters.formats.concerns import LINT, Concern, Level, concerns
from checker.reporters.formats.places import Places
from checker.reporters.formats.told import Fingerprints, configuration
from checker.rulepack import Rule, RulePack
from checker.version import __version__
from checker.wording import name_line, visible

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LINT_RULES = "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md"
_TOP = "SRCROOT"
_EXIT_STATUS = {"complete": 0, "incomplete": 1, "error": 2}
_LONGEST_DESCRIPTION = 1024  # of code scanning, in characters

_Told = dict[str, Any]


def render(reports: Iterable[Report], places: Places) -> str:
    """One run that holds the problems of all submissions."""
    told = list(reports)
    rules = _Rules(told[0].module)
    fingerprints = Fingerprints(places)
    results = [_result(report, concern, places, rules, fingerprints) for report in told for concern in concerns(report)]
    run = {
        "tool": {"driver": _driver(told[0].module, rules)},
        "automationDetails": _automation(told, places),
        "invocations": [_invocation(told, places)],
        "originalUriBaseIds": {_TOP: {"description": {"text": "The top of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {"submissions": [_submission(report) for report in told]},
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


class _Rules:
    """The rules of a run: those of the module, and what else was met, such as cfn-lint's, each with its index."""

    def __init__(self, pack: RulePack) -> None:
        self.descriptors = [_rule(rule, pack) for rule in pack.rules]
        self._index = {rule.id: index for index, rule in enumerate(pack.rules)}

    def index(self, report: Report, concern: Concern) -> int:
        if concern.rule not in self._index:
            self._index[concern.rule] = len(self.descriptors)
            # The reports need not all be of one module.
            own = concern.check and concern.check.rule
            self.descriptors.append(_rule(own, report.module) if own else _rule_of(concern))
        return self._index[concern.rule]


def _driver(pack: RulePack, rules: _Rules) -> _Told:
    return {
        "name": "rydecheck",
        "fullName": f"rydecheck {__version__}",
        "version": __version__,
        "semanticVersion": __version__,
        "shortDescription": {"text": f"Checks the workshop module {pack.title}."},
        "rules": rules.descriptors,
    }


def _rule(rule: Rule, pack: RulePack) -> _Told:
    """A check; its help is a nudge and the command for more, for the answer is for who asks for it."""
    nudge, ask = rule.hints[0], f"rydecheck hint {rule.id}{pack.files.option}"
    described = {
        "id": rule.id,
        "name": _pascal(rule.id),
        "shortDescription": {"text": _sentence(rule.title)},
        "fullDescription": {"text": _bounded(rule.why)},
        "defaultConfiguration": {"level": "note" if rule.bonus else "error"},
        "help": {
            "text": f"{nudge}\n\nFor the next hint, run `{ask}` in the folder of the service.",
            "markdown": f"{nudge}\n\nFor the next hint, run `{ask}` in the folder of the service.\n{_reading(rule)}",
        },
        "properties": {
            "tags": ["workshop", rule.step, *(["extra-credit"] if rule.bonus else [])],
            "points": rule.points,
            "precision": "very-high",
            "problem.severity": "recommendation" if rule.bonus else "error",
        },
    }
    if rule.links:
        described["helpUri"] = rule.links[0].url
    return described


def _reading(rule: Rule) -> str:
    return "".join(f"\n- [{_escaped(link.title)}]({link.url})" for link in rule.links)


def _rule_of(concern: Concern) -> _Told:
    """What is no check of the module: a rule of cfn-lint, or an error that kept a submission from being judged."""
    code = concern.rule.removeprefix(f"{LINT}/")
    about = "Checked with cfn-lint; it changes no verdict and no points." if concern.lint else _NOT_CHECKED
    described = {
        "id": name_line(concern.rule),
        "name": _pascal(concern.rule),
        "shortDescription": {"text": _sentence(concern.title)},
        "fullDescription": {"text": about},
        "defaultConfiguration": {"level": concern.level},
        "help": {"text": about, "markdown": about},
        "properties": {
            "tags": ["workshop", LINT if concern.lint else "error"],
            "precision": "high",
            "problem.severity": _SEVERITY[concern.level],
        },
    }
    if concern.lint is not None and concern.lint.is_finding:
        described["helpUri"] = f"{_LINT_RULES}#{quote(code, safe='')}"
    return described


_NOT_CHECKED = "Until this is mended, no step can be judged."
_SEVERITY: dict[Level, str] = {"error": "error", "warning": "warning", "note": "recommendation"}


def _result(report: Report, concern: Concern, places: Places, rules: _Rules, fingerprints: Fingerprints) -> _Told:
    result = {
        "ruleId": name_line(concern.rule),
        "ruleIndex": rules.index(report, concern),
        "level": concern.level,
        "message": _message(concern, concern.evidence[1:]),
        "locations": [_location(report, concern, places)],
        "partialFingerprints": {"rydecheck/v1": fingerprints.of(report, concern)},
        "properties": _of_check(report, concern),
    }
    if concern.evidence[1:]:
        result["relatedLocations"] = [
            {
                "id": number,
                **_physical(report, place, places),
                "message": {"text": _linkless(place.path or "This has a part in it.")},
            }
            for number, place in enumerate(concern.evidence[1:], 1)
        ]
    return result


def _of_check(report: Report, concern: Concern) -> _Told:
    told: _Told = {"submission": visible(report.submission.id)}
    if concern.check is not None:
        check = concern.check
        told |= {"outcome": check.outcome, "reason": check.reason}
        told |= {"points": check.rule.points, "earned": check.earned}
    return told


def _message(concern: Concern, further: tuple[Evidence, ...]) -> _Told:
    """What is wrong, with links to the further places."""
    at = [f"{name_line(place.file)}:{place.line}" for place in further]
    text, markdown = _linkless(concern.message), _markdown(concern.message)
    if at:
        text += " See also " + ", ".join(f"[{_bracketless(name)}]({number})" for number, name in enumerate(at, 1)) + "."
        markdown += " See also " + ", ".join(f"[{_escaped(name)}]({number})" for number, name in enumerate(at, 1)) + "."
    return {"text": text, "markdown": markdown}


def _location(report: Report, concern: Concern, places: Places) -> _Told:
    """Where a problem stands: at its line, else at the top of the configuration; for a stack alone in AWS only."""
    if concern.evidence:
        return _physical(report, concern.evidence[0], places)
    told: _Told = {}
    if report.submission.path:
        # Code scanning refuses the whole log when one result of it stands at no line of a file.
        artifact = _artifact(places.path(report, configuration(report)))
        told["physicalLocation"] = {"artifactLocation": artifact, "region": {"startLine": 1, "startColumn": 1}}
    live = [place for place in concern.check.deciding.evidence if place.is_live] if concern.check else []
    stack = report.submission.stack or report.submission.id
    names = [f"{stack}/{place.file}/{place.path}".rstrip("/") for place in live] or ([] if told else [stack])
    if names:
        told["logicalLocations"] = [{"fullyQualifiedName": name_line(name), "kind": "resource"} for name in names]
    return told


def _physical(report: Report, place: Evidence, places: Places) -> _Told:
    lines = dict(place.excerpt)
    region: _Told = {"startLine": place.line, "startColumn": place.column}
    if place.line in lines:
        region["snippet"] = {"text": _code(lines[place.line][place.column - 1 :])}
    physical: _Told = {"artifactLocation": _artifact(places.path(report, place.file)), "region": region}
    if len(lines) > 1:
        physical["contextRegion"] = {
            "startLine": min(lines),
            "endLine": max(lines),
            "snippet": {"text": "\n".join(map(_code, lines.values()))},
        }
    location: _Told = {"physicalLocation": physical}
    if place.path:
        location["logicalLocations"] = [{"fullyQualifiedName": name_line(place.path), "kind": "property"}]
    return location


def _artifact(path: str) -> _Told:
    return {"uri": quote(path.encode("utf-8", "surrogatepass")), "uriBaseId": _TOP}


def _automation(reports: list[Report], places: Places) -> _Told:
    """The category, by which an upload replaces the one before: of a module and a service, or of a class."""
    first = reports[0]
    told = "The submissions of a class."
    parts = [first.module.id]
    if len(reports) == 1:
        told = "One service."
        whole = places.path(first, configuration(first)) if first.submission.path else first.submission.id
        parts += whole.split("/")[:-1] if first.submission.path else [whole]
    return {"id": f"rydecheck/{name_line('/'.join(parts))}/", "description": {"text": told}}


def _invocation(reports: list[Report], places: Places) -> _Told:
    """How the run went; what kept a submission from being judged is a notification."""
    failed = [report for report in reports if report.error is not None]
    told: _Told = {"executionSuccessful": not failed}
    if len(reports) == 1:
        told["exitCode"] = _EXIT_STATUS[reports[0].status]
    if failed:
        told["toolExecutionNotifications"] = [_notification(report, places) for report in failed]
    return told


def _notification(report: Report, places: Places) -> _Told:
    concern = next(concerns(report))
    return {
        "descriptor": {"id": concern.rule},
        "level": concern.level,
        "message": {"text": _linkless(concern.message)},
        "locations": [_location(report, concern, places)],
    }


def _submission(report: Report) -> _Told:
    score = report.score
    return {"id": visible(report.submission.id), "status": report.status, **score._asdict()}


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def _sentence(title: str) -> str:
    return title if title.endswith((".", "?", "!")) else f"{title}."


def _bounded(text: str) -> str:
    return text if len(text) <= _LONGEST_DESCRIPTION else f"{text[: _LONGEST_DESCRIPTION - 1]}…"


def _code(text: str) -> str:
    """A line of a file; tabs stay, for columns count them."""
    return "\t".join(map(visible, text.split("\t")))


def _linkless(text: str) -> str:
    """A plain message in which nothing of a submission becomes a link (SARIF 2.1.0, 3.11.6)."""
    line = name_line(text)
    return _bracketless(line) if "](" in line else line


def _bracketless(text: str) -> str:
    return re.sub(r"([\[\]])", r"\\\1", text)


def _markdown(text: str) -> str:
    """A message with its code in backticks as it is, and all else escaped; what is not paired is no code."""
    parts = name_line(text).split("`")
    if len(parts) % 2 == 0:
        return _escaped("`".join(parts))
    return "`".join(_escaped(part) if index % 2 == 0 else part for index, part in enumerate(parts))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~&])", r"\\\1", text)
