"""The keys that make up a configuration's sections, and which of them are misspelled.

A check that looks under the right key finds nothing there, and an edit that only adds what is missing would begin a
second section beside the first. So a key that is nearly right is spelled right first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.edits.outline import Outline, Part, Step
from checker.wording import near_name

# fmt: off
SETTINGS = frozenset({
    "architecture", "condition", "dependsOn", "deadLetter", "description", "destinations", "disableLogs",
    "environment", "ephemeralStorageSize", "events", "fileSystemConfig", "handler", "iamRoleStatements",
    "iamRoleStatementsInherit", "iamRoleStatementsName", "image", "kmsKeyArn", "layers", "logRetentionInDays",
    "maximumEventAge", "maximumRetryAttempts", "memorySize", "name", "onError", "package", "provisionedConcurrency",
    "reservedConcurrency", "role", "runtime", "runtimeManagement", "snapStart", "tags", "timeout", "tracing", "url",
    "versionFunction", "vpc",
})
# fmt: on
"""What the framework and plugins for roles and dead letters read right below a function's name.

Source: serverless 3, `lib/plugins/aws/provider.js`, and the manuals of the plugins.
"""


class _Section(NamedTuple):
    """Keys that stand below one key: those that are looked for, and others that are right there as well."""

    names: tuple[str, ...]
    others: frozenset[str] = frozenset()


_TOP = _Section(
    ("service", "provider", "functions", "resources", "plugins", "custom", "package"),
    frozenset({"layers", "params", "frameworkVersion", "useDotenv", "stages", "build", "org", "app"}),
)
_PROVIDER = _Section(
    ("iamRoleStatements", "iam", "environment"), frozenset({"iamManagedPolicies", "iamRoleStatementsName"})
)
_RESOURCES = _Section(
    ("Resources", "Outputs", "extensions"),
    frozenset({"Parameters", "Mappings", "Conditions", "Metadata", "Transform", "Description", "Rules"}),
)
_RESOURCE = _Section(
    ("Type", "Properties", "DependsOn", "Condition"),
    frozenset({"CreationPolicy", "DeletionPolicy", "Metadata", "UpdatePolicy", "UpdateReplacePolicy"}),
)
_FUNCTION = _Section(("events", "deadLetter", "environment", "handler"), SETTINGS)


class Misspelled(NamedTuple):
    """A key that is none of its section and nearly `name`, which is missing there or empty.

    `holder` is the section, `above` the way to it. `is_only` says that no other key comes as near.
    """

    holder: Part
    above: tuple[Step, ...]
    key: Part
    name: str
    is_only: bool


def misspelled(outline: Outline) -> Iterator[Misspelled]:
    """The misspelled keys of all sections, the outer ones first."""
    for holder, above, section in _sections(outline):
        if any(key.text == "<<" for key, _ in holder.entries):  # what is merged in may hold the right one
            continue
        known = {*section.names, *section.others}
        unknown = {key.text: key for key, _ in holder.entries if key.text not in known}
        for name in section.names:
            there = holder.child(name)
            if there is not None and not there.is_null:
                continue
            near = [text for text in unknown if near_name(name, [text]) is not None]
            yield from (Misspelled(holder, above, unknown[text], name, len(near) == 1) for text in near)


def doubles(before: Outline, after: Outline) -> Misspelled | None:
    """The misspelled key that an edit puts the right one beside, as if there were two sections."""
    for slip in misspelled(before):
        holder = _at(after, slip.above)
        right = holder.child(slip.name) if holder is not None else None
        if holder is not None and right is not None and not right.is_null and holder.entry(slip.key.text) is not None:
            return slip
    return None


def _at(outline: Outline, way: tuple[Step, ...]) -> Part | None:
    part: Part | None = outline.root
    for step in way:
        part = part.child(step) if part is not None else None
    return part


def _sections(outline: Outline) -> Iterator[tuple[Part, tuple[Step, ...], _Section]]:
    """The mappings of the text that are sections, with the ways to them."""
    top = outline.root
    yield top, (), _TOP
    yield from ((part, way, _PROVIDER) for part, way in _mappings(top, (), "provider"))
    resources = list(_mappings(top, (), "resources"))
    yield from ((part, way, _RESOURCES) for part, way in resources)
    for holder, above in resources:
        for part, way in _mappings(holder, above, "Resources"):
            yield from ((each, (*way, key.text), _RESOURCE) for key, each in part.entries)
    for holder, above in _mappings(top, (), "functions"):
        yield from ((each, (*above, key.text), _FUNCTION) for key, each in holder.entries)


def _mappings(holder: Part, above: tuple[Step, ...], key: str) -> Iterator[tuple[Part, tuple[Step, ...]]]:
    """The mapping below a key, or those of a list there, which the framework merges."""
    part = holder.child(key)
    if part is None:
        return
    if part.kind == "mapping":
        yield part, (*above, key)
    yield from ((item, (*above, key, number)) for number, item in enumerate(part.items) if item.kind == "mapping")
