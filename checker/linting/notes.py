"""What cfn-lint finds in a service → notes at the attendee's own lines, in words of the rules."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple

from checker.engine import evidence
from checker.linting.running import DEFAULT_REGION, Match, matches, one_at_a_time, rules
from checker.linting.template import UNTOLD, Draft, Plain, TooMuchError, draft, is_generated, is_untold
from checker.linting.words import LintWords, lint_words
from checker.model import Mapping, Scalar, Sequence, Service, is_empty, text_of, walk
from checker.report import MORE, NOT_LINTED, Evidence, LintNote
from checker.rulepack import fill
from checker.wording import near_name, shown

MOST_NOTES = 20

Path = tuple[str | int, ...]

_MOST_VALUES_NAMED = 6
_MOST_DIGITS = 15
_SHORTEST_SLIP = 5
_NEAR_ENOUGH = 0.6  # attributes and values are few, and short
# Keywords of JSON Schema that are about what stands there, and never about what is missing; rules in Python have none.
_OF_WHAT_IS_THERE = frozenset(("", "type", "enum", "const", "pattern", "format", "additionalProperties", "cfnLint"))
_OF_WHAT_IS_THERE |= {"minLength", "maxLength", "minimum", "maximum", "maxItems", "uniqueItems", "ref"}
_OF_WHAT_IS_THERE |= {"fn_getatt", "fn_sub", "fn_if", "fn_findinmap", "fn_join", "fn_select", "fn_split"}
_ON_DEMAND, _FIXED = "E3638", "E3639"
_BILLING, _THROUGHPUT = "BillingMode", "ProvisionedThroughput"
_CIRCLE, _TYPE = "E3004", "E3006"
_NOT_LISTED = re.compile(r"(?P<found>.+?) is not one of \[(?P<values>.*)\]", re.DOTALL)
_NO_ARN = re.compile(r".* does not match '\^\(arn:.*\|\\+\*\)\$'", re.DOTALL)
_NO_FORM = re.compile(r".*( does not match '| is not a '[^']*' with pattern ').*", re.DOTALL)
_NO_NAME = "does not match any of the regexes"
_FORMS, _LENGTHS = ("pattern", "format"), ("minLength", "maxLength")
_UNEXPECTED = re.compile(r"\('(?P<name>.*?)' was unexpected(?:\. Did you mean '(?P<near>[^']*)'\?)?")
_REQUIRED = re.compile(r"'(?P<name>[^']*)' is a required property")
_ONE_OF = re.compile(r"Only one of \[(?P<names>[^\]]*)\] is a required property")
_WRONG_TYPE = re.compile(r" is not of type (?P<types>'?\w+'?(?:, '?\w+'?)*)$")
_MIDNIGHT = re.compile(r"(?P<date>\d{4}-\d\d-\d\d)T00:00:00\.000Z")
_WITH = re.compile(r"Circular dependency with \[(?P<others>[^\]]*)\]")
_ATTRIBUTES = re.compile(
    r"AttributeDefinitions: \[(?P<defined>[^\]]*)\] and KeySchemas: \[(?P<used>[^\]]*)\] must match"
)
_STUMBLED = re.compile(r'(Unknown exception while|Exception ".*" raised while)', re.DOTALL)
_UNREACHABLE = re.compile(r".* is not reachable\. When setting condition ", re.DOTALL)
_RESOLVED = re.compile(r" when '[^']*' is resolved$")
# New ones come every year, and CloudFormation asks the service, not a list.
_GROWING = frozenset(("Runtime", "CompatibleRuntimes", "InstanceType", "InstanceTypes", "NodeType", "EngineVersion"))
_FUNCTION_ENDING = "LambdaFunction"
_QUOTED = re.compile(r"'([^']*)'")
_LONGEST_QUOTE = 32
_LONG_QUOTE = re.compile(rf"'([^']{{{_LONGEST_QUOTE + 1},}})'")
_VALUE = re.compile(r"'([^']*)'|([^',\s]+)")
_UNKNOWN_TYPE = re.compile(r"Resource type '(?P<type>[^']*)' does not exist")


class Words(NamedTuple):
    """A sentence's slot with its facts, and the name that was probably meant."""

    slot: str
    facts: dict[str, str]
    near: str | None = None


def lint(service: Service, limit: Callable[[], AbstractContextManager[None]]) -> tuple[LintNote, ...]:
    """What would break the deployment of a service that was read from its file, in the order of the file.

    `limit` bounds the time: it is entered when cfn-lint is imported and it is this service's turn. What it raises, and
    what cfn-lint does, goes on to the caller.
    """
    rules()
    said_in = lint_words()
    with one_at_a_time, limit():
        template = draft(service)
        if template is None:
            return ()
        region = text_of(service.region)
        if region is None or is_untold(service.region):
            region = DEFAULT_REGION
        try:
            text = json.dumps(Plain().of(template.template))
        except TooMuchError:
            return (LintNote(NOT_LINTED, said_in.say["too_large"]),)
        found = matches(text, region)
        held = [one for one in found if _holds(one, template)]
        return _bounded(_notes(held, _circles(found), template, service, said_in), said_in)


def not_linted() -> tuple[LintNote, ...]:
    """What is said when cfn-lint did not come to an end."""
    return (LintNote(NOT_LINTED, lint_words().say["not_linted"]),)


def _holds(match: Match, template: Draft) -> bool:
    """Whether a match is about what stands in the attendee's file, and would be there whatever cannot be told."""
    value = template.at(match.path)
    if value is None or is_generated(value.origin) or UNTOLD in match.message or _STUMBLED.match(match.message):
        return False
    if _UNREACHABLE.match(match.message):  # CloudFormation does not look which branches can be taken
        return False
    is_of_list = match.validator == "enum" or (_NOT_LISTED.match(match.message) and _RESOLVED.search(match.message))
    if is_of_list and not _GROWING.isdisjoint(map(str, match.path)):
        return False
    is_change = match.path[0] == "Resources" and not template.changes.isdisjoint(map(str, match.path[1:2]))
    if is_change and match.validator not in _OF_WHAT_IS_THERE:
        return False
    # A keyword of JSON Schema is about the value itself; a rule written in Python may look at all that is in it.
    return bool(match.validator) or not any(is_untold(one) for _, one in walk(value))


def _circles(found: Iterable[Match]) -> dict[str, frozenset[str]]:
    """For each resource that waits for itself, all that wait for each other with it."""
    circles: dict[str, frozenset[str]] = {}
    for match in found:
        if match.rule == _CIRCLE and len(match.path) > 1 and (told := _WITH.search(match.message)):
            ends = (str(match.path[1]), *told["others"].split(", "))
            circle = frozenset().union(ends, *(circles.get(end, ()) for end in ends))
            circles.update(dict.fromkeys(circle, circle))
    return circles


def _notes(
    found: list[Match], circles: dict[str, frozenset[str]], template: Draft, service: Service, said_in: LintWords
) -> Iterator[LintNote]:
    told_circles: set[frozenset[str]] = set()
    without_form = {match.path for match in found if match.validator in _FORMS}
    meant_on_demand = {
        match.path[:2] for match in found if near_name(str(match.path[-1]), [_BILLING]) or match.path[-1] == _BILLING
    }
    for match in sorted(found, key=lambda match: _place(match, template)):
        circle = circles.get(str(match.path[1])) if match.rule == _CIRCLE and len(match.path) > 1 else None
        if circle is not None:
            if circle in told_circles:
                continue
            told_circles.add(circle)
        if match.validator in _LENGTHS and match.path in without_form:
            continue
        if match.rule == _FIXED and match.path[:2] in meant_on_demand:
            continue  # one mistake, which is said where it was made
        words = _words(match, template, said_in) if circle is None else _circle(str(match.path[1]), circle)
        if words is None:
            continue
        path = _shown_path(match)
        value = template.at(path)
        assert value is not None
        places = tuple(evidence(origin, service) for origin in value.origin.chain())
        words = _as_date(words, places[0])
        message = fill(said_in.say[words.slot], words.facts)
        if words.near is not None:
            message = f"{message} {fill(said_in.say['near'], {'near': shown(words.near)})}"
        yield LintNote(match.rule, message, places)


def _place(match: Match, template: Draft) -> tuple[str, int, int, str]:
    value = template.at(match.path)
    return (*(("", 0, 0) if value is None else value.origin.place), match.rule)


def _bounded(notes: Iterator[LintNote], said_in: LintWords) -> tuple[LintNote, ...]:
    """The notes in the order of the file, each place and sentence once, and no more than people read."""
    by_place: dict[tuple[str, int, int, str], LintNote] = {}
    for note in notes:
        first = note.evidence[0]
        by_place.setdefault((first.file, first.line, first.column, note.message), note)
    ordered = [by_place[key] for key in sorted(by_place)]
    left = len(ordered) - MOST_NOTES
    if left <= 0:
        return tuple(ordered)
    return (*ordered[:MOST_NOTES], LintNote(MORE, fill(said_in.say["more"], {"count": str(left)})))


def _shown_path(match: Match) -> Path:
    """Where the note belongs: for a throughput, the whole of it."""
    if match.rule == _ON_DEMAND and _THROUGHPUT in match.path:
        return match.path[: match.path.index(_THROUGHPUT) + 1]
    return match.path


def _words(match: Match, template: Draft, said_in: LintWords) -> Words | None:
    """How a match is said; None for one that cannot be held against this service, or that another one tells."""
    path, message = match.path, match.message
    resource = shown(str(path[1])) if len(path) > 1 else ""
    if match.rule == _ON_DEMAND:
        return Words("throughput_on_demand", {"resource": resource})
    if match.rule == _FIXED:
        return None if template.partial else Words("throughput_missing", {"resource": resource})
    if match.rule == _TYPE and (told := _UNKNOWN_TYPE.search(message)):
        return Words("unknown_type", {"type": shown(told["type"])}, match.near or None)
    if told := _UNEXPECTED.search(message):
        return _unexpected(told["name"], told["near"], path, template)
    if _NO_NAME in message and len(path) > 1:
        if path[0] == "Resources" and len(path) == 2:
            return Words("wrong_name", {"name": resource})
        return Words("wrong_form", {"found": shown(str(path[-1])), "name": _name(path[:-1])})
    if told := _REQUIRED.fullmatch(message):
        return _missing(told["name"], path, template)
    if told := _ONE_OF.search(message):
        return None if template.partial else Words("one_of", {"names": _listed(_QUOTED.findall(told["names"]))})
    if told := _NOT_LISTED.fullmatch(message):
        return _not_listed(told["found"].strip("'"), _values(told["values"]), path, template)
    if "is not a valid GetAtt" in message:
        return Words("get_att_form", {})
    if _NO_ARN.fullmatch(message) and isinstance(value := template.at(path), Scalar):
        return Words("no_arn", {"found": shown(value.shown)})
    if _NO_FORM.fullmatch(message):
        value = template.at(path)
        if match.validator in _FORMS and isinstance(value, Scalar):
            return Words("wrong_form", {"found": shown(value.shown), "name": _name(path)})
        return Words("wrong_form_given", {"name": _name(path)})
    if told := _ATTRIBUTES.search(message):
        return Words(
            "key_attributes",
            {key: _listed(sorted(_QUOTED.findall(told[key]))) or "none" for key in ("defined", "used")},
        )
    if told := _WRONG_TYPE.search(message):
        asked = re.findall(r"\w+", told["types"])
        expected = [words for name, words in said_in.types.items() if name in asked]
        if expected:
            text = " or ".join(expected)
            return Words("wrong_type", {"expected": text[:1].upper() + text[1:]})
    return Words("other", {"rule": match.rule, "message": shown(_LONG_QUOTE.sub(_cut, message))})


def _cut(quoted: re.Match[str]) -> str:
    """A long name within a message of cfn-lint, which says its own behind it."""
    return f"'{quoted[1][:_LONGEST_QUOTE]}…'"


def _circle(resource: str, circle: frozenset[str]) -> Words:
    members = [resource, *sorted(circle - {resource})]
    if len(members) == 1:
        return Words("waits_for_itself", {"resource": shown(resource)})
    left = len(members) - _MOST_VALUES_NAMED
    told = _listed(members) if left <= 0 else f"{_listed(members[:_MOST_VALUES_NAMED])} (and {left} more)"
    return Words("circle", {"members": told})


def _as_date(words: Words, place: Evidence) -> Words:
    """Words for a value that stands in the file as a date without quotes, and is a time to the framework."""
    told = _MIDNIGHT.fullmatch(words.facts.get("found", ""))
    if told is None or not words.slot.startswith("wrong_value") or any(told[0] in line for _, line in place.excerpt):
        return words
    return Words("date", {"date": told["date"]})


def _name(path: Path) -> str:
    """The property at a path, or the one whose list or function leads there."""
    names = [step for step in path if isinstance(step, str) and step != "Ref" and not step.startswith("Fn::")]
    return shown(names[-1])


def _values(listed: str) -> list[str]:
    """The values in a list as Python prints it: texts and numbers."""
    return [text or number for text, number in _VALUE.findall(listed)]


def _unexpected(name: str, near: str | None, path: Path, template: Draft) -> Words:
    value = template.at(path)
    if path[0] == "Resources" and len(path) > 2 and isinstance(value, Mapping) and text_of(value.get("Type")):
        return Words("resource_inside", {"name": shown(name), "resource": shown(str(path[1]))})
    if len(path) == 1:
        return Words("unknown_section", {"name": shown(name)}, near)
    if path[0] == "Resources" and len(path) == 3 and near is None:
        return Words("outside_properties", {"name": shown(name), "resource": shown(str(path[1]))})
    return Words("unknown_property", {"name": shown(name), "holder": _holder(path[:-1], template)}, near)


def _missing(name: str, path: Path, template: Draft) -> Words | None:
    if template.partial:
        return None
    if path[0] == "Resources" and len(path) == 2 and name == "Type":
        if template.others and not is_empty(template.at(path)):
            return None  # a change of what a plugin makes, perhaps
        return Words("no_type", {"resource": shown(str(path[1]))})
    if path[-1] == _THROUGHPUT:
        billing = template.at((*path[:-1], _BILLING))
        if text_of(billing) == "PAY_PER_REQUEST":  # an empty one beside it
            return Words("throughput_on_demand", {"resource": shown(str(path[1]))})
    return Words("required", {"name": shown(name), "holder": _holder(path, template)})


def _holder(path: Path, template: Draft) -> str:
    """What a property belongs to: the type of the resource, or the key of a mapping inside it."""
    if path[:1] == ("Resources",) and len(path) <= 3:
        resource = template.at(path[:2])
        type_ = text_of(resource.get("Type")) if isinstance(resource, Mapping) else None
        return f"`{shown(type_ if type_ and len(path) == 3 else str(path[-1]))}`"
    return f"`{_name(path)}`"


def _not_listed(found: str, values: list[str], path: Path, template: Draft) -> Words | None:
    """A value that is not among those that may stand there: a name, an attribute, or one of a property."""
    function = _function(path)
    if function is None:
        if not isinstance(template.at(path), Scalar):
            return None  # that it is no single value is said by another rule
        near = _near_value(found, values)
        if len(values) > _MOST_VALUES_NAMED:
            return Words("wrong_value_of_many", {"found": shown(found)}, near)
        return Words("wrong_value", {"found": shown(found), "values": _listed(values)}, near)
    value = template.at(path)
    if function in ("Ref", "DependsOn", "Condition") and not (
        isinstance(value, Scalar) and isinstance(value.value, str)
    ):
        return None  # that it is no text is said by another rule
    if function == "Condition":
        near = near_name(found, values)
        return None if template.partial else Words("missing_condition", {"name": shown(found)}, near)
    if function == "Fn::FindInMap":
        return None if template.partial else Words("missing_mapping", {"name": shown(found)}, near_name(found, values))
    if not found:
        return Words("get_att_form", {})
    if (resource := _attribute_of(found, path, template)) is not None:
        facts = {"resource": shown(resource), "attribute": shown(found)}
        return Words("wrong_attribute", facts, near_name(found, values, _NEAR_ENOUGH))
    if template.partial or template.unread or found in template.names:
        return None
    names = sorted(template.names)
    if template.others:
        near = next((name for name in names if _is_slip(found, name)), None)
        return None if near is None else Words("missing_reference", {"name": shown(found)}, near)
    return Words("missing_reference", {"name": shown(found)}, near_name(found, names))


def _near_value(found: str, values: list[str]) -> str | None:
    numbers = [value for value in values if value.isdecimal()]
    if not found.isdecimal() or len(found) > _MOST_DIGITS or len(numbers) != len(values):
        return near_name(found, values, _NEAR_ENOUGH)
    return min(numbers, key=lambda number: abs(int(number) - int(found)), default=None)


def _is_slip(found: str, name: str) -> bool:
    """Whether a name is another one with two letters swapped or in other capitals, and nothing that a plugin made."""
    found, name = found.removesuffix(_FUNCTION_ENDING), name.removesuffix(_FUNCTION_ENDING)
    if len(found) != len(name) or len(found) < _SHORTEST_SLIP or found == name:
        return False
    found, name = found.casefold(), name.casefold()
    apart = [place for place, pair in enumerate(zip(found, name, strict=False)) if pair[0] != pair[1]]
    if not apart:
        return True
    first, last = apart[0], apart[-1] + 1
    swapped = found[first:last]
    return len(apart) == 2 == len(swapped) and swapped == name[first:last][::-1] and not swapped.isdecimal()


def _function(path: Path) -> str | None:
    """The function or key at the end of a path that names something of the template."""
    if path[-2:] == ("Fn::If", 0):
        return "Condition"
    for step in reversed(path):
        if step in ("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::FindInMap", "DependsOn", "Condition"):
            return str(step)
        if not isinstance(step, int):
            break
    return None


def _attribute_of(found: str, path: Path, template: Draft) -> str | None:
    """The resource whose attribute does not exist, where it is an attribute that is meant."""
    value = template.at(path)
    if path[-2:] == ("Fn::GetAtt", 1):
        pair = template.at(path[:-1])
        return text_of(pair.items[0]) if isinstance(pair, Sequence) else None
    if path[-1] == "Fn::GetAtt":
        name, dot, _ = (text_of(value) or "").partition(".")
        return name if dot and name != found else None
    if "Fn::Sub" in path:
        text = value.items[0] if isinstance(value, Sequence) and value.items else value
        for name, attribute in re.findall(r"\$\{\s*([A-Za-z0-9]+)\.([^}]+?)\s*\}", text_of(text) or ""):
            if attribute == found and name in template.names:
                return str(name)
    return None


def _listed(names: list[str]) -> str:
    quoted = [f"`{shown(name)}`" for name in names]
    return " and ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else "".join(quoted)
