"""Reading YAML text without a folder."""

from __future__ import annotations

from checker.cloudformation.intrinsics import plain
from checker.model import Mapping, Scalar, Service, Value, value_at
from checker.serverless.configuration import Configuration
from checker.serverless.framework import Framework
from checker.serverless.lowering import lower
from checker.serverless.parsing import parse_yaml
from checker.serverless.resolving import Resolver, Settings

FILE = "serverless.yml"


def parsed(text: str) -> Mapping:
    document = parse_yaml(text, FILE)
    assert isinstance(document, Mapping)
    return document


def resolved(text: str, settings: Settings | None = None) -> Mapping:
    return Resolver(parsed(text), settings or Settings()).resolve_document()


def found(document: Value, *path: str) -> Value:
    value = value_at(document, *path)
    assert value is not None
    return value


def scalar(document: Value, *path: str) -> str | int | float | bool | None:
    value = found(document, *path)
    assert isinstance(value, Scalar), value
    return value.value


def data(value: Value | None) -> object:
    """The value as plain data, with the type of each scalar beside it."""
    return plain(value)


def service_of(
    text: str,
    settings: Settings | None = None,
    *,
    version: tuple[int, int] = (3, 0),
    packages: frozenset[str] | None = None,
) -> Service:
    document = parsed(text)
    given = settings or Settings()
    configuration = Configuration(FILE, document, text.splitlines(), packages, Framework(version=version))
    return lower(configuration, Resolver(document, given).resolve_document(), given)
