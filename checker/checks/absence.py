"""Whether a property is gone from one resource and from its indexes."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency, found_resource
from checker.checks.finding import Finding, fail, passed, unknown
from checker.checks.found_resource import find_resource
from checker.checks.kinds import Kind
from checker.cloudformation.intrinsics import settle
from checker.model import Mapping, Scalar, Service, Unknown, Value, is_empty, items_of
from checker.wording import near_name

_NEAR = 0.9


class Parameters(NamedTuple):
    """`indexes` is the property that lists the indexes, each a mapping that must not have the property either.

    `parts` are the keys inside the property, which CloudFormation refuses where the property itself stood.
    """

    logical_id: str
    type: str
    property: str
    indexes: str
    parts: tuple[str, ...] = ()


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.logical_ids(given, "logical_id")
    yield from consistency.types(given, "type")
    yield from consistency.properties(given, "property", "indexes", "parts")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether neither the resource nor one of its indexes has the property; an empty one counts as gone."""
    resource = find_resource(service, given.logical_id, given.type)
    if isinstance(resource, Finding):
        return resource
    doubt: Finding | None = None
    value = settle(resource.get(given.property))
    if isinstance(value, Unknown):
        doubt = unknown(value)
    elif not is_empty(value):
        assert value is not None
        told = _shown(value)
        return fail("present", value.origin, value=None if "${" in told else told, found=told)
    properties = resource.properties.entries if isinstance(resource.properties, Mapping) else {}
    left_over = near_name(given.property, properties, _NEAR) or next((p for p in given.parts if p in properties), None)
    if left_over is not None and value is None:
        return fail("left_over", properties[left_over].origin, found=left_over)
    indexes = settle(resource.get(given.indexes))
    if isinstance(indexes, Unknown):
        doubt = doubt or unknown(indexes)
    for index in items_of(indexes):
        value = settle(index.get(given.property)) if isinstance(index, Mapping) else index
        if isinstance(value, Unknown):
            doubt = doubt or unknown(value)
        elif isinstance(index, Mapping) and value is not None and not is_empty(value):
            name = index.get("IndexName")
            return fail("present_on_index", value.origin, index=name.shown if isinstance(name, Scalar) else "an index")
    return doubt or passed(resource.parent, value="none")


def _shown(value: Value) -> str:
    """The numbers of a capacity, in the order of their names: `1, 1`."""
    if not isinstance(value, Mapping):
        return value.shown if isinstance(value, Scalar) else "nothing"
    return ", ".join(one.shown for _, one in sorted(value.entries.items()) if isinstance(one, Scalar))


KIND = Kind(
    Parameters,
    {**found_resource.SLOTS, "present": ("found",), "left_over": ("found",), "present_on_index": ("index",)},
    judge,
    check_parameters=check_parameters,
)
