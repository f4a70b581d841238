"""The keys of a module's files with what they mean, as Markdown, made from the schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker.authoring.schema import Schema, help_schema, module_schema

_PATH = " The path: "
_TYPES = {"string": "text", "integer": "whole number", "boolean": "`true` or `false`", "object": "mapping"}


def render() -> str:
    """The whole page, with a line end."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The keys of a module's files\n"
    yield (
        "This page is made from the schemas that `rydecheck schema module` and `rydecheck schema help` print; "
        "`make docs` writes it again. [Write a module of your own](write-a-module.md) shows them at work.\n"
    )
    module, helping = module_schema(), help_schema()
    yield "## module.yaml\n"
    yield from _table("", module)
    journey = module["properties"]["journey"]
    journey |= {**module["definitions"]["journey"], "description": journey["description"]}
    for path, schema in _inner("", module):
        if path == "checks[].reasons":
            words: Schema = next(iter(module["definitions"].values()))
            schema = {**words, "description": "What is said of one way to fail, by the slots of the kind."}
            path = "checks[].reasons.<slot>"
        yield f"### `{path}`\n"
        yield from _table(path, schema)
    yield "## help.yaml\n"
    yield f"{helping['description']}\n"
    one = helping["additionalProperties"]
    yield "### `<check id>`\n"
    yield from _table("<check id>", one)
    yield "### `<check id>.links[]`\n"
    yield from _table("", one["properties"]["links"]["items"])
    yield "### An edit\n"
    edits = helping["definitions"]["edit"]["anyOf"]
    keys: dict[str, Any] = {key: schema for edit in edits for key, schema in edit["properties"].items()}
    needed = [key for key in keys if all(key in edit["required"] for edit in edits)]
    _, __, path = edits[0]["properties"]["set"]["description"].partition(_PATH)
    title = f"{edits[0]['description']}{_PATH}{path}"
    yield from _table("", {**edits[0], "properties": keys, "required": needed}, title)


def _inner(path: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The mappings below a place that have keys of their own, each with its path."""
    for key, value in schema["properties"].items():
        is_list = value.get("type") == "array"
        below = value["items"] if is_list else value
        here = f"{path}.{key}{'[]' if is_list else ''}".removeprefix(".")
        if "properties" in below and "required" in below:
            yield here, below
            yield from _inner(here, below)
        elif key == "reasons":
            yield here, below


def _table(path: str, schema: Schema, title: str = "") -> Iterator[str]:
    yield f"{title or schema['description']}\n"
    yield "| key | holds | means |"
    yield "| --- | --- | --- |"
    for key, value in schema["properties"].items():
        holds = _holds(value) + ("" if key in schema["required"] else ", optional")
        means = value.get("description", "").replace("|", "\\|").partition(_PATH)[0]
        if path.endswith("<slot>"):  # each slot has other facts
            means = means.partition(" Facts that it may use")[0]
        yield f"| `{key}` | {holds} | {means} |"
    yield ""


def _holds(schema: Schema) -> str:
    if schema.get("type") == "array":
        items = schema["items"]
        inner = {"text": "texts", "mapping": "mappings"}.get(
            _holds(items), "edits" if "$ref" in items else "lists of edits"
        )
        return f"list of {inner}"
    if "enum" in schema:
        return "one of a list"
    return _TYPES.get(schema.get("type", ""), "anything")
