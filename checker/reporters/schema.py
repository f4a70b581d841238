"""JSON Schemas (draft 2020-12) of what `checker/reporters/json.py` writes: a report, and a line of `results.jsonl`.

They are strict: a key that is not named here is refused, so that neither can change without the other.
"""

from __future__ import annotations

from typing import Any, get_args

from checker.errors import ErrorCode
from checker.report import Status, TrackState
from checker.reporters.json import SCHEMA_VERSION

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_OUTCOMES = ["pass", "fail", "unknown", "skipped"]

_Schema = dict[str, Any]


def report_schema() -> _Schema:
    """The schema of `rydecheck check --format json`, of which `report --format json` gives an array."""
    return _whole(
        "report",
        "A report of rydecheck",
        "What `rydecheck check --format json` prints of one submission.",
        _document(is_record=False),
        _definitions(is_record=False),
    )


def results_schema() -> _Schema:
    """The schema of a line of `results.jsonl`: a report with all that its page shows."""
    properties = _document(is_record=True)
    properties |= {
        "person": _object(
            "Who handed in, as the roster has it; texts are empty where it says nothing.",
            {
                "name": _text("The name."),
                "email": _text("The e-mail address."),
                "columns": {
                    "description": "The roster's further columns, by their heading.",
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                },
            },
        ),
        "progress": _array(
            "What passed from a moment on, oldest first.",
            _object(
                "A moment.",
                {
                    "at": _time("When it was."),
                    "passing": _array("The ids of the checks that passed then.", {"type": "string"}),
                },
            ),
        ),
        "checked_at": _or_null(_time("When it was judged.")),
        "journey": _or_null({"$ref": "#/$defs/journey"}),
        "grading": _object(
            "How the line came to be.",
            {
                "run": _text("The run of `rydecheck grade` that judged it last."),
                "fingerprint": _text("The same as long as all that it was judged from is the same."),
                "page": _text("The submission's page, from the folder of the class."),
            },
        ),
    }
    return _whole(
        "results",
        "A result of rydecheck",
        "One line of the `results.jsonl` that `rydecheck grade` writes.",
        properties,
        _definitions(is_record=True),
    )


def _whole(name: str, title: str, description: str, properties: _Schema, definitions: _Schema) -> _Schema:
    head = {"$schema": _DIALECT, "$id": f"urn:rydecheck:schema:{name}:{SCHEMA_VERSION}", "title": title}
    body = _object(description, properties, optional=("lint",))
    # Reports of errors say why, and all others do not.
    body["if"] = {"properties": {"status": {"const": "error"}}}
    body["then"] = {"properties": {"error": {"type": "object"}, "checks": {"maxItems": 0}}}
    body["else"] = {"properties": {"error": {"type": "null"}}}
    return {**head, **body, "$defs": definitions}


def _document(*, is_record: bool) -> _Schema:
    return {
        "schema_version": {"description": "The version of this schema.", "const": SCHEMA_VERSION},
        "tool": _object(
            "What wrote it.", {"name": {"const": "rydecheck"}, "version": _text("Its version, such as 0.1.0.")}
        ),
        "module": _object("The workshop's module.", {"id": _text("Its id."), "title": _text("Its title.")}),
        "submission": _object(
            "What was handed in.",
            {
                "id": _text("The folder's name, the roster's id, or what stands for `*` in a stack's name."),
                "path": _text("Where it lies, as it was named; empty for a stack alone."),
                "service": _or_null(_text("The service's name; null where it cannot be told.")),
                "stage": _or_null(_text("The stage; null where it cannot be told.")),
                "region": _or_null(_text("The region; null where it cannot be told.")),
                "stack": _or_null(_text("The name of the stack that was looked at, if one was.")),
            },
        ),
        "status": {
            "description": "Whether each check that has to be done passes, or why nothing could be judged.",
            "enum": list(get_args(Status)),
        },
        "error": _or_null({"$ref": "#/$defs/error"}),
        "score": _object(
            "The points, an instructor's marks among them.",
            {
                "earned": _number("What was earned, extra credit aside."),
                "possible": _number("What could be earned: what was skipped is left out."),
                "bonus": _count("What extra credit brings on top."),
            },
        ),
        "checks": _array("The checks in the module's order; none after an error.", {"$ref": "#/$defs/check"}),
        "questions": _array("The module's questions, with the answers of ANSWERS.md.", {"$ref": "#/$defs/question"}),
        "lint": _array(
            "What would break the deployment, beside the checks; left out where nobody looked.",
            _object(
                "A finding of cfn-lint.",
                {
                    "code": _text("cfn-lint's own code, or `more` or `not-linted`."),
                    "message": _text("What is wrong."),
                    "evidence": _array("Where, the deciding place first.", _in_file(is_record=is_record)),
                },
            ),
        ),
    }


def _definitions(*, is_record: bool) -> _Schema:
    found = {
        "outcome": {"description": "How a check came out.", "enum": _OUTCOMES},
        "note": _object("Something beside a verdict.", {"code": _text("Its code."), "message": _text("What it says.")}),
        "error": _error(is_record=is_record),
        "check": _check(),
        "verdict": _verdict(is_record=is_record),
        "evidence": {
            "description": "A place in a file, or the call that told what is deployed.",
            "oneOf": [_in_file(is_record=is_record), _live()],
        },
        "question": _question(),
    }
    return {**found, "journey": _journey()} if is_record else found


def _error(*, is_record: bool) -> _Schema:
    properties = {
        "code": {"description": "What kept the submission from being judged.", "enum": list(get_args(ErrorCode))},
        "message": _text("What is wrong, and what to do."),
        "file": _or_null(_text("The file, from the submission's folder.")),
        "line": _or_null(_place("The line, from 1.")),
        "column": _or_null(_place("The column, from 1.")),
    }
    if is_record:
        properties |= {"advice": _text("What to do: the end of the message."), "excerpt": _excerpt()}
    return _object("Why nothing was judged.", properties)


def _check() -> _Schema:
    return _object(
        "A check, over the sources that were asked for.",
        {
            "id": _text("Its id, such as `dlq.queue`."),
            "step": _text("The id of its step."),
            "title": _text("What it asks for."),
            "bonus": {"description": "Whether it is extra credit.", "type": "boolean"},
            "points": _count("What it is worth."),
            "earned": _count("What it brought."),
            "outcome": {"$ref": "#/$defs/outcome"},
            "reason": _or_null(_text("The reason code; null for a pass.")),
            "equivalent": {"description": "Whether it passes another way than the workshop's.", "type": "boolean"},
            "message": _text("The verdict in words."),
            "sources": _object(
                "The verdict of each source; null for one that was not asked for.",
                {
                    "file": _or_null({"$ref": "#/$defs/verdict"}),
                    "stack": _or_null({"$ref": "#/$defs/verdict"}),
                },
            ),
            "notes": _array("The notes of all sources, each once.", {"$ref": "#/$defs/note"}),
        },
    )


def _verdict(*, is_record: bool) -> _Schema:
    properties = {
        "outcome": {"$ref": "#/$defs/outcome"},
        "reason": _or_null(_text("The reason code; null for a pass.")),
        "equivalent": {"description": "Whether it passes another way than the workshop's.", "type": "boolean"},
        "message": _text("The verdict in words."),
        "evidence": _array("What it rests on, the deciding place first.", {"$ref": "#/$defs/evidence"}),
    }
    if is_record:
        properties["notes"] = _array("The notes of this source.", {"$ref": "#/$defs/note"})
    return _object("What one source says of a check.", properties)


def _in_file(*, is_record: bool) -> _Schema:
    properties = {
        "file": _text("The file, from the submission's folder."),
        "line": _place("The line, from 1."),
        "column": _place("The column, from 1."),
        "path": _text("The keys that lead there, such as `provider.iamRoleStatements[1].Resource`."),
    }
    if not is_record:
        return _object("A place in a file.", properties)
    return _object("A place in a file.", {**properties, "excerpt": _excerpt()}, optional=("excerpt",))


def _live() -> _Schema:
    return _object(
        "What a call to AWS told.",
        {
            "file": {"type": "null"},
            "line": {"type": "null"},
            "column": {"type": "null"},
            "path": _text("What of the answer decided."),
            "call": _text("The call, such as `lambda:GetFunctionConfiguration`."),
        },
    )


def _question() -> _Schema:
    return _object(
        "A question of the module; no program judges the answer.",
        {
            "id": _text("Its id, such as `qa.how`."),
            "question": _text("The question."),
            "answered": {"description": "Whether there is an answer.", "type": "boolean"},
            "answer": _or_null(_text("The answer, as it was written.")),
            "mark": _object(
                "An instructor's points; left out where there are none.",
                {
                    "points": {"description": "What the answer brought.", "type": "number"},
                    "possible": {"description": "What the question is worth.", "type": "number"},
                    "comment": _text("What the instructor says of it."),
                },
            ),
        },
        optional=("mark",),
    )


def _journey() -> _Schema:
    state = {"description": "Whether the event gets on here.", "enum": list(get_args(TrackState))}
    station = {"id": _text("Its id."), "label": _text("Its name."), "caption": _text("What stands below.")}
    connection = {
        "start": _text("The id of a station."),
        "end": _text("The id of a station."),
        "state": state,
        "label": _text("What stands beside it."),
        "branch": {"description": "Whether it is the way after a failure.", "type": "boolean"},
    }
    place = _in_file(is_record=True)
    live = _live()
    live["properties"]["excerpt"] = {"description": "Always empty.", "type": "array", "maxItems": 0}
    scene = {
        "title": _text("Its title."),
        "state": state,
        "sentence": _text("What happens there."),
        "evidence": _array("The places that say so.", {"oneOf": [place, live]}),
    }
    return _object(
        "What becomes of one event in this service.",
        {
            "title": _text("Its title."),
            "stations": _array("The stops.", _object("A stop.", station)),
            "connections": _array("The links between them.", _object("A link.", connection)),
            "state": state,
            "sentence": _text("How it ends."),
            "source": {"description": "What it was read from.", "enum": ["file", "stack"]},
            "scenes": _array("The story, piece by piece.", _object("A piece of it.", scene)),
        },
        optional=("scenes",),  # older records have none
    )


def _object(description: str, properties: _Schema, *, optional: tuple[str, ...] = ()) -> _Schema:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _array(description: str, items: _Schema) -> _Schema:
    return {"description": description, "type": "array", "items": items}


def _excerpt() -> _Schema:
    line = {"type": "array", "prefixItems": [_place("The line."), {"type": "string"}], "minItems": 2, "items": False}
    return _array("The numbered lines around it.", line)


def _text(description: str) -> _Schema:
    return {"description": description, "type": "string"}


def _time(description: str) -> _Schema:
    return {"description": description, "type": "string", "format": "date-time"}


def _number(description: str) -> _Schema:
    return {"description": description, "type": "number", "minimum": 0}


def _count(description: str) -> _Schema:
    return {"description": description, "type": "integer", "minimum": 0}


def _place(description: str) -> _Schema:
    return {"description": description, "type": "integer", "minimum": 1}


def _or_null(schema: _Schema) -> _Schema:
    return {"anyOf": [schema, {"type": "null"}]}
