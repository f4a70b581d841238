"""The keys that make up a configuration's sections, and which of them are misspelled or lost their indentation.

A check that looks under the right key finds nothing there, and an edit that only adds what is missing would begin a
second section beside the first. So such a slip is mended first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
            if there is not None and not _is_empty(there):
                continue
            near = [text for text in unknown if near_name(name, [text]) is not None]
            yield from (Misspelled(holder, above, unknown[text], name, len(near) == 1) for text in near)


class Outdented(NamedTuple):
    """A resource or function with nothing below it, and beside it, right behind, the keys that belong there.

    `holder` is what all of them stand in, `above` the way to it, `key` the name, `inner` those keys with their values.
    """

    holder: Part
    above: tuple[Step, ...]
    key: Part
    inner: tuple[tuple[Part, Part], ...]


Slip = Misspelled | Outdented


def slips(outline: Outline) -> list[Slip]:
    """What hides a section."""
    return [*misspelled(outline), *outdented(outline)]


def outdented(outline: Outline) -> Iterator[Outdented]:
    """The resources and functions whose keys lost their indentation."""
    for holder, above, section in _named(outline):
        known = {*section.names, *section.others}
        for place, (key, value) in enumerate(holder.entries):
            if not value.is_null or holder.flow or key.text in known:
                continue
            end = place + 1
            while end < len(holder.entries) and holder.entries[end][0].text in known:
                end += 1
            if end > place + 1:
                yield Outdented(holder, above, key, tuple(holder.entries[place + 1 : end]))


def doubles(found: Sequence[Slip], after: Outline) -> Slip | None:
    """The slip of those found before an edit that stays there, and what was meant comes beside it."""
    holders = [*_sections(after), *_named(after)] if found else []
    standing = {above: {key.text: value for key, value in holder.entries} for holder, above, _ in holders}
    for slip in found:
        holder = standing.get(slip.above, {})
        name, wrong = (slip.name, slip.key) if isinstance(slip, Misspelled) else (slip.key.text, slip.inner[0][0])
        right = holder.get(name)
        if right is not None and not _is_empty(right) and wrong.text in holder:
            return slip
    return None


def _is_empty(part: Part) -> bool:
    return part.is_null or (part.kind in ("mapping", "sequence") and not part.entries and not part.items)


def _sections(outline: Outline) -> Iterator[tuple[Part, tuple[Step, ...], _Section]]:
    """The mappings of the text that are sections, with the ways to them."""
    top = outline.root
    yield top, (), _TOP
    yield from ((part, way, _PROVIDER) for part, way in _mappings(top, (), "provider"))
    yield from ((part, way, _RESOURCES) for part, way in _mappings(top, (), "resources"))
    for holder, above, section in _named(outline):
        yield from ((each, (*above, key.text), section) for key, each in holder.entries)


def _named(outline: Outline) -> Iterator[tuple[Part, tuple[Step, ...], _Section]]:
    """The mappings whose keys are names, with the ways to them and the section that each name is."""
    for holder, above in _mappings(outline.root, (), "resources"):
        yield from ((part, way, _RESOURCE) for part, way in _mappings(holder, above, "Resources"))
    yield from ((part, way, _FUNCTION) for part, way in _mappings(outline.root, (), "functions"))


def _mappings(holder: Part, above: tuple[Step, ...], key: str) -> Iterator[tuple[Part, tuple[Step, ...]]]:
    """The mapping below a key, or those of a list there, which the framework merges."""
    part = holder.child(key)
    if part is None:
        return
    if part.kind == "mapping":
        yield part, (*above, key)
    yield from ((item, (*above, key, number)) for number, item in enumerate(part.items) if item.kind == "mapping")
