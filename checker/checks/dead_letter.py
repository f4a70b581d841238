"""Whether one function's failed events go to one queue."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency
from checker.checks.finding import Finding, fail, misplaced, passed, unknown
from checker.checks.kinds import Kind
from checker.cloudformation.arns import Arns
from checker.cloudformation.intrinsics import Reference, shown_text, text_value
from checker.model import Function, Mapping, Remark, Scalar, Service, Target, Unknown, is_empty, text_of
from checker.wording import near_name

BLOCK = "deadLetter"
_NEAR = 0.88  # the workshop's two functions differ in four letters only
NATIVE = "native"
"""The way of a pass that needs no plugin."""


class Parameters(NamedTuple):
    """`plugins` are the packages that act on a `deadLetter` block; without one the block does nothing."""

    function: str
    logical_id: str
    type: str
    plugins: tuple[str, ...]


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.functions(given, "function")
    yield from consistency.logical_ids(given, "logical_id")
    yield from consistency.types(given, "type")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell where the function's failed events go.

    The plugin sets the queue on the live function after the deployment, over what the template said (measured with
    serverless-plugin-lambda-dead-letter 1.2.1), so an enabled plugin's block decides before `onError`. An async
    destination is kept apart from both (AWS Lambda guide, "Retain records of asynchronous invocations").
    """
    function = service.functions.get(given.function)
    if isinstance(function, Unknown):
        return unknown(function)
    if function is None:
        return _no_function(service, given)
    block = next((target for target in function.targets if target.way == "plugin"), None)
    judged = _judge_target(service, block, given) if block is not None else None
    if judged is not None and judged.outcome == "pass":
        return judged._replace(remarks=tuple(Remark(code) for code in service.hindrances))
    plugins = service.plugins.entries if service.plugins is not None else {}
    plugin_acts = any(name in plugins for name in given.plugins)
    native = _judge_native(service, function, given, without_config=judged is not None and plugin_acts)
    deployment_breaks = plugin_acts and block is not None and block.problem not in (None, "cleared")
    if native is not None and native.outcome == "pass" and not deployment_breaks:
        return native
    if function.unseen_target is not None:
        return unknown(function.unseen_target)
    return judged or native or _elsewhere(service, given) or _absent(function)


def _absent(function: Function) -> Finding:
    empty = function.empty_block
    return fail("absent", function.origin) if empty is None else fail("empty", empty)


def _judge_target(service: Service, target: Target, given: Parameters) -> Finding:
    if target.problem is not None:
        return fail(target.problem, target.origin, found=target.found)
    return _judge_arn(service, target, given)


def _judge_native(service: Service, function: Function, given: Parameters, without_config: bool) -> Finding | None:
    """The best verdict on the targets that the template sets; the plugin's block replaces DeadLetterConfig."""
    verdicts = [
        _judge_target(service, target, given)
        for target in function.targets
        if target.way in ("destination", "live") or (target.way == "native" and not without_config)
    ]
    by_outcome = {verdict.outcome: verdict for verdict in reversed(verdicts)}
    return by_outcome.get("pass") or by_outcome.get("unknown") or by_outcome.get("fail")


def _judge_arn(service: Service, target: Target, given: Parameters) -> Finding:
    assert target.arn is not None
    if isinstance(target.arn, Unknown):
        return unknown(target.arn)
    text = text_value(target.arn)
    if isinstance(text, Unknown):
        return unknown(text, at=target.origin)
    if target.way != "plugin" and text in ((Reference(given.logical_id),), (given.logical_id,)):
        return fail("not_its_arn", target.origin)
    is_live = target.way == "live"  # a deployed function knows nothing but ARNs
    literal = target.arn if isinstance(target.arn, Scalar) and not is_live else None
    matches = Arns(service).matches(text, given.logical_id, given.type)
    if matches:
        as_written = target.way == "plugin" or is_live
        return passed(
            target.origin,
            equivalent=literal is not None or not as_written,
            way=None if as_written else NATIVE,
            value=given.logical_id,
        )
    if matches is None or (literal is not None and not _is_certainly_other(service, literal, given)):
        return unknown(Unknown("literal_arn" if literal else "resource_open", target.origin))
    wanted = service.resources.get(given.logical_id)
    if isinstance(wanted, Unknown):  # whether this one is meant to stand in for it
        return unknown(wanted)
    found = target.found or _named(target)
    if target.makes is not None:
        key, made = target.makes
        return fail("own_resource", target.origin, value=found, found=found, key=key, made=made)
    return fail("wrong_resource", target.origin, value=found, found=found)


def _is_certainly_other(service: Service, arn: Scalar, given: Parameters) -> bool:
    """Whether a literal ARN is another resource's: of another service, or the queue has another name of its own."""
    if service.account is not None:  # then the queue's whole ARN is known
        return True
    queue = service.resources.entries.get(given.logical_id)
    return ":sqs:" not in arn.text or (queue is not None and text_of(queue.get("QueueName")) is not None)


def _named(target: Target) -> str:
    return shown_text(target.arn) if target.arn is not None else ""


def _no_function(service: Service, given: Parameters) -> Finding:
    near = near_name(given.function, service.functions.entries, _NEAR)
    if near is None:
        return fail("function_absent", service.functions.origin)
    origin = service.functions.entries[near].origin
    return fail("function_near", origin, found=near, line=str(origin.line))


def _elsewhere(service: Service, given: Parameters) -> Finding | None:
    """The right block at the wrong place: on another function, or outside all functions."""
    blocks = {target.holder for one in service.functions.entries.values() for target in one.targets}
    for name, other in service.functions.entries.items():
        for target in other.targets:
            is_set = target.way in ("plugin", "live") and target.arn is not None
            if is_set and _judge_arn(service, target, given).outcome == "pass":
                return fail("wrong_function", target.holder, found=name)
    for stray in service.find(lambda key, value: key == BLOCK and not is_empty(value)):
        if stray.origin.use not in blocks and isinstance(stray, Mapping):
            return misplaced(stray.origin.use)
    return None


KIND = Kind(
    Parameters,
    {
        "absent": (),
        "empty": (),
        "own_resource": ("found", "key", "made"),
        "function_absent": (),
        "function_near": ("found", "line"),
        "wrong_function": ("found",),
        "wrong_resource": ("found",),
        "not_its_arn": (),
        "misspelled_key": ("found",),
        "unnamed": (),
        "get_att": ("found",),
        "several": ("found",),
        "not_an_arn": ("found",),
        "cleared": (),
        "version_1": ("found",),
        "misplaced": ("place",),
        "at_top_level": (),
    },
    judge,
    check_parameters=check_parameters,
)
