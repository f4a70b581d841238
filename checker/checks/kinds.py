"""The kinds of check by name; each module is imported when a rule pack first uses its kind."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from checker.checks.finding import Finding
from checker.model import Service

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


class Kind(NamedTuple):
    """A kind of check.

    `parameters` is a named tuple class, filled from the pack's `given`. `slots` are the ways to fail, each with the
    names of the facts that its sentence may use beside the parameters. `judge` is pure: it opens no file, asks no clock
    and changes nothing. `finds` is the parameter that names what the check looks for: what it finds under another name
    (`stands_in`) takes its place in the checks that ask for the same. `only_with` are slots that the kind takes only
    where a parameter is given, with that parameter: without it, a pack needs no words for them. `ssm` is the parameter
    that names an SSM parameter whose value the kind needs of a deployed service.
    """

    parameters: Any
    slots: Mapping[str, tuple[str, ...]]
    judge: Callable[[Service, Any], Finding]
    finds: str = "logical_id"
    only_with: Mapping[str, str] = _NONE
    ssm: str = ""


def kind_names() -> list[str]:
    """The names of our own kinds, sorted."""
    return sorted(_MODULES)


def find_kind(name: str) -> Kind | None:
    """The kind of that name: one of ours, or one that an installed package offers as an entry point."""
    module = _MODULES.get(name)
    if module is not None:
        kind = import_module(module).KIND
    else:
        from importlib.metadata import entry_points

        offered = entry_points(group=ENTRY_POINTS, name=name)
        kind = next((point.load() for point in offered), None)
    assert kind is None or isinstance(kind, Kind)
    return kind
