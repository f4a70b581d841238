"""Finding and reading the framework's configuration file of a submission."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from checker.errors import CheckError
from checker.model import Mapping, Origin, Scalar, Sequence, Unknown, Value, is_empty
from checker.serverless.files import SubmissionFiles
from checker.serverless.framework import DEFAULT_FRAMEWORK, Framework, ScalarTable, listed_framework, wanted_framework
from checker.serverless.parsing import decode, parse_json, parse_yaml, text_lines
from checker.wording import near_name, shown

# In the order in which the framework looks for them.
READABLE = ("serverless.yml", "serverless.yaml", "serverless.json")
PROGRAMS = ("serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs")
PROGRAM_SUFFIXES = (".ts", ".js", ".cjs", ".mjs")
TEMPLATE = ".serverless/cloudformation-template-update-stack.json"
"""What `sls package` compiles a service to."""


_MOST_NAMES = 10_000
_CALLED_SO = r"(?i:s.{5,40}\.(?:ya?ml|json)(?:\.txt)?)"  # compiled only where none is found


class Configuration(NamedTuple):
    """One configuration file before its variables are resolved, with what package.json says beside it.

    `packages` are the names of the packages listed, None without a package.json.
    """

    file: str
    document: Mapping
    lines: list[str]
    packages: frozenset[str] | None
    framework: Framework


class Package(NamedTuple):
    """What a package.json lists: every package's name, and the framework if it is among them."""

    names: frozenset[str]
    framework: Framework | None


class Document(NamedTuple):
    """A file as it was written: a mapping with its places, and its text, beside the package.json of its folder."""

    file: str
    value: Mapping
    text: str
    package: Package | None

    @property
    def lines(self) -> list[str]:
        return text_lines(self.text)


def read_document(folder: SubmissionFiles, name: str | None = None) -> Document:
    """Read `name`, or the configuration file that the framework would find in the folder.

    Raises CheckError: `not-found`, `unsupported-config`, `invalid-yaml`, `invalid-config`, `too-large`.
    """
    file = name or _find(folder)
    if file.endswith(PROGRAM_SUFFIXES):
        raise _program(file)
    content = folder.read(file)
    if content is None:
        advice = "Run `sls package` first." if file == TEMPLATE else "Check the name."
        raise CheckError("not-found", "there is no such file.", advice=advice, file=file)
    text = decode(content, file)
    package = _read_package(folder)
    framework = (package.framework if package is not None else None) or DEFAULT_FRAMEWORK
    return Document(file, _parse(text, file, framework.scalars), text, package)


def _parse(text: str, file: str, table: ScalarTable) -> Mapping:
    value = parse_json(text, file) if file.endswith(".json") else parse_yaml(text, file, table)
    if value is None or (isinstance(value, Scalar) and value.value is None):
        raise _invalid("this file is empty.", file, "Start from the workshop's serverless.yml.")
    if not isinstance(value, Mapping):
        what = "a list" if isinstance(value, Sequence) else "text"
        raise _invalid(
            f"this file holds {what} at its top level.",
            file,
            "A service is a mapping: `service:`, `provider:` and so on.",
        )
    return value


def read_configuration(document: Document) -> Configuration:
    """The configuration in a document, read as its framework reads it. Raises CheckError `invalid-config`."""
    file, value, text, package = document
    framework = package.framework if package is not None else None
    if framework is None:
        framework = wanted_framework(value)
        if framework.scalars != DEFAULT_FRAMEWORK.scalars:  # the file itself names a version that types otherwise
            value = _parse(text, file, framework.scalars)
    service = value.get("service")
    if is_empty(service.get("name") if isinstance(service, Mapping) else service):
        raise _invalid("there is no `service` here.", file, "Add `service:` with the name of the service.")
    return Configuration(file, value, document.lines, package.names if package is not None else None, framework)


def _find(folder: SubmissionFiles) -> str:
    file = folder.find((*READABLE, *PROGRAMS))
    if file is None:
        near, name = _misnamed(folder.names())
        if near:
            raise CheckError(
                "not-found",
                f"there is no serverless.yml in `{folder.root}`, but there is `{shown(near)}`.",
                advice=f"If that is the service, rename it to {name}.",
            )
        raise CheckError(
            "not-found",
            f"there is no serverless.yml in `{folder.root}`.",
            advice="Run rydecheck in the service's folder, or name it: rydecheck check PATH.",
        )
    return file


def is_called_so(name: str) -> bool:
    """Whether a file may be a configuration under a name that is nearly right."""
    return re.fullmatch(_CALLED_SO, name) is not None


def _misnamed(names: Iterable[str]) -> tuple[str, str]:
    """A file that is nearly called as a configuration is, and what it should be called; empty names without one.

    Downloads are numbered, Windows hides that a file is a .txt, and only some systems take two letter cases for one.
    """
    files = sorted(filter(is_called_so, islice(names, _MOST_NAMES)))
    for wanted in READABLE if files else ():
        near = near_name(wanted, files, 0.85)
        if near is not None:
            return near, wanted
    return "", ""


def _program(file: str) -> CheckError:
    return CheckError(
        "unsupported-config",
        "this configuration is a program, and rydecheck never runs a submission's code.",
        advice="Write the service as serverless.yml.",
        file=file,
    )


def _invalid(message: str, file: str, advice: str) -> CheckError:
    return CheckError("invalid-config", message, advice=advice, file=file, line=1, column=1)


def _read_package(folder: SubmissionFiles) -> Package | None:
    """What package.json says; an unreadable one says nothing, for the service can be judged without it."""
    import json

    try:
        content = folder.read("package.json")
        package = json.loads(content) if content is not None else None
    except (CheckError, ValueError, RecursionError):
        return None
    if not isinstance(package, dict):
        return None
    return Package(frozenset(_dependencies(package)), listed_framework(package))


def _dependencies(package: dict[str, object]) -> Iterable[str]:
    for section in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
        listed = package.get(section)
        if isinstance(listed, dict):
            yield from (str(name) for name in listed)


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
    return name.endswith((".yml", ".yaml", ".json", *PROGRAM_SUFFIXES))
