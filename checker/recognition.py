"""Which of a module's services a submission is: by its name, else by the functions and resources it has."""

from __future__ import annotations

from collections.abc import Container, Mapping

from checker.model import NotDeployed, Service, Unknown, text_of
from checker.report import Source
from checker.rulepack import ServiceMark

UNCLEAR = "service_unclear"


def recognised(marks: tuple[ServiceMark, ...], services: Mapping[Source, Service]) -> dict[Source, str | Unknown]:
    """The name that the module has for each source's service; Unknown where neither that source nor the other tells."""
    found = {source: _recognise(marks, service) for source, service in services.items()}
    told = next((name for name in found.values() if isinstance(name, str)), None)
    return {source: told if isinstance(name, Unknown) and told is not None else name for source, name in found.items()}


def _recognise(marks: tuple[ServiceMark, ...], service: Service) -> str | Unknown:
    names = [mark.name for mark in marks]
    name = text_of(service.name) or _of_stack(names, service)
    if name in names:
        assert name is not None
        return name
    known = [
        mark
        for mark in marks
        if _has(service.functions.entries, mark.functions) or _has(service.resources.entries, mark.resources)
    ]
    if len(known) == 1:
        return known[0].name
    listed = ", ".join(names)
    return Unknown(UNCLEAR, service.functions.origin, (("services", listed),))


def _of_stack(names: list[str], service: Service) -> str | None:
    """The service in the name of a stack that is not there: the framework calls it `<service>-<stage>`."""
    stack = service.obstacle.stack if isinstance(service.obstacle, NotDeployed) else ""
    return max((name for name in names if stack.startswith(f"{name}-")), key=len, default=None)


def _has(entries: Container[str], names: tuple[str, ...]) -> bool:
    return any(name in entries for name in names)
