"""Whether serverless-dynamodb-autoscaling scales a table.

Source: the plugin's README and its version 0.6: `custom.capacities` is a list, bounds left out have defaults (5 to
200, used to 0.75), as bounds of 0 have; `indexOnly: true` leaves the table itself alone. AWS takes whole numbers from 1
on (DynamoDB, `ProvisionedThroughput`: "minimum value of 1"), and refuses a maximum below the minimum ("Maximum
capacity cannot be less than minimum capacity", RegisterScalableTarget) and a usage outside of 20 to 90 per cent
(DynamoDB guide, "Managing throughput capacity with auto scaling").
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency
from checker.checks import plugin as plugins
from checker.checks.finding import Finding, fail, passed, unknown
from checker.checks.kinds import Kind
from checker.cloudformation.intrinsics import settle
from checker.model import (
    Capacity,
    Mapping,
    Resource,
    Scalar,
    Service,
    Unknown,
    Value,
    is_empty,
    is_truthy,
    text_of,
    value_at,
)

_MINIMUM, _MAXIMUM = 5, 200
_DIGITS, _MOST_DIGITS = re.compile(r"[0-9]+"), 15
_LEAST_USAGE, _MOST_USAGE = 0.2, 0.9


class Parameters(NamedTuple):
    """`plugin` is the package; `logical_id` the table, which must have a `capacity` and not be billed `on_demand`."""

    plugin: str
    logical_id: str
    billing: str
    on_demand: str
    capacity: str


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.logical_ids(given, "logical_id")
    yield from consistency.properties(given, "billing", "capacity")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether the plugin is enabled, scales the table's reads or writes, and the table has a capacity to scale."""
    finding = _judge_capacities(service, given)
    if finding.outcome == "fail" or service.plugins is None:
        return finding
    plugin = plugins.judge(service, plugins.Parameters(given.plugin))
    if plugin.outcome == "fail":  # then nothing scales, whatever the capacities are
        return plugin._replace(slot=f"plugin_{plugin.slot}")
    if finding.outcome == "pass":
        return plugin if plugin.outcome == "unknown" else finding._replace(remarks=plugin.remarks)
    return finding


def _judge_capacities(service: Service, given: Parameters) -> Finding:
    """The best verdict on the entries of the configuration, as if the plugin were enabled."""
    entries = list(service.capacities.entries.values())
    doubt = service.capacities.unknown
    if not entries:
        if doubt is not None:
            return unknown(doubt)
        is_mapping = isinstance(value_at(service.document, "custom", "capacities"), Mapping)
        return fail("not_a_list" if is_mapping else "absent", service.capacities.origin)
    verdicts = [_judge_entry(service, entry, given) for entry in entries]
    ours = [verdict for verdict in verdicts if verdict.slot != "wrong_table"]
    best = next((verdict for verdict in ours if verdict.outcome == "pass"), (ours or verdicts)[0])
    return unknown(doubt) if best.outcome == "fail" and doubt is not None else best


def _judge_entry(service: Service, entry: Capacity, given: Parameters) -> Finding:
    for table in entry.tables:
        if isinstance(table, Unknown):
            return unknown(table)
    if given.logical_id not in [text_of(table) for table in entry.tables]:
        found = ", ".join(table.shown for table in entry.tables if isinstance(table, Scalar))
        return fail("wrong_table", entry.table_origin, found=found) if found else fail("unnamed", entry.table_origin)
    if isinstance(entry.index_only, Unknown):
        return unknown(entry.index_only)
    if entry.index_only is not None and is_truthy(entry.index_only):
        return fail("index_only", entry.index_only.origin)
    if isinstance(entry.bounds, Unknown):
        return unknown(entry.bounds)
    if not entry.bounds:
        return fail("no_bounds", entry.origin)
    table_resource = service.resources.get(given.logical_id)
    if isinstance(table_resource, Unknown):
        return unknown(table_resource)
    if table_resource is None or table_resource.gone is True:
        return fail("no_table", entry.table_origin)
    if isinstance(table_resource.gone, Unknown):
        return unknown(table_resource.gone)
    billing = settle(table_resource.get(given.billing))
    if isinstance(billing, Unknown):
        return unknown(billing)
    if text_of(billing) == given.on_demand:
        assert billing is not None
        return fail("on_demand", billing.origin)
    return _judge_capacity(table_resource, given) or _judge_bounds(entry) or passed(entry.table_origin)


def _judge_capacity(table: Resource, given: Parameters) -> Finding | None:
    """None when the table has a capacity to begin with: CloudFormation makes none without."""
    capacity = settle(table.get(given.capacity))
    if isinstance(capacity, Unknown):
        return unknown(capacity)
    return fail("no_capacity", table.parent) if is_empty(capacity) else None


def _judge_bounds(entry: Capacity) -> Finding | None:
    """None when AWS takes the bounds of reads and writes, defaults included."""
    for key, given in entry.scaled:
        for name in ("minimum", "maximum", "usage"):
            value = _part(given, name)
            if isinstance(value, Unknown):
                return unknown(value)
        bounds = {"minimum": _MINIMUM, "maximum": _MAXIMUM}
        for name in bounds:
            value = _part(given, name)
            if value is None:
                continue
            if not isinstance(value, Scalar) or value.secret is not None:
                break  # nothing that may be compared
            number = _whole(value)
            if number is None:
                return fail("bound_no_number", value.origin, scaled=key, bound=name, found=value.shown)
            bounds[name] = number
        else:
            if bounds["minimum"] > bounds["maximum"]:
                at = _part(given, "minimum") or _part(given, "maximum") or given
                told = {name: str(number) for name, number in bounds.items()}
                return fail("bounds_crossed", at.origin, scaled=key, **told)
        usage = _part(given, "usage")
        if isinstance(usage, Scalar) and usage.secret is None and not _is_usage(usage):
            return fail("usage_outside", usage.origin, scaled=key, found=usage.shown)
    return None


def _part(given: Value, name: str) -> Value | None:
    """A bound as the plugin takes it: what JavaScript holds for false is not given."""
    value = settle(given.get(name)) if isinstance(given, Mapping) else None
    return value if isinstance(value, Unknown) or is_truthy(value) else None


def _whole(bound: Scalar) -> int | None:
    """The whole number from 1 on that a bound is, a number in quotes too; None for what is none."""
    value = bound.value
    if isinstance(value, str):
        digits = value.strip()
        return int(digits) or None if len(digits) <= _MOST_DIGITS and _DIGITS.fullmatch(digits) else None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    return value if value is not None and not isinstance(value, bool) and 1 <= value < 10**_MOST_DIGITS else None


def _is_usage(usage: Scalar) -> bool:
    try:
        return not isinstance(usage.value, bool) and _LEAST_USAGE <= float(usage.text) <= _MOST_USAGE
    except ValueError:
        return False


KIND = Kind(
    Parameters,
    {
        "absent": (),
        "not_a_list": (),
        **{f"plugin_{slot}": facts for slot, facts in plugins.SLOTS.items()},
        "wrong_table": ("found",),
        "unnamed": (),
        "no_table": (),
        "index_only": (),
        "no_bounds": (),
        "on_demand": (),
        "no_capacity": (),
        "bound_no_number": ("scaled", "bound", "found"),
        "bounds_crossed": ("scaled", "minimum", "maximum"),
        "usage_outside": ("scaled", "found"),
    },
    judge,
    check_parameters=check_parameters,
)
