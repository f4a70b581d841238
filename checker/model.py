"""What every source is lowered to: values that know their place, and the `Service` made of them.

Nothing here knows of YAML, of AWS calls or of rules. Records are named tuples: immutable, and defined in a seventh of
the time that a frozen dataclass takes, which every start of the program pays. A `Mapping` holds a plain dict for speed,
and nobody writes to it after it was built.
"""

from collections.abc import Callable, Iterator
from typing import Generic, Literal, NamedTuple, TypeVar


class Origin(NamedTuple):
    """The place in an attendee's file where a value stands: the position of its key, or of a list's item.

    `line` and `column` are 1-based. `path` names the value, like `provider.iamRoleStatements[1].Resource`.
    `used_at` is the place that pulled the value in through variables, an alias or a merge key: the last, where the
    framework finds it.
    """

    file: str
    line: int
    column: int
    path: str = ""
    used_at: "Origin | None" = None

    @property
    def use(self) -> "Origin":
        """The place that uses the value: where the framework finds it."""
        return self.used_at or self

    @property
    def place(self) -> tuple[str, int, int]:
        """File, line and column, to tell whether two values are the same text."""
        return self.file, self.line, self.column

    @property
    def parent(self) -> str:
        """The path of the mapping or list that holds the value; empty at the top level."""
        return self.path.rpartition("[" if self.path.endswith("]") else ".")[0]

    def chain(self) -> "tuple[Origin, ...]":
        """The place of the text, then the place that pulls it in."""
        return (self, self.used_at) if self.used_at else (self,)


Facts = tuple[tuple[str, str], ...]


class Unknown(NamedTuple):
    """A value that cannot be told from what was given.

    `why` is a slot of `rules/common.yaml`, which holds its reason code, its sentence and what would settle it;
    `facts` fill the sentence. `parameter` is the name of the SSM parameter that the value lies in; it is no fact, and
    shown nowhere, for a part of it may come from the environment.
    """

    why: str
    origin: Origin
    facts: Facts = ()
    parameter: str = ""


class Scalar(NamedTuple):
    """Text, number, boolean or null.

    `secret` is the variable expression that brought in a value from the environment; reports show it instead.
    """

    value: str | int | float | bool | None
    origin: Origin
    secret: str | None = None

    @property
    def text(self) -> str:
        """The value as the framework writes it into a string."""
        if self.value is None:
            return "null"
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, float):
            return _number_text(self.value)
        return str(self.value)

    @property
    def shown(self) -> str:
        """The value as a report may show it."""
        return self.secret if self.secret is not None else self.text


def _number_text(number: float) -> str:
    """A number as JavaScript writes it."""
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    mantissa, e, exponent = repr(number).partition("e")
    return f"{mantissa}e{int(exponent):+d}" if e else mantissa


class Sequence(NamedTuple):
    """A list, in file order."""

    items: "tuple[Value, ...]"
    origin: Origin


class Mapping(NamedTuple):
    """Keys with their values, in file order. The origin of each value is the position of its key."""

    entries: "dict[str, Value]"
    origin: Origin

    def get(self, key: str) -> "Value | None":
        return self.entries.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self.entries


Value = Scalar | Sequence | Mapping | Unknown
"""What a source holds at one place."""


def placed(value: Value, use: Origin) -> Value:
    """The same value, pulled in at `use`."""
    return value._replace(origin=value.origin._replace(used_at=use))


def text_of(value: Value | None) -> str | None:
    """The text of a string value, else None."""
    return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else None


def shown_value(value: Value) -> str:
    """A value as a sentence may quote it: a text or number as a report may show it, of all else only its shape."""
    if isinstance(value, Scalar):
        return value.shown
    return "[…]" if isinstance(value, Sequence) else "{…}"


def value_at(value: Value | None, *path: str) -> Value | None:
    """The value at a path of keys; Unknown when a step on the way is."""
    for key in path:
        if isinstance(value, Unknown):
            return value
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def is_empty(value: Value | None) -> bool:
    """Whether nothing stands there: no key, null, an empty string, list or mapping."""
    if value is None:
        return True
    if isinstance(value, Scalar):
        return value.value is None or value.value == ""
    if isinstance(value, Sequence):
        return not value.items
    if isinstance(value, Mapping):
        return not value.entries
    return False


def is_truthy(value: Value | None) -> bool:
    """Whether JavaScript, and so the framework and its plugins, take the value for true."""
    if isinstance(value, Scalar):
        return value.value not in (None, False, 0, "")
    return isinstance(value, (Mapping, Sequence))


def is_off(value: Value | None) -> bool:
    """Whether a switch is set to false, also as the text that the framework's validation takes for it."""
    return isinstance(value, Scalar) and value.text.lower() == "false"


def items_of(value: Value | None) -> tuple[Value, ...]:
    """The items of a list, or the one value that stands in its place; nothing for null."""
    if value is None or (isinstance(value, Scalar) and value.value is None):
        return ()
    return value.items if isinstance(value, Sequence) else (value,)


def walk(value: Value) -> Iterator[tuple[str | None, Value]]:
    """Every value below `value` with its key (None for an item of a list), in file order."""
    stack: list[tuple[str | None, Value]] = [(None, value)]
    while stack:
        key, current = stack.pop()
        yield key, current
        if isinstance(current, Mapping):
            stack.extend(reversed(list(current.entries.items())))
        elif isinstance(current, Sequence):
            stack.extend((None, item) for item in reversed(current.items))


class Resource(NamedTuple):
    """One CloudFormation resource of the service; `origin` is the place of its logical id.

    `gone` is set for one that a stack lists and that does not answer any more, Unknown where it may not be asked.
    `unread` is set where a part of it may stand in something that could not be read.
    """

    logical_id: str
    type: Value | None
    properties: Mapping | Unknown | None
    condition: Value | None
    origin: Origin
    body: Mapping
    gone: bool | Unknown = False
    unread: Unknown | None = None

    def get(self, name: str) -> Value | None:
        """A property, or None; Unknown when the properties are, or when it may stand in what could not be read."""
        found = self.properties.get(name) if isinstance(self.properties, Mapping) else self.properties
        return self.unread if found is None else found

    @property
    def parent(self) -> Origin:
        """Where a missing property would belong."""
        return self.properties.origin if self.properties is not None else self.origin


EffectSource = Literal["provider", "function", "role", "framework", "template", "live"]


class Branch(NamedTuple):
    """One side of a condition: what holds when `condition` is true, or when it is not.

    `origin` is the place of the `Fn::If`, or of the resource's `Condition`; `why` is the slot that says so.
    """

    condition: str
    when: bool
    origin: Origin
    why: str = "conditional_value"


class Statement(NamedTuple):
    """One IAM policy statement, in the words of the file.

    `actions` and `resources` hold each entry of a string or list; None where the key is absent.
    `has_principal` marks one that IAM refuses in a role: a principal belongs into the policy of a queue.
    `source` tells whose statement it is: the provider's, the function's own, a role's from `resources`, one that the
    framework adds itself, or one of a compiled template or of a live role, which do not tell. `branches` are the
    conditions that decide whether it is there, the outermost first.
    """

    origin: Origin
    source: EffectSource
    effect: Value | None
    actions: tuple[Value, ...] | None
    not_actions: tuple[Value, ...] | None
    resources: tuple[Value, ...] | None
    not_resources: tuple[Value, ...] | None
    condition: Origin | None
    body: Mapping | None
    has_principal: bool = False
    branches: tuple[Branch, ...] = ()


class Role(NamedTuple):
    """What one function may do: statements in file order, and the ARNs of managed policies.

    A statement or policy may be Unknown. `unknown` is set instead when the role itself cannot be read.
    `origin` is where a missing statement would belong. `boundary` are the statements of a permissions boundary, which
    must allow what the others allow; None without one. `bounded_by` is the value that names it; with it and without
    statements, there is a boundary that cannot be read.
    """

    origin: Origin
    statements: tuple[Statement | Unknown, ...] = ()
    managed_policies: tuple[Value, ...] = ()
    unknown: Unknown | None = None
    boundary: tuple[Statement | Unknown, ...] | None = None
    bounded_by: Value | None = None


class WrittenStatement(NamedTuple):
    """A statement as it stands in the file, whether or not any role gets it.

    `holder` is the path of the list it stands in. `reader` is who might read that place: the provider, `resources`, a
    function by its name, or None for a place that nothing reads. `is_item` tells whether it is an item of a list;
    `inner_list` is the place of that list where it is itself an item of the list that is read.
    """

    statement: Statement
    holder: str
    reader: str | None
    is_item: bool
    inner_list: Origin | None = None


TargetWay = Literal["plugin", "native", "destination", "live"]
TargetProblem = Literal[
    "cleared",
    "misspelled_key",
    "unnamed",
    "get_att",
    "several",
    "not_an_arn",
    "version_1",
]


class Target(NamedTuple):
    """Where the events go that a function could not process.

    `arn` is None when `problem` says that the configuration does not work. `way` is how it gets onto the function:
    by the dead-letter plugin after the deployment, by the template, or as an async destination; `live` is what a
    deployed function really has, whoever set it. `holder` is the place
    of the whole block, `origin` that of the value which decides. `makes` is set where the plugin is asked to make a
    resource of its own: the key that asks, and what it makes (`queue`, `topic`).
    """

    way: TargetWay
    origin: Origin
    holder: Origin
    arn: Value | None = None
    problem: TargetProblem | None = None
    found: str = ""
    makes: tuple[str, str] | None = None


class EventSource(NamedTuple):
    """What triggers a function: `type` is the framework's event name (`sns`, `sqs`, `http`).

    `refused` marks an ARN in a form that the framework stops at; `unkeyed` is an ARN made by a function of
    CloudFormation that stands where the framework wants a mapping with the key `arn`. `given` is all that a file says
    of the event, or what a template makes of it in the same words (`method` of an `http` event).
    """

    type: str
    arn: Value | None
    enabled: Value | None
    origin: Origin
    refused: bool = False
    unkeyed: Value | None = None
    given: Value | None = None


class Function(NamedTuple):
    """One Lambda function; `name` is its key in the file, `logical_id` its resource in the template.

    `unseen_target` is set where a target may exist that this source does not show, `empty_block` where a `deadLetter`
    stands with nothing below it, which sets none. `timeout` are the seconds that it may run, defaults included.
    `handler` names the code that runs, in the words of Lambda, `image` the container image that a file has run instead.
    `environment` are its variables by name, those that it
    shares with all functions among them; None where nothing is known of them. `retries` is how often Lambda tries an
    event again that nobody waits for; None where nothing sets it, and Lambda takes 2.
    """

    name: str
    logical_id: str
    origin: Origin
    role: Role
    targets: tuple[Target, ...]
    events: tuple[EventSource | Unknown, ...]
    unseen_target: Unknown | None = None
    empty_block: Origin | None = None
    timeout: Value | None = None
    handler: Value | None = None
    environment: "Section[Value] | None" = None
    image: Value | None = None
    retries: Value | None = None


class Plugin(NamedTuple):
    """An entry of the plugin list."""

    name: str
    origin: Origin


class Capacity(NamedTuple):
    """What an auto scaling configuration says of one table.

    `scaled` are what is said of its reads and of its writes, each under its key, where a file says it.
    """

    tables: tuple[Value, ...]
    bounds: bool | Unknown
    index_only: Value | None
    origin: Origin
    table_origin: Origin
    scaled: tuple[tuple[str, Value], ...] = ()


class Remark(NamedTuple):
    """A note beside a verdict: its code, and the facts for its sentence."""

    code: str
    facts: Facts = ()


class NotDeployed(NamedTuple):
    """There is no such stack in the region; `near` are names of stacks that there are."""

    origin: Origin
    stack: str
    region: str
    near: tuple[str, ...] = ()


Entry = TypeVar("Entry")


class Section(Generic[Entry]):
    """Named parts of a service, such as its functions.

    `origin` is where a missing part would belong. `unknown` is set when the section, or a piece of it, could not be
    read: then a name that is not found may still be there.
    """

    __slots__ = ("entries", "origin", "unknown")

    def __init__(self, entries: dict[str, Entry], origin: Origin, unknown: Unknown | None = None) -> None:
        self.entries = entries
        self.origin = origin
        self.unknown = unknown

    def get(self, name: str) -> Entry | Unknown | None:
        found = self.entries.get(name)
        return found if found is not None else self.unknown


class Service(NamedTuple):
    """Everything that checks ask of a submission, whatever it was read from.

    `default_role` is the role of a function that names none. `written_statements` are all policy statements of the
    file, for finding the right one at the wrong place. `document` is the whole source after variables, where a
    check looks for the right thing at the wrong place. `lines` are the text lines of the files read, by file.
    `hindrances` are the codes of notes on what keeps the dead letter plugin from working in this service.
    `packages` are the names that package.json lists, None without one. `plugins` is None for a source that tells
    nothing of the framework's plugins. `account` are the twelve digits of the account where that is known. `obstacle`
    keeps a deployed service from being judged, and `remarks` go with each of its verdicts. `given_stack` is the stack's
    name where the file gives one. `parameters` are the SSM parameters of the account that were asked for, by name, with
    what they hold: None for one that is not there.
    """

    name: Value | None
    stage: Value
    region: Value
    resources: Section[Resource]
    functions: Section[Function]
    plugins: Section[Plugin] | None
    capacities: Section[Capacity]
    default_role: Role
    written_statements: tuple[WrittenStatement, ...]
    document: Mapping
    hindrances: tuple[str, ...]
    packages: frozenset[str] | None
    lines: dict[str, list[str]]
    account: str | None = None
    obstacle: NotDeployed | Unknown | None = None
    remarks: tuple[Remark, ...] = ()
    given_stack: Value | None = None
    parameters: "dict[str, Value | None] | None" = None

    @property
    def stack_name(self) -> str | None:
        """The stack as the framework names it, or None when service or stage cannot be told."""
        if self.given_stack is not None and not is_empty(self.given_stack):
            return text_of(self.given_stack)
        name, stage = text_of(self.name), text_of(self.stage)
        return f"{name}-{stage}" if name and stage else None

    def find(self, wanted: Callable[[str | None, Value], bool]) -> Iterator[Value]:
        """Every value of the document that `wanted(key, value)` accepts, in file order."""
        return (value for key, value in walk(self.document) if wanted(key, value))
