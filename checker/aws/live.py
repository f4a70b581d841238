"""The live resources of one stack → a `Service`.

The dead letter plugin sets the queue on the function after the deployment, and people change things by hand, so the
function, its role, the table and the queue are asked themselves. The stack only tells which they are, and its template
who listens to what.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from typing import Any, NamedTuple

from checker.aws.account import Account
from checker.aws.calls import (
    DESCRIBE_SCALABLE_TARGETS,
    DESCRIBE_STACKS,
    DESCRIBE_TABLE,
    GET_FUNCTION_CONFIGURATION,
    GET_FUNCTION_EVENT_INVOKE_CONFIG,
    GET_PARAMETER,
    GET_QUEUE_ATTRIBUTES,
    GET_TEMPLATE,
    GET_TOPIC_ATTRIBUTES,
    LIST_EVENT_SOURCE_MAPPINGS,
    LIST_STACK_RESOURCES,
    Call,
)
from checker.aws.roles import RoleReader
from checker.aws.stacks import Row, State
from checker.aws.values import origin_of, value_of
from checker.cloudformation.roles import GENERATED_ROLE, ROLE
from checker.cloudformation.template import FUNCTION, environment_of, function_name, lower_template
from checker.model import (
    Capacity,
    EventSource,
    Function,
    Mapping,
    NotDeployed,
    Origin,
    Resource,
    Role,
    Scalar,
    Section,
    Service,
    Target,
    Unknown,
    Value,
)

_QUEUE = "AWS::SQS::Queue"
_TABLE = "AWS::DynamoDB::Table"
_TOPIC = "AWS::SNS::Topic"
_PARAMETER = "AWS::SSM::Parameter"
_NAMES = {
    _QUEUE: ("QueueName", "/"),
    _TOPIC: ("TopicName", ":"),
    _TABLE: ("TableName", "/"),
    _PARAMETER: ("Name", ""),
}
"""The property that names a resource, and what stands before the name in its physical id; empty where nothing does."""
_FROM_TEMPLATE = ("sns", "http")  # events that only the template tells
_MOST_FUNCTIONS = 20  # up to here all are read: one may have what belongs to another
_MOST_QUEUES = 5  # up to here all are asked: one may be the workshop's under another name
_ON = frozenset(("Creating", "Enabling", "Enabled", "Updating"))  # states of an event source mapping

Answer = dict[str, Any] | Unknown | None


class Wanted(NamedTuple):
    """What a module asks for: logical ids and functions, and SSM parameters, in whose names `{service}` and `{stage}`
    may stand.

    Of other resources only the stack's own list tells.
    """

    names: frozenset[str]
    parameters: tuple[str, ...] = ()


class LiveReader:
    """Reads what a stack's list names. What needs no other answer is asked for at once, when it is made."""

    def __init__(
        self,
        account: Account,
        executor: Executor,
        state: State,
        rows: list[Row],
        template: dict[str, Any] | Unknown,
        wanted: Wanted,
    ) -> None:
        self.account = account
        self.executor = executor
        self.state = state
        self.rows = rows
        self.template = template
        self.wanted = wanted.names
        self.stage = next((tag["Value"] for tag in state.tags if tag["Key"] == "STAGE"), None)
        self.name = state.name.removesuffix(f"-{self.stage}") if self.stage else None
        self.parameters = {name: self.ask(GET_PARAMETER, Name=name) for name in self.filled(wanted.parameters)}
        self.listed = origin_of(LIST_STACK_RESOURCES, state.name)
        functions = self.of_type(FUNCTION, _MOST_FUNCTIONS)
        queues, tables = self.of_type(_QUEUE, _MOST_QUEUES), self.of_type(_TABLE, 0)
        self.queues = {self.queue_arn(row): row.logical_id for row in rows if row.type == _QUEUE}
        self.logical_ids = {row.physical_id: row.logical_id for row in rows if row.type == FUNCTION}
        self.asked_of = {row.physical_id for row in functions if self.is_wanted(row)}
        self.configurations = {row.physical_id: self.configuration(row.physical_id) for row in functions}
        self.invoke_configs = {
            name: self.ask(GET_FUNCTION_EVENT_INVOKE_CONFIG, FunctionName=name) for name in self.asked_of
        }
        self.answers = {
            **{row: self.ask(GET_QUEUE_ATTRIBUTES, QueueUrl=row.physical_id, AttributeNames=["All"]) for row in queues},
            **{row: self.ask(DESCRIBE_TABLE, TableName=row.physical_id) for row in tables},
            **{
                row: self.ask(GET_TOPIC_ATTRIBUTES, TopicArn=row.physical_id)
                for row in rows
                if row.type == _TOPIC and self.is_wanted(row)
            },
        }
        self.mappings = [self.ask(LIST_EVENT_SOURCE_MAPPINGS, EventSourceArn=self.queue_arn(row)) for row in queues]
        self.targets = {
            row: self.ask(DESCRIBE_SCALABLE_TARGETS, ServiceNamespace="dynamodb", ResourceIds=[_table_id(row)])
            for row in tables
        }

    def service(self) -> Service:
        """The service as it is live."""
        events, unread = self.events()
        for name in events:  # a function that takes events out of our queue need not be of this stack
            if name not in self.configurations:
                self.configurations[name] = self.configuration(name)
        functions = {name: asked.result() for name, asked in self.configurations.items()}
        roles = self.roles({name: functions[name] for name in (*self.asked_of, *events)})
        subscribed = self.subscriptions()
        live = [
            self.function(
                name,
                answer,
                roles,
                (*events.get(name, ()), *unread, *subscribed.get(self.logical_ids.get(name, ""), ())),
            )
            for name, answer in functions.items()
            if answer is not None
        ]
        root = origin_of(DESCRIBE_STACKS, self.state.name)
        return empty_service(self.state.region, None)._replace(
            name=Scalar(self.name, root) if self.name else None,
            stage=Scalar(self.stage, root) if self.stage else Unknown("not_in_template", root),
            resources=Section({row.logical_id: self.resource(row, functions) for row in self.rows}, self.listed),
            functions=Section({function.name: function for function in live}, self.listed),
            capacities=self.capacities(),
            default_role=roles.get(GENERATED_ROLE, Role(self.listed)),
            account=self.state.account,
            parameters={name: self.held(name) for name in self.parameters},
        )

    def filled(self, names: tuple[str, ...]) -> Iterator[str]:
        """The names of SSM parameters with the stack's own service and stage; those without both stay away."""
        for name in names:
            if self.name and self.stage:
                yield name.replace("{service}", self.name).replace("{stage}", self.stage)

    def held(self, name: str) -> Value | None:
        """What an SSM parameter holds; None where there is none."""
        answer = self.parameters[name].result()
        if not isinstance(answer, dict):
            return answer
        return Scalar(answer["Parameter"]["Value"], origin_of(GET_PARAMETER, name))

    def ask(self, call: Call, **parameters: Any) -> Future[Answer]:
        return self.executor.submit(self.account.call, call, **parameters)

    def configuration(self, name: str) -> Future[Answer]:
        return self.ask(GET_FUNCTION_CONFIGURATION, FunctionName=name)

    def is_wanted(self, row: Row) -> bool:
        return row.logical_id in self.wanted or function_name(row.logical_id) in self.wanted

    def of_type(self, type_: str, most: int) -> list[Row]:
        """The rows of a type that are looked at live: those asked for, and all where they are few."""
        rows = [row for row in self.rows if row.type == type_]
        return rows if len(rows) <= most else [row for row in rows if self.is_wanted(row)]

    def queue_arn(self, row: Row) -> str:
        return f"arn:{self.state.partition}:sqs:{self.state.region}:{self.state.account}:{_last(row.physical_id)}"

    def resource(self, row: Row, functions: dict[str, Answer]) -> Resource:
        """A resource with the properties that it has live; of one that was not asked, with its name only."""
        key, separator = _NAMES.get(row.type, ("", "/"))
        named = row.physical_id.rpartition(separator)[2] if separator else row.physical_id
        properties = {key: named} if key else {}
        origin = self.listed._replace(path=row.logical_id)
        gone: bool | Unknown = row.type == FUNCTION and functions.get(row.physical_id, {}) is None
        if row in self.answers:
            answer = self.answers[row].result()
            if isinstance(answer, Unknown):
                gone = answer
            elif answer is None or answer.get("Table", {}).get("TableStatus") == "DELETING":
                gone = True
            elif row.type == _TABLE:
                origin = origin_of(DESCRIBE_TABLE, row.logical_id)
                properties = {**properties, **table_properties(answer["Table"])}
            else:
                call = GET_QUEUE_ATTRIBUTES if row.type == _QUEUE else GET_TOPIC_ATTRIBUTES
                origin = origin_of(call, row.logical_id)
                properties = {**properties, **answer.get("Attributes", {})}
        if row.type == _PARAMETER and row.physical_id in self.parameters:
            answer = self.parameters[row.physical_id].result()
            origin = origin_of(GET_PARAMETER, row.physical_id)
            gone = answer if isinstance(answer, Unknown) else answer is None
            told = answer["Parameter"] if isinstance(answer, dict) else {}
            properties = {**properties, **{key: told[key] for key in ("Type", "Value") if key in told}}
        described = value_of(properties, origin)
        assert isinstance(described, Mapping)
        return Resource(
            logical_id=row.logical_id,
            type=Scalar(row.type, self.listed._replace(path=row.logical_id)),
            properties=described,
            condition=None,
            origin=origin,
            body=Mapping({}, origin),
            gone=gone,
        )

    def function(
        self,
        physical_id: str,
        answer: dict[str, Any] | Unknown,
        roles: dict[str, Role],
        events: tuple[EventSource | Unknown, ...],
    ) -> Function:
        logical_id = self.logical_ids.get(physical_id, "")
        name = function_name(logical_id) if logical_id else f"{physical_id} (of another stack)"
        origin = origin_of(GET_FUNCTION_CONFIGURATION, name)
        if isinstance(answer, Unknown):
            return Function(name, logical_id, origin, Role(origin, unknown=answer), (), events, unseen_target=answer)
        return Function(
            name=name,
            logical_id=logical_id,
            origin=origin,
            role=roles.get(answer["Role"], Role(origin)),  # no check asks for the role of the others
            targets=(*self.dead_letters(name, answer), *self.failure_destinations(name, physical_id)),
            events=events,
            timeout=Scalar(answer["Timeout"], origin._replace(path=f"{name}.Timeout")) if "Timeout" in answer else None,
            handler=Scalar(answer["Handler"], origin._replace(path=f"{name}.Handler")) if "Handler" in answer else None,
            environment=_environment(answer, origin._replace(path=f"{name}.Environment.Variables")),
            retries=self.retries(name, physical_id),
        )

    def roles(self, functions: dict[str, Answer]) -> dict[str, Role]:
        """The roles of these functions by ARN, and the one that the framework generates by its logical id."""
        reader = RoleReader(self.account, self.executor, self.state.account)
        roles: dict[str, Role] = {}
        for answer in functions.values():
            if isinstance(answer, dict) and answer["Role"] not in roles:
                roles[answer["Role"]] = reader.read(_last(answer["Role"]))
        generated = next((row for row in self.rows if row.logical_id == GENERATED_ROLE and row.type == ROLE), None)
        if generated is not None:
            known = {_last(arn): role for arn, role in roles.items()}
            roles[GENERATED_ROLE] = known.get(generated.physical_id) or reader.read(generated.physical_id)
        return roles

    def dead_letters(self, name: str, configuration: dict[str, Any]) -> Iterator[Target]:
        arn = configuration.get("DeadLetterConfig", {}).get("TargetArn")
        if arn:
            origin = origin_of(GET_FUNCTION_CONFIGURATION, f"{name}.DeadLetterConfig.TargetArn")
            yield Target("live", origin, origin, arn=Scalar(arn, origin), found=self.queues.get(arn, ""))

    def retries(self, name: str, physical_id: str) -> Value | None:
        answer = self.invoke_config(physical_id)
        if not isinstance(answer, dict):
            return answer
        given = answer.get("MaximumRetryAttempts")
        origin = origin_of(GET_FUNCTION_EVENT_INVOKE_CONFIG, f"{name}.MaximumRetryAttempts")
        return None if given is None else Scalar(given, origin)

    def invoke_config(self, physical_id: str) -> Answer:
        asked = self.invoke_configs.get(physical_id)
        return asked.result() if asked is not None else None

    def failure_destinations(self, name: str, physical_id: str) -> Iterator[Target]:
        answer = self.invoke_config(physical_id)
        origin = origin_of(GET_FUNCTION_EVENT_INVOKE_CONFIG, f"{name}.DestinationConfig.OnFailure.Destination")
        if isinstance(answer, Unknown):
            yield Target("destination", origin, origin, arn=answer)
        elif answer is not None:
            arn = answer.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
            if arn:
                yield Target("destination", origin, origin, arn=Scalar(arn, origin), found=self.queues.get(arn, ""))

    def events(self) -> tuple[dict[str, list[EventSource]], tuple[Unknown, ...]]:
        """What takes events out of the queues, by the name of the function; and what could not be asked."""
        events: dict[str, list[EventSource]] = {}
        unread: list[Unknown] = []
        for asked in self.mappings:
            answer = asked.result()
            if isinstance(answer, Unknown):
                unread.append(answer)
            for mapping in answer["EventSourceMappings"] if isinstance(answer, dict) else ():
                name = mapping["FunctionArn"].split(":")[6]
                origin = origin_of(LIST_EVENT_SOURCE_MAPPINGS, name)
                enabled = Scalar(mapping.get("State") in _ON, origin._replace(path=f"{name}.State"))
                source = EventSource("sqs", Scalar(mapping["EventSourceArn"], origin), enabled, origin)
                events.setdefault(name, []).append(source)
        return events, tuple(unread)

    def subscriptions(self) -> dict[str, tuple[EventSource, ...]]:
        """The topics and requests that functions listen to after the template, by the logical id of the function."""
        template = self.template
        if isinstance(template, Unknown):
            unsaid = tuple(
                EventSource(type_, None, template, template.origin, given=template) for type_ in _FROM_TEMPLATE
            )
            return {row.logical_id: unsaid for row in self.rows if row.type == FUNCTION}
        document = value_of(template, origin_of(GET_TEMPLATE, ""))
        if not isinstance(document, Mapping):
            return {}
        return {
            one.logical_id: tuple(
                event for event in one.events if isinstance(event, EventSource) and event.type in _FROM_TEMPLATE
            )
            for one in lower_template(document, "", [], None, None).functions.entries.values()
        }

    def capacities(self) -> Section[Capacity]:
        """What Application Auto Scaling scales of the tables themselves; their indexes have ids of their own."""
        entries: dict[str, Capacity] = {}
        unknown: Unknown | None = None
        origin = origin_of(DESCRIBE_SCALABLE_TARGETS, "")
        for row, asked in self.targets.items():
            answer = asked.result()
            if isinstance(answer, Unknown):
                unknown = unknown or answer
            elif answer is not None and any(one["ResourceId"] == _table_id(row) for one in answer["ScalableTargets"]):
                at = origin._replace(path=row.logical_id)
                entries[row.logical_id] = Capacity((Scalar(row.logical_id, at),), True, None, at, at)
        return Section(entries, origin, unknown)


def _environment(configuration: dict[str, Any], origin: Origin) -> Section[Value]:
    """The variables of a deployed function; Unknown where Lambda may not decrypt them."""
    told = configuration.get("Environment", {})
    if "Error" in told:
        facts = (("action", GET_FUNCTION_CONFIGURATION.action), ("problem", str(told["Error"].get("ErrorCode", ""))))
        return Section({}, origin, Unknown("refused", origin, facts))
    variables = value_of(told.get("Variables", {}), origin)
    return environment_of(variables, origin)


def empty_service(region: str, obstacle: NotDeployed | Unknown | None) -> Service:
    """A stack of which nothing is known but what keeps it from being judged, if anything does."""
    root = origin_of(DESCRIBE_STACKS, "")
    return Service(
        name=None,
        stage=Unknown("not_in_template", root),
        region=Scalar(region, root),
        resources=Section({}, root),
        functions=Section({}, root),
        plugins=None,
        capacities=Section({}, root),
        default_role=Role(root),
        written_statements=(),
        document=Mapping({}, root),
        hindrances=(),
        packages=None,
        lines={},
        obstacle=obstacle,
    )


def _last(identity: str) -> str:
    """The name at the end of a URL, or of an ARN whose path does not count."""
    return identity.rpartition("/")[2]


def _table_id(row: Row) -> str:
    return f"table/{row.physical_id}"


def table_properties(table: dict[str, Any]) -> dict[str, Any]:
    """A table in the words of a template.

    DynamoDB names no billing mode for a table that was never on demand, and gives every table a throughput, which is
    0 and 0 on demand (API reference, "TableDescription").
    """
    properties = {"BillingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")}
    indexes = [
        {"IndexName": index["IndexName"], **_throughput(index)} for index in table.get("GlobalSecondaryIndexes", ())
    ]
    return {**properties, **_throughput(table), **({"GlobalSecondaryIndexes": indexes} if indexes else {})}


def _throughput(described: dict[str, Any]) -> dict[str, Any]:
    units = {
        key: described.get("ProvisionedThroughput", {}).get(key, 0)
        for key in ("ReadCapacityUnits", "WriteCapacityUnits")
    }
    return {"ProvisionedThroughput": units} if any(units.values()) else {}
