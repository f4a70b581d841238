"""Records what osls 3 really deploys of the sample class: `python -m tests.deployments.record [NAME…]`.

Each attendee's service is deployed to the stand-in, and what is there afterwards is kept in `deployed.json`, so that
`rydecheck demo` can show it without node: the parts of the template that checks read, and the dead letter queue that
the plugin set. Who never gets a stack has no such file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import boto3

from checker.standin import StandIn
from tests.conftest import FIXTURES
from tests.deployments.framework import REGION, deploy

CLASS = FIXTURES / "class"
FILE = "deployed.json"
_KEPT = (
    "AWS::ApplicationAutoScaling::",
    "AWS::DynamoDB::",
    "AWS::IAM::",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SNS::",
    "AWS::SQS::",
)

Json = dict[str, Any]


def deployed(folder: Path) -> Json | None:
    """What deploying an attendee's folder leaves behind; None when there is no stack."""
    stage = folder.name
    stack = f"wild-rydes-ride-record-{stage}"
    with StandIn(region=REGION) as standin:
        session = boto3.Session(region_name=REGION, aws_access_key_id="standin", aws_secret_access_key="standin")

        def client(service: str) -> Any:
            return session.client(service, endpoint_url=standin.url)

        topic = client("sns").create_topic(Name="rides")["TopicArn"]
        client("ssm").put_parameter(Name=f"/wild-rydes/{stage}/SnsTopicArn", Value=topic, Type="String")
        deploy(standin.url, folder, "osls3", stage)
        stacks = client("cloudformation").list_stacks()["StackSummaries"]
        if stack not in [one["StackName"] for one in stacks]:
            return None
        template = client("cloudformation").get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
        rows = client("cloudformation").list_stack_resources(StackName=stack)["StackResourceSummaries"]
        names = {row["PhysicalResourceId"].rpartition("/")[2]: row["LogicalResourceId"] for row in rows}
        dead_letters = {
            names[function["FunctionName"]]: names[function["DeadLetterConfig"]["TargetArn"].rpartition(":")[2]]
            for function in client("lambda").list_functions()["Functions"]
            if "DeadLetterConfig" in function
        }
    return {"template": _without_packaging(template), "dead_letters": dead_letters}


def _without_packaging(template: Json) -> Json:
    """The parts that checks read, without code and without names that hold the time."""
    resources = {
        name: body
        for name, body in template["Resources"].items()
        if body["Type"].startswith(_KEPT) and body["Type"] != "AWS::S3::BucketPolicy"
    }
    for body in resources.values():
        if body["Type"] == "AWS::Lambda::Function":
            body["Properties"]["Code"] = {"ZipFile": "def handler(event, context): ..."}
            body["Properties"]["Handler"] = "index.handler"
        body.pop("DependsOn", None)
    return {"Resources": resources}


def as_text(found: Json) -> str:
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def main(names: list[str]) -> None:
    for folder in sorted(path for path in CLASS.iterdir() if path.is_dir()):
        if names and folder.name not in names:
            continue
        found = deployed(folder)
        if found is None:
            (folder / FILE).unlink(missing_ok=True)
        else:
            (folder / FILE).write_text(as_text(found), encoding="utf-8")
        print(folder.name, "no stack" if found is None else sorted(found["template"]["Resources"]), file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
