"""Variables → values: every `${…}` of the framework replaced, or Unknown where the answer lies elsewhere."""

import re
import time
from collections.abc import Mapping as StringMapping
from typing import NamedTuple

from checker.errors import CheckError, too_large
from checker.model import Facts, Mapping, Origin, Scalar, Sequence, Unknown, Value, placed
from checker.serverless.framework import DEFAULT_FRAMEWORK, Framework
from checker.serverless.included import IncludedFiles, UnreadableFile
from checker.serverless.parsing import NESTING_LIMIT, NODE_LIMIT
from checker.serverless.variables import Literal, Lookup, Part, Syntax, Variable, VariableSyntaxError, parse_template

TEXT_LIMIT = 5 * 1024 * 1024
SECONDS_LIMIT = 10.0

# Their values live in the attendee's AWS account.
_IN_AWS = frozenset(("ssm", "cf", "s3", "aws"))
_SSM_IN_REGION = "ssm."  # version 1 takes the region behind a dot, later ones in brackets
_SSM_WISHES = ("", "raw", "noDecrypt")  # how to read the parameter, not where
_NEW_VARIABLES = "20210326"
DEFAULT_REGION = "us-east-1"
_DEFAULT_STAGE = "dev"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_NO_INPUT = re.compile(r"strToBool\( *(?:false|null|[-+]?(?:0+\.?0*|\.0+)) *\)")
_ONE = (1, 0)
_NOTHING: StringMapping[str, str] = {}


class Settings(NamedTuple):
    """What the command line gives to a resolution.

    `options` answer `${opt:…}`, `environment` answers `${env:…}`, `parameters` answer `${param:…}`. An empty
    environment is what `grade` uses: the instructor's own never reaches a submission. `disputed` are the variables that
    decide which `.env` is read and stand in it: the framework stops at them.
    """

    options: StringMapping[str, str] = _NOTHING
    environment: StringMapping[str, str] = _NOTHING
    parameters: StringMapping[str, str] = _NOTHING
    disputed: frozenset[str] = frozenset()


class Resolver:
    """Resolves one document and what it includes. Each value is resolved once; a cycle ends as Unknown."""

    def __init__(
        self,
        document: Mapping,
        settings: Settings,
        included: IncludedFiles | None = None,
        syntax: Syntax = "standard",
        framework: Framework = DEFAULT_FRAMEWORK,
    ) -> None:
        self.syntax = syntax
        self.framework = framework
        self.document = document
        self.settings = settings
        self.included = included
        # By identity: the document keeps its values alive, and `_done` the resolved ones.
        self._done: dict[int, Value] = {}
        self._extents: dict[int, tuple[int, int]] = {}
        self.missing_environment: set[str] = set()
        self._pending: set[int] = set()
        self._opened: dict[int, Value] = {}
        self._opening: set[int] = set()
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
            parts = parse_template(scalar.text, self.syntax)
        except VariableSyntaxError as error:
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
            if isinstance(value, Unknown):  # of a longer text, the parameter is only a part
                return value._replace(origin=origin, parameter=value.parameter if len(parts) == 1 else "")
            if not isinstance(value, Scalar) or (self.framework.is_version_1 and not _fits_into_text(value)):
                return Unknown("variable_in_text", origin, _facts(part.text))
            place = value.origin if len(parts) == 1 else origin
            secret = secret or value.secret is not None
            texts.append(value.text)
        self._characters += sum(map(len, texts))
        if self._characters > TEXT_LIMIT:
            raise _too_large(origin, f"the variables expand to more than {TEXT_LIMIT // 1024**2} MiB of text.")
        shown = "".join(part if isinstance(part, str) else part.text for part in parts)
        return Scalar("".join(texts), place, secret=shown if secret else None)

    def _open(self, value: Value) -> Value:
        """What a string that is one variable stands for, with the variables inside of it left as they are.

        A file pulled in for a whole branch may refer to that branch: `custom: ${file(custom.yml)}`, and in there
        `${self:custom.name}`. Looking the name up must not wait for the whole.
        """
        if not isinstance(value, Scalar) or value.secret is not None or "${" not in value.text:
            return value
        known = self._opened.get(id(value))
        if known is not None:
            return known
        if id(value) in self._opening:
            return Unknown("variable_cycle", value.origin, _facts(value.text))
        self._opening.add(id(value))
        opened = self._open_string(value)
        self._opening.discard(id(value))
        self._opened[id(value)] = opened
        return opened

    def _open_string(self, scalar: Scalar) -> Value:
        try:
            parts = parse_template(scalar.text, self.syntax)
        except VariableSyntaxError:
            parts = ()
        if len(parts) != 1 or not isinstance(parts[0], Variable):
            return self._resolve(scalar)
        return self._variable(parts[0], scalar.origin, opening=True)

    def _variable(self, variable: Variable, at: Origin, *, opening: bool = False) -> Value:
        """The value of the first source that has one; with `opening`, the variables inside of it stay."""
        self._enter(at)
        value = self._first_value(variable, at, opening)
        self._depth -= 1
        return value

    def _first_value(self, variable: Variable, at: Origin, opening: bool) -> Value:
        asked: Lookup | None = None
        for source in variable.sources:
            if isinstance(source, Literal):
                return self._literal(source, at)
            value = self._look_up(source, variable, at, opening)
            if isinstance(value, Unknown):
                return value
            if value is not None and not (isinstance(value, Scalar) and value.value is None):
                return value
            asked = source
        assert asked is not None
        return self._unset(variable, asked, at)

    def _unset(self, variable: Variable, asked: Lookup, at: Origin) -> Unknown:
        """Why the last source asked has no value."""
        named = self._join(asked.parameters[0] if asked.parameters else asked.address, at)
        name = named.shown if isinstance(named, Scalar) else ""
        why = {
            "env": "environment_unset",
            "opt": "option_unset",
            "param": "parameter_unset",
            "file": "file_missing" if self._is_missing(named) else "variable_unset",
        }
        return Unknown(why.get(asked.type, "variable_unset"), at, _facts(variable.text, name=name))

    def _is_missing(self, file: Value) -> bool:
        return self.included is None or not isinstance(file, Scalar) or self.included.read(file.text) is None

    def _literal(self, literal: Literal, at: Origin) -> Value:
        """A default; a text that is one variable becomes its value, as the framework resolves results again."""
        if literal.parts is None:
            return Scalar(literal.value, at)
        if len(literal.parts) == 1 and isinstance(literal.parts[0], Variable) and not self.framework.is_version_1:
            return self._variable(literal.parts[0], at)
        return self._join(literal.parts, at)

    def _look_up(self, source: Lookup, variable: Variable, at: Origin, opening: bool = False) -> Value | None:
        """What one source answers; None when it has no such value."""
        if source.type == "aws" and source.address == ("region",):
            return self._region(at)
        if source.type in _IN_AWS or (self._has_old_ssm and source.type.startswith(_SSM_IN_REGION)):
            asked = self._join(source.address, at)
            if isinstance(asked, Unknown):  # what it asks for is not known either, and that comes first
                return asked
            return Unknown("value_in_aws", at, _facts(variable.text), self._ssm_parameter(source, at))
        address = self._join(source.address, at)
        parameter = self._join(source.parameters[0], at) if source.parameters else None
        for needed in (address, parameter):
            if isinstance(needed, Unknown):
                return needed
        assert isinstance(address, Scalar)
        name = address.text
        if source.type == "self":
            return self._at(name.split(".") if name else [], opening=opening)
        if source.type == "opt":
            option = self.settings.options.get(name)
            return None if option is None else Scalar(option, at)
        if source.type == "env":
            if name in self.settings.disputed:
                return Unknown("environment_disputed", at, _facts(variable.text, name=name))
            content = self.settings.environment.get(name)
            if content is None:
                self.missing_environment.add(name)
            return None if content is None else self._secret(content, f"${{env:{address.shown}}}", at)
        if source.type == "param":
            return self._parameter(name, at)
        if source.type == "sls" and name == "stage":
            return self._stage(at)
        if isinstance(parameter, Scalar):
            if source.type == "file" and self.included is not None:
                return self._included(parameter, name, variable, at, opening)
            if source.type == "strToBool" and (boolean := self._boolean(parameter, variable)) is not None:
                return Scalar(boolean, at)
        return Unknown("source_unread", at, _facts(variable.text, source=source.type))

    def at(self, *path: str) -> Value | None:
        """The resolved value at a path of keys; None when nothing stands there."""
        return self._at(list(path))

    def stage(self) -> Value:
        """The stage that the framework would deploy to."""
        return self._stage(self.document.origin)

    def _ssm_parameter(self, source: Lookup, at: Origin) -> str:
        """The name of an SSM parameter of the service's own region; empty for all else.

        Version 1 takes what follows a tilde for a wish (`~true` decrypts), and a region behind a dot.
        """
        address = self._join(source.address, at)
        if source.type.partition(".")[0] != "ssm" or not isinstance(address, Scalar):
            return ""
        given = [self._join(parameter, at) for parameter in source.parameters or ()]
        named = [source.type.partition(".")[2], *(one.text if isinstance(one, Scalar) else "?" for one in given)]
        regions = [name for name in named if name not in _SSM_WISHES]
        region = self._region(at) if regions else None
        if region is not None and not (isinstance(region, Scalar) and regions == [region.text]):
            return ""
        return address.text.partition("~")[0] if self._has_old_ssm else address.text

    @property
    def _has_old_ssm(self) -> bool:
        """Whether `${ssm:…}` is that of version 1, which version 2 takes too unless it is told otherwise.

        By `variablesResolutionMode: 20210326` it is (serverless 2.72, `resolve-variables` and `get-ssm.js`).
        """
        if not (2, 0) <= self.framework.version < (3, 0):
            return self.framework.is_version_1
        mode = self.document.get("variablesResolutionMode")
        return not (isinstance(mode, Scalar) and mode.text == _NEW_VARIABLES)

    def _boolean(self, parameter: Scalar, variable: Variable) -> bool | None:
        """What `strToBool` answers: version 1 takes small letters only, and later ones no plain `0` or `false`."""
        if self.framework.is_version_1:
            return _BOOLEANS.get(parameter.text)
        return None if _NO_INPUT.search(variable.text) else _BOOLEANS.get(parameter.text.strip().lower())

    def _secret(self, content: str, expression: str, at: Origin) -> Value:
        """A value of the environment, in which the framework resolves variables too; reports show its expression."""
        value = self._string(Scalar(content, at)) if "${" in content else Scalar(content, at)
        if isinstance(value, Scalar):
            return value._replace(origin=at, secret=expression)
        return Unknown("source_unread", at, _facts(expression, source="env"))

    def _stage(self, at: Origin) -> Value:
        option = self.settings.options.get("stage")
        if option is not None:
            return Scalar(option, at)
        stage = self._at(["provider", "stage"])
        return Scalar(_DEFAULT_STAGE, at) if stage is None else stage

    def _region(self, at: Origin) -> Value:
        option = self.settings.options.get("region")
        region = None if option is not None else self._at(["provider", "region"])
        return Scalar(option or DEFAULT_REGION, at) if region is None else region

    def _parameter(self, name: str, at: Origin) -> Value | None:
        """A parameter of the command line, else of the stage's block under `params`, else of the default block."""
        if name in self.settings.parameters:
            return Scalar(self.settings.parameters[name], at)
        stage = self._stage(at)
        if isinstance(stage, Unknown):
            return stage
        blocks = (stage.text if isinstance(stage, Scalar) else "", "default")
        for block in blocks:
            value = self._at(["params", block, name])
            if value is not None and not (isinstance(value, Scalar) and value.value is None):
                return value
        return None

    def _included(self, parameter: Scalar, address: str, variable: Variable, at: Origin, opening: bool) -> Value | None:
        """The content of a file of the submission, or what stands in it at an address."""
        assert self.included is not None
        if parameter.secret is not None:  # a file's name would tell what is in the environment
            return Unknown("source_unread", at, _facts(variable.text, source="file"))
        content = self.included.read(parameter.text)
        if isinstance(content, UnreadableFile):
            return Unknown(content.why, at, _facts(variable.text, name=content.name, problem=content.problem))
        return None if content is None else self._at(address.split(".") if address else [], content, opening=opening)

    def _at(self, path: list[str], root: Value | None = None, *, opening: bool = False) -> Value | None:
        """The resolved value at a path of keys and list positions, in the document or an included file.

        With `opening`, it is the value whose variables inside are left as they are.
        """
        current: Value | None = self.document if root is None else root
        for step in path:
            if isinstance(current, Scalar):
                current = self._open(current)
            if isinstance(current, Mapping):
                current = current.get(step)
            elif isinstance(current, Sequence) and step.isdecimal() and len(step) < 7:
                current = current.items[int(step)] if int(step) < len(current.items) else None
            elif isinstance(current, Unknown):
                return current
            else:
                current = None
            if current is None:
                # Version 1 fills the stage in before it resolves; later ones find nothing there.
                is_stage = root is None and path == ["provider", "stage"] and self.syntax != "standard"
                return Scalar(_DEFAULT_STAGE, self.document.origin) if is_stage else None
        assert current is not None
        return self._open(current) if opening else self._resolve(current)

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


def _fits_into_text(value: Scalar) -> bool:
    """Whether version 1 puts the value into a text: it takes text and numbers only."""
    return isinstance(value.value, (str, int, float)) and not isinstance(value.value, bool)


def _too_large(at: Origin, message: str) -> CheckError:
    return too_large(message, file=at.file, line=at.line, column=at.column)


def _facts(expression: str, **more: str) -> Facts:
    return (("expression", expression), *more.items())
