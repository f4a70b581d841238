"""Whether a property of one resource has the value asked for."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency, found_resource
from checker.checks.finding import Finding, fail, misplaced, passed, unknown
from checker.checks.found_resource import find_resource
from checker.checks.kinds import Kind
from checker.cloudformation.intrinsics import settle
from checker.model import Resource, Scalar, Service, Unknown, shown_value, text_of
from checker.wording import near_name


class Parameters(NamedTuple):
    """The value is compared by exact spelling, that of a number or boolean too: `"60"` is 60, and `"true"` is true."""

    logical_id: str
    type: str
    property: str
    value: str


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.logical_ids(given, "logical_id")
    yield from consistency.types(given, "type")
    yield from consistency.properties(given, "property")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether the property has exactly the value, as CloudFormation compares it."""
    resource = find_resource(service, given.logical_id, given.type)
    if isinstance(resource, Finding):
        return resource
    written = resource.get(given.property)
    value = settle(written)
    if isinstance(value, Unknown):
        return unknown(value, at=written.origin if written is not None else None)
    if value is None:
        return _unset(service, resource, given)
    if not isinstance(value, Scalar) or value.text != given.value:
        found = shown_value(value)
        hidden = isinstance(value, Scalar) and value.secret is not None
        return fail("differs", value.origin, value=None if hidden else found, found=found)
    return passed(value.origin, value=given.value)


def _unset(service: Service, resource: Resource, given: Parameters) -> Finding:
    properties = resource.properties
    keys = properties.entries if properties is not None and not isinstance(properties, Unknown) else {}
    misspelled = near_name(given.property, keys)
    if misspelled is not None:
        return fail("misspelled", keys[misspelled].origin, found=misspelled)
    rightful = _of_other_resources(service, given)
    elsewhere = service.find(lambda key, _: key == given.property)
    stray = next((one for one in elsewhere if one.origin.place not in rightful), None)
    if stray is not None:
        return misplaced(stray.origin.use)
    return fail("unset", resource.parent)


def _of_other_resources(service: Service, given: Parameters) -> set[tuple[str, int, int]]:
    """The places where the property rightly stands: in other resources of that type."""
    values = [one.get(given.property) for one in service.resources.entries.values() if text_of(one.type) == given.type]
    return {value.origin.place for value in values if value is not None}


KIND = Kind(
    Parameters,
    {
        **found_resource.SLOTS,
        "unset": (),
        "misspelled": ("found",),
        "misplaced": ("place",),
        "at_top_level": (),
        "differs": ("found",),
    },
    judge,
    check_parameters=check_parameters,
)
