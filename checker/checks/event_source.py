"""Whether a function is triggered by a resource, and may do with the event what it is for."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from checker.checks import consistency
from checker.checks.finding import Finding, fail, passed, unknown, unread_boundary
from checker.checks.kinds import Kind
from checker.cloudformation.arns import Arns
from checker.cloudformation.intrinsics import settle, text_value
from checker.cloudformation.policies import Decision, Wanted, decide
from checker.model import (
    EventSource,
    Function,
    Remark,
    Role,
    Scalar,
    Service,
    Unknown,
    Value,
    is_off,
    text_of,
)
from checker.wording import shown

_QUEUE = "AWS::SQS::Queue"
# The events that the file, a template and a deployed stack tell alike, each with the type of what it comes from.
_SOURCES = {"sqs": _QUEUE, "sns": "AWS::SNS::Topic", "http": ""}
_VISIBILITY = "VisibilityTimeout"
_DEFAULT_VISIBILITY = 30.0  # seconds, of SQS
_LONGEST_TIMEOUT = 900.0  # of Lambda


class Parameters(NamedTuple):
    """`event` is the framework's name of the event: `sqs`, `sns` or `http`.

    `function` restricts the question to one function, `logical_id` with `type` to one source: an `sqs` event comes from
    an `AWS::SQS::Queue`, an `sns` event from an `AWS::SNS::Topic`, and an `http` event from no resource.

    `actions` on the resource `writes_to` of type `writes_to_type` are what the function must be allowed, one of them at
    least. Of which types an ARN can be written out, the kind `allows` says.
    """

    event: Literal["sqs", "sns", "http"]
    function: str = ""
    logical_id: str = ""
    type: str = ""
    actions: tuple[str, ...] = ()
    writes_to: str = ""
    writes_to_type: str = ""


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.functions(given, "function")
    yield from consistency.logical_ids(given, "logical_id", "writes_to")
    yield from consistency.types(given, "type", "writes_to_type")
    yield from consistency.actions(given, "actions")
    yield from consistency.together(given, "logical_id", "type")
    yield from consistency.together(given, "actions", "writes_to", "writes_to_type")
    source = _SOURCES[given.event]
    if given.logical_id and not source:
        yield "logical_id", f"an `{given.event}` event comes from no resource; take `logical_id` and `type` away"
    elif given.logical_id and given.type and given.type != source:
        yield "type", f"an `{given.event}` event comes from an `{source}`"


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether some function is fed by the source; the best candidate decides."""
    verdicts: list[Finding] = []
    decisions: dict[int, list[Decision]] = {}  # by role: many functions share one
    for function in service.functions.entries.values():
        if given.function in ("", function.name):
            verdicts.extend(_judge_event(service, function, event, given, decisions) for event in function.events)
    if service.functions.unknown is not None:
        verdicts.append(unknown(service.functions.unknown))
    relevant = [verdict for verdict in verdicts if verdict.slot != "absent"]
    ranks = {"pass": 0, "unknown": 1, "fail": 2, "skipped": 3}
    best = min(relevant, key=lambda verdict: ranks[verdict.outcome], default=None)
    return best or fail("absent", service.functions.origin)


def _judge_event(
    service: Service,
    function: Function,
    event: EventSource | Unknown,
    given: Parameters,
    decisions: dict[int, list[Decision]],
) -> Finding:
    if isinstance(event, Unknown):
        return unknown(event)
    if event.type != given.event:
        return fail("absent", event.origin)
    if given.logical_id:
        doubt_or_miss = _judge_source(service, event, given)
        if doubt_or_miss is not None:
            return doubt_or_miss
    enabled = settle(event.enabled)
    if isinstance(enabled, Unknown):
        return unknown(enabled)
    if enabled is not None and is_off(enabled):
        return fail("disabled", enabled.origin, found=function.name)
    if id(function.role) not in decisions:
        decisions[id(function.role)] = _decide(service, function.role, given)
    remarks = unread_boundary(function.role) if given.actions else ()
    if given.logical_id and _is_fed_by_itself(service, function, given):
        remarks = (*remarks, Remark("processor-feeds-itself", (("found", shown(function.name)),)))
    timeout = _judge_timeout(service, function, given)
    if timeout is not None and service.account is not None:  # a mapping that is there works, whatever was changed since
        remarks = (
            (*remarks, Remark("visibility-below-timeout", timeout.facts)) if timeout.outcome == "fail" else remarks
        )
        timeout = None
    return _judge_permission(function, decisions[id(function.role)]) or timeout or passed(event.origin, remarks=remarks)


def _judge_timeout(service: Service, function: Function, given: Parameters) -> Finding | None:
    """None when the queue hides an event at least as long as the function may be at it.

    Lambda refuses to make another event source mapping ("Queue visibility timeout: 30 seconds is less than Function
    timeout: 60 seconds", CreateEventSourceMapping).
    """
    queue = service.resources.entries.get(given.logical_id)
    if given.type != _QUEUE or queue is None or text_of(queue.type) != _QUEUE:
        return None
    hidden = settle(queue.get(_VISIBILITY))
    seconds = _seconds(hidden, _DEFAULT_VISIBILITY)
    longest = settle(function.timeout)
    timeout = _seconds(longest, 0.0)
    if isinstance(longest, Scalar) and (timeout is None or not 1 <= timeout <= _LONGEST_TIMEOUT or timeout % 1):
        return fail("no_timeout", longest.origin, found=function.name, seconds=_told(longest))
    if isinstance(longest, Unknown) and (seconds is None or seconds < _LONGEST_TIMEOUT):
        return unknown(longest)
    if isinstance(hidden, Unknown) and timeout:
        return unknown(hidden)
    if seconds is None or timeout is None or timeout <= seconds:
        return None
    at = hidden.origin if hidden is not None else queue.parent
    finding = fail("timeout", at, found=function.name, seconds=_told(longest), hidden=_told(hidden))
    other = longest.origin if longest is not None else function.origin
    return finding._replace(at=tuple(dict.fromkeys((*finding.at, *other.chain()))))


def _seconds(value: Value | None, default: float) -> float | None:
    """A number of seconds, None for what is none or cannot be told."""
    if value is None:
        return default
    try:
        return float(value.text) if isinstance(value, Scalar) and not isinstance(value.value, bool) else None
    except ValueError:
        return None


def _told(value: Value | None) -> str:
    return value.shown if isinstance(value, Scalar) else f"{_DEFAULT_VISIBILITY:.0f}"


def _is_fed_by_itself(service: Service, function: Function, given: Parameters) -> bool:
    """Whether the function's own failed events go to the source that it reads."""
    arns = Arns(service)
    texts = [text_value(target.arn) for target in function.targets if target.arn is not None]
    return any(
        not isinstance(text, Unknown) and arns.matches(text, given.logical_id, given.type) is True for text in texts
    )


def _judge_source(service: Service, event: EventSource, given: Parameters) -> Finding | None:
    """None when the event comes from the resource asked for."""
    if event.arn is None:
        unkeyed = None if event.unkeyed is None else text_value(event.unkeyed)
        if unkeyed is None or isinstance(unkeyed, Unknown):
            return fail("absent", event.origin)
        is_meant = Arns(service).matches(unkeyed, given.logical_id, given.type)
        return fail("unkeyed" if is_meant else "absent", event.origin)
    text = text_value(event.arn)
    if isinstance(text, Unknown):
        return unknown(text, at=event.origin)
    matches = Arns(service).matches(text, given.logical_id, given.type)
    if matches is None:
        return unknown(Unknown("resource_open", event.origin))
    if matches and event.refused:
        return fail("refused", event.origin)
    return None if matches else fail("absent", event.origin)


def _decide(service: Service, role: Role, given: Parameters) -> list[Decision]:
    arns = Arns(service)
    return [decide(role, Wanted(action, given.writes_to, given.writes_to_type), arns) for action in given.actions]


def _judge_permission(function: Function, decisions: list[Decision]) -> Finding | None:
    """None when the function may do one of the actions, or when it is asked for none."""
    if not decisions or any(decision.allowed for decision in decisions):
        return None
    doubt = next((decision.unknown for decision in decisions if decision.unknown is not None), None)
    return unknown(doubt) if doubt is not None else fail("not_allowed", function.origin, found=function.name)


KIND = Kind(
    Parameters,
    {
        "absent": (),
        "refused": (),
        "unkeyed": (),
        "disabled": ("found",),
        "not_allowed": ("found",),
        "timeout": ("found", "seconds", "hidden"),
        "no_timeout": ("found", "seconds"),
    },
    judge,
    check_parameters=check_parameters,
)
