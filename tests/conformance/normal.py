"""The parts of a service that checks read, in one shape for what a framework made and for what rydecheck read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from checker.cloudformation.roles import GENERATED_ROLE
from checker.model import (
    EventSource,
    Function,
    Mapping,
    Resource,
    Role,
    Scalar,
    Sequence,
    Service,
    Statement,
    Unknown,
    Value,
    text_of,
    value_at,
)
from checker.serverless.configuration import merged_sections
from tests.conformance.cases import Json
from tests.conformance.frameworks import Packaged

_ELEMENTS = ("Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
_AUTOSCALING = "serverless-dynamodb-autoscaling"
# Statements that the framework adds to a role it makes: for logs, for queues that a function reads, for `onError`, and
# for a function as a destination.
_FRAMEWORKS_OWN = (
    {"logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource", "logs:PutLogEvents"},
    {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    {"sns:Publish"},
    {"lambda:InvokeFunction"},
)


def of_framework(made: Packaged) -> Json:
    """What a framework resolved and compiled."""
    service, template = made.service, made.template["Resources"]
    functions = service.get("functions") or {}
    own = (service.get("resources") or {}).get("Resources") or {}
    name = service["service"]
    made_of_it = {
        "service": name,
        "stage": _stage(name, functions),
        "region": service["provider"]["region"],
        "plugins": _plugin_names(service.get("plugins")),
        "custom": _without_null(service.get("custom")),
        "functions": {key: _function(body, template, service["provider"]["region"]) for key, body in functions.items()},
        "resources": {
            logical_id: _without_null(
                {key: template[logical_id].get(key) for key in ("Type", "Properties", "Condition")}
            )
            for logical_id, body in own.items()
            if body and body.get("Type")
        },
        "scaled": sorted({*_scaled(template)}),
    }
    return _dotted(made_of_it)


def _dotted(value: Json) -> Json:
    """The value with `Fn::GetAtt: Queue.Arn` as it was written; versions 3 make a useless list of it."""
    if isinstance(value, dict):
        attribute = value.get("Fn::GetAtt")
        if isinstance(attribute, list) and len(attribute) == 1:
            return {"Fn::GetAtt": attribute[0]}
        return {key: _dotted(item) for key, item in value.items()}
    return [_dotted(item) for item in value] if isinstance(value, list) else value


def _stage(service: str, functions: dict[str, Json]) -> str | None:
    """The stage in the name of a function's resource, which is where it counts."""
    for key, body in functions.items():
        if body["name"].startswith(f"{service}-") and body["name"].endswith(f"-{key}"):
            return str(body["name"].removeprefix(f"{service}-").removesuffix(f"-{key}"))
    return None


def _plugin_names(plugins: Json) -> list[str]:
    if isinstance(plugins, dict):
        plugins = plugins.get("modules")
    return [name for name in plugins if isinstance(name, str)] if isinstance(plugins, list) else []


def _function(body: dict[str, Json], template: dict[str, Json], region: str) -> Json:
    logical_id = next(
        key
        for key, resource in template.items()
        if resource.get("Type") == "AWS::Lambda::Function" and resource["Properties"]["FunctionName"] == body["name"]
    )
    properties = template[logical_id]["Properties"]
    invocation = template.get(f"{logical_id.removesuffix('LambdaFunction')}LambdaEvConf", {}).get("Properties", {})
    return _without_null(
        {
            "logical_id": logical_id,
            "deadLetter": body.get("deadLetter"),
            "native": (properties.get("DeadLetterConfig") or {}).get("TargetArn"),
            "destination": _destination(invocation),
            "retries": invocation.get("MaximumRetryAttempts"),
            "events": list(_events(body.get("events"))),
            "http": sorted(_methods(logical_id, template)),
            "handler": properties["Handler"],
            "environment": _texts((properties.get("Environment") or {}).get("Variables") or {}),
            "role": _role(properties.get("Role"), template, region),
        }
    )


def _destination(invocation: dict[str, Json]) -> Json:
    """Where failed events go; a function is no dead letter target for any check."""
    found = invocation.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    return None if (_referenced(found) or "").endswith("LambdaFunction") else found


def _events(events: Json) -> Iterator[Json]:
    for event in events or ():
        for type_, given in event.items() if isinstance(event, dict) else ():
            if type_ in ("sns", "sqs"):
                body = given if isinstance(given, dict) and "arn" in given else {"arn": given}
                yield _without_null({"type": type_, "arn": body["arn"], "enabled": body.get("enabled")})


def _texts(variables: dict[str, Json]) -> Json:
    """Variables of the environment; numbers become text in Lambda, and from version 3 on in the template."""
    return {
        name: json.dumps(value) if isinstance(value, (int, float)) else value
        for name, value in variables.items()
        if value is not None
    }


def _methods(logical_id: str, template: dict[str, Json]) -> Iterator[str]:
    """The methods of the REST API that a function answers."""
    for resource in template.values():
        properties = resource.get("Properties") or {}
        uri = json.dumps((properties.get("Integration") or {}).get("Uri"))
        if resource.get("Type") == "AWS::ApiGateway::Method" and f'"{logical_id}"' in uri:
            yield properties["HttpMethod"]


def _role(given: Json, template: dict[str, Json], region: str) -> Json:
    if given is None:
        return "none"
    logical_id = _referenced(given)
    role = template.get(logical_id or "")
    if role is None:
        missing = logical_id == GENERATED_ROLE  # the framework names it and makes none: it allows nothing
        return {"statements": [], "managed": []} if missing else "elsewhere"
    documents = [policy["PolicyDocument"] for policy in role["Properties"].get("Policies", ())]
    managed = []
    for arn in role["Properties"].get("ManagedPolicyArns", ()):
        local = template.get(_referenced(arn) or "")
        if local is None:
            managed.append(arn)
        else:
            documents.append(local["Properties"]["PolicyDocument"])
    for resource in template.values():
        if resource.get("Type") in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            named = resource["Properties"].get("Roles", ())
            name = _name(role["Properties"].get("RoleName"), region)
            if logical_id in map(_referenced, named) or name in [_name(one, region) for one in named]:
                documents.append(resource["Properties"]["PolicyDocument"])
    statements = [statement for document in documents for statement in _listed(document.get("Statement"))]
    normal = [one for statement in statements for one in _on_sides(statement, [])]
    boundary = role["Properties"].get("PermissionsBoundary")
    return _without_null({"statements": _sorted(normal), "managed": _sorted(managed), "boundary": boundary})


def _name(value: Json, region: str) -> Json:
    """A role's name, with the region written out."""
    if isinstance(value, dict):
        if "Fn::Join" in value:
            delimiter, parts = value["Fn::Join"]
            return delimiter.join(str(_name(part, region)) for part in parts)
        if "Fn::Sub" in value:
            return value["Fn::Sub"].replace("${AWS::Region}", region)
        if value == {"Ref": "AWS::Region"}:
            return region
    return value


def _referenced(value: Json) -> str | None:
    if isinstance(value, dict):
        attribute = value.get("Fn::GetAtt")
        found = attribute[0] if isinstance(attribute, list) else value.get("Ref")
        return found if isinstance(found, str) else None
    return None


def _on_sides(statement: Json, sides: list[Json]) -> Iterator[Json]:
    """The statement, or those of an `Fn::If`, each with the sides of the conditions that it stands on."""
    condition, *branches = statement.get("Fn::If", [None]) if isinstance(statement, dict) else [None]
    for when, branch in zip((True, False), branches, strict=False):
        for one in _listed(branch):
            yield from _on_sides(one, [*sides, [condition, when]])
    if not branches and statement != {"Ref": "AWS::NoValue"}:
        normal = _statement_of(statement)
        yield {**normal, "sides": sides} if sides else normal


def _statement_of(statement: Json) -> Json:
    if not isinstance(statement, dict):
        return None
    normal = {key: statement[key] for key in _ELEMENTS if statement.get(key) is not None}
    for key in _ELEMENTS[1:5]:
        if key in normal:
            normal[key] = _listed(normal[key])
    actions = normal.get("Action", [])
    if actions and all(isinstance(action, str) for action in actions):
        return None if any(set(actions) <= own for own in _FRAMEWORKS_OWN) else normal
    return normal


def _scaled(template: dict[str, Json]) -> Iterator[str]:
    """The tables (not their indexes) that the autoscaling plugin scales."""
    for resource in template.values():
        if resource.get("Type") == "AWS::ApplicationAutoScaling::ScalableTarget":
            properties = resource["Properties"]
            if properties["ScalableDimension"].startswith("dynamodb:table:"):
                yield json.dumps(properties["ResourceId"]["Fn::Join"][1][1])


def of_rydecheck(service: Service) -> Json:
    """What rydecheck read from the same file."""
    functions, _ = merged_sections(service.document.get("functions"), service.document.origin)
    custom = service.document.get("custom")
    plugins = service.plugins
    return {
        "service": plain(service.name),
        "stage": plain(service.stage),
        "region": plain(service.region),
        "plugins": list(plugins.entries) if plugins is not None else None,
        "custom": _without_null(plain(custom)),
        "functions": {
            name: _function_read(function, value_at(functions, name, "deadLetter"))
            for name, function in service.functions.entries.items()
        },
        "resources": {
            logical_id: _resource_read(resource)
            for logical_id, resource in service.resources.entries.items()
            if resource.type is not None
        },
        "scaled": sorted(_scaled_read(service)),
    }


def _function_read(function: Function, dead_letter: Value | None) -> Json:
    targets = {target.way: target.arn for target in function.targets}
    return _without_null(
        {
            "logical_id": function.logical_id,
            "deadLetter": plain(dead_letter),
            "native": plain(targets.get("native")),
            "destination": plain(targets.get("destination")),
            "retries": plain(function.retries),
            "events": [
                _without_null({"type": event.type, "arn": plain(event.arn), "enabled": plain(event.enabled)})
                if isinstance(event, EventSource)
                else plain(event)
                for event in function.events
                if isinstance(event, Unknown) or event.type in ("sns", "sqs")
            ],
            "http": sorted(
                plain(value_at(event.given, "method")).upper()
                for event in function.events
                if isinstance(event, EventSource) and event.type == "http"
            ),
            "handler": plain(function.handler),
            "environment": _texts(
                {name: plain(value) for name, value in function.environment.entries.items()}
                if function.environment is not None
                else {}
            ),
            "role": _role_read(function.role),
        }
    )


def _role_read(role: Role) -> Json:
    if role.unknown is not None:
        return "elsewhere" if role.unknown.why == "role_elsewhere" else plain(role.unknown)
    return _without_null(
        {
            "statements": _sorted(map(_statement_read, role.statements)),
            "managed": _sorted(map(plain, role.managed_policies)),
            "boundary": plain(role.bounded_by),
        }
    )


def _statement_read(statement: Statement | Unknown) -> Json:
    if isinstance(statement, Unknown):
        return plain(statement)
    if statement.body is not None:
        normal = _statement_of(plain(statement.body))
        sides = [[side.condition, side.when] for side in statement.branches]
        return {**normal, "sides": sides} if sides else normal
    return _statement_of(
        {
            "Effect": plain(statement.effect),
            "Action": [plain(action) for action in statement.actions or ()],
            "Resource": [plain(resource) for resource in statement.resources or ()],
        }
    )


def _resource_read(resource: Resource) -> Json:
    body = {"Type": resource.type, "Properties": resource.properties, "Condition": resource.condition}
    return _without_null({key: plain(value) for key, value in body.items()})


def _scaled_read(service: Service) -> Iterator[str]:
    if service.plugins is None or _AUTOSCALING not in service.plugins.entries:
        return
    for capacity in service.capacities.entries.values():
        if capacity.bounds is True and not plain(capacity.index_only):
            yield from (json.dumps({"Ref": text_of(table)}) for table in capacity.tables)


def plain(value: Value | None) -> Json:
    """A value as JSON; Unknown as its reason."""
    if value is None:
        return None
    if isinstance(value, Unknown):
        return {"<unknown>": value.why}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.entries.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value.items]
    assert isinstance(value, Scalar)
    if isinstance(value.value, float):
        if not math.isfinite(value.value):
            return None  # as JavaScript writes it into JSON
        return int(value.value) if value.value.is_integer() else value.value
    return value.value


def _without_null(value: Json) -> Json:
    """The value without keys that hold null: CloudFormation has none, and some versions drop them."""
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    return [_without_null(item) for item in value] if isinstance(value, list) else value


def _listed(value: Json) -> list[Json]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _sorted(values: Iterator[Json] | map[Json] | list[Json]) -> list[Json]:
    return sorted((value for value in values if value is not None), key=lambda value: json.dumps(value, sort_keys=True))
