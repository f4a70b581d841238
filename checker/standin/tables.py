"""DynamoDB: what a table says of its billing, and tables changed by a stack."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from moto.core.utils import utcnow
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import GlobalSecondaryIndex, Table

from checker.standin.patching import around, replace

Json = dict[str, Any]

_ON_DEMAND = "PAY_PER_REQUEST"
_NO_THROUGHPUT = {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


def mend(undo: ExitStack) -> None:
    replace(undo, Table, "billing_mode", property(_billing_mode, _set_billing_mode))
    around(undo, Table, "describe", _describe)
    around(undo, DynamoDBBackend, "update_table", _update)
    around(undo, Table, "update_from_cloudformation_json", _update_in_stack)


def _billing_mode(table: Any) -> str:
    mode: str = vars(table)["billing_mode"]
    return mode


def _set_billing_mode(table: Any, mode: str) -> None:
    if mode == _ON_DEMAND and vars(table).get("billing_mode") != _ON_DEMAND:
        table.on_demand_since = utcnow()
    vars(table)["billing_mode"] = mode


def _describe(old: Callable[..., Json], table: Any, base_key: str = "TableDescription") -> Json:
    described = old(table, base_key)
    shown = described[base_key]
    since = getattr(table, "on_demand_since", None)
    if since is None:
        shown.pop("BillingModeSummary", None)  # AWS has none for a table that was never on demand
    else:
        shown["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] = since
    if table.billing_mode == _ON_DEMAND:
        for part in (shown, *shown.get("GlobalSecondaryIndexes", ())):
            part["ProvisionedThroughput"] = _NO_THROUGHPUT
    for indexes in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if not shown.get(indexes):
            shown.pop(indexes, None)  # AWS shows no empty list
    return described


def _update(old: Callable[..., Table], backend: DynamoDBBackend, name: str, **asked: Any) -> Table:
    mode = asked["billing_mode"]
    if mode == _ON_DEMAND and asked["throughput"]:
        raise MockValidationException(
            "One or more parameter values were invalid: "
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )
    if mode == "PROVISIONED" and not asked["throughput"] and backend.get_table(name).billing_mode == _ON_DEMAND:
        raise MockValidationException(
            "One or more parameter values were invalid: "
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        )
    return old(backend, name, **asked)


def _update_in_stack(
    _old: object,
    *,
    original_resource: Table,
    new_resource_name: str,
    cloudformation_json: Json,
    account_id: str,
    region_name: str,
) -> Table:
    """Change the table, or replace it when its name or its keys change. moto has no update of a table in a stack."""
    given = cloudformation_json["Properties"]
    backend = dynamodb_backends[account_id][region_name]
    if given["KeySchema"] != original_resource.schema or given.get("TableName", original_resource.name) != (
        original_resource.name
    ):
        backend.delete_table(original_resource.name)
        created: Table = Table.create_from_cloudformation_json(
            new_resource_name, cloudformation_json, account_id, region_name
        )
        return created
    table = backend.update_table(
        original_resource.name,
        attr_definitions=given["AttributeDefinitions"],
        global_index=[],
        throughput=given.get("ProvisionedThroughput"),
        billing_mode=given.get("BillingMode", "PROVISIONED"),
        stream_spec={},
        deletion_protection_enabled=given.get("DeletionProtectionEnabled", False),
        warm_throughput=None,
    )
    table.global_indexes = [
        GlobalSecondaryIndex.create(index, table.table_key_attrs) for index in given.get("GlobalSecondaryIndexes", [])
    ]
    return table
