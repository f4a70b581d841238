"""The stand-in looks to boto3 as AWS does, where the real moto does not, and its faults are those of AWS."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from checker.errors import UsageError
from checker.standin import StandIn
from tests.aws.conftest import (
    ACCOUNT,
    FUNCTION,
    ROLE,
    STACK,
    Boto,
    Json,
    deploy,
    physical_id,
    queue_arn,
    solution,
)
from tests.aws.faults import Event, Faults, set_stack

pytestmark = pytest.mark.slow  # a real HTTP server answers each call

POLICY = f"{STACK}-lambda"
MINE = f"arn:aws:iam::{ACCOUNT}:policy/mine"
SQS_FULL = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
PROVISIONED = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}


def rows(boto: Boto) -> dict[str, Json]:
    """The rows of the stack, by logical id; all ways to ask for them agree."""
    listed = boto("cloudformation").list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    described = boto("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    keys = ("LogicalResourceId", "PhysicalResourceId", "ResourceType", "ResourceStatus")
    assert [[row[key] for key in keys] for row in listed] == [[row[key] for key in keys] for row in described]
    return {row["LogicalResourceId"]: row for row in listed}


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    code: str = error.value.response["Error"]["Code"]
    return code


def no_retries(service: str) -> Any:
    return boto3.client(service, config=Config(retries={"total_max_attempts": 1}))


# The server


def test_a_child_process_speaks_with_it(standin: StandIn) -> None:
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    done = subprocess.run(
        [sys.executable, "-c", program], env=standin.environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{ACCOUNT}\n"


def test_it_listens_on_this_machine_only(standin: StandIn) -> None:
    assert standin._server.server_address == ("127.0.0.1", standin.port)
    assert standin.url == f"http://127.0.0.1:{standin.port}"


def test_a_fresh_one_is_empty_and_leaves_moto_as_it_was(standin: StandIn, boto: Boto) -> None:
    from moto.dynamodb.models.table import Table

    boto("sqs").create_queue(QueueName="left")
    mended = dict(vars(Table))
    with StandIn() as other:
        assert other.port != standin.port
        assert "QueueUrls" not in boto3.client("sqs", endpoint_url=other.url).list_queues()
    assert dict(vars(Table)) == mended


def test_without_moto_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "werkzeug.serving", None)
    with pytest.raises(UsageError, match=r"^the demo needs moto: pip install 'rydecheck\[demo\]'$"):
        StandIn()


# Lambda


def test_the_dead_letter_queue_that_the_plugin_sets_is_kept(boto: Boto) -> None:
    deploy(boto)
    expected = {"TargetArn": queue_arn(boto)}
    client = boto("lambda")
    assert client.get_function(FunctionName=FUNCTION)["Configuration"]["DeadLetterConfig"] == expected
    assert client.get_function_configuration(FunctionName=FUNCTION)["DeadLetterConfig"] == expected
    listed = {one["FunctionName"]: one for one in client.list_functions()["Functions"]}
    assert listed[FUNCTION]["DeadLetterConfig"] == expected
    assert "DeadLetterConfig" not in listed[f"{STACK}-PutRideRecordHttp"]


def test_an_empty_target_takes_the_dead_letter_queue_away(boto: Boto) -> None:
    deploy(boto)
    client = boto("lambda")
    changed = client.update_function_configuration(FunctionName=FUNCTION, Timeout=7)
    assert changed["DeadLetterConfig"] == {"TargetArn": queue_arn(boto)}
    changed = client.update_function_configuration(FunctionName=FUNCTION, DeadLetterConfig={"TargetArn": ""})
    assert "DeadLetterConfig" not in changed
    assert "DeadLetterConfig" not in client.get_function_configuration(FunctionName=FUNCTION)


def test_a_function_can_be_created_with_a_dead_letter_queue(boto: Boto) -> None:
    deploy(boto)
    role = boto("iam").get_role(RoleName=ROLE)["Role"]["Arn"]
    target = {"TargetArn": queue_arn(boto)}
    code = {
        "S3Bucket": physical_id(boto, "ServerlessDeploymentBucket"),
        "S3Key": solution()["Resources"]["PutRideRecordSnsLambdaFunction"]["Properties"]["Code"]["S3Key"],
    }
    made = boto("lambda").create_function(FunctionName="by-hand", Role=role, Code=code, DeadLetterConfig=target)
    assert made["DeadLetterConfig"] == target


def test_a_dead_letter_queue_in_the_template_is_kept_and_goes_with_it(boto: Boto) -> None:
    template = solution()
    function = template["Resources"]["PutRideRecordSnsLambdaFunction"]["Properties"]
    function["DeadLetterConfig"] = {"TargetArn": {"Fn::GetAtt": ["PutRideRecordSnsDlq", "Arn"]}}
    deploy(boto, template, dead_letter="")
    client = boto("lambda")
    shown = client.get_function_configuration(FunctionName=FUNCTION)
    assert shown["DeadLetterConfig"] == {"TargetArn": queue_arn(boto)}
    deploy(boto, dead_letter="")
    assert "DeadLetterConfig" not in client.get_function_configuration(FunctionName=FUNCTION)


def test_an_update_of_the_stack_leaves_alone_what_the_plugin_set(boto: Boto) -> None:
    deploy(boto)
    template = solution()
    template["Resources"]["PutRideRecordSnsLambdaFunction"]["Properties"]["Timeout"] = 9
    deploy(boto, template, dead_letter="")
    shown = boto("lambda").get_function_configuration(FunctionName=FUNCTION)
    assert (shown["Timeout"], shown["DeadLetterConfig"]) == (9, {"TargetArn": queue_arn(boto)})


def test_the_asynchronous_invocation_shows_what_was_put_last(boto: Boto) -> None:
    deploy(boto)
    client = boto("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_event_invoke_config(FunctionName=FUNCTION)
    for target in (queue_arn(boto) + "-first", queue_arn(boto)):
        client.put_function_event_invoke_config(
            FunctionName=FUNCTION, DestinationConfig={"OnFailure": {"Destination": target}}
        )
    client.update_function_event_invoke_config(FunctionName=FUNCTION, MaximumRetryAttempts=1)
    shown = client.get_function_event_invoke_config(FunctionName=FUNCTION)
    assert shown["DestinationConfig"] == {"OnFailure": {"Destination": queue_arn(boto)}}
    assert shown["MaximumRetryAttempts"] == 1
    listed = client.list_function_event_invoke_configs(FunctionName=FUNCTION)["FunctionEventInvokeConfigs"]
    assert [one["DestinationConfig"] for one in listed] == [shown["DestinationConfig"]]


def test_destinations_of_a_template_are_made_and_go_with_it(boto: Boto) -> None:
    template = solution()
    template["Resources"]["PutRideRecordSnsLambdaEvConf"] = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": {"Ref": "PutRideRecordSnsLambdaFunction"},
            "Qualifier": "$LATEST",
            "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["PutRideRecordSnsDlq", "Arn"]}}},
        },
    }
    deploy(boto, template)
    client = boto("lambda")
    shown = client.get_function_event_invoke_config(FunctionName=FUNCTION)
    assert shown["DestinationConfig"]["OnFailure"]["Destination"] == queue_arn(boto)
    deploy(boto)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_event_invoke_config(FunctionName=FUNCTION)


@pytest.mark.parametrize("enabled", [True, False])
def test_a_mapping_of_a_template_is_found_by_name_and_by_arn(boto: Boto, enabled: bool) -> None:
    template = solution()
    template["Resources"]["PutRideRecordSnsEventSourceMappingSQSDlq"] = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": {"Fn::GetAtt": ["PutRideRecordSnsDlq", "Arn"]},
            "FunctionName": {"Fn::GetAtt": ["PutRideRecordSnsLambdaFunction", "Arn"]},
            "Enabled": enabled,
        },
    }
    deploy(boto, template)
    client = boto("lambda")
    arn = client.get_function_configuration(FunctionName=FUNCTION)["FunctionArn"]
    for asked in ({"EventSourceArn": queue_arn(boto)}, {"FunctionName": FUNCTION}, {"FunctionName": arn}):
        (mapping,) = client.list_event_source_mappings(**asked)["EventSourceMappings"]
        assert mapping["State"] == ("Enabled" if enabled else "Disabled")
        assert (mapping["FunctionArn"], mapping["EventSourceArn"]) == (arn, queue_arn(boto))
    other = client.list_event_source_mappings(FunctionName=f"{STACK}-PutRideRecordHttp")
    assert other["EventSourceMappings"] == []


# CloudFormation


def test_every_resource_has_its_row(boto: Boto) -> None:
    deploy(boto)
    shown = rows(boto)
    expected = {name: resource["Type"] for name, resource in solution()["Resources"].items()}
    assert {name: row["ResourceType"] for name, row in shown.items()} == expected
    assert all(row["PhysicalResourceId"] for row in shown.values())
    assert {row["ResourceStatus"] for row in shown.values()} == {"CREATE_COMPLETE"}
    assert physical_id(boto, "ServerlessDeploymentBucketPolicy")
    (stack,) = boto("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    assert [output["OutputKey"] for output in stack["Outputs"]] == ["ServerlessDeploymentBucketName", "RideRecordUrl"]


def test_rows_stay_whole_after_an_update(boto: Boto) -> None:
    deploy(boto)
    template = solution()
    template["Resources"]["ServerlessDeploymentBucketPolicy"]["Properties"]["PolicyDocument"] = ALLOW_ALL
    template["Resources"]["ApiGatewayRestApi"]["Properties"]["Name"] = "other"
    del template["Resources"]["PutRideRecordSnsSnsSubscriptionRides"]
    deploy(boto, template)
    shown = rows(boto)
    assert set(shown) == set(template["Resources"])
    changed = {name for name, row in shown.items() if row["ResourceStatus"] == "UPDATE_COMPLETE"}
    assert changed == {"ServerlessDeploymentBucketPolicy", "ApiGatewayRestApi"}


def test_a_resource_that_comes_back_is_made_anew(boto: Boto) -> None:
    deploy(boto)
    first = physical_id(boto, "PutRideRecordSnsDlq")
    template = solution()
    del template["Resources"]["PutRideRecordSnsDlq"]
    del template["Resources"]["IamRoleLambdaExecution"]["Properties"]["Policies"]
    deploy(boto, template, dead_letter="")
    assert "QueueUrls" not in boto("sqs").list_queues()
    deploy(boto)
    assert physical_id(boto, "PutRideRecordSnsDlq") != first
    assert len(boto("sqs").list_queues()["QueueUrls"]) == 1


def test_a_resource_whose_condition_is_false_has_no_row(boto: Boto) -> None:
    template = solution()
    template["Conditions"] = {"Never": {"Fn::Equals": ["a", "b"]}}
    template["Resources"]["PutRideRecordHttpLogGroup"]["Condition"] = "Never"
    deploy(boto, template)
    assert "PutRideRecordHttpLogGroup" not in rows(boto)


def test_a_stack_deployed_by_change_sets_shows_its_outputs_and_can_be_deleted(boto: Boto) -> None:
    client = boto("cloudformation")
    template = solution()
    parts = ("ApiGatewayRestApi", "RideRecordTable", "ServiceUrlSsmParam", "PutRideRecordSnsDlq")
    smaller: Json = {"Resources": {name: template["Resources"][name] for name in parts}}
    for kind in ("CREATE", "UPDATE"):
        if kind == "UPDATE":
            smaller["Outputs"] = {"RideRecordUrl": template["Outputs"]["RideRecordUrl"]}
        body = json.dumps(smaller)
        client.create_change_set(StackName=STACK, ChangeSetName=kind, ChangeSetType=kind, TemplateBody=body)
        client.execute_change_set(StackName=STACK, ChangeSetName=kind)
    (stack,) = client.describe_stacks(StackName=STACK)["Stacks"]
    assert (stack["StackStatus"], [one["OutputKey"] for one in stack["Outputs"]]) == (
        "UPDATE_COMPLETE",
        ["RideRecordUrl"],
    )
    client.delete_stack(StackName=STACK)
    assert boto("dynamodb").list_tables()["TableNames"] == []


def test_deleting_the_stack_deletes_what_it_made(boto: Boto) -> None:
    template = solution()
    template["Resources"]["IamRoleLambdaExecution"]["Properties"]["ManagedPolicyArns"] = [SQS_FULL]
    deploy(boto, template)
    bucket = physical_id(boto, "ServerlessDeploymentBucket")
    (code,) = boto("s3").list_objects_v2(Bucket=bucket)["Contents"]
    boto("s3").delete_object(Bucket=bucket, Key=code["Key"])
    boto("cloudformation").delete_stack(StackName=STACK)
    with pytest.raises(ClientError, match="does not exist"):
        boto("cloudformation").describe_stacks(StackName=STACK)
    assert boto("iam").list_roles()["Roles"] == []
    assert boto("lambda").list_functions()["Functions"] == []


def test_a_stack_whose_resources_were_deleted_by_hand_can_be_deleted(boto: Boto) -> None:
    deploy(boto)
    bucket = physical_id(boto, "ServerlessDeploymentBucket")
    (code,) = boto("s3").list_objects_v2(Bucket=bucket)["Contents"]
    boto("s3").delete_object(Bucket=bucket, Key=code["Key"])
    boto("s3").delete_bucket(Bucket=bucket)
    boto("sqs").delete_queue(QueueUrl=physical_id(boto, "PutRideRecordSnsDlq"))
    boto("dynamodb").delete_table(TableName=physical_id(boto, "RideRecordTable"))
    boto("lambda").delete_function(FunctionName=FUNCTION)
    boto("iam").delete_role_policy(RoleName=ROLE, PolicyName=POLICY)
    boto("iam").delete_role(RoleName=ROLE)
    assert set(rows(boto)) == set(solution()["Resources"])  # CloudFormation does not notice
    boto("cloudformation").delete_stack(StackName=STACK)
    assert boto("cloudformation").describe_stacks()["Stacks"] == []


# Application Auto Scaling


def test_scaling_of_a_template_is_registered_and_goes_with_it(boto: Boto) -> None:
    template = provisioned()
    template["Resources"]["Target"] = {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {
            "ServiceNamespace": "dynamodb",
            "ResourceId": {"Fn::Join": ["", ["table/", {"Ref": "RideRecordTable"}]]},
            "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
            "MinCapacity": 5,
            "MaxCapacity": 200,
            "RoleARN": {"Fn::GetAtt": ["IamRoleLambdaExecution", "Arn"]},
        },
    }
    template["Resources"]["Policy"] = {
        "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
        "Properties": {
            "PolicyName": "reads",
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": {"Ref": "Target"},
            "TargetTrackingScalingPolicyConfiguration": {
                "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
                "TargetValue": 75.0,
            },
        },
    }
    deploy(boto, template)
    client = boto("application-autoscaling")
    (target,) = client.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert target["ResourceId"] == f"table/{physical_id(boto, 'RideRecordTable')}"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (5, 200)
    (policy,) = client.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    assert (policy["PolicyName"], policy["ResourceId"]) == ("reads", target["ResourceId"])
    template["Resources"]["Target"]["Properties"]["MaxCapacity"] = 300
    deploy(boto, template)
    (target,) = client.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert target["MaxCapacity"] == 300
    deploy(boto)
    assert client.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"] == []
    assert client.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"] == []


# IAM


def statements(boto: Boto, policy: str = POLICY) -> list[Json]:
    document = boto("iam").get_role_policy(RoleName=ROLE, PolicyName=policy)["PolicyDocument"]
    found: list[Json] = document["Statement"]
    return found


def attached(boto: Boto) -> list[str]:
    policies = boto("iam").list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]
    return sorted(policy["PolicyArn"] for policy in policies)


def test_inline_policies_are_documents(boto: Boto) -> None:
    deploy(boto)
    assert boto("iam").list_role_policies(RoleName=ROLE)["PolicyNames"] == [POLICY]
    allowed = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": queue_arn(boto)}
    assert statements(boto)[-1] == allowed


def test_an_update_changes_the_policies_of_the_role_and_no_others(boto: Boto) -> None:
    template = solution()
    role = template["Resources"]["IamRoleLambdaExecution"]["Properties"]
    role["ManagedPolicyArns"] = [SQS_FULL]
    deploy(boto, template)
    boto("iam").put_role_policy(RoleName=ROLE, PolicyName="by-hand", PolicyDocument=json.dumps(ALLOW_ALL))
    role["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
    del role["Policies"][0]["PolicyDocument"]["Statement"][-1]
    role["Policies"].append({"PolicyName": "second", "PolicyDocument": ALLOW_ALL})
    role["PermissionsBoundary"] = SQS_FULL
    deploy(boto, template)
    assert sorted(boto("iam").list_role_policies(RoleName=ROLE)["PolicyNames"]) == ["by-hand", "second", POLICY]
    assert statements(boto)[-1]["Action"] == ["dynamodb:PutItem"]
    assert attached(boto) == role["ManagedPolicyArns"]
    shown = boto("iam").get_role(RoleName=ROLE)["Role"]
    assert shown["PermissionsBoundary"]["PermissionsBoundaryArn"] == SQS_FULL
    deploy(boto)
    assert sorted(boto("iam").list_role_policies(RoleName=ROLE)["PolicyNames"]) == ["by-hand", POLICY]
    assert attached(boto) == []
    assert "PermissionsBoundary" not in boto("iam").get_role(RoleName=ROLE)["Role"]


@pytest.mark.parametrize(
    "name", ["AmazonSQSFullAccess", "AdministratorAccess", "service-role/AWSLambdaBasicExecutionRole"]
)
def test_managed_policies_of_aws_can_be_read(boto: Boto, name: str) -> None:
    arn = f"arn:aws:iam::aws:policy/{name}"
    version = boto("iam").get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = boto("iam").get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Effect"] == "Allow"


def test_policies_of_a_template_are_attached_changed_and_taken_away(boto: Boto) -> None:
    template = solution()
    roles = [{"Ref": "IamRoleLambdaExecution"}]
    template["Resources"]["Inline"] = {
        "Type": "AWS::IAM::Policy",
        "Properties": {"PolicyName": "inline", "PolicyDocument": ALLOW_ALL, "Roles": roles},
    }
    template["Resources"]["Managed"] = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"ManagedPolicyName": "mine", "PolicyDocument": ALLOW_ALL, "Roles": roles},
    }
    deploy(boto, template)
    assert statements(boto, "inline") == ALLOW_ALL["Statement"]
    assert attached(boto) == [MINE]
    denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}]}
    for name in ("Inline", "Managed"):
        template["Resources"][name]["Properties"]["PolicyDocument"] = denied
    deploy(boto, template)
    assert statements(boto, "inline") == denied["Statement"]
    version = boto("iam").get_policy(PolicyArn=MINE)["Policy"]["DefaultVersionId"]
    shown = boto("iam").get_policy_version(PolicyArn=MINE, VersionId=version)["PolicyVersion"]
    assert (shown["IsDefaultVersion"], shown["Document"]) == (True, denied)
    template["Resources"]["Managed"]["Properties"]["Roles"] = []
    deploy(boto, template)
    assert attached(boto) == []
    deploy(boto)
    assert boto("iam").list_role_policies(RoleName=ROLE)["PolicyNames"] == [POLICY]
    with pytest.raises(boto("iam").exceptions.NoSuchEntityException):
        boto("iam").get_policy(PolicyArn=MINE)


# DynamoDB


def provisioned() -> Json:
    template = solution()
    table = template["Resources"]["RideRecordTable"]["Properties"]
    del table["BillingMode"]
    table["ProvisionedThroughput"] = PROVISIONED
    return template


def with_index(template: Json, **throughput: Any) -> Json:
    table = template["Resources"]["RideRecordTable"]["Properties"]
    keys = [{"AttributeName": "RideId", "KeyType": "HASH"}]
    index = {"IndexName": "all", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
    table["GlobalSecondaryIndexes"] = [{**index, **throughput}]
    return template


def table(boto: Boto) -> Json:
    found: Json = boto("dynamodb").describe_table(TableName=physical_id(boto, "RideRecordTable"))["Table"]
    return found


def throughput(part: Json) -> tuple[int, int]:
    shown = part["ProvisionedThroughput"]
    return shown["ReadCapacityUnits"], shown["WriteCapacityUnits"]


def test_a_table_that_was_never_on_demand_has_no_billing_summary(boto: Boto) -> None:
    deploy(boto, provisioned())
    assert "BillingModeSummary" not in table(boto)
    assert throughput(table(boto)) == (5, 6)


def test_a_stack_switches_the_billing_both_ways(boto: Boto) -> None:
    deploy(boto, with_index(provisioned(), ProvisionedThroughput=PROVISIONED))
    name = table(boto)["TableName"]
    deploy(boto, with_index(solution()))
    shown = table(boto)
    assert (shown["TableName"], shown["BillingModeSummary"]["BillingMode"]) == (name, "PAY_PER_REQUEST")
    assert [throughput(part) for part in (shown, *shown["GlobalSecondaryIndexes"])] == [(0, 0), (0, 0)]
    assert rows(boto)["RideRecordTable"]["ResourceStatus"] == "UPDATE_COMPLETE"
    deploy(boto, provisioned())
    shown = table(boto)
    assert shown["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert throughput(shown) == (5, 6)
    assert "GlobalSecondaryIndexes" not in shown


def test_billing_switched_by_hand(boto: Boto) -> None:
    deploy(boto, with_index(provisioned(), ProvisionedThroughput=PROVISIONED))
    client = boto("dynamodb")
    name = table(boto)["TableName"]
    changed = client.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")["TableDescription"]
    assert [throughput(part) for part in (changed, *changed["GlobalSecondaryIndexes"])] == [(0, 0), (0, 0)]
    assert table(boto)["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    with pytest.raises(ClientError, match="must both be specified"):
        client.update_table(TableName=name, BillingMode="PROVISIONED")
    client.update_table(TableName=name, BillingMode="PROVISIONED", ProvisionedThroughput=PROVISIONED)
    assert throughput(table(boto)) == (5, 6)


def test_a_table_with_other_keys_is_replaced(boto: Boto) -> None:
    deploy(boto)
    name = table(boto)["TableName"]
    template = solution()
    properties = template["Resources"]["RideRecordTable"]["Properties"]
    properties["AttributeDefinitions"][0]["AttributeName"] = "Id"
    properties["KeySchema"][0]["AttributeName"] = "Id"
    deploy(boto, template)
    assert table(boto)["TableName"] != name
    assert boto("dynamodb").list_tables()["TableNames"] == [table(boto)["TableName"]]


# Faults


def test_calls_are_named_as_in_the_api_reference(boto: Boto, faults: Faults) -> None:
    deploy(boto)
    faults.calls.clear()
    table(boto)
    statements(boto)
    boto("lambda").get_function(FunctionName=FUNCTION)
    boto("lambda").list_event_source_mappings(FunctionName=FUNCTION)
    boto("sqs").list_queues()
    boto("s3").list_objects_v2(Bucket=physical_id(boto, "ServerlessDeploymentBucket"))
    boto("application-autoscaling").describe_scalable_targets(ServiceNamespace="dynamodb")
    assert faults.calls == [
        ("cloudformation", "DescribeStackResource"),
        ("dynamodb", "DescribeTable"),
        ("iam", "GetRolePolicy"),
        ("lambda", "GetFunction"),
        ("lambda", "ListEventSourceMappings"),
        ("sqs", "ListQueues"),
        ("cloudformation", "DescribeStackResource"),
        ("s3", "ListObjectsV2"),
        ("application-autoscaling", "DescribeScalableTargets"),
    ]


ONE_CALL_EACH: list[tuple[str, str, Json]] = [
    ("application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "dynamodb"}),
    ("cloudformation", "describe_stacks", {}),
    ("dynamodb", "list_tables", {}),
    ("iam", "list_roles", {}),
    ("lambda", "list_functions", {}),
    ("s3", "list_buckets", {}),
    ("sqs", "list_queues", {}),
    ("sts", "get_caller_identity", {}),
]
DENIED = dict.fromkeys(("cloudformation", "iam", "s3", "sqs", "sts"), "AccessDenied")
THROTTLED = {
    "cloudformation": "Throttling",
    "iam": "Throttling",
    "lambda": "TooManyRequestsException",
    "s3": "SlowDown",
    "sqs": "RequestThrottled",
    "sts": "Throttling",
}


@pytest.mark.parametrize(("service", "action", "asked"), ONE_CALL_EACH)
def test_each_service_errs_in_its_own_words(faults: Faults, service: str, action: str, asked: Json) -> None:
    call = getattr(no_retries(service), action)
    faults.throttle_first(1)
    with pytest.raises(ClientError) as throttled:
        call(**asked)
    assert code_of(throttled) == THROTTLED.get(service, "ThrottlingException")
    faults.break_first(1, f"{service}:*")
    with pytest.raises(ClientError) as broken:
        call(**asked)
    assert broken.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    faults.deny(f"{service}:*")
    with pytest.raises(ClientError, match=rf"is not authorized to perform: {service}:\w+ on resource: arn:") as denied:
        call(**asked)
    assert code_of(denied) == DENIED.get(service, "AccessDeniedException")
    faults.refuse_credentials("ExpiredToken")
    with pytest.raises(ClientError, match="expired") as expired:
        call(**asked)
    assert code_of(expired) in {"ExpiredToken", "ExpiredTokenException"}
    faults.refuse_credentials("InvalidClientTokenId")
    with pytest.raises(ClientError, match="invalid") as invalid:
        call(**asked)
    assert code_of(invalid) in {"InvalidClientTokenId", "UnrecognizedClientException"}
    faults.reset()
    call(**asked)


def test_a_share_of_the_calls_is_throttled_the_same_ones_each_time(faults: Faults) -> None:
    client = no_retries("sqs")

    def passes() -> bool:
        try:
            client.list_queues()
        except ClientError:
            return False
        return True

    def outcomes() -> list[bool]:
        faults.throttle(0.5, seed=3)
        return [passes() for _ in range(12)]

    first = outcomes()
    assert set(first) == {True, False}
    assert outcomes() == first


def test_calls_can_be_slow(boto: Boto, faults: Faults) -> None:
    faults.latency = 0.1
    start = time.monotonic()
    boto("sqs").list_queues()
    assert time.monotonic() - start >= 0.1


def test_a_thing_can_go_while_it_is_read(boto: Boto, faults: Faults) -> None:
    deploy(boto)
    name = table(boto)["TableName"]
    faults.before("dynamodb:DescribeTable", lambda: boto("dynamodb").delete_table(TableName=name))
    with pytest.raises(boto("dynamodb").exceptions.ResourceNotFoundException):
        boto("dynamodb").describe_table(TableName=name)
    assert faults.actions("dynamodb")[-2:] == ["DescribeTable", "DeleteTable"]


@pytest.mark.parametrize(
    "status",
    ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "DELETE_FAILED", "REVIEW_IN_PROGRESS"],
)
def test_a_stack_can_be_in_any_state(boto: Boto, status: str) -> None:
    deploy(boto)
    set_stack(
        STACK,
        status,
        reason="so it is",
        resources={"PutRideRecordSnsDlq": ("CREATE_FAILED", "no queue today")},
        events=[
            Event(STACK, "UPDATE_IN_PROGRESS", "User Initiated"),
            Event("PutRideRecordSnsDlq", "CREATE_FAILED", "no queue today"),
            Event("RideRecordTable", "UPDATE_FAILED", "Resource update cancelled"),
            Event(STACK, status),
        ],
    )
    client = boto("cloudformation")
    (stack,) = client.describe_stacks(StackName=STACK)["Stacks"]
    assert (stack["StackStatus"], stack["StackStatusReason"]) == (status, "so it is")
    assert rows(boto)["PutRideRecordSnsDlq"]["ResourceStatus"] == "CREATE_FAILED"
    detail = client.describe_stack_resource(StackName=STACK, LogicalResourceId="PutRideRecordSnsDlq")
    assert detail["StackResourceDetail"]["ResourceStatusReason"] == "no queue today"
    events = client.describe_stack_events(StackName=STACK)["StackEvents"]  # the newest first
    assert [(event["LogicalResourceId"], event["ResourceStatus"]) for event in events] == [
        (STACK, status),
        ("RideRecordTable", "UPDATE_FAILED"),
        ("PutRideRecordSnsDlq", "CREATE_FAILED"),
        (STACK, "UPDATE_IN_PROGRESS"),
    ]
    assert events[2]["ResourceStatusReason"] == "no queue today"
    assert events[2]["ResourceType"] == "AWS::SQS::Queue"
    assert events[0]["PhysicalResourceId"] == stack["StackId"]
