"""The files of a rule pack, read strictly: what does not fit stops with file, line and column, or is noted to go on."""

import os
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

from checker.errors import CheckError
from checker.model import Mapping, Origin, Scalar, Sequence, Value, text_of
from checker.serverless.parsing import decode, parse_yaml
from checker.wording import near_name

_NEAR, _VERY_NEAR = 0.7, 0.8
_EMPTY = "is empty; write a text behind it, in quotes"

Read = TypeVar("Read")
Problems = list[CheckError]
"""What does not fit in a pack, as it is found."""


def read_pack_file(path: str | os.PathLike[str]) -> Mapping:
    """The mapping in a file of a pack. Raises CheckError."""
    with open(path, "rb") as stream:
        return parse_pack_file(stream.read(), os.path.basename(path))


def parse_pack_file(content: bytes, name: str, holds: str = "") -> Mapping:
    """The mapping in the bytes of a pack's file; `holds` says which keys it has. Raises CheckError."""
    document = parse_yaml(decode(content, name), name)
    if isinstance(document, Mapping):
        return document
    is_empty = document is None or (isinstance(document, Scalar) and document.value is None)
    message = "this file is empty." if is_empty else "a rule pack is a mapping."
    raise CheckError("invalid-config", message, advice=holds, file=name, line=1, column=1)


class Entry:
    """A mapping of the pack whose keys must all be used.

    What does not fit raises CheckError. With `problems` it is noted there instead, a value that fits stands in for it,
    and reading goes on; `stop` still raises, where nothing can stand in, and `each` and `attempt` go on behind that.
    """

    def __init__(self, value: Value, problems: Problems | None = None) -> None:
        if not isinstance(value, Mapping):
            stop(value.origin, "a mapping belongs here")
        self.value = value
        self.problems = problems
        self.unused = dict(value.entries)
        self.known: list[str] = []

    def wrong(self, at: Origin, message: str) -> None:
        """Note what does not fit, or stop. Raises CheckError."""
        if self.problems is None:
            stop(at, message)
        self.problems.append(_problem(at, message))

    def going_on(self) -> "_GoingOn":
        """Around what may not be readable: where problems are noted, reading goes on behind it."""
        return _GoingOn(self.problems)

    def attempt(self, read: Callable[[], Read]) -> Read | None:
        """What is read; None for what cannot be read, where problems are noted. Raises CheckError."""
        with self.going_on():
            return read()
        return None

    def take(self, key: str) -> Value | None:
        self.known.append(key)
        return self.unused.pop(key, None)

    def has(self, key: str) -> bool:
        """Whether an optional key stands here."""
        self.known.append(key)
        return key in self.unused

    def lacks(self, key: str) -> None:
        """Tell that a key is missing, or is there misspelled. Raises CheckError."""
        near = near_name(key, self.unused, _VERY_NEAR)  # `hints_for` is no `hints` misspelled
        if near is None:
            self.wrong(self.value.origin, f"`{key}` is missing here")
        else:
            at = self.unused.pop(near).origin.use
            self.wrong(at, f"`{key}` is missing here, and `{near}` is no key of this place; did you mean `{key}`?")

    def need(self, key: str) -> Value:
        value = self.take(key)
        if value is None:
            self.lacks(key)
            raise _NotedError
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.take(key)
        if value is None:
            if default is None:
                self.lacks(key)
            return default or ""
        if not isinstance(value, Scalar) or not isinstance(value.value, str):
            says = "is a text; put it into quotes" if isinstance(value, Scalar) else "is a text"
            is_left_empty = isinstance(value, Scalar) and value.value is None
            self.wrong(value.origin.use, f"`{key}` {_EMPTY if is_left_empty else says}")
            return ""
        if not value.value and default is None:
            self.wrong(value.origin.use, f"`{key}` {_EMPTY}")
        return value.value

    def is_text(self, key: str) -> bool:
        """Whether a text stands here, which may be looked at further; where not, that is told already."""
        return text_of(self.value.entries.get(key)) is not None

    def number(self, key: str) -> int:
        value = self.take(key)
        if value is None:
            self.lacks(key)
            return 0
        if not isinstance(value, Scalar) or type(value.value) is not int:
            self.wrong(value.origin.use, f"`{key}` is a whole number")
            return 0
        return value.value

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value is None:
            return False
        if not isinstance(value, Scalar) or not isinstance(value.value, bool):
            self.wrong(value.origin.use, f"`{key}` is true or false")
            return False
        return value.value

    def items(self, key: str, *, optional: bool = False) -> tuple[Value, ...]:
        value = self.take(key)
        if value is None:
            if not optional:
                self.lacks(key)
            return ()
        if not isinstance(value, Sequence):
            self.wrong(value.origin.use, f"`{key}` is a list")
            return ()
        if not value.items and not optional:
            self.wrong(value.origin.use, f"`{key}` is empty")
        return value.items

    def each(self, key: str, read: "Callable[[Entry], Read]", *, optional: bool = False) -> tuple[Read, ...]:
        """What is read of each mapping in a list."""
        return self.all(self.items(key, optional=optional), lambda item: read(self.inner(item)))

    def all(self, values: Iterable[Value], read: Callable[[Value], Read]) -> tuple[Read, ...]:
        """What is read of each value; one that cannot be read is left out, where problems are noted."""
        found = []
        for value in values:
            with self.going_on():
                found.append(read(value))
        return tuple(found)

    def inner(self, value: Value) -> "Entry":
        """A mapping inside of this one. Raises CheckError."""
        return Entry(value, self.problems)

    def objects(self, key: str, *, optional: bool = False) -> "tuple[Entry, ...]":
        return self.each(key, lambda each: each, optional=optional)

    def object(self, key: str) -> "Entry":
        """The mapping of a key. Raises CheckError."""
        return self.inner(self.need(key))

    def mapping(self, key: str) -> Mapping:
        return self.object(key).value

    def strings(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        return self.all(self.items(key, optional=optional), plain_text)

    def listed(self, value: Value, read: Callable[[Value], Read]) -> tuple[Read, ...]:
        """A list, each of whose items is read. Raises CheckError."""
        if not isinstance(value, Sequence):
            stop(value.origin.use, "a list belongs here")
        return self.all(value.items, read)

    def texts(self, key: str, needed: tuple[str, ...] = ()) -> dict[str, str]:
        """Texts by name, these among them."""
        return self.attempt(lambda: self._texts(self.object(key), needed)) or {}

    @staticmethod
    def _texts(found: "Entry", needed: tuple[str, ...]) -> dict[str, str]:
        return {name: found.text(name) for name in dict.fromkeys((*needed, *found.value.entries))}

    def end(self) -> None:
        for key, value in self.unused.items():
            near = near_name(key, self.known, _NEAR)
            free = [f"`{one}`" for one in dict.fromkeys(self.known) if one not in self.value.entries]
            also = f"; what may stand here besides: {', '.join(free)}" if free else ""
            advice = f"; did you mean `{near}`?" if near else also
            self.wrong(value.origin.use, f"`{key}` is no key of this place{advice}")


class _GoingOn:
    """Lets no CheckError out, where problems are noted: it becomes one."""

    def __init__(self, problems: Problems | None) -> None:
        self.problems = problems

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if self.problems is None or not isinstance(error, CheckError):
            return False
        if not isinstance(error, _NotedError):
            self.problems.append(error)
        return True


class _NotedError(CheckError):
    """A problem that was noted before, and behind which nothing can be read."""

    def __init__(self) -> None:
        super().__init__("invalid-config", "")


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
    raise _problem(at, message)


def _problem(at: Origin, message: str) -> CheckError:
    end = "" if message.endswith("?") else "."
    return CheckError("invalid-config", f"{message}{end}", file=at.file, line=at.line, column=at.column)
