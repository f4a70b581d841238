"""What the kinds that look into one resource share: finding it, or telling why it is not there."""

from __future__ import annotations

from checker.checks.finding import Finding, fail, unknown
from checker.model import Resource, Scalar, Service, Unknown, text_of
from checker.wording import near_name

SLOTS: dict[str, tuple[str, ...]] = {"absent": (), "near": ("found", "line"), "other_type": ("found",), "gone": ()}


def find_resource(service: Service, logical_id: str, type_: str) -> Resource | Finding:
    """The resource of that name and type, or the verdict that it is missing or cannot be told."""
    resource = service.resources.get(logical_id)
    if isinstance(resource, Unknown):
        return unknown(resource)
    if resource is None:
        near = near_name(logical_id, service.resources.entries)
        if near is None:
            return fail("absent", service.resources.origin)
        origin = service.resources.entries[near].origin
        return fail("near", origin, found=near, line=str(origin.line))
    if text_of(resource.type) != type_ and not isinstance(resource.type, Unknown):
        found = resource.type.shown if isinstance(resource.type, Scalar) else "nothing"
        return fail("other_type", resource.type.origin if resource.type else resource.origin, found=found)
    if resource.condition is not None:
        return unknown(Unknown("conditional_resource", resource.condition.origin))
    if isinstance(resource.gone, Unknown):
        return unknown(resource.gone)
    return fail("gone", resource.origin) if resource.gone else resource
