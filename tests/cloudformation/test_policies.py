"""Policy evaluation in three-valued logic."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.cloudformation.arns import Arns
from checker.cloudformation.policies import Decision, Wanted, decide
from checker.model import Role
from tests.serverless.reading import service_of

WANTED = Wanted("sqs:SendMessage", "Q", "AWS::SQS::Queue")


def decision(*statements: str, managed: str = "[]") -> Decision:
    listed = "".join(f"    - {one}\n" for one in statements) or "    []\n"
    service = service_of(
        f"service: a\nprovider:\n  iamManagedPolicies: {managed}\n  iamRoleStatements:\n{listed}"
        "resources: {Resources: {Q: {Type: AWS::SQS::Queue}}}\n"
    )
    return decide(service.default_role, WANTED, Arns(service))


ARN = "!GetAtt Q.Arn"
ALLOW = f"{{Effect: Allow, Action: 'sqs:SendMessage', Resource: {ARN}}}"
DENY = "{Effect: Deny, Action: 'sqs:*', Resource: '*'}"


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        (ALLOW, True),
        (f"{{Effect: Allow, Action: 'SQS:sendmessage', Resource: {ARN}}}", True),
        (f"{{Effect: Allow, Action: ['a:b', 'sqs:Send*'], Resource: [x, {ARN}]}}", True),
        (f"{{Effect: Allow, Action: 'sqs:SendMessage?', Resource: {ARN}}}", False),
        (f"{{Effect: Allow, Action: 'sqs:SendMessageBatch', Resource: {ARN}}}", False),
        (f"{{Effect: Allow, Action: '*', Resource: {ARN}}}", True),
        (f"{{Effect: allow, Action: '*', Resource: {ARN}}}", False),
        (f"{{Action: '*', Resource: {ARN}}}", False),
        ("{Effect: Allow, Action: '*'}", False),
        (f"{{Effect: Allow, Resource: {ARN}}}", False),
        (f"{{Effect: Allow, Action: null, Resource: {ARN}}}", False),
        (f"{{Effect: Allow, NotAction: 'sns:*', Resource: {ARN}}}", True),
        (f"{{Effect: Allow, NotAction: 'sqs:*', Resource: {ARN}}}", False),
        (f"{{Effect: Allow, NotAction: ['sns:*', '*:SendMessage'], Resource: {ARN}}}", False),
        ("{Effect: Allow, Action: 'sqs:*', NotResource: 'arn:aws:sns:*:*:*'}", True),
        (f"{{Effect: Allow, Action: 'sqs:*', NotResource: {ARN}}}", False),
        ("{Effect: Allow, Action: 'sqs:*', NotResource: '*'}", False),
        (f"{{Effect: Allow, Action: 'sqs:SendMessage', Resource: {ARN}, Condition: {{Bool: {{a: b}}}}}}", None),
        (f"{{Effect: Allow, Action: 'sqs:SendMessage', Resource: {ARN}, Condition: {{}}}}", True),
        (f"{{Effect: Allow, Action: 'sns:x', Resource: {ARN}, Condition: {{Bool: {{a: b}}}}}}", False),
        (f"{{Effect: Allow, Action: '${{ssm:/a}}', Resource: {ARN}}}", None),
        ("{Effect: Allow, Action: 'sqs:SendMessage', Resource: '${ssm:/a}'}", None),
        ("{Effect: Allow, Action: 'sns:x', Resource: '${ssm:/a}'}", False),
        ("{Effect: Allow, Action: 'sqs:SendMessage', NotResource: '${ssm:/a}'}", None),
        (f"{{Effect: '${{ssm:/a}}', Action: 'sqs:SendMessage', Resource: {ARN}}}", None),
        ("{Effect: Allow, Action: 'sqs:SendMessage', Resource: !If [c, x, y]}", False),
        (f"{{Effect: Allow, Action: 'sqs:SendMessage', Resource: !If [c, x, {ARN}]}}", None),
        (f"{{Effect: Allow, Action: 'sqs:SendMessage', Resource: !If [c, ['*'], {ARN}]}}", True),
        (f"{{Effect: Allow, Action: !If [c, 'sqs:*', !Ref 'AWS::NoValue'], Resource: {ARN}}}", None),
        (f"{{Effect: !If [c, Allow, Deny], Action: 'sqs:*', Resource: {ARN}}}", None),
        (f"{{Effect: !If [c, Allow, Allow], Action: 'sqs:*', Resource: {ARN}}}", True),
        (f"!If [c, {ALLOW}, !Ref 'AWS::NoValue']", None),
        (f"!If [c, {ALLOW}, {ALLOW}]", True),
        (f"!If [c, {DENY}, {DENY}]", False),
        (f"!If [c, !If [d, {ALLOW}, !Ref 'AWS::NoValue'], {ALLOW}]", None),
        ("{Effect: Allow, Action: 'sqs:SendMessage', Resource: {a: b}}", False),
        ("'${ssm:/statement}'", None),
        ("text", False),
    ],
)
def test_one_statement_allows_or_not(statement: str, allowed: bool | None) -> None:
    found = decision(statement)
    assert found.allowed is allowed
    assert (found.unknown is not None) is (allowed is None)


@pytest.mark.parametrize(
    ("statements", "allowed", "denied"),
    [
        ((ALLOW, DENY), False, True),
        ((DENY, ALLOW), False, True),
        ((DENY,), False, True),
        ((ALLOW, "{Effect: Deny, Action: 'sqs:*', Resource: 'arn:aws:sns:*:*:*'}"), True, False),
        ((ALLOW, "{Effect: Deny, NotAction: 'sqs:*', Resource: '*'}"), True, False),
        ((ALLOW, "{Effect: Deny, NotAction: 'sns:*', Resource: '*'}"), False, True),
        ((ALLOW, f"{{Effect: Deny, Action: 'sqs:*', NotResource: {ARN}}}"), True, False),
        ((ALLOW, "{Effect: Deny, Action: 'sqs:*', Resource: '*', Condition: {Bool: {a: b}}}"), None, False),
        ((ALLOW, "{Effect: Deny, Action: 'sqs:*', Resource: '${ssm:/a}'}"), None, False),
        ((ALLOW, "{Effect: deny, Action: 'sqs:*', Resource: '*'}"), True, False),
        (("'${ssm:/a}'", ALLOW), None, False),  # it may be a denial
        (("'${ssm:/a}'", DENY), False, True),
    ],
)
def test_an_explicit_deny_wins(statements: tuple[str, ...], allowed: bool | None, denied: bool) -> None:
    found = decision(*statements)
    assert (found.allowed, found.denied) == (allowed, denied)


@pytest.mark.parametrize(
    ("managed", "allowed"),
    [
        ("['arn:aws:iam::aws:policy/AmazonSQSFullAccess']", True),
        ("['arn:aws-cn:iam::aws:policy/AdministratorAccess']", True),
        ("[!Sub 'arn:${AWS::Partition}:iam::aws:policy/AmazonSQSFullAccess']", True),
        ("['arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess']", False),
        ("['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']", False),
        ("['arn:aws:iam::123456789012:policy/AmazonSQSFullAccess']", None),
        ("['arn:aws:iam::123456789012:policy/own', 'arn:aws:iam::aws:policy/AmazonSQSFullAccess']", True),
        ("['${ssm:/policy}']", None),
        ("'${ssm:/policies}'", None),
        ("[!Ref Parameter]", None),
    ],
)
def test_a_managed_policy_allows_if_its_content_is_known(managed: str, allowed: bool | None) -> None:
    assert decision(managed=managed).allowed is allowed


def test_a_deny_wins_over_a_managed_policy() -> None:
    assert decision(DENY, managed="['arn:aws:iam::aws:policy/AdministratorAccess']").denied is True


EFFECTS = ["Allow", "Allow", "Deny", "allow", "'${ssm:/e}'"]
ACTIONS = ["'sqs:SendMessage'", "'sqs:*'", "'sns:*'", "'${ssm:/a}'", "['sns:x', 'SQS:Send*']"]
PLACES = [ARN, "'*'", "'arn:aws:sns:*:*:*'", "'${ssm:/r}'", "!Ref Q", "'arn:aws:sqs:*:*:a-dev-Q-A*'"]
CONDITIONS = ["", "", ", Condition: {Bool: {a: b}}"]
STATEMENTS = st.builds(
    lambda effect, key, action, place_key, place, condition: (
        f"{{Effect: {effect}, {key}: {action}, {place_key}: {place}{condition}}}"
    ),
    st.sampled_from(EFFECTS),
    st.sampled_from(["Action", "Action", "NotAction"]),
    st.sampled_from(ACTIONS),
    st.sampled_from(["Resource", "Resource", "NotResource"]),
    st.sampled_from(PLACES),
    st.sampled_from(CONDITIONS),
)
RANK = {False: 0, None: 1, True: 2}


@settings(max_examples=60)
@given(st.lists(STATEMENTS, max_size=4), STATEMENTS)
def test_one_more_deny_never_allows_more(statements: list[str], more: str) -> None:
    effect, rest = more.split(",", 1)
    assert effect.startswith("{Effect: ")
    before, after = decision(*statements), decision(*statements, f"{{Effect: Deny,{rest}")
    assert RANK[after.allowed] <= RANK[before.allowed]


@settings(max_examples=60)
@given(st.lists(STATEMENTS, max_size=4).flatmap(lambda all_: st.tuples(st.just(all_), st.permutations(all_))))
def test_the_order_of_statements_does_not_matter(orders: tuple[list[str], list[str]]) -> None:
    first, second = (decision(*order) for order in orders)
    assert (first.allowed, first.denied) == (second.allowed, second.denied)


@settings(max_examples=60)
@given(st.lists(STATEMENTS, max_size=4), st.sampled_from(["'${ssm:/x}'", "'sqs:SendMessage'", "'sns:*'"]))
def test_settling_an_unknown_only_settles_the_answer(statements: list[str], action: str) -> None:
    """An answer given while a value is unknown stays the answer whatever the value becomes."""
    before = decision(*statements)
    after = decision(*(one.replace("'${ssm:/a}'", action) for one in statements))
    if before.allowed is not None:
        assert after.allowed is before.allowed


def test_a_role_that_cannot_be_read_leaves_it_open() -> None:
    service = service_of("service: a\nprovider: {role: 'arn:aws:iam::123456789012:role/x'}\n")
    role = service.default_role
    found = decide(role, WANTED, Arns(service))
    assert found.allowed is None
    assert found.unknown is role.unknown
    assert decide(Role(role.origin), WANTED, Arns(service)).allowed is False


def test_statements_under_one_condition_are_taken_together() -> None:
    one, other = f"!If [c, {ALLOW}, !Ref 'AWS::NoValue']", f"!If [c, !Ref 'AWS::NoValue', {ALLOW}]"
    assert decision(one, other).allowed
    assert decision(one, other.replace("[c,", "[d,")).allowed is None


def test_many_conditions_are_left_open() -> None:
    found = decision(*(f"!If [c{number}, {ALLOW}, {ALLOW}]" for number in range(40)))
    assert found.unknown is not None
    assert found.unknown.why == "conditional_value"
    irrelevant = "{Effect: Allow, Action: 'sns:*', Resource: '*'}"
    assert decision(*(f"!If [c{number}, {irrelevant}, {irrelevant}]" for number in range(40)), ALLOW).allowed
