"""What a check found in one source."""

from typing import Literal, NamedTuple

from checker.model import Facts, Origin, Remark, Role, Unknown
from checker.wording import shown

Outcome = Literal["pass", "fail", "unknown", "skipped"]


class Finding(NamedTuple):
    """One check on one source.

    `slot` names the way out that the kind took; the rule pack gives it a reason code and a sentence, which `facts`
    fill. `at` is the evidence, the deciding place first. `equivalent` marks a pass reached another way than the
    workshop's text, and `way` names that way where another check depends on it. `stands_in` is the logical id found in
    place of the one asked for, and `of` the parameter that asks for it, where that is not the one that the kind finds.
    `follows` marks a pass that agrees with what another check found under another name. `value` is what the verdict
    rests on, told alike for every source, so that two can be compared; None where there is nothing to compare.
    `instead` marks what another check found, which may make this one unnecessary.
    """

    outcome: Outcome
    at: tuple[Origin, ...]
    slot: str | None = None
    facts: Facts = ()
    equivalent: bool = False
    remarks: tuple[Remark, ...] = ()
    way: str | None = None
    stands_in: str | None = None
    value: str | None = None
    instead: bool = False
    of: str = ""
    follows: bool = False

    @property
    def is_other(self) -> bool:
        """Whether it is a pass, and not exactly as in the workshop's text."""
        return self.outcome == "pass" and (self.equivalent or self.follows)


def passed(
    at: Origin,
    *,
    equivalent: bool = False,
    remarks: tuple[Remark, ...] = (),
    way: str | None = None,
    value: str | None = None,
) -> Finding:
    return Finding("pass", at.chain(), equivalent=equivalent, remarks=remarks, way=way, value=value)


def skipped(at: Origin) -> Finding:
    """The check does not apply to this source."""
    return Finding("skipped", at.chain())


def fail(slot: str, at: Origin, *, stands_in: str | None = None, value: str | None = None, **facts: str) -> Finding:
    cleaned = tuple((name, shown(text)) for name, text in facts.items())
    told = shown(value) if value is not None else None
    return Finding("fail", at.chain(), slot=slot, facts=cleaned, stands_in=stands_in, value=told)


def misplaced(at: Origin) -> Finding:
    """The right thing at the wrong place: `misplaced`, or `at_top_level` where that place has no name."""
    place = at.parent
    return fail("misplaced", at, place=place) if place else fail("at_top_level", at)


def unknown(value: Unknown, at: Origin | None = None) -> Finding:
    """It cannot be told, because of a value; `at` is the place that needs it, when that is not the value's own."""
    places = value.origin.chain() if at is None else (at, *value.origin.chain())
    cleaned = tuple((name, shown(text)) for name, text in value.facts)
    return Finding("unknown", tuple(dict.fromkeys(places)), slot=value.why, facts=cleaned)


def unread_boundary(role: Role) -> tuple[Remark, ...]:
    """The note that a permissions boundary, which is not defined in the file, may stand in the way."""
    return (Remark("boundary-not-read"),) if role.bounded_by is not None and role.boundary is None else ()
