"""How Lambda treats the events that a function gets without anybody waiting for its answer, as a template sets it.

Source: AWS CloudFormation's `AWS::Lambda::EventInvokeConfig`. Each is of one version or alias of a function; a topic
that calls the function itself meets that of `$LATEST`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.cloudformation.roles import referenced_id
from checker.model import Resource, Scalar, Section, Target, Value, text_of, value_at

_TYPE = "AWS::Lambda::EventInvokeConfig"
_UNPUBLISHED = "$LATEST"


def invoke_configs(resources: Section[Resource], function_id: str) -> tuple[Resource, ...]:
    """Those of the function with this logical id."""
    return tuple(one for one in resources.entries.values() if text_of(one.type) == _TYPE and _is_of(one, function_id))


def _is_of(config: Resource, function_id: str) -> bool:
    function, qualifier = config.get("FunctionName"), config.get("Qualifier")
    is_of_another = isinstance(qualifier, Scalar) and qualifier.text != _UNPUBLISHED
    return function is not None and referenced_id(function) == function_id and not is_of_another


def failure_destinations(configs: Iterable[Resource]) -> Iterator[Target]:
    """Where the events go that the function could not process."""
    for config in configs:
        arn = value_at(config.get("DestinationConfig"), "OnFailure", "Destination")
        if arn is not None:
            yield Target("destination", arn.origin, arn.origin, arn=arn)


def retries(configs: Iterable[Resource]) -> Value | None:
    """How often Lambda tries a failed event again, where that is set."""
    given = (config.get("MaximumRetryAttempts") for config in configs)
    return next((one for one in given if one is not None), None)
