"""One live role: its own policies, those attached to it, and its permissions boundary."""

from __future__ import annotations

import json
from concurrent.futures import Executor
from typing import Any
from urllib.parse import unquote

from checker.aws.account import Account
from checker.aws.calls import (
    GET_POLICY,
    GET_POLICY_VERSION,
    GET_ROLE,
    GET_ROLE_POLICY,
    LIST_ATTACHED_ROLE_POLICIES,
    LIST_ROLE_POLICIES,
    Call,
)
from checker.aws.values import origin_of, value_of
from checker.cloudformation.roles import statements
from checker.model import Role, Scalar, Statement, Unknown, Value, value_at

_PRINCIPAL_ACCOUNT = "${aws:PrincipalAccount}"

Statements = list[Statement | Unknown]


class RoleReader:
    """Reads roles of the account with these twelve digits.

    A policy that may not be read is Unknown in its place, so that the others still count.
    """

    def __init__(self, account: Account, executor: Executor, digits: str) -> None:
        self.account = account
        self.executor = executor
        self.digits = digits

    def read(self, name: str) -> Role:
        """What the role of that name may do."""
        origin = origin_of(GET_ROLE, name)
        asked = [
            self.executor.submit(self.account.call, call, RoleName=name)
            for call in (GET_ROLE, LIST_ROLE_POLICIES, LIST_ATTACHED_ROLE_POLICIES)
        ]
        role, inline, attached = [one.result() for one in asked]
        if role is None or inline is None or attached is None:
            return Role(origin, unknown=Unknown("role_gone", origin, (("role", name),)))
        unread = [one for one in (inline, attached) if isinstance(one, Unknown)]
        own = [] if isinstance(inline, Unknown) else inline["PolicyNames"]
        arns = [] if isinstance(attached, Unknown) else [one["PolicyArn"] for one in attached["AttachedPolicies"]]
        policies = [
            *(self.executor.submit(self._inline, name, policy) for policy in own),
            *(self.executor.submit(self._managed, arn) for arn in arns),
        ]
        found = [statement for policy in policies for statement in policy.result()]
        return self._bounded(Role(origin, (*found, *unread)), role)

    def _bounded(self, role: Role, answer: dict[str, Any] | Unknown) -> Role:
        """The role within its permissions boundary."""
        if isinstance(answer, Unknown):
            return role._replace(boundary=(answer,), bounded_by=answer)
        given = answer["Role"].get("PermissionsBoundary")
        if given is None:
            return role
        arn = given["PermissionsBoundaryArn"]
        named = Scalar(arn, role.origin._replace(path=f"{role.origin.path}.PermissionsBoundary"))
        return role._replace(boundary=tuple(self._managed(arn)), bounded_by=named)

    def _inline(self, role: str, policy: str) -> Statements:
        answer = self.account.call(GET_ROLE_POLICY, RoleName=role, PolicyName=policy)
        document = answer["PolicyDocument"] if isinstance(answer, dict) else answer
        return self._statements(GET_ROLE_POLICY, document, f"{role}.{policy}")

    def _managed(self, arn: str) -> Statements:
        """The statements of a managed policy's default version, the only one that counts."""
        policy = self.account.call(GET_POLICY, PolicyArn=arn)
        if not isinstance(policy, dict):
            return self._statements(GET_POLICY, policy, arn)
        version = policy["Policy"]["DefaultVersionId"]
        answer = self.account.call(GET_POLICY_VERSION, PolicyArn=arn, VersionId=version)
        document = answer["PolicyVersion"]["Document"] if isinstance(answer, dict) else answer
        return self._statements(GET_POLICY_VERSION, document, arn.rpartition("/")[2])

    def _statements(self, call: Call, document: Any, path: str) -> Statements:
        """The statements of a policy document; one that was deleted meanwhile has none."""
        origin = origin_of(call, path)
        if isinstance(document, str):  # boto3 decodes them, unless they came as a text of their own
            try:
                document = json.loads(unquote(document))
            except ValueError:
                return [Unknown("refused", origin, (("action", call.action), ("problem", "no JSON")))]
        if isinstance(document, Unknown):
            return [document]
        listed = statements(value_at(value_of(document, origin), "Statement"), "live")
        return [self._resolved(one) if isinstance(one, Statement) else one for one in listed]

    def _resolved(self, statement: Statement) -> Statement:
        """The statement with the policy variables of its resources (IAM User Guide, "Variables and tags")."""

        def resolved(values: tuple[Value, ...] | None) -> tuple[Value, ...] | None:
            return None if values is None else tuple(self._variables(value) for value in values)

        return statement._replace(
            resources=resolved(statement.resources), not_resources=resolved(statement.not_resources)
        )

    def _variables(self, value: Value) -> Value:
        """A resource with its policy variables; only that of the account is the same for every call."""
        if not isinstance(value, Scalar) or "${" not in value.text:
            return value
        text = value.text.replace(_PRINCIPAL_ACCOUNT, self.digits)
        if "${" in text:
            return Unknown("policy_variable", value.origin, (("expression", value.text),))
        return Scalar(text, value.origin)
