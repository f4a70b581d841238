"""JSON, field by field after the published contract (schema version 1), and back.

`document` is what scripts get. A `record`, a line of `results.jsonl`, is the same with all that the pages show besides,
so that they can be rendered again at any time; `parse_record` reads it back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from checker.errors import CheckError, UsageError
from checker.report import (
    Answer,
    CheckResult,
    Connection,
    Evidence,
    Journey,
    LintNote,
    Mark,
    Moment,
    Note,
    Person,
    Report,
    Scene,
    Station,
    SubmissionFacts,
    Verdict,
)
from checker.reporters.shape import misfit
from checker.rule_help import Link
from checker.rulepack import RETRIES, RulePack, fill
from checker.version import __version__
from checker.wording import shown

SCHEMA_VERSION = 1
_HALVES = re.compile("[\ud800-\udfff]")


def render(report: Report) -> str:
    """The report as one JSON object, indented, with a line end."""
    return _written(document(report))


def render_class(reports: Iterable[Report]) -> str:
    """The reports of a class as one JSON array, an object a submission, with a line end."""
    return _written([document(one) for one in reports])


def _written(told: Any) -> str:
    """JSON in which people can read any alphabet; half of a surrogate pair, which no file can hold, is an escape."""
    return (
        _HALVES.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(told, indent=2, ensure_ascii=False)) + "\n"
    )


def document(report: Report) -> dict[str, Any]:
    """The report as plain data, in the order of the contract."""
    submission, score = report.submission, report.score
    told = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "rydecheck", "version": __version__},
        "module": {"id": report.module.id, "title": report.module.title},
        "submission": submission._asdict(),
        "status": report.status,
        "error": None if report.error is None else _error(report.error),
        "score": {"earned": score.earned, "possible": score.possible, "bonus": score.bonus},
        "checks": [_check(check) for check in report.checks],
        "questions": [_question(answer) for answer in report.answers],
    }
    return told if report.lint is None else {**told, "lint": [_lint(note) for note in report.lint]}


def _lint(note: LintNote) -> dict[str, Any]:
    return {"code": note.code, "message": note.message, "evidence": [_evidence(place) for place in note.evidence]}


def _error(error: CheckError) -> dict[str, Any]:
    message = f"{error.message} {error.advice}".rstrip()
    return {
        "code": error.code,
        "message": message,
        "file": error.file,
        "line": error.line,
        "column": error.column,
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.rule.id,
        "step": check.rule.step,
        "title": check.rule.title,
        "bonus": check.rule.bonus,
        "points": check.rule.points,
        "earned": check.earned,
        "outcome": check.outcome,
        "reason": check.reason,
        "equivalent": check.equivalent,
        "message": check.message,
        "sources": {
            "file": _verdict(check.verdicts.get("file")),
            "stack": _verdict(check.verdicts.get("stack")),
        },
        "notes": _notes(check.notes),
    }


def _notes(notes: tuple[Note, ...]) -> list[dict[str, str]]:
    return [{"code": note.code, "message": note.message} for note in notes]


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "equivalent": verdict.equivalent,
        "message": verdict.message,
        "evidence": [_evidence(place) for place in verdict.evidence],
    }


def _evidence(place: Evidence) -> dict[str, Any]:
    """A place in a file, or the call that told what is deployed."""
    if place.is_live:
        return {"file": None, "line": None, "column": None, "path": place.path, "call": place.file}
    return {"file": place.file, "line": place.line, "column": place.column, "path": place.path}


def _question(answer: Answer) -> dict[str, Any]:
    told = {
        "id": answer.id,
        "question": answer.question,
        "answered": answer.answer is not None,
        "answer": answer.answer,
    }
    return told if answer.mark is None else {**told, "mark": answer.mark._asdict()}


def record(report: Report) -> dict[str, Any]:
    """The document with all that a page shows: who it is, progress, excerpts, notes by source, the journey."""
    told = document(report)
    for check, result in zip(told["checks"], report.checks, strict=True):
        for source, verdict in result.verdicts.items():
            kept = check["sources"][source]
            kept["notes"] = _notes(verdict.notes)
            _keep_excerpts(kept, verdict.evidence)
    for note, kept in zip(report.lint or (), told.get("lint", ()), strict=True):
        _keep_excerpts(kept, note.evidence)
    told["person"] = {**report.person._asdict(), "columns": dict(report.person.columns)}
    told["progress"] = [{"at": moment.at.isoformat(), "passing": sorted(moment.passing)} for moment in report.progress]
    told["checked_at"] = None if report.checked_at is None else report.checked_at.isoformat()
    told["journey"] = None if report.journey is None else _journey(report.journey)
    if report.error is not None:
        told["error"]["advice"] = report.error.advice
        told["error"]["excerpt"] = report.error_excerpt
    return told


def _keep_excerpts(kept: dict[str, Any], evidence: tuple[Evidence, ...]) -> None:
    for place, one in zip(kept["evidence"], evidence, strict=True):
        if one.excerpt:
            place["excerpt"] = one.excerpt


def _journey(journey: Journey) -> dict[str, Any]:
    return {
        **journey._asdict(),
        "stations": [station._asdict() for station in journey.stations],
        "connections": [connection._asdict() for connection in journey.connections],
        "scenes": [_scene(scene) for scene in journey.scenes],
    }


def _scene(scene: Scene) -> dict[str, Any]:
    """A scene without its link, which is the rule pack's: no record brings an address onto a page."""
    evidence = [{**_evidence(place), "excerpt": place.excerpt} for place in scene.evidence]
    return {"title": scene.title, "state": scene.state, "sentence": scene.sentence, "evidence": evidence}


def parse_record(told: Mapping[str, Any], pack: RulePack, *, is_own: bool = False) -> Report:
    """The report of a record, judged by the rules of `pack`.

    One that this process has written (`is_own`) is not looked at for what a hand may have changed.

    Raises UsageError for what is no record of this version: another schema, another module, a check that is gone.
    """
    version = told.get("schema_version")
    if version != SCHEMA_VERSION:
        raise UsageError(f"this result has schema version {version}; this rydecheck reads {SCHEMA_VERSION}.")
    try:
        report = _report(told, pack)
        odd = None if is_own else misfit(report)
        if odd is not None:
            raise ValueError(f"{odd} is not what it should be")
        return report
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"this is no result of rydecheck grade ({type(error).__name__}: {error}).") from None


def _report(told: Mapping[str, Any], pack: RulePack) -> Report:
    error, journey = told["error"], told["journey"]
    rules = {rule.id: rule for rule in pack.rules}
    for check in told["checks"]:
        if check["id"] not in rules:
            which = f"another module `{shown(pack.id)}`, which has a check `{shown(str(check['id']))}`"
            raise UsageError(f"this is a result of {which}; name the one that it is of: --module PATH.")
    return Report(
        module=pack,
        submission=SubmissionFacts(**told["submission"]),
        checks=tuple(
            CheckResult(
                rules[check["id"]],
                {source: _verdict_of(verdict) for source, verdict in check["sources"].items() if verdict is not None},
            )
            for check in told["checks"]
        ),
        answers=tuple(
            Answer(one["id"], one["question"], one["answer"], Mark(**one["mark"]) if one.get("mark") else None)
            for one in told["questions"]
        ),
        journey=None if journey is None else _journey_of(journey, pack),
        error=None if error is None else _error_of(error),
        error_excerpt=() if error is None else _excerpt_of(error),
        checked_at=None if told["checked_at"] is None else datetime.fromisoformat(told["checked_at"]),
        person=Person(told["person"]["name"], told["person"]["email"], tuple(told["person"]["columns"].items())),
        progress=tuple(Moment.told(moment["at"], moment["passing"]) for moment in told["progress"]),
        lint=tuple(_lint_of(note) for note in told["lint"]) if "lint" in told else None,
    )


def _lint_of(told: Mapping[str, Any]) -> LintNote:
    return LintNote(told["code"], told["message"], tuple(_evidence_of(place) for place in told["evidence"]))


def _verdict_of(told: Mapping[str, Any]) -> Verdict:
    return Verdict(
        told["outcome"],
        told["reason"],
        told["equivalent"],
        told["message"],
        tuple(_evidence_of(place) for place in told["evidence"]),
        tuple(Note(note["code"], note["message"]) for note in told["notes"]),
    )


def _evidence_of(told: Mapping[str, Any]) -> Evidence:
    if told["file"] is None:
        return Evidence(told["call"], 0, 0, told["path"])
    return Evidence(told["file"], told["line"], told["column"], told["path"], _excerpt_of(told))


def _excerpt_of(told: Mapping[str, Any]) -> tuple[tuple[int, str], ...]:
    return tuple((number, text) for number, text in told.get("excerpt", ()))


def _error_of(told: Mapping[str, Any]) -> CheckError:
    advice = told["advice"]
    message = told["message"].removesuffix(advice).rstrip() if advice else told["message"]
    place = {name: told[name] for name in ("file", "line", "column")}
    return CheckError(told["code"], message, advice=advice, **place)


def _journey_of(told: Mapping[str, Any], pack: RulePack) -> Journey:
    scenes = told.get("scenes", ())  # older records have none
    parts = {
        "stations": tuple(Station(**station) for station in told["stations"]),
        "connections": tuple(Connection(**connection) for connection in told["connections"]),
        "scenes": tuple(_scene_of(scene, link) for scene, link in zip(scenes, _links_of(told, pack), strict=True)),
    }
    return Journey(**{**told, **parts})


def _links_of(told: Mapping[str, Any], pack: RulePack) -> list[Link | None]:
    """The link of each scene: of the pack's journeys with all their words, that counts which is most like this one."""
    titles = [scene["title"] for scene in told.get("scenes", ())]
    stops = {station["id"]: station["label"] for station in told["stations"]}
    best: tuple[bool, bool, int] = (False, False, 0)
    links: list[Link | None] = [None] * len(titles)
    for plan, count in ((plan, count) for plan in pack.journeys for count in RETRIES):
        names = plan.names(stops, count)
        scenes = _matched([fill(scene.title, names) for scene in plan.story], titles)
        is_titled = fill(plan.title, names) == told["title"]
        likeness = ([stop.id for stop in plan.stops] == list(stops), is_titled, len(scenes))
        if likeness > best:
            best = likeness
            links = [plan.story[scenes[at]].link if at in scenes else None for at in range(len(titles))]
    return links


def _matched(story: list[str], titles: list[str]) -> dict[int, int]:
    """By the place of a title that was told: the place of the next one in the story that is the same."""
    found: dict[int, int] = {}
    start = 0
    for at, title in enumerate(titles):
        if title in story[start:]:
            found[at] = story.index(title, start)
            start = found[at] + 1
    return found


def _scene_of(told: Mapping[str, Any], link: Link | None) -> Scene:
    evidence = tuple(_evidence_of(place) for place in told["evidence"])
    return Scene(told["title"], told["state"], told["sentence"], evidence, link)
