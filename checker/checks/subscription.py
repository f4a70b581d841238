"""Whether a function listens to a topic whose ARN lies in an SSM parameter."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency, found_function
from checker.checks.finding import Finding, fail, passed, unknown
from checker.checks.found_function import find_function
from checker.checks.kinds import Kind
from checker.checks.parameter_name import PARTS, parameter_name
from checker.cloudformation.intrinsics import Reference, settle, text_value
from checker.model import (
    EventSource,
    Function,
    Mapping,
    Remark,
    Scalar,
    Service,
    Unknown,
    Value,
    is_empty,
    is_truthy,
    shown_value,
    value_at,
)
from checker.wording import near_name, shown

_EVENT = "sns"
# CloudFormation looks a parameter up itself where a template says so (user guide, "Dynamic references").
_DYNAMIC = re.compile(r"\{\{resolve:ssm:([^:}]+)(:\d+)?\}\}")
_STOPS = ("malformed", "arn_unnamed")
_VERSION = re.compile(r":[\w.-]+$")


class Parameters(NamedTuple):
    """`parameter` is the name of the SSM parameter, in which `{service}` and `{stage}` are those of the service."""

    function: str
    parameter: str


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.functions(given, "function")
    yield from consistency.parameter_names(PARTS, given, "parameter")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether the ARN of one of the function's `sns` events comes from the parameter.

    A file shows that by the variable `${ssm:…}`. Of a deployed function only the ARN itself is known, which is compared
    with what the parameter holds now; a template tells neither.
    """
    function = find_function(service, given.function)
    if isinstance(function, Finding):
        return function
    wanted = parameter_name(given.parameter, service)
    found = [_judge_event(service, event, wanted) for event in function.events if _is_meant(event)]
    ranks = {"pass": 0, "unknown": 1, "fail": 2, "skipped": 3}
    stops = next((finding for finding in found if finding.slot in _STOPS), None)  # whatever the others say
    best = stops or min(found, key=lambda finding: ranks[finding.outcome], default=None)
    told = best or _missing(service, function, wanted)
    return told._replace(facts=(*told.facts, (_WANTED, _shown(wanted, given))))


def _shown(wanted: Scalar | Unknown, given: Parameters) -> str:
    return wanted.shown if isinstance(wanted, Scalar) else given.parameter


def _is_meant(event: EventSource | Unknown) -> bool:
    """Whether it is, or may be, an event of SNS; the framework passes over one that is left empty."""
    if isinstance(event, Unknown):
        return True
    return event.type == _EVENT and not (isinstance(event.given, Scalar) and event.given.value in (None, ""))


def _judge_event(service: Service, event: EventSource | Unknown, wanted: Scalar | Unknown) -> Finding:
    if isinstance(event, Unknown):
        return unknown(event)
    arn = event.arn if event.given is None else _arn(event.given)
    if isinstance(arn, Finding):
        return arn
    settled = settle(arn)
    if arn is None or settled is None:
        return fail("malformed", event.origin)
    parameter = _parameter(settled)
    if parameter is not None:
        return _judge_parameter(service, parameter, arn, settled, wanted)
    if isinstance(settled, Scalar):
        return _judge_literal(service, settled, wanted)
    text = text_value(arn)
    named = text[0] if not isinstance(text, Unknown) and len(text) == 1 else None
    if isinstance(named, Reference):
        resource = service.resources.get(named.name)
        if resource is not None and not isinstance(resource, Unknown):
            return fail("own_topic", arn.origin, found=named.name)
        return unknown(resource or Unknown("resource_open", arn.origin))
    return unknown(settled) if isinstance(settled, Unknown) else fail("malformed", arn.origin)


def _arn(given: Value) -> Value | Finding:
    """The ARN in an event as the framework reads it (`compile/events/sns.js`), or what comes of it instead."""
    if isinstance(given, Mapping):
        arn, name = given.get("arn"), given.get("topicName")
        named = isinstance(name, Unknown) or is_truthy(name)
        if arn is None or is_empty(arn):
            found = "" if name is None else _told(name)
            return fail("makes_topic", given.origin, found=found) if named else fail("malformed", given.origin)
        is_text = isinstance(arn, (Scalar, Unknown))
        return arn if is_text or named else fail("arn_unnamed", arn.origin)
    if isinstance(given, Scalar) and not given.text.startswith("arn:"):
        return fail("makes_topic", given.origin, found=given.shown)  # also of a number or boolean, as version 3 has it
    return given


def _told(value: Value) -> str:
    """A value as a sentence may quote it, by its expression where it is not known."""
    return dict(value.facts).get("expression", "") if isinstance(value, Unknown) else shown_value(value)


def _parameter(arn: Value) -> str | None:
    """The name of the SSM parameter that an ARN comes from, with its version where one is asked for."""
    if isinstance(arn, Unknown):
        return arn.parameter or None
    found = _DYNAMIC.fullmatch(arn.text) if isinstance(arn, Scalar) else None
    return found.group(1) + (found.group(2) or "") if found is not None else None


def _judge_parameter(service: Service, name: str, arn: Value, settled: Value, wanted: Scalar | Unknown) -> Finding:
    if isinstance(wanted, Unknown):
        return unknown(wanted, at=arn.origin)
    dynamic = isinstance(settled, Scalar)
    expression = settled.shown if isinstance(settled, Scalar) else dict(getattr(settled, "facts", ())).get("expression")
    expression = expression or wanted.shown
    written_out = _names_stage(expression, wanted) and (not dynamic or wanted.text in _line(service, arn))
    remarks = (Remark("stage-written-out", (("found", shown(expression)),)),) if written_out else ()
    if name == wanted.text:
        return passed(arn.origin, equivalent=dynamic, value=None, remarks=remarks)
    if _VERSION.sub("", name) == wanted.text:
        return passed(arn.origin, equivalent=True, remarks=remarks)
    if name.partition("~")[0] == wanted.text and "~" in expression:  # as it is written, for that may be shown
        return fail("suffix", arn.origin, found=expression, suffix=f"~{expression.rpartition('~')[2].rstrip('}')}")
    if name == wanted.text.removeprefix("/"):
        return fail("no_slash", arn.origin, found=expression)
    return fail("other_parameter", arn.origin, found=expression)


def _names_stage(expression: str, wanted: Scalar) -> bool:
    """Whether the name of the parameter is written out, stage and all, so that every other stage would get this one."""
    return expression.count("${") + expression.count("{{") == 1 and wanted.text in expression


def _line(service: Service, value: Value) -> str:
    """The line on which a value stands, as it is written: a dynamic reference has its variables replaced."""
    lines = service.lines.get(value.origin.file, [])
    return lines[value.origin.line - 1] if value.origin.line <= len(lines) else ""


def _judge_literal(service: Service, arn: Scalar, wanted: Scalar | Unknown) -> Finding:
    if service.parameters is None:
        return unknown(Unknown("literal_topic", arn.origin))
    if isinstance(wanted, Unknown):
        return unknown(wanted, at=arn.origin)
    held = service.parameters.get(wanted.text, Unknown("not_in_template", arn.origin))
    if isinstance(held, Unknown):
        return unknown(held, at=arn.origin)
    if held is None:
        return fail("parameter_absent", arn.origin)
    topic = arn.text.rpartition(":")[2]
    same = isinstance(held, Scalar) and held.text == arn.text
    return passed(arn.origin) if same else fail("other_topic", arn.origin, found=topic)


def _missing(service: Service, function: Function, wanted: Scalar | Unknown) -> Finding:
    for other in service.functions.entries.values():
        events = [event for event in other.events if isinstance(event, EventSource) and event.type == _EVENT]
        right = [event for event in events if _judge_event(service, event, wanted).outcome == "pass"]
        if right and other is not function:
            return fail("other_function", right[0].origin, found=other.name)
    for event in function.events:
        if isinstance(event, EventSource) and near_name(_EVENT, [event.type]) is not None:
            key = event.given if event.given is not None else event
            return fail("misspelled", key.origin.use, found=event.type)
    body = value_at(service.document, "functions", function.name)
    stray = body.get(_EVENT) if isinstance(body, Mapping) else None
    if stray is not None:
        return fail("misplaced", stray.origin.use, place=stray.origin.use.parent)
    events_value = body.get("events") if isinstance(body, Mapping) else None
    return fail("absent", events_value.origin if events_value is not None else function.origin)


_WANTED = "wanted"
"""The fact that every way to fail has: the name of the parameter, with the service's stage in it."""

_SLOTS: dict[str, tuple[str, ...]] = {
    **found_function.SLOTS,
    "absent": (),
    "misspelled": ("found",),
    "misplaced": ("place",),
    "other_function": ("found",),
    "makes_topic": ("found",),
    "malformed": (),
    "arn_unnamed": (),
    "own_topic": ("found",),
    "other_parameter": ("found",),
    "suffix": ("found", "suffix"),
    "no_slash": ("found",),
    "parameter_absent": (),
    "other_topic": ("found",),
}

KIND = Kind(
    Parameters,
    {slot: facts if slot in found_function.SLOTS else (*facts, _WANTED) for slot, facts in _SLOTS.items()},
    judge,
    check_parameters=check_parameters,
    ssm="parameter",
)
