"""The syntax of the framework's variables: `${self:custom.${opt:stage, 'dev'}.name, env:NAME, 'text'}`.

Parsing only; `resolving` looks the values up.
"""

import re
from typing import NamedTuple

# `${AWS::Region}` and `${Queue.Arn}` belong to CloudFormation: the framework's own name a source before one colon.
_SOURCE = re.compile(r"\s*([A-Za-z][\w-]*)(?:(\()|:(?!:))")
_QUOTES = "'\""
_SPECIAL = re.compile(r"\$\{|\{\s*\}|[,}'\"]")
NESTING_LIMIT = 20


class Literal(NamedTuple):
    """A default written out: text in quotes (which may hold variables), a number, a boolean or null."""

    parts: "tuple[Part, ...]"
    quoted: bool


class Lookup(NamedTuple):
    """One source to ask, such as `self:custom.stage`.

    With parameters, as in `file(./other.yml):name`, the address starts behind the opening bracket.
    """

    type: str
    with_parameters: bool
    address: "tuple[Part, ...]"


class Variable(NamedTuple):
    """One `${…}`: its sources in the order they are tried, and its text.

    `malformed` holds a source that the framework would stop at, as a syntax error.
    """

    sources: tuple[Literal | Lookup, ...]
    text: str
    malformed: str | None = None


Part = str | Variable
"""A piece of a string: text, or a variable."""


class UnclosedVariableError(ValueError):
    """A `${` without its `}`, or variables nested deeper than any configuration needs."""


def parse_template(text: str) -> tuple[Part, ...]:
    """The pieces of a string. Raises UnclosedVariableError."""
    if "${" not in text:
        return (text,) if text else ()
    return _Parser(text).template()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0

    def template(self) -> tuple[Part, ...]:
        parts: list[Part] = []
        while (start := self.text.find("${", self.position)) >= 0:
            parts.append(self.text[self.position : start])
            self.position = start
            if _SOURCE.match(self.text, start + 2) or self.starts_with_variable(start + 2):
                parts.append(self.variable())
            else:
                parts.append("${")
                self.position = start + 2
        parts.append(self.text[self.position :])
        return _joined(parts)

    def starts_with_variable(self, position: int) -> bool:
        """Whether the type of the source is itself a variable: `${${opt:where}:name}`."""
        return self.text.startswith("${", position) and _SOURCE.match(self.text, position + 2) is not None

    def variable(self) -> Variable:
        start = self.position
        self.depth += 1
        if self.depth > NESTING_LIMIT:
            raise UnclosedVariableError(f"variables are nested deeper than {NESTING_LIMIT} levels")
        self.position += 2
        sources: list[Literal | Lookup] = []
        malformed: str | None = None
        while True:
            first = self.position
            source = self.source(self.pieces())
            if source is None:
                malformed = malformed or self.text[first : self.position].strip()
            else:
                sources.append(source)
            self.position += 1
            if self.text[self.position - 1] == "}":
                self.depth -= 1
                return Variable(tuple(sources), self.text[start : self.position], malformed)

    def pieces(self) -> tuple[Part, ...]:
        """The pieces of one source, up to its comma or closing brace."""
        parts: list[Part] = []
        text = self.text
        blank = True  # only spaces so far, so that a quote opens a literal
        while found := _SPECIAL.search(text, self.position):
            before = text[self.position : found.start()]
            parts.append(before)
            blank = blank and not before.strip()
            self.position = found.start()
            character = found.group()
            if character in ",}":
                return _joined(parts)
            if character == "${":
                parts.append(self.variable())
            elif character in _QUOTES and blank:
                closing = self.closing_quote(character)
                parts.append(text[self.position : closing + 1])
                self.position = closing + 1
            else:  # an empty mapping as a default, or a quote inside a text
                parts.append(character)
                self.position = found.end()
            blank = False
        raise UnclosedVariableError("a `${` is never closed")

    def closing_quote(self, quote: str) -> int:
        position = self.position + 1
        while position < len(self.text):
            if self.text[position] == "\\":
                position += 1
            elif self.text[position] == quote:
                return position
            position += 1
        raise UnclosedVariableError("a quote inside `${` is never closed")

    def source(self, parts: tuple[Part, ...]) -> Literal | Lookup | None:
        """What the pieces mean, or None for a syntax error."""
        if not parts:
            return None
        head = parts[0]
        if not isinstance(head, str):
            return None
        text = head.strip() if len(parts) == 1 else head.lstrip()
        if not text:
            return None
        if text[0] in _QUOTES and len(parts) == 1:
            inner = re.sub(r"\\(.)", r"\1", text[1:-1])
            return Literal(parse_template(inner), quoted=True)
        found = _SOURCE.match(text)
        if found is None:
            return Literal((text,), quoted=False) if len(parts) == 1 and _is_bare_literal(text) else None
        address = [text[found.end() :].lstrip(), *parts[1:]]
        if isinstance(address[-1], str):
            address[-1] = address[-1].rstrip()
        return Lookup(found.group(1), found.group(2) is not None, _joined(address))


def _is_bare_literal(text: str) -> bool:
    return re.fullmatch(r"null|true|false|[-+]?\d+(\.\d+)?|\{\s*\}|\[\s*\]", text) is not None


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """The pieces with neighbouring texts joined and empty ones left out."""
    joined: list[Part] = []
    texts: list[str] = []
    for part in (*parts, None):
        if isinstance(part, str):
            texts.append(part)
            continue
        if text := "".join(texts):
            joined.append(text)
        texts.clear()
        if part is not None:
            joined.append(part)
    return tuple(joined)
