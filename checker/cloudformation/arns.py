"""ARNs before the deployment: texts in which some parts are not known yet, and patterns that match them.

The sixth segment of a pattern may hold colons; a wildcard never reaches over a colon before it, and an ARN with fewer
than six segments is completed with `*` (IAM User Guide, "IAM JSON policy elements: Resource").
"""

import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import NamedTuple

from checker.cloudformation.intrinsics import Reference, Text, joined, text_value
from checker.model import Resource, Service, Unknown, text_of

_PSEUDO = {"partition": "AWS::Partition", "region": "AWS::Region", "account": "AWS::AccountId"}

_TOPIC = "AWS::SNS::Topic"
_TABLE = "AWS::DynamoDB::Table"
_BUCKET = "AWS::S3::Bucket"
# Resource types whose ARN can be written down: service, prefix of the sixth segment, property that names it. Of any
# other type, only what names the resource itself is known to be its ARN.
_NAMED_TYPES = {
    "AWS::SQS::Queue": ("sqs", "", "QueueName"),
    _TOPIC: ("sns", "", "TopicName"),
    _TABLE: ("dynamodb", "table/", "TableName"),
    _BUCKET: ("s3", "", "BucketName"),
}
_REF_IS_NAME = (_TABLE, _BUCKET)
_LONGEST_BUCKET_NAME = 63
_LONGEST_RANDOM = 13
_OF_OBJECTS = ("s3:abortmultipartupload", "s3:listmultipartuploadparts")


REF_IS_ARN = ""
"""`Ref`, among the attributes that are a resource's ARN."""


def arn_attributes(type_: str) -> tuple[str, ...]:
    """The attributes of a resource that are its ARN, `Ref` among them where it is.

    A topic has no attribute `Arn` (CloudFormation reference, AWS::SNS::Topic, "Return values").
    """
    return (REF_IS_ARN, "TopicArn") if type_ == _TOPIC else ("Arn",)


def is_of_objects(action: str) -> bool:
    """Whether an action of S3 is one on the objects of a bucket, whose ARNs go on behind the bucket's with `/`.

    A statement with the bucket's own ARN does not allow it (Service Authorization Reference, "Amazon S3").
    """
    small = action.lower()
    return small in _OF_OBJECTS or (small.startswith("s3:") and "object" in small and "bucket" not in small)


class Wildcard(Enum):
    """A wildcard of an IAM pattern."""

    ANY_TEXT = "*"
    ONE_CHARACTER = "?"


Atom = str | Wildcard | Reference
"""One character, or something that stands for some."""

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-isob-": "aws-iso-b", "us-iso-": "aws-iso"}
_LONGEST_PATTERN = 2048  # characters; no ARN is longer
_RANDOM = "random"
_SMALL_RANDOM = "random, in small letters"
_CHARACTERS = {
    _RANDOM: re.compile(r"[A-Z0-9]"),
    _SMALL_RANDOM: re.compile(r"[a-z0-9]"),
    "AWS::AccountId": re.compile(r"[0-9]"),
    "AWS::Region": re.compile(r"[a-z0-9-]"),
    "AWS::Partition": re.compile(r"[a-z-]"),
    "AWS::StackName": re.compile(r"[A-Za-z0-9-]"),
}
_ANY = re.compile(r".", re.DOTALL)
_ARN_START = "arn:"
_OBJECT = "object"


class Arns(NamedTuple):
    """What the ARNs of one service's resources are made of."""

    service: Service

    def of(self, logical_id: str, type_: str) -> list[Text]:
        """The six segments of the ARN that a resource of this type has under this logical id."""
        resource = self.service.resources.entries.get(logical_id)
        service, prefix, property_ = _NAMED_TYPES[type_]
        account = (self.service.account or Reference(_PSEUDO["account"]),)
        return [
            ("arn",),
            (Reference(_PSEUDO["partition"]),),
            (service,),
            *([(), ()] if type_ == _BUCKET else [self._region(), account]),
            joined([prefix, *self.name(logical_id, resource, property_)]),
        ]

    def name(self, logical_id: str, resource: Resource | None, property_: str) -> Text:
        """The physical name: the one given, or the one that CloudFormation generates.

        That of a bucket is in small letters; a long one is cut, and then its deployment alone tells it.
        """
        given = resource.get(property_) if resource is not None else None
        if given is not None:
            text = text_value(given)
            if isinstance(text, Unknown):
                return (Reference(logical_id, property_),)
            return joined([piece for part in text for piece in self._pseudo(part)])
        stack = self.service.stack_name
        if property_ == _NAMED_TYPES[_BUCKET][2]:
            start = f"{stack or ''}-{logical_id}-".lower()
            is_cut = not stack or len(start) + _LONGEST_RANDOM > _LONGEST_BUCKET_NAME
            return (Reference(logical_id, property_),) if is_cut else (start, Reference(logical_id, _SMALL_RANDOM))
        return joined([stack or Reference("AWS::StackName"), f"-{logical_id}-", Reference(logical_id, _RANDOM)])

    def _partition(self) -> str:
        """The partition of the service's region (AWS General Reference, "Amazon Resource Names")."""
        region = text_of(self.service.region) or ""
        return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")

    def _region(self) -> Text:
        region = text_of(self.service.region)
        return (region,) if region else (Reference(_PSEUDO["region"]),)

    def expand(self, text: Text) -> Text:
        """The text with each `Arn` and name of a known resource written out."""
        parts: list[str | Reference] = []
        for part in text:
            known = self._pseudo(part)
            parts.extend(self._expand_attribute(part) if known == (part,) and isinstance(part, Reference) else known)
        return joined(parts)

    def _pseudo(self, part: str | Reference) -> Text:
        """A piece of a text with the region and the stack's name written out, where they are known."""
        if isinstance(part, Reference) and part.name == _PSEUDO["region"]:
            return self._region()
        if isinstance(part, Reference) and part.name == "AWS::StackName" and self.service.stack_name:
            return (self.service.stack_name,)
        return (part,)

    def _expand_attribute(self, part: Reference) -> Text:
        resource = self.service.resources.entries.get(part.name)
        type_ = text_of(resource.type) if resource is not None else None
        if type_ not in _NAMED_TYPES or part.dotted:
            return (part,)
        name_property = _NAMED_TYPES[type_][2]
        refers_to_name = part.attribute == "" and type_ in _REF_IS_NAME
        if part.attribute == name_property or refers_to_name:
            return self.name(part.name, resource, name_property)
        if part.attribute not in arn_attributes(type_):
            return (part,)
        return _unsegmented(self.of(part.name, type_))

    def matches(self, pattern: Text, logical_id: str, type_: str, action: str = "") -> bool | None:
        """Whether an IAM resource pattern covers the resource; None where only the deployment tells.

        For an action on the objects of a bucket, it is whether the pattern covers every one of them.
        """
        below = (Reference(logical_id, _OBJECT),) if type_ == _BUCKET and is_of_objects(action) else ()
        if len(pattern) == 1 and isinstance(pattern[0], Reference):
            matched = self._reference_matches(pattern[0], logical_id, type_)
            return False if matched and below else matched
        expanded = self.expand(pattern)
        if sum(len(part) for part in expanded if isinstance(part, str)) > _LONGEST_PATTERN:
            return False
        if expanded == ("*",):
            return True
        if type_ not in _NAMED_TYPES:
            return self._matches_unwritten(pattern, logical_id, type_)
        segments = _segments(expanded)
        target = self.of(logical_id, type_)
        if below:
            target[-1] = joined([*target[-1], "/", *below])
        if sum(len(part) for segment in target for part in segment if isinstance(part, str)) > _LONGEST_PATTERN:
            return False
        verdict: bool | None = True
        for index, wanted in enumerate(target):
            given = segments[index] if index < len(segments) else ("*",)
            matched = self._segment_matches(index, given, wanted)
            if matched is False:
                return False
            verdict = verdict if matched else None
        return verdict

    def _matches_unwritten(self, pattern: Text, logical_id: str, type_: str) -> bool | None:
        """The same for a type whose ARN cannot be written down: what goes on behind the resource's own is another's."""
        first = pattern[0] if pattern else ""
        if isinstance(first, Reference) and not first.name.startswith("AWS::"):
            if first.name != logical_id:
                return False if first.name in self.service.resources.entries else None
            is_own = first.attribute in arn_attributes(type_) and not first.dotted
            return is_own and match(_atoms(pattern[1:], pattern=True), [])
        return match(_atoms(pattern, pattern=True), [*_ARN_START, Reference(logical_id, arn_attributes(type_)[0])])

    def is_reference(self, text: Text, logical_id: str, type_: str) -> bool | None:
        """Whether a text is what `Ref` of the resource gives; None where only the deployment tells."""
        if text == (Reference(logical_id),):
            return True
        if REF_IS_ARN in arn_attributes(type_):
            is_pattern = any(isinstance(part, str) and set("*?") & set(part) for part in text)
            return False if is_pattern else self.matches(text, logical_id, type_)
        wanted, given = self.expand((Reference(logical_id),)), self.expand(text)
        whole = text[0] if len(text) == 1 else None
        if wanted == given or (isinstance(whole, Reference) and whole.name in self.service.resources.entries):
            return wanted == given
        return match(_atoms(given, pattern=False), _atoms(wanted, pattern=False))

    def _reference_matches(self, reference: Reference, logical_id: str, type_: str) -> bool | None:
        """Whether one reference is the resource's ARN."""
        if reference.name == logical_id:
            return reference.attribute in arn_attributes(type_) and not reference.dotted
        resource = self.service.resources.entries.get(reference.name)
        if resource is None:
            # A parameter may hold anything; an attribute belongs to another resource, and no name holds a dot.
            return False if reference.attribute or reference.name.startswith("AWS::") or "." in reference.name else None
        expanded = self.expand((reference,))
        if len(expanded) == 1 or reference.dotted or type_ not in _NAMED_TYPES:
            return False
        return _unsegmented(self.of(logical_id, type_)) == expanded

    def _segment_matches(self, index: int, given: Text, wanted: Text) -> bool | None:
        if given == wanted:
            return True
        literal = given[0] if len(given) == 1 and isinstance(given[0], str) else None
        if index == 1 and literal is not None:
            return match(_atoms(given, pattern=True), list(self._partition()))
        is_account = index == 4 and literal is not None and literal.isdecimal() and len(literal) == 12
        if is_account and self.service.account is None:
            return True  # a number is taken for the account of the deployment; no file tells which one that is
        return match(_atoms(given, pattern=True), _atoms(wanted, pattern=False))


def _unsegmented(segments: list[Text]) -> Text:
    parts: list[str | Reference] = []
    for index, segment in enumerate(segments):
        parts.extend((":", *segment) if index else segment)
    return joined(parts)


def _segments(text: Text) -> list[Text]:
    """The text split at its first five colons."""
    segments: list[list[str | Reference]] = [[]]
    for part in text:
        if not isinstance(part, str):
            segments[-1].append(part)
            continue
        first, *rest = part.split(":", 6 - len(segments))
        segments[-1].append(first)
        segments.extend([piece] for piece in rest)
    return [joined(segment) for segment in segments]


def _atoms(text: Text, pattern: bool) -> list[Atom]:
    atoms: list[Atom] = []
    for part in text:
        if isinstance(part, Reference):
            atoms.append(part)
        else:
            atoms.extend(Wildcard(c) if pattern and c in "*?" else c for c in part)
    return atoms


def match(pattern: list[Atom], text: list[Atom]) -> bool | None:
    """Whether a pattern matches a text: True for whatever its unknown parts become, False for nothing, else None."""
    if _reaches(pattern, text, _certain_steps):
        return True
    return None if _reaches(pattern, text, _possible_steps) else False


Steps = Callable[[Atom | None, Atom | None], Iterator[tuple[int, int]]]


def _reaches(pattern: list[Atom], text: list[Atom], steps: Steps) -> bool:
    """Whether both ends can be reached together, by steps that use up a part of the pattern, the text or both."""
    goal = (len(pattern), len(text))
    seen = {(0, 0)}
    open_ = [(0, 0)]
    while open_:
        i, j = open_.pop()
        if (i, j) == goal:
            return True
        wanted = pattern[i] if i < len(pattern) else None
        given = text[j] if j < len(text) else None
        for used_pattern, used_text in steps(wanted, given):
            state = (i + used_pattern, j + used_text)
            if state[0] <= goal[0] and state[1] <= goal[1] and state not in seen:
                seen.add(state)
                open_.append(state)
    return False


def _certain_steps(wanted: Atom | None, given: Atom | None) -> Iterator[tuple[int, int]]:
    """Steps that hold whatever the unknown parts become: only `*` covers one."""
    if wanted is Wildcard.ANY_TEXT:
        yield (1, 0)
        yield (0, 1)
    elif wanted is not None and (wanted == given or (wanted is Wildcard.ONE_CHARACTER and isinstance(given, str))):
        yield (1, 1)


def _possible_steps(wanted: Atom | None, given: Atom | None) -> Iterator[tuple[int, int]]:
    """Steps that may hold: an unknown part stands for any run of its characters."""
    yield from _certain_steps(wanted, given)
    for unknown, other, end, run in ((wanted, given, (1, 0), (0, 1)), (given, wanted, (0, 1), (1, 0))):
        if isinstance(unknown, Reference):
            yield end
            if not isinstance(other, str) or _characters(unknown).match(other):
                yield run


def _characters(unknown: Reference) -> re.Pattern[str]:
    is_made_up = unknown.attribute in (_RANDOM, _SMALL_RANDOM)
    return _CHARACTERS.get(unknown.attribute if is_made_up else unknown.name, _ANY)
