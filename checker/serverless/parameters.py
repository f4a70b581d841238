"""References to the template's parameters → the values that a deployment by the framework gives them.

The framework passes what `provider.stackParameters` lists; every other parameter takes its `Default`, at updates too
(CloudFormation API reference, UpdateStack, `Parameters`).
"""

from __future__ import annotations

import re

from checker.model import Mapping, Scalar, Sequence, Unknown, Value, items_of, placed, text_of, value_at

_PLAIN_TYPES = ("String", "Number")  # the default of an `AWS::SSM::Parameter::Value<…>` only names the value
_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9]+)\}")


def with_parameters(document: Mapping, parameters: Value | None) -> Mapping:
    """The document with each `Ref` of a parameter, also in `Fn::Sub`, replaced where its value is known."""
    known = _known(parameters, value_at(document, "provider", "stackParameters"))
    if not known:
        return document
    replaced = _replaced(document, known)
    assert isinstance(replaced, Mapping)
    return replaced


def _known(parameters: Value | None, given: Value | None) -> dict[str, Scalar]:
    keys = [value_at(one, "ParameterKey") for one in items_of(given)]
    if any(isinstance(key, Unknown) for key in keys):
        return {}  # it may pass any of them
    passed = {name: one for one in items_of(given) if (name := text_of(value_at(one, "ParameterKey"))) is not None}
    known = {}
    for name, body in parameters.entries.items() if isinstance(parameters, Mapping) else ():
        value = value_at(passed[name], "ParameterValue") if name in passed else value_at(body, "Default")
        if text_of(value_at(body, "Type")) in _PLAIN_TYPES and isinstance(value, Scalar) and value.value is not None:
            known[name] = value
    return known


def _replaced(value: Value, known: dict[str, Scalar]) -> Value:
    if isinstance(value, Sequence):
        return value._replace(items=tuple(_replaced(item, known) for item in value.items))
    if not isinstance(value, Mapping):
        return value
    if len(value.entries) == 1:
        (name, argument) = next(iter(value.entries.items()))
        if name == "Ref" and (text_of(argument) or "") in known:
            return placed(known[text_of(argument) or ""], value.origin.use)
        if name == "Fn::Sub":
            return value._replace(entries={name: _substituted(argument, known)})
    return value._replace(entries={key: _replaced(item, known) for key, item in value.entries.items()})


def _substituted(argument: Value, known: dict[str, Scalar]) -> Value:
    """The argument of an `Fn::Sub`; a name of its own mapping goes before a parameter's."""
    if not isinstance(argument, Sequence):
        return _filled(argument, known)
    own = argument.items[1].entries if len(argument.items) > 1 and isinstance(argument.items[1], Mapping) else {}
    others = {name: value for name, value in known.items() if name not in own}
    template, *rest = argument.items or (argument,)
    return argument._replace(items=(_filled(template, others), *(_replaced(one, known) for one in rest)))


def _filled(template: Value, known: dict[str, Scalar]) -> Value:
    text = text_of(template)
    if text is None or not isinstance(template, Scalar):
        return template
    used = [name for name in _SUBSTITUTION.findall(text) if name in known]
    if not used:
        return template
    filled = _SUBSTITUTION.sub(lambda found: known[found[1]].text if found[1] in known else found[0], text)
    secret = template.secret or (text if any(known[name].secret for name in used) else None)
    return template._replace(value=filled, secret=secret)
