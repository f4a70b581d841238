"""Where a function's failed events go: the dead-letter plugin, `onError`, `destinations`, or the template itself.

Source: serverless-plugin-lambda-dead-letter 1.2.1. It never writes into the template; after the deployment it looks the
named resource up in the stack and sets it on the live function, or throws.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model import (
    Mapping,
    Origin,
    Scalar,
    Sequence,
    Target,
    Unknown,
    Value,
    is_empty,
    is_truthy,
    text_of,
    value_at,
)
from checker.serverless.framework import DEFAULT_FRAMEWORK, Framework
from checker.wording import near_name

KEY = "deadLetter"
_WAYS = ("sqs", "sns", "targetArn")
_ARN = re.compile(r"arn:aws[\w-]*:(sqs|sns):")
# The plugin's own pattern, its slip `A-z` included: other partitions, and regions such as us-gov-west-1, are refused.
_PLUGIN_ARN = re.compile(
    r"arn:aws:sqs:[a-z]{2,}-[a-z]{2,}-[0-9]:[0-9]{12}:[a-zA-z0-9\-_.]{1,80}"
    r"|arn:aws:sns:[a-z]{2,}-[a-z]{2,}-[0-9]:[0-9]{12}:[a-zA-z0-9\-_]{1,256}"
)


def read_targets(
    name: str, body: Mapping, template_functions: list[Value], framework: Framework = DEFAULT_FRAMEWORK
) -> tuple[Target, ...]:
    """Every target the function has or tries to have, the plugin's first.

    `template_functions` are the mappings under `resources` that change the generated function's resource.
    """
    return (*_plugin_target(name, body), *_native_targets(body, template_functions, framework))


def _plugin_target(name: str, body: Mapping) -> Iterator[Target]:
    block = body.get(KEY)
    if block is None:
        misspelled = near_name(KEY, body.entries)
        if misspelled is not None:
            origin = body.entries[misspelled].origin.use
            yield Target("plugin", origin, origin, problem="misspelled_key", found=misspelled)
    elif isinstance(block, Unknown):
        yield Target("plugin", block.origin, block.origin, arn=block)
    elif not (isinstance(block, Scalar) and block.value is None):
        yield _read_block(name, block)


def _read_block(function: str, block: Value) -> Target:
    """What the plugin makes of one `deadLetter` block."""
    holder = block.origin.use
    if not isinstance(block, Mapping):
        return Target("plugin", block.origin, holder, problem="unnamed")
    given = [way for way in _WAYS if way in block]
    if len(given) > 1:
        return Target("plugin", block.origin, holder, problem="several", found=", ".join(given))
    if not given:
        misspelled = near_name("targetArn", block.entries)
        if misspelled is not None:
            return Target(
                "plugin", block.entries[misspelled].origin, holder, problem="misspelled_key", found=misspelled
            )
        nested = block.get("GetResourceArn")
        return Target("plugin", nested.origin if nested else block.origin, holder, problem="unnamed")
    value = block.entries[given[0]]
    if given[0] != "targetArn":
        made = "queue" if given[0] == "sqs" else "topic"
        logical_id = f"{function[:1].upper()}{function[1:]}DeadLetter{made.capitalize()}"
        arn = get_att(logical_id, value.origin)
        return Target("plugin", value.origin, holder, arn=arn, found=logical_id, makes=(given[0], made))
    return _target_arn(value, holder)


def _target_arn(value: Value, holder: Origin) -> Target:
    if isinstance(value, Unknown):
        return Target("plugin", value.origin, holder, arn=value)
    if isinstance(value, Scalar) and (value.value is None or not value.text.strip()):
        # The plugin reads an empty targetArn as the wish to have no dead letter queue.
        return Target("plugin", value.origin, holder, problem="cleared")
    if isinstance(value, Scalar):
        if _PLUGIN_ARN.fullmatch(value.text):
            return Target("plugin", value.origin, holder, arn=value)
        return Target("plugin", value.origin, holder, problem="not_an_arn", found=value.shown)
    if not isinstance(value, Mapping):
        return Target("plugin", value.origin, holder, problem="unnamed")
    named = value.get("GetResourceArn")
    if isinstance(named, Unknown):
        return Target("plugin", named.origin, holder, arn=named)
    if isinstance(named, Scalar) and text_of(named):
        return Target("plugin", named.origin, holder, arn=get_att(named.text, named.origin), found=named.shown)
    if isinstance(named, Mapping) and named.entries:
        return Target("plugin", named.origin, holder, problem="get_att", found=next(iter(named.entries)))
    function = next((key for key in value.entries if key == "Ref" or key.startswith("Fn::")), None)
    if function is not None:
        return Target("plugin", value.origin, holder, problem="get_att", found=function)
    misspelled = near_name("GetResourceArn", value.entries)
    if misspelled is not None:
        return Target("plugin", value.entries[misspelled].origin, holder, problem="misspelled_key", found=misspelled)
    return Target("plugin", value.origin, holder, problem="unnamed")


def _native_targets(body: Mapping, template_functions: list[Value], framework: Framework) -> Iterator[Target]:
    on_error = body.get("onError")
    if on_error is not None and framework.is_version_1 and _refuses_on_error(on_error):
        yield Target("native", on_error.origin, on_error.origin, problem="version_1", found="onError")
    elif on_error is not None and not is_empty(on_error):
        yield Target("native", on_error.origin, on_error.origin, arn=on_error)
    for function in template_functions:
        arn = value_at(function, "Properties", "DeadLetterConfig", "TargetArn")
        if arn is not None and not is_empty(arn):
            yield Target("native", arn.origin, arn.origin, arn=arn)
    failure = value_at(body, "destinations", "onFailure")
    destination = destination_arn(failure)
    if isinstance(failure, Mapping) and framework.is_version_1:
        yield Target("destination", failure.origin, failure.origin, problem="version_1", found="destinations")
    elif destination is not None:
        arn = destination[1]
        yield Target("destination", arn.origin, arn.origin, arn=arn)
    elif isinstance(failure, Unknown):
        yield Target("destination", failure.origin, failure.origin, arn=failure)


def _refuses_on_error(value: Value) -> bool:
    """Whether version 1 stops at this `onError`: it takes a topic's ARN, and of CloudFormation's functions three."""
    if isinstance(value, Mapping):
        return not any(name in value for name in ("Ref", "Fn::GetAtt", "Fn::ImportValue"))
    if isinstance(value, Scalar):
        found = _ARN.match(value.text)
        return is_truthy(value) and (found is None or found.group(1) != "sns")
    return isinstance(value, Sequence)


def destination_arn(destination: Value | None) -> tuple[str, Value] | None:
    """The type (`sqs`, `sns`) and ARN of an async destination; None for a function or what cannot be told."""
    if isinstance(destination, Mapping):
        type_, arn = text_of(destination.get("type")), destination.get("arn")
        return (type_, arn) if type_ in ("sqs", "sns") and arn is not None else None
    found = _ARN.match(destination.text) if isinstance(destination, Scalar) else None
    return (found.group(1), destination) if found and destination is not None else None


def get_att(logical_id: str, origin: Origin) -> Mapping:
    """`Fn::GetAtt` of a resource's Arn, as a value that stands at `origin`."""
    return Mapping({"Fn::GetAtt": Sequence((Scalar(logical_id, origin), Scalar("Arn", origin)), origin)}, origin)
