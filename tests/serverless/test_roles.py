"""The role that a function gets, by every way that the framework knows."""

from __future__ import annotations

import pytest

from checker.cloudformation.arns import Arns
from checker.cloudformation.policies import Decision, Wanted, decide
from checker.model import Role, Statement, Unknown, text_of
from tests.serverless.reading import service_of

PLUGIN = "plugins: [serverless-iam-roles-per-function]\n"


def statement(name: str) -> str:
    return f"{{Effect: Allow, Action: '{name}:*', Resource: '*'}}"


def document(name: str) -> str:
    return f"{{PolicyDocument: {{Statement: [{statement(name)}]}}}}"


def role_of(text: str, version: tuple[int, int] = (3, 0)) -> Role:
    function = service_of(f"service: a\n{text}", version=version).functions.get("F")
    assert function is not None
    assert not isinstance(function, Unknown)
    return function.role


def actions(role: Role) -> list[str]:
    """The actions of all statements, in order."""
    found = [one for one in role.statements if isinstance(one, Statement)]
    return [text_of(action) or "" for one in found for action in one.actions or ()]


OLD = f"provider: {{iamRoleStatements: [{statement('old')}]}}\n"
NEW = f"provider: {{iam: {{role: {{statements: [{statement('new')}]}}}}}}\n"
BOTH = f"provider: {{iamRoleStatements: [{statement('old')}], iam: {{role: {{statements: [{statement('new')}]}}}}}}\n"
FUNCTION = "functions: {F: {handler: h}}\n"
OWN = f"functions: {{F: {{iamRoleStatements: [{statement('own')}]}}}}\n"
OWN_AND_INHERITED = f"functions: {{F: {{iamRoleStatements: [{statement('own')}], iamRoleStatementsInherit: true}}}}\n"
EMPTY_OWN = "functions: {F: {iamRoleStatements: []}}\n"


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        (OLD, (3, 0), ["old:*"]),
        (OLD, (1, 83), ["old:*"]),
        (NEW, (3, 0), ["new:*"]),
        (NEW, (2, 24), ["new:*"]),
        (NEW, (2, 23), []),
        (NEW, (1, 83), []),
        (BOTH, (3, 40), ["new:*"]),
        (BOTH, (2, 24), ["new:*"]),
        (BOTH, (1, 83), ["old:*"]),
        ("provider: aws\n", (3, 0), []),
        ("provider: {iamRoleStatements: null}\n", (3, 0), []),
        ("provider: {iamRoleStatements: text}\n", (3, 0), []),
        ("provider: {iam: null}\n", (3, 0), []),
    ],
)
def test_the_frameworks_version_decides_which_key_counts(
    text: str, version: tuple[int, int], expected: list[str]
) -> None:
    assert actions(role_of(text + FUNCTION, version)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OLD + OWN, ["old:*"]),
        (PLUGIN + OLD + OWN, ["own:*"]),
        (PLUGIN + OLD + EMPTY_OWN, []),
        (PLUGIN + OLD + FUNCTION, ["old:*"]),
        (PLUGIN + OLD + OWN_AND_INHERITED, ["own:*", "old:*"]),
        (PLUGIN + NEW + OWN_AND_INHERITED, ["own:*", "new:*"]),
        (PLUGIN + BOTH + OWN_AND_INHERITED, ["own:*", "new:*"]),
        (OLD + OWN_AND_INHERITED, ["old:*"]),
        (
            f"{PLUGIN}{OLD}{OWN}custom: {{serverless-iam-roles-per-function: {{defaultInherit: true}}}}\n",
            ["own:*", "old:*"],
        ),
        (
            f"{PLUGIN}{OLD}{OWN}custom: {{serverless-iam-roles-per-function: {{defaultInherit: 'true'}}}}\n",
            ["own:*", "old:*"],
        ),
    ],
)
def test_a_functions_own_statements_count_with_the_plugin_only(text: str, expected: list[str]) -> None:
    assert actions(role_of(text)) == expected


@pytest.mark.parametrize("key", ["iamManagedPolicies: [ARN]", "iam: {role: {managedPolicies: [ARN]}}"])
def test_managed_policies_are_the_providers(key: str) -> None:
    role = role_of(f"provider: {{{key}}}\n{FUNCTION}")
    assert [text_of(policy) for policy in role.managed_policies] == ["ARN"]


NAMED = f"""
resources:
  Resources:
    Own:
      Type: AWS::IAM::Role
      Properties:
        RoleName: own-role
        Policies: [{document("inline")}]
    Attached:
      Type: AWS::IAM::Policy
      Properties:
        Roles: [{{Ref: Own}}]
        PolicyDocument: {{Statement: {statement("attached")}}}
    Managed:
      Type: AWS::IAM::ManagedPolicy
      Properties:
        PolicyDocument: {{Statement: [{statement("managed")}]}}
    AttachedManaged:
      Type: AWS::IAM::ManagedPolicy
      Properties:
        Roles: [own-role]
        PolicyDocument: {{Statement: [{statement("attached-managed")}]}}
    Inline:
      Type: AWS::IAM::RolePolicy
      Properties:
        RoleName: {{Ref: Own}}
        PolicyDocument: {{Statement: [{statement("role-policy")}]}}
"""
ATTACHED = ["attached:*", "attached-managed:*", "role-policy:*"]


@pytest.mark.parametrize("given", ["Own", "{Ref: Own}", "{'Fn::GetAtt': [Own, Arn]}", "!GetAtt Own.Arn"])
@pytest.mark.parametrize("holder", ["function", "provider.role", "provider.iam.role"])
def test_a_role_of_the_resources_is_read_with_all_that_is_attached(given: str, holder: str) -> None:
    provider = {
        "provider.role": f"provider: {{role: {given}}}\n",
        "provider.iam.role": f"provider:\n  iam:\n    role: {given}\n",
    }
    function = f"functions: {{F: {{role: {given}}}}}\n" if holder == "function" else FUNCTION
    role = role_of(provider.get(holder, OLD) + function + NAMED)
    assert actions(role) == ["inline:*", *ATTACHED]


def test_a_managed_policy_of_the_resources_is_read_through_the_role() -> None:
    text = NAMED.replace("RoleName: own-role", "RoleName: own-role\n        ManagedPolicyArns: [!Ref Managed, ARN]")
    role = role_of(f"functions: {{F: {{role: Own}}}}\n{text}")
    assert actions(role) == ["inline:*", "managed:*", *ATTACHED]
    assert [text_of(policy) for policy in role.managed_policies] == ["ARN"]


@pytest.mark.parametrize(
    "given",
    ["'arn:aws:iam::123456789012:role/x'", "Nowhere", "{'Fn::ImportValue': x}", "{'Fn::Sub': 'arn:x'}", "[a]", "5"],
)
def test_a_role_from_elsewhere_cannot_be_read(given: str) -> None:
    role = role_of(f"{OLD}functions: {{F: {{role: {given}}}}}\n")
    assert role.unknown is not None
    assert role.unknown.why == "role_elsewhere"


@pytest.mark.parametrize("empty", ["null", "''"])
def test_an_empty_role_is_none(empty: str) -> None:
    assert actions(role_of(f"{OLD}functions: {{F: {{role: {empty}}}}}\n")) == ["old:*"]


def test_a_policy_may_attach_itself_to_the_generated_role() -> None:
    text = f"""
resources:
  Resources:
    Extra:
      Type: AWS::IAM::Policy
      Properties: {{Roles: [{{Ref: IamRoleLambdaExecution}}], PolicyDocument: {{Statement: [{statement("extra")}]}}}}
"""
    assert actions(role_of(OLD + FUNCTION + text)) == ["old:*", "extra:*"]


def test_policies_merged_into_the_generated_role_are_not_read() -> None:
    role = role_of(OLD + FUNCTION + "resources: {Resources: {IamRoleLambdaExecution: {Properties: {Policies: []}}}}\n")
    assert role.unknown is not None
    assert role.unknown.why == "generated_role_changed"


@pytest.mark.parametrize("form", ["{%s}", "[{%s}]"])
def test_an_extension_puts_its_policies_in_the_place_of_the_generated_roles(form: str) -> None:
    policy = f"{{PolicyDocument: {{Statement: [{statement('extra')}]}}}}"
    extension = f"extensions: {{IamRoleLambdaExecution: {{Properties: {{Policies: [{policy}]}}}}}}"
    assert actions(role_of(f"{OLD}{FUNCTION}resources: {form % extension}\n")) == ["extra:*"]


@pytest.mark.parametrize("section", ["Resources", "extensions"])
def test_managed_policies_reach_the_generated_role_through_its_resource(section: str) -> None:
    arns = "{ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonSQSFullAccess]}"
    role = role_of(f"{OLD}{FUNCTION}resources: {{{section}: {{IamRoleLambdaExecution: {{Properties: {arns}}}}}}}\n")
    assert actions(role) == ["old:*"]
    assert [text_of(arn) for arn in role.managed_policies] == ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"]


def decision(text: str) -> Decision:
    resources = "resources: {Resources: {Q: {Type: AWS::SQS::Queue}}}\n"
    service = service_of(f"service: a\n{text}{resources}")
    function = service.functions.entries["F"]
    return decide(function.role, Wanted("sqs:SendMessage", "Q", "AWS::SQS::Queue"), Arns(service))


DESTINATION = "destinations: {onFailure: {type: TYPE, arn: {'Fn::GetAtt': [Q, Arn]}}}"


def test_the_framework_lets_the_generated_role_send_to_a_failure_destination() -> None:
    found = decision(f"functions: {{F: {{{DESTINATION.replace('TYPE', 'sqs')}}}}}\n")
    assert found.allowed is True
    assert found.statement is not None
    assert found.statement.source == "framework"


@pytest.mark.parametrize(
    "text",
    [
        f"functions: {{F: {{{DESTINATION.replace('TYPE', 'sns')}}}}}\n",
        f"{PLUGIN}functions: {{F: {{iamRoleStatements: [], {DESTINATION.replace('TYPE', 'sqs')}}}}}\n",
    ],
)
def test_no_other_destination_or_role_gets_that(text: str) -> None:
    assert decision(text).allowed is False


def test_statements_through_a_variable_or_alias_are_read() -> None:
    custom = f"custom: {{list: &s [{statement('shared')}]}}\n"
    assert actions(role_of(f"{custom}provider: {{iamRoleStatements: '${{self:custom.list}}'}}\n{FUNCTION}")) == [
        "shared:*"
    ]
    assert actions(role_of(f"{custom}provider: {{iamRoleStatements: *s}}\n{FUNCTION}")) == ["shared:*"]


def test_an_unresolved_list_of_statements_is_an_unknown_statement() -> None:
    role = role_of(f"provider: {{iamRoleStatements: '${{ssm:/x}}'}}\n{FUNCTION}")
    assert [one.why for one in role.statements if isinstance(one, Unknown)] == ["value_in_aws"]
