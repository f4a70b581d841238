"""What the parameters of a kind have to be beside their types: with others, a check of the kind can never pass."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from checker.wording import near_name, shown

Misfit = tuple[str, str]
"""The name of a parameter, and what is wrong with it: a sentence without its end, for who writes a module."""

_NEAR = 0.6
_LOGICAL_ID = re.compile(r"[A-Za-z0-9]+")  # CloudFormation user guide, "Resources", "Logical ID"
_TYPE = re.compile(r"[A-Za-z0-9]+(::[A-Za-z0-9_@-]+)+")
_PROPERTY = re.compile(r"[A-Za-z0-9]+")
_FUNCTION = re.compile(r"[A-Za-z0-9_-]+")  # the framework's own schema of `functions`
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+")  # Lambda API reference, Environment
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_BRACES = re.compile(r"\{[^{}]*\}")
_PARAMETER = re.compile(r"[A-Za-z0-9_./-]*")  # SSM API reference, PutParameter, Name


def logical_ids(given: Any, *names: str) -> Iterator[Misfit]:
    """Parameters that are not the logical id of a resource."""
    return _unlike(_LOGICAL_ID, "is no logical id; one has letters and digits only", given, names)


def types(given: Any, *names: str) -> Iterator[Misfit]:
    """Parameters that are not the type of a resource."""
    return _unlike(_TYPE, "is no type of a resource; one is written like `AWS::SQS::Queue`", given, names)


def properties(given: Any, *names: str) -> Iterator[Misfit]:
    """Parameters that are not one property of a resource."""
    return _unlike(_PROPERTY, "is no property; one is a single key below `Properties`", given, names)


def functions(given: Any, *names: str) -> Iterator[Misfit]:
    """Parameters that no function can be called."""
    says = "is no name of a function; one has letters, digits, hyphens and underscores"
    return _unlike(_FUNCTION, says, given, names)


def variables(given: Any, *names: str) -> Iterator[Misfit]:
    """Parameters that no variable of a function can be called."""
    says = "is no name of a variable; one has letters, digits and underscores, and a letter first"
    return _unlike(_VARIABLE, says, given, names)


def actions(given: Any, *names: str) -> Iterator[Misfit]:
    """Parameters that are no action of IAM."""
    return _unlike(_ACTION, "is no action; one is written like `sqs:SendMessage`", given, names)


def one_of(known: Iterable[str], given: Any, name: str) -> Iterator[Misfit]:
    """A parameter that is none of the known ones."""
    names = list(known)
    value = getattr(given, name)
    if value not in names:
        near = near_name(value, names, _NEAR)
        advice = f"did you mean `{near}`?" if near else f"it is one of {', '.join(names)}"
        yield name, f"`{shown(value)}` is no {name.replace('_', ' ')} that can be; {advice}"


def together(given: Any, *names: str) -> Iterator[Misfit]:
    """Parameters of which some are given and others are not, though each says nothing without the others."""
    there = [name for name in names if getattr(given, name)]
    missing = [f"`{name}`" for name in names if name not in there]
    if there and missing:
        yield there[0], f"`{there[0]}` says nothing without {' and '.join(missing)} beside it"


def parameter_names(parts: Iterable[str], given: Any, name: str) -> Iterator[Misfit]:
    """A parameter that is no name of an SSM parameter, in which these parts may stand in braces."""
    pattern = getattr(given, name)
    known = [f"{{{part}}}" for part in parts]
    for found in _BRACES.findall(pattern):
        if found not in known:
            near = near_name(found, known, _NEAR)
            advice = f"did you mean `{near}`?" if near else f"{' and '.join(f'`{one}`' for one in known)} do"
            yield name, f"`{shown(found)}` stands for nothing in the name of an SSM parameter; {advice}"
    plain = _BRACES.sub("", pattern)
    if not _PARAMETER.fullmatch(plain):
        yield name, f"`{shown(pattern)}` is no name of an SSM parameter; one has letters, digits and `.`, `-`, `_`, `/`"
    elif "/" in plain and not pattern.startswith("/"):
        yield name, f"`{shown(pattern)}` lacks the slash in front: a name with slashes in it starts with one"


def _unlike(pattern: re.Pattern[str], says: str, given: Any, names: Iterable[str]) -> Iterator[Misfit]:
    """Parameters, or items of them, that are not written like a pattern; an empty one was not given."""
    for name in names:
        value = getattr(given, name)
        for text in (value,) if isinstance(value, str) else value:
            if text and not pattern.fullmatch(text):
                yield name, f"`{shown(text)}` {says}"
