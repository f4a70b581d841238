"""What the kinds that look into one function share: finding it, or telling that it is not there."""

from __future__ import annotations

from checker.checks.finding import Finding, fail, unknown
from checker.model import Function, Service, Unknown

SLOTS: dict[str, tuple[str, ...]] = {"function_absent": ()}


def find_function(service: Service, name: str) -> Function | Finding:
    """The function of that name, or the verdict that it is missing or cannot be told.

    A near name says nothing here: the functions of a service often differ in their endings only. The kind `function`
    knows which names are taken, and lets the one that was meant stand in.
    """
    function = service.functions.get(name)
    if isinstance(function, Unknown):
        return unknown(function)
    return fail("function_absent", service.functions.origin) if function is None else function
