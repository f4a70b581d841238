"""What an edit must not cost: values elsewhere, permissions of other things, references that lead somewhere.

The checks say whether an edit does what it should. This says whether it does anything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from checker.edits.changes import Steps, dangling, find, granted, references
from checker.edits.outline import Outline
from checker.edits.sections import SETTINGS
from checker.model import Mapping, Scalar, Sequence, Value
from checker.serverless.parsing import parse_json, parse_yaml

_NOTHING = ("NoneType null", "Mapping", "Sequence")
"""What `_leaves` gives for a value that holds nothing."""


def touches_others(before: Outline, after: Outline, touched: Iterable[Steps]) -> bool:
    """Whether a value changes outside of the ways that were meant, as behind an anchor that other places use."""
    ways = tuple(touched)
    old, new = dict(_leaves(before)), dict(_leaves(after))
    changed = {way for way in old.keys() | new.keys() if old.get(way) != new.get(way)}
    # Where nothing stood, something does now: the empty value above what was meant is no value of others.
    filled = {way for way in changed if old.get(way) in _NOTHING and any(way == meant[: len(way)] for meant in ways)}
    return any(not any(way[: len(meant)] == meant for meant in ways) for way in changed - filled)


def loses_permission(before: Outline, after: Outline, action: str) -> bool:
    """Whether an action or resource of a policy statement goes that has nothing to do with the action asked for."""
    service = action.partition(":")[0].lower()
    gone = granted(before) - granted(after)
    return any(_is_of_others(key, text, service) for key, text in gone)


def _is_of_others(key: str, text: str, service: str) -> bool:
    lower = text.lower()
    if lower.startswith((f"{service}:", "aws::")) or f":{service}:" in lower:
        return False
    return ":" in text or (text == "*" and key.endswith("Action"))


def breaks_variables(before: Outline, after: Outline) -> bool:
    """Whether a `${self:…}` leads nowhere that led somewhere."""
    return bool(dangling(after) - dangling(before))


def lost_references(before: Outline, after: Outline) -> bool:
    """Whether a resource of the service is referred to less often."""
    resources = find(after, ("resources", "Resources"))
    names = {key.text for key, _ in resources.last.entries} if resources.is_whole else set()
    was, now = references(before), references(after)
    return any(now[name] < was[name] for name in names)


def takes_from_functions(before: Outline, after: Outline) -> bool:
    """Whether the functions have fewer events, or a setting of a function goes along to where nothing reads it.

    What is taken away altogether was meant to go; what stands as often as before, only deeper, was swept along.
    """
    (events, were), (left, now) = _of_functions(before), _of_functions(after)
    if left < events:
        return True
    gone = were - now
    everywhere = _key_counts(before) - _key_counts(after) if gone else Counter[str]()
    return any(everywhere[key] < count for key, count in gone.items())


def _of_functions(outline: Outline) -> tuple[int, Counter[str]]:
    """How many events the functions have together, and how often each setting stands right below a function's name."""
    events, settings = 0, Counter[str]()
    root = _value(outline)
    top = root.get("functions") if isinstance(root, Mapping) else None
    for functions in top.items if isinstance(top, Sequence) else (top,):
        for body in functions.entries.values() if isinstance(functions, Mapping) else ():
            settings.update(body.entries.keys() & SETTINGS if isinstance(body, Mapping) else ())
            listed = body.get("events") if isinstance(body, Mapping) else None
            events += len(listed.items) if isinstance(listed, Sequence) else listed is not None
    return events, settings


def _key_counts(outline: Outline) -> Counter[str]:
    return Counter(key.text for part in outline.root.walk() for key, _ in part.entries)


def _leaves(outline: Outline) -> Iterator[tuple[Steps, str]]:
    """Every value of the text with the way to it, merges and aliases followed; of an empty collection, its kind."""
    stack: list[tuple[Steps, Value | None]] = [((), _value(outline))]
    while stack:
        way, value = stack.pop()
        if isinstance(value, Mapping) and value.entries:
            stack.extend(((*way, key), inner) for key, inner in value.entries.items())
        elif isinstance(value, Sequence) and value.items:
            stack.extend(((*way, number), item) for number, item in enumerate(value.items))
        elif isinstance(value, Scalar):
            yield way, f"{type(value.value).__name__} {value.text}"
        else:
            yield way, type(value).__name__


def _value(outline: Outline) -> Value | None:
    return (parse_json if outline.is_json else parse_yaml)(outline.text, "")
