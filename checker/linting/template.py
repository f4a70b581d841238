"""The template that a service is deployed by, as far as its file tells, with each value at its place in the file.

It holds the service's own resources, and of what the framework generates only what the attendee's values stand in, or
refer to. What cannot be told, and what came from the environment, is a value that cfn-lint accepts everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from checker.linting.generated import (
    GENERATED,
    OPAQUE_TYPE,
    ROLE,
    Generated,
    event_source,
    made,
    opaque,
    role,
    subscription,
)
from checker.model import (
    Function,
    Mapping,
    Origin,
    Scalar,
    Sequence,
    Service,
    Unknown,
    Value,
    is_empty,
    text_of,
    value_at,
    walk,
)
from checker.serverless.configuration import merged_sections

UNTOLD = "RydecheckUntold"
"""The name that stands for a value which cannot be told; nothing that cfn-lint says of it is passed on."""

MOST_VALUES = 20_000
"""The most values that are linted: a bound on memory. The workshop's answer has about 200; time ends most earlier."""

_BUCKET = "ServerlessDeploymentBucket"
_ASSIGNED = ("CreationPolicy", "DeletionPolicy", "DependsOn", "Condition", "UpdatePolicy", "UpdateReplacePolicy")
_LEFT_OUT = ("extensions", "Resources")
_SUBSTITUTION = re.compile(r"\$\{\s*([A-Za-z0-9]+)[^}]*\}")


class Draft(NamedTuple):
    """A template to lint.

    `names` may be referred to. `partial` tells that more may be there than could be read, `others` that something not
    known here may add resources, `unread` that functions which cannot be read may. `changes` are the resources that
    are, or may be, merged into generated ones: what is missing in them is there.
    """

    template: Mapping
    names: frozenset[str]
    partial: bool
    others: bool
    unread: bool
    changes: frozenset[str]

    def at(self, path: tuple[str | int, ...]) -> Value | None:
        """The value at a path, or the last one on the way there; None where that leads into what cannot be told."""
        value: Value = self.template
        for step in path:
            below = _below(value, step)
            if below is None:
                break
            value = below
        return None if is_untold(value) else value


def _below(value: Value, step: str | int) -> Value | None:
    if isinstance(value, Mapping):
        return value.get(str(step))
    if isinstance(value, Sequence) and isinstance(step, int) and step < len(value.items):
        return value.items[step]
    return value if is_untold(value) else None


def is_untold(value: Value) -> bool:
    """Whether a value cannot be told, or must not be shown."""
    return isinstance(value, Unknown) or (isinstance(value, Scalar) and value.secret is not None)


def draft(service: Service) -> Draft | None:
    """The template of a service; None where a macro would make another of it."""
    given, unread = merged_sections(service.document.get("resources"), GENERATED)
    if not is_empty(given.get("Transform")):
        return None
    generated = Generated(service)
    resources = _resources(given.get("Resources"), given.get("extensions"), generated)
    changes = frozenset(logical_id for logical_id in resources if generated.may_make(logical_id))
    for logical_id, body in _deployed_parts(service):
        resources[logical_id] = _merged(logical_id, body, resources[logical_id]) if logical_id in resources else body
    sections = {key: value for key, value in given.entries.items() if key not in _LEFT_OUT}
    names = frozenset((*resources, *generated.names, *_parameters(sections)))
    template = Mapping({**sections, "Resources": Mapping(resources, GENERATED)}, given.origin)
    for logical_id in sorted(_referred_to(template) - resources.keys()):
        stand_in = generated.stand_in(logical_id)
        if stand_in is not None:
            resources[logical_id] = stand_in
    resources.setdefault(_BUCKET, Mapping(dict(_bucket()), GENERATED))  # there always is a resource
    partial = unread is not None or any(is_untold(section) for section in given.entries.values())
    return Draft(template, names, partial, generated.others, generated.unread, changes)


def _bucket() -> Iterator[tuple[str, Value]]:
    yield "Type", Scalar("AWS::S3::Bucket", GENERATED)


def _parameters(sections: dict[str, Value]) -> tuple[str, ...]:
    given = sections.get("Parameters")
    return tuple(given.entries) if isinstance(given, Mapping) else ()


def _resources(bodies: Value | None, extensions: Value | None, generated: Generated) -> dict[str, Value]:
    """The service's own resources, and those generated ones that the file changes."""
    own = bodies.entries if isinstance(bodies, Mapping) else {}
    resources = {logical_id: _resource(logical_id, body, generated) for logical_id, body in own.items()}
    for logical_id, extension in extensions.entries.items() if isinstance(extensions, Mapping) else ():
        base = resources.get(logical_id) or generated.stand_in(logical_id)
        if isinstance(base, Mapping) and isinstance(extension, Mapping):  # the framework stops at one for nothing
            resources[logical_id] = _extended(base, extension)
    return resources


def _resource(logical_id: str, body: Value, generated: Generated) -> Value:
    if is_untold(body):
        return made(opaque())
    if not isinstance(body, Mapping):  # `Queue:` with nothing below it
        return Mapping({}, body.origin)
    stand_in = generated.stand_in(logical_id)
    if stand_in is not None and text_of(stand_in.get("Type")) != OPAQUE_TYPE:
        return _merged(logical_id, stand_in, body)
    if stand_in is not None and "Type" not in body:
        return stand_in
    type_ = body.get("Type")
    if type_ is not None and is_untold(type_):
        return made(opaque())
    return body


def _merged(logical_id: str, base: Value, change: Value) -> Value:
    """One resource merged into another, as `resources` is merged into what was generated."""
    parts = tuple(Mapping({"Resources": Mapping({logical_id: one}, GENERATED)}, GENERATED) for one in (base, change))
    merged = merged_sections(Sequence(parts, GENERATED), GENERATED)[0]
    return value_at(merged, "Resources", logical_id) or base


def _extended(base: Mapping, extension: Mapping) -> Mapping:
    """A resource with what `extensions` assigns to it; properties are assigned one by one."""
    entries = dict(base.entries)
    properties, extra = entries.get("Properties"), extension.get("Properties")
    if isinstance(extra, Mapping) and (properties is None or isinstance(properties, Mapping)):
        own = properties.entries if properties is not None else {}
        entries["Properties"] = Mapping({**own, **extra.entries}, (properties or extra).origin)
    for key in _ASSIGNED:
        value = extension.get(key)
        if value is not None:
            entries[key] = value
    return base._replace(entries=entries)


def _deployed_parts(service: Service) -> Iterator[tuple[str, Value]]:
    """The generated resources in which values of the attendee's stand."""
    if given := _own_statements(service.default_role.statements, "provider"):
        yield ROLE, made(role(given))
    functions = value_at(service.document, "functions")
    bodies, _ = merged_sections(functions, GENERATED)
    environment = value_at(service.document, "provider", "environment")
    for function in service.functions.entries.values():
        body = bodies.get(function.name)
        name = function.logical_id.removesuffix("LambdaFunction")
        if given := _own_statements(function.role.statements, "function"):
            yield f"{name}{ROLE}", made(role(given))
        if isinstance(body, Mapping) and (properties := _own_properties(body, environment)):
            yield function.logical_id, _function_with(function, properties, service)
        yield from _event_sources(function, name)


def _own_statements(found: tuple[Any, ...], source: str) -> list[Value]:
    """The bodies of the statements from this source; one behind a condition is left to the deployment."""
    return [
        one.body
        for one in found
        if not isinstance(one, Unknown) and one.source == source and one.body is not None and not one.branches
    ]


def _own_properties(body: Mapping, environment: Value | None) -> dict[str, Any]:
    """What of a function the attendee writes in the words of CloudFormation."""
    properties: dict[str, Any] = {}
    variables: dict[str, Value] = {}
    for given in (environment, body.get("environment")):
        variables.update(given.entries if isinstance(given, Mapping) else {})
    if variables:
        properties["Environment"] = {"Variables": variables}
    role, target = body.get("role"), body.get("onError")
    if isinstance(role, Mapping):
        properties["Role"] = role
    elif isinstance(role, Scalar) and not is_untold(role) and re.fullmatch(r"[A-Za-z0-9]+", text_of(role) or ""):
        # The framework takes a bare name for that of a role in `resources`.
        properties["Role"] = Mapping({"Fn::GetAtt": _list(role, Scalar("Arn", GENERATED))}, role.origin)
    if isinstance(target, Mapping):
        properties["DeadLetterConfig"] = {"TargetArn": target}
    return properties


def _list(*items: Value) -> Sequence:
    return Sequence(items, items[0].origin)


def _function_with(function: Function, properties: dict[str, Any], service: Service) -> Value:
    base = Generated(service).stand_in(function.logical_id)
    assert base is not None
    return _extended(base, Mapping({"Properties": made(properties)}, GENERATED))


def _event_sources(function: Function, name: str) -> Iterator[tuple[str, Value]]:
    for number, event in enumerate(function.events):
        if isinstance(event, Unknown) or not isinstance(event.arn, Mapping) or event.refused:
            continue
        if event.type == "sqs":
            yield f"{name}EventSourceMapping{number}", made(event_source(event.arn))
        elif event.type == "sns":
            yield f"{name}SnsSubscription{number}", made(subscription(event.arn))


def _referred_to(template: Mapping) -> set[str]:
    """The names that something refers to."""
    found: set[str] = set()
    for key, value in walk(template):
        names: tuple[Value, ...] = ()
        if key in ("Ref", "DependsOn"):
            names = value.items if isinstance(value, Sequence) else (value,)
        elif key == "Fn::GetAtt":
            names = value.items[:1] if isinstance(value, Sequence) else (value,)
        elif key == "Fn::Sub":
            text = text_of(value.items[0] if isinstance(value, Sequence) and value.items else value)
            found.update(_SUBSTITUTION.findall(text or ""))
        found.update(name.partition(".")[0] for one in names if (name := text_of(one)) is not None)
    return found


class TooMuchError(Exception):
    """The template holds more than is linted."""


class Plain:
    """A template as plain data for cfn-lint."""

    def __init__(self) -> None:
        self._values = 0

    def of(self, value: Value) -> Any:
        """Plain data of a value; each one that cannot be told is another. Raises TooMuchError."""
        self._values += 1
        if self._values > MOST_VALUES:
            raise TooMuchError
        if is_untold(value):
            # A macro may give anything, so cfn-lint takes one for everything; none is ever run.
            return {"Fn::Transform": {"Name": f"{UNTOLD}{self._values}"}}
        if isinstance(value, Mapping):
            return {key: self._entry(key, one) for key, one in value.entries.items() if not _is_null(one)}
        if isinstance(value, Sequence):
            return [self.of(one) for one in value.items]
        assert isinstance(value, Scalar)
        number = value.value
        return value.text if isinstance(number, float) and number - number != 0 else number

    def _entry(self, key: str, value: Value) -> Any:
        """The value under a key; the framework makes a list of one out of `Fn::GetAtt: Queue.Arn` in its long form."""
        plain = self.of(value)
        return [plain] if key == "Fn::GetAtt" and isinstance(plain, str) else plain


def _is_null(value: Value) -> bool:
    """Whether the framework (from version 2 on) leaves a key out."""
    return isinstance(value, Scalar) and value.value is None


def is_generated(origin: Origin) -> bool:
    return origin.file == GENERATED.file
