"""The type of a plain YAML scalar, by the table of the js-yaml that the framework reads with.

js-yaml 4 types by the core schema, where `yes` and `no` are text, and adds dates. js-yaml 3, of the framework's
version 1, also knows `017`, `1_000` and `1:30` as numbers. osls leaves dates out.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

from checker.serverless.framework import ScalarTable

YAML_TAG = "tag:yaml.org,2002:"
SCALAR_TAGS = frozenset(("binary", "bool", "float", "int", "merge", "null", "str", "timestamp"))

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(?:0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+|[0-9]+)\Z")
_FLOAT = re.compile(r"(?:[-+]?[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_SPECIAL = {"inf": "inf", "Inf": "inf", "INF": "inf", "nan": "nan", "NaN": "nan", "NAN": "nan"}
_NAMED_NUMBER = re.compile(r"(?:([-+]?)\.(?=[iI])|\.(?=[nN]))(\w{3})\Z")
_MAXIMAL_DIGITS = 300  # beyond this JavaScript has only Infinity, and Python refuses to convert

# Texts, for most files need none of these: `re` compiles and keeps each when it is first used.
_OLD_INTEGER = (
    r"[-+]?(?:0b_*[01][01_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*|0[0-7_]*|[1-9][0-9_]*(?:(?::[0-5]?[0-9])+)?)(?<!_)\Z"
)
_OLD_FLOAT = (
    r"(?:[-+]?(?:0|[1-9][0-9_]*)(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9_]+(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)(?<!_)\Z"
)
_MOMENT = (
    r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)"
    r"(?:(?:[Tt]|[ \t]+)(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)"
    r"(?:\.(?P<fraction>\d*))?(?:[ \t]*(?:Z|(?P<sign>[-+])(?P<hours>\d\d?)(?::(?P<minutes>\d\d))?))?)?\Z"
)
_DATE = r"\d{4}-\d\d-\d\d\Z"
_JAVASCRIPT_DATE = "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)"


def typed(text: str, table: ScalarTable = "js-yaml-4") -> str | int | float | bool | None:
    """The value of a plain scalar. A date is the text that the framework writes it as, in UTC."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if text[0] not in "+-.0123456789" or len(text) > _MAXIMAL_DIGITS:
        return text
    number = _old_number(text) if table == "js-yaml-3" else _number(text)
    if number is not None:
        return number
    moment = None if table == "osls" else _moment(text)
    return text if moment is None else f"{moment.isoformat(timespec='milliseconds')}Z"


def key_text(text: str, table: ScalarTable) -> str | None:
    """A plain date as JavaScript writes it where it stands as a key, on a machine whose clock is UTC; else None."""
    moment = _moment(text) if text[:1].isdecimal() and table != "osls" else None
    return None if moment is None else moment.strftime(_JAVASCRIPT_DATE)


def fits(text: str, is_plain: bool, tag: str, table: ScalarTable) -> bool:
    """Whether a text may carry an explicit tag such as `!!int`."""
    value = typed(text, table)
    if tag == "null":
        return value is None and (is_plain or text != "")
    if tag == "bool":
        return isinstance(value, bool)
    if tag in ("int", "float"):
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and (tag == "float" or isinstance(value, int))
    return tag != "timestamp" or _moment(text) is not None


def _number(text: str) -> int | float | None:
    if _INTEGER.match(text):
        prefix = text.lstrip("+-")[:2]
        return _whole(int(text, 0) if prefix in ("0b", "0o", "0x") else int(text, 10))
    number = float(text) if _FLOAT.match(text) else None
    if number is None:
        return _named_number(text)
    return None if math.isinf(number) else _whole(number)


def _old_number(text: str) -> int | float | None:
    """A number as js-yaml 3 reads it: octal after a zero, underscores between digits, sixties after colons."""
    if re.match(_OLD_INTEGER, text):
        digits = text.lstrip("+-").replace("_", "")
        sign = -1 if text[0] == "-" else 1
        if ":" in digits:
            return _whole(sign * _sixties(digits))
        if digits[:2] in ("0b", "0x"):
            return _whole(sign * int(digits, 0))
        return _whole(sign * int(digits, 8 if digits[0] == "0" else 10))
    if not re.match(_OLD_FLOAT, text):
        return _named_number(text)
    digits = text.lstrip("+-").replace("_", "")
    try:
        number = _sixties(digits) if ":" in digits else float(digits)
    except ValueError:  # "._e5", of which nothing is left
        return float("nan")
    return _whole(-number if text[0] == "-" else number)


def _sixties(digits: str) -> float:
    number = 0.0
    for part in digits.split(":"):
        number = number * 60 + float(part)
    return number


def _named_number(text: str) -> float | None:
    """`.inf`, `-.inf` and `.nan`, each in the three spellings that js-yaml takes."""
    found = _NAMED_NUMBER.match(text)
    name = _SPECIAL.get(found.group(2)) if found else None
    return float(f"{found.group(1) or ''}{name}") if found and name else None


def _whole(number: float) -> int | float:
    """The double that JavaScript has, as an integer where it writes one without an exponent."""
    try:
        number = float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    return int(number) if number.is_integer() and abs(number) < 1e21 else number


def _moment(text: str) -> datetime | None:
    """The time in UTC that a plain date names; None for other text. A thirteenth month counts on into the next year."""
    found = re.match(_MOMENT, text)
    if found is None or (found["hour"] is None and not re.match(_DATE, text)):
        return None
    from datetime import datetime, timedelta

    part = {name: int(value) if value and value.isdecimal() else 0 for name, value in found.groupdict().items()}
    century = 1900 if part["year"] < 100 else 0  # as JavaScript's Date.UTC
    year, month = divmod((century + part["year"]) * 12 + part["month"] - 1, 12)
    offset = timedelta(hours=part["hours"], minutes=part["minutes"])
    try:
        moment = datetime(year, month + 1, 1) + timedelta(
            days=part["day"] - 1,
            hours=part["hour"],
            minutes=part["minute"],
            seconds=part["second"],
            milliseconds=int((found["fraction"] or "")[:3].ljust(3, "0")),
        )
        return moment + offset if found["sign"] == "-" else moment - offset
    except (OverflowError, ValueError):  # before the year 1 or after 9999
        return None
