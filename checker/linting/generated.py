"""What the framework generates beside an attendee's own resources, as stand-ins that nothing is said about.

Names and shapes as in `lib/plugins/aws/lib/naming.js` of osls 3 and in what the framework packages
(`benchmarks/answer`, `tests/conformance/recorded`).
"""

from __future__ import annotations

import re
from typing import Any

from checker.model import Function, Mapping, Origin, Scalar, Section, Sequence, Service, Unknown, Value
from checker.wording import near_name

GENERATED = Origin("", 0, 0)
"""The place of all that does not stand in the attendee's file."""

ROLE = "IamRoleLambdaExecution"
OPAQUE_TYPE = "Custom::Generated"
"""The type of a stand-in that may have any property and any attribute."""

_REST_API = "ApiGatewayRestApi"
_OF_EVENTS = {"ApiGateway": "http", "HttpApi": "httpApi", "Websockets": "websocket"}  # by how the names begin
_APIS = (_REST_API, "HttpApi", "HttpApiStage", "WebsocketsApi")
_SLIP = 0.93
_ALONE = re.compile(
    r"ServerlessDeploymentBucket(Policy)?|IamRoleCustomResourcesLambdaExecution|Custom\w+|CodeDeploy\w+|CloudFront\w+"
    r"|SNSTopic\w+|S3Bucket\w+|CognitoUserPool\w+|\w+(EventBridge(EventBus|Rule)|LambdaLayer|StreamConsumer"
    r"|DLQPolicy|LambdaAuthorizerPermissionHttpApi|ApiGatewayAuthorizer|WebsocketsAuthorizer|WebsocketsRoute(Response)?)"
)
_OF_FUNCTION = re.compile(
    r"LogGroup|LambdaFunction(Url|InvokePermission)?|LambdaEvConf|LambdaVersion\w+|LambdaPermission\w+"
    r"|(ProvConc|SnapStart)LambdaAlias|EventsRule\w+|SchedulerSchedule\d+|EventSourceMapping\w+|SnsSubscription\w+"
    r"|IotTopicRule\d+|IotProvisioningTemplate|LogsSubscriptionFilter\w+|Alb\w+|Custom\w+|EventBridge\w+"
    r"|WebsocketsIntegration|IamRoleLambdaExecution|DeadLetterQueue(Policy)?"
)
_FUNCTION_ENDING = "LambdaFunction"
_OF_SOME_FUNCTION = re.compile(rf"\w+?({_OF_FUNCTION.pattern})")
# Of the plugins that one meets in this workshop, none makes a resource that a file would refer to.
_PLUGINS = frozenset(
    (
        "serverless-plugin-lambda-dead-letter",
        "@digitalmaas/serverless-plugin-lambda-dead-letter",
        "serverless-iam-roles-per-function",
        "serverless-dynamodb-autoscaling",
        "serverless-pseudo-parameters",
        "serverless-python-requirements",
        "serverless-offline",
    )
)


def made(plain: Any) -> Value:
    """Plain data as a value of no place in the file; a value in it stays what it is."""
    if isinstance(plain, dict):
        return Mapping({key: made(one) for key, one in plain.items()}, GENERATED)
    if isinstance(plain, list):
        return Sequence(tuple(made(one) for one in plain), GENERATED)
    if isinstance(plain, (Scalar, Mapping, Sequence, Unknown)):
        return plain
    return Scalar(plain, GENERATED)


class Generated:
    """What is generated for one service.

    `others` tells that more may be made than is known here: by a plugin, or for functions that cannot be read.
    `unread` tells of the functions alone.
    """

    def __init__(self, service: Service) -> None:
        self._functions = {function.logical_id: function for function in service.functions.entries.values()}
        self._events = {kind for function in self._functions.values() for kind in _event_kinds(function)}
        self.unread = _is_unread(service.functions)
        plugins = service.plugins
        self.others = self.unread or plugins is None or plugins.unknown is not None
        self.others = self.others or not _PLUGINS.issuperset(plugins.entries if plugins is not None else ())

    def stand_in(self, logical_id: str) -> Mapping | None:
        """The resource of that name, None where the framework makes none."""
        found = self._stand_in(logical_id)
        return None if found is None else Mapping({key: made(one) for key, one in found.items()}, GENERATED)

    def _stand_in(self, logical_id: str) -> dict[str, Any] | None:
        if logical_id in self._functions:
            return _function()
        if logical_id == ROLE or self._is_of_function(logical_id, ROLE):
            return role([])
        if logical_id == _REST_API:
            is_there = self.unread or "http" in self._events
            return {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "api"}} if is_there else None
        if _ALONE.fullmatch(logical_id) or self._is_of_function(logical_id):
            return opaque()
        if logical_id not in _APIS and near_name(logical_id, _APIS, _SLIP) is not None:
            return None  # a slip of the keys, not one of the many names that begin so
        for beginning, event in _OF_EVENTS.items():
            if logical_id.startswith(beginning) and (self.unread or event in self._events):
                return opaque()
        return None

    def may_make(self, logical_id: str) -> bool:
        """Whether a name may be that of a generated resource whose properties are not known here."""
        found = self._stand_in(logical_id)
        if found is None:  # that of a function that cannot be read, perhaps
            return self.unread and _OF_SOME_FUNCTION.fullmatch(logical_id) is not None
        return bool(found["Type"] == OPAQUE_TYPE)

    def _is_of_function(self, logical_id: str, ending: str | None = None) -> bool:
        """Whether a name is that of a function with what the framework puts behind it."""
        for function in self._functions:
            name = function.removesuffix(_FUNCTION_ENDING)
            rest = logical_id.removeprefix(name)
            if rest != logical_id and (rest == ending if ending else _OF_FUNCTION.fullmatch(rest)):
                return True
        return False

    @property
    def names(self) -> tuple[str, ...]:
        """The names that one might mean when one misspells them."""
        return (*self._functions, ROLE, *((_REST_API,) if "http" in self._events else ()))


def _event_kinds(function: Function) -> list[str]:
    """The kinds of events of a function; one that cannot be told may be any."""
    known = [event.type for event in function.events if not isinstance(event, Unknown)]
    return known if len(known) == len(function.events) else [*known, *_OF_EVENTS.values()]


def _is_unread(functions: Section[Function]) -> bool:
    return functions.unknown is not None


def opaque() -> dict[str, Any]:
    """A resource that may have any property and any attribute."""
    return {"Type": OPAQUE_TYPE, "Properties": {"ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:f"}}


def _function() -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"S3Bucket": "deployment-bucket", "S3Key": "code.zip"},
            "Handler": "handler.handler",
            "Runtime": "python3.13",
            "Role": "arn:aws:iam::123456789012:role/generated",
        },
    }


def role(statements: list[Value]) -> dict[str, Any]:
    """A role as the framework generates it, with these statements behind its own two."""
    logs = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/service*:*"
    own = [{"Effect": "Allow", "Action": [action], "Resource": [logs]} for action in _LOG_ACTIONS]
    trust = {"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [
                {
                    "PolicyName": "generated",
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [*own, *statements]},
                }
            ],
        },
    }


_LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")


def event_source(arn: Value) -> dict[str, Any]:
    """The mapping that an `sqs` event becomes."""
    return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": "f", "EventSourceArn": arn}}


def subscription(topic: Value) -> dict[str, Any]:
    """The subscription that an `sns` event becomes."""
    endpoint = "arn:aws:lambda:us-east-1:123456789012:function:f"
    return {
        "Type": "AWS::SNS::Subscription",
        "Properties": {"Protocol": "lambda", "TopicArn": topic, "Endpoint": endpoint},
    }
