"""Writes a ride into the table: one handler for each way that a ride comes in."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3


def handle_http(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """A ride in the body of a request."""
    _put(json.loads(event["body"]))
    return {"statusCode": 201, "body": ""}


def handle_sns(event: dict[str, Any], _context: object) -> None:
    """Rides in the messages of a topic; an event that fails three times goes to the dead letter queue."""
    for record in event["Records"]:
        _put(json.loads(record["Sns"]["Message"]))


def _put(ride: dict[str, Any]) -> None:
    boto3.resource("dynamodb").Table(os.environ["DDB_TABLE_NAME"]).put_item(Item=ride)
