"""The files of a rule pack, read strictly: what does not fit stops with file, line and column."""

import os
from collections.abc import Callable
from typing import Any, NoReturn

from checker.errors import CheckError
from checker.model import Mapping, Origin, Scalar, Sequence, Value
from checker.serverless.parsing import decode, parse_yaml


def read_pack_file(path: str | os.PathLike[str]) -> Mapping:
    """The mapping in a file of a pack. Raises CheckError."""
    name = os.path.basename(path)
    with open(path, "rb") as stream:
        document = parse_yaml(decode(stream.read(), name), name)
    if not isinstance(document, Mapping):
        raise CheckError("invalid-config", "a rule pack is a mapping.", file=name, line=1, column=1)
    return document


class Entry:
    """A mapping of the pack whose keys must all be used."""

    def __init__(self, value: Value) -> None:
        if not isinstance(value, Mapping):
            stop(value.origin, "a mapping belongs here")
        self.value = value
        self.unused = dict(value.entries)

    def take(self, key: str) -> Value | None:
        return self.unused.pop(key, None)

    def need(self, key: str) -> Value:
        value = self.take(key)
        if value is None:
            stop(self.value.origin, f"`{key}` is missing here")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.take(key) if default is not None else self.need(key)
        if value is None:
            assert default is not None
            return default
        if not isinstance(value, Scalar) or not isinstance(value.value, str):
            stop(value.origin, f"`{key}` is a text")
        return value.value

    def number(self, key: str) -> int:
        value = self.need(key)
        if not isinstance(value, Scalar) or type(value.value) is not int:
            stop(value.origin, f"`{key}` is a whole number")
        return value.value

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value is None:
            return False
        if not isinstance(value, Scalar) or not isinstance(value.value, bool):
            stop(value.origin, f"`{key}` is true or false")
        return value.value

    def items(self, key: str, *, optional: bool = False) -> tuple[Value, ...]:
        value = self.take(key) if optional else self.need(key)
        if value is None:
            return ()
        if not isinstance(value, Sequence):
            stop(value.origin, f"`{key}` is a list")
        return value.items

    def objects(self, key: str, *, optional: bool = False) -> "list[Entry]":
        return [Entry(item) for item in self.items(key, optional=optional)]

    def object(self, key: str) -> "Entry":
        return Entry(self.need(key))

    def mapping(self, key: str) -> Mapping:
        return self.object(key).value

    def strings(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        return tuple(str(plain(item)) for item in self.items(key, optional=optional))

    @staticmethod
    def listed(value: Value, read: Callable[[Value], Any]) -> tuple[Any, ...]:
        """A list, each of whose items is read."""
        if not isinstance(value, Sequence):
            stop(value.origin, "a list belongs here")
        return tuple(read(item) for item in value.items)

    def texts(self, key: str) -> dict[str, str]:
        found = self.object(key)
        return {name: found.text(name) for name in found.value.entries}

    def end(self) -> None:
        for key, value in self.unused.items():
            stop(value.origin.use, f"`{key}` is no key of this place")


def plain_text(value: Value) -> str:
    """The text of a value. Raises CheckError for another."""
    if not isinstance(value, Scalar) or not isinstance(value.value, str):
        stop(value.origin, "a text belongs here")
    return value.value


def plain(value: Value) -> Any:
    """The value as plain Python data."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.entries.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value.items]
    assert isinstance(value, Scalar)
    return value.value


def stop(at: Origin, message: str) -> NoReturn:
    """Raises CheckError `invalid-config` at a place of the pack."""
    raise CheckError("invalid-config", f"{message}.", file=at.file, line=at.line, column=at.column)
