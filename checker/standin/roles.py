"""IAM: the policies of roles that a stack makes and changes, and the policies that AWS itself manages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy, Role, iam_backends
from moto.utilities.utils import get_partition

from checker.standin.patching import around

Json = dict[str, Any]

# All 1,582 would take an eighth of a second after every reset.
_NEEDED = re.compile(r"Administrator|CloudWatch|DynamoDB|Lambda|PowerUser|^ReadOnly|SNS|SQS|XRay|X-Ray")


def mend(undo: ExitStack) -> None:
    around(undo, IAMBackend, "_init_aws_policies", _aws_policies)
    around(undo, Role, "put_policy", _put_policy)
    around(undo, Role, "create_from_cloudformation_json", _create_role)
    around(undo, Role, "update_from_cloudformation_json", _update_role)
    around(undo, Role, "delete_from_cloudformation_json", _delete_role)
    around(undo, ManagedPolicy, "update_from_cloudformation_json", _update_policy)
    around(undo, ManagedPolicy, "delete_from_cloudformation_json", _delete_policy)


def _aws_policies(_old: object, backend: IAMBackend) -> list[AWSManagedPolicy]:
    return [
        AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
        for name, data in _aws_policies_data().items()
    ]


@cache
def _aws_policies_data() -> dict[str, Json]:
    policies: dict[str, Json] = json.loads(aws_managed_policies_data)
    return {name: data for name, data in policies.items() if _NEEDED.search(name)}


def _put_policy(old: Callable[..., None], role: Role, name: str, document: str | Json) -> None:
    old(role, name, _text(document))  # moto would show an object of a template as Python writes it


def _text(document: str | Json) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _create_role(
    old: Callable[..., Role], name: str, resource: Json, account_id: str, region_name: str, **named: Any
) -> Role:
    role = old(name, resource, account_id, region_name, **named)
    _apply(role, resource["Properties"], iam_backends[account_id][get_partition(region_name)])
    return role


def _update_role(
    _old: object,
    *,
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: Json,
    account_id: str,
    region_name: str,
) -> Role:
    given = cloudformation_json["Properties"]
    role = original_resource
    if given.get("RoleName", role.name) != role.name:
        Role.delete_from_cloudformation_json(role.name, cloudformation_json, account_id, region_name)
        created: Role = Role.create_from_cloudformation_json(
            new_resource_name, cloudformation_json, account_id, region_name
        )
        return created
    _apply(role, given, iam_backends[account_id][get_partition(region_name)])
    return role  # type: ignore[no-any-return]


def _apply(role: Any, given: Json, backend: IAMBackend) -> None:
    """Give the role what the template says, and take away what an earlier template said.

    What was attached otherwise, by hand or by a policy resource, stays.
    """
    role.assume_role_policy_document = _text(given["AssumeRolePolicyDocument"])
    role.description = given.get("Description", "")
    role.max_session_duration = given.get("MaxSessionDuration", 3600)
    role.permissions_boundary_arn = given.get("PermissionsBoundary")
    inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in given.get("Policies", [])}
    managed = list(given.get("ManagedPolicyArns", []))
    earlier_inline, earlier_managed = getattr(role, "of_template", ((), ()))
    for name in earlier_inline:
        role.policies.pop(name, None)
    for name, document in inline.items():
        role.put_policy(name, document)
    for arn in set(earlier_managed).difference(managed).intersection(role.managed_policies):
        backend.detach_role_policy(arn, role.name)
    for arn in managed:
        if arn not in role.managed_policies:
            backend.attach_role_policy(arn, role.name)
    role.of_template = (tuple(inline), managed)


def _delete_role(old: Callable[..., None], name: str, resource: Json, account_id: str, region_name: str) -> None:
    backend = iam_backends[account_id][get_partition(region_name)]
    for arn in list(backend.get_role(name).managed_policies):
        backend.detach_role_policy(arn, name)  # moto would refuse to delete the role
    old(name, resource, account_id, region_name)


def _update_policy(
    _old: object,
    *,
    original_resource: ManagedPolicy,
    new_resource_name: str,  # noqa: ARG001
    cloudformation_json: Json,
    account_id: str,
    region_name: str,
) -> ManagedPolicy:
    given = cloudformation_json["Properties"]
    backend = iam_backends[account_id][get_partition(region_name)]
    arn = original_resource.arn
    del original_resource.versions[:-1]  # as CloudFormation does: five versions are the limit
    backend.create_policy_version(arn, _text(given["PolicyDocument"]), set_as_default=True)
    for role in backend.get_roles():
        wanted = role.name in given.get("Roles", [])
        if wanted and arn not in role.managed_policies:
            backend.attach_role_policy(arn, role.name)
        elif not wanted and arn in role.managed_policies:
            backend.detach_role_policy(arn, role.name)
    return original_resource


def _delete_policy(_old: object, arn: str, _resource: Json, account_id: str, region_name: str) -> None:
    backend = iam_backends[account_id][get_partition(region_name)]
    for role in backend.get_roles():
        if arn in role.managed_policies:
            backend.detach_role_policy(arn, role.name)
    backend.delete_policy(arn)
