"""Stands between the tests and the stand-in: writes down every call, and lets some go wrong as on the real AWS."""

from __future__ import annotations

import io
import json
import random
import re
import time
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import botocore.session

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CALLER = "arn:aws:iam::123456789012:user/instructor"


class Call(NamedTuple):
    """One request: the signing name of its service, and the action as the API reference spells it."""

    service: str
    action: str

    def is_one_of(self, patterns: Iterable[str]) -> bool:
        """Whether a pattern such as `lambda:GetFunction` or `iam:*` covers it."""
        return any(fnmatchcase(f"{self.service}:{self.action}", pattern) for pattern in patterns)


class Event(NamedTuple):
    """A line of the stack's history; that of the stack itself has the stack's name as its logical id."""

    logical_id: str
    status: str
    reason: str | None = None


class _Error(NamedTuple):
    status: int
    code: str
    message: str


class Faults:
    """A WSGI application around the stand-in's. Patterns are `service:Action`, with `*` and `?`."""

    def __init__(self) -> None:
        self.inner: WSGIApplication | None = None
        self.reset()

    def reset(self) -> None:
        """Forget all calls and let all go well."""
        self.calls: list[Call] = []
        self.latency = 0.0  # seconds, before each call
        self.about = ""  # only calls that hold this text go wrong
        self._denied: tuple[str, ...] = ()
        self._share = 0.0
        self._chance = random.Random(0)
        self._bad_credentials = ""
        self._failing: list[tuple[str, list[str]]] = []
        self._hooks: list[tuple[str, Callable[[], object]]] = []

    def wrap(self, app: WSGIApplication) -> WSGIApplication:
        """Stand before `app`: this is what StandIn's `wrap` takes."""
        self.inner = app
        return self

    def deny(self, *patterns: str) -> None:
        """Answer as IAM does when no policy of the caller allows the action."""
        self._denied += patterns

    def throttle(self, share: float, *, seed: int = 0) -> None:
        """Throttle this share of all calls, the same ones each time."""
        self._share = share
        self._chance = random.Random(seed)

    def throttle_first(self, times: int, pattern: str = "*") -> None:
        """Throttle the first calls."""
        self._failing.append((pattern, ["throttle"] * times))

    def break_first(self, times: int, pattern: str = "*") -> None:
        """Answer the first calls with an internal error (5xx)."""
        self._failing.append((pattern, ["break"] * times))

    def refuse_credentials(self, code: str) -> None:
        """Answer every call with `ExpiredToken` or `InvalidClientTokenId`, as each service spells it."""
        self._bad_credentials = code

    def before(self, pattern: str, hook: Callable[[], object]) -> None:
        """Call `hook` once, just before the next such action. Calls that it makes itself are logged too."""
        self._hooks.append((pattern, hook))

    def actions(self, service: str) -> list[str]:
        """The actions called of one service, in order."""
        return [call.action for call in self.calls if call.service == service]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        call = call_of(environ)
        if call is not None:
            self.calls.append(call)
            time.sleep(self.latency)
            error = self._error_of(call, environ)
            if error is not None:
                return _answer(call, error, start_response)
            for entry in [entry for entry in self._hooks if call.is_one_of(entry[:1])]:
                self._hooks.remove(entry)
                entry[1]()
        assert self.inner is not None
        return self.inner(environ, start_response)

    def _error_of(self, call: Call, environ: WSGIEnvironment) -> _Error | None:
        if self.about and self.about.encode() not in _said(environ):
            return None
        if self._bad_credentials:
            return _credentials_error(call.service, self._bad_credentials)
        if call.is_one_of(self._denied):
            region = environ["HTTP_AUTHORIZATION"].split("/")[2]
            resource = f"arn:aws:{call.service}:{region}:123456789012:*"
            reason = f"because no identity-based policy allows the {call.service}:{call.action} action"
            return _denied(
                call.service,
                f"User: {CALLER} is not authorized to perform: {call.service}:{call.action} "
                f"on resource: {resource} {reason}",
            )
        for pattern, left in self._failing:
            if left and call.is_one_of([pattern]):
                return _throttled(call.service) if left.pop() == "throttle" else _broken(call.service)
        if self._share and self._chance.random() < self._share:
            return _throttled(call.service)
        return None


def set_stack(
    name: str,
    status: str | None = None,
    *,
    reason: str | None = None,
    resources: dict[str, tuple[str, str | None]] | None = None,
    events: Sequence[Event] | None = None,
    region: str = "us-east-2",
) -> None:
    """Put a stack, or resources of it (status and reason by logical id), into a state that moto never reaches.

    `events`, oldest first, replace the stack's history.
    """
    from moto.cloudformation.models import Event as StackEvent
    from moto.cloudformation.models import cloudformation_backends
    from moto.core.models import DEFAULT_ACCOUNT_ID

    stack: Any = cloudformation_backends[DEFAULT_ACCOUNT_ID][region].get_stack(name)
    rows = {resource.logical_resource_id: resource for resource in stack.stack_resources}
    if status is not None:
        stack.status = status
        stack.stack_status_reason = reason
    for logical_id, (row_status, row_reason) in (resources or {}).items():
        rows[logical_id].row_status = row_status
        rows[logical_id].row_reason = row_reason
    if events is not None:
        stack.events = [
            StackEvent(
                stack_id=stack.stack_id,
                stack_name=name,
                logical_resource_id=event.logical_id,
                physical_resource_id=(
                    stack.stack_id
                    if event.logical_id == name
                    else getattr(rows.get(event.logical_id), "physical_resource_id", "")
                ),
                resource_type=(
                    "AWS::CloudFormation::Stack"
                    if event.logical_id == name
                    else stack.template_dict["Resources"][event.logical_id]["Type"]
                ),
                resource_status=event.status,
                resource_status_reason=event.reason,
                resource_properties=None,
            )
            for event in events
        ]


# What is asked


def call_of(environ: WSGIEnvironment) -> Call | None:
    """The call that a request makes, or None for one that no AWS SDK signed."""
    signed = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request", environ.get("HTTP_AUTHORIZATION", ""))
    if signed is None:
        return None
    service = signed.group(1)
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:  # the JSON protocols
        return Call(service, target.rpartition(".")[2])
    smithy = re.fullmatch(r"/service/\w+/operation/(\w+)", environ["PATH_INFO"])
    if smithy:  # CBOR
        return Call(service, smithy.group(1))
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):  # the query protocol
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        asked = parse_qs(body.decode()).get("Action")
        if asked:
            return Call(service, asked[0])
    return Call(service, _rest_action(service, environ))


def _said(environ: WSGIEnvironment) -> bytes:
    """The path and the body of a request."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    path: str = environ["PATH_INFO"]
    return path.encode() + b"\n" + body


def _rest_action(service: str, environ: WSGIEnvironment) -> str:
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    for action, method, path, keys in _rest_actions(service):
        if method == environ["REQUEST_METHOD"] and keys <= set(query) and path.fullmatch(environ["PATH_INFO"]):
            return action
    return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"


@cache
def _rest_actions(service: str) -> list[tuple[str, str, re.Pattern[str], frozenset[str]]]:
    """The actions of a REST service with their methods, paths and marks in the query; the most special first."""
    model = botocore.session.get_session().get_service_model(service)
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        pattern = re.sub(r"\\{[^}]*?(\\\+)?\\}", lambda mark: ".+" if mark.group(1) else "[^/]+", re.escape(path))
        found.append((name, http["method"], re.compile(pattern + "/?"), frozenset(parse_qs(query, True))))
    return sorted(found, key=lambda one: (-len(one[3]), -one[2].pattern.count("/"), one[2].pattern.count("[^/]+")))


# How each service says that it goes wrong

_QUERY = {"cloudformation", "iam", "sts"}
_OLD_NAMES = _QUERY | {"s3", "sqs"}  # their codes have no "Exception" at the end


def _denied(service: str, message: str) -> _Error:
    if service in _OLD_NAMES:
        return _Error(403, "AccessDenied", message)
    return _Error(403 if service == "lambda" else 400, "AccessDeniedException", message)


def _throttled(service: str) -> _Error:
    status, code = {
        "cloudformation": (400, "Throttling"),
        "ec2": (503, "RequestLimitExceeded"),
        "iam": (400, "Throttling"),
        "lambda": (429, "TooManyRequestsException"),
        "s3": (503, "SlowDown"),
        "sqs": (403, "RequestThrottled"),
        "sts": (400, "Throttling"),
    }.get(service, (400, "ThrottlingException"))
    return _Error(status, code, "Rate exceeded")


def _broken(service: str) -> _Error:
    code = {"cloudformation": "InternalFailure", "iam": "ServiceFailure", "lambda": "ServiceException"}
    return _Error(500, code.get(service, "InternalServerError"), "We encountered an internal error. Please try again.")


def _credentials_error(service: str, code: str) -> _Error:
    if code == "ExpiredToken":
        said = "The security token included in the request is expired"
        spelled = code if service in _OLD_NAMES else "ExpiredTokenException"
    else:
        said = "The security token included in the request is invalid."
        spelled = code if service in _OLD_NAMES else "UnrecognizedClientException"
    return _Error(403 if service in _OLD_NAMES or service == "lambda" else 400, spelled, said)


def _answer(call: Call, error: _Error, start_response: StartResponse) -> Iterable[bytes]:
    headers = [("x-amzn-RequestId", "00000000-0000-4000-8000-000000000000")]
    if call.service == "s3":
        kind = "application/xml"
        text = f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
    elif call.service in _QUERY:
        kind = "text/xml"
        text = (
            f"<ErrorResponse><Error><Type>{'Sender' if error.status < 500 else 'Receiver'}</Type>"
            f"<Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
            "<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"
        )
    elif call.service == "lambda":
        kind = "application/json"
        headers.append(("x-amzn-ErrorType", error.code))
        text = json.dumps({"Message": error.message, "Type": "User" if error.status < 500 else "Service"})
    else:
        kind = "application/x-amz-json-1.0"
        text = json.dumps({"__type": f"com.amazon.coral.service#{error.code}", "message": error.message})
        if call.service == "sqs":  # it once spoke the query protocol, and its SDKs still show those codes
            headers.append(("x-amzn-query-error", f"{error.code};Sender"))
    body = text.encode()
    headers += [("Content-Type", kind), ("Content-Length", str(len(body)))]
    start_response(f"{error.status} Fault", headers)
    return [body]
