"""Whether a variable is gone from a function's environment."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency, found_function
from checker.checks.finding import Finding, fail, passed, unknown
from checker.checks.found_function import find_function
from checker.checks.kinds import Kind
from checker.cloudformation.intrinsics import branches_of, settle
from checker.model import Scalar, Section, Service, Unknown, Value


class Parameters(NamedTuple):
    """`variable` is one that the function used to have."""

    function: str
    variable: str


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.functions(given, "function")
    yield from consistency.variables(given, "variable")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether the function no longer gets the variable, neither by itself nor with all functions.

    Null is gone, and so is `AWS::NoValue`, which CloudFormation leaves out.
    """
    function = find_function(service, given.function)
    if isinstance(function, Finding):
        return function
    variables: Section[Value] = function.environment or Section({}, function.origin)
    found = variables.entries.get(given.variable)
    if found is not None:
        gone = _is_gone(found)
        if gone is None:
            return unknown(Unknown("conditional_value", found.origin))
        if not gone:
            shared = found.origin.use.path.startswith("provider.")
            return fail("shared" if shared else "present", found.origin.use, value="set")
    if variables.unknown is not None:
        return unknown(variables.unknown)
    return passed(variables.origin, value="none")


def _is_gone(value: Value) -> bool | None:
    """Whether CloudFormation leaves the variable out; None where a condition decides it."""
    sides = {_is_gone(side) for side in branches_of(value)[1:]}
    if sides:
        return sides.pop() if len(sides) == 1 else None
    settled = settle(value)
    return settled is None or (isinstance(settled, Scalar) and settled.value is None)


KIND = Kind(Parameters, {**found_function.SLOTS, "present": (), "shared": ()}, judge, check_parameters=check_parameters)
