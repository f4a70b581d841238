"""Whether a variable of a function's environment refers to a resource."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency, found_function
from checker.checks.finding import Finding, fail, passed, unknown
from checker.checks.found_function import find_function
from checker.checks.kinds import Kind
from checker.cloudformation.arns import REF_IS_ARN, Arns, arn_attributes
from checker.cloudformation.intrinsics import Reference, Text, settle, shown_text, text_value
from checker.model import Function, Section, Service, Unknown, Value, is_empty, shown_value
from checker.wording import near_name

_NEAR = 0.8


class Parameters(NamedTuple):
    """`variable` of the function has what `Ref` of the resource `logical_id` of type `type` gives.

    With `near`, a function of a near name stands in for one that is not there: for a function that no check of the kind
    `function` is about.
    """

    function: str
    variable: str
    logical_id: str
    type: str
    near: bool = False


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.functions(given, "function")
    yield from consistency.variables(given, "variable")
    yield from consistency.logical_ids(given, "logical_id")
    yield from consistency.types(given, "type")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether the variable has the value of `Ref`; what gives the same in another way passes as equivalent."""
    function = find_function(service, given.function)
    if isinstance(function, Finding):
        is_missing = function.slot in found_function.SLOTS
        return (_near_function(service, given) if given.near and is_missing else None) or function
    variables = function.environment or Section({}, function.origin)
    written = variables.get(given.variable)
    if written is None:
        return _missing(service, function, variables, given)
    value = _plain(written)
    if isinstance(value, Unknown):
        return unknown(value, at=written.origin)
    if value is None or is_empty(value):
        return fail("empty", written.origin)
    text = text_value(value)
    if isinstance(text, Unknown) and text.why == "not_text":
        return fail("differs", value.origin, found=shown_value(value))
    if isinstance(text, Unknown):
        return unknown(text, at=written.origin)
    if text == (Reference(given.logical_id),):
        return passed(written.origin, value=_told(given))
    slot = _naming(text, given)
    if slot is not None:
        return fail(slot, value.origin, found=shown_text(value))
    same = Arns(service).is_reference(text, given.logical_id, given.type)
    if same is None:
        return unknown(Unknown("resource_open", written.origin))
    if same:
        return passed(written.origin, equivalent=service.account is None, value=_told(given))
    return fail("differs", value.origin, found=shown_text(value))


def _near_function(service: Service, given: Parameters) -> Finding | None:
    near = near_name(given.function, service.functions.entries)
    if near is None:
        return None
    origin = service.functions.entries[near].origin
    found = fail("function_near", origin, stands_in=near, found=near, line=str(origin.line))
    return found._replace(of="function")


def _plain(value: Value) -> Value | None:
    """The value, with an `Fn::If` whose branches agree and `AWS::NoValue` resolved; other functions stay."""
    settled = settle(value)
    keeps = isinstance(settled, Unknown) and settled.why == "made_by_deployment"
    return value if keeps else settled


def _told(given: Parameters) -> str:
    return f"Ref {given.logical_id}"


def _naming(text: Text, given: Parameters) -> str | None:
    """How the text names the resource in a way that is not `Ref`; None where it may be the same."""
    if text == (given.logical_id,):
        return "bare_name"
    if len(text) != 1 or not isinstance(text[0], Reference) or text[0].name != given.logical_id:
        return None
    is_arn = text[0].attribute in arn_attributes(given.type) and not text[0].dotted
    return None if is_arn and REF_IS_ARN in arn_attributes(given.type) else "attribute"


def _missing(service: Service, function: Function, variables: Section[Value], given: Parameters) -> Finding:
    misspelled = near_name(given.variable, variables.entries, _NEAR)
    if misspelled is not None:
        return fail("misspelled", variables.entries[misspelled].origin, found=misspelled)
    inside = f"functions.{function.name}."
    stray = next((one for one in service.find(lambda key, _: key == given.variable) if _is_in(one, inside)), None)
    if stray is not None:
        return fail("misplaced", stray.origin.use, place=stray.origin.use.parent)
    return fail("absent", variables.origin)


def _is_in(value: Value, inside: str) -> bool:
    return value.origin.use.path.startswith(inside) and not isinstance(value, Unknown)


KIND = Kind(
    Parameters,
    {
        **found_function.SLOTS,
        "function_near": ("found", "line"),
        "absent": (),
        "empty": (),
        "misspelled": ("found",),
        "misplaced": ("place",),
        "bare_name": ("found",),
        "attribute": ("found",),
        "differs": ("found",),
    },
    judge,
    only_with={"function_near": "near"},
    check_parameters=check_parameters,
)
