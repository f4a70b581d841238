"""A compiled CloudFormation template → the `Service` that it deploys, as far as a template tells."""

from __future__ import annotations

from collections.abc import Iterator

from checker.cloudformation.invocations import Called, invoke_configs, read_invocations
from checker.cloudformation.roles import ResourceRoles, referenced_id
from checker.model import (
    Capacity,
    EventSource,
    Function,
    Mapping,
    Origin,
    Resource,
    Role,
    Scalar,
    Section,
    Service,
    Target,
    Unknown,
    Value,
    is_empty,
    items_of,
    text_of,
    value_at,
    walk,
)

_METHOD = "AWS::ApiGateway::Method"
FUNCTION = "AWS::Lambda::Function"
_DEFAULT_TIMEOUT = 3  # seconds, of CloudFormation
_FUNCTION_ENDING = "LambdaFunction"  # the framework's own, behind the name of the function


def is_template(document: Value | None) -> bool:
    """Whether a document is a template and no configuration of the framework."""
    return (
        isinstance(document, Mapping) and isinstance(document.get("Resources"), Mapping) and "service" not in document
    )


def lower_template(document: Mapping, file: str, lines: list[str], stage: str | None, region: str | None) -> Service:
    """What a template deploys. It tells nothing of plugins, nor of what they do after the deployment."""
    root = Origin(file, 1, 1)
    unsaid = Unknown("not_in_template", root)
    resources = read_resources(document.get("Resources"), root)
    roles = ResourceRoles(resources, "template", {"AWS::Region": region} if region else {})
    configs = invoke_configs(resources)
    functions = {
        (name := function_name(resource.logical_id)): _function(name, resource, roles, resources, configs)
        for resource in resources.entries.values()
        if text_of(resource.type) == FUNCTION
    }
    return Service(
        name=None,
        stage=Scalar(stage, root) if stage else unsaid,
        region=Scalar(region, root) if region else unsaid,
        resources=resources,
        functions=Section(functions, resources.origin, resources.unknown),
        plugins=None,
        capacities=_capacities(resources),
        default_role=Role(resources.origin),
        written_statements=(),
        document=Mapping({}, root),
        hindrances=(),
        packages=None,
        lines={file: lines},
    )


def read_resources(bodies: Value | None, root: Origin, extensions: Value | None = None) -> Section[Resource]:
    """The resources of a template's section, with properties that `extensions` assigns shallowly."""
    if isinstance(bodies, Unknown):
        return Section({}, bodies.origin, bodies)
    if not isinstance(bodies, Mapping):
        return Section({}, bodies.origin if bodies else root)
    resources = {
        logical_id: _resource(
            logical_id,
            body if isinstance(body, Mapping) else Mapping({}, body.origin),  # `Queue:` with nothing below it
            value_at(extensions, logical_id),
        )
        for logical_id, body in bodies.entries.items()
        if not isinstance(body, Unknown)
    }
    unknown = next((body for body in bodies.entries.values() if isinstance(body, Unknown)), None)
    return Section(resources, bodies.origin, unknown)


def _resource(logical_id: str, body: Mapping, extension: Value | None) -> Resource:
    properties = body.get("Properties")
    extra = value_at(extension, "Properties")
    if isinstance(extra, Mapping) and not isinstance(properties, Unknown):
        own = properties.entries if isinstance(properties, Mapping) else {}
        properties = Mapping({**own, **extra.entries}, properties.origin if properties else extra.origin)
    return Resource(
        logical_id=logical_id,
        type=body.get("Type"),
        properties=properties if isinstance(properties, (Mapping, Unknown)) else None,
        condition=body.get("Condition"),
        origin=body.origin.use,
        body=body,
    )


def function_name(logical_id: str) -> str:
    """The framework's name of the function with this logical id."""
    return logical_id.removesuffix(_FUNCTION_ENDING) or logical_id


def _function(
    name: str, resource: Resource, roles: ResourceRoles, resources: Section[Resource], configs: tuple[Resource, ...]
) -> Function:
    role = resource.get("Role")
    invocations = read_invocations(configs, Called(resource.logical_id, text_of(resource.get("FunctionName"))))
    targets = (*_targets(resource), *invocations.targets)
    return Function(
        name=name,
        logical_id=resource.logical_id,
        origin=resource.origin,
        role=roles.named(role) if role is not None else Role(resource.origin),
        targets=targets,
        events=tuple(_events(resource, resources)),
        unseen_target=None if targets else Unknown("set_after_deployment", resource.origin),
        timeout=resource.get("Timeout") or Scalar(_DEFAULT_TIMEOUT, resource.origin),
        handler=resource.get("Handler"),
        environment=environment_of(value_at(resource.get("Environment"), "Variables"), resource.parent),
        retries=invocations.retries,
    )


def environment_of(variables: Value | None, origin: Origin) -> Section[Value]:
    """The variables in a function's properties; `origin` is where the first one would belong."""
    if isinstance(variables, Mapping):
        return Section(variables.entries, variables.origin)
    return Section({}, origin, variables if isinstance(variables, Unknown) else None)


def _targets(resource: Resource) -> Iterator[Target]:
    arn = value_at(resource.get("DeadLetterConfig"), "TargetArn")
    if arn is not None and not is_empty(arn):
        yield Target("native", arn.origin, arn.origin, arn=arn)


def _events(resource: Resource, resources: Section[Resource]) -> Iterator[EventSource]:
    """The event source mappings, topic subscriptions and methods of a REST API that name the function."""
    for one in resources.entries.values():
        type_ = text_of(one.type)
        if type_ == _METHOD and _integrates(one, resource.logical_id):
            method = one.get("HttpMethod") or Scalar("", one.origin)
            given = Mapping({"method": method, "path": Unknown("not_in_template", one.origin)}, method.origin)
            yield EventSource("http", None, None, method.origin, given=given)
        if type_ == "AWS::Lambda::EventSourceMapping":
            named, arn, event = one.get("FunctionName"), one.get("EventSourceArn"), "sqs"
        elif type_ == "AWS::SNS::Subscription":
            named, arn, event = one.get("Endpoint"), one.get("TopicArn"), "sns"
        else:
            continue
        if named is not None and referenced_id(named) == resource.logical_id:
            yield EventSource(event, arn, one.get("Enabled"), arn.origin if arn is not None else one.origin)


def _integrates(method: Resource, logical_id: str) -> bool:
    """Whether a method hands its requests to the function: its `Uri` is put together around the function's ARN."""
    uri = value_at(method.get("Integration"), "Uri")
    return uri is not None and any(referenced_id(part) == logical_id for _, part in walk(uri))


def _capacities(resources: Section[Resource]) -> Section[Capacity]:
    """The tables that scalable targets name in their `ResourceId`, as `table/<table>`."""
    entries = {}
    for one in resources.entries.values():
        if text_of(one.type) == "AWS::ApplicationAutoScaling::ScalableTarget":
            resource_id = one.get("ResourceId")
            tables = tuple(_referenced_tables(resource_id))
            index_only = text_of(one.get("ScalableDimension")) or ""
            if tables and not index_only.startswith("dynamodb:index:"):
                origin = resource_id.origin if resource_id is not None else one.origin
                entries[one.logical_id] = Capacity(tables, True, None, one.origin, origin)
    return Section(entries, resources.origin)


def _referenced_tables(resource_id: Value | None) -> Iterator[Value]:
    """The logical ids in `Fn::Join` of `table/` and a reference, or in a text with one."""
    for part in items_of(value_at(resource_id, "Fn::Join")):
        for piece in items_of(part):
            name = referenced_id(piece)
            if isinstance(piece, Mapping) and name is not None:
                yield Scalar(name, piece.origin)
    text = text_of(value_at(resource_id, "Fn::Sub"))
    if text is not None and text.startswith("table/${"):
        yield Scalar(
            text.removeprefix("table/${").partition("}")[0], resource_id.origin if resource_id else Origin("", 1, 1)
        )
