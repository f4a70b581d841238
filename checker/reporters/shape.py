"""Whether what was read back from JSON is of the types that a Report declares: a file may have been edited by hand."""

import math
import types
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from checker.errors import CheckError, ErrorCode
from checker.report import Journey, Report, Verdict
from checker.rulepack import Rule, RulePack

_OURS = (Rule, RulePack)  # not read back


def misfit(report: Report) -> str | None:
    """Which part of a report has not the type that it must have, or None."""
    hints = _hints(Report)
    for name, value in zip(Report._fields, report, strict=True):
        if not _test(hints[name])(value):
            return name
    if not all(check.verdicts and all(map(_has_a_code, check.verdicts.values())) for check in report.checks):
        return "checks"
    return None if report.journey is None or _hangs_together(report.journey) else "journey"


def _has_a_code(verdict: Verdict) -> bool:
    """Whether a verdict's reason is a code, which is shown as it is; a text is escaped where it is shown."""
    return verdict.reason is None or verdict.reason.isprintable()


def _hangs_together(journey: Journey) -> bool:
    """Whether each connection is between two of the stations, and each station is there once."""
    stations = [station.id for station in journey.stations]
    ends = {end for one in journey.connections for end in (one.start, one.end)}
    return len(set(stations)) == len(stations) and ends <= set(stations)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _test(kind: Any) -> Callable[[Any], bool]:
    """What tells whether a value is of a type; numbers have to be finite, and times to name their zone."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in _OURS:
        return lambda value: isinstance(value, kind)
    if kind is float:
        return lambda value: type(value) in (int, float) and math.isfinite(value)
    if kind is int:
        return lambda value: type(value) is int
    if kind is datetime:
        return lambda value: isinstance(value, datetime) and value.tzinfo is not None
    if kind is CheckError:
        return _is_error
    if origin is Literal:
        return lambda value: isinstance(value, str) and value in inner
    if origin in (Union, types.UnionType):
        options = [_test(one) for one in inner]
        return lambda value: any(option(value) for option in options)
    if origin is dict:
        key, entry = map(_test, inner)
        return lambda value: all(key(one) and entry(other) for one, other in value.items())
    if origin in (tuple, frozenset):
        return _sequence(origin, inner)
    if hasattr(kind, "_fields"):
        fields = [_test(hint) for hint in _hints(kind).values()]
        return lambda value: (
            isinstance(value, kind) and all(field(one) for field, one in zip(fields, value, strict=True))
        )
    return lambda value: isinstance(value, kind)


def _sequence(origin: Any, inner: tuple[Any, ...]) -> Callable[[Any], bool]:
    if origin is tuple and inner[-1] is not Ellipsis:
        parts = [_test(one) for one in inner]
        return lambda value: len(value) == len(parts) and all(part(one) for part, one in zip(parts, value, strict=True))
    each = _test(inner[0])
    return lambda value: isinstance(value, origin) and all(each(one) for one in value)


def _is_error(value: Any) -> bool:
    if not isinstance(value, CheckError):
        return False
    told = (value.message, value.advice, *(part for part in (value.file,) if part is not None))
    numbers = [part for part in (value.line, value.column) if part is not None]
    return (
        _test(ErrorCode)(value.code)
        and all(isinstance(text, str) for text in told)
        and all(type(number) is int for number in numbers)
    )
