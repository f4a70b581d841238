"""Whether a resource is there, under its name and of its type."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency
from checker.checks.finding import Finding, fail, misplaced, passed, unknown
from checker.checks.kinds import Kind
from checker.cloudformation.intrinsics import Reference, settle, shown_text, text_value
from checker.model import Mapping, Resource, Scalar, Service, Unknown, Value, is_empty, text_of
from checker.wording import near_name


class Parameters(NamedTuple):
    """`used_by` is the function whose dead letter target tells which resource is meant when the name is another.

    `variable` is one of that function's environment which tells it as well, by its `Ref`. `refused` is a boolean
    property that must not be set.
    """

    logical_id: str
    type: str
    used_by: str = ""
    variable: str = ""
    refused: str = ""


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.logical_ids(given, "logical_id")
    yield from consistency.types(given, "type")
    yield from consistency.functions(given, "used_by")
    yield from consistency.properties(given, "refused")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether `resources.Resources` has exactly that logical id, of exactly that type; its properties are free."""
    resource = service.resources.get(given.logical_id)
    if isinstance(resource, Unknown):
        return unknown(resource)
    if resource is None:
        return _missing(service, given)
    type_ = settle(resource.unread if resource.type is None else resource.type)
    if isinstance(type_, Unknown):
        return unknown(type_)
    if type_ is None or is_empty(type_):
        return fail("untyped", type_.origin if type_ is not None else resource.origin)
    if text_of(type_) != given.type:
        return fail("wrong_type", type_.origin, value=shown_text(type_), found=shown_text(type_))
    if resource.condition is not None:
        return unknown(Unknown("conditional_resource", resource.condition.origin))
    if isinstance(resource.gone, Unknown):
        return unknown(resource.gone)
    if resource.gone:
        return fail("gone", resource.origin)
    return _refused(resource, given) or passed(resource.origin, value=given.type)


def _refused(resource: Resource, given: Parameters) -> Finding | None:
    value = settle(resource.get(given.refused)) if given.refused else None
    if isinstance(value, Unknown):
        return unknown(value)
    if isinstance(value, Scalar) and value.text.lower() == "true":
        return fail("refused", value.origin)
    return None


def _missing(service: Service, given: Parameters) -> Finding:
    strays = list(service.find(lambda key, _: key == given.logical_id))
    whole = next((stray for stray in strays if _type_of(stray) == given.type), None)
    if whole is not None:
        return misplaced(whole.origin.use)
    renamed = _renamed(service, given)
    if renamed is not None:
        line = str(renamed.origin.line)
        return fail("renamed", renamed.origin, stands_in=renamed.logical_id, found=renamed.logical_id, line=line)
    if strays:
        return misplaced(strays[0].origin.use)
    return fail("absent", service.resources.origin)


def _renamed(service: Service, given: Parameters) -> Resource | None:
    """The resource meant: the one that the function names, else the only one with a near name.

    The function names it by its dead letter target, or by a variable.
    """
    same_type = {name: one for name, one in service.resources.entries.items() if text_of(one.type) == given.type}
    function = service.functions.entries.get(given.used_by)
    for target in function.targets if function is not None else ():
        if target.found in same_type:
            return same_type[target.found]
    variables = function.environment if function is not None else None
    named = variables.entries.get(given.variable) if variables is not None else None
    text = text_value(named) if named is not None else ()
    by_variable = text[0] if not isinstance(text, Unknown) and len(text) == 1 else None
    if isinstance(by_variable, Reference) and not by_variable.attribute and by_variable.name in same_type:
        return same_type[by_variable.name]
    near = [name for name in same_type if near_name(given.logical_id, [name])]
    return same_type[near[0]] if len(near) == 1 else None


def _type_of(value: Value) -> str | None:
    return text_of(value.get("Type")) if isinstance(value, Mapping) else None


KIND = Kind(
    Parameters,
    {
        "absent": (),
        "renamed": ("found", "line"),
        "misplaced": ("place",),
        "at_top_level": (),
        "wrong_type": ("found",),
        "untyped": (),
        "gone": (),
        "refused": (),
    },
    judge,
    check_parameters=check_parameters,
    only_with={"refused": "refused"},
)
