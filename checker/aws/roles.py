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
from checker.model import Role, Statement, Unknown, value_at

Statements = list[Statement | Unknown]


def read_role(account: Account, executor: Executor, name: str) -> Role:
    """What the role of that name may do.

    A policy that may not be read is Unknown in its place, so that the others still count.
    """
    origin = origin_of(GET_ROLE, name)
    role = executor.submit(account.call, GET_ROLE, RoleName=name)
    inline = executor.submit(account.call, LIST_ROLE_POLICIES, RoleName=name)
    attached = executor.submit(account.call, LIST_ATTACHED_ROLE_POLICIES, RoleName=name)
    found: list[Statements] = []
    names = _listed(inline.result(), "PolicyNames")
    arns = _listed(attached.result(), "AttachedPolicies")
    if names is None or arns is None:
        return Role(origin, unknown=Unknown("role_gone", origin, (("role", name),)))
    own = [executor.submit(_inline, account, name, policy) for policy in names if isinstance(policy, str)]
    managed = [executor.submit(_managed, account, one["PolicyArn"]) for one in arns if isinstance(one, dict)]
    found.extend(future.result() for future in (*own, *managed))
    found.append([one for one in (*names, *arns) if isinstance(one, Unknown)])
    boundary = _boundary(account, role.result())
    return Role(origin, tuple(one for each in found for one in each), boundary=boundary)


def _listed(answer: dict[str, Any] | Unknown | None, key: str) -> list[Any] | None:
    """The list in an answer, or the one Unknown in its place; None when the role is gone."""
    if answer is None:
        return None
    return [answer] if isinstance(answer, Unknown) else list(answer[key])


def _inline(account: Account, role: str, policy: str) -> Statements:
    answer = account.call(GET_ROLE_POLICY, RoleName=role, PolicyName=policy)
    document = answer["PolicyDocument"] if isinstance(answer, dict) else answer
    return _statements(GET_ROLE_POLICY, document, f"{role}.{policy}")


def _managed(account: Account, arn: str) -> Statements:
    """The statements of a managed policy's default version, the only one that counts."""
    policy = account.call(GET_POLICY, PolicyArn=arn)
    if not isinstance(policy, dict):
        return _statements(GET_POLICY, policy, arn)
    version = policy["Policy"]["DefaultVersionId"]
    answer = account.call(GET_POLICY_VERSION, PolicyArn=arn, VersionId=version)
    document = answer["PolicyVersion"]["Document"] if isinstance(answer, dict) else answer
    return _statements(GET_POLICY_VERSION, document, arn.rpartition("/")[2])


def _boundary(account: Account, role: dict[str, Any] | Unknown | None) -> tuple[Statement | Unknown, ...] | None:
    """The statements of the permissions boundary; None without one."""
    if isinstance(role, Unknown):
        return (role,)
    boundary = (role or {}).get("Role", {}).get("PermissionsBoundary")
    return None if boundary is None else tuple(_managed(account, boundary["PermissionsBoundaryArn"]))


def _statements(call: Call, document: Any, path: str) -> Statements:
    if isinstance(document, Unknown):
        return [document]
    origin = origin_of(call, path)
    return list(statements(value_at(value_of(_document(document), origin), "Statement"), "live"))


def _document(document: Any) -> Any:
    """A policy document as plain data; boto3 has decoded it already unless it came as a text of its own."""
    if not isinstance(document, str):
        return document
    try:
        return json.loads(unquote(document))
    except ValueError:
        return {}
