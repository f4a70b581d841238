"""Finding and reading the framework's configuration file of a submission."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from checker.errors import CheckError
from checker.model import Mapping, Origin, Scalar, Sequence, Unknown, Value, is_empty
from checker.serverless.files import SubmissionFolder
from checker.serverless.parsing import decode, parse_json, parse_yaml, text_lines

# In the order in which the framework looks for them.
READABLE = ("serverless.yml", "serverless.yaml", "serverless.json")
_PROGRAMS = ("serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs")
_PROGRAM_SUFFIXES = (".ts", ".js", ".cjs", ".mjs")


_ANY_MINOR = 9999
_DEFAULT_VERSION = (3, _ANY_MINOR)


class Configuration(NamedTuple):
    """One configuration file before its variables are resolved, with what package.json says beside it.

    `packages` are the names of the packages listed, None without a package.json. `framework_version` is (major, minor).
    """

    file: str
    document: Mapping
    lines: list[str]
    packages: frozenset[str] | None
    framework_version: tuple[int, int]


class Document(NamedTuple):
    """A file as it was written: a mapping with its places, and its lines."""

    file: str
    value: Mapping
    lines: list[str]


def read_document(folder: SubmissionFolder, name: str | None = None) -> Document:
    """Read `name`, or the configuration file that the framework would find in the folder.

    Raises CheckError: `not-found`, `unsupported-config`, `invalid-yaml`, `invalid-config`, `too-large`.
    """
    file = name or _find(folder)
    if file.endswith(_PROGRAM_SUFFIXES):
        raise _program(file)
    content = folder.read(file)
    if content is None:
        raise CheckError("not-found", "there is no such file.", advice="Check the name.", file=file)
    text = decode(content, file)
    value = parse_json(text, file) if file.endswith(".json") else parse_yaml(text, file)
    if value is None or (isinstance(value, Scalar) and value.value is None):
        raise _invalid("this file is empty.", file, "Start from the workshop's serverless.yml.")
    if not isinstance(value, Mapping):
        what = "a list" if isinstance(value, Sequence) else "text"
        raise _invalid(
            f"this file holds {what} at its top level.",
            file,
            "A service is a mapping: `service:`, `provider:` and so on.",
        )
    return Document(file, value, text_lines(text))


def read_configuration(folder: SubmissionFolder, document: Document) -> Configuration:
    """The configuration in a document, with what package.json says. Raises CheckError `invalid-config`."""
    file, value, lines = document
    service = value.get("service")
    if is_empty(service.get("name") if isinstance(service, Mapping) else service):
        raise _invalid("there is no `service` here.", file, "Add `service:` with the name of the service.")
    package = _read_package(folder)
    return Configuration(
        file=file,
        document=value,
        lines=lines,
        packages=None if package is None else frozenset(_dependencies(package)),
        framework_version=_framework_version(value, package),
    )


def _find(folder: SubmissionFolder) -> str:
    file = folder.find((*READABLE, *_PROGRAMS))
    if file is None:
        raise CheckError(
            "not-found",
            f"there is no serverless.yml in `{folder.root}`.",
            advice="Run rydecheck in the service's folder, or name it: rydecheck check PATH.",
        )
    return file


def _program(file: str) -> CheckError:
    return CheckError(
        "unsupported-config",
        "this configuration is a program, and rydecheck never runs a submission's code.",
        advice="Write the service as serverless.yml.",
        file=file,
    )


def _invalid(message: str, file: str, advice: str) -> CheckError:
    return CheckError("invalid-config", message, advice=advice, file=file, line=1, column=1)


def _read_package(folder: SubmissionFolder) -> dict[str, object] | None:
    """What package.json says; an unreadable one says nothing, for the service can be judged without it."""
    import json

    try:
        content = folder.read("package.json")
        package = json.loads(content) if content is not None else None
    except (CheckError, ValueError, RecursionError):
        return None
    return package if isinstance(package, dict) else None


def _dependencies(package: dict[str, object]) -> Iterable[str]:
    for section in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
        listed = package.get(section)
        if isinstance(listed, dict):
            yield from (str(name) for name in listed)


def _framework_version(document: Mapping, package: dict[str, object] | None) -> tuple[int, int]:
    """The framework's (major, minor) after package.json, then `frameworkVersion`; version 3 when neither says.

    osls continues version 3 of serverless, and its numbers go on from there.
    """
    for section in ("dependencies", "devDependencies"):
        listed = (package or {}).get(section)
        if not isinstance(listed, dict):
            continue
        for name in ("osls", "serverless"):
            wanted = listed.get(name)
            if isinstance(wanted, str):
                return newest_version(wanted)
    wanted_here = document.get("frameworkVersion")
    return newest_version(wanted_here.text) if isinstance(wanted_here, Scalar) else _DEFAULT_VERSION


def newest_version(wanted: str) -> tuple[int, int]:
    """The newest (major, minor) that a version range of npm allows, as an installation would take it.

    An open end means the newest version that this workshop's plugins work with, which is 3.
    """
    if re.search(r"[:/#]", wanted):  # an address, not a range
        return _DEFAULT_VERSION
    bounds = re.findall(r"(<=?|>=?|\^|~|=)?\s*v?(\d{1,4})(?:\.(\d{1,4}|[x*]))?(?:\.[\dx*]+)?", wanted.split("||")[-1])
    if not bounds:
        return _DEFAULT_VERSION
    for operator, major, minor in bounds:
        if operator == "<" and minor in ("", "0"):
            return int(major) - 1, _ANY_MINOR
        if operator in ("<", "<="):
            return int(major), int(minor) if minor.isdecimal() else _ANY_MINOR
    operator, major, minor = bounds[-1]
    if operator in (">", ">="):
        return max((int(major), _ANY_MINOR), _DEFAULT_VERSION)
    return int(major), int(minor) if minor.isdecimal() and operator != "^" else _ANY_MINOR


def merged_sections(value: Value | None, origin: Origin) -> tuple[Mapping, Unknown | None]:
    """A section given as a mapping, or as a list of mappings that the framework merges; and what of it is Unknown.

    List items may hold parts of the same key (`Resources`), which are merged deeply.
    """
    if value is None:
        return Mapping({}, origin), None
    unknown: Unknown | None = None
    merged: dict[str, Value] = {}
    for item in value.items if isinstance(value, Sequence) else (value,):
        if isinstance(item, Unknown):
            unknown = unknown or item
        elif isinstance(item, Mapping):
            for key, part in item.entries.items():
                merged[key] = _merged(merged.get(key), part)
    return Mapping(merged, value.origin), unknown


def _merged(before: Value | None, part: Value) -> Value:
    """Two parts of one value, as lodash merges them: mappings by key, lists by position."""
    if isinstance(before, Sequence) and isinstance(part, Sequence):
        shared = [_merged(first, second) for first, second in zip(before.items, part.items, strict=False)]
        longer = max(before.items, part.items, key=len)
        return Sequence((*shared, *longer[len(shared) :]), before.origin)
    if not isinstance(before, Mapping) or not isinstance(part, Mapping):
        return part
    entries = dict(before.entries)
    for key, value in part.entries.items():
        entries[key] = _merged(entries.get(key), value)
    return Mapping(entries, before.origin)


def is_configuration(name: str) -> bool:
    """Whether a file's name is one that can be asked for; programs are, to be told that they are never run."""
    return name.endswith((".yml", ".yaml", ".json", *_PROGRAM_SUFFIXES))
