"""A configuration file → the `Service` that Serverless Framework would deploy from it."""

from __future__ import annotations

from collections.abc import Iterable

from checker.cloudformation.invocations import UNPUBLISHED, Called, Invocations, invoke_configs, read_invocations
from checker.cloudformation.template import read_resources
from checker.errors import too_large
from checker.model import (
    Capacity,
    EventSource,
    Function,
    Mapping,
    Origin,
    Plugin,
    Scalar,
    Section,
    Sequence,
    Service,
    Target,
    Unknown,
    Value,
    is_empty,
    is_truthy,
    items_of,
    text_of,
    value_at,
)
from checker.serverless.configuration import Configuration, Document, merged_sections, read_configuration
from checker.serverless.dead_letters import KEY, read_targets
from checker.serverless.dotenv import with_dotenv
from checker.serverless.files import SubmissionFiles
from checker.serverless.framework import Framework
from checker.serverless.included import IncludedFiles
from checker.serverless.parameters import with_parameters
from checker.serverless.pseudo_parameters import PLUGIN as PSEUDO_PARAMETERS
from checker.serverless.pseudo_parameters import with_pseudo_parameters
from checker.serverless.resolving import DEFAULT_REGION, Resolver, Settings
from checker.serverless.roles import RoleReader, written_statements
from checker.serverless.variables import Syntax

_SCALED = ("read", "write")
_PROVISIONED = "provisioned"
_DEFAULT_TIMEOUT = 6  # seconds, of every version of the framework
_WITHOUT_REQUEST = (4, 0)  # the first version without `provider.request()`, which the plugin calls


def read_service(folder: SubmissionFiles, settings: Settings, document: Document) -> Service:
    """Read the service that a configuration in the folder describes.

    Raises CheckError for what cannot be judged at all (see `configuration` and `resolving` for the codes).
    """
    configuration = read_configuration(document)
    try:
        settings = with_dotenv(configuration.document, settings, folder)
        framework = configuration.framework
        included = IncludedFiles(folder, framework)
        syntax = variable_syntax(configuration)
        resolved = Resolver(configuration.document, settings, included, syntax, framework).resolve_document()
        service = lower(configuration, resolved, settings)
        return service._replace(lines={**service.lines, **included.lines})
    except RecursionError:
        raise too_large("values are nested too deeply.", file=configuration.file) from None


def variable_syntax(configuration: Configuration) -> Syntax:
    """How this service writes variables.

    Version 1 compiles `provider.variableSyntax` as a pattern. That is not done here, for a stranger's pattern can take
    for ever; the usual ones are recognised.
    """
    if not configuration.framework.is_version_1:
        return "standard"
    pattern = text_of(value_at(configuration.document, "provider", "variableSyntax"))
    if pattern is None:
        return "framework-1"
    return "double-braces" if "{{" in pattern else "standard"


def lower(configuration: Configuration, document: Mapping, settings: Settings) -> Service:
    """What the framework and its plugins make of a resolved document."""
    root = Origin(configuration.file, 1, 1)
    plugins = _plugins(document.get("plugins"), root)
    if PSEUDO_PARAMETERS in plugins.entries:
        document = with_pseudo_parameters(document)
    document = with_parameters(document, merged_sections(document.get("resources"), root)[0].get("Parameters"))
    provider = document.get("provider")
    if isinstance(provider, Scalar):  # `provider: aws`
        provider = Mapping({"name": provider}, provider.origin)
    provider_body = provider if isinstance(provider, Mapping) else Mapping({}, provider.origin if provider else root)
    template, template_unknown = merged_sections(document.get("resources"), root)
    resources = read_resources(template.get("Resources"), template.origin, template.get("extensions"))
    if template_unknown is not None:  # an item of the list: it may hold anything, and parts of what others hold
        partly = {name: one._replace(unread=template_unknown) for name, one in resources.entries.items()}
        resources = Section(partly, resources.origin, resources.unknown or template_unknown)
    stage_given, region_given = settings.options.get("stage"), settings.options.get("region")
    name = _service_name(document.get("service"))
    stage = Scalar(stage_given, root) if stage_given else _or_default(provider_body.get("stage"), "dev", root)
    region = (
        Scalar(region_given, root) if region_given else _or_default(provider_body.get("region"), DEFAULT_REGION, root)
    )
    function_bodies, functions_unknown = merged_sections(document.get("functions"), root)
    pseudo = dict(_pseudo_parameters(name, stage, region))
    roles = RoleReader(
        document=document,
        provider=provider_body,
        resources=resources,
        functions=function_bodies,
        template=template,
        plugins=frozenset(plugins.entries),
        framework=configuration.framework,
        pseudo=pseudo,
    )
    configs = invoke_configs(resources)
    stem = pseudo.get("AWS::StackName")
    functions = {
        function_name: _function(
            function_name,
            body,
            provider_body,
            roles,
            template,
            read_invocations(configs, _called(function_name, body, stem)),
            configuration.framework,
        )
        for function_name, body in function_bodies.entries.items()
        if isinstance(body, Mapping)
    }
    return Service(
        name=name,
        stage=stage,
        region=region,
        resources=resources,
        functions=Section(functions, function_bodies.origin, functions_unknown or _first_unknown(function_bodies)),
        plugins=plugins,
        capacities=_capacities(document),
        default_role=roles.default_role,
        written_statements=written_statements(document, provider_body, function_bodies, template),
        document=document,
        hindrances=tuple(_hindrances(document, configuration.framework)),
        packages=configuration.packages,
        lines={configuration.file: configuration.lines},
        given_stack=provider_body.get("stackName"),
    )


def _hindrances(document: Mapping, framework: Framework) -> Iterable[str]:
    """What keeps serverless-plugin-lambda-dead-letter 1.2.1 from setting the queue, as measured with osls 4 and 3."""
    if framework.version >= _WITHOUT_REQUEST:
        yield "plugin-needs-framework-3"
    if text_of(document.get("configValidationMode")) == "error":
        yield "dead-letter-rejected"


def _pseudo_parameters(name: Value | None, stage: Value, region: Value) -> Iterable[tuple[str, str]]:
    """The pseudo parameters of CloudFormation that the file tells."""
    if (region_text := text_of(region)) is not None:
        yield "AWS::Region", region_text
    if (name_text := text_of(name)) is not None and (stage_text := text_of(stage)) is not None:
        yield "AWS::StackName", f"{name_text}-{stage_text}"


def _service_name(value: Value | None) -> Value | None:
    """`service: name`, or the older `service: {name: …}`."""
    return value.get("name") if isinstance(value, Mapping) else value


def _or_default(value: Value | None, default: str, origin: Origin) -> Value:
    return Scalar(default, origin) if value is None or is_empty(value) else value


def _first_unknown(section: Mapping) -> Unknown | None:
    return next((value for value in section.entries.values() if isinstance(value, Unknown)), None)


def _plugins(value: Value | None, root: Origin) -> Section[Plugin]:
    """The enabled plugins; a plain string loads nothing."""
    origin = value.origin if value is not None else root
    if isinstance(value, Mapping):
        value = value.get("modules")
    if isinstance(value, Unknown):
        return Section({}, origin, value)
    entries: dict[str, Plugin] = {}
    unknown: Unknown | None = None
    for item in value.items if isinstance(value, Sequence) else ():
        name = text_of(item)
        if isinstance(item, Unknown):
            unknown = unknown or item
        elif name is not None:
            entries.setdefault(name.removeprefix("./node_modules/"), Plugin(name, item.origin))
    return Section(entries, origin, unknown)


def _function(
    name: str,
    body: Mapping,
    provider: Mapping,
    roles: RoleReader,
    template: Mapping,
    invocations: Invocations,
    framework: Framework,
) -> Function:
    logical_id = function_logical_id(name)
    sections = [value_at(template, section, logical_id) for section in ("extensions", "Resources")]
    changes = [change for change in sections if change is not None]
    block = body.get(KEY)
    return Function(
        name=name,
        logical_id=logical_id,
        origin=body.origin.use,
        role=roles.function_role(body),
        targets=(*read_targets(name, body, changes, framework), *invocations.targets, *_changed_target(name, template)),
        events=tuple(_events(body.get("events"))),
        empty_block=block.origin.use if isinstance(block, Scalar) and block.value is None else None,
        timeout=_timeout(body, provider, changes),
        handler=_handler(body, changes),
        image=None if framework.is_version_1 else body.get("image"),
        environment=_environment(body, provider, sections),
        retries=invocations.retries or _retries(name, body, template, framework),
    )


def _called(name: str, body: Mapping, stem: str | None) -> Called:
    """A function by its own name, or that of service and stage (`stem`) before its key.

    With provisioned concurrency the framework has events call an alias (`compile/functions.js`, `targetAlias`).
    """
    given = body.get("name")
    deployed = text_of(given) if not is_empty(given) else None if stem is None else f"{stem}-{name}"
    alias = _PROVISIONED if is_truthy(body.get("provisionedConcurrency")) else UNPUBLISHED
    return Called(function_logical_id(name), deployed, alias)


def _timeout(body: Mapping, provider: Mapping, changes: list[Value]) -> Value:
    """The seconds that a function may run; of the template's changes `extensions` are assigned last, and so win."""
    changed = [value_at(change, "Properties", "Timeout") for change in changes]
    given = (*changed, body.get("timeout"), provider.get("timeout"))
    set_ = next((one for one in given if isinstance(one, Unknown) or is_truthy(one)), None)
    return Scalar(_DEFAULT_TIMEOUT, body.origin.use) if set_ is None else set_


def _handler(body: Mapping, changes: list[Value]) -> Value | None:
    """What runs; of the template's changes `extensions` are assigned last, and so win."""
    changed = [value_at(change, "Properties", "Handler") for change in changes]
    return next((one for one in (*changed, body.get("handler")) if one is not None), None)


def _retries(name: str, body: Mapping, template: Mapping, framework: Framework) -> Value | None:
    """How often a failed event is tried again; version 1 takes it below `destinations` as well.

    It becomes a resource of its own, which the template may change as it changes the function.
    """
    changed = _changed_invocation(name, template, "MaximumRetryAttempts")
    below = value_at(body, "destinations", "maximumRetryAttempts") if framework.is_version_1 else None
    given = (*changed, body.get("maximumRetryAttempts"), below)
    return next((one for one in given if one is not None and not (isinstance(one, Scalar) and one.value is None)), None)


def _changed_invocation(name: str, template: Mapping, *path: str) -> list[Value | None]:
    """What the template sets in the configuration that the framework makes; `extensions` are assigned last."""
    logical_id = f"{_normal(name)}LambdaEvConf"
    sections = [value_at(template, section, logical_id) for section in ("extensions", "Resources")]
    # One with a name of a function is a whole configuration of its own, and read as such.
    return [
        value_at(one, "Properties", *path) for one in sections if value_at(one, "Properties", "FunctionName") is None
    ]


def _changed_target(name: str, template: Mapping) -> list[Target]:
    found = _changed_invocation(name, template, "DestinationConfig", "OnFailure", "Destination")
    return [Target("destination", arn.origin, arn.origin, arn=arn) for arn in found if arn is not None][:1]


def _environment(body: Mapping, provider: Mapping, sections: list[Value | None]) -> Section[Value]:
    """The variables of a function: the provider's, its own in their place, and what the template changes of them.

    `sections` are what `resources.extensions` and `resources.Resources` say of the generated function.

    The latter is merged into it, and the former takes the place of all variables that are there.
    """
    extension, merged = [value_at(one, "Properties", "Environment", "Variables") for one in sections]
    given = [provider.get("environment"), body.get("environment"), merged]
    own = body.get("environment")
    origin = own.origin if isinstance(own, Mapping) else body.origin.use
    variables: dict[str, Value] = {}
    unknown: Unknown | None = None
    for one in given if extension is None else [extension]:
        if isinstance(one, Unknown):
            unknown = unknown or one
        elif isinstance(one, Mapping):
            variables.update(one.entries)
    return Section(variables, origin, unknown)


def function_logical_id(name: str) -> str:
    """The logical id of a function's resource, as the framework's naming makes it."""
    return f"{_normal(name)}LambdaFunction"


def _normal(name: str) -> str:
    """A function's name as all the logical ids of its resources begin."""
    normal = name.replace("-", "Dash").replace("_", "Underscore")
    return f"{normal[:1].upper()}{normal[1:]}"


def _events(value: Value | None) -> Iterable[EventSource | Unknown]:
    for item in items_of(value):
        if isinstance(item, Unknown):
            yield item
        elif isinstance(item, Mapping):
            for type_, given in item.entries.items():
                # A mapping names its source under `arn`; the framework refuses `sqs: !GetAtt …` itself.
                arn = given.get("arn") if isinstance(given, Mapping) else given
                enabled = given.get("enabled") if isinstance(given, Mapping) else None
                origin = arn.origin if arn is not None else given.origin
                unkeyed = given if type_ == "sqs" and _is_function(given) else None
                refused = type_ == "sqs" and _is_refused(arn)
                told = _http(given) if type_ == "http" else given
                yield EventSource(type_, arn, enabled, origin, refused, unkeyed, told)
        elif (name := text_of(item)) is not None:
            yield EventSource(name, None, None, item.origin)


def _http(given: Value) -> Value:
    """An `http` event as a mapping of `method` and `path`; `http: POST record` says both in one text."""
    if text_of(given) is None or not isinstance(given, Scalar):
        return given
    words = given.text.split(" ")[:2]  # as the framework splits it: at each blank, and no further than the second word
    told = {key: given._replace(value=word) for key, word in zip(("method", "path"), words, strict=False)}
    return Mapping(dict(told), given.origin)


def _is_function(value: Value) -> bool:
    """Whether a value is a call of one of CloudFormation's functions, as `!GetAtt` makes it."""
    return isinstance(value, Mapping) and len(value.entries) == 1 and next(iter(value.entries)).startswith("Fn::")


def _is_refused(arn: Value | None) -> bool:
    """Whether the framework stops at this ARN of an sqs event (`compile/events/sqs.js`): it reads three functions."""
    return isinstance(arn, Mapping) and not any(name in arn for name in ("Fn::GetAtt", "Fn::ImportValue", "Fn::Join"))


def _capacities(document: Mapping) -> Section[Capacity]:
    """`custom.capacities` as serverless-dynamodb-autoscaling reads it; anything but a list scales nothing."""
    custom = document.get("custom")
    listed = value_at(custom, "capacities")
    origin = listed.origin if listed is not None else (custom or document).origin.use
    if isinstance(listed, Unknown):
        return Section({}, origin, listed)
    entries: dict[str, Capacity] = {}
    unknown: Unknown | None = None
    for index, item in enumerate(listed.items if isinstance(listed, Sequence) else ()):
        if isinstance(item, Unknown):
            unknown = unknown or item
        elif isinstance(item, Mapping):
            table = item.get("table")
            entries[str(index)] = Capacity(
                tables=items_of(table),
                bounds=_bounds(item),
                index_only=item.get("indexOnly"),
                origin=item.origin,
                table_origin=table.origin if table else item.origin,
                scaled=tuple((key, item.entries[key]) for key in _SCALED if is_truthy(item.get(key))),
            )
    return Section(entries, origin, unknown)


def _bounds(item: Mapping) -> bool | Unknown:
    """Whether reads or writes are scaled; `read: {}` and `read: true` are, with the plugin's defaults."""
    given = [item.get(key) for key in _SCALED]
    unknown = next((value for value in given if isinstance(value, Unknown)), None)
    return any(is_truthy(value) for value in given) or unknown or False
