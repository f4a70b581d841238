"""A stand-in for AWS, the faults before it, and the workshop's service deployed to it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from checker.standin import StandIn
from tests.aws.faults import Faults

REGION = "us-east-2"
ACCOUNT = "123456789012"
STACK = "wild-rydes-ride-record-dev"
FUNCTION = f"{STACK}-PutRideRecordSns"
ROLE = f"{STACK}-{REGION}-lambdaRole"

_CODE = "serverless/wild-rydes-ride-record/dev/1795467816358-2026-11-23T21:03:36.358Z/wild-rydes-ride-record.zip"

Json = dict[str, Any]
Boto = Callable[[str], Any]


@pytest.fixture(scope="session")
def _faults() -> Faults:
    return Faults()


@pytest.fixture(scope="session")
def _standin(_faults: Faults) -> Iterator[StandIn]:
    with StandIn(region=REGION, wrap=_faults.wrap) as standin:
        yield standin


@pytest.fixture(scope="session")
def _clients() -> Iterator[dict[str, Any]]:
    clients: dict[str, Any] = {}
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture
def standin(_standin: StandIn, _faults: Faults, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """An empty AWS, which the environment of the test names."""
    _standin.reset()
    _faults.reset()
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in _standin.environment.items():
        monkeypatch.setenv(name, value)
    return _standin


@pytest.fixture
def faults(standin: StandIn, _faults: Faults) -> Faults:  # noqa: ARG001
    """What goes wrong in it: nothing, until told otherwise."""
    return _faults


@pytest.fixture
def boto(standin: StandIn, _clients: dict[str, Any]) -> Boto:  # noqa: ARG001
    """Gives the boto3 client of a service."""

    def client(service: str) -> Any:
        if service not in _clients:  # making one takes longer than most tests
            _clients[service] = boto3.client(service)
        return _clients[service]

    return client


def deploy(
    boto: Boto,
    template: Json | None = None,
    *,
    stack: str = STACK,
    dead_letter: str | None = None,
    stage: str | None = None,
) -> None:
    """Deploy as the framework does: the bucket, the code in it, the whole template, and at last the plugin's call.

    `template` is the workshop's solution unless given, `dead_letter` the ARN that the plugin sets: that of the queue
    unless given, and no call for an empty one. With a `stage` the stack has the framework's tag of it. A second
    deployment updates the stack.
    """
    tags = [{"Key": "STAGE", "Value": stage}] if stage else []
    template = template or solution(stack)
    cloudformation = boto("cloudformation")
    names = [one["StackName"] for one in cloudformation.describe_stacks()["Stacks"]]
    if stack not in names:
        kept = ("ServerlessDeploymentBucket", "ServerlessDeploymentBucketPolicy")
        first = {"Resources": {name: template["Resources"][name] for name in kept}}
        cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(first), Tags=tags)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as code:
            code.writestr("handlers/put_ride_record_sns.py", "def handler(event, context): ...\n")
        bucket = physical_id(boto, "ServerlessDeploymentBucket", stack)
        boto("s3").put_object(Bucket=bucket, Key=_CODE, Body=archive.getvalue())
    cloudformation.update_stack(StackName=stack, TemplateBody=json.dumps(template), Tags=tags)
    arn = queue_arn(boto, stack) if dead_letter is None else dead_letter
    if arn:
        boto("lambda").update_function_configuration(
            FunctionName=f"{stack}-PutRideRecordSns", DeadLetterConfig={"TargetArn": arn}
        )


def physical_id(boto: Boto, logical_id: str, stack: str = STACK) -> str:
    """What a resource of the stack is called in its service."""
    answer = boto("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    found: str = answer["StackResourceDetail"]["PhysicalResourceId"]
    return found


def queue_arn(boto: Boto, stack: str = STACK) -> str:
    """The ARN of the dead letter queue."""
    name = physical_id(boto, "PutRideRecordSnsDlq", stack).rpartition("/")[2]
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def scale_table(boto: Boto, stack: str = STACK) -> None:
    """Let Application Auto Scaling scale the writes of the table."""
    boto("application-autoscaling").register_scalable_target(
        ServiceNamespace="dynamodb",
        ResourceId=f"table/{physical_id(boto, 'RideRecordTable', stack)}",
        ScalableDimension="dynamodb:table:WriteCapacityUnits",
        MinCapacity=1,
        MaxCapacity=9,
    )


def solution(stack: str = STACK) -> Json:
    """The template that osls 3 compiles from the workshop's solution; a fresh one, to be changed by the test."""
    names = ("PutRideRecordHttp", "PutRideRecordSns")
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:rides"
    resources: Json = {
        "ServerlessDeploymentBucket": {"Type": "AWS::S3::Bucket"},
        "ServerlessDeploymentBucketPolicy": _resource(
            "AWS::S3::BucketPolicy",
            Bucket={"Ref": "ServerlessDeploymentBucket"},
            PolicyDocument=_policy("s3:*", "*", Effect="Deny", Principal="*"),
        ),
        "IamRoleLambdaExecution": _resource(
            "AWS::IAM::Role",
            RoleName={"Fn::Join": ["-", [stack, {"Ref": "AWS::Region"}, "lambdaRole"]]},
            Path="/",
            AssumeRolePolicyDocument={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": ["lambda.amazonaws.com"]},
                        "Action": ["sts:AssumeRole"],
                    }
                ],
            },
            Policies=[
                {
                    "PolicyName": f"{stack}-lambda",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource"],
                                "Resource": [
                                    {
                                        "Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}"
                                        f":log-group:/aws/lambda/{stack}*:*"
                                    }
                                ],
                            },
                            _statement(["dynamodb:PutItem"], _arn_of("RideRecordTable")),
                            _statement(["sqs:SendMessage"], _arn_of("PutRideRecordSnsDlq")),
                        ],
                    },
                }
            ],
        ),
        "ApiGatewayRestApi": _resource("AWS::ApiGateway::RestApi", Name=f"dev-{stack}", Policy=""),
        "PutRideRecordSnsSnsSubscriptionRides": _resource(
            "AWS::SNS::Subscription",
            TopicArn=topic,
            Protocol="lambda",
            Endpoint=_arn_of("PutRideRecordSnsLambdaFunction"),
        ),
        "PutRideRecordSnsLambdaPermissionRidesSNS": _resource(
            "AWS::Lambda::Permission",
            FunctionName=_arn_of("PutRideRecordSnsLambdaFunction"),
            Action="lambda:InvokeFunction",
            Principal="sns.amazonaws.com",
            SourceArn=topic,
        ),
        "RideRecordTable": _resource(
            "AWS::DynamoDB::Table",
            AttributeDefinitions=[{"AttributeName": "RideId", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "RideId", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        ),
        "ServiceUrlSsmParam": _resource(
            "AWS::SSM::Parameter",
            Name=f"/wild-rydes/{stack}/RideRecordUrl",
            Type="String",
            Value={"Fn::Join": ["", ["https://", {"Ref": "ApiGatewayRestApi"}, ".execute-api.amazonaws.com/record"]]},
        ),
        "PutRideRecordSnsDlq": {"Type": "AWS::SQS::Queue"},
    }
    for name in names:
        resources[f"{name}LogGroup"] = _resource(
            "AWS::Logs::LogGroup", LogGroupName=f"/aws/lambda/{stack}-{name}", RetentionInDays=14
        )
        resources[f"{name}LambdaFunction"] = {
            **_resource(
                "AWS::Lambda::Function",
                Code={"S3Bucket": {"Ref": "ServerlessDeploymentBucket"}, "S3Key": _CODE},
                Handler="handlers/put_ride_record_sns.handler",
                Runtime="python3.12",
                FunctionName=f"{stack}-{name}",
                MemorySize=128,
                Timeout=30,
                Environment={"Variables": {"DDB_TABLE_NAME": {"Ref": "RideRecordTable"}}},
                Role=_arn_of("IamRoleLambdaExecution"),
            ),
            "DependsOn": [f"{name}LogGroup"],
        }
        resources[f"{name}LambdaVersionoM2btjpwiUNKliYp3nkM9EBYbevrf"] = {
            **_resource("AWS::Lambda::Version", FunctionName={"Ref": f"{name}LambdaFunction"}),
            "DeletionPolicy": "Retain",
        }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The AWS CloudFormation template for this Serverless application",
        "Resources": resources,
        "Outputs": {
            "ServerlessDeploymentBucketName": {
                "Value": {"Ref": "ServerlessDeploymentBucket"},
                "Export": {"Name": f"sls-{stack}-ServerlessDeploymentBucketName"},
            },
            "RideRecordUrl": {
                "Value": {"Fn::GetAtt": ["ServiceUrlSsmParam", "Value"]},
                "Export": {"Name": f"{stack}-RideRecordUrl"},
            },
        },
    }


def _resource(kind: str, **properties: Any) -> Json:
    return {"Type": kind, "Properties": properties}


def _arn_of(logical_id: str) -> Json:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def _statement(action: Any, resource: Any, **more: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _policy(action: Any, resource: Any, **more: Any) -> Json:
    return {"Version": "2012-10-17", "Statement": [_statement(action, resource, **more)]}
