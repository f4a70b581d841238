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
UNPUBLISHED = "$LATEST"
_PSEUDO = "AWS::"


class Called(NamedTuple):
    """A function as the sources of its events call it: its logical id, its name where known, and its version."""

    logical_id: str
    name: str | None
    qualifier: str = UNPUBLISHED


class Invocations(NamedTuple):
    """Where the events of one function go that fail, and how often each is tried again, where that is set."""

    targets: tuple[Target, ...]
    retries: Value | None


def invoke_configs(resources: Section[Resource]) -> tuple[Resource, ...]:
    """The configurations among the resources of a template, and what may be one."""
    return tuple(
        one
        for one in resources.entries.values()
        if text_of(one.type) == _TYPE or (isinstance(one.type, Unknown) and one.get("FunctionName") is not None)
    )


def read_invocations(configs: Iterable[Resource], called: Called) -> Invocations:
    """What these configurations set for the function.

    Where it cannot be told whether one is of this function, nor can what it sets.
    """
    targets: list[Target] = []
    retries: Value | None = None
    for config in configs:
        untold = _not_of(config, called)
        if untold is True:
            continue
        arn = value_at(config.get("DestinationConfig"), "OnFailure", "Destination")
        given = config.get("MaximumRetryAttempts")
        if arn is not None:
            targets.append(Target("destination", arn.origin, arn.origin, arn=untold or arn))
        if given is not None and retries is None:
            retries = untold or given
    return Invocations(tuple(targets), retries)


def _not_of(config: Resource, called: Called) -> bool | Unknown:
    """Whether a configuration is of another function, or of another version of this one."""
    qualifier, function = config.get("Qualifier"), config.get("FunctionName")
    if function is None or (isinstance(qualifier, Scalar) and qualifier.text != called.qualifier):
        return True
    text = text_value(function)
    if isinstance(text, Unknown):
        return text
    if text not in ((Reference(called.logical_id),), (Reference(called.logical_id, "Arn"),)):
        for part in text:
            if isinstance(part, Reference) and part.name.startswith(_PSEUDO):
                return Unknown("made_by_deployment", function.origin, (("expression", part.name),))
        if called.name is None or "".join(map(str, text)).rpartition(":function:")[2] != called.name:
            return True
    if config.condition is not None:
        return Unknown("conditional_resource", config.condition.origin)
    if isinstance(config.type, Unknown):
        return config.type
    if qualifier is None or isinstance(qualifier, Scalar):
        return False
    alias = text_value(qualifier)
    return alias if isinstance(alias, Unknown) else Unknown("resource_open", qualifier.origin)
