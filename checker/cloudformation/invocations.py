"""How Lambda treats the events that a function gets without anybody waiting for its answer, as a template sets it.

Source: AWS CloudFormation's `AWS::Lambda::EventInvokeConfig`. Each is of one version or alias of a function; a topic
that calls the function itself meets that of `$LATEST`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from checker.cloudformation.intrinsics import Reference, text_value
from checker.model import Resource, Scalar, Section, Target, Unknown, Value, text_of, value_at

_TYPE = "AWS::Lambda::EventInvokeConfig"
_UNPUBLISHED = "$LATEST"
_PSEUDO = "AWS::"


class Invocations(NamedTuple):
    """Where the events of one function go that fail, and how often each is tried again, where that is set."""

    targets: tuple[Target, ...]
    retries: Value | None


def invoke_configs(resources: Section[Resource]) -> tuple[Resource, ...]:
    """The configurations among the resources of a template."""
    return tuple(one for one in resources.entries.values() if text_of(one.type) == _TYPE)


def read_invocations(configs: Iterable[Resource], logical_id: str, name: str | None) -> Invocations:
    """What these configurations set for the function with this logical id, whose name is told where it is known.

    Where it cannot be told whether one is of this function, nor can what it sets.
    """
    targets: list[Target] = []
    retries: Value | None = None
    for config in configs:
        untold = _not_of(config, logical_id, name)
        if untold is True:
            continue
        arn = value_at(config.get("DestinationConfig"), "OnFailure", "Destination")
        given = config.get("MaximumRetryAttempts")
        if arn is not None:
            targets.append(Target("destination", arn.origin, arn.origin, arn=untold or arn))
        if given is not None and retries is None:
            retries = untold or given
    return Invocations(tuple(targets), retries)


def _not_of(config: Resource, logical_id: str, name: str | None) -> bool | Unknown:
    """Whether a configuration is of another function, or of another version of this one."""
    qualifier, function = config.get("Qualifier"), config.get("FunctionName")
    if function is None or (isinstance(qualifier, Scalar) and qualifier.text != _UNPUBLISHED):
        return True
    text = text_value(function)
    if isinstance(text, Unknown):
        return text
    if text not in ((Reference(logical_id),), (Reference(logical_id, "Arn"),)):
        for part in text:
            if isinstance(part, Reference) and part.name.startswith(_PSEUDO):
                return Unknown("made_by_deployment", function.origin, (("expression", part.name),))
        if name is None or "".join(map(str, text)).rpartition(":function:")[2] != name:
            return True
    if config.condition is not None:
        return Unknown("conditional_resource", config.condition.origin)
    return qualifier if isinstance(qualifier, Unknown) else False
