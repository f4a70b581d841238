"""One pass of cfn-lint over a template, in this process and with nothing from outside.

cfn-lint's own command line and `api` read `.cfnlintrc` and the template's Metadata, both of which may name Python files
to run. Here neither is read: the rules are handed over one by one, and the template never was a file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.wording import near_name

if TYPE_CHECKING:
    from cfnlint.rules import CloudFormationLintRule

DEFAULT_REGION = "us-east-1"
_KEPT = 64  # passes; a class hands in many equal services, and a watched one goes back and forth

# Rules of errors that say nothing of a deployment, or nothing that holds for this template.
_LEFT_OUT = frozenset(
    (
        "E1002",  # the size of a template: the framework's is longer than this one
        "E1029",  # `${…}` outside of Fn::Sub is a plain text to CloudFormation, and IAM knows such variables
        "E2530",  # runtimes that SnapStart starts: more come
        "E2531",  # runtimes that cannot be created any more: tells the date, not the file
        "E2533",  # runtimes that cannot be updated any more
        "E3043",  # reads the templates of nested stacks
    )
)
_LEFT_OUT_KINDS = re.compile(r"E(0|29)\d\d")  # of cfn-lint itself, of deployment and parameter files
# The versions and sizes of databases take longer to load than all the other rules; no ride goes through one.
_LEFT_OUT_MODULES = "cfnlint.rules.resources.rds."
_UNKNOWN_TYPE = "E3006"
# The form of a type that is registered in an account: `MongoDB::Atlas::Cluster`. Only those of AWS are known here.
_REGISTERED = re.compile(r"(?!aws::)[a-z0-9]{2,64}(::[a-z0-9]{2,64}){2}(::module)?", re.IGNORECASE)
_A_TYPE = re.compile(r"'([^']*)'")


class Match(NamedTuple):
    """What cfn-lint says of one place of a template.

    `validator` is the keyword of JSON Schema that was not met; empty for a rule that is written in Python. `near` is
    the type of resource that was probably meant.
    """

    rule: str
    path: tuple[str | int, ...]
    message: str
    validator: str
    near: str = ""


class _Settings:
    """What cfn-lint reads of its configuration: its errors, and nothing else."""

    configure_rules: dict[str, Any] = {}  # noqa: RUF012 - read only
    include_experimental = False
    ignore_checks: tuple[str, ...] = ()
    include_checks = ("E",)
    mandatory_checks: tuple[str, ...] = ()


one_at_a_time = Lock()
"""To be held during a pass: a rule of cfn-lint remembers the template that it looks at."""


@lru_cache(maxsize=1)
def rules() -> dict[str, CloudFormationLintRule]:
    """The rules to run, by id. The first call imports cfn-lint, which takes half a second."""
    import importlib
    import inspect
    import logging
    import pkgutil

    import cfnlint.rules
    from cfnlint.rules import CloudFormationLintRule
    from cfnlint.rules.jsonschema.CfnLintJsonSchemaRegional import CfnLintJsonSchemaRegional

    logging.getLogger("cfnlint").addHandler(logging.NullHandler())  # or its warnings are printed
    found: dict[str, CloudFormationLintRule] = {}
    for module in pkgutil.walk_packages(cfnlint.rules.__path__, "cfnlint.rules."):
        if module.name.startswith(_LEFT_OUT_MODULES):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            rule: Any = kind
            if kind.__module__ == module.name and issubclass(kind, CloudFormationLintRule) and _counts(rule.id):
                if issubclass(kind, CfnLintJsonSchemaRegional):
                    continue  # lists of a region's instance types, to which others come
                found[rule.id] = rule()
    return found


def _counts(rule: str) -> bool:
    return rule.startswith("E") and rule not in _LEFT_OUT and not _LEFT_OUT_KINDS.fullmatch(rule)


class NoEndError(Exception):
    """A pass over this template was ended from outside once, because it took too long."""


_without_end: OrderedDict[bytes, None] = OrderedDict()


@lru_cache(maxsize=_KEPT)
def matches(text: str, region: str) -> tuple[Match, ...]:
    """What cfn-lint finds in a template (JSON) for a region; the same answer for the same text without a new pass.

    Raises NoEndError for a text whose pass was ended from outside: another one would take as long.
    """
    key = hashlib.sha256(f"{region} {text}".encode(errors="surrogatepass")).digest()
    if key in _without_end:
        raise NoEndError
    try:
        return _pass(text, region)
    except (Exception, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # what bounds the time raises no Exception
        _without_end[key] = None
        while len(_without_end) > _KEPT:
            _without_end.popitem(last=False)
        raise


def _pass(text: str, region: str) -> tuple[Match, ...]:
    from cfnlint.helpers import REGIONS
    from cfnlint.rules import Rules
    from cfnlint.template import Template

    region = region if region in REGIONS else DEFAULT_REGION
    # Without the name of a file, cfn-lint opens no template that a nested stack names.
    template = Template(None, json.loads(text), [region])
    found = Rules(rules()).run(None, template, _Settings)
    told = (_match(one, region) for one in found if getattr(one, "path", None))
    return tuple(dict.fromkeys(one for one in told if one is not None))


def _match(found: Any, region: str) -> Match | None:
    """What was found; None for a type that may be there in the account, or that other regions have."""
    rule, message = str(found.rule.id), str(found.message)
    path = tuple(step if isinstance(step, int) else str(step) for step in found.path)
    near = ""
    if rule == _UNKNOWN_TYPE and (asked := _A_TYPE.search(message)):
        if _REGISTERED.fullmatch(asked[1]) or _is_elsewhere(asked[1]):
            return None
        near = _near_type(asked[1], region)
    return Match(rule, path, message, str(getattr(found, "validator", None) or ""), near)


def _is_elsewhere(type_: str) -> bool:
    from cfnlint.helpers import REGIONS
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    return any(type_ in PROVIDER_SCHEMA_MANAGER.get_resource_types(region) for region in REGIONS)


def _near_type(type_: str, region: str) -> str:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    return near_name(type_, PROVIDER_SCHEMA_MANAGER.get_resource_types(region)) or ""
