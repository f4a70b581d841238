"""Whether a function answers requests of one method through the REST API of API Gateway."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency, found_function
from checker.checks.finding import Finding, fail, passed, unknown
from checker.checks.found_function import find_function
from checker.checks.kinds import Kind
from checker.model import (
    EventSource,
    Function,
    Mapping,
    Scalar,
    Service,
    Unknown,
    Value,
    is_empty,
    shown_value,
    value_at,
)

_HTTP, _HTTP_API = "http", "httpApi"
_ANY = "any"
_STOPS = "incomplete"

# `compile/events/apiGateway/lib/validate.js` of the framework.
_METHODS = ("GET", "POST", "PUT", "PATCH", "OPTIONS", "HEAD", "DELETE", "ANY")


class Parameters(NamedTuple):
    """`method` is compared in any letter case, as the framework takes it; the path is free."""

    function: str
    method: str


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.functions(given, "function")
    yield from consistency.one_of(_METHODS, given._replace(method=given.method.upper()), "method")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether one of the function's `http` events has the method; one of all methods has it too.

    One that lacks its method or path decides, whatever the others say: the framework stops at it.
    """
    function = find_function(service, given.function)
    if isinstance(function, Finding):
        return function
    found = [_judge_event(service, event, given) for event in function.events if _is_http(event)]
    ranks = {"pass": 0, "unknown": 1, "fail": 2, "skipped": 3}
    stops = next((finding for finding in found if finding.slot == _STOPS), None)
    best = stops or min(found, key=lambda finding: (ranks[finding.outcome], finding.equivalent), default=None)
    return best or _missing(service, function)


def _is_http(event: EventSource | Unknown) -> bool:
    return isinstance(event, Unknown) or event.type == _HTTP


def _judge_event(service: Service, event: EventSource | Unknown, given: Parameters) -> Finding:
    if isinstance(event, Unknown):
        return unknown(event)
    if isinstance(event.given, Unknown):
        return unknown(event.given)
    method, path = value_at(event.given, "method"), value_at(event.given, "path")
    if isinstance(method, Unknown):
        return unknown(method)
    if method is None or is_empty(method) or path is None or (isinstance(path, Scalar) and path.value is None):
        return fail("incomplete", event.origin)
    text = method.text.lower() if isinstance(method, Scalar) else ""
    if text == given.method.lower():
        return passed(method.origin, value=given.method)
    if text == _ANY:
        return passed(method.origin, equivalent=True, value=_ANY.upper())
    return fail("method", method.origin, found=shown_value(method), request=_request(service, given, path))


def _request(service: Service, given: Parameters, path: Value) -> str:
    """Method and path in one text, as an event may be written; empty where variables make the path."""
    lines = service.lines.get(path.origin.file, [])
    line = lines[path.origin.line - 1] if path.origin.line <= len(lines) else ""
    text = path.text if isinstance(path, Scalar) and path.secret is None else ""
    return f"{given.method.lower()} {text}" if text and text in line else ""


def _missing(service: Service, function: Function) -> Finding:
    other = next((one for one in function.events if isinstance(one, EventSource) and one.type == _HTTP_API), None)
    if other is not None:
        return fail("http_api", other.origin)
    body = value_at(service.document, "functions", function.name)
    stray = body.get(_HTTP) if isinstance(body, Mapping) else None
    if stray is not None:
        return fail("misplaced", stray.origin.use, place=stray.origin.use.parent)
    events = body.get("events") if isinstance(body, Mapping) else None
    return fail("absent", events.origin if events is not None else function.origin)


KIND = Kind(
    Parameters,
    {
        **found_function.SLOTS,
        "absent": (),
        "http_api": (),
        "method": ("found", "request"),
        "incomplete": (),
        "misplaced": ("place",),
    },
    judge,
    check_parameters=check_parameters,
)
