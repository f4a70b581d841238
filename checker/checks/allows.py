"""Whether the role of one function allows an action on one resource, and if not, what is nearest to it."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency
from checker.checks.finding import Finding, fail, passed, unknown, unread_boundary
from checker.checks.kinds import Kind
from checker.cloudformation.arns import Arns, arn_attributes
from checker.cloudformation.intrinsics import Reference, Text, function_of, shown_text, text_value
from checker.cloudformation.policies import (
    Decision,
    Wanted,
    covers,
    covers_action,
    covers_resource,
    decide,
    is_broad_action,
    is_broad_resource,
)
from checker.model import (
    Function,
    Mapping,
    Origin,
    Remark,
    Scalar,
    Service,
    Statement,
    Unknown,
    Value,
    WrittenStatement,
    text_of,
    walk,
)
from checker.wording import shown

_POLICY_OF_THE_TOPIC = "AWS::SNS::TopicPolicy"
_POLICY_OF_THE_QUEUE = "AWS::SQS::QueuePolicy"
_NAMES = ("QueueName", "TopicName", "TableName", "BucketName")


class Parameters(NamedTuple):
    """`function` must be allowed `action` on the resource `logical_id` of type `type`.

    ARNs are written out for queues, topics, tables and buckets, so that one in another form is recognised. Of any other
    type, `Fn::GetAtt` of `Arn` and `*` are known to cover the resource, and a text that may do so is unknown. An action
    on the objects of a bucket asks for its ARN with `/*` behind it.
    """

    function: str
    action: str
    logical_id: str
    type: str


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.functions(given, "function")
    yield from consistency.actions(given, "action")
    yield from consistency.logical_ids(given, "logical_id")
    yield from consistency.types(given, "type")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether the function's role allows the action, or which statement comes nearest.

    A function that is missing would get the default role, so the statement is judged there: each edit on its own.
    """
    function = service.functions.get(given.function)
    if isinstance(function, Unknown):
        return unknown(function)
    role = function.role if function is not None else service.default_role
    wanted = Wanted(given.action, given.logical_id, given.type)
    arns = Arns(service)
    decision = decide(role, wanted, arns)
    if decision.allowed:
        allowed = _allowed(decision)
        return allowed._replace(remarks=(*allowed.remarks, *unread_boundary(role)))
    if decision.denied:
        assert decision.statement is not None
        return fail("denied", decision.statement.origin)
    if decision.bounded:
        by = role.bounded_by or decision.statement or decision.policy
        assert by is not None
        return fail("boundary", by.origin, policy=_resource_named(role.bounded_by))
    if decision.unknown is not None:
        return unknown(decision.unknown)
    found = _Nearest(service, function, wanted, arns).finding() or _topic_policy(service, wanted)
    found = found or fail("absent", role.origin)
    return found._replace(facts=(*found.facts, (_BELONGS, shown(role.origin.path))))


def _topic_policy(service: Service, wanted: Wanted) -> Finding | None:
    """Unknown where a policy of the topic may allow it: SNS takes that for a role of the same account (IAM User Guide,
    "Identity-based policies and resource-based policies"), and no such policy is read here.
    """
    for resource in service.resources.entries.values():
        if text_of(resource.type) == _POLICY_OF_THE_TOPIC and resource.properties is not None:
            named = [value for _, value in walk(resource.properties) if text_of(value) == wanted.logical_id]
            if named:
                return unknown(Unknown("topic_policy", resource.origin, (("policy", resource.logical_id),)))
    return None


def _resource_named(value: Value | None) -> str:
    """The logical id that a value refers to; empty for none."""
    text = text_value(value) if value is not None else ()
    first = text[0] if text and not isinstance(text, Unknown) else None
    return first.name if isinstance(first, Reference) else ""


def _allowed(decision: Decision) -> Finding:
    if decision.statement is None:
        assert decision.policy is not None
        return passed(decision.policy.origin, equivalent=True)
    statement = decision.statement
    remarks = []
    if is_broad_action(statement):
        remarks.append(Remark("broad-action"))
    if is_broad_resource(statement):
        remarks.append(Remark("broad-resource"))
    return passed(
        statement.origin,
        equivalent=statement.source not in ("provider", "template", "live"),
        remarks=tuple(remarks),
    )


class _Nearest(NamedTuple):
    """Looks for the statement that was meant, the nearest first."""

    service: Service
    function: Function | None
    wanted: Wanted
    arns: Arns

    def finding(self) -> Finding | None:
        return (
            self.effect()
            or self.idle(exact=True)
            or self.incomplete()
            or self.resource_not_arn()
            or self.action()
            or self.resource()
            or self.idle(exact=False)
            or self.queue_policy()
        )

    def effective(self, *, allowing: bool = True) -> Iterator[Statement]:
        role = self.function.role if self.function is not None else self.service.default_role
        for statement in role.statements:
            if isinstance(statement, Statement) and (text_of(statement.effect) == "Allow") is allowing:
                yield statement

    def effect(self) -> Finding | None:
        for statement in self.effective(allowing=False):
            meant = covers(statement, self.wanted, self.arns) or (
                covers_action(statement, self.wanted.action) and self.names(statement) is not None
            )
            if not meant or text_of(statement.effect) == "Deny":
                continue
            if statement.effect is None:
                return fail("effect_missing", statement.origin)
            return fail("effect", statement.effect.origin, found=shown_text(statement.effect))
        return None

    def incomplete(self) -> Finding | None:
        """A statement for the queue or the action that leaves out a key, or has one too many."""
        for statement in self.effective():
            names = covers_resource(statement, self.wanted, self.arns) or self.names(statement) is not None
            if names and statement.actions is None and statement.not_actions is None:
                return fail("action_missing", statement.origin)
            if statement.resources is None and statement.not_resources is None and self.is_specific(statement):
                return fail("resource_missing", statement.origin)
            if statement.has_principal and covers(statement._replace(has_principal=False), self.wanted, self.arns):
                return fail("principal", statement.origin)
        return None

    def is_specific(self, statement: Statement) -> bool:
        return bool(covers_action(statement, self.wanted.action)) and not _is_every_action(statement)

    def idle(self, *, exact: bool) -> Finding | None:
        """A statement that reaches no role of the function, though it grants what is wanted (or names the queue)."""
        effective = {
            place
            for allowing in (True, False)
            for statement in self.effective(allowing=allowing)
            for place in _places(statement)
        }
        for written in self.service.written_statements:
            statement = written.statement
            if not effective.isdisjoint(_places(statement)) or text_of(statement.effect) == "Deny":
                continue
            if covers(statement, self.wanted, self.arns) or (not exact and self.names(statement) is not None):
                return self.idle_finding(written)
        return None

    def idle_finding(self, written: WrittenStatement) -> Finding:
        if written.inner_list is not None:
            return fail("inner_list", written.inner_list, found=written.inner_list.path, place=written.holder)
        own = self.function.name if self.function is not None else None
        if written.reader == "provider" and not written.is_item:
            return fail("not_a_list", written.statement.origin, place=written.holder)
        if own is not None and written.reader == own:
            return fail("ignored_of_function", written.statement.origin)
        read_for_it = written.reader in ("provider", "resources")
        return fail("ignored" if read_for_it else "misplaced", written.statement.origin, place=written.holder)

    def resource_not_arn(self) -> Finding | None:
        for statement in self.effective():
            if covers_action(statement, self.wanted.action):
                named = self.names(statement)
                if named is not None:
                    slot, value = named
                    return fail(slot, value.origin, found=shown_text(value))
        return None

    def action(self) -> Finding | None:
        for statement in self.effective():
            if covers_resource(statement, self.wanted, self.arns) or self.names(statement) is not None:
                listed = statement.actions if statement.actions is not None else statement.not_actions
                key = "Action" if statement.actions is not None else "NotAction"
                excludes = statement.not_actions is not None  # `NotAction` takes it out, also of every resource
                if (_is_every_resource(statement) and not excludes) or covers_action(statement, self.wanted.action):
                    continue
                found = ", ".join(_written_action(action) for action in listed or ())
                found = f"all but {found}" if excludes else found
                return fail("action", _key_origin(statement, key), found=found)
        return None

    def resource(self) -> Finding | None:
        for statement in self.effective():
            if covers_action(statement, self.wanted.action) and not _is_every_action(statement):
                meant = self.service.resources.get(self.wanted.logical_id)
                if isinstance(meant, Unknown):  # whether the one named is meant to stand in for it
                    return unknown(meant)
                key = "Resource" if statement.not_resources is None else "NotResource"
                slot = "assumed_name" if self.assumes_name(statement) else "resource"
                if any(isinstance(one, Scalar) and "${" in one.text for one in statement.resources or ()):
                    slot = "without_sub"
                return fail(slot, _key_origin(statement, key))
        return None

    def assumes_name(self, statement: Statement) -> bool:
        """Whether an ARN ends in the logical id, as if that were the name of the resource."""
        texts = [text_value(value) for value in statement.resources or ()]
        ends = [text[-1] for text in texts if not isinstance(text, Unknown) and text]
        return any(isinstance(end, str) and end.endswith(f":{self.wanted.logical_id}") for end in ends)

    def queue_policy(self) -> Finding | None:
        for resource in self.service.resources.entries.values():
            if text_of(resource.type) == _POLICY_OF_THE_QUEUE and resource.properties is not None:
                named = [value for _, value in walk(resource.properties) if text_of(value) == self.wanted.logical_id]
                if named:
                    role = self.function.role if self.function is not None else self.service.default_role
                    return fail("queue_policy_only", role.origin, found=resource.logical_id)
        return None

    def names(self, statement: Statement) -> tuple[str, Value] | None:
        """The slot and value of a resource entry that names the queue in a way that is not its ARN."""
        for value in statement.resources or ():
            text = text_value(value)
            if not isinstance(text, Unknown):
                slot = self.naming(text)
                if slot is not None:
                    return "attribute_missing" if _is_without_attribute(value, text) else slot, value
        return None

    def naming(self, text: Text) -> str | None:
        logical_id = self.wanted.logical_id
        for part in text:
            if isinstance(part, Reference) and part.name.startswith(f"{logical_id}."):  # `Ref: Queue.Arn`
                return "reference"
            if isinstance(part, Reference) and part.name == logical_id:
                if part.dotted:
                    return "dotted_string"
                if part.attribute in arn_attributes(self.wanted.type):
                    continue
                if part.attribute == "":
                    return "reference"
                if part.attribute in _NAMES:
                    return "bare_name" if len(text) == 1 else None
                return "other_attribute"
        if len(text) != 1 or not isinstance(text[0], str):
            return None
        if text[0] == f"{logical_id}.Arn":
            return "dotted_string"
        queue = self.service.resources.entries.get(logical_id)
        names = {logical_id, *(text_of(queue.get(key)) for key in _NAMES if queue is not None)}
        return "bare_name" if text[0] in names else None


def _is_without_attribute(value: Value, text: Text) -> bool:
    """Whether it is `!GetAtt Queue`, which names a resource and none of its attributes."""
    function = function_of(value)
    is_get_att = function is not None and function[0] == "Fn::GetAtt"
    return is_get_att and all(isinstance(part, Reference) and part.attribute == "" for part in text)


def _places(statement: Statement) -> set[tuple[str, int, int]]:
    """Where a statement stands, and its effect: one that merges another has the effect of that."""
    return {statement.origin.place, *([statement.effect.origin.place] if statement.effect is not None else [])}


def _written_action(action: Value) -> str:
    """An action as it stands in the file; a blank behind its colon has made it a mapping."""
    if isinstance(action, Mapping):
        return ", ".join(f"{key}: {shown_text(value)}" for key, value in action.entries.items())
    return shown_text(action)


def _is_every_resource(statement: Statement) -> bool:
    """Whether the statement is for all resources alike, so that it says nothing of the queue."""
    return any(isinstance(value, Scalar) and value.text == "*" for value in statement.resources or ())


def _is_every_action(statement: Statement) -> bool:
    return any(isinstance(value, Scalar) and value.text.strip("*") == "" for value in statement.actions or ())


def _key_origin(statement: Statement, key: str) -> Origin:
    value = statement.body.get(key) if statement.body is not None else None
    return value.origin if value is not None else statement.origin


_BELONGS = "belongs"
"""The fact that every way to miss a statement has: the path where the one asked for belongs."""

_MISSED: dict[str, tuple[str, ...]] = {
    "absent": (),
    "queue_policy_only": ("found",),
    "action": ("found",),
    "reference": ("found",),
    "other_attribute": ("found",),
    "attribute_missing": ("found",),
    "bare_name": ("found",),
    "dotted_string": ("found",),
    "resource": (),
    "assumed_name": (),
    "without_sub": (),
    "resource_missing": (),
    "action_missing": (),
    "principal": (),
    "effect_missing": (),
    "not_a_list": ("place",),
    "inner_list": ("found", "place"),
    "ignored_of_function": (),
    "effect": ("found",),
    "ignored": ("place",),
    "misplaced": ("place",),
}

KIND = Kind(
    Parameters,
    {
        **{slot: (*facts, _BELONGS) for slot, facts in _MISSED.items()},
        "denied": (),
        "boundary": ("policy",),
    },
    judge,
    check_parameters=check_parameters,
)
