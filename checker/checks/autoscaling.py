"""Whether serverless-dynamodb-autoscaling scales a table.

Source: the plugin's README and its version 0.6: `custom.capacities` is a list, bounds left out have defaults (5 to
200), `indexOnly: true` leaves the table itself alone.
"""

from typing import NamedTuple

from checker.checks.finding import Finding, fail, passed, unknown
from checker.checks.kinds import Kind
from checker.cloudformation.intrinsics import settle
from checker.model import Capacity, Mapping, Scalar, Service, Unknown, is_truthy, text_of, value_at


class Parameters(NamedTuple):
    """`plugin` is the package; `logical_id` the table, which must not be billed by `on_demand`."""

    plugin: str
    logical_id: str
    billing: str
    on_demand: str


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether the plugin is enabled, scales the table's reads or writes, and the table has a capacity to scale."""
    finding = _judge_capacities(service, given)
    if finding.outcome == "fail" or service.plugins is None:
        return finding
    plugin = service.plugins.get(given.plugin)
    if plugin is None:  # then nothing scales, whatever the capacities are
        return fail("plugin_absent", service.plugins.origin)
    return unknown(plugin) if finding.outcome == "pass" and isinstance(plugin, Unknown) else finding


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
    return passed(entry.table_origin)


KIND = Kind(
    Parameters,
    {
        "absent": (),
        "not_a_list": (),
        "plugin_absent": (),
        "wrong_table": ("found",),
        "unnamed": (),
        "no_table": (),
        "index_only": (),
        "no_bounds": (),
        "on_demand": (),
    },
    judge,
)
