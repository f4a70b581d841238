"""JSON Schemas of a module's files, made of what reads them: the kinds of check, their parameters and their slots.

They are of draft 7, which all editors know. What only reading can tell (a step that is named and not there, a fact of
a reason's code) they leave open; what reading accepts, they accept.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

import yaml

from checker.checks.kinds import Kind, find_kind, kind_names, parameter_types
from checker.rule_help import ACTIONS, AT, CONDITIONS, HOLDER, PLACEHOLDER, WITH_TO, WITH_VALUE
from checker.rulepack import RETRIES, SCENES_REST_ON, TRACK_STATES
from checker.shipped import rules_folder

_DRAFT = "http://json-schema.org/draft-07/schema#"
_WORDS = "schema.yaml"

Schema = dict[str, Any]

# In this draft nothing beside a `$ref` counts.
_JOURNEY: Schema = {"type": "object", "allOf": [{"$ref": "#/definitions/journey"}]}


def module_schema() -> Schema:
    """The schema of module.yaml."""
    kinds = _kinds()
    text = {"type": "string"}
    checks = {
        **_object(
            "check",
            {"id": text, "step": text, "points": {"type": "integer"}, "title": text}
            | {"kind": _kind(kinds), "given": {"type": "object"}, "passed": text, "reasons": {"type": "object"}}
            | {"why": text},
            {
                "bonus": {"type": "boolean"},
                "passed_otherwise": text,
                "passed_live": text,
                "service": text,
                "follows": text,
                "instead": _object("instead", {"check": text, "say": text}, {"way": text, "open": text}),
            },
        ),
        "allOf": [_of_kind(name, kind, with_words=True) for name, kind in kinds.items()],
    }
    return {
        "$schema": _DRAFT,
        "title": "A workshop module of rydecheck: module.yaml",
        **_object(
            "module",
            {"id": text, "title": text, "about": text, "link": text}
            | {"steps": _list(_object("step", {"id": text, "title": text})), "checks": _list(checks)},
            {
                "questions": _list(_object("question", {"id": text, "question": text})),
                "services": {**_list(_service()), "minItems": 2},
                "journey": _JOURNEY,
                "journeys": _list({**_JOURNEY, "required": ["service"]}),
            },
        ),
        "not": {"required": ["journey", "journeys"], "properties": {"journeys": {"minItems": 1}}},
        "definitions": {**_reasons(kinds.values()), "journey": _journey(kinds)},
    }


def help_schema() -> Schema:
    """The schema of help.yaml."""
    hints = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    edits = _list({"$ref": "#/definitions/edit"})
    one = _object(
        "help",
        {"hints": hints, "answer": edits},
        {
            "hints_for": {"type": "object", "additionalProperties": hints},
            "mends": {"type": "object", "additionalProperties": _list(edits)},
            "then": {"type": "string"},
            "links": _list(_link()),
        },
    )
    return {
        "$schema": _DRAFT,
        "title": "What helps with the checks of a workshop module of rydecheck: help.yaml",
        "description": _words("help_file")["_"],
        "type": "object",
        "additionalProperties": one,
        "definitions": {"edit": {"anyOf": [_edit(action) for action in ACTIONS]}},
    }


def _service() -> Schema:
    names = _list({"type": "string"})
    return _object("service", {"name": {"type": "string"}}, {"functions": names, "resources": names})


def _kinds() -> dict[str, Kind]:
    found = {name: find_kind(name) for name in kind_names()}
    return {name: kind for name, kind in found.items() if kind is not None}


def _kind(kinds: Iterable[str]) -> Schema:
    return {"enum": list(kinds)}


def _of_kind(name: str, kind: Kind, *, with_words: bool) -> Schema:
    """What holds where an entry is of a kind: its parameters, and words for each of its slots."""
    types, defaults = parameter_types(kind), kind.parameters._field_defaults
    told = inspect.getdoc(kind.parameters) or ""
    given: Schema = {
        "description": told.replace("\n", " "),
        "type": "object",
        "properties": {
            key: {**_typed(type_), **({} if key in defaults else _filled_text(type_))} for key, type_ in types.items()
        },
        "required": [key for key in types if key not in defaults],
        "additionalProperties": False,
    }
    then: Schema = {"given": given}
    if with_words:
        then |= dict.fromkeys(("passed", "passed_otherwise", "passed_live"), _sentence(types))
        then["reasons"] = {
            "type": "object",
            "properties": {slot: {"$ref": _ref((*facts, *types))} for slot, facts in kind.slots.items()},
            "required": [slot for slot in kind.slots if slot not in kind.only_with],
            "additionalProperties": False,
        }
    return {
        "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
        "then": {"properties": then, "required": ["given"]},
    }


def _ref(facts: tuple[str, ...]) -> str:
    """Where the words of all slots with these facts are described."""
    return f"#/definitions/{'-'.join(sorted({*facts}))}"


def _reasons(kinds: Iterable[Kind]) -> Schema:
    """The words by the facts that they may use: many slots of a kind have the same."""
    known = [(*facts, *parameter_types(kind)) for kind in kinds for facts in kind.slots.values()]
    return {_ref(facts).rpartition("/")[2]: _reason(tuple(sorted({*facts}))) for facts in known}


def _typed(type_: Any) -> Schema:
    """The schema of a parameter's type, as `checker.checks.kinds.misfit` has it."""
    plain: dict[Any, str] = {str: "string", bool: "boolean", int: "integer"}
    if type_ in plain:
        return {"type": plain[type_]}
    if get_origin(type_) is Literal:
        return {"enum": list(get_args(type_))}
    if get_origin(type_) is tuple and get_args(type_)[1:] == (...,):
        return _list(_typed(get_args(type_)[0]))
    return {}


def _filled_text(type_: Any) -> Schema:
    """What a parameter has to be besides that must be given, when it is a text."""
    return {"minLength": 1} if type_ is str else {}


def _sentence(facts: Iterable[str]) -> Schema:
    """A text that uses no other facts than these."""
    names = list(dict.fromkeys(facts))
    assert all(PLACEHOLDER.fullmatch(f"{{{name}}}") for name in names)
    allowed = "|".join(names)
    told = f"Facts that it may use: {', '.join(f'{{{name}}}' for name in names)}."
    return {
        "description": told,
        "type": "string",
        "pattern": rf"^(?![\s\S]*\{{(?!(?:{allowed})\}})\w+\}})",
        "patternErrorMessage": f"This sentence uses something else in braces. {told}",
    }


def _reason(facts: tuple[str, ...]) -> Schema:
    """The words of a slot, whose sentences may use these facts."""
    words, sentence, text = _words("words"), _sentence(facts), {"type": "string"}
    schema = _object("words", {"code": text, "say": sentence}, {"settle": text, "note": text, "live": sentence})
    for key in ("say", "live"):
        schema["properties"][key]["description"] = f"{words[key]} {sentence['description']}"
    return {**schema, "description": f"{words['_']} {sentence['description']}"}


def _journey(kinds: Mapping[str, Kind]) -> Schema:
    text = {"type": "string"}
    filled = {**text, **_filled(text)}
    texts = {"type": "object", "additionalProperties": filled}
    stop = _object(
        "stop",
        {"id": text, "label": text, "caption": text},
        {"function": text, "resource": text, "state_of": text, "states": texts, "missing": text, "because": text},
    )
    labels = {**texts, "required": list(TRACK_STATES)}
    track = {
        **_object(
            "track",
            {"from": text, "to": text, "labels": labels},
            {"branch": {"type": "boolean"}, "checks": _list(text), "kind": _kind(kinds), "given": {"type": "object"}}
            | {"because": text},
        ),
        "dependencies": {"given": ["kind"]},
        "anyOf": [{"required": ["kind"]}, {"required": ["checks"], "properties": {"checks": {"minItems": 1}}}],
        "allOf": [_of_kind(name, kind, with_words=False) for name, kind in kinds.items()],
    }
    flag: Schema = {"type": "boolean"}
    optional: Schema = dict.fromkeys(TRACK_STATES, filled) | dict.fromkeys(_TEXTS_OF_A_SCENE, text)
    optional |= {"checks": _list(text), "needs_kept": flag, "link": _link()}
    scene = {
        **_object(
            "scene",
            {"title": text},
            optional,
        ),
        "allOf": [{"anyOf": [{"required": [state]} for state in TRACK_STATES]}, {"anyOf": list(_scenes_rest_on())}],
    }
    retries = _object("retries", {"stop": text, "refused": filled} | dict.fromkeys(RETRIES, texts), {})
    needed, other = dict.fromkeys(TRACK_STATES, filled), dict.fromkeys(("unreached", "without"), filled)
    sentences = {**_object("sentences", needed, other), **texts}
    return _object(
        "journey",
        {"title": text, "stops": _list(stop), "tracks": _list(track)}
        | {"sentences": sentences, "because": texts, "labels": texts},
        {"service": text, "story": _list(scene), "retries": retries},
    )


def _scenes_rest_on() -> Iterable[Schema]:
    """Each way in which a scene may rest on a track, checks or a stop; an empty value is none."""
    filled = {key: {"required": [key], "properties": {key: {"minLength": 1, "minItems": 1}}} for key in _RESTS}
    track: Schema = {"anyOf": [filled["from"], filled["to"]]}
    for rests in SCENES_REST_ON:
        on = zip((track, filled["checks"], filled["stop"]), rests, strict=True)
        yield {"allOf": [schema if wanted else {"not": schema} for schema, wanted in on]}


_TEXTS_OF_A_SCENE = ("from", "to", "stop", "missing", "needs")
_RESTS = ("from", "to", "checks", "stop")


def _edit(action: str) -> Schema:
    text = {"type": "string"}
    words = _words("edit")
    needed = {
        action: text,
        **({"value": {}} if action in WITH_VALUE else {}),
        **({"to": text} if action in WITH_TO else {}),
    }
    optional: Schema = {"only": {"enum": list(CONDITIONS)}, "ending": text, "under": text}
    schema = _object("edit", needed, optional)
    schema["properties"][action]["description"] += f" {words['path'].format(at=AT, holder=HOLDER)}"
    schema["title"] = action
    return schema


def _link() -> Schema:
    url = {"type": "string", "pattern": "^https://", "patternErrorMessage": "A link starts with https://."}
    return _object("link", {"title": {"type": "string"}, "url": url})


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(name: str, needed: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """A mapping with keys of its own, each described in words from `rules/schema.yaml`."""
    words = _words(name)
    keys = {**needed, **(optional or {})}
    return {
        "description": words["_"],
        "type": "object",
        "properties": {
            key: {**schema, **(_filled(schema) if key in needed else {}), "description": words[key]}
            for key, schema in keys.items()
        },
        "required": list(needed),
        "additionalProperties": False,
    }


def _filled(schema: Schema) -> Schema:
    """What a text or a list that is needed has to be besides."""
    return {"string": {"minLength": 1}, "array": {"minItems": 1}}.get(schema.get("type", ""), {})


def words_of_facts() -> dict[str, str]:
    """What each fact means that the sentences of our kinds may use, by its name."""
    return _words("facts")


def _words(name: str) -> dict[str, str]:
    """What is said of a mapping (`_`) and of its keys."""
    found: dict[str, str] = _all_words()[name]
    return found


@lru_cache(maxsize=1)
def _all_words() -> dict[str, dict[str, str]]:
    with open(f"{rules_folder()}/{_WORDS}", encoding="utf-8") as stream:
        loaded: dict[str, dict[str, str]] = yaml.safe_load(stream)
    return loaded
