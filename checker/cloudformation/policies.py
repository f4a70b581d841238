"""Policy evaluation: whether a role's statements allow an action on a resource, in three-valued logic.

Rules: IAM User Guide, "Policy evaluation logic". An explicit deny wins; `Effect` is case-sensitive, actions are not.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from checker.cloudformation.arns import Arns
from checker.cloudformation.intrinsics import Text, branches_of, is_no_value, shown_text, text_value
from checker.model import Branch, Role, Scalar, Statement, Unknown, Value, items_of, text_of

# AWS's own policies that functions use, and the actions they allow on all resources (AWS Managed Policy Reference).
# The logging and tracing ones are listed because they are common and certainly grant none of these.
_AWS_MANAGED = {
    "AdministratorAccess": ("*",),
    "AmazonSQSFullAccess": ("sqs:*",),
    "AmazonSQSReadOnlyAccess": ("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueues"),
    "AmazonDynamoDBFullAccess": ("dynamodb:*",),
    "AmazonDynamoDBReadOnlyAccess": ("dynamodb:Get*", "dynamodb:Query", "dynamodb:Scan"),
    "AmazonSNSFullAccess": ("sns:*",),
    "CloudWatchLogsFullAccess": ("logs:*",),
    "service-role/AWSLambdaBasicExecutionRole": ("logs:*",),
    "service-role/AWSLambdaSQSQueueExecutionRole": (
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "logs:*",
    ),
    "service-role/AWSLambdaDynamoDBExecutionRole": (
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        "logs:*",
    ),
    "service-role/AWSLambdaVPCAccessExecutionRole": ("logs:*", "ec2:*"),
    "AWSXRayDaemonWriteAccess": ("xray:*",),
    "AWSXrayWriteOnlyAccess": ("xray:*",),
}
_MOST_CONDITIONS = 4  # each one doubles the work
_MANAGED_ARN = re.compile(r"arn:aws[\w-]*:iam::aws:policy/(.+)")


class Wanted(NamedTuple):
    """An action on one resource of the service."""

    action: str
    logical_id: str
    type: str


class Decision(NamedTuple):
    """What a role's policies say of one wish.

    `allowed` is None when it cannot be told; then `unknown` says why. `statement` or `policy` is what decided;
    `bounded` when only the permissions boundary stands in its way.
    """

    allowed: bool | None
    statement: Statement | None = None
    policy: Value | None = None
    unknown: Unknown | None = None
    denied: bool = False
    bounded: bool = False


def decide(role: Role, wanted: Wanted, arns: Arns) -> Decision:
    """Whether the role may do what is wanted: its policies allow it, and so does its boundary, if it has one."""
    decision = _decide_policies(role, wanted, arns)
    if not decision.allowed or role.boundary is None:
        return decision
    within = _decide_policies(Role(role.origin, role.boundary), wanted, arns)
    if within.allowed:
        return decision
    if within.allowed is None:
        return within
    return decision._replace(allowed=False, bounded=True)


def _decide_policies(role: Role, wanted: Wanted, arns: Arns) -> Decision:
    """What the role's policies say, without its boundary.

    A statement that cannot be read may allow it, and may deny what another one allows. A managed policy that the file
    only names is not supposed to deny.
    """
    if role.unknown is not None:
        return Decision(None, unknown=role.unknown)
    conditional = [one for one in role.statements if isinstance(one, Statement) and one.branches]
    sides = {
        side.condition: side for one in conditional if covers(one, wanted, arns) is not False for side in one.branches
    }
    if sides:
        return _decide_sides(role, wanted, arns, list(sides.values()))
    allowing: Statement | None = None
    open_question: Unknown | None = None
    doubted_by: Unknown | None = None
    for statement in role.statements:
        if isinstance(statement, Unknown):
            open_question = open_question or statement
            doubted_by = doubted_by or statement
            continue
        covered = covers(statement, wanted, arns)
        effect = statement.effect
        if covered is False:
            continue
        doubt = _doubt(statement, wanted) if covered is None else None
        if isinstance(effect, Unknown):
            open_question = doubted_by = effect
        elif text_of(effect) == "Deny":
            if covered:
                return Decision(False, statement=statement, denied=True)
            if doubt is not None and doubt.why == "condition_on_statement":
                doubt = doubt._replace(why="condition_on_denial")
            doubted_by = doubted_by or doubt
        elif text_of(effect) == "Allow":
            if covered:
                allowing = _better(allowing, statement)
            else:
                open_question = open_question or doubt
    if allowing is None:
        policy, policy_unknown = _managed(role, wanted.action)
        if policy is None:
            unknown = open_question or policy_unknown
            return Decision(None if unknown else False, unknown=unknown)
        return Decision(None if doubted_by else True, policy=policy, unknown=doubted_by)
    return Decision(None if doubted_by else True, statement=allowing, unknown=doubted_by)


def _decide_sides(role: Role, wanted: Wanted, arns: Arns, sides: list[Branch]) -> Decision:
    """What both sides of a condition say alike; open where they differ."""
    side = sides[0]
    doubt = Decision(None, unknown=Unknown(side.why, side.origin))
    if len(sides) > _MOST_CONDITIONS:
        return doubt
    first, second = (
        _decide_policies(role._replace(statements=tuple(_on_side(role, side.condition, when))), wanted, arns)
        for when in (True, False)
    )
    if first.allowed != second.allowed:
        return doubt
    return second if second.denied else first


def _on_side(role: Role, condition: str, when: bool) -> Iterator[Statement | Unknown]:
    """The statements that are there when the condition is true, or when it is not."""
    for one in role.statements:
        if isinstance(one, Unknown):
            yield one
        elif all(side.when is when for side in one.branches if side.condition == condition):
            yield one._replace(branches=tuple(side for side in one.branches if side.condition != condition))


def _better(first: Statement | None, second: Statement) -> Statement:
    """The one that shows the solution as the workshop writes it: the provider's."""
    return second if first is None or (first.source != "provider" and second.source == "provider") else first


def covers(statement: Statement, wanted: Wanted, arns: Arns) -> bool | None:
    """Whether the statement speaks of the action and the resource, whatever its effect; a condition leaves it open."""
    if statement.has_principal:
        return False
    action = covers_action(statement, wanted.action)
    resource = False if action is False else covers_resource(statement, wanted, arns)
    if resource is False:
        return False
    return True if action and resource and statement.condition is None else None


def covers_action(statement: Statement, action: str) -> bool | None:
    if statement.actions is not None:
        return _any(action_matches(pattern, action) for pattern in statement.actions)
    if statement.not_actions is not None:
        return _not(_any(action_matches(pattern, action) for pattern in statement.not_actions))
    return False


def action_matches(pattern: Value, action: str) -> bool | None:
    """Whether an action pattern covers an action, in any letter case; `*` and `?` are wildcards."""
    if isinstance(pattern, Unknown):
        return None
    if sides := branches_of(pattern)[1:]:
        return _same(_any(action_matches(one, action) for one in _listed(side)) for side in sides)
    if not isinstance(pattern, Scalar):
        text = text_value(pattern)
        if isinstance(text, Unknown) and text.why == "not_text":
            return False
        if isinstance(text, Unknown) or not all(isinstance(part, str) for part in text):
            return None
        return wildcard_matches("".join(str(part) for part in text).lower(), action.lower())
    return wildcard_matches(pattern.text.lower(), action.lower())


def wildcard_matches(pattern: str, text: str) -> bool:
    """Whether `*` (any text) and `?` (one character) make the pattern match the whole text, in linear memory.

    Steps back to the last `*` only, so that no pattern takes more than len(pattern) × len(text) steps.
    """
    i = j = 0
    star, resume = -1, 0
    while j < len(text):
        if i < len(pattern) and (pattern[i] == "?" or (pattern[i] == text[j] and pattern[i] != "*")):
            i, j = i + 1, j + 1
        elif i < len(pattern) and pattern[i] == "*":
            star, resume = i, j
            i += 1
        elif star >= 0:
            resume += 1
            i, j = star + 1, resume
        else:
            return False
    return all(character == "*" for character in pattern[i:])


def covers_resource(statement: Statement, wanted: Wanted, arns: Arns) -> bool | None:
    if statement.resources is not None:
        return _any(resource_matches(pattern, wanted, arns) for pattern in statement.resources)
    if statement.not_resources is not None:
        return _not(_any(resource_matches(pattern, wanted, arns) for pattern in statement.not_resources))
    return False


def resource_matches(pattern: Value, wanted: Wanted, arns: Arns) -> bool | None:
    """Whether one entry of `Resource` covers the resource."""
    if sides := branches_of(pattern)[1:]:
        return _same(_any(resource_matches(one, wanted, arns) for one in _listed(side)) for side in sides)
    text = text_value(pattern)
    if isinstance(text, Unknown):
        return False if text.why == "not_text" else None
    return arns.matches(text, wanted.logical_id, wanted.type, wanted.action)


def is_broad_action(statement: Statement) -> bool:
    """Whether the statement allows every action of a service, or everything but a few."""
    if statement.not_actions is not None:
        return True
    texts = [action.text for action in statement.actions or () if isinstance(action, Scalar)]
    return any(re.fullmatch(r"(\w+:)?\*+", text) for text in texts)


def is_broad_resource(statement: Statement) -> bool:
    """Whether the statement may cover more than one resource."""
    if statement.not_resources is not None:
        return True
    return any(_is_broad(pattern) for pattern in statement.resources or ())


def _is_broad(pattern: Value) -> bool:
    sides = branches_of(pattern)[1:]
    text: Text | Unknown = text_value(pattern)
    if isinstance(text, Unknown):
        return any(_is_broad(one) for side in sides for one in _listed(side))
    return any(isinstance(part, str) and set("*?") & set(part) for part in text)


def _doubt(statement: Statement, wanted: Wanted) -> Unknown:
    """Why it cannot be told whether the statement covers the wish."""
    if statement.condition is not None and covers_action(statement, wanted.action) is not None:
        return Unknown("condition_on_statement", statement.condition)
    for value in (
        *(statement.actions or ()),
        *(statement.not_actions or ()),
        *(statement.resources or ()),
        *(statement.not_resources or ()),
    ):
        text = text_value(value)
        if isinstance(text, Unknown) and text.why != "not_text":
            return text
    listed = statement.resources or statement.not_resources
    return Unknown("resource_open", listed[0].origin if listed else statement.origin)


def _managed(role: Role, action: str) -> tuple[Value | None, Unknown | None]:
    """The managed policy that allows the action; else one whose content is not known."""
    unknown: Unknown | None = None
    for policy in role.managed_policies:
        text = text_value(policy)
        if isinstance(text, Unknown):
            unknown = unknown or text
            continue
        arn = "".join(part if isinstance(part, str) else "aws" for part in text)
        found = _MANAGED_ARN.fullmatch(arn)
        allowed = _AWS_MANAGED.get(found.group(1)) if found else None
        if allowed is None:
            unknown = unknown or Unknown("policy_elsewhere", policy.origin, (("policy", shown_text(policy)),))
        elif any(wildcard_matches(pattern.lower(), action.lower()) for pattern in allowed):
            return policy, None
    return None, unknown


def _listed(side: Value) -> tuple[Value, ...]:
    """The entries that one side of an `Fn::If` gives; none for `AWS::NoValue`."""
    return () if is_no_value(side) else items_of(side)


def _same(verdicts: Iterable[bool | None]) -> bool | None:
    """The verdict of all; None where they differ."""
    different = set(verdicts)
    return different.pop() if len(different) == 1 else None


def _any(verdicts: Iterable[bool | None]) -> bool | None:
    result: bool | None = False
    for verdict in verdicts:
        if verdict:
            return True
        if verdict is None:
            result = None
    return result


def _not(verdict: bool | None) -> bool | None:
    return None if verdict is None else not verdict
