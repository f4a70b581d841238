"""The sample class as it is deployed: each attendee's stack in a stand-in for AWS, as the framework left it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from checker.standin.server import StandIn

FILE = "deployed.json"
SERVICE = "wild-rydes-ride-record"
TURNED_BACK = "ines"
"""Whose table somebody turned back in the console after the deployment."""


def stack_of(attendee: str) -> str:
    """In class everybody deploys to a stage of their own."""
    return f"{SERVICE}-{attendee}"


def deploy_class(standin: StandIn, folder: Path) -> list[str]:
    """Deploy what is recorded for each attendee of the folder; the names of those who have a stack."""
    import boto3

    given = standin.environment
    session = boto3.Session(
        region_name=standin.region,
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
    )
    clients = {
        service: session.client(service, endpoint_url=standin.url)
        for service in ("cloudformation", "lambda", "dynamodb")
    }
    deployed = []
    for recorded in sorted(folder.glob(f"*/{FILE}")):
        attendee = recorded.parent.name
        deploy_recorded(clients, attendee, json.loads(recorded.read_text(encoding="utf-8")))
        deployed.append(attendee)
    if TURNED_BACK in deployed:
        turn_back(clients["dynamodb"], _names(clients["cloudformation"], stack_of(TURNED_BACK))["RideRecordTable"])
    return deployed


def turn_back(dynamodb: Any, table: str) -> None:
    """Give a table its fixed capacity again, as one may in the console."""
    dynamodb.update_table(
        TableName=table,
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )


def deploy_recorded(clients: dict[str, Any], attendee: str, recorded: dict[str, Any]) -> None:
    """Create the stack of an attendee, then set the dead letter queues, as the plugin does after each deployment."""
    stack = stack_of(attendee)
    clients["cloudformation"].create_stack(
        StackName=stack,
        TemplateBody=json.dumps(recorded["template"]),
        Tags=[{"Key": "STAGE", "Value": attendee}],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    if not recorded["dead_letters"]:
        return
    names = _names(clients["cloudformation"], stack)
    account = clients["cloudformation"].describe_stacks(StackName=stack)["Stacks"][0]["StackId"].split(":")[4]
    for function, queue in recorded["dead_letters"].items():
        name = names[queue].rpartition("/")[2]
        region = clients["lambda"].meta.region_name
        clients["lambda"].update_function_configuration(
            FunctionName=names[function],
            DeadLetterConfig={"TargetArn": f"arn:aws:sqs:{region}:{account}:{name}"},
        )


def _names(cloudformation: Any, stack: str) -> dict[str, str]:
    """What each resource of a stack is really called, by its logical id."""
    rows = cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    return {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
