"""What AWS answers → values that know which call they come from."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from datetime import date
from typing import Any

from checker.aws.calls import Call
from checker.model import Mapping, Origin, Scalar, Sequence, Value


def origin_of(call: Call, path: str) -> Origin:
    """A place in the answer of a call; it has no line."""
    return Origin(call.action, 0, 0, path)


def value_of(data: Any, origin: Origin) -> Value:
    """Plain data as values, each with its path below `origin`; dates and bytes become their text."""
    if isinstance(data, MappingABC):
        entries = {
            str(key): value_of(item, origin._replace(path=f"{origin.path}.{key}" if origin.path else str(key)))
            for key, item in data.items()
        }
        return Mapping(entries, origin)
    if isinstance(data, (list, tuple)):
        items = (value_of(item, origin._replace(path=f"{origin.path}[{index}]")) for index, item in enumerate(data))
        return Sequence(tuple(items), origin)
    if data is None or isinstance(data, (str, bool, int, float)):
        return Scalar(data, origin)
    return Scalar(data.isoformat() if isinstance(data, date) else str(data), origin)
