"""Every call that is made to AWS, and the IAM policy that allows exactly these.

All of them read. The code makes no call that is not in this list, so the policy cannot fall behind it.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple


class Call(NamedTuple):
    """One operation of an AWS service.

    `action` is what IAM calls it. `resource` is the narrowest ARN pattern that IAM knows for it, in which `{stack}`
    stands for the name of the stack: the framework and CloudFormation begin the names they make with it. `{parameter}`
    stands for the name of an SSM parameter.
    """

    service: str
    operation: str
    action: str
    resource: str


def _call(service: str, operation: str, resource: str) -> Call:
    return Call(service, operation, f"{service}:{operation}", resource)


_STACK = "arn:aws*:cloudformation:*:*:stack/{stack}/*"
_FUNCTION = "arn:aws*:lambda:*:*:function:{stack}*"
_ROLE = "arn:aws*:iam::*:role/{stack}*"
_ANY = "*"  # IAM knows no resource for the call, or the names to ask for begin with nothing in common

DESCRIBE_STACKS = _call("cloudformation", "DescribeStacks", _STACK)
LIST_STACKS = _call("cloudformation", "ListStacks", _ANY)
LIST_STACK_RESOURCES = _call("cloudformation", "ListStackResources", _STACK)
GET_TEMPLATE = _call("cloudformation", "GetTemplate", _STACK)
DESCRIBE_STACK_EVENTS = _call("cloudformation", "DescribeStackEvents", _STACK)
GET_FUNCTION_CONFIGURATION = _call("lambda", "GetFunctionConfiguration", _FUNCTION)
GET_FUNCTION_EVENT_INVOKE_CONFIG = _call("lambda", "GetFunctionEventInvokeConfig", _FUNCTION)
LIST_EVENT_SOURCE_MAPPINGS = _call("lambda", "ListEventSourceMappings", _ANY)
GET_ROLE = _call("iam", "GetRole", _ROLE)
LIST_ROLE_POLICIES = _call("iam", "ListRolePolicies", _ROLE)
GET_ROLE_POLICY = _call("iam", "GetRolePolicy", _ROLE)
LIST_ATTACHED_ROLE_POLICIES = _call("iam", "ListAttachedRolePolicies", _ROLE)
GET_POLICY = _call("iam", "GetPolicy", _ANY)
GET_POLICY_VERSION = _call("iam", "GetPolicyVersion", _ANY)
DESCRIBE_TABLE = _call("dynamodb", "DescribeTable", "arn:aws*:dynamodb:*:*:table/{stack}*")
DESCRIBE_SCALABLE_TARGETS = _call("application-autoscaling", "DescribeScalableTargets", _ANY)
GET_QUEUE_ATTRIBUTES = _call("sqs", "GetQueueAttributes", "arn:aws*:sqs:*:*:{stack}*")
GET_TOPIC_ATTRIBUTES = _call("sns", "GetTopicAttributes", "arn:aws*:sns:*:*:{stack}*")
GET_PARAMETER = _call("ssm", "GetParameter", "arn:aws*:ssm:*:*:parameter{parameter}")

CALLS = (
    DESCRIBE_STACKS,
    LIST_STACKS,
    LIST_STACK_RESOURCES,
    GET_TEMPLATE,
    DESCRIBE_STACK_EVENTS,
    GET_FUNCTION_CONFIGURATION,
    GET_FUNCTION_EVENT_INVOKE_CONFIG,
    LIST_EVENT_SOURCE_MAPPINGS,
    GET_ROLE,
    LIST_ROLE_POLICIES,
    GET_ROLE_POLICY,
    LIST_ATTACHED_ROLE_POLICIES,
    GET_POLICY,
    GET_POLICY_VERSION,
    DESCRIBE_TABLE,
    DESCRIBE_SCALABLE_TARGETS,
    GET_QUEUE_ATTRIBUTES,
)
"""The calls for every module."""

ASSUME_ROLE = Call("sts", "AssumeRole", "sts:AssumeRole", "{role}")
"""For who takes on a role that a roster names; the role itself does not need it."""


def policy_document(
    stack: str, roles: Iterable[str] = (), *, topics: bool = False, parameters: Iterable[str] = ()
) -> dict[str, object]:
    """The least IAM policy that lets a stack of that name (`*` is a wildcard) be judged, as plain data.

    `roles` are the ARNs of those that may be taken on besides. A module may ask for `topics`, and for SSM `parameters`
    by name, in which `{service}` and `{stage}` stand for any.
    """
    by_resource: dict[str, list[str]] = {}
    for call in (*CALLS, *((GET_TOPIC_ATTRIBUTES,) if topics else ())):
        resource = call.resource.replace("{stack}", stack).replace("**", "*")
        by_resource.setdefault(resource, []).append(call.action)
    for name in parameters:
        resource = GET_PARAMETER.resource.replace("{parameter}", re.sub(r"\{\w+\}", "*", name))
        by_resource[resource] = [GET_PARAMETER.action]
    for role in roles:
        by_resource[ASSUME_ROLE.resource.replace("{role}", role)] = [ASSUME_ROLE.action]
    statements = [
        {"Effect": "Allow", "Action": actions, "Resource": resource} for resource, actions in by_resource.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}
