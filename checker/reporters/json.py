"""JSON, field by field after the published contract (schema version 1)."""

from __future__ import annotations

import json
from typing import Any

from checker.errors import CheckError
from checker.report import Answer, CheckResult, Evidence, Report, Verdict
from checker.version import __version__

SCHEMA_VERSION = 1


def render(report: Report) -> str:
    """The report as one JSON object, indented, with a line end."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as plain data, in the order of the contract."""
    submission, score = report.submission, report.score
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "rydecheck", "version": __version__},
        "module": {"id": report.module.id, "title": report.module.title},
        "submission": {
            "id": submission.id,
            "path": submission.path,
            "service": submission.service,
            "stage": submission.stage,
            "region": submission.region,
            "stack": submission.stack,
        },
        "status": report.status,
        "error": None if report.error is None else _error(report.error),
        "score": {"earned": score.earned, "possible": score.possible, "bonus": score.bonus},
        "checks": [_check(check) for check in report.checks],
        "questions": [_question(answer) for answer in report.answers],
    }


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
        "notes": [{"code": note.code, "message": note.message} for note in check.notes],
    }


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
    return {
        "id": answer.id,
        "question": answer.question,
        "answered": answer.answer is not None,
        "answer": answer.answer,
    }
