"""What the kinds that look into one resource share: finding it, or telling why it is not there."""

from __future__ import annotations

from checker.checks.finding import Finding, fail, unknown
from checker.model import Resource, Service, Unknown, is_empty, shown_value, text_of
from checker.wording import near_name

SLOTS: dict[str, tuple[str, ...]] = {
    "absent": (),
    "near": ("found", "line"),
    "untyped": (),
    "other_type": ("found",),
    "gone": (),
}


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
    given = resource.unread if resource.type is None else resource.type
    if given is None or is_empty(given):
        return fail("untyped", resource.origin)
    if isinstance(given, Unknown) and resource.type is None:
        return unknown(given)
    if text_of(given) != type_ and not isinstance(given, Unknown):
        return fail("other_type", given.origin, found=shown_value(given))
    if resource.condition is not None:
        return unknown(Unknown("conditional_resource", resource.condition.origin))
    if isinstance(resource.gone, Unknown):
        return unknown(resource.gone)
    return fail("gone", resource.origin) if resource.gone else resource
