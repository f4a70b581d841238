r"""The syntax of the framework's variables: `${self:custom.${opt:stage, 'dev'}.name, env:NAME, 'text'}`.

Parsing only; `resolving` looks the values up. The rules are those of the framework's version 3 (and osls):

- A variable starts with a lower-case source type, followed by `:` or by parameters in brackets. All else in `${…}`
  belongs to CloudFormation: `${AWS::Region}`, `${Queue.Arn}`.
- Its sources are separated by commas. Behind the first, literals may stand: text in quotes, numbers, true, false, null.
- `\${` stands for the two characters themselves; `\\${` for a backslash and a variable.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal as OneOf
from typing import NamedTuple

_OPENING = re.compile(r"(\\*)\$\{")
_TYPE = re.compile(r"([a-z][A-Za-z0-9.-]*)(\(|:)")
_LITERAL = re.compile(r"[A-Za-z0-9.-][A-Za-z0-9.\- ]*")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?\Z", re.IGNORECASE)
_SPACE_AFTER_OPENING = re.compile(r"\$\{\s+")
_DOUBLE_BRACES = re.compile(r"\$\{\{([^{}]*)\}\}")
_DELIMITER = re.compile(r"\$\{|[,)}]")
NESTING_LIMIT = 20
_LONGEST_KEPT = 200


class Literal(NamedTuple):
    """A default written out. Text in quotes may hold variables, which are resolved in turn."""

    value: str | int | float | bool | None
    parts: "tuple[Part, ...] | None" = None


class Lookup(NamedTuple):
    """One source to ask, such as `self:custom.stage` or `file(./other.yml):name`.

    `parameters` is None without brackets; `address` is empty when nothing stands behind the colon.
    """

    type: str
    parameters: "tuple[tuple[Part, ...], ...] | None"
    address: "tuple[Part, ...]"


class Variable(NamedTuple):
    """One `${…}`: its sources in the order they are tried, and its text."""

    sources: tuple[Literal | Lookup, ...]
    text: str


Part = str | Variable
"""A piece of a string: text, or a variable."""


class VariableSyntaxError(ValueError):
    """What the framework would stop at; the message completes the sentence "It is not written as …: "."""


Syntax = OneOf["standard", "framework-1", "double-braces"]
"""How variables are told from CloudFormation's own `${…}`.

`standard` is the rule of version 3. Version 1 takes every `${…}` for its own (`framework-1`), unless
`provider.variableSyntax` says otherwise: `double-braces` is the usual `${{…}}`.
"""


def parse_template(text: str, syntax: Syntax = "standard") -> tuple[Part, ...]:
    """The pieces of a string, escapes resolved. Raises VariableSyntaxError."""
    if "${" not in text:
        return (text,) if text else ()
    if syntax == "double-braces":
        return _double_braces(text)
    if syntax == "standard":
        return _template(text)
    parts = _template(_SPACE_AFTER_OPENING.sub("${", text))
    if any(isinstance(part, str) and "${" in part for part in parts):
        raise VariableSyntaxError("version 1 of the framework takes every `${…}` for its own variable")
    return parts


def _template(text: str) -> tuple[Part, ...]:
    """The pieces of a string in the standard syntax; short ones return within a file and all over a class."""
    return _Parser(text).template() if len(text) > _LONGEST_KEPT else _kept_template(text)


@lru_cache(maxsize=1024)
def _kept_template(text: str) -> tuple[Part, ...]:
    return _Parser(text).template()


def _double_braces(text: str) -> tuple[Part, ...]:
    """The pieces of a string whose variables are `${{…}}`; one inside another is not read."""
    parts: list[Part] = []
    end = 0
    for found in _DOUBLE_BRACES.finditer(text):
        parts.append(text[end : found.start()])
        parts.extend(_Parser(f"${{{found.group(1).strip()}}}").template())
        end = found.end()
    parts.append(text[end:])
    if any(isinstance(part, str) and "${{" in part for part in parts):
        raise VariableSyntaxError("variables in double braces cannot stand inside each other here")
    return joined(parts)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0

    def template(self) -> tuple[Part, ...]:
        parts: list[Part] = []
        while found := _OPENING.search(self.text, self.position):
            backslashes = len(found.group(1))
            parts.append(self.text[self.position : found.start()])
            self.position = found.end()
            if backslashes % 2:
                parts.append("\\" * (backslashes // 2) + "${")
            elif _TYPE.match(self.text, self.position) and not self.is_foreign():
                parts.append("\\" * (backslashes // 2))
                parts.append(self.variable(found.end() - 2))
            else:
                parts.append(found.group())
        parts.append(self.text[self.position :])
        return joined(parts)

    def is_foreign(self) -> bool:
        """Whether two colons follow the type, as in CloudFormation's pseudo parameters."""
        found = _TYPE.match(self.text, self.position)
        return found is not None and found.group(2) == ":" and self.text.startswith(":", found.end())

    def variable(self, start: int) -> Variable:
        """The variable whose `${` starts at `start`; the position is behind that."""
        self.depth += 1
        if self.depth > NESTING_LIMIT:
            raise VariableSyntaxError(f"it is nested deeper than {NESTING_LIMIT} levels")
        sources: list[Literal | Lookup] = [self.lookup()]
        while self.take() == ",":
            sources.append(self.next_source())
        self.depth -= 1
        return Variable(tuple(sources), self.text[start : self.position])

    def take(self) -> str:
        """The comma or brace that ends a source."""
        self.skip_spaces()
        if self.position >= len(self.text):
            raise VariableSyntaxError("its closing brace is missing")
        character = self.text[self.position]
        if character not in ",}":
            raise VariableSyntaxError(f"`{character}` stands where a comma or the closing brace belongs")
        self.position += 1
        return character

    def skip_spaces(self) -> None:
        while self.text.startswith(" ", self.position):
            self.position += 1

    def next_source(self) -> Literal | Lookup:
        """A source behind a comma, where literals are allowed."""
        self.skip_spaces()
        if self.text.startswith(("'", '"'), self.position):
            text = self.quoted()
            return Literal(text, parse_template(text) if "${" in text else None)
        if _TYPE.match(self.text, self.position):
            return self.lookup()
        found = _LITERAL.match(self.text, self.position)
        if found is None:
            raise VariableSyntaxError("a default that is a variable or a list itself stands in quotes")
        self.position = found.end()
        return Literal(_literal(found.group().strip()))

    def lookup(self) -> Lookup:
        found = _TYPE.match(self.text, self.position)
        if found is None:
            raise VariableSyntaxError("it does not start with a source, such as `self:`")
        self.position = found.end()
        parameters = None
        if found.group(2) == "(":
            parameters = self.parameters()
            self.skip_spaces()
            if not self.text.startswith(":", self.position):
                return Lookup(found.group(1), parameters, ())
            self.position += 1
        self.skip_spaces()
        return Lookup(found.group(1), parameters, self.value(",}"))

    def parameters(self) -> tuple[tuple[Part, ...], ...]:
        """What stands in brackets, up to and with the closing one."""
        parameters: list[tuple[Part, ...]] = []
        while True:
            self.skip_spaces()
            parameters.append(self.value(",)"))
            self.skip_spaces()
            if self.position >= len(self.text) or self.text[self.position] == "}":
                raise VariableSyntaxError("its closing bracket is missing")
            self.position += 1
            if self.text[self.position - 1] == ")":
                return tuple(parameters)

    def value(self, ends: str) -> tuple[Part, ...]:
        """An address or a parameter: text in quotes, or text with variables up to one of the `ends`."""
        if self.text.startswith(("'", '"'), self.position):
            return joined([self.quoted()])
        parts: list[Part] = []
        while found := _DELIMITER.search(self.text, self.position):
            parts.append(self.text[self.position : found.start()])
            self.position = found.start()
            if found.group() == "${":
                self.position += 2
                parts.append(self.variable(found.start()))
            elif found.group() in ends or found.group() == "}":
                return _stripped(parts)
            else:
                parts.append(found.group())
                self.position += 1
        raise VariableSyntaxError("its closing brace is missing")

    def quoted(self) -> str:
        """The text in the quotes that start here: single ones hold text as it is, double ones JSON's escapes."""
        quote = self.text[self.position]
        end = self.position + 1
        while end < len(self.text) and self.text[end] != quote:
            end += 2 if quote == '"' and self.text[end] == "\\" else 1
        if end >= len(self.text):
            raise VariableSyntaxError("a quote in it is never closed")
        literal = self.text[self.position : end + 1]
        self.position = end + 1
        return literal[1:-1] if quote == "'" else _json_text(literal)


def _json_text(literal: str) -> str:
    import json

    try:
        return str(json.loads(literal))
    except ValueError:
        raise VariableSyntaxError("its text in double quotes has an escape that JSON does not know") from None


def _literal(text: str) -> int | float | bool | None:
    """The value of a literal without quotes."""
    known: dict[str, bool | None] = {"true": True, "false": False, "null": None}
    if text in known:
        return known[text]
    if _NUMBER.match(text):
        convert: Callable[[str], int | float] = int if text.lstrip("+-").isdecimal() and len(text) < 20 else float
        return convert(text)
    raise VariableSyntaxError(f"`{text}` is neither a source nor a text in quotes")


def _stripped(parts: list[Part]) -> tuple[Part, ...]:
    """The pieces without the spaces behind the last one."""
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return joined(parts)


def joined(parts: list[Part]) -> tuple[Part, ...]:
    """The pieces with neighbouring texts joined and empty ones left out."""
    result: list[Part] = []
    texts: list[str] = []
    for part in (*parts, None):
        if isinstance(part, str):
            texts.append(part)
            continue
        if text := "".join(texts):
            result.append(text)
        texts.clear()
        if part is not None:
            result.append(part)
    return tuple(result)
