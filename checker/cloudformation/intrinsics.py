"""CloudFormation's intrinsic functions, as far as they can be told before a deployment."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from checker.model import Mapping, Scalar, Sequence, Unknown, Value, items_of, text_of, walk


class Reference(NamedTuple):
    """A text that only the deployment makes: a pseudo parameter (`AWS::Region`), or a resource's attribute.

    `attribute` is empty for `Ref`. `dotted` marks what CloudFormation refuses: `Fn::GetAtt: Queue.Arn` in its long
    form, which the framework compiles to a list of one, and `Fn::GetAtt` of a resource without an attribute.
    """

    name: str
    attribute: str = ""
    dotted: bool = False


Text = tuple[str | Reference, ...]
"""A string with the parts that only the deployment makes."""

_NAMES = (
    "And Base64 Cidr Equals FindInMap ForEach GetAtt GetAZs If ImportValue Join Length Not Or Select Split Sub",
    "ToJsonString Transform",
)
_FUNCTIONS = frozenset(f"Fn::{name}" for names in _NAMES for name in names.split()) | {"Ref", "Condition"}
_NO_VALUE = "AWS::NoValue"
_SUBSTITUTION = re.compile(r"\$\{([^{}]*)\}")


def function_of(value: Value | None) -> tuple[str, Value] | None:
    """The name and argument of an intrinsic function, else None."""
    if isinstance(value, Mapping) and len(value.entries) == 1:
        (name, argument) = next(iter(value.entries.items()))
        if name in _FUNCTIONS:
            return name, argument
    return None


def settle(value: Value | None) -> Value | None:
    """The value that a deployment would use: None for `AWS::NoValue`, Unknown where only the deployment tells."""
    function = function_of(value)
    if value is None or function is None:
        return value
    name, argument = function
    if name == "Ref" and text_of(argument) == _NO_VALUE:
        return None
    if name == "Fn::If":
        return settle(_agreed(value, argument))
    text = text_value(value)
    if isinstance(text, Unknown):
        return text
    if all(isinstance(part, str) for part in text):
        return Scalar("".join(part for part in text if isinstance(part, str)), value.origin, _secret_in(value))
    return Unknown("made_by_deployment", value.origin, (("expression", name),))


def _agreed(value: Value, argument: Value) -> Value | None:
    """The value of an `Fn::If` whose branches say the same, at the place of the `Fn::If`; else Unknown."""
    branches = items_of(argument)[1:]
    if len(branches) == 2:
        first: Value | None = branches[0]
        second: Value | None = branches[1]
        if plain(first) != plain(second):
            first, second = (branch if isinstance(found := settle(branch), Unknown) else found for branch in branches)
        if plain(first) == plain(second):
            return None if first is None else first._replace(origin=value.origin)
        for branch in (first, second):
            if isinstance(branch, Unknown):
                return branch
    return Unknown("conditional_value", value.origin)


def branches_of(value: Value | None) -> tuple[Value, ...]:
    """The condition of an `Fn::If` and its two branches; nothing for any other value."""
    function = function_of(value)
    parts = items_of(function[1]) if function is not None and function[0] == "Fn::If" else ()
    return parts if len(parts) == 3 else ()


def is_no_value(value: Value) -> bool:
    """Whether it is `Ref: AWS::NoValue`, which stands for nothing."""
    function = function_of(value)
    return function is not None and function[0] == "Ref" and text_of(function[1]) == _NO_VALUE


def plain(value: Value | None) -> object:
    """The value without its places, to compare two."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.entries.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value.items]
    if isinstance(value, Scalar):
        return (type(value.value), value.value)
    return value


def text_value(value: Value) -> Text | Unknown:
    """A string value with its references; Unknown for what cannot be written as one."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Scalar):
        return (value.text,)
    function = function_of(value)
    if function is None:
        return Unknown("not_text", value.origin)
    name, argument = function
    if name == "Ref":
        return (Reference(text_of(argument) or ""),)
    if name == "Fn::GetAtt":
        return _get_att(argument)
    if name == "Fn::Sub":
        return _sub(argument)
    if name == "Fn::Join":
        return _join(argument)
    if name == "Fn::If":
        agreed = _agreed(value, argument)
        return () if agreed is None else text_value(agreed)
    return Unknown("made_by_deployment", value.origin, (("expression", name),))


def shown_text(value: Value) -> str:
    """A string value as a report may show it: references by name, and nothing that came from the environment."""
    secret = _secret_in(value)
    text = text_value(value)
    if secret is not None or isinstance(text, Unknown):
        return secret or ""
    return "".join(part if isinstance(part, str) else f"{part.name}.{part.attribute}".rstrip(".") for part in text)


def _secret_in(value: Value) -> str | None:
    """The expression of a secret that the value is made of."""
    return next((one.secret for _, one in walk(value) if isinstance(one, Scalar) and one.secret is not None), None)


def _get_att(argument: Value) -> Text | Unknown:
    if isinstance(argument, Unknown):
        return argument
    if isinstance(argument, Scalar):
        logical_id, _, attribute = argument.text.partition(".")
        return (Reference(logical_id, attribute, dotted=True),)
    parts = [part.text if isinstance(part, Scalar) else "" for part in items_of(argument)]
    if len(parts) == 1:
        logical_id, _, attribute = parts[0].partition(".")
        return (Reference(logical_id, attribute, dotted=True),)
    if not parts:
        return Unknown("not_text", argument.origin)
    attribute = ".".join(parts[1:])
    return (Reference(parts[0], attribute, dotted=not attribute),)  # `!GetAtt Topic` is no `Ref`


def _sub(argument: Value) -> Text | Unknown:
    """`Fn::Sub: text`, or `[text, {Name: value}]`; `${!Literal}` stands for itself."""
    template, *rest = items_of(argument) or (argument,)
    if isinstance(template, Unknown):
        return template
    if not isinstance(template, Scalar):
        return Unknown("not_text", argument.origin)
    given = rest[0].entries if rest and isinstance(rest[0], Mapping) else {}
    parts: list[str | Reference] = []
    end = 0
    for found in _SUBSTITUTION.finditer(template.text):
        parts.append(template.text[end : found.start()])
        end = found.end()
        name = found.group(1).strip()
        if name.startswith("!"):
            parts.append(f"${{{name[1:]}}}")
        elif name in given:
            text = text_value(given[name])
            if isinstance(text, Unknown):
                return text
            parts.extend(text)
        else:
            logical_id, _, attribute = name.partition(".")
            parts.append(Reference(logical_id, attribute))
    parts.append(template.text[end:])
    return joined(parts)


def _join(argument: Value) -> Text | Unknown:
    arguments = items_of(argument)
    if len(arguments) != 2:
        return Unknown("not_text", argument.origin)
    delimiter, listed = arguments
    for part in arguments:
        if isinstance(part, Unknown):
            return part
    if not isinstance(delimiter, Scalar) or not isinstance(listed, Sequence):
        return Unknown("not_text", argument.origin)
    parts: list[str | Reference] = []
    for index, item in enumerate(listed.items):
        text = text_value(item)
        if isinstance(text, Unknown):
            return text
        parts.extend((delimiter.text, *text) if index else text)
    return joined(parts)


def joined(parts: list[str | Reference]) -> Text:
    """The parts with neighbouring texts joined and empty ones left out."""
    return tuple(_joined(parts))


def _joined(parts: list[str | Reference]) -> Iterator[str | Reference]:
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        if text := "".join(texts):
            yield text
        texts.clear()
        yield part
    if text := "".join(texts):
        yield text
