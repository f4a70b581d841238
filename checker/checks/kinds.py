"""The kinds of check by name; each module is imported when a rule pack first uses its kind."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from checker.checks.finding import Finding, skipped
from checker.errors import UsageError
from checker.model import Service

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

ENTRY_POINTS = "rydecheck.kinds"

_MODULES = {
    "absence": "checker.checks.absence",
    "allows": "checker.checks.allows",
    "autoscaling": "checker.checks.autoscaling",
    "dead_letter": "checker.checks.dead_letter",
    "environment": "checker.checks.environment",
    "environment_absence": "checker.checks.environment_absence",
    "event_source": "checker.checks.event_source",
    "function": "checker.checks.function",
    "http_event": "checker.checks.http_event",
    "parameter": "checker.checks.parameter",
    "plugin": "checker.checks.plugin",
    "property": "checker.checks.property",
    "resource": "checker.checks.resource",
    "subscription": "checker.checks.subscription",
}

_NONE: Mapping[str, str] = {}


def _anything(_: Any) -> Iterable[tuple[str, str]]:
    """Parameters of these types are always fine."""
    return ()


class Kind(NamedTuple):
    """A kind of check.

    `parameters` is a named tuple class, filled from the pack's `given`. `slots` are the ways to fail, each with the
    names of the facts that its sentence may use beside the parameters. `judge` is pure: it opens no file, asks no clock
    and changes nothing. `finds` is the parameter that names what the check looks for: what it finds under another name
    (`stands_in`) takes its place in the checks that ask for the same. `only_with` are slots that the kind takes only
    where a parameter is given, with that parameter: without it, a pack needs no words for them. `ssm` is the parameter
    that names an SSM parameter whose value the kind needs of a deployed service. `check_parameters` tells of a pack's
    parameters those with which a check can never pass, each with what is wrong with it.
    """

    parameters: Any
    slots: Mapping[str, tuple[str, ...]]
    judge: Callable[[Service, Any], Finding]
    finds: str = "logical_id"
    only_with: Mapping[str, str] = _NONE

    def needed_slots(self, parameters: Any) -> list[str]:
        """The slots that a pack needs words for, with these parameters."""
        return [slot for slot in self.slots if not (key := self.only_with.get(slot)) or getattr(parameters, key, None)]

    ssm: str = ""
    check_parameters: Callable[[Any], Iterable[tuple[str, str]]] = _anything


class _Nothing(NamedTuple):
    """No parameters."""


NO_KIND = Kind(_Nothing, {}, lambda service, _: skipped(service.resources.origin))
"""What stands in for a kind that there is not, where reading a pack goes on behind a problem."""


def kind_names() -> list[str]:
    """The names of all kinds, sorted: ours, and those that installed packages offer."""
    return sorted({*_MODULES, *_offered().names})


def find_kind(name: str) -> Kind | None:
    """The kind of that name: one of ours, or one that an installed package offers as an entry point.

    Raises UsageError for an offer that is no kind.
    """
    module = _MODULES.get(name)
    if module is not None:
        kind = import_module(module).KIND
        assert isinstance(kind, Kind)
        return kind
    return next((_loaded(name, point) for point in _offered().select(name=name)), None)


def _loaded(name: str, point: Any) -> Kind:
    try:
        kind = point.load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"the kind `{name}` cannot be loaded from {point.value}: {error}.") from None
    if not isinstance(kind, Kind):
        raise UsageError(f"{point.value} is offered as the kind `{name}`, and is no `checker.checks.kinds.Kind`.")
    return kind


def offers() -> tuple[str, ...]:
    """The kinds that installed packages offer, each with its package and the version of that."""
    told = ((point.name, point.dist) for point in _offered())
    return tuple(sorted(f"{name} {dist.name} {dist.version}" if dist else name for name, dist in told))


@lru_cache(maxsize=1)
def _offered() -> "EntryPoints":
    from importlib.metadata import entry_points

    return entry_points(group=ENTRY_POINTS)


def parameter_types(kind: Kind) -> dict[str, Any]:
    """The parameters of a kind with their types, in order."""
    return get_type_hints(kind.parameters)


def misfit(value: Any, type_: Any) -> str | None:
    """What a value of a pack should be to be of a parameter's type, in words; None where it is.

    A type that is none of str, bool, int, a tuple of one of these, or a Literal, takes anything.
    """
    if type_ is str and not isinstance(value, str):
        return "a text" if isinstance(value, (list, dict)) or value is None else "a text; put it into quotes"
    if type_ is bool and not isinstance(value, bool):
        return "true or false"
    if type_ is int and type(value) is not int:
        return "a whole number"
    if get_origin(type_) is Literal and value not in get_args(type_):
        return f"one of {', '.join(map(str, get_args(type_)))}"
    if get_origin(type_) is tuple and get_args(type_)[1:] == (...,):
        inner = get_args(type_)[0]
        if not isinstance(value, list):
            return "a list"
        wrong = next((told for one in value if (told := misfit(one, inner)) is not None), None)
        return None if wrong is None else f"a list, and each item of it is {wrong}"
    return None
