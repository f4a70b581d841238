"""Whether a service keeps what `Ref` of a resource gives in an SSM parameter of a certain name."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.checks import consistency
from checker.checks.finding import Finding, fail, misplaced, passed, unknown
from checker.checks.kinds import Kind
from checker.checks.parameter_name import PARTS, parameter_name
from checker.cloudformation.arns import REF_IS_ARN, Arns, arn_attributes
from checker.cloudformation.intrinsics import Reference, Text, settle, shown_text, text_value
from checker.model import Mapping, Remark, Resource, Scalar, Service, Unknown, Value, is_empty, text_of
from checker.wording import near_name

_PARAMETER = "AWS::SSM::Parameter"
_NEAR = 0.8


class Parameters(NamedTuple):
    """`name` may hold `{service}` and `{stage}`, those of the service. The resource may have any logical id.

    `value_type` is the `Type` of the parameter; its value is `Ref` of the resource `logical_id` of type `type`.
    `asked_for` is the name under which others look for it; where that is another, a note says so.
    """

    name: str
    logical_id: str
    type: str
    value_type: str = "String"
    asked_for: str = ""


def check_parameters(given: Parameters) -> Iterator[consistency.Misfit]:
    """What with these parameters can never pass."""
    yield from consistency.parameter_names(PARTS, given, "name")
    yield from consistency.logical_ids(given, "logical_id")
    yield from consistency.types(given, "type")
    yield from consistency.one_of(("String", "StringList"), given, "value_type")


def judge(service: Service, given: Parameters) -> Finding:
    """Tell whether one of the resources is the parameter, by its name, else by its value.

    Two resources of that name fail: CloudFormation does not make the second one.
    """
    wanted = parameter_name(given.name, service)
    shown = wanted.shown if isinstance(wanted, Scalar) else given.name
    finding = _judge(service, given, wanted)
    asked = parameter_name(given.asked_for, service) if given.asked_for else wanted
    if (
        finding.outcome == "pass"
        and isinstance(asked, Scalar)
        and isinstance(wanted, Scalar)
        and asked.text != wanted.text
    ):
        finding = finding._replace(remarks=(*finding.remarks, Remark("parameter-asked-for", (("asked", asked.shown),))))
    return finding._replace(facts=(*finding.facts, (_WANTED, shown)))


def _judge(service: Service, given: Parameters, wanted: Scalar | Unknown) -> Finding:
    resources = [one for one in service.resources.entries.values() if text_of(one.type) == _PARAMETER]
    if isinstance(wanted, Unknown):
        return unknown(wanted)
    found: list[Finding] = []
    certain: list[Resource] = []
    doubt: Unknown | None = service.resources.unknown
    for resource in resources:
        name = _name(service, resource)
        if isinstance(name, Unknown):
            doubt = doubt or name
        elif name == wanted.text:
            found.append(_judge_resource(service, resource, given))
            certain += [resource] if resource.condition is None and resource.gone is False else []
    ranks = {"pass": 0, "unknown": 1, "fail": 2, "skipped": 3}
    best = min(found, key=lambda finding: ranks[finding.outcome], default=None)
    if len(certain) > 1:
        first, second = certain[:2]
        return fail("duplicate", second.origin, found=first.logical_id, resource=second.logical_id)
    if best is not None:
        return best
    if doubt is not None:
        return unknown(doubt)
    return _misnamed(service, resources, given, wanted) or _missing(service, wanted)


def _name(service: Service, resource: Resource) -> str | Unknown | None:
    """The parameter's name; None where CloudFormation makes one up."""
    written = settle_text(resource.get("Name"))
    if written is None or isinstance(written, Unknown):
        return written
    text = Arns(service).expand(written)
    if not all(isinstance(part, str) for part in text):
        at = resource.get("Name")
        return Unknown("made_by_deployment", at.origin if at is not None else resource.origin, (("expression", "Ref"),))
    return "".join(part for part in text if isinstance(part, str))


def settle_text(value: Value | None) -> Text | Unknown | None:
    """A property as a text with references; None where nothing stands."""
    if value is None or is_empty(value):
        return None
    settled = settle(value)
    keeps = isinstance(settled, Unknown) and settled.why == "made_by_deployment"
    plain = value if keeps else settled
    return None if plain is None else text_value(plain)


def _judge_resource(service: Service, resource: Resource, given: Parameters) -> Finding:
    if resource.condition is not None:
        return unknown(Unknown("conditional_resource", resource.condition.origin))
    if isinstance(resource.gone, Unknown):
        return unknown(resource.gone)
    if resource.gone:
        return fail("gone", resource.origin)
    type_ = settle(resource.get("Type"))
    if isinstance(type_, Unknown):
        return unknown(type_)
    if type_ is None or is_empty(type_):
        return fail("untyped", resource.parent, resource=resource.logical_id)
    if text_of(type_) != given.value_type:
        return fail("other_type", type_.origin, found=shown_text(type_), resource=resource.logical_id)
    return _judge_value(service, resource, given)


def _judge_value(service: Service, resource: Resource, given: Parameters) -> Finding:
    value = resource.get("Value")
    text = settle_text(value)
    if value is None or text is None:
        return fail("no_value", resource.parent, resource=resource.logical_id)
    if isinstance(text, Unknown):
        return unknown(text, at=value.origin)
    if text == (Reference(given.logical_id),):
        return passed(resource.origin)
    named = text[0] if len(text) == 1 else None
    if isinstance(named, Reference) and named.name == given.logical_id:
        is_same = REF_IS_ARN in arn_attributes(given.type) and named.attribute in arn_attributes(given.type)
        if not is_same or named.dotted:
            return fail("attribute", value.origin, found=shown_text(value), resource=resource.logical_id)
    if named == given.logical_id:
        return fail("bare_name", value.origin, found=named, resource=resource.logical_id)
    same = Arns(service).is_reference(text, given.logical_id, given.type)
    if same is None:
        return unknown(Unknown("resource_open", value.origin))
    if same:
        return passed(resource.origin, equivalent=service.account is None)
    return fail("other_value", value.origin, resource=resource.logical_id)


def _misnamed(service: Service, resources: list[Resource], given: Parameters, wanted: Scalar) -> Finding | None:
    """The parameter that was meant: by its value, else by a name that comes near."""
    names = {one.logical_id: _name(service, one) for one in resources}
    meant = [one for one in resources if _judge_value(service, one, given).outcome == "pass"]
    near = near_name(wanted.text, [name for name in names.values() if isinstance(name, str)], _NEAR)
    meant += [one for one in resources if near is not None and names[one.logical_id] == near]
    if not meant:
        return None
    written = meant[0].get("Name")
    if written is None:
        return fail("unnamed", meant[0].parent, resource=meant[0].logical_id)
    name = names[meant[0].logical_id]
    slot = "no_slash" if name == wanted.text.removeprefix("/") else "misnamed"
    return fail(slot, written.origin, found=shown_text(written), resource=meant[0].logical_id)


def _missing(service: Service, wanted: Scalar) -> Finding:
    """What is near when no parameter is: one of another type, or one that stands where no resource does."""
    for resource in service.resources.entries.values():
        name = resource.get("Name")
        if isinstance(name, Scalar) and name.text == wanted.text and text_of(resource.type) != _PARAMETER:
            type_ = resource.type
            found = "" if type_ is None else shown_text(type_)
            at = type_.origin if type_ is not None else resource.origin
            return fail("other_resource", at, found=found or "nothing", resource=resource.logical_id)
    strays = service.find(lambda _, value: isinstance(value, Mapping) and text_of(value.get("Type")) == _PARAMETER)
    known = {resource.body.origin.place for resource in service.resources.entries.values()}
    stray = next((one for one in strays if one.origin.place not in known), None)
    return misplaced(stray.origin.use) if stray is not None else fail("absent", service.resources.origin)


_WANTED = "wanted"
"""The fact that every way to fail has: the parameter's name, with the service's name and stage in it."""

_SLOTS: dict[str, tuple[str, ...]] = {
    "absent": (),
    "misplaced": ("place",),
    "at_top_level": (),
    "other_resource": ("found", "resource"),
    "misnamed": ("found", "resource"),
    "no_slash": ("found", "resource"),
    "duplicate": ("found", "resource"),
    "unnamed": ("resource",),
    "untyped": ("resource",),
    "other_type": ("found", "resource"),
    "no_value": ("resource",),
    "attribute": ("found", "resource"),
    "bare_name": ("found", "resource"),
    "other_value": ("resource",),
    "gone": (),
}

KIND = Kind(
    Parameters,
    {slot: (*facts, _WANTED) for slot, facts in _SLOTS.items()},
    judge,
    check_parameters=check_parameters,
    ssm="name",
)
