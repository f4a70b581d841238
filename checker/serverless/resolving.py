"""Variables → values: every `${…}` of the framework replaced, or Unknown where the answer lies elsewhere."""

import time
from collections.abc import Mapping as StringMapping
from typing import NamedTuple

from checker.errors import CheckError
from checker.model import Facts, Mapping, Origin, Scalar, Sequence, Unknown, Value, placed
from checker.serverless.parsing import NESTING_LIMIT, NODE_LIMIT, typed
from checker.serverless.variables import Literal, Lookup, Part, UnclosedVariableError, Variable, parse_template

TEXT_LIMIT = 5 * 1024 * 1024
SECONDS_LIMIT = 10.0

# Their values live in the attendee's AWS account.
_ELSEWHERE = {
    "ssm": "value_in_aws",
    "cf": "value_in_aws",
    "s3": "value_in_aws",
    "aws": "value_in_aws",
}


_ONE = (1, 0)


_NOTHING: StringMapping[str, str] = {}


class Settings(NamedTuple):
    """What the command line gives to a resolution.

    `options` answer `${opt:…}`, `environment` answers `${env:…}`. An empty environment is what `grade` uses: the
    instructor's own never reaches a submission.
    """

    options: StringMapping[str, str] = _NOTHING
    environment: StringMapping[str, str] = _NOTHING


class Resolver:
    """Resolves one document. Each value is resolved once; a cycle ends as Unknown."""

    def __init__(self, document: Mapping, settings: Settings) -> None:
        self.document = document
        self.settings = settings
        # By identity: the document keeps its values alive, and `_done` the resolved ones.
        self._done: dict[int, Value] = {}
        self._extents: dict[int, tuple[int, int]] = {}
        self._pending: set[int] = set()
        self._depth = 0
        self._steps = 0
        self._characters = 0
        self._deadline = time.monotonic() + SECONDS_LIMIT

    def resolve_document(self) -> Mapping:
        """The document with every variable replaced.

        Raises CheckError `too-large` when the variables expand past the bounds, `timeout` after 10 seconds.
        """
        value = self._resolve(self.document)
        assert isinstance(value, Mapping)
        return value

    def _resolve(self, value: Value) -> Value:
        if isinstance(value, Unknown) or (
            isinstance(value, Scalar) and not (isinstance(value.value, str) and "${" in value.value)
        ):
            return value
        if isinstance(value, Scalar) and value.secret is not None:
            return value  # text of the environment is no expression of the file
        known = self._done.get(id(value))
        if known is not None:
            return known
        if id(value) in self._pending:
            text = value.text if isinstance(value, Scalar) else value.origin.path
            return Unknown("variable_cycle", value.origin, _facts(text))
        self._enter(value.origin)
        self._pending.add(id(value))
        resolved = self._resolve_inside(value)
        self._pending.discard(id(value))
        self._depth -= 1
        self._measure(resolved)
        self._done[id(value)] = resolved
        return resolved

    def _resolve_inside(self, value: Scalar | Sequence | Mapping) -> Value:
        if isinstance(value, Scalar):
            return self._string(value)
        if isinstance(value, Sequence):
            return Sequence(tuple([self._resolve(item) for item in value.items]), value.origin)
        return Mapping({key: self._resolve(item) for key, item in value.entries.items()}, value.origin)

    def _measure(self, value: Value) -> None:
        """Note how many values stand in a resolved one, and how deep; a shared part counts each time it is met."""
        if not isinstance(value, (Mapping, Sequence)):
            return
        parts = value.entries.values() if isinstance(value, Mapping) else value.items
        extents = [self._extents.get(id(part), _ONE) for part in parts]
        size = 1 + sum(size for size, _ in extents)
        height = 1 + max((height for _, height in extents), default=0)
        if size > NODE_LIMIT:
            raise _too_large(value.origin, f"the variables expand to more than {NODE_LIMIT:,} values.")
        if height > NESTING_LIMIT:
            raise _too_large(value.origin, f"the variables nest values deeper than {NESTING_LIMIT} levels.")
        self._extents[id(value)] = (size, height)

    def _string(self, scalar: Scalar) -> Value:
        """A string that holds variables: the value of its one variable, or the text they make together."""
        try:
            parts = parse_template(scalar.text)
        except UnclosedVariableError as error:
            return Unknown("variable_syntax", scalar.origin, _facts(scalar.text, problem=str(error)))
        if len(parts) == 1 and isinstance(parts[0], Variable):
            value = self._variable(parts[0], scalar.origin)
            return value if value.origin is scalar.origin else placed(value, scalar.origin)
        return self._join(parts, scalar.origin)

    def _join(self, parts: tuple[Part, ...], origin: Origin) -> Value:
        """The text that the parts make together; a single variable keeps the place of its own text."""
        texts: list[str] = []
        secret = False
        place = origin
        for part in parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            value = self._variable(part, origin)
            if isinstance(value, Unknown):
                return value._replace(origin=origin)
            if not isinstance(value, Scalar):
                return Unknown("variable_in_text", origin, _facts(part.text))
            place = value.origin if len(parts) == 1 else origin
            secret = secret or value.secret is not None
            texts.append(value.text)
        self._characters += sum(map(len, texts))
        if self._characters > TEXT_LIMIT:
            raise _too_large(origin, f"the variables expand to more than {TEXT_LIMIT // 1024**2} MiB of text.")
        shown = "".join(part if isinstance(part, str) else part.text for part in parts)
        return Scalar("".join(texts), place, secret=shown if secret else None)

    def _variable(self, variable: Variable, at: Origin) -> Value:
        """The value of the first source that has one."""
        self._enter(at)
        value = self._first_value(variable, at)
        self._depth -= 1
        return value

    def _first_value(self, variable: Variable, at: Origin) -> Value:
        if variable.malformed is not None:
            return Unknown("variable_syntax", at, _facts(variable.text, problem=f"`{variable.malformed}` is no source"))
        asked: Lookup | None = None
        for source in variable.sources:
            if isinstance(source, Literal):
                return self._literal(source, at)
            value = self._look_up(source, variable, at)
            if isinstance(value, Unknown):
                return value
            if value is not None and not (isinstance(value, Scalar) and value.value is None):
                return value
            asked = source
        return self._unset(variable, asked, at)

    def _unset(self, variable: Variable, asked: Lookup | None, at: Origin) -> Unknown:
        address = self._join(asked.address, at) if asked else None
        name = address.shown if isinstance(address, Scalar) else ""
        why = {"env": "environment_unset", "opt": "option_unset"}.get(asked.type if asked else "", "variable_unset")
        return Unknown(why, at, _facts(variable.text, name=name))

    def _literal(self, literal: Literal, at: Origin) -> Value:
        if literal.quoted:
            return self._join(literal.parts, at)
        text = "".join(part for part in literal.parts if isinstance(part, str))
        if text.startswith("{"):
            return Mapping({}, at)
        if text.startswith("["):
            return Sequence((), at)
        return Scalar(typed(text), at)

    def _look_up(self, source: Lookup, variable: Variable, at: Origin) -> Value | None:
        """What one source answers; None when it has no such value."""
        if source.type in _ELSEWHERE:
            return Unknown(_ELSEWHERE[source.type], at, _facts(variable.text))
        if source.with_parameters or source.type not in ("self", "opt", "env"):
            return Unknown("source_unread", at, _facts(variable.text, source=source.type))
        address = self._join(source.address, at)
        if isinstance(address, Unknown):
            return address
        assert isinstance(address, Scalar)
        name = address.text
        if source.type == "opt":
            option = self.settings.options.get(name)
            return Scalar(option, at) if option is not None else None
        if source.type == "env":
            content = self.settings.environment.get(name)
            return Scalar(content, at, secret=f"${{env:{address.shown}}}") if content is not None else None
        return self._at(name.split(".") if name else [])

    def _at(self, path: list[str]) -> Value | None:
        """The resolved value at a path of keys and list positions."""
        current: Value | None = self.document
        for step in path:
            if isinstance(current, Scalar):
                current = self._resolve(current)
            if isinstance(current, Mapping):
                current = current.get(step)
            elif isinstance(current, Sequence) and step.isdecimal() and len(step) < 7:
                current = current.items[int(step)] if int(step) < len(current.items) else None
            elif isinstance(current, Unknown):
                return current
            else:
                current = None
            if current is None:
                return Scalar("dev", self.document.origin) if path == ["provider", "stage"] else None
        assert current is not None
        return self._resolve(current)

    def _enter(self, at: Origin) -> None:
        """Count a step down; the depth is bounded, so that no submission exhausts the stack, and so is the time."""
        self._depth += 1
        if self._depth > NESTING_LIMIT:
            raise _too_large(at, f"values and variables are nested deeper than {NESTING_LIMIT} levels.")
        self._steps += 1
        if self._steps % 1024 == 0 and time.monotonic() > self._deadline:
            raise CheckError(
                "timeout",
                f"resolving the variables takes longer than {SECONDS_LIMIT:.0f} seconds.",
                advice="Look for variables that pull each other in.",
                file=at.file,
                line=at.line,
                column=at.column,
            )


def _too_large(at: Origin, message: str) -> CheckError:
    return CheckError(
        "too-large",
        message,
        advice="A service's configuration never needs that much.",
        file=at.file,
        line=at.line,
        column=at.column,
    )


def _facts(expression: str, **more: str) -> Facts:
    return (("expression", expression), *more.items())
