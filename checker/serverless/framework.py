"""Which Serverless Framework a service is deployed with, and how its versions differ in reading."""

import re
from typing import Literal, NamedTuple

from checker.model import Mapping, Scalar

_ANY_MINOR = 9999

ScalarTable = Literal["js-yaml-3", "js-yaml-4", "osls"]
"""How plain scalars are typed: by the js-yaml of version 1, by that of later ones, or by it without dates."""


class Framework(NamedTuple):
    """`serverless`, or its fork `osls`, which counts on from version 3; `version` is (major, minor)."""

    name: Literal["serverless", "osls"] = "serverless"
    version: tuple[int, int] = (3, _ANY_MINOR)

    @property
    def is_version_1(self) -> bool:
        return self.version < (2, 0)

    @property
    def scalars(self) -> ScalarTable:
        if self.is_version_1:
            return "js-yaml-3"
        return "js-yaml-4" if self.name == "serverless" else "osls"


DEFAULT_FRAMEWORK = Framework()


def listed_framework(package: dict[str, object]) -> Framework | None:
    """The framework that a package.json installs."""
    for section in ("dependencies", "devDependencies"):
        listed = package.get(section)
        if not isinstance(listed, dict):
            continue
        if isinstance(wanted := listed.get("osls"), str):
            return Framework("osls", newest_version(wanted))
        if isinstance(wanted := listed.get("serverless"), str):
            return Framework("serverless", newest_version(wanted))
    return None


def wanted_framework(document: Mapping) -> Framework:
    """The framework after `frameworkVersion`; version 3 when nothing is said."""
    wanted = document.get("frameworkVersion")
    return Framework(version=newest_version(wanted.text)) if isinstance(wanted, Scalar) else DEFAULT_FRAMEWORK


def newest_version(wanted: str) -> tuple[int, int]:
    """The newest (major, minor) that a version range of npm allows, as an installation would take it.

    An open end means the newest version that this workshop's plugins work with, which is 3.
    """
    if re.search(r"[:/#]", wanted):  # an address, not a range
        return DEFAULT_FRAMEWORK.version
    bounds = re.findall(r"(<=?|>=?|\^|~|=)?\s*v?(\d{1,4})(?:\.(\d{1,4}|[x*]))?(?:\.[\dx*]+)?", wanted.split("||")[-1])
    if not bounds:
        return DEFAULT_FRAMEWORK.version
    for operator, major, minor in bounds:
        if operator == "<" and minor in ("", "0"):
            return int(major) - 1, _ANY_MINOR
        if operator in ("<", "<="):
            return int(major), int(minor) if minor.isdecimal() else _ANY_MINOR
    operator, major, minor = bounds[-1]
    if operator in (">", ">="):
        return max((int(major), _ANY_MINOR), DEFAULT_FRAMEWORK.version)
    return int(major), int(minor) if minor.isdecimal() and operator != "^" else _ANY_MINOR
