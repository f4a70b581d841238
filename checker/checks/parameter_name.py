"""The name of an SSM parameter that a rule pack gives with `{service}` and `{stage}` in it."""

from __future__ import annotations

from checker.model import Scalar, Service, Unknown

PARTS = ("service", "stage")


def parameter_name(pattern: str, service: Service) -> Scalar | Unknown:
    """The name with the service's name and stage in it; `shown` of it holds nothing of the environment."""
    values = {"service": service.name, "stage": service.stage}
    text = shown = pattern
    origin = service.functions.origin
    for part in PARTS:
        if f"{{{part}}}" not in pattern:
            continue
        value = values[part]
        if not isinstance(value, Scalar):
            return value if isinstance(value, Unknown) else Unknown("not_in_template", origin)
        text = text.replace(f"{{{part}}}", value.text)
        shown = shown.replace(f"{{{part}}}", value.shown)
    return Scalar(text, origin, shown if shown != text else None)
